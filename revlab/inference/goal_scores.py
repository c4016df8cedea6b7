"""Goal attainment scaling: the T-score of a set of goals, and of every dyad."""

from math import nan, sqrt

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from revlab.errors import EstimateError, must, one_of

__all__ = ["LIKENESS", "attainment_t", "goal_scores"]

_LEVELS = (-2, -1, 0, 1, 2)
_WHOSE = ("all", "mentor", "mentee")

LIKENESS = 0.3
"""Correlation of two goals of one dyad that the T-score takes for granted."""


def attainment_t(
    attainment: ArrayLike, weight: ArrayLike | None = None, *, likeness: float = LIKENESS
) -> float:
    """Return the T-score of a set of goals: 50 if all were reached as expected.

    Parameters
    ----------
    attainment : array of shape (n_goals,)
        -2 (much less than expected) to 2 (much more); NaN is left out.
    weight : array of shape (n_goals,), optional
        How much each counts, above 0; all the same if left out.
    likeness : float
        Correlation of two goals that the score takes for granted, 0 to 1.

    Returns
    -------
    float
        ``50 + 10 sum(w x) / sqrt((1 - r) sum(w^2) + r sum(w)^2)``; NaN if no goal was judged.
        With a standard deviation of 1 for each goal, its own is 10.

    Raises
    ------
    EstimateError
        If attainment is not one of the five levels, a weight is not above 0, or the likeness is
        no share.

    References
    ----------
    Kiresuk & Sherman (1968), Community Mental Health Journal 4:443-453.

    Examples
    --------
    >>> round(attainment_t([1, 1, 0]), 2)
    59.13
    """
    x = np.asarray(attainment, dtype=float)
    w = np.ones(x.shape) if weight is None else np.asarray(weight, dtype=float)
    must(x.ndim == 1 and w.shape == x.shape, "give one weight per goal.", EstimateError)
    must(0 <= likeness <= 1, f"`likeness` must be 0 to 1; got {likeness:g}.", EstimateError)
    judged = ~np.isnan(x)
    x, w = x[judged], w[judged]
    levels = bool(np.isin(x, _LEVELS).all())
    must(levels, "attainment must be -2, -1, 0, 1 or 2.", EstimateError)
    must(bool((w > 0).all()), "every weight must be above 0.", EstimateError)
    if not x.size:
        return nan
    spread = (1 - likeness) * float(w @ w) + likeness * float(w.sum()) ** 2
    return 50 + 10 * float(w @ x) / sqrt(spread)


def goal_scores(goals: pd.DataFrame, *, whose: str = "all") -> pd.DataFrame:
    """Return the T-score of every dyad.

    Parameters
    ----------
    goals : pandas.DataFrame
        One row per goal: dyad_id, role (whose goal: mentor, mentee or both), weight (missing = 1),
        attainment (missing = not judged).
    whose : {"all", "mentor", "mentee"}
        Which goals: all of the dyad, or those of one side alone.

    Returns
    -------
    pandas.DataFrame
        dyad_id, goals, judged, score (T, NaN if none was judged); dyads without such a goal are
        left out.

    Raises
    ------
    EstimateError
        As `attainment_t`.

    Examples
    --------
    >>> goals = pd.DataFrame({"dyad_id": ["a", "a"], "role": "both", "weight": None,
    ...     "attainment": [0, 0]})
    >>> goal_scores(goals)["score"].tolist()
    [50.0]
    """
    one_of("whose", whose, _WHOSE)
    rows = goals if whose == "all" else goals[goals["role"] == whose]
    found = []
    for dyad, own in rows.groupby("dyad_id", sort=False):
        reached = own["attainment"].astype("Float64").to_numpy(dtype=float, na_value=nan)
        weight = own["weight"].astype("Float64").to_numpy(dtype=float, na_value=1.0)
        judged = int((~np.isnan(reached)).sum())
        found.append((dyad, len(own), judged, attainment_t(reached, weight)))
    return pd.DataFrame(found, columns=["dyad_id", "goals", "judged", "score"])
