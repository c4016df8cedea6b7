"""The four-fifths rule with what the numbers can bear: the impact ratio and its exact interval."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.errors import PairingError, must
from revlab.pairing.disparity import CANNOT_JUDGE, disparity, exact_interval
from revlab.pairing.matching import Matching
from revlab.people.cohort import Cohort

__all__ = ["impact_ratio", "ratio_interval"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
_FOUR_FIFTHS = 0.8


def ratio_interval(
    successes: Counts, n: Counts, *, conf_level: float = 0.95
) -> tuple[Floats, Floats]:
    """Return the exact interval of each group's share over the highest share of all groups.

    The highest *true* share is meant, not that of the group which happens to have the highest
    share in the data, so choosing the group to compare with by the data does no harm. The limits
    are quotients of one-sided Clopper-Pearson limits. Each end errs with at most half the
    probability that ``conf_level`` leaves, at any n: at the lower end two of these limits must
    hold at once, the group's own and that of the truly best group; at the upper end the group's
    own and that of every other group (independent groups: Sidak 1967). The interval is
    therefore conservative.

    Parameters
    ----------
    successes, n : array of int, shape (n_groups,)
        Counts of two groups or more; ``n`` above zero.
    conf_level : float
        Between 0 and 1.

    Returns
    -------
    low, high : array of float
        Between 0 and 1.

    Raises
    ------
    PairingError
        If there is one group only, or ``conf_level`` is not between 0 and 1.

    References
    ----------
    Clopper and Pearson 1934, Biometrika 26:404-413. Sidak 1967, Rectangular confidence regions
    for the means of multivariate normal distributions, JASA 62:626-633.

    Examples
    --------
    >>> low, high = ratio_interval(np.array([40, 20]), np.array([50, 50]))
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([1.0, 0.272], [1.0, 0.882])
    """
    must(len(n) >= 2, f"a ratio needs two groups; got {len(n)}.", PairingError)
    message = f"`conf_level` must be between 0 and 1; got {conf_level}."
    must(0 < conf_level < 1, message, PairingError)
    each_end = (1 + conf_level) / 2
    ends = []
    for limits in (2, len(n)):
        tail = 1 - each_end ** (1 / limits)
        ends.append(exact_interval(successes, n, conf_level=1 - 2 * tail))
    (low_own, high_own), (low_all, high_all) = ends
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.minimum(1.0, low_own / _of_others(high_own))
        high = np.fmin(1.0, high_all / _of_others(low_all))
    return low, high


def _of_others(values: Floats) -> Floats:
    """Return for each group the largest value of the other groups."""
    table = np.where(np.eye(len(values), dtype=bool), -np.inf, values)
    largest: Floats = table.max(axis=1)
    return largest


def impact_ratio(
    cohort: Cohort,
    matching: Matching,
    column: str,
    *,
    smallest: int = 10,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Return which share of each group has a dyad, and what can be said about the four fifths.

    Parameters
    ----------
    cohort, matching, column, smallest, conf_level
        As for `disparity`.

    Returns
    -------
    pandas.DataFrame
        The columns of `disparity` and ``ratio_low, ratio_high, ratio_verdict``: the interval of
        the group's share over the highest share of the groups that can be judged (see
        `ratio_interval`), as if each person had been paired or not by chance with the
        probability of their group. ``ratio_verdict`` is "below four fifths" if the whole
        interval is, "four fifths or more" if the whole interval is, and else "cannot judge":
        so few people bear out neither. The interval is missing where a group cannot be judged.

    Raises
    ------
    OptionError
        If there is no such column, or it holds lists or years of tenure.
    PairingError
        If ``smallest`` is less than one or ``conf_level`` not between 0 and 1.

    References
    ----------
    29 CFR 1607.4 D, US Uniform Guidelines on Employee Selection Procedures 1978 (the rule, and
    that small numbers may bear out no finding).

    Examples
    --------
    >>> from revlab.pairing.policies import pair
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 1, 4]}, index=["ana", "bo", "cy"])
    >>> cohort = Cohort(people[:2], people[2:])
    >>> table = impact_ratio(cohort, pair(cohort, policy="optimal", seed=1), "unit")
    >>> table["ratio_verdict"].tolist()
    ['cannot judge', 'cannot judge']
    """
    table = disparity(cohort, matching, column, smallest=smallest, conf_level=conf_level)
    ends = np.full((len(table), 2), np.nan)
    for side in ("mentor", "mentee"):
        rows = np.flatnonzero((table["side"] == side) & table["impact_ratio"].notna())
        if len(rows):
            n, made = (table[name].to_numpy(int)[rows] for name in ("n", "n_matched"))
            ends[rows] = np.column_stack(ratio_interval(made, n, conf_level=conf_level))
    low, high = ends.T
    surely = [high < _FOUR_FIFTHS, low >= _FOUR_FIFTHS]
    words = np.select(surely, ["below four fifths", "four fifths or more"], CANNOT_JUDGE)
    return table.assign(ratio_low=low, ratio_high=high, ratio_verdict=words)
