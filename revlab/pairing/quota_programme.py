"""The programme of an assignment with floors and ceilings on mixes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, floor
from time import monotonic

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from revlab.pairing.compatibility import Compatibility
from revlab.pairing.mixes import Bound, counted_cells

__all__ = ["LARGEST", "Programme", "programme_of"]

Floats = NDArray[np.float64]
Chosen = NDArray[np.intp]
LARGEST = 1000.0
"""What the largest score counts, so that the solver's millionth is a billionth of it."""
_FIRST, _FIRST_OF_KIND = 12, 4


@dataclass(frozen=True, eq=False)
class Programme:
    """Which allowed cells to choose: capacities, the number of dyads, and the bounds of mixes.

    Parameters
    ----------
    cells : array of int, shape (k, 2)
        The allowed cells whose people have room.
    score : array of float, shape (k,)
        Their joint scores; the largest is ``LARGEST``.
    unit : float
        What one of that is in units of the score.
    rows : csr_array, shape (n_rows, k)
        One row for each mentee, each mentor, the number of dyads, and each bound.
    low, high : array of float, shape (n_rows,)
        What the rows must add up to.
    bounds : tuple of Bound
        The bounds, in the order of their rows.
    inside : array of bool, shape (n_bounds, k)
        Which cells each bound counts.
    looked_at : array of bool, shape (k,)
        The cells that mattered so far: working memory, written to by every relaxation, which
        changes how soon an answer is found and never which.
    deadline : float
        When to stop, on the monotonic clock.
    """

    cells: Chosen
    score: Floats
    unit: float
    rows: csr_array
    low: Floats
    high: Floats
    bounds: tuple[Bound, ...]
    inside: NDArray[np.bool_]
    looked_at: NDArray[np.bool_]
    deadline: float

    @property
    def count_row(self) -> int:
        """Which row counts the dyads."""
        return len(self.low) - len(self.bounds) - 1

    def with_count(self, low: int, high: int) -> "Programme":
        """Return the programme with other limits of the number of dyads.

        If that number is fixed, a share of it is a number of dyads too, and the next whole one
        will do. That changes no answer and brings the relaxation much nearer to it.
        """
        lows, highs = self.low.copy(), self.high.copy()
        lows[self.count_row], highs[self.count_row] = low, high
        if low == high:
            for row, bound in enumerate(self.bounds, start=self.count_row + 1):
                if bound.mix.counted_in == "share":
                    step, wanted = bound.limit.denominator, bound.limit * low
                    if np.isfinite(lows[row]):
                        lows[row] = float(step * (ceil(wanted) - wanted))
                    if np.isfinite(highs[row]):
                        highs[row] = float(step * (floor(wanted) - wanted))
        return replace(self, low=lows, high=highs)

    def with_bounds(self, kept: Sequence[int]) -> "Programme":
        """Return the programme with some of its bounds only."""
        lows, highs = self.low.copy(), self.high.copy()
        dropped = np.delete(np.arange(len(self.bounds)), list(kept)) + self.count_row + 1
        lows[dropped], highs[dropped] = -np.inf, np.inf
        return replace(self, low=lows, high=highs)


def programme_of(
    compatibility: Compatibility, bounds: Sequence[Bound], *, weight: float, seconds: float
) -> Programme:
    """Return the programme of a compatibility with these bounds, at least one dyad wanted.

    Examples
    --------
    >>> programme_of(Compatibility.from_scores([[2.0, 1.0]]), [], weight=0.5, seconds=9).score
    array([1000.,  500.])
    """
    able = np.logical_and.outer(
        compatibility.mentee_capacity > 0, compatibility.mentor_capacity > 0
    )
    cells = np.argwhere(compatibility.eligible & able)
    score = compatibility.joint(weight)[*cells.T].astype(np.float64)
    largest = float(score.max(initial=0.0)) or 1.0
    capacity = np.concatenate([compatibility.mentee_capacity, compatibility.mentor_capacity])
    inside = np.array([counted_cells(b.mix, compatibility)[*cells.T] for b in bounds], dtype=bool)
    inside = inside.reshape(len(bounds), len(cells))
    mixes = [_row(bound, counted) for bound, counted in zip(bounds, inside, strict=True)]
    rows = [_places(cells, *compatibility.shape), *(csr_array(row[None]) for row, _ in mixes)]
    need = [(bound.kind, need) for bound, (_, need) in zip(bounds, mixes, strict=True)]
    floors = [value if kind == "at_least" else -np.inf for kind, value in need]
    ceilings = [value if kind == "at_most" else np.inf for kind, value in need]
    return Programme(
        cells=cells,
        score=score * (LARGEST / largest),
        unit=largest / LARGEST,
        rows=csr_array(vstack(rows)),
        low=np.array([-np.inf] * len(capacity) + [1.0, *floors]),
        high=np.array([*capacity, np.inf, *ceilings], dtype=np.float64),
        bounds=tuple(bounds),
        inside=inside,
        looked_at=_promising(cells, score, inside),
        deadline=monotonic() + seconds,
    )


def _places(cells: Chosen, n: int, m: int) -> csr_array:
    """Return the rows of the mentees, the mentors and the number of dyads."""
    k = len(cells)
    row = np.concatenate([cells[:, 0], n + cells[:, 1], np.full(k, n + m)])
    return csr_array((np.ones(3 * k), (row, np.tile(np.arange(k), 3))), shape=(n + m + 1, k))


def _row(bound: Bound, counted: NDArray[np.bool_]) -> tuple[Floats, float]:
    """Return what the cells count for a bound, and the limit of the sum."""
    inside = counted.astype(np.float64)
    if bound.mix.counted_in == "dyads":
        return inside, float(bound.limit)
    # In whole numbers, because a sum of tenths would miss a limit that is met to the dyad.
    return bound.limit.denominator * inside - bound.limit.numerator, 0.0


def _promising(cells: Chosen, score: Floats, inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark the best cells of each person, and those that each bound counts and does not count."""
    order = np.argsort(-score, kind="stable")
    promising = np.zeros(len(score), dtype=bool)
    for axis in (0, 1):
        person = pd.Series(cells[order, axis])
        place = person.groupby(person).cumcount().to_numpy()
        promising[order[place < _FIRST]] = True
        for counted in inside:
            place = person.groupby([person, pd.Series(counted[order])]).cumcount().to_numpy()
            promising[order[place < _FIRST_OF_KIND]] = True
    return promising
