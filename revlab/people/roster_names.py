"""The names in roster files, for the scrubber of free text and for nothing else."""

from dataclasses import dataclass, field

from revlab.errors import Fault, TableError
from revlab.people.roster_files import RosterPaths, roster_files
from revlab.people.sheets import Sheet, clean_text, read_sheets

__all__ = ["RosterNames", "names_by_row", "read_roster_names"]

_FULL = (
    "name",
    "full name",
    "employee name",
    "display name",
    "person",
    "mitarbeiter",
    "nom complet",
)
_FIRST = ("first name", "given name", "forename", "firstname", "vorname", "prénom", "nombre")
_LAST = ("last name", "surname", "family name", "lastname", "nachname", "nom", "apellido")
_KNOWN_AS = ("preferred name", "known as", "nickname", "rufname")
_IDS = (
    *("person_id", "person id", "employee id", "employee no", "employee number", "staff no"),
    *("staff number", "staff id", "personnel number", "personalnummer", "worker id"),
    *("employeeid", "employeenumber", "id"),
)


@dataclass(frozen=True)
class RosterNames:
    """Names and ids of the people of a roster; it shows neither.

    Parameters
    ----------
    names : tuple of str
        One full name per person, and what a person is called besides.
    ids : tuple of str
        Person ids as the roster writes them.
    """

    names: tuple[str, ...] = field(repr=False)
    ids: tuple[str, ...] = field(repr=False)

    def __repr__(self) -> str:
        return f"{len(self.names)} names and {len(self.ids)} ids of a roster (not shown)"


def read_roster_names(paths: RosterPaths) -> RosterNames:
    """Read the names and ids of a roster, which the roster itself never keeps.

    Parameters
    ----------
    paths : path, or sequence of paths
        A file with everybody, one file per side, or a folder of such files; CSV or XLSX. Needs a
        heading such as "Name", or "First name" and "Last name".

    Returns
    -------
    RosterNames

    Raises
    ------
    TableError
        With all faults; also if a file has no heading that looks like a name.

    Examples
    --------
    >>> from revlab.shipped import shipped
    >>> read_roster_names(shipped("data/rosters/ibm"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    revlab.errors.TableError: ...no heading looks like a name (call a column "Name", or two \
"First name" and "Last name").
    """
    found = roster_files(paths)
    read = read_sheets(found.files)
    faults = [*found.faults, *read.faults]
    names: list[str] = []
    ids: list[str] = []
    for sheet in read.sheets:
        of_sheet = _names(sheet)
        if not of_sheet:
            rule = "no heading looks like a name"
            remedy = 'call a column "Name", or two "First name" and "Last name"'
            faults.append(Fault(sheet.file, 1, None, rule, remedy, sheet.sheet))
        names += of_sheet
        ids += _column(sheet, _IDS)
    if faults:
        raise TableError(faults)
    return RosterNames(*(tuple(dict.fromkeys(one for one in many if one)) for many in (names, ids)))


def _column(sheet: Sheet, headings: tuple[str, ...]) -> list[str]:
    place = sheet.find(headings)
    return [] if place is None else [clean_text(cell) for cell in sheet.cells(place)]


def names_by_row(sheet: Sheet) -> list[str]:
    """Return the full name in each row of a table, "" where there is none.

    Examples
    --------
    >>> staff = Sheet("s.csv", None, ("First name", "Surname"), ((2, ("Ana", "O'Neill")),))
    >>> names_by_row(staff), names_by_row(Sheet("s.csv", None, ("Id",), ((2, ("a1",)),)))
    (["Ana O'Neill"], [''])
    """
    full, first, last = (_column(sheet, headings) for headings in (_FULL, _FIRST, _LAST))
    none = [""] * len(sheet.rows)
    parts = zip(full or none, first or none, last or none, strict=True)
    return [whole or f"{one} {two}".strip() for whole, one, two in parts]


def _names(sheet: Sheet) -> list[str]:
    full, first, last = (_column(sheet, headings) for headings in (_FULL, _FIRST, _LAST))
    if last:
        firsts = first or [""] * len(last)
        joined = [f"{one} {two}".strip() for one, two in zip(firsts, last, strict=True)]
        return [*full, *joined, *_column(sheet, _KNOWN_AS)]
    return [*full, *first, *_column(sheet, _KNOWN_AS)]
