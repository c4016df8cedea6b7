"""Deferred acceptance on the scores as they are, against the plain form that copies and writes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pairing_cohorts import blocks

from revlab.pairing import proposals as module
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.market import deferred, market
from revlab.pairing.mechanisms import DeferredAcceptance
from revlab.pairing.proposals import proposals
from revlab.rng import stream

SIDES = ["mentees", "mentors"]


def plain(fit: Compatibility, seed: int, side: str) -> list[list[int]]:
    """Return what is kept when both tables are put in random order and refusals written in."""
    moves = market(fit, stream(seed, "ties"), side)
    return moves.cells(deferred(moves) if moves.own.size else []).tolist()


def found(fit: Compatibility, seed: int, side: str) -> list[list[int]]:
    """Return what the mechanism chooses."""
    return DeferredAcceptance(side)(fit, stream(seed, "ties")).tolist()


@st.composite
def tied_markets(draw: st.DrawFn) -> Compatibility:
    """Draw markets full of ties, zeros, forbidden dyads and capacities on both sides."""
    n, m = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    steps = draw(st.integers(1, 5))
    kind = draw(st.sampled_from([np.float32, np.float64]))
    own, others = (rng.integers(0, steps, (n, m)) / steps for _ in range(2))
    if draw(st.booleans()):
        own = rng.random((n, m))
    places = draw(st.integers(1, 4))
    return Compatibility.from_scores(
        own.astype(kind),
        others.astype(kind),
        eligible=rng.random((n, m)) < draw(st.sampled_from([0.3, 0.8, 1.0])),
        mentee_capacity=rng.integers(0, places + 1, n),
        mentor_capacity=rng.integers(0, places + 1, m),
    )


@pytest.mark.parametrize("small", [0, 10**6], ids=["as they are", "in random order"])
@pytest.mark.parametrize("side", SIDES)
@settings(max_examples=100)
@given(fit=tied_markets(), seed=st.integers(0, 50))
def test_the_dyads_are_those_of_the_plain_form(
    small: int, side: str, fit: Compatibility, seed: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_SMALL", small)
        patch.setattr(module, "_BLOCK", 3)
        assert sorted(found(fit, seed, side)) == sorted(plain(fit, seed, side))


@pytest.mark.parametrize("small", [0, 10**6], ids=["as they are", "in random order"])
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("seed", range(4))
def test_the_cells_come_in_the_order_of_the_plain_form(
    small: int, side: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SMALL", small)
    rng = stream(seed, "test order")
    fit = Compatibility.from_scores(
        rng.integers(0, 9, (60, 50)) / 9,
        rng.integers(0, 9, (60, 50)) / 9,
        eligible=rng.random((60, 50)) < 0.7,
        mentee_capacity=rng.integers(0, 3, 60),
        mentor_capacity=rng.integers(0, 3, 50),
    )
    assert found(fit, seed, side) == plain(fit, seed, side)
    assert len(found(fit, seed, side)) > 20


@pytest.mark.parametrize("side", SIDES)
def test_a_large_market_where_all_want_the_same_people_is_stable(side: str) -> None:
    rng = stream(1, "test large")
    n = 300
    wanted, keen = rng.random(n), rng.random(n)[:, None]
    fit = Compatibility.from_scores(
        np.round(0.7 * wanted + 0.3 * rng.random((n, n)), 2),
        np.round(0.7 * keen + 0.3 * rng.random((n, n)), 2),
    )
    cells = found(fit, 3, side)
    assert len(cells) == n
    assert cells == plain(fit, 3, side)
    i, j = np.array(cells).T
    own, others = np.empty(n), np.empty(n)
    own[i], others[j] = fit.mentee_score[i, j], fit.mentor_score[i, j]
    assert not ((fit.mentee_score > own[:, None]) & (fit.mentor_score > others)).any()


@pytest.mark.parametrize("side", SIDES)
def test_where_everything_ties_the_first_in_the_random_orders_meet(side: str) -> None:
    fit = Compatibility.from_scores(np.zeros((40, 30), dtype="float32"))
    assert found(fit, 2, side) == plain(fit, 2, side)
    assert blocks(fit, tuple(map(tuple, found(fit, 2, side)))) == []


@pytest.mark.parametrize("side", SIDES)
def test_the_layout_of_the_tables_plays_no_part(side: str) -> None:
    rng = stream(4, "test layout")
    one, other = rng.random((2, 30, 40))
    expected = found(Compatibility.from_scores(one, other), 1, side)
    for layout in (np.asfortranarray, lambda table: np.repeat(table, 2, axis=1)[:, ::2]):
        fit = Compatibility.from_scores(layout(one), layout(other))
        assert found(fit, 1, side) == expected
    assert found(Compatibility.from_scores(one.tolist(), other.tolist()), 1, side) == expected


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
def test_an_empty_side_gives_no_dyads(side: str, shape: tuple[int, int]) -> None:
    fit = Compatibility.from_scores(np.zeros(shape))
    assert DeferredAcceptance(side)(fit, stream(1, "ties")).shape == (0, 2)


def test_nothing_is_written_into_the_compatibility() -> None:
    rng = stream(5, "test written")
    tables = [rng.integers(0, 3, (20, 20)) / 3 for _ in range(2)]
    fit = Compatibility.from_scores(*tables, eligible=rng.random((20, 20)) < 0.6)
    before = [table.copy() for table in (fit.mentee_score, fit.mentor_score, fit.eligible)]
    for side in SIDES:
        for table in (fit.mentee_score, fit.mentor_score, fit.eligible):
            table.setflags(write=False)
        found(fit, 1, side)
    after = (fit.mentee_score, fit.mentor_score, fit.eligible)
    assert all((one == other).all() for one, other in zip(before, after, strict=True))


def test_where_mentees_propose_large_tables_are_used_as_they_are() -> None:
    scores = stream(6, "test shared").random((1001, 1001))
    fit = Compatibility.from_scores(scores)
    asked = proposals(fit, stream(1, "ties"), "mentees")
    assert np.shares_memory(asked.own, scores)
    assert np.shares_memory(asked.others, scores)
