"""Wilcoxon's signed-rank test of a change, with its convention stated."""

from dataclasses import replace
from math import nan

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr
from scipy.stats import rankdata

from revlab.errors import EstimateError, must, one_of
from revlab.inference.estimate import Estimate, check_conf_level
from revlab.inference.two_sample import complete

__all__ = ["P_VALUES", "ZEROS", "signed_rank_test"]

Floats = NDArray[np.float64]
P_VALUES = ("exact", "normal", "normal_corrected")
"""All sign patterns; the normal distribution; that with a continuity correction of one half."""

ZEROS = ("dropped", "pratt")
"""Changes of zero leave before ranks are given, or after (Pratt)."""

_MOST = 1_000


def signed_rank_test(
    differences: ArrayLike,
    *,
    p_value: str = "exact",
    zeros: str = "dropped",
    conf_level: float = 0.95,
) -> Estimate:
    """Test a change of zero by the ranks of its sizes.

    Parameters
    ----------
    differences : array of shape (n,)
        Last minus first score of each person, in points; NaN is missing.
    p_value : {"exact", "normal", "normal_corrected"}
        Exact counts every pattern of signs, given the ranks, so ties are no trouble. The
        others are the large-sample test, with a variance that allows for ties.
    zeros : {"dropped", "pratt"}
        Whether changes of zero leave before or after ranks are given.
    conf_level : float
        Level of the interval.

    Returns
    -------
    Estimate
        ``estimate`` is the median of all averages of two changes (Hodges & Lehmann), with its
        rank interval, which takes changes as untied; ``statistic`` is V, the sum of the ranks
        of the changes above zero, for "exact", else z.

    Raises
    ------
    EstimateError
        If every change is zero, or there are more than 1,000 of them.

    References
    ----------
    Wilcoxon (1945), Biometrics Bulletin 1; Pratt (1959), Journal of the American Statistical
    Association 54; Streitberg & Röhmel (1986), Statistical Software Newsletter 12, for the exact
    distribution with ties; Hodges & Lehmann (1963), Annals of Mathematical Statistics 34.

    Examples
    --------
    >>> signed_rank_test([1.0, 2, 3, 4, 5, -0.5]).p_value == 4 / 64
    True
    """
    one_of("p_value", p_value, P_VALUES)
    one_of("zeros", zeros, ZEROS)
    check_conf_level(conf_level)
    d, n_missing = complete(differences, "the change")
    must(len(d) <= _MOST, f"the signed-rank test takes up to {_MOST:,} changes.", EstimateError)
    moved = d != 0
    must(bool(moved.any()), "every change is zero; there is nothing to test.", EstimateError)
    ranks = np.zeros(len(d))
    if zeros == "dropped":
        ranks[moved] = rankdata(np.abs(d[moved]))
    else:
        ranks = np.where(moved, rankdata(np.abs(d)), 0.0)
    positive = float(ranks[d > 0].sum())
    if p_value == "exact":
        statistic, p = positive, _exact(ranks[moved], positive)
    else:
        half = 0.5 if p_value == "normal_corrected" else 0.0
        gap = positive - float(ranks.sum()) / 2
        statistic = np.sign(gap) * max(abs(gap) - half, 0.0) / np.sqrt((ranks**2).sum() / 4)
        p = 2 * ndtr(-abs(statistic))
    low, middle, high = _shift(d, (1 - conf_level) / 2)
    plain = Estimate(
        "pseudomedian of the change", "signed_rank", "post - pre", middle, nan, nan,
        float(statistic), float(p), low, high,
    )  # fmt: skip
    words = {"exact": "exact given the ranks", "normal": "normal approximation"}
    said = words.get(p_value, "normal approximation with continuity correction")
    return replace(
        plain,
        conf_level=conf_level,
        n=len(d),
        n_missing=n_missing,
        unit="points",
        convention=f"Wilcoxon signed-rank test, mid-ranks, {int((~moved).sum())} zeros {zeros}, "
        f"p-value: {said}; interval from the ranks of averages of two changes",
        note="" if np.isfinite(low) else "too few changes to bound the shift at this level",
    )


def _exact(ranks: Floats, positive: float) -> float:
    """Return the two-sided p-value over all sign patterns, by adding one rank at a time."""
    doubled = np.rint(2 * ranks).astype(int)  # mid-ranks are halves
    chance = np.zeros(int(doubled.sum()) + 1)
    chance[0] = 1.0
    for rank in doubled:
        moved = np.zeros_like(chance)
        moved[rank:] = chance[: len(chance) - rank]
        chance = (chance + moved) / 2
    at = round(2 * positive)
    return min(1.0, 2 * min(float(chance[: at + 1].sum()), float(chance[at:].sum())))


def _shift(d: Floats, tail: float) -> tuple[float, float, float]:
    rows, columns = np.triu_indices(len(d))
    averages = np.sort((d[rows] + d[columns]) / 2)
    chance = np.ones(1)
    for rank in range(1, len(d) + 1):
        chance = (np.pad(chance, (0, rank)) + np.pad(chance, (rank, 0))) / 2
    below = np.cumsum(chance)
    # The smallest V whose lower tail is not below the level; fewer changes give no bound.
    kept = int(np.searchsorted(below, tail))
    middle = float(np.median(averages))
    if kept == 0:
        return -np.inf, middle, np.inf
    return float(averages[kept - 1]), middle, float(averages[-kept])
