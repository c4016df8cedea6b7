"""Pools and arms: fair deals, and one matching over all pools."""

from collections import Counter
from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pairing_cohorts import random_cohort

from revlab.errors import OptionError, PairingError
from revlab.pairing.policies import POLICIES, pair_scored, with_settings
from revlab.pairing.pools import draw_arms, draw_pools, pair_in_pools
from revlab.pairing.scoring import Score, score_cohort
from revlab.people.cohort import Cohort
from revlab.rng import stream


def drawn(cohort: Cohort, n_pools: int, seed: int = 1) -> pd.DataFrame:
    """Draw pools."""
    return draw_pools(cohort, n_pools, rng=stream(seed, "pools"))


@given(
    sizes=st.tuples(st.integers(2, 14), st.integers(2, 14)),
    n_pools=st.integers(1, 6),
    seed=st.integers(0, 99),
)
def test_everybody_is_dealt_once_and_the_pools_are_of_even_size(
    sizes: tuple[int, int], n_pools: int, seed: int
) -> None:
    cohort = random_cohort(*sizes, 1)
    n_pools = min(n_pools, *sizes)
    pools = drawn(cohort, n_pools, seed)
    assert list(pools) == ["person_id", "side", "pool_id"]
    for side, people in (("mentor", cohort.mentors), ("mentee", cohort.mentees)):
        own = pools[pools["side"] == side]
        assert sorted(own["person_id"]) == sorted(people.index)
        counts = own["pool_id"].value_counts()
        assert len(counts) == n_pools
        assert counts.max() - counts.min() <= 1


def test_every_pool_has_a_like_mix_of_grades() -> None:
    people = pd.DataFrame({"unit": "it", "grade": np.repeat([1, 2, 3], 8)})
    mentors = people.set_axis([f"j{k:02d}" for k in range(24)])
    mentees = people.assign(grade=people["grade"] + 3).set_axis([f"s{k:02d}" for k in range(24)])
    for seed in range(5):
        pools = drawn(Cohort(mentors, mentees), 4, seed)
        grades = pools["person_id"].map(pd.concat([mentors, mentees])["grade"])
        table = pd.crosstab(pools["pool_id"], [pools["side"], grades])
        assert (table == 2).all(axis=None)


def test_the_deal_is_random_and_does_not_look_at_the_order_of_the_roster() -> None:
    cohort = random_cohort(8, 8, 1)
    rng = stream(5, "test order")
    shuffled = replace(
        cohort,
        mentors=cohort.mentors.iloc[rng.permutation(8)],
        mentees=cohort.mentees.iloc[rng.permutation(8)],
    )
    pd.testing.assert_frame_equal(drawn(cohort, 3), drawn(shuffled, 3))
    assert len({tuple(drawn(cohort, 3, seed)["pool_id"]) for seed in range(6)}) > 1


def test_somebody_on_both_sides_is_in_one_pool() -> None:
    base = random_cohort(9, 9, 1)
    both = pd.concat([base.mentors, base.mentees.iloc[:4]])
    for seed in range(5):
        pools = drawn(replace(base, mentors=both), 4, seed)
        twice = pools[pools["person_id"].isin(base.mentees.index[:4])]
        assert (twice.groupby("person_id")["pool_id"].nunique() == 1).all()
        sizes = pools.groupby(["side", "pool_id"]).size()
        assert sizes["mentor"].max() - sizes["mentor"].min() <= 1
        assert sizes["mentee"].max() - sizes["mentee"].min() <= 1


@pytest.mark.parametrize("n_pools", [0, 4])
def test_a_pool_without_a_side_is_refused(n_pools: int) -> None:
    with pytest.raises(PairingError, match=f"`n_pools` must be from 1 to 3.*got {n_pools}"):
        drawn(random_cohort(3, 5, 1), n_pools)


def test_arms_are_dealt_evenly_and_each_deal_is_as_likely() -> None:
    pools = ["P1", "P2", "P3", "P4"]
    deals = Counter()
    for seed in range(600):
        arms = draw_arms(pools, ["a", "b"], rng=stream(seed, "arms"))
        assert list(arms) == pools
        deals[frozenset(pool for pool, arm in arms.items() if arm == "a")] += 1
    assert set(deals) == {frozenset(two) for two in combinations(pools, 2)}
    chi_square = sum((n - 100) ** 2 / 100 for n in deals.values())
    assert chi_square < 20.5  # the 99.9 % point of chi-square with 5 degrees of freedom


def test_an_odd_pool_goes_to_an_arm_by_chance() -> None:
    larger = Counter()
    for seed in range(60):
        arms = Counter(draw_arms(["P1", "P2", "P3"], ["a", "b"], rng=stream(seed, "x")).values())
        assert sorted(arms.values()) == [1, 2]
        larger[arms.most_common(1)[0][0]] += 1
    assert min(larger["a"], larger["b"]) > 15


@pytest.mark.parametrize(
    ("pools", "arms", "message"),
    [
        (["P1", "P1"], ["a"], r"`pool_ids` must hold different labels"),
        ([], ["a"], r"`pool_ids` must hold different labels; got \[\]"),
        (["P1", "P2"], ["a", "a"], r"`arms` must hold different labels"),
        (["P1"], ["a", "b"], r"2 arms need at least as many pools; got 1"),
    ],
)
def test_impossible_deals_are_refused(pools: list[str], arms: list[str], message: str) -> None:
    with pytest.raises(PairingError, match=message):
        draw_arms(pools, arms, rng=stream(1, "arms"))


