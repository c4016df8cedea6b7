"""How closely hidden counts can be computed from the published ones: two programs per cell.

The attacker's side of small-cell suppression, which looks at nothing but the published table.
(Hundepool et al. 2024, *Handbook on Statistical Disclosure Control*, 2nd ed., on the audit of
tables.)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array

from revlab.errors import must

__all__ = ["TOTAL", "Interval", "SumTable", "attack", "long_table", "reach"]

TOTAL = "all"
"""The label of a total."""

_FAR = 1e7


def attack(published: pd.DataFrame, *, count: str, by: Sequence[str]) -> pd.DataFrame:
    """Say how closely each hidden count can be computed from the published ones.

    The attacker knows every published number, that totals are sums, and that no count is negative.

    Parameters
    ----------
    published : pandas.DataFrame
        Cells and totals (labelled ``"all"``) of a one-way or two-way table, with a missing
        ``count`` where it is hidden.
    count : str
        Column with the counts.
    by : sequence of str
        One or two columns that name the cell.

    Returns
    -------
    pandas.DataFrame
        One row per hidden cell: the columns ``by``, ``low``, ``high`` (people, infinite if nothing
        bounds it) and ``width``. A width of 0 means that the number is known.

    Raises
    ------
    RevlabError
        If the frame is no such table, or its published numbers contradict each other.

    Examples
    --------
    >>> table = pd.DataFrame({"unit": ["Sales", "HR", "all"], "people": [30, None, 32]})
    >>> attack(table, count="people", by=["unit"])
      unit  low  high  width
    0   HR  2.0   2.0    0.0
    """
    by = list(by)
    inner = published[~published[by].isin([TOTAL]).any(axis=1)]
    must(
        len(inner) < len(published),
        f"the published table has no totals; they are labelled {TOTAL!r}.",
    )
    labels = [list(dict.fromkeys(inner[name])) for name in by]
    grid = long_table(labels, by).merge(published[[*by, count]], on=by, how="left", validate="1:1")
    values = grid[count].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    hidden = np.isnan(values)
    table = SumTable(tuple(len(names) for names in labels))
    bounds = [
        reach(table, np.nan_to_num(values), hidden, cell=int(cell))
        for cell in np.flatnonzero(hidden)
    ]
    out = grid.loc[hidden, by].reset_index(drop=True)
    out["low"] = [bound.low for bound in bounds]
    out["high"] = [bound.high for bound in bounds]
    out["width"] = out["high"] - out["low"]
    return out


@dataclass(frozen=True)
class SumTable:
    """The sums that hold in a table with totals: ``sums @ entries == 0``."""

    shape: tuple[int, ...]

    @cached_property
    def sums(self) -> csr_array:
        """One row per sum, one column per entry."""
        signs = [np.append(np.ones(size), -1.0) for size in self.shape]
        if len(signs) == 1:
            return csr_array(signs[0][None, :])
        rows, columns = (np.eye(size + 1) for size in self.shape)
        return csr_array(np.vstack([np.kron(rows, signs[1]), np.kron(signs[0], columns)]))


@dataclass(frozen=True)
class Interval:
    """The least and the largest value that a hidden entry can have."""

    low: float
    high: float


def reach(
    table: SumTable, values: NDArray[np.float64], hidden: NDArray[np.bool_], *, cell: int
) -> Interval:
    """Return the interval of one hidden entry.

    Parameters
    ----------
    table : SumTable
        Which sums hold.
    values : ndarray (n_entries,)
        Counts; those of hidden entries are not looked at.
    hidden : ndarray of bool (n_entries,)
        Which entries are hidden.
    cell : int
        The entry.

    Raises
    ------
    RevlabError
        If the published numbers contradict each other.
    """
    sums = table.sums
    free = sums[:, hidden]
    right = -(sums[:, ~hidden] @ values[~hidden])
    goal = np.zeros(int(hidden.sum()))
    goal[int(hidden[:cell].sum())] = 1.0
    ends = []
    for sign in (1.0, -1.0):
        found = linprog(sign * goal, A_eq=free, b_eq=right, bounds=(0, _FAR), method="highs")
        must(found.status == 0, "the published numbers of the table contradict each other.")
        ends.append(float(sign * found.fun))
    high = float("inf") if ends[1] >= _FAR - 1 else round(ends[1], 6)
    return Interval(round(ends[0], 6) + 0.0, high)


def long_table(labels: Sequence[Sequence[object]], by: Sequence[str]) -> pd.DataFrame:
    """Return one row per entry of the table, in the order of `SumTable`, with its labels."""
    index = pd.MultiIndex.from_product([[*names, TOTAL] for names in labels], names=list(by))
    return index.to_frame(index=False).astype(object)
