"""What every policy must keep, whatever it is: a new entry of POLICIES is tested by existing."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pairing_cohorts import random_cohort

from revlab.pairing.compatibility import Compatibility
from revlab.pairing.matching import DYAD_COLUMNS, LEFT_COLUMNS, Matching
from revlab.pairing.policies import POLICIES, Policy, pair, pair_scored, with_settings
from revlab.pairing.scoring import Score, score_cohort
from revlab.people.cohort import Cohort
from revlab.rng import stream

NAMES = sorted(POLICIES)
CHANCE = ["lottery", "mixer", "random", "serial_dictatorship"]
DETERMINISTIC = [name for name in NAMES if name not in CHANCE]


def roomy_cohort(seed: int) -> Cohort:
    """Draw 14 mentors and 18 mentees with capacities from zero to three."""
    cohort = random_cohort(14, 18, seed)
    rng = stream(seed, "test capacity")
    return replace(
        cohort,
        mentors=cohort.mentors.assign(capacity=rng.integers(0, 4, 14)),
        mentees=cohort.mentees.assign(capacity=rng.integers(0, 3, 18)),
    )


def pairs_of(matching: Matching) -> set[tuple[str, str]]:
    """Return the (mentor, mentee) pairs."""
    return set(zip(matching.dyads["mentor_id"], matching.dyads["mentee_id"], strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_a_registered_policy_is_named_as_its_key_and_says_what_it_does(name: str) -> None:
    assert POLICIES[name].name == name
    assert POLICIES[name].note.endswith(".")
    assert repr(POLICIES[name]) == f"Policy {name!r}: {POLICIES[name].note}"


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", NAMES)
def test_rules_and_capacities_are_kept_and_everybody_is_accounted_for(name: str, seed: int) -> None:
    cohort = roomy_cohort(seed)
    fit = score_cohort(cohort)
    matching = pair(cohort, policy=name, seed=seed)
    dyads = matching.dyads
    assert list(dyads) == list(DYAD_COLUMNS)
    i = fit.mentee_ids.get_indexer(dyads["mentee_id"])
    j = fit.mentor_ids.get_indexer(dyads["mentor_id"])
    assert len(dyads) > 0
    assert fit.eligible[i, j].all()
    assert len(pairs_of(matching)) == len(dyads)
    assert (np.bincount(i, minlength=18) <= fit.mentee_capacity).all()
    assert (np.bincount(j, minlength=14) <= fit.mentor_capacity).all()
    for side, people in (("mentor", cohort.mentors), ("mentee", cohort.mentees)):
        left = getattr(matching, f"unmatched_{side}s")
        assert list(left) == list(LEFT_COLUMNS)
        assert (left["reason"].str.len() > 0).all()
        assert sorted([*left["person_id"], *dyads[f"{side}_id"].unique()]) == sorted(people.index)


@pytest.mark.parametrize("name", NAMES)
def test_scores_and_ranks_are_those_of_the_compatibility(name: str) -> None:
    cohort = random_cohort(9, 11, 4)
    fit = score_cohort(cohort)
    for row in pair(cohort, policy=name, seed=1).dyads.itertuples():
        i, j = fit.mentee_ids.get_loc(row.mentee_id), fit.mentor_ids.get_loc(row.mentor_id)
        assert row.mentee_score == fit.mentee_score[i, j]
        assert row.mentor_score == fit.mentor_score[i, j]
        assert row.score == pytest.approx((row.mentee_score + row.mentor_score) / 2)
        mine = sorted(fit.mentee_score[i][fit.eligible[i]], reverse=True)
        theirs = sorted(fit.mentor_score[:, j][fit.eligible[:, j]], reverse=True)
        assert row.mentee_rank == mine.index(row.mentee_score) + 1
        assert row.mentor_rank == theirs.index(row.mentor_score) + 1


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_gives_the_same_tables(name: str) -> None:
    cohort = roomy_cohort(1)
    first, again = (pair(cohort, policy=name, seed=3) for _ in range(2))
    for table in ("dyads", "unmatched_mentors", "unmatched_mentees"):
        pd.testing.assert_frame_equal(getattr(first, table), getattr(again, table))


@pytest.mark.parametrize("name", CHANCE)
def test_another_seed_gives_other_pairs_where_chance_matters(name: str) -> None:
    cohort = random_cohort(12, 12, 1)
    assert len({frozenset(pairs_of(pair(cohort, policy=name, seed=s))) for s in range(6)}) > 1


@pytest.mark.parametrize("name", NAMES)
def test_the_order_of_the_roster_plays_no_part(name: str) -> None:
    cohort = roomy_cohort(2)
    rng = stream(8, "test order")
    shuffled = replace(
        cohort,
        mentors=cohort.mentors.iloc[rng.permutation(14)],
        mentees=cohort.mentees.iloc[rng.permutation(18)],
        skills=cohort.skills.iloc[rng.permutation(len(cohort.skills))],
    )
    one, other = (pair(people, policy=name, seed=3) for people in (cohort, shuffled))
    for table in ("dyads", "unmatched_mentors", "unmatched_mentees"):
        pd.testing.assert_frame_equal(getattr(one, table), getattr(other, table))


@pytest.mark.parametrize("name", DETERMINISTIC)
def test_new_names_change_nothing_where_there_are_no_ties(name: str) -> None:
    rng = stream(5, "test scores")
    scores = pd.DataFrame(rng.random((8, 7)), index=list("abcdefgh"), columns=list("ABCDEFG"))
    new = {label: f"x{k}" for k, label in enumerate(rng.permutation([*scores.index]))}
    renamed = scores.rename(index=new)
    before, after = (
        pair_scored(
            Compatibility.from_scores(table), policy=POLICIES[name], rng=stream(1, "chance")
        )
        for table in (scores, renamed)
    )
    assert {(a, new[b]) for a, b in pairs_of(before)} == pairs_of(after)


@pytest.mark.parametrize("name", NAMES)
def test_nobody_allowed_gives_no_dyads_and_says_so(name: str) -> None:
    cohort = random_cohort(3, 4, 1)
    policy = with_settings(name, eligibility=(EverybodyForbidden(),))
    matching = pair(cohort, policy=policy, seed=1)
    assert len(matching.dyads) == 0
    assert set(matching.unmatched_mentors["reason"]) == {"the rules allow them no partner"}
    assert repr(matching) == f"Matching by {name!r}: 0 dyads; 3 mentors and 4 mentees left over"


class EverybodyForbidden:
    """A rule of a user's own: any object with words and a call will do."""

    words = "nobody may meet"

    def __call__(self, cohort: Cohort) -> np.ndarray:
        """Forbid all."""
        return np.ones((len(cohort.mentees), len(cohort.mentors)), dtype=bool)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("sizes", [(0, 3), (3, 0), (0, 0)])
