"""What pages show of records of skills, ladders of asks and interviews, for a study's people."""

from collections.abc import Callable

from revlab.errors import RevlabError
from revlab.fieldwork.interviews import price_curve, value_of_interviews
from revlab.fieldwork.ladder import LadderModel
from revlab.fieldwork.pairing_worth import worth_of_pairing
from revlab.fieldwork.simulate_ladder import (
    break_even_lift,
    compare_ladders,
    rung_shares,
    simulate_ladders,
)
from revlab.pairing.scoring import score_cohort
from revlab.pairing.stale_skills import stress_coverage
from revlab.people.cohort import Cohort
from revlab.people.skills_stress import stress_recall
from revlab.report.answer import AnswerCard
from revlab.report.answers_asks import interviews_card, ladder_card, records_card
from revlab.report.answers_skills import needs_asked
from revlab.report.cards import plain_card
from revlab.report.figures import draw
from revlab.report.figures_interviews import price_points
from revlab.report.figures_records import record_lines
from revlab.report.views import FigureView

__all__ = ["interviews_shown", "ladder_shown", "records_shown"]

Shown = tuple[AnswerCard | FigureView, ...]
_DAMAGE = "missing or no longer so"
_NAMES = {"ladder": {"ladder": "step by step", "straight": "all at once"}}
_RELIABILITIES = (0.64, 0.7, 0.8, 0.9, 1.0)


def _or_reason(question: str, make: Callable[[], Shown]) -> Shown:
    """Return what ``make`` gives, or a card that says why these people give no answer."""
    try:
        return make()
    except RevlabError as error:
        return (plain_card(question, "These people give no answer.", facts={"Why": str(error)}),)


def records_shown(
    cohort: Cohort, *, n_draws: int = 30, n_pairings: int = 6, seed: int
) -> tuple[AnswerCard | FigureView, ...]:
    """Return the card and the figure on records of skills that are missing or no longer so.

    Parameters
    ----------
    cohort : Cohort
        The people; without needs there is one card that says so.
    n_draws, n_pairings : int
        Draws of damaged records for the search, and for the pairing, which takes longer.
    seed : int
        Root seed.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 4]}, index=["ana", "bo"])
    >>> for one in records_shown(Cohort(people.loc[["ana"]], people.loc[["bo"]]), seed=1):
    ...     print(one)
    Question: Does the database of skills find who can help?
    Answer: These people give no answer.
    Why: nobody of this database needs anything.
    """

    def _made() -> Shown:
        recall = stress_recall(needs_asked(cohort), kind="both", n_draws=n_draws, seed=seed)
        coverage = stress_coverage(cohort, kind="both", n_draws=n_pairings, seed=seed)
        figure = draw(
            "records",
            record_lines(recall, coverage),
            caption="The more offers are missing or no longer so, the fewer of the names that a "
            "search lists can help.",
            simulated=True,
            settings={"damage": _DAMAGE},
        )
        return records_card(recall, damage=_DAMAGE), figure

    return _or_reason("Does the database of skills find who can help?", _made)


def ladder_shown(
    cohort: Cohort, *, burden: float, n_sims: int = 20, seed: int
) -> tuple[AnswerCard | FigureView, ...]:
    """Return the card and the figure on beginning smaller.

    Parameters
    ----------
    cohort : Cohort
        The people, who are all asked.
    burden : float
        How much each step up in what is asked puts people off, in SD.
    n_sims : int
        Replications.
    seed : int
        Root seed.
    """

    def _made() -> Shown:
        model = LadderModel(burden=burden)
        runs = simulate_ladders(cohort, model=model, n_sims=n_sims, seed=seed)
        lift = break_even_lift(cohort, model=model, n_sims=n_sims, seed=seed)
        figure = draw(
            "ladder",
            rung_shares(runs).replace(_NAMES),
            caption="What becomes of all people who are asked.",
            simulated=True,
        )
        return ladder_card(compare_ladders(runs), lift=lift, n_sims=n_sims), figure

    return _or_reason("Is it too much to ask, so that one should begin smaller?", _made)


def interviews_shown(
    cohort: Cohort, *, hours_per_sd: float, n_sims: int = 100, seed: int
) -> tuple[AnswerCard | FigureView, ...]:
    """Return the card and the figure on interviews before pairing.

    Parameters
    ----------
    cohort : Cohort
        The people.
    hours_per_sd : float
        What one SD of a senior's digital confidence is worth, in hours of a junior's time.
    n_sims : int
        Replications behind the worth of pairing.
    seed : int
        Root seed.
    """

    def _made() -> Shown:
        pairing = worth_of_pairing(cohort, hours_per_sd=hours_per_sd, n_sims=n_sims, seed=seed)
        worth = float(pairing["worth"].iloc[0])
        compatibility = score_cohort(cohort)
        curve = price_curve(compatibility, _RELIABILITIES, seed=seed)
        value = value_of_interviews(compatibility, worth=worth, seed=seed)
        figure = draw(
            "interviews",
            price_points(curve, value, worth=worth),
            caption="What interviews may cost for a pair, by how reliable they make the score.",
            simulated=True,
        )
        return interviews_card(value, worth=worth), figure

    return _or_reason("Are interviews before pairing worth their price?", _made)
