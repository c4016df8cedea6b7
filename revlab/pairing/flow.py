"""The transport problem with a bound on each cell, exactly, on a growing set of cells."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array

from revlab.errors import PairingError, must

__all__ = ["best_flow", "best_shares"]

Floats = NDArray[np.float64]
_FIRST = 24
_MORE = 6
_SLACK = 1e-10
_WHOLE = 1e-6
_EXACT = 1e-10
_SPARE = 4


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


def best_shares(
    worth: Floats, room: NDArray[np.int64], seats: NDArray[np.int64], *, cap: float
) -> Floats:
    """Return the shares of the cells, none above a cap, of largest total worth.

    The linear programme of `best_flow` with another bound on each cell: maximise the sum of
    worth times share where the shares of a row and of a column add up to their places at most.
    The answer is a corner of the feasible shares, so the cells strictly between zero and the
    cap form no cycle.

    Parameters
    ----------
    worth : array of float, shape (n, m)
        What a whole cell adds; cells of zero or less get no share.
    room, seats : array of int, shapes (n,) and (m,)
        Places of a row and of a column.
    cap : float
        Largest share of a cell, above zero.

    Returns
    -------
    array of float, shape (n, m)
        Shares, to about 1e-12.

    Raises
    ------
    PairingError
        If the solver stops without an answer.

    References
    ----------
    Jecmen, Zhang, Liu, Shah, Conitzer and Fang 2020, Mitigating manipulation in peer review via
    randomized reviewer assignments, NeurIPS 33:12533-12545.

    Examples
    --------
    >>> worth = np.array([[3.0, 1.0], [1.0, 0.0]])
    >>> best_shares(worth, np.array([1, 1]), np.array([1, 1]), cap=0.75).tolist()
    [[0.75, 0.25], [0.25, 0.0]]
    """
    shares = np.zeros(worth.shape)
    if not (worth > 0).any():
        return shares
    # About so many cells share the places of one person; the optimum seldom needs other ones.
    few = _SPARE * (1 + int(np.ceil(1 / cap)))
    used = _best(worth, few, 0.0)
    limits = np.concatenate([room, seats])
    while True:
        i, j = np.nonzero(used)
        answer = linprog(
            -worth[i, j],
            A_ub=_places(i, len(room) + j, len(limits)),
            b_ub=limits,
            bounds=(0, cap),
            method="highs-ds",
            options={"primal_feasibility_tolerance": _EXACT, "dual_feasibility_tolerance": _EXACT},
        )
        what = f"the lottery of {len(i)} dyads was not solved ({answer.message}); raise the cap."
        must(answer.success, what, PairingError)
        price = -answer.ineqlin.marginals
        # A cell at its cap may still pay; it is in use already and cannot be added again.
        gain = worth - price[: len(room), None] - price[len(room) :]
        gain[used | (worth <= 0)] = -np.inf
        if gain.max() <= _SLACK * worth.max():
            shares[i, j] = answer.x
            return shares
        used |= _best(gain, _MORE, -np.inf)


def _places(row: NDArray[np.intp], column: NDArray[np.intp], n_limits: int) -> csr_array:
    cell = np.arange(len(row))
    places = (np.concatenate([row, column]), np.concatenate([cell, cell]))
    return csr_array((np.ones(2 * len(row)), places), shape=(n_limits, len(row)))


def _programme(
    worth: Floats, i: NDArray[np.intp], j: NDArray[np.intp], limits: NDArray[np.int64], n: int
) -> tuple[NDArray[np.bool_], Floats, Floats]:
    constraints = _places(i, n + j, len(limits))
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
