"""The part of a pilot's analysis that is about growth: every survey in between counts too."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from math import nan

import numpy as np
import pandas as pd

from revlab.errors import EstimateError, must
from revlab.fieldwork.pilot import Pilot
from revlab.inference.analysis_contrasts import blocked
from revlab.inference.analysis_scales import Scores
from revlab.inference.estimate import Estimate
from revlab.inference.estimators import change_cr2
from revlab.inference.findings import Finding, Refusal, attempt
from revlab.inference.growth_waves import growth_slopes, wave_scores
from revlab.inference.mixed import fit_mixed
from revlab.inference.multiplicity import adjusted
from revlab.inference.plan import AnalysisPlan

__all__ = ["FEWEST_WAVES", "growth_findings"]

FEWEST_WAVES = 3
"""Surveys that must ask a scale before its growth is more than a change."""

_FEWEST_DYADS = 5
_UNIT = "points per survey"


def growth_findings(
    pilot: Pilot, scores: Sequence[Scores], *, plan: AnalysisPlan | None
) -> list[Finding | Refusal]:
    """Return the mean growth per survey, and its contrast between the arms.

    Parameters
    ----------
    pilot : Pilot
        Real or simulated.
    scores : sequence of Scores
        The outcomes; those that fewer than three surveys ask are left out.
    plan : AnalysisPlan or None
        None gives no contrast.

    Returns
    -------
    list of Finding or Refusal
        "growth": mixed model with a random intercept and slope per dyad, everybody with an
        answer in it; its interval takes the dyads of a pool as independent, and its p-value is
        left out for that reason. "growth_contrast": the dyads' own slopes, by pools, adjusted
        by Benjamini-Hochberg.

    Notes
    -----
    Measured (400 made-up trials each, 12 pools of 4 dyads, 3 surveys, a quarter of the answers
    missing): the interval of "growth" missed the truth in 6% where pools did not matter, and in
    9% where a fifth of the variance of slopes lay between pools.

    References
    ----------
    Laird & Ware (1982), Biometrics 38; Matthews et al. (1990), British Medical Journal 300.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.inference.analysis_scales import scores_of
    >>> from revlab.shipped import shipped
    >>> pilot = read_pilot(shipped("data/example_pilot"))
    >>> [one.where.scale_id for one in growth_findings(pilot, scores_of(pilot)[:1], plan=None)]
    ['digital_confidence']
    """
    level = plan.primary.conf_level if plan else 0.95
    results: list[Finding | Refusal] = []
    for one in scores:
        long = wave_scores(pilot, one)
        if long["wave"].nunique() < FEWEST_WAVES:
            continue
        results.append(attempt(one.where("growth"), partial(_growth, long, one, level)))
        if plan is not None:
            make = partial(_between, long, one, plan)
            results.append(attempt(one.where("growth_contrast"), make, status="exploratory"))
    return _adjusted(results)


def _growth(long: pd.DataFrame, scores: Scores, conf_level: float) -> Estimate:
    rows = long[long["score"].notna()]
    answers = rows.groupby("dyad_id").size()
    repeated = int((answers >= 2).sum())
    must(
        repeated >= _FEWEST_DYADS,
        f"{repeated} dyads answered two surveys or more; growth needs at least {_FEWEST_DYADS}.",
        EstimateError,
    )
    score, time = (rows[name].to_numpy(dtype=float) for name in ("score", "time"))
    design = np.column_stack([np.ones(len(time)), time])
    group = rows["dyad_id"].astype(str).to_numpy()
    notes = ["dyads of one pool are taken as independent, so the interval may be too narrow"]
    try:
        plain = fit_mixed(score, design, group=group, time=time).estimate(1, conf_level=conf_level)
    except EstimateError:
        plain = fit_mixed(score, design, group=group).estimate(1, conf_level=conf_level)
        notes.append("random intercept only: random slopes could not be told from chance")
    said = plain.convention.replace("groups", "dyads")
    once = int((answers == 1).sum())
    if once:
        notes.append(f"{once} with one answer count for the level and hardly for the growth")
    return replace(
        plain,
        estimand=f"growth of {scores.label}",
        estimator="mixed_growth",
        statistic=nan,
        p_value=nan,
        n=len(answers),
        n_missing=len(scores.frame) - len(answers),
        unit=_UNIT,
        n_clusters=0,
        convention=f"{said}, {len(rows)} answers, {_line(long)}",
        note="; ".join(part for part in (plain.note.rstrip("."), *notes) if part),
    )


def _line(long: pd.DataFrame) -> str:
    times = long.drop_duplicates("wave")
    gap = float(np.ptp(times["week"])) / (len(times) - 1)
    apart = f", {gap:g} weeks apart on average" if gap else ""
    return f"straight line over {len(times)} surveys{apart}"


def _between(long: pd.DataFrame, scores: Scores, plan: AnalysisPlan) -> Estimate:
    slopes = growth_slopes(long)
    arms = set(slopes["arm"].astype(str))
    for arm in (plan.primary.treatment, plan.primary.control):
        must(arm in arms, f"arm {arm!r} has no dyad, so there is no contrast.", EstimateError)
    outcomes = slopes.assign(pre=0.0, post=slopes["slope"])
    if "block" in scores.frame:
        block = scores.frame.set_index("dyad_id")["block"]
        outcomes["block"] = outcomes["dyad_id"].map(block)
    plain = change_cr2(blocked(outcomes, plan), plan.contrast, conf_level=plan.primary.conf_level)
    said = plain.convention.replace("post - pre", "slopes").replace(
        "complete dyads", "dyads with two answers"
    )
    return replace(
        plain,
        estimand=f"growth of {scores.label}",
        estimator="slopes_cr2",
        unit=_UNIT,
        convention=f"each dyad's least-squares {_line(long)}; {said}",
    )


def _adjusted(results: list[Finding | Refusal]) -> list[Finding | Refusal]:
    places = [
        k
        for k, one in enumerate(results)
        if isinstance(one, Finding) and one.where.topic == "growth_contrast"
    ]
    found = [one for one in results if isinstance(one, Finding)]
    p_values = [one.estimate.p_value for one in found if one.where.topic == "growth_contrast"]
    done = list(results)
    for k, p_value in zip(places, adjusted(p_values, method="fdr_bh"), strict=True):
        one = done[k]
        if isinstance(one, Finding):
            done[k] = replace(one, adjusted_p=float(p_value), adjustment="Benjamini-Hochberg")
    return done
