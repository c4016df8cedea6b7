"""Newton's method on a gradient, for likelihoods that are nearly at their maximum."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["newton"]

Floats = NDArray[np.float64]
_STEP = 1e-5
_ROUNDS = 20


def newton(slope: Callable[[Floats], Floats], start: Floats) -> tuple[Floats, Floats]:
    """Return where a gradient is zero, and the Hessian there, from a start close by.

    Parameters
    ----------
    slope : callable
        Gradient of a function to be minimised.
    start : ndarray of shape (k,)
        A point near its minimum.

    Returns
    -------
    best : ndarray of shape (k,)
        Infinite if the function has no curvature there, so that nothing is determined.
    hessian : ndarray of shape (k, k)
        By central differences of the gradient.

    Examples
    --------
    >>> newton(lambda x: 2 * (x - 3), np.array([2.9]))[0].round(6).tolist()
    [3.0]
    """
    at = start
    table = _jacobian(slope, at)
    for _ in range(_ROUNDS):
        if not np.isfinite(table).all() or np.linalg.eigvalsh(table).min() <= 1e-10:
            return np.full_like(at, np.inf), table
        step = np.linalg.solve(table, slope(at))
        at = at - step
        if np.abs(step).max() < 1e-10 * max(1.0, float(np.abs(at).max())):
            break
    return at, _jacobian(slope, at)


def _jacobian(slope: Callable[[Floats], Floats], at: Floats) -> Floats:
    rows = []
    for place, unit in enumerate(np.eye(len(at))):
        size = _STEP * max(1.0, float(abs(at[place])))
        rows.append((slope(at + size * unit) - slope(at - size * unit)) / (2 * size))
    table = np.array(rows)
    half: Floats = (table + table.T) / 2
    return half
