"""Pairs needed and detectable effects against closed forms."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from revlab.design.sizes import detectable_effect, pairs_needed, power_by_effect
from revlab.errors import DesignError
from revlab.rng import stream


def null_runs(n_sims: int, se: float) -> pd.DataFrame:
    estimates = stream(5, "null").normal(0, se, n_sims)
    return pd.DataFrame(
        {
            "estimator": "z",
            "estimand": 0.0,
            "failed": "",
            "conf_low": estimates - 1.959964 * se,
            "conf_high": estimates + 1.959964 * se,
        }
    )


def test_detectable_effect_is_2_8_standard_errors() -> None:
    found = detectable_effect(null_runs(40_000, 0.1)).iloc[0]
    assert found["low"] < 0.28016 < found["high"]
    assert found["high"] - found["low"] < 0.01


def test_power_by_effect_follows_the_normal_power_function() -> None:
    curve = power_by_effect(null_runs(40_000, 0.1), [0.0, 0.1, 0.3])
    z = stats.norm.ppf(0.975)
    for row in curve.itertuples():
        truth = stats.norm.cdf(row.effect / 0.1 - z) + stats.norm.cdf(-row.effect / 0.1 - z)
        assert row.power == pytest.approx(truth, abs=4 * row.mcse)


def test_pairs_needed_recovers_the_sample_size_formula() -> None:
    """Two arms, sd 1, effect 0.5: n = 2 (z_a + z_b)^2 sd^2 / d^2 per arm = 62.8, 126 in all."""
    sizes = np.array([40, 80, 120, 160])
    power = stats.norm.cdf(0.5 * np.sqrt(sizes / 4) - 1.959964)
    curve = pd.DataFrame({"n_pairs": sizes, "power": power, "n_sims": 2000})
    answer = pairs_needed(curve, effect=0.5)
    assert answer.n_pairs == 126
    assert answer.low < 126 < answer.high
    assert not answer.beyond_grid


def test_the_interval_of_pairs_needed_covers() -> None:
    sizes = np.array([40, 80, 120, 160])
    power = stats.norm.cdf(0.5 * np.sqrt(sizes / 4) - 1.959964)
    rng = stream(3, "binomial")
    hits = 0
    for _ in range(200):
        seen = rng.binomial(300, power) / 300
        answer = pairs_needed(
            pd.DataFrame({"n_pairs": sizes, "power": seen, "n_sims": 300}), effect=0.5
        )
        hits += answer.low <= 126 <= answer.high
    assert 0.90 <= hits / 200 <= 0.99


def test_flat_power_is_refused_with_what_to_do() -> None:
    curve = pd.DataFrame({"n_pairs": [10, 20, 30], "power": [0.05, 0.06, 0.04], "n_sims": 200})
    with pytest.raises(DesignError, match="simulate larger sizes or state a larger effect"):
        pairs_needed(curve, effect=0.1)


def test_two_sizes_are_too_few() -> None:
    curve = pd.DataFrame({"n_pairs": [10, 20], "power": [0.1, 0.2], "n_sims": 200})
    with pytest.raises(DesignError, match="at least three sizes"):
        pairs_needed(curve, effect=0.1)


def test_runs_with_an_effect_are_refused() -> None:
    with pytest.raises(DesignError, match="runs without an effect"):
        power_by_effect(null_runs(10, 0.1).assign(estimand=0.3), [0.1])


@pytest.mark.parametrize("power", [0.0, 1.0, 80.0])
def test_power_must_be_a_probability(power: float) -> None:
    with pytest.raises(DesignError, match="between 0 and 1"):
        detectable_effect(null_runs(10, 0.1), power=power)
