"""Roster files as tables of text: CSV in the encodings that offices write, and XLSX."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from revlab.errors import Fault
from revlab.people.file_kinds import BOOK_SUFFIXES, refusal
from revlab.people.repairs import Repair
from revlab.people.table_shape import Line, headings_at, is_total, repeats_headings
from revlab.people.text_files import read_text_lines
from revlab.people.workbook import UNSTORED_RESULT, read_workbook

__all__ = [
    "CELL_ERRORS",
    "MAX_BYTES",
    "MAX_CELL",
    "MAX_CELLS",
    "MAX_COLUMNS",
    "MAX_ROWS",
    "Sheet",
    "SheetsRead",
    "clean_text",
    "heading_key",
    "read_sheets",
]

MAX_BYTES = 50_000_000
MAX_ROWS = 200_000
MAX_CELLS = 5_000_000
MAX_COLUMNS = 500
MAX_CELL = 32_767
"""Bounds of one file; the longest cell is that of a spreadsheet."""

CELL_ERRORS = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", UNSTORED_RESULT}
)
"""Cells that hold a spreadsheet's complaint instead of a value."""

_INVISIBLE: Mapping[int, str | None] = {
    **dict.fromkeys(
        [
            *(0x00AD, 0x061C, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F)),
            *(*range(0x2060, 0x206A), *range(9), *range(0x0E, 0x1C)),
            *(*range(0x80, 0x85), *range(0x86, 0xA0)),
        ]
    ),
    # Half a character cannot be written to any file.
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
}


@dataclass(frozen=True)
class Sheet:
    """One table of text with its headings.

    Parameters
    ----------
    file : str
        File name without its folder.
    sheet : str or None
        Sheet of a workbook, None for a text file.
    headings : tuple of str
        As the file writes them.
    rows : tuple of (int, tuple of str)
        The row as a spreadsheet shows it (the first line is row 1) and its cells, one per heading.
    """

    file: str
    sheet: str | None
    headings: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    @property
    def name(self) -> str:
        """The file, and the sheet after ``#`` if there is one."""
        return self.file if self.sheet is None else f"{self.file}#{self.sheet}"

    def find(self, headings: Sequence[str]) -> int | None:
        """Return the position of the first of these headings that the sheet has."""
        keys = [heading_key(heading) for heading in self.headings]
        for heading in headings:
            if heading_key(heading) in keys:
                return keys.index(heading_key(heading))
        return None

    def cells(self, position: int) -> list[str]:
        """Return one column, in the order of the rows."""
        return [cells[position] for _, cells in self.rows]


@dataclass
class SheetsRead:
    """What came out of some files: tables, faults, what the reader should know, repairs."""

    sheets: list[Sheet] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    repairs: list[Repair] = field(default_factory=list)


def clean_text(cell: str) -> str:
    r"""Return the cell in one Unicode form, single-spaced, without invisible characters.

    Examples
    --------
    >>> clean_text("  Human\u00a0 Resources\u200b ")
    'Human Resources'
    """
    return " ".join(unicodedata.normalize("NFC", cell.translate(_INVISIBLE)).split())


def heading_key(heading: str) -> str:
    """Return what two spellings of one heading have in common."""
    return clean_text(heading).casefold()


def read_sheets(
    paths: Sequence[Path], *, only: Mapping[str, tuple[str, ...]] | None = None
) -> SheetsRead:
    """Read text tables and workbooks; what cannot be read becomes a fault, never an exception.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        CSV (comma, semicolon, tab or bar; UTF-8, UTF-16 with a mark, or Windows-1252) or XLSX.
    only : mapping of str to tuple of str, optional
        File name to the sheets to read; other workbooks are read whole, without hidden sheets.

    Returns
    -------
    SheetsRead
        Everything that could be read, and one fault for each thing that could not. Titles above
        the headings, totals below the people and repeated headings are left out and said.
    """
    out = SheetsRead()
    for path in paths:
        try:
            reason = refusal(path, max_bytes=MAX_BYTES)
            if reason is None:
                _read(path, out, only=(only or {}).get(path.name, ()))
        except OSError as error:
            reason = f"cannot be opened ({error.strerror})", "ask who owns the file"
        if reason is not None:
            out.faults.append(Fault(path.name, None, None, *reason))
    return out


