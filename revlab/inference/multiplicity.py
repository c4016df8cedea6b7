"""p-values of several comparisons: Holm for what was planned, Benjamini-Hochberg otherwise."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from revlab.errors import EstimateError, must, one_of

__all__ = ["METHODS", "adjusted"]

METHODS = ("holm", "fdr_bh", "fdr_by")
"""Holm; Benjamini-Hochberg; Benjamini-Yekutieli."""


def adjusted(p_values: ArrayLike, *, method: str) -> NDArray[np.float64]:
    """Return p-values adjusted for their number.

    Parameters
    ----------
    p_values : array of shape (k,)
        From 0 to 1; NaN (no test) stays NaN and does not count.
    method : {"holm", "fdr_bh", "fdr_by"}
        Holm bounds the chance of any false alarm; the others the share of false alarms.

    Returns
    -------
    ndarray of shape (k,)
        In the order given.

    Raises
    ------
    EstimateError
        If a p-value is not between 0 and 1.

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6; Benjamini & Hochberg (1995), JRSS B 57.

    Examples
    --------
    >>> adjusted([0.01, 0.04, float("nan"), 0.03], method="holm").round(3).tolist()
    [0.03, 0.06, nan, 0.06]
    """
    one_of("method", method, METHODS)
    p = np.asarray(p_values, dtype=float)
    there = ~np.isnan(p)
    must(
        bool(((p[there] >= 0) & (p[there] <= 1)).all()),
        "a p-value must lie between 0 and 1.",
        EstimateError,
    )
    result = np.full(p.shape, np.nan)
    order = np.argsort(p[there], kind="stable")
    result[np.flatnonzero(there)[order]] = _of_sorted(p[there][order], method)
    return result


def _of_sorted(p: NDArray[np.float64], method: str) -> NDArray[np.float64]:
    rank = np.arange(1, len(p) + 1)
    if method == "holm":
        return np.minimum(np.maximum.accumulate(p * (len(p) + 1 - rank)), 1.0)
    factor = (1 / rank).sum() if method == "fdr_by" else 1.0
    stepped = p * (factor * len(p) / rank)
    return np.minimum(np.minimum.accumulate(stepped[::-1])[::-1], 1.0)
