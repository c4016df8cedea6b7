"""False alarms and coverage where answers or ends are missing, by simulation.

Small here; the docstrings tell what a thousand runs or more gave.
"""

import numpy as np
import pandas as pd
import pytest
from inference_trials import allowed, check_calibration

from revlab.inference.attrition import weighted_difference
from revlab.inference.estimate import Estimate
from revlab.inference.imputation import imputed_estimate, pooled
from revlab.inference.lee import lee_bounds
from revlab.inference.restricted_mean import restricted_mean_difference
from revlab.inference.two_sample import mean_difference
from revlab.rng import stream


@pytest.mark.parametrize("lost", [0.2, 0.4])
def test_weights_for_drop_out_that_depends_on_what_is_known(lost: float):
    rng = stream(23, "drop-out", round(10 * lost))
    n, n_sims = 80, 120
    found, naive = [], []
    for _ in range(n_sims):
        trait, arm = rng.normal(size=n), rng.permutation(n) < n // 2
        y = 0.7 * trait + 0.6 * rng.normal(size=n)
        logit = np.log((1 - lost) / lost) - 0.8 * trait * np.where(arm, 1, -1)
        gaps = np.where(rng.random(n) < 1 / (1 + np.exp(-logit)), y, np.nan)
        known = np.column_stack([trait, trait * arm])
        found.append(weighted_difference(gaps, arm, predictors=known))
        naive.append(mean_difference(gaps[arm], gaps[~arm]))
    # Known weights are assumed, which is cautious: never too many false alarms, maybe too few.
    assert np.mean([e.p_value < 0.05 for e in found]) <= 0.05 + allowed(n_sims)
    assert abs(np.mean([e.estimate for e in found])) < 0.08
    assert np.mean([e.p_value < 0.05 for e in naive]) > 0.12


def test_pooling_proper_imputations_covers():
    rng = stream(24, "pooling")
    n, lost, m, n_sims = 40, 16, 10, 250
    found = []
    for _ in range(n_sims):
        x = rng.normal(size=n)
        y = 0.7 * x + 0.7 * rng.normal(size=n)
        seen = np.arange(n) >= lost
        design = np.column_stack([np.ones(n), x])
        inside = np.linalg.inv(design[seen].T @ design[seen])
        beta = inside @ design[seen].T @ y[seen]
        left = y[seen] - design[seen] @ beta
        parts = []
        for _ in range(m):
            sigma = np.sqrt(left @ left / rng.chisquare(seen.sum() - 2))
            drawn = beta + sigma * np.linalg.cholesky(inside) @ rng.normal(size=2)
            fill = design @ drawn + sigma * rng.normal(size=n)
            filled = np.where(seen, y, fill)
            parts.append(mean_difference(filled[::2], filled[1::2]))
        found.append(pooled(parts))
    check_calibration(found)


def test_imputation_takes_the_bias_of_drop_out_away():
    rng = stream(25, "imputation")
    n, gaps, naive = 100, [], []
    for k in range(6):
        trait, arm = rng.normal(size=n), rng.permutation(n) < n // 2
        y = 0.9 * trait + 0.4 * rng.normal(size=n)
        chance = 1 / (1 + np.exp(-0.8 + 1.5 * trait * np.where(arm, 1, -1)))
        frame = pd.DataFrame({"arm": arm.astype(float), "trait": trait})
        frame["post"] = np.where(rng.random(n) < chance, y, np.nan)

        def gap(one: pd.DataFrame) -> Estimate:
            return mean_difference(one["post"][one["arm"] == 1], one["post"][one["arm"] == 0])

        gaps.append(imputed_estimate(frame, gap, seed=k, n_imputations=2).estimate)
        naive.append(gap(frame).estimate)
    spread = np.std(gaps, ddof=1) / np.sqrt(len(gaps))
    assert abs(np.mean(gaps)) < 3 * spread
    assert np.mean(naive) < -0.5


def test_bounds_cover_the_effect_on_those_who_answer_in_either_arm():
    rng = stream(26, "bounds")
    n, n_sims, effect = 80, 40, 0.5
    covered, equal = [], []
    for k in range(n_sims):
        kind, arm = rng.random(n), rng.permutation(n) < n // 2
        y = rng.normal(size=n) - 0.8 * (kind > 0.7) + effect * arm
        # Those between .7 and .85 answer only if treated.
        seen = (kind < 0.7) | ((kind < 0.85) & arm)
        bounds = lee_bounds(np.where(seen, y, np.nan), arm, seed=k, n_boot=200)
        covered.append(bounds.conf_low <= effect <= bounds.conf_high)
        same = lee_bounds(np.where(kind < 0.8, y, np.nan), arm, seed=k, n_boot=200)
        equal.append(same.conf_low <= effect <= same.conf_high)
    # At least the stated level: the effect lies inside the bounds, not at their end.
    assert np.mean(covered) >= 0.95 - allowed(n_sims)
    assert np.mean(equal) >= 0.95 - allowed(n_sims)


@pytest.mark.parametrize("effect", [False, True])
def test_restricted_means_with_forty_pairs_an_arm(effect: bool):
    rng = stream(27, "restricted", int(effect))
    n, n_sims, horizon = 80, 120, 6
    found, truth = [], 0.0
    hazard = {True: 0.08 if effect else 0.15, False: 0.15}
    if effect:
        truth = sum(0.92**k - 0.85**k for k in range(horizon))
    for _ in range(n_sims):
        arm = rng.permutation(n) < n // 2
        last = rng.geometric(np.where(arm, hazard[True], hazard[False])).astype(float)
        stop = rng.integers(4, 13, size=n).astype(float)
        found.append(
            restricted_mean_difference(
                np.minimum(last, stop), last <= stop, treated=arm, horizon=horizon
            )
        )
    check_calibration(found, truth)
