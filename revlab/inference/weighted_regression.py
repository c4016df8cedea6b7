"""Weighted least squares with cluster-robust standard errors that hold with few clusters."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from revlab.errors import EstimateError, must
from revlab.inference.columns import group_codes, independent
from revlab.inference.regression import RobustFit

__all__ = ["weighted_robust"]

Floats = NDArray[np.float64]

_ZERO = 1e-10


def weighted_robust(
    design_matrix: ArrayLike, outcome: ArrayLike, *, cluster: ArrayLike, weights: ArrayLike
) -> RobustFit:
    """Fit weighted least squares with CR2 standard errors and Satterthwaite df.

    Parameters
    ----------
    design_matrix : array of shape (n, p)
        Finite numbers, with a column of ones if an intercept is wanted.
    outcome : array of shape (n,)
        Finite numbers.
    cluster : array of shape (n,)
        Label of the independent unit of each row.
    weights : array of shape (n,)
        More than zero: how many rows each one stands for, such as one over the chance to answer.
        Only their ratios matter.

    Returns
    -------
    RobustFit
        Of kind "CR2"; with equal weights that of `cluster_robust`.

    Raises
    ------
    EstimateError
        If a value is missing, a weight is not above zero, there are fewer than two clusters, no
        residual degree of freedom is left or a column repeats others.

    Notes
    -----
    The weights are taken as known and as *sampling* weights: the working model, under which CR2
    is unbiased and which the degrees of freedom use, is independent errors of one variance, not
    errors whose variance goes down with the weight.

    References
    ----------
    Bell & McCaffrey (2002), Survey Methodology 28(2). Pustejovsky & Tipton (2018), Journal of
    Business & Economic Statistics 36(4).

    Examples
    --------
    >>> x = np.column_stack([np.ones(6), [0, 0, 0, 1, 1, 1]])
    >>> fit = weighted_robust(x, [1.0, 2, 4, 3, 6, 5], cluster=["a", "a", "b", "c", "d", "d"],
    ...     weights=[1, 1, 2, 2, 1, 1])
    >>> fit.coefficients.round(3).tolist(), fit.df.round(2).tolist()
    ([2.75, 1.5], [1.0, 2.0])
    """
    design, y, w = (np.asarray(given, dtype=float) for given in (design_matrix, outcome, weights))
    must(
        design.ndim == 2 and y.shape == design.shape[:1] == w.shape,
        f"`design_matrix` must be (n, p), `outcome` and `weights` (n,); got {design.shape}, "
        f"{y.shape} and {w.shape}.",
        EstimateError,
    )
    must(
        bool(np.isfinite(design).all() and np.isfinite(y).all()),
        "a missing or infinite value is left in the regression; drop those rows first.",
        EstimateError,
    )
    must(bool(np.isfinite(w).all() and (w > 0).all()), "weights must be above 0.", EstimateError)
    n, p = design.shape
    must(n > p, f"{n} rows cannot carry {p} coefficients and their uncertainty.", EstimateError)
    codes = group_codes(cluster, n, name="cluster")
    must(codes.max() >= 1, "a cluster-robust error needs at least two clusters.", EstimateError)
    independent(design)
    # w X (X'WX)^-1 turns outcomes into coefficients; their mean size keeps rounding away.
    w = w / w.mean()
    inside = np.linalg.inv(design.T @ (w[:, None] * design))
    makes = w[:, None] * design @ inside
    coefficients: Floats = makes.T @ y
    covariance, df = _sandwich(design, makes, residual=y - design @ coefficients, codes=codes)
    return RobustFit(coefficients, covariance, df, n, int(codes.max()) + 1, "CR2")


def _sandwich(
    design: Floats, makes: Floats, *, residual: Floats, codes: NDArray[np.intp]
) -> tuple[Floats, Floats]:
    n, p = design.shape
    # Row g, k of `ways` is what outcomes are multiplied with to give cluster g's part of
    # coefficient k's error.
    ways = np.zeros((codes.max() + 1, p, n))
    parts = np.zeros((codes.max() + 1, p))
    for g in range(len(parts)):
        own = np.flatnonzero(codes == g)
        left = -design[own] @ makes.T
        left[np.arange(len(own)), own] += 1
        values, vectors = np.linalg.eigh(left @ left.T)
        root = np.where(values > _ZERO, values, np.inf) ** -0.5
        turned = makes[own].T @ (vectors * root) @ vectors.T
        ways[g], parts[g] = turned @ left, turned @ residual[own]
    covariance: Floats = parts.T @ parts
    df = np.empty(p)
    for k in range(p):
        overlap = ways[:, k] @ ways[:, k].T
        df[k] = np.trace(overlap) ** 2 / (overlap**2).sum()
    return covariance, df
