"""`Batch`: many replications of a two-arm comparison as arrays, for the batched estimators."""

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr, stdtrit

from revlab.errors import EstimateError, must
from revlab.inference.estimate import check_conf_level

__all__ = [
    "Batch",
    "BatchEstimates",
    "BatchEstimator",
    "by_t",
    "enough_pools",
    "joined",
]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Batch:
    """Replications of a two-arm comparison.

    Parameters
    ----------
    pre, post : array of shape (R, n)
        Scores in points, NaN where missing.
    pool : array of shape (n,) or (R, n)
        Number of the pool of each dyad, from 0.
    pool_treated : array of shape (G,) or (R, G)
        Whether a pool is in the treatment arm.
    block : array of shape (G,) or (R, G), or None
        Number of the block of each pool, from 0, if pools were dealt to arms within blocks.

    Raises
    ------
    EstimateError
        If the shapes do not fit.
    """

    pre: ArrayLike
    post: ArrayLike
    pool: ArrayLike
    pool_treated: ArrayLike
    block: ArrayLike | None = None

    def __post_init__(self) -> None:
        shape = np.shape(self.pre)
        must(
            len(shape) == 2 and np.shape(self.post) == shape,
            f"`pre` and `post` must both be (R, n); got {shape} and {np.shape(self.post)}.",
            EstimateError,
        )
        must(
            np.shape(self.pool) in (shape, shape[1:]),
            f"`pool` must be {shape[1:]} or {shape}; got {np.shape(self.pool)}.",
            EstimateError,
        )
        if self.block is not None:
            pools = np.shape(self.pool_treated)[-1:]
            must(
                np.shape(self.block) in (pools, shape[:1] + pools),
                f"`block` must be {pools} or {shape[:1] + pools}; got {np.shape(self.block)}.",
                EstimateError,
            )

    def rows(self, chosen: slice) -> "Batch":
        """Return some of the replications."""
        names = ("pre", "post", "pool", "pool_treated", "block")
        given = {name: np.asarray(x) for name in names if (x := getattr(self, name)) is not None}
        # what all replications share has one axis
        return Batch(**{name: x[chosen] if x.ndim == 2 else x for name, x in given.items()})

    @cached_property
    def there(self) -> Flags:
        """Which dyads are complete, shape (R, n)."""
        both: Flags = ~np.isnan(np.asarray(self.pre) + np.asarray(self.post))
        return both

    @property
    def member(self) -> Floats:
        """1 where a complete dyad is in a pool, shape (R, G, n)."""
        pools = np.arange(np.shape(self.pool_treated)[-1])
        pool = np.broadcast_to(np.asarray(self.pool), np.shape(self.pre))
        member: Floats = (self.there[:, None, :] & (pool[:, None, :] == pools[:, None])).astype(
            float
        )
        return member

    def pool_sums(self, values: Floats) -> Floats:
        """Return the sum of values (R, n) over each pool, shape (R, G)."""
        runs, pools = self.treated.shape
        if np.ndim(self.pool) == 1:
            shared = (np.asarray(self.pool)[:, None] == np.arange(pools)).astype(float)
            total: Floats = values @ shared
            return total
        pool = np.broadcast_to(np.asarray(self.pool, dtype=np.intp), np.shape(self.pre))
        cell = (pool + pools * np.arange(runs)[:, None]).ravel()
        sums = np.bincount(cell, weights=values.ravel(), minlength=runs * pools)
        return sums.astype(float).reshape(runs, pools)

    def to_dyads(self, values: Floats) -> Floats:
        """Return the values (R, G) of the pools of the dyads, shape (R, n)."""
        pool = np.broadcast_to(np.asarray(self.pool, dtype=np.intp), np.shape(self.pre))
        return np.take_along_axis(values, pool, axis=1)

    def pre_varies(self, rows: Flags) -> Flags:
        """Return whether pre differs between the chosen complete dyads (R, n); shape (R,)."""
        pre, kept = np.asarray(self.pre, dtype=float), rows & self.there
        highest = np.where(kept, pre, -np.inf).max(-1)
        varies: Flags = highest > np.where(kept, pre, np.inf).min(-1)
        return varies

    @cached_property
    def treated(self) -> Floats:
        """1 for pools of the treatment arm, shape (R, G)."""
        pools = np.asarray(self.pool_treated, dtype=float)
        return np.broadcast_to(pools, (np.shape(self.pre)[0], pools.shape[-1]))

    @cached_property
    def in_block(self) -> Floats:
        """1 where a pool is in a block, shape (R, B, G); one block of all if there are none."""
        shape = self.treated.shape
        code = np.zeros(shape[1:], dtype=int) if self.block is None else np.asarray(self.block)
        code = np.broadcast_to(code, shape)
        blocks = np.arange(int(code.max()) + 1)
        inside: Floats = (code[:, None, :] == blocks[:, None]).astype(float)
        return inside

    @property
    def outcome_change(self) -> Floats:
        """Post minus pre, 0 where missing; shape (R, n)."""
        change: Floats = np.asarray(self.post) - np.asarray(self.pre)
        return np.where(self.there, change, 0.0)

    @property
    def filled_post(self) -> Floats:
        """Post, 0 where the dyad is not complete; shape (R, n)."""
        return np.where(self.there, np.asarray(self.post, dtype=float), 0.0)

    @property
    def centred_pre(self) -> Floats:
        """Pre less its mean over complete dyads, 0 where missing; shape (R, n)."""
        there = self.there
        counts = np.maximum(there.sum(-1, keepdims=True), 1)
        pre = np.where(there, np.asarray(self.pre, dtype=float), 0.0)
        return np.where(there, pre - pre.sum(-1, keepdims=True) / counts, 0.0)


