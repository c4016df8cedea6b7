"""The judge of groups: is a group left over more often than another."""

import numpy as np
import pandas as pd
from scipy.stats import beta

from revlab.errors import PairingError, must, one_of
from revlab.pairing.matching import Matching
from revlab.people.cohort import LIST_COLUMNS, Cohort

__all__ = ["CANNOT_JUDGE", "disparity", "exact_interval"]

CANNOT_JUDGE = "cannot judge"
"""The verdict on a group that is too small, or has no other group to be compared with."""

_NOT_STATED = "not stated"
_FOUR_FIFTHS = 0.8


def exact_interval(
    successes: np.ndarray, n: np.ndarray, *, conf_level: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """Return the Clopper-Pearson interval of shares.

    It covers the true share with at least the stated probability at any n (Clopper and Pearson
    1934, Biometrika 26:404-413).

    Parameters
    ----------
    successes, n : array of int
        Counts; ``n`` above zero.
    conf_level : float
        Between 0 and 1.

    Returns
    -------
    low, high : array of float

    Raises
    ------
    PairingError
        If ``conf_level`` is not between 0 and 1.

    Examples
    --------
    >>> low, high = exact_interval(np.array([0, 8]), np.array([10, 10]))
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.0, 0.4439], [0.3085, 0.9748])
    """
    message = f"`conf_level` must be between 0 and 1; got {conf_level}."
    must(0 < conf_level < 1, message, PairingError)
    tail, failures = (1 - conf_level) / 2, n - successes
    # The ends at no success and no failure are exact; beta has no such shape.
    low = np.where(successes > 0, beta.ppf(tail, np.maximum(successes, 1), failures + 1), 0.0)
    high = np.where(failures > 0, beta.isf(tail, successes + 1, np.maximum(failures, 1)), 1.0)
    return low, high


def disparity(
    cohort: Cohort,
    matching: Matching,
    column: str,
    *,
    smallest: int = 10,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Return which share of each group has a dyad, with exact intervals.

    Parameters
    ----------
    cohort : Cohort
        The people.
    matching : Matching
        The matching; people of the cohort who are not in it are not counted.
    column : str
        What makes the groups: a column of the person tables such as "unit" or "grade", or a
        self-declared one.
    smallest : int
        A group of fewer people is not judged.
    conf_level : float
        Level of the interval of the share.

    Returns
    -------
    pandas.DataFrame
        ``side, group, n, n_matched, share, conf_low, conf_high, impact_ratio, verdict``, by side
        and group. ``impact_ratio`` is the share over the highest share of a group that can be
        judged, NaN where it cannot. The verdict is "below four fifths" or "four fifths or more"
        (the rule of thumb of the US Uniform Guidelines, 29 CFR 1607.4 D), or "cannot judge".
        People without a value are listed as "not stated" and not judged. Who holds such a table
        must still hide small groups before showing it.

    Raises
    ------
    OptionError
        If there is no such column, or it holds lists or years of tenure.
    PairingError
        If ``smallest`` is less than one.

    Examples
    --------
    >>> from revlab.pairing.policies import pair
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 1, 4]}, index=["ana", "bo", "cy"])
    >>> cohort = Cohort(people[:2], people[2:])
    >>> table = disparity(cohort, pair(cohort, policy="optimal", seed=1), "unit")
    >>> table[["side", "group", "n", "n_matched", "verdict"]].values.tolist()
    [['mentor', 'IT', 2, 1, 'cannot judge'], ['mentee', 'IT', 1, 1, 'cannot judge']]
    """
    options = [name for name in cohort.mentees if name not in (*LIST_COLUMNS, "tenure")]
    one_of("column", column, options)
    must(smallest >= 1, f"`smallest` must be at least 1; got {smallest}.", PairingError)
    frames = []
    for side in ("mentor", "mentee"):
        people = cohort.mentors if side == "mentor" else cohort.mentees
        paired = people.index.isin(matching.dyads[f"{side}_id"])
        known = paired | people.index.isin(getattr(matching, f"unmatched_{side}s")["person_id"])
        group = people[column].astype(object).where(people[column].notna(), _NOT_STATED)
        rows = pd.DataFrame({"group": group, "paired": paired})[known]
        counts = rows.groupby("group", sort=True)["paired"].agg(n="size", n_matched="sum")
        frames.append(_judged(counts.reset_index(), smallest, conf_level).assign(side=side))
    table = pd.concat(frames, ignore_index=True)
    return table[["side", *[name for name in table if name != "side"]]]


def _judged(counts: pd.DataFrame, smallest: int, conf_level: float) -> pd.DataFrame:
    n, matched = counts["n"].to_numpy(int), counts["n_matched"].to_numpy(int)
    share = matched / n
    low, high = exact_interval(matched, n, conf_level=conf_level)
    fit = (n >= smallest) & (counts["group"] != _NOT_STATED).to_numpy()
    best = share[fit].max() if fit.any() else np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = share / best
    words = np.where(ratio < _FOUR_FIFTHS, "below four fifths", "four fifths or more")
    comparable = fit & (fit.sum() >= 2) & np.isfinite(ratio)
    return counts.assign(
        group=counts["group"].astype(str),
        share=share,
        conf_low=low,
        conf_high=high,
        impact_ratio=np.where(comparable, ratio, np.nan),
        verdict=np.where(comparable, words, CANNOT_JUDGE),
    )
