"""Standard errors of a regression of a monthly series, whose months may go together."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from revlab.errors import one_of

__all__ = ["ERRORS", "SeriesErrors", "series_errors"]

Floats = NDArray[np.float64]

ERRORS = ("autoregressive", "newey_west", "quasi_poisson")
"""Errors that go together from month to month, of any pattern, or not at all."""

_HIGHEST = 0.95


@dataclass(frozen=True, eq=False)
class SeriesErrors:
    """Covariance of the coefficients of a Poisson regression of a series.

    Parameters
    ----------
    covariance : ndarray of shape (p, p)
        Of the coefficients.
    df : float
        Degrees of freedom for Student's t.
    dispersion : float
        Pearson statistic per degree of freedom; 1 if counts spread as Poisson's.
    correlation : float
        Of neighbouring months, NaN where it is not asked for.
    """

    covariance: Floats
    df: float
    dispersion: float
    correlation: float


def series_errors(count: Floats, mean: Floats, design: Floats, *, kind: str) -> SeriesErrors:
    """Return how uncertain the coefficients of a Poisson regression of a series are.

    Parameters
    ----------
    count, mean : array of shape (n,)
        Counts in the order of time, and what was fitted.
    design : array of shape (n, p)
        Predictors.
    kind : {"autoregressive", "newey_west", "quasi_poisson"}
        "autoregressive": Pearson residuals with one correlation of neighbours, from 0 to 0.95, at
        which the residuals of such a regression are expected to be as alike as they are;
        Satterthwaite's degrees of freedom. "newey_west": Bartlett weights up to the lag
        ``floor(4 (n / 100)^(2 / 9))``, times ``n / (n - p)``. Variances never count as smaller
        than Poisson's, and are not below the quasi-Poisson ones with "newey_west".

    Returns
    -------
    SeriesErrors

    Raises
    ------
    OptionError
        If there is no such kind.

    References
    ----------
    Newey & West 1987, Econometrica 55:703-708; Zeger 1988, Biometrika 75:621-629, on counts that
    go together.

    Examples
    --------
    >>> count = np.array([3.0, 5, 4, 6, 2, 4])
    >>> found = series_errors(count, np.full(6, 4.0), np.ones((6, 1)), kind="quasi_poisson")
    >>> found.covariance.round(4).tolist(), found.dispersion
    ([[0.0417]], 0.5)
    """
    one_of("kind", kind, ERRORS)
    n, p = design.shape
    residual = (count - mean) / np.sqrt(mean)
    scaled = np.sqrt(mean)[:, None] * design
    bread: Floats = np.linalg.inv(scaled.T @ scaled).astype(float)
    dispersion = float(residual @ residual) / (n - p)
    if kind == "autoregressive":
        return _autoregressive(residual, scaled, bread, dispersion)
    plain: Floats = max(dispersion, 1.0) * bread
    if kind == "newey_west":
        plain = _newey_west(scaled * residual[:, None], bread, plain)
    return SeriesErrors(plain, float(n - p), dispersion, float("nan"))


def _autoregressive(
    residual: Floats, scaled: Floats, bread: Floats, dispersion: float
) -> SeriesErrors:
    n = len(residual)
    away = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    rest = np.eye(n) - scaled @ bread @ scaled.T
    neighbours = (away == 1) / 2
    alike = float(residual @ neighbours @ residual) / max(float(residual @ residual), 1e-300)

    def _excess(correlation: float) -> float:
        # A regression makes residuals less alike than the errors are; this allows for it.
        spread = rest @ correlation**away @ rest
        return float((neighbours * spread).sum() / np.trace(spread)) - alike

    correlation = 0.0
    if _excess(0.0) < 0:
        high = _excess(_HIGHEST)
        correlation = _HIGHEST if high <= 0 else float(brentq(_excess, 0.0, _HIGHEST, xtol=1e-6))
    pattern = correlation**away
    left = rest @ pattern
    trace = float(np.trace(left))
    scale = max(float(residual @ residual) / trace, 1.0)
    covariance = scale * bread @ (scaled.T @ pattern @ scaled) @ bread
    return SeriesErrors(
        covariance, trace**2 / float((left * left.T).sum()), dispersion, correlation
    )


def _newey_west(scores: Floats, bread: Floats, least: Floats) -> Floats:
    n, p = scores.shape
    lags = int(4 * (n / 100) ** (2 / 9))
    meat = scores.T @ scores
    for lag in range(1, lags + 1):
        along = scores[lag:].T @ scores[:-lag]
        meat = meat + (1 - lag / (lags + 1)) * (along + along.T)
    robust = n / (n - p) * bread @ meat @ bread
    # In a short series the robust errors are often too small by chance.
    scale = np.sqrt(np.maximum(1.0, np.diag(least) / np.maximum(np.diag(robust), 1e-300)))
    table: Floats = scale[:, None] * robust * scale
    return table