@dataclass(frozen=True)
class BatchEstimates:
    """One number per replication, each an array of shape (R,)."""

    estimate: Floats
    std_error: Floats
    df: Floats
    p_value: Floats
    conf_low: Floats
    conf_high: Floats


class BatchEstimator(Protocol):
    """An estimator over replications."""

    def __call__(self, batch: Batch, *, conf_level: float = 0.95) -> BatchEstimates:
        """Estimate the contrast in every replication."""


def by_t(
    value: Floats, variance: Floats, *, df: Floats, conf_level: float, fine: Flags
) -> BatchEstimates:
    """Return t intervals, NaN where ``fine`` is false or nothing varies; arrays of shape (R,).

    Examples
    --------
    >>> one = np.ones(1)
    >>> by_t(one, one, df=10 * one, conf_level=0.95, fine=one > 0).conf_low.round(3).tolist()
    [-1.228]
    """
    check_conf_level(conf_level)
    with np.errstate(invalid="ignore"):
        error = np.sqrt(variance)
        fine = fine & (error > 1e-12 * np.abs(value)) & np.isfinite(error)
        fine = fine & np.isfinite(df) & (df > 0)
    value, error, df = (np.where(fine, x, np.nan) for x in (value, error, df))
    half = stdtrit(df, (1 + conf_level) / 2) * error
    p_value = 2 * stdtr(df, -np.abs(value / error))
    return BatchEstimates(value, error, df, p_value, value - half, value + half)


def enough_pools(sizes: Floats, treated: Floats) -> Flags:
    """Return which replications have two pools with complete dyads in each arm; shape (R,).

    Parameters
    ----------
    sizes : ndarray of shape (R, G)
        Complete dyads of each pool.
    treated : ndarray of shape (R, G)
        1 for pools of the treatment arm.

    Examples
    --------
    >>> enough_pools(np.array([[1, 1, 2, 0.0]]), np.array([[1, 1, 0, 0.0]])).tolist()
    [False]
    """
    there = sizes > 0
    enough: Flags = ((there * treated).sum(-1) >= 2) & ((there * (1 - treated)).sum(-1) >= 2)
    return enough


def joined(first: BatchEstimates, second: BatchEstimates, *, use: Flags) -> BatchEstimates:
    """Return the first estimates where ``use`` (R,) is true, else the second.

    Examples
    --------
    >>> one, two = (BatchEstimates(*[np.array([x])] * 6) for x in (1.0, 2.0))
    >>> joined(one, two, use=np.array([False])).estimate.tolist()
    [2.0]
    """
    names = ("estimate", "std_error", "df", "p_value", "conf_low", "conf_high")
    return BatchEstimates(
        *(np.where(use, getattr(first, name), getattr(second, name)) for name in names)
    )
