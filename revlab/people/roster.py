"""`read_roster`: CSV and XLSX files with real people, and a mapping, to a checked `Cohort`."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from revlab.errors import Fault, TableError
from revlab.people.assembly import assemble, by_side, check_people, check_sides
from revlab.people.cohort import Cohort
from revlab.people.direction import Direction, check_direction
from revlab.people.guessing import guess_mapping
from revlab.people.mapping import RosterMapping
from revlab.people.mapping_file import MAPPING_FILE, read_mapping
from revlab.people.records import read_records
from revlab.people.roster_files import RosterFiles, RosterPaths, roster_files
from revlab.people.roster_tables import roster_tables
from revlab.people.unnamed import notes_without_cells, without_cells
from revlab.privacy.pseudonyms import Pseudonyms

__all__ = ["RosterReport", "check_roster", "read_roster", "roster_mapping"]


@dataclass(frozen=True)
class RosterReport:
    """What a roster gives and what is wrong with it.

    Parameters
    ----------
    cohort : Cohort or None
        None if there is a fault.
    mapping : RosterMapping or None
        As given, read from ``roster.toml`` or guessed; None if there is none.
    faults : tuple of Fault
        Everything that must be corrected, with its place.
    notes : tuple of str
        What the reader should know, in sentences.
    direction : Direction or None
        What the grades say about the sides, row by row.
    aside : frozenset of str
        Ids of the people who are on neither side, pseudonyms if the cohort has those.
    """

    cohort: Cohort | None
    mapping: RosterMapping | None
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()
    direction: Direction | None = field(default=None, repr=False)
    aside: frozenset[str] = field(default=frozenset(), repr=False)

    def __repr__(self) -> str:
        what = "no cohort" if self.cohort is None else repr(self.cohort)
        return f"{what}; {len(self.faults)} faults, {len(self.notes)} notes"

    def checked(self) -> Cohort:
        """Return the cohort.

        Raises
        ------
        TableError
            With all faults, if there is one.
        """
        if self.cohort is None:
            raise TableError(self.faults)
        return self.cohort


def read_roster(
    paths: RosterPaths,
    *,
    mapping: RosterMapping | None = None,
    pseudonyms: Pseudonyms | None = None,
) -> Cohort:
    """Read a roster of real people.

    Parameters
    ----------
    paths : path, or sequence of paths
        A file with everybody, one file per side, or a folder of such files; CSV or XLSX.
    mapping : RosterMapping, optional
        How to read them; else ``roster.toml`` in their folder, else a guess.
    pseudonyms : Pseudonyms, optional
        What stands in the place of every id from here on. Names are never read, and with
        pseudonyms no fault and no note repeats what a cell holds.

    Returns
    -------
    Cohort
        The juniors as mentors and the seniors as mentees.

    Raises
    ------
    TableError
        With **all** faults: file, sheet, row as a spreadsheet shows it, column, rule, remedy.

    Examples
    --------
    >>> from revlab.shipped import shipped
    >>> read_roster(shipped("data/rosters/ukcs_small"))
    Cohort of 50 mentors (junior) and 50 mentees (senior)
    """
    return check_roster(paths, mapping=mapping, pseudonyms=pseudonyms).checked()


def check_roster(
    paths: RosterPaths,
    *,
    mapping: RosterMapping | None = None,
    pseudonyms: Pseudonyms | None = None,
) -> RosterReport:
    """Read a roster and report everything about it; the arguments are those of `read_roster`.

    Returns
    -------
    RosterReport
        With the cohort if there is no fault. A file that cannot be read is a fault, never an
        exception.

    Examples
    --------
    >>> from revlab.shipped import shipped
    >>> report = check_roster(shipped("data/rosters/ibm"))
    >>> report
    Cohort of 1077 mentors (junior) and 175 mentees (senior); 0 faults, 3 notes
    >>> print(report.notes[0])
    218 of 1470 people are on neither side and left out.
    """
    report = _report(paths, mapping, pseudonyms)
    if pseudonyms is None:
        return report
    faults = tuple(without_cells(report.faults, report.mapping))
    notes = tuple(notes_without_cells(report.notes))
    if report.cohort is None:
        return replace(report, faults=faults, notes=notes)
    return replace(report, notes=notes, cohort=replace(report.cohort, notes=notes))


def roster_mapping(found: RosterFiles, mapping: RosterMapping | None) -> RosterMapping:
    """Return how some files are read: as told, else as their ``roster.toml`` says, else a guess.

    Raises
    ------
    TableError
        If the file has a fault, or something that everybody needs cannot be guessed.

    Examples
    --------
    >>> from revlab.shipped import shipped
    >>> roster_mapping(roster_files(shipped("data/rosters/ibm")), None).sides.words
    'grade 1, 2 = a mentor (junior); grade 4, 5 = a mentee (senior); other grades are left out'
    """
    if mapping is not None:
        return mapping
    beside = found.folder / MAPPING_FILE
    if beside.is_file():
        return read_mapping(beside, roster=found.files)
    return guess_mapping(found.files)


def _report(
    paths: RosterPaths, mapping: RosterMapping | None, pseudonyms: Pseudonyms | None
) -> RosterReport:
    found = roster_files(paths)
    if found.faults:
        return RosterReport(None, mapping, tuple(found.faults))
    try:
        mapping = roster_mapping(found, mapping)
    except TableError as error:
        return RosterReport(None, None, error.faults)
    read = roster_tables(found, mapping)
    files, faults, notes = read.files, [], list(mapping.notes)
    records = read_records(read.sheets, mapping)
    faults += [*read.faults, *records.faults]
    notes += [*read.notes, *records.notes]
    rows = records.frame()
    people = by_side(rows) if records.rows else rows
    if not len(people):
        return RosterReport(None, mapping, tuple(faults) or (_nobody(files),), tuple(notes))
    more, words = check_people(people, rows)
    # A row with a fault is left out, so the rest may lack a side without that being the trouble.
    faults += more if faults else [*more, *check_sides(people)]
    direction = check_direction(people)
    faults += direction.faults
    notes += [*words, *direction.notes]
    if pseudonyms is None and people["person_id"].str.contains("@").any():
        notes.append("the ids are e-mail addresses; give pseudonyms before anything is shared.")
    if faults:
        return RosterReport(None, mapping, tuple(faults), tuple(notes), direction)
    cohort = assemble(people, rows, mapping, pseudonyms=pseudonyms, notes=tuple(notes))
    away = rows.loc[[not sides for sides in rows["sides"]], "person_id"].dropna()
    aside = frozenset(away if pseudonyms is None else map(pseudonyms.of, away))
    return RosterReport(cohort, mapping, (), cohort.notes, direction, aside)


def _nobody(files: Sequence[Path]) -> Fault:
    names = ", ".join(path.name for path in files)
    return Fault(names, None, None, "there is nobody in the roster", "check the files")
