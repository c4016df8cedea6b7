"""A monthly series, for instance of applications, from a CSV file."""

from pathlib import Path

import pandas as pd

from revlab.errors import Fault, TableError
from revlab.tables import Column, Table, read_table

__all__ = ["SERIES", "read_series"]

SERIES = Table(
    "series",
    (
        Column("month", "text", "year and month, such as 2026-01"),
        Column("count", "integer", "what was counted in that month", low=0),
        Column("exposure", "number", "what it is out of: open posts, visits", required=False),
    ),
    key=("month",),
)
"""What a monthly series holds; without ``exposure`` every month counts the same."""


def read_series(path: Path | str) -> pd.DataFrame:
    """Read a monthly series.

    Parameters
    ----------
    path : pathlib.Path or str
        CSV with ``month, count`` and, if the count is out of something, ``exposure``.

    Returns
    -------
    pandas.DataFrame
        ``month, count``, and ``exposure`` only if the file has it; in the order of time.

    Raises
    ------
    TableError
        With every fault: file, row, column, rule.

    Examples
    --------
    >>> read_series("none.csv")
    Traceback (most recent call last):
    ...
    revlab.errors.TableError: none.csv: there is no such file (check the name).
    """
    path = Path(path)
    frame = read_table(path, SERIES)
    faults = [
        Fault(path.name, row, "month", "must be a year and a month", "write it as 2026-01")
        for row, month in enumerate(frame["month"], start=2)
        if not _is_month(str(month))
    ]
    some = frame["exposure"].notna()
    faults += [
        Fault(path.name, row, "exposure", "must be a number above 0", "fill the cell")
        for row, there in enumerate(frame["exposure"].gt(0).fillna(False), start=2)
        if some.any() and not there
    ]
    if faults:
        raise TableError(faults)
    kept = frame if some.any() else frame.drop(columns="exposure")
    return kept.sort_values("month", ignore_index=True)


def _is_month(text: str) -> bool:
    year, dash, month = text.partition("-")
    whole = len(year) == 4 and len(month) == 2 and dash == "-" and (year + month).isdecimal()
    return whole and year.isascii() and 1 <= int(month) <= 12
