"""Changes and differences in raw points: paired t, Welch's t."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from revlab.errors import EstimateError, must, one_of
from revlab.inference.estimate import Estimate, t_estimate
from revlab.inference.regression import cluster_robust

__all__ = ["complete", "mean_difference", "paired_change"]

Floats = NDArray[np.float64]


def complete(values: ArrayLike, name: str) -> tuple[Floats, int]:
    """Return the values that are there, and how many are missing.

    Parameters
    ----------
    values : array of shape (n,)
        Numbers; NaN is missing.
    name : str
        What they are, for the message.

    Raises
    ------
    EstimateError
        If a value is infinite, or fewer than two are left.

    Examples
    --------
    >>> complete([1.0, float("nan"), 3.0], "change")[1]
    1
    """
    every = np.asarray(values, dtype=float)
    must(every.ndim == 1, f"{name} must be one column; got shape {every.shape}.", EstimateError)
    must(not np.isinf(every).any(), f"{name} has an infinite value; correct it.", EstimateError)
    kept = every[~np.isnan(every)]
    must(
        len(kept) >= 2,
        f"{name} has {len(kept)} complete values; at least 2 are needed for an interval.",
        EstimateError,
    )
    return kept, len(every) - len(kept)


def paired_change(
    pre: ArrayLike,
    post: ArrayLike,
    *,
    cluster: ArrayLike | None = None,
    conf_level: float = 0.95,
) -> Estimate:
    """Return the mean change from ``pre`` to ``post`` of the same units.

    Parameters
    ----------
    pre, post : array of shape (n,)
        Scores in points, in the same order; NaN is missing.
    cluster : array of shape (n,) or None
        Label of the independent unit (the pool, or the mentor who appears twice). None takes
        every row as independent.
    conf_level : float
        Level of the interval.

    Returns
    -------
    Estimate
        Paired t, or CR2 with Satterthwaite df if there are clusters.

    Raises
    ------
    EstimateError
        If the lengths differ, fewer than two complete pairs or clusters are left, or every
        change is the same.

    References
    ----------
    Student (1908), Biometrika 6; Pustejovsky & Tipton (2018) for clusters.

    Examples
    --------
    >>> paired_change([1.0, 2, 3, 2], [2.0, 2, 5, float("nan")])
    post - pre on mean change: 1.000 [95% CI -1.484, 3.484], paired_change, n = 3
    """
    before, after = np.asarray(pre, dtype=float), np.asarray(post, dtype=float)
    must(
        before.shape == after.shape,
        f"`pre` and `post` must have one value per unit; got {before.shape} and {after.shape}.",
        EstimateError,
    )
    change, n_missing = complete(after - before, "the change")
    ones = np.ones((len(change), 1))
    if cluster is None:
        error = float(change.std(ddof=1) / np.sqrt(len(change)))
        plain = t_estimate(float(change.mean()), error, df=len(change) - 1, conf_level=conf_level)
        convention = "paired t, every unit independent"
    else:
        label = np.asarray(cluster)
        must(label.shape == before.shape, "`cluster` needs one value per unit.", EstimateError)
        fit = cluster_robust(ones, change, cluster=label[~np.isnan(after - before)])
        plain = fit.estimate(0, conf_level=conf_level)
        convention = plain.convention
    return replace(
        plain,
        estimand="mean change",
        estimator="paired_change",
        contrast="post - pre",
        n=len(change),
        n_missing=n_missing,
        unit="points",
        convention=f"{convention}; units with both scores only ({n_missing} left out)",
        note="no comparison group: the change may have come without the programme",
    )


def mean_difference(
    treatment: ArrayLike,
    control: ArrayLike,
    *,
    variances: str = "unequal",
    conf_level: float = 0.95,
) -> Estimate:
    """Return the difference in means of two groups of independent units.

    Not for dyads of pools that a policy treated: those need `revlab.inference.estimators`.

    Parameters
    ----------
    treatment, control : array of shape (n1,) and (n0,)
        Values in points; NaN is missing.
    variances : {"unequal", "equal"}
        Welch's or Student's t.
    conf_level : float
        Level of the interval.

    Raises
    ------
    EstimateError
        If a group has fewer than two values or nothing varies.

    References
    ----------
    Welch (1947), Biometrika 34.

    Examples
    --------
    >>> mean_difference([3.0, 4, 5, 6], [1.0, 2, 2, 3])
    treatment - control on mean: 2.500 [95% CI 0.545, 4.455], mean_difference, n = 8
    """
    one_of("variances", variances, ("unequal", "equal"))
    x, x_missing = complete(treatment, "the treatment group")
    y, y_missing = complete(control, "the control group")
    must(
        float(np.ptp(x)) > 0 or float(np.ptp(y)) > 0,
        "nothing varies within the groups, so there is no interval.",
        EstimateError,
    )
    parts = np.array([x.var(ddof=1) / len(x), y.var(ddof=1) / len(y)])
    below = np.array([len(x) - 1.0, len(y) - 1.0])
    if variances == "equal":
        pooled = ((len(x) - 1) * x.var(ddof=1) + (len(y) - 1) * y.var(ddof=1)) / below.sum()
        variance, df, words = pooled * (1 / len(x) + 1 / len(y)), below.sum(), "Student t"
    else:
        variance, words = parts.sum(), "Welch t, Satterthwaite degrees of freedom"
        df = variance**2 / (parts**2 / below).sum() if variance > 0 else np.nan
    plain = t_estimate(
        float(x.mean() - y.mean()), float(np.sqrt(variance)), df=float(df), conf_level=conf_level
    )
    missing = x_missing + y_missing
    return replace(
        plain,
        estimand="mean",
        estimator="mean_difference",
        contrast="treatment - control",
        n=len(x) + len(y),
        n_missing=missing,
        unit="points",
        convention=f"{words}, every unit independent; {missing} missing left out",
    )
