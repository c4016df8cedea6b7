"""What the answer cards of a pilot share: refusals, and the situation behind the caveats."""

from collections.abc import Callable
from dataclasses import replace

from revlab.errors import EstimateError
from revlab.inference.analysis import PilotAnalysis
from revlab.inference.estimate import Estimate
from revlab.report.answer import AnswerCard
from revlab.report.cards import plain_card
from revlab.report.caveats import Situation

__all__ = ["STAYED", "or_refusal", "situation_behind", "situation_of"]

STAYED = "stayed to the end"
"""The stage of the participant flow that early endings are read from."""


def or_refusal(question: str, simulated: bool, make: Callable[[], AnswerCard]) -> AnswerCard:
    """Return the card that ``make`` gives, or one that says why there is no answer.

    A question that cannot be answered keeps its card, and nothing else stops.
    """
    try:
        return make()
    except EstimateError as error:
        return plain_card(
            question,
            "This pilot cannot answer that.",
            facts={"Why": str(error)},
            simulated=simulated,
        )


def situation_of(analysis: PilotAnalysis, *, scale_id: str = "", role: str = "") -> Situation:
    """Return what the analysis knows of the study behind a card, so that its caveats fire."""
    ended = analysis.flow[
        (analysis.flow["stage"] == STAYED)
        & (analysis.flow["role"] == "mentee")
        & (analysis.flow["arm"] != "all")
    ]
    try:
        reliability = analysis.estimate("alpha", scale_id=scale_id, role=role).estimate
    except EstimateError:
        reliability = float("nan")
    dropped = {str(row.arm): 1 - float(row.share) for row in ended.itertuples()}
    return Situation(dropout_per_arm=dropped, reliability=reliability, simulated=analysis.simulated)


def situation_behind(
    analysis: PilotAnalysis, estimate: Estimate, *, scale_id: str = "", role: str = ""
) -> Situation:
    """Return `situation_of` with what a card in plain words knows of its estimate besides."""
    return replace(
        situation_of(analysis, scale_id=scale_id, role=role),
        n=estimate.n,
        n_missing=estimate.n_missing,
        n_clusters=estimate.n_clusters,
    )
