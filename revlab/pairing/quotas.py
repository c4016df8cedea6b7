"""Matching mechanism of a planner with quotas: the best matching of a wanted mix of people."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from revlab.errors import PairingError, must, one_of
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.mixes import Bound, Mix, bounds_of
from revlab.pairing.quota_conflict import conflict_in_words
from revlab.pairing.quota_programme import Programme, programme_of
from revlab.pairing.quota_search import best_of_programme

__all__ = ["QuotaAssignment"]

Cells = NDArray[np.intp]
_AIMS = ("score", "pairs")


@dataclass(frozen=True)
class QuotaAssignment:
    """Choose the best matching among those that meet all floors and ceilings of some mixes.

    With ``aim="score"`` the total joint score is the largest possible (one dyad more counts as
    a ten-millionth of the largest score, which decides between equal totals); with
    ``aim="pairs"`` the number of dyads is, and among such matchings the total score. A matching
    without any dyad meets every share, but is not taken: quotas that only nobody meets are an
    error, which says which of them exclude each other and what would be possible. Where the
    rules allow no dyad at all the result is empty, unless a quota wants a number of dyads.
    Which of several optima is taken depends on ``rng`` (people are shuffled first), though not
    with equal chances.

    Parameters
    ----------
    mixes : tuple of Mix
        The floors and ceilings; they hold for each pool by itself.
    aim : {"score", "pairs"}
        What comes first.
    weight : float
        Weight of the mentee's score in the joint score, between 0 and 1.
    time_limit : float
        Seconds after which an answer that is not proven becomes an error; it is never returned.

    Raises
    ------
    OptionError
        If ``aim`` is something else.
    PairingError
        If there is no mix or no time; when called, if the people have no such column, the
        quotas cannot hold, or the time is over.

    Notes
    -----
    An integer programme, solved by HiGHS (Huangfu and Hall 2018, Mathematical Programming
    Computation 10:119-142) on the cells whose reduced cost in the linear relaxation is small;
    the other cells are proven to be in no better matching. Totals are exact to a ten-millionth
    of the largest score for each dyad, which is what a dyad counts beside its score.

    Examples
    --------
    >>> from revlab.pairing.policies import Policy, pair
    >>> from revlab.pairing.scoring import Score
    >>> from revlab.people.cohort import Cohort
    >>> import pandas as pd
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 1, 4, 4]}, index=list("abcd"))
    >>> people["site"] = ["Oslo", "Bergen", "Oslo", "Bergen"]
    >>> cohort = Cohort(people[:2], people[2:])
    >>> for floor in (0.0, 0.5):
    ...     quotas = QuotaAssignment((Mix("site", at_least=floor),))
    ...     policy = Policy("cross_site", Score({"site": 1}), (), quotas)
    ...     print(pair(cohort, policy=policy, seed=1))
    Matching by 'cross_site': 2 dyads, mean score 1.00; 0 mentors and 0 mentees left over
    Matching by 'cross_site': 2 dyads, mean score 0.00; 0 mentors and 0 mentees left over
    """

    mixes: tuple[Mix, ...]
    aim: str = "score"
    weight: float = 0.5
    time_limit: float = 60.0

    def __post_init__(self) -> None:
        one_of("aim", self.aim, _AIMS)
        mixes = (self.mixes,) if isinstance(self.mixes, Mix) else tuple(self.mixes)
        object.__setattr__(self, "mixes", mixes)
        message = "quotas need one mix or more, such as Mix('site', at_least=0.5); got none."
        must(bool(mixes), message, PairingError)
        strange = [mix for mix in mixes if not isinstance(mix, Mix)]
        must(not strange, f"quotas are made of `Mix`; got {strange[:1]}.", PairingError)
        message = f"`time_limit` must be a number of seconds above zero; got {self.time_limit}."
        must(self.time_limit > 0, message, PairingError)

    def __call__(self, compatibility: Compatibility, rng: np.random.Generator) -> Cells:
        """Return the chosen cells."""
        rows, columns = (rng.permutation(n) for n in compatibility.shape)
        people = compatibility.select(rows, columns)
        programme, chosen = self.solved(people)
        cells = programme.cells[chosen]
        return np.column_stack([rows[cells[:, 0]], columns[cells[:, 1]]])

    def solved(self, people: Compatibility) -> tuple[Programme, Cells]:
        """Return the programme of these people and the numbers of its chosen cells."""
        bounds = bounds_of(self.mixes)
        programme = programme_of(people, bounds, weight=self.weight, seconds=float(self.time_limit))
        if not len(programme.cells) and not any(_wants_dyads(bound) for bound in bounds):
            return programme, np.empty(0, dtype=np.intp)
        chosen = best_of_programme(programme, self.aim)
        if chosen is None:
            raise PairingError(conflict_in_words(programme, people, bounds))
        return programme, chosen


def _wants_dyads(bound: Bound) -> bool:
    return bound.kind == "at_least" and bound.mix.counted_in == "dyads" and bound.limit > 0
