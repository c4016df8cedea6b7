"""A planner's mechanisms (price, bottleneck, leximin, Nash) against exhaustive search."""

from collections.abc import Callable
from itertools import pairwise
from math import log

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pairing_cohorts import all_matchings, markets, random_cohort

from revlab.errors import OptionError, PairingError
from revlab.pairing.assignment import OptimalAssignment
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.leximin import Bottleneck, Leximin
from revlab.pairing.nash import NashWelfare
from revlab.pairing.policies import Policy, pair
from revlab.pairing.residual import open_flow, with_fewest
from revlab.pairing.scoring import DEFAULT_SCORE
from revlab.rng import stream

Dyads = tuple[tuple[int, int], ...]
Run = Callable[[Compatibility, np.random.Generator], np.ndarray]
PRICES = (0.0, 0.05, 0.13, 0.3, 0.55, 1.0, 1e3, 1e300)
MECHANISMS: dict[str, Run] = {
    "price 0": OptimalAssignment("price"),
    "price 0.3": OptimalAssignment("price", price=0.3),
    "price 1e9": OptimalAssignment("price", price=1e9),
    "bottleneck": Bottleneck(),
    "leximin": Leximin(),
    "nash": NashWelfare(),
    "nash shifted": NashWelfare(shift=0.1),
}


def run(mechanism: Run, market: Compatibility, seed: int = 1) -> Dyads:
    """Run a mechanism and return its dyads in order, after checking that they are allowed."""
    cells = mechanism(market, stream(seed, "ties"))
    assert cells.shape == (len(cells), 2)
    dyads = tuple(sorted((int(i), int(j)) for i, j in cells))
    assert len(set(dyads)) == len(dyads)
    assert all(market.eligible[dyad] for dyad in dyads)
    i, j = np.array(dyads, dtype=int).reshape(-1, 2).T
    assert (np.bincount(i, minlength=market.shape[0]) <= market.mentee_capacity).all()
    assert (np.bincount(j, minlength=market.shape[1]) <= market.mentor_capacity).all()
    return dyads


def scores_of(market: Compatibility, dyads: Dyads) -> list[float]:
    """Return the joint scores from the worst up."""
    return sorted(round(float(market.joint()[dyad]), 9) for dyad in dyads)


def paired(dyads: Dyads) -> int:
    """Return how many people have a dyad."""
    return len({i for i, _ in dyads}) + len({j for _, j in dyads})


# The price of leaving somebody out ------------------------------------------------------------


@settings(max_examples=50)
@given(market=markets(largest=4, places=3), price=st.sampled_from(PRICES))
def test_the_price_is_paid_for_each_person_without_a_dyad(
    market: Compatibility, price: float
) -> None:
    def value(dyads: Dyads) -> float:
        return round(sum(scores_of(market, dyads)) + price * paired(dyads), 6)

    if price > 1e6:
        # Nobody adds one to 1e300: what is left is people first, and then the score.
        def value(dyads: Dyads) -> tuple[int, float]:
            return paired(dyads), round(sum(scores_of(market, dyads)), 6)

    dyads = run(OptimalAssignment("price", price=price), market)
    assert value(dyads) == max(map(value, all_matchings(market)))


@settings(max_examples=30)
@given(market=markets(largest=6, places=3))
def test_a_higher_price_never_leaves_more_people_out(market: Compatibility) -> None:
    found = [run(OptimalAssignment("price", price=price), market) for price in PRICES]
    assert all(paired(low) <= paired(high) for low, high in pairwise(found))
    totals = [sum(scores_of(market, dyads)) for dyads in found]
    assert all(high <= low + 1e-6 for low, high in pairwise(totals))