def test_every_pool_is_paired_on_its_own_by_the_policy_of_its_arm() -> None:
    cohort = random_cohort(22, 18, 2)
    pools = drawn(cohort, 4)
    arms = {"P01": "a", "P02": "b", "P03": "a", "P04": "b"}
    policies = {"a": "optimal", "b": with_settings("random", score=Score({"site": 1.0}))}
    made = pair_in_pools(cohort, pools, arms=arms, policies=policies, seed=7)
    dyads = made.dyads
    assert made.policy == "optimal and random"
    assert dyads["dyad_id"].is_unique
    assert dyads["dyad_id"].tolist() == [f"D{k:03d}" for k in range(1, len(dyads) + 1)]
    assert (dyads["pool_id"].map(arms) == dyads["arm"]).all()
    place = pools.set_index(["side", "person_id"])["pool_id"]
    for side in ("mentor", "mentee"):
        assert (place[side].loc[dyads[f"{side}_id"]].to_numpy() == dyads["pool_id"]).all()
        left = getattr(made, f"unmatched_{side}s")
        assert (place[side].loc[left["person_id"]].to_numpy() == left["pool_id"]).all()
        everybody = [*left["person_id"], *dyads[f"{side}_id"]]
        assert sorted(everybody) == sorted(place[side].index)
    fit = score_cohort(cohort)
    rows, columns = (
        getattr(fit, f"{side}_ids").get_indexer(place[side][place[side] == "P03"].index)
        for side in ("mentee", "mentor")
    )
    rng = stream(7, "pairing", "P03")
    alone = pair_scored(fit.select(rows, columns), policy=POLICIES["optimal"], rng=rng).dyads
    same = ["mentor_id", "mentee_id", "score", "mentor_rank", "mentee_rank"]
    found = dyads.loc[dyads["pool_id"] == "P03", same].reset_index(drop=True)
    pd.testing.assert_frame_equal(found, alone[same])


def test_other_arms_for_other_pools_leave_a_pool_as_it_is() -> None:
    cohort = random_cohort(16, 16, 2)
    pools = drawn(cohort, 2)
    policies = {"a": "random", "b": "optimal"}
    first, second = (
        pair_in_pools(cohort, pools, arms={"P01": "a", "P02": arm}, policies=policies, seed=7).dyads
        for arm in ("a", "b")
    )
    pd.testing.assert_frame_equal(
        first[first["pool_id"] == "P01"], second[second["pool_id"] == "P01"]
    )


def test_scores_that_are_there_already_give_the_same_pairs() -> None:
    cohort = random_cohort(12, 12, 2)
    pools = drawn(cohort, 3)
    settings = {"arms": {f"P0{k}": "ab"[k % 2] for k in (1, 2, 3)}, "seed": 7}
    settings["policies"] = {"a": "greedy", "b": with_settings("random", eligibility=())}
    scored = {"a": score_cohort(cohort), "b": score_cohort(cohort, eligibility=())}
    first = pair_in_pools(cohort, pools, **settings)
    again = pair_in_pools(cohort, pools, scored=scored, **settings)
    pd.testing.assert_frame_equal(first.dyads, again.dyads)
    with pytest.raises(OptionError, match=r"`scored` must be one of 'a'; got 'b'"):
        pair_in_pools(cohort, pools, scored={"a": scored["a"]}, **settings)
    turned = scored["a"].select(range(11, -1, -1), range(12))
    with pytest.raises(PairingError, match="`scored` of arm 'a' must hold the people of the"):
        pair_in_pools(cohort, pools, scored={"a": turned, "b": scored["b"]}, **settings)


def test_wrong_pools_are_refused_in_one_sentence() -> None:
    cohort = random_cohort(4, 4, 1)
    pools, arms = drawn(cohort, 2), {"P01": "a", "P02": "a"}

    def run(pools: pd.DataFrame, **settings: object) -> None:
        given = {"arms": arms, "policies": {"a": "random"}, "seed": 1} | settings
        pair_in_pools(cohort, pools, **given)

    with pytest.raises(PairingError, match=r"`pools` lists mentee \['s003'\] nowhere"):
        run(pools.iloc[:-1])
    with pytest.raises(PairingError, match=r"`pools` lists mentor \['j000'\] twice"):
        run(pd.concat([pools, pools.iloc[:1]]))
    with pytest.raises(PairingError, match=r"mentee \['zoe'\] but the cohort does not"):
        run(pd.concat([pools, pools.iloc[-1:].assign(person_id="zoe")]))
    with pytest.raises(PairingError, match=r"`pools` needs the columns \['side'\]"):
        run(pools.drop(columns="side"))
    with pytest.raises(OptionError, match=r"`side` must be one of 'mentee', 'mentor'; got 'x'"):
        run(pd.concat([pools, pools.iloc[-1:].assign(side="x")]))
    with pytest.raises(PairingError, match="pool 'P02' has no arm"):
        run(pools, arms={"P01": "a"})
    with pytest.raises(OptionError, match=r"`arm` must be one of 'b'; got 'a'"):
        run(pools, policies={"b": "random"})
    with pytest.raises(OptionError, match=r"`policy` must be one of .*; got 'chance'"):
        run(pools, policies={"a": "chance"})
