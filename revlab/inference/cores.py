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
from revlab.inference.pool_blocks import block_dummies
from revlab.inference.pool_models import mixed_pools_core, superiority_core
from revlab.inference.randomisation import randomisation_core
from revlab.inference.regression import cluster_robust
from revlab.inference.small_sample_notes import LIN_LEAST, warnings_of

__all__ = ["CORES", "Core", "ancova_core", "change_core", "lin_core", "pool_means_core"]

Floats = NDArray[np.float64]

_FEW = 4.0


class Core(Protocol):
    """An estimator on arrays that were read once."""

    def __call__(self, comparison: Comparison, conf_level: float = 0.95) -> Estimate:
        """Estimate the contrast of a `Comparison`."""


def pool_means_core(comparison: Comparison, conf_level: float = 0.95) -> Estimate:
    """Return Welch's comparison of the pool means of change; see `pool_means`."""
    change = comparison.pool_means(comparison.post - comparison.pre)
    if comparison.block is not None:
        return _blocked_means(comparison, change, conf_level)
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
        note=warnings_of("pool_means", comparison),
    )


def _blocked_means(comparison: Comparison, change: Floats, conf_level: float) -> Estimate:
    dummies = block_dummies(comparison.block, comparison.n_pools)
    design = np.column_stack([dummies, comparison.pool_treated.astype(float)])
    fit = cluster_robust(design, change, cluster=np.arange(comparison.n_pools))
    plain = fit.estimate(comparison.n_blocks, conf_level=conf_level)
    return replace(
        plain,
        estimand="mean change of pools",
        estimator="pool_means",
        contrast=repr(comparison.contrast),
        n=comparison.n,
        n_missing=comparison.n_missing,
        unit="points",
        convention="difference between arms of pool means of post - pre within "
        f"{comparison.n_blocks} blocks, weighted by treated times untreated pools over all pools "
        f"of the block, {comparison.n_pools} pools, HC2 standard error, Bell-McCaffrey t; "
        f"{comparison.missing_words}",
        note=_joined(_rough(plain), comparison.block_note),
    )


def _rough(plain: Estimate) -> str:
    few = "fewer than 4 degrees of freedom: the interval and the p-value are rough"
    return few if plain.df < _FEW else ""


def _joined(*notes: str) -> str:
    return "; ".join(note for note in notes if note)


def _by_regression(
    comparison: Comparison,
    columns: list[Floats],
    *,
    outcome: Floats,
    words: tuple[str, str, str],
    conf_level: float,
) -> Estimate:
    dummies = block_dummies(comparison.dyad_block, comparison.n)
    design = np.column_stack([dummies, comparison.treated, *columns])
    fit = cluster_robust(design, outcome, cluster=comparison.pool)
    plain = fit.estimate(dummies.shape[1], conf_level=conf_level)
    estimator, estimand, model = words
    return replace(
        plain,
        estimand=estimand,
        estimator=estimator,
        contrast=repr(comparison.contrast),
        n_missing=comparison.n_missing,
        unit="points",
        convention=f"{model}{comparison.block_words}; {comparison.n_pools} pools, CR2 standard "
        f"error, Satterthwaite t; {comparison.missing_words}",
        note=_joined(_rough(plain), comparison.block_note, warnings_of(estimator, comparison)),
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
    _must_adjust(comparison)
    return _by_regression(
        comparison,
        [comparison.pre - comparison.pre.mean()],
        outcome=comparison.post,
        words=("ancova_cr2", "post at equal pre", "least squares of post on arm and pre"),
        conf_level=conf_level,
    )


def _must_adjust(comparison: Comparison) -> None:
    must(
        float(np.ptp(comparison.pre)) > 0,
        "all first scores are equal, so there is nothing to adjust for; use change_cr2.",
        EstimateError,
    )


def lin_core(comparison: Comparison, conf_level: float = 0.95) -> Estimate:
    """Return the mean effect with a slope of pre in each arm; see `lin_cr2`."""
    _must_adjust(comparison)
    treated = comparison.treated
    for inside in (treated == 1, treated == 0):
        must(
            int(inside.sum()) >= LIN_LEAST,
            f"an arm has {int(inside.sum())} complete dyads; below {LIN_LEAST} a slope of its own "
            "leaves no residuals to judge by (14 false alarms in 100); use ancova_cr2.",
            EstimateError,
        )
        must(
            float(np.ptp(comparison.pre[inside])) > 0,
            "all first scores of one arm are equal, so it has no slope of its own; use ancova_cr2.",
            EstimateError,
        )
    centred = comparison.pre - comparison.pre.mean()
    return _by_regression(
        comparison,
        [centred, centred * treated],
        outcome=comparison.post,
        words=(
            "lin_cr2",
            "post at equal pre, mean over all dyads",
            "least squares of post on arm, centred pre and their product",
        ),
        conf_level=conf_level,
    )


def _adjusted_core(comparison: Comparison, conf_level: float = 0.95) -> Estimate:
    return randomisation_core(comparison, conf_level, statistic="adjusted")


CORES: Mapping[str, Core] = MappingProxyType(
    {
        "pool_means": pool_means_core,
        "ancova_cr2": ancova_core,
        "change_cr2": change_core,
        "lin_cr2": lin_core,
        "mixed_pools": mixed_pools_core,
        "randomisation": randomisation_core,
        "randomisation_adjusted": _adjusted_core,
        "superiority": superiority_core,
    }
)
"""Name in ``ESTIMATORS`` to the same rule on a `Comparison`."""
