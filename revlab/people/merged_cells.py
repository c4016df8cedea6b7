"""Merged cells of a workbook: what a reader of the sheet sees in each of them."""

import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from revlab.people.repairs import Repair

__all__ = ["Filled", "Parts", "fill_merged", "scan_sheets"]

_MERGED = re.compile(rb'<mergeCell ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_CHUNK = 1 << 20
_OVERLAP = 64
_MOST = 1_000
_MOST_FILLED = 200_000

Area = tuple[int, int, int, int]
"""First column, first row, last column, last row, all from 1."""


@dataclass(frozen=True)
class Parts:
    """What the sheets of a workbook hold besides their cells.

    Parameters
    ----------
    computed : bool
        Whether a cell holds a formula.
    merged : mapping of str to tuple of Area
        Part of the archive to its merged areas.
    """

    computed: bool
    merged: Mapping[str, tuple[Area, ...]]


@dataclass
class Filled:
    """Lines of a sheet with its merged cells filled in, and what was filled."""

    lines: list[tuple[str, ...]]
    repairs: list[Repair] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number


def scan_sheets(archive: zipfile.ZipFile) -> Parts:
    """Look through the sheets of an open workbook, a piece at a time.

    Parameters
    ----------
    archive : zipfile.ZipFile
        An XLSX file.

    Returns
    -------
    Parts
    """
    computed = False
    merged: dict[str, tuple[Area, ...]] = {}
    for name in archive.namelist():
        if not (name.startswith("xl/worksheets/") and name.endswith(".xml")):
            continue
        areas: dict[Area, None] = {}
        rest = b""
        with archive.open(name) as stream:
            while piece := stream.read(_CHUNK):
                piece = rest + piece
                computed = computed or b"<f" in piece
                for left, top, right, bottom in _MERGED.findall(piece):
                    if len(areas) < _MOST:
                        sides = (_column(left.decode()), int(top), _column(right.decode()))
                        areas[(*sides, int(bottom))] = None
                rest = piece[-_OVERLAP:]
        merged[name] = tuple(areas)
    return Parts(computed, merged)


def fill_merged(
    lines: Sequence[tuple[str, ...]], areas: Sequence[Area], *, file: str, sheet: str
) -> Filled:
    """Give each cell that is merged with the one above it the value that it shows.

    Cells that are merged sideways stay empty: a title over six columns is one title.

    Parameters
    ----------
    lines : sequence of tuple of str
        Line 1 is row 1.
    areas : sequence of Area
        The merged areas.
    file, sheet : str
        For the notes.

    Examples
    --------
    >>> lines = [("id", "unit"), ("a", "IT"), ("b",)]
    >>> fill_merged(lines, [(2, 2, 2, 3)], file="staff.xlsx", sheet="People").lines[2]
    ('b', 'IT')
    """
    out = Filled(list(lines))
    rows = []
    for left, top, _, bottom in areas:
        if bottom == top or top > len(lines) or left > len(lines[top - 1]):
            continue
        value = lines[top - 1][left - 1]
        reach = min(bottom, len(lines), top + _MOST_FILLED // max(1, len(areas)))
        for row in range(top + 1, reach + 1) if value else ():
            line = list(out.lines[row - 1])
            if not any(line) or any(line[left - 1 : left]):
                continue
            line += [""] * (left - len(line))
            line[left - 1] = value
            out.lines[row - 1] = tuple(line)
            rows.append(row)
            why = f"merged with the cell of row {top}"
            out.repairs.append(
                Repair("repaired", file, sheet, row, f"column {left}", "", value, why)
            )
    if rows:
        out.notes.append(
            f"{file}, sheet {sheet!r}: {len(rows)} merged cells (rows {min(rows)} to {max(rows)}) "
            "are read with the value that they show."
        )
    return out
