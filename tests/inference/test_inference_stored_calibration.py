"""The stored calibration of every estimator that a plan can name: complete, true, still so.

The table is made by ``benchmarks/calibration.py``; here it is read, and run again at a smaller
size with another seed. A new estimator without rows in it fails.
"""

from collections.abc import Callable
from dataclasses import fields, replace
from math import erf, sqrt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.special import ndtr

from revlab.design.calibration import HARNESS, calibrate, rates_of
from revlab.design.trial_draws import comparison_of, draw_trials, true_effect
from revlab.design.trial_worlds import ANSWERS, DROP_OUT_KINDS, TrialWorld
from revlab.errors import DesignError, EstimateError, OptionError
from revlab.inference import estimators
from revlab.inference.batch import Batch, BatchEstimates
from revlab.inference.batched import BATCHED
from revlab.inference.cores import CORES
from revlab.inference.estimators import ESTIMATORS
from revlab.inference.small_sample_notes import MEASURED, warnings_of

STORED = pd.read_csv(Path(__file__).parent / "data" / "calibration.csv")
NAMES = sorted(ESTIMATORS)
KNOBS = [field.name for field in fields(TrialWorld)]
BASE = TrialWorld(n_pools=12, r=0.3, drop_out=0.2)
AGAIN = (
    BASE,
    TrialWorld(n_pools=20, sizes="pairs", r=-0.4, drop_out=0.2),
    replace(BASE, answers="likert_4", lean=1.5),
    replace(BASE, n_pools=8, effect=0.5),
)
N_AGAIN = 300
REQUIRED = {
    "n_pools": {8, 12, 20, 40},
    "r": {-0.4, 0.0, 0.3, 0.6},
    "drop_out": {0.0, 0.2, 0.4},
    "drop_out_kind": set(DROP_OUT_KINDS),
    "answers": set(ANSWERS),
    "lean": {0.0, 1.5},
    "treated_share": {0.5, 0.333333},
    "n_blocks": {1, 2, 3, 4, 6},
    "effect": {0.0, 0.5},
}


def world_of(row: pd.Series) -> TrialWorld:
    """Return the world of a row."""
    return TrialWorld(**{knob: row[knob] for knob in KNOBS})


def stored_row(name: str, world: TrialWorld) -> pd.Series:
    """Return the stored rates of an estimator in a world."""
    own = STORED[STORED["estimator"] == name]
    for knob in KNOBS:
        value = getattr(world, knob)
        own = own[own[knob] == value if isinstance(value, str) else np.isclose(own[knob], value)]
    assert len(own) == 1
    return own.iloc[0]


def error_rate(row: pd.Series) -> float:
    """Return the share of trials that missed the truth."""
    return float(1 - row["coverage"] if np.isnan(row["false_alarms"]) else row["false_alarms"])


# the table


@pytest.mark.parametrize("name", NAMES)
def test_every_estimator_is_calibrated_over_the_whole_range(name: str):
    own = STORED[STORED["estimator"] == name]
    assert len(own) >= 80
    for knob, values in REQUIRED.items():
        assert values <= set(own[knob]), knob
    assert (own["n_sims"] >= 2000).all()
    assert (own["failed"] < 0.1 * own["n_sims"]).mean() > 0.9


def test_the_table_is_of_this_harness_and_each_row_is_there_once():
    assert set(STORED["estimator"]) == set(NAMES)
    assert (STORED["harness"] == HARNESS).all()
    assert not STORED.duplicated(["estimator", *KNOBS]).any()
    answered = STORED["n_sims"] - STORED["failed"]
    assert STORED["mcse"].to_numpy() == pytest.approx(np.sqrt(0.0475 / answered), rel=1e-4)


def test_the_verdicts_follow_from_the_rates():
    allowed = 3 * STORED["mcse"]
    errors = np.column_stack([1 - STORED["coverage"], STORED["false_alarms"]])
    above = np.nanmax(errors, axis=1) > 0.05 + allowed
    below = np.nanmin(errors, axis=1) < 0.05 - allowed
    expected = np.where(above, "above", np.where(below, "below", "within"))
    assert STORED["verdict"].tolist() == expected.tolist()


def test_where_nothing_is_true_an_interval_and_its_p_value_say_the_same():
    null = STORED[STORED["effect"] == 0]
    assert null["false_alarms"].to_numpy() == pytest.approx(1 - null["coverage"], abs=1e-6)
    assert STORED.loc[STORED["effect"] != 0, "false_alarms"].isna().all()


