"""One common factor by maximum likelihood, for a stack of correlation matrices at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["OneFactor", "one_factor"]

Floats = NDArray[np.float64]

_FLOOR = 0.005


@dataclass(frozen=True)
class OneFactor:
    """A one-factor solution.

    Parameters
    ----------
    loadings : ndarray of shape (..., k)
        Signed so that most of them are positive.
    uniqueness : ndarray of shape (..., k)
        Variance that an item has alone, at least 0.005.
    """

    loadings: Floats
    uniqueness: Floats

    @property
    def omega(self) -> Floats:
        """Omega total, shape (...)."""
        common = self.loadings.sum(-1) ** 2
        value: Floats = common / (common + self.uniqueness.sum(-1))
        return value

    @property
    def heywood(self) -> bool:
        """Whether an item reached the floor of its uniqueness."""
        return bool((self.uniqueness <= _FLOOR * 1.01).any())


def one_factor(
    correlations: Floats, *, tolerance: float = 1e-7, most_steps: int = 5_000
) -> OneFactor:
    """Fit one factor to one or many correlation matrices by the EM algorithm.

    Parameters
    ----------
    correlations : ndarray of shape (..., k, k)
        Correlation matrices.
    tolerance : float
        Largest change of a loading or uniqueness in the last round.
    most_steps : int
        Rounds of three EM steps after which to stop at the latest.

    Returns
    -------
    OneFactor

    References
    ----------
    Rubin & Thayer (1982), Psychometrika 47; Varadhan & Roland (2008), Scandinavian Journal of
    Statistics 35, for the stretched steps.

    Examples
    --------
    >>> loadings = np.array([0.8, 0.7, 0.6, 0.5])
    >>> matrix = np.outer(loadings, loadings) + np.diag(1 - loadings**2)
    >>> one_factor(matrix, tolerance=1e-12).loadings.round(6).tolist()
    [0.8, 0.7, 0.6, 0.5]
    """
    stack = np.asarray(correlations, dtype=float).reshape(-1, *np.shape(correlations)[-2:])
    values, vectors = np.linalg.eigh(stack)
    weight = vectors[..., -1] * np.sqrt(np.maximum(values[..., -1:] - 1, 0.1))
    weight = weight * np.where(weight.sum(-1, keepdims=True) < 0, -1.0, 1.0)
    state = np.stack([weight, np.maximum(1 - weight**2, 0.1)], axis=1)
    moving = np.arange(len(stack))
    for _ in range(most_steps):
        now = state[moving]
        new = _squared(stack[moving], now)
        state[moving] = new
        moving = moving[np.abs(new - now).max((1, 2)) >= tolerance]
        if not len(moving):
            break
    shape = np.shape(correlations)[:-1]
    return OneFactor(state[:, 0].reshape(shape), state[:, 1].reshape(shape))


def _squared(correlations: Floats, now: Floats) -> Floats:
    """Return three EM steps of which the first two were stretched: EM alone takes thousands."""
    one = _step(correlations, now)
    two = _step(correlations, one)
    first, second = one - now, two - 2 * one + now
    sizes = [np.sqrt((part**2).sum((1, 2), keepdims=True)) for part in (first, second)]
    stretch = np.clip(sizes[0] / np.maximum(sizes[1], 1e-300), 1.0, 50.0)
    far = now + 2 * stretch * first + stretch**2 * second
    far[:, 1] = np.clip(far[:, 1], _FLOOR, 1.0)
    return _step(correlations, far)


def _step(correlations: Floats, state: Floats) -> Floats:
    weight, own = state[:, 0], state[:, 1]
    precise = weight / own
    beta = precise / (1 + (weight * precise).sum(-1, keepdims=True))
    cross = (correlations @ beta[..., None])[..., 0]
    factor = 1 - (beta * weight).sum(-1, keepdims=True) + (beta * cross).sum(-1, keepdims=True)
    new = cross / factor
    return np.stack([new, np.maximum(1 - new * cross, _FLOOR)], axis=1)
