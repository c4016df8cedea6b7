"""Ideas, ties, expectations, goals and first sessions: by hand, brute force and other libraries."""

from itertools import combinations, permutations, product
from math import comb, exp, log, sqrt

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.genmod.families import Binomial, Poisson, links
from wiring_pilots import cr2

from revlab.errors import EstimateError, OptionError
from revlab.inference.competing import periods
from revlab.inference.cross_ties import Network, assortativity, cross_share, read_network
from revlab.inference.discrete_hazard import fit_discrete_hazard, fit_pooled_hazard
from revlab.inference.estimate import Contrast
from revlab.inference.event_rates import event_rate, rate_ratio
from revlab.inference.expectation_gap import expectation_gaps, mean_gap
from revlab.inference.first_session import median_to_first, meeting_test, time_to_first
from revlab.inference.goal_estimates import goal_contrast, goal_mean, goals_stated
from revlab.inference.goal_scores import attainment_t, goal_scores
from revlab.inference.hazard_pools import hazard_slope
from revlab.inference.inversion import Replay
from revlab.inference.rate_randomisation import rate_ratio_test
from revlab.inference.tie_permutation import expected_cross, homophily_test
from revlab.rng import stream

NEW = Contrast("new", "old")

# -- ideas -------------------------------------------------------------------------------------


def ideas(seed: int, *, pools: int = 8, size: int = 5, effect: float = 0.0) -> pd.DataFrame:
    """Return negative-binomial ideas of dyads in pools that differ, half of them treated."""
    rng = stream(seed, "ideas")
    pool = np.repeat(np.arange(pools), size)
    held = rng.binomial(6, 0.75, pool.size)
    own = rng.gamma(2.0, 0.5, pool.size) * np.exp(rng.normal(-0.02, 0.2, pools))[pool]
    treated = pool < pools / 2
    counts = rng.poisson(0.5 * held * own * np.exp(effect * treated))
    arm = np.where(treated, "new", "old")
    return pd.DataFrame({"pool_id": pool, "arm": arm, "count": counts, "exposure": held})


def even(counts: list[int], exposure: float = 10.0) -> pd.DataFrame:
    """Return one dyad per pool with equal exposures, the first half treated."""
    half = len(counts) // 2
    arm = ["new"] * half + ["old"] * (len(counts) - half)
    pools = range(len(counts))
    return pd.DataFrame({"pool_id": pools, "arm": arm, "count": counts, "exposure": exposure})


def test_the_rate_ratio_is_that_of_a_poisson_regression_with_clusters() -> None:
    frame = even([8, 3, 6, 9, 2, 3, 5, 1])
    found = rate_ratio(frame, NEW)
    design = sm.add_constant((frame["arm"] == "new").astype(float))
    fit = sm.GLM(frame["count"], design, family=Poisson(), exposure=frame["exposure"]).fit(
        cov_type="cluster", cov_kwds={"groups": frame["pool_id"], "use_correction": False}
    )
    assert found.estimate == pytest.approx(float(fit.params["arm"]), abs=1e-9)
    # CR2 with four equal pools per arm is 4 / 3 times the variance without a correction.
    assert found.std_error == pytest.approx(float(fit.bse["arm"]) * sqrt(4 / 3), rel=1e-6)
    assert found.n_clusters == 8


def test_the_degrees_of_freedom_are_welchs_for_log_rates() -> None:
    frame = even([8, 3, 6, 9, 2, 3, 5, 1])
    parts = []
    for arm in ("new", "old"):
        y = frame.loc[frame["arm"] == arm, "count"].to_numpy(dtype=float)
        parts.append(y.var(ddof=1) / 4 / y.mean() ** 2)
    assert rate_ratio(frame, NEW).df == pytest.approx(
        sum(parts) ** 2 / sum(part**2 / 3 for part in parts)
    )


def test_uneven_pools_are_corrected_by_their_share_of_the_exposure() -> None:
    frame = pd.DataFrame(
        {"pool_id": [1, 1, 2, 3], "arm": "new", "count": [2, 1, 4, 9], "exposure": [3, 3, 6, 12]}
    )
    residual = np.array([3 - 4.0, 4 - 4.0, 9 - 8.0])
    share = np.array([0.25, 0.25, 0.5])
    error = sqrt((residual**2 / (1 - share)).sum()) / 16
    found = event_rate(frame, per=100)
    assert found.estimate == pytest.approx(100 * 16 / 24)
    assert found.std_error == pytest.approx(100 * 16 / 24 * error)
    assert log(found.conf_high / found.estimate) == pytest.approx(4.302653 * error, rel=1e-6)
    assert log(found.estimate / found.conf_low) == pytest.approx(4.302653 * error, rel=1e-6)
    assert np.isnan(found.p_value)


def test_the_randomisation_test_is_a_count_of_all_assignments() -> None:
    frame = even([8, 3, 6, 0, 0, 3])
    counts = frame["count"].to_numpy(dtype=float)
    seen = log(counts[:3].sum() / counts[3:].sum())
    gaps = []
    for chosen in combinations(range(6), 3):
        one = counts[list(chosen)].sum()
        gaps.append(abs(log(one / (counts.sum() - one))))
    expected = np.mean([gap >= seen - 1e-9 for gap in gaps])
    found = rate_ratio_test(frame, NEW)
    assert found.p_value == pytest.approx(expected)
    assert np.isnan(found.conf_low)
    assert "all 20 assignments" in found.convention


