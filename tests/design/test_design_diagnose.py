"""Diagnosands against closed forms, and against what a broken design must show."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from revlab.design.diagnosands import DIAGNOSANDS
from revlab.design.diagnose import diagnose
from revlab.errors import DesignError
from revlab.rng import stream


def normal_runs(n_sims: int, *, effect: float, se: float, seed: int = 1) -> pd.DataFrame:
    estimates = stream(seed, "runs").normal(effect, se, n_sims)
    z = stats.norm.ppf(0.975)
    return pd.DataFrame(
        {
            "replication": np.arange(n_sims),
            "estimator": "z",
            "estimand_name": "a - b",
            "estimand": effect,
            "estimate": estimates,
            "std_error": se,
            "conf_low": estimates - z * se,
            "conf_high": estimates + z * se,
            "n": 50,
            "failed": "",
        }
    )


def test_power_coverage_bias_agree_with_the_normal_theory() -> None:
    diagnosis = diagnose(normal_runs(20_000, effect=0.28, se=0.1))
    table = diagnosis.diagnosands.set_index("diagnosand")
    power = 1 - stats.norm.cdf(1.959964 - 2.8) + stats.norm.cdf(-1.959964 - 2.8)
    for name, truth in {"power": power, "coverage": 0.95, "bias": 0.0, "rmse": 0.1}.items():
        row = table.loc[name]
        assert abs(row["value"] - truth) < 4 * row["mcse"], name
        assert row["mcse"] > 0


def test_exaggeration_and_type_s_agree_with_gelman_and_carlin() -> None:
    """Retrodesign of a true effect of 0.1 with a standard error of 3.28 (their section 2.2).

    Their published values: power .05, type S .46, exaggeration ratio 77 (df infinite).
    """
    table = diagnose(normal_runs(200_000, effect=0.1, se=3.28)).diagnosands
    table = table.set_index("diagnosand")
    assert table.loc["power", "value"] == pytest.approx(0.05, abs=0.003)
    assert table.loc["type_s", "value"] == pytest.approx(0.46, abs=0.03)
    assert table.loc["exaggeration", "value"] == pytest.approx(77, rel=0.03)


def test_an_interval_that_is_too_short_shows_in_coverage() -> None:
    runs = normal_runs(5_000, effect=0.0, se=0.1)
    short = runs.assign(conf_low=runs["estimate"] - 0.1, conf_high=runs["estimate"] + 0.1)
    row = diagnose(short).diagnosands.set_index("diagnosand").loc["coverage"]
    assert row["value"] == pytest.approx(0.683, abs=4 * row["mcse"])


def test_mcse_of_each_diagnosand_is_its_spread_over_repeated_simulations() -> None:
    values = {name: [] for name in DIAGNOSANDS}
    claimed = {name: [] for name in DIAGNOSANDS}
    for seed in range(150):
        for name, function in DIAGNOSANDS.items():
            result = function(normal_runs(200, effect=0.2, se=0.1, seed=seed))
            values[name].append(result.value)
            claimed[name].append(result.mcse)
    for name in ("bias", "sd_estimate", "rmse", "power", "coverage", "exaggeration"):
        spread = float(np.std(values[name], ddof=1))
        assert np.mean(claimed[name]) == pytest.approx(spread, rel=0.2), name


def test_failed_fits_are_counted_and_left_out() -> None:
    runs = normal_runs(100, effect=0.2, se=0.1)
    runs.loc[runs.index[:10], "failed"] = "too few pools"
    runs.loc[runs.index[:10], "estimate"] = np.nan
    diagnosis = diagnose(runs)
    assert diagnosis.n_failed == 10
    assert np.isfinite(diagnosis.value("bias", "z"))


def test_an_unbounded_interval_has_no_mean_width_and_breaks_nothing() -> None:
    runs = normal_runs(50, effect=0.2, se=0.1)
    runs.loc[runs.index[0], ["conf_low", "conf_high"]] = [-np.inf, np.inf]
    table = diagnose(runs).diagnosands.set_index("diagnosand")
    assert table.loc["mean_width", "value"] == np.inf
    assert np.isnan(table.loc["mean_width", "mcse"])
    assert np.isfinite(table.loc["coverage", "value"])


@pytest.mark.parametrize(
    ("runs", "sentence"),
    [
        (pd.DataFrame({"failed": []}), "there are no runs"),
        (pd.concat([normal_runs(3, effect=0, se=1)] * 2), "appears twice"),
    ],
)
def test_bad_runs_get_one_sentence(runs: pd.DataFrame, sentence: str) -> None:
    with pytest.raises(DesignError, match=sentence):
        diagnose(runs)


def test_asking_for_a_diagnosand_that_is_not_there() -> None:
    diagnosis = diagnose(normal_runs(10, effect=0, se=1))
    with pytest.raises(DesignError, match="no 'cost' of 'z'"):
        diagnosis.value("cost", "z")
