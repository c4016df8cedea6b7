"""The answer cards of a pilot about people: the policy contrast and the change on each side."""

from revlab.errors import EstimateError
from revlab.inference.analysis import PilotAnalysis
from revlab.inference.estimate import Estimate
from revlab.report.answer import AnswerCard
from revlab.report.cards import answer_card
from revlab.report.frames import interval, number, percent
from revlab.report.names import words
from revlab.report.refusals import or_refusal, situation_of

__all__ = ["change_card", "contrast_card"]


def contrast_card(analysis: PilotAnalysis) -> AnswerCard:
    """Return the card of the primary question: whether one policy did better than the other.

    Parameters
    ----------
    analysis : PilotAnalysis
        From ``analyse_pilot``.

    Returns
    -------
    AnswerCard
        With the margin of the plan, the odds in 100 comparisons, the randomisation check, and
        the caveats that fire. If nothing was planned or the estimate was refused, it says why.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.inference.analysis import analyse_pilot
    >>> from revlab.shipped import shipped
    >>> pilot = read_pilot(shipped("data/example_pilot"))
    >>> contrast_card(analyse_pilot(pilot, seed=1)).status
    'primary'
    """
    plan = analysis.plan
    if plan is None:
        question = "Did one pairing policy do better than the other?"
        return or_refusal(question, analysis.simulated, lambda: _contrast(analysis, question))
    first = plan.primary
    question = (
        f"Did “{words(first.treatment)}” pairing do better than “{words(first.control)}” on "
        f"{words(first.primary_scale).lower()} of the {first.primary_role}s?"
    )
    return or_refusal(question, analysis.simulated, lambda: _contrast(analysis, question))


def _contrast(analysis: PilotAnalysis, question: str) -> AnswerCard:
    estimate, plan = analysis.primary, analysis.plan
    first = plan.primary  # type: ignore[union-attr]
    where = {"scale_id": first.primary_scale, "role": first.primary_role}
    card = answer_card(
        estimate, question=question, margin=first.margin, simulated=analysis.simulated
    ).with_situation(situation_of(analysis, **where))
    try:
        card = card.with_odds(analysis.estimate("superiority", **where))
        check = analysis.check
    except EstimateError:
        return card
    span = interval(check.conf_low, check.conf_high)
    said = f"{number(check.estimate)} points ({span}), {check.n_clusters} pools"
    return card.with_facts({"Randomisation check": said})


def change_card(analysis: PilotAnalysis, *, scale_id: str, role: str) -> AnswerCard:
    """Return the card of one side's change from the first survey to the last.

    Parameters
    ----------
    analysis : PilotAnalysis
        From ``analyse_pilot``.
    scale_id, role : str
        Whose change on what.

    Returns
    -------
    AnswerCard
        It says that a change without a comparison is no effect of the programme.
    """
    question = (
        f"Did the {role}s' {words(scale_id).lower()} change from the first survey to the last?"
    )

    def make() -> AnswerCard:
        estimate = analysis.estimate("change", scale_id=scale_id, role=role)
        plan = analysis.plan
        planned = plan is not None and plan.status(scale_id, role) != "exploratory"
        card = answer_card(
            estimate,
            question=question,
            margin=plan.margin(scale_id, role) if plan is not None else None,
            status="" if planned else "exploratory",
            simulated=analysis.simulated,
        ).with_situation(situation_of(analysis, scale_id=scale_id, role=role))
        return card.with_facts(
            {
                "Share who improved": _share(
                    analysis.estimate("improved", scale_id=scale_id, role=role)
                ),
                "Read with care": "there is no group without the programme, so a change is not "
                "yet an effect of it",
            }
        )

    return or_refusal(question, analysis.simulated, make)


def _share(estimate: Estimate) -> str:
    low, high = percent(estimate.conf_low), percent(estimate.conf_high)
    return f"{percent(estimate.estimate)} ({low} to {high}), n = {estimate.n}"
