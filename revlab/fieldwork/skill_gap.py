"""The gap in skill between the two of a dyad: too small teaches nothing, too large gets lost."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from revlab.errors import OptionError, must
from revlab.fieldwork.evidence import default
from revlab.pairing.coverage import SkillTable, skill_table
from revlab.people.cohort import Cohort

__all__ = ["SkillGap", "stated_worth"]

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]


@dataclass(frozen=True)
class SkillGap:
    """How the worth of a session depends on the levels that the teaching side is ahead.

    The worth is 0 up to the ``smallest`` useful gap, 1 at the ``best`` one, and ``far`` from the
    ``largest`` on, with straight lines between: an inverted U. A session then gives
    ``1 - weight + weight * worth`` of what it would give at the best gap.

    Parameters
    ----------
    weight : float
        How far the gap matters, 0 (not at all) to 1.
    smallest, best, largest : float
        Levels ahead, on the scale of skill levels from 0 to 5.
    far : float
        Worth from the largest gap on, 0 to 1.
    drawn_mean, drawn_sd : float
        Gap of a dyad when the cohort has no skills.

    Raises
    ------
    OptionError
        If the three gaps do not rise, or a share is not between 0 and 1.

    Examples
    --------
    >>> SkillGap(weight=1.0, far=0.4)(np.array([-1.0, 1.0, 2.0, 5.0, 9.0])).tolist()
    [0.0, 0.5, 1.0, 0.4, 0.4]
    >>> SkillGap()(np.array([-1.0, 2.0])).tolist()
    [1.0, 1.0]
    """

    weight: float = default("gap.weight")
    smallest: float = default("gap.smallest")
    best: float = default("gap.best")
    largest: float = default("gap.largest")
    far: float = default("gap.far")
    drawn_mean: float = default("gap.drawn_mean")
    drawn_sd: float = default("gap.drawn_sd")

    def __post_init__(self) -> None:
        must(
            self.smallest < self.best < self.largest,
            f"`smallest`, `best` and `largest` must rise; got {self.smallest:g}, {self.best:g}, "
            f"{self.largest:g}.",
            OptionError,
        )
        for name in ("weight", "far"):
            share = getattr(self, name)
            must(0 <= share <= 1, f"`{name}` must lie between 0 and 1; got {share:g}.", OptionError)

    def __call__(self, gap: Array) -> Array:
        """Return the factor on what a session gives at these gaps, 0 to 1."""
        return self.factor(self.worth(gap))

    def worth(self, gap: Array) -> Array:
        """Return the worth of gaps, 0 to 1; a gap that is not known (NaN) is worth nothing."""
        points = (self.smallest, self.best, self.largest)
        known = np.nan_to_num(np.asarray(gap, dtype=np.float64), nan=self.smallest)
        return np.asarray(np.interp(known, points, (0.0, 1.0, self.far)))

    def factor(self, worth: Array) -> Array:
        """Return the factor on what a session gives at these worths."""
        return np.asarray(1.0 - self.weight + self.weight * worth)

    def drawn(self, shocks: Array) -> Array:
        """Return gaps in levels from standard normal shocks."""
        return np.asarray(self.drawn_mean + self.drawn_sd * shocks)


def stated_worth(cohort: Cohort, gap: SkillGap, *, learners: Places, helpers: Places) -> Array:
    """Return the mean worth of what helpers offer to learners' needs, from a cohort's skills.

    Parameters
    ----------
    cohort : Cohort
        People with skills.
    gap : SkillGap
        What a gap is worth.
    learners, helpers : array of int, shape (n_dyads,)
        Places among the ids of everybody, in order.

    Returns
    -------
    array, shape (n_dyads,)
        A need that the helper does not offer is worth 0; NaN for a learner without needs.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 4]}, index=["ana", "bo"])
    >>> rows = [["bo", "sql", "need", 1, "self"], ["bo", "vr", "need", 1, "self"],
    ...         ["ana", "sql", "offer", 3, "self"]]
    >>> columns = ["person_id", "skill_id", "side", "level", "source"]
    >>> cohort = Cohort(people[:1], people[1:], skills=pd.DataFrame(rows, columns=columns))
    >>> stated_worth(cohort, SkillGap(), learners=np.array([1]), helpers=np.array([0])).tolist()
    [0.5]
    """
    table: SkillTable = skill_table(cohort)
    order = np.argsort(table.people.to_numpy(dtype=object))
    need, offer = table.need[order][learners], table.offer[order][helpers]
    asked = ~np.isnan(need)
    worth = gap.worth(offer - need).reshape(asked.shape)
    n = asked.sum(axis=1)
    return np.where(n > 0, np.where(asked, worth, 0.0).sum(axis=1) / np.maximum(n, 1), np.nan)
