"""The answer cards about what was agreed on: expectations of both sides, and goals."""

from dataclasses import replace
from math import exp

import pandas as pd

from revlab.errors import EstimateError, must
from revlab.inference.analysis import PilotAnalysis
from revlab.inference.estimate import Estimate
from revlab.privacy.thresholds import Thresholds
from revlab.report.answer import AnswerCard
from revlab.report.cards import plain_card
from revlab.report.frames import interval, number, percent
from revlab.report.names import words
from revlab.report.refusals import or_refusal, situation_behind

__all__ = ["arm_rows", "expectations_card", "goals_card", "overall"]

_FEWEST = Thresholds().scores
_AS_EXPECTED, _NEAR = 50.0, 5.0


def arm_rows(analysis: PilotAnalysis, topic: str) -> pd.DataFrame:
    """Return the findings of the arms on one topic, none if one of them may not be shown.

    A hidden arm could be worked out from the other and all pairs together. A median that does not
    exist, because fewer than half have met, hides nothing.

    Parameters
    ----------
    analysis : PilotAnalysis
        From ``analyse_pilot``.
    topic : str
        One of ``revlab.inference.findings.TOPICS`` that is told per arm.
    """
    rows = analysis.frame(topic)
    if rows.empty:
        return rows
    rows = rows[rows["arm"] != "all"]
    pairs = analysis.attendance.loc[analysis.attendance["arm"] != "all", "n_dyads"]
    hidden = any(one.where.topic == topic and one.where.arm != "all" for one in analysis.refused)
    small = bool((rows["n"] < _FEWEST).any()) or bool((pairs < _FEWEST).any())
    return rows.iloc[:0] if small or (hidden and topic != "first_session") else rows


def overall(analysis: PilotAnalysis, topic: str) -> Estimate:
    """Return what all pairs together say on one topic, never what one arm says in their place.

    Parameters
    ----------
    analysis : PilotAnalysis
        From ``analyse_pilot``.
    topic : str
        One of ``revlab.inference.findings.TOPICS`` that is told per arm.

    Raises
    ------
    EstimateError
        With the reason of the refusal.
    """
    together = tuple(one for one in analysis.findings if one.where.arm in ("", "all"))
    return replace(analysis, findings=together).estimate(topic)


def expectations_card(analysis: PilotAnalysis) -> AnswerCard:
    """Return the card that says whether expectations that differ go with early ending.

    Parameters
    ----------
    analysis : PilotAnalysis
        From ``analyse_pilot``.

    Returns
    -------
    AnswerCard
        How far the two sides lie apart, and by what the hazard of ending is multiplied for each
        standard deviation of it.
    """
    question = "Do pairs whose expectations differ end early?"

    def make() -> AnswerCard:
        gap = analysis.estimate("expectation_gap")
        must(gap.n >= _FEWEST, f"fewer than {_FEWEST} pairs said what they expect.", EstimateError)
        facts = {
            "How far the two lie apart": f"{percent(gap.conf_low)} to {percent(gap.conf_high)} of "
            f"the scale, best guess {percent(gap.estimate)}, n = {gap.n} pairs"
        }
        try:
            slope = analysis.estimate("expectation_ending")
        except EstimateError as error:
            return plain_card(
                question,
                "This pilot cannot answer that.",
                facts={**facts, "Why": str(error)},
                convention=gap.convention,
                simulated=analysis.simulated,
            ).with_situation(situation_behind(analysis, gap))
        span = interval(exp(slope.conf_low), exp(slope.conf_high), decimals=1)
        return plain_card(
            question,
            f"{_goes(slope)}: each standard deviation further apart multiplies the chance to "
            f"end at a session by {span}.",
            facts={"Best guess": f"{number(exp(slope.estimate), 1)} times"} | facts,
            change_mind="More pairs that end early, or expectations that were set by lot.",
            convention="; ".join(filter(None, (slope.convention, slope.note))),
            simulated=analysis.simulated,
        ).with_situation(situation_behind(analysis, slope))

    return or_refusal(question, analysis.simulated, make)


def _goes(slope: Estimate) -> str:
    if slope.conf_low > 0:
        return "Yes, more often"
    return "No, less often" if slope.conf_high < 0 else "We cannot tell"


def goals_card(analysis: PilotAnalysis) -> AnswerCard:
    """Return the card that says whether goals were reached, and whether people can say them.

    Parameters
    ----------
    analysis : PilotAnalysis
        From ``analyse_pilot``.

    Returns
    -------
    AnswerCard
        The mean T-score of goal attainment scaling, for all and per arm, and the share of goals
        that people can say.
    """
    question = "Were the goals reached, and do people know them?"

    def make() -> AnswerCard:
        reached = overall(analysis, "goals_reached")
        must(reached.n >= _FEWEST, f"the goals of fewer than {_FEWEST} pairs were judged.",
             EstimateError)  # fmt: skip
        facts = {"Best guess": f"{number(reached.estimate, 1)}; 50 is as expected"}
        arms = {
            f"T-score, {words(str(row.arm))}": f"{_span(row.conf_low, row.conf_high)}, "
            f"n = {row.n} pairs"
            for row in arm_rows(analysis, "goals_reached").itertuples()
        }
        if arms:
            facts |= arms | _difference(analysis)
        return plain_card(
            question,
            f"{_level(reached)}: a T-score of {_span(reached.conf_low, reached.conf_high)}"
            f"{_known(analysis)}.",
            facts=facts | _alike(analysis),
            change_mind="Goals judged by somebody who does not know the pair.",
            convention=reached.convention,
            simulated=analysis.simulated,
        ).with_situation(situation_behind(analysis, reached))

    return or_refusal(question, analysis.simulated, make)


def _span(low: float, high: float) -> str:
    return interval(low, high, decimals=1)


def _level(reached: Estimate) -> str:
    if reached.conf_low > _AS_EXPECTED:
        return "More than expected"
    if reached.conf_high < _AS_EXPECTED:
        return "Less than expected"
    width = max(_AS_EXPECTED - reached.conf_low, reached.conf_high - _AS_EXPECTED)
    return "About as expected" if width < _NEAR else "More or less than expected, we cannot tell"


def _known(analysis: PilotAnalysis) -> str:
    try:
        stated = analysis.estimate("goals_stated")
    except EstimateError:
        return ""
    if stated.n < _FEWEST:
        return ""
    span = f"{percent(stated.conf_low)} to {percent(stated.conf_high)}"
    return f"; people can say {span} of their goals"


def _difference(analysis: PilotAnalysis) -> dict[str, str]:
    try:
        gap = analysis.estimate("goals_contrast")
    except EstimateError as error:
        return {"Difference between the arms": f"refused: {error}"} if analysis.plan else {}
    what = " minus ".join(words(arm) for arm in gap.contrast.split(" - ", 1))
    span = _span(gap.conf_low, gap.conf_high)
    said = f"{span}, best guess {number(gap.estimate, 1)}, {gap.n_clusters} pools"
    return {f"Difference, {what}": said}


def _alike(analysis: PilotAnalysis) -> dict[str, str]:
    try:
        alike = analysis.estimate("goals_alike")
    except EstimateError:
        return {}
    span = interval(alike.conf_low, alike.conf_high)
    return {"Goals of one pair are alike": f"{span}; the T-score takes 0.3 for granted"}
