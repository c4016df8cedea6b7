"""What pages show of records, ladders and interviews: an answer, or the reason for none."""

import pandas as pd
import pytest

from revlab.people.cohort import Cohort
from revlab.people.population import Population, draw_cohort
from revlab.people.skills_stress import stress_recall
from revlab.report.answer import AnswerCard
from revlab.report.answers_skills import needs_asked
from revlab.report.asks_study import interviews_shown, ladder_shown, records_shown
from revlab.report.frames import percent
from revlab.report.views import FigureView
from revlab.rng import stream


@pytest.fixture(scope="module")
def people() -> Cohort:
    return draw_cohort(Population(), 16, 16, rng=stream(4, "cohort"))


@pytest.fixture(scope="module")
def two() -> Cohort:
    both = pd.DataFrame({"unit": "IT", "grade": [1, 4]}, index=["ana", "bo"])
    return Cohort(both.loc[["ana"]], both.loc[["bo"]])


SHOWN = {
    "records": lambda who: records_shown(who, n_draws=2, n_pairings=2, seed=1),
    "ladder": lambda who: ladder_shown(who, burden=0.3, n_sims=2, seed=1),
    "interviews": lambda who: interviews_shown(who, hours_per_sd=1000, n_sims=2, seed=1),
}


@pytest.mark.parametrize("what", SHOWN)
def test_each_question_has_a_card_and_a_figure_that_say_simulated(what: str, people) -> None:
    card, figure = SHOWN[what](people)
    assert isinstance(card, AnswerCard)
    assert isinstance(figure, FigureView)
    assert card.situation.simulated
    assert "Simulated data" in repr(figure)


@pytest.mark.parametrize(
    ("what", "why"), [("records", "nobody of this database"), ("interviews", "no better")]
)
def test_people_who_give_no_answer_get_the_reason_and_the_page_goes_on(
    what: str, why: str, two
) -> None:
    (card,) = SHOWN[what](two)
    assert card.answer == "These people give no answer."
    assert why in card.facts["Why"]


def test_the_card_on_records_has_the_numbers_of_the_stress(people) -> None:
    card = SHOWN["records"](people)[0]
    table = stress_recall(needs_asked(people), kind="both", n_draws=2, seed=1)
    hit = table.query("measure == 'hit' and share == 0.3").iloc[0]
    assert percent(hit["low"]) in card.answer