def _read(path: Path, out: SheetsRead, *, only: tuple[str, ...]) -> None:
    if path.suffix.lower() not in BOOK_SUFFIXES:
        text = read_text_lines(path, max_rows=MAX_ROWS, max_cells=MAX_CELLS)
        out.faults += text.faults
        out.notes += text.notes
        out.repairs += text.repairs
        if not text.faults:
            _Table(path.name, None, out).add(text.lines)
        return
    book = read_workbook(path, only=only, max_rows=MAX_ROWS, max_cells=MAX_CELLS)
    out.faults += book.faults
    out.notes += book.notes
    out.repairs += book.repairs
    told = bool(only) or len(book.tables) == 1
    for title, lines in book.tables:
        if told or sum(map(any, lines)) > 1:
            _Table(path.name, title, out).add(lines)
        else:
            out.notes.append(f"{path.name}: the sheet {title!r} holds no people.")


@dataclass(frozen=True)
class _Table:
    """Adds the table of some lines (line 1 is row 1) to what was read, or says why not."""

    file: str
    sheet: str | None
    out: SheetsRead

    def fault(self, row: int | None, rule: str, remedy: str) -> None:
        self.out.faults.append(Fault(self.file, row, None, rule, remedy, self.sheet))

    def leave_out(self, lines: Sequence[Line], why: str) -> None:
        """Say which rows are no people."""
        if not lines:
            return
        place = self.file if self.sheet is None else f"{self.file}, sheet {self.sheet!r}"
        rows = ", ".join(str(row) for row, _ in lines[:10])
        self.out.notes.append(f"{place}: row {rows} is left out: {why}.")
        for row, cells in lines:
            text = " | ".join(clean_text(cell)[:100] for cell in cells if cell.strip())
            self.out.repairs.append(
                Repair("left out", self.file, self.sheet, row, None, text[:500], "", why)
            )

    def add(self, lines: Sequence[tuple[str, ...]]) -> None:
        filled = [
            (row, cells) for row, cells in enumerate(lines, start=1) if any(map(str.strip, cells))
        ]
        if not filled:
            self.fault(None, "is empty", "it needs a line of headings and one line per person")
            return
        at = headings_at(filled)
        (top, heads), body = filled[at], filled[at + 1 :]
        while heads and not heads[-1].strip():
            heads = heads[:-1]
        if len(heads) > MAX_COLUMNS:
            rule = f"has {len(heads)} columns; at most {MAX_COLUMNS} are read"
            self.fault(top, rule, "leave some out")
        elif len(lines) > MAX_ROWS:
            self.fault(None, f"has more than {MAX_ROWS} rows", "split it")
        else:
            self.leave_out(filled[:at], "a title above the headings")
            self._add_people(top, heads, body)

    def _add_people(self, top: int, heads: tuple[str, ...], body: list[Line]) -> None:
        again = [line for line in body if repeats_headings(line[1], heads)]
        rows_again = {row for row, _ in again}
        body = [line for line in body if line[0] not in rows_again]
        end = len(body)
        while end > 1 and len(heads) > 2 and is_total(body[end - 1][1]):
            end -= 1
        body, totals = body[:end], body[end:]
        if not body:
            self.fault(None, "holds headings but no people", "add one line per person")
            return
        self.leave_out(again, "the headings once more")
        self.leave_out(totals, "a row of totals")
        width = len(heads)
        for row, cells in body:
            if any(cell.strip() for cell in cells[width:]):
                rule = f"has {len(cells)} cells under {width} headings"
                self.fault(row, rule, "quote cells with separators")
            if any(len(cell) > MAX_CELL for cell in cells):
                self.fault(row, f"a cell is longer than {MAX_CELL} characters", "shorten it")
        rows = tuple((row, (*cells, *[""] * width)[:width]) for row, cells in body)
        names = tuple(clean_text(head) for head in heads)
        for place, name in enumerate(names):
            if not name and any(cells[place].strip() for _, cells in rows):
                where = self.file if self.sheet is None else f"{self.file}#{self.sheet}"
                self.out.notes.append(
                    f"{where}: column {place + 1} has no heading and is not read."
                )
        self.out.sheets.append(Sheet(self.file, self.sheet, names, rows))