def test_all_but_the_named_kinds_of_trial_keep_the_promise():
    """Even pools, half or a third of them treated: no estimator errs too often there."""
    usual = STORED[(STORED["sizes"] != "unequal") & (STORED["treated_share"] > 0.3)]
    assert set(usual["verdict"]) <= {"within", "below"}


# the warnings


def warned(name: str, world: TrialWorld, n: int = 40) -> float:
    """Return the share of trials of a world in which an estimator warns in its note."""
    batch, found = draw_trials(world, n_sims=n, seed=77), []
    for replication in range(n):
        comparison = comparison_of(batch, replication)
        warning = warnings_of(name, comparison)
        found.append(bool(warning) and warning in CORES[name](comparison).note)
    return float(np.mean(found))


def test_wherever_an_estimator_errs_too_often_it_warns():
    above = STORED[STORED["verdict"] == "above"]
    assert len(above) > 0
    for _, row in above.iterrows():
        assert warned(row["estimator"], world_of(row)) >= 0.9, row.to_dict()


@pytest.mark.parametrize("name", NAMES)
def test_no_estimator_warns_in_even_pools_without_a_reason(name: str):
    assert warned(name, replace(BASE, drop_out=0.0)) == 0


@pytest.mark.parametrize("verdict", ["below"])
def test_a_cautious_row_has_wide_intervals_not_wrong_ones(verdict: str):
    cautious = STORED[STORED["verdict"] == verdict]
    assert (cautious["coverage"] >= 0.95 - 3 * cautious["mcse"]).all()


# the docs


def span(rows: pd.DataFrame) -> str:
    """Return the range of false alarms in 100."""
    low, high = 100 * rows["false_alarms"].min(), 100 * rows["false_alarms"].max()
    return f"{low:.1f} to {high:.1f}" if f"{low:.1f}" != f"{high:.1f}" else f"{low:.1f}"


