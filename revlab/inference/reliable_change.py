"""Reliable change: how far a single person's score must move to be more than noise."""

from math import sqrt

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from revlab.errors import EstimateError, must
from revlab.inference.rates import wilson

__all__ = ["reliable_change", "reliable_change_limit"]


def reliable_change_limit(spread: float, reliability: float, *, multiple: float = 1.96) -> float:
    """Return the change beyond which measurement error is an unlikely explanation.

    Parameters
    ----------
    spread : float
        Standard deviation of the first scores, in points.
    reliability : float
        Of a score, 0 to below 1, for instance alpha.
    multiple : float
        Standard errors of a difference; 1.96 leaves 5% of people who did not change outside.

    Returns
    -------
    float
        In points: ``multiple * sqrt(2) * spread * sqrt(1 - reliability)``.

    Raises
    ------
    EstimateError
        If the spread is not positive or the reliability no share below one.

    References
    ----------
    Jacobson & Truax (1991), Journal of Consulting and Clinical Psychology 59.

    Examples
    --------
    >>> round(reliable_change_limit(0.8, 0.75), 3)
    1.109
    """
    must(spread > 0, f"`spread` must be above zero; got {spread}.", EstimateError)
    must(
        0 <= reliability < 1,
        f"`reliability` must be from 0 to below 1; got {reliability}.",
        EstimateError,
    )
    return multiple * sqrt(2.0) * spread * sqrt(1 - reliability)


def reliable_change(pre: ArrayLike, post: ArrayLike, *, reliability: float) -> pd.DataFrame:
    """Count the people whose score rose or fell reliably.

    Parameters
    ----------
    pre, post : array of shape (n,)
        Scores in one order; NaN is missing.
    reliability : float
        Of a score, 0 to below 1.

    Returns
    -------
    pandas.DataFrame
        Rows "rose", "no reliable change", "fell": change, n, of, share, conf_low, conf_high
        (Wilson), limit (points), n_missing.

    Raises
    ------
    EstimateError
        As `reliable_change_limit`, or with fewer than two complete people.

    Examples
    --------
    >>> reliable_change([1.0, 2, 3, 2], [4.0, 2, 3, 2.5], reliability=0.8)["n"].tolist()
    [1, 3, 0]
    """
    before, after = np.asarray(pre, dtype=float), np.asarray(post, dtype=float)
    must(before.shape == after.shape, "`pre` and `post` must be of one length.", EstimateError)
    there = np.isfinite(before) & np.isfinite(after)
    n = int(there.sum())
    must(n >= 2, f"reliable change needs two people with both scores; got {n}.", EstimateError)
    limit = reliable_change_limit(float(before[there].std(ddof=1)), reliability)
    change = (after - before)[there]
    counts = {
        "rose": int((change > limit).sum()),
        "no reliable change": int((np.abs(change) <= limit).sum()),
        "fell": int((change < -limit).sum()),
    }
    rows = []
    for name, count in counts.items():
        share = wilson(count, n)
        rows.append(
            (name, count, n, share.share, share.conf_low, share.conf_high, limit, len(there) - n)
        )
    columns = ["change", "n", "of", "share", "conf_low", "conf_high", "limit", "n_missing"]
    return pd.DataFrame(rows, columns=columns)
