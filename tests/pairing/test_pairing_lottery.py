"""Capped lotteries: the value is the solver's own, sums are exact, the ids are the order."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pairing_cohorts import all_matchings, markets
from scipy.optimize import linprog

from revlab.errors import OptionError, PairingError
from revlab.pairing.assignment import OptimalAssignment
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.flow import best_flow, best_shares
from revlab.pairing.lottery import Lottery
from revlab.pairing.lottery_capped import capped_lottery, compare_lotteries, lottery_frontier
from revlab.pairing.lottery_grid import BITS, on_grid, units_of
from revlab.pairing.lottery_policy import LotteryDraw
from revlab.pairing.perturbed import perturbed_lottery
from revlab.rng import stream

CAPS = [1.0, 0.5, 0.3, 1 / 3, 0.07]


def dense(worth: np.ndarray, room: np.ndarray, seats: np.ndarray, cap: float) -> float:
    """Return the value of the whole programme by another method of the solver, all cells in it."""
    n, m = worth.shape
    limits = np.zeros((n + m, n * m))
    for i, j in product(range(n), range(m)):
        limits[i, i * m + j] = limits[n + j, i * m + j] = 1
    bounds = [(0, cap if paying else 0) for paying in (worth > 0).ravel()]
    answer = linprog(
        -worth.ravel(), A_ub=limits, b_ub=[*room, *seats], bounds=bounds, method="highs-ipm"
    )
    assert answer.success
    return -float(answer.fun)


def structured(n: int, m: int, seed: int) -> np.ndarray:
    """Return needs times offers, with near-ties and people whom everybody wants."""
    rng = stream(seed, "test structured")
    needs = rng.random((n, 12)) * (rng.random((n, 12)) < 0.3)
    offers = rng.random((m, 12)) * (rng.random((m, 12)) < 0.4)
    return needs @ offers.T


def random_market(seed: int) -> Compatibility:
    """Return a market of any kind: ties, zeros, forbidden dyads, several places or none."""
    rng = stream(seed, "test lottery")
    n, m = rng.integers(1, 26, 2)
    scores = [rng.random((n, m)), rng.integers(0, 4, (n, m)) / 3, structured(n, m, seed)][seed % 3]
    places = int(rng.integers(1, 4))
    return Compatibility.from_scores(
        scores,
        eligible=rng.random((n, m)) < rng.choice([0.3, 0.8, 1.0]),
        mentee_capacity=rng.integers(0, places + 1, n),
        mentor_capacity=rng.integers(0, places + 1, m),
    )


def check_rules(lottery: Lottery, fit: Compatibility, cap: float) -> None:
    """Check that the chances keep every rule, with sums that are exact numbers."""
    p = lottery.probability
    assert (p >= 0).all()
    assert p.max(initial=0) <= cap + 1e-9
    assert not p[~fit.eligible].any()
    for axis, capacity in ((1, fit.mentee_capacity), (0, fit.mentor_capacity)):
        load = p.sum(axis=axis)
        assert (load <= capacity).all()
        near = np.abs(load - np.rint(load)) < 1e-10
        assert (load[near] == np.rint(load[near])).all()
    assert (p * 2**BITS == units_of(p)).all()


# -- the programme -----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(60))
def test_the_value_is_that_of_the_whole_programme_solved_densely(seed: int) -> None:
    fit = random_market(seed)
    cap = CAPS[seed % len(CAPS)]
    lottery = capped_lottery(fit, cap=cap)
    check_rules(lottery, fit, cap)
    joint = np.where(fit.eligible, fit.joint(), 0.0)
    whole = dense(joint, fit.mentee_capacity, fit.mentor_capacity, cap)
    assert lottery.value == pytest.approx(whole, rel=1e-8, abs=1e-8)


@pytest.mark.parametrize("seed", range(30))
def test_pairs_first_has_the_most_expected_dyads_and_then_the_best_score(seed: int) -> None:
    fit = random_market(seed)
    cap = CAPS[seed % len(CAPS)]
    lottery = capped_lottery(fit, cap=cap, aim="pairs")
    check_rules(lottery, fit, cap)
    places = (fit.mentee_capacity, fit.mentor_capacity)
    most = dense(fit.eligible.astype(float), *places, cap)
    assert lottery.expected_dyads == pytest.approx(most, rel=1e-9, abs=1e-9)
    # With the number fixed by a large bonus of the test's own, the value is what is left.
    bonus = 100.0 * (1 + fit.joint().max(initial=0.0))
    total = dense(np.where(fit.eligible, fit.joint() + bonus, 0.0), *places, cap)
    assert lottery.value == pytest.approx(total - bonus * most, rel=1e-6, abs=1e-5)


@pytest.mark.parametrize("cap", [1.0, 0.6, 0.5])
def test_one_more_dyad_may_cost_every_score_of_a_long_chain(cap: float) -> None:
    # Mentee k fits mentor k; one more dyad is possible only if everybody moves on by one.
    n = 6
    fit = Compatibility.from_scores(
        np.eye(n + 1, n + 1, -1), eligible=np.eye(n + 1) + np.eye(n + 1, k=-1) > 0
    )
    lottery = capped_lottery(fit, cap=cap, aim="pairs")
    ones = np.ones(n + 1, dtype=int)
    most = dense(fit.eligible.astype(float), ones, ones, cap)
    assert lottery.expected_dyads == pytest.approx(most)
    if cap == 1:
        assert (lottery.expected_dyads, lottery.value) == (n + 1, 0)


@pytest.mark.parametrize("kind", ["independent", "structured"])
@pytest.mark.parametrize("cap", [0.5, 0.13])
def test_cells_are_added_until_no_other_could_pay(kind: str, cap: float) -> None:
    rng = stream(3, "test large")
    worth = rng.random((70, 90)) if kind == "independent" else structured(70, 90, 3)
    room, seats = rng.integers(0, 3, 70), rng.integers(0, 3, 90)
    shares = best_shares(worth, room, seats, cap=cap)
    assert (shares * worth).sum() == pytest.approx(dense(worth, room, seats, cap), rel=1e-9)


@given(markets(largest=4), st.sampled_from(["score", "pairs"]))
def test_a_cap_of_one_is_the_best_matching(market: Compatibility, aim: str) -> None:
    lottery = capped_lottery(market, cap=1, aim=aim)
    best = OptimalAssignment(aim)(market, stream(1, "ties"))
    joint = market.joint()[best[:, 0], best[:, 1]].sum()
    assert lottery.value == pytest.approx(joint)
    assert lottery.optimum == pytest.approx(joint)
    assert lottery.price == pytest.approx(1.0)
    assert (lottery.probability % 1 == 0).all()
    if aim == "pairs":
        assert lottery.expected_dyads == len(best)


@given(markets(largest=3), st.sampled_from([0.5, 0.3, 0.8]))
def test_a_lottery_is_at_least_as_good_as_any_mixture_under_the_cap(
    market: Compatibility, cap: float
) -> None:
    # The lotteries are exactly the mixtures of matchings: the programme over all of those.
    every = all_matchings(market)
    tables = np.zeros((len(every), *market.shape))
    for k, cells in enumerate(every):
        for i, j in cells:
            tables[k, i, j] = 1
    flat = tables.reshape(len(every), -1)
    answer = linprog(
        -(flat @ market.joint().ravel()), A_ub=flat.T, b_ub=np.full(flat.shape[1], cap),
        A_eq=np.ones((1, len(every))), b_eq=[1], bounds=(0, 1), method="highs",
    )  # fmt: skip
    assert capped_lottery(market, cap=cap).value == pytest.approx(-answer.fun, abs=1e-7)


@given(markets(largest=5), st.sampled_from([1.0, 0.5, 0.3]))
def test_no_allowed_dyad_could_be_likelier_for_nothing(market: Compatibility, cap: float) -> None:
    p = capped_lottery(market, cap=cap).probability
    left = [
        capacity - p.sum(axis=axis) > 1e-8
        for axis, capacity in ((1, market.mentee_capacity), (0, market.mentor_capacity))
    ]
    open_ = market.eligible & (p < cap - 1e-8) & left[0][:, None] & left[1]
    assert not open_.any()


def test_the_order_of_the_rows_changes_nothing_even_with_ties() -> None:
    rng = stream(8, "test order")
    scores = pd.DataFrame(
        rng.integers(0, 3, (9, 8)) / 2, index=list("abcdefghi"), columns=list("ABCDEFGH")
    )
    shuffled = scores.iloc[rng.permutation(9), rng.permutation(8)]
    one, other = (capped_lottery(Compatibility.from_scores(s), cap=0.3) for s in (scores, shuffled))
    pd.testing.assert_frame_equal(one.to_frame(), other.to_frame(), check_exact=True)
    first, second = (lottery.draw_many(5, stream(1, "draw")) for lottery in (one, other))
    pd.testing.assert_frame_equal(first.to_frame(), second.to_frame(), check_exact=True)


def test_new_names_change_nothing_where_there_are_no_ties() -> None:
    scores = structured(9, 9, 4) + 1e-3 * stream(4, "test names").random((9, 9))
    one = capped_lottery(Compatibility.from_scores(scores), cap=0.4)
    names = [f"x{k}" for k in (3, 1, 4, 0, 5, 8, 2, 6, 7)]
    table = pd.DataFrame(scores, index=names, columns=names[::-1])
    other = capped_lottery(Compatibility.from_scores(table), cap=0.4)
    assert np.abs(one.probability - other.probability).max() < 1e-9


def test_single_precision_scores_give_the_same_lottery() -> None:
    scores = stream(6, "test precision").random((8, 8)).astype(np.float32)
    one, other = (
        capped_lottery(Compatibility.from_scores(table), cap=0.3)
        for table in (scores, scores.astype(float))
    )
    assert (one.probability == other.probability).all()


def test_a_cap_that_leaves_places_empty_is_explained() -> None:
    scores = stream(1, "test small").random((6, 6))
    small = capped_lottery(Compatibility.from_scores(scores), cap=0.1)
    assert small.expected_dyads == pytest.approx(3.6)
    assert small.notes == (
        "the cap of 0.1 leaves places empty: 3.60 dyads are expected, 6 are made without it",
    )
    assert capped_lottery(Compatibility.from_scores(scores), cap=0.2, aim="pairs").notes == ()


@pytest.mark.parametrize("sizes", [(0, 3), (3, 0), (0, 0)])
def test_an_empty_side_gives_a_lottery_without_dyads(sizes: tuple[int, int]) -> None:
    fit = Compatibility.from_scores(np.ones(sizes))
    for lottery in (capped_lottery(fit, cap=0.5), perturbed_lottery(fit, strength=0.2)):
        assert (lottery.expected_dyads, lottery.support, lottery.entropy) == (0, 0, 0)
        assert (lottery.price, lottery.notes) == (1.0, ())
        assert lottery.draw_cells(stream(1, "draw")).shape == (0, 2)


def test_all_forbidden_gives_a_lottery_without_dyads() -> None:
    fit = Compatibility.from_scores(np.ones((2, 3)), eligible=np.zeros((2, 3), dtype=bool))
    assert capped_lottery(fit, cap=0.5).support == 0
    assert perturbed_lottery(fit, loss=0.1).support == 0


def test_scores_of_zero_are_allowed_dyads() -> None:
    fit = Compatibility.from_scores(np.zeros((3, 3)), eligible=~np.eye(3, dtype=bool))
    for aim in ("score", "pairs"):
        lottery = capped_lottery(fit, cap=0.5, aim=aim)
        assert lottery.expected_dyads == 3
        assert not np.diag(lottery.probability).any()


def test_the_textbook_case_of_two_and_two() -> None:
    # Swapping loses 1.5 - 0.9 = 0.6; with the better swap capped at q, it happens with chance q.
    fit = Compatibility.from_scores([[0.9, 0.8], [0.8, 0.1]])
    frame = lottery_frontier(fit, [1.0, 0.8, 0.5])
    assert frame["value"].tolist() == pytest.approx([1.6, 1.6 * 0.8 + 0.2, 1.3])
    assert frame["support"].tolist() == [2, 4, 4]
    assert frame["entropy"].tolist() == pytest.approx(
        [0.0, -4 * 0.5 * (0.8 * np.log(0.8) + 0.2 * np.log(0.2)), 2 * np.log(2)]
    )


def test_the_frontier_falls_with_the_cap_and_needs_none() -> None:
    fit = Compatibility.from_scores(structured(20, 20, 1))
    frame = lottery_frontier(fit, [1.0, 0.7, 0.5, 0.3, 0.2, 0.1, 0.05])
    assert frame["price"].iloc[0] == pytest.approx(1.0)
    assert (np.diff(frame["price"]) < 0).all()
    # Jecmen et al. 2020: the value is concave in the cap.
    slope = np.diff(frame["value"]) / np.diff(frame["cap"])
    assert (np.diff(slope) > -1e-9).all()
    assert list(lottery_frontier(fit, [])) == list(frame)


# -- the former flow and the grid --------------------------------------------------------------


def test_the_transport_problem_without_a_lottery_is_as_it_was() -> None:
    rng = stream(2, "test flow")
    worth, room, seats = rng.random((12, 9)), rng.integers(0, 4, 12), rng.integers(0, 4, 9)
    cells = best_flow(worth, room, seats)
    shares = best_shares(worth, room, seats, cap=1.0)
    assert sorted(map(tuple, cells.tolist())) == sorted(map(tuple, np.argwhere(shares > 0.5)))
    assert best_flow(np.zeros((2, 2)), np.ones(2, int), np.ones(2, int)).shape == (0, 2)


@pytest.mark.parametrize("seed", range(20))
def test_the_grid_keeps_whole_sums_and_moves_little(seed: int) -> None:
    rng = stream(seed, "test grid")
    n = int(rng.integers(1, 30))
    mixture = rng.dirichlet(np.ones(n + 3))
    table = sum(w * np.eye(n)[rng.permutation(n)] for w in mixture)
    moved = on_grid(np.asarray(table))
    assert (moved.sum(axis=0) == 1).all()
    assert (moved.sum(axis=1) == 1).all()
    assert np.abs(moved - table).max() < 1e-9
    assert (on_grid(moved) == moved).all()


def test_chances_of_a_few_units_stay_what_they_are() -> None:
    # The large ones take up what rounding leaves, so a tiny one is not lost to it.
    tiny = 5 / 2**BITS
    shift = [np.roll(np.eye(7), k, axis=1) for k in range(4)]
    table = (1 - tiny) * (shift[0] + shift[1] + shift[2]) / 3 + tiny * shift[3]
    assert (on_grid(table)[shift[3] > 0] == tiny).all()


def test_the_grid_leaves_other_sums_where_they_are() -> None:
    table = np.array([[0.3, 0.3], [0.3, 0.7]])
    moved = on_grid(table)
    assert moved[1].sum() == 1.0
    assert moved[:, 1].sum() == 1.0
    assert moved[0].sum() == pytest.approx(0.6)
    assert np.abs(moved - table).max() < 1e-11
    assert not on_grid(np.full((2, 2), 1e-14)).any()


# -- the noun ----------------------------------------------------------------------------------


def lottery(**changes: object) -> Lottery:
    """Return a small lottery with changes."""
    given = {
        "policy": "by hand", "mentee_ids": ["m", "n"], "mentor_ids": ["a", "b", "c"],
        "probability": np.array([[0.5, 0.25, 0], [0.5, 0, 0.5]]),
        "mentee_capacity": [1, 2], "mentor_capacity": [1, 1, 1], "value": 1.5, "optimum": 2.0,
    }  # fmt: skip
    return Lottery(**(given | changes))


def test_a_lottery_tells_what_it_is() -> None:
    made = lottery()
    assert repr(made) == (
        "Lottery for 'by hand' (given, cap 1): 1.75 expected dyads of 2 mentees and 3 mentors, "
        "none likelier than 0.50; the expected score is 75.0% of the optimum"
    )
    assert made.support == 4
    assert made.entropy == pytest.approx(2 * np.log(2))
    assert made.largest_of_mentees.to_dict() == {"m": 0.5, "n": 0.5}
    assert made.largest_of_mentors.to_dict() == {"a": 0.5, "b": 0.25, "c": 0.5}
    assert made.to_frame().to_numpy().tolist() == [
        ["m", "a", 0.5], ["m", "b", 0.25], ["n", "a", 0.5], ["n", "c", 0.5],
    ]  # fmt: skip


def test_a_lottery_cannot_be_changed() -> None:
    table = np.array([[0.5, 0.25, 0], [0.5, 0, 0.5]])
    made = lottery(probability=table)
    table[0, 0] = 1.0
    assert made.probability[0, 0] == 0.5
    with pytest.raises(ValueError, match="read-only"):
        made.probability[0, 0] = 0.1


BAD = [
    ({"cap": 0.4}, "3 of the chances are outside 0 to the cap of 0.4, first 0.5 of mentee 'm'"),
    ({"cap": 0}, "`cap` must be above 0 and at most 1, got 0"),
    ({"cap": float("nan")}, "`cap` must be above 0 and at most 1, got nan"),
    ({"mentee_capacity": [0, 1]}, "the chances of mentee 'm' add up to 0.75, above the capacity"),
    ({"mentor_capacity": [0, 1, 1]}, "the chances of mentor 'a' add up to 1, above the capacity"),
    ({"mentee_ids": ["m", "m"]}, "mentee id 'm' appears twice"),
    ({"value": float("inf")}, "`value` must be finite and zero or more, got inf"),
    ({"optimum": -1.0}, "`optimum` must be finite and zero or more"),
    ({"probability": np.zeros((2, 2))}, r"must have shape \(2, 3\) \(mentees, mentors\)"),
    ({"probability": np.array([[np.nan, 0, 0], [0, 0, 0]])}, "first nan of mentee 'm'"),
    ({"mentee_capacity": [1]}, "`mentee_capacity` must hold 2 numbers"),
    ({"mentee_capacity": [0.5, 1]}, "must hold whole numbers"),
]


@pytest.mark.parametrize(("changes", "message"), BAD)
def test_what_a_lottery_cannot_be_is_said(changes: dict[str, object], message: str) -> None:
    with pytest.raises(PairingError, match=message):
        lottery(**changes)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(PairingError, match=r"cap.*twice.*add up to"):
        lottery(cap=2, mentee_ids=["m", "m"], mentor_capacity=[0, 1, 1])


@pytest.mark.parametrize("cap", [0, -1, 1.1, 50, float("nan"), 1e-9])
def test_a_cap_is_a_chance(cap: float) -> None:
    fit = Compatibility.from_scores(np.ones((2, 2)))
    for call in (
        lambda: capped_lottery(fit, cap=cap),
        lambda: perturbed_lottery(fit, strength=0.1, cap=cap),
        lambda: LotteryDraw(cap=cap),
    ):
        with pytest.raises(OptionError, match="`cap` must be from 1e-06 to 1"):
            call()


def test_an_aim_is_one_of_two() -> None:
    with pytest.raises(OptionError, match="`aim` must be one of 'pairs', 'score'"):
        capped_lottery(Compatibility.from_scores([[1.0]]), cap=0.5, aim="scores")
    with pytest.raises(OptionError, match="`aim` must be one of"):
        LotteryDraw(aim="best")
    with pytest.raises(OptionError, match="`strength` must be from 0 to"):
        LotteryDraw(strength=0.7)


def test_lotteries_of_both_kinds_stand_side_by_side() -> None:
    fit = Compatibility.from_scores(structured(15, 15, 2))
    capped = capped_lottery(fit, cap=0.5, policy="one")
    smooth = perturbed_lottery(fit, loss=1 - capped.price, policy="two")
    frame = compare_lotteries([capped, smooth])
    assert frame["kind"].tolist() == ["capped", "perturbed"]
    assert frame["policy"].tolist() == ["one", "two"]
    # At the same price the smooth one is more spread, which is what it is for (Xu et al. 2023).
    assert frame["price"].iloc[1] >= frame["price"].iloc[0] - 1e-9
    assert frame["entropy"].is_monotonic_increasing
    assert frame["support"].is_monotonic_increasing
