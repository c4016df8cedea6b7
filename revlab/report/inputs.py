"""What a study rests on: a roster and a pilot, one's own or those that come with revlab."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from revlab.errors import RevlabError, must
from revlab.fieldwork.pilot import Pilot, read_pilot
from revlab.people.cohort import Cohort
from revlab.people.mapping_file import read_mapping
from revlab.people.roster import read_roster
from revlab.people.skill_draw import draw_skills
from revlab.people.skills import read_skills, skill_labels
from revlab.privacy.pseudonyms import Pseudonyms
from revlab.rng import stream
from revlab.shipped import shipped

__all__ = [
    "SHIPPED_ROSTER",
    "STUDY_VARIABLE",
    "StudyFiles",
    "StudyInputs",
    "load_inputs",
    "study_inputs",
]

STUDY_VARIABLE = "REVLAB_STUDY"
"""Environment variable that names the file with a user's study; unset for the shipped data."""

SHIPPED_ROSTER = "data/rosters/ukcs_small"
"""Roster of a study that has none of its own."""

_PILOT = "data/example_pilot"
_SKILLS = "data/skills/esco_digital.csv"
_IDS = {
    "people": ("person_id",),
    "dyads": ("mentor_id", "mentee_id"),
    "lottery": ("mentor_id", "mentee_id"),
    "responses": ("respondent_id",),
    "truth": ("respondent_id",),
}


