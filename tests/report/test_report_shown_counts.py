"""No bar on a page has one to four people behind it, and no total gives one back."""

import numpy as np
import pandas as pd
import pytest

from revlab.people.cohort import Cohort
from revlab.privacy.thresholds import Thresholds
from revlab.report.answer import AnswerCard
from revlab.report.counts import grade_counts
from revlab.report.inputs import study_inputs
from revlab.report.shown_counts import balance_shown, enough_behind, grade_bands
from revlab.report.views import FigureView


def counts_of(mentors: list[int], mentees: list[int]) -> pd.DataFrame:
    rows = [
        (side, grade, f"G{grade}", n)
        for side, people in (("mentor", mentors), ("mentee", mentees))
        for grade, n in enumerate(people, start=1)
        if n
    ]
    return pd.DataFrame(rows, columns=["side", "grade", "grade_label", "n"])


@pytest.mark.parametrize("seed", range(40))
def test_bands_hide_every_small_count_and_keep_every_person(seed: int) -> None:
    dice = np.random.default_rng(seed)
    mentors, mentees = (dice.integers(0, 9, size=dice.integers(1, 9)).tolist() for _ in range(2))
    counts = counts_of([*mentors, 5], [*mentees, 5])
    bands = grade_bands(counts)
    assert not bands["n"].between(1, 4).any()
    totals = bands.groupby("side")["n"].sum()
    assert totals.equals(counts.groupby("side")["n"].sum())
    assert not bands.duplicated(["side", "grade"]).any()


def test_grades_with_enough_people_stay_by_themselves() -> None:
    counts = counts_of([6, 7, 0], [0, 5, 9])
    assert grade_bands(counts).values.tolist() == counts.values.tolist()


def test_a_higher_threshold_joins_more() -> None:
    counts = counts_of([6, 7, 9], [8, 8, 8])
    wide = grade_bands(counts, thresholds=Thresholds(scores=7))
    assert wide["grade_label"].unique().tolist() == ["G1 to G2", "G3"]


def test_the_last_small_grade_joins_the_band_before_it() -> None:
    bands = grade_bands(counts_of([6, 6, 2], [0, 0, 0, 8]))
    assert bands.query("side == 'mentor'")["grade_label"].tolist() == ["G1", "G2 to G4"]
    assert bands["n"].tolist() == [6, 8, 8]


def test_the_shipped_roster_is_shown_without_a_small_bar() -> None:
    bands = grade_bands(grade_counts(study_inputs(seed=1).cohort))
    assert bands["n"].min() >= 5
    assert bands.groupby("side")["n"].sum().to_dict() == {"mentor": 50, "mentee": 50}


def test_skills_with_few_people_on_either_side_are_left_out_and_counted() -> None:
    balance = pd.DataFrame({"skill": list("abcd"), "offered": [5, 4, 9, 0], "needed": [5, 9, 1, 6]})
    assert enough_behind(balance)["skill"].tolist() == ["a", "d"]


def people(n: int, *, rare: int) -> Cohort:
    sides = [
        pd.DataFrame({"unit": "IT", "grade": grade}, index=[f"{name}{k}" for k in range(n)])
        for name, grade in (("x", 1), ("y", 5))
    ]
    rows = [(f"x{k}", "a", "offer", 4.0, "self") for k in range(n)]
    rows += [(f"y{k}", "a", "need", 1.0, "self") for k in range(n)]
    rows += [(f"x{k}", "b", "offer", 4.0, "self") for k in range(rare)]
    columns = ["person_id", "skill_id", "side", "level", "source"]
    return Cohort(*sides, pd.DataFrame(rows, columns=columns))


def test_the_figure_says_how_many_skills_it_leaves_out() -> None:
    shown = balance_shown(people(6, rare=2), labels={"a": "first", "b": "secret"}, caption="Said.")
    assert isinstance(shown, FigureView)
    assert "are left out: 1." in repr(shown) + str(shown.caption)
    assert "secret" not in repr(shown)


def test_a_page_goes_on_where_no_skill_can_be_shown() -> None:
    card = balance_shown(people(3, rare=1), labels={}, caption="Said.")
    assert isinstance(card, AnswerCard)
    assert "fewer than five people" in card.answer
