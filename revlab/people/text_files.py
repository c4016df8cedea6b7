"""Text tables as lines of cells: the encodings and separators that offices write."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from statistics import median

from revlab.errors import Fault
from revlab.people.file_kinds import no_text_table
from revlab.people.repairs import Repair
from revlab.privacy.export import plain_cell

__all__ = ["TextLines", "read_text_lines"]

_MARKS = ",;\t|"
_LOOK_AT = 20
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_CHECK = "so check names with accents"


@dataclass
class TextLines:
    """The lines of a text table, with faults, notes and what was put right."""

    lines: list[tuple[str, ...]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    repairs: list[Repair] = field(default_factory=list)


def read_text_lines(path: Path, *, max_rows: int, max_cells: int) -> TextLines:
    r"""Read a CSV file in one of the forms that offices write.

    Parameters
    ----------
    path : pathlib.Path
        Comma, semicolon, tab or bar; UTF-8, UTF-16 with a mark, Windows-1252, or lines of both.
    max_rows, max_cells : int
        One line more than this is the most that is read; more cells are a fault.

    Returns
    -------
    TextLines
        A cell that was guarded against being a formula ("'=1") stands without its guard.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "staff.csv")
    ...     _ = path.write_bytes("id;unit\na;Z\u00fcrich\n".encode("cp1252"))
    ...     read_text_lines(path, max_rows=10, max_cells=100).lines
    [('id', 'unit'), ('a', 'Zürich')]
    """
    out = TextLines()

    def fault(rule: str, remedy: str, row: int | None = None) -> TextLines:
        out.faults.append(Fault(path.name, row, None, rule, remedy))
        return out

    raw = path.read_bytes()
    trouble = no_text_table(raw)
    if trouble:
        return fault(*trouble)
    text = _decode(raw, path.name, out)
    if text is None or _CONTROL.search(text):
        rule = "holds bytes that are not text, so it cannot be read as a CSV table"
        return fault(rule, "save it as CSV UTF-8")
    text, mark = _without_told_mark(text)
    mark = mark or _mark_of(text)
    n_cells = 0
    if text.count(mark) > 2 * max_cells:  # before one line of millions is cut
        return fault(f"has more than {max_cells} cells", "split it")
    try:
        for cells in csv.reader(StringIO(text, newline=""), delimiter=mark, strict=True):
            n_cells += len(cells)
            out.lines.append(tuple(plain_cell(c) if "'" in c else c for c in cells))
            if n_cells > max_cells:
                return fault(f"has more than {max_cells} cells", "split it")
            if len(out.lines) > max_rows:
                break
    except csv.Error as error:
        rule = f"the quotation marks or the length of a cell cannot be read ({error})"
        return fault(rule, "correct this row or the one above", len(out.lines) + 1)
    other = _other_mark(out.lines, mark)
    if other:
        row, found = other
        rule = f"the cells are separated by {found!r} here and by {mark!r} elsewhere"
        return fault(rule, "use one separator in the whole file", row)
    return out


def _decode(raw: bytes, file: str, out: TextLines) -> str | None:
    """Return the text, or None; say how it was read if that is worth saying."""

    def told(words: str, before: str) -> None:
        out.notes.append(f"{file}: {words}.")
        out.repairs.append(
            Repair("repaired", file, None, None, None, before, "UTF-8", "one encoding for all")
        )

    try:
        if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
            text = raw.decode("utf-16")
            told("read as UTF-16", "UTF-16")
            return text
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        mixed = _decode_lines(raw)
        if mixed is None:
            text = raw.decode("cp1252")
            told(f"not UTF-8; read as Windows-1252, {_CHECK}", "Windows-1252")
            return text
    except UnicodeDecodeError:
        return None
    first, count, text = mixed
    words = f"mixes two encodings; {count} lines, the first being line {first}, are Windows-1252"
    told(f"{words}, {_CHECK}", "UTF-8 and Windows-1252")
    return text


def _decode_lines(raw: bytes) -> tuple[int, int, str] | None:
    """Return first line, number of lines and text if some lines are UTF-8 and some are not."""
    lines: list[str] = []
    others: list[int] = []
    n_utf8 = 0
    for number, line in enumerate(raw.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        try:
            lines.append(line.decode("utf-8"))
            n_utf8 += not line.isascii()
        except UnicodeDecodeError:
            lines.append(line.decode("cp1252"))
            others.append(number)
    return (others[0], len(others), "\n".join(lines)) if others and n_utf8 else None


def _without_told_mark(text: str) -> tuple[str, str]:
    """Return the text without Excel's ``sep=`` line, and the mark that it names, if any."""
    first, _, rest = text.partition("\n")
    told = first.strip().strip('"').lower()
    return (rest, told[4]) if told.startswith("sep=") and len(told) == 5 else (text, "")


def _outside(line: str) -> str:
    return "".join(line.split('"')[::2])


def _mark_of(text: str) -> str:
    """Return what separates the cells: the mark of the headings, unless most lines lack it."""
    start = text[:200_000].splitlines()
    lines = [_outside(line) for line in start if line.strip()][:_LOOK_AT]
    if not lines:
        return ","
    first = max(_MARKS, key=lines[0].count)
    if 2 * sum(first in line for line in lines) >= len(lines) or lines[0].count(first) > 1:
        return first
    usual = max(_MARKS, key=lambda mark: median(line.count(mark) for line in lines))
    return usual if median(line.count(usual) for line in lines) else first


def _other_mark(lines: Sequence[tuple[str, ...]], mark: str) -> tuple[int, str] | None:
    """Return row and mark of a line that another mark cuts into as many cells as the headings."""
    width = max((len(cells) for cells in lines[:_LOOK_AT]), default=0)
    for row, cells in enumerate(lines if width > 2 else (), start=1):
        if len(cells) == 1:
            for other in _MARKS.replace(mark, ""):
                if cells[0].count(other) == width - 1:
                    return row, other
    return None
