"""Likelihood, gradient and expected probabilities of cumulative models."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_ndtr, ndtr

from revlab.errors import one_of

__all__ = ["LINKS", "Terms", "category_probabilities", "log_terms"]

Floats = NDArray[np.float64]
LINKS = ("logit", "probit")
"""Distribution of the latent answer: logistic or normal."""


@dataclass(frozen=True)
class Terms:
    """Log probability of each answer with its derivatives.

    Parameters
    ----------
    log_p : ndarray of shape (...)
        Log probability of the category that was chosen.
    upper, lower : ndarray of shape (...)
        Derivative of ``log_p`` in the upper and in the lower limit of the chosen category.
    second : ndarray of shape (...)
        Second derivative of ``log_p`` in the linear predictor.
    """

    log_p: Floats
    upper: Floats
    lower: Floats
    second: Floats


def _density(x: Floats, link: str) -> tuple[Floats, Floats]:
    """Return the density and its derivative; both are zero at an infinite limit."""
    finite = np.isfinite(x)
    at = np.where(finite, x, 0.0)
    if link == "logit":
        share = expit(at)
        density = share * (1 - share)
        slope = density * (1 - 2 * share)
    else:
        density = np.exp(-(at**2) / 2) / np.sqrt(2 * np.pi)
        slope = -at * density
    return np.where(finite, density, 0.0), np.where(finite, slope, 0.0)


def _log_difference(upper: Floats, lower: Floats, link: str) -> Floats:
    """Return log(F(upper) - F(lower)) without losing digits in either tail."""
    # In the right tail the mirror image has small numbers, which keep their digits.
    flip = lower > 0
    high, low = np.where(flip, -lower, upper), np.where(flip, -upper, lower)
    if link == "logit":
        log_high, log_low = -np.logaddexp(0, -high), -np.logaddexp(0, -low)
    else:
        log_high, log_low = log_ndtr(high), log_ndtr(low)
    with np.errstate(divide="ignore"):
        rest = np.log1p(-np.exp(np.minimum(log_low - log_high, 0.0)))
    difference: Floats = log_high + rest
    return difference


def log_terms(
    thresholds: Floats, predictor: Floats, answer: NDArray[np.intp], *, link: str
) -> Terms:
    """Return the log probabilities of the answers and their derivatives.

    Parameters
    ----------
    thresholds : ndarray of shape (k - 1,) or (..., k - 1)
        In increasing order; one set for all answers or one for each.
    predictor : ndarray of shape (...)
        Larger for higher answers.
    answer : ndarray of int, same shape as ``predictor`` or one that broadcasts
        Category, 0 to k - 1.
    link : {"logit", "probit"}
        Distribution of the latent answer.

    Examples
    --------
    >>> terms = log_terms(np.array([0.0]), np.array([0.0, 0.0]), np.array([0, 1]), link="logit")
    >>> np.exp(terms.log_p).tolist()
    [0.5, 0.5]
    """
    one_of("link", link, LINKS)
    edge = np.full((*thresholds.shape[:-1], 1), np.inf)
    limits = np.concatenate([-edge, thresholds, edge], axis=-1)
    if limits.ndim == 1:
        above, below = limits[answer + 1], limits[answer]
    else:
        above, below = (
            np.take_along_axis(limits, (answer + k)[..., None], axis=-1)[..., 0] for k in (1, 0)
        )
    upper, lower = above - predictor, below - predictor
    log_p = _log_difference(upper, lower, link)
    p = np.exp(np.maximum(log_p, -700.0))
    (dense_up, slope_up), (dense_low, slope_low) = (_density(x, link) for x in (upper, lower))
    first = (dense_up - dense_low) / p
    return Terms(log_p, dense_up / p, -dense_low / p, (slope_up - slope_low) / p - first**2)


def category_probabilities(thresholds: Floats, predictor: Floats, link: str) -> Floats:
    """Return the probability of each category, shape (..., k).

    Examples
    --------
    >>> category_probabilities(np.array([-1.0, 1.0]), np.array([0.0]), "probit").round(3).tolist()
    [[0.159, 0.683, 0.159]]
    """
    below = expit if one_of("link", link, LINKS) == "logit" else ndtr
    share = below(thresholds - predictor[..., None])
    edge = np.zeros((*predictor.shape, 1))
    probabilities: Floats = np.diff(np.concatenate([edge, share, edge + 1], axis=-1), axis=-1)
    return probabilities
