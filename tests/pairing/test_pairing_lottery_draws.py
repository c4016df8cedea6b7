"""Draws from a lottery: exactly the chances, the whole numbers beside the sums, and a mixture."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pairing_cohorts import markets
from scipy.stats import chi2

from revlab.errors import PairingError
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.lottery import Lottery
from revlab.pairing.lottery_capped import capped_lottery
from revlab.pairing.lottery_draws import Draws
from revlab.pairing.lottery_grid import BITS, units_of
from revlab.pairing.lottery_parts import decompose
from revlab.pairing.lottery_policy import LotteryDraw
from revlab.pairing.perturbed import perturbed_lottery
from revlab.pairing.policies import Policy, pair_scored
from revlab.pairing.rounding import round_many
from revlab.pairing.scoring import DEFAULT_SCORE
from revlab.rng import stream


def roomy(seed: int, n: int = 12, m: int = 9) -> Compatibility:
    """Return a market with forbidden dyads and capacities from zero to three."""
    rng = stream(seed, "test draws")
    return Compatibility.from_scores(
        rng.random((n, m)),
        eligible=rng.random((n, m)) < 0.8,
        mentee_capacity=rng.integers(0, 4, n),
        mentor_capacity=rng.integers(0, 4, m),
    )


def check_draws(lottery: Lottery, draws: Draws) -> None:
    """Check every draw against the lottery: never twice, sums floor or ceiling."""
    n, m = lottery.probability.shape
    assert len(np.unique(draws.cells, axis=0)) == len(draws.cells)
    assert (lottery.probability[draws.cells[:, 0], draws.cells[:, 1]] == draws.chance).all()
    for axis, size, capacity in (
        (0, n, lottery.mentee_capacity),
        (1, m, lottery.mentor_capacity),
    ):
        member = np.equal.outer(np.arange(size), draws.cells[:, axis])
        counts = draws.drawn.astype(int) @ member.T
        load = lottery.probability.sum(axis=1 - axis)
        assert (counts >= np.floor(load)).all()
        assert (counts <= np.ceil(load)).all()
        assert (counts <= capacity).all()


def check_frequencies(draws: Draws) -> None:
    """Check every frequency on its own and all of them together."""
    chance, n = draws.chance, len(draws.drawn)
    open_ = (chance > 0) & (chance < 1)
    assert (draws.frequency[chance == 1] == 1).all()
    spread = np.sqrt(chance * (1 - chance) / n)[open_]
    z = (draws.frequency - chance)[open_] / spread
    assert np.abs(z).max(initial=0) < 4.5


# -- exactly the chances -----------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
def test_sums_are_floor_or_ceiling_in_every_draw(seed: int) -> None:
    fit = roomy(seed)
    for cap in (0.5, 0.3, 0.11):
        lottery = capped_lottery(fit, cap=cap)
        check_draws(lottery, lottery.draw_many(200, stream(seed, "draw")))


@pytest.mark.parametrize("cap", [0.5, 0.3, 0.15])
def test_frequencies_are_the_chances(cap: float) -> None:
    lottery = capped_lottery(roomy(1), cap=cap)
    draws = lottery.draw_many(6_000, stream(1, "draw"))
    check_draws(lottery, draws)
    check_frequencies(draws)


def test_frequencies_are_the_chances_where_they_are_smooth() -> None:
    lottery = perturbed_lottery(roomy(2), strength=0.3)
    draws = lottery.draw_many(6_000, stream(2, "draw"))
    check_draws(lottery, draws)
    check_frequencies(draws)


def test_all_chances_together_pass_a_chi_square_test() -> None:
    lottery = capped_lottery(roomy(3), cap=0.35)
    n = 6_000
    draws = lottery.draw_many(n, stream(3, "draw"))
    open_ = draws.chance < 1
    gap = (draws.frequency - draws.chance)[open_]
    # Frequencies hang together, so the test uses their own covariance and its rank.
    cov = (draws.together - np.outer(draws.frequency, draws.frequency))[np.ix_(open_, open_)] / n
    values, vectors = np.linalg.eigh(cov)
    free = values > 1e-12
    statistic = ((vectors[:, free].T @ gap) ** 2 / values[free]).sum()
    assert chi2.sf(statistic, free.sum()) > 1e-4
    # What cannot vary does not: sums that are whole are met exactly.
    assert np.abs(vectors[:, ~free].T @ gap).max(initial=0) < 1e-6


@pytest.mark.parametrize("units", [[1, 2**40 - 1], [3, 5], [2**39, 2**39], [0, 2**40]])
def test_tiny_and_nearly_certain_chances_are_kept(units: list[int]) -> None:
    # One person with two edges; one unit in 2**40 is practically never drawn.
    ends = np.array([[0, 0], [0, 1]])
    drawn = round_many(np.array(units), ends, bits=BITS, n_draws=500, rng=stream(1, "draw"))
    share = np.array(units) / 2**40
    assert np.abs(drawn.mean(axis=0) - share).max() < 0.1
    if sum(units) == 2**40:
        assert (drawn.sum(axis=1) == 1).all()


def test_rounding_takes_few_coins_where_chances_are_halves() -> None:
    # A ring of halves is one circuit: one coin, two outcomes, each half of the time.
    n = 30
    ends = np.array(sorted([(k, k) for k in range(n)] + [(k, (k + 1) % n) for k in range(n)]))
    halves = np.full(2 * n, 2**39)
    drawn = round_many(halves, ends, bits=BITS, n_draws=4000, rng=stream(1, "draw"))
    assert len(np.unique(drawn, axis=0)) == 2
    assert abs(drawn[:, 0].mean() - 0.5) < 4.5 * 0.5 / np.sqrt(4000)


def test_independent_paths_are_drawn_independently() -> None:
    ends = np.array([[k, c] for k in range(6) for c in (2 * k, 2 * k + 1)])
    drawn = round_many(np.full(12, 2**39), ends, bits=BITS, n_draws=6400, rng=stream(2, "draw"))[
        :, ::2
    ]
    counts = np.bincount(drawn @ (1 << np.arange(6)), minlength=64)
    assert chi2.sf(((counts - 100) ** 2 / 100).sum(), 63) > 1e-4


@settings(max_examples=40)
@given(markets(largest=5, places=3), st.sampled_from([0.9, 0.5, 0.27]))
def test_draws_of_any_market_keep_its_rules(market: Compatibility, cap: float) -> None:
    lottery = capped_lottery(market, cap=cap)
    check_draws(lottery, lottery.draw_many(40, stream(1, "draw")))
    matching = lottery.draw(market, stream(1, "draw"))
    assert abs(len(matching.dyads) - lottery.expected_dyads) < market.shape[0]


def test_uneven_chances_by_hand_are_drawn_exactly() -> None:
    rng = stream(9, "test by hand")
    table = sum(w * np.eye(8)[rng.permutation(8)] for w in rng.dirichlet(np.ones(20)))
    ids = [f"p{k}" for k in range(8)]
    lottery = Lottery("by hand", ids, ids, table, np.ones(8), np.ones(8))
    draws = lottery.draw_many(6_000, stream(9, "draw"))
    assert (draws.drawn.sum(axis=1) == 8).all()
    check_draws(lottery, draws)
    check_frequencies(draws)


# -- by seed, by id ----------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_draws_and_another_does_not() -> None:
    lottery = capped_lottery(roomy(4), cap=0.3)
    one, same, other = (lottery.draw_many(50, stream(seed, "draw")).drawn for seed in (1, 1, 2))
    assert (one == same).all()
    assert (one != other).any()


def test_a_draw_is_the_first_of_many_of_one() -> None:
    lottery = capped_lottery(roomy(4), cap=0.3)
    draws = lottery.draw_many(1, stream(5, "draw"))
    cells = lottery.draw_cells(stream(5, "draw"))
    assert (draws.cells[draws.drawn[0]] == cells).all()


def test_a_matching_has_the_scores_of_the_compatibility_in_any_order() -> None:
    fit = roomy(5)
    lottery = capped_lottery(fit, cap=0.4, policy="soft")
    rng = stream(5, "test order")
    mixed = fit.select(*(rng.permutation(size) for size in fit.shape))
    one, other = (lottery.draw(scores, stream(7, "draw")) for scores in (fit, mixed))
    pd.testing.assert_frame_equal(one.dyads, other.dyads)
    assert one.policy == "soft"
    with pytest.raises(PairingError, match="must have the same mentees"):
        lottery.draw(fit.select([0, 1], range(fit.shape[1])), stream(7, "draw"))
    banned = Compatibility.from_scores(
        pd.DataFrame(fit.joint(), fit.mentee_ids, fit.mentor_ids),
        eligible=np.zeros(fit.shape, dtype=bool),
        mentee_capacity=fit.mentee_capacity,
        mentor_capacity=fit.mentor_capacity,
    )
    with pytest.raises(PairingError, match="gave a forbidden dyad"):
        lottery.draw(banned, stream(7, "draw"))


@pytest.mark.parametrize("number", [0, -1, 2.5, "many"])
def test_a_number_of_draws_is_a_whole_number(number: object) -> None:
    with pytest.raises(PairingError, match="`n_draws` must be a whole number of one or more"):
        capped_lottery(roomy(1), cap=0.5).draw_many(number, stream(1, "draw"))


def test_as_a_policy_it_draws_from_its_lottery() -> None:
    fit = roomy(6)
    mechanism = LotteryDraw(cap=0.4)
    policy = Policy("lottery", DEFAULT_SCORE, (), mechanism, "By lottery.")
    chance = mechanism.lottery(fit).to_frame().set_index(["mentee_id", "mentor_id"])
    seen = {}
    for seed in range(30):
        dyads = pair_scored(fit, policy=policy, rng=stream(seed, "pairing")).dyads
        for pair in zip(dyads["mentee_id"], dyads["mentor_id"], strict=True):
            seen[pair] = seen.get(pair, 0) + 1
    assert set(seen) <= set(chance.index)
    assert len(seen) > len(chance) / 2
    mean = sum(seen.values()) / 30
    assert abs(mean - mechanism.lottery(fit).expected_dyads) < 1
    assert LotteryDraw(cap=0.4, strength=0.2).lottery(fit).kind == "perturbed"


# -- the mixture -------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("cap", [0.5, 0.3, 0.11])
def test_a_mixture_has_exactly_the_chances_and_few_matchings(seed: int, cap: float) -> None:
    lottery = capped_lottery(roomy(seed), cap=cap)
    mixture = decompose(lottery)
    assert mixture.weights.sum() == 1.0
    assert (mixture.weights > 0).all()
    chance = lottery.probability[mixture.cells[:, 0], mixture.cells[:, 1]]
    assert (mixture.chance == chance).all()
    assert len(mixture.cells) == lottery.support
    assert len(mixture.weights) <= lottery.support + sum(lottery.probability.shape)
    assert len(np.unique(mixture.matchings, axis=0)) == len(mixture.weights)
    draws = Draws(lottery.mentee_ids, lottery.mentor_ids, mixture.cells, chance, mixture.matchings)
    check_draws(lottery, draws)


def test_a_mixture_of_a_smooth_lottery_and_of_one_matching() -> None:
    smooth = perturbed_lottery(roomy(2, 7, 7), strength=0.3)
    mixture = decompose(smooth)
    chance = smooth.probability[mixture.cells[:, 0], mixture.cells[:, 1]]
    assert (mixture.chance == chance).all()
    sure = decompose(capped_lottery(roomy(2), cap=1))
    assert sure.weights.tolist() == [1.0]
    assert repr(sure).startswith("Mixture of 1 matching over")
    nobody = decompose(capped_lottery(Compatibility.from_scores(np.ones((0, 2))), cap=1))
    assert nobody.weights.tolist() == [1.0]
    assert nobody.matchings.shape == (1, 0)


def test_joint_chances_of_a_mixture_are_exact() -> None:
    mixture = decompose(capped_lottery(roomy(7, 6, 6), cap=0.3))
    drawn = mixture.draw_many(6_000, stream(7, "draw"))
    both = (drawn.T.astype(float) @ drawn) / len(drawn)
    spread = np.sqrt(np.maximum(mixture.together * (1 - mixture.together), 1e-12) / len(drawn))
    assert (np.abs(both - mixture.together) <= 4.5 * spread + 1e-12).all()
    assert np.diag(mixture.together) == pytest.approx(mixture.chance)
    cells = mixture.draw_cells(stream(1, "draw"))
    assert {tuple(cell) for cell in cells} <= {tuple(cell) for cell in mixture.cells}


def test_draws_count_how_often_dyads_come_together() -> None:
    lottery = capped_lottery(roomy(8, 5, 5), cap=0.4)
    draws = lottery.draw_many(300, stream(1, "draw"))
    a, b = draws.drawn[:, 0], draws.drawn[:, 1]
    assert draws.together[0, 1] == (a & b).mean()
    assert draws.together[0, 0] == a.mean()
    assert draws.distinct == len(np.unique(draws.drawn, axis=0))
    assert repr(draws).startswith("300 draws from a lottery over")
    assert draws.to_frame()["probability"].tolist() == lottery.to_frame()["probability"].tolist()
    assert (units_of(draws.chance) / 2**BITS == draws.chance).all()
