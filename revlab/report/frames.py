"""Tables for readers: the only place where numbers are rounded and columns get their names."""

import math
import numbers
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd

from revlab.errors import must
from revlab.report.names import CODED_COLUMNS, COUNT_COLUMNS, PERCENT_COLUMNS, heading, words

__all__ = ["MISSING", "TableView", "interval", "number", "percent", "show"]

MISSING = "–"
"""What an empty cell shows."""

_INTERVAL = ("conf_low", "conf_high")


def number(value: float, decimals: int = 2) -> str:
    """Return a number rounded to ``decimals``, "–" if it is missing, never "-0.00".

    Examples
    --------
    >>> number(0.3149), number(-0.0001), number(float("nan"))
    ('0.31', '0.00', '–')
    """
    if value is None or value is pd.NA or not math.isfinite(value):
        if isinstance(value, float) and math.isinf(value):
            return "no limit"
        return MISSING
    text = f"{value:.{decimals}f}"
    return text.lstrip("-") if float(text) == 0 else text


def percent(value: float, decimals: int = 0) -> str:
    """Return a share between 0 and 1 as per cent.

    Examples
    --------
    >>> percent(0.625), percent(float("nan"))
    ('62%', '–')
    """
    text = number(value * 100, decimals)
    return text if text in (MISSING, "no limit") else f"{text}%"


def interval(low: float, high: float, *, decimals: int = 2) -> str:
    """Return the two ends of an interval as words.

    Examples
    --------
    >>> interval(-0.05, 0.571)
    '-0.05 to 0.57'
    """
    return f"{number(low, decimals)} to {number(high, decimals)}"


