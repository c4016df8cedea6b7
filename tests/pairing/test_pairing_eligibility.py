"""The rules that forbid dyads: each against a small case that can be read, and all by contract."""

from dataclasses import is_dataclass, replace

import numpy as np
import pandas as pd
import pytest
from pairing_cohorts import random_cohort

from revlab.errors import OptionError, PairingError
from revlab.pairing.eligibility import DEFAULT_ELIGIBILITY, ELIGIBILITY_RULES, GradeGap
from revlab.pairing.scoring import Score, score_cohort
from revlab.people.cohort import Cohort
from revlab.rng import stream

NAMES = sorted(ELIGIBILITY_RULES)
SITE = Score({"site": 1.0})


def people(grades: dict[str, int], **columns: list[object]) -> pd.DataFrame:
    """Return a person table from grades by name."""
    return pd.DataFrame({"unit": "it", "grade": grades.values(), **columns}, index=[*grades])


def forbidden(name: str, cohort: Cohort) -> list[list[bool]]:
    """Return the forbidden cells of one rule with its usual settings."""
    return ELIGIBILITY_RULES[name](cohort).tolist()


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_is_a_frozen_dataclass_with_words_and_a_mask(name: str) -> None:
    rule = ELIGIBILITY_RULES[name]
    assert is_dataclass(rule)
    with pytest.raises(AttributeError, match="words"):
        rule.words = "other"
    assert rule.words == rule.words.strip(" .")
    cohort = random_cohort(7, 5, 1)
    mask = rule(cohort)
    assert mask.shape == (5, 7)
    assert mask.dtype == bool


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_follows_the_people_and_not_their_order(name: str) -> None:
    cohort = random_cohort(12, 9, 3)
    rng = stream(2, "test order")
    rows, columns = rng.permutation(9), rng.permutation(12)
    shuffled = replace(
        cohort, mentees=cohort.mentees.iloc[rows], mentors=cohort.mentors.iloc[columns]
    )
    rule = ELIGIBILITY_RULES[name]
    assert (rule(shuffled) == rule(cohort)[np.ix_(rows, columns)]).all()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("sizes", [(0, 2), (2, 0)])
def test_every_rule_takes_an_empty_side(name: str, sizes: tuple[int, int]) -> None:
    assert ELIGIBILITY_RULES[name](random_cohort(*sizes, 1)).shape == sizes[::-1]


def test_the_default_rules_are_the_agreed_ones() -> None:
    names = ["same_person", "grade_gap", "own_reporting_line", "declared_conflict"]
    assert [*DEFAULT_ELIGIBILITY] == [ELIGIBILITY_RULES[n] for n in [*names, "no_common_hours"]]


def test_the_mentor_must_be_the_junior() -> None:
    cohort = Cohort(people({"a": 2, "b": 3, "c": 4}), people({"x": 3, "y": 6}))
    assert forbidden("grade_gap", cohort) == [[False, True, True], [False, False, False]]
    assert GradeGap(2, 3)(cohort).tolist() == [[True, True, True], [True, False, False]]
    assert GradeGap(2, 3).words == "the mentee is not 2 to 3 grades above the mentor"


def test_the_reporting_line_counts_at_any_depth_up_and_down_and_not_sideways() -> None:
    # boss <- head <- lead <- ana and ben; cleo reports to somebody else.
    lines = pd.DataFrame(
        [
            ("ana", "lead"), ("ben", "lead"), ("lead", "head"), ("head", "boss"),
            ("cleo", "other"), ("other", "top"), ("senior", "ana"),
        ],
        columns=["person_id", "manager_id"],
    )  # fmt: skip
    mentors = people({"ana": 1, "ben": 1, "cleo": 1})
    mentees = people({"lead": 4, "boss": 6, "senior": 5, "ben": 1})
    cohort = Cohort(mentors, mentees, reporting_lines=lines)
    assert forbidden("own_reporting_line", cohort) == [
        [True, True, False],
        [True, True, False],
        [True, False, False],
        [False, False, False],
    ]


def test_reporting_lines_that_run_in_a_circle_are_followed_once() -> None:
    lines = pd.DataFrame(
        [("ana", "x"), ("x", "y"), ("y", "ana"), ("ben", "ben"), ("y", None)],
        columns=["person_id", "manager_id"],
    )
    cohort = Cohort(people({"ana": 1, "ben": 1}), people({"y": 4, "z": 4}), reporting_lines=lines)
    assert forbidden("own_reporting_line", cohort) == [[True, False], [False, False]]


