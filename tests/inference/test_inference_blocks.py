"""Pools dealt to arms within blocks: dummies, weights and re-assignments within blocks."""

from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from inference_trials import CONTRAST, trial
from scipy import stats

from revlab.errors import EstimateError, PilotError, TableError
from revlab.fieldwork.frames import dyad_outcomes
from revlab.fieldwork.pilot import Pilot, read_pilot, write_pilot
from revlab.inference.attendance import attendance_difference
from revlab.inference.blocked_permutation import blocked_permutation_test
from revlab.inference.comparison import read_comparison
from revlab.inference.estimate import Contrast
from revlab.inference.estimators import ESTIMATORS, POINT_ESTIMATORS
from revlab.inference.inversion import Replay, n_splits, splits_of
from revlab.inference.log_rank import log_rank
from revlab.inference.randomisation import randomisation_test
from revlab.rng import stream
from revlab.shipped import shipped

NAMES = sorted(ESTIMATORS)
NUMBERS = ("estimate", "std_error", "df", "p_value", "conf_low", "conf_high")
SIZES = (4, 3, 6, 5, 2, 7, 4, 3, 5, 4, 3, 6)
SITES = ("north", "south", "west")


def blocked(*, missing: float = 0.1, gap: float = 2.0, seed: int = 5) -> pd.DataFrame:
    """Return a trial of twelve pools in three sites; one site scores higher than the others."""
    frame = trial(SIZES, seed=seed, missing=missing)
    pools = sorted(set(frame["pool_id"]))
    site = {pool: SITES[k % 3] for k, pool in enumerate(pools)}
    arm = {pool: "new" if k in (0, 1, 3, 5, 6, 10) else "old" for k, pool in enumerate(pools)}
    frame["block"] = frame["pool_id"].map(site)
    frame["arm"] = frame["pool_id"].map(arm)
    frame["post"] += gap * (frame["block"] == "west")
    return frame


def numbers(name: str, frame: pd.DataFrame) -> list[float]:
    estimate = ESTIMATORS[name](frame, CONTRAST)
    return [getattr(estimate, field) for field in NUMBERS]


@pytest.mark.parametrize("name", NAMES)
def test_one_block_is_as_no_block(name: str):
    frame = blocked()
    plain = frame.drop(columns="block")
    assert numbers(name, plain.assign(block="all")) == numbers(name, plain)
    other = pd.concat([plain.assign(block="here"), frame.assign(arm="third", block="there")])
    other["pool_id"] = other["arm"] + other["pool_id"]
    other["dyad_id"] = other["arm"] + other["dyad_id"]
    assert numbers(name, other) == pytest.approx(numbers(name, plain), nan_ok=True)


@pytest.mark.parametrize("name", NAMES)
def test_a_gap_between_blocks_changes_nothing(name: str):
    wide = blocked(gap=40.0)
    assert numbers(name, wide) == pytest.approx(numbers(name, blocked(gap=0.0)), nan_ok=True)
    estimate = ESTIMATORS[name](wide, CONTRAST)
    assert "3 blocks" in estimate.convention
    assert "3 blocks" not in ESTIMATORS[name](wide.drop(columns="block"), CONTRAST).convention


@pytest.mark.parametrize("name", NAMES)
def test_names_of_blocks_and_order_of_rows_do_not_matter(name: str):
    frame = blocked()
    turned = frame.sample(frac=1, random_state=2)
    turned["block"] = turned["block"].map({"north": 9, "south": 1, "west": 5})
    assert numbers(name, turned) == pytest.approx(numbers(name, frame), rel=1e-5, nan_ok=True)


@pytest.mark.parametrize("name", NAMES)
def test_a_block_with_one_arm_tells_nothing_and_is_noted(name: str):
    frame = blocked(missing=0.0)
    lone = frame[frame["pool_id"].isin(["P00", "P03"])].copy()
    for column in ("pool_id", "dyad_id"):
        lone[column] = "x" + lone[column]
    both = pd.concat([frame, lone.assign(block="east", post=lone["post"] + 3)])
    found, plain = (ESTIMATORS[name](f, CONTRAST) for f in (both, frame))
    assert "1 block has pools of one arm only" in found.note
    assert "one arm only" not in plain.note
    if name in ("pool_means", "change_cr2", "randomisation", "superiority"):
        assert found.estimate == pytest.approx(plain.estimate)
    if name == "randomisation":
        assert (found.p_value, found.conf_low) == pytest.approx((plain.p_value, plain.conf_low))


