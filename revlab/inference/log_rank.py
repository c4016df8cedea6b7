"""The log-rank comparison of how long pairs last, with pools as the units."""

from dataclasses import replace
from math import nan

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from revlab.errors import EstimateError, must
from revlab.inference.columns import marks
from revlab.inference.estimate import Estimate, check_conf_level
from revlab.inference.inversion import Replay, splits_of
from revlab.inference.pool_blocks import kept_blocks, pool_blocks

__all__ = ["log_rank"]

Floats = NDArray[np.float64]


def _score(t: Floats, ended: NDArray[np.bool_], treated: NDArray[np.bool_]) -> tuple[Floats, float]:
    """Return each pair's events minus those expected, and the variance over the treated."""
    expected, variance = np.zeros(len(t)), 0.0
    for when in np.unique(t[ended]):
        there = t >= when
        n, n1 = int(there.sum()), int((there & treated).sum())
        d = int((ended & (t == when)).sum())
        expected[there] += d / n
        if n > 1:
            variance += d * (n1 / n) * (1 - n1 / n) * (n - d) / (n - 1)
    return ended - expected, variance


def log_rank(
    time: ArrayLike,
    event: ArrayLike,
    *,
    treated: ArrayLike,
    pool: ArrayLike | pd.DataFrame | None = None,
    replay: Replay | None = None,
    conf_level: float = 0.95,
) -> Estimate:
    """Compare how fast pairs end in two arms.

    Parameters
    ----------
    time, event : array of shape (n,)
        As for `revlab.inference.duration.kaplan_meier`.
    treated : array of shape (n,)
        Whether the pair is in the treatment arm.
    pool : array of shape (n,), DataFrame or None
        Pool of each pair. Give it whenever arms were assigned to pools: the textbook p-value
        takes pairs as independent and is then too small. None gives the textbook test. A frame
        with columns "pool_id" and "block" keeps the re-assignments within blocks of pools.
    replay : Replay or None
        How re-assignments of arms to pools are listed.
    conf_level : float
        Level of the interval.

    Returns
    -------
    Estimate
        Peto's one-step log hazard ratio, negative if treated pairs end later. With pools, the
        p-value is that of re-assigning arms over pools and there is no interval.

    Raises
    ------
    EstimateError
        If nobody ended, an arm is empty, a pool is in both arms, or an arm has one pool.

    References
    ----------
    Peto et al. (1977), British Journal of Cancer 35; Gail et al. (1996), Statistics in
    Medicine 15, for re-assigning whole groups.

    Examples
    --------
    >>> estimate = log_rank([1, 2, 3, 3, 3, 3], [1, 1, 0, 1, 0, 0], treated=[0, 0, 0, 1, 1, 1])
    >>> round(estimate.estimate, 3), round(estimate.p_value, 3)
    (-1.255, 0.302)
    """
    check_conf_level(conf_level)
    t, ended = np.asarray(time, dtype=float), marks(event, "event")
    arm = marks(treated, "treated")
    must(t.shape == ended.shape == arm.shape, "give one value per pair.", EstimateError)
    must(bool(ended.any()), "no pair ended early, so there is nothing to compare.", EstimateError)
    must(0 < arm.sum() < len(arm), "both arms need at least one pair.", EstimateError)
    scores, variance = _score(t, ended, arm)
    must(variance > 0, "the arms were never at risk together.", EstimateError)
    gap = float(scores[arm].sum())
    z, half = gap / variance**0.5, float(ndtri((1 + conf_level) / 2)) / variance**0.5
    plain = Estimate(
        estimand="log hazard ratio of ending early",
        estimator="log_rank",
        contrast="treatment - control",
        estimate=gap / variance,
        std_error=1 / variance**0.5,
        df=nan,
        statistic=z,
        p_value=float(2 * ndtr(-abs(z))),
        conf_low=gap / variance - half,
        conf_high=gap / variance + half,
        conf_level=conf_level,
        n=len(t),
        unit="log hazard ratio",
        convention="Peto one-step log hazard ratio, normal interval, log-rank test with the "
        "hypergeometric variance, every pair independent",
        note="pairs of one pool are not independent: give `pool`" if pool is None else "",
    )
    return plain if pool is None else _by_pools(plain, scores, arm=arm, pool=pool, replay=replay)


def _by_pools(
    plain: Estimate,
    scores: Floats,
    *,
    arm: NDArray[np.bool_],
    pool: ArrayLike | pd.DataFrame,
    replay: Replay | None,
) -> Estimate:
    names = pool["pool_id"] if isinstance(pool, pd.DataFrame) else np.asarray(pool)
    labels, code = np.unique(names.astype(str), return_inverse=True)
    must(code.shape == arm.shape, "`pool` needs one value per pair.", EstimateError)
    share = np.bincount(code, weights=arm) / np.bincount(code)
    must(bool(np.isin(share, (0, 1)).all()), "a pool has pairs in both arms.", EstimateError)
    treated = share == 1
    fewest = min(int(treated.sum()), int((~treated).sum()))
    must(fewest >= 2, f"an arm has {fewest} pool; at least 2 are needed.", EstimateError)
    totals = np.bincount(code, weights=scores)
    block = None
    if isinstance(pool, pd.DataFrame) and "block" in pool:
        block = kept_blocks(pool_blocks(list(pool["block"]), code, names=list(labels)), treated)
    splits, listed = splits_of(treated, replay or Replay(), block=block)
    values = splits.astype(float) @ totals
    tie = 1e-9 * max(1.0, float(np.abs(values).max()))
    extreme = np.abs(values) >= abs(float(totals[treated].sum())) - tie
    return replace(
        plain,
        std_error=nan,
        p_value=float(extreme.mean()),
        conf_low=nan,
        conf_high=nan,
        n_clusters=len(labels),
        convention=f"Peto one-step log hazard ratio; p-value of the log-rank score over {listed} "
        f"of arms to {len(labels)} pools{'' if block is None else ' within blocks'}; no interval",
    )
