"""The part of a pilot's analysis that compares the arms, as its plan says."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from revlab.errors import EstimateError, must
from revlab.inference.analysis_scales import NO_START, Scores
from revlab.inference.estimate import Estimate
from revlab.inference.estimators import ESTIMATORS
from revlab.inference.findings import Finding, Refusal, attempt
from revlab.inference.inversion import Replay
from revlab.inference.multiplicity import adjusted
from revlab.inference.plan import AnalysisPlan
from revlab.inference.randomisation import randomisation_test

__all__ = ["adjust", "blocked", "contrasts", "rule_of"]

_WITHOUT_START = {
    "ancova_cr2": "change_cr2",
    "lin_cr2": "change_cr2",
    "mixed_pools": "change_cr2",
    "randomisation_adjusted": "randomisation",
}
"""What takes the place of an estimator that adjusts for the starting score."""


def contrasts(scores: Scores, *, plan: AnalysisPlan, seed: int) -> list[Finding | Refusal]:
    """Return the contrast by the plan's estimator, its randomisation check and superiority."""
    scale_id, role = scores.outcome.scale_id, scores.outcome.role
    level, status = plan.contrast_level, plan.status(scale_id, role)
    rule = rule_of(scores, plan)
    statistic = "adjusted" if scores.has_start else "change"

    def check() -> Estimate:
        frame, replay = blocked(scores.frame, plan), Replay(seed=seed)
        try:
            return randomisation_test(
                frame, plan.contrast, statistic=statistic, conf_level=level, replay=replay
            )
        except EstimateError:
            return randomisation_test(frame, plan.contrast, conf_level=level, replay=replay)

    def compare() -> Estimate:
        return ESTIMATORS[rule](blocked(scores.frame, plan), plan.contrast, conf_level=level)

    results: list[Finding | Refusal] = []

    def odds() -> Estimate:
        frame = blocked(scores.frame, plan)
        return ESTIMATORS["superiority"](frame, plan.contrast, conf_level=level)

    makers = {"contrast": compare, "check": check, "superiority": odds}
    for topic, make in makers.items():
        result = attempt(scores.where(topic), make, status=status)
        if isinstance(result, Finding):
            found = _named(result.estimate, scores, topic)
            notes = [note for note in (found.note, plan.look_note) if note]
            result = replace(result, estimate=replace(found, note="; ".join(notes)))
        results.append(result)
    return results


def rule_of(scores: Scores, plan: AnalysisPlan) -> str:
    """Return the name of the estimator: the planned one, or what takes its place without a start.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.inference.analysis_scales import scores_of
    >>> from revlab.inference.plan_reading import plan_of_pilot
    >>> from revlab.shipped import shipped
    >>> pilot = read_pilot(shipped("data/example_pilot"))
    >>> [rule_of(scores, plan_of_pilot(pilot.plan)) for scores in scores_of(pilot)[3:5]]
    ['ancova_cr2', 'change_cr2']
    """
    planned = plan.estimator(scores.outcome.scale_id, scores.outcome.role)
    return planned if scores.has_start else _WITHOUT_START.get(planned, planned)


def blocked(frame: pd.DataFrame, plan: AnalysisPlan) -> pd.DataFrame:
    """Return the frame of dyads as the plan compares it: with its blocks, or without any.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per dyad, with a column "block" if the pilot has one.
    plan : AnalysisPlan
        Says whether pools were dealt to arms within blocks.

    Raises
    ------
    EstimateError
        If an arm of the plan has no dyad, or the plan names blocks and the pilot has none.

    Examples
    --------
    >>> from revlab.fieldwork.protocol import PrimaryAnalysis
    >>> plan = AnalysisPlan(PrimaryAnalysis("voice", "mentor", "a", "b", 0.3, "ancova_cr2"))
    >>> list(blocked(pd.DataFrame({"arm": ["a", "b"], "block": ["north"] * 2}), plan))
    ['arm']
    """
    there = set(frame["arm"].dropna().astype(str))
    for arm in (plan.primary.treatment, plan.primary.control):
        must(
            arm in there,
            f"no dyad is in the arm {arm!r}, so there is nothing to compare.",
            EstimateError,
        )
    name = plan.primary.blocks
    if not name:
        return frame.drop(columns="block", errors="ignore")
    must(
        name in frame,
        f"the plan says that pools were dealt to arms within blocks, but arms.csv has no column "
        f"{name!r}; add it, or correct the plan.",
        EstimateError,
    )
    return frame


def _named(estimate: Estimate, scores: Scores, topic: str) -> Estimate:
    notes = [estimate.note, "" if scores.has_start else NO_START]
    note = "; ".join(note for note in notes if note)
    if topic == "superiority":
        what = "change in" if scores.has_start else "last score on"
        return replace(estimate, estimand=f"larger {what} {scores.label}", note=note)
    convention = estimate.convention
    if not scores.has_start:
        convention = convention.replace("post - pre", "last score").replace("change", "last score")
    return replace(
        estimate, estimand=scores.label, unit=scores.unit, note=note, convention=convention
    )


def adjust(findings: Sequence[Finding]) -> list[Finding]:
    """Adjust contrasts for their number: Holm over secondary, BH over exploratory outcomes."""
    rules = {"secondary": ("holm", "Holm"), "exploratory": ("fdr_bh", "Benjamini-Hochberg")}
    result = list(findings)
    for status, (method, name) in rules.items():
        places = [
            k
            for k, finding in enumerate(result)
            if finding.status == status and finding.where.topic == "contrast"
        ]
        p_values = adjusted([result[k].estimate.p_value for k in places], method=method)
        for k, p_value in zip(places, p_values, strict=True):
            result[k] = replace(result[k], adjusted_p=float(p_value), adjustment=name)
    return result
