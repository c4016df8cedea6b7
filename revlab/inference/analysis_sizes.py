"""Contrasts and changes in other words: in standard deviations, and against the margin."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from math import nan

import numpy as np
import pandas as pd

from revlab.errors import EstimateError, must
from revlab.inference.analysis_scales import Scores
from revlab.inference.effect_sizes import hedges_g_paired
from revlab.inference.equivalence import tost
from revlab.inference.estimate import Estimate
from revlab.inference.findings import Finding, Refusal, attempt
from revlab.inference.plan import AnalysisPlan
from revlab.inference.two_sample import paired_change

__all__ = ["equivalence_table", "standardised"]

_FEWEST = 5
_EQUIVALENCE = [
    "scale_id", "role", "status", "verdict", "not_worse", "p_lower", "p_upper", "estimate",
    "conf_low", "conf_high", "conf_level", "margin", "n", "n_clusters", "convention", "reason",
]  # fmt: skip


def standardised(
    scores: Scores, *, plan: AnalysisPlan | None, found: Sequence[Finding | Refusal]
) -> list[Finding | Refusal]:
    """Return the change and the contrast in standard deviations, with intervals over pools.

    Show them beside the numbers in points, never instead of them.

    Parameters
    ----------
    scores : Scores
        The outcome.
    plan : AnalysisPlan or None
        None gives no contrast.
    found : sequence of Finding or Refusal
        Holds the "contrast" of the outcome.

    Returns
    -------
    list of Finding or Refusal
        "standardised_change": Hedges g_z, over the standard deviation of the changes.
        "standardised_contrast": the contrast over the standard deviation of the control arm's
        first scores (its last ones if there is no first). An interval from independent dyads
        would be too narrow for pools, so the interval in points, which counts them, is divided by
        the standard deviation; this leaves out how uncertain the standard deviation is.

    References
    ----------
    Hedges (1981), Journal of Educational Statistics 6; Glass (1976), Educational Researcher 5;
    Hedges (2007), Journal of Educational and Behavioral Statistics 32, on clusters.
    """
    results: list[Finding | Refusal] = []
    if scores.has_start:
        results = [attempt(scores.where("standardised_change"), partial(_change, scores, plan))]
    if plan is None:
        return results
    topic, status = "standardised_contrast", plan.status(*_outcome(scores))
    make = partial(_contrast, scores, plan, found)
    return [*results, attempt(scores.where(topic), make, status=status)]


def _outcome(scores: Scores) -> tuple[str, str]:
    return scores.outcome.scale_id, scores.outcome.role


def _change(scores: Scores, plan: AnalysisPlan | None) -> Estimate:
    level, frame = plan.primary.conf_level if plan else 0.95, scores.frame
    plain = hedges_g_paired(frame["pre"], frame["post"], conf_level=level)
    named = replace(plain, estimand=f"standardised change in {scores.label}")
    pools, change = frame["pool_id"].astype(str).to_numpy(), scores.change
    if len(set(pools[np.isfinite(change)])) < 2:
        return named
    points = paired_change(frame["pre"], frame["post"], cluster=pools, conf_level=level)
    per_point = plain.estimate / points.estimate if points.estimate else nan
    must(np.isfinite(per_point), "the mean change is zero to the last digit.", EstimateError)
    return _scaled(
        named,
        points,
        per_point=per_point,
        words="Hedges g_z over the standard deviation of the changes, exact small-sample factor",
    )


def _scaled(named: Estimate, points: Estimate, *, per_point: float, words: str) -> Estimate:
    return replace(
        points,
        estimand=named.estimand,
        estimator=named.estimator,
        estimate=points.estimate * per_point,
        std_error=points.std_error * per_point,
        conf_low=points.conf_low * per_point,
        conf_high=points.conf_high * per_point,
        unit="standard deviations",
        convention=f"{words}; interval in points divided by it, the standard deviation taken as "
        f"known: {points.convention}",
    )


def _contrast(scores: Scores, plan: AnalysisPlan, found: Sequence[Finding | Refusal]) -> Estimate:
    points = _looked_up(scores, found)
    control = scores.frame["arm"].astype(str) == plan.primary.control
    asked = "pre" if scores.has_start else "post"
    values = scores.frame.loc[control, asked].dropna().to_numpy(dtype=float)
    must(
        len(values) >= _FEWEST,
        f"the control arm has {len(values)} scores; a standard deviation needs {_FEWEST}.",
        EstimateError,
    )
    _in_points(points)
    spread = float(values.std(ddof=1))
    must(spread > 0, "the control arm's scores do not vary, so there is no scale.", EstimateError)
    when = "first" if scores.has_start else "last"
    named = replace(
        points, estimand=f"standardised contrast on {scores.label}", estimator="contrast_over_sd"
    )
    words = (
        f"contrast over the standard deviation ({spread:.3g} points) of the control arm's {when} "
        f"scores (n = {len(values)}), no small-sample factor"
    )
    return _scaled(named, points, per_point=1 / spread, words=words)


def _in_points(estimate: Estimate) -> None:
    must(
        estimate.unit.startswith("points"),
        f"the contrast by {estimate.estimator!r} is not in points.",
        EstimateError,
    )


def _looked_up(scores: Scores, found: Sequence[Finding | Refusal]) -> Estimate:
    where = scores.where("contrast")
    for one in found:
        if one.where == where:
            if isinstance(one, Refusal):
                raise EstimateError(one.reason)
            return one.estimate
    raise EstimateError("the contrast was not analysed.")


def equivalence_table(
    found: Sequence[Finding | Refusal],
    *,
    plan: AnalysisPlan | None,
    lower_is_better: Collection[str] = (),
) -> pd.DataFrame:
    """Hold every contrast against the margin that the plan set for its outcome.

    Parameters
    ----------
    found : sequence of Finding or Refusal
        What was found; the contrasts are taken from it.
    plan : AnalysisPlan or None
        Margins and the level of the tests.
    lower_is_better : collection of str
        Scales on which a larger score is worse.

    Returns
    -------
    pandas.DataFrame
        scale_id, role, status, verdict ("inside", "beyond", "cannot tell", or "" if none can be
        given), not_worse (treatment is not worse by the margin, one-sided), p_lower, p_upper,
        estimate, conf_low, conf_high (the ``1 - 2 alpha`` interval), conf_level, margin, n,
        n_clusters, convention, reason (why there is no verdict). p-values are not adjusted for
        the number of outcomes.

    References
    ----------
    Schuirmann (1987), Journal of Pharmacokinetics and Biopharmaceutics 15.

    Examples
    --------
    >>> equivalence_table([], plan=None).empty
    True
    """
    rows = []
    for one in found:
        if plan is None or one.where.topic != "contrast":
            continue
        row: dict[str, object] = dict.fromkeys(_EQUIVALENCE, nan)
        row |= {"scale_id": one.where.scale_id, "role": one.where.role, "verdict": ""}
        row |= {"status": plan.status(one.where.scale_id, one.where.role), "convention": ""}
        row |= {"not_worse": False, "reason": "", "n": 0, "n_clusters": 0}
        try:
            row |= _judged(one, plan, one.where.scale_id in lower_is_better)
        except EstimateError as error:
            row["reason"] = str(error)
        rows.append(row)
    return pd.DataFrame(rows, columns=_EQUIVALENCE)


def _judged(one: Finding | Refusal, plan: AnalysisPlan, lower: bool) -> dict[str, object]:
    if isinstance(one, Refusal):
        raise EstimateError(one.reason)
    margin = plan.margin(one.where.scale_id, one.where.role)
    if margin is None:
        raise EstimateError("no margin was set beforehand for this outcome.")
    estimate = one.estimate
    _in_points(estimate)
    tested = tost(estimate, low=-margin, high=margin, alpha=plan.alpha)
    return {
        "verdict": tested.verdict,
        "not_worse": (tested.p_upper if lower else tested.p_lower) < tested.alpha,
        "p_lower": tested.p_lower,
        "p_upper": tested.p_upper,
        "estimate": estimate.estimate,
        "conf_low": tested.conf_low,
        "conf_high": tested.conf_high,
        "conf_level": 1 - 2 * tested.alpha,
        "margin": margin,
        "n": estimate.n,
        "n_clusters": estimate.n_clusters,
        "convention": f"{tested.convention}; {estimate.convention}",
    }
