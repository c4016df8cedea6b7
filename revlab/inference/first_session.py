"""How long it takes two people who were paired to meet for the first time."""

from dataclasses import replace
from math import nan

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from revlab.errors import EstimateError, must
from revlab.inference.columns import marks
from revlab.inference.comparison import read_comparison
from revlab.inference.cores import change_core
from revlab.inference.duration import median_duration
from revlab.inference.estimate import Contrast, Estimate
from revlab.inference.inversion import Replay
from revlab.inference.log_rank import log_rank

__all__ = ["median_to_first", "meeting_test", "time_to_first"]

Floats = NDArray[np.float64]
_NEVER = "a pair that ended without a session counts as not having met until it was last looked at"


def median_to_first(
    time: ArrayLike, met: ArrayLike, *, unit: str = "weeks", conf_level: float = 0.95
) -> Estimate:
    """Return the time by which half of the pairs have held their first session.

    Parameters
    ----------
    time : array of shape (n,)
        From pairing to the first session, or to when the pair was last looked at.
    met : array of bool, shape (n,)
        Whether a session was held then.
    unit : str
        Of ``time``.
    conf_level : float
        Level of the interval.

    Returns
    -------
    Estimate
        A limit is infinite where the interval of the curve does not come down to one half.

    Raises
    ------
    EstimateError
        If fewer than half have met.

    References
    ----------
    Brookmeyer & Crowley (1982), Biometrics 38.

    Examples
    --------
    >>> median_to_first([2, 2, 6, 10, 22], [1, 1, 1, 1, 0]).estimate
    6.0
    """
    there = marks(met, "met")
    held, n = int(there.sum()), len(there)
    must(
        2 * held >= n > 0,
        f"{held} of {n} pairs have met, fewer than half, so there is no median.",
        EstimateError,
    )
    plain = median_duration(time, there, conf_level=conf_level)
    return replace(
        plain,
        estimand="median time to the first session",
        estimator="median_to_first",
        unit=unit,
        convention=f"{plain.convention}; {_NEVER}",
        note=f"{held} of {n} pairs met",
    )


def time_to_first(frame: pd.DataFrame, contrast: Contrast, *, conf_level: float = 0.95) -> Estimate:
    """Compare the mean time to the first session between arms, with pools as the units.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per dyad: dyad_id, pool_id, arm, time, met, and block if there are blocks.
    contrast : Contrast
        Treatment and control arm.
    conf_level : float
        Level of the interval.

    Returns
    -------
    Estimate
        Difference of mean times up to a horizon: the earliest time at which somebody was last
        looked at without having met. Who has not met by then counts with the horizon.

    Raises
    ------
    EstimateError
        As `revlab.inference.comparison.read_comparison`.

    References
    ----------
    Royston & Parmar (2013), BMC Medical Research Methodology 13:152, on restricted means.

    Examples
    --------
    >>> frame = pd.DataFrame({"dyad_id": range(4), "pool_id": range(4),
    ...     "arm": ["new", "new", "old", "old"], "time": [2.0, 6, 10, 22],
    ...     "met": [True, True, True, False]})
    >>> round(time_to_first(frame, Contrast("new", "old")).estimate, 6)
    -12.0
    """
    time, met = frame["time"].to_numpy(dtype=float), marks(frame["met"], "met")
    must(len(time) > 0 and bool(met.any()), "no pair has met.", EstimateError)
    horizon = float(time[~met].min()) if not met.all() else float(time.max())
    columns = ["dyad_id", "pool_id", "arm", *(["block"] if "block" in frame else [])]
    outcomes = frame[columns].assign(pre=0.0, post=np.minimum(time, horizon))
    plain = change_core(read_comparison(outcomes, contrast), conf_level)
    unit = str(frame["unit"].iloc[0]) if "unit" in frame else ""
    return replace(
        plain,
        estimand="mean time to the first session",
        estimator="time_to_first",
        unit=unit,
        convention=plain.convention.replace("post - pre", f"time up to {horizon:g} {unit}".rstrip())
        + "; who had not met by then counts with it",
    )


def meeting_test(
    frame: pd.DataFrame,
    contrast: Contrast,
    *,
    conf_level: float = 0.95,
    replay: Replay | None = None,
) -> Estimate:
    """Test whether pairs of one arm meet sooner, by dealing the arms to the pools anew.

    Parameters
    ----------
    frame, contrast, conf_level
        As for `time_to_first`.
    replay : Replay or None
        How re-assignments are listed.

    Returns
    -------
    Estimate
        Peto's log hazard ratio of meeting, above zero if the treatment arm meets sooner, with the
        p-value of the log-rank test over pools and no interval.

    Raises
    ------
    EstimateError
        If nobody met, or an arm has fewer than two pools.

    Examples
    --------
    >>> frame = pd.DataFrame({"dyad_id": range(8), "pool_id": range(8), "met": True,
    ...     "arm": ["new"] * 4 + ["old"] * 4, "time": [2.0, 2, 2, 6, 10, 10, 14, 14]})
    >>> round(meeting_test(frame, Contrast("new", "old")).p_value, 3)
    0.029
    """
    both = frame[frame["arm"].astype(str).isin([contrast.treatment, contrast.control])]
    met = marks(both["met"], "met")
    must(bool(met.any()), "no pair has met, so there is nothing to compare.", EstimateError)
    treated = (both["arm"].astype(str) == contrast.treatment).to_numpy(dtype=bool)
    plain = log_rank(
        both["time"].to_numpy(dtype=float),
        met,
        treated=treated,
        pool=both,
        replay=replay or Replay(),
        conf_level=conf_level,
    )
    return replace(
        plain,
        estimand="log hazard ratio of meeting",
        estimator="meeting_test",
        contrast=repr(contrast),
        std_error=nan,
        convention=f"{plain.convention}; {_NEVER}",
    )
