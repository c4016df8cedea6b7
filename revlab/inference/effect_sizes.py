"""Standardised differences with noncentral intervals."""

from dataclasses import replace
from math import nan

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import gammaln, nctdtr, stdtr

from revlab.errors import EstimateError, must, one_of
from revlab.inference.estimate import Estimate, check_conf_level
from revlab.inference.two_sample import complete

__all__ = ["glass_delta", "hedges_g", "hedges_g_paired", "noncentral_interval"]

Floats = NDArray[np.float64]
SPREADS = ("pooled", "average")
"""What Hedges' g divides by."""


def _end(t: float, df: float, share: float) -> float:
    def gap(ncp: float) -> float:
        return float(nctdtr(df, ncp, t)) - share

    width = 2.0
    while gap(t - width) < 0 or gap(t + width) > 0:
        width *= 2
    return float(brentq(gap, t - width, t + width, xtol=1e-10))


def noncentral_interval(t: float, df: float, *, conf_level: float = 0.95) -> tuple[float, float]:
    """Return the noncentrality parameters between which a t statistic is not surprising.

    Parameters
    ----------
    t, df : float
        The statistic and its degrees of freedom.
    conf_level : float
        Level of the interval.

    References
    ----------
    Steiger & Fouladi (1997), in What if there were no significance tests?, chapter 9.

    Examples
    --------
    >>> low, high = noncentral_interval(2.0, 20)
    >>> round(low, 3), round(high, 3)
    (-0.077, 4.032)
    """
    check_conf_level(conf_level)
    tail = (1 - conf_level) / 2
    return _end(t, df, 1 - tail), _end(t, df, tail)


def _small_sample_factor(df: float) -> float:
    return float(np.exp(gammaln(df / 2) - gammaln((df - 1) / 2)) / np.sqrt(df / 2))


def _standardised(t: float, df: float, *, per_t: float, conf_level: float, words: str) -> Estimate:
    factor = _small_sample_factor(df) * per_t
    low, high = noncentral_interval(t, df, conf_level=conf_level)
    return Estimate(
        estimand="",
        estimator="hedges_g",
        contrast="",
        estimate=t * factor,
        std_error=nan,
        df=df,
        statistic=t,
        p_value=float(2 * stdtr(df, -abs(t))),
        conf_low=low * factor,
        conf_high=high * factor,
        conf_level=conf_level,
        unit="standard deviations",
        convention=f"{words}, exact small-sample factor, noncentral t interval; every unit "
        "independent",
    )


def hedges_g(
    treatment: ArrayLike, control: ArrayLike, *, spread: str = "pooled", conf_level: float = 0.95
) -> Estimate:
    """Return the standardised difference in means of two independent groups.

    Show it beside the raw difference, never instead of it.

    Parameters
    ----------
    treatment, control : array of shape (n1,) and (n0,)
        Values in points; NaN is missing.
    spread : {"pooled", "average"}
        Divide by the pooled standard deviation, or by the root of the plain mean of the two
        variances, which does not take them as equal; the degrees of freedom are then Welch's.
    conf_level : float
        Level of the interval.

    Raises
    ------
    EstimateError
        If a group has fewer than two values or nothing varies.

    References
    ----------
    Hedges (1981), Journal of Educational Statistics 6; Delacre et al. (2021), for "average".

    Examples
    --------
    >>> round(hedges_g([3.0, 4, 5, 6], [1.0, 2, 2, 3]).estimate, 4)
    2.0105
    """
    one_of("spread", spread, SPREADS)
    x, y, n_missing = _two(treatment, control)
    parts = np.array([x.var(ddof=1) / len(x), y.var(ddof=1) / len(y)])
    if spread == "pooled":
        df = float(len(x) + len(y) - 2)
        variance = ((len(x) - 1) * x.var(ddof=1) + (len(y) - 1) * y.var(ddof=1)) / df
        error = np.sqrt(variance * (1 / len(x) + 1 / len(y)))
    else:
        variance = (x.var(ddof=1) + y.var(ddof=1)) / 2
        df = float(parts.sum() ** 2 / (parts**2 / [len(x) - 1, len(y) - 1]).sum())
        error = np.sqrt(parts.sum())
    plain = _standardised(
        float((x.mean() - y.mean()) / error),
        df,
        per_t=float(error / np.sqrt(variance)),
        conf_level=conf_level,
        words=f"Hedges g over the {spread} standard deviation",
    )
    return replace(
        plain,
        estimand="standardised difference",
        contrast="treatment - control",
        n=len(x) + len(y),
        n_missing=n_missing,
    )


