"""Cumulative logit and probit models for one ordered answer."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import ndtri

from revlab.errors import EstimateError, must, one_of
from revlab.inference.columns import independent
from revlab.inference.estimate import Estimate, z_estimate
from revlab.inference.newton import newton
from revlab.inference.ordinal_likelihood import LINKS, category_probabilities, log_terms

__all__ = ["OrdinalFit", "fit_ordinal", "ordered"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class OrdinalFit:
    """A cumulative model: thresholds between the categories and shifts by the predictors.

    Parameters
    ----------
    thresholds : ndarray of shape (k - 1,)
        Limits between neighbouring categories on the latent scale.
    coefficients : ndarray of shape (p,)
        Positive for higher answers; with the logit link a log odds ratio.
    covariance : ndarray of shape (k - 1 + p, k - 1 + p)
        Of the thresholds themselves (not of their differences) and the coefficients.
    log_likelihood : float
        At the maximum.
    categories : ndarray of shape (k,)
        The answers in order.
    link : {"logit", "probit"}
        Distribution of the latent answer.
    n : int
        Answers.
    """

    thresholds: Floats
    coefficients: Floats
    covariance: Floats
    log_likelihood: float
    categories: NDArray[np.generic]
    link: str
    n: int

    def __repr__(self) -> str:
        k, p = len(self.categories), len(self.coefficients)
        return f"Cumulative {self.link} model of {self.n} answers in {k} categories, {p} predictors"

    @property
    def std_errors(self) -> Floats:
        """Standard errors of the thresholds and of the coefficients, shape (k - 1 + p,)."""
        errors: Floats = np.sqrt(np.diag(self.covariance))
        return errors

    def estimate(self, position: int, *, conf_level: float = 0.95) -> Estimate:
        """Return the coefficient at ``position`` with a large-sample (Wald) interval."""
        value, error = self.coefficients[position], self.std_errors[len(self.thresholds) + position]
        plain = z_estimate(float(value), float(error), conf_level=conf_level)
        unit = "log odds ratio" if self.link == "logit" else "latent standard deviations"
        said = f"cumulative {self.link} model, large-sample (Wald) interval"
        return replace(plain, estimator="ordinal", n=self.n, unit=unit, convention=said)

    def probabilities(self, design_matrix: ArrayLike) -> pd.DataFrame:
        """Return the probability of each category for rows of predictors, shape (m, k)."""
        rows = np.asarray(design_matrix, dtype=float) @ self.coefficients
        shares = category_probabilities(self.thresholds, rows, self.link)
        return pd.DataFrame(shares, columns=self.categories)


def ordered(answer: ArrayLike) -> tuple[NDArray[np.intp], NDArray[np.generic]]:
    """Return each answer's place among the categories, and the categories in order.

    Raises
    ------
    EstimateError
        If an answer is missing, all are the same, or they are words without an order.

    Examples
    --------
    >>> ordered([5, 1, 3, 1])[0].tolist()
    [2, 0, 1, 0]
    """
    if isinstance(answer, pd.Series) and isinstance(answer.dtype, pd.CategoricalDtype):
        codes = answer.cat.codes.to_numpy().astype(np.intp)
        names = answer.cat.categories.to_numpy()
        must(bool((codes >= 0).all()), "an answer is missing; drop it first.", EstimateError)
        used = np.unique(codes)
        place, names = np.searchsorted(used, codes), names[used]
    else:
        values = np.asarray(answer)
        there = bool(pd.notna(values).all())
        must(there, "an answer is missing; drop it first.", EstimateError)
        must(
            bool(np.issubdtype(values.dtype, np.number) or values.dtype == bool),
            "answers in words have no order of their own; give numbers, or a pandas Series of "
            "categories in their order.",
            EstimateError,
        )
        names, place = np.unique(values, return_inverse=True)
    must(len(names) >= 2, "all answers are the same, so no model is needed.", EstimateError)
    return place.astype(np.intp), names


def _repeats(weights: ArrayLike | None, place: NDArray[np.intp]) -> Floats:
    count = np.ones(len(place)) if weights is None else np.asarray(weights, dtype=float)
    must(
        count.shape == place.shape and bool((np.isfinite(count) & (count >= 0)).all()),
        f"`weights` needs a number of zero or more for each of {len(place)} answers.",
        EstimateError,
    )
    used = np.bincount(place, weights=count)
    must(
        bool((used > 0).all()),
        "a category has no answer of weight above zero; leave its rows out.",
        EstimateError,
    )
    return count


def _start(place: NDArray[np.intp], weights: Floats, p: int, link: str) -> Floats:
    shares = np.bincount(place, weights=weights)
    below = np.cumsum(shares)[:-1] / shares.sum()
    cuts = np.log(below / (1 - below)) if link == "logit" else ndtri(below)
    return np.concatenate([cuts, np.zeros(p)])


def _objective(
    free: Floats, place: NDArray[np.intp], x: Floats, weights: Floats, link: str
) -> tuple[float, Floats]:
    cuts = free[: len(free) - x.shape[1]]
    if (np.diff(cuts) <= 0).any():
        return np.inf, np.zeros_like(free)
    terms = log_terms(cuts, x @ free[len(cuts) :], place, link=link)
    by_cut = np.zeros(len(cuts) + 2)
    np.add.at(by_cut, place + 1, weights * terms.upper)
    np.add.at(by_cut, place, weights * terms.lower)
    by_x = -x.T @ (weights * (terms.upper + terms.lower))
    return -float(weights @ terms.log_p), -np.concatenate([by_cut[1:-1], by_x])


def fit_ordinal(
    answer: ArrayLike,
    design_matrix: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    link: str = "logit",
) -> OrdinalFit:
    """Fit a cumulative logit or probit model by maximum likelihood.

    Parameters
    ----------
    answer : array of shape (n,)
        Ordered answers: numbers, or a categorical series whose order counts.
    design_matrix : array of shape (n, p)
        Predictors *without* a column of ones: the thresholds are the intercepts.
    weights : array of shape (n,), optional
        How often each row occurred.
    link : {"logit", "probit"}
        Logistic (proportional odds) or normal latent answers.

    Returns
    -------
    OrdinalFit

    Raises
    ------
    EstimateError
        If a value is missing, all answers are the same or are words without an order, a
        predictor repeats others, or one separates the answers so that its coefficient grows
        without end.

    References
    ----------
    McCullagh (1980), Journal of the Royal Statistical Society B 42; Christensen (2018),
    cumulative link models, for standard errors of the thresholds themselves.

    Examples
    --------
    >>> fit = fit_ordinal([1, 2, 2, 3, 2, 3, 3, 1], [[0], [0], [0], [0], [1], [1], [1], [1]])
    >>> fit.coefficients.round(2).tolist()
    [0.65]
    """
    one_of("link", link, LINKS)
    place, names = ordered(answer)
    x = np.asarray(design_matrix, dtype=float)
    must(
        x.ndim == 2 and len(x) == len(place) and bool(np.isfinite(x).all()),
        f"`design_matrix` must hold finite numbers for each of {len(place)} answers; got shape "
        f"{x.shape}.",
        EstimateError,
    )
    count = _repeats(weights, place)
    independent(x[count > 0], beside="ones")
    start = _start(place, count, x.shape[1], link)
    found = minimize(
        _objective, start, args=(place, x, count, link), jac=True, method="BFGS",
        options={"gtol": 1e-9, "maxiter": 1000},
    )  # fmt: skip

    def slope(free: Floats) -> Floats:
        return _objective(free, place, x, count, link)[1]

    best, information = newton(slope, found.x)
    cuts = best[: len(names) - 1]
    must(
        bool(np.isfinite(best).all()) and float(np.abs(best).max()) < 50,
        "a predictor tells the answers apart completely, so its coefficient has no end; merge "
        "categories or leave the predictor out.",
        EstimateError,
    )
    value = -_objective(best, place, x, count, link)[0]
    covariance: Floats = np.asarray(np.linalg.inv(information), dtype=np.float64)
    n = round(float(count.sum()))
    return OrdinalFit(cuts, best[len(cuts) :], covariance, value, names, link, n)
