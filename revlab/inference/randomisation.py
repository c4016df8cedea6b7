"""Randomisation tests that replay the assignment of arms to pools."""

from dataclasses import replace
from math import inf

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.errors import EstimateError, must, one_of
from revlab.inference.comparison import Comparison, read_comparison
from revlab.inference.estimate import Contrast, Estimate
from revlab.inference.inversion import Replay, invert, splits_of

__all__ = ["STATISTICS", "centred_pools", "randomisation_core", "randomisation_test"]

Floats = NDArray[np.float64]

STATISTICS = ("change", "adjusted")
"""change: post - pre; adjusted: post - slope * pre with the slope within pools."""


def _slope_within(comparison: Comparison) -> float:
    pre = comparison.pre - comparison.pool_means(comparison.pre)[comparison.pool]
    post = comparison.post - comparison.pool_means(comparison.post)[comparison.pool]
    spread = float(pre @ pre)
    must(
        spread > 1e-12 * max(1.0, float(comparison.pre @ comparison.pre)),
        "the first scores do not vary within any pool, so there is no slope to adjust with; "
        "use the statistic 'change'.",
        EstimateError,
    )
    return float(pre @ post) / spread


def centred_pools(
    means: Floats, treated: NDArray[np.bool_], *, block: NDArray[np.intp] | None = None
) -> tuple[Floats, Floats]:
    """Return the means of pools and their arms, both less their mean in the block.

    Parameters
    ----------
    means : ndarray of shape (G,)
        Means of pools.
    treated : ndarray of shape (G,)
        Whether the pool is in the treatment arm.
    block : ndarray of shape (G,) or None
        Number of the block of each pool.

    Returns
    -------
    centred, own : ndarray of shape (G,)
        ``centred @ own / (own @ own)`` is the difference between arms, weighted over blocks by
        treated times untreated pools over all pools.

    Examples
    --------
    >>> centred_pools(np.array([3.0, 1.0]), np.array([True, False]))[1].tolist()
    [0.5, -0.5]
    """
    code = np.zeros(len(means), dtype=np.intp) if block is None else block
    size = np.bincount(code)
    inner = (np.bincount(code, weights=means) / size)[code]
    share = (np.bincount(code, weights=treated) / size)[code]
    return means - inner, treated - share


def randomisation_core(
    comparison: Comparison,
    conf_level: float = 0.95,
    *,
    statistic: str = "change",
    replay: Replay | None = None,
) -> Estimate:
    """Return the randomisation test of a `Comparison`; see `randomisation_test`.

    Examples
    --------
    >>> frame = pd.DataFrame({"dyad_id": range(8), "pool_id": range(8), "pre": [0.0] * 8,
    ...     "arm": ["new"] * 4 + ["old"] * 4, "post": [5.0, 6, 7, 9, 1, 2, 3, 4]})
    >>> randomisation_core(read_comparison(frame, Contrast("new", "old"))).p_value == 2 / 70
    True
    """
    one_of("statistic", statistic, STATISTICS)
    slope = 1.0 if statistic == "change" else _slope_within(comparison)
    means = comparison.pool_means(comparison.post - slope * comparison.pre)
    centred, own = centred_pools(means, comparison.pool_treated, block=comparison.block)
    scale = 1 / float(own @ own)
    observed = scale * float(centred @ own)
    spread = float(np.ptp((centred - observed * own)[own != 0]))
    must(
        spread > 1e-9 * max(1.0, float(np.abs(means).max())),
        "pools of one arm do not vary, so no assignment could have come out differently.",
        EstimateError,
    )
    splits, listed = splits_of(comparison.pool_treated, replay or Replay(), block=comparison.block)
    # mean difference of a split from one product, as all splits treat the same number
    values = scale * (centred @ splits.T.astype(float))
    shifts = scale * (own @ splits.T.astype(float))
    estimate = invert(observed, values, shifts=shifts, conf_level=conf_level)
    outcome = "change" if statistic == "change" else "post adjusted by the slope within pools"
    notes = [comparison.block_note]
    if estimate.conf_high == inf:
        notes.append("too few pools: even the most extreme assignment cannot bound the effect")
    within = "" if comparison.block is None else f" within {comparison.n_blocks} blocks"
    return replace(
        estimate,
        estimand="difference of pool means",
        estimator="randomisation" if statistic == "change" else "randomisation_adjusted",
        contrast=repr(comparison.contrast),
        n=comparison.n,
        n_missing=comparison.n_missing,
        unit="points",
        n_clusters=comparison.n_pools,
        convention=f"randomisation test of the difference in mean pool {outcome}{within}, {listed} "
        f"of arms to {comparison.n_pools} pools{within}, interval by inversion; "
        f"{comparison.missing_words}",
        note="; ".join(note for note in notes if note),
    )


def randomisation_test(
    frame: pd.DataFrame,
    contrast: Contrast,
    *,
    statistic: str = "change",
    conf_level: float = 0.95,
    replay: Replay | None = None,
) -> Estimate:
    """Test a contrast by re-assigning arms over whole pools.

    Parameters
    ----------
    frame : pandas.DataFrame
        As for `revlab.inference.comparison.read_comparison`.
    contrast : Contrast
        Treatment and control arm.
    statistic : {"change", "adjusted"}
        Difference between arms in the unweighted mean over pools of ``post - pre``, or of
        ``post - slope * pre`` with the regression slope within pools. That slope is the same
        under every constant effect, so both tests are exact. With blocks the difference is taken
        within blocks, weighted by treated times untreated pools over all, and arms are
        re-assigned within blocks only.
    conf_level : float
        Level of the interval, all effects that the test does not reject.
    replay : Replay or None
        How assignments are listed; by default all up to 20,000, else 9,999 random ones.

    Returns
    -------
    Estimate
        Without standard error. With fewer than four pools per arm a 95% interval has no bounds.

    Raises
    ------
    EstimateError
        As `read_comparison`, if there is no slope to adjust with, or if pools do not vary.

    References
    ----------
    Rosenbaum (2002), Statistical Science 17(3). Gail et al. (1996), Statistics in Medicine 15.

    Examples
    --------
    >>> frame = pd.DataFrame({"dyad_id": range(8), "pool_id": range(8), "pre": [0.0] * 8,
    ...     "arm": ["new"] * 4 + ["old"] * 4, "post": [5.0, 6, 7, 9, 1, 2, 3, 4]})
    >>> estimate = randomisation_test(frame, Contrast("new", "old"))
    >>> round(estimate.p_value, 4), round(estimate.conf_low, 2), round(estimate.conf_high, 2)
    (0.0286, 1.0, 8.0)
    """
    comparison = read_comparison(frame, contrast)
    return randomisation_core(comparison, conf_level, statistic=statistic, replay=replay)
