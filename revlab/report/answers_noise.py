"""The answer cards about what a change or a difference must pass: noise, and the margin."""

from collections.abc import Collection
from dataclasses import replace

import pandas as pd

from revlab.errors import EstimateError, must
from revlab.inference.analysis import PilotAnalysis
from revlab.inference.analysis_sizes import equivalence_table
from revlab.inference.estimate import Estimate
from revlab.inference.findings import Finding, Refusal
from revlab.privacy.thresholds import Thresholds
from revlab.report.answer import AnswerCard
from revlab.report.cards import plain_card
from revlab.report.frames import interval, number, percent
from revlab.report.names import words
from revlab.report.refusals import or_refusal, situation_behind

__all__ = ["equivalence_card", "noise_card"]

_FEWEST = Thresholds().scores


def noise_card(analysis: PilotAnalysis, *, scale_id: str, role: str) -> AnswerCard:
    """Return the card that says how many changed by more than the scale's noise.

    Parameters
    ----------
    analysis : PilotAnalysis
        From ``analyse_pilot``.
    scale_id, role : str
        Whose change on what.

    Returns
    -------
    AnswerCard
        Counts of one to four people are not shown, nor what they could be worked out from.
    """
    name = words(scale_id).lower()
    question = f"How many {role}s changed in {name} by more than the scale's noise?"

    def make() -> AnswerCard:
        where = {"scale_id": scale_id, "role": role}
        analysis.estimate("change", **where)
        better, worse = (
            analysis.estimate(f"reliably_{way}", **where) for way in ("better", "worse")
        )
        must(better.n >= _FEWEST, f"fewer than {_FEWEST} people have both scores.", EstimateError)
        facts = {
            "Better by more than noise": _share(better),
            "Worse by more than noise": _share(worse),
        }
        if min(_count(better), _count(worse)) >= _FEWEST:
            same = analysis.estimate("reliably_unchanged", **where)
            facts["Within the noise"] = _share(same)
        missing = f"{better.n_missing} left out for missing values"
        facts["Noise"] = better.note
        facts["Based on"] = f"n = {better.n}; {missing if better.n_missing else 'none missing'}"
        return plain_card(
            question,
            f"Better: {_said(better)} of {better.n}; worse: {_said(worse)}. All other changes lie "
            "within what the scale's noise alone can do.",
            facts=facts,
            change_mind="A scale with more questions has less noise, so that smaller changes of "
            "one person count.",
            convention=better.convention,
            simulated=analysis.simulated,
        ).with_situation(situation_behind(analysis, better, **where))

    return or_refusal(question, analysis.simulated, make)


def _count(share: Estimate) -> int:
    return round(share.estimate * share.n)


def _said(share: Estimate) -> str:
    return str(_count(share)) if _count(share) >= _FEWEST else f"fewer than {_FEWEST}"


def _share(share: Estimate) -> str:
    if _count(share) < _FEWEST:
        return f"fewer than {_FEWEST} people, not shown"
    low, high = percent(share.conf_low), percent(share.conf_high)
    return f"{percent(share.estimate)} ({low} to {high})"


def equivalence_card(
    analysis: PilotAnalysis, *, lower_is_better: Collection[str] = ()
) -> AnswerCard:
    """Return the card that says whether any difference is too small to matter.

    Parameters
    ----------
    analysis : PilotAnalysis
        From ``analyse_pilot``.
    lower_is_better : collection of str
        Scales on which a larger score is worse.

    Returns
    -------
    AnswerCard
        About the primary outcome and its margin; secondary outcomes with a margin stand among
        the facts.
    """
    question = "Is it safe to say that the policies differ too little to matter?"

    def make() -> AnswerCard:
        plan = analysis.plan
        if plan is None:
            raise EstimateError("nothing was planned to be compared, so there is no margin.")
        found: list[Finding | Refusal] = [*analysis.findings, *analysis.refused]
        table = equivalence_table(found, plan=plan, lower_is_better=lower_is_better)
        first = table[table["status"] == "primary"]
        must(len(first) > 0, "the primary outcome was not analysed.", EstimateError)
        row = first.iloc[0]
        must(row["verdict"] != "", str(row["reason"]), EstimateError)
        card = plain_card(
            question,
            _verdict(row),
            facts=_facts(row, table, treatment=words(plan.primary.treatment)),
            change_mind="A new study whose whole interval lies on one side of the margin.",
            convention=f"{row['convention']}; {percent(row['conf_level'])} interval",
            simulated=analysis.simulated,
        )
        where = {"scale_id": str(row["scale_id"]), "role": str(row["role"])}
        contrast = analysis.estimate("contrast", **where)
        known = situation_behind(analysis, contrast, **where)
        return replace(card, status="primary").with_situation(known)

    return or_refusal(question, analysis.simulated, make)


def _verdict(row: pd.Series) -> str:
    span, margin = interval(row["conf_low"], row["conf_high"]), number(row["margin"])
    if row["verdict"] == "inside":
        return f"Yes: the difference lies within {span} points, inside the margin of {margin}."
    if row["verdict"] == "beyond":
        return f"No: the difference, {span} points, lies beyond the margin of {margin}."
    return f"No: the difference may be {span} points, which reaches past the margin of {margin}."


def _facts(row: pd.Series, table: pd.DataFrame, *, treatment: str) -> dict[str, str]:
    facts = {
        "Outcome": f"{words(str(row['scale_id'])).lower()}, {row['role']}s",
        f"Is “{treatment}” at worst a margin behind?": "yes" if row["not_worse"] else "cannot tell",
        "Based on": f"n = {row['n']} in {row['n_clusters']} pools",
    }
    others = table[(table["status"] == "secondary") & (table["verdict"] != "")]
    for other in others.itertuples():
        span = interval(other.conf_low, other.conf_high)
        name = f"{words(str(other.scale_id)).capitalize()}, {other.role}s"
        facts[name] = f"{other.verdict} ({span}; margin {number(other.margin)})"
    return facts
