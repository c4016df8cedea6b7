"""Top trading cycles: the printed example, efficiency and truthfulness by exhaustive search."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pairing_cohorts import all_matchings, markets
from test_pairing_textbook import market_of

from revlab.errors import OptionError
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.mechanisms import SerialDictatorship
from revlab.pairing.trading_cycles import TopTradingCycles
from revlab.rng import stream

SIDES = ("mentees", "mentors")
Pairs = tuple[tuple[int, int], ...]

# The example with eight students (mentees) and four schools (mentors) of Abdulkadiroglu and
# Sonmez 2003, with two, two, three and three places.
SCHOOL_CHOICE = (
    [
        [2, 1, 3, 4], [1, 2, 3, 4], [3, 2, 1, 4], [3, 4, 1, 2],
        [1, 3, 4, 2], [4, 1, 2, 3], [1, 2, 3, 4], [1, 2, 4, 3],
    ],
    [
        [1, 2, 3, 4, 5, 6, 7, 8], [3, 5, 4, 8, 7, 2, 1, 6],
        [5, 3, 1, 7, 2, 8, 6, 4], [6, 8, 7, 4, 2, 3, 5, 1],
    ],
)  # fmt: skip


def run(fit: Compatibility, side: str = "mentees", seed: int = 1) -> Pairs:
    """Run the mechanism and return its dyads in order."""
    cells = TopTradingCycles(side)(fit, stream(seed, "ties"))
    assert cells.shape == (len(cells), 2)
    return tuple(sorted((int(i), int(j)) for i, j in cells))


def one_place_of_the_choosers(fit: Compatibility) -> Compatibility:
    """Return the market in which mentees have at most one place."""
    return Compatibility.from_scores(
        fit.mentee_score,
        fit.mentor_score,
        eligible=fit.eligible,
        mentee_capacity=np.minimum(fit.mentee_capacity, 1),
        mentor_capacity=fit.mentor_capacity,
    )


def gains(fit: Compatibility, pairs: Pairs) -> np.ndarray:
    """Return each mentee's score for their partner, -1 for nobody."""
    held = np.full(fit.shape[0], -1.0)
    for i, j in pairs:
        held[i] = fit.mentee_score[i, j]
    return held


def trade_slowly(fit: Compatibility) -> Pairs:
    """Trade round by round from the definition, all rings of a round at once; strict scores."""
    room, seats = fit.mentee_capacity.copy(), fit.mentor_capacity.copy()
    possible, chosen = fit.eligible.copy(), []
    while True:
        still = possible & (room > 0)[:, None] & (seats > 0)
        if not still.any():
            return tuple(sorted(chosen))
        mine = np.where(still, fit.mentee_score, -1.0).argmax(axis=1)
        theirs = np.where(still, fit.mentor_score, -1.0).argmax(axis=0)
        for i in np.flatnonzero(still.any(axis=1)):
            follow = int(theirs[mine[i]])
            for _ in range(len(room)):
                if follow == i:
                    break
                follow = int(theirs[mine[follow]])
            if follow == i:
                chosen.append((int(i), int(mine[i])))
        for i, j in chosen:
            if possible[i, j]:
                possible[i, j] = False
                room[i] -= 1
                seats[j] -= 1


@settings(max_examples=100)
@given(fit=markets(largest=6, ties=False, places=3))
def test_the_result_is_that_of_the_definition_round_by_round(fit: Compatibility) -> None:
    assert run(fit) == trade_slowly(fit)
    swapped = Compatibility.from_scores(
        fit.mentor_score.T,
        fit.mentee_score.T,
        eligible=fit.eligible.T,
        mentee_capacity=fit.mentor_capacity,
        mentor_capacity=fit.mentee_capacity,
    )
    assert run(fit, "mentors") == tuple(sorted((i, j) for j, i in run(swapped)))


def test_the_printed_example_of_school_choice() -> None:
    pairs = run(market_of(SCHOOL_CHOICE, (1, [2, 2, 3, 3])))
    assert [j + 1 for _, j in pairs] == [2, 1, 3, 3, 1, 4, 2, 4]


def test_a_house_market_is_traded_to_its_core() -> None:
    # Everybody owns the mentor of the same number (who likes them best); three trade in a ring.
    wishes = [[2, 1, 3, 4], [3, 2, 1, 4], [1, 3, 2, 4], [1, 2, 4, 3]]
    owners = [[1, 2, 3, 4], [2, 1, 3, 4], [3, 1, 2, 4], [4, 1, 2, 3]]
    assert run(market_of((wishes, owners))) == ((0, 1), (1, 2), (2, 0), (3, 3))