@pytest.mark.parametrize("name", NAMES)
def test_blocks_that_are_wrong_are_refused(name: str):
    frame = blocked()
    wrong = {
        "a dyad has no block": frame.assign(block=frame["block"].mask(frame.index == 3)),
        "pool 'P00' has dyads in two blocks": frame.assign(
            block=frame["block"].mask(frame.index == 0, "south")
        ),
        "no block has pools of both arms": frame.assign(block="site of " + frame["arm"]),
    }
    for message, table in wrong.items():
        with pytest.raises(EstimateError, match=message):
            ESTIMATORS[name](table, CONTRAST)


def test_a_missing_block_of_another_arm_does_not_matter():
    frame = blocked()
    other = frame.assign(
        arm="third", block=None, pool_id="x" + frame["pool_id"], dyad_id="x" + frame["dyad_id"]
    )
    assert read_comparison(pd.concat([frame, other]), CONTRAST).n_blocks == 3


FORMULAS = {
    "change_cr2": "I(post - pre) ~ treated + C(block)",
    "ancova_cr2": "post ~ treated + centred + C(block)",
    "lin_cr2": "post ~ treated * centred + C(block)",
}


@pytest.mark.parametrize("name", FORMULAS)
def test_blocked_regressions_are_those_of_statsmodels_with_dummies(name: str):
    frame = blocked().dropna()
    frame["centred"] = frame["pre"] - frame["pre"].mean()
    frame["treated"] = (frame["arm"] == "new") * 1.0
    model = smf.ols(FORMULAS[name], frame)
    found = ESTIMATORS[name](frame, CONTRAST)
    assert found.estimate == pytest.approx(model.fit().params["treated"])
    # pools of one dyad: CR2 is HC2
    single = frame.assign(pool_id=frame["dyad_id"])
    alone = ESTIMATORS[name](single, CONTRAST)
    assert alone.std_error == pytest.approx(model.fit(cov_type="HC2").bse["treated"])


def test_blocked_pool_means_are_weighted_and_have_hc2_errors():
    frame = blocked()
    change = (frame["post"] - frame["pre"]).groupby([frame["pool_id"]]).mean()
    pools = frame.groupby("pool_id")[["arm", "block"]].first().assign(change=change)
    gaps, weights = [], []
    for _, rows in pools.groupby("block"):
        new, old = (rows.loc[rows["arm"] == arm, "change"] for arm in ("new", "old"))
        gaps.append(new.mean() - old.mean())
        weights.append(len(new) * len(old) / len(rows))
    found = ESTIMATORS["pool_means"](frame, CONTRAST)
    assert len(set(weights)) > 1
    assert found.estimate == pytest.approx(np.average(gaps, weights=weights))
    fit = smf.ols("change ~ I(arm == 'new') + C(block)", pools).fit(cov_type="HC2")
    assert found.std_error == pytest.approx(fit.bse.filter(like="arm").iloc[0])
    assert ESTIMATORS["randomisation"](frame, CONTRAST).estimate == pytest.approx(found.estimate)


def test_pairs_of_pools_give_the_paired_t_test():
    frame = trial(SIZES, seed=8)
    pair = frame["pool_id"].str[1:].astype(int) // 2
    odd = frame["pool_id"].str[1:].astype(int) % 2
    frame = frame.assign(block=pair, arm=np.where(odd == 1, "new", "old"))
    means = (frame["post"] - frame["pre"]).groupby(frame["pool_id"]).mean().to_numpy()
    paired = stats.ttest_rel(means[1::2], means[::2])
    found = ESTIMATORS["pool_means"](frame, CONTRAST)
    assert (found.statistic, found.df, found.p_value) == pytest.approx(
        (paired.statistic, 5.0, paired.pvalue)
    )


def test_two_blocks_of_one_arm_share_are_weighted_by_size():
    sizes = (2,) * 12
    frame = trial(sizes, seed=9)
    number = frame["pool_id"].str[1:].astype(int)
    frame = frame.assign(
        block=np.where(number < 4, "small", "large"), arm=np.where(number % 2, "new", "old")
    )
    change = frame["post"] - frame["pre"]
    gaps = [
        change[(frame["block"] == site) & (frame["arm"] == "new")].mean()
        - change[(frame["block"] == site) & (frame["arm"] == "old")].mean()
        for site in ("small", "large")
    ]
    found = ESTIMATORS["pool_means"](frame, CONTRAST)
    assert found.estimate == pytest.approx(np.average(gaps, weights=[4, 8]))


def test_the_mixed_model_with_blocks_has_the_effect_of_statsmodels():
    frame = blocked(missing=0.0, seed=3)
    frame["post"] += frame["pool_id"].map(
        dict(zip(sorted(set(frame["pool_id"])), stream(1, "pools").normal(size=12), strict=True))
    )
    fit = smf.mixedlm("post ~ pre + C(arm, Treatment('old')) + C(block)", frame, groups="pool_id")
    peer = fit.fit(reml=True)
    found = ESTIMATORS["mixed_pools"](frame, CONTRAST)
    assert peer.cov_re.iloc[0, 0] > 0.05
    assert found.estimate == pytest.approx(peer.params.filter(like="arm").iloc[0], abs=1e-5)
    assert found.std_error == pytest.approx(peer.bse.filter(like="arm").iloc[0], rel=1e-4)


