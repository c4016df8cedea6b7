"""Small cells: which to hide, and the proof that what is hidden cannot be computed back.

A table of counts is published with its totals. Hiding only the small cells (primary suppression)
is not enough, because a hidden cell is its total less the others; nor is it enough that every line
has two hidden cells. `suppress` hides further cells (complementary suppression) until
`revlab.privacy.attack.attack`, two linear programs per hidden cell, leaves each of them an
interval as wide as the threshold.
(Hundepool et al. 2024, *Handbook on Statistical Disclosure Control*, 2nd ed.; Fischetti and
Salazar 2001, *Management Science* 47(7), for the program that chooses the further cells.)
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import hstack

from revlab.errors import RevlabError, must
from revlab.privacy.attack import TOTAL, SumTable, long_table, reach
from revlab.privacy.thresholds import Thresholds

__all__ = ["suppress"]

_Array = NDArray[np.float64]
_SLACK = 1e-6


def suppress(
    frame: pd.DataFrame,
    *,
    count: str,
    by: Sequence[str],
    thresholds: Thresholds | None = None,
    kind: str = "scores",
) -> pd.DataFrame:
    """Hide the small cells of a one-way or two-way table, and as many others as that needs.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per cell, without totals; cells of a two-way table that are not there count 0.
    count : str
        Column with the number of people behind the cell, a whole number.
    by : sequence of str
        One or two columns that name the cell.
    thresholds : Thresholds, optional
        The default is 5 for scores and 10 for comments.
    kind : {"scores", "comments"}
        Which threshold.

    Returns
    -------
    pandas.DataFrame
        All cells and totals (labelled ``"all"``): the columns ``by``, ``count``, the other columns
        of ``frame``, and ``hidden``. A hidden row has no count and no other value. The table does
        not say which cells are small and which hide them: that would give the small ones away.
        A count of 0 is shown unless it has to hide another.

    Raises
    ------
    RevlabError
        If the frame is no such table.

    Examples
    --------
    >>> table = pd.DataFrame({"unit": ["Sales", "IT", "HR"], "people": [30, 12, 2]})
    >>> suppress(table, count="people", by=["unit"])
        unit  people  hidden
    0  Sales      30   False
    1     IT    <NA>    True
    2     HR    <NA>    True
    3    all      44   False
    """
    least = (thresholds or Thresholds()).of(kind)
    labels, counts = _read_grid(frame, count=count, by=by)
    table = SumTable(counts.shape)
    values = _with_totals(counts).ravel()
    hidden = _protect(table, values, least)
    out = long_table(labels, by)
    out[count] = pd.array(values.astype(int), dtype="Int64")
    others = [name for name in frame.columns if name not in (*by, count)]
    if others:
        out = out.merge(frame[[*by, *others]], on=list(by), how="left")
    for name in (count, *others):
        out[name] = out[name].mask(pd.Series(hidden, index=out.index))
    out["hidden"] = hidden
    return out


def _protect(table: SumTable, values: _Array, least: int) -> NDArray[np.bool_]:
    """Return which entries to hide so that no hidden one is known to within ``least`` people."""
    hidden = (values > 0) & (values < least)
    waiting = list(np.flatnonzero(hidden))
    while waiting:
        cell = int(waiting.pop(0))
        room = reach(table, values, hidden, cell=cell)
        if room.high - room.low >= least - _SLACK:
            continue
        shift = room.low + least - values[cell]
        more = _movers(table, values, hidden, cell=cell, shift=shift) & ~hidden
        hidden = hidden | more
        waiting.extend(np.flatnonzero(more))
    return _show_again(table, values, hidden, least)


def _show_again(
    table: SumTable, values: _Array, hidden: NDArray[np.bool_], least: int
) -> NDArray[np.bool_]:
    """Return ``hidden`` without the large entries that need not be hidden, the largest first."""
    spare = np.flatnonzero(hidden & ~((values > 0) & (values < least)))
    for cell in sorted(spare, key=lambda entry: -values[entry]):
        fewer = hidden.copy()
        fewer[cell] = False
        if _is_safe(table, values, fewer, least):
            hidden = fewer
    return hidden


def _is_safe(table: SumTable, values: _Array, hidden: NDArray[np.bool_], least: int) -> bool:
    rooms = (reach(table, values, hidden, cell=int(cell)) for cell in np.flatnonzero(hidden))
    return all(room.high - room.low >= least - _SLACK for room in rooms)


def _movers(
    table: SumTable, values: _Array, hidden: NDArray[np.bool_], *, cell: int, shift: float
) -> NDArray[np.bool_]:
    """Return the entries that move in the cheapest table in which ``cell`` is ``shift`` larger.

    Hiding an entry costs its count and one; entries that are hidden already move for next to
    nothing. All sums hold and nothing becomes negative, so an attacker cannot rule that table out.
    """
    cost = np.where(hidden, 1e-3, values + 1.0)
    size = len(values)
    up_down = [(0.0, None)] * size + [(0.0, float(value)) for value in values]
    up_down[cell] = (shift, shift)
    up_down[size + cell] = (0.0, 0.0)
    sums = table.sums
    found = linprog(
        np.concatenate([cost, cost]),
        A_eq=hstack([sums, -sums]),
        b_eq=np.zeros(sums.shape[0]),
        bounds=up_down,
        method="highs",
    )
    must(found.status == 0, "this table cannot be protected; leave it out.", RevlabError)
    moved = found.x[:size] - found.x[size:]
    return np.asarray(np.abs(moved) > _SLACK)


def _with_totals(counts: _Array) -> _Array:
    for axis in range(counts.ndim):
        counts = np.concatenate([counts, counts.sum(axis=axis, keepdims=True)], axis=axis)
    return counts


def _read_grid(
    frame: pd.DataFrame, *, count: str, by: Sequence[str]
) -> tuple[list[list[object]], _Array]:
    must(1 <= len(by) <= 2, f"`by` must name one or two columns; got {len(by)}.")
    for name in (*by, count):
        must(name in frame.columns, f"the table has no column {name!r}.")
    must(len(frame) > 0, "the table has no rows.")
    for name in by:
        must(bool(frame[name].notna().all()), f"column {name!r}: a label is missing.")
        must(
            TOTAL not in set(frame[name]),
            f"column {name!r}: {TOTAL!r} is the label of totals; give the cells only.",
        )
    must(not frame.duplicated(list(by)).any(), f"a cell of {' x '.join(by)} stands there twice.")
    numbers = pd.to_numeric(frame[count], errors="coerce")
    must(
        bool((numbers.notna() & (numbers >= 0) & (numbers % 1 == 0)).all()),
        f"column {count!r} must hold whole numbers of zero or more.",
    )
    labels = [list(dict.fromkeys(frame[name])) for name in by]
    grid = np.zeros([len(names) for names in labels])
    places = tuple(
        pd.Index(names).get_indexer(frame[name]) for names, name in zip(labels, by, strict=True)
    )
    grid[places] = numbers.to_numpy(dtype=float)
    return labels, grid
