"""Effects that need no unit: how often one beats the other, and how many improved."""

from dataclasses import dataclass, replace
from math import nan

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit, ndtr, ndtri, stdtr, stdtrit

from revlab.errors import EstimateError, must, one_of
from revlab.inference.estimate import Estimate, check_conf_level
from revlab.inference.rates import wilson
from revlab.inference.regression import cluster_robust
from revlab.inference.two_sample import complete

__all__ = [
    "Clusters",
    "logit_interval",
    "placements",
    "probability_of_superiority",
    "share_improved",
]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Clusters:
    """The independent unit (pool) of each treatment and of each control value."""

    treatment: ArrayLike
    control: ArrayLike


def placements(values: Floats, others: Floats) -> Floats:
    """Return the share of ``others`` (m,) below each of ``values`` (n,), ties as half.

    Examples
    --------
    >>> placements(np.array([1.0, 2.0]), np.array([1.0, 1.5])).tolist()
    [0.25, 1.0]
    """
    ordered = np.sort(others)
    below = np.searchsorted(ordered, values, side="left")
    at_most = np.searchsorted(ordered, values, side="right")
    placed: Floats = (below + at_most) / (2.0 * len(others))
    return placed


def _independent(high: Floats, low: Floats) -> tuple[float, float]:
    parts = np.array([high.var(ddof=1) / len(high), low.var(ddof=1) / len(low)])
    variance = float(parts.sum())
    must(variance > 0, "the two groups do not overlap enough for an interval.", EstimateError)
    df = variance**2 / float((parts**2 / np.array([len(high) - 1, len(low) - 1])).sum())
    return float(np.sqrt(variance)), df


def _clustered(
    high: Floats, low: Floats, labels: Clusters, kept: tuple[NDArray[np.bool_], NDArray[np.bool_]]
) -> tuple[float, float, int]:
    sides = (np.asarray(labels.treatment), np.asarray(labels.control))
    for side, keep in zip(sides, kept, strict=True):
        must(side.shape == keep.shape, "`clusters` needs one label per value.", EstimateError)
    units = np.concatenate([s[k].astype(str) for s, k in zip(sides, kept, strict=True)])
    arm = np.repeat([1.0, 0.0], [len(high), len(low)])
    for label, size in ((1.0, "treatment"), (0.0, "control")):
        count = len(set(units[arm == label]))
        must(count >= 2, f"the {size} group has {count} cluster; 2 are needed.", EstimateError)
    design = np.column_stack([np.ones(len(arm)), arm])
    # a higher control value lowers the probability, as it lowers the arms' difference
    fit = cluster_robust(design, np.concatenate([high, low]), cluster=units)
    must(fit.covariance[1, 1] > 0, "the clusters do not vary; no interval.", EstimateError)
    return float(fit.std_errors[1]), float(fit.df[1]), fit.n_clusters


def _interval(p: float, error: float, *, df: float, interval: str, level: float) -> Estimate:
    if interval == "logit":
        return logit_interval(p, error, df=df, conf_level=level)
    half = float(stdtrit(df, (1 + level) / 2)) * error
    statistic = (p - 0.5) / error
    p_value = float(2 * stdtr(df, -abs(statistic)))
    return Estimate("", "", "", p, error, df, statistic, p_value, p - half, p + half, level)


def logit_interval(p: float, error: float, *, df: float, conf_level: float) -> Estimate:
    """Return a t interval of a probability on the log-odds scale, and the test of one half.

    Examples
    --------
    >>> found = logit_interval(0.5, 0.1, df=10.0, conf_level=0.95)
    >>> found.p_value, round(found.conf_low + found.conf_high, 6)
    (1.0, 1.0)
    """
    check_conf_level(conf_level)
    wide = error / (p * (1 - p))
    half = float(stdtrit(df, (1 + conf_level) / 2)) * wide
    statistic = float(logit(p)) / wide
    low, high = float(expit(logit(p) - half)), float(expit(logit(p) + half))
    p_value = float(2 * stdtr(df, -abs(statistic)))
    return Estimate("", "", "", p, error, df, statistic, p_value, low, high, conf_level)


def _fisher_z(p: float, sizes: tuple[int, int], level: float) -> Estimate:
    n1, n0 = sizes
    error = float(np.sqrt((n1 + n0 + 1) / (3 * n1 * n0)))
    centre = float(np.arctanh(2 * p - 1))
    half = float(ndtri((1 + level) / 2)) * error
    low, high = ((float(np.tanh(centre + side * half)) + 1) / 2 for side in (-1, 1))
    p_value = float(2 * ndtr(-abs(centre / error)))
    return Estimate("", "", "", p, nan, nan, centre / error, p_value, low, high, level)


