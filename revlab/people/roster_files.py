"""Which files a roster is made of."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from revlab.errors import Fault

__all__ = ["RosterFiles", "RosterPaths", "roster_files"]

RosterPaths = str | Path | Sequence[str | Path]
"""One file, several files, or a folder."""

_KINDS = frozenset({".csv", ".tsv", ".xlsx", ".xlsm"})


@dataclass(frozen=True)
class RosterFiles:
    """The files of a roster, the folder they lie in, and whether a whole folder was asked for."""

    files: tuple[Path, ...]
    folder: Path
    is_folder: bool = False
    faults: tuple[Fault, ...] = field(default=())


def roster_files(paths: RosterPaths) -> RosterFiles:
    """Return the files, in the order given, of a folder in the order of their names.

    Examples
    --------
    >>> from revlab.shipped import shipped
    >>> [path.name for path in roster_files(shipped("data/rosters/ukcs_small")).files]
    ['mentees.csv', 'mentors.csv']
    >>> print(roster_files([]).faults[0])
    the roster: no file was given (give a file, several files or a folder).
    """
    given = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    if not given:
        rule, remedy = "no file was given", "give a file, several files or a folder"
        return RosterFiles((), Path(), faults=(Fault("the roster", None, None, rule, remedy),))
    if len(given) > 1 or not given[0].is_dir():
        return RosterFiles(tuple(given), given[0].parent)
    folder = given[0]
    files = sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in _KINDS and path.is_file() and path.name[0] not in ".~"
    )
    if files:
        return RosterFiles(tuple(files), folder, is_folder=True)
    fault = Fault(
        folder.name, None, None, "this folder holds no CSV or XLSX file", "check the name"
    )
    return RosterFiles((), folder, faults=(fault,))