def test_an_assignment_that_leaves_an_arm_without_events_is_the_most_extreme() -> None:
    counts = np.array([8, 5, 0, 6, 1, 0], dtype=float)
    gaps = []
    for chosen in combinations(range(6), 3):
        one = counts[list(chosen)].sum()
        rest = counts.sum() - one
        gaps.append(abs(log(one / rest)) if one and rest else np.inf)
    assert np.isinf(gaps).sum() == 0
    lone = np.array([8, 0, 0, 6, 0, 0])
    assert rate_ratio_test(even(lone.tolist()), NEW).p_value == 1
    found = rate_ratio_test(even(counts.astype(int).tolist()), NEW)
    seen = abs(log(13 / 7))
    assert found.p_value == pytest.approx(np.mean([gap >= seen - 1e-9 for gap in gaps]))


def test_arms_are_dealt_anew_within_blocks_only() -> None:
    frame = even([8, 3, 6, 1, 2, 3]).assign(block=["a", "b", "c", "a", "b", "c"])
    found = rate_ratio_test(frame, NEW)
    pairs = np.array([[8, 1], [3, 2], [6, 3]], dtype=float)
    gaps = []
    for swap in product((0, 1), repeat=3):
        one = sum(pairs[k, swap[k]] for k in range(3))
        gaps.append(abs(log(one / (pairs.sum() - one))))
    assert found.p_value == pytest.approx(np.mean([gap >= gaps[0] - 1e-9 for gap in gaps]))


def test_intervals_of_the_rate_ratio_hold_the_truth() -> None:
    inside = 0
    for seed in range(200):
        found = rate_ratio(ideas(seed, effect=log(1.5)), NEW)
        inside += found.conf_low <= log(1.5) <= found.conf_high
    assert 0.91 <= inside / 200 <= 0.985


RATES = {
    "one pool": (even([3, 2]).assign(arm=["new", "old"]), "arm 'new' has 1 pool with any"),
    "no event": (even([3, 2, 0, 0]), "arm 'old' has no event at all"),
    "half an event": (even([3, 2, 1, 2]).assign(count=1.5), "must be a whole number of zero"),
    "no exposure": (even([3, 2, 1, 2], 0.0), "counts events without any exposure"),
    "exposure missing": (even([3, 2, 1, 2], np.nan), "every exposure must be a number"),
    "no pool": (even([3, 2, 1, 2]).assign(pool_id=None), "has no pool_id"),
    "a pool in both": (even([3, 2, 1, 2]).assign(pool_id=[1, 2, 1, 3]), "a pool has dyads in both"),
    "no such arm": (even([3, 2, 1, 2]).assign(arm="new"), "arm 'old' has no dyad"),
    "no rows": (even([]), "there is no dyad"),
    "no column": (even([3, 2]).drop(columns="count"), r"lacks the columns \['count'\]"),
    "all alike": (even([2, 2, 2, 2]), "do not vary enough"),
}


@pytest.mark.parametrize("what", RATES)
def test_a_rate_ratio_is_refused_with_a_reason(what: str) -> None:
    frame, said = RATES[what]
    with pytest.raises(EstimateError, match=said):
        rate_ratio(frame, NEW)


# -- ties --------------------------------------------------------------------------------------


