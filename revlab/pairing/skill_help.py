"""What the offers of one side are worth to the needs of the other."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.people.cohort import Cohort

__all__ = ["DIGITS", "SkillHelp", "curve", "help_with_needs", "needs_and_help"]

Floats = NDArray[np.float64]
DIGITS = 9
"""Decimals that are kept of a share."""


@dataclass(frozen=True, eq=False)
class SkillHelp:
    """Who needs what, and what everybody's offers are worth to it.

    Parameters
    ----------
    wanted : array of float, shape (n_learners, n_kinds)
        1 where the learner needs a skill at a level, one column for each such kind of need.
    given : array of float, shape (n_helpers, n_kinds)
        What the helper's offers are worth to each kind of need, 0 to 1.
    offers : array of bool, shape (n_helpers,)
        False for helpers without any offer.
    """

    wanted: Floats
    given: Floats
    offers: NDArray[np.bool_]


def curve(gap: Floats, points: tuple[tuple[float, float], ...]) -> Floats:
    """Return the value of a curve of straight lines, level outside its points.

    Examples
    --------
    >>> curve(np.array([-1.0, 0.5, 9.0]), ((0.0, 0.0), (1.0, 0.6), (2.0, 1.0))).tolist()
    [0.0, 0.3, 1.0]
    """
    x, y = zip(*points, strict=True)
    values: Floats = np.interp(gap, x, y)
    return values


def _levels(cohort: Cohort, people: pd.Index, side: str, names: pd.Index) -> Floats:
    """Return the level of every person (row) and skill (column), NaN without an entry."""
    rows = cohort.skills[cohort.skills["side"].to_numpy() == side]
    person = people.get_indexer(rows["person_id"].astype(str))
    level = rows["level"].to_numpy(float)
    # Of several entries for one skill the last one written stays: the highest assessed one.
    order = np.lexsort((level, (rows["source"] == "assessed").to_numpy()))
    order = order[person[order] >= 0]
    table = np.full((len(people), len(names)), np.nan)
    table[person[order], names.get_indexer(rows["skill_id"])[order]] = level[order]
    return table


def help_with_needs(
    cohort: Cohort,
    learners: pd.Index,
    helpers: pd.Index,
    *,
    points: tuple[tuple[float, float], ...],
    similarity: pd.DataFrame | None = None,
) -> Floats:
    """Return the mean over a learner's needs (rows) of what a helper's offers (columns) give.

    Parameters
    ----------
    cohort : Cohort
        The people.
    learners, helpers : pandas.Index
        Person ids.
    points : tuple of (float, float)
        Levels that the helper is ahead in a skill, and what that is worth, 0 to 1.
    similarity : pandas.DataFrame, optional
        What another skill counts for the one that is needed, 0 to 1, rows and columns being
        skill ids: a need gets the best over all offers of similarity times worth. By default, and
        for skills that are not in it, a skill counts for itself alone.

    Returns
    -------
    array of float, shape (n_learners, n_helpers)
        In [0, 1]; NaN if the learner states no need or the helper no offer.
    """
    helped = needs_and_help(cohort, learners, helpers, points=points, similarity=similarity)
    with np.errstate(invalid="ignore"):
        share = helped.wanted @ helped.given.T / helped.wanted.sum(axis=1, keepdims=True)
    share[:, ~helped.offers] = np.nan
    # A matrix product may round the same sum differently in different rows; equal dyads must
    # be equal to the last bit, or ties would be broken by a person's place in the table.
    rounded: Floats = np.round(share, DIGITS)
    return rounded


def needs_and_help(
    cohort: Cohort,
    learners: pd.Index,
    helpers: pd.Index,
    *,
    points: tuple[tuple[float, float], ...],
    similarity: pd.DataFrame | None = None,
) -> SkillHelp:
    """Return who needs what, and what everybody's offers are worth to it.

    The parameters are those of `help_with_needs`, which puts the two together for all dyads.
    """
    names = pd.Index(cohort.skills["skill_id"].unique())
    need = _levels(cohort, learners, "need", names)
    offer = _levels(cohort, helpers, "offer", names)
    # One column for each different (skill, level) that somebody needs: then the curve is looked
    # up once per helper and column, and a matrix product adds the needs up for all dyads.
    row, skill = np.nonzero(~np.isnan(need))
    kinds, column = np.unique(
        np.column_stack([skill, need[row, skill]]), axis=0, return_inverse=True
    )
    wanted = np.zeros((len(learners), len(kinds)))
    wanted[row, column.ravel()] = 1.0
    ahead = offer[:, kinds[:, 0].astype(int)] - kinds[:, 1]
    help_ = curve(np.nan_to_num(ahead, nan=-np.inf), points)
    if similarity is not None:
        for asked, given, alike in _kin(names, similarity):
            own, other = kinds[:, 0] == asked, ~np.isnan(offer[:, given])
            ahead = np.subtract.outer(offer[other, given], kinds[own, 1])
            cells = np.ix_(other, own)
            help_[cells] = np.maximum(help_[cells], alike * curve(ahead, points))
    offers: NDArray[np.bool_] = np.asarray((~np.isnan(offer)).any(axis=1))
    return SkillHelp(wanted, help_, offers)


def _kin(names: pd.Index, similarity: pd.DataFrame) -> list[tuple[int, int, float]]:
    """Return the numbers of every two different skills that count for each other, and how much."""
    known = names[names.isin(similarity.index)]
    place, alike = names.get_indexer(known), similarity.loc[known, known].to_numpy(float)
    return [
        (int(place[a]), int(place[b]), float(alike[a, b]))
        for a, b in np.argwhere(alike > 0)
        if a != b
    ]
