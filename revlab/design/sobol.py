"""Sobol' indices: how much of an answer's variance goes back to each input."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import qmc

from revlab.errors import DesignError, must
from revlab.rng import stream

__all__ = ["Indices", "sobol_indices"]

Array = npt.NDArray[np.float64]
_RESAMPLES = 400


@dataclass(frozen=True, eq=False)
class Indices:
    """Sobol' indices of the inputs of a function.

    Parameters
    ----------
    first, total : array, shape (3, n_inputs)
        Share of the variance that an input explains alone, and alone or with others: the index
        and the two ends of its interval.
    inputs : array, shape (n_settings, n_inputs)
        Independent settings that were tried, 0 to 1.
    answers : array, shape (n_settings,)
        What the function said there.
    """

    first: Array
    total: Array
    inputs: Array
    answers: Array


def sobol_indices(
    function: Callable[[Array], float],
    n_inputs: int,
    *,
    n: int,
    seed: int,
    conf_level: float = 0.95,
) -> Indices:
    """Return first-order and total Sobol' indices of a function of inputs from 0 to 1.

    The function is called ``n * (n_inputs + 2)`` times at points of a scrambled Sobol' sequence.
    Intervals are percentiles of a bootstrap of the ``n`` points.

    Parameters
    ----------
    function : callable
        From inputs, shape (n_inputs,), each 0 to 1, to a number.
    n_inputs : int
        Inputs, independent and uniform.
    n : int
        Base points, a power of two.
    seed : int
        Root seed.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    Indices

    Raises
    ------
    DesignError
        If ``n`` is not a power of two from 8 on, or the answer never changes.

    References
    ----------
    Saltelli, Annoni, Azzini, Campolongo, Ratto & Tarantola 2010, Computer Physics Communications
    181:259-270 (first order); Jansen 1999, Computer Physics Communications 117:35-43 (total).

    Examples
    --------
    >>> found = sobol_indices(lambda x: float(3 * x[0] + x[1]), 3, n=256, seed=1)
    >>> found.total[0].round(1).tolist()
    [0.9, 0.1, 0.0]
    """
    must(
        n >= 8 and n & (n - 1) == 0,
        f"`n` must be a power of two from 8 on, such as 128; got {n}.",
        DesignError,
    )
    points = qmc.Sobol(2 * n_inputs, rng=stream(seed, "settings")).random(n)
    one, two = points[:, :n_inputs], points[:, n_inputs:]
    at_one, at_two = (np.array([function(x) for x in side]) for side in (one, two))
    mixed = np.empty((n_inputs, n))
    for k in range(n_inputs):
        swapped = one.copy()
        swapped[:, k] = two[:, k]
        mixed[k] = [function(x) for x in swapped]
    both = np.concatenate([at_one, at_two])
    must(
        float(np.ptp(both)) > 0,
        "the answer is the same in all settings, so that nothing drives it.",
        DesignError,
    )
    draws = stream(seed, "resampled settings").integers(n, size=(_RESAMPLES, n))
    again = np.array([_estimated(at_one[d], at_two[d], mixed[:, d]) for d in draws])
    tail = (1 - conf_level) / 2
    ends = np.nanquantile(again, [tail, 1 - tail], axis=0)
    value = _estimated(at_one, at_two, mixed)
    first, total = (np.vstack([value[k], ends[:, k]]) for k in range(2))
    return Indices(first, total, np.vstack([one, two]), both)


def _estimated(at_one: Array, at_two: Array, mixed: Array) -> Array:
    """Return first-order and total indices, (2, n_inputs)."""
    both = np.concatenate([at_one, at_two])
    # Taking the mean off changes no index and makes the first order far less noisy.
    middle, variance = both.mean(), both.var()
    if variance == 0:
        return np.full((2, len(mixed)), np.nan)
    first = ((at_two - middle) * (mixed - at_one)).mean(axis=1) / variance
    total = ((at_one - mixed) ** 2).mean(axis=1) / (2 * variance)
    return np.stack([first, total])