def drawn(seed: int, n: int = 12, pools: int = 2, share: float = 0.3) -> Network:
    """Return a random network, of everybody who answered."""
    rng = stream(seed, "network")
    ties = rng.random((n, n)) < share
    np.fill_diagonal(ties, False)
    source, target = np.nonzero(ties)
    senior = np.arange(n) % 2 == 1
    return Network(source, target, senior, np.arange(n) * pools // n, np.ones(n, dtype=bool))


def frames(network: Network) -> tuple[pd.DataFrame, pd.DataFrame]:
    people = pd.DataFrame(
        {"person_id": np.arange(len(network.senior)).astype(str), "pool_id": network.pool,
         "level": np.where(network.senior, "mentee", "mentor"), "answered": network.answered}
    )  # fmt: skip
    pairs = {"person_id": network.source.astype(str), "contact_id": network.target.astype(str)}
    return people, pd.DataFrame(pairs)


@pytest.mark.parametrize(
    ("seed", "expected"),
    [(0, 0.06403940886699512), (1, -0.20293398533007348), (2, -0.15943728018757325)],
)
def test_assortativity_is_that_of_networkx(seed: int, expected: float) -> None:
    """Stored: ``attribute_assortativity_coefficient`` of networkx 3.6.1 (equal on 200 graphs)."""
    rng = stream(seed, "networkx")
    ties = rng.random((12, 12)) < 0.3
    np.fill_diagonal(ties, False)
    senior = rng.random(12) >= 0.5
    source, target = np.nonzero(ties)
    every = Network(source, target, senior, np.zeros(12, dtype=int), np.ones(12, dtype=bool))
    assert assortativity(every) == pytest.approx(expected, abs=1e-12)


def test_the_index_counts_ties_across_less_ties_within() -> None:
    network = read_network(*frames(drawn(3)))
    cross = sum(
        network.senior[i] != network.senior[j]
        for i, j in zip(network.source, network.target, strict=True)
    )
    n = len(network.source)
    assert network.ei_index == pytest.approx((cross - (n - cross)) / n)
    assert np.isnan(assortativity(Network(*[np.zeros(0, dtype=int)] * 2, *[np.ones(1, bool)] * 3)))


def by_brute_force(network: Network) -> tuple[float, float, int]:
    """Permute rows and columns of the matrix of ties together, within pools, one by one."""
    n = len(network.senior)
    ties = np.zeros((n, n))
    ties[network.source, network.target] = 1
    apart = (network.senior[:, None] != network.senior[None, :]).astype(float)
    groups = [np.flatnonzero(network.pool == pool) for pool in np.unique(network.pool)]
    seen, shares = float((ties * apart).sum() / ties.sum()), []
    for moves in product(*(permutations(group) for group in groups)):
        order = np.arange(n)
        for group, move in zip(groups, moves, strict=True):
            order[group] = move
        shares.append(float((ties * apart[np.ix_(order, order)]).sum() / ties.sum()))
    far = np.abs(np.array(shares) - np.mean(shares))
    return float(np.mean(shares)), float((far >= abs(seen - np.mean(shares)) - 1e-9).mean()), n


@pytest.mark.parametrize("seed", range(4))
def test_the_permutation_test_is_qap_by_brute_force(seed: int) -> None:
    network = drawn(seed, n=8, share=0.45)
    mean, p_value, _ = by_brute_force(network)
    found = homophily_test(network)
    assert float(expected_cross(network).mean()) == pytest.approx(mean)
    assert found.p_value == pytest.approx(p_value)
    assert found.statistic == pytest.approx(network.ei_index - (2 * mean - 1))
    assert f"all {comb(4, 2) ** 2} permutations" in found.convention


def test_who_did_not_answer_is_permuted_apart() -> None:
    network = drawn(5, n=12, pools=1)
    silent = np.zeros(12, dtype=bool)
    silent[[1, 3, 5, 6]] = True
    kept = ~silent[network.source]
    thin = Network(
        network.source[kept], network.target[kept], network.senior, network.pool, ~silent
    )
    found = homophily_test(thin)
    assert f"all {comb(8, 3) * comb(4, 3)} permutations" in found.convention
    assert (found.n, found.n_missing) == (8, 4)


def test_levels_that_do_not_matter_are_rarely_found_and_those_that_do_are() -> None:
    replay, rejected = Replay(exact_limit=0, n_draws=199, seed=3), 0
    for seed in range(150):
        rejected += homophily_test(drawn(seed, n=24, pools=3), replay=replay).p_value <= 0.05
    assert rejected <= 15
    network = drawn(1, n=24, pools=3)
    same = network.senior[network.source] == network.senior[network.target]
    kept = same | (np.arange(len(same)) % 4 == 0)
    apart = Network(
        network.source[kept], network.target[kept], network.senior, network.pool, network.answered
    )
    found = homophily_test(apart, replay=replay)
    assert found.p_value <= 0.02
    assert found.estimate < 0
    assert "199 random permutations, seed 3" in found.convention


def test_the_share_of_ties_across_is_a_mean_with_pools_as_clusters() -> None:
    network = drawn(2, n=24, pools=4)
    found = cross_share(network)
    cross = network.cross.astype(float)
    value, error = cr2(cross, np.ones((len(cross), 1)), network.pool[network.source], 0)
    assert found.estimate == pytest.approx(value)
    assert found.std_error == pytest.approx(error)
    alone = cross_share(drawn(2, n=24, pools=1))
    assert alone.n_clusters == 0
    assert "people, as there is one pool" in alone.convention


def test_a_tie_named_twice_counts_once_and_people_of_both_levels_are_left_out() -> None:
    people, ties = frames(drawn(2))
    again = read_network(people, pd.concat([ties, ties]))
    assert len(again.source) == len(ties)
    both = people.assign(level=people["level"].where(people["person_id"] != "0", "both"))
    less = read_network(both, ties)
    touched = ((ties["person_id"] == "0") | (ties["contact_id"] == "0")).sum()
    assert less.left_out == touched > 0
    assert len(less.source) == len(ties) - touched
    assert f"{touched} ties of people of both levels left out" in cross_share(less).note


def test_networks_that_cannot_be_are_refused() -> None:
    people, ties = frames(drawn(2))
    with pytest.raises(EstimateError, match="among the people twice"):
        read_network(pd.concat([people, people]), ties)
    with pytest.raises(EstimateError, match="somebody names themselves"):
        read_network(people, ties.assign(contact_id=ties["person_id"]))
    with pytest.raises(EstimateError, match="one who gave no answer names somebody"):
        read_network(people.assign(answered=False), ties)
    few = drawn(2)
    small = Network(few.source[:9], few.target[:9], few.senior, few.pool, few.answered)
    for make in (homophily_test, cross_share):
        with pytest.raises(EstimateError, match="12 people named 9 ties; at least 5 people"):
            make(small)
    each = Network(few.source, few.target, few.senior, np.arange(12), few.answered)
    with pytest.raises(EstimateError, match="no exchange of levels within a pool"):
        homophily_test(each)


# -- expectations ------------------------------------------------------------------------------


def ending(seed: int, *, pools: int = 12, size: int = 6, slope: float = 0.0) -> pd.DataFrame:
    """Return dyads whose hazard goes with how far their expectations lie apart."""
    rng = stream(seed, "ending")
    pool = np.repeat(np.arange(pools), size)
    gap = np.abs(rng.normal(size=pool.size))
    base = np.log(0.08) + rng.normal(0, 0.3, pools)[pool] + slope * (gap - gap.mean()) / gap.std()
    chance = -np.expm1(-np.exp(base))
    hits = rng.random((6, pool.size)) < chance
    time = np.where(hits.any(axis=0), hits.argmax(axis=0) + 1, 6)
    return pd.DataFrame({"pool": pool, "gap": gap, "time": time, "ended": hits.any(axis=0)})


def slope_of(frame: pd.DataFrame, **more: float):
    return hazard_slope(
        frame["time"], frame["ended"], predictor=frame["gap"], pool=frame["pool"], **more
    )


def test_the_sandwich_of_the_hazard_is_that_of_mancl_and_derouen() -> None:
    frame = ending(4, slope=0.5)
    found = slope_of(frame)
    x = (frame["gap"] - frame["gap"].mean()) / frame["gap"].std()
    fit = fit_pooled_hazard(frame["time"], frame["ended"], design_matrix=x.to_numpy()[:, None])
    rows = periods(frame["time"], frame["ended"])
    last = fit.baseline["period"].max()
    dummies = pd.get_dummies(np.minimum(rows["period"], last)).to_numpy(dtype=float)
    design = np.column_stack([dummies, x.to_numpy()[rows["pair"]]])
    model = sm.GLM(rows["ended"], design, family=Binomial(link=links.CLogLog())).fit(tol=1e-13)
    assert found.estimate == pytest.approx(float(model.params.iloc[-1]), abs=1e-7)
    # With the full hat matrix of each pool, as the paper writes it.
    mean = np.asarray(model.fittedvalues)
    slope = links.CLogLog().inverse_deriv(np.asarray(design @ model.params))
    tilted, spread = design * slope[:, None], mean * (1 - mean)
    bread = np.linalg.inv(tilted.T @ (tilted / spread[:, None]))
    meat = np.zeros_like(bread)
    clusters = frame["pool"].to_numpy()[rows["pair"]]
    for pool in np.unique(clusters):
        own = clusters == pool
        hat = tilted[own] @ bread @ (tilted[own] / spread[own, None]).T
        residual = np.linalg.solve(np.eye(own.sum()) - hat, (rows["ended"] - mean)[own])
        score = (tilted[own] / spread[own, None]).T @ residual
        meat += np.outer(score, score)
    error = float(np.sqrt((bread @ meat @ bread)[-1, -1]))
    assert found.std_error == pytest.approx(error, rel=1e-5)
    assert found.df == 11
    assert f"multiplied by {exp(found.estimate):.2f}" in found.note


def test_intervals_of_the_hazard_hold_the_truth() -> None:
    inside = 0
    for seed in range(80):
        found = slope_of(ending(seed, slope=0.4))
        inside += found.conf_low <= 0.4 <= found.conf_high
    assert inside >= 70


def test_missing_expectations_are_counted_and_left_out() -> None:
    frame = ending(2)
    holes = frame.assign(gap=frame["gap"].where(frame.index % 9 > 0))
    found, alone = slope_of(holes), slope_of(holes.dropna())
    assert (found.estimate, found.std_error) == (alone.estimate, alone.std_error)
    assert (found.n, found.n_missing) == (64, 8)


def test_too_few_endings_or_pools_are_refused() -> None:
    frame = ending(2)
    with pytest.raises(EstimateError, match="0 dyads with a value ended early and 72 did not"):
        slope_of(frame.assign(ended=False, time=6))
    with pytest.raises(EstimateError, match="3 pools are too few to stand for others"):
        slope_of(frame.assign(pool=frame["pool"] % 3))
    with pytest.raises(EstimateError, match="the predictor is the same for all dyads"):
        slope_of(frame.assign(gap=1.0))
    with pytest.raises(EstimateError, match="give one value per dyad"):
        hazard_slope([1, 2], [True, False], predictor=[1.0], pool=[1, 2])
    lone = frame.assign(gap=np.where((frame["pool"] == 0) & (frame.index % 2 == 0), 1.0, 0.0))
    with pytest.raises(EstimateError, match="without one of the pools nothing would be left"):
        slope_of(lone.assign(ended=frame["ended"] | (frame.index == 0)))


def test_the_distance_is_the_mean_over_topics_that_both_answered() -> None:
    rows = pd.DataFrame(
        {"dyad_id": list("aaabb"), "pool_id": 1, "arm": "new", "time": 3, "ended_early": False,
         "topic": list("xyzxy"), "mentor": [0.0, 0.5, np.nan, 1.0, np.nan],
         "mentee": [0.5, 0.25, 1.0, np.nan, 0.0]}
    )  # fmt: skip
    found = expectation_gaps(rows).set_index("dyad_id")
    assert found.loc["a", "gap"] == pytest.approx(0.375)
    assert found["topics"].tolist() == [2, 0]
    assert np.isnan(found.loc["b", "gap"])
    with pytest.raises(EstimateError, match="an expectation lies beyond its scale"):
        expectation_gaps(rows.assign(mentor=2.0))
    with pytest.raises(EstimateError, match="no dyad said what it expects"):
        expectation_gaps(rows.iloc[:0])
    with pytest.raises(
        EstimateError, match="fewer than two dyads have the expectations of both sides"
    ):
        mean_gap(found.reset_index())


def test_the_mean_distance_has_pools_as_clusters() -> None:
    rng = stream(3, "gap")
    gaps = pd.DataFrame({"pool_id": np.arange(20) % 5, "gap": rng.random(20)})
    gaps.loc[3, "gap"] = np.nan
    kept = gaps.dropna()
    value, error = cr2(kept["gap"].to_numpy(), np.ones((19, 1)), kept["pool_id"].to_numpy(), 0)
    found = mean_gap(gaps)
    assert (found.estimate, found.std_error) == (pytest.approx(value), pytest.approx(error))
    assert (found.n_missing, found.n_clusters) == (1, 5)
    assert mean_gap(gaps.assign(pool_id=1)).n_clusters == 0


# -- goals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("goals", "expected"),
    [(1, 60.00), (2, 62.40), (3, 63.69), (4, 64.51), (5, 65.08)],
)
def test_the_t_score_is_that_of_the_conversion_tables(goals: int, expected: float) -> None:
    """All goals one level above: the tables of goal attainment scaling, weights of 1, r = .3."""
    assert attainment_t([1] * goals) == pytest.approx(expected, abs=0.006)
    assert attainment_t([-1] * goals) == pytest.approx(100 - expected, abs=0.006)
    assert attainment_t([0] * goals) == 50