@settings(max_examples=30)
@given(market=markets(largest=6, places=1), seed=st.integers(0, 3))
def test_the_price_moves_from_the_best_total_to_the_most_pairs(
    market: Compatibility, seed: int
) -> None:
    low = run(OptimalAssignment("price"), market, seed)
    assert low == run(OptimalAssignment("score"), market, seed)
    high = run(OptimalAssignment("price", price=1e9), market, seed)
    most = run(OptimalAssignment("pairs"), market, seed)
    assert len(high) == len(most)
    assert sum(scores_of(market, high)) == pytest.approx(sum(scores_of(market, most)))


@settings(max_examples=30)
@given(market=markets(largest=5, places=3), seed=st.integers(0, 3))
def test_a_price_of_zero_is_the_aim_score_with_several_places_too(
    market: Compatibility, seed: int
) -> None:
    priced, plain = (
        OptimalAssignment(aim)(market, stream(seed, "ties")).tolist() for aim in ("price", "score")
    )
    assert priced == plain


def test_the_second_place_of_a_person_saves_nobody() -> None:
    # Mentor 1 would take both mentees; a price makes the second meet mentor 2 instead.
    market = Compatibility.from_scores(
        [[0.9, 0.1], [0.8, 0.3]], mentee_capacity=1, mentor_capacity=[2, 1]
    )
    assert run(OptimalAssignment("price"), market) == ((0, 0), (1, 0))
    assert run(OptimalAssignment("price", price=0.49), market) == ((0, 0), (1, 0))
    assert run(OptimalAssignment("price", price=0.51), market) == ((0, 0), (1, 1))


def test_the_price_is_exact_where_two_people_would_rather_meet_twice() -> None:
    for seed in range(25):
        rng = stream(seed, "twice")
        market = Compatibility.from_scores(
            rng.random((3, 3)) ** 4,
            eligible=rng.random((3, 3)) < 0.9,
            mentee_capacity=rng.integers(1, 3, 3),
            mentor_capacity=rng.integers(1, 3, 3),
        )
        values = [
            round(float(sum(market.joint()[dyad] for dyad in dyads)) + 0.2 * paired(dyads), 6)
            for dyads in (
                run(OptimalAssignment("price", price=0.2), market),
                *all_matchings(market),
            )
        ]
        assert values[0] == max(values)


def test_of_equal_totals_the_one_with_more_dyads_is_taken_in_single_precision_too() -> None:
    allowed = [[True, True], [True, False]]
    for kind in (np.float32, np.float64):
        table = np.array([[1.0, 0.5], [0.5, 0.0]], dtype=kind)
        market = Compatibility.from_scores(table, eligible=allowed)
        for seed in range(4):
            assert run(OptimalAssignment(), market, seed) == ((0, 1), (1, 0))


def test_a_price_needs_its_aim_and_a_number() -> None:
    with pytest.raises(PairingError, match=r"for the aim 'price' and would change nothing"):
        OptimalAssignment("pairs", price=0.5)
    for wrong in (-0.1, np.nan, np.inf):
        with pytest.raises(PairingError, match=r"`price` must be a finite number of zero or more"):
            OptimalAssignment("price", price=wrong)
    with pytest.raises(OptionError, match=r"must be one of 'pairs', 'price', 'score'"):
        OptimalAssignment("prices")


# The worst-off first --------------------------------------------------------------------------


@settings(max_examples=60)
@given(market=markets(largest=4, places=3), seed=st.integers(0, 3))
def test_leximin_and_bottleneck_are_those_of_exhaustive_search(
    market: Compatibility, seed: int
) -> None:
    every = [scores_of(market, dyads) for dyads in all_matchings(market)]
    got = scores_of(market, run(Leximin(), market, seed))
    assert (len(got), got) == max((len(scores), scores) for scores in every)
    got = scores_of(market, run(Bottleneck(), market, seed))
    best = max((len(s), min(s, default=0), round(sum(s), 8)) for s in every)
    assert (len(got), min(got, default=0), round(sum(got), 8)) == best


@settings(max_examples=25)
@given(market=markets(largest=5, places=1, ties=False))
def test_leximin_is_that_of_exhaustive_search_up_to_five_by_five(market: Compatibility) -> None:
    every = [scores_of(market, dyads) for dyads in all_matchings(market)]
    got = scores_of(market, run(Leximin(), market))
    assert (len(got), got) == max((len(scores), scores) for scores in every)