def test_an_empty_side_leaves_everybody_over_with_the_reason(
    name: str, sizes: tuple[int, int]
) -> None:
    matching = pair(random_cohort(*sizes, 1), policy=name, seed=1)
    assert len(matching.dyads) == 0
    left = pd.concat([matching.unmatched_mentors, matching.unmatched_mentees])
    assert len(left) == sum(sizes)
    assert set(left["reason"]) <= {"there is nobody on the other side"}


@pytest.mark.parametrize("name", NAMES)
def test_a_capacity_of_zero_is_a_reason(name: str) -> None:
    cohort = random_cohort(4, 4, 1)
    cohort = replace(cohort, mentors=cohort.mentors.assign(capacity=[0, 1, 1, 1]))
    matching = pair(cohort, policy=name, seed=1)
    left = matching.unmatched_mentors.set_index("person_id")["reason"]
    assert left["j000"] == "their capacity is zero"
    assert "j000" not in set(matching.dyads["mentor_id"])


def test_policies_of_one_mechanism_differ_by_what_they_promise() -> None:
    cohort = random_cohort(20, 20, 6)
    total = {name: pair(cohort, policy=name, seed=1).dyads["score"].sum() for name in NAMES}
    count = {name: len(pair(cohort, policy=name, seed=1).dyads) for name in NAMES}
    assert total["optimal"] == pytest.approx(max(total.values()))
    assert count["most_pairs"] == max(count.values())
    assert total["random"] < total["greedy"]
    mentee, mentor = (
        pair(cohort, policy=f"stable_{side}", seed=1).dyads.sum(numeric_only=True)
        for side in ("mentee", "mentor")
    )
    assert mentee["mentee_score"] >= mentor["mentee_score"]
    assert mentor["mentor_score"] >= mentee["mentor_score"]


def test_settings_replace_the_score_or_the_rules_and_nothing_else() -> None:
    score = Score({"site": 1.0})
    changed = with_settings("greedy", score=score, eligibility=["same_unit"])
    assert changed == replace(POLICIES["greedy"], score=score, eligibility=("same_unit",))
    assert with_settings(POLICIES["greedy"]) == POLICIES["greedy"]


def test_a_users_own_mechanism_is_a_policy_and_is_checked() -> None:
    def first_come(fit: Compatibility, rng: np.random.Generator) -> np.ndarray:
        return np.array([[0, 0]])

    policy = Policy("first come", Score({"site": 1.0}), (), first_come)
    assert len(pair(random_cohort(2, 2, 1), policy=policy, seed=1).dyads) == 1