def test_superiority_compares_dyads_of_one_block_only():
    frame = blocked().dropna()
    change = frame["post"] - frame["pre"]
    shares, weights = [], []
    for site in SITES:
        new, old = (change[(frame["block"] == site) & (frame["arm"] == a)] for a in ("new", "old"))
        shares.append((new.to_numpy()[:, None] > old.to_numpy()).mean())
        weights.append(len(new) * len(old) / (len(new) + len(old)))
    found = ESTIMATORS["superiority"](frame, CONTRAST)
    assert found.estimate == pytest.approx(np.average(shares, weights=weights))


# -- randomisation within blocks ---------------------------------------------------------------


def brute(frame: pd.DataFrame, effect: float) -> tuple[float, int]:
    """Return p-value and number of assignments, listed one by one, of an effect on pools."""
    change = (frame["post"] - frame["pre"]).groupby(frame["pool_id"]).mean()
    pools = frame.groupby("pool_id")[["arm", "block"]].first()
    arm = (pools["arm"] == "new").to_numpy()
    block, y = pools["block"].to_numpy(), change.to_numpy() - effect * arm

    def gap(z: np.ndarray) -> float:
        total, weight = 0.0, 0.0
        for site in SITES:
            inside = block == site
            w = z[inside].sum() * (~z[inside]).sum() / inside.sum()
            total += w * (y[inside & z].mean() - y[inside & ~z].mean())
            weight += w
        return total / weight

    rows = [np.flatnonzero(block == site) for site in SITES]
    hits = []
    for chosen in product(*(combinations(r, int(arm[r].sum())) for r in rows)):
        z = np.isin(np.arange(len(y)), np.concatenate(chosen))
        hits.append(abs(gap(z)) >= abs(gap(arm)) - 1e-9)
    return float(np.mean(hits)), len(hits)


def test_re_assignment_within_blocks_is_that_of_brute_force():
    frame = blocked()
    found = ESTIMATORS["randomisation"](frame, CONTRAST)
    p_value, count = brute(frame, 0.0)
    assert found.p_value == pytest.approx(p_value)
    assert count < 924
    assert f"all {count} assignments of arms to 12 pools within 3 blocks" in found.convention
    for end, inward in ((found.conf_low, 1), (found.conf_high, -1)):
        assert brute(frame, end + inward * 1e-6)[0] > 0.05
        assert brute(frame, end - inward * 1e-6)[0] <= 0.05 + 1e-12


def test_one_dyad_per_pool_gives_the_blocked_permutation_of_units():
    frame = blocked().dropna()
    frame = frame.groupby("pool_id").head(1)
    found = ESTIMATORS["randomisation"](frame, CONTRAST)
    units = blocked_permutation_test(
        frame["post"] - frame["pre"], frame["arm"] == "new", block=frame["block"]
    )
    assert (found.estimate, found.p_value, found.conf_low, found.conf_high) == pytest.approx(
        (units.estimate, units.p_value, units.conf_low, units.conf_high)
    )


def test_the_blocked_test_is_exact():
    rng = stream(3, "exact")
    block, values = np.repeat([0, 1], 4), rng.normal(size=8) + np.repeat([0, 3], 4)
    p_values = []
    for one, two in product(combinations(range(4), 2), combinations(range(4, 8), 2)):
        arm = np.where(np.isin(np.arange(8), (*one, *two)), "new", "old")
        frame = pd.DataFrame(
            {"dyad_id": range(8), "pool_id": range(8), "arm": arm, "pre": 0.0, "post": values}
        )
        p_values.append(ESTIMATORS["randomisation"](frame.assign(block=block), CONTRAST).p_value)
    for alpha in (0.06, 0.12, 0.3, 0.5):
        assert np.mean(np.array(p_values) <= alpha) <= alpha


def test_draws_within_blocks_come_near_the_full_list_and_keep_counts():
    frame = blocked()
    full = randomisation_test(frame, CONTRAST)
    drawn = randomisation_test(frame, CONTRAST, replay=Replay(exact_limit=10, seed=3))
    assert drawn.p_value == pytest.approx(full.p_value, abs=0.015)
    assert "9999 of 96 assignments at random, seed 3" in drawn.convention
    arms, block = np.array([1, 0, 1, 1, 0, 0, 1], bool), np.array([0, 0, 1, 1, 1, 2, 2])
    splits, _ = splits_of(arms, Replay(exact_limit=1, n_draws=200), block=block)
    assert (splits[0] == arms).all()
    for k in range(3):
        assert (splits[:, block == k].sum(1) == arms[block == k].sum()).all()
    assert n_splits(arms, block) == 2 * 3 * 2
    assert len(np.unique(splits_of(arms, Replay(), block=block)[0], axis=0)) == 12


