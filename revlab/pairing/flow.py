"""The transport problem with at most one unit per cell, exactly, on a growing set of cells."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array

from revlab.errors import PairingError, must

__all__ = ["best_flow"]

Floats = NDArray[np.float64]
_FIRST = 24
_MORE = 6
_SLACK = 1e-10
_WHOLE = 1e-6


def best_flow(worth: Floats, room: NDArray[np.int64], seats: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return the cells of largest total worth that respect both sides' capacities.

    Each cell is chosen at most once. The linear programme has whole-number corners, because the
    constraint matrix of a bipartite graph is totally unimodular (Hoffman and Kruskal 1956); it
    is solved by the simplex method of HiGHS on the best cells of each row and column, and its
    dual prices are checked against *all* cells, which are added until none could improve the
    total (column generation), so the answer is that of the whole programme.

    Parameters
    ----------
    worth : array of float, shape (n, m)
        What a cell adds; cells of zero or less are never chosen.
    room, seats : array of int, shapes (n,) and (m,)
        Most cells in a row and in a column.

    Returns
    -------
    array of int, shape (n_chosen, 2)
        Row and column of each chosen cell, by row.

    Raises
    ------
    PairingError
        If the solver stops without an answer.

    Examples
    --------
    >>> best_flow(np.array([[3.0, 1.0], [1.0, 0.0]]), np.array([2, 2]), np.array([2, 2])).tolist()
    [[0, 0], [0, 1], [1, 0]]
    """
    used = _best(worth, _FIRST, 0.0)
    limits = np.concatenate([room, seats])
    while True:
        i, j = np.nonzero(used)
        if not len(i):
            return np.empty((0, 2), dtype=np.intp)
        chosen, price_i, price_j = _programme(worth[i, j], i, j, limits, len(room))
        gain = np.where(used | (worth <= 0), -np.inf, worth - price_i[:, None] - price_j)
        if gain.max() <= _SLACK * worth.max():
            return np.column_stack([i[chosen], j[chosen]])
        # Cells that almost pay come along, or the last few would need a round each.
        used |= _best(gain, _MORE, -np.inf)


def _best(values: Floats, count: int, above: float) -> NDArray[np.bool_]:
    """Mark the largest values of each row and of each column, if they are above a bound."""
    marked = np.zeros(values.shape, dtype=bool)
    for axis, length in enumerate(values.shape):
        k = min(count, length)
        best = np.argpartition(-values, k - 1, axis=axis).take(np.arange(k), axis=axis)
        np.put_along_axis(marked, best, True, axis=axis)
    marked &= values > above
    return marked


def _programme(
    worth: Floats, i: NDArray[np.intp], j: NDArray[np.intp], limits: NDArray[np.int64], n: int
) -> tuple[NDArray[np.bool_], Floats, Floats]:
    cell = np.arange(len(worth))
    places = (np.concatenate([i, n + j]), np.concatenate([cell, cell]))
    constraints = csr_array((np.ones(2 * len(worth)), places), shape=(len(limits), len(worth)))
    answer = linprog(-worth, A_ub=constraints, b_ub=limits, bounds=(0, 1), method="highs-ds")
    whole = answer.success and bool(np.abs(answer.x - np.rint(answer.x)).max() < _WHOLE)
    must(
        whole,
        f"the transport problem of {len(worth)} dyads was not solved ({answer.message}); "
        "give one side a capacity of one each.",
        PairingError,
    )
    price = -answer.ineqlin.marginals
    return answer.x > 0.5, price[:n], price[n:]
