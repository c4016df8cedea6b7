"""The best matching that meets quotas, one number of dyads after the other."""

import numpy as np
from numpy.typing import NDArray

from revlab.pairing.quota_optimum import relaxed, whole_optimum
from revlab.pairing.quota_programme import Programme

__all__ = ["best_of_programme"]

Chosen = NDArray[np.intp]
_TIE = 1e-4
_EQUAL = 1e-6


def best_of_programme(programme: Programme, aim: str) -> Chosen | None:
    """Return the numbers of the chosen cells of the best matching, None if there is none.

    Parameters
    ----------
    programme : Programme
        Capacities and bounds.
    aim : {"score", "pairs"}
        The total score, where one dyad more counts as a ten-millionth of the largest score; or
        the number of dyads, and then the score.

    Examples
    --------
    >>> from revlab.pairing.compatibility import Compatibility
    >>> from revlab.pairing.quota_programme import programme_of
    >>> fit = Compatibility.from_scores([[2.0, 1.0]])
    >>> best_of_programme(programme_of(fit, [], weight=0.5, seconds=9), "pairs")
    array([0])
    """
    if not len(programme.cells):
        return None
    return _most_pairs(programme) if aim == "pairs" else _best_score(programme)


def _best_score(programme: Programme) -> Chosen | None:
    """Look at each number of dyads that could still be better than the best one found.

    With that number fixed the relaxation is much nearer to the whole answer, and for most
    numbers the relaxation alone tells that they are worse.
    """
    objective = programme.score + _TIE
    best, value = None, -np.inf
    ranges = [(1, len(objective))]
    while ranges:
        low, high = ranges.pop()
        bound = relaxed(programme.with_count(low, high), objective) if low <= high else None
        if bound is None or bound.value <= value + _EQUAL:
            continue
        count = min(max(int(bound.count + 0.5), low), high)
        chosen = whole_optimum(programme.with_count(count, count), objective)
        if chosen is not None and float(objective[chosen].sum()) > value:
            best, value = chosen, float(objective[chosen].sum())
        ranges += [(count + 1, high), (low, count - 1)]
    return best


def _most_pairs(programme: Programme) -> Chosen | None:
    high = len(programme.cells)
    while high:
        bound = relaxed(programme.with_count(1, high), np.ones(len(programme.cells)))
        if bound is None:
            return None
        most = int(bound.value + _EQUAL)
        chosen = whole_optimum(programme.with_count(most, most), programme.score)
        if chosen is not None:
            return chosen
        high = most - 1
    return None
