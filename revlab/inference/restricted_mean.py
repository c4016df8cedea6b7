"""Restricted mean duration: how many sessions a pair lasted on average, up to a horizon."""

from dataclasses import dataclass, replace
from math import nan

import numpy as np
from numpy.typing import ArrayLike, NDArray

from revlab.errors import EstimateError, must
from revlab.inference.columns import marks
from revlab.inference.duration import kaplan_meier
from revlab.inference.estimate import Estimate, check_conf_level, z_estimate

__all__ = ["restricted_mean", "restricted_mean_difference"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class _Area:
    value: float
    variance: float
    n: int


def _area(time: ArrayLike, event: ArrayLike, horizon: float) -> _Area:
    t = np.asarray(time, dtype=float)
    curve = kaplan_meier(t, event)
    must(horizon > 0, f"`horizon` must be above zero; got {horizon}.", EstimateError)
    seen = float(curve["time"].max())
    must(
        horizon <= seen or float(curve["survival"].iloc[-1]) == 0.0,
        f"nobody was watched up to {horizon:g}; the longest time is {seen:g}, so choose a horizon "
        "of at most that.",
        EstimateError,
    )
    rows = curve[curve["time"] < horizon]
    starts, share = rows["time"].to_numpy(float), rows["survival"].to_numpy(float)
    pieces = share * np.diff(np.concatenate([starts, [horizon]]))
    # Area to the right of each time: what an end then costs the mean.
    right = pieces[::-1].cumsum()[::-1]
    at_risk, events = rows["at_risk"].to_numpy(float), rows["events"].to_numpy(float)
    alive = at_risk > events
    hazard = np.zeros(len(rows))
    hazard[alive] = events[alive] / (at_risk[alive] * (at_risk[alive] - events[alive]))
    return _Area(float(pieces.sum()), float((right**2 * hazard).sum()), len(t))


def _normal(value: float, variance: float, conf_level: float) -> Estimate:
    must(
        variance > 0,
        "no pair ended before the horizon, or all at once, so the mean has no standard error; "
        "show the curve.",
        EstimateError,
    )
    return z_estimate(value, float(np.sqrt(variance)), conf_level=conf_level)


def restricted_mean(
    time: ArrayLike, event: ArrayLike, *, horizon: float, conf_level: float = 0.95
) -> Estimate:
    """Return the mean duration up to a horizon, the area under the Kaplan-Meier curve.

    Parameters
    ----------
    time, event : array of shape (n,)
        As for `revlab.inference.duration.kaplan_meier`.
    horizon : float
        Duration at which the clock stops, for instance the planned number of sessions.
    conf_level : float
        Level of the interval.

    Returns
    -------
    Estimate
        In the unit of ``time``. Unlike the median it exists when fewer than half have ended.

    Raises
    ------
    EstimateError
        If the horizon is beyond what was watched, or nobody ended before it.

    References
    ----------
    Irwin (1949), Journal of Hygiene 47; Royston & Parmar (2013), BMC Medical Research
    Methodology 13:152.

    Examples
    --------
    >>> round(restricted_mean([1, 2, 2, 3, 3], [1, 1, 0, 0, 0], horizon=3).estimate, 2)
    2.4
    """
    check_conf_level(conf_level)
    area = _area(time, event, horizon)
    return replace(
        _normal(area.value, area.variance, conf_level),
        estimand=f"mean duration up to {horizon:g}",
        estimator="restricted_mean",
        n=area.n,
        statistic=nan,
        p_value=nan,
        convention="area under the Kaplan-Meier curve, Greenwood-type variance, normal interval, "
        "every pair independent",
    )


def restricted_mean_difference(
    time: ArrayLike,
    event: ArrayLike,
    *,
    treated: ArrayLike,
    horizon: float,
    conf_level: float = 0.95,
) -> Estimate:
    """Return how much longer treated pairs lasted on average, up to a horizon.

    Parameters
    ----------
    time, event : array of shape (n,)
        As for `restricted_mean`.
    treated : array of bool, shape (n,)
        The arm.
    horizon : float
        Must be within what was watched in both arms.
    conf_level : float
        Level of the interval.

    Raises
    ------
    EstimateError
        As `restricted_mean`, for either arm; or if an arm is empty.

    Notes
    -----
    Greenwood's variance is too small with few pairs. Measured (2,000 made-up trials each, a
    third not watched to the end): false alarms in 9% with 10 pairs an arm, 7% with 20 and 5%
    with 40; coverage 92%, 94% and 94%. With fewer than 40 pairs an arm prefer
    `revlab.inference.log_rank` with a replay for the test.

    References
    ----------
    Uno et al. (2014), Journal of Clinical Oncology 32.

    Examples
    --------
    >>> gap = restricted_mean_difference(
    ...     [1, 2, 3, 3, 1, 1, 2, 3], [1, 0, 0, 0, 1, 1, 1, 0], treated=[1, 1, 1, 1, 0, 0, 0, 0],
    ...     horizon=3)
    >>> round(gap.estimate, 2)
    0.75
    """
    check_conf_level(conf_level)
    arm = marks(treated, "treated")
    t, ended = np.asarray(time, dtype=float), np.asarray(event)
    must(arm.shape == t.shape, "`treated` needs one value per pair.", EstimateError)
    must(bool(arm.any() and not arm.all()), "one of the two arms is empty.", EstimateError)
    one, other = (_area(t[rows], ended[rows], horizon) for rows in (arm, ~arm))
    return replace(
        _normal(one.value - other.value, one.variance + other.variance, conf_level),
        estimand=f"mean duration up to {horizon:g}",
        estimator="restricted_mean_difference",
        n=len(t),
        convention="difference of areas under two Kaplan-Meier curves, normal interval, every "
        "pair independent",
    )