def test_a_person_with_two_managers_has_two_lines() -> None:
    lines = pd.DataFrame([("ana", "x"), ("ana", "y")], columns=["person_id", "manager_id"])
    cohort = Cohort(people({"ana": 1}), people({"x": 4, "y": 4, "z": 4}), reporting_lines=lines)
    assert forbidden("own_reporting_line", cohort) == [[True], [True], [False]]


def test_a_very_long_line_is_followed_to_its_end() -> None:
    chain = [f"p{k}" for k in range(5000)]
    lines = pd.DataFrame({"person_id": chain[:-1], "manager_id": chain[1:]})
    cohort = Cohort(people({"p0": 1}), people({"p4999": 9, "q": 9}), reporting_lines=lines)
    assert forbidden("own_reporting_line", cohort) == [[True], [False]]


def test_a_declared_conflict_holds_in_both_directions_and_strangers_do_no_harm() -> None:
    conflicts = pd.DataFrame(
        [("x", "ana", "married"), ("ben", "y", "dispute"), ("ana", "nobody", "")],
        columns=["person_a", "person_b", "reason"],
    )
    cohort = Cohort(people({"ana": 1, "ben": 1}), people({"x": 4, "y": 4}), conflicts=conflicts)
    assert forbidden("declared_conflict", cohort) == [[True, False], [False, True]]


def test_nobody_meets_themselves_and_units_must_differ_if_asked() -> None:
    mentors = people({"ana": 1, "ben": 1}).assign(unit=["it", "hr"])
    mentees = people({"ben": 4, "x": 4}).assign(unit=["hr", "it"])
    cohort = Cohort(mentors, mentees)
    assert forbidden("same_person", cohort) == [[False, True], [False, False]]
    assert forbidden("same_unit", cohort) == [[False, True], [True, False]]


@pytest.mark.parametrize(
    ("name", "column"),
    [("no_common_hours", "availability"), ("no_common_language", "languages")],
)
def test_unknown_lists_forbid_nothing_and_known_ones_need_an_overlap(
    name: str, column: str
) -> None:
    mentors = people({"ana": 1, "ben": 1}, **{column: [("a", "b"), ()]})
    mentees = people({"x": 4, "y": 4, "z": 4}, **{column: [("b",), ("c",), ()]})
    assert forbidden(name, Cohort(mentors, mentees)) == [
        [False, False],
        [True, False],
        [False, False],
    ]


def test_each_forbidden_cell_knows_its_first_rule_and_all_of_its_rules() -> None:
    mentors = people({"ana": 4, "ben": 1}, site=["n", "n"])
    mentees = people({"x": 3}, site=["n"])
    fit = score_cohort(
        Cohort(mentors, mentees), score=SITE, eligibility=["same_unit", "grade_gap", "same_person"]
    )
    assert fit.forbidding.tolist() == [[0, 0]]
    assert fit.rule_bits.tolist() == [[0b11, 0b01]]
    assert fit.rules[0] == "they are in the same unit"
    assert not fit.eligible.any()


def test_no_rules_forbid_nothing() -> None:
    assert score_cohort(random_cohort(3, 3, 1), score=SITE, eligibility=()).eligible.all()


def test_unknown_and_wrong_rules_are_refused_in_one_sentence() -> None:
    cohort = random_cohort(2, 3, 1)
    with pytest.raises(OptionError, match=r"`eligibility` must be one of .*; got 'same_unt'"):
        score_cohort(cohort, eligibility=["same_unt"])

    class Crooked:
        words = "it is crooked"

        def __call__(self, cohort: Cohort) -> np.ndarray:
            return np.zeros((len(cohort.mentors), len(cohort.mentees)), dtype=bool)

    with pytest.raises(PairingError, match=r"'it is crooked' must return .* in shape \(3, 2\)"):
        score_cohort(cohort, eligibility=[Crooked()])
    with pytest.raises(PairingError, match="at most 32 eligibility rules"):
        score_cohort(cohort, eligibility=["same_unit"] * 33)
    with pytest.raises(PairingError, match="`minimum` of the grade gap must be at least 1"):
        GradeGap(0)
    with pytest.raises(PairingError, match="`maximum` of the grade gap must be at least `minimum`"):
        GradeGap(3, 2)
