"""Roster files as tables of text: CSV in the encodings that offices write, and XLSX."""

import csv
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

from revlab.errors import Fault
from revlab.people.workbook import UNSTORED_RESULT, read_workbook

__all__ = [
    "CELL_ERRORS",
    "MAX_BYTES",
    "MAX_CELL",
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
MAX_COLUMNS = 500
MAX_CELL = 32_767
"""Bounds of one file; the longest cell is that of a spreadsheet."""

CELL_ERRORS = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", UNSTORED_RESULT}
)
"""Cells that hold a spreadsheet's complaint instead of a value."""

_TEXT_SUFFIXES = frozenset({".csv", ".tsv", ".txt"})
_BOOK_SUFFIXES = frozenset({".xlsx", ".xlsm"})
_INVISIBLE = dict.fromkeys(
    [0x00AD, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A)]
)


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
    """What came out of some files: tables, faults, and what the reader should know."""

    sheets: list[Sheet] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


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
        Everything that could be read, and one fault for each thing that could not.
    """
    out = SheetsRead()
    for path in paths:
        reason = _refusal(path)
        if reason is not None:
            out.faults.append(Fault(path.name, None, None, *reason))
        elif path.suffix.lower() in _BOOK_SUFFIXES:
            book = read_workbook(path, only=(only or {}).get(path.name, ()), max_rows=MAX_ROWS)
            out.faults.extend(book.faults)
            out.notes.extend(book.notes)
            told = path.name in (only or {}) or len(book.tables) == 1
            for title, lines in book.tables:
                if told or sum(map(any, lines)) > 1:
                    _add(out, lines, file=path.name, sheet=title)
                else:
                    out.notes.append(f"{path.name}: the sheet {title!r} holds no people.")
        else:
            _read_text(path, out)
    return out


def _refusal(path: Path) -> tuple[str, str] | None:
    if not path.is_file():
        return "there is no such file", "check the name"
    known = _TEXT_SUFFIXES | _BOOK_SUFFIXES
    if path.suffix.lower() not in known:
        kind = path.suffix or "no ending"
        return f"a file of this kind ({kind}) cannot be read", "save it as .xlsx or as CSV UTF-8"
    size = path.stat().st_size
    if size > MAX_BYTES:
        return f"is {size / 1e6:.0f} MB; at most {MAX_BYTES / 1e6:.0f} are read", "split it"
    return None


def _decode(raw: bytes) -> tuple[str | None, str]:
    """Return the text, or None, and in words how it was read if that is worth saying."""
    try:
        if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return raw.decode("utf-16"), "read as UTF-16"
        return raw.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        pass
    try:
        text = raw.decode("cp1252")
    except UnicodeDecodeError:
        return None, ""
    return text, "not UTF-8; read as Windows-1252, so check names with accents"


def _read_text(path: Path, out: SheetsRead) -> None:
    raw = path.read_bytes()
    text, words = _decode(raw)
    if text is None or any(ord(mark) < 32 and mark not in "\t\n\r\v\f" for mark in text):
        remedy = "rename it to .xlsx" if raw.startswith(b"PK\x03\x04") else "save it as CSV UTF-8"
        rule = "holds bytes that are not text, so it cannot be read as a CSV table"
        out.faults.append(Fault(path.name, None, None, rule, remedy))
        return
    if words:
        out.notes.append(f"{path.name}: {words}.")
    text, delimiter = _delimiter(text)
    lines: list[tuple[str, ...]] = []
    try:
        for cells in csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True):
            lines.append(tuple(cells))
            if len(lines) > MAX_ROWS:
                break
    except csv.Error as error:
        rule = f"the quotation marks or the length of a cell cannot be read ({error})"
        fault = Fault(path.name, len(lines) + 1, None, rule, "correct this row or the one above")
        out.faults.append(fault)
        return
    _add(out, lines, file=path.name, sheet=None)


def _delimiter(text: str) -> tuple[str, str]:
    """Return the text without Excel's ``sep=`` line, and the mark that separates its cells."""
    first, _, rest = text.partition("\n")
    told = first.strip().strip('"').lower()
    if told.startswith("sep=") and len(told) == 5:
        return rest, told[4]
    header = next((line for line in text.splitlines() if line.strip()), "")
    outside = "".join(header.split('"')[::2])
    return text, max(",;\t|", key=outside.count)


def _add(
    out: SheetsRead, lines: Sequence[tuple[str, ...]], *, file: str, sheet: str | None
) -> None:
    """Add the table of these lines (line 1 is row 1), or say why not."""

    def fault(row: int | None, rule: str, remedy: str) -> None:
        out.faults.append(Fault(file, row, None, rule, remedy, sheet))

    filled = [
        (row, cells) for row, cells in enumerate(lines, start=1) if any(map(str.strip, cells))
    ]
    if not filled:
        fault(None, "is empty", "it needs a line of headings and one line per person")
        return
    (top, heads), body = filled[0], filled[1:]
    while heads and not heads[-1].strip():
        heads = heads[:-1]
    if len(heads) > MAX_COLUMNS:
        fault(top, f"has {len(heads)} columns; at most {MAX_COLUMNS} are read", "leave some out")
        return
    if len(lines) > MAX_ROWS:
        fault(None, f"has more than {MAX_ROWS} rows", "split it")
        return
    if not body:
        fault(None, "holds headings but no people", "add one line per person")
        return
    width = len(heads)
    for row, cells in body:
        if any(cell.strip() for cell in cells[width:]):
            fault(
                row, f"has {len(cells)} cells under {width} headings", "quote cells with separators"
            )
        if any(len(cell) > MAX_CELL for cell in cells):
            fault(row, f"a cell is longer than {MAX_CELL} characters", "shorten it")
    rows = tuple((row, (*cells, *[""] * width)[:width]) for row, cells in body)
    out.sheets.append(Sheet(file, sheet, tuple(clean_text(head) for head in heads), rows))
