"""How two arms differ in how long their dyads last: means, hazards, and which of them to show."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from math import nan

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.errors import EstimateError, must
from revlab.inference.analysis_contrasts import blocked
from revlab.inference.discrete_hazard import fit_pooled_hazard
from revlab.inference.estimate import Estimate
from revlab.inference.estimators import change_cr2
from revlab.inference.findings import Finding, Refusal, Where, attempt
from revlab.inference.hazard_ratio import CoxFit, fit_cox
from revlab.inference.plan import AnalysisPlan
from revlab.inference.restricted_mean import restricted_mean_difference

__all__ = ["ending_contrasts"]

_FEW_PAIRS = 40
_LASTED = "mean number of sessions before a pair ended"
_DESCRIBES = (
    "a description: the dyads of one pool are taken as independent, so it has no interval and no "
    "p-value; the log-rank test that re-assigns pools is the test"
)


def ending_contrasts(
    ends: pd.DataFrame, *, plan: AnalysisPlan, horizon: float
) -> list[Finding | Refusal]:
    """Return how the planned arms differ in how long their dyads last.

    Parameters
    ----------
    ends : pandas.DataFrame
        From `revlab.fieldwork.frames.endings`, with a column "block" if there are blocks.
    plan : AnalysisPlan
        Which arms; all are treatment minus control.
    horizon : float
        Planned sessions.

    Returns
    -------
    list of Finding or Refusal
        "lasted_contrast", "lasted_pairs", "hazard_ratio", "hazard_sessions", "hazard_check"; see
        `revlab.inference.analysis_endings.ending_findings`.

    Examples
    --------
    >>> from revlab.fieldwork.protocol import PrimaryAnalysis
    >>> plan = AnalysisPlan(PrimaryAnalysis("voice", "mentor", "new", "old", 0.3, "change_cr2"))
    >>> ends = pd.DataFrame({"dyad_id": range(4), "pool_id": range(4), "time": [6, 5, 3, 2],
    ...     "arm": ["new", "new", "old", "old"], "ended_early": [False, True, True, True]})
    >>> round(ending_contrasts(ends, plan=plan, horizon=6)[0].estimate.estimate, 6)
    3.0
    """
    makers: dict[str, Callable[[], Estimate]] = {
        "lasted_contrast": partial(_by_pools, ends, plan, horizon),
        "lasted_pairs": partial(_by_pairs, ends, plan, horizon),
        "hazard_ratio": partial(_ratio, ends, plan),
        "hazard_sessions": partial(_discrete, ends, plan),
    }
    results = [attempt(Where(topic), make, status="exploratory") for topic, make in makers.items()]
    if isinstance(results[2], Finding):  # what was refused needs no check
        results.append(attempt(Where("hazard_check"), partial(_check, ends, plan)))
    return results


def _compared(ends: pd.DataFrame, plan: AnalysisPlan) -> tuple[pd.DataFrame, NDArray[np.bool_]]:
    first, arm = plan.primary, ends["arm"].astype(str)
    for name in (first.treatment, first.control):
        must(bool((arm == name).any()), f"arm {name!r} has no dyad.", EstimateError)
    both = ends[arm.isin([first.treatment, first.control])]
    treated: NDArray[np.bool_] = (both["arm"].astype(str) == first.treatment).to_numpy(dtype=bool)
    return both, treated


def _by_pools(ends: pd.DataFrame, plan: AnalysisPlan, horizon: float) -> Estimate:
    both, _ = _compared(ends, plan)
    time = both["time"].to_numpy(dtype=float)
    lost = int((~both["ended_early"].to_numpy(dtype=bool) & (time < horizon)).sum())
    must(
        lost == 0,
        f"{lost} dyads were lost from view before session {horizon:g}, so their sessions cannot "
        "be counted; show the curve.",
        EstimateError,
    )
    outcomes = both.assign(pre=0.0, post=np.minimum(time, horizon))
    plain = change_cr2(blocked(outcomes, plan), plan.contrast, conf_level=plan.primary.conf_level)
    return replace(
        plain,
        estimand=_LASTED,
        estimator="lasted_cr2",
        unit="sessions",
        convention=plain.convention.replace("post - pre", f"sessions up to {horizon:g}")
        + "; every dyad was followed to its end, so the mean needs no curve",
    )


def _by_pairs(ends: pd.DataFrame, plan: AnalysisPlan, horizon: float) -> Estimate:
    both, treated = _compared(ends, plan)
    plain = restricted_mean_difference(
        both["time"],
        both["ended_early"],
        treated=treated,
        horizon=horizon,
        conf_level=plan.primary.conf_level,
    )
    fewest = min(int(treated.sum()), int((~treated).sum()))
    notes = ["the dyads of one pool are taken as independent; the log-rank test is the test"]
    if fewest < _FEW_PAIRS:
        notes.insert(
            0,
            f"an arm has {fewest} dyads; below {_FEW_PAIRS} this interval is too narrow",
        )
    return replace(
        plain,
        estimand=_LASTED,
        contrast=repr(plan.contrast),
        statistic=nan,
        p_value=nan,
        unit="sessions",
        note="; ".join(notes),
    )


def _fit(ends: pd.DataFrame, plan: AnalysisPlan) -> CoxFit:
    both, treated = _compared(ends, plan)
    return fit_cox(
        both["time"].to_numpy(dtype=float),
        both["ended_early"].to_numpy(dtype=bool),
        design_matrix=treated.astype(float)[:, None],
        names=[repr(plan.contrast)],
    )


def _described(plain: Estimate, plan: AnalysisPlan) -> Estimate:
    return replace(
        plain,
        estimand="log hazard ratio of ending early",
        contrast=repr(plan.contrast),
        std_error=nan,
        statistic=nan,
        p_value=nan,
        conf_low=nan,
        conf_high=nan,
        convention=plain.convention.replace(", large-sample (Wald) interval", "") + "; no interval",
        note=_DESCRIBES,
    )


def _ratio(ends: pd.DataFrame, plan: AnalysisPlan) -> Estimate:
    return _described(_fit(ends, plan).estimate(0, conf_level=plan.primary.conf_level), plan)


def _check(ends: pd.DataFrame, plan: AnalysisPlan) -> Estimate:
    fit = _fit(ends, plan)
    row = fit.check.iloc[0]
    return Estimate(
        "does the hazard ratio hold over the sessions", "cox_check", "", float(row["statistic"]),
        nan, float(row["df"]), float(row["statistic"]), float(row["p_value"]), nan, nan,
        n=fit.n, unit="chi-squared",
        convention="Grambsch-Therneau score test against a coefficient that changes with one "
        "minus the Kaplan-Meier curve, every pair independent",
        note="a check of the model and not of the arms; with few ends it can hardly find anything",
    )  # fmt: skip


def _discrete(ends: pd.DataFrame, plan: AnalysisPlan) -> Estimate:
    both, treated = _compared(ends, plan)
    # Periods count from one, sessions from none: a dyad may end before its first session.
    time = both["time"].to_numpy(dtype=float) + 1
    ended = both["ended_early"].to_numpy(dtype=bool)
    must(bool(ended.any()), "no pair has ended, so there is no hazard.", EstimateError)
    fit = fit_pooled_hazard(time, ended, design_matrix=treated.astype(float)[:, None])
    levels = len(fit.baseline)
    plain = _described(fit.estimate(0, conf_level=plan.primary.conf_level), plan)
    pooled = "one level for all sessions" if levels == 1 else f"{levels} levels of sessions"
    said = f"discrete-time hazard with {fit.link} link and {pooled}; no interval"
    return replace(plain, convention=said)
