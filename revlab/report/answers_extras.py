"""The answer cards about what not every pilot records: first sessions, ideas, ties, goals."""

from collections.abc import Callable
from math import exp, isfinite

from revlab.errors import EstimateError, must
from revlab.inference.analysis import PilotAnalysis
from revlab.inference.estimate import Estimate
from revlab.privacy.thresholds import Thresholds
from revlab.report.answer import AnswerCard
from revlab.report.answers_goals import arm_rows, expectations_card, goals_card, overall
from revlab.report.cards import plain_card
from revlab.report.frames import interval, number, percent
from revlab.report.names import words
from revlab.report.refusals import or_refusal, situation_behind

__all__ = ["extra_cards", "first_session_card", "ideas_card", "ties_card"]

_FEWEST = Thresholds().scores
_LEAST_P = 0.001


def extra_cards(analysis: PilotAnalysis) -> tuple[AnswerCard, ...]:
    """Return the cards of all that this pilot recorded besides; always that of first sessions.

    Parameters
    ----------
    analysis : PilotAnalysis
        From ``analyse_pilot``.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.inference.analysis import analyse_pilot
    >>> from revlab.shipped import shipped
    >>> analysis = analyse_pilot(read_pilot(shipped("data/example_pilot")), seed=1)
    >>> [card.question for card in extra_cards(analysis)]
    ['How soon did pairs meet?']
    """
    makers: dict[str, Callable[[PilotAnalysis], AnswerCard]] = {
        "first_session": first_session_card,
        "ideas_rate": ideas_card,
        "ties_share": ties_card,
        "expectation_gap": expectations_card,
        "goals_reached": goals_card,
    }
    asked = {one.where.topic for one in analysis.findings}
    asked |= {one.where.topic for one in analysis.refused}
    return tuple(make(analysis) for topic, make in makers.items() if topic in asked)


def _gap(analysis: PilotAnalysis, topic: str, unit: str) -> dict[str, str]:
    try:
        gap = analysis.estimate(topic)
    except EstimateError as error:
        return {"Difference between the arms": f"refused: {error}"} if analysis.plan else {}
    what = " minus ".join(words(arm) for arm in gap.contrast.split(" - ", 1))
    span = interval(gap.conf_low, gap.conf_high, decimals=1)
    said = f"{span}, best guess {number(gap.estimate, 1)} {unit}, {gap.n_clusters} pools"
    return {f"Difference, {what}": said}


def _ratio(analysis: PilotAnalysis, topic: str, label: str) -> dict[str, str]:
    try:
        gap = analysis.estimate(topic)
    except EstimateError as error:
        return {label: f"refused: {error}"} if analysis.plan else {}
    times = [exp(value) for value in (gap.conf_low, gap.conf_high, gap.estimate)]
    arms = " as ".join(words(arm) for arm in gap.contrast.split(" - ", 1))
    span = interval(times[0], times[1], decimals=1)
    return {label: f"{span} times as many in {arms}, best guess {number(times[2], 1)}"}


def _chance(analysis: PilotAnalysis, topic: str, label: str) -> dict[str, str]:
    try:
        return {label: _p(analysis.estimate(topic).p_value)}
    except EstimateError:
        return {}


def _p(value: float) -> str:
    return f"p = {number(value, 3)}" if value >= _LEAST_P else f"p < {_LEAST_P:g}"


def first_session_card(analysis: PilotAnalysis) -> AnswerCard:
    """Return the card that says how long it took pairs to meet for the first time.

    Parameters
    ----------
    analysis : PilotAnalysis
        From ``analyse_pilot``.

    Returns
    -------
    AnswerCard
        The median per arm, the difference of the means with pools as units, and the log-rank
        test over pools.
    """
    question = "How soon did pairs meet?"

    def make() -> AnswerCard:
        median = overall(analysis, "first_session")
        must(median.n >= _FEWEST, f"fewer than {_FEWEST} pairs were followed.", EstimateError)
        unit = median.unit
        facts = {
            f"Half had met, {words(str(row.arm))}": f"after "
            f"{interval(row.conf_low, row.conf_high, decimals=0)} {unit}, best guess "
            f"{number(row.estimate, 0)}, n = {row.n}"
            for row in arm_rows(analysis, "first_session").itertuples()
        }
        if facts:
            test = "Log-rank test, arms dealt to pools anew"
            facts |= _gap(analysis, "first_session_contrast", unit)
            facts |= _chance(analysis, "first_session_check", test)
        span = interval(median.conf_low, median.conf_high, decimals=0)
        return plain_card(
            question,
            f"Half of the pairs had met within {span} {unit} of pairing; the best guess is "
            f"{number(median.estimate, 0)}.",
            facts=facts,
            change_mind="" if unit == "days" else "The dates of first sessions, in starts.csv.",
            convention=median.convention,
            simulated=analysis.simulated,
        ).with_situation(situation_behind(analysis, median))

    return or_refusal(question, analysis.simulated, make)