def measured(name: str) -> str:
    """Return what the docs of an estimator must say."""
    own = STORED[(STORED["estimator"] == name) & (STORED["effect"] == 0)]
    uneven, few = own[own["sizes"] == "unequal"], own[own["treated_share"] < 0.3]
    blocked = own[own["n_blocks"] > 1]
    usual = own.drop(index=[*uneven.index, *few.index, *blocked.index])
    return (
        f"Measured: false alarms {span(usual)} in 100 over 8 to 40 pools of 2 to 9 dyads, "
        f"{span(uneven)} with very uneven pools, {span(few)} with 2 or 3 of 12 or 20 treated, "
        f"{span(blocked)} in 2 to 6 blocks."
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_docs_say_what_was_measured(name: str):
    assert MEASURED[name].startswith(measured(name))
    assert "small_sample_notes.MEASURED" in (estimators.__doc__ or "")


# once more, smaller


@pytest.mark.parametrize("world", AGAIN, ids=["base", "negative r", "ceiling", "effect"])
@pytest.mark.parametrize("name", NAMES)
def test_another_seed_agrees_with_the_stored_rates(name: str, world: TrialWorld):
    stored = stored_row(name, world)
    again = calibrate(name, world, n_sims=N_AGAIN, seed=11).iloc[0]
    rate = max(error_rate(stored), 0.02)
    allowed = 3 * np.sqrt(rate * (1 - rate) * (1 / N_AGAIN + 1 / stored["n_sims"]))
    assert abs(error_rate(again) - error_rate(stored)) <= allowed
    assert abs((1 - again["coverage"]) - (1 - stored["coverage"])) <= allowed
    assert again["median_width"] == pytest.approx(stored["median_width"], rel=0.15)


@pytest.mark.parametrize("name", ["pool_means", "ancova_cr2", "change_cr2"])
def test_the_stored_seed_gives_the_stored_row(name: str):
    stored = stored_row(name, AGAIN[1])
    n_sims, seed = int(stored["n_sims"]), int(stored["seed"])
    again = calibrate(name, AGAIN[1], n_sims=n_sims, seed=seed).iloc[0]
    # a p-value next to .05 may fall on its other side on another machine
    assert again["false_alarms"] == pytest.approx(stored["false_alarms"], abs=2 / n_sims)
    assert again["median_width"] == pytest.approx(stored["median_width"], rel=1e-4)


@pytest.mark.parametrize("name", sorted(BATCHED))
def test_one_by_one_and_all_at_once_count_the_same(name: str, monkeypatch: pytest.MonkeyPatch):
    world = replace(BASE, n_pools=8, sizes="pairs", drop_out=0.4)
    together = calibrate(name, world, n_sims=30, seed=3)
    monkeypatch.setattr("revlab.design.calibration.BATCHED", {})
    alone = calibrate(name, world, n_sims=30, seed=3)
    pd.testing.assert_frame_equal(together, alone, rtol=1e-6)


def test_a_slope_in_each_arm_is_refused_where_it_was_measured_to_err():
    """With 2 or 3 dyads in an arm it gave 10 to 20 false alarms in 100, whatever else."""
    world = TrialWorld(n_pools=8, sizes="pairs", r=-0.4, drop_out=0.4, treated_share=1 / 3)
    batch, refused = draw_trials(world, n_sims=60, seed=9), []
    found = BATCHED["lin_cr2"](batch)
    for replication in range(60):
        try:
            one = comparison_of(batch, replication)
        except EstimateError:
            continue
        if min(one.treated.sum(), one.n - one.treated.sum()) >= 4:
            continue
        with pytest.raises(EstimateError, match="below 4 a slope of its own leaves no residuals"):
            CORES["lin_cr2"](one)
        assert np.isnan(found.p_value[replication])
        refused.append(replication)
    assert len(refused) > 10
    rates = rates_of(BATCHED["lin_cr2"](draw_trials(world, n_sims=2000, seed=9)), truth=0.0)
    assert rates.verdict in ("within", "below")


# rules that must fail the same check


def judged(p_value_of: Callable[[Batch, int], float], n_sims: int) -> str:
    """Return the verdict on a rule that gives a p-value."""
    batch = draw_trials(replace(BASE, n_pools=8, drop_out=0.0), n_sims=n_sims, seed=21)
    p = np.array([p_value_of(batch, k) for k in range(n_sims)])
    ends = np.where(p <= 0.05, 1.0, -1.0)
    found = BatchEstimates(p * 0, p, p, p, ends, np.ones(n_sims))
    return rates_of(found, truth=0.0).verdict


def test_the_default_p_values_of_statsmodels_fail():
    def p_value(batch: Batch, k: int) -> float:
        one = comparison_of(batch, k)
        design = np.column_stack([np.ones(one.n), one.treated, one.pre])
        fit = sm.OLS(one.post, design).fit(cov_type="cluster", cov_kwds={"groups": one.pool})
        return float(fit.pvalues[1])

    assert judged(p_value, 300) == "above"


def test_the_pools_forgotten_fails():
    def p_value(batch: Batch, k: int) -> float:
        one = comparison_of(batch, k)
        alone = replace(one, pool=np.arange(one.n), pool_treated=one.treated.astype(bool))
        return CORES["change_cr2"](alone).p_value

    assert judged(p_value, 300) == "above"


def test_our_errors_with_normal_quantiles_fail_too():
    def p_value(batch: Batch, k: int) -> float:
        return float(2 * ndtr(-abs(CORES["pool_means"](comparison_of(batch, k)).statistic)))

    assert judged(p_value, 600) == "above"


def test_a_rule_that_never_speaks_is_called_cautious():
    assert judged(lambda batch, k: 0.5, 400) == "below"


# the made-up worlds


@pytest.mark.parametrize(("sizes", "r"), [("pairs", -0.4), ("pairs", 0.6), ("ragged", 0.3)])
def test_dyads_of_a_pool_are_alike_as_stated(sizes: str, r: float):
    batch = draw_trials(TrialWorld(n_pools=40, sizes=sizes, r=r, drop_out=0), n_sims=500, seed=2)
    pool, starts = np.asarray(batch.pool), np.flatnonzero(np.diff(batch.pool, prepend=-1))
    for score in (np.asarray(batch.pre), np.asarray(batch.post)):
        assert score.var() == pytest.approx(1, abs=0.03)
        pairs = score[:, starts] * score[:, starts + 1]
        assert pairs.mean() == pytest.approx(r, abs=0.03)
        assert pool[starts + 1].tolist() == pool[starts].tolist()
        assert (score[:, starts[:-1]] * score[:, starts[1:]]).mean() == pytest.approx(0, abs=0.03)


@pytest.mark.parametrize("kind", DROP_OUT_KINDS)
def test_people_leave_as_stated(kind: str):
    world = TrialWorld(n_pools=20, drop_out=0.4, drop_out_kind=kind, r=0.0)
    batch = draw_trials(world, n_sims=300, seed=4)
    gone, pre = np.isnan(np.asarray(batch.post)), np.asarray(batch.pre)
    assert gone.mean() == pytest.approx(0.4, abs=0.01)
    gap = pre[~gone].mean() - pre[gone].mean()
    assert gap == pytest.approx(0, abs=0.03) if kind == "at_random" else gap > 0.8


def test_answers_are_means_of_four_items_and_a_lean_crowds_them_at_the_top():
    for answers, points in [(a, p) for a, p in ANSWERS.items() if p]:
        flat = draw_trials(replace(BASE, answers=answers), n_sims=50, seed=5)
        full = draw_trials(replace(BASE, answers=answers, lean=1.5), n_sims=50, seed=5)
        pre = np.asarray(flat.pre)
        assert set(np.unique(4 * pre)) <= set(range(4, 4 * points + 1))
        assert pre.mean() == pytest.approx((1 + points) / 2, abs=0.05)
        at_the_top = (np.asarray(full.pre) == points).mean()
        assert at_the_top > 0.1
        assert at_the_top > 4 * (pre == points).mean()


def test_the_truth_of_likert_scores_by_formula():
    world = replace(BASE, answers="likert_5", lean=0.7, effect=0.5, drop_out=0.0)
    cuts = np.linspace(-1.2, 1.2, 4)

    def mean(latent: float) -> float:
        # an item is .7 of the trait plus noise, of variance one together
        return 1 + sum((1 + erf((0.7 * latent - cut) / sqrt(2))) / 2 for cut in cuts)

    assert true_effect(world) == pytest.approx(mean(1.2) - mean(0.7), abs=0.004)


@pytest.mark.parametrize("share", [0.5, 1 / 3])
def test_pools_are_dealt_within_blocks_and_sites_differ(share: float):
    world = TrialWorld(n_pools=12, n_blocks=3, r=0.0, drop_out=0.0, treated_share=share)
    batch = draw_trials(world, n_sims=600, seed=6)
    block, treated = np.asarray(batch.block), np.asarray(batch.pool_treated)
    for code in range(3):
        assert (treated[:, block == code].sum(axis=1) == round(4 * share)).all()
    assert treated.mean(axis=0) == pytest.approx(np.full(12, round(4 * share) / 4), abs=0.1)
    pre, site = np.asarray(batch.pre), block[np.asarray(batch.pool)]
    means = np.stack([pre[:, site == code].mean(axis=1) for code in range(3)])
    assert means.std() == pytest.approx(sqrt(0.25 + 1 / 24), abs=0.04)
    assert comparison_of(batch, 0).n_blocks == 3


def test_the_truth_of_a_share_by_formula():
    world = replace(BASE, effect=0.5, drop_out=0.0)
    # the changes of both arms have variance one
    assert true_effect(world, "share") == pytest.approx(ndtr(0.5 / sqrt(2)), abs=0.002)
    assert true_effect(replace(world, effect=0.0), "share") == 0.5


def test_a_longer_draw_begins_with_the_shorter_one():
    short, long = (draw_trials(BASE, n_sims=n, seed=8) for n in (5, 300))
    assert np.array_equal(short.post, np.asarray(long.post)[:5], equal_nan=True)
    other = draw_trials(replace(BASE, effect=0.5), n_sims=5, seed=8)
    assert not np.array_equal(short.pre, other.pre)


@pytest.mark.parametrize(
    ("wrong", "error", "words"),
    [
        ({"r": -0.4}, DesignError, "`r` of a made-up trial must be from 0 to 1 with ragged"),
        ({"drop_out": 0.95}, DesignError, "`drop_out` .* from 0 to 0.9"),
        ({"n_pools": 3}, DesignError, "`n_pools` .* from 4"),
        ({"effect": float("nan")}, DesignError, "`effect`"),
        ({"answers": "likert_6"}, OptionError, "`answers` must be one of"),
        ({"sizes": "odd"}, OptionError, "`sizes` must be one of"),
    ],
)
def test_a_world_that_cannot_be_is_refused(wrong: dict, error: type, words: str):
    with pytest.raises(error, match=words):
        TrialWorld(**wrong)


def test_what_cannot_be_calibrated_is_refused():
    with pytest.raises(OptionError, match="`estimator` must be one of"):
        calibrate("welch", BASE, n_sims=10, seed=1)
    lost = TrialWorld(n_pools=4, sizes="pairs", drop_out=0.9)
    with pytest.raises(DesignError, match="refuses every trial of this world"):
        calibrate("pool_means", lost, n_sims=1, seed=3)
    with pytest.raises(EstimateError, match="fewer than two pools of an arm"):
        comparison_of(draw_trials(lost, n_sims=1, seed=3), 0)
    likert = TrialWorld(n_pools=12, n_blocks=2, answers="likert_5", effect=0.5)
    with pytest.raises(DesignError, match="depends on how blocks are weighted"):
        true_effect(likert)
    with pytest.raises(DesignError, match="no trial of this world has an answer"):
        rates_of(BatchEstimates(*np.full((6, 3), np.nan)), truth=0.0)
    with pytest.raises(DesignError, match="`n_sims` must be at least 1"):
        draw_trials(BASE, n_sims=0, seed=1)
