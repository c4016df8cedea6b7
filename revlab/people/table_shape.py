"""Where a table begins and ends on a sheet: titles above the headings, totals below the people."""

import re
from collections.abc import Sequence

__all__ = ["Line", "headings_at", "is_total", "repeats_headings"]

Line = tuple[int, tuple[str, ...]]
"""The row as a spreadsheet shows it, and its cells."""

_LOOK_AT = 30
_MOST_TITLES = 10
_GROUPS = 0.6
_TOTAL = re.compile(
    r"(grand |sub)?-?(totals?|sum|count|average|mean|summe|gesamt(summe)?|insgesamt|anzahl"
    r"|mittelwert|somme|nombre|moyenne|suma|promedio)\b.{0,30}",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[-+]?[\d.,\s]+%?")


def _filled(cells: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in cells)


def headings_at(lines: Sequence[Line]) -> int:
    """Return the position of the line of headings among lines that are not blank.

    It is the first line that fills at least half of the columns of the widest of the first lines,
    which must be three or more; of headings in two lines (merged cells) it is the lower one.

    Parameters
    ----------
    lines : sequence of (int, tuple of str)
        At least one.

    Examples
    --------
    >>> headings_at([(1, ("Staff list",)), (3, ("id", "unit", "grade")), (4, ("a", "IT", "1"))])
    1
    """
    counts = [_filled(cells) for _, cells in lines[:_LOOK_AT]]
    widest = max(counts)
    if widest < 3:
        return 0
    wide = [place for place, count in enumerate(counts) if 2 * count >= widest]
    place = wide[0] if wide[0] <= _MOST_TITLES else 0
    if place + 1 < len(lines):
        below = [cell.strip() for cell in lines[place + 1][1] if cell.strip()]
        words = not any(_NUMBER.fullmatch(cell) for cell in below)
        if words and counts[place] <= _GROUPS * len(below):
            place += 1  # headings of groups of columns stand above the headings
    if place + 1 < len(lines):
        pairs = zip(lines[place][1], lines[place + 1][1], strict=False)
        shared = sum(bool(one.strip()) and one == two for one, two in pairs)
        if shared >= 2:
            place += 1
    return place


def is_total(cells: Sequence[str]) -> bool:
    """Return whether a line is one of totals: it begins so, and the rest is numbers or empty.

    Examples
    --------
    >>> is_total(("Total", "", "50")), is_total(("Total", "Sales", "Grade 7"))
    (True, False)
    """
    said = [cell.strip() for cell in cells if cell.strip()]
    if not said or not _TOTAL.fullmatch(said[0]):
        return False
    return all(_NUMBER.fullmatch(cell) for cell in said[1:])


def repeats_headings(cells: Sequence[str], headings: Sequence[str]) -> bool:
    """Return whether a line below the headings is the headings once more (a page break).

    Examples
    --------
    >>> repeats_headings(("id", "unit", ""), ("id", "unit"))
    True
    """
    said = [cell.strip() for cell in cells]
    width = len(headings)
    return not any(said[width:]) and [*said, *[""] * width][:width] == [
        head.strip() for head in headings
    ]
