"""Intervals for what is fitted to a pilot: profile likelihood, and the jackknife of clusters."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2, t

from revlab.errors import EstimateError, must

__all__ = ["Fitted", "Summit", "climbed", "jackknifed", "profiled"]

Array = npt.NDArray[np.float64]
_WIDEST, _TRIES, _RIGHT = 12.0, 12, 0.003
_STEPS, _HALVINGS, _ROUNDING = 100, 12, 1e-12
_CLOSE, _NEAR, _NUDGE, _STIFF = 1e-4, 0.03, 1e-4, 10.0
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
    log_likelihood: Callable[[Array], tuple[float, Array]],
    start: Array,
    *,
    conf_level: float = 0.95,
) -> list[Fitted]:
    """Return the maximum of a likelihood and the profile-likelihood interval of each parameter.

    Parameters
    ----------
    log_likelihood : callable
        From the parameters, shape (p,), to the log-likelihood and its gradient, shape (p,).
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
    >>> [one] = profiled(lambda x: (-2 * float(x[0] - 1) ** 2, -4 * (x - 1)), np.zeros(1))
    >>> round(one.conf_low, 2), round(one.conf_high, 2)
    (0.02, 1.98)
    """
    rough = climbed(log_likelihood, start, _STIFF * np.eye(len(start)), tolerance=_CLOSE)
    curvature = _curvature(log_likelihood, rough.place)
    must(
        bool(np.isfinite(curvature).all()) and bool((np.linalg.eigvalsh(curvature) > 0).all()),
        "the likelihood has no maximum that could be found; the pilot says too little.",
        EstimateError,
    )
    best = climbed(log_likelihood, rough.place, curvature, tolerance=_CLOSE)
    drop = float(chi2.ppf(conf_level, 1)) / 2
    found = []
    for place in range(len(start)):
        low, high = (
            _end(log_likelihood, best, curvature, place=place, root=side * np.sqrt(drop))
            for side in (-1.0, 1.0)
        )
        found.append(Fitted(float(best.place[place]), low, high))
    return found


@dataclass(frozen=True, eq=False)
class Summit:
    """Where a climb ended, and how high that is."""

    place: Array
    height: float


def climbed(
    log_likelihood: Callable[[Array], tuple[float, Array]],
    start: Array,
    curvature: Array,
    *,
    tolerance: float,
    fixed: int | None = None,
) -> Summit:
    """Return the maximum, by quasi-Newton steps that begin with a known curvature.

    Parameters
    ----------
    log_likelihood : callable
        As in `profiled`.
    start : array, shape (p,)
        Where to begin.
    curvature : array, shape (p, p)
        Negative second derivatives, or a guess of them.
    tolerance : float
        Root of twice what the last step could still gain.
    fixed : int or None
        A parameter that stays where it is.

    References
    ----------
    Nocedal & Wright 2006, Numerical Optimization, chapter 6 (BFGS).

    Examples
    --------
    >>> climbed(lambda x: (-float(x @ x), -2 * x), np.ones(2), np.eye(2), tolerance=1e-6).place
    array([0., 0.])
    """
    free = np.delete(np.arange(len(start)), [] if fixed is None else [fixed])
    place = start.astype(float)
    height, slope = log_likelihood(place)
    spread = np.linalg.inv(curvature[np.ix_(free, free)])
    for _ in range(_STEPS):
        step = spread @ slope[free]
        if not slope[free] @ step > tolerance**2:
            break
        for _ in range(_HALVINGS):
            there = place.copy()
            there[free] += step
            higher, onward = log_likelihood(there)
            if higher >= height - _ROUNDING:
                break
            step = step / 2
        turned = slope[free] - onward[free]
        if step @ turned > 0:
            side = np.eye(len(free)) - np.outer(step, turned) / (step @ turned)
            spread = side @ spread @ side.T + np.outer(step, step) / (step @ turned)
        place, height, slope = there, higher, onward
    return Summit(place, height)


def _curvature(log_likelihood: Callable[[Array], tuple[float, Array]], place: Array) -> Array:
    """Return the negative second derivatives, as differences of the gradient."""
    steps = _NUDGE * np.eye(len(place))
    rows = np.array([log_likelihood(place - h)[1] - log_likelihood(place + h)[1] for h in steps])
    return np.asarray((rows + rows.T) / (4 * _NUDGE))


def _end(
    log_likelihood: Callable[[Array], tuple[float, Array]],
    best: Summit,
    curvature: Array,
    *,
    place: int,
    root: float,
) -> float:
    """Return where the likelihood, at its best over the others, has fallen by ``root`` squared."""
    spread = np.linalg.inv(curvature)[:, place]
    along = spread / spread[place]
    # The signed root of what is lost is nearly straight, so that two or three steps are enough.
    away, wanted = root * np.sqrt(2 * spread[place]), abs(root)
    at, before = best.place, 0.0
    for _ in range(_TRIES):
        start = at + along * (away - before)
        ridge = climbed(log_likelihood, start, curvature, tolerance=_NEAR, fixed=place)
        lost = np.sqrt(max(best.height - ridge.height, 1e-12))
        at, before = ridge.place, away
        if abs(lost - wanted) < _RIGHT * wanted:
            break
        away *= min(max(wanted / lost, 0.5), 2.0)
        if abs(away) > _WIDEST:
            return float(np.sign(root) * np.inf)
    return float(best.place[place] + away)


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
