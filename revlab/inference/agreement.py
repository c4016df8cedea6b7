"""Agreement of two raters or coders, and of the members of a team."""

from dataclasses import replace
from math import nan

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from revlab.errors import EstimateError, must, one_of
from revlab.inference.columns import group_codes
from revlab.inference.estimate import Estimate, check_conf_level

__all__ = ["kappa", "within_group_agreement"]

_PERFECT = "full agreement: the large-sample interval has no width, which says too much"
_WEIGHTS = {"none": None, "linear": "linear", "quadratic": "quadratic"}


def kappa(
    first: ArrayLike, second: ArrayLike, *, weights: str = "quadratic", conf_level: float = 0.95
) -> Estimate:
    """Return Cohen's kappa: agreement of two raters beyond what chance would give.

    Parameters
    ----------
    first, second : array of shape (n,)
        The categories that each rater gave to the same things. For weighted kappa they must be
        whole numbers in order. NaN is left out and counted.
    weights : {"none", "linear", "quadratic"}
        How much a near miss counts; "none" for themes without an order.
    conf_level : float
        Level of the interval, from the large-sample standard error.

    Returns
    -------
    Estimate

    Raises
    ------
    EstimateError
        If nothing is rated twice or one of the raters used a single category throughout.

    References
    ----------
    Cohen (1960), Educational and Psychological Measurement 20; Fleiss, Cohen & Everitt (1969),
    Psychological Bulletin 72; computed by ``statsmodels.stats.inter_rater``.

    Examples
    --------
    >>> x, y = [1, 2, 3, 4, 5, 3, 2, 4, 5, 1, 2, 3], [1, 2, 4, 4, 5, 2, 2, 5, 5, 1, 3, 3]
    >>> round(kappa(x, y).estimate, 4), round(kappa(x, y, weights="none").estimate, 4)
    (0.9134, 0.5826)
    """
    from scipy.special import ndtri
    from statsmodels.stats.inter_rater import cohens_kappa

    one_of("weights", weights, _WEIGHTS)
    check_conf_level(conf_level)
    table, missing = _counts(first, second, ordered=weights != "none")
    n = int(table.sum())
    found = cohens_kappa(table, wt=_WEIGHTS[weights])
    half = float(ndtri((1 + conf_level) / 2) * found.std_kappa)
    value = float(found.kappa)
    plain = Estimate(
        "agreement (kappa)", "kappa", "", value, float(found.std_kappa), nan, nan, nan,
        value - half, min(value + half, 1.0),
    )  # fmt: skip
    return replace(
        plain,
        conf_level=conf_level,
        n=n,
        n_missing=missing,
        unit="kappa",
        convention=f"Cohen's kappa, weights: {weights}, large-sample interval",
        note=_PERFECT if value == 1 else "",
    )


def _counts(
    first: ArrayLike, second: ArrayLike, *, ordered: bool
) -> tuple[NDArray[np.float64], int]:
    one, two = pd.Series(np.asarray(first)), pd.Series(np.asarray(second))
    must(len(one) == len(two), "the two raters must have rated the same things.", EstimateError)
    there = one.notna() & two.notna()
    n = int(there.sum())
    must(n >= 2, f"kappa needs two things rated by both; there are {n}.", EstimateError)
    one, two = one[there], two[there]
    labels = np.unique(np.concatenate([one.to_numpy(), two.to_numpy()]))
    if ordered:
        must(
            bool(np.issubdtype(labels.dtype, np.number)) and bool((labels == labels.round()).all()),
            "weighted kappa needs categories that are whole numbers in order; use weights='none' "
            "for themes.",
            EstimateError,
        )
        labels = np.arange(labels.min(), labels.max() + 1)
    must(
        one.nunique() > 1 and two.nunique() > 1,
        "one of the raters used a single category throughout, so chance agreement explains all; "
        "show the table of counts instead.",
        EstimateError,
    )
    table = np.zeros((len(labels), len(labels)))
    np.add.at(table, (np.searchsorted(labels, one), np.searchsorted(labels, two)), 1)
    return table, int((~there).sum())


def within_group_agreement(
    items: pd.DataFrame, group: ArrayLike, *, low: int, high: int
) -> pd.DataFrame:
    """Return rwg(j): how much the members of each group agree on a set of items.

    Parameters
    ----------
    items : pandas.DataFrame of shape (n, j)
        Answers on one scale; rows with a missing answer are left out.
    group : array of shape (n,)
        Team, pool or site.
    low, high : int
        Ends of the scale; answers at random would be uniform over it.

    Returns
    -------
    pandas.DataFrame
        One row per group with two members or more: group, n, agreement. 1 is full agreement;
        less agreement than random answers counts as none.

    Raises
    ------
    EstimateError
        If the scale is empty, an answer is outside it, a group label is missing, or no group
        has two members.

    References
    ----------
    James, Demaree & Wolf (1984), Journal of Applied Psychology 69.

    Examples
    --------
    >>> answers = pd.DataFrame({"a": [4, 4, 1, 5], "b": [4, 5, 5, 1]})
    >>> within_group_agreement(answers, ["x", "x", "y", "y"], low=1, high=5).round(3).to_numpy()
    array([['x', 2, 0.933],
           ['y', 2, 0.0]], dtype=object)
    """
    must(high > low, f"the scale must end above {low}; got {high}.", EstimateError)
    labels = np.asarray(group)
    group_codes(labels, len(items))
    full = items.notna().all(axis=1).to_numpy()
    given = items[full].astype(float)
    outside = int(((given < low) | (given > high)).to_numpy().sum())
    must(
        outside == 0,
        f"{outside} answers are outside the scale from {low} to {high}; correct them or the scale.",
        EstimateError,
    )
    random = ((high - low + 1) ** 2 - 1) / 12
    rows = []
    for name, answers in given.groupby(labels[full]):
        n, j = answers.shape
        if n < 2:
            continue
        share = min(float(answers.var(ddof=1).mean()) / random, 1.0)
        rows.append((name, n, j * (1 - share) / (j * (1 - share) + share)))
    must(bool(rows), "no group has two members who answered every item.", EstimateError)
    return pd.DataFrame(rows, columns=["group", "n", "agreement"])