_WORDS = {
    "logit": "t interval of placements on the log-odds scale",
    "brunner_munzel": "Brunner-Munzel t interval",
    "fisher_z": "normal interval of Cliff's delta on Fisher's z scale",
}


def probability_of_superiority(
    treatment: ArrayLike,
    control: ArrayLike,
    *,
    clusters: Clusters | None = None,
    interval: str = "logit",
    conf_level: float = 0.95,
) -> Estimate:
    """Return how often a random unit of the treatment beats one of the control, ties as half.

    Parameters
    ----------
    treatment, control : array of shape (n1,) and (n0,)
        Values; NaN is missing.
    clusters : Clusters or None
        Pools of the values, if they are not independent; then CR2 of the placements.
    interval : {"logit", "brunner_munzel", "fisher_z"}
        Logit stays within 0 and 1; Brunner-Munzel is symmetric; Fisher z is that of Cliff's
        delta, with normal quantiles and without clusters.
    conf_level : float
        Level of the interval.

    Returns
    -------
    Estimate
        A probability; the p-value tests one half.

    Raises
    ------
    EstimateError
        With too few values or clusters, or if one group lies wholly above the other.

    References
    ----------
    Brunner & Munzel (2000), Biometrical Journal 42; Obuchowski (1997), Biometrics 53, for
    clusters.

    Examples
    --------
    >>> estimate = probability_of_superiority([3.0, 4, 5, 6, 2], [1.0, 2, 2, 3])
    >>> estimate.estimate, 0 < estimate.conf_low < estimate.conf_high < 1
    (0.875, True)
    """
    one_of("interval", interval, tuple(_WORDS))
    check_conf_level(conf_level)
    must(
        clusters is None or interval != "fisher_z",
        "the Fisher z interval cannot allow for clusters; use 'logit'.",
        EstimateError,
    )
    x, x_missing = complete(treatment, "the treatment group")
    y, y_missing = complete(control, "the control group")
    n_clusters = 0
    high, low = placements(x, y), placements(y, x)
    p = float(high.mean())
    must(0 < p < 1, "one group lies wholly above the other: no interval exists.", EstimateError)
    if interval == "fisher_z":
        plain, unit = _fisher_z(p, (len(x), len(y)), conf_level), "every unit independent"
    else:
        if clusters is None:
            (error, df), unit = _independent(high, low), "every unit independent"
        else:
            kept = tuple(~np.isnan(np.asarray(v, dtype=float)) for v in (treatment, control))
            error, df, n_clusters = _clustered(high, low, clusters, (kept[0], kept[1]))
            unit = f"CR2 over {n_clusters} pools"
        plain = _interval(p, error, df=df, interval=interval, level=conf_level)
    missing = x_missing + y_missing
    return replace(
        plain,
        estimand="probability of superiority",
        estimator="probability_of_superiority",
        contrast="treatment - control",
        n=len(x) + len(y),
        n_missing=missing,
        unit="probability",
        n_clusters=n_clusters,
        convention=f"ties count half; {_WORDS[interval]}, {unit}; {missing} missing left out",
    )


def share_improved(
    pre: ArrayLike, post: ArrayLike, *, at_least: float = 0.0, conf_level: float = 0.95
) -> Estimate:
    """Return the share of units whose score rose by more than ``at_least``.

    Parameters
    ----------
    pre, post : array of shape (n,)
        Scores in the same order; NaN is missing.
    at_least : float
        Rise in points that must be passed, for instance the margin of the plan.
    conf_level : float
        Level of the Wilson interval.

    Raises
    ------
    EstimateError
        If the lengths differ or fewer than two complete pairs are left.

    Examples
    --------
    >>> share_improved([1.0, 2, 3, 2], [2.0, 2, 5, 1]).note
    '2 up, 1 unchanged, 1 down'
    """
    before, after = np.asarray(pre, dtype=float), np.asarray(post, dtype=float)
    must(before.shape == after.shape, "`pre` and `post` must be of one length.", EstimateError)
    change, n_missing = complete(after - before, "the change")
    tie = 1e-9
    up, down = int((change > at_least + tie).sum()), int((change < -at_least - tie).sum())
    between = "unchanged" if at_least == 0 else "in between"
    share = wilson(up, len(change), conf_level=conf_level)
    return replace(
        share.to_estimate(),
        estimand="share improved",
        estimator="share_improved",
        n_missing=n_missing,
        convention=f"Wilson interval, rise of more than {at_least:g} points, every unit "
        f"independent; {n_missing} missing left out",
        note=f"{up} up, {len(change) - up - down} {between}, {down} down",
    )