def test_weights_count_and_missing_goals_are_left_out() -> None:
    by_hand = 50 + 10 * (2 * 1 + 1 * -1) / sqrt(0.7 * 5 + 0.3 * 9)
    assert attainment_t([1, -1, np.nan], [2, 1, 5]) == pytest.approx(by_hand)
    assert attainment_t([np.nan, 1, -1], [5, 2, 1]) == pytest.approx(by_hand)
    assert attainment_t([1, -1], [20, 10]) == pytest.approx(by_hand)
    assert np.isnan(attainment_t([np.nan]))
    with pytest.raises(EstimateError, match="attainment must be -2, -1, 0, 1 or 2"):
        attainment_t([3])
    with pytest.raises(EstimateError, match="every weight must be above 0"):
        attainment_t([1], [0])
    with pytest.raises(EstimateError, match="`likeness` must be 0 to 1; got 2"):
        attainment_t([1], likeness=2)
    with pytest.raises(EstimateError, match="give one weight per goal"):
        attainment_t([1, 2], [1])


def test_the_t_score_has_mean_50_and_spread_10_if_goals_correlate_as_it_takes_for_granted() -> None:
    rng = stream(8, "goals")
    common, own = rng.normal(size=(2000, 1)), rng.normal(size=(2000, 3))
    latent = sqrt(0.3) * common + sqrt(0.7) * own
    levels = np.clip(np.rint(latent), -2, 2)
    scores = np.array([attainment_t(row) for row in levels])
    assert scores.mean() == pytest.approx(50, abs=0.7)
    assert scores.std() == pytest.approx(10, abs=0.7)