@pytest.mark.parametrize("levels", [2, 3, 7, 10_000])
def test_leximin_agrees_with_weights_that_are_exact(levels: int) -> None:
    # An oracle of its own: one assignment in which a dyad of each level outweighs all dyads of
    # the levels above it together, in whole numbers of any length, by going through columns.
    for seed in range(3):
        rng = stream(seed, "levels")
        n, m = 6, 8
        table = rng.integers(0, levels, (n, m))
        allowed = rng.random((n, m)) < 0.8
        market = Compatibility.from_scores(table.astype(float), eligible=allowed)
        rank = {value: k for k, value in enumerate(np.unique(table))}
        top = len(rank)
        best: dict[int, tuple[int, int]] = {0: (0, 0)}
        for j in range(m):
            after = dict(best)
            for used, (count, cost) in best.items():
                for i in range(n):
                    if allowed[i, j] and not used >> i & 1:
                        step = (n + 1) ** (top - rank[table[i, j]])
                        new = (count - 1, cost + step)
                        key = used | 1 << i
                        after[key] = min(after.get(key, new), new)
            best = after
        count, cost = min(best.values())
        got = [int(table[dyad]) for dyad in run(Leximin(), market, seed)]
        assert len(got) == -count
        assert sum((n + 1) ** (top - rank[value]) for value in got) == cost


def test_the_bisection_finds_the_worst_score_that_leximin_ends_with() -> None:
    for seed in range(4):
        rng = stream(seed, "popular")
        market = Compatibility.from_scores(
            rng.random(40) * rng.random((40, 1)) + 0.2 * rng.random((40, 40)),
            eligible=rng.random((40, 40)) < 0.7,
        )
        worst = [min(scores_of(market, run(kind, market))) for kind in (Bottleneck(), Leximin())]
        assert worst[0] == worst[1]


def test_a_flow_keeps_its_size_its_people_and_what_was_reached_so_far() -> None:
    for seed in range(12):
        rng = stream(seed, "flow")
        room, seats = rng.integers(1, 4, 6), rng.integers(1, 4, 8)
        allowed = rng.random((6, 8)) < 0.8
        market = Compatibility.from_scores(
            np.ones((6, 8)), eligible=allowed, mentee_capacity=room, mentor_capacity=seats
        )
        chosen = np.zeros((6, 8), dtype=bool)
        chosen[tuple(np.array(run(OptimalAssignment("pairs"), market)).T)] = True
        flow = open_flow(chosen, allowed, room=room, seats=seats)
        levels, counts = rng.integers(0, 6, (6, 8)), []
        for level in range(6):
            flow = with_fewest(flow, levels == level)
            counts.append((levels[flow.chosen] == level).sum())
            assert [(levels[flow.chosen] == k).sum() for k in range(level + 1)] == counts
            assert flow.chosen.sum() == chosen.sum()
            assert not (flow.chosen & ~allowed).any()
            for axis, places in ((0, room), (1, seats)):
                used = np.count_nonzero(flow.chosen, axis=1 - axis)
                assert used.tolist() == flow.used[axis].tolist()
                assert (used <= places).all()


def test_leximin_looks_past_the_worst_dyad_and_the_bottleneck_does_not() -> None:
    # Worst is 1 either way; the bottleneck takes 9 + 4, the worst-off first 6 + 6.
    table = [[1.0, 0.0, 0.0], [0.0, 9.0, 6.0], [0.0, 6.0, 4.0]]
    market = Compatibility.from_scores(table, eligible=np.array(table) > 0)
    assert scores_of(market, run(Bottleneck(), market)) == [1.0, 4.0, 9.0]
    assert scores_of(market, run(Leximin(), market)) == [1.0, 6.0, 6.0]


