"""Rank-maximal matchings against exhaustive search over the whole rank profile."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pairing_cohorts import all_matchings, markets
from scipy.optimize import linear_sum_assignment

from revlab.errors import OptionError
from revlab.pairing.assignment import OptimalAssignment
from revlab.pairing.cells import matching_from_cells
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.quality import rank_profile
from revlab.pairing.rank_maximal import RankMaximal
from revlab.rng import stream

SIDES = ("mentees", "mentors", "both")
Pairs = tuple[tuple[int, int], ...]


def run(fit: Compatibility, side: str, seed: int = 1) -> Pairs:
    """Run the mechanism and return its dyads in order."""
    cells = RankMaximal(side)(fit, stream(seed, "ties"))
    assert cells.shape == (len(cells), 2)
    return tuple(sorted((int(i), int(j)) for i, j in cells))


def rank_of(fit: Compatibility, cell: tuple[int, int], side: str) -> int:
    """Count the allowed partners who are strictly better."""
    i, j = cell
    mine = 1 + int((fit.mentee_score[i, fit.eligible[i]] > fit.mentee_score[i, j]).sum())
    theirs = 1 + int((fit.mentor_score[fit.eligible[:, j], j] > fit.mentor_score[i, j]).sum())
    return {"mentees": mine, "mentors": theirs, "both": max(mine, theirs)}[side]


def profile(fit: Compatibility, pairs: Pairs, side: str) -> list[int]:
    """Return the number of dyads at rank 1, 2, and so on."""
    ranks = [rank_of(fit, cell, side) for cell in pairs]
    return np.bincount(ranks, minlength=max(fit.shape) + 1)[1:].tolist()


def total(fit: Compatibility, pairs: Pairs) -> float:
    """Return the total joint score."""
    return round(float(sum(fit.joint()[cell] for cell in pairs)), 9)


@pytest.mark.parametrize("side", SIDES)
@settings(max_examples=60)
@given(fit=markets(largest=4), seed=st.integers(0, 3))
def test_the_whole_rank_profile_is_the_best_there_is_and_then_the_total_score(
    side: str, fit: Compatibility, seed: int
) -> None:
    best = max((profile(fit, p, side), total(fit, p)) for p in all_matchings(fit))
    got = run(fit, side, seed)
    assert (profile(fit, got, side), total(fit, got)) == best


@pytest.mark.parametrize("side", SIDES)
@settings(max_examples=25)
@given(fit=markets(largest=5, places=1), seed=st.integers(0, 3))
def test_with_one_place_each_up_to_five_by_five(side: str, fit: Compatibility, seed: int) -> None:
    best = max((profile(fit, p, side), total(fit, p)) for p in all_matchings(fit))
    got = run(fit, side, seed)
    assert (profile(fit, got, side), total(fit, got)) == best


@pytest.mark.parametrize("side", SIDES)
@given(fit=markets(largest=6, places=3))
def test_rules_and_capacities_are_kept_and_no_dyad_can_be_added(
    side: str, fit: Compatibility
) -> None:
    pairs = run(fit, side)
    assert len(set(pairs)) == len(pairs)
    assert all(fit.eligible[cell] for cell in pairs)
    room = fit.mentee_capacity - np.bincount([i for i, _ in pairs], minlength=fit.shape[0])
    seats = fit.mentor_capacity - np.bincount([j for _, j in pairs], minlength=fit.shape[1])
    assert (room >= 0).all()
    assert (seats >= 0).all()
    for i, j in np.argwhere(fit.eligible):
        assert (i, j) in pairs or not (room[i] and seats[j])


def exact_by_weights(ranks: np.ndarray, levels: int) -> list[int]:
    """Solve one place each by weights that are whole numbers as long as ranks are few."""
    n = min(ranks.shape)
    weight = np.where(ranks > 0, float(n + 1) ** (levels - ranks), 0.0)
    i, j = linear_sum_assignment(weight, maximize=True)
    return np.bincount(ranks[i, j], minlength=levels + 1)[1:].tolist()


@pytest.mark.parametrize("seed", range(6))
def test_larger_markets_with_few_ranks_agree_with_exact_weights(seed: int) -> None:
    # Everybody allows six partners and there are 60 people: 61 to the power of 6 is exact.
    rng, n, levels = stream(seed, "market"), 60, 6
    popular = rng.random(n)
    keys = rng.random((n, n)) + popular * rng.choice([0.0, 2.0])
    allowed = np.argsort(np.argsort(-keys, axis=1), axis=1) < levels
    fit = Compatibility.from_scores(rng.random((n, n)) + popular, eligible=allowed)
    ranks = np.where(allowed, 1, 0)
    for i, j in np.argwhere(allowed):
        ranks[i, j] = rank_of(fit, (i, j), "mentees")
    assert profile(fit, run(fit, "mentees"), "mentees")[:levels] == exact_by_weights(ranks, levels)


def test_first_choices_are_as_the_judge_counts_them_and_beat_the_best_total() -> None:
    rng = stream(2, "scores")
    fit = Compatibility.from_scores(rng.random((40, 30)) + rng.random(30), rng.random((40, 30)))
    firsts = {}
    for name, mechanism in (("rank", RankMaximal("mentees")), ("total", OptimalAssignment())):
        matching = matching_from_cells(fit, mechanism(fit, stream(1, "ties")), policy=name)
        counted = rank_profile(fit, matching).query("side == 'mentee'").set_index("rank")["n"]
        firsts[name] = counted[1]
        if name == "rank":
            own = profile(fit, run(fit, "mentees"), "mentees")
            assert counted.to_dict() == {k + 1: n for k, n in enumerate(own) if n}
    assert firsts["rank"] > firsts["total"]
    assert firsts["rank"] == len(set(fit.mentee_score.argmax(axis=1)))


def test_a_second_choice_is_given_up_for_nobody_but_a_first() -> None:
    # Giving mentee 1 their first choice costs mentee 2 everything but the third; still it counts.
    fit = Compatibility.from_scores(
        [[0.9, 0.8, 0.0], [0.9, 0.0, 0.1], [0.9, 0.8, 0.1]],
        eligible=[[True, True, False], [True, False, True], [True, True, True]],
    )
    for seed in range(5):
        assert profile(fit, run(fit, "mentees", seed), "mentees") == [1, 2, 0]
    # Four people in a chain: one more first choice outweighs two seconds.
    fit = Compatibility.from_scores(
        [[0.5, 0.4, 0.0], [0.5, 0.0, 0.4], [0.0, 0.5, 0.0]],
        eligible=[[True, True, False], [True, False, True], [False, True, False]],
    )
    assert run(fit, "mentees") == ((0, 0), (1, 2), (2, 1))


def test_whose_ranks_count_is_an_option() -> None:
    fit = Compatibility.from_scores([[0.9, 0.1], [0.8, 0.2]], [[0.1, 0.9], [0.9, 0.1]])
    mentees = Compatibility.from_scores([[0.9, 0.1], [0.2, 0.8]], [[0.1, 0.9], [0.9, 0.1]])
    assert run(mentees, "mentees") == ((0, 0), (1, 1))
    assert run(mentees, "mentors") == ((0, 1), (1, 0))
    # Mentee 2 and mentor 1 are each other's first choice.
    assert profile(fit, run(fit, "both"), "both") == [1, 1]
    with pytest.raises(OptionError, match=r"`side` must be one of 'both', 'mentees', 'mentors'"):
        RankMaximal("mentee")


def test_a_capacity_of_zero_leaves_the_ranks_as_the_dyads_table_has_them() -> None:
    fit = Compatibility.from_scores([[0.9, 0.8]], mentor_capacity=[0, 1])
    cells = RankMaximal()(fit, stream(1, "ties"))
    assert matching_from_cells(fit, cells, policy="x").dyads["mentee_rank"].tolist() == [2]


def test_ties_are_broken_by_chance_and_not_by_place_in_the_table() -> None:
    fit = Compatibility.from_scores(np.ones((3, 1)))
    for side in SIDES:
        assert {run(fit, side, seed)[0][0] for seed in range(30)} == {0, 1, 2}


def test_people_with_several_places_hold_several_ranks_and_never_the_same_person_twice() -> None:
    fit = Compatibility.from_scores(
        [[0.9, 0.1, 0.0], [0.9, 0.1, 0.0]], mentee_capacity=2, mentor_capacity=2
    )
    assert profile(fit, run(fit, "mentees"), "mentees") == [2, 2, 0]


def test_everybody_wanting_the_same_people_in_the_same_order_is_no_harder() -> None:
    n = 150
    fit = Compatibility.from_scores(np.tile(np.linspace(1, 0.1, n), (n, 1)))
    assert profile(fit, run(fit, "mentees"), "mentees") == [1] * n
