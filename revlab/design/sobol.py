"""Sobol' indices: how much of an answer's variance goes back to each input."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

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

    The function is called ``n * (n_inputs + 2)`` times at points of a scrambled Sobol' sequence,
    which SALib draws and analyses. Intervals are percentiles of its bootstrap of the ``n`` points.

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
    181:259-270 (first order); Jansen 1999, Computer Physics Communications 117:35-43 (total);
    Herman & Usher 2017, Journal of Open Source Software 2(9):97 (SALib).

    Examples
    --------
    >>> found = sobol_indices(lambda x: float(3 * x[0] + x[1]), 3, n=256, seed=1)
    >>> found.total[0].round(1).tolist()
    [0.9, 0.1, 0.0]
    """
    # SALib brings matplotlib with it, which nobody should load who asks for no sensitivity.
    from SALib.analyze import sobol as analysis
    from SALib.sample import sobol as sampling

    must(
        n >= 8 and n & (n - 1) == 0,
        f"`n` must be a power of two from 8 on, such as 128; got {n}.",
        DesignError,
    )
    problem = {
        "num_vars": n_inputs,
        "names": [f"input {k}" for k in range(n_inputs)],
        "bounds": [[0.0, 1.0]] * n_inputs,
    }
    rows = sampling.sample(problem, n, calc_second_order=False, seed=stream(seed, "settings"))
    answers = np.array([function(row) for row in rows])
    # Of each block of n_inputs + 2 rows the first and the last are independent settings.
    block = np.arange(len(rows)) % (n_inputs + 2)
    free = np.concatenate([np.flatnonzero(block == k) for k in (0, n_inputs + 1)])
    must(
        float(np.ptp(answers[free])) > 0,
        "the answer is the same in all settings, so that nothing drives it.",
        DesignError,
    )
    found = analysis.analyze(
        problem,
        answers,
        calc_second_order=False,
        num_resamples=_RESAMPLES,
        keep_resamples=True,
        seed=stream(seed, "resampled settings"),
    )
    tail = (1 - conf_level) / 2
    first, total = (
        np.vstack([found[name], np.quantile(found[f"{name}_conf_all"], [tail, 1 - tail], axis=0)])
        for name in ("S1", "ST")
    )
    return Indices(first, total, rows[free], answers[free])