def ideas_card(analysis: PilotAnalysis) -> AnswerCard:
    """Return the card that says how many ideas came up, and how many were adopted.

    Parameters
    ----------
    analysis : PilotAnalysis
        From ``analyse_pilot``.

    Returns
    -------
    AnswerCard
        Rates with pools as units; fewer than five pairs with an idea are not shown.
    """
    question = "Did pairs bring up ideas, and were they adopted?"

    def make() -> AnswerCard:
        raised = overall(analysis, "ideas_rate")
        span = interval(raised.conf_low, raised.conf_high)
        said = f"{span} ideas per session held"
        try:
            adopted = overall(analysis, "ideas_adopted")
            ends = interval(adopted.conf_low, adopted.conf_high, decimals=0)
            said += f"; {ends} adopted per 100 people."
            facts = {"Adopted, best guess": f"{number(adopted.estimate, 0)} per 100 people"}
        except EstimateError:
            said += f"; too few were adopted to show a rate (fewer than {_FEWEST} pairs)."
            facts = {}
        facts = {"Raised, best guess": f"{number(raised.estimate)} per session"} | facts
        arms = {
            f"Raised, {words(str(row.arm))}": f"{interval(row.conf_low, row.conf_high)} per "
            f"session, n = {row.n} pairs"
            for row in arm_rows(analysis, "ideas_rate").itertuples()
        }
        if arms:
            facts |= arms | _ratio(analysis, "ideas_contrast", "Raised per session")
            facts |= _chance(analysis, "ideas_check", "Arms dealt to pools anew")
        if len(arm_rows(analysis, "ideas_adopted")):
            facts |= _ratio(analysis, "ideas_adopted_contrast", "Adopted per person")
        return plain_card(
            question,
            said,
            facts=facts,
            change_mind="Ideas of people without a programme: some would have come up anyway.",
            convention=raised.convention,
            simulated=analysis.simulated,
        ).with_situation(situation_behind(analysis, raised))

    return or_refusal(question, analysis.simulated, make)


def ties_card(analysis: PilotAnalysis) -> AnswerCard:
    """Return the card that says whether people turn to the other level more than before.

    Parameters
    ----------
    analysis : PilotAnalysis
        From ``analyse_pilot``.

    Returns
    -------
    AnswerCard
        The change per person, the share of ties across levels at each survey, and whether they
        cross levels as often as if levels did not matter. Partners are left out.
    """
    question = "Do people turn to the other level more than before?"

    def make() -> AnswerCard:
        facts = {}
        for row in analysis.frame("ties_share").itertuples():
            if row.n >= _FEWEST:
                span = f"{percent(row.conf_low)} to {percent(row.conf_high)}"
                facts[f"Contacts of the other level, survey {row.wave}"] = f"{span}, n = {row.n}"
        for row in analysis.frame("ties_index").itertuples():
            if row.n >= _FEWEST:
                said = f"index {number(row.estimate)} (-1 all within a level, 1 all across)"
                facts[f"E-I index, survey {row.wave}"] = (
                    f"{said}; {_p(row.p_value)} if levels did not matter"
                )
        facts |= _gap(analysis, "ties_contrast", "contacts per person")
        change = analysis.estimate("ties_change")
        must(change.n >= _FEWEST, f"fewer than {_FEWEST} people said it twice.", EstimateError)
        return plain_card(
            question,
            f"{_moved(change)}: a change of {interval(change.conf_low, change.conf_high)} contacts "
            "per person, the partner left out.",
            facts={"Best guess": f"{number(change.estimate)} contacts", **facts},
            change_mind="The same question asked of people who take no part.",
            convention="; ".join(filter(None, (change.convention, change.note))),
            simulated=analysis.simulated,
        ).with_situation(situation_behind(analysis, change))

    return or_refusal(question, analysis.simulated, make)


def _moved(change: Estimate) -> str:
    if isfinite(change.conf_low) and change.conf_low > 0:
        return "Yes"
    return "No, less" if isfinite(change.conf_high) and change.conf_high < 0 else "We cannot tell"