def test_the_bottleneck_of_costs_worked_by_hand() -> None:
    # With costs up to 4, row 1 needs column 0 and row 2 column 3, which leaves row 3 nothing.
    costs = np.array([[8, 2, 3, 3], [2, 7, 5, 8], [0, 9, 8, 4], [2, 5, 6, 3]])
    market = Compatibility.from_scores(9.0 - costs)
    for mechanism in (Bottleneck(), Leximin()):
        assert 9.0 - min(scores_of(market, run(mechanism, market))) == 5.0


def test_a_large_market_is_leximin_where_no_two_dyads_tie() -> None:
    # With different scores: a dyad must stay if without it, and all worse, there are too few.
    rng = stream(4, "market")
    n = 40
    market = Compatibility.from_scores(
        rng.random(n) + rng.random((n, n)), eligible=rng.random((n, n)) < 0.5
    )
    dyads = run(Leximin(), market)
    joint, kept = market.joint(), list(dyads)
    most = len(run(OptimalAssignment("pairs"), market))
    assert len(dyads) == most
    for dyad in sorted(dyads, key=joint.__getitem__):
        allowed = market.eligible & (joint > joint[dyad])
        for fixed in sorted(dyads, key=joint.__getitem__)[: most - len(kept)]:
            allowed[fixed[0], :] = allowed[:, fixed[1]] = False
        rest = Compatibility.from_scores(joint, eligible=allowed)
        assert len(run(OptimalAssignment("pairs"), rest)) < len(kept)
        kept.remove(dyad)


# The product ----------------------------------------------------------------------------------


@settings(max_examples=50)
@given(market=markets(largest=4, places=3), shift=st.sampled_from([0.0, 0.01, 0.5, 10.0]))
def test_the_product_is_that_of_exhaustive_search(market: Compatibility, shift: float) -> None:
    def value(dyads: Dyads) -> tuple[int, int, float]:
        shifted = [score + shift for score in scores_of(market, dyads) if score + shift > 0]
        return len(dyads), len(shifted), round(sum(map(log, shifted)), 7)

    got = value(run(NashWelfare(shift=shift), market))
    assert got == max(map(value, all_matchings(market)))


def test_the_product_does_not_depend_on_the_unit_and_lies_between_total_and_worst() -> None:
    table = np.array([[10.0, 4.0], [5.0, 1.0]])
    for unit in (1.0, 1e-6, 1e6):
        assert run(NashWelfare(), Compatibility.from_scores(table * unit)) == ((0, 1), (1, 0))
    assert run(OptimalAssignment(), Compatibility.from_scores(table)) == ((0, 0), (1, 1))
    # The product takes 10 x 2 over 4 x 4, the worst-off first does not.
    market = Compatibility.from_scores([[10.0, 4.0], [4.0, 2.0]])
    assert run(NashWelfare(), market) == ((0, 0), (1, 1))
    assert run(Leximin(), market) == ((0, 1), (1, 0))


def test_a_score_of_zero_is_avoided_without_a_shift_and_counts_with_one() -> None:
    market = Compatibility.from_scores([[1.0, 0.1], [0.1, 0.0]])
    assert run(NashWelfare(), market) == ((0, 1), (1, 0))
    assert run(NashWelfare(shift=0.2), market) == ((0, 0), (1, 1))
    nothing = Compatibility.from_scores(np.zeros((2, 2)))
    assert len(run(NashWelfare(), nothing)) == 2


def test_the_shift_must_be_a_number() -> None:
    for wrong in (-1.0, np.nan):
        with pytest.raises(PairingError, match=r"`shift` must be a finite number of zero or more"):
            NashWelfare(shift=wrong)


# What holds for all of them -------------------------------------------------------------------


