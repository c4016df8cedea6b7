"""Intervals for what is fitted to a pilot: profile likelihood, and the jackknife of clusters."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.stats import chi2, t

from revlab.errors import EstimateError, must

__all__ = ["Fitted", "jackknifed", "profiled"]

Array = npt.NDArray[np.float64]
_WIDEST, _STEPS, _NEAR = 12.0, 12, 0.003
_FEWEST = 6


@dataclass(frozen=True)
class Fitted:
    """A fitted parameter with its interval.

    Parameters
    ----------
    value, conf_low, conf_high : float
        Estimate and interval; infinite where the likelihood does not fall far enough.
    """

    value: float
    conf_low: float
    conf_high: float


def profiled(
    log_likelihood: Callable[[Array], float], start: Array, *, conf_level: float = 0.95
) -> list[Fitted]:
    """Return the maximum of a likelihood and the profile-likelihood interval of each parameter.

    Parameters
    ----------
    log_likelihood : callable
        From the parameters, shape (p,), to the log-likelihood.
    start : array, shape (p,)
        Where to begin.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    list of Fitted, one for each parameter

    Raises
    ------
    EstimateError
        If no maximum is found.

    References
    ----------
    Venzon & Moolgavkar 1988, Applied Statistics 37:87-94.

    Examples
    --------
    >>> [one] = profiled(lambda x: -2 * float(x[0] - 1) ** 2, np.zeros(1))
    >>> round(one.conf_low, 2), round(one.conf_high, 2)
    (0.02, 1.98)
    """
    best = minimize(lambda x: -log_likelihood(x), start, method="BFGS")
    must(
        bool(np.isfinite(best.fun)) and bool(np.all(np.isfinite(best.x))),
        "the likelihood has no maximum that could be found; the pilot says too little.",
        EstimateError,
    )
    drop = float(chi2.ppf(conf_level, 1)) / 2
    spread = np.sqrt(np.maximum(np.diag(np.asarray(best.hess_inv)), 1e-6))
    found = []
    for place in range(len(best.x)):
        ends = [
            _end(log_likelihood, best, place=place, step=side * spread[place], drop=drop)
            for side in (-1.0, 1.0)
        ]
        found.append(Fitted(float(best.x[place]), *ends))
    return found


def _end(
    log_likelihood: Callable[[Array], float], best: object, *, place: int, step: float, drop: float
) -> float:
    """Return where the likelihood, at its best over the others, has fallen by ``drop``."""
    top, most = np.asarray(best.x), -float(best.fun)  # type: ignore[attr-defined]
    others = np.delete(np.asarray(best.hess_inv)[:, place], place)  # type: ignore[attr-defined]
    slope = others / max(np.asarray(best.hess_inv)[place, place], 1e-9)  # type: ignore[attr-defined]

    def _lost(away: float) -> float:
        fixed = top[place] + away

        def _loss(rest: Array) -> float:
            return -log_likelihood(np.insert(rest, place, fixed))

        start = np.delete(top, place) + slope * away
        if start.size == 0:
            return most - log_likelihood(np.array([fixed]))
        fit = minimize(_loss, start, method="BFGS", options={"gtol": 1e-2})
        return most + float(fit.fun)

    # The signed root of what is lost is nearly straight, so that two or three steps are enough.
    away, wanted = step * np.sqrt(2 * drop), np.sqrt(drop)
    for _ in range(_STEPS):
        root = np.sqrt(max(_lost(away), 1e-12))
        if abs(root - wanted) < _NEAR * wanted:
            return float(top[place] + away)
        away *= min(max(wanted / root, 0.5), 2.0)
        if abs(away) > _WIDEST:
            return float(np.sign(step) * np.inf)
    return float(top[place] + away)


def jackknifed(
    statistic: Callable[[npt.NDArray[np.bool_]], Array],
    clusters: npt.NDArray[np.intp],
    *,
    conf_level: float = 0.95,
) -> list[Fitted]:
    """Return statistics with the interval of the delete-one-cluster jackknife.

    Parameters
    ----------
    statistic : callable
        From the rows to be used, a mask of shape (n,), to numbers of shape (p,).
    clusters : array of int, shape (n,)
        Cluster of each row.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    list of Fitted, one for each number
        With Student's t on as many degrees of freedom as there are clusters but one.

    Raises
    ------
    EstimateError
        If there are fewer than six clusters, or a number is not finite.

    References
    ----------
    Tukey 1958, Annals of Mathematical Statistics 29:614; Efron & Tibshirani 1993, An
    Introduction to the Bootstrap, chapter 11.

    Examples
    --------
    >>> x = np.arange(10.0)
    >>> [mean] = jackknifed(lambda rows: np.array([x[rows].mean()]), np.arange(10))
    >>> round(mean.conf_low, 3), round(mean.conf_high, 3)
    (2.334, 6.666)
    """
    labels = np.unique(clusters)
    n = len(labels)
    must(n >= _FEWEST, f"an interval needs at least {_FEWEST} clusters; got {n}.", EstimateError)
    whole = statistic(np.ones(len(clusters), dtype=bool))
    left_out = np.array([statistic(clusters != label) for label in labels])
    must(
        bool(np.isfinite(whole).all()) and bool(np.isfinite(left_out).all()),
        "the numbers are not finite with every cluster left out in turn; the pilot says too "
        "little.",
        EstimateError,
    )
    error = np.sqrt((n - 1) / n * ((left_out - left_out.mean(axis=0)) ** 2).sum(axis=0))
    half = float(t.ppf(0.5 + conf_level / 2, n - 1)) * error
    return [Fitted(float(v), float(v - h), float(v + h)) for v, h in zip(whole, half, strict=True)]
