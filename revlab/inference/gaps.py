"""`Gaps`: the dyads of two arms, those without an answer too, as arrays."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from revlab.errors import EstimateError, must
from revlab.inference.analysis_contrasts import blocked, rule_of
from revlab.inference.analysis_scales import Scores
from revlab.inference.comparison import Comparison, read_comparison
from revlab.inference.cores import CORES
from revlab.inference.estimate import Estimate
from revlab.inference.plan import AnalysisPlan

__all__ = ["Gaps", "read_gaps"]

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]

_TWINS = {"randomisation": "pool_means", "randomisation_adjusted": "ancova_cr2"}
_UNADJUSTED = ("pool_means", "change_cr2")


@dataclass(frozen=True, eq=False)
class Gaps:
    """Every dyad of the two arms of a plan, with what is missing.

    Parameters
    ----------
    pre, post, middle, held : ndarray of shape (n,)
        First, last and last score before that, in points, NaN where missing; sessions held.
    whole : Comparison
        Pools, arms and blocks of all n dyads; its scores mean nothing.
    rule : str
        The plan's estimator, or its twin with a standard error if it is a randomisation test.
    planned : str
        The plan's estimator.
    low, high : float
        Ends of the scale.
    has_start : bool
        Whether there was a first score.
    """

    pre: Floats
    post: Floats
    middle: Floats
    held: Floats
    whole: Comparison
    rule: str
    planned: str
    low: float
    high: float
    has_start: bool

    @property
    def complete(self) -> Marks:
        """Dyads with all scores that the comparison needs."""
        return np.isfinite(self.pre) & np.isfinite(self.post)

    @property
    def treated(self) -> Marks:
        """Dyads of the treatment arm."""
        return self.whole.pool_treated[self.whole.pool]

    @property
    def n_missing(self) -> int:
        """Dyads that lack a score."""
        return int((~self.complete).sum())

    @property
    def twin_note(self) -> str:
        """What stands in for a rule without a standard error; "" if nothing has to."""
        if self.rule == self.planned:
            return ""
        return f"the planned {self.planned} has no standard error; {self.rule} stands in for it"

    @property
    def slope(self) -> float:
        """How far post goes with pre at equal arm among complete dyads; 1 for a rule on change."""
        if self.rule in _UNADJUSTED:
            return 1.0
        rows = self.complete
        pre, post = self.pre[rows], self.post[rows]
        must(
            float(np.ptp(pre)) > 0,
            "all first scores are equal, so there is nothing to adjust for.",
            EstimateError,
        )
        design = np.column_stack([np.ones(len(pre)), self.treated[rows], pre - pre.mean()])
        return float(np.linalg.lstsq(design, post, rcond=None)[0][2])

    def adjusted(self, pre: Floats, post: Floats) -> Floats:
        """Return post minus the slope times pre, which the arms are compared on; shape (n,)."""
        centre = 0.0 if self.rule in _UNADJUSTED else float(self.pre[self.complete].mean())
        return post - self.slope * (pre - centre)

    def fit(self, pre: Floats, post: Floats, *, conf_level: float) -> Estimate:
        """Return the estimate by the rule from scores of all dyads, shapes (n,)."""
        filled = replace(self.whole, pre=pre, post=post)
        return CORES[self.rule](filled, conf_level)

    def fit_adjusted(self, values: Floats, *, conf_level: float) -> Estimate:
        """Return the difference between arms of one value per dyad, shape (n,)."""
        rule = "pool_means" if self.rule == "pool_means" else "change_cr2"
        filled = replace(self.whole, pre=np.zeros(len(values)), post=values)
        return CORES[rule](filled, conf_level)


def read_gaps(scores: Scores, plan: AnalysisPlan) -> Gaps:
    """Read the two arms of the plan from the scores of an outcome.

    Parameters
    ----------
    scores : Scores
        One outcome.
    plan : AnalysisPlan
        Names the arms, the blocks and the estimator.

    Raises
    ------
    EstimateError
        As `read_comparison` of the complete dyads, or if the estimator is not in points.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.inference.analysis_scales import scores_of
    >>> from revlab.inference.plan_reading import plan_of_pilot
    >>> from revlab.shipped import shipped
    >>> pilot = read_pilot(shipped("data/example_pilot"))
    >>> gaps = read_gaps(scores_of(pilot)[0], plan_of_pilot(pilot.plan))
    >>> len(gaps.post), gaps.n_missing, gaps.rule
    (45, 23, 'ancova_cr2')
    """
    planned = rule_of(scores, plan)
    frame, contrast = blocked(scores.frame, plan), plan.contrast
    read_comparison(frame, contrast)
    whole = read_comparison(frame.assign(pre=0.0, post=0.0), contrast)
    arms = frame["arm"].astype(str).isin((contrast.treatment, contrast.control)).to_numpy()
    pre, post, middle, held = (
        frame[name].astype("Float64").to_numpy(dtype=float, na_value=np.nan)[arms]
        for name in ("pre", "post", "middle", "held")
    )
    return Gaps(
        pre,
        post,
        middle,
        held,
        whole=whole,
        rule=_TWINS.get(planned, planned),
        planned=planned,
        low=scores.low,
        high=scores.high,
        has_start=scores.has_start,
    )
