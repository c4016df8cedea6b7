"""Intraclass correlations: how alike the answers about one person, mentor or session are."""

from dataclasses import replace
from math import nan

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import fdtri

from revlab.errors import EstimateError, must, one_of
from revlab.inference.columns import group_codes
from revlab.inference.estimate import Estimate, check_conf_level

__all__ = ["FORMS", "group_icc", "icc"]

Floats = NDArray[np.float64]
FORMS = ("ICC(1,1)", "ICC(A,1)", "ICC(C,1)", "ICC(1,k)", "ICC(A,k)", "ICC(C,k)")
"""Shrout and Fleiss' ICC1, ICC2, ICC3 and their means over k, in McGraw and Wong's names."""


def icc(ratings: ArrayLike, *, form: str = "ICC(A,1)", conf_level: float = 0.95) -> Estimate:
    """Return an intraclass correlation of a table of ratings.

    Parameters
    ----------
    ratings : array of shape (n_targets, k_raters)
        For instance one row per session and the columns mentor and mentee. Rows with a missing
        value are left out and counted.
    form : {"ICC(1,1)", "ICC(A,1)", "ICC(C,1)", "ICC(1,k)", "ICC(A,k)", "ICC(C,k)"}
        1: every target has its own raters; A: absolute agreement, so that a rater who is
        always a point higher disagrees; C: consistency, where such a shift does not count.
        ",1" is for one rater, ",k" for the mean of all. Values may be negative.
    conf_level : float
        Level of the interval, from the F distribution (Satterthwaite's for absolute agreement).

    Returns
    -------
    Estimate

    Raises
    ------
    EstimateError
        With fewer than two complete rows, one rater, or ratings that do not vary.

    References
    ----------
    Shrout & Fleiss (1979), Psychological Bulletin 86; McGraw & Wong (1996), Psychological
    Methods 1.

    Examples
    --------
    >>> raters = [[9, 6, 8, 7, 10, 6], [2, 1, 4, 1, 5, 2], [5, 3, 6, 2, 6, 4], [8, 2, 8, 6, 9, 7]]
    >>> icc(np.transpose(raters), form="ICC(A,1)")
    intraclass correlation ICC(A,1): 0.290 [95% CI 0.019, 0.761], icc, n = 6
    """
    one_of("form", form, FORMS)
    check_conf_level(conf_level)
    table = np.asarray(ratings, dtype=float)
    must(
        table.ndim == 2 and table.shape[1] >= 2,
        f"`ratings` needs one row per target and a column per rater; got shape {table.shape}.",
        EstimateError,
    )
    full = table[np.isfinite(table).all(axis=1)]
    n, k = full.shape
    must(
        n >= 2, f"an intraclass correlation needs two complete rows; there are {n}.", EstimateError
    )
    value, low, high = _bounds(full, form, (1 - conf_level) / 2)
    return Estimate(
        estimand=f"intraclass correlation {form}",
        estimator="icc",
        contrast="",
        estimate=value,
        std_error=nan,
        df=nan,
        statistic=nan,
        p_value=nan,
        conf_low=low,
        conf_high=high,
        conf_level=conf_level,
        n=n,
        n_missing=len(table) - n,
        unit="correlation",
        convention=f"mean squares of {n} targets by {k} raters, interval from the F distribution",
    )


def _bounds(table: Floats, form: str, tail: float) -> tuple[float, float, float]:
    n, k = table.shape
    rows, columns = table.mean(axis=1), table.mean(axis=0)
    between = k * rows.var(ddof=1)
    raters = n * columns.var(ddof=1)
    within = ((table - rows[:, None]) ** 2).sum() / (n * (k - 1))
    noise = ((table - rows[:, None] - columns + table.mean()) ** 2).sum() / ((n - 1) * (k - 1))
    must(
        within > 0 and noise > 0,
        "the raters agree on everything, or differ by the same amount on everything, so there is "
        "no noise to compare with; show the table.",
        EstimateError,
    )
    if "A" in form:
        value = (between - noise) / (between + (k - 1) * noise + k * (raters - noise) / n)
        low, high = _agreement_bounds(value, between, raters, noise, (n, k), tail)
    else:
        # Without rater effects the two forms differ in what counts as noise and its df.
        error, df = (within, n * (k - 1)) if "1," in form else (noise, (n - 1) * (k - 1))
        ratio = between / error
        value = (ratio - 1) / (ratio + k - 1)
        lower = ratio / fdtri(n - 1, df, 1 - tail)
        upper = ratio * fdtri(df, n - 1, 1 - tail)
        low, high = ((f - 1) / (f + k - 1) for f in (lower, upper))
    if form.endswith(",k)"):
        # Spearman and Brown's formula carries a single rating over to the mean of k.
        value, low, high = (k * x / (1 + (k - 1) * x) for x in (value, low, high))
    return float(value), float(low), float(high)


