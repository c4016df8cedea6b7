"""Perturbed lotteries: what is maximised is maximal, and a stated loss is kept."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pairing_cohorts import markets
from scipy.optimize import LinearConstraint, linprog, minimize

from revlab.errors import OptionError
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.lottery_capped import capped_lottery
from revlab.pairing.perturbed import perturbed_lottery
from revlab.pairing.spread_flow import spread_shares
from revlab.rng import stream


def worth_of(fit: Compatibility, chance: np.ndarray, strength: float) -> float:
    """Return what is maximised: the sum of score * (chance - strength * chance**2)."""
    joint = np.where(fit.eligible, fit.joint(), 0.0)
    square = np.maximum(joint, 0.01 * joint.max(initial=0.0))
    return float((joint * chance - strength * square * chance**2).sum())


def town(n: int, m: int, seed: int) -> Compatibility:
    """Return a market with forbidden dyads and some people with two places."""
    rng = stream(seed, "test smooth")
    needs = rng.random((n, 10)) * (rng.random((n, 10)) < 0.4)
    offers = rng.random((m, 10)) * (rng.random((m, 10)) < 0.4)
    return Compatibility.from_scores(
        needs @ offers.T,
        eligible=rng.random((n, m)) < 0.85,
        mentee_capacity=rng.integers(1, 3, n),
        mentor_capacity=rng.integers(1, 3, m),
    )


@pytest.mark.parametrize("cap", [1.0, 0.4])
@pytest.mark.parametrize("strength", [0.5, 0.1, 0.01])
@pytest.mark.parametrize("seed", range(3))
def test_no_small_change_is_better(seed: int, strength: float, cap: float) -> None:
    # A concave total is largest where no direction among all lotteries improves its slope.
    fit = town(14, 11, seed)
    p = perturbed_lottery(fit, strength=strength, cap=cap).probability
    joint = np.where(fit.eligible, fit.joint(), 0.0)
    slope = joint - 2 * strength * np.maximum(joint, 0.01 * joint.max()) * p
    n, m = fit.shape
    limits = np.vstack([np.kron(np.eye(n), np.ones(m)), np.kron(np.ones(n), np.eye(m))])
    places = np.concatenate([fit.mentee_capacity, fit.mentor_capacity])
    bounds = [(0, cap if allowed else 0) for allowed in fit.eligible.ravel()]
    best = linprog(-slope.ravel(), A_ub=limits, b_ub=places, bounds=bounds, method="highs")
    assert -best.fun - (slope * p).sum() < 1e-4


def test_the_total_is_that_of_a_general_optimiser() -> None:
    fit = Compatibility.from_scores(stream(1, "test smooth").random((4, 3)))
    n = 12
    limits = np.vstack([np.kron(np.eye(4), np.ones(3)), np.kron(np.ones(4), np.eye(3))])
    found = minimize(
        lambda x: -worth_of(fit, x.reshape(4, 3), 0.3), np.full(n, 0.2), method="SLSQP",
        bounds=[(0, 1)] * n, constraints=LinearConstraint(limits, -np.inf, 1),
        options={"ftol": 1e-12, "maxiter": 500},
    )  # fmt: skip
    mine = perturbed_lottery(fit, strength=0.3).probability
    assert worth_of(fit, mine, 0.3) == pytest.approx(-found.fun, abs=1e-6)
    assert np.abs(mine.ravel() - found.x).max() < 1e-3


@pytest.mark.parametrize("loss", [0.001, 0.01, 0.05, 0.2])
@pytest.mark.parametrize("seed", range(3))
def test_the_stated_loss_is_kept_and_used(seed: int, loss: float) -> None:
    fit = town(20, 20, seed)
    lottery = perturbed_lottery(fit, loss=loss)
    assert lottery.kind == "perturbed"
    assert lottery.price >= 1 - loss - 1e-9
    if lottery.strength < 0.5:
        assert lottery.price <= 1 - 0.9 * loss


def test_more_strength_spreads_more_and_costs_more() -> None:
    fit = town(15, 15, 4)
    lotteries = [perturbed_lottery(fit, strength=s) for s in (0.0, 0.01, 0.1, 0.3, 0.5)]
    assert (np.diff([each.price for each in lotteries]) < 1e-6).all()
    assert (np.diff([each.entropy for each in lotteries]) > -1e-6).all()
    assert lotteries[0].value == pytest.approx(capped_lottery(fit, cap=1).value)


def test_without_any_loss_nothing_is_left_to_chance_but_ties() -> None:
    fit = town(8, 8, 5)
    assert perturbed_lottery(fit, loss=0.0).price == pytest.approx(1.0)


@settings(max_examples=40)
@given(
    markets(largest=5),
    st.sampled_from([0.5, 0.05]),
    st.sampled_from([1.0, 0.3]),
    st.sampled_from(["score", "pairs"]),
)
def test_a_smooth_lottery_of_any_market_keeps_its_rules(
    market: Compatibility, strength: float, cap: float, aim: str
) -> None:
    lottery = perturbed_lottery(market, strength=strength, cap=cap, aim=aim)
    p = lottery.probability
    assert not p[~market.eligible].any()
    assert p.max() <= cap + 1e-9
    assert (p.sum(axis=1) <= market.mentee_capacity + 1e-9).all()
    assert (p.sum(axis=0) <= market.mentor_capacity + 1e-9).all()
    if aim == "pairs":
        most = capped_lottery(market, cap=cap, aim="pairs").expected_dyads
        assert lottery.expected_dyads == pytest.approx(most, abs=1e-4)


def test_twins_get_the_same_chances() -> None:
    # Two mentors whom nobody can tell apart: a hard cap may favour one, this does not.
    scores = stream(3, "test twins").random((6, 5))
    scores[:, 1] = scores[:, 0]
    p = perturbed_lottery(Compatibility.from_scores(scores), strength=0.3).probability
    assert np.abs(p[:, 0] - p[:, 1]).max() < 1e-4


def test_a_flat_price_is_the_plain_programme() -> None:
    rng = stream(5, "test flat")
    worth = rng.random((12, 9))
    shares = spread_shares(worth, np.zeros((12, 9)), np.ones(21, dtype=int), cap=0.3)
    from_scores = capped_lottery(Compatibility.from_scores(worth), cap=0.3)
    assert (shares * worth).sum() == pytest.approx(from_scores.value, rel=1e-8)


def test_strength_or_loss_but_one_of_them() -> None:
    fit = town(5, 5, 1)
    for settings_given in ({}, {"strength": 0.1, "loss": 0.1}):
        with pytest.raises(OptionError, match="give either `strength` or `loss`"):
            perturbed_lottery(fit, **settings_given)
    for strength in (-0.1, 0.6, float("nan")):
        with pytest.raises(OptionError, match=r"`strength` must be from 0 to 0\.5"):
            perturbed_lottery(fit, strength=strength)
    for loss in (-0.1, 1.5, float("nan")):
        with pytest.raises(OptionError, match="`loss` must be from 0 to 1"):
            perturbed_lottery(fit, loss=loss)
    with pytest.raises(OptionError, match="`aim` must be one of"):
        perturbed_lottery(fit, strength=0.1, aim="best")


def test_a_cap_that_costs_more_than_the_loss_is_named() -> None:
    fit = town(10, 10, 2)
    with pytest.raises(OptionError, match=r"the cap of 0.05 alone costs \d+\.\d+% of the optimum"):
        perturbed_lottery(fit, loss=0.01, cap=0.05)
