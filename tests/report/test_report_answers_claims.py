"""Cards for claims that a pilot can hardly answer: honest words, no names, no cause."""

import numpy as np
import pandas as pd
import pytest

from revlab.errors import EstimateError
from revlab.inference.birth_cohorts import birth_cohort_difference
from revlab.inference.gap_curve import gap_curve
from revlab.inference.interrupted import interrupted_series
from revlab.inference.manager_spread import attendance_between_managers
from revlab.report.answer import AnswerCard
from revlab.report.answers_claims import (
    birth_cohort_card,
    grades_card,
    managers_card,
    series_card,
)
from revlab.report.figures import draw
from revlab.report.frames import interval, percent
from revlab.report.prose import lint_prose
from revlab.rng import stream


def managers(spread: float) -> pd.DataFrame:
    rng, boss = stream(1, "managers"), np.repeat(np.arange(12), 5)
    chance = np.clip(0.6 + spread * rng.normal(size=12)[boss], 0.05, 0.95)
    frame = {"dyad_id": np.arange(60), "manager_id": [f"boss{k}" for k in boss], "due": 6}
    return pd.DataFrame({**frame, "held": rng.binomial(6, chance)})


def grades(slope: float) -> pd.DataFrame:
    rng, gap = stream(2, "grades"), np.arange(96) % 4 + 1
    value = 3 + slope * gap + rng.normal(size=96) * 0.4
    return pd.DataFrame({"pool_id": np.arange(96) // 4 % 12, "gap": gap, "value": value})


def births(shift: float) -> pd.DataFrame:
    rng, own = stream(3, "births"), np.arange(120) % 2 == 0
    value = 0.3 * rng.normal(size=120) + shift * own
    born = np.where(own, "1980-2000", "1960-1979")
    return pd.DataFrame({"pool_id": np.arange(120) // 2 % 12, "birth_cohort": born, "value": value})


def series(level: float) -> AnswerCard:
    rng = stream(4, "series")
    months = pd.period_range("2022-01", periods=48, freq="M").astype(str)
    count = rng.poisson(40 * np.exp(level * (np.arange(48) >= 24)))
    found = interrupted_series(pd.DataFrame({"month": months, "count": count}), "2024-01")
    return series_card(found, what="applications")


def by_birth(shift: float) -> AnswerCard:
    return birth_cohort_card(births(shift), later="1980-2000", margin=0.3)


CARDS = {
    "managers yes": (managers_card(managers(0.25)), "Yes: managers are spread by", "description"),
    "managers unknown": (managers_card(managers(0.0)), "Cannot tell: the spread", "description"),
    "grades yes": (grades_card(grades(0.3)), "higher for far grades", "description"),
    "grades down": (grades_card(grades(-0.3)), "lower for far grades", "description"),
    "grades unknown": (grades_card(grades(0.0)), "Cannot tell: the difference", "description"),
    "birth inside": (by_birth(0.0), "Too small to matter", "birth_cohort"),
    "birth beyond": (by_birth(0.9), "beyond the margin of 0.30", "birth_cohort"),
    "birth unknown": (by_birth(0.25), "Cannot tell: the difference lies in", "birth_cohort"),
    "series yes": (series(0.5), "cannot be put down to the programme", "description"),
    "series unknown": (series(0.0), "Cannot tell: the step", "description"),
}


@pytest.mark.parametrize("name", CARDS)
def test_a_claim_has_an_answer_with_its_caveat(name: str) -> None:
    card, words, caveat = CARDS[name]
    assert words in card.answer
    assert len(card.answer.split()) <= 25
    assert caveat in [one.rule_id for one in card.caveats]
    for text in (card.question, card.answer, card.change_mind, *card.facts.values()):
        assert lint_prose(text) == []
    said = repr(card).lower()
    assert not {"boss", "effect of", "because", "caused", "thanks to"} & {
        word for word in ("boss", "effect of", "because", "caused", "thanks to") if word in said
    }


@pytest.mark.parametrize("name", CARDS)
def test_the_interval_stands_before_the_number(name: str) -> None:
    card = CARDS[name][0]
    guesses = [value for value in card.facts.values() if "best guess" in value]
    assert guesses
    assert all(value.index(" to ") < value.index("best guess") for value in guesses)


def test_what_cannot_be_answered_says_why() -> None:
    for card in (
        managers_card(managers(0.2).head(12)),
        grades_card(grades(0.1).head(9)),
        birth_cohort_card(births(0.1).head(12), later="1980-2000", margin=0.3),
    ):
        assert card.answer == "This pilot cannot answer that."
        assert len(card.facts["Why"]) > 40


def test_a_few_people_without_a_manager_are_not_counted_out() -> None:
    frame = managers(0.2)
    for lost, said in ((0, "0 pairs"), (3, "fewer than 5 pairs"), (7, "7 pairs")):
        frame["manager_id"] = [None] * lost + frame["manager_id"].tolist()[lost:]
        assert managers_card(frame).facts["Manager not known"] == said


def test_the_spread_of_managers_is_told_in_points_of_attendance() -> None:
    found = attendance_between_managers(managers(0.25))
    ends = [f"{100 * end:.0f}" for end in (found.conf_low, found.conf_high, found.estimate)]
    said = "{} to {} points of attendance, best guess {}".format(*ends)
    assert managers_card(managers(0.25)).facts["Spread between managers"] == said
    assert float(ends[2]) > 5


def test_a_few_who_declare_nothing_are_not_counted_out_and_the_test_is_told() -> None:
    frame = births(0.0)
    frame.loc[:2, "birth_cohort"] = None
    card = birth_cohort_card(frame, later="1980-2000", margin=0.3)
    both = birth_cohort_difference(frame, later="1980-2000", margin=0.3)
    assert card.facts["Declared none, or gave no score"] == "fewer than 5"
    assert card.convention == f"{both.estimate.convention}; {both.equivalence.convention}"
    test, found = both.equivalence, both.estimate
    assert interval(test.conf_low, test.conf_high) in card.answer
    assert interval(test.conf_low, test.conf_high) != interval(found.conf_low, found.conf_high)


def test_the_card_on_a_series_gives_step_and_growth_as_shares() -> None:
    months = pd.period_range("2022-01", periods=48, freq="M").astype(str)
    count = stream(4, "series").poisson(60 * np.exp(-0.5 * (np.arange(48) >= 24)))
    found = interrupted_series(pd.DataFrame({"month": months, "count": count}), "2024-01")
    card = series_card(found, what="applications", simulated=True)
    assert card.simulated
    for name, one in (("Step at the date", found.level), ("Growth per year, change", found.slope)):
        low, high, best = (
            percent(np.expm1(end)) for end in (one.conf_low, one.conf_high, one.estimate)
        )
        assert card.facts[name] == f"{low} to {high}, best guess {best}"
    assert found.level.conf_high < 0
    assert card.answer.startswith("At that date applications changed by -")


def test_simulated_cards_say_so() -> None:
    for card in (
        managers_card(managers(0.2), simulated=True),
        managers_card(managers(0.2).head(9), simulated=True),
        grades_card(grades(0.2), simulated=True),
        birth_cohort_card(births(0.2), later="1980-2000", margin=0.3, simulated=True),
    ):
        assert card.simulated


def test_what_was_counted_must_be_said() -> None:
    months = pd.period_range("2022-01", periods=30, freq="M").astype(str)
    found = interrupted_series(pd.DataFrame({"month": months, "count": 9}), "2023-04")
    with pytest.raises(EstimateError, match="`what` must say what was counted"):
        series_card(found, what=" ")


def test_small_steps_are_not_drawn_and_a_smooth_curve_is_a_band() -> None:
    table = gap_curve(grades(0.2))
    hidden = table.assign(n=[24, 24, 3, 24])
    assert "n = 3" not in draw("gaps", hidden).alt
    assert draw("gaps", hidden).alt.count("n = 24") == 3
    wide = grades(0.2).assign(gap=np.arange(96) % 8)
    smooth = draw("gaps", gap_curve(wide, shape="spline"))
    assert smooth.alt.count("n = 96") == 3
    labels = [text.get_text() for text in smooth.figure.axes[0].get_xticklabels()]
    assert not any("n =" in label for label in labels)
    nothing = draw("gaps", table.assign(n=4))
    assert "Fewer than 5 pairs" in nothing.alt


def test_a_series_per_exposure_keeps_its_decimals() -> None:
    months = pd.period_range("2022-01", periods=30, freq="M").astype(str)
    frame = pd.DataFrame({"month": months, "count": 9, "exposure": 300.0})
    found = interrupted_series(frame.assign(count=stream(5, "n").poisson(9, 30)), "2023-04")
    assert "0.03" in draw("series", found.table).alt
