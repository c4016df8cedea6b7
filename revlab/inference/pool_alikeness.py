"""How alike the dyads of one pool are, with the arms taken out: what the next trial needs."""

from math import nan

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import fdtri

from revlab.errors import EstimateError, must
from revlab.inference.estimate import Estimate, check_conf_level
from revlab.inference.icc import group_icc

__all__ = ["pool_alikeness"]


def pool_alikeness(
    outcome: ArrayLike, pool: ArrayLike, *, arm: ArrayLike, conf_level: float = 0.95
) -> Estimate:
    """Return the intraclass correlation of pools within their arms.

    A difference between the arms would make pools look alike within and different between, so
    it is taken out; with one arm this is `revlab.inference.icc.group_icc`.

    Parameters
    ----------
    outcome : array of shape (n,)
        Per dyad, in points; NaN is left out and counted.
    pool, arm : array of str, shape (n,)
        Pool of the dyad, and arm of the pool.
    conf_level : float
        Level of the interval.

    Returns
    -------
    Estimate
        May be negative.

    Raises
    ------
    EstimateError
        If no arm has two pools, or no pool two dyads, or nothing varies within pools.

    References
    ----------
    Searle (1971), Linear Models, for the F interval; Eldridge, Ashby & Kerry (2006),
    International Journal of Epidemiology 35, on what sample sizes need of it.

    Examples
    --------
    >>> y, pool = [1.0, 2, 4, 5, 3, 3], list("aabbcc")
    >>> round(pool_alikeness(y, pool, arm=["x"] * 6).estimate, 3)
    0.862
    """
    check_conf_level(conf_level)
    y, label, arms = np.asarray(outcome, dtype=float), np.asarray(pool), np.asarray(arm)
    there = np.isfinite(y)
    pools = np.unique(label[there], return_inverse=True)[1]
    sides = np.unique(arms[there], return_inverse=True)[1]
    count = int(sides.max()) + 1 if there.any() else 0
    if count < 2:
        return group_icc(y, label, conf_level=conf_level)
    size = np.bincount(pools)
    groups, n = len(size), int(size.sum())
    df = (groups - count, n - groups)
    must(
        min(df) >= 1,
        f"{n} dyads in {groups} pools of {count} arms have no correlation within pools; two pools "
        "in an arm and two dyads in a pool are needed.",
        EstimateError,
    )
    means = np.bincount(pools, weights=y[there]) / size
    centre = (np.bincount(sides, weights=y[there]) / np.bincount(sides))[sides]
    between = float(((means[pools] - centre) ** 2).sum()) / df[0]
    within = float(((y[there] - means[pools]) ** 2).sum()) / df[1]
    must(within > 0, "nothing varies within the pools, so the correlation is 1.", EstimateError)
    k, ratio, tail = n / groups, between / within, (1 - conf_level) / 2
    ends = (ratio, ratio / fdtri(*df, 1 - tail), ratio * fdtri(df[1], df[0], 1 - tail))
    value, low, high = (float((f - 1) / (f + k - 1)) for f in ends)
    return Estimate(
        "ICC(1) within pools", "group_icc", "", value, nan, nan, nan, nan, low, high,
        conf_level, n, int((~there).sum()), "correlation", groups,
        f"analysis of variance over {groups} pools of mean size {k:.3g}, {count} arms taken out, "
        "F interval",
    )  # fmt: skip
