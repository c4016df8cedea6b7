"""Reasons: they add up to the score, and the rule that is named is the one in the way."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from pairing_cohorts import random_cohort

from revlab.errors import PairingError
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.eligibility import ELIGIBILITY_RULES, GradeGap
from revlab.pairing.explain import explain_dyads, explain_unmatched
from revlab.pairing.policies import POLICIES, pair, pair_scored, with_settings
from revlab.pairing.pools import draw_arms, draw_pools, pair_in_pools
from revlab.pairing.scoring import Score, score_cohort
from revlab.people.cohort import Cohort
from revlab.rng import stream

COLUMNS = ["person_id", "side", "reason", "what_would_help", "n_allowed", "n_freed", "consequence"]


def people(grades: dict[str, int], **columns: object) -> pd.DataFrame:
    """Return a person table from grades by name."""
    return pd.DataFrame({"unit": "it", "grade": grades.values()} | columns, index=[*grades])


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_the_parts_of_every_dyad_sum_to_its_score(name: str) -> None:
    cohort = random_cohort(12, 10, 1)
    explained = explain_dyads(score_cohort(cohort), pair(cohort, policy=name, seed=1))
    parts = [column for column in explained if column.startswith("part_")]
    assert len(parts) == 10
    np.testing.assert_allclose(explained[parts].sum(axis=1), explained["score"], atol=1e-12)
    assert (explained["reason"].str.len() > 0).all()


def test_a_reason_names_what_gives_most_and_is_high() -> None:
    mentors = people({"ana": 1}, site="n", profession="p").assign(unit="hr")
    mentees = people({"x": 3}, site="s", profession="p")
    cohort = Cohort(mentors, mentees)
    score = Score({"profession": 2, "site": 9, "organisational_distance": 1})
    policy = with_settings("optimal", score=score)
    fit = score_cohort(cohort, score=score)
    row = explain_dyads(fit, pair(cohort, policy=policy, seed=1)).iloc[0]
    assert row["reason"] == "they are in the same profession; they come from different units"
    assert row["part_site"] == 0.0


def test_a_value_that_fills_a_gap_is_no_reason() -> None:
    mentors = people({"ana": 1, "ben": 1}, site=["n", None])
    mentees = people({"x": 3, "y": 3}, site=["n", "n"])
    cohort = Cohort(mentors, mentees)
    policy = with_settings("optimal", score=Score({"site": 1.0}))
    fit = score_cohort(cohort, score=Score({"site": 1.0}))
    reason = explain_dyads(fit, pair(cohort, policy=policy, seed=1)).set_index("mentor_id")[
        "reason"
    ]
    assert reason["ana"] == "they work at the same site"
    assert reason["ben"] == "the best that was left, though no part is high"


def test_scores_given_as_numbers_are_their_own_reason() -> None:
    fit = Compatibility.from_scores([[0.4]])
    made = pair_scored(fit, policy=POLICIES["greedy"], rng=stream(1, "x"))
    row = explain_dyads(fit, made).iloc[0]
    assert (row["reason"], row["part_given"]) == ("the scores were given as numbers", 0.4)


def test_dyads_of_another_score_are_not_explained_by_this_one() -> None:
    cohort = random_cohort(5, 5, 1)
    made = pair(cohort, policy="optimal", seed=1)
    with pytest.raises(PairingError, match="dyads were scored by another compatibility"):
        explain_dyads(score_cohort(cohort, score=Score({"site": 1.0})), made)


def explained(cohort: Cohort, **settings: object) -> pd.DataFrame:
    """Pair by most_pairs with other settings and explain who is left over."""
    policy = with_settings("most_pairs", score=Score({"grade_gap": 1.0}), **settings)
    fit = score_cohort(cohort, score=policy.score, eligibility=policy.eligibility)
    return explain_unmatched(cohort, fit, pair(cohort, policy=policy, seed=1))


def help_for(person: str, table: pd.DataFrame) -> tuple[str, int, int]:
    """Return what would help one person."""
    row = table.set_index("person_id").loc[person]
    return row["what_would_help"], row["n_allowed"], row["n_freed"]


def test_the_rule_in_the_way_is_named_with_the_partners_it_would_free() -> None:
    mentors = people({"ana": 1, "ben": 1, "cleo": 1}).assign(unit=["hr", "it", "it"])
    mentees = people({"x": 3, "y": 1})
    table = explained(Cohort(mentors, mentees), eligibility=("same_unit", "grade_gap"))
    assert list(table) == COLUMNS
    assert help_for("ben", table) == ("to allow dyads although they are in the same unit", 0, 1)
    words = ELIGIBILITY_RULES["grade_gap"].words
    assert help_for("y", table) == (f"to allow dyads although {words}", 0, 1)


def test_several_rules_are_named_only_where_no_single_one_helps() -> None:
    mentors = people({"ana": 4}, languages=[[("fr",)]][0])
    mentees = people({"x": 3}, languages=[[("en",)]][0])
    rules = ("same_unit", "grade_gap", "no_common_language")
    table = explained(Cohort(mentors, mentees), eligibility=rules)
    words = " and although ".join(ELIGIBILITY_RULES[name].words for name in rules)
    assert help_for("ana", table) == (f"to allow dyads although {words}", 0, 1)


def test_nobody_is_told_to_meet_themselves() -> None:
    both = people({"ana": 3})
    table = explained(Cohort(both, both), eligibility=("same_person",))
    expected = "somebody else on the other side with a capacity of one or more"
    assert help_for_both(table) == {expected}


def help_for_both(table: pd.DataFrame) -> set[str]:
    """Return what would help, over all people."""
    return set(table["what_would_help"])


def test_taken_partners_and_capacities_of_zero_are_told_apart() -> None:
    mentors = people({"ana": 1, "ben": 1}, capacity=[1, 0])
    mentees = people({"x": 3, "y": 3})
    table = explained(Cohort(mentors, mentees))
    assert help_for("ben", table)[0] == "a capacity of one or more"
    left = table.query("side == 'mentee'").iloc[0]
    assert left["reason"] == "all allowed partners are taken"
    assert left["what_would_help"].startswith("more room among their allowed partners")
    assert left["n_allowed"] == 1


def test_only_partners_without_capacity_need_a_capacity() -> None:
    cohort = Cohort(people({"ana": 1}, capacity=[0]), people({"x": 3}))
    table = explained(cohort)
    assert table.set_index("person_id").loc["x", "reason"] == (
        "all allowed partners have a capacity of zero"
    )
    assert help_for("x", table)[0].startswith("somebody else on the other side")


def test_a_policy_that_leaves_a_dyad_out_is_told() -> None:
    cohort = random_cohort(3, 3, 2)
    fit = score_cohort(cohort, eligibility=())
    nothing = replace(POLICIES["random"], mechanism=lambda fit, rng: np.empty((0, 2), dtype=int))
    made = pair_scored(fit, policy=nothing, rng=stream(1, "x"))
    table = explain_unmatched(cohort, fit, made)
    assert set(table["reason"]) == {"the policy left a possible dyad out"}
    assert help_for_both(table) == {"another policy, because an allowed partner has room"}


def test_a_partner_in_another_pool_is_pointed_out() -> None:
    cohort = Cohort(people({"a": 1, "b": 5}), people({"x": 3, "y": 6}))
    pools = pd.DataFrame(
        [
            ("a", "mentor", "P1"),
            ("y", "mentee", "P1"),
            ("b", "mentor", "P2"),
            ("x", "mentee", "P2"),
        ],
        columns=["person_id", "side", "pool_id"],
    )
    policy = with_settings("optimal", eligibility=(GradeGap(1, 2),))
    arms = {"P1": "one", "P2": "one"}
    made = pair_in_pools(cohort, pools, arms=arms, policies={"one": policy}, seed=1)
    fit = score_cohort(cohort, eligibility=policy.eligibility)
    assert help_for_both(explain_unmatched(cohort, fit, made)) == {
        "another pool, where the rules allow them a partner"
    }


@pytest.mark.parametrize("seed", range(4))
def test_the_named_set_is_the_smallest_and_really_frees(seed: int) -> None:
    cohort = random_cohort(9, 9, seed)
    names = ["same_unit", "grade_gap", "no_common_language", "no_common_hours", "same_person"]
    tight = (*names[:1], GradeGap(3, 3), *names[2:])
    fit = score_cohort(cohort, eligibility=tight)
    made = pair(cohort, policy=with_settings("random", eligibility=tight), seed=seed)
    table = explain_unmatched(cohort, fit, made).query("n_freed > 0")
    for row in table.itertuples():
        bits = fit.rule_bits if row.side == "mentee" else fit.rule_bits.T
        ids = fit.mentee_ids if row.side == "mentee" else fit.mentor_ids
        own = bits[ids.get_loc(row.person_id)]
        named = [r for r, words in enumerate(fit.rules) if words in row.what_would_help]
        freed = sum(not any(cell >> r & 1 for r in range(5) if r not in named) for cell in own)
        assert freed == row.n_freed > 0
        for fewer in combinations(range(5), len(named) - 1):
            assert all(any(cell >> r & 1 for r in range(5) if r not in fewer) for cell in own)


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_everybody_left_over_is_explained_also_in_pools(name: str) -> None:
    cohort = random_cohort(20, 14, 3)
    pools = draw_pools(cohort, 3, rng=stream(1, "pools"))
    arms = draw_arms(sorted(pools["pool_id"].unique()), ["a"], rng=stream(1, "arms"))
    made = pair_in_pools(cohort, pools, arms=arms, policies={"a": name}, seed=1)
    table = explain_unmatched(cohort, score_cohort(cohort), made)
    assert len(table) == len(made.unmatched_mentors) + len(made.unmatched_mentees) > 0
    assert (table["what_would_help"].str.len() > 0).all()


def test_strangers_are_named() -> None:
    cohort = random_cohort(4, 2, 1)
    made = pair(cohort, policy="optimal", seed=1)
    fewer = cohort.subset(cohort.mentors.index[:1], cohort.mentees.index)
    with pytest.raises(PairingError, match=r"mentor \['j00.'\] of the matching is not"):
        explain_unmatched(fewer, score_cohort(fewer), made)
