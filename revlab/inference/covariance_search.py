"""Search for covariance parameters: a bounded search, then Newton's method to the last digits."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from revlab.errors import EstimateError, must

__all__ = ["TINY", "minimum"]

Array = NDArray[Any]
Floats = NDArray[np.float64]

TINY = 1e-100
"""Size of a complex step."""

_NO_MAXIMUM = "the mixed model has no maximum on these data; simplify it."
_STEP = 1e-5
_NEWTON_ROUNDS = 30


def minimum(
    deviance: Callable[[Array], Any],
    to_psi: Callable[[Array], Array],
    *,
    start: Floats,
    bounds: list[tuple[float | None, float | None]] | None = None,
) -> tuple[Floats, Floats]:
    """Return the covariance parameters with the smallest deviance, and the Hessian there.

    Parameters
    ----------
    deviance : callable
        Of ``psi``; must let complex numbers through.
    to_psi : callable
        From free parameters to ``psi``.
    start : ndarray
        Free parameters to start from.
    bounds : list of pairs, optional
        Of the free parameters.

    Raises
    ------
    EstimateError
        If no minimum is found.

    References
    ----------
    Squire & Trapp (1998), SIAM Review 40, for derivatives by complex steps.

    Examples
    --------
    >>> best, table = minimum(lambda psi: ((psi - 3) ** 2).sum(), np.exp, start=np.zeros(1))
    >>> best.round(6).tolist(), table.round(4).tolist()
    ([3.0], [[2.0]])
    """

    def of_free(free: Array) -> Any:
        return deviance(to_psi(free))

    try:
        # A covariance that turns singular shows as infinite numbers, which end the search.
        with np.errstate(all="ignore"):
            found = minimize(
                lambda free: float(np.real(of_free(free))),
                start,
                jac=lambda free: _gradient(of_free, free),
                method="L-BFGS-B",
                bounds=bounds,
                options={"maxiter": 500, "ftol": 1e-13, "gtol": 1e-8},
            )
            psi = np.asarray(to_psi(found.x), dtype=float)
            finite = bool(np.isfinite(found.fun) and np.isfinite(psi).all())
            must(finite, _NO_MAXIMUM, EstimateError)
            return _polished(deviance, psi)
    except np.linalg.LinAlgError:
        raise EstimateError(_NO_MAXIMUM) from None


def _gradient(function: Callable[[Array], Any], at: Floats) -> Floats:
    steps = at + 1j * TINY * np.eye(len(at))
    return np.array([np.imag(function(step)) / TINY for step in steps])


def _hessian(function: Callable[[Array], Any], at: Floats) -> Floats:
    sizes = _STEP * np.maximum(np.abs(at), _STEP * np.abs(at).max())
    rows = [
        (_gradient(function, at + size * unit) - _gradient(function, at - size * unit)) / (2 * size)
        for size, unit in zip(sizes, np.eye(len(at)), strict=True)
    ]
    table = np.array(rows)
    half: Floats = (table + table.T) / 2
    must(bool(np.isfinite(half).all()), _NO_MAXIMUM, EstimateError)
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
        new = float(np.real(function(psi - step)))
        # At the maximum the deviance is flat, and its last digits are noise.
        if not new <= value + 1e-10 * abs(value):
            break
        psi, value = psi - step, new
        if np.abs(step).max() <= 1e-9 * np.abs(psi).max():
            break
    return psi, _hessian(function, psi)