@dataclass(frozen=True)
class TableView:
    """A table as it is shown; every cell is text already.

    Parameters
    ----------
    headings : tuple of str
        One per column.
    rows : tuple of tuple of str
        Cells.
    numeric : tuple of bool
        Which columns hold numbers, and so stand to the right.
    caption : str
        What the table shows.
    notes : str
        A line below it.

    Examples
    --------
    >>> TableView(("Policy", "Pairs"), (("random", "26"),), (False, True), "Two policies")
    Two policies
    Policy  Pairs
    ------  -----
    random     26
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    caption: str
    notes: str = ""

    def __repr__(self) -> str:
        columns = list(zip(self.headings, *self.rows, strict=True))
        widths = [max(len(cell) for cell in column) for column in columns]

        def line(cells: Sequence[str]) -> str:
            padded = [
                cell.rjust(width) if right else cell.ljust(width)
                for cell, width, right in zip(cells, widths, self.numeric, strict=True)
            ]
            return "  ".join(padded).rstrip()

        rule = "  ".join("-" * width for width in widths)
        lines = [self.caption, line(self.headings), rule, *map(line, self.rows)]
        return "\n".join([*lines, self.notes] if self.notes else lines)

    def _repr_html_(self) -> str:
        head = "".join(
            f'<th scope="col"{_side(right)}>{escape(name)}</th>'
            for name, right in zip(self.headings, self.numeric, strict=True)
        )
        body = "\n".join(f"<tr>{self._html_row(row)}</tr>" for row in self.rows)
        notes = f'<p class="revlab-notes">{escape(self.notes)}</p>' if self.notes else ""
        return (
            f'<table class="revlab-table"><caption>{escape(self.caption)}</caption>'
            f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table>{notes}"
        )

    def _html_row(self, row: tuple[str, ...]) -> str:
        cells = []
        for place, (cell, right) in enumerate(zip(row, self.numeric, strict=True)):
            text = escape(cell)
            if place == 0 and not right:
                cells.append(f'<th scope="row"{_side(right)}>{text}</th>')
            else:
                cells.append(f"<td{_side(right)}>{text}</td>")
        return "".join(cells)


def _side(right: bool) -> str:
    # Inline, because JupyterLab sets every cell to the right and knows nothing of our pages.
    return ' class="num"' if right else ' style="text-align:left"'


def _cell(value: object, name: str, decimals: int, is_percent: bool) -> str:
    if value is None or value is pd.NA or value is pd.NaT:
        return MISSING
    if isinstance(value, bool) or type(value).__name__ == "bool":
        return "yes" if value else "no"
    if isinstance(value, numbers.Real):
        real = float(value)
        if is_percent:
            return percent(real)
        if name == "p_value" and real < 0.001:
            return "<0.001"
        whole = isinstance(value, numbers.Integral) or (name in COUNT_COLUMNS and real % 1 == 0)
        places = 0 if whole else 3 if name == "p_value" else decimals
        return number(real, places)
    if isinstance(value, tuple | list | set | frozenset):
        return ", ".join(str(part) for part in value) or MISSING
    text = str(value).strip()
    if name == "contrast":
        text = " minus ".join(words(arm) for arm in text.split(" - ", 1))
    return (words(text) if name in CODED_COLUMNS else text) or MISSING


def _is_number(value: object) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def _merged(frame: pd.DataFrame, column: str, cells: dict[str, list[str]]) -> dict[str, list[str]]:
    missing = [name for name in (column, *_INTERVAL) if name not in frame.columns]
    must(not missing, f"`merge` needs the columns {missing}, which the frame does not have.")
    ends = zip(cells[column], cells["conf_low"], cells["conf_high"], strict=True)
    merged = [
        value if low == MISSING and high == MISSING else f"{value} ({low} to {high})"
        for value, low, high in ends
    ]
    kept = {name: column_ for name, column_ in cells.items() if name not in _INTERVAL}
    return {**kept, column: merged}


def show(
    frame: pd.DataFrame,
    *,
    caption: str,
    names: Mapping[str, str] | None = None,
    decimals: int | Mapping[str, int] = 2,
    notes: str = "",
    merge: str = "",
) -> TableView:
    """Return a tidy frame as a table for readers; the index is not shown.

    Parameters
    ----------
    frame : pandas.DataFrame
        Any tidy frame.
    caption : str
        What the table shows, for the eye and for a screen reader.
    names : mapping, optional
        Headings that differ from ``names.HUMAN_NAMES``, column -> words.
    decimals : int or mapping of column to int
        Decimals of numbers that are neither counts nor shares (shares are shown as per cent).
    notes : str
        A line below the table.
    merge : str
        Column that takes in ``conf_low`` and ``conf_high``: "0.31 (0.05 to 0.57)".

    Returns
    -------
    TableView

    Raises
    ------
    RevlabError
        If ``caption`` is empty, or ``names``, ``decimals`` or ``merge`` name a column that is
        not there.

    Examples
    --------
    >>> frame = pd.DataFrame({"policy": ["optimal"], "share": [0.815], "mean_score": [0.7449]})
    >>> show(frame, caption="One policy")
    One policy
    Pairing policy  Share  Mean fit
    --------------  -----  --------
    best total fit    82%      0.74
    """
    must(bool(caption.strip()), "`caption` must say what the table shows; it is empty.")
    names = dict(names or {})
    places = decimals if isinstance(decimals, Mapping) else dict.fromkeys(frame, decimals)
    for option, given in (("names", names), ("decimals", places)):
        strange = sorted(set(map(str, given)) - set(map(str, frame.columns)))
        must(not strange, f"`{option}` names columns that the frame does not have: {strange}.")
    shares = set(PERCENT_COLUMNS)
    if "share" in frame.columns and "estimate" not in frame.columns:
        shares |= set(_INTERVAL)
    cells = {
        str(name): [
            _cell(value, str(name), places.get(name, 2), name in shares) for value in frame[name]
        ]
        for name in frame.columns
    }
    numeric = {
        str(name): all(_is_number(value) for value in frame[name].dropna()) for name in frame
    }
    if merge:
        cells = _merged(frame, merge, cells)
    must(bool(cells), "a table needs at least one column.")
    return TableView(
        headings=tuple(names.get(name) or heading(name) for name in cells),
        rows=tuple(zip(*cells.values(), strict=True)),
        numeric=tuple(numeric[name] for name in cells),
        caption=caption.strip(),
        notes=notes.strip(),
    )
