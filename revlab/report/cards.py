"""Make answer cards: from an estimate, or from an answer in plain words."""

from collections.abc import Mapping

from revlab.errors import must, one_of
from revlab.inference.estimate import Estimate
from revlab.report.answer import STATUSES, AnswerCard
from revlab.report.caveats import Situation
from revlab.report.prose import lint_prose
from revlab.report.wording import Wording, word_estimate

__all__ = ["AnswerCard", "answer_card", "plain_card"]


def answer_card(
    estimate: Estimate,
    *,
    question: str,
    margin: float | None = None,
    status: str = "primary",
    higher_is: str = "better",
    simulated: bool = False,
) -> AnswerCard:
    """Return the card of an estimate; every number on it comes from the estimate.

    Parameters
    ----------
    estimate : Estimate
        A contrast ("optimal - random", "post - pre") or a single quantity (contrast "").
    question : str
        As the reader would ask it.
    margin : float or None
        For a contrast the smallest difference that matters, for a single quantity the value that
        was asked for; in the unit of the estimate, set beforehand.
    status : {"primary", "secondary", "exploratory", ""}
        What the plan says about the question; "exploratory" fires its caveat.
    higher_is : {"better", "worse"}
        What a larger value means.
    simulated : bool
        Whether the data are simulated; the card then says so.

    Returns
    -------
    AnswerCard
        Add what else is known with `AnswerCard.with_situation`, `~AnswerCard.with_odds` and
        `~AnswerCard.with_facts`.

    Raises
    ------
    RevlabError
        If an option does not exist or the margin is not more than zero.

    Examples
    --------
    >>> nan = float("nan")
    >>> one = Estimate("trust", "welch", "a - b", 0.31, 0.13, 37.2, 2.4, 0.02, 0.05, 0.57, n=40)
    >>> answer_card(one, question="Does a build more trust?", margin=0.2).answer
    '“a” probably did better than “b”, by about 0.31 points; how much is uncertain.'
    """
    one_of("higher_is", higher_is, ["better", "worse"])
    one_of("status", status, list(STATUSES))
    wording = word_estimate(estimate, margin=margin, higher_is=higher_is)
    _check(wording, given=(estimate.estimand, estimate.contrast, *estimate.contrast.split(" - ")))
    situation = Situation(
        n=estimate.n,
        n_missing=estimate.n_missing,
        n_clusters=estimate.n_clusters,
        planned=status != "exploratory",
        simulated=simulated,
    )
    return AnswerCard(
        question=question,
        answer=wording.answer,
        facts=wording.facts,
        verdict=wording.verdict,
        status=status,
        situation=situation,
        change_mind=wording.change_mind,
        convention=wording.convention,
    )


def _check(wording: Wording, given: tuple[str, ...]) -> None:
    for sentence in (wording.answer, wording.verdict, wording.change_mind):
        faults = lint_prose(sentence, given=given)
        must(not faults, f"a card must not say {'; '.join(faults)}.")


def plain_card(
    question: str,
    answer: str,
    *,
    facts: Mapping[str, str] | None = None,
    change_mind: str = "",
    convention: str = "",
    simulated: bool = False,
) -> AnswerCard:
    """Return a card for an answer that is not one estimate, such as a count or a choice.

    Raises
    ------
    RevlabError
        As `AnswerCard`, and if the answer says what generated prose must not say.

    Examples
    --------
    >>> plain_card("Can everybody be paired?", "Yes: 50 of 50 on both sides.")
    Question: Can everybody be paired?
    Answer: Yes: 50 of 50 on both sides.
    """
    _check(Wording(answer, "", {}, change_mind, convention), given=())
    return AnswerCard(
        question=question,
        answer=answer,
        facts=dict(facts or {}),
        situation=Situation(simulated=simulated),
        change_mind=change_mind,
        convention=convention,
    )