def goal_rows() -> pd.DataFrame:
    return pd.DataFrame(
        {"dyad_id": list("aabbcd"), "pool_id": [1, 1, 1, 1, 2, 3], "arm": "new",
         "role": ["both", "mentor", "both", "mentee", "both", "mentee"],
         "weight": pd.array([1, None, 2, 1, 1, 1], dtype="Float64"),
         "stated_by_mentor": pd.array([True, False, None, True, None, None], dtype="boolean"),
         "stated_by_mentee": pd.array([True, True, None, False, None, True], dtype="boolean"),
         "attainment": pd.array([1, 0, -1, None, None, 2], dtype="Int64")}
    )  # fmt: skip


def test_goals_are_scored_by_dyad_and_by_whose_they_are() -> None:
    scores = goal_scores(goal_rows()).set_index("dyad_id")
    assert scores["judged"].tolist() == [2, 1, 0, 1]
    assert scores["goals"].tolist() == [2, 2, 1, 1]
    assert scores.loc["a", "score"] == pytest.approx(attainment_t([1, 0]))
    assert scores.loc["b", "score"] == pytest.approx(40)
    assert np.isnan(scores.loc["c", "score"])
    assert goal_scores(goal_rows(), whose="mentee")["dyad_id"].tolist() == ["b", "d"]
    with pytest.raises(OptionError, match="`whose` must be one of"):
        goal_scores(goal_rows(), whose="boss")


def test_who_can_say_their_goals_is_a_mean_over_dyads() -> None:
    found = goals_stated(goal_rows())
    assert found.estimate == pytest.approx(np.mean([3 / 4, 1 / 2, 1]))
    assert (found.n, found.n_missing) == (3, 1)
    assert found.conf_high <= 1
    with pytest.raises(EstimateError, match="fewer than two dyads have a value; two are needed"):
        goals_stated(goal_rows().iloc[:2])


def test_mean_attainment_and_its_contrast_have_pools_as_clusters() -> None:
    rng = stream(9, "scores")
    pool = np.repeat(np.arange(8), 4)
    scores = pd.DataFrame(
        {"dyad_id": np.arange(32), "pool_id": pool, "arm": np.where(pool < 4, "new", "old"),
         "score": 50 + 10 * rng.normal(size=32)}
    )  # fmt: skip
    value, error = cr2(scores["score"].to_numpy(), np.ones((32, 1)), pool, 0)
    found = goal_mean(scores)
    assert (found.estimate, found.std_error) == (pytest.approx(value), pytest.approx(error))
    design = np.column_stack([np.ones(32), pool < 4])
    value, error = cr2(scores["score"].to_numpy(), design, pool, 1)
    gap = goal_contrast(scores, NEW)
    assert (gap.estimate, gap.std_error) == (pytest.approx(value), pytest.approx(error))
    assert "post - pre" not in gap.convention


