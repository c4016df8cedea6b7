"""Least squares with cluster-robust standard errors that hold with few clusters."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from revlab.errors import EstimateError, must, one_of
from revlab.inference.estimate import Estimate, t_estimate
from revlab.inference.sandwich import KINDS, NOISE, sandwich

__all__ = ["RobustFit", "cluster_robust", "hc2"]

Floats = NDArray[np.float64]

_ZERO = 1e-10


@dataclass(frozen=True)
class RobustFit:
    """Coefficients with a robust covariance.

    Parameters
    ----------
    coefficients : ndarray of shape (p,)
        Ordinary least squares.
    covariance : ndarray of shape (p, p)
        Robust covariance of the coefficients.
    df : ndarray of shape (p,)
        Degrees of freedom of each coefficient.
    n, n_clusters : int
        Rows and clusters.
    kind : str
        One of ``revlab.inference.sandwich.KINDS``, or "HC2".
    """

    coefficients: Floats
    covariance: Floats
    df: Floats
    n: int
    n_clusters: int
    kind: str

    @property
    def std_errors(self) -> Floats:
        """Standard errors of the coefficients, shape (p,)."""
        # A variance that is zero may come out as a tiny negative number.
        return np.sqrt(np.maximum(np.diag(self.covariance), 0.0))

    @property
    def convention(self) -> str:
        """The standard error and the degrees of freedom in one sentence."""
        if self.kind == "HC2":
            return "HC2 standard error, t with n - p degrees of freedom, every row independent"
        return f"{self.kind} standard error over {self.n_clusters} clusters, Satterthwaite t"

    def estimate(self, position: int, *, conf_level: float = 0.95) -> Estimate:
        """Return the coefficient at ``position`` as an `Estimate` without its question."""
        plain = t_estimate(
            float(self.coefficients[position]),
            float(self.std_errors[position]),
            df=float(self.df[position]),
            conf_level=conf_level,
        )
        clusters = 0 if self.kind == "HC2" else self.n_clusters
        return replace(plain, n=self.n, n_clusters=clusters, convention=self.convention)


def _codes(cluster: ArrayLike, n: int) -> NDArray[np.intp]:
    labels = np.asarray(cluster)
    must(
        labels.shape == (n,),
        f"`cluster` must have one value for each of the {n} rows; got shape {labels.shape}.",
        EstimateError,
    )
    codes: NDArray[np.intp] = np.unique(labels, return_inverse=True)[1]
    return codes


def _basis(design: Floats) -> tuple[Floats, Floats]:
    basis, upper = np.linalg.qr(design)
    size = np.abs(np.diag(upper))
    scale = np.linalg.norm(design, axis=0)
    weak = np.flatnonzero(size <= _ZERO * np.maximum(scale, 1e-300))
    must(
        weak.size == 0,
        f"column {weak[0] if weak.size else 0} of the design matrix is a combination of the "
        "columns before it; leave it out.",
        EstimateError,
    )
    return basis, upper


def cluster_robust(
    design_matrix: ArrayLike, outcome: ArrayLike, *, cluster: ArrayLike, kind: str = "CR2"
) -> RobustFit:
    """Fit least squares with cluster-robust standard errors and Satterthwaite df.

    Parameters
    ----------
    design_matrix : array of shape (n, p)
        Finite numbers, with a column of ones if an intercept is wanted.
    outcome : array of shape (n,)
        Finite numbers.
    cluster : array of shape (n,)
        Label of the independent unit of each row.
    kind : {"CR0", "CR1", "CR1S", "CR2", "CR3"}
        The correction. The default, CR2, is unbiased if errors are independent.

    Returns
    -------
    RobustFit
        Its degrees of freedom are Satterthwaite's for each coefficient, for every kind.

    Raises
    ------
    EstimateError
        If a value is missing, there are fewer than two clusters, no residual degree of freedom
        is left or a column repeats others.

    Notes
    -----
    ``I - H_gg`` may be singular (a cluster with its own dummy); its symmetric square root is
    then inverted on what is left, as Pustejovsky & Tipton (2018) propose.

    Examples
    --------
    >>> x = np.column_stack([np.ones(6), [0, 0, 0, 1, 1, 1]])
    >>> fit = cluster_robust(x, [1.0, 2, 4, 3, 6, 5], cluster=["a", "a", "b", "c", "d", "d"])
    >>> fit.coefficients.round(3).tolist(), fit.df.round(2).tolist()
    ([2.333, 2.333], [1.0, 2.0])
    """
    one_of("kind", kind, KINDS)
    design = np.asarray(design_matrix, dtype=float)
    y = np.asarray(outcome, dtype=float)
    must(
        design.ndim == 2 and y.shape == design.shape[:1],
        f"`design_matrix` must be (n, p) and `outcome` (n,); got {design.shape} and {y.shape}.",
        EstimateError,
    )
    must(
        bool(np.isfinite(design).all() and np.isfinite(y).all()),
        "a missing or infinite value is left in the regression; drop those rows first.",
        EstimateError,
    )
    n, p = design.shape
    must(n > p, f"{n} rows cannot carry {p} coefficients and their uncertainty.", EstimateError)
    codes = _codes(cluster, n)
    n_clusters = int(codes.max()) + 1
    must(n_clusters >= 2, "a cluster-robust error needs at least two clusters.", EstimateError)
    basis, upper = _basis(design)
    on_basis = basis.T @ y
    residual = y - basis @ on_basis
    leverage = np.zeros((n_clusters, p, p))
    np.add.at(leverage, codes, basis[:, :, None] * basis[:, None, :])
    scores = np.zeros((n_clusters, p))
    np.add.at(scores, codes, basis * residual[:, None])
    directions: Floats = np.linalg.inv(upper).T.astype(float)
    scores[np.abs(scores) <= NOISE * np.linalg.norm(y)] = 0.0
    covariance, df = sandwich(leverage, scores, directions=directions, kind=kind, n=n)
    return RobustFit(directions.T @ on_basis, covariance, df, n, n_clusters, kind)


def hc2(design_matrix: ArrayLike, outcome: ArrayLike) -> RobustFit:
    """Fit least squares with HC2 standard errors and n - p degrees of freedom.

    Only for independent rows. For few rows use `cluster_robust` with every row its own
    cluster: the same standard error with Bell-McCaffrey degrees of freedom.

    Parameters
    ----------
    design_matrix : array of shape (n, p)
        Finite numbers.
    outcome : array of shape (n,)
        Finite numbers.

    Raises
    ------
    EstimateError
        As `cluster_robust`.

    References
    ----------
    MacKinnon & White (1985), Journal of Econometrics 29(3).

    Examples
    --------
    >>> hc2(np.ones((4, 1)), [1.0, 2, 3, 6]).std_errors.round(4).tolist()
    [1.0801]
    """
    n, p = np.shape(design_matrix)
    fit = cluster_robust(design_matrix, outcome, cluster=np.arange(n))
    return replace(fit, kind="HC2", df=np.full(p, float(n - p)))
