"""The parts of the score: each by hand, all by contract, and none of them dead."""

import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pairing_cohorts import random_cohort

from revlab.errors import OptionError, PairingError
from revlab.pairing.eligibility import DEFAULT_ELIGIBILITY
from revlab.pairing.part_functions import GRADE_CURVE, SKILL_CURVE
from revlab.pairing.parts import PARTS
from revlab.pairing.policies import POLICIES, pair, with_settings
from revlab.pairing.scoring import DEFAULT_SCORE, Score, score_cohort
from revlab.people.cohort import Cohort
from revlab.rng import stream

NAMES = sorted(PARTS)
EVERYTHING = Score(dict.fromkeys(NAMES, 1.0))


def people(grades: dict[str, int], **columns: list[object]) -> pd.DataFrame:
    """Return a person table from grades by name."""
    return pd.DataFrame({"unit": "it", "grade": grades.values(), **columns}, index=[*grades])


def skills(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    """Return a skills table from (person, skill, side, level[, source])."""
    columns = ["person_id", "skill_id", "side", "level", "source"]
    return pd.DataFrame([(*row, "self")[:5] for row in rows], columns=columns)


def values(name: str, cohort: Cohort) -> list[list[float]]:
    """Return the raw values of one part."""
    return PARTS[name].values(cohort).tolist()


@pytest.mark.parametrize("name", NAMES)
def test_every_part_is_between_zero_and_one_and_moves(name: str) -> None:
    found = PARTS[name].values(random_cohort(20, 25, 1))
    assert found.shape == (25, 20)
    known = found[~np.isnan(found)]
    assert known.min() >= 0
    assert known.max() <= 1
    assert len(np.unique(known)) > 1
    assert PARTS[name].words == PARTS[name].words.strip(" .")
    assert PARTS[name].for_mentee or PARTS[name].for_mentor


@pytest.mark.parametrize("name", NAMES)
def test_every_part_depends_on_the_two_people_only(name: str) -> None:
    cohort = random_cohort(20, 25, 2)
    rng = stream(3, "test order")
    rows, columns = rng.permutation(25)[:11], rng.permutation(20)[:7]
    fewer = cohort.subset(cohort.mentors.index[columns], cohort.mentees.index[rows])
    whole, part = PARTS[name].values(cohort), PARTS[name].values(fewer)
    assert (part == whole[np.ix_(rows, columns)]).all()


@pytest.mark.parametrize("name", NAMES)
def test_no_part_is_dead(name: str) -> None:
    # A criterion that moves no dyad on any of ten cohorts is a defect, as in a known competitor
    # whose grade criterion compared a value with itself.
    others = Score({part: 1.0 for part in NAMES if part != name})

    def pairs(cohort: Cohort, score: Score) -> set[tuple[str, str]]:
        policy = with_settings("optimal", score=score, eligibility=())
        dyads = pair(cohort, policy=policy, seed=1).dyads
        return set(zip(dyads["mentor_id"], dyads["mentee_id"], strict=True))

    cohorts = (random_cohort(12, 12, seed) for seed in range(10))
    assert any(pairs(cohort, EVERYTHING) != pairs(cohort, others) for cohort in cohorts)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("sizes", [(0, 2), (2, 0)])
def test_every_part_takes_an_empty_side(name: str, sizes: tuple[int, int]) -> None:
    assert PARTS[name].values(random_cohort(*sizes, 1)).shape == sizes[::-1]


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("hours", "availability"),
        ("interests", "interests"),
        ("objectives", "objectives"),
        ("language", "languages"),
    ],
)
def test_whoever_states_more_never_scores_lower_for_it(name: str, column: str) -> None:
    mentors = people({"ana": 1, "ben": 1}, **{column: [("a",), ("a", "b", "c")]})
    mentees = people({"x": 4, "y": 4, "z": 4}, **{column: [("a",), ("a", "b"), ("d",)]})
    found = np.array(values(name, Cohort(mentors, mentees)))
    assert (found[:, 1] >= found[:, 0]).all()
    assert found[1, 1] > found[1, 0]
    assert found[2].tolist() == [0.0, 0.0]


def test_a_shared_slot_language_or_interest_is_worth_what_it_says() -> None:
    columns = {"availability": [("a", "b")], "languages": [("en", "fr")]}
    cohort = Cohort(people({"ana": 1}, **columns), people({"x": 4}, **columns))
    assert values("hours", cohort) == [[0.5]]
    assert values("language", cohort) == [[0.75]]


def test_skills_are_best_two_levels_ahead_and_worth_less_when_far_ahead() -> None:
    mentors = people({f"m{level}": 1 for level in range(6)})
    rows = [(f"m{level}", "sql", "offer", float(level)) for level in range(6)]
    cohort = Cohort(mentors, people({"x": 4}), skills=skills(("x", "sql", "need", 1.0), *rows))
    assert values("skill_coverage", cohort) == [[0.0, 0.0, 0.6, 1.0, 0.8, 0.6]]
    gaps, worth = zip(*SKILL_CURVE, strict=True)
    best = int(np.argmax(worth))
    assert gaps[best] == 2
    assert list(worth[: best + 1]) == sorted(worth[: best + 1])
    assert list(worth[best:]) == sorted(worth[best:], reverse=True)