# -- first sessions ----------------------------------------------------------------------------


def test_the_median_is_the_first_time_by_which_half_have_met() -> None:
    found = median_to_first([2, 2, 2, 6, 6, 10, 22, 22], [1, 1, 1, 1, 1, 1, 0, 0], unit="weeks")
    assert found.estimate == 6.0
    assert found.unit == "weeks"
    assert found.note == "6 of 8 pairs met"
    with pytest.raises(EstimateError, match="1 of 3 pairs have met, fewer than half"):
        median_to_first([2, 22, 22], [1, 0, 0])
    with pytest.raises(EstimateError, match="0 of 0 pairs have met"):
        median_to_first([], [])


def starts() -> pd.DataFrame:
    rng = stream(4, "starts")
    pool = np.repeat(np.arange(8), 4)
    time = np.round(rng.lognormal(2.5, 0.6, 32) * np.where(pool < 4, 0.5, 1.0))
    met = np.arange(32) % 11 > 0
    arm = np.where(pool < 4, "new", "old")
    frame = pd.DataFrame({"dyad_id": np.arange(32), "pool_id": pool, "arm": arm, "met": met})
    return frame.assign(time=np.where(met, time, 30.0), unit="days")


def test_who_has_not_met_counts_with_the_horizon() -> None:
    frame = starts()
    found = time_to_first(frame, NEW)
    outcome = np.minimum(frame["time"], 30.0).to_numpy()
    design = np.column_stack([np.ones(32), frame["arm"] == "new"]).astype(float)
    value, error = cr2(outcome, design, frame["pool_id"].to_numpy(), 1)
    assert (found.estimate, found.std_error) == (pytest.approx(value), pytest.approx(error))
    assert "time up to 30 days" in found.convention
    with pytest.raises(EstimateError, match="no pair has met"):
        time_to_first(frame.assign(met=False), NEW)


def test_the_meeting_test_deals_arms_to_pools_and_sees_who_meets_sooner() -> None:
    frame = starts()
    found = meeting_test(frame, NEW)
    assert found.estimate > 0
    assert "all 70 assignments" in found.convention
    assert np.isnan(found.conf_low)
    swapped = meeting_test(frame, Contrast("old", "new"))
    assert swapped.estimate == pytest.approx(-found.estimate)
    assert swapped.p_value == pytest.approx(found.p_value)
    with pytest.raises(EstimateError, match="no pair has met, so there is nothing to compare"):
        meeting_test(frame.assign(met=False), NEW)


# -- what every estimate says of itself --------------------------------------------------------


def gap_frame() -> pd.DataFrame:
    rng = stream(12, "gaps")
    return pd.DataFrame({"pool_id": np.arange(20) % 5, "gap": 0.2 + 0.6 * rng.random(20)})


def score_frame() -> pd.DataFrame:
    rng, pool = stream(13, "scores"), np.repeat(np.arange(8), 4)
    arm = np.where(pool < 4, "new", "old")
    values = 50 + 10 * rng.normal(size=32)
    return pd.DataFrame({"dyad_id": np.arange(32), "pool_id": pool, "arm": arm, "score": values})


AT_LEVEL = {
    "event_rate": lambda level: event_rate(ideas(1), conf_level=level),
    "rate_ratio": lambda level: rate_ratio(ideas(1), NEW, conf_level=level),
    "cross_share": lambda level: cross_share(drawn(2, n=24, pools=4), conf_level=level),
    "mean_gap": lambda level: mean_gap(gap_frame(), conf_level=level),
    "goal_mean": lambda level: goal_mean(score_frame(), conf_level=level),
    "goal_contrast": lambda level: goal_contrast(score_frame(), NEW, conf_level=level),
    "goals_stated": lambda level: goals_stated(goal_rows(), conf_level=level),
    "time_to_first": lambda level: time_to_first(starts(), NEW, conf_level=level),
    "median_to_first": lambda level: median_to_first(
        starts()["time"], starts()["met"], conf_level=level
    ),
    "hazard_slope": lambda level: slope_of(ending(4, slope=0.5), conf_level=level),
}


@pytest.mark.parametrize("name", AT_LEVEL)
def test_an_interval_has_the_level_that_was_asked_for(name: str) -> None:
    wide, narrow = (AT_LEVEL[name](level) for level in (0.95, 0.6))
    assert (wide.conf_level, narrow.conf_level) == (0.95, 0.6)
    assert wide.conf_high - wide.conf_low > 1.2 * (narrow.conf_high - narrow.conf_low)


