"""Levels count: what is worth most is somebody ahead, and not too far ahead."""

import numpy as np
import pandas as pd
import pytest

from revlab.pairing.coverage import coverage
from revlab.pairing.part_functions import SKILL_CURVE
from revlab.pairing.parts import PARTS
from revlab.pairing.policies import pair, with_settings
from revlab.pairing.scoring import Score
from revlab.people.cohort import Cohort

SIDES = {"skill_coverage": ("x", "ana", "ben"), "reciprocal_coverage": ("ana", "x", "y")}
"""Part -> who learns, and two people who could help."""


def cohort_of(*rows: tuple[str, str, str, float, str]) -> Cohort:
    """Return the mentors ana and ben and the mentees x and y with these skills."""
    people = pd.DataFrame({"unit": "it", "grade": [1, 1, 4, 4]}, index=["ana", "ben", "x", "y"])
    columns = ["person_id", "skill_id", "side", "level", "source"]
    return Cohort(people[:2], people[2:], skills=pd.DataFrame(rows, columns=columns))


def worth(part: str, need: float, offer: float) -> float:
    """Return what an offer at one level is worth to a need at another."""
    learner, helper, _ = SIDES[part]
    cohort = cohort_of(
        (learner, "sql", "need", need, "self"), (helper, "sql", "offer", offer, "self")
    )
    return float(PARTS[part].values(cohort)[0, 0])


@pytest.mark.parametrize("part", SIDES)
def test_too_far_ahead_is_worse_than_two_steps_ahead_for_both_sides(part: str) -> None:
    found = [worth(part, 0.0, float(level)) for level in range(6)]
    assert found == [value for _, value in SKILL_CURVE]
    assert int(np.argmax(found)) == 2
    assert found[5] < found[4] < found[3] < found[2]
    assert found[0] < found[1] < found[2]


@pytest.mark.parametrize("part", SIDES)
@pytest.mark.parametrize("need", [0.0, 0.5, 1.0, 2.5])
def test_only_the_distance_between_the_levels_counts(part: str, need: float) -> None:
    gaps, values = zip(*SKILL_CURVE, strict=True)
    for ahead in np.arange(0, 5 - need + 0.01, 0.5):
        expected = np.interp(ahead, gaps, values)
        assert worth(part, need, need + ahead) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("part", SIDES)
def test_nobody_is_helped_by_somebody_who_is_not_ahead(part: str) -> None:
    for offer in (0.0, 1.0, 2.9, 3.0):
        assert worth(part, 3.0, offer) == 0.0
    assert worth(part, 3.0, 3.1) > 0.0


@pytest.mark.parametrize(("part", "rows"), [("skill_coverage", 1), ("reciprocal_coverage", 0)])
def test_the_policy_takes_the_helper_two_steps_ahead_and_leaves_the_expert(
    part: str, rows: int
) -> None:
    learner, expert, fitting = SIDES[part]
    other = "y" if learner == "x" else "ben"
    cohort = cohort_of(
        (learner, "sql", "need", 0.0, "self"), (other, "law", "need", 0.0, "self"),
        (expert, "sql", "offer", 5.0, "self"), (fitting, "sql", "offer", 2.0, "self"),
    )  # fmt: skip
    policy = with_settings("optimal", score=Score({part: 1.0}))
    for seed in range(4):
        dyads = pair(cohort, policy=policy, seed=seed).dyads
        together = dyads.apply(lambda row: {row["mentor_id"], row["mentee_id"]}, axis=1).tolist()
        assert {learner, fitting} in together
    # The judge asks whether somebody is ahead, not how far: it has no opinion of its own on that.
    said = coverage(cohort, pair(cohort, policy=policy, seed=1)).set_index("side")
    assert said["covered"].tolist()[1 - rows] == 1


@pytest.mark.parametrize(
    ("need", "offer", "covered"), [(2.0, 1.0, 0), (2.0, 2.0, 0), (2.0, 2.5, 1), (0.0, 5.0, 1)]
)
def test_the_judge_counts_a_need_as_covered_only_by_somebody_ahead(
    need: float, offer: float, covered: int
) -> None:
    cohort = cohort_of(
        ("x", "sql", "need", need, "self"), ("ana", "sql", "offer", offer, "self"),
        ("ben", "sql", "offer", offer, "self"),
        ("ana", "law", "need", need, "self"), ("x", "law", "offer", offer, "self"),
        ("y", "law", "offer", offer, "self"),
    )  # fmt: skip
    said = coverage(cohort, pair(cohort, policy="optimal", seed=1))
    assert said[["side", "needs", "covered"]].values.tolist() == [
        ["mentee", 1, covered], ["mentor", 1, covered],
    ]  # fmt: skip


def test_the_judge_and_the_part_agree_on_who_is_ahead() -> None:
    # Assessed before stated, of two the higher: the same reading of the table in both.
    rows = [
        ("x", "sql", "need", 2.0, "self"), ("y", "sql", "need", 2.0, "self"),
        ("ana", "sql", "offer", 5.0, "self"), ("ana", "sql", "offer", 2.0, "assessed"),
        ("ben", "sql", "offer", 1.0, "self"), ("ben", "sql", "offer", 3.0, "self"),
    ]  # fmt: skip
    for order in (rows, rows[::-1]):
        cohort = cohort_of(*order)
        values = PARTS["skill_coverage"].values(cohort)
        assert (values > 0).tolist() == [[False, True], [False, True]]
        said = coverage(cohort, pair(cohort, policy="optimal", seed=1))
        assert said["covered"].tolist() == [1, 0]
