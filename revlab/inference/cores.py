"""The estimators of a policy's effect on arrays that were read once.

`CORES` is for many fits without a frame; `revlab.inference.batched` is faster still.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from revlab.errors import EstimateError, must
from revlab.inference.comparison import Comparison
from revlab.inference.estimate import Estimate, t_estimate
from revlab.inference.randomisation import randomisation_core
from revlab.inference.regression import cluster_robust

__all__ = ["CORES", "Core", "ancova_core", "change_core", "pool_means_core"]

_FEW = 4.0


class Core(Protocol):
    """An estimator on arrays that were read once."""

    def __call__(self, comparison: Comparison, conf_level: float = 0.95) -> Estimate:
        """Estimate the contrast of a `Comparison`."""


def pool_means_core(comparison: Comparison, conf_level: float = 0.95) -> Estimate:
    """Return Welch's comparison of the pool means of change; see `pool_means`."""
    change = comparison.pool_means(comparison.post - comparison.pre)
    treated = comparison.pool_treated
    value, parts, df = 0.0, [], 0.0
    for sign, pools in ((1.0, change[treated]), (-1.0, change[~treated])):
        value += sign * float(pools.mean())
        parts.append((float(pools.var(ddof=1)) / len(pools), len(pools) - 1))
    variance = sum(part for part, _ in parts)
    if variance > 1e-24 * max(1.0, float((change**2).max())):
        df = variance**2 / sum(part**2 / own_df for part, own_df in parts)
    plain = t_estimate(value, float(np.sqrt(variance)), df=df, conf_level=conf_level)
    return replace(
        plain,
        estimand="mean change of pools",
        estimator="pool_means",
        contrast=repr(comparison.contrast),
        n=comparison.n,
        n_missing=comparison.n_missing,
        unit="points",
        n_clusters=comparison.n_pools,
        convention="difference between arms of unweighted pool means of post - pre, "
        f"{comparison.n_pools} pools, Welch standard error, Satterthwaite t; "
        f"{comparison.missing_words}",
    )


def _by_regression(
    comparison: Comparison,
    columns: list[NDArray[np.float64]],
    *,
    outcome: NDArray[np.float64],
    words: tuple[str, str, str],
    conf_level: float,
) -> Estimate:
    design = np.column_stack([np.ones(comparison.n), comparison.treated, *columns])
    fit = cluster_robust(design, outcome, cluster=comparison.pool)
    plain = fit.estimate(1, conf_level=conf_level)
    estimator, estimand, model = words
    few = "fewer than 4 degrees of freedom: the interval and the p-value are rough"
    return replace(
        plain,
        estimand=estimand,
        estimator=estimator,
        contrast=repr(comparison.contrast),
        n_missing=comparison.n_missing,
        unit="points",
        convention=f"{model}; {comparison.n_pools} pools, CR2 standard error, Satterthwaite t; "
        f"{comparison.missing_words}",
        note=few if plain.df < _FEW else "",
    )


def change_core(comparison: Comparison, conf_level: float = 0.95) -> Estimate:
    """Return the difference in mean change of dyads; see `change_cr2`."""
    return _by_regression(
        comparison,
        [],
        outcome=comparison.post - comparison.pre,
        words=("change_cr2", "mean change of dyads", "difference in mean post - pre, every dyad"),
        conf_level=conf_level,
    )


def ancova_core(comparison: Comparison, conf_level: float = 0.95) -> Estimate:
    """Return the effect on post at equal pre; see `ancova_cr2`."""
    must(
        float(np.ptp(comparison.pre)) > 0,
        "all first scores are equal, so there is nothing to adjust for; use change_cr2.",
        EstimateError,
    )
    return _by_regression(
        comparison,
        [comparison.pre - comparison.pre.mean()],
        outcome=comparison.post,
        words=("ancova_cr2", "post at equal pre", "least squares of post on arm and pre"),
        conf_level=conf_level,
    )


def _adjusted_core(comparison: Comparison, conf_level: float = 0.95) -> Estimate:
    return randomisation_core(comparison, conf_level, statistic="adjusted")


CORES: Mapping[str, Core] = MappingProxyType(
    {
        "pool_means": pool_means_core,
        "ancova_cr2": ancova_core,
        "change_cr2": change_core,
        "randomisation": randomisation_core,
        "randomisation_adjusted": _adjusted_core,
    }
)
"""Name in ``ESTIMATORS`` to the same rule on a `Comparison`."""