@dataclass(frozen=True)
class StudyFiles:
    """Where a user's own data are; what is not given is taken from the shipped data.

    Parameters
    ----------
    roster : tuple of pathlib.Path
        Files or one folder, empty for the shipped roster.
    mapping : pathlib.Path or None
        ``roster.toml``, if it does not lie beside the roster.
    pilot : pathlib.Path or None
        Pilot folder.
    key : bytes
        Key of the pseudonyms; by default derived from the contents of the files. Whoever has the
        files knows the people anyway, whoever has only the pages cannot find it, and the same
        files give the same pseudonyms, so that a study can be repeated to the bit.

    Examples
    --------
    >>> StudyFiles()
    StudyFiles(roster=(), mapping=None, pilot=None)
    """

    roster: tuple[Path, ...] = ()
    mapping: Path | None = None
    pilot: Path | None = None
    key: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        if not self.key:
            object.__setattr__(self, "key", _key_of([*self.roster, self.pilot]))

    def write(self, path: Path) -> None:
        """Write where the files are, for the kernel that runs the notebooks."""
        known = {
            "roster": [str(one.resolve()) for one in self.roster],
            "mapping": str(self.mapping.resolve()) if self.mapping else None,
            "pilot": str(self.pilot.resolve()) if self.pilot else None,
            "key": self.key.hex(),
        }
        path.write_text(json.dumps(known), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "StudyFiles":
        """Read what `write` wrote.

        Raises
        ------
        RevlabError
            If the file is not there or is not such a file.
        """
        must(path.is_file(), f"{STUDY_VARIABLE} names no file; unset it or run `revlab study`.")
        try:
            known = json.loads(path.read_text(encoding="utf-8"))
            return cls(
                roster=tuple(Path(one) for one in known["roster"]),
                mapping=Path(known["mapping"]) if known["mapping"] else None,
                pilot=Path(known["pilot"]) if known["pilot"] else None,
                key=bytes.fromhex(known["key"]),
            )
        except (ValueError, KeyError, TypeError):
            words = f"{STUDY_VARIABLE} names a file that is not of a study; unset the variable."
            raise RevlabError(words) from None


@dataclass(frozen=True)
class StudyInputs:
    """What the notebooks read.

    Parameters
    ----------
    cohort : Cohort
        The people, under pseudonyms if they are a user's own.
    pilot : Pilot
        The pilot, likewise.
    roster_name, pilot_name : str
        Where both come from, in words that may be shown; never a file name.
    own_roster, own_pilot : bool
        Whether they are the user's own.
    skills : mapping of str to str
        Label of each skill of the shipped taxonomy.
    """

    cohort: Cohort
    pilot: Pilot
    roster_name: str
    pilot_name: str
    own_roster: bool = False
    own_pilot: bool = False
    skills: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __repr__(self) -> str:
        return f"{self.roster_name}: {self.cohort!r}. {self.pilot_name}: {self.pilot!r}"

    @property
    def simulated(self) -> bool:
        """Whether the pilot is simulated."""
        return self.pilot.source == "simulated"

    def summary(self) -> dict[str, str]:
        """Return what the first page of a site says about its data."""
        kind = "simulated" if self.simulated else "real"
        own = self.own_roster or self.own_pilot
        names = "replaced by throw-away codes" if own else "none in the shipped data"
        return {
            "Roster": f"{self.roster_name}: {len(self.cohort.mentors)} mentors (junior), "
            f"{len(self.cohort.mentees)} mentees (senior)",
            "Pilot": f"{self.pilot_name}: {len(self.pilot.dyads)} pairs, {kind} data",
            "Names": names,
        }


def _key_of(places: Sequence[Path | None]) -> bytes:
    digest = hashlib.sha256(b"revlab study")
    for place in places:
        inside = sorted(place.rglob("*")) if place and place.is_dir() else [place]
        for path in inside:
            if path and path.is_file():
                digest.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.digest()


def _named(pilot: Pilot, names: Pseudonyms) -> Pilot:
    """Return the pilot with pseudonyms in the place of the ids of people."""
    frames = {}
    for table, columns in _IDS.items():
        frame = getattr(pilot, table)
        if frame is not None:
            new = {column: [names.of(one) for one in frame[column]] for column in columns}
            frames[table] = frame.assign(**new)
    return replace(pilot, **frames)


def load_inputs(files: StudyFiles, *, seed: int) -> StudyInputs:
    """Read the roster and the pilot that a study rests on.

    Parameters
    ----------
    files : StudyFiles
        Where a user's own data are.
    seed : int
        Root seed; skills that a roster does not have are drawn from it.

    Returns
    -------
    StudyInputs

    Raises
    ------
    TableError
        With every fault of the user's files.

    Examples
    --------
    >>> load_inputs(StudyFiles(), seed=1).cohort
    Cohort of 50 mentors (junior) and 50 mentees (senior)
    """
    names = Pseudonyms(files.key)
    taxonomy = read_skills(shipped(_SKILLS))
    if files.roster:
        paths = files.roster[0] if len(files.roster) == 1 else list(files.roster)
        mapping = read_mapping(files.mapping) if files.mapping else None
        cohort = read_roster(paths, mapping=mapping, pseudonyms=names)
    else:
        must(files.mapping is None, "a mapping needs a roster; give the roster too.")
        cohort = read_roster(shipped(SHIPPED_ROSTER))
    if cohort.skills.empty:
        cohort = draw_skills(cohort, taxonomy, rng=stream(seed, "skills"))
    own = files.pilot is not None
    pilot = read_pilot(files.pilot if files.pilot is not None else shipped(_PILOT))
    return StudyInputs(
        cohort=cohort,
        pilot=_named(pilot, names) if own else pilot,
        roster_name="your roster" if files.roster else cohort.origin,
        pilot_name="your pilot" if own else "the example pilot",
        own_roster=bool(files.roster),
        own_pilot=own,
        skills=dict(skill_labels(taxonomy)),
    )


def study_inputs(*, seed: int) -> StudyInputs:
    """Return the roster and the pilot that the notebooks work on.

    Parameters
    ----------
    seed : int
        Root seed.

    Returns
    -------
    StudyInputs
        The user's own data while ``revlab study`` runs the notebooks (it sets
        `STUDY_VARIABLE`), else the data that come with revlab.

    Raises
    ------
    RevlabError
        As `load_inputs`, and if `STUDY_VARIABLE` names no such file.

    Examples
    --------
    >>> study_inputs(seed=1).own_roster
    False
    """
    place = os.environ.get(STUDY_VARIABLE, "")
    return load_inputs(StudyFiles.read(Path(place)) if place else StudyFiles(), seed=seed)