def test_coverage_is_the_mean_over_the_needs_and_the_reverse_is_the_juniors_wish() -> None:
    table = skills(
        ("x", "sql", "need", 1.0), ("x", "law", "need", 0.0), ("ana", "sql", "offer", 3.0),
        ("ana", "budget", "need", 2.0), ("x", "budget", "offer", 3.0),
    )  # fmt: skip
    cohort = Cohort(people({"ana": 1}), people({"x": 4}), skills=table)
    assert values("skill_coverage", cohort) == [[0.5]]
    assert values("reciprocal_coverage", cohort) == [[0.6]]
    fit = score_cohort(cohort, score=Score({"skill_coverage": 1, "reciprocal_coverage": 1}))
    assert fit.mentee_score.tolist() == [[0.5]]
    assert fit.mentor_score.tolist() == [[0.6]]


def test_an_assessed_level_goes_before_a_stated_one() -> None:
    table = skills(
        ("x", "sql", "need", 1.0),
        ("ana", "sql", "offer", 5.0, "self"),
        ("ana", "sql", "offer", 3.0, "assessed"),
        ("ben", "sql", "offer", 2.0, "assessed"),
        ("ben", "sql", "offer", 3.0, "self"),
    )
    for order in (table, table.iloc[::-1]):
        cohort = Cohort(people({"ana": 1, "ben": 1}), people({"x": 4}), skills=order)
        assert values("skill_coverage", cohort) == [[1.0, 0.6]]


def test_of_two_levels_from_one_source_the_higher_counts() -> None:
    table = skills(
        ("x", "sql", "need", 1.0), ("ana", "sql", "offer", 3.0), ("ana", "sql", "offer", 2.0)
    )
    for order in (table, table.iloc[::-1]):
        cohort = Cohort(people({"ana": 1}), people({"x": 4}), skills=order)
        assert values("skill_coverage", cohort) == [[1.0]]


def test_who_states_no_need_or_no_offer_is_not_known_rather_than_zero() -> None:
    table = skills(("x", "sql", "need", 1.0), ("ana", "sql", "offer", 3.0))
    cohort = Cohort(people({"ana": 1, "ben": 1}), people({"x": 4, "y": 4}), skills=table)
    found = PARTS["skill_coverage"].values(cohort)
    assert np.isnan(found).tolist() == [[False, True], [True, True]]


def test_the_grade_curve_is_an_inverted_u_with_its_best_at_two() -> None:
    mentees = people({f"g{grade}": grade for grade in range(1, 12)})
    found = np.array(values("grade_gap", Cohort(people({"ana": 1}), mentees))).ravel()
    assert int(found.argmax()) == 2
    assert (np.diff(found[:3]) > 0).all()
    assert (np.diff(found[2:]) <= 0).all()
    assert max(worth for _, worth in GRADE_CURVE) == 1.0


def test_places_professions_units_and_declarations_compare_equal_or_not() -> None:
    columns = {"site": ["n", None], "profession": ["a", "b"], "declared_age": ["old", None]}
    mentors = people({"ana": 1, "ben": 1}, **columns).assign(unit=["it", "hr"])
    mentees = people({"x": 4}, site=["n"], profession=["b"], declared_age=["young"])
    cohort = Cohort(mentors, mentees)
    nan = pytest.approx(np.nan, nan_ok=True)
    assert values("site", cohort) == [[1.0, nan]]
    assert values("profession", cohort) == [[0.0, 1.0]]
    assert values("organisational_distance", cohort) == [[0.0, 1.0]]
    assert values("declared_diversity", cohort) == [[1.0, nan]]


def test_what_is_declared_counts_over_the_fields_that_both_filled_in() -> None:
    mentors = people({"ana": 1}, declared_a=["u"], declared_b=["u"], declared_c=[None])
    mentees = people({"x": 4}, declared_a=["u"], declared_b=["v"], declared_c=["w"])
    assert values("declared_diversity", Cohort(mentors, mentees)) == [[0.5]]


def test_a_sides_score_is_the_weighted_mean_of_the_parts_that_are_its_wish() -> None:
    cohort = random_cohort(6, 7, 5)
    fit = score_cohort(
        cohort, score=Score({"skill_coverage": 3, "reciprocal_coverage": 2, "site": 1})
    )
    by_name = {part.name: part.values for part in fit.parts}
    np.testing.assert_allclose(
        fit.mentee_score, (3 * by_name["skill_coverage"] + by_name["site"]) / 4
    )
    np.testing.assert_allclose(
        fit.mentor_score, (2 * by_name["reciprocal_coverage"] + by_name["site"]) / 3
    )


