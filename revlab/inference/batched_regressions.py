"""Pool means and cluster-robust regressions for many replications in one call.

In a pool the arm and the block are constant and every other predictor is a multiple of the first
score, so the rows of a pool span two directions: ones, and the first score less its mean. Turned
to these directions a pool of any size is two rows, its block of the hat matrix is 2 x 2, and the
inverse square root that CR2 needs has a closed form.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from revlab.errors import one_of
from revlab.inference.batch import (
    Batch,
    BatchEstimates,
    by_t,
    enough_pools,
    joined,
)
from revlab.inference.batch_chunks import in_chunks
from revlab.inference.batched_roots import inverse_root
from revlab.inference.sandwich import NOISE
from revlab.inference.small_sample_notes import LIN_LEAST

__all__ = ["ancova_batch", "change_batch", "lin_batch", "pool_means_batch", "regressed"]

Floats = NDArray[np.float64]

_ZERO = 1e-10
_SAFE = 1e-3
_CLOSE = 1e-6


def _welch(means: Floats, there: NDArray[np.bool_], treated: Floats) -> tuple[Floats, ...]:
    value: Floats = np.zeros(len(means))
    variance: Floats = np.zeros(len(means))
    below: Floats = np.zeros(len(means))
    with np.errstate(divide="ignore", invalid="ignore"):
        for sign, inside in ((1, treated), (-1, 1 - treated)):
            inside = inside * there
            count = inside.sum(-1)
            centre = np.where(inside > 0, means, 0.0).sum(-1) / count
            spread = np.where(inside > 0, means - centre[:, None], 0.0)
            part = (spread**2).sum(-1) / (count - 1) / count
            value, variance = value + sign * centre, variance + part
            below = below + part**2 / (count - 1)
        return value, variance, variance**2 / below


def pool_means_batch(batch: Batch, *, conf_level: float = 0.95) -> BatchEstimates:
    """Return `revlab.inference.estimators.pool_means` for every replication.

    Examples
    --------
    >>> batch = Batch(np.zeros((1, 4)), [[4.0, 6, 1, 3]], [0, 1, 2, 3], [True, True, False, False])
    >>> pool_means_batch(batch).estimate.tolist()
    [3.0]
    """
    treated = batch.treated
    sizes = batch.pool_sums(batch.there.astype(float))
    there = sizes > 0
    means = batch.pool_sums(batch.outcome_change) / np.maximum(sizes, 1)
    fine = enough_pools(sizes, treated)
    value, variance, df = _welch(means, there, treated)
    varied = variance > 1e-24 * np.maximum(1.0, (means**2).max(-1))
    plain = by_t(value, variance, df=df, conf_level=conf_level, fine=fine & varied)
    if batch.block is None:
        return plain
    inside = batch.in_block * there[:, None, :]
    design = np.concatenate([np.swapaxes(inside, 1, 2), (treated * there)[..., None]], axis=-1)
    rows = _Rows(design[:, :, None, :], means[..., None], (means**2).sum(-1), inside.shape[1])
    blocked = _sandwiched(rows, conf_level=conf_level, fine=fine)
    return joined(plain, blocked, use=inside.any(-1).sum(-1) < 2)


@dataclass(frozen=True)
class _Rows:
    """Predictors (R, G, k, p) and outcome (R, G, k) of pools in k directions, blocks first.

    ``size`` (R,) is the sum of squares of the outcome over all dyads.
    """

    design: Floats
    outcome: Floats
    size: Floats
    n_blocks: int


def _sandwiched(rows: _Rows, *, conf_level: float, fine: NDArray[np.bool_]) -> BatchEstimates:
    """Return the coefficient after those of the blocks, with CR2 errors over pools."""
    runs, pools, k, p = rows.design.shape
    flat, outcome = rows.design.reshape(runs, pools * k, p), rows.outcome.reshape(runs, -1)
    total = np.swapaxes(flat, 1, 2) @ flat
    for column in range(rows.n_blocks):  # a block that a replication lacks has no coefficient
        total[:, column, column] += total[:, column, column] == 0
    inverse, sound = inverse_root(total)
    fine = fine & sound
    basis = flat @ np.swapaxes(inverse, 1, 2)
    on_basis = np.swapaxes(basis, 1, 2) @ outcome[..., None]
    left = (outcome[..., None] - basis @ on_basis)[..., 0]
    left = np.where(np.abs(left) <= NOISE * np.sqrt(rows.size)[:, None], 0.0, left)
    direction = inverse[:, :, rows.n_blocks, None]
    basis = basis.reshape(runs, pools, k, p)
    weight = _corrected(basis, (basis @ direction[:, None])[..., 0])
    # einsum, because a sum over a short last axis is slow
    variance = (np.einsum("rgk,rgk->rg", weight, left.reshape(runs, pools, k)) ** 2).sum(-1)
    reach = np.einsum("rgk,rgkp->rgp", weight, basis)
    own, overlap = (np.einsum("rgx,rgx->rg", x, x) for x in (weight, reach))
    moment = np.swapaxes(reach, 1, 2) @ reach
    spread = (own**2 - 2 * own * overlap).sum(-1) + np.einsum("rpq,rpq->r", moment, moment)
    with np.errstate(divide="ignore", invalid="ignore"):
        df = (own - overlap).sum(-1) ** 2 / spread
    value = np.einsum("rpk,rpk->r", direction, on_basis)
    return by_t(value, variance, df=df, conf_level=conf_level, fine=fine)


def _corrected(basis: Floats, line: Floats) -> Floats:
    """Return the inverse square root of I - basis basis' times a line; (R, G, k)."""
    if basis.shape[2] == 1:
        left = 1 - (basis[:, :, 0] ** 2).sum(-1, keepdims=True)
        return np.where(left > _ZERO, line / np.sqrt(np.maximum(left, _ZERO)), 0.0)
    one, two = basis[:, :, 0], basis[:, :, 1]
    first, second = (1 - np.einsum("rgp,rgp->rg", x, x) for x in (one, two))
    corner = -np.einsum("rgp,rgp->rg", one, two)
    area = first * second - corner**2
    root = np.sqrt(np.maximum(area, _SAFE))
    below = root * np.sqrt(np.maximum(first + second + 2 * root, _SAFE))
    x, y = line[..., 0], line[..., 1]
    done = np.stack(
        [((second + root) * x - corner * y) / below, ((first + root) * y - corner * x) / below],
        axis=-1,
    )
    tight = area < _SAFE  # a pool that nearly decides a coefficient, as with a block of its own
    if tight.any():
        own = basis[tight]
        values, vectors = np.linalg.eigh(np.eye(2) - own @ np.swapaxes(own, 1, 2))
        inner = np.where(values > _ZERO, np.maximum(values, _ZERO) ** -0.5, 0.0)
        turned = np.swapaxes(vectors, 1, 2) @ line[tight][..., None]
        done[tight] = (vectors @ (inner[..., None] * turned))[..., 0]
    return done


