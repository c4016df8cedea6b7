"""Sessions held of those planned: per arm, and the difference between arms over pools."""

from dataclasses import replace

import numpy as np
import pandas as pd

from revlab.errors import EstimateError, must
from revlab.inference.comparison import read_comparison
from revlab.inference.cores import change_core
from revlab.inference.estimate import Contrast, Estimate
from revlab.inference.regression import cluster_robust

__all__ = ["attendance_by_arm", "attendance_difference", "attendance_rate"]

_COUNTS = ["planned", "held", "skipped", "not_reached"]


def _shares(frame: pd.DataFrame) -> pd.Series:
    absent = [name for name in ("dyad_id", "pool_id", "arm", *_COUNTS) if name not in frame]
    must(not absent, f"the attendance frame lacks the columns {absent}.", EstimateError)
    planned = frame["planned"].to_numpy(dtype=float)
    held = frame["held"].to_numpy(dtype=float)
    must(len(frame) > 0, "there are no dyads.", EstimateError)
    must(bool((planned > 0).all()), "a dyad has no planned session.", EstimateError)
    must(bool((held <= planned).all()), "a dyad held more than planned.", EstimateError)
    return pd.Series(held / planned, index=frame.index)


def attendance_rate(frame: pd.DataFrame, *, conf_level: float = 0.95) -> Estimate:
    """Return the mean share of planned sessions that a dyad held.

    Parameters
    ----------
    frame : pandas.DataFrame
        dyad_id, pool_id, arm, planned, held, skipped, not_reached, one row per dyad; see
        `revlab.fieldwork.frames.attendance`.
    conf_level : float
        Level of the interval.

    Returns
    -------
    Estimate
        Sessions that were not reached because the dyad had ended count as not held. CR2 over
        pools, or over dyads if there is one pool.

    Raises
    ------
    EstimateError
        If a column is missing, or every dyad held the same share.

    Examples
    --------
    >>> frame = pd.DataFrame({"dyad_id": list("abcd"), "pool_id": [1, 1, 2, 3], "arm": "new",
    ...     "planned": 4, "held": [4, 4, 2, 2], "skipped": [0, 0, 2, 2], "not_reached": 0})
    >>> attendance_rate(frame)
    share of planned sessions held: 0.750 [95% CI 0.000, 1.000], attendance_rate, n = 4
    """
    shares = _shares(frame).to_numpy()
    pools = frame["pool_id"].astype(str)
    several = pools.nunique() >= 2
    unit = pools if several else frame["dyad_id"].astype(str)
    fit = cluster_robust(np.ones((len(shares), 1)), shares, cluster=unit.to_numpy())
    plain = fit.estimate(0, conf_level=conf_level)
    words = "pools" if several else "dyads, as there is one pool"
    return replace(
        plain,
        estimand="share of planned sessions held",
        estimator="attendance_rate",
        n_clusters=fit.n_clusters if several else 0,
        statistic=np.nan,
        p_value=np.nan,
        conf_low=max(0.0, plain.conf_low),
        conf_high=min(1.0, plain.conf_high),
        unit="share",
        convention=f"mean over dyads of held / planned, CR2 standard error over {words}, "
        "Satterthwaite t, interval cut at 0 and 1; sessions not reached count as not held",
    )


def attendance_by_arm(frame: pd.DataFrame, *, conf_level: float = 0.95) -> pd.DataFrame:
    """Return sessions planned, held, skipped and not reached, per arm and together.

    Parameters
    ----------
    frame : pandas.DataFrame
        As for `attendance_rate`.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    pandas.DataFrame
        arm ("all" first), n_dyads, n_clusters (pools), planned, held, skipped, not_reached
        (sessions), share (mean over dyads of held / planned), conf_low, conf_high (as
        `attendance_rate`, NaN where it gives none).

    Examples
    --------
    >>> frame = pd.DataFrame({"dyad_id": list("abcd"), "pool_id": [1, 1, 2, 3], "arm": "new",
    ...     "planned": 4, "held": [4, 2, 3, 3], "skipped": [0, 2, 1, 1], "not_reached": 0})
    >>> attendance_by_arm(frame)[["arm", "n_dyads", "held", "share"]].head(1).to_numpy().tolist()
    [['all', 4, 12, 0.75]]
    """
    every = frame.assign(share=_shares(frame))
    rows = []
    for arm in ["all", *sorted(every["arm"].astype(str).unique())]:
        part = every if arm == "all" else every[every["arm"].astype(str) == arm]
        counts = {name: int(part[name].sum()) for name in _COUNTS}
        try:
            rate = attendance_rate(part, conf_level=conf_level)
            ends = (rate.conf_low, rate.conf_high)
        except EstimateError:
            ends = (np.nan, np.nan)
        rows.append(
            {
                "arm": arm,
                "n_dyads": len(part),
                "n_clusters": part["pool_id"].nunique(),
                **counts,
                "share": float(part["share"].mean()),
                "conf_low": ends[0],
                "conf_high": ends[1],
            }
        )
    return pd.DataFrame(rows)


def attendance_difference(
    frame: pd.DataFrame, contrast: Contrast, *, conf_level: float = 0.95
) -> Estimate:
    """Compare the share of planned sessions held between arms, with pools as units.

    Parameters
    ----------
    frame : pandas.DataFrame
        As for `attendance_rate`, with a column "block" if pools were dealt within blocks.
    contrast : Contrast
        Treatment and control arm.
    conf_level : float
        Level of the interval.

    Returns
    -------
    Estimate
        Difference in shares; CR2 over pools with Satterthwaite df.

    Raises
    ------
    EstimateError
        With fewer than two pools per arm, a pool in both arms, or no variation.

    Examples
    --------
    >>> frame = pd.DataFrame({"dyad_id": list("abcd"), "pool_id": [1, 2, 3, 4],
    ...     "arm": ["new", "new", "old", "old"], "planned": 4, "held": [4, 3, 2, 1],
    ...     "skipped": [0, 1, 2, 3], "not_reached": 0})
    >>> round(attendance_difference(frame, Contrast("new", "old")).estimate, 6)
    0.5
    """
    shares = _shares(frame)
    columns = ["dyad_id", "pool_id", "arm", *(["block"] if "block" in frame else [])]
    outcomes = frame[columns].assign(pre=0.0, post=shares)
    comparison = read_comparison(outcomes, contrast)
    plain = change_core(comparison, conf_level)
    return replace(
        plain,
        estimand="share of planned sessions held",
        estimator="attendance_difference",
        unit="share",
        convention=f"difference in mean held / planned, every dyad{comparison.block_words}; "
        f"{plain.n_clusters} pools, CR2 standard error, Satterthwaite t; sessions not reached "
        "count as not held",
    )
