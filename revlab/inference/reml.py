"""Likelihood of a linear model with correlated errors, and its covariance parameters."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from revlab.errors import one_of
from revlab.inference.covariance_search import TINY, minimum

__all__ = ["Blocks", "Fitted", "Products", "fit_blocks", "fitted_at"]

Array = NDArray[Any]
Floats = NDArray[np.float64]
METHODS = ("REML", "ML")
"""Restricted and full maximum likelihood."""


@dataclass(frozen=True)
class Products:
    """Sums over the blocks of the data for one covariance.

    Parameters
    ----------
    log_det : number
        Log determinant of the covariance V of all rows.
    xvx, xvy, yvy : array of shape (p, p), (p,) and number
        Products of the design and the outcome with the inverse of V. Complex numbers are let
        through, because derivatives are taken by complex steps.
    """

    log_det: Any
    xvx: Array
    xvy: Array
    yvy: Any


class Blocks(Protocol):
    """Data in independent blocks whose covariance is linear in the parameters ``psi``."""

    @property
    def n(self) -> int:
        """Number of rows."""
        ...

    @property
    def p(self) -> int:
        """Number of coefficients."""
        ...

    def products(self, psi: Array) -> Products:
        """Return the sums for the covariance parameters ``psi``, shape (k,)."""
        ...


@dataclass(frozen=True)
class Fitted:
    """A fit with all that degrees of freedom need.

    Parameters
    ----------
    psi : ndarray of shape (k,)
        Covariance parameters.
    coefficients : ndarray of shape (p,)
        Generalised least squares at ``psi``.
    covariance : ndarray of shape (p, p)
        Of the coefficients.
    slopes : ndarray of shape (k, p, p)
        Derivative of ``covariance`` in each parameter.
    psi_covariance : ndarray of shape (k, k)
        Twice the inverse of the Hessian of the deviance; NaN if it has none.
    log_likelihood : float
        REML or ML, with all constants.
    blocks : Blocks
        The data.
    method : {"REML", "ML"}
        What was maximised.
    """

    psi: Floats
    coefficients: Floats
    covariance: Floats
    slopes: Floats
    psi_covariance: Floats
    log_likelihood: float
    blocks: Blocks
    method: str

    def satterthwaite(self, weights: Floats) -> float:
        """Return the degrees of freedom of ``weights @ coefficients``.

        Twice the squared variance over the variance of the variance (Satterthwaite 1946;
        Giesbrecht & Burns 1985).
        """
        variance = float(weights @ self.covariance @ weights)
        slope = np.einsum("i,kij,j->k", weights, self.slopes, weights)
        return 2 * variance**2 / float(slope @ self.psi_covariance @ slope)


def _deviance(blocks: Blocks, psi: Array, method: str) -> Any:
    sums = blocks.products(psi)
    fit = np.linalg.solve(sums.xvx, sums.xvy)
    value = sums.log_det + sums.yvy - sums.xvy @ fit
    if method == "REML":
        value = value + np.log(np.linalg.det(sums.xvx))
        return value + (blocks.n - blocks.p) * np.log(2 * np.pi)
    return value + blocks.n * np.log(2 * np.pi)


def fit_blocks(
    blocks: Blocks,
    to_psi: Callable[[Array], Array],
    *,
    start: Floats,
    method: str = "REML",
    bounds: list[tuple[float | None, float | None]] | None = None,
) -> Fitted:
    """Maximise the likelihood over covariance parameters.

    Parameters
    ----------
    blocks : Blocks
        The data.
    to_psi : callable
        From free parameters, such as a Cholesky factor, to ``psi``; must let complex numbers
        through.
    start : ndarray
        Free parameters to start from.
    method : {"REML", "ML"}
        Restricted or full maximum likelihood.
    bounds : list of pairs, optional
        Of the free parameters.

    Raises
    ------
    EstimateError
        If no maximum is found.

    Examples
    --------
    >>> from revlab.inference.mixed_blocks import GroupBlocks
    >>> ones = np.ones((4, 1))
    >>> rows = GroupBlocks.of([1.0, 2, 4, 5], ones, codes=[0, 0, 1, 1], random=ones)
    >>> from revlab.inference.mixed_blocks import cholesky_psi
    >>> fit = fit_blocks(rows, cholesky_psi, start=np.array([0.0, 1.0]))
    >>> fit.coefficients.round(3).tolist(), fit.psi.round(3).tolist()
    ([3.0], [0.5, 4.25])
    """
    one_of("method", method, METHODS)
    psi, hessian = minimum(
        lambda psi: _deviance(blocks, psi, method), to_psi, start=start, bounds=bounds
    )
    return _fitted(blocks, psi, hessian, method)


def fitted_at(blocks: Blocks, psi: Floats, *, method: str) -> Fitted:
    """Return the fit at given covariance parameters, without degrees of freedom of its own.

    Parameters
    ----------
    blocks : Blocks
        The data.
    psi : ndarray of shape (k,)
        Covariance parameters, for instance without variance between groups.
    method : {"REML", "ML"}
        For the likelihood.

    Examples
    --------
    >>> from revlab.inference.mixed_blocks import GroupBlocks
    >>> ones = np.ones((4, 1))
    >>> rows = GroupBlocks.of([1.0, 2, 4, 5], ones, codes=[0, 0, 1, 1], random=ones)
    >>> fitted_at(rows, np.array([2.0, 0.0]), method="REML").covariance.tolist()
    [[0.5]]
    """
    return _fitted(blocks, psi, np.full((len(psi), len(psi)), np.nan), method)


def _fitted(blocks: Blocks, psi: Floats, hessian: Floats, method: str) -> Fitted:
    sums = blocks.products(psi)
    covariance = np.linalg.inv(sums.xvx)

    def spread(at: Array) -> Array:
        return np.linalg.inv(blocks.products(at).xvx)

    slopes = [np.imag(spread(psi + 1j * TINY * unit)) / TINY for unit in np.eye(len(psi))]
    definite = bool(np.isfinite(hessian).all()) and np.linalg.eigvalsh(hessian).min() > 0
    loose: Floats = np.full_like(hessian, np.nan)
    if definite:
        loose = np.asarray(2.0 * np.linalg.inv(hessian), dtype=np.float64)
    return Fitted(
        psi=psi,
        coefficients=covariance @ sums.xvy,
        covariance=covariance,
        slopes=np.array(slopes),
        psi_covariance=loose,
        log_likelihood=-float(np.real(_deviance(blocks, psi, method))) / 2,
        blocks=blocks,
        method=method,
    )
