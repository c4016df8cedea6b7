"""How far what the two of a dyad expect lies apart."""

from dataclasses import replace
from math import nan

import numpy as np
import pandas as pd

from revlab.errors import EstimateError, must
from revlab.inference.estimate import Estimate
from revlab.inference.regression import cluster_robust

__all__ = ["expectation_gaps", "mean_gap"]


def expectation_gaps(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row per dyad: the mean distance of its two sides over the topics.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row per dyad and topic: dyad_id, pool_id, arm, time, ended_early, topic, mentor and
        mentee (what each expects as a share of the scale, 0 to 1; NaN is missing).

    Returns
    -------
    pandas.DataFrame
        dyad_id, pool_id, arm, time, ended_early, topics (that both answered), gap (mean of
        ``|mentor - mentee|`` over them, NaN if there is none).

    Raises
    ------
    EstimateError
        If a value is beyond the scale, or there is no dyad.

    Examples
    --------
    >>> rows = pd.DataFrame({"dyad_id": ["a", "a"], "pool_id": 1, "arm": "new", "time": 6,
    ...     "ended_early": False, "topic": ["time", "benefit"], "mentor": [0.25, 1.0],
    ...     "mentee": [0.75, 1.0]})
    >>> expectation_gaps(rows)["gap"].tolist()
    [0.25]
    """
    must(len(rows) > 0, "no dyad said what it expects.", EstimateError)
    both = rows[["mentor", "mentee"]].to_numpy(dtype=float)
    inside = bool((np.isnan(both) | ((both >= 0) & (both <= 1))).all())
    must(inside, "an expectation lies beyond its scale; correct it.", EstimateError)
    apart = np.abs(both[:, 0] - both[:, 1])
    told = rows.assign(gap=apart, there=~np.isnan(apart))
    names = ["pool_id", "arm", "time", "ended_early"]
    found = told.groupby("dyad_id", sort=False).agg(
        **{name: (name, "first") for name in names}, topics=("there", "sum"), gap=("gap", "mean")
    )
    return found.reset_index()


def mean_gap(gaps: pd.DataFrame, *, conf_level: float = 0.95) -> Estimate:
    """Return how far the two of a dyad lie apart on average, as a share of the scale.

    Parameters
    ----------
    gaps : pandas.DataFrame
        One row per dyad: pool_id, gap (NaN = missing).
    conf_level : float
        Level of the interval.

    Returns
    -------
    Estimate
        CR2 over pools, or over dyads if there is one pool; without a test, as a distance is never
        below zero.

    Raises
    ------
    EstimateError
        With fewer than two dyads, or if they do not vary.

    Examples
    --------
    >>> round(mean_gap(pd.DataFrame({"pool_id": [1, 2, 3], "gap": [0.1, 0.2, 0.3]})).estimate, 6)
    0.2
    """
    gap = gaps["gap"].to_numpy(dtype=float)
    there = ~np.isnan(gap)
    n = int(there.sum())
    must(n >= 2, "fewer than two dyads have the expectations of both sides.", EstimateError)
    pools = gaps["pool_id"].astype(str).to_numpy()[there]
    several = len(set(pools)) >= 2
    unit = pools if several else np.arange(n)
    fit = cluster_robust(np.ones((n, 1)), gap[there], cluster=unit)
    plain = fit.estimate(0, conf_level=conf_level)
    words = "pools" if several else "dyads, as there is one pool"
    return replace(
        plain,
        estimand="distance of what the two expect",
        estimator="mean_gap",
        statistic=nan,
        p_value=nan,
        conf_low=max(0.0, plain.conf_low),
        conf_high=min(1.0, plain.conf_high),
        n_missing=int((~there).sum()),
        n_clusters=fit.n_clusters if several else 0,
        unit="share of the scale",
        convention="mean over dyads of the mean distance over the topics that both answered, CR2 "
        f"standard error over {words}, Satterthwaite t, interval cut at 0 and 1",
    )
