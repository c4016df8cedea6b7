"""Replications of a `TrialWorld`, and the truth that an estimator should find in it."""

from dataclasses import astuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from revlab.design.trial_worlds import ANSWERS, TrialWorld
from revlab.errors import DesignError, EstimateError, must, one_of
from revlab.inference.batch import Batch
from revlab.inference.comparison import Comparison
from revlab.inference.estimate import Contrast
from revlab.inference.pool_blocks import kept_blocks
from revlab.rng import stream

__all__ = ["comparison_of", "draw_trials", "true_effect"]

Floats = NDArray[np.float64]

_AT_ONCE = 250
_SLOPE = 0.5
_LOADING = 0.7
_WIDTH = 1.2
_TIE = 0.8
_ITEMS = 4
_SITE = 0.5
_LARGE = 400_000


def _alike(shocks: Floats, pool: NDArray[np.intp], r: float) -> Floats:
    """Give independent shocks (R, n) the correlation ``r`` within pools, negative ones too."""
    sizes = np.bincount(pool).astype(float)
    starts = np.flatnonzero(np.diff(pool, prepend=-1))
    mean = (np.add.reduceat(shocks, starts, axis=1) / sizes)[:, pool]
    own: Floats = np.sqrt(1 - r) * (shocks - mean) + np.sqrt(1 + (sizes - 1) * r)[pool] * mean
    return own


def _answered(latent: Floats, points: int, rng: np.random.Generator) -> Floats:
    """Return the mean of the items that a latent score gives rise to."""
    if points == 0:
        return latent
    thresholds = np.linspace(-_WIDTH, _WIDTH, points - 1)
    total = np.zeros(latent.shape)
    for _ in range(_ITEMS):
        noise = rng.normal(scale=np.sqrt(1 - _LOADING**2), size=latent.shape)
        total += 1 + np.searchsorted(thresholds, _LOADING * latent + noise)
    return total / _ITEMS


def _leaves(world: TrialWorld, pre: Floats, rng: np.random.Generator) -> NDArray[np.bool_]:
    chance = rng.normal(size=pre.shape)
    if world.drop_out_kind == "by_pre":
        spread = np.maximum(pre.std(axis=1, keepdims=True), 1e-12)
        place = (pre - pre.mean(axis=1, keepdims=True)) / spread
        chance = _TIE * place + np.sqrt(1 - _TIE**2) * chance
    left: NDArray[np.bool_] = chance < ndtri(world.drop_out)
    return left