@pytest.mark.parametrize("name", MECHANISMS)
@settings(max_examples=12)
@given(market=markets(largest=6, places=3))
def test_the_same_seed_gives_the_same_dyads_and_no_room_is_wasted(
    name: str, market: Compatibility
) -> None:
    dyads = run(MECHANISMS[name], market, 5)
    assert dyads == run(MECHANISMS[name], market, 5)
    i, j = np.array(dyads, dtype=int).reshape(-1, 2).T
    room = market.mentee_capacity - np.bincount(i, minlength=market.shape[0])
    seats = market.mentor_capacity - np.bincount(j, minlength=market.shape[1])
    for cell in np.argwhere(market.eligible):
        assert tuple(cell) in dyads or not (room[cell[0]] and seats[cell[1]])


@pytest.mark.parametrize("name", MECHANISMS)
def test_neither_names_nor_order_nor_precision_matter_without_ties(name: str) -> None:
    rng = stream(6, "scores")
    # Eighths are exact in single precision, and no two matchings are equally good.
    table = pd.DataFrame(2.0 ** -rng.permutation(20).reshape(4, 5) + rng.random((4, 5)).round(1))
    table = table.astype(np.float32).astype(float)
    labelled = table.set_axis(list("abcd"), axis=0).set_axis(list("ABCDE"), axis=1)
    reference = None
    for k in range(4):
        shuffled = labelled.iloc[rng.permutation(4), rng.permutation(5)]
        shuffled = shuffled.astype(np.float32 if k % 2 else np.float64)
        market = Compatibility.from_scores(shuffled)
        dyads = run(MECHANISMS[name], market, seed=k)
        named = {(market.mentee_ids[i], market.mentor_ids[j]) for i, j in dyads}
        reference = named if reference is None else reference
        assert named == reference


@pytest.mark.parametrize("name", MECHANISMS)
def test_ties_are_broken_by_chance(name: str) -> None:
    market = Compatibility.from_scores(np.ones((3, 1)))
    winners = [run(MECHANISMS[name], market, seed)[0][0] for seed in range(60)]
    assert min(np.bincount(winners, minlength=3)) >= 8


@pytest.mark.parametrize("name", MECHANISMS)
@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0), (3, 2)])
def test_where_nobody_may_meet_there_are_no_dyads(name: str, shape: tuple[int, int]) -> None:
    market = Compatibility.from_scores(np.ones(shape), eligible=np.zeros(shape, dtype=bool))
    assert run(MECHANISMS[name], market) == ()


@pytest.mark.parametrize("name", MECHANISMS)
def test_two_people_with_many_places_meet_once(name: str) -> None:
    market = Compatibility.from_scores(
        [[9.0, 1.0], [1.0, 1.0]], mentee_capacity=2, mentor_capacity=2
    )
    assert run(MECHANISMS[name], market) == ((0, 0), (0, 1), (1, 0), (1, 1))


@pytest.mark.parametrize("name", MECHANISMS)
def test_the_weight_decides_whose_score_counts(name: str) -> None:
    market = Compatibility.from_scores([[1.0, 0.1]], [[0.1, 1.0]])
    kind = type(MECHANISMS[name])
    for weight, dyad in ((1.0, (0, 0)), (0.0, (0, 1))):
        assert run(kind(weight=weight), market) == (dyad,)


def test_each_policy_is_the_best_at_what_it_promises() -> None:
    cohort = random_cohort(20, 20, 6)
    dyads = {
        name: pair(
            cohort, policy=Policy(name, DEFAULT_SCORE, ("same_unit",), mechanism), seed=1
        ).dyads["score"]
        for name, mechanism in (*MECHANISMS.items(), ("pairs", OptimalAssignment("pairs")))
    }
    assert len({len(scores) for name, scores in dyads.items() if not name.startswith("price")}) == 1
    worst = {name: scores.min() for name, scores in dyads.items()}
    assert worst["bottleneck"] == worst["leximin"] == max(worst.values())
    product = {name: np.log(scores).sum() for name, scores in dyads.items()}
    assert product["nash"] == pytest.approx(max(product[name] for name in ("nash", "pairs")))
    assert dyads["leximin"].sum() <= dyads["bottleneck"].sum() <= dyads["pairs"].sum() + 1e-9
