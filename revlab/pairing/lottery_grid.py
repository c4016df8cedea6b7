"""Probabilities on a grid of 2**-40, so that the sums over a person's dyads are exact numbers."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import (
    breadth_first_order,
    connected_components,
    minimum_spanning_tree,
)

__all__ = ["BITS", "NEAR", "on_grid", "units_of"]

BITS = 40
"""A probability is a whole number of units of 2**-BITS, which a float holds without rounding."""

NEAR = 1e-9
"""An expected number of dyads this close to a whole number is that number."""

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
_UNIT = 2**BITS


def units_of(probability: Floats) -> Whole:
    """Return probabilities of the grid as whole numbers of units.

    Examples
    --------
    >>> units_of(np.array([0.5, 2.0**-40])).tolist()
    [549755813888, 1]
    """
    units: Whole = np.rint(probability * _UNIT).astype(np.int64)
    return units


def on_grid(probability: Floats, *, cap: float = 1.0, bits: int = BITS) -> Floats:
    """Return the probabilities moved to the grid, by less than about 1e-9 each.

    A row or column whose sum is a whole number up to `NEAR` gets exactly that sum; any other
    moves as little as its cells do. Cells are rounded, except those of a spanning forest of the
    positive cells, which take up what the others leave. Values that are on the grid already,
    with exact sums, do not change.

    Parameters
    ----------
    probability : array of float, shape (n, m)
        From 0 to 1.
    cap : float
        Cells between zero and the cap are the first to take up what is left.
    bits : int
        The grid is 2**-bits, at most `BITS`.

    Returns
    -------
    array of float, shape (n, m)

    Examples
    --------
    >>> thirds = on_grid(np.full((3, 3), 1 / 3))
    >>> bool((thirds.sum(axis=0) == 1).all() and (thirds.sum(axis=1) == 1).all())
    True
    >>> bool(np.abs(thirds - 1 / 3).max() < 1e-9)
    True
    """
    unit = 2**bits
    n = len(probability)
    moved = np.zeros(probability.shape)
    allowed = np.rint(probability * unit) > 0
    load = np.concatenate([probability.sum(axis=1), probability.sum(axis=0)])
    most = np.ceil(load - NEAR).astype(np.int64) * unit
    goal = np.where(np.abs(load - np.rint(load)) <= NEAR, most, -1)
    while allowed.any():
        rows, columns = np.nonzero(allowed)
        values = probability[rows, columns]
        ends = np.column_stack([rows, n + columns])
        units = np.rint(values * unit).astype(np.int64)
        units = _settled(units, np.minimum(values, cap - values), ends, goal)
        reached = np.zeros(len(load), dtype=np.int64)
        np.add.at(reached, ends, units[:, None])
        over = (goal < 0) & (reached > most)
        if units.min() >= 0 and not over.any():
            moved[rows, columns] = units / unit
            return moved
        # A cell of a few units could not take up what was left: it goes, the others share it.
        allowed[rows[units < 0], columns[units < 0]] = False
        # Cells that were rounded up went past a whole number: it is what they have to meet.
        goal[over] = most[over]
    return moved


def _settled(units: Whole, leeway: Floats, ends: NDArray[np.intp], goal: Whole) -> Whole:
    """Return the units with the cells of a spanning forest set so that every goal is met."""
    n = len(goal)
    order, parent = _forest(ends, leeway, goal)
    cell_of = {(a, b): k for k, (a, b) in enumerate(ends.tolist())}
    # A person whose sum may be any hangs on the root by no cell, and nothing is asked of them.
    own = {v: cell_of.get((min(v, u), max(v, u)), -1) for v, u in enumerate(parent[:n].tolist())}
    fixed = np.ones(len(units), dtype=bool)
    fixed[[k for k in own.values() if k >= 0]] = False
    left = goal.copy()
    for side in range(2):
        np.subtract.at(left, ends[fixed, side], units[fixed])
    units = units.copy()
    for v in order[:0:-1].tolist():
        if own[v] >= 0:
            units[own[v]] = left[v]
            left[parent[v]] -= left[v]
    return units


def _forest(ends: NDArray[np.intp], leeway: Floats, goal: Whole) -> tuple[NDArray[np.intp], Whole]:
    """Return people from the root on and the parent of each, in a forest of most leeway."""
    n = len(goal)
    free = np.flatnonzero(goal < 0)
    start = np.concatenate([ends[:, 0], free])
    end = np.concatenate([ends[:, 1], np.full(len(free), n)])
    # Costs above zero, as the tree has the smallest sum; the root is the first choice of all.
    cost = np.concatenate([2.0 - leeway, np.ones(len(free))])
    tree = minimum_spanning_tree(coo_array((cost, (start, end)), shape=(n + 1, n + 1)).tocsr())
    _, label = connected_components(tree, directed=False)
    first = np.unique(label, return_index=True)[1]
    first = first[label[first] != label[n]]
    links = coo_array((np.ones(len(first)), (first, np.full(len(first), n))), shape=tree.shape)
    order, parent = breadth_first_order((tree + links).tocsr(), n, directed=False)
    return order, parent.astype(np.int64)
