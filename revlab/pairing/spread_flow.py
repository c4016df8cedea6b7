"""The transport problem with a quadratic price on each cell, by an interior-point method."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from revlab.errors import PairingError

__all__ = ["spread_shares"]

Floats = NDArray[np.float64]
Factor = tuple[Floats, bool]
_CLOSE = 1e-14
_NEAR = 1e-10
_ROUNDS = 120
_STAY = 0.995
_TRACE = 1e-11


def spread_shares(worth: Floats, curve: Floats, places: NDArray[np.int64], *, cap: float) -> Floats:
    """Return the shares x of largest total ``worth * x - curve * x**2``.

    The shares of a row and of a column add up to their places at most, and none is above the
    cap. The total is within about one part in a billion of the largest.

    Parameters
    ----------
    worth : array of float, shape (n, m)
        What the first sliver of a cell adds, per whole cell; no share where it is zero or less.
    curve : array of float, shape (n, m)
        How fast that falls, zero or more.
    places : array of int, shape (n + m,)
        Places of the rows, then of the columns.
    cap : float
        Largest share of a cell.

    Returns
    -------
    array of float, shape (n, m)
        Shares; those that should be zero are about 1e-9 or less.

    Raises
    ------
    PairingError
        If the method stops without an answer.

    References
    ----------
    Mehrotra 1992, On the implementation of a primal-dual interior point method, SIAM Journal on
    Optimization 2:575-601.

    Examples
    --------
    >>> worth = np.array([[1.0, 0.8], [0.8, 0.6]])
    >>> spread_shares(worth, np.full((2, 2), 0.5), np.ones(4, int), cap=1.0).round(6)
    array([[0.5, 0.5],
           [0.5, 0.5]])
    """
    n = len(worth)
    used = (worth > 0) & (places[:n, None] > 0) & (places[n:] > 0)
    if not used.any():
        return np.zeros(worth.shape)
    task = _Task(worth, curve, np.maximum(places, 1).astype(float), cap, used)
    point, gap, unit = task.start(), np.inf, worth.max()
    for _ in range(_ROUNDS):
        before, gap = gap, task.gap(point)
        # Rounding may keep the last of the gap open; then no step helps any more.
        if gap <= _CLOSE * unit or (gap <= _NEAR * unit and gap > before / 2):
            return task.trimmed(np.where(used, point.share, 0.0))
        try:
            point = task.step(point)
        except LinAlgError:
            break
    raise PairingError("the spread lottery was not found; use a larger strength or another cap.")


class _Point(NamedTuple):
    """Shares and free places, and the prices of: zero, the cap, the places."""

    share: Floats
    free: Floats
    at_zero: Floats
    at_cap: Floats
    price: Floats


class _Task(NamedTuple):
    worth: Floats
    curve: Floats
    limits: Floats
    cap: float
    used: NDArray[np.bool_]

    def sums(self, table: Floats) -> Floats:
        """Return the sums of the rows, then of the columns."""
        return np.concatenate([table.sum(axis=1), table.sum(axis=0)])

    def trimmed(self, share: Floats) -> Floats:
        """Return shares that rounding has not put above the places, not by the least bit."""
        n = len(self.worth)
        fits = np.minimum(1.0, self.limits / np.maximum(self.sums(share), _TRACE))
        trimmed: Floats = share * np.minimum(fits[:n, None], fits[n:])
        return trimmed

    def spread(self, price: Floats) -> Floats:
        """Return for every cell the sum of the prices of its two people."""
        n = len(self.worth)
        return price[:n, None] + price[n:]

    def start(self) -> _Point:
        """Return a point that keeps every rule, so that all later ones do too."""
        n = len(self.worth)
        each = self.limits / np.maximum(self.sums(self.used.astype(float)), 1)
        share = np.where(self.used, 0.5 * np.minimum(each[:n, None], each[n:]), 0.0)
        share = np.minimum(share, self.cap / 2)
        price = np.full(len(self.limits), self.worth.max())
        at_cap = np.full(share.shape, 0.1 * self.worth.max())
        at_zero = self.spread(price) + at_cap + 2 * self.curve * share - self.worth
        return _Point(share, self.limits - self.sums(share), at_zero, at_cap, price)

    def gap(self, point: _Point) -> float:
        """Return the mean product of what is left and its price, which is zero at the best."""
        table = point.share * point.at_zero + (self.cap - point.share) * point.at_cap
        total = table[self.used].sum() + point.free @ point.price
        return float(total / (2 * self.used.sum() + len(self.limits)))

    def step(self, point: _Point) -> _Point:
        """Aim straight at the best, see how far that would go, and aim again with that in mind."""
        room = self.cap - point.share
        share = np.where(self.used, point.share, 1.0)
        pull = 2 * self.curve + point.at_zero / share + point.at_cap / room
        ease = np.where(self.used, 1 / pull, 0.0)
        n = len(self.worth)
        # A trace more on the diagonal, as without free places one price may be any.
        table = np.diag((self.sums(ease) + point.free / point.price) * (1 + _TRACE))
        table[:n, n:], table[n:, :n] = ease, ease.T
        factor = cho_factor(table, lower=True, overwrite_a=True, check_finite=False)
        nothing = _Point(*(np.zeros_like(part) for part in point))
        first = self.direction(point, ease, factor, target=0.0, bent=nothing)
        now = self.gap(point)
        far = self.moved(point, first, self.longest(point, first))
        target = now * min(1.0, self.gap(far) / now) ** 3
        move = self.direction(point, ease, factor, target=target, bent=first)
        return self.moved(point, move, _STAY * self.longest(point, move))

    def direction(
        self, point: _Point, ease: Floats, factor: Factor, *, target: float, bent: _Point
    ) -> _Point:
        """Return where all products would become the target, ``bent`` being a first guess."""
        share = np.where(self.used, point.share, 1.0)
        room = self.cap - point.share
        zero = target - point.share * point.at_zero - bent.share * bent.at_zero
        top = target - room * point.at_cap + bent.share * bent.at_cap
        places = target - point.free * point.price - bent.free * bent.price
        slope = self.worth - 2 * self.curve * point.share - self.spread(point.price)
        missing = slope + point.at_zero - point.at_cap + zero / share - top / room
        empty = self.limits - self.sums(point.share) - point.free
        goal = self.sums(ease * missing) + places / point.price - empty
        price = cho_solve(factor, goal, check_finite=False)
        moved = ease * (missing - self.spread(price))
        return _Point(
            moved,
            (places - point.free * price) / point.price,
            np.where(self.used, (zero - point.at_zero * moved) / share, 0.0),
            np.where(self.used, (top + point.at_cap * moved) / room, 0.0),
            price,
        )

    def longest(self, point: _Point, move: _Point) -> float:
        """Return how much of the move keeps everything at zero or more, at most all of it."""
        longest = 1.0
        for now, change in (
            *zip(point, move, strict=True),
            (self.cap - point.share, -move.share),
        ):
            falls = change < 0
            longest = min(longest, (now[falls] / -change[falls]).min(initial=1.0))
        return longest

    def moved(self, point: _Point, move: _Point, length: float) -> _Point:
        """Return the point after so much of the move."""
        return _Point(*(now + length * change for now, change in zip(point, move, strict=True)))
