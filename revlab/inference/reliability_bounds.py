"""Further lower bounds of a scale's reliability: lambda 6, and alpha from all pairs of answers."""

from dataclasses import replace
from math import nan

import numpy as np
import pandas as pd
from scipy.special import fdtri

from revlab.errors import EstimateError, must
from revlab.inference.estimate import Estimate, check_conf_level
from revlab.inference.reliability import complete_items

__all__ = ["guttman_lambda6", "pairwise_alpha"]


def guttman_lambda6(items: pd.DataFrame) -> Estimate:
    """Return Guttman's lambda 6 of the standardised items.

    One minus what the other items cannot predict of each item, over the variance of the sum.
    Above alpha where items hang together unevenly.

    Parameters
    ----------
    items : pandas.DataFrame
        Respondents by items, reversed items turned.

    Returns
    -------
    Estimate
        Without an interval; from people who answered all items.

    Raises
    ------
    EstimateError
        With fewer than two items, too few people, an item without variation, or one that the
        others add up to.

    References
    ----------
    Guttman (1945), Psychometrika 10.

    Examples
    --------
    >>> items = pd.DataFrame({"a": [1, 2, 3, 4, 5, 3], "b": [1, 3, 3, 4, 4, 2]})
    >>> round(guttman_lambda6(items).estimate, 3)
    0.847
    """
    full = complete_items(items, 2)
    n, k = full.shape
    together = np.corrcoef(full, rowvar=False)
    must(
        bool(np.linalg.matrix_rank(together) == k),
        "an item is the sum of others, so they predict it exactly; leave one out.",
        EstimateError,
    )
    left = 1 / np.diag(np.linalg.inv(together))
    value = float(1 - left.sum() / together.sum())
    plain = Estimate("lambda 6", "lambda6", "", value, nan, nan, nan, nan, nan, nan)
    return replace(
        plain,
        n=n,
        n_missing=len(items) - n,
        unit="reliability",
        convention=f"Guttman's lambda 6 on the correlations of {k} items, complete answers only",
    )


def pairwise_alpha(items: pd.DataFrame, *, conf_level: float = 0.95) -> Estimate:
    """Return Cronbach's alpha from all pairs of answers, so that a skipped item costs little.

    Parameters
    ----------
    items : pandas.DataFrame
        Respondents by items, reversed items turned; missing answers allowed.
    conf_level : float
        Level of the interval.

    Returns
    -------
    Estimate
        ``n`` is the smallest number of people behind any pair of items, on which Feldt's
        interval rests too. `revlab.inference.reliability.cronbach_alpha` takes complete answers.

    Raises
    ------
    EstimateError
        With fewer than two items, a pair that fewer than three people answered, or items that
        do not vary or cancel out.

    Examples
    --------
    >>> items = pd.DataFrame({"a": [1, 2, 3, 4, 5, 3, 2], "b": [1, 3, 3, 4, 4, None, 3]})
    >>> round(pairwise_alpha(items).estimate, 3), pairwise_alpha(items).n
    (0.964, 6)
    """
    check_conf_level(conf_level)
    k = items.shape[1]
    must(k >= 2, f"this needs at least 2 items; got {k}.", EstimateError)
    values = items.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    there = (~np.isnan(values)).astype(int)
    n = int((there.T @ there).min())
    must(n >= 3, f"two of the items were answered together by {n} people only.", EstimateError)
    covariance = pd.DataFrame(values).cov().to_numpy()
    flat = [str(name) for name, own in zip(items, np.diag(covariance), strict=True) if own <= 0]
    must(not flat, f"everybody gave the same answer to {', '.join(flat)}.", EstimateError)
    total = float(covariance.sum())
    must(total > 1e-12, "the items cancel out; check which are reversed.", EstimateError)
    value = k / (k - 1) * (1 - float(np.trace(covariance)) / total)
    df1, df2, tail = n - 1.0, (n - 1.0) * (k - 1.0), (1 - conf_level) / 2
    low, high = (1 - (1 - value) * float(fdtri(df1, df2, share)) for share in (1 - tail, tail))
    plain = Estimate("alpha", "pairwise_alpha", "", value, nan, nan, nan, nan, low, high)
    return replace(
        plain,
        conf_level=conf_level,
        n=n,
        n_missing=len(items) - n,
        unit="reliability",
        convention=f"Cronbach's raw alpha of {k} items from pairwise covariances, Feldt interval "
        "with the fewest people of any pair",
        note=_note(value),
    )


def _note(value: float) -> str:
    if value < 0:
        return "negative: check which items are reversed"
    return "above 1: too few people answered both of some pair of items" if value > 1 else ""
