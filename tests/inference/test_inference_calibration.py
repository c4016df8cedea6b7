"""False alarms and coverage with few pools, by simulation; the same check must fail for others.

A thousand made-up trials without an effect, pools of three to nine dyads, intraclass correlation
.3 of both scores. Nominal .05; the check allows three Monte-Carlo standard errors. Every estimator
over many worlds is in test_inference_stored_calibration.py.
"""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.special import ndtr

from revlab.inference.batched import BATCHED, Batch
from revlab.inference.sandwich import sandwich
from revlab.rng import stream

N_SIMS = 1000
ICC = 0.3
NOMINAL = 0.05
ALLOWED = 3 * np.sqrt(NOMINAL * (1 - NOMINAL) / N_SIMS)
FLOOR = {"ancova_cr2": NOMINAL - ALLOWED, "change_cr2": NOMINAL - ALLOWED, "pool_means": 0.02}
"""Lower bounds; Welch on few pool means is known to be conservative."""


def trials(n_pools: int, *, effect: float = 0.0) -> Batch:
    rng = stream(2026, "calibration", n_pools)
    pool = np.repeat(np.arange(n_pools), [3 + 5 * k % 7 for k in range(n_pools)])

    def scores() -> np.ndarray:
        shared = rng.normal(scale=np.sqrt(ICC), size=(N_SIMS, n_pools))[:, pool]
        return shared + rng.normal(scale=np.sqrt(1 - ICC), size=(N_SIMS, len(pool)))

    pre = scores()
    treated = rng.random((N_SIMS, n_pools)).argsort(axis=1) < n_pools // 2
    return Batch(pre, 0.5 * pre + scores() + effect * treated[:, pool], pool, treated)


def false_alarms(p_values: np.ndarray) -> float:
    return float((p_values < NOMINAL).mean())


@pytest.mark.parametrize("n_pools", [8, 12])
@pytest.mark.parametrize("name", sorted(FLOOR))
def test_false_alarms_are_as_rare_as_stated(name: str, n_pools: int):
    rate = false_alarms(BATCHED[name](trials(n_pools)).p_value)
    assert FLOOR[name] <= rate <= NOMINAL + ALLOWED


@pytest.mark.parametrize("n_pools", [8, 12])
@pytest.mark.parametrize("name", sorted(FLOOR))
def test_intervals_hold_the_true_effect_as_often_as_stated(name: str, n_pools: int):
    found = BATCHED[name](trials(n_pools, effect=0.7))
    covered = float(((found.conf_low <= 0.7) & (found.conf_high >= 0.7)).mean())
    assert 1 - NOMINAL - ALLOWED <= covered <= 1 - FLOOR[name]


@pytest.mark.parametrize("n_pools", [8, 12])
def test_the_default_of_statsmodels_fails_this_check(n_pools: int):
    batch = trials(n_pools)
    pool, arms = np.asarray(batch.pool), np.asarray(batch.pool_treated)
    p_values = np.empty(N_SIMS)
    for run, (pre, post) in enumerate(zip(batch.pre, batch.post, strict=True)):
        design = np.column_stack([np.ones(len(pool)), arms[run][pool], pre])
        fit = sm.OLS(post, design).fit(cov_type="cluster", cov_kwds={"groups": pool})
        p_values[run] = fit.pvalues[1]
    assert false_alarms(p_values) > NOMINAL + ALLOWED


def test_our_errors_with_normal_quantiles_fail_this_check():
    found = BATCHED["ancova_cr2"](trials(8))
    assert false_alarms(2 * ndtr(-np.abs(found.estimate / found.std_error))) > NOMINAL + ALLOWED


def test_rows_taken_as_independent_fail_this_check():
    batch = trials(8)
    rows = np.asarray(batch.pre).shape[1]
    pool = np.asarray(batch.pool)
    alone = Batch(batch.pre, batch.post, np.arange(rows), np.asarray(batch.pool_treated)[:, pool])
    assert false_alarms(BATCHED["ancova_cr2"](alone).p_value) > NOMINAL + ALLOWED


def test_the_uncorrected_sandwich_is_too_small_and_fails_this_check():
    rng = stream(5, "uncorrected")
    leverage = np.full((N_SIMS, 6, 1, 1), 1 / 6)
    values = rng.normal(size=(N_SIMS, 6))
    centred = (values - values.mean(1, keepdims=True))[..., None] / np.sqrt(6)
    sizes = {}
    for kind in ("CR0", "CR2"):
        covariance, _ = sandwich(leverage, centred, directions=np.eye(1) / np.sqrt(6), kind=kind)
        sizes[kind] = float(covariance.mean()) * 6
    assert sizes["CR2"] == pytest.approx(1, abs=0.06)
    assert sizes["CR0"] < 0.9