def glass_delta(treatment: ArrayLike, control: ArrayLike, *, conf_level: float = 0.95) -> Estimate:
    """Return the difference in means over the standard deviation of the control group.

    For a treatment that may change the spread as well as the mean.

    Parameters
    ----------
    treatment, control : array of shape (n1,) and (n0,)
        Values in points; NaN is missing.
    conf_level : float
        Level of the interval.

    Raises
    ------
    EstimateError
        If a group has fewer than two values or the control group does not vary.

    References
    ----------
    Glass (1976), Educational Researcher 5; the interval allows for unequal variances.

    Examples
    --------
    >>> round(glass_delta([3.0, 4, 5, 8], [1.0, 2, 2, 3]).estimate, 4)
    3.6742
    """
    x, y, n_missing = _two(treatment, control)
    spread = float(y.std(ddof=1))
    must(spread > 0, "the control group does not vary, so there is no delta.", EstimateError)
    error = float(np.sqrt(x.var(ddof=1) / len(x) + y.var(ddof=1) / len(y)))
    df, t = len(y) - 1.0, float(x.mean() - y.mean()) / error
    low, high = noncentral_interval(t, df, conf_level=conf_level)
    scale = error / spread
    plain = Estimate("standardised difference", "glass_delta", "treatment - control", t * scale,
        nan, df, t, float(2 * stdtr(df, -abs(t))), low * scale, high * scale)  # fmt: skip
    return replace(
        plain,
        conf_level=conf_level,
        n=len(x) + len(y),
        n_missing=n_missing,
        unit="standard deviations",
        convention="Glass's delta over the standard deviation of the control group, no "
        "small-sample factor, noncentral t interval with its degrees of freedom; every unit "
        "independent",
    )


def _two(treatment: ArrayLike, control: ArrayLike) -> tuple[Floats, Floats, int]:
    x, x_missing = complete(treatment, "the treatment group")
    y, y_missing = complete(control, "the control group")
    must(
        float(np.ptp(x)) > 0 or float(np.ptp(y)) > 0,
        "nothing varies within the groups, so there is no g.",
        EstimateError,
    )
    return x, y, x_missing + y_missing


def hedges_g_paired(pre: ArrayLike, post: ArrayLike, *, conf_level: float = 0.95) -> Estimate:
    """Return the mean change over the standard deviation of the changes, g_z.

    Not comparable with `hedges_g`: it is larger the more pre and post go together.

    Parameters
    ----------
    pre, post : array of shape (n,)
        Scores in the same order; NaN is missing.
    conf_level : float
        Level of the interval.

    Raises
    ------
    EstimateError
        If fewer than three complete pairs are left or every change is the same.

    Examples
    --------
    >>> round(hedges_g_paired([1.0, 2, 3, 2], [2.0, 2, 5, 4]).estimate, 4)
    0.9447
    """
    before, after = np.asarray(pre, dtype=float), np.asarray(post, dtype=float)
    must(before.shape == after.shape, "`pre` and `post` must be of one length.", EstimateError)
    change, n_missing = complete(after - before, "the change")
    must(len(change) >= 3, "g_z needs at least 3 units with both scores.", EstimateError)
    spread = float(change.std(ddof=1))
    must(spread > 0, "every change is the same, so there is no g_z.", EstimateError)
    per_t = float(1 / np.sqrt(len(change)))
    words = "Hedges g_z over the standard deviation of the changes"
    t = float(change.mean()) / spread / per_t
    plain = _standardised(t, len(change) - 1, per_t=per_t, conf_level=conf_level, words=words)
    return replace(
        plain,
        estimand="standardised change",
        estimator="hedges_g_paired",
        contrast="post - pre",
        n=len(change),
        n_missing=n_missing,
    )
