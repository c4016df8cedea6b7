"""Adding up what depends on the kinds of people only, a row for each kind of mentee."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["KindSum", "merged"]

Floats = NDArray[np.float64]
_SHARE = 16
"""Kinds are merged while there are at least so many mentees of a kind on average."""


@dataclass(frozen=True, eq=False)
class KindSum:
    """Values that are the same for all mentees of a kind.

    Parameters
    ----------
    values : array of float, shape (n_kinds, n_mentors)
        What each mentor is worth to each kind of mentee.
    kind : array of int, shape (n_mentees,)
        Row of each mentee in ``values``.

    Examples
    --------
    >>> total = np.zeros((2, 1))
    >>> KindSum(np.array([[0.5], [1.0]]), np.array([0, 1, 1]))(slice(1, 3), total)
    >>> total.tolist()
    [[1.0], [1.0]]
    """

    values: Floats
    kind: NDArray[np.intp]

    def __call__(self, rows: slice, total: Floats) -> None:
        """Add the values of some mentees to a total."""
        for row, kind in zip(total, self.kind[rows].tolist(), strict=True):
            row += self.values[kind]


def merged(sums: Sequence[KindSum]) -> list[KindSum]:
    """Return fewer sums that add up to the same: kinds of two sums become kinds of one.

    Examples
    --------
    >>> one = KindSum(np.array([[0.5], [1.0]]), np.array([0, 1] * 32))
    >>> [both] = merged([one, one])
    >>> both.values.tolist()
    [[1.0], [2.0]]
    """
    left = sorted(sums, key=lambda one: len(one.values))
    done: list[KindSum] = []
    for one in left:
        both = _joined(done[-1], one) if done else None
        if both is None:
            done.append(one)
        else:
            done[-1] = both
    return done


def _joined(one: KindSum, other: KindSum) -> KindSum | None:
    codes = one.kind * len(other.values) + other.kind
    kinds, first, kind = np.unique(codes, return_index=True, return_inverse=True)
    if len(kinds) * _SHARE > max(len(codes), 1):
        return None
    values = one.values[one.kind[first]] + other.values[other.kind[first]]
    return KindSum(values, kind.astype(np.intp))
