"""How many pairs: power by effect and by size, the smallest effect a pilot can detect.

All estimators here compare arms additively, so a constant effect moves the estimate and its
interval by exactly that constant. One set of runs without an effect therefore gives the power
for every effect, without new simulation; a test checks this against a direct simulation.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize, stats

from revlab.errors import DesignError, must

__all__ = ["PairsNeeded", "detectable_effect", "pairs_needed", "power_by_effect", "with_effect"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PairsNeeded:
    """The number of pairs that reaches a stated power for a stated effect.

    Parameters
    ----------
    n_pairs : int
        The answer.
    low, high : int
        95 % Monte Carlo interval: what other random numbers could have given.
    effect : float
        Stated effect, in points of the scale.
    power : float
        Stated power.
    beyond_grid : bool
        Whether the answer lies outside the sizes that were simulated.
    convention : str
        How it was found.
    """

    n_pairs: int
    low: int
    high: int
    effect: float
    power: float
    beyond_grid: bool
    convention: str

    def __repr__(self) -> str:
        return (
            f"{self.n_pairs} pairs ({self.low} to {self.high}) give power {self.power:.0%} "
            f"for an effect of {self.effect:g} points"
        )


def _without_effect(runs: pd.DataFrame) -> pd.DataFrame:
    must(len(runs) > 0, "there are no runs; call simulate_design first.", DesignError)
    good = runs[runs["failed"] == ""]
    must(len(good) > 0, "every fit failed; the design cannot be analysed as planned.", DesignError)
    must(
        bool((good["estimand"] == 0).all()),
        "power by effect needs runs without an effect: simulate_design(..., effect=0).",
        DesignError,
    )
    return good


def with_effect(runs: pd.DataFrame, effect: float) -> pd.DataFrame:
    """Return the runs that a constant effect would have given, from runs without an effect.

    Equal to ``simulate_design(..., effect=effect)`` with the same seed, without new simulation
    (the p-values are dropped, because they are those of the runs without an effect).

    Raises
    ------
    DesignError
        If the runs have an effect, or none succeeded.

    Examples
    --------
    >>> runs = pd.DataFrame({"estimator": "e", "estimand": 0.0, "failed": "", "estimate": [0.1],
    ...                      "conf_low": [-0.3], "conf_high": [0.5], "p_value": 0.6})
    >>> with_effect(runs, 0.5)[["estimand", "estimate", "conf_low"]].values.tolist()
    [[0.5, 0.6, 0.2]]
    """
    _without_effect(runs)
    moved = {
        name: runs[name] + effect for name in ("estimand", "estimate", "conf_low", "conf_high")
    }
    return runs.assign(**moved, p_value=float("nan"))


def power_by_effect(runs: pd.DataFrame, effects: Sequence[float]) -> pd.DataFrame:
    """Return the power of each estimator for each effect, from runs without an effect.

    Parameters
    ----------
    runs : pandas.DataFrame
        From ``simulate_design(..., effect=0)``.
    effects : sequence of float
        In points of the scale.

    Returns
    -------
    pandas.DataFrame
        ``estimator, effect, power, mcse, n_sims``.

    Raises
    ------
    DesignError
        If the runs have an effect, or none succeeded.

    Examples
    --------
    >>> runs = pd.DataFrame({"estimator": "e", "estimand": 0.0, "failed": "",
    ...                      "conf_low": [-0.3, -0.1], "conf_high": [0.1, 0.3]})
    >>> power_by_effect(runs, [0.0, 0.2, 0.4])["power"].tolist()
    [0.0, 0.5, 1.0]
    """
    rows = []
    for estimator, group in _without_effect(runs).groupby("estimator", sort=False):
        low = group["conf_low"].to_numpy(dtype=np.float64)
        high = group["conf_high"].to_numpy(dtype=np.float64)
        for effect in effects:
            power = float(np.mean((low + effect > 0) | (high + effect < 0)))
            mcse = float(np.sqrt(power * (1 - power) / low.size))
            rows.append((estimator, float(effect), power, mcse, low.size))
    return pd.DataFrame(rows, columns=["estimator", "effect", "power", "mcse", "n_sims"])


def detectable_effect(runs: pd.DataFrame, *, power: float = 0.8) -> pd.DataFrame:
    """Return the smallest effect that each estimator detects with the stated power.

    Parameters
    ----------
    runs : pandas.DataFrame
        From ``simulate_design(..., effect=0)``.
    power : float
        Between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        ``estimator, effect, low, high``: the effect and its 95 % Monte Carlo interval
        (order statistics of the lower ends, binomial).

    Raises
    ------
    DesignError
        As `power_by_effect`, and if ``power`` is not between 0 and 1.

    Examples
    --------
    >>> runs = pd.DataFrame({"estimator": "e", "estimand": 0.0, "failed": "",
    ...                      "conf_low": np.linspace(-1, 0, 101), "conf_high": 1.0})
    >>> print(f"{detectable_effect(runs)['effect'].iloc[0]:.2f}")
    0.80
    """
    must(0 < power < 1, f"`power` must lie between 0 and 1; got {power:g}.", DesignError)
    rows = []
    for estimator, group in _without_effect(runs).groupby("estimator", sort=False):
        # A positive effect is found when the lower end, moved by it, passes zero.
        needed = np.sort(-group["conf_low"].to_numpy(dtype=np.float64))
        ranks = stats.binom(needed.size, power).ppf([0.025, 0.975])
        ends = needed[np.clip(ranks.astype(int), 0, needed.size - 1)]
        rows.append((estimator, float(np.quantile(needed, power)), float(ends[0]), float(ends[1])))
    return pd.DataFrame(rows, columns=["estimator", "effect", "low", "high"])


def _probit_fit(sizes: Array, hits: Array, trials: Array) -> tuple[Array, Array]:
    design = np.column_stack([np.ones_like(sizes), np.sqrt(sizes)])

    def loss(beta: Array) -> float:
        share = np.clip(stats.norm.cdf(design @ beta), 1e-12, 1 - 1e-12)
        return -float(np.sum(hits * np.log(share) + (trials - hits) * np.log1p(-share)))

    beta = np.asarray(optimize.minimize(loss, np.array([-1.5, 0.1]), method="BFGS").x)
    share = np.clip(stats.norm.cdf(design @ beta), 1e-12, 1 - 1e-12)
    weight = trials * stats.norm.pdf(design @ beta) ** 2 / (share * (1 - share))
    return beta, np.linalg.inv(design.T @ (design * weight[:, None]))


def pairs_needed(curve: pd.DataFrame, *, effect: float, power: float = 0.8) -> PairsNeeded:
    """Return how many pairs reach a stated power for a stated effect.

    The power at several sizes is fitted by a probit line in the square root of the number of
    pairs (an estimate whose standard error falls with the root gives such a line), and the line
    is solved for the stated power; the interval is Fieller's, on the Monte Carlo error alone.

    Parameters
    ----------
    curve : pandas.DataFrame
        ``n_pairs, power, n_sims`` for one estimator and the stated effect, at least three sizes.
    effect : float
        The stated effect in points, for the answer's words.
    power : float
        Between 0 and 1.

    Returns
    -------
    PairsNeeded

    Raises
    ------
    DesignError
        If there are fewer than three sizes, or power does not rise with size.

    Examples
    --------
    >>> curve = pd.DataFrame({"n_pairs": [26, 52, 104], "power": [0.24, 0.42, 0.70],
    ...                       "n_sims": 1000})
    >>> pairs_needed(curve, effect=0.3)
    133 pairs (124 to 144) give power 80% for an effect of 0.3 points
    """
    must(0 < power < 1, f"`power` must lie between 0 and 1; got {power:g}.", DesignError)
    must(len(curve) >= 3, f"at least three sizes are needed; got {len(curve)}.", DesignError)
    sizes = curve["n_pairs"].to_numpy(dtype=np.float64)
    trials = curve["n_sims"].to_numpy(dtype=np.float64)
    beta, cov = _probit_fit(sizes, curve["power"].to_numpy(dtype=np.float64) * trials, trials)
    must(
        beta[1] > 2 * float(np.sqrt(cov[1, 1])),
        f"power does not rise from {sizes.min():g} to {sizes.max():g} pairs; simulate larger "
        "sizes or state a larger effect.",
        DesignError,
    )
    target = float(stats.norm.ppf(power))
    root = (target - beta[0]) / beta[1]
    ends = _fieller(beta, cov, target)
    n, low, high = (int(np.ceil(max(r, 0.0) ** 2)) for r in (root, *ends))
    return PairsNeeded(
        n, low, high, effect, power,
        beyond_grid=not sizes.min() <= n <= sizes.max(),
        convention="probit of simulated power on the square root of pairs, Fieller interval",
    )  # fmt: skip


def _fieller(beta: Array, cov: Array, target: float) -> tuple[float, float]:
    z = float(stats.norm.ppf(0.975))
    a = beta[1] ** 2 - z**2 * cov[1, 1]
    b = 2 * (beta[1] * (beta[0] - target) - z**2 * cov[0, 1])
    c = (beta[0] - target) ** 2 - z**2 * cov[0, 0]
    root = np.sqrt(max(b**2 - 4 * a * c, 0.0))
    return float((-b - root) / (2 * a)), float((-b + root) / (2 * a))