# -- blocks of a pilot folder ------------------------------------------------------------------


@pytest.fixture(scope="module")
def pilot() -> Pilot:
    return read_pilot(shipped("data/example_pilot"))


def with_sites(pilot: Pilot) -> Pilot:
    sites = np.where(np.arange(len(pilot.arms)) // 2 % 2, "Lyon", "Turin")
    return replace(pilot, arms=pilot.arms.assign(block=sites))


def test_a_pilot_without_blocks_has_no_such_column(pilot: Pilot):
    assert list(pilot.arms) == ["pool_id", "arm"]
    assert "block" not in dyad_outcomes(pilot, "voice", role="mentor")


def test_blocks_go_to_the_folder_and_back(pilot: Pilot, tmp_path):
    write_pilot(with_sites(pilot), tmp_path)
    again = read_pilot(tmp_path)
    pd.testing.assert_frame_equal(again.arms, with_sites(pilot).arms)
    book = pd.read_csv(tmp_path / "codebook.csv")
    assert book.loc[book["file"] == "arms.csv", "column"].tolist() == ["pool_id", "arm", "block"]
    frame = dyad_outcomes(again, "voice", role="mentor")
    assert frame["block"].notna().all()
    contrast = Contrast("optimal", "random")
    assert read_comparison(frame, contrast).n_blocks == 2
    for name in POINT_ESTIMATORS:
        assert "2 blocks" in ESTIMATORS[name](frame, contrast).convention


def test_a_pool_without_a_block_is_a_fault_of_the_folder(pilot: Pilot, tmp_path):
    write_pilot(with_sites(pilot), tmp_path)
    path = tmp_path / "arms.csv"
    path.write_text(path.read_text().replace("Lyon", "", 1))
    with pytest.raises(TableError, match=r"arms.csv, row \d+, column 'block': must not be empty"):
        read_pilot(tmp_path)
    path.write_text(path.read_text().replace("block", "blok"))
    with pytest.raises(TableError, match="column 'blok': there is no such column"):
        read_pilot(tmp_path)
    with pytest.raises(PilotError, match="there is no pilot folder"):
        read_pilot(tmp_path / "none")


def test_the_log_rank_test_of_pools_deals_arms_anew_within_blocks_only() -> None:
    rng, pool = stream(31, "log rank in blocks"), np.repeat(np.arange(8), 3)
    block = np.array(["north", "south"])[pool // 4]
    time = np.ceil(rng.exponential(2 + 4 * (pool // 4)))
    ended, treated = rng.random(24) < 0.7, np.isin(pool, (0, 1, 4, 6))

    def gap(arm: np.ndarray) -> float:
        plain = log_rank(time, ended, treated=arm)
        return abs(plain.estimate / plain.std_error**2)

    splits = [
        np.isin(pool, (*one, *two))
        for one in combinations(range(4), 2)
        for two in combinations(range(4, 8), 2)
    ]
    gaps = np.array([gap(arm) for arm in splits])
    pools = pd.DataFrame({"pool_id": pool, "block": block})
    found = log_rank(time, ended, treated=treated, pool=pools)
    assert found.p_value == pytest.approx((gaps >= gap(treated) - 1e-9).mean())
    assert "within blocks" in found.convention
    free = log_rank(time, ended, treated=treated, pool=pools[["pool_id"]])
    assert free.p_value != pytest.approx(found.p_value, abs=0.005)


def test_attendance_is_compared_within_blocks() -> None:
    pool = np.repeat(np.arange(8), 2)
    held = np.array([6, 5, 6, 6, 5, 4, 6, 5, 3, 2, 2, 3, 1, 2, 0, 1])
    frame = pd.DataFrame(
        {
            "dyad_id": [f"D{k}" for k in range(16)],
            "pool_id": pool,
            "arm": np.where(np.isin(pool, (0, 1, 4)), CONTRAST.treatment, CONTRAST.control),
            "planned": 6,
            "held": held,
            "skipped": 6 - held,
            "not_reached": 0,
            "block": np.array(["north", "south"])[pool // 4],
        }
    )
    found = attendance_difference(frame, CONTRAST)
    shares = frame.assign(pre=0.0, post=held / 6)
    by_hand = ESTIMATORS["change_cr2"](shares, CONTRAST)
    assert (found.estimate, found.std_error) == pytest.approx((by_hand.estimate, by_hand.std_error))
    without = attendance_difference(frame.drop(columns="block"), CONTRAST)
    assert abs(without.estimate - found.estimate) > 0.02
    assert without.std_error > 1.5 * found.std_error