@settings(max_examples=60)
@given(fit=markets(largest=4, ties=False, places=2))
def test_with_one_place_each_nobody_can_gain_unless_somebody_loses(fit: Compatibility) -> None:
    fit = one_place_of_the_choosers(fit)
    got = gains(fit, run(fit))
    for pairs in all_matchings(fit):
        other = gains(fit, pairs)
        assert not ((other >= got).all() and (other > got).any())


def lies(fit: Compatibility, mentee: int) -> list[Compatibility]:
    """Return the markets after every list that a mentee could hand in: orders and shorter ones."""
    partners = np.flatnonzero(fit.eligible[mentee])
    told = []
    for size in range(len(partners) + 1):
        for order in permutations(partners, size):
            score, eligible = fit.mentee_score.copy(), fit.eligible.copy()
            eligible[mentee] = False
            eligible[mentee, list(order)] = True
            score[mentee, list(order)] = np.arange(len(order), 0, -1)
            told.append(
                Compatibility.from_scores(
                    score,
                    fit.mentor_score,
                    eligible=eligible,
                    mentee_capacity=fit.mentee_capacity,
                    mentor_capacity=fit.mentor_capacity,
                )
            )
    return told


@settings(max_examples=25)
@given(fit=markets(largest=4, ties=False, places=2), who=st.integers(0, 3))
def test_with_one_place_nobody_gains_by_handing_in_another_list(
    fit: Compatibility, who: int
) -> None:
    fit = one_place_of_the_choosers(fit)
    mentee = who % fit.shape[0]
    honest = gains(fit, run(fit))[mentee]
    for told in lies(fit, mentee):
        assert gains(fit, run(told))[mentee] <= honest


@pytest.mark.parametrize("side", SIDES)
@given(fit=markets(largest=6, places=3), seed=st.integers(0, 3))
def test_rules_and_capacities_are_kept_no_dyad_can_be_added_and_best_friends_meet(
    side: str, fit: Compatibility, seed: int
) -> None:
    pairs = run(fit, side, seed)
    assert len(set(pairs)) == len(pairs)
    assert all(fit.eligible[cell] for cell in pairs)
    room = fit.mentee_capacity - np.bincount([i for i, _ in pairs], minlength=fit.shape[0])
    seats = fit.mentor_capacity - np.bincount([j for _, j in pairs], minlength=fit.shape[1])
    assert (room >= 0).all()
    assert (seats >= 0).all()
    able = fit.eligible & (fit.mentee_capacity > 0)[:, None] & (fit.mentor_capacity > 0)
    for i, j in np.argwhere(able):
        assert (i, j) in pairs or not (room[i] and seats[j])
        mine = np.delete(fit.mentee_score[i], j)[np.delete(able[i], j)]
        theirs = np.delete(fit.mentor_score[:, j], i)[np.delete(able[:, j], i)]
        if (mine < fit.mentee_score[i, j]).all() and (theirs < fit.mentor_score[i, j]).all():
            assert (i, j) in pairs


def test_with_one_common_priority_it_is_a_dictatorship_in_that_order() -> None:
    rng = stream(3, "scores")
    priority = np.tile(np.linspace(1, 0.1, 12)[:, None], (1, 9))
    fit = Compatibility.from_scores(rng.random((12, 9)), priority)
    taken: set[int] = set()
    for i, j in run(fit):
        free = [k for k in range(9) if k not in taken]
        assert j == max(free, key=lambda k: fit.mentee_score[i, k])
        taken.add(j)
    assert len(run(fit)) == 9 == len(SerialDictatorship()(fit, stream(1, "ties")))


def test_with_several_places_truthfulness_is_not_promised_and_fails() -> None:
    # A mentee with two places may gain by a lie; the docstring promises nothing here.
    found = False
    for seed in range(60):
        rng = stream(seed, "market")
        fit = Compatibility.from_scores(
            rng.random((3, 3)), rng.random((3, 3)), mentee_capacity=2, mentor_capacity=[1, 2, 1]
        )
        honest = sorted((fit.mentee_score[c] for c in run(fit) if c[0] == 0), reverse=True)
        for told in lies(fit, 0):
            got = sorted((fit.mentee_score[c] for c in run(told) if c[0] == 0), reverse=True)
            if len(got) >= len(honest) and got != honest:
                found |= all(a >= b for a, b in zip(got, honest, strict=False))
    assert found


def test_ties_are_broken_by_chance_and_not_by_place_in_the_table() -> None:
    for side in SIDES:
        fit = Compatibility.from_scores(np.ones((3, 1)))
        assert {run(fit, side, seed)[0][0] for seed in range(30)} == {0, 1, 2}


def test_an_unknown_side_is_refused() -> None:
    with pytest.raises(OptionError, match=r"`side` must be one of 'mentees', 'mentors'; got 'x'"):
        TopTradingCycles("x")
