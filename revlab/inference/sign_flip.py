"""The sign-flip test of a mean change: exact where the t test is only nearly right."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from revlab.errors import EstimateError, must
from revlab.inference.estimate import Estimate
from revlab.inference.inversion import Replay, invert
from revlab.rng import stream

__all__ = ["sign_flip_test"]


def _signs(n: int, replay: Replay) -> tuple[NDArray[np.float64], str]:
    if n < 60 and 2**n <= replay.exact_limit:
        bits = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
        every: NDArray[np.float64] = np.where(bits == 1, -1.0, 1.0)
        return every, f"all {2**n} sign patterns"
    rng = stream(replay.seed, "sign flip test")
    drawn = np.vstack([np.ones(n), 2.0 * rng.integers(2, size=(replay.n_draws, n)) - 1.0])
    return drawn, f"{replay.n_draws} sign patterns at random, seed {replay.seed}"


def sign_flip_test(
    differences: ArrayLike, *, conf_level: float = 0.95, replay: Replay | None = None
) -> Estimate:
    """Test a mean change of zero by flipping the signs of the differences.

    Exact if the differences are symmetric; needs no normal distribution.

    Parameters
    ----------
    differences : array of shape (n,)
        Last minus first score of each person, in points; missing values are left out.
    conf_level : float
        Level of the interval by inversion.
    replay : Replay or None
        How sign patterns are listed.

    Raises
    ------
    EstimateError
        If fewer than two differences are left, or all are the same.

    References
    ----------
    Fisher (1935), The Design of Experiments, section 21.

    Examples
    --------
    >>> sign_flip_test([1.0, 2, 3, 4, 5, 6]).p_value == 2 / 64
    True
    """
    replay = replay or Replay()
    every = np.asarray(differences, dtype=float)
    d = every[~np.isnan(every)]
    n = len(d)
    must(n >= 2, f"a change needs at least 2 people with both scores; got {n}.", EstimateError)
    must(
        float(np.ptp(d)) > 1e-9 * max(1.0, float(np.abs(d).max())),
        "every change is the same; there is no interval.",
        EstimateError,
    )
    signs, listed = _signs(n, replay)
    estimate = invert(
        float(d.mean()), signs @ d / n, shifts=signs.mean(axis=1), conf_level=conf_level
    )
    return replace(
        estimate,
        estimand="mean change",
        estimator="sign_flip",
        contrast="post - pre",
        n=n,
        n_missing=len(every) - n,
        unit="points",
        convention=f"sign-flip test of the mean change, {listed}, interval by inversion",
    )
