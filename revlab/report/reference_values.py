"""Numbers beside those of another program: how far apart, and whether that is allowed."""

from collections.abc import Mapping

import pandas as pd

from revlab.errors import RevlabError, must
from revlab.report.frames import TableView

__all__ = ["beside_reference", "reference_table"]

_COLUMNS = ("key", "data", "what", "r_value", "tolerance")
_NOISE = 5e-8


def beside_reference(ours: Mapping[str, float], reference: pd.DataFrame) -> pd.DataFrame:
    """Put each number beside the value from R that has the same key.

    Parameters
    ----------
    ours : mapping of str to float
        Key to number, one for every row of ``reference``; other keys are left out.
    reference : pandas.DataFrame
        ``key, data, what, r_value`` and ``tolerance``, the relative difference that was allowed
        beforehand.

    Returns
    -------
    pandas.DataFrame
        The rows of ``reference`` with ours, difference (relative to R's value, absolute where
        that is 0) and within.

    Raises
    ------
    RevlabError
        If a column is missing, a key is there twice, or a row has no number.

    Examples
    --------
    >>> rows = [("r", "ages", "correlation", 0.7124, 1e-4)]
    >>> both = beside_reference({"r": 0.7123}, pd.DataFrame(rows, columns=list(_COLUMNS)))
    >>> both[["ours", "within"]].to_numpy().tolist()
    [[0.7123, False]]
    """
    lost = [name for name in _COLUMNS if name not in reference]
    must(not lost, f"the table of reference values needs the columns {lost}.", RevlabError)
    twice = reference.loc[reference["key"].duplicated(), "key"].tolist()
    must(not twice, f"the reference values {twice} are there twice; keep one of each.")
    bare = [key for key in reference["key"] if key not in ours]
    must(not bare, f"there is no number for the reference values {bare}; compute them first.")
    table = reference.assign(ours=[float(ours[key]) for key in reference["key"]])
    size = table["r_value"].abs().where(table["r_value"] != 0, 1.0)
    table["difference"] = (table["ours"] - table["r_value"]).abs() / size
    table["within"] = table["difference"] <= table["tolerance"]
    return table


def reference_table(compared: pd.DataFrame, *, caption: str, notes: str = "") -> TableView:
    """Show numbers beside their reference, to seven digits.

    Parameters
    ----------
    compared : pandas.DataFrame
        As `beside_reference` returns it.
    caption : str
        What the table shows.
    notes : str
        A line below it.

    Returns
    -------
    TableView
        An allowed difference below 5e-8 is not written out: it differs from machine to machine.

    Examples
    --------
    >>> rows = [("r", "ages", "correlation", 0.7124, 1e-4)]
    >>> both = beside_reference({"r": 0.7124}, pd.DataFrame(rows, columns=list(_COLUMNS)))
    >>> reference_table(both, caption="Ages at marriage")
    Ages at marriage
    Data  Number       revlab       R   Difference  Allowed  Within?
    ----  -----------  ------  ------  -----------  -------  -------
    ages  correlation  0.7124  0.7124  below 5e-08    1e-04  yes
    """
    headings = ("Data", "Number", "revlab", "R", "Difference", "Allowed", "Within?")
    rows = tuple(
        (
            str(row.data),
            str(row.what),
            f"{row.ours:.7g}",
            f"{row.r_value:.7g}",
            _apart(row.difference, row.tolerance),
            f"{row.tolerance:.0e}",
            "yes" if row.within else "no",
        )
        for row in compared.itertuples()
    )
    numeric = (False, False, True, True, True, True, False)
    return TableView(headings, rows, numeric, caption, notes)


def _apart(difference: float, tolerance: float) -> str:
    least = min(_NOISE, tolerance)
    return f"below {least:.0e}" if difference < least else f"{difference:.0e}"
