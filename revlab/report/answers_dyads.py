"""The answer cards of a pilot about dyads and pools: who sees the same, who moves together."""

from revlab.errors import EstimateError, must
from revlab.inference.analysis import PilotAnalysis
from revlab.inference.estimate import Estimate
from revlab.privacy.thresholds import Thresholds
from revlab.report.answer import AnswerCard
from revlab.report.cards import plain_card
from revlab.report.frames import interval, number
from revlab.report.names import words
from revlab.report.refusals import or_refusal, situation_behind

__all__ = ["agreement_card", "alikeness_card"]

_FEWEST = Thresholds().scores


def _span(estimate: Estimate) -> str:
    return f"{number(estimate.estimate)} ({interval(estimate.conf_low, estimate.conf_high)})"


def _first(analysis: PilotAnalysis, topic: str) -> Estimate:
    """Return the finding of the primary outcome, or else the first one."""
    plan = analysis.plan
    if plan is not None:
        own = {"scale_id": plan.primary.primary_scale, "role": plan.primary.primary_role}
        try:
            return analysis.estimate(topic, **own)
        except EstimateError:
            pass
    return analysis.estimate(topic)


def agreement_card(analysis: PilotAnalysis) -> AnswerCard:
    """Return the card that says whether both sides of a pair see the same relationship.

    Parameters
    ----------
    analysis : PilotAnalysis
        From ``analyse_pilot``.

    Returns
    -------
    AnswerCard
        About the first scale that both sides are asked; the others stand among the facts.
    """
    question = "Do the two sides see the same relationship?"

    def make() -> AnswerCard:
        rows = analysis.frame("agreement")
        agreed = analysis.estimate("agreement")
        must(
            agreed.n >= _FEWEST,
            f"fewer than {_FEWEST} pairs have the answers of both sides.",
            EstimateError,
        )
        scale_id = str(rows["scale_id"].iloc[0])
        facts = {"Asked about": words(scale_id).lower(), "Pairs with both answers": f"{agreed.n}"}
        facts["Pairs without"] = f"{agreed.n_missing}"
        try:
            linked = analysis.estimate("sides_level", scale_id=scale_id)
            facts["Correlation of the two sides"] = _span(linked)
        except EstimateError:
            pass
        for row in rows.iloc[1:].itertuples():
            if row.n >= _FEWEST:
                span = interval(row.conf_low, row.conf_high)
                name = words(str(row.scale_id)).lower()
                facts[f"Agreement on {name}"] = f"{number(row.estimate)} ({span}), n = {row.n}"
        return plain_card(
            question,
            f"{_agreed(agreed)}: agreement is {_span(agreed)}; 1 is full agreement, 0 none.",
            facts=facts,
            change_mind="More pairs in which both sides answer the last survey.",
            convention="; ".join(filter(None, (agreed.convention, agreed.note))),
            simulated=analysis.simulated,
        ).with_situation(situation_behind(analysis, agreed))

    return or_refusal(question, analysis.simulated, make)


def _agreed(agreed: Estimate) -> str:
    if agreed.conf_low > 0:
        return "To some degree"
    return "No" if agreed.conf_high <= 0 else "We cannot tell"


def alikeness_card(analysis: PilotAnalysis) -> AnswerCard:
    """Return the card that says how alike the changes of one pool are.

    Parameters
    ----------
    analysis : PilotAnalysis
        From ``analyse_pilot``.

    Returns
    -------
    AnswerCard
        About the primary outcome, with what the upper end of the interval would cost the next
        trial; the other outcomes stand among the facts.
    """
    question = "Is everybody's change alike within a pool?"

    def make() -> AnswerCard:
        alike = _first(analysis, "pool_icc")
        size = alike.n / alike.n_clusters
        factor = max(1.0, 1 + (size - 1) * alike.conf_high)
        facts = {
            "About": alike.estimand.removeprefix("likeness within pools of the "),
            "Based on": f"n = {alike.n} pairs in {alike.n_clusters} pools",
            "For the next trial": f"with pools of {number(size, 1)} pairs, the upper end asks for "
            f"{number(factor, 1)} times the pairs that independent pairs would need",
        }
        for row in analysis.frame("pool_icc").itertuples():
            if row.estimand != alike.estimand and row.n >= _FEWEST:
                name = row.estimand.removeprefix("likeness within pools of the ")
                span = interval(row.conf_low, row.conf_high)
                facts[name[:1].upper() + name[1:]] = f"{number(row.estimate)} ({span})"
        must(alike.n >= _FEWEST, f"fewer than {_FEWEST} pairs have a score.", EstimateError)
        return plain_card(
            question,
            f"{_alike(alike)}: the likeness is {_span(alike)}; 1 means all alike, 0 that pools do "
            "not matter.",
            facts=facts,
            change_mind="More pools: the interval depends on their number more than on their size.",
            convention=alike.convention,
            simulated=analysis.simulated,
        ).with_situation(situation_behind(analysis, alike))

    return or_refusal(question, analysis.simulated, make)


def _alike(alike: Estimate) -> str:
    if alike.conf_low > 0:
        return "Yes, to some degree"
    return "No, less than between pools" if alike.conf_high < 0 else "We cannot tell"
