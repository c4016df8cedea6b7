"""`BATCHED`: the estimators with closed forms, for many replications in one call.

Every array has a leading axis of replications; a dyad that does not exist or has no score is
NaN in ``pre`` or ``post``. A replication that a single estimator would refuse gives NaN.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr, stdtrit

from revlab.errors import EstimateError, must
from revlab.inference.estimate import check_conf_level
from revlab.inference.sandwich import NOISE, sandwich

__all__ = ["BATCHED", "Batch", "BatchEstimates", "ancova_batch", "change_batch", "pool_means_batch"]

Floats = NDArray[np.float64]


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

    Raises
    ------
    EstimateError
        If the shapes do not fit.
    """

    pre: ArrayLike
    post: ArrayLike
    pool: ArrayLike
    pool_treated: ArrayLike

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

    @property
    def there(self) -> NDArray[np.bool_]:
        """Which dyads are complete, shape (R, n)."""
        both: NDArray[np.bool_] = ~np.isnan(np.asarray(self.pre) + np.asarray(self.post))
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

    @property
    def treated(self) -> Floats:
        """1 for pools of the treatment arm, shape (R, G)."""
        pools = np.asarray(self.pool_treated, dtype=float)
        return np.broadcast_to(pools, (np.shape(self.pre)[0], pools.shape[-1]))


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


def _by_t(
    value: Floats, variance: Floats, *, df: Floats, conf_level: float, fine: NDArray[np.bool_]
) -> BatchEstimates:
    check_conf_level(conf_level)
    fine = fine & (variance > 0) & np.isfinite(df) & (df > 0)
    value, variance, df = (np.where(fine, x, np.nan) for x in (value, variance, df))
    error = np.sqrt(variance)
    half = stdtrit(df, (1 + conf_level) / 2) * error
    p_value = 2 * stdtr(df, -np.abs(value / error))
    return BatchEstimates(value, error, df, p_value, value - half, value + half)


def _two_pools(sizes: Floats, treated: Floats) -> NDArray[np.bool_]:
    there = sizes > 0
    in_treatment = (there * treated).sum(-1)
    fine: NDArray[np.bool_] = (in_treatment >= 2) & (there.sum(-1) - in_treatment >= 2)
    return fine


def pool_means_batch(batch: Batch, *, conf_level: float = 0.95) -> BatchEstimates:
    """Return `revlab.inference.estimators.pool_means` for every replication.

    Examples
    --------
    >>> batch = Batch(np.zeros((1, 4)), [[4.0, 6, 1, 3]], [0, 1, 2, 3], [True, True, False, False])
    >>> pool_means_batch(batch).estimate.tolist()
    [3.0]
    """
    member, treated = batch.member, batch.treated
    sizes = member.sum(-1)
    change = np.where(batch.there, np.asarray(batch.post) - np.asarray(batch.pre), 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        means = (member @ change[..., None])[..., 0] / sizes
        value: Floats = np.zeros(len(means))
        variance: Floats = np.zeros(len(means))
        below: Floats = np.zeros(len(means))
        for sign, inside in ((1, treated), (-1, 1 - treated)):
            inside = inside * (sizes > 0)
            count = inside.sum(-1)
            centre = np.where(inside > 0, means, 0.0).sum(-1) / count
            spread = np.where(inside > 0, means - centre[:, None], 0.0)
            part = (spread**2).sum(-1) / (count - 1) / count
            value, variance = value + sign * centre, variance + part
            below = below + part**2 / (count - 1)
        df = variance**2 / below
    fine = _two_pools(sizes, treated)
    return _by_t(value, variance, df=df, conf_level=conf_level, fine=fine)


def _regressed(
    batch: Batch, columns: list[Floats], *, outcome: Floats, conf_level: float
) -> BatchEstimates:
    member, treated = batch.member, batch.treated
    there = batch.there.astype(float)
    dyad_treated = (np.swapaxes(member, 1, 2) @ treated[..., None])[..., 0]
    design = np.stack([there, dyad_treated, *columns], axis=-1)
    p = design.shape[-1]
    products = (design[..., :, None] * design[..., None, :]).reshape(*design.shape[:2], p * p)
    grams = (member @ products).reshape(*member.shape[:2], p, p)
    total = grams.sum(1)
    fine = _two_pools(member.sum(-1), treated)
    scale = np.sqrt(np.einsum("rpp->rp", total))
    with np.errstate(divide="ignore", invalid="ignore"):
        shape = total / (scale[:, :, None] * scale[:, None, :])
    fine &= np.isfinite(shape).all((1, 2))
    shape = np.where(fine[:, None, None], shape, np.eye(p))
    fine &= np.linalg.eigvalsh(shape)[:, 0] > 1e-10
    inverse = np.linalg.inv(np.linalg.cholesky(np.where(fine[:, None, None], total, np.eye(p))))
    basis = design @ np.swapaxes(inverse, -1, -2)
    on_basis = np.swapaxes(basis, -1, -2) @ outcome[..., None]
    residual = outcome[..., None] - basis @ on_basis
    leverage = inverse[:, None] @ grams @ np.swapaxes(inverse, -1, -2)[:, None]
    scores = member @ (basis * residual)
    size = np.linalg.norm(outcome, axis=-1)[:, None, None]
    scores = np.where(np.abs(scores) <= NOISE * size, 0.0, scores)
    directions: Floats = inverse[:, :, 1:2].astype(float)
    covariance, df = sandwich(leverage, scores, directions=directions)
    value = (np.swapaxes(directions, -1, -2) @ on_basis)[:, 0, 0]
    return _by_t(value, covariance[:, 0, 0], df=df[:, 0], conf_level=conf_level, fine=fine)


def change_batch(batch: Batch, *, conf_level: float = 0.95) -> BatchEstimates:
    """Return `revlab.inference.estimators.change_cr2` for every replication.

    Examples
    --------
    >>> batch = Batch(np.zeros((1, 4)), [[4.0, 6, 1, 3]], [0, 1, 2, 3], [True, True, False, False])
    >>> change_batch(batch).df.round(6).tolist()
    [2.0]
    """
    change = np.where(batch.there, np.asarray(batch.post) - np.asarray(batch.pre), 0.0)
    return _regressed(batch, [], outcome=change, conf_level=conf_level)


def ancova_batch(batch: Batch, *, conf_level: float = 0.95) -> BatchEstimates:
    """Return `revlab.inference.estimators.ancova_cr2` for every replication.

    Examples
    --------
    >>> batch = Batch([[1.0, 2, 3, 1, 2, 3]], [[3.0, 4, 4, 1, 2, 4]], [0, 0, 1, 2, 3, 3],
    ...     [True, True, False, False])
    >>> ancova_batch(batch).estimate.round(3).tolist()
    [1.333]
    """
    there = batch.there
    counts = np.maximum(there.sum(-1, keepdims=True), 1)
    pre = np.where(there, np.asarray(batch.pre), 0.0)
    centred = np.where(there, pre - pre.sum(-1, keepdims=True) / counts, 0.0)
    post = np.where(there, np.asarray(batch.post), 0.0)
    return _regressed(batch, [centred], outcome=post, conf_level=conf_level)


BATCHED: Mapping[str, BatchEstimator] = MappingProxyType(
    {"pool_means": pool_means_batch, "change_cr2": change_batch, "ancova_cr2": ancova_batch}
)
"""Name in ``ESTIMATORS`` to its twin over replications, equal to 1e-10."""
