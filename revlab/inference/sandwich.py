"""The cluster-robust sandwich, for one fit or for a stack of them.

All that a sandwich needs is the matrix ``Q_g' Q_g`` of each cluster, where ``Q`` is an
orthonormal basis of the columns of the design matrix: with ``H_gg = Q_g Q_g'`` every function
of ``I - H_gg`` applied to ``Q_g`` is the same function of ``I - Q_g' Q_g`` applied from the
right. So the work is done on small p x p matrices, for many replications at once.
"""

import numpy as np
from numpy.typing import NDArray

from revlab.errors import one_of

__all__ = ["KINDS", "NOISE", "sandwich"]

Floats = NDArray[np.float64]

KINDS = ("CR0", "CR1", "CR1S", "CR2", "CR3")
"""CR0: none; CR1: G/(G-1); CR1S: also (N-1)/(N-p); CR2: Bell-McCaffrey; CR3: jackknife."""

NOISE = 1e-13
"""Scores of a cluster up to this share of the norm of the outcome are rounding, not residuals."""

_ZERO = 1e-10


def _correction(leverage: Floats, kind: str, *, n: int) -> Floats:
    *_, n_clusters, p, _ = leverage.shape
    if kind in ("CR2", "CR3"):
        values, vectors = np.linalg.eigh(leverage)
        left = 1 - values
        power = -0.5 if kind == "CR2" else -1.0
        with np.errstate(divide="ignore", invalid="ignore"):
            root = np.where(left > _ZERO, np.abs(left) ** power, 0.0)
        scaled: Floats = (vectors * root[..., None, :]) @ np.swapaxes(vectors, -1, -2)
        return scaled
    factor = {
        "CR0": 1.0,
        "CR1": n_clusters / (n_clusters - 1),
        "CR1S": n_clusters * (n - 1) / ((n_clusters - 1) * (n - p)),
    }[kind]
    return np.broadcast_to(np.sqrt(factor) * np.eye(p), leverage.shape)


def sandwich(
    leverage: Floats, scores: Floats, *, directions: Floats, kind: str = "CR2", n: int = 0
) -> tuple[Floats, Floats]:
    """Return robust covariance and Satterthwaite degrees of freedom, also for stacks of fits.

    Parameters
    ----------
    leverage : ndarray of shape (..., G, p, p)
        ``Q_g' Q_g`` of each cluster, Q an orthonormal basis of the design matrix.
    scores : ndarray of shape (..., G, p)
        ``Q_g' e_g`` with the residuals e; zero rows for clusters that are not there.
    directions : ndarray of shape (..., p, k)
        Columns that turn coefficients on Q into the k coefficients wanted.
    kind : str
        One of ``KINDS``.
    n : int
        Number of rows, needed by "CR1S" only.

    Returns
    -------
    covariance : ndarray of shape (..., k, k)
    df : ndarray of shape (..., k)
        Under the working model of independent errors with one variance.

    References
    ----------
    Bell & McCaffrey (2002), Survey Methodology 28(2). Pustejovsky & Tipton (2018), Journal of
    Business & Economic Statistics 36(4).

    Examples
    --------
    >>> half = np.full((2, 1, 1), 0.5)  # a mean of two clusters with one row each
    >>> covariance, df = sandwich(half, np.array([[1.0], [-1.0]]), directions=np.eye(1))
    >>> covariance.round(6).tolist(), df.round(6).tolist()
    ([[4.0]], [1.0])
    """
    one_of("kind", kind, KINDS)
    correct = _correction(leverage, kind, n=n)
    corrected = (correct @ scores[..., None])[..., 0]
    meat = np.swapaxes(corrected, -1, -2) @ corrected
    covariance = np.swapaxes(directions, -1, -2) @ meat @ directions
    weight = correct @ directions[..., None, :, :]
    reach = leverage @ weight
    own = (weight * reach).sum(-2)
    overlap = (reach**2).sum(-2)
    moment = np.einsum("...gpk,...gqk->...kpq", reach, reach)
    spread = (own**2 - 2 * own * overlap).sum(-2) + (moment**2).sum((-1, -2))
    with np.errstate(divide="ignore", invalid="ignore"):
        df = (own - overlap).sum(-2) ** 2 / spread
    return covariance, df