def _dealt(world: TrialWorld, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Deal the pools of each block to the arms, (R, G)."""
    block = world.block
    starts = np.cumsum(np.bincount(block)) - np.bincount(block)
    place = (block + rng.random((_AT_ONCE, world.n_pools))).argsort(axis=1).argsort(axis=1)
    treated: NDArray[np.bool_] = place - starts[block] < world.n_treated[block]
    return treated


def _some(world: TrialWorld, seed: int, part: int) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    rng = stream(seed, "made-up trials", *(str(knob) for knob in astuple(world)), part)
    pool, points = world.pool, ANSWERS[world.answers]
    shape = (_AT_ONCE, len(pool))
    treated = _dealt(world, rng)
    first = _alike(rng.normal(size=shape), pool, world.r)
    last = _SLOPE * first + np.sqrt(1 - _SLOPE**2) * _alike(rng.normal(size=shape), pool, world.r)
    place: Floats = np.full(shape, world.lean)
    if world.n_blocks > 1:
        sites = rng.normal(scale=_SITE, size=(_AT_ONCE, world.n_blocks))
        place = place + sites[:, world.block[pool]]
    pre = _answered(place + first, points, rng)
    post = _answered(place + last + world.effect * treated[:, pool], points, rng)
    return pre, np.where(_leaves(world, pre, rng), np.nan, post), treated


def draw_trials(world: TrialWorld, *, n_sims: int, seed: int) -> Batch:
    """Draw replications of a world.

    Parameters
    ----------
    world : TrialWorld
        What is drawn.
    n_sims : int
        Replications; a longer draw begins with the shorter one.
    seed : int
        Root seed; each world has its own streams of chance.

    Returns
    -------
    Batch
        Arrays (n_sims, n) of first and last scores, NaN for dyads that left.

    Raises
    ------
    DesignError
        If ``n_sims`` is not at least 1.

    Examples
    --------
    >>> batch = draw_trials(TrialWorld(n_pools=8, sizes="pairs"), n_sims=3, seed=1)
    >>> np.shape(batch.pre), np.asarray(batch.pool_treated).sum(axis=1).tolist()
    ((3, 16), [4, 4, 4])
    """
    must(n_sims >= 1, f"`n_sims` must be at least 1; got {n_sims!r}.", DesignError)
    parts = [_some(world, seed, part) for part in range(-(-n_sims // _AT_ONCE))]
    pre, post, treated = (np.vstack(one)[:n_sims] for one in zip(*parts, strict=True))
    block = world.block if world.n_blocks > 1 else None
    return Batch(pre, post, world.pool, treated, block=block)


def comparison_of(batch: Batch, replication: int) -> Comparison:
    """Return one replication of a batch as a `Comparison`.

    Parameters
    ----------
    batch : Batch
        Replications.
    replication : int
        Which one, from 0.

    Raises
    ------
    EstimateError
        If an arm has fewer than two pools with complete dyads.

    Examples
    --------
    >>> comparison_of(draw_trials(TrialWorld(), n_sims=1, seed=1), 0).n_pools
    12
    """
    pre = np.asarray(batch.pre, dtype=float)[replication]
    post = np.asarray(batch.post, dtype=float)[replication]
    pool = np.broadcast_to(np.asarray(batch.pool), np.shape(batch.pre))[replication]
    arms = batch.treated[replication] > 0
    there = ~np.isnan(pre + post)
    kept, code = np.unique(pool[there], return_inverse=True)
    treated = arms[kept]
    must(
        min(int(treated.sum()), int((~treated).sum())) >= 2,
        "fewer than two pools of an arm have complete dyads.",
        EstimateError,
    )
    block = None if batch.block is None else kept_blocks(np.asarray(batch.block)[kept], treated)
    return Comparison(
        pre=pre[there],
        post=post[there],
        pool=code,
        pool_treated=treated,
        contrast=Contrast("new", "old"),
        n_missing=int((~there).sum()),
        pools_lost=len(arms) - len(kept),
        block=block,
    )


def true_effect(world: TrialWorld, unit: str = "points") -> float:
    """Return what an estimator should find in a world.

    Parameters
    ----------
    world : TrialWorld
        Without an effect, and for points of a continuous score, the truth is exact; otherwise
        it comes from 400,000 dyads with both last scores (Monte Carlo error below 0.003).
    unit : {"points", "share"}
        points: mean gain of those who stay; share: how often the change of a treated dyad is
        above that of an untreated one, ties as half.

    Returns
    -------
    float

    Raises
    ------
    DesignError
        For an effect on Likert scores in blocks, where each weighting has its own truth.

    Examples
    --------
    >>> true_effect(TrialWorld(effect=0.5)), true_effect(TrialWorld(), "share")
    (0.5, 0.5)
    """
    one_of("unit", unit, ("points", "share"))
    if world.effect == 0:
        return 0.5 if unit == "share" else 0.0
    points = ANSWERS[world.answers]
    if unit == "points" and points == 0:
        return float(world.effect)
    must(
        world.n_blocks == 1 or points == 0,
        "the truth of Likert scores in blocks depends on how blocks are weighted; use one block.",
        DesignError,
    )
    rng = stream(0, "truth of a made-up trial", *(str(part) for part in astuple(world)))
    first = rng.normal(size=(1, _LARGE))
    last = world.lean + _SLOPE * first + np.sqrt(1 - _SLOPE**2) * rng.normal(size=first.shape)
    pre = _answered(world.lean + first, points, rng)
    stays = ~_leaves(world, pre, rng)
    with_it = (_answered(last + world.effect, points, rng) - pre)[stays]
    without = (_answered(last, points, rng) - pre)[stays]
    if unit == "points":
        return float(with_it.mean() - without.mean())
    ordered = np.sort(without)
    below = np.searchsorted(ordered, with_it, side="left")
    at_most = np.searchsorted(ordered, with_it, side="right")
    return float((below + at_most).mean() / (2 * len(ordered)))
