"""Groups of rows and pairs of rows as blocks whose covariance is linear in its parameters."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from revlab.inference.reml import Products

__all__ = ["GroupBlocks", "PairBlocks", "cholesky_psi", "pair_psi"]

Array = NDArray[Any]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class GroupBlocks:
    """Rows in groups with random effects, kept as sums over each group.

    The covariance within a group is ``psi[0] * I + Z D Z'``, and ``psi[1:]`` is the lower
    triangle of D by rows. D need not be positive: a negative variance of a random intercept
    is a negative correlation within groups. Only sums are kept, so that an evaluation costs
    the same for any number of rows in a group.

    Parameters
    ----------
    zz, zx, zy : ndarray of shape (G, q, q), (G, q, p), (G, q)
        Products within each group.
    xx, xy, yy : ndarray of shape (p, p), (p,) and float
        Products over all rows.
    rows : int
        Rows of all groups.
    largest : int
        Rows of the largest group.

    Examples
    --------
    >>> rows = GroupBlocks.of([1.0, 2, 4], np.ones((3, 1)), codes=[0, 0, 1], random=np.ones((3, 1)))
    >>> rows.zy.tolist(), rows.n, rows.largest
    ([[3.0], [4.0]], 3, 2)
    """

    zz: Floats
    zx: Floats
    zy: Floats
    xx: Floats
    xy: Floats
    yy: float
    rows: int
    largest: int

    @classmethod
    def of(
        cls, outcome: ArrayLike, design: ArrayLike, *, codes: ArrayLike, random: ArrayLike
    ) -> "GroupBlocks":
        """Return the blocks of an outcome (n,), a design (n, p), group codes and Z (n, q)."""
        y, x = np.asarray(outcome, dtype=float), np.asarray(design, dtype=float)
        z, code = np.asarray(random, dtype=float), np.asarray(codes, dtype=np.intp)
        groups = int(code.max()) + 1
        sums = []
        for other in (z, x, y[:, None]):
            table = np.zeros((groups, z.shape[1], other.shape[1]))
            np.add.at(table, code, z[:, :, None] * other[:, None, :])
            sums.append(table)
        return cls(
            zz=sums[0],
            zx=sums[1],
            zy=sums[2][:, :, 0],
            xx=x.T @ x,
            xy=x.T @ y,
            yy=float(y @ y),
            rows=len(y),
            largest=int(np.bincount(code).max()),
        )

    @property
    def n(self) -> int:
        """Number of rows."""
        return self.rows

    @property
    def p(self) -> int:
        """Number of coefficients."""
        return len(self.xy)

    def products(self, psi: Array) -> Products:
        """Return the sums by Woodbury's identity, one q x q system per group."""
        q = self.zz.shape[1]
        noise, spread = psi[0], np.zeros((q, q), dtype=psi.dtype)
        rows, columns = np.tril_indices(q)
        spread[rows, columns] = spread[columns, rows] = psi[1:]
        inner = np.eye(q) + spread @ self.zz / noise
        weight = np.linalg.solve(inner, np.broadcast_to(spread, inner.shape)) / noise**2
        left = np.swapaxes(self.zx, 1, 2) @ weight
        return Products(
            log_det=self.rows * np.log(noise) + np.log(np.linalg.det(inner)).sum(),
            xvx=self.xx / noise - (left @ self.zx).sum(axis=0),
            xvy=self.xy / noise - (left @ self.zy[:, :, None]).sum(axis=0)[:, 0],
            yvy=self.yy / noise - (self.zy[:, None, :] @ weight @ self.zy[:, :, None]).sum(),
        )


@dataclass(frozen=True)
class PairBlocks:
    """Two rows per dyad whose covariance is free: ``psi`` = first variance, covariance, second.

    Parameters
    ----------
    outcome : ndarray of shape (G, 2)
        The two sides in one order.
    design : ndarray of shape (G, 2, p)
        Their rows of the design matrix.

    Examples
    --------
    >>> both = PairBlocks(np.array([[1.0, 2], [3, 3], [4, 7]]), np.ones((3, 2, 1)))
    >>> float(both.products(np.array([1.0, 0.0, 1.0])).yvy)
    88.0
    """

    outcome: Floats
    design: Floats

    @property
    def n(self) -> int:
        """Number of rows."""
        return self.outcome.size

    @property
    def p(self) -> int:
        """Number of coefficients."""
        return int(self.design.shape[2])

    def products(self, psi: Array) -> Products:
        """Return the sums for one 2 x 2 covariance."""
        covariance = np.array([[psi[0], psi[1]], [psi[1], psi[2]]])
        inverse = np.linalg.inv(covariance)
        left = np.einsum("gap,ab->gbp", self.design, inverse)
        return Products(
            log_det=len(self.outcome) * np.log(np.linalg.det(covariance)),
            xvx=np.einsum("gbp,gbr->pr", left, self.design),
            xvy=np.einsum("gbp,gb->p", left, self.outcome),
            yvy=np.einsum("ga,ab,gb->", self.outcome, inverse, self.outcome),
        )


def cholesky_psi(free: Array) -> Array:
    """Return ``psi`` of `GroupBlocks` from the log noise variance and a relative Cholesky factor.

    Examples
    --------
    >>> cholesky_psi(np.array([0.0, 2.0])).tolist()
    [1.0, 4.0]
    """
    q = int((np.sqrt(8 * (len(free) - 1) + 1) - 1) / 2)
    factor = np.zeros((q, q), dtype=free.dtype)
    rows, columns = np.tril_indices(q)
    factor[rows, columns] = free[1:]
    noise = np.exp(free[0])
    return np.concatenate([[noise], (noise * (factor @ factor.T))[rows, columns]])


def pair_psi(free: Array) -> Array:
    """Return ``psi`` of `PairBlocks` from two log variances and a Fisher-z correlation.

    Examples
    --------
    >>> pair_psi(np.array([0.0, 0.0, 0.0])).tolist()
    [1.0, 0.0, 1.0]
    """
    one, two = np.exp(free[0]), np.exp(free[1])
    return np.array([one, np.tanh(free[2]) * np.sqrt(one * two), two])