def test_shares_and_distances_have_no_test_and_end_at_0_and_1() -> None:
    low = pd.DataFrame({"pool_id": [1, 2, 3], "gap": [0.0, 0.1, 0.9]})
    high = low.assign(gap=1 - low["gap"])
    assert mean_gap(low).conf_low == 0.0
    assert mean_gap(high).conf_high == 1.0
    assert np.isnan([mean_gap(low).p_value, mean_gap(low).statistic]).all()
    rows = pd.DataFrame({"dyad_id": range(6), "pool_id": [1, 1, 2, 2, 3, 3],
                         "stated_by_mentor": [True, *[False] * 5],
                         "stated_by_mentee": [True, *[False] * 5]})  # fmt: skip
    said = goals_stated(rows)
    assert said.conf_low == 0.0
    assert np.isnan([said.p_value, said.statistic]).all()
    other = goals_stated(rows.assign(stated_by_mentor=~rows["stated_by_mentor"],
                                     stated_by_mentee=~rows["stated_by_mentee"]))  # fmt: skip
    assert other.conf_high == 1.0
    network = drawn(2, n=24, pools=2)
    same = ~network.cross
    same[np.flatnonzero(network.cross)[0]] = True
    within = Network(network.source[same], network.target[same], network.senior, network.pool,
                     network.answered)  # fmt: skip
    assert cross_share(within).conf_low == 0.0
    assert "CR2 standard error over pools" in mean_gap(low).convention
    assert "over dyads, as there is one pool" in mean_gap(low.assign(pool_id=1)).convention


def test_a_mean_of_one_pool_has_its_dyads_as_units() -> None:
    alone = goal_mean(score_frame().assign(pool_id=1))
    values = score_frame()["score"]
    assert alone.std_error == pytest.approx(values.sem())
    assert alone.n_clusters == 0
    together = goal_mean(score_frame())
    assert together.n_clusters == 8


def test_scores_and_first_sessions_are_compared_within_blocks() -> None:
    """With blocks the contrast is that of a regression that has them."""
    block = np.repeat(["a", "b"], 8)[np.r_[0:4, 8:12, 4:8, 12:16]].repeat(2)
    times = starts().assign(block=block)
    design = np.column_stack([np.ones(32), times["arm"] == "new", block == "b"]).astype(float)
    for found, outcome, pools in (
        (goal_contrast(score_frame().assign(block=block), NEW), score_frame()["score"],
         score_frame()["pool_id"]),
        (time_to_first(times, NEW), np.minimum(times["time"], 30.0), times["pool_id"]),
    ):  # fmt: skip
        value, error = cr2(np.asarray(outcome, dtype=float), design, pools.to_numpy(), 1)
        assert (found.estimate, found.std_error) == (pytest.approx(value), pytest.approx(error))


def test_the_horizon_is_the_earliest_time_without_a_meeting() -> None:
    frame = starts()
    frame.loc[~frame["met"], "time"] = [8.0, 30.0, 30.0]
    found = time_to_first(frame, NEW)
    outcome = np.minimum(frame["time"], 8.0)
    own = frame["arm"] == "new"
    assert found.estimate == pytest.approx(outcome[own].mean() - outcome[~own].mean())
    assert median_to_first([2, 4, 9, 9], [1, 1, 0, 0]).note == "2 of 4 pairs met"


def test_a_third_arm_and_pools_without_exposure_play_no_part() -> None:
    frame = even([8, 3, 6, 9, 2, 3, 5, 1])
    third = even([4, 7, 1, 9]).assign(arm="other", pool_id=range(50, 54))
    empty = even([0, 0], 0.0).assign(pool_id=[60, 61])
    more = pd.concat([frame, third, empty])
    plain, tested = rate_ratio(more, NEW), rate_ratio_test(more, NEW)
    assert plain.std_error == pytest.approx(rate_ratio(frame, NEW).std_error)
    assert plain.df == pytest.approx(rate_ratio(frame, NEW).df)
    assert plain.n_clusters == 8
    assert tested.p_value == rate_ratio_test(frame, NEW).p_value
    assert "all 70 assignments of arms to 8 pools" in tested.convention
    days = starts()
    late = days.assign(arm="other", pool_id=days["pool_id"] + 20, dyad_id=days["dyad_id"] + 50)
    found = meeting_test(pd.concat([days, late]), NEW)
    assert found.p_value == meeting_test(days, NEW).p_value
    draws = meeting_test(days, NEW, replay=Replay(exact_limit=0, n_draws=99, seed=3))
    assert "99 of 70 assignments at random, seed 3" in draws.convention


def test_a_rate_counts_dyads_and_refuses_exposures_below_zero() -> None:
    assert rate_ratio(ideas(1), NEW).n == 40
    frame = even([3, 2, 1, 2]).assign(exposure=[10.0, -1.0, 10.0, 10.0])
    with pytest.raises(EstimateError, match="every exposure must be a number of zero or more"):
        rate_ratio(frame, NEW)
    with pytest.raises(EstimateError, match="an expectation lies beyond its scale"):
        expectation_gaps(
            pd.DataFrame({"dyad_id": ["a"], "pool_id": 1, "arm": "new", "time": 3,
                          "ended_early": False, "topic": "x", "mentor": -0.1, "mentee": 0.5})
        )  # fmt: skip


def test_who_answered_is_known_person_by_person() -> None:
    """A silent person may be named; one of both levels goes with pool, answer and level."""
    people = pd.DataFrame(
        {"person_id": list("abcdefg"), "pool_id": list("zxxyyxy"),
         "level": ["both", "mentee", "mentor", "mentee", "mentor", "mentee", "mentee"],
         "answered": [True, True, True, True, True, False, True]}
    )  # fmt: skip
    ties = pd.DataFrame({"person_id": list("bcde"), "contact_id": list("ffeb")})
    network = read_network(people, ties)
    assert network.senior.tolist() == [True, False, True, False, True, True]
    assert network.pool.tolist() == [0, 0, 1, 1, 0, 1]
    assert network.answered.tolist() == [True, True, True, True, False, True]
    assert network.target.tolist() == [4, 4, 3, 0]
    with pytest.raises(EstimateError, match="5 people named 4 ties"):
        network.check()


