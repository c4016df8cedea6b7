"""Roots of small matrices of many replications, by loops over rows, not over replications."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["inverse_root"]

Floats = NDArray[np.float64]

_ZERO = 1e-10


def inverse_root(gram: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the inverse of the lower Cholesky factor, and whether the columns are independent.

    Parameters
    ----------
    gram : ndarray of shape (R, p, p)
        Products of the columns of each design matrix.

    Returns
    -------
    inverse : ndarray of shape (R, p, p)
        The identity where the columns are not independent.
    sound : ndarray of bool, shape (R,)
        Whether the smallest eigenvalue of the products of columns of length one is above 1e-10.

    Examples
    --------
    >>> inverse, sound = inverse_root(np.array([[[4.0, 0], [0, 1]], [[1, 1], [1, 1]]]))
    >>> np.abs(inverse).tolist(), sound.tolist()
    ([[[0.5, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, 1.0]]], [True, False])
    """
    p = gram.shape[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = 1 / np.sqrt(np.einsum("rpp->rp", gram))
        shape = gram * scale[:, :, None] * scale[:, None, :]
    sound: NDArray[np.bool_] = np.isfinite(shape).all((1, 2))
    shape[~sound], scale[~sound] = np.eye(p), 1.0
    lower, pivots = _cholesky(shape)
    # at least the determinant over the largest power that the other eigenvalues can have
    doubtful = ~(np.prod(pivots, axis=1) > 10 * _ZERO * p ** (p - 1))
    if doubtful.any():
        sound[doubtful] &= np.linalg.eigvalsh(shape[doubtful])[:, 0] > _ZERO
        lower[~sound], scale[~sound] = np.eye(p), 1.0
    inverse = np.zeros_like(lower)
    for i in range(p):
        inverse[:, i, i] = 1 / lower[:, i, i]
        for j in range(i):
            inner = (lower[:, i, j:i] * inverse[:, j:i, j]).sum(-1)
            inverse[:, i, j] = -inner * inverse[:, i, i]
    inverse *= scale[:, None, :]
    inverse[~sound] = np.eye(p)
    return inverse, sound


def _cholesky(shape: Floats) -> tuple[Floats, Floats]:
    p = shape.shape[1]
    lower, pivots = np.zeros_like(shape), np.zeros(shape.shape[:2])
    for j in range(p):
        pivots[:, j] = shape[:, j, j] - (lower[:, j, :j] ** 2).sum(-1)
        lower[:, j, j] = np.sqrt(np.maximum(pivots[:, j], 1e-20))
        for i in range(j + 1, p):
            inner = (lower[:, i, :j] * lower[:, j, :j]).sum(-1)
            lower[:, i, j] = (shape[:, i, j] - inner) / lower[:, j, j]
    return lower, np.maximum(pivots, 0.0)
