"""From the statistics of all re-assignments to a p-value and an interval.

Under "the treatment adds the same amount to every unit" the statistic of a re-assignment is
``a - t b`` for a hypothetical effect ``t``, the one observed ``T - t``. The values of ``t`` for
which a re-assignment is at least as extreme form one interval around ``T``, so the p-value of
any ``t`` is a count of intervals and the confidence limits are order statistics: no search.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import comb, inf, nan

import numpy as np
from numpy.typing import NDArray

from revlab.inference.estimate import Estimate, check_conf_level
from revlab.rng import stream

__all__ = ["Replay", "invert", "splits_of"]

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


def splits_of(treated: NDArray[np.bool_], replay: Replay) -> tuple[NDArray[np.bool_], str]:
    """Return assignments with as many treated units, and how they were listed.

    Parameters
    ----------
    treated : ndarray of shape (G,)
        The assignment that happened.
    replay : Replay
        All of them, or random ones.

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
    """
    n_units, n_treated = len(treated), int(treated.sum())
    total = comb(n_units, n_treated)
    if total <= replay.exact_limit:
        return _all_splits(n_units, n_treated), f"all {total} assignments"
    rng = stream(replay.seed, "randomisation test")
    order = rng.random((replay.n_draws, n_units)).argsort(axis=1)
    drawn = np.vstack([treated, order < n_treated])
    return drawn, f"{replay.n_draws} of {total} assignments at random, seed {replay.seed}"


def _accepted(observed: float, values: Floats, shifts: Floats) -> tuple[Floats, Floats]:
    """Return the ends of ``{t: |values - t shifts| >= |observed - t|}``, for |shifts| <= 1."""
    tie = _TIE * max(1.0, float(np.abs(values).max()))
    low_gap, high_gap = 1 - shifts, 1 + shifts
    with np.errstate(divide="ignore", invalid="ignore"):
        one = (observed - values) / low_gap
        two = (observed + values) / high_gap
    # a vanishing gap is the assignment itself or its mirror: never less extreme
    same = (np.abs(low_gap) < _TIE) | (np.abs(high_gap) < _TIE)
    low = np.where(same, -inf, np.minimum(one, two) - tie)
    high = np.where(same, inf, np.maximum(one, two) + tie)
    return low, high


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
    low, high = _accepted(observed, values, shifts)
    total = len(values)
    p_value = float(((low <= 0) & (high >= 0)).mean())
    kept = int(np.floor((1 - conf_level) * total + _TIE))
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
