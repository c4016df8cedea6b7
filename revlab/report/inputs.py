"""What a study rests on: a roster and a pilot, one's own or those that come with revlab."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from revlab.errors import must
from revlab.fieldwork.pilot import Pilot, read_pilot
from revlab.people.cohort import Cohort
from revlab.people.given_rows import Known
from revlab.people.mapping_file import read_mapping
from revlab.people.measured import with_measured
from revlab.people.roster import check_roster, read_roster
from revlab.people.skill_draw import draw_skills
from revlab.people.skills import read_skills, skill_labels
from revlab.privacy.pseudonyms import Pseudonyms
from revlab.report.study_files import STUDY_VARIABLE, StudyFiles
from revlab.rng import stream
from revlab.shipped import shipped

__all__ = [
    "SHIPPED_ROSTER",
    "StudyInputs",
    "load_inputs",
    "study_inputs",
]

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
    names = files.pseudonyms
    taxonomy = read_skills(shipped(_SKILLS))
    if files.roster:
        cohort = _people(files, names)
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


def _people(files: StudyFiles, names: Pseudonyms) -> Cohort:
    """Return the people of a user's own roster with their traits and skills."""
    paths = files.roster[0] if len(files.roster) == 1 else list(files.roster)
    mapping = read_mapping(files.mapping, roster=paths) if files.mapping else None
    report = check_roster(paths, mapping=mapping, pseudonyms=names)
    known = Known(report.checked(), names, report.aside)
    return with_measured(known, traits=files.traits, skills=files.skills or None)


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