def regressed(batch: Batch, slopes: str, *, outcome: Floats, conf_level: float) -> BatchEstimates:
    """Return the coefficient of the arm beside blocks, with CR2 errors over pools.

    Parameters
    ----------
    batch : Batch
        Pools, arms, blocks and first scores.
    slopes : {"none", "one", "arms"}
        No slope of the first score, one, or one in each arm.
    outcome : ndarray of shape (R, n)
        0 where a dyad is not complete.
    conf_level : float
        Level of the interval.
    """
    one_of("slopes", slopes, ("none", "one", "arms"))
    treated, inside = batch.treated, batch.in_block
    sizes = batch.pool_sums(batch.there.astype(float))
    root, count = np.sqrt(sizes), np.maximum(sizes, 1)
    ones = np.concatenate([np.swapaxes(inside, 1, 2), treated[..., None]], axis=-1)
    columns, values = [ones * root[..., None]], [batch.pool_sums(outcome) / np.sqrt(count)]
    fine = enough_pools(sizes, treated)
    if slopes != "none":
        pre = batch.centred_pre
        means = batch.pool_sums(pre) / count
        inner = np.where(batch.there, pre - batch.to_dyads(means), 0.0)
        squares = batch.pool_sums(inner**2)
        norm = np.sqrt(squares)
        parts_of = (np.ones_like(treated),) if slopes == "one" else (treated, 1 - treated)
        for part in parts_of:
            fine &= _pre_varies(batch, part, means=means, sizes=sizes, squares=squares)
        both = np.stack([means * root, norm], axis=-1)
        parts = [both] if slopes == "one" else [both, both * treated[..., None]]
        values.append(batch.pool_sums(inner * outcome) / np.where(norm > 0, norm, 1.0))
        flat = [part[..., 0, None] for part in parts]
        steep = [part[..., 1, None] for part in parts]
        columns = [
            np.concatenate([columns[0], *flat], axis=-1),
            np.concatenate([np.zeros_like(ones), *steep], axis=-1),
        ]
    turned = _Rows(
        np.stack(columns, axis=2), np.stack(values, axis=-1), (outcome**2).sum(-1), inside.shape[1]
    )
    return _sandwiched(turned, conf_level=conf_level, fine=fine)


