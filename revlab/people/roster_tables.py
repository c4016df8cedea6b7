"""The tables of a roster: which files and sheets the mapping is about, and what they hold."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from revlab.errors import Fault
from revlab.people.mapping import RosterMapping
from revlab.people.repairs import Repair
from revlab.people.roster_files import RosterFiles
from revlab.people.sheets import Sheet, read_sheets
from revlab.people.sides import SidesByFile

__all__ = ["RosterTables", "roster_tables"]


@dataclass(frozen=True)
class RosterTables:
    """The tables with people, the files they are in, faults, notes and repairs."""

    files: tuple[Path, ...]
    sheets: tuple[Sheet, ...]
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()
    repairs: tuple[Repair, ...] = field(default=(), repr=False)


def roster_tables(found: RosterFiles, mapping: RosterMapping) -> RosterTables:
    """Read the tables that a mapping is about.

    Parameters
    ----------
    found : RosterFiles
        The files; of a folder only those are read that the mapping names, if it names any.
    mapping : RosterMapping
        What they hold.

    Returns
    -------
    RosterTables

    Examples
    --------
    >>> from revlab.people.mapping_file import read_mapping
    >>> from revlab.people.roster_files import roster_files
    >>> from revlab.shipped import shipped
    >>> folder = shipped("data/rosters/ukcs_small")
    >>> tables = roster_tables(roster_files(folder), read_mapping(folder / "roster.toml"))
    >>> [(sheet.name, len(sheet.rows)) for sheet in tables.sheets]
    [('mentees.csv', 50), ('mentors.csv', 50)]
    """
    files, faults, notes = _chosen(found.files, mapping, whole=found.is_folder)
    read = read_sheets(files, only=mapping.sheets)
    sheets, left_out = _of_people(read.sheets, mapping)
    return RosterTables(
        tuple(files),
        tuple(sheets),
        (*faults, *read.faults),
        (*notes, *read.notes, *left_out),
        tuple(read.repairs),
    )


def _chosen(
    files: Sequence[Path], mapping: RosterMapping, *, whole: bool
) -> tuple[list[Path], list[Fault], list[str]]:
    """Return the files that the mapping is about, if it names files and a folder was given."""
    if not (whole and isinstance(mapping.sides, SidesByFile)):
        return list(files), [], []
    named = {name.partition("#")[0].casefold(): name for name in mapping.sides.files}
    there = {path.name.casefold(): path for path in files}
    faults = [
        Fault(name.partition("#")[0], None, None, "there is no such file", "correct roster.toml")
        for key, name in named.items()
        if key not in there
    ]
    spare = [path.name for key, path in there.items() if key not in named]
    notes = [f"not read, because [sides] does not name them: {', '.join(spare)}."] if spare else []
    return [path for key, path in there.items() if key in named], faults, notes


def _of_people(sheets: Sequence[Sheet], mapping: RosterMapping) -> tuple[list[Sheet], list[str]]:
    """Leave out the sheets of a workbook that have neither ids nor grades, and say so."""
    kept, notes = [], []
    for sheet in sheets:
        twins = [other for other in sheets if other.file == sheet.file]
        bare = all(
            sheet.find(mapping.columns.get(name, ())) is None for name in ("person_id", "grade")
        )
        if bare and len(twins) > 1 and sheet.file not in mapping.sheets:
            notes.append(f"{sheet.file}: the sheet {sheet.sheet!r} holds no people.")
        else:
            kept.append(sheet)
    return kept, notes
