"""From the statistics of all re-assignments to a p-value and an interval.

Under "the treatment adds the same amount to every unit" the statistic of a re-assignment is
``a - t b`` for a hypothetical effect ``t``, the one observed ``T - t``. The values of ``t`` for
which a re-assignment is at least as extreme form one interval around ``T``, so the p-value of
any ``t`` is a count of intervals and the confidence limits are order statistics: no search.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import comb, inf, nan, prod

import numpy as np
from numpy.typing import ArrayLike, NDArray

from revlab.inference.estimate import Estimate, check_conf_level
from revlab.rng import stream

__all__ = ["Replay", "accepted", "invert", "n_outside", "n_splits", "splits_of"]

Floats = NDArray[np.float64]

_TIE = 1e-9


@dataclass(frozen=True)
class Replay:
    """How the re-assignments are listed.

    Parameters
    ----------
    exact_limit : int
        All of them if there are at most this many.
    n_draws : int
        Otherwise so many random ones, and the one that happened.
    seed : int
        Root of the random streams.
    """

    exact_limit: int = 20_000
    n_draws: int = 9_999
    seed: int = 0


@lru_cache(maxsize=32)
def _all_splits(n_units: int, n_treated: int) -> NDArray[np.bool_]:
    splits = np.zeros((comb(n_units, n_treated), n_units), dtype=bool)
    for row, chosen in enumerate(combinations(range(n_units), n_treated)):
        splits[row, list(chosen)] = True
    splits.setflags(write=False)
    return splits


@lru_cache(maxsize=4)
def _drawn_splits(n_units: int, n_treated: int, n_draws: int, *, seed: int) -> NDArray[np.bool_]:
    order = stream(seed, "randomisation test").random((n_draws, n_units)).argsort(axis=1)
    drawn: NDArray[np.bool_] = order < n_treated
    drawn.setflags(write=False)
    return drawn


def n_splits(treated: NDArray[np.bool_], block: NDArray[np.intp] | None = None) -> int:
    """Return how many assignments treat as many units, within each block if there are blocks.

    Examples
    --------
    >>> n_splits(np.array([True, False, True, False])), n_splits(np.array([True, False]))
    (6, 2)
    >>> n_splits(np.array([True, False, True, False]), np.array([0, 0, 1, 1]))
    4
    """
    block = np.zeros(len(treated), dtype=np.intp) if block is None else block
    size, inside = np.bincount(block), np.bincount(block[treated], minlength=int(block.max()) + 1)
    return prod(comb(int(n), int(k)) for n, k in zip(size, inside, strict=True))


def splits_of(
    treated: NDArray[np.bool_], replay: Replay, *, block: NDArray[np.intp] | None = None
) -> tuple[NDArray[np.bool_], str]:
    """Return assignments with as many treated units, and how they were listed.

    Parameters
    ----------
    treated : ndarray of shape (G,)
        The assignment that happened.
    replay : Replay
        All of them, or random ones.
    block : ndarray of shape (G,) or None
        Number of the block, from 0, within which units were assigned; every block then keeps
        its number of treated units.

    Returns
    -------
    splits : ndarray of shape (R, G)
        One assignment per row; the one that happened is among them.
    listed : str
        How many, in words for the convention.

    Examples
    --------
    >>> splits_of(np.array([True, False, False]), Replay())[1]
    'all 3 assignments'
    >>> arms, blocks = np.array([True, False, True, False]), np.array([0, 0, 1, 1])
    >>> splits_of(arms, Replay(), block=blocks)[0].astype(int).tolist()
    [[1, 0, 1, 0], [1, 0, 0, 1], [0, 1, 1, 0], [0, 1, 0, 1]]
    """
    total = n_splits(treated, block)
    if total <= replay.exact_limit:
        listed = f"all {total} assignments"
        if block is None:
            return _all_splits(len(treated), int(treated.sum())), listed
        return _all_within(treated, block, total), listed
    said = f"{replay.n_draws} of {total} assignments at random, seed {replay.seed}"
    if block is None:
        count = int(treated.sum())
        drawn = _drawn_splits(len(treated), count, replay.n_draws, seed=replay.seed)
        return np.vstack([treated, drawn]), said
    return _drawn_within(treated, block, replay), said


def _members(block: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    return [np.flatnonzero(block == k) for k in range(int(block.max()) + 1)]


def _all_within(
    treated: NDArray[np.bool_], block: NDArray[np.intp], total: int
) -> NDArray[np.bool_]:
    members = _members(block)
    own = [_all_splits(len(rows), int(treated[rows].sum())) for rows in members]
    choice = np.unravel_index(np.arange(total), [len(splits) for splits in own])
    every = np.zeros((total, len(treated)), dtype=bool)
    for rows, splits, chosen in zip(members, own, choice, strict=True):
        every[:, rows] = splits[chosen]
    return every


def _drawn_within(
    treated: NDArray[np.bool_], block: NDArray[np.intp], replay: Replay
) -> NDArray[np.bool_]:
    rng = stream(replay.seed, "blocked permutation test")
    drawn = np.tile(treated, (replay.n_draws + 1, 1))
    for rows in _members(block):
        drawn[1:, rows] = rng.permuted(drawn[1:, rows], axis=1)
    return drawn


def accepted(observed: ArrayLike, values: Floats, *, shifts: Floats) -> tuple[Floats, Floats]:
    """Return the ends of ``{t: |values - t shifts| >= |observed - t|}``, for |shifts| <= 1.

    Parameters
    ----------
    observed : array of shape (...)
        The statistic T of each test.
    values, shifts : ndarray of shape (..., S)
        As for `invert`.

    Examples
    --------
    >>> low, high = accepted(2.0, np.array([2.0, 0.5]), shifts=np.array([1.0, 0.0]))
    >>> low.round(6).tolist(), high.round(6).tolist()
    ([-inf, 1.5], [inf, 2.5])
    """
    seen = np.asarray(observed, dtype=float)[..., None]
    tie = _TIE * np.maximum(1.0, np.abs(values).max(axis=-1, keepdims=True))
    low_gap, high_gap = 1 - shifts, 1 + shifts
    with np.errstate(divide="ignore", invalid="ignore"):
        one = (seen - values) / low_gap
        two = (seen + values) / high_gap
    # a vanishing gap is the assignment itself or its mirror: never less extreme
    same = (np.abs(low_gap) < _TIE) | (np.abs(high_gap) < _TIE)
    low = np.where(same, -inf, np.minimum(one, two) - tie)
    high = np.where(same, inf, np.maximum(one, two) + tie)
    return low, high


def n_outside(total: int, conf_level: float) -> int:
    """Return how many of ``total`` assignments may lie beyond a confidence limit.

    Examples
    --------
    >>> n_outside(70, 0.95)
    3
    """
    return int(np.floor((1 - conf_level) * total + _TIE))


def invert(observed: float, values: Floats, *, shifts: Floats, conf_level: float) -> Estimate:
    """Return the two-sided p-value of "no effect" and the interval of effects not rejected.

    Parameters
    ----------
    observed : float
        The statistic T that was observed.
    values : ndarray of shape (R,)
        The statistic ``a`` of each re-assignment.
    shifts : ndarray of shape (R,)
        What a unit effect adds to it, ``b``, from -1 to 1; the observed statistic gains 1.
    conf_level : float
        Level of the interval.

    Returns
    -------
    Estimate
        Numbers without words; the interval may have no bounds if R is small.

    Examples
    --------
    >>> three = np.array([2.0, 0.5, -1.0])
    >>> invert(2.0, three, shifts=np.array([1.0, 0.0, 0.0]), conf_level=0.6).p_value == 1 / 3
    True
    """
    check_conf_level(conf_level)
    low, high = accepted(observed, values, shifts=shifts)
    total = len(values)
    p_value = float(((low <= 0) & (high >= 0)).mean())
    kept = n_outside(total, conf_level)
    return Estimate(
        estimand="",
        estimator="",
        contrast="",
        estimate=observed,
        std_error=nan,
        df=nan,
        statistic=observed,
        p_value=p_value,
        conf_low=float(np.sort(low)[kept]),
        conf_high=float(np.sort(high)[total - 1 - kept]),
        conf_level=conf_level,
    )
