"""Bounds on a difference that no missing answer can break: every gap at an end of the scale."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from revlab.inference.estimate import Estimate
from revlab.inference.gaps import Gaps
from revlab.inference.lee import imbens_manski

__all__ = ["Extremes", "worst_case"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Extremes:
    """The least and the largest difference that the missing answers allow.

    Parameters
    ----------
    low, high : float
        The bounds, in points.
    conf_low, conf_high : float
        Interval for the difference itself (Imbens & Manski 2004).
    df : float
        Degrees of freedom, the smaller of those at the two bounds.
    conf_level : float
        Level of the interval.
    """

    low: float
    high: float
    conf_low: float
    conf_high: float
    df: float
    conf_level: float


def worst_case(gaps: Gaps, *, conf_level: float = 0.95) -> Extremes:
    """Return the difference between arms with every gap at the ends of the scale.

    Parameters
    ----------
    gaps : Gaps
        Two arms.
    conf_level : float
        Level of the interval.

    Returns
    -------
    Extremes
        ``high`` has the gaps of the treatment arm at their best and those of the control arm at
        their worst, ``low`` the other way round. A first score that was given stays. An adjusted
        rule keeps the slope of the complete dyads.

    Raises
    ------
    EstimateError
        As the rule.

    References
    ----------
    Horowitz & Manski (2000), JASA 95; Imbens & Manski (2004), Econometrica 72.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.inference.analysis_scales import scores_of
    >>> from revlab.inference.gaps import read_gaps
    >>> from revlab.inference.plan_reading import plan_of_pilot
    >>> from revlab.shipped import shipped
    >>> pilot = read_pilot(shipped("data/example_pilot"))
    >>> extremes = worst_case(read_gaps(scores_of(pilot)[3], plan_of_pilot(pilot.plan)))
    >>> bool(extremes.conf_low < extremes.low < 0 < extremes.high < extremes.conf_high)
    True
    """
    ends: list[Estimate] = [
        gaps.fit_adjusted(
            np.where(gaps.treated == best, _filled(gaps, end="best"), _filled(gaps, end="worst")),
            conf_level=conf_level,
        )
        for best in (False, True)
    ]
    low, high = ends
    df = min(low.df, high.df)
    wide = imbens_manski(
        high.estimate - low.estimate,
        max(low.std_error, high.std_error),
        conf_level=conf_level,
        df=df,
    )
    return Extremes(
        low.estimate,
        high.estimate,
        low.estimate - wide * low.std_error,
        high.estimate + wide * high.std_error,
        df,
        conf_level,
    )


def _filled(gaps: Gaps, *, end: str) -> Floats:
    top, bottom = (gaps.high, gaps.low) if end == "best" else (gaps.low, gaps.high)
    first = bottom if gaps.slope > 0 else top
    return gaps.adjusted(
        np.where(np.isfinite(gaps.pre), gaps.pre, first),
        np.where(np.isfinite(gaps.post), gaps.post, top),
    )
