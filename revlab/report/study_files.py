"""Where a user's own data of a study are, as the command line tells the notebooks."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from revlab.errors import RevlabError, must
from revlab.privacy.pseudonyms import Pseudonyms, read_key

__all__ = ["STUDY_VARIABLE", "StudyFiles"]

STUDY_VARIABLE = "REVLAB_STUDY"
"""Environment variable that names the file with a user's study; unset for the shipped data."""

_PLACES = ("mapping", "pilot", "traits", "key_file")


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
    traits : pathlib.Path or None
        Scores of questionnaires of the people of the roster.
    skills : str
        Their skills: a table or a skills database, "" for none. The kernel that runs the notebooks
        reads it too, so the address stands in a file of its own as long as they run.
    key_file : pathlib.Path or None
        Key of the programme's pseudonyms. Ids that are pseudonyms already then stay, so that a
        roster and a pilot that was made with the same key have the same people.
    key : bytes
        Key of the pseudonyms; that of the file if there is one, and else derived from the contents
        of the files. Whoever has the files knows the people anyway, whoever has only the pages
        cannot find it, and the same files give the same pseudonyms, so that a study can be
        repeated to the bit.

    Examples
    --------
    >>> StudyFiles()
    StudyFiles(roster=(), mapping=None, pilot=None, traits=None, key_file=None)
    """

    roster: tuple[Path, ...] = ()
    mapping: Path | None = None
    pilot: Path | None = None
    traits: Path | None = None
    skills: str = field(default="", repr=False)
    key_file: Path | None = None
    key: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        if self.key_file is not None:
            object.__setattr__(self, "key", read_key(self.key_file))
        if not self.key:
            object.__setattr__(self, "key", _key_of([*self.roster, self.pilot]))

    @property
    def pseudonyms(self) -> Pseudonyms:
        """What stands in the place of every id."""
        return Pseudonyms(self.key, closed="rename" if self.key_file is None else "keep")

    def write(self, path: Path) -> None:
        """Write where the files are, for the kernel that runs the notebooks.

        The key of a programme is not written, only where it is.
        """
        address = "://" in self.skills or not self.skills
        known: dict[str, object] = {"roster": [str(one.resolve()) for one in self.roster]}
        for name in _PLACES:
            place = getattr(self, name)
            known[name] = str(place.resolve()) if place else None
        known["skills"] = self.skills if address else str(Path(self.skills).resolve())
        known["key"] = "" if self.key_file else self.key.hex()
        path.touch(mode=0o600)
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
            places = {name: Path(known[name]) if known[name] else None for name in _PLACES}
            return cls(
                roster=tuple(Path(one) for one in known["roster"]),
                skills=str(known["skills"]),
                key=bytes.fromhex(known["key"]),
                **places,
            )
        except (ValueError, KeyError, TypeError):
            words = f"{STUDY_VARIABLE} names a file that is not of a study; unset the variable."
            raise RevlabError(words) from None


def _key_of(places: Sequence[Path | None]) -> bytes:
    digest = hashlib.sha256(b"revlab study")
    for place in places:
        inside = sorted(place.rglob("*")) if place and place.is_dir() else [place]
        for path in inside:
            if path and path.is_file():
                digest.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.digest()
