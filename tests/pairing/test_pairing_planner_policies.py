"""What every policy must keep, for those that a planner makes of settings of their own."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pairing_cohorts import random_cohort

from revlab.pairing.assignment import OptimalAssignment
from revlab.pairing.eligibility import DEFAULT_ELIGIBILITY
from revlab.pairing.leximin import Bottleneck, Leximin
from revlab.pairing.matching import DYAD_COLUMNS, LEFT_COLUMNS
from revlab.pairing.mechanisms import Mechanism
from revlab.pairing.mixes import Mix
from revlab.pairing.nash import NashWelfare
from revlab.pairing.own_pairs import OwnPairs
from revlab.pairing.policies import Policy, pair, with_settings
from revlab.pairing.quality import compare
from revlab.pairing.quotas import QuotaAssignment
from revlab.pairing.scoring import DEFAULT_SCORE, score_cohort
from revlab.people.cohort import Cohort
from revlab.rng import stream

MIXES = (Mix("site", at_least=0.4), Mix("profession", "same", at_most=0.5))
MECHANISMS: dict[str, Mechanism] = {
    "best_with_price": OptimalAssignment("price", price=0.2),
    "bottleneck": Bottleneck(),
    "leximin": Leximin(),
    "nash": NashWelfare(shift=0.01),
    "quota_score": QuotaAssignment(MIXES),
    "quota_pairs": QuotaAssignment(MIXES, "pairs"),
}
POLICIES = {
    name: Policy(name, DEFAULT_SCORE, DEFAULT_ELIGIBILITY, mechanism, "A planner's.")
    for name, mechanism in MECHANISMS.items()
}
TABLES = ("dyads", "unmatched_mentors", "unmatched_mentees")


def roomy_cohort(seed: int) -> Cohort:
    """Draw 14 mentors and 18 mentees with capacities from zero to three."""
    cohort = random_cohort(14, 18, seed)
    rng = stream(seed, "test capacity")
    return replace(
        cohort,
        mentors=cohort.mentors.assign(capacity=rng.integers(0, 4, 14)),
        mentees=cohort.mentees.assign(capacity=rng.integers(0, 3, 18)),
    )


@pytest.mark.parametrize("name", POLICIES)
def test_rules_and_capacities_are_kept_and_everybody_is_accounted_for(name: str) -> None:
    cohort = roomy_cohort(1)
    fit = score_cohort(cohort)
    matching = pair(cohort, policy=POLICIES[name], seed=1)
    dyads = matching.dyads
    assert list(dyads) == list(DYAD_COLUMNS)
    i = fit.mentee_ids.get_indexer(dyads["mentee_id"])
    j = fit.mentor_ids.get_indexer(dyads["mentor_id"])
    assert len(dyads) > 0
    assert fit.eligible[i, j].all()
    assert not dyads.duplicated(["mentor_id", "mentee_id"]).any()
    assert (np.bincount(i, minlength=18) <= fit.mentee_capacity).all()
    assert (np.bincount(j, minlength=14) <= fit.mentor_capacity).all()
    for side, people in (("mentor", cohort.mentors), ("mentee", cohort.mentees)):
        left = getattr(matching, f"unmatched_{side}s")
        assert list(left) == list(LEFT_COLUMNS)
        assert sorted([*left["person_id"], *dyads[f"{side}_id"].unique()]) == sorted(people.index)


@pytest.mark.parametrize("name", POLICIES)
def test_neither_the_order_of_the_roster_nor_a_second_run_changes_anything(name: str) -> None:
    cohort = roomy_cohort(2)
    rng = stream(8, "test order")
    shuffled = replace(
        cohort,
        mentors=cohort.mentors.iloc[rng.permutation(14)],
        mentees=cohort.mentees.iloc[rng.permutation(18)],
        skills=cohort.skills.iloc[rng.permutation(len(cohort.skills))],
    )
    one, other = (pair(people, policy=POLICIES[name], seed=3) for people in (cohort, shuffled))
    for table in TABLES:
        pd.testing.assert_frame_equal(getattr(one, table), getattr(other, table))


class EverybodyForbidden:
    """A rule that allows no dyad."""

    words = "nobody may meet"

    def __call__(self, cohort: Cohort) -> np.ndarray:
        """Forbid all."""
        return np.ones((len(cohort.mentees), len(cohort.mentors)), dtype=bool)


@pytest.mark.parametrize("name", POLICIES)
def test_nobody_allowed_gives_no_dyads_and_says_so(name: str) -> None:
    policy = with_settings(POLICIES[name], eligibility=(EverybodyForbidden(),))
    matching = pair(random_cohort(3, 4, 1), policy=policy, seed=1)
    assert set(matching.unmatched_mentors["reason"]) == {"the rules allow them no partner"}
    assert repr(matching) == f"Matching by {name!r}: 0 dyads; 3 mentors and 4 mentees left over"


@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize("sizes", [(0, 3), (3, 0), (0, 0)])
def test_an_empty_side_leaves_everybody_over_with_the_reason(
    name: str, sizes: tuple[int, int]
) -> None:
    matching = pair(random_cohort(*sizes, 1), policy=POLICIES[name], seed=1)
    left = pd.concat([matching.unmatched_mentors, matching.unmatched_mentees])
    assert len(matching.dyads) == 0
    assert len(left) == sum(sizes)
    assert set(left["reason"]) <= {"there is nobody on the other side"}


def test_the_judges_put_them_beside_a_matching_by_hand() -> None:
    cohort = random_cohort(12, 12, 3)
    made = pair(cohort, policy="greedy", seed=1).dyads
    hand = OwnPairs(tuple(zip(made["mentor_id"], made["mentee_id"], strict=True)))
    by_hand = Policy("by_hand", DEFAULT_SCORE, DEFAULT_ELIGIBILITY, hand)
    table = compare(cohort, [*POLICIES.values(), by_hand, "greedy"], seed=1).set_index("policy")
    assert table.loc["by_hand", "total_score"] == table.loc["greedy", "total_score"]
    largest = table[table["n_dyads"] == table["n_dyads"].max()]["worst_score"]
    assert table.loc["leximin", "worst_score"] == table.loc["bottleneck", "worst_score"]
    assert table.loc["leximin", "worst_score"] == largest.max()