def test_only_the_ratios_of_the_weights_matter() -> None:
    cohort = random_cohort(6, 7, 5)
    one, ten = (score_cohort(cohort, score=Score({"site": k, "grade_gap": 2 * k})) for k in (1, 10))
    np.testing.assert_allclose(one.joint(), ten.joint(), rtol=0, atol=1e-15)


def test_a_part_without_data_is_left_out_and_named() -> None:
    cohort = replace(random_cohort(4, 5, 1), skills=skills())
    fit = score_cohort(cohort)
    assert "skill_coverage" not in {part.name for part in fit.parts}
    assert (
        "The part 'skill_coverage' is left out: the cohort has no data on what mentees need and "
        "mentors offer." in fit.notes
    )


def test_whoever_has_no_data_gets_the_mean_of_the_part_and_is_counted() -> None:
    mentors = people({"ana": 1, "ben": 1, "cleo": 1}, site=["n", "s", None])
    cohort = Cohort(mentors, people({"x": 4, "y": 4}, site=["n", "n"]))
    fit = score_cohort(cohort, score=Score({"site": 1.0}))
    assert fit.mentee_score.tolist() == [[1.0, 0.0, 0.5], [1.0, 0.0, 0.5]]
    assert fit.parts[0].known.tolist() == [[True, True, False]] * 2
    assert fit.notes == (
        "The part 'site' is not known for 0 mentees and 1 mentors: their dyads carry its mean.",
    )


def test_a_side_that_no_part_speaks_for_is_indifferent_and_that_is_said() -> None:
    fit = score_cohort(random_cohort(4, 4, 1), score=Score({"skill_coverage": 1.0}))
    assert not fit.mentor_score.any()
    assert fit.notes == ("No part of the score is a wish of the mentors: all suit them equally.",)


@pytest.mark.parametrize("seed", range(8))
def test_equal_dyads_are_equal_to_the_last_bit(seed: int) -> None:
    # Copies of one person at many places in the table must tie exactly; without rounding, the
    # matrix product gives some rows another last bit.
    need, offer = stream(seed, "levels").uniform(0, 5, (2, 40))
    juniors, seniors = ([f"{side}{k}" for k in range(n)] for side, n in (("j", 13), ("s", 7)))
    rows = [(j, f"skill{k}", "offer", offer[k]) for j in juniors for k in range(40)]
    rows += [(s, f"skill{k}", "need", need[k]) for s in seniors for k in range(40)]
    mentors, mentees = people(dict.fromkeys(juniors, 1)), people(dict.fromkeys(seniors, 4))
    cohort = Cohort(mentors, mentees, skills=skills(*rows))
    assert len(np.unique(score_cohort(cohort).joint())) == 1


def test_the_default_leaves_out_what_people_declared_and_skills_that_are_only_close() -> None:
    assert set(DEFAULT_SCORE.weights) == set(NAMES) - {
        "declared_diversity",
        "related_skills",
        "traits",
    }
    assert score_cohort(random_cohort(3, 3, 1)).rules == tuple(r.words for r in DEFAULT_ELIGIBILITY)


def test_scores_are_values_that_can_be_compared_hashed_and_sent_to_a_worker() -> None:
    one, same = Score({"site": 1, "hours": 2}), Score({"hours": 2, "site": 1})
    assert one == same
    assert hash(one) == hash(same)
    assert pickle.loads(pickle.dumps(POLICIES)) == POLICIES


def test_wrong_scores_are_refused_in_one_sentence() -> None:
    with pytest.raises(OptionError, match=r"got 'profesion'\. Did you mean 'profession'\?"):
        Score({"profesion": 1.0})
    with pytest.raises(PairingError, match="the weight of 'site' must be zero or more; got -1"):
        Score({"site": -1.0})
    with pytest.raises(PairingError, match="the weight of 'site' must be zero or more; got nan"):
        Score({"site": float("nan")})
    with pytest.raises(PairingError, match="a score needs at least one part with a weight"):
        Score({"site": 0.0})
    cohort = Cohort(people({"ana": 1}), people({"x": 4}))
    with pytest.raises(PairingError, match=r"no data for any part of the score \(site\)"):
        score_cohort(cohort, score=Score({"site": 1.0}))


def test_likeness_falls_by_half_with_each_point_and_is_the_mean_over_what_both_told() -> None:
    mentors = people({"ana": 1, "ben": 1}, trait_calm=[3.0, np.nan], trait_open=[1.0, np.nan])
    mentees = people({"x": 4, "y": 4}, trait_calm=[5.0, 3.0], trait_open=[np.nan, 2.0])
    found = np.array(values("traits", Cohort(mentors, mentees)))
    np.testing.assert_array_equal(found[:, 0], [0.25, (1.0 + 0.5) / 2])
    assert np.isnan(found[:, 1]).all()
    assert np.isnan(values("traits", Cohort(people({"ana": 1}), people({"x": 4})))).all()
