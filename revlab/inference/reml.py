"""Likelihood of a linear model with correlated errors, and its covariance parameters."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from revlab.errors import EstimateError, must, one_of

__all__ = ["Blocks", "Fitted", "Products", "fit_blocks"]

Array = NDArray[Any]
Floats = NDArray[np.float64]
METHODS = ("REML", "ML")
"""Restricted and full maximum likelihood."""

_TINY = 1e-100
_STEP = 1e-5
_NEWTON_ROUNDS = 30


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


def _gradient(function: Callable[[Array], Any], at: Floats) -> Floats:
    """Return exact derivatives by complex steps (Squire & Trapp 1998)."""
    steps = at + 1j * _TINY * np.eye(len(at))
    return np.array([np.imag(function(step)) / _TINY for step in steps])


def _hessian(function: Callable[[Array], Any], at: Floats) -> Floats:
    sizes = _STEP * np.maximum(np.abs(at), _STEP * np.abs(at).max())
    rows = [
        (_gradient(function, at + size * unit) - _gradient(function, at - size * unit)) / (2 * size)
        for size, unit in zip(sizes, np.eye(len(at)), strict=True)
    ]
    table = np.array(rows)
    half: Floats = (table + table.T) / 2
    return half


def _polished(function: Callable[[Array], Any], psi: Floats) -> tuple[Floats, Floats]:
    """Return the stationary point by Newton's method, and the Hessian there."""
    value = float(np.real(function(psi)))
    hessian = _hessian(function, psi)
    for _ in range(_NEWTON_ROUNDS):
        if np.linalg.eigvalsh(hessian).min() <= 0:
            return psi, hessian
        # The start is so close that the first Hessian serves all steps.
        step = np.linalg.solve(hessian, _gradient(function, psi))
        with np.errstate(invalid="ignore", divide="ignore"):
            new = float(np.real(function(psi - step)))
        # At the maximum the deviance is flat, and its last digits are noise.
        if not new <= value + 1e-10 * abs(value):
            break
        psi, value = psi - step, new
        if np.abs(step).max() <= 1e-9 * np.abs(psi).max():
            break
    return psi, _hessian(function, psi)


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

    def of_psi(psi: Array) -> Any:
        return _deviance(blocks, psi, method)

    def of_free(free: Array) -> Any:
        return of_psi(to_psi(free))

    found = minimize(
        lambda free: float(np.real(of_free(free))),
        start,
        jac=lambda free: _gradient(of_free, free),
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": 500, "ftol": 1e-13, "gtol": 1e-8},
    )
    finite = bool(np.isfinite(found.fun))
    must(finite, "the mixed model has no maximum on these data; simplify it.", EstimateError)
    psi, hessian = _polished(of_psi, np.asarray(to_psi(found.x), dtype=float))
    sums = blocks.products(psi)
    covariance = np.linalg.inv(sums.xvx)

    def spread(at: Array) -> Array:
        return np.linalg.inv(blocks.products(at).xvx)

    slopes = [np.imag(spread(psi + 1j * _TINY * unit)) / _TINY for unit in np.eye(len(psi))]
    definite = np.linalg.eigvalsh(hessian).min() > 0
    loose: Floats = np.full_like(hessian, np.nan)
    if definite:
        loose = np.asarray(2.0 * np.linalg.inv(hessian), dtype=np.float64)
    return Fitted(
        psi=psi,
        coefficients=covariance @ sums.xvy,
        covariance=covariance,
        slopes=np.array(slopes),
        psi_covariance=loose,
        log_likelihood=-float(np.real(of_psi(psi))) / 2,
        blocks=blocks,
        method=method,
    )
