"""What another policy would have given: unbiased over the lottery, covering, bounded when blind."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from revlab.errors import EstimateError
from revlab.inference.counterfactual import policy_difference, policy_value
from revlab.inference.counterfactual_bounds import worst_case_bounds
from revlab.inference.overlap import Overlap, chances, overlap
from revlab.inference.redrawn import leverage_df
from revlab.inference.similarity_bounds import lipschitz_bounds, monotone_bounds
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.lottery_capped import capped_lottery
from revlab.rng import stream

N = 6
IDS = ["mentee_id", "mentor_id"]


def frame_of(table: np.ndarray) -> pd.DataFrame:
    """Return a probability table as a long frame."""
    i, j = np.nonzero(table > 0)
    ids = {"mentee_id": [f"s{k:02d}" for k in i], "mentor_id": [f"j{k:02d}" for k in j]}
    return pd.DataFrame(ids).assign(probability=table[i, j])


class SmallLottery:
    """Thirty matchings of six people with unequal chances, so that every mean can be summed."""

    def __init__(self, seed: int) -> None:
        rng = stream(seed, "test lottery")
        self.matchings = np.array([rng.permutation(N) for _ in range(30)])
        self.weights = rng.dirichlet(np.ones(30))
        self.table = np.zeros((N, N))
        for partner, weight in zip(self.matchings, self.weights, strict=True):
            self.table[np.arange(N), partner] += weight
        self.target = rng.dirichlet(np.ones(N), size=N) * (self.table > 0)
        self.outcome = 3 + rng.normal(size=(N, N))
        self.both = chances(frame_of(self.table), frame_of(self.target))

    def known(self, partner: np.ndarray) -> Overlap:
        """Return what one draw makes known."""
        made = pd.DataFrame(
            {
                "mentee_id": [f"s{k:02d}" for k in range(N)],
                "mentor_id": [f"j{k:02d}" for k in partner],
                "outcome": self.outcome[np.arange(N), partner],
            }
        )
        return overlap(self.both, made)

    def redrawn(self, n: int, seed: int) -> np.ndarray:
        """Return matchings drawn again, in the columns that `policy_value` wants."""
        cells = self.both[self.both["logged"] > 0]
        i = cells["mentee_id"].str[1:].astype(int).to_numpy()
        j = cells["mentor_id"].str[1:].astype(int).to_numpy()
        drawn = stream(seed, "again").choice(30, n, p=self.weights)
        return self.matchings[drawn][:, i] == j


@pytest.mark.parametrize("seed", range(2))
def test_horvitz_thompson_is_unbiased_over_every_matching_of_the_lottery(seed: int) -> None:
    lottery = SmallLottery(seed)
    truth = (lottery.target * lottery.outcome).sum() / lottery.target.sum()
    again = lottery.redrawn(200, seed)
    values = [
        policy_value(lottery.known(partner), again, estimator="horvitz_thompson", seed=1).estimate
        for partner in lottery.matchings
    ]
    assert np.average(values, weights=lottery.weights) == pytest.approx(truth, abs=1e-12)


def test_the_target_itself_gives_the_plain_mean() -> None:
    lottery = SmallLottery(1)
    both = chances(frame_of(lottery.table), frame_of(lottery.table))
    made = lottery.known(lottery.matchings[0]).seen[["mentee_id", "mentor_id", "outcome"]]
    known = overlap(both, made)
    value = policy_value(known, lottery.redrawn(200, 1), seed=1)
    assert value.estimate == pytest.approx(made["outcome"].mean())
    assert known.effective_n == pytest.approx(N)
    assert (known.share, known.distance) == (pytest.approx(1.0), pytest.approx(0.0))


def scores(n: int, seed: int) -> np.ndarray:
    rng = stream(seed, "test scores")
    return rng.random((n, 4)) @ rng.random((4, n)) / 4


def pilot(
    n: int, seed: int, *, n_draws: int = 1200
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray, np.ndarray]:
    """Return chances, cells with a logged chance, many draws of them and their outcomes."""
    rng = stream(seed, "test pilot")
    score = scores(n, seed)
    logged = capped_lottery(Compatibility.from_scores(score), cap=0.25)
    near = np.clip(score + 0.02 * rng.normal(size=score.shape), 0, None)
    target = capped_lottery(Compatibility.from_scores(near), cap=0.6)
    draws = logged.draw_many(n_draws, rng)
    names = [frame_of(lottery.probability) for lottery in (logged, target)]
    table = 3 + (score - score.mean()) / score.std() + 0.7 * rng.normal(size=score.shape)
    return chances(*names), draws.cells, draws.drawn, table


class ManyLotteries:
    """A pilot drawn 10,000 times from a capped lottery, and its estimates as arrays."""

    def __init__(self, n: int, seed: int, *, n_draws: int = 10_000) -> None:
        self.both, _, drawn, table = pilot(n, seed, n_draws=n_draws + 300)
        reached = self.both[self.both["logged"] > 0].reset_index(drop=True)
        i, j = (reached[name].str[1:].astype(int).to_numpy() for name in IDS)
        self.ids, self.outcome = reached[IDS], table[i, j]
        self.target = reached["target"].to_numpy()
        self.weight = self.target / reached["logged"].to_numpy()
        self.truth = np.average(self.outcome, weights=self.target)
        self.gap = self.truth - np.average(self.outcome, weights=reached["logged"])
        self.drawn, self.again = drawn[:n_draws], drawn[n_draws:]

    def known(self, draw: np.ndarray) -> Overlap:
        """Return what one draw makes known."""
        return overlap(self.both, self.ids[draw].assign(outcome=self.outcome[draw]))

    def estimates(self, estimator: str) -> np.ndarray:
        """Return the estimate of each draw in one product, NaN where there is no weight."""
        sums = self.drawn @ (self.weight * self.outcome)
        if estimator == "horvitz_thompson":
            return sums / self.target.sum()
        weights = self.drawn @ self.weight
        return np.divide(sums, weights, out=np.full(len(sums), np.nan), where=weights > 0)


@pytest.fixture(scope="module")
def many() -> ManyLotteries:
    """Return a pilot of 26 pairs."""
    return ManyLotteries(26, 1)


@pytest.mark.parametrize("estimator", ["hajek", "horvitz_thompson"])
def test_over_ten_thousand_lotteries_the_mean_estimate_is_the_truth(
    many: ManyLotteries, estimator: str
) -> None:
    found = many.estimates(estimator)
    for k in range(3):  # the arrays are the estimates of the function
        value = policy_value(many.known(many.drawn[k]), many.again, estimator=estimator, seed=1)
        assert found[k] == pytest.approx(value.estimate, abs=1e-12)
    error = found.std() / np.sqrt(len(found))
    bias = found.mean() - many.truth
    # Horvitz and Thompson: none. Hajek: a ratio, so of the order of its variance, not its spread.
    most = 4 * error if estimator == "horvitz_thompson" else 4 * error + 0.15 * found.std()
    assert abs(bias) < most
    # and against what forgetting the weights would give, both are nearer
    plain = (many.drawn @ many.outcome) / many.drawn.sum(axis=1)
    assert abs(bias) < abs(plain.mean() - many.truth)


@pytest.mark.parametrize(("n", "seed", "least"), [(26, 1, 0.95), (60, 2, 0.85)])
def test_intervals_cover_as_often_as_the_docstring_says(n: int, seed: int, least: float) -> None:
    many = ManyLotteries(n, seed, n_draws=36)
    covered = {"hajek": 0, "horvitz_thompson": 0, "difference": 0}
    blocks = 0
    for draw in many.drawn:
        known = many.known(draw)
        found = {
            name: policy_value(known, many.again, estimator=name, seed=1)
            for name in ("hajek", "horvitz_thompson")
        }
        found["difference"] = policy_difference(known, many.again, seed=1)
        for name, value in found.items():
            true = many.gap if name == "difference" else many.truth
            covered[name] += value.conf_low <= true <= value.conf_high
        blocks += "in blocks" in found["hajek"].note
    for hits in covered.values():
        assert hits / 36 >= least - 3 * np.sqrt(least * (1 - least) / 36)
    # the region that misses is told: there the pairs are drawn in blocks
    assert (blocks > 12) == (least < 0.95)


def test_the_errors_of_the_two_estimators_and_of_the_difference_by_hand() -> None:
    cells = pd.DataFrame({"mentee_id": list("aabbcc"), "mentor_id": list("xyyzzx")})
    target = cells.assign(probability=[0.6, 0.4, 0.3, 0.7, 0.5, 0.5])
    both = chances(cells.assign(probability=0.5), target)
    rows = both[IDS]
    known = overlap(both, rows.iloc[[0, 2, 5]].assign(outcome=[4.0, 2.0, 5.0]))
    # the same draw again and again: no spread, so the error is that of independent dyads
    again = np.tile([[True, False, True, False, False, True]], (200, 1))
    y, w = np.array([4.0, 2.0, 5.0]), known.seen["weight"].to_numpy()
    h = w / w.sum()
    value = policy_value(known, again, seed=1)
    assert value.estimate == pytest.approx(h @ y)
    hc2 = sm.WLS(y, np.ones(3), weights=w).fit(cov_type="HC2")
    assert value.std_error == pytest.approx(hc2.bse[0])
    assert value.df == pytest.approx(leverage_df(h))
    unbiased = policy_value(known, again, estimator="horvitz_thompson", seed=1)
    assert unbiased.estimate == pytest.approx((w @ y) / 3)
    assert unbiased.std_error == pytest.approx(np.std(w * y, ddof=1) / np.sqrt(3))
    gap = policy_difference(known, again, seed=1)
    parts = h * (y - h @ y) / np.sqrt(1 - h) - (y - y.mean()) / 3 / np.sqrt(2 / 3)
    assert gap.estimate == pytest.approx(h @ y - y.mean())
    assert gap.std_error == pytest.approx(np.sqrt((parts**2).sum()))


def test_degrees_of_freedom_are_those_of_bell_and_mccaffrey() -> None:
    # by simulation: the HC2 variance of normal errors has mean v and variance 2 v^2 / df
    h = np.array([0.4, 0.3, 0.1, 0.1, 0.1])
    y = stream(1, "normal").normal(size=(200_000, 5))
    v = (h**2 * (y - (y @ h)[:, None]) ** 2 / (1 - h)).sum(axis=1)
    assert leverage_df(h) == pytest.approx(2 * v.mean() ** 2 / v.var(), rel=0.02)
    assert leverage_df(np.full(8, 1 / 8)) == pytest.approx(7)


def test_few_different_matchings_lower_the_degrees_of_freedom() -> None:
    cells = pd.DataFrame(
        [(f"s{i}", f"j{(i + k * 6) % 12}") for k in range(2) for i in range(12)], columns=IDS
    )
    tilt = np.where(np.arange(24) < 12, 0.7, 0.3)
    both = chances(cells.assign(probability=0.5), cells.assign(probability=tilt))
    rows = both[IDS]
    first = rows.merge(cells.assign(first=np.arange(24) < 12))["first"].to_numpy()
    known = overlap(both, rows[first].assign(outcome=np.arange(12.0) % 5))
    two = np.vstack([np.tile(first, (100, 1)), np.tile(~first, (100, 1))])
    free = np.zeros((400, 24), dtype=bool)
    rng = stream(2, "free")
    for draw in free:
        side = rng.random(12) < 0.5
        draw[:] = [
            own == side[int(name[1:])] for own, name in zip(first, rows["mentee_id"], strict=True)
        ]
    blocked, spread = (policy_value(known, draws, seed=1) for draws in (two, free))
    assert blocked.df < 3 < spread.df
    assert "draws its pairs in blocks" in blocked.note
    assert "in blocks" not in spread.note


def test_a_difference_from_the_lottery_itself_is_refused() -> None:
    known = overlap(chances(EVEN, EVEN), CELLS.iloc[[0, 3]].assign(outcome=[4.0, 2.0]))
    with pytest.raises(EstimateError, match="the target policy is the lottery that was run"):
        policy_difference(known, np.ones((200, 4)), seed=1)


def test_bounds_hold_the_truth_when_the_lottery_was_blind_for_a_part() -> None:
    for seed in range(4):
        both, cells, drawn, _ = pilot(20, seed)
        score = scores(20, seed)
        # An outcome that is smooth and rises in the score: both rules are true.
        table = np.clip(1 + 4 * score / score.max(), 1, 5)
        i, j = cells.T
        made = both[both["logged"] > 0][["mentee_id", "mentor_id"]].reset_index(drop=True)
        made = made[drawn[0]].assign(outcome=table[i, j][drawn[0]])
        known = overlap(both, made)
        assert known.share < 0.95
        rows = both["mentee_id"].str[1:].astype(int), both["mentor_id"].str[1:].astype(int)
        truth = np.average(table[rows], weights=both["target"])
        value = policy_value(known, drawn[1000:], seed=seed)
        features = both[["mentee_id", "mentor_id"]].assign(fit=score[rows] / score.max())
        worst = worst_case_bounds(value, known, low=1, high=5)
        rising = monotone_bounds(value, known, features=features, low=1, high=5)
        smooth = lipschitz_bounds(
            value, known, features=features, steepness=[4.0, 8.0, 100.0], low=1, high=5
        )
        for bound in (worst, rising, *smooth.itertuples()):
            assert bound.conf_low <= truth <= bound.conf_high
            assert bound.conf_low < bound.low <= bound.high + 1e-9 < bound.conf_high
        assert rising.high - rising.low <= worst.high - worst.low
        assert (smooth["high"] - smooth["low"]).is_monotonic_increasing
        assert smooth["misfit"].max() == 0.0


def test_answers_that_break_the_rule_are_moved_as_little_as_possible_and_it_is_told() -> None:
    cells = pd.DataFrame({"mentee_id": list("abc"), "mentor_id": list("xyz")})
    both = chances(cells[:2].assign(probability=1.0), cells.assign(probability=1.0))
    known = overlap(both, cells[:2].assign(outcome=[5.0, 1.0]))
    value = policy_value(known, np.ones((200, 2), dtype=bool), seed=1)
    features = cells.assign(fit=[0.0, 1.0, 0.5])
    flat = lipschitz_bounds(value, known, features=features, steepness=0.0, low=1, high=5)
    assert flat["misfit"].item() == pytest.approx(2.0)
    falling = monotone_bounds(value, known, features=features, low=1, high=5)
    assert falling.misfit == pytest.approx(2.0)


def test_missing_outcomes_are_counted_and_carry_no_weight() -> None:
    lottery = SmallLottery(2)
    made = lottery.known(lottery.matchings[0]).seen[["mentee_id", "mentor_id", "outcome"]]
    made.loc[0, "outcome"] = np.nan
    value = policy_value(overlap(lottery.both, made), lottery.redrawn(200, 1), seed=1)
    assert (value.n, value.n_missing) == (N - 1, 1)
    assert value.note.startswith("Overlap")
    assert "So few effective answers say little." in value.note


CELLS = pd.DataFrame({"mentee_id": list("aabb"), "mentor_id": list("xyxy")})
EVEN = CELLS.assign(probability=0.5)


@pytest.mark.parametrize(
    ("logged", "message"),
    [
        (CELLS, r"`logged` needs the columns \['probability'\]"),
        (pd.concat([EVEN, EVEN]), "lists a dyad twice"),
        (CELLS.assign(probability=1.5), "outside 0 to 1"),
    ],
)
def test_chances_that_cannot_be_are_refused(logged: pd.DataFrame, message: str) -> None:
    with pytest.raises(EstimateError, match=message):
        chances(logged, EVEN)


def test_a_dyad_that_the_lottery_could_not_draw_is_refused() -> None:
    both = chances(EVEN[:2], EVEN)
    with pytest.raises(EstimateError, match="no chance, for instance number 1"):
        overlap(both, CELLS[2:3].assign(outcome=3.0))


def test_a_target_without_any_overlap_gets_no_number() -> None:
    both = chances(EVEN[:1], EVEN[1:])
    with pytest.raises(EstimateError, match="says nothing about it"):
        overlap(both, CELLS[:1].assign(outcome=3.0))


def test_draws_and_scales_that_do_not_fit_are_refused() -> None:
    known = overlap(chances(EVEN, EVEN), CELLS.iloc[[0, 3]].assign(outcome=[4.0, 2.0]))
    with pytest.raises(EstimateError, match="at least 200 draws of 4 possible dyads"):
        policy_value(known, np.ones((10, 4)), seed=1)
    draws = np.tile([[True, False, False, True], [False, True, True, False]], (100, 1))
    value = policy_value(known, draws, seed=1)
    with pytest.raises(EstimateError, match="not within the scale 1 to 3"):
        worst_case_bounds(value, known, low=1, high=3)
    with pytest.raises(EstimateError, match="zero or more; got -1"):
        lipschitz_bounds(value, known, features=CELLS.assign(fit=0.5), steepness=-1, low=1, high=5)
    with pytest.raises(EstimateError, match="finite numbers for every dyad"):
        monotone_bounds(value, known, features=CELLS[:2].assign(fit=0.5), low=1, high=5)
