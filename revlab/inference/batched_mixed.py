"""The mixed model of `mixed_pools` for many replications in one call."""

import numpy as np
from numpy.typing import NDArray

from revlab.inference.batch import Batch, BatchEstimates, by_t, enough_pools
from revlab.inference.batched_randomisation import within_pools
from revlab.inference.pool_profile import PoolSums, Profile, profile, reml_ratio

__all__ = ["mixed_pools_batch", "pool_correlations"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def mixed_pools_batch(batch: Batch, *, conf_level: float = 0.95) -> BatchEstimates:
    """Return `revlab.inference.estimators.mixed_pools` for every replication.

    Examples
    --------
    >>> batch = Batch([[1.0, 2, 3, 4] * 2], [[3.0, 4, 6, 7, 2, 2, 4, 5]], [0, 0, 1, 1, 2, 2, 3, 3],
    ...     [True, True, False, False])
    >>> mixed_pools_batch(batch).estimate.round(3).tolist()
    [1.75]
    """
    sums, fine, arm = _sums(batch)
    found = np.full((3, len(fine)), np.nan)
    ratio = _ratios(sums, fine)
    fine &= np.isfinite(ratio)
    if fine.any():
        kept = sums.of(fine)
        found[:, fine] = _numbers(kept, profile(kept, ratio[fine]), arm=arm)
    value, variance, df = found
    return by_t(value, variance, df=df, conf_level=conf_level, fine=fine)


def pool_correlations(batch: Batch) -> Floats:
    """Return REML's correlation of dyads of one pool in every replication, (R,).

    NaN where the model cannot be fitted, or its likelihood rises from independence all the way
    to an end of the range.

    Examples
    --------
    >>> batch = Batch([[1.0, 2, 3, 4] * 2], [[3.0, 4, 6, 7, 2, 2, 4, 5]], [0, 0, 1, 1, 2, 2, 3, 3],
    ...     [True, True, False, False])
    >>> pool_correlations(batch).round(3).tolist()
    [-0.191]
    """
    sums, fine, _ = _sums(batch)
    ratio = _ratios(sums, fine)
    return ratio / (1 + ratio)


def _ratios(sums: PoolSums, fine: Flags) -> Floats:
    ratio = np.full(len(fine), np.nan)
    if fine.any():
        ratio[fine] = reml_ratio(sums.of(fine))
    return ratio


def _sums(batch: Batch) -> tuple[PoolSums, Flags, int]:
    member, inside, pre = batch.member, batch.in_block, batch.centred_pre
    size = member.sum(-1)
    to_dyads = np.swapaxes(member, 1, 2)
    blocks = to_dyads @ np.swapaxes(inside, 1, 2)
    n = size.sum(-1)
    post = batch.filled_post
    middle = post.sum(-1, keepdims=True) / np.maximum(n, 1)[:, None]
    centred = np.where(batch.there, post - middle, 0.0)
    parts = (to_dyads @ batch.treated[..., None], pre[..., None], centred[..., None])
    design = np.concatenate([blocks, *parts], axis=-1)
    whole = np.swapaxes(design, 1, 2) @ design
    lacking = np.zeros(len(n))
    for column in range(inside.shape[1]):  # a block that a replication lacks has no coefficient
        empty = whole[:, column, column] == 0
        lacking += empty
        whole[:, column, column] += empty
    p = design.shape[-1] - 1 - lacking
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.sqrt(np.einsum("rqq->rq", whole))
        shape = (whole / (scale[:, :, None] * scale[:, None, :]))[:, :-1, :-1]
    fine = np.isfinite(shape).all((1, 2)) & enough_pools(size, batch.treated)
    shape = np.where(fine[:, None, None], shape, np.eye(shape.shape[-1]))
    fine &= np.linalg.eigvalsh(shape)[:, 0] > 1e-10
    fine &= batch.pre_varies(batch.there) & (n > p + 1) & ((size > 0).sum(-1) < n)
    inner, left = within_pools(pre, member), within_pools(centred, member)
    slope = (inner * left).sum(-1) / np.maximum((inner**2).sum(-1), 1e-300)
    left = np.abs(left - slope[:, None] * inner).max(-1)
    fine &= left > 1e-10 * np.maximum(np.abs(post).max(-1), 1e-300)
    return PoolSums(whole, member @ design, size, n, p), fine, inside.shape[1]


def _numbers(sums: PoolSums, here: Profile, *, arm: int) -> Floats:
    """Return effect, variance and degrees of freedom; shape (3, R)."""
    left = sums.n - sums.p
    within = here.rest / left
    # in the logarithm of the variance and the ratio, where the Hessian is known in closed form
    corner = -here.rest_slope / within
    bend = here.log_bend + here.rest_bend / within
    along, across = (within * part[:, arm, arm] for part in (here.spread, here.spread_slope))
    determinant = left * bend - corner**2
    with np.errstate(divide="ignore", invalid="ignore"):
        form = (along**2 * bend - 2 * along * across * corner + across**2 * left) / determinant
        df = np.where(determinant > 0, along**2 / form, np.nan)
    return np.array([here.fit[:, arm], along, df])
