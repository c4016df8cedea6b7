"""What is left of a lottery that is split into matchings, and the next matching to take out."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import maximum_flow

from revlab.errors import PairingError, must
from revlab.pairing.lottery_grid import BITS

__all__ = ["Rest", "rest_of"]

Whole = NDArray[np.int64]
Mask = NDArray[np.bool_]


class _Limits(NamedTuple):
    """Fewest and most dyads of each person, mentees before mentors."""

    low: Whole
    high: Whole


@dataclass(frozen=True, eq=False)
class Rest:
    """Units of each edge that are left, out of the weight of all matchings still to come.

    Parameters
    ----------
    units : array of int, shape (n_edges,)
        What the matchings still to come have of each edge together.
    ends : array of int, shape (n_edges, 2)
        Its two people, numbered from zero over both sides.
    fewest : array of int
        The whole number below each person's expected number of dyads.
    weight : int
        Units of all matchings still to come.
    """

    units: Whole
    ends: Whole
    fewest: Whole
    weight: int

    def without(self, amount: int, chosen: Mask) -> "Rest":
        """Return what is left after so many units of the matching with these edges."""
        return replace(self, units=self.units - amount * chosen, weight=self.weight - amount)

    def largest(self) -> tuple[int, Mask]:
        """Return the largest amount that some matching can have, and that matching's edges."""
        extra = self._extra()
        bounds = [self.units, self.weight - self.units, extra, self.weight - extra]
        # Only where one of these is reached does a matching stop being possible.
        amounts = np.unique(np.concatenate([*bounds, [self.weight]]))
        amounts = amounts[(amounts >= 1) & (amounts <= self.weight)]
        chosen = self._matching(int(amounts[0]))
        must(chosen is not None, "the lottery could not be split into matchings.", PairingError)
        low, high, best = 0, len(amounts), chosen
        while high - low > 1:
            middle = (low + high) // 2
            chosen = self._matching(int(amounts[middle]))
            if chosen is None:
                high = middle
            else:
                low, best = middle, chosen
        return int(amounts[low]), np.asarray(best)

    def _extra(self) -> Whole:
        n = len(self.fewest)
        # Sums of whole numbers below 2**53 are exact in floats.
        load = sum(np.bincount(self.ends[:, k], self.units.astype(float), n) for k in range(2))
        extra: Whole = np.asarray(load).astype(np.int64) - self.fewest * self.weight
        return extra

    def _matching(self, amount: int) -> Mask | None:
        """Return edges of a matching that can have this amount, None if there is none."""
        must_be = self.units > self.weight - amount
        may_be = self.units >= amount
        extra = self._extra()
        low = self.fewest + (extra > self.weight - amount)
        high = self.fewest + (extra >= amount)
        taken = np.bincount(self.ends[must_be].ravel(), minlength=len(low))
        if (must_be & ~may_be).any() or (low > high).any() or (taken > high).any():
            return None
        limits = _Limits(np.maximum(low - taken, 0), high - taken)
        open_ = np.flatnonzero(may_be & ~must_be)
        more = _within(self.ends[open_], limits)
        if more is None:
            return None
        chosen = must_be.copy()
        chosen[open_[more]] = True
        return chosen


def rest_of(units: Whole, cells: NDArray[np.intp]) -> Rest:
    """Return a lottery as what is to be split.

    Parameters
    ----------
    units : array of int, shape (n_edges,)
        Chance of each dyad in units of 2**-40.
    cells : array of int, shape (n_edges, 2)
        Its row and column.

    Examples
    --------
    >>> rest = rest_of(np.array([2**39, 2**39]), np.array([[0, 0], [0, 1]]))
    >>> rest.largest()[0] == 2**39
    True
    """
    rows, columns = (np.unique(side, return_inverse=True)[1] for side in cells.T)
    ends = np.column_stack([rows, columns + (rows.max(initial=-1) + 1)])
    load = np.bincount(ends.ravel(), np.repeat(units, 2).astype(float)).astype(np.int64)
    return Rest(units, ends, load >> BITS, 1 << BITS)


def _within(ends: Whole, limits: _Limits) -> Mask | None:
    """Return edges that give everybody a number within their limits, None if there are none."""
    n = len(limits.low)
    start, end, source, sink = n, n + 1, n + 2, n + 3
    mentor = np.zeros(n, dtype=bool)
    mentor[ends[:, 1]] = True
    low, spare = limits.low, limits.high - limits.low
    needed = int(low.sum())
    people = np.arange(n)
    # The usual way to ask for at least so many: what is due comes from a source of its own.
    arcs = [
        (ends[:, 0], ends[:, 1], np.ones(len(ends), dtype=np.int64)),
        (np.where(mentor, people, start), np.where(mentor, end, people), spare),
        (np.where(mentor, people, source), np.where(mentor, sink, people), low),
        ([start, source, end], [sink, end, start], [low[~mentor].sum(), low[mentor].sum(), n * n]),
    ]
    i, j, most = (np.concatenate([arc[k] for arc in arcs]) for k in range(3))
    network = coo_array((most.astype(np.int32), (i, j)), shape=(n + 4, n + 4)).tocsr()
    flow = maximum_flow(network, source, sink)
    if flow.flow_value < needed:
        return None
    carried = flow.flow.tocoo()
    full = carried.data > 0
    there = carried.row[full] * (n + 4) + carried.col[full]
    return np.isin(ends[:, 0] * (n + 4) + ends[:, 1], there)