def silenced() -> Network:
    """Return ten people of one pool, of whom four did not answer, three of these mentees."""
    network = drawn(5, n=10, pools=1, share=0.5)
    silent = np.isin(np.arange(10), [1, 3, 5, 6])
    kept = ~silent[network.source]
    return Network(
        network.source[kept], network.target[kept], network.senior, network.pool, ~silent
    )


def test_silence_counts_in_the_number_of_people_and_in_what_chance_gives() -> None:
    network = silenced()
    shares = []
    spoke, silent = np.flatnonzero(network.answered), np.flatnonzero(~network.answered)
    for one in combinations(spoke, 2):
        for two in combinations(silent, 3):
            senior = np.isin(np.arange(10), [*one, *two])
            shares.append((senior[network.source] != senior[network.target]).mean())
    found = homophily_test(network)
    assert network.senior[silent].sum() == 3
    assert network.senior[spoke].sum() == 2
    assert expected_cross(network).mean() == pytest.approx(np.mean(shares))
    assert f"by chance the index would be {2 * np.mean(shares) - 1:.3f}" in found.convention
    assert (cross_share(network).n, cross_share(network).n_missing) == (6, 4)
    _, error = cr2(
        network.cross.astype(float), np.ones((len(network.source), 1)), network.source, 0
    )
    assert cross_share(network).std_error == pytest.approx(error)
    few = Network(network.source, network.target, network.senior, network.pool,
                  np.arange(10) < 4)  # fmt: skip
    with pytest.raises(EstimateError, match="4 people named"):
        few.check()


def test_many_permutations_are_counted_one_by_one() -> None:
    """More than fit into one block, none left out and none invented."""
    network = drawn(7, n=14, pools=1)
    chosen = np.array(list(combinations(range(14), 7)))
    senior = np.zeros((len(chosen), 14), dtype=bool)
    np.put_along_axis(senior, chosen, values=True, axis=1)
    shares = (senior[:, network.source] != senior[:, network.target]).mean(axis=1)
    far = np.abs(shares - shares.mean())
    seen = abs(network.cross.mean() - shares.mean())
    assert homophily_test(network).p_value == pytest.approx((far >= seen - 1e-9).mean())


def test_a_pooled_hazard_keeps_its_link_and_every_period_that_it_can() -> None:
    time, ended = np.repeat([1, 2, 3], 8), np.tile([True, False], 12)
    x = (np.arange(24) % 3).astype(float)[:, None]
    for link in ("cloglog", "logit"):
        full = fit_pooled_hazard(time, ended, design_matrix=x, link=link)
        assert full.baseline["period"].tolist() == [1, 2, 3]
        late = np.where(time == 1, 3, time)
        one = fit_pooled_hazard(late, ended, design_matrix=x, link=link)
        assert one.baseline["period"].tolist() == [1]
        assert (full.link, one.link) == (link, link)
        name = {"cloglog": "log hazard ratio", "logit": "log odds ratio"}[link]
        narrow = full.estimate(0, conf_level=0.8)
        assert (narrow.unit, narrow.conf_level) == (name, 0.8)
        assert narrow.conf_high - narrow.estimate == pytest.approx(1.2815515655 * narrow.std_error)
    with pytest.raises(EstimateError, match=r"in the periods \[3\] nobody or everybody ended"):
        fit_discrete_hazard([1, 1, 2, 2, 3, 3], [1, 0, 1, 0, 1, 1],
                            design_matrix=[[0.0], [1], [1], [0], [0], [1]])  # fmt: skip


def test_a_predictor_in_small_units_is_no_perfect_one() -> None:
    time, ended = np.repeat([1, 2, 3], 8), np.tile([True, False], 12)
    x = np.linspace(0, 1, 24)[np.argsort(stream(3, "units").random(24))][:, None]
    fine = fit_discrete_hazard(time, ended, design_matrix=x / 100, last_period=2)
    plain = fit_discrete_hazard(time, ended, design_matrix=x, last_period=2)
    assert fine.coefficients == pytest.approx(100 * plain.coefficients, rel=1e-5)


def test_a_hazard_needs_eight_who_stay_and_names_its_periods_and_units() -> None:
    frame = ending(4, slope=0.5)
    found = slope_of(frame)
    assert f"one standard deviation is {frame['gap'].std():.3g};" in found.note
    assert "levels of periods" in found.convention
    late = frame.assign(time=np.where(frame["ended"], 6, frame["time"]))
    assert "one level for all periods" in slope_of(late).convention
    ends = frame.index[frame["ended"]]
    few = frame.assign(ended=frame.index.isin(ends[:7]))
    with pytest.raises(EstimateError, match="7 dyads with a value ended early and 65 did not"):
        slope_of(few)
    with pytest.raises(EstimateError, match="65 dyads with a value ended early and 7 did not"):
        slope_of(frame.assign(ended=~few["ended"]))
    gone = frame.assign(gap=frame["gap"].where(frame["pool"] != 3))
    assert slope_of(gone).n_clusters == 11