def _agreement_bounds(
    value: float, between: float, raters: float, noise: float, size: tuple[int, int], tail: float
) -> tuple[float, float]:
    n, k = size
    share = k * value * (raters / noise) + n * (1 + (k - 1) * value) - k * value
    spread = (k * value * (raters / noise)) ** 2 / (k - 1)
    spread += (n * (1 + (k - 1) * value) - k * value) ** 2 / ((n - 1) * (k - 1))
    df = share**2 / spread
    lower, upper = fdtri(n - 1, df, 1 - tail), fdtri(df, n - 1, 1 - tail)
    rest = k * raters + (k * n - k - n) * noise
    low = n * (between - lower * noise) / (lower * rest + n * between)
    high = n * (upper * between - noise) / (rest + n * upper * between)
    return low, high


def group_icc(
    outcome: ArrayLike, group: ArrayLike, *, of: str = "one", conf_level: float = 0.95
) -> Estimate:
    """Return how alike the rows of one group are, from the analysis of variance.

    Parameters
    ----------
    outcome : array of shape (n,)
        One value per row, for instance per mentee; NaN is left out and counted.
    group : array of shape (n,)
        For instance the mentor, or the dyad. Groups may differ in size.
    of : {"one", "mean"}
        Correlation of two rows of a group, ICC(1), or reliability of a group's mean, ICC(2).
    conf_level : float
        Level of the interval.

    Returns
    -------
    Estimate
        ICC(1) may be negative down to -1 / (size - 1). With dyads it is the pairwise
        correlation of members whose roles do not matter.

    Raises
    ------
    EstimateError
        If there are fewer than two groups or no group has two rows.

    Notes
    -----
    The usual estimator takes the mean group size (Bliese 2000). The interval is that of equal
    groups (Searle 1971) and approximate otherwise.

    References
    ----------
    Bliese (2000), in Klein & Kozlowski, Multilevel Theory, Research and Methods in
    Organizations; Kenny, Kashy & Cook (2006), chapter 2.

    Examples
    --------
    >>> round(group_icc([1, 2, 4, 5, 3, 3], ["a", "a", "b", "b", "c", "c"]).estimate, 3)
    0.862
    """
    one_of("of", of, ("one", "mean"))
    check_conf_level(conf_level)
    y = np.asarray(outcome, dtype=float)
    must(y.ndim == 1, f"`outcome` must be one column; got shape {y.shape}.", EstimateError)
    labels, there = group_codes(group, len(y)), np.isfinite(y)
    codes = np.unique(labels[there], return_inverse=True)[1]
    size = np.bincount(codes)
    groups, n = len(size), int(size.sum())
    must(
        groups >= 2 and n > groups,
        f"{n} rows in {groups} groups have no intraclass correlation; at least two groups and "
        "two rows in one of them are needed.",
        EstimateError,
    )
    means = np.bincount(codes, weights=y[there]) / size
    grand = y[there].mean()
    between = (size * (means - grand) ** 2).sum() / (groups - 1)
    within = ((y[there] - means[codes]) ** 2).sum() / (n - groups)
    must(
        within > 0, "the rows of every group are the same, so the correlation is 1.", EstimateError
    )
    k, ratio = n / groups, between / within
    tail = (1 - conf_level) / 2
    df = n - groups
    lower = ratio / fdtri(groups - 1, df, 1 - tail)
    upper = ratio * fdtri(df, groups - 1, 1 - tail)
    single = [(f - 1) / (f + k - 1) for f in (ratio, lower, upper)]
    mean = [1 - 1 / f for f in (ratio, lower, upper)]
    value, low, high = (float(x) for x in (single if of == "one" else mean))
    name = "ICC(1)" if of == "one" else "ICC(2)"
    plain = Estimate(f"{name} within groups", "group_icc", "", value, nan, nan, nan, nan, low, high)
    return replace(
        plain,
        conf_level=conf_level,
        n=n,
        n_missing=int((~there).sum()),
        n_clusters=groups,
        unit="correlation",
        convention=f"analysis of variance over {groups} groups of mean size {k:.3g}, F interval",
    )