def _pre_varies(
    batch: Batch, pools: Floats, *, means: Floats, sizes: Floats, squares: Floats
) -> NDArray[np.bool_]:
    """Return whether pre varies over the dyads of some pools (R, G); exactly, where it is close."""
    held = pools * sizes
    count = np.maximum(held.sum(-1), 1)
    middle = np.einsum("rg,rg->r", held, means) / count
    between = held * (means - middle[:, None]) ** 2
    varies: NDArray[np.bool_] = (pools * squares + between).sum(-1) > _CLOSE * count
    close = ~varies
    if close.any():
        varies[close] = batch.pre_varies(batch.to_dyads(pools) > 0)[close]
    return varies


def change_batch(batch: Batch, *, conf_level: float = 0.95) -> BatchEstimates:
    """Return `revlab.inference.estimators.change_cr2` for every replication.

    Examples
    --------
    >>> batch = Batch(np.zeros((1, 4)), [[4.0, 6, 1, 3]], [0, 1, 2, 3], [True, True, False, False])
    >>> change_batch(batch).df.round(6).tolist()
    [2.0]
    """
    return regressed(batch, "none", outcome=batch.outcome_change, conf_level=conf_level)


def ancova_batch(batch: Batch, *, conf_level: float = 0.95) -> BatchEstimates:
    """Return `revlab.inference.estimators.ancova_cr2` for every replication.

    Examples
    --------
    >>> batch = Batch([[1.0, 2, 3, 1, 2, 3]], [[3.0, 4, 4, 1, 2, 4]], [0, 0, 1, 2, 3, 3],
    ...     [True, True, False, False])
    >>> ancova_batch(batch).estimate.round(3).tolist()
    [1.333]
    """
    return in_chunks(
        lambda b: regressed(b, "one", outcome=b.filled_post, conf_level=conf_level), batch
    )


def lin_batch(batch: Batch, *, conf_level: float = 0.95) -> BatchEstimates:
    """Return `revlab.inference.estimators.lin_cr2` for every replication.

    Examples
    --------
    >>> batch = Batch([[1.0, 2, 3, 4] * 2], [[3.0, 4, 6, 6, 2, 2, 4, 5]], [0, 0, 1, 1, 2, 2, 3, 3],
    ...     [True, True, False, False])
    >>> lin_batch(batch).estimate.round(6).tolist()
    [1.5]
    """
    return in_chunks(lambda b: _lin(b, conf_level), batch)


def _lin(batch: Batch, conf_level: float) -> BatchEstimates:
    sizes, treated = batch.pool_sums(batch.there.astype(float)), batch.treated
    counts = [np.einsum("rg,rg->r", sizes, arm) for arm in (treated, 1 - treated)]
    enough = np.minimum(*counts) > LIN_LEAST - 0.5
    found = regressed(batch, "arms", outcome=batch.filled_post, conf_level=conf_level)
    return BatchEstimates(*(np.where(enough, x, np.nan) for x in vars(found).values()))
