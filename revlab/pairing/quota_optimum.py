"""The optimum of a programme with quotas: first with parts of dyads, then whole and proven."""

from dataclasses import dataclass
from time import monotonic

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import vstack

from revlab.errors import PairingError, must
from revlab.pairing.quota_programme import Programme

__all__ = ["Relaxed", "any_dyad", "relaxed", "whole_optimum"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Chosen = NDArray[np.intp]
_NEAR = 15.0
_WIDER = 10.0
_EQUAL = 1e-6
_GAIN = 1e-7
_MORE = 3
_OUT_OF_TIME, _NO_ANSWER = 1, 2


@dataclass(frozen=True, eq=False)
class Relaxed:
    """The optimum with parts of dyads allowed: an upper bound, with its prices.

    Parameters
    ----------
    value : float
        The largest value.
    count : float
        How many dyads it has.
    reduced : array of float, shape (k,)
        What a cell adds beyond its prices.
    price : array of float, shape (n_rows,)
        What one more in each row would add.
    """

    value: float
    count: float
    reduced: Floats
    price: Floats


def relaxed(programme: Programme, objective: Floats) -> Relaxed | None:
    """Return the optimum with parts of dyads allowed, None if the bounds exclude each other.

    The programme is solved on some of the cells, its prices are checked against all, and cells
    that would improve it are added until there are none (column generation).

    Examples
    --------
    >>> from revlab.pairing.compatibility import Compatibility
    >>> from revlab.pairing.quota_programme import programme_of
    >>> one = programme_of(Compatibility.from_scores([[2.0, 1.0]]), [], weight=0.5, seconds=9)
    >>> relaxed(one, one.score).value
    1000.0
    """
    looked_at = programme.looked_at
    while True:
        cells = np.flatnonzero(looked_at)
        found = _relaxed_on(programme, objective, cells) if len(cells) else None
        if found is None:
            if len(cells) == len(objective):
                return None
            # Too few cells to say that nothing meets the bounds.
            looked_at = np.ones_like(looked_at)
            continue
        gain = np.where(looked_at, -np.inf, found.reduced)
        more = min(_MORE * programme.count_row, len(gain))
        better = np.argpartition(-gain, more - 1)[:more]
        better = better[gain[better] > _GAIN]
        if not len(better):
            return found
        looked_at[better] = True


def _relaxed_on(programme: Programme, objective: Floats, cells: Chosen) -> Relaxed | None:
    """Return the optimum on some of the cells, with the reduced cost of all of them."""
    upper, lower = np.isfinite(programme.high), np.isfinite(programme.low)
    rows = programme.rows[:, cells]
    answer = linprog(
        -objective[cells],
        A_ub=vstack([rows[upper], -rows[lower]]),
        b_ub=np.concatenate([programme.high[upper], -programme.low[lower]]),
        bounds=(0, 1),
        method="highs-ds",
        options={"time_limit": _seconds_left(programme)},
    )
    if answer.status == _NO_ANSWER:
        return None
    _check_solved(answer.status, None)
    marginals = -answer.ineqlin.marginals
    price = np.zeros(len(programme.low))
    price[upper] += marginals[: upper.sum()]
    price[lower] -= marginals[upper.sum() :]
    reduced = objective - programme.rows.T @ price
    return Relaxed(-answer.fun, float(answer.x.sum()), reduced, price)


def whole_optimum(programme: Programme, objective: Floats) -> Chosen | None:
    """Return the numbers of the chosen cells of largest value, None if none meets the bounds.

    Only cells near the optimum of the relaxation are looked at first. A cell whose reduced cost
    is below minus the distance between the relaxation and the best whole answer cannot be in a
    better one, so when all nearer cells were looked at, the answer is proven.

    Raises
    ------
    PairingError
        If the time is over before the answer is proven.

    Examples
    --------
    >>> from revlab.pairing.compatibility import Compatibility
    >>> from revlab.pairing.quota_programme import programme_of
    >>> one = programme_of(Compatibility.from_scores([[2.0, 1.0]]), [], weight=0.5, seconds=9)
    >>> whole_optimum(one, one.score)
    array([0])
    """
    if not len(programme.cells):
        return None
    bound = relaxed(programme, objective)
    if bound is None:
        return None
    near = _NEAR
    while True:
        looked_at = np.flatnonzero(bound.reduced >= -near)
        chosen = _solved(programme, objective, looked_at)
        if len(looked_at) == len(objective):
            return chosen
        if chosen is None:
            near *= _WIDER
            continue
        distance = bound.value - float(objective[chosen].sum())
        if distance <= near:
            return chosen
        near = distance + _EQUAL


def any_dyad(programme: Programme) -> bool:
    """Say whether any matching meets the bounds.

    Examples
    --------
    >>> from revlab.pairing.compatibility import Compatibility
    >>> from revlab.pairing.quota_programme import programme_of
    >>> any_dyad(programme_of(Compatibility.from_scores([[0.0]]), [], weight=0.5, seconds=9))
    True
    """
    nothing = np.zeros(len(programme.cells))
    if not len(nothing) or relaxed(programme, nothing) is None:
        return False
    return _solved(programme, nothing, np.arange(len(nothing))) is not None


def _solved(programme: Programme, objective: Floats, looked_at: Chosen) -> Chosen | None:
    rows = programme.rows[:, looked_at]
    answer = milp(
        -objective[looked_at],
        integrality=np.ones(len(looked_at)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(rows, programme.low, programme.high),
        options={"time_limit": _seconds_left(programme), "mip_rel_gap": 0.0},
    )
    if answer.status == _NO_ANSWER:
        return None
    _check_solved(answer.status, answer.mip_gap)
    chosen: Mask = answer.x > 0.5
    total = rows @ chosen
    fits = (total >= programme.low - _EQUAL).all() and (total <= programme.high + _EQUAL).all()
    must(bool(fits), "the programme of the quotas was not solved exactly.", PairingError)
    found: Chosen = looked_at[chosen]
    return found


def _seconds_left(programme: Programme) -> float:
    return max(programme.deadline - monotonic(), 0.01)


def _check_solved(status: int, gap: float | None) -> None:
    how_near = "" if gap is None else f" (the best one known is within {100 * gap:.2g}% of it)"
    must(
        status != _OUT_OF_TIME,
        f"the best matching that meets the quotas was not proven in time{how_near}; give a larger "
        "`time_limit`, fewer quotas or smaller pools.",
        PairingError,
    )
    must(
        status == 0,
        "the programme of the quotas could not be solved; give fewer quotas.",
        PairingError,
    )
