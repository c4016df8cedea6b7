"""A permutation test that exchanges arms within blocks only."""

from dataclasses import replace
from math import nan

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from revlab.errors import EstimateError, must, one_of
from revlab.inference.columns import group_codes, marks
from revlab.inference.estimate import Estimate, check_conf_level
from revlab.inference.inversion import Replay, invert, splits_of

__all__ = ["blocked_permutation_test"]

Floats = NDArray[np.float64]
_METHODS = ("replayed", "normal")


def blocked_permutation_test(
    outcome: ArrayLike,
    treated: ArrayLike,
    *,
    block: ArrayLike,
    method: str = "replayed",
    conf_level: float = 0.95,
    replay: Replay | None = None,
) -> Estimate:
    """Compare two arms within blocks, such as sites or raters.

    Parameters
    ----------
    outcome : array of shape (n,)
        Points or codes of ordered answers; NaN is left out and counted.
    treated : array of bool, shape (n,)
        The arm of each unit; units were assigned one by one within blocks.
    block : array of shape (n,)
        Site, round or judge. Blocks with one arm only tell nothing.
    method : {"replayed", "normal"}
        Replay the assignments within blocks, or compare the statistic with the normal
        distribution that has its exact mean and variance over them.
    conf_level : float
        Level of the interval by inversion, for "replayed".
    replay : Replay or None
        How assignments are listed.

    Returns
    -------
    Estimate
        Mean difference within blocks, weighted by treated times untreated over all in each;
        ``statistic`` is its z value. No interval for "normal".

    Raises
    ------
    EstimateError
        If columns do not fit or no block has both arms and an outcome that varies.

    References
    ----------
    Strasser & Weber (1999), Mathematical Methods of Statistics 8; Rosenbaum (2002).

    Examples
    --------
    >>> y, arm = [1.0, 3, 2, 5, 4, 8], [0, 1, 0, 1, 0, 1]
    >>> blocked_permutation_test(y, arm, block=[1, 1, 2, 2, 3, 3]).p_value == 2 / 8
    True
    """
    one_of("method", method, _METHODS)
    check_conf_level(conf_level)
    y, arm, blocks, n_missing = _complete(outcome, treated, block)
    centred = y - _means(y, blocks)
    own = arm - _means(arm, blocks)
    weight = float(own @ own)
    size = np.bincount(blocks)
    share = np.bincount(blocks, weights=arm) / size
    inside = np.bincount(blocks, weights=centred**2) / np.maximum(size - 1, 1)
    variance = float((inside * size * share * (1 - share)).sum())
    must(
        weight > 0 and variance > 1e-12 * float(y @ y),
        "no block has both arms and an outcome that varies, so nothing can be compared.",
        EstimateError,
    )
    value, z = float(centred @ own) / weight, float(centred @ own) / np.sqrt(variance)
    if method == "normal":
        plain = Estimate("", "", "", value, nan, nan, z, float(2 * ndtr(-abs(z))), nan, nan)
        listed = "normal approximation"
    else:
        splits, listed = splits_of(arm.astype(bool), replay or Replay(), block=blocks)
        arms = splits.astype(float)
        plain = invert(
            value, arms @ centred / weight, shifts=arms @ own / weight, conf_level=conf_level
        )
    return replace(
        plain,
        estimand="mean difference within blocks",
        estimator="blocked_permutation",
        contrast="treatment - control",
        statistic=z,
        conf_level=conf_level,
        n=len(y),
        n_missing=n_missing,
        n_clusters=len(size),
        unit="points",
        convention=f"permutation test within {len(size)} blocks, {listed}; every unit assigned "
        "by itself",
    )


def _complete(
    outcome: ArrayLike, treated: ArrayLike, block: ArrayLike
) -> tuple[Floats, Floats, NDArray[np.intp], int]:
    y, arm = np.asarray(outcome, dtype=float), marks(treated, "treated")
    labels = np.asarray(block)
    must(
        y.ndim == 1 and y.shape == arm.shape == labels.shape,
        f"`outcome`, `treated` and `block` need one value per unit; got {y.shape}, {arm.shape} "
        f"and {labels.shape}.",
        EstimateError,
    )
    group_codes(labels, len(y), name="block")
    there = np.isfinite(y)
    must(bool(there.any()), "every outcome is missing.", EstimateError)
    codes = np.unique(labels[there], return_inverse=True)[1].astype(np.intp)
    return y[there], arm[there].astype(float), codes, int((~there).sum())


def _means(values: Floats, blocks: NDArray[np.intp]) -> Floats:
    means: Floats = (np.bincount(blocks, weights=values) / np.bincount(blocks))[blocks]
    return means
