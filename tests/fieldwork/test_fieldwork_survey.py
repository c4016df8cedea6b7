"""Answers: what is expected is what many answers average to, and gaps come as often as stated."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import integrate, stats
from scipy.special import expit

from revlab.fieldwork.item_form import ItemForm
from revlab.fieldwork.survey import SurveyModel

MODEL = SurveyModel()
ITEMS = [
    ItemForm("a", 1, 5, reverse=False, place=-1.0),
    ItemForm("b", 1, 5, reverse=True, place=0.5),
    ItemForm("c", 0, 10, reverse=True, place=1.0),
    ItemForm("d", 0, 1, reverse=False, place=0.0),
]


def thresholds(item: ItemForm, model: SurveyModel) -> np.ndarray:
    """The thresholds as the docstring states them: equal steps around the item's place."""
    n = item.high - item.low
    first = -(n - 1) / 2 * model.threshold_spacing
    steps = [first + k * model.threshold_spacing for k in range(n)]
    return model.discrimination * (np.array(steps) + item.place * model.item_spread)


def by_integration(trait: float, item: ItemForm, model: SurveyModel) -> float:
    """The mean score written down as an integral over state and style, without the shortcut."""
    sign = -1.0 if item.reverse else 1.0
    spread = np.hypot(model.occasion_sd, model.acquiescence_sd)

    def score(u: float) -> float:
        strength = model.discrimination * (sign * trait + spread * u)
        answer = item.low + expit(strength - thresholds(item, model)).sum()
        turned = item.low + item.high - answer if item.reverse else answer
        return float(turned * stats.norm.pdf(u))

    return float(integrate.quad(score, -10, 10, epsabs=1e-12)[0])


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.item_id)
def test_the_expected_score_is_the_integral(item: ItemForm) -> None:
    traits = np.linspace(-3, 3, 7)
    exact = [by_integration(trait, item, MODEL) for trait in traits]
    assert MODEL.expected_score(traits, (item,)) == pytest.approx(exact, abs=1e-6)


def test_the_expected_score_of_a_scale_is_the_mean_of_its_items() -> None:
    traits = np.linspace(-3, 3, 7)
    alone = np.mean([MODEL.expected_score(traits, (item,)) for item in ITEMS], axis=0)
    assert MODEL.expected_score(traits, tuple(ITEMS)) == pytest.approx(alone, abs=1e-12)


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.item_id)
@pytest.mark.parametrize("trait", [-1.2, 0.0, 0.7])
def test_many_answers_average_to_the_expected_score(item: ItemForm, trait: float) -> None:
    rng, n = np.random.default_rng(8), 400_000
    state = trait + MODEL.occasion_sd * rng.standard_normal(n)
    style = MODEL.acquiescence_sd * rng.standard_normal(n)
    noise = rng.logistic(size=(1, n))
    answers = MODEL.answer(state, style, noise=noise, items=(item,))[0]
    turned = item.low + item.high - answers if item.reverse else answers
    error = 4 * turned.std() / np.sqrt(n)
    expected = MODEL.expected_score(np.array([trait]), (item,))[0]
    assert turned.mean() == pytest.approx(expected, abs=error)


def test_answers_stay_in_the_range_and_reach_its_ends() -> None:
    state = np.linspace(-40, 40, 401)
    noise = np.zeros((len(ITEMS), 401))
    for item, row in zip(
        ITEMS, MODEL.answer(state, 0 * state, noise=noise, items=tuple(ITEMS)), strict=True
    ):
        assert set(row) == set(range(item.low, item.high + 1))
        steps = np.diff(row)
        assert (steps <= 0).all() if item.reverse else (steps >= 0).all()


def test_agreeing_raises_raw_answers_of_both_directions() -> None:
    noise = np.zeros((2, 1))
    low, high = (
        MODEL.answer(np.zeros(1), np.full(1, style), noise=noise, items=tuple(ITEMS[:2]))
        for style in (-2.0, 2.0)
    )
    assert (high > low).all()


def test_a_higher_trait_has_a_higher_expected_score_whatever_the_direction() -> None:
    traits = np.linspace(-4, 4, 50)
    for item in ITEMS:
        assert (np.diff(MODEL.expected_score(traits, (item,))) > 0).all()


def test_leading_replication_axes_are_allowed() -> None:
    rng, items = np.random.default_rng(9), tuple(ITEMS)
    traits, noise = rng.standard_normal((3, 5)), rng.logistic(size=(3, 4, 5))
    whole = MODEL.expected_score(traits, items)
    answers = MODEL.answer(traits, 0 * traits, noise=noise, items=items)
    assert answers.shape == (3, 4, 5)
    for r in range(3):
        assert (whole[r] == MODEL.expected_score(traits[r], items)).all()
        one = MODEL.answer(traits[r], 0 * traits[r], noise=noise[r], items=items)
        assert (answers[r] == one).all()


def respond(model: SurveyModel, held: float, role: str = "mentee", intake: bool = False) -> float:
    dice = np.random.default_rng(10).standard_normal(200_000)
    share = np.full(dice.size, held)
    return float(model.responds(dice, share, role=role, intake=intake).mean())


def test_people_answer_as_often_as_stated() -> None:
    middle = MODEL.response_held_middle
    assert respond(MODEL, middle, "mentor") == pytest.approx(MODEL.response_mentor, abs=0.005)
    assert respond(MODEL, middle, "mentee") == pytest.approx(MODEL.response_mentee, abs=0.005)
    assert respond(MODEL, 0.0, intake=True) == pytest.approx(MODEL.response_intake, abs=0.005)


def test_attendance_raises_response_unless_it_is_told_not_to() -> None:
    assert respond(MODEL, 1.0) > respond(MODEL, 0.0) + 0.1
    random = replace(MODEL, response_held=0.0)
    assert respond(random, 1.0) == respond(random, 0.0) == pytest.approx(0.52, abs=0.005)


def test_the_same_people_answer_as_far_as_stated() -> None:
    rng = np.random.default_rng(12)
    lasting, first, second = rng.standard_normal((3, 200_000))
    dice = [MODEL.dice(lasting, fresh) for fresh in (first, second)]
    assert np.corrcoef(dice)[0, 1] == pytest.approx(MODEL.response_stability, abs=0.01)
    assert np.std(dice[0]) == pytest.approx(1.0, abs=0.01)
