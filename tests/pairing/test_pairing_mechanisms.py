"""The mechanisms against exhaustive search, with a judge that shares no code with them."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pairing_cohorts import all_matchings, blocks, markets
from scipy.optimize import linprog
from scipy.sparse import csr_array

from revlab.errors import OptionError
from revlab.pairing.assignment import OptimalAssignment
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.mechanisms import (
    DeferredAcceptance,
    Greedy,
    Mechanism,
    SerialDictatorship,
    at_random,
)
from revlab.rng import stream

MECHANISMS: dict[str, Mechanism] = {
    "random": at_random,
    "greedy": Greedy(),
    "mentees choose": SerialDictatorship("mentees"),
    "mentors choose": SerialDictatorship("mentors"),
    "mentees propose": DeferredAcceptance("mentees"),
    "mentors propose": DeferredAcceptance("mentors"),
    "score": OptimalAssignment("score"),
    "pairs": OptimalAssignment("pairs"),
}


def run(name: str, market: Compatibility, seed: int = 1) -> tuple[tuple[int, int], ...]:
    """Run a mechanism and return its dyads in order."""
    cells = MECHANISMS[name](market, stream(seed, "ties"))
    assert cells.shape == (len(cells), 2)
    return tuple(sorted((int(i), int(j)) for i, j in cells))


@pytest.mark.parametrize("name", MECHANISMS)
@given(market=markets(largest=6, places=3))
def test_only_allowed_dyads_within_the_capacities_each_once_and_no_room_wasted(
    name: str, market: Compatibility
) -> None:
    cells = run(name, market)
    assert len(set(cells)) == len(cells)
    assert all(market.eligible[cell] for cell in cells)
    room = market.mentee_capacity - np.bincount([i for i, _ in cells], minlength=market.shape[0])
    seats = market.mentor_capacity - np.bincount([j for _, j in cells], minlength=market.shape[1])
    assert (room >= 0).all()
    assert (seats >= 0).all()
    for i, j in np.argwhere(market.eligible):
        assert (i, j) in cells or not (room[i] and seats[j])


@pytest.mark.parametrize("name", MECHANISMS)
@given(market=markets(largest=6))
def test_the_same_seed_gives_the_same_dyads(name: str, market: Compatibility) -> None:
    assert run(name, market, seed=5) == run(name, market, seed=5)


@pytest.mark.parametrize("name", ["mentees propose", "mentors propose"])
@given(market=markets(largest=6, places=3))
def test_deferred_acceptance_leaves_no_blocking_pair(name: str, market: Compatibility) -> None:
    assert blocks(market, run(name, market)) == []


@pytest.mark.parametrize(("name", "side"), [("mentees propose", 0), ("mentors propose", 1)])
@settings(max_examples=60)
@given(market=markets(largest=4, ties=False, places=1))
def test_whoever_proposes_gets_their_best_stable_partner(
    name: str, side: int, market: Compatibility
) -> None:
    stable = [cells for cells in all_matchings(market) if not blocks(market, cells)]
    assert stable
    score = market.mentee_score if side == 0 else market.mentor_score
    got = {cell[side]: score[cell] for cell in run(name, market)}
    for cells in stable:
        for cell in cells:
            assert got[cell[side]] >= score[cell]


@settings(max_examples=60)
@given(market=markets(largest=4, ties=False))
def test_with_strict_scores_chance_plays_no_part(market: Compatibility) -> None:
    for name in ("greedy", "mentees propose", "mentors propose"):
        shared = Compatibility.from_scores(
            market.mentee_score,
            eligible=market.eligible,
            mentee_capacity=market.mentee_capacity,
            mentor_capacity=market.mentor_capacity,
        )
        assert len({run(name, shared, seed) for seed in range(5)}) == 1


def best_of(market: Compatibility) -> tuple[tuple[float, int], tuple[int, float]]:
    """Return the best (score, dyads) and the best (dyads, score) by going through everything."""
    joint = np.round(market.joint(), 12)
    totals = [
        (round(float(sum(joint[cell] for cell in cells)), 9), len(cells))
        for cells in all_matchings(market)
    ]
    return max(totals), max((count, score) for score, count in totals)


@settings(max_examples=150)
@given(market=markets(largest=4), seed=st.integers(0, 3))
def test_the_assignments_are_the_optima_of_exhaustive_search(
    market: Compatibility, seed: int
) -> None:
    by_score, by_pairs = best_of(market)
    for aim, best in (("score", by_score), ("pairs", by_pairs[::-1])):
        cells = run(aim, market, seed)
        total = round(float(sum(market.joint()[cell] for cell in cells)), 9)
        assert total == best[0]
        # Of several best totals the one with most dyads is promised for places on one side.
        if aim == "pairs" or market.mentee_capacity.max() == 1 or market.mentor_capacity.max() == 1:
            assert len(cells) == best[1]


@settings(max_examples=60)
@given(market=markets(largest=5, places=1))
def test_the_assignments_are_the_optima_up_to_five_by_five(market: Compatibility) -> None:
    by_score, by_pairs = best_of(market)
    for aim, best in (("score", by_score), ("pairs", by_pairs[::-1])):
        cells = run(aim, market)
        total = round(float(sum(market.joint()[cell] for cell in cells)), 9)
        assert (total, len(cells)) == best


def test_an_allowed_dyad_of_score_zero_is_made_and_a_forbidden_one_is_not() -> None:
    market = Compatibility.from_scores(np.zeros((2, 2)), eligible=[[True, False], [False, True]])
    for aim in ("score", "pairs"):
        assert run(aim, market) == ((0, 0), (1, 1))


def test_most_pairs_gives_up_score_for_pairs_and_the_best_total_does_not() -> None:
    market = Compatibility.from_scores(
        [[1.0, 0.01], [0.01, 0.0]], eligible=[[True, True], [True, False]]
    )
    assert run("score", market) == ((0, 0),)
    assert run("pairs", market) == ((0, 1), (1, 0))


def test_two_people_with_many_places_meet_once() -> None:
    market = Compatibility.from_scores(
        [[9.0, 1.0], [1.0, 1.0]], mentee_capacity=2, mentor_capacity=2
    )
    for name in MECHANISMS:
        assert run(name, market) == ((0, 0), (0, 1), (1, 0), (1, 1))


def test_with_places_on_both_sides_a_large_market_is_still_optimal() -> None:
    # Everybody wants the same people, so the best cells of each row and column do not hold the
    # optimum; the oracle is the linear programme over all cells at once.
    n, rng = 100, stream(3, "market")
    wanted, keen = rng.random(n), rng.random(n)[:, None]
    market = Compatibility.from_scores(
        0.7 * wanted + 0.2 * keen + 0.1 * rng.random((n, n)),
        eligible=rng.random((n, n)) < 0.5,
        mentee_capacity=rng.integers(1, 4, n),
        mentor_capacity=rng.integers(1, 4, n),
    )
    i, j = np.nonzero(market.eligible)
    cell = np.arange(len(i))
    places = (np.concatenate([i, n + j]), np.concatenate([cell, cell]))
    limits = csr_array((np.ones(2 * len(i)), places), shape=(2 * n, len(i)))
    capacity = np.concatenate([market.mentee_capacity, market.mentor_capacity])
    score = market.joint()[i, j]
    bound = -linprog(-score, A_ub=limits, b_ub=capacity, bounds=(0, 1)).fun
    cells = run("score", market)
    assert sum(market.joint()[cell] for cell in cells) == pytest.approx(bound, abs=1e-7)
    most = -linprog(-np.ones(len(i)), A_ub=limits, b_ub=capacity, bounds=(0, 1)).fun
    assert len(run("pairs", market)) == round(most)


def test_ties_are_broken_by_chance_and_not_by_place_in_the_table() -> None:
    market = Compatibility.from_scores(np.ones((3, 1)))
    for name in MECHANISMS:
        winners = Counter(run(name, market, seed)[0][0] for seed in range(60))
        assert set(winners) == {0, 1, 2}, name
        assert min(winners.values()) >= 8, name


def test_random_pairing_is_uniform_where_everything_is_allowed() -> None:
    market = Compatibility.from_scores(np.zeros((3, 3)))
    seen = Counter(run("random", market, seed) for seed in range(600))
    assert len(seen) == 6
    chi_square = sum((n - 100) ** 2 / 100 for n in seen.values())
    assert chi_square < 20.5  # the 99.9 % point of chi-square with 5 degrees of freedom


def test_the_first_dictator_gets_their_first_choice() -> None:
    market = Compatibility.from_scores([[0.9, 0.1], [0.8, 0.2]])
    firsts = {run("mentees choose", market, seed) for seed in range(20)}
    assert firsts == {((0, 0), (1, 1)), ((0, 1), (1, 0))}
    # Mentors choose by their own score: mentor 1 prefers mentee 2 whatever mentor 2 does.
    market = Compatibility.from_scores([[0.9], [0.1]], [[0.1], [0.9]])
    assert run("mentors choose", market) == ((1, 0),)


def test_dictators_with_several_places_take_turns() -> None:
    market = Compatibility.from_scores(
        [[0.9, 0.8, 0.1], [0.9, 0.8, 0.1]], mentee_capacity=2, mentor_capacity=1
    )
    assert {len([i for i, _ in run("mentees choose", market, s) if i == 0]) for s in range(9)} == {
        1,
        2,
    }
    for seed in range(9):
        by_mentee = Counter(i for i, j in run("mentees choose", market, seed) if j < 2)
        assert by_mentee == {0: 1, 1: 1}


def test_greedy_takes_the_best_cell_first_and_may_miss_the_best_total() -> None:
    market = Compatibility.from_scores([[1.0, 0.9], [0.9, 0.0]])
    assert run("greedy", market) == ((0, 0), (1, 1))
    assert run("score", market) == ((0, 1), (1, 0))


def test_the_weight_of_the_joint_score_decides_whose_wish_counts() -> None:
    market = Compatibility.from_scores([[1.0, 0.0]], [[0.0, 1.0]])
    for kind in (Greedy, lambda weight: OptimalAssignment(weight=weight)):
        assert kind(weight=1.0)(market, stream(1, "ties")).tolist() == [[0, 0]]
        assert kind(weight=0.0)(market, stream(1, "ties")).tolist() == [[0, 1]]


def test_unknown_settings_of_a_mechanism_are_refused() -> None:
    with pytest.raises(OptionError, match=r"`proposers` must be one of 'mentees', 'mentors'"):
        DeferredAcceptance("mentee")
    with pytest.raises(OptionError, match=r"`choosers` must be one of 'mentees', 'mentors'"):
        SerialDictatorship("nobody")
    with pytest.raises(OptionError, match=r"must be one of 'pairs', 'price', 'score'; got 'both'"):
        OptimalAssignment("both")
