"""What pages show of records, ladders and interviews: an answer, or the reason for none."""

import pandas as pd
import pytest

from revlab.fieldwork.interviews import price_curve, value_of_interviews
from revlab.fieldwork.ladder import LadderModel
from revlab.fieldwork.pairing_worth import worth_of_pairing
from revlab.fieldwork.simulate_ladder import break_even_lift, compare_ladders, simulate_ladders
from revlab.pairing.scoring import score_cohort
from revlab.pairing.stale_skills import stress_coverage
from revlab.people.cohort import Cohort
from revlab.people.population import Population, draw_cohort
from revlab.people.skills_stress import stress_recall
from revlab.report.answer import AnswerCard
from revlab.report.answers_asks import interviews_card, ladder_card, records_card
from revlab.report.answers_skills import needs_asked
from revlab.report.asks_study import interviews_shown, ladder_shown, records_shown
from revlab.report.figures import draw
from revlab.report.figures_interviews import price_points
from revlab.report.figures_records import record_lines
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


def test_the_answer_on_records_is_about_both_kinds_of_damage_and_pairings(people) -> None:
    card, figure = records_shown(people, n_draws=4, n_pairings=2, seed=1)
    recall = stress_recall(needs_asked(people), kind="both", n_draws=4, seed=1)
    coverage = stress_coverage(people, kind="both", n_draws=2, seed=1)
    assert card.facts == records_card(recall, damage="missing or no longer so").facts
    drawn = draw("records", record_lines(recall, coverage),
                 settings={"damage": "missing or no longer so"}, simulated=True)  # fmt: skip
    assert figure.alt == drawn.alt


def test_the_answer_on_ladders_rests_on_the_burden_that_was_given(people) -> None:
    card, figure = ladder_shown(people, burden=0.3, n_sims=2, seed=1)
    model = LadderModel(burden=0.3)
    runs = simulate_ladders(people, model=model, n_sims=2, seed=1)
    lift = break_even_lift(people, model=model, n_sims=2, seed=1)
    told = ladder_card(compare_ladders(runs), lift=lift, n_sims=2)
    assert (card.answer, card.facts) == (told.answer, told.facts)
    plain = break_even_lift(people, n_sims=2, seed=1)
    assert plain != lift
    assert "all at once" in figure.alt


def test_the_answer_on_interviews_rests_on_the_worth_of_pairing(people) -> None:
    card, figure = interviews_shown(people, hours_per_sd=1000, n_sims=2, seed=1)
    row = worth_of_pairing(people, hours_per_sd=1000, n_sims=2, seed=1).iloc[0]
    worth, fit = float(row["worth"]), score_cohort(people)
    value = value_of_interviews(fit, worth=worth, seed=1)
    assert card.facts == interviews_card(value, worth=worth).facts
    levels = (0.64, 0.7, 0.8, 0.9, 1.0)
    points = price_points(price_curve(fit, levels, seed=1), value, worth=worth)
    assert figure.alt == draw("interviews", points, simulated=True).alt
    line = figure.figure.axes[0].lines[0].get_ydata()
    assert line.tolist() == pytest.approx(points["price"].tolist())
