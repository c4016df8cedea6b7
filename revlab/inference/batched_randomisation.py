"""Randomisation tests of many replications: one matrix product over all assignments."""

from dataclasses import dataclass
from functools import partial
from math import inf

import numpy as np
from numpy.typing import NDArray

from revlab.inference.batch import Batch, BatchEstimates, enough_pools
from revlab.inference.estimate import check_conf_level
from revlab.inference.inversion import Replay, accepted, n_outside, n_splits, splits_of

__all__ = ["adjusted_randomisation_batch", "randomisation_batch", "within_pools"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_LARGEST = 500_000


@dataclass(frozen=True)
class _Pools:
    """Means of pools, arms, blocks and which pools are there: each of shape (R, G)."""

    means: Floats
    treated: Flags
    block: NDArray[np.intp]
    there: Flags


def randomisation_batch(batch: Batch, *, conf_level: float = 0.95) -> BatchEstimates:
    """Return the estimator "randomisation" for every replication.

    Examples
    --------
    >>> arms = [True] * 4 + [False] * 4
    >>> batch = Batch(np.zeros((1, 8)), [[5.0, 6, 7, 9, 1, 2, 3, 4]], range(8), arms)
    >>> float(randomisation_batch(batch).p_value[0]) == 2 / 70
    True
    """
    slope = np.ones(len(batch.there))
    return _replayed(batch, slope, fine=slope > 0, conf_level=conf_level)


def adjusted_randomisation_batch(batch: Batch, *, conf_level: float = 0.95) -> BatchEstimates:
    """Return the estimator "randomisation_adjusted" for every replication.

    Examples
    --------
    >>> batch = Batch([[1.0, 2] * 4], [[5.0, 6, 7, 9, 1, 2, 3, 4]], np.repeat(range(4), 2),
    ...     [True, True, False, False])
    >>> adjusted_randomisation_batch(batch).estimate.tolist()
    [4.25]
    """
    there, member = batch.there, batch.member
    pre = np.where(there, np.asarray(batch.pre, dtype=float), 0.0)
    inner = [within_pools(column, member) for column in (pre, batch.filled_post)]
    spread = (inner[0] ** 2).sum(-1)
    fine = spread > 1e-12 * np.maximum(1.0, (pre**2).sum(-1))
    slope = (inner[0] * inner[1]).sum(-1) / np.where(fine, spread, 1.0)
    return _replayed(batch, slope, fine=fine, conf_level=conf_level)


def within_pools(column: Floats, member: Floats) -> Floats:
    """Return a column (R, n) less the mean of its pool, given the membership (R, G, n).

    Examples
    --------
    >>> within_pools(np.array([[1.0, 3, 5]]), np.array([[[1.0, 1, 0], [0, 0, 1]]])).tolist()
    [[-1.0, 1.0, 0.0]]
    """
    means = (member @ column[..., None])[..., 0] / np.maximum(member.sum(-1), 1)
    back: Floats = (np.swapaxes(member, 1, 2) @ means[..., None])[..., 0]
    return column - back


def _replayed(batch: Batch, slope: Floats, *, fine: Flags, conf_level: float) -> BatchEstimates:
    check_conf_level(conf_level)
    member, treated = batch.member, batch.treated
    sizes = member.sum(-1)
    pre = np.where(batch.there, np.asarray(batch.pre, dtype=float), 0.0)
    outcome = batch.filled_post - slope[:, None] * pre
    means = (member @ outcome[..., None])[..., 0] / np.maximum(sizes, 1)
    pools = _Pools(means, treated > 0, batch.in_block.argmax(1), sizes > 0)
    fine = fine & enough_pools(sizes, treated)
    runs = len(means)
    kept: dict[bytes, list[int]] = {}
    keys = [_key(pools, run) if fine[run] else b"" for run in range(runs)]
    for run in np.flatnonzero(fine):
        kept.setdefault(keys[run], []).append(int(run))
    found = np.full((4, runs), np.nan)
    for rows in kept.values():
        found[:, rows] = _group(pools, np.array(rows), conf_level)
    nothing = np.full(runs, np.nan)
    return BatchEstimates(found[0], nothing, nothing, found[1], found[2], found[3])


def _of_run(pools: _Pools, run: int) -> tuple[Flags, NDArray[np.intp] | None]:
    there = pools.there[run]
    block = np.unique(pools.block[run][there], return_inverse=True)[1]
    return pools.treated[run][there], block if block.max() > 0 else None


def _key(pools: _Pools, run: int) -> bytes:
    """Return the same bytes for replications whose assignments are the same list."""
    treated, block = _of_run(pools, run)
    code = np.zeros(len(treated), dtype=np.intp) if block is None else block
    drawn = block is not None and n_splits(treated, block) > Replay().exact_limit
    arms: NDArray[np.intp]
    arms = treated.astype(np.intp) if drawn else np.bincount(code, weights=treated).astype(np.intp)
    parts = (pools.there[run].tobytes(), code.tobytes(), arms.tobytes())
    return b"|".join(parts)


def _group(pools: _Pools, rows: NDArray[np.intp], conf_level: float) -> Floats:
    """Return estimate, p-value and limits of replications with one list; shape (4, R)."""
    first = int(rows[0])
    there = pools.there[first]
    treated, block = _of_run(pools, first)
    means, arms = pools.means[rows][:, there], pools.treated[rows][:, there].astype(float)
    code = np.zeros(len(treated), dtype=np.intp) if block is None else block
    inside = (code == np.arange(int(code.max()) + 1)[:, None]).astype(float)
    centre = inside.T / inside.sum(1) @ inside
    centred, own = means - means @ centre, arms - arms @ centre
    weight = (own**2).sum(-1)
    usable = weight > 1e-12
    weight = np.where(usable, weight, 1.0)
    observed = (centred * own).sum(-1) / weight
    left = centred - observed[:, None] * own
    moves = np.abs(own) > 1e-12
    spread = np.where(moves, left, -inf).max(-1) - np.where(moves, left, inf).min(-1)
    usable &= spread > 1e-9 * np.maximum(1.0, np.abs(means).max(-1))
    splits, _ = splits_of(treated, Replay(), block=block)
    drawn = n_splits(treated, block) > Replay().exact_limit
    table = np.ascontiguousarray(splits[drawn:].T, dtype=float)
    found = np.full((4, len(rows)), np.nan)
    chunk = max(1, _LARGEST // table.shape[1])
    tests = partial(_inverted, table=table, drawn=drawn, conf_level=conf_level)
    for start in range(0, len(rows), chunk):
        part = slice(start, start + chunk)
        scale = 1 / weight[part, None]
        found[:, part] = tests(observed[part], scale * centred[part], scale * own[part])
    found[:, ~usable] = np.nan
    return found


def _inverted(
    observed: Floats, centred: Floats, own: Floats, *, table: Floats, drawn: bool, conf_level: float
) -> Floats:
    low, high = accepted(observed, centred @ table, shifts=own @ table)
    # of random assignments the one that happened is one more, never less extreme
    total = low.shape[1] + drawn
    p_value = (((low <= 0) & (high >= 0)).sum(-1) + drawn) / total
    kept = n_outside(total, conf_level)
    if drawn and kept == 0:
        ends = np.full(len(low), inf)
        return np.array([observed, p_value, -ends, ends])
    below = np.partition(low, kept - drawn, axis=-1)[:, kept - drawn]
    above = np.partition(high, total - 1 - kept, axis=-1)[:, total - 1 - kept]
    return np.array([observed, p_value, below, above])
