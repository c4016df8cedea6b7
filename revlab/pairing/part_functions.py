"""The components of a score: each compares every mentee with every mentor.

Rows are mentees (senior), columns are mentors (junior); 1 is the best, 0 the worst, NaN where
nothing is known of one of the two. A value depends on these two people only, so it is the same
in a pool as in the whole cohort. Whoever states more hours, interests, objectives or languages
never scores lower for it: a policy must not reward saying little.

The shapes of the curves are assumptions, stated here once: no study that could be found measures
them for reverse mentoring.
"""

import numpy as np
from numpy.typing import NDArray

from revlab.pairing.membership import members, same
from revlab.pairing.skill_help import curve, help_with_needs
from revlab.people.cohort import Cohort

__all__ = [
    "GRADE_CURVE",
    "SKILL_CURVE",
    "declared_diversity",
    "grade_gap",
    "hours",
    "interests",
    "language",
    "objectives",
    "organisational_distance",
    "profession",
    "reciprocal_coverage",
    "site",
    "skill_coverage",
    "traits",
]

Floats = NDArray[np.float64]

SKILL_CURVE = ((0.0, 0.0), (1.0, 0.6), (2.0, 1.0), (3.0, 0.8), (4.0, 0.6), (5.0, 0.4))
"""Levels that the helper is ahead, and what the help is worth: two steps ahead is best."""

GRADE_CURVE = ((0.0, 0.0), (1.0, 0.7), (2.0, 1.0), (3.0, 0.9), (4.0, 0.75), (6.0, 0.4), (9.0, 0.1))
"""Grades between mentee and mentor, and how good the distance is: two grades is best."""


def skill_coverage(cohort: Cohort) -> Floats:
    """Return how well the mentor's offers meet the mentee's needs.

    The mean over the mentee's needs of `SKILL_CURVE` at the levels that the mentor is ahead; a
    skill that the mentor does not offer counts 0.

    Parameters
    ----------
    cohort : Cohort
        The people.

    Returns
    -------
    array of float, shape (n_mentees, n_mentors)
        In [0, 1]; NaN if the mentee states no need or the mentor no offer.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 1, 4]}, index=["ana", "bo", "cy"])
    >>> rows = [["cy", "sql", "need", 1.0], ["ana", "sql", "offer", 3.0], ["bo", "sql", "offer", 5]]
    >>> skills = pd.DataFrame(rows, columns=["person_id", "skill_id", "side", "level"])
    >>> skill_coverage(Cohort(people[:2], people[2:], skills.assign(source="self"))).tolist()
    [[1.0, 0.6]]
    """
    return help_with_needs(cohort, cohort.mentees.index, cohort.mentors.index, points=SKILL_CURVE)


def reciprocal_coverage(cohort: Cohort) -> Floats:
    """Return how well the mentee's (senior's) offers meet the mentor's (junior's) needs."""
    sides = (cohort.mentors.index, cohort.mentees.index)
    return help_with_needs(cohort, *sides, points=SKILL_CURVE).T


def _shared(cohort: Cohort, column: str, half: float) -> Floats:
    """Return 1 - 2^(-shared/half): more shared is better, each further one a little less."""
    mentees, mentors = members(cohort.mentees[column], cohort.mentors[column])
    values = 1.0 - 0.5 ** (mentees @ mentors.T / half)
    values[~mentees.any(axis=1)] = np.nan
    values[:, ~mentors.any(axis=1)] = np.nan
    return values


def objectives(cohort: Cohort) -> Floats:
    """Return how many objectives they share: none 0, one 0.5, two 0.75, three 0.875."""
    return _shared(cohort, "objectives", 1.0)


def interests(cohort: Cohort) -> Floats:
    """Return how many interests they share: none 0, one 0.5, two 0.75, three 0.875."""
    return _shared(cohort, "interests", 1.0)


def language(cohort: Cohort) -> Floats:
    """Return how many languages they share: none 0, one 0.5, two 0.75, three 0.875."""
    return _shared(cohort, "languages", 1.0)


def hours(cohort: Cohort) -> Floats:
    """Return how many time slots they share: none 0, two 0.5, four 0.75, six 0.875."""
    return _shared(cohort, "availability", 2.0)


def _equal(cohort: Cohort, column: str) -> Floats:
    mentees, mentors = cohort.mentees[column], cohort.mentors[column]
    values = same(mentees, mentors).astype(float)
    values[mentees.isna().to_numpy()] = np.nan
    values[:, mentors.isna().to_numpy()] = np.nan
    return values


def site(cohort: Cohort) -> Floats:
    """Return 1 at the same site, 0 at different ones."""
    return _equal(cohort, "site")


def profession(cohort: Cohort) -> Floats:
    """Return 1 in the same profession, 0 in different ones."""
    return _equal(cohort, "profession")


def organisational_distance(cohort: Cohort) -> Floats:
    """Return 1 in different units, 0 in the same one: the further apart, the freer the talk."""
    return 1.0 - _equal(cohort, "unit")


def grade_gap(cohort: Cohort) -> Floats:
    """Return `GRADE_CURVE` at the grades that the mentee is above the mentor.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 3, 10]}, index=["ana", "bo", "cy"])
    >>> grade_gap(Cohort(people[:1], people[1:])).ravel().tolist()
    [1.0, 0.1]
    """
    mentees, mentors = (side["grade"].to_numpy(float) for side in (cohort.mentees, cohort.mentors))
    return curve(np.subtract.outer(mentees, mentors), GRADE_CURVE)


def declared_diversity(cohort: Cohort) -> Floats:
    """Return the share of the self-declared fields that both filled in on which they differ.

    Not part of the default score: what people declare about themselves may be used for pairing
    only where they agreed to that.
    """
    names = [name for name in cohort.mentees if name.startswith("declared_")]
    names = [name for name in names if name in cohort.mentors]
    shape = (len(names), len(cohort.mentees), len(cohort.mentors))
    alike = np.array([_equal(cohort, name) for name in names]).reshape(shape)
    known = (~np.isnan(alike)).sum(axis=0)
    with np.errstate(invalid="ignore"):
        share: Floats = 1.0 - np.nansum(alike, axis=0) / known
    return share


def traits(cohort: Cohort) -> Floats:
    """Return how alike they are in the traits that both have: 1 if equal, 0.5 a point apart.

    The mean over the traits of 2^(-distance), the distance being in points of the answers, so a
    trait must be a mean answer on a scale of a few points. Not part of the default score: whether
    alike people fit depends on what was asked.

    References
    ----------
    Eby et al. 2013, Psychological Bulletin 139(2):441-476 (deep-level similarity goes with the
    quality of a relationship, rho .38 to .59; perceived, so an upper bound for answers).

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 1, 4]}, index=["ana", "bo", "cy"])
    >>> people["trait_calm"] = [2.0, 3.0, 4.0]
    >>> traits(Cohort(people[:2], people[2:])).tolist()
    [[0.25, 0.5]]
    """
    names = [name for name in cohort.mentees if name.startswith("trait_")]
    total = np.zeros((len(cohort.mentees), len(cohort.mentors)))
    known = np.zeros(total.shape)
    for name in names:
        mine, theirs = (side[name].to_numpy(float) for side in (cohort.mentees, cohort.mentors))
        apart = np.abs(np.subtract.outer(mine, theirs))
        told = ~np.isnan(apart)
        known += told
        total += np.where(told, np.exp2(-np.where(told, apart, 0.0)), 0.0)
    with np.errstate(invalid="ignore"):
        alike: Floats = np.round(total / known, 9)
    return alike
