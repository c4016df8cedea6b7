"""XLSX workbooks as lines of text, with bounds and without trusting the file."""

import datetime as dt
import warnings
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any

from revlab.errors import Fault
from revlab.people.merged_cells import Parts, fill_merged, scan_sheets
from revlab.people.repairs import Repair

__all__ = ["UNSTORED_RESULT", "Book", "read_workbook"]

UNSTORED_RESULT = "#formula without a stored result"
MAX_UNPACKED = 300_000_000
MAX_GROWTH = 200
"""A workbook that grows more than this many times, and beyond 50 MB, is no list of people."""

_EXACT = 10**15
_TROUBLE = (
    *(ValueError, KeyError, TypeError, AttributeError, IndexError, SyntaxError, OSError, EOFError),
    *(zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError),
)


@dataclass
class Book:
    """The sheets of a workbook as ``(title, lines of text)``, with faults and notes."""

    tables: list[tuple[str, list[tuple[str, ...]]]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    repairs: list[Repair] = field(default_factory=list)


def read_workbook(
    path: Path, *, only: Sequence[str] = (), max_rows: int, max_cells: int = 5_000_000
) -> Book:
    """Read the visible sheets of a workbook, or those named, as text.

    Parameters
    ----------
    path : pathlib.Path
        An XLSX file.
    only : sequence of str
        Titles of the sheets to read; empty for all that are not hidden and not blank.
    max_rows : int
        One line more than this is the most that is read of a sheet.
    max_cells : int
        More cells, empty ones in between included, are a fault.

    Returns
    -------
    Book
        A formula stands as its stored result, or as `UNSTORED_RESULT` if it has none; cells that
        are merged downwards all hold the value that they show.
    """
    book = Book()

    def fault(rule: str, remedy: str) -> Book:
        book.faults.append(Fault(path.name, None, None, rule, remedy))
        return book

    with path.open("rb") as stream:
        head = stream.read(8)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return fault("is an old .xls workbook or has a password", "save it as .xlsx without one")
    if not head:
        return fault("is empty", "it needs a line of headings and one line per person")
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
            grown = unpacked > max(50_000_000, MAX_GROWTH * path.stat().st_size)
            if unpacked > MAX_UNPACKED or grown:
                return fault(f"unpacks to {unpacked / 1e6:.0f} MB", "save the people alone as CSV")
            if "mimetype" in archive.namelist() and "xl/workbook.xml" not in archive.namelist():
                return fault("is another kind of workbook (.ods)", "save it as .xlsx")
            parts = scan_sheets(archive)
        _fill(book, path, only=only, parts=parts, bounds=(max_rows, max_cells))
    except _TROUBLE:
        return fault("cannot be read as an XLSX workbook", "open it and save it as .xlsx again")
    return book


def _fill(
    book: Book, path: Path, *, only: Sequence[str], parts: Parts, bounds: tuple[int, int]
) -> None:
    import openpyxl

    with warnings.catch_warnings():
        # openpyxl warns about styles and validations that do not concern the cells.
        warnings.simplefilter("ignore")
        values = openpyxl.load_workbook(path, read_only=True, data_only=True)
        formulas = openpyxl.load_workbook(path, read_only=True) if parts.computed else None
        try:
            titles = [sheet.title for sheet in values.worksheets]
            for title in only:
                if title not in titles:
                    there = ", ".join(repr(name) for name in titles)
                    rule = f"has no sheet {title!r}; it has {there}"
                    book.faults.append(
                        Fault(path.name, None, None, rule, "correct [sheets] in roster.toml")
                    )
            for sheet in values.worksheets:
                if only and sheet.title not in only:
                    continue
                if not only and sheet.sheet_state != "visible":
                    book.notes.append(f"{path.name}: the hidden sheet {sheet.title!r} is not read.")
                    continue
                twin = formulas[sheet.title] if formulas is not None else None
                lines = _lines(sheet, twin, bounds)
                if lines is None:
                    rule = f"has more than {bounds[1]} cells, most of them empty or repeated"
                    place = (path.name, None, None, rule, "save the people alone", sheet.title)
                    book.faults.append(Fault(*place))
                elif only or len(titles) == 1 or any(map(any, lines)):
                    merged = parts.merged.get(getattr(sheet, "_worksheet_path", ""), ())
                    filled = fill_merged(lines, merged, file=path.name, sheet=sheet.title)
                    book.repairs += filled.repairs
                    book.notes += filled.notes
                    book.tables.append((sheet.title, filled.lines))
        finally:
            values.close()
            if formulas is not None:
                formulas.close()


def _lines(sheet: Any, twin: Any, bounds: tuple[int, int]) -> list[tuple[str, ...]] | None:
    """Return the lines of a sheet, None if it has too many cells."""
    # The size that a writer stores in the file may be wrong; without it, every row is visited.
    sheet.reset_dimensions()
    if twin is None:
        formulas: Any = ()
    else:
        twin.reset_dimensions()
        formulas = twin.iter_rows(values_only=True)
    lines: list[tuple[str, ...]] = []
    n_cells = 0
    for cells, sources in zip_longest(sheet.iter_rows(values_only=True), formulas, fillvalue=()):
        n_cells += len(cells)
        if n_cells > bounds[1]:
            return None
        pairs = zip_longest(cells, sources)
        line = [
            UNSTORED_RESULT if value is None and source is not None else _text(value)
            for value, source in pairs
        ]
        while line and not line[-1]:
            line.pop()
        lines.append(tuple(line))
        if len(lines) > bounds[0]:
            break
    while lines and not any(lines[-1]):
        lines.pop()
    return lines


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    if isinstance(value, int) and abs(value) >= _EXACT:
        return repr(float(value))  # a spreadsheet keeps fifteen digits and makes the rest up
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    return str(value)
