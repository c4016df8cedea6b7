"""Comparing one person of each kind instead of everybody with everybody."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.people.cohort import Cohort

__all__ = ["Kinds", "kinds"]

_LARGEST = 25_000_000


@dataclass(frozen=True, eq=False)
class Kinds:
    """A comparison of all mentees with all mentors that looks at one column of both only.

    Parameters
    ----------
    table : array, shape (n_mentee_kinds, n_mentor_kinds)
        The comparison of one mentee of each kind with one mentor of each kind.
    mentee_kind, mentor_kind : array of int, shapes (n_mentees,) and (n_mentors,)
        Row and column of everybody in the table.
    """

    table: NDArray[Any]
    mentee_kind: NDArray[np.intp]
    mentor_kind: NDArray[np.intp]

    def spread(self, table: NDArray[Any]) -> NDArray[Any]:
        """Return a table of this shape with a column for every mentor, a row for every kind."""
        return np.take(table, self.mentor_kind, axis=1)

    def counts(self) -> NDArray[np.int64]:
        """Return how many cells each cell of the table stands for."""
        rows, columns = (
            np.bincount(kind, minlength=size)
            for kind, size in zip(
                (self.mentee_kind, self.mentor_kind), self.table.shape, strict=True
            )
        )
        return np.multiply.outer(rows, columns)


def kinds(cohort: Cohort, column: str, compare: Callable[[Cohort], NDArray[Any]]) -> Kinds | None:
    """Return a comparison, computed on the people who differ in a column.

    Parameters
    ----------
    cohort : Cohort
        The people.
    column : str
        The column of both person tables that the comparison looks at.
    compare : callable
        ``(cohort) -> array (n_mentees, n_mentors)``.

    Returns
    -------
    Kinds or None
        None if there are so many different entries that nothing would be gained.

    Examples
    --------
    >>> people = pd.DataFrame({"unit": list("aab"), "grade": [1, 1, 4]}, index=["ana", "bo", "cy"])
    >>> from revlab.pairing.eligibility import SameUnit
    >>> found = kinds(Cohort(people[:2], people[1:]), "unit", SameUnit())
    >>> found.table.tolist(), found.mentor_kind.tolist()
    ([[True], [False]], [0, 0])
    """
    sides = []
    for people in (cohort.mentees, cohort.mentors):
        entries = people[column].astype(object).to_numpy()
        codes = pd.factorize(entries, use_na_sentinel=False)[0]
        sides.append((codes, people.iloc[np.unique(codes, return_index=True)[1]]))
    (own, few_mentees), (others, few_mentors) = sides
    if len(few_mentees) * max(len(cohort.mentors), len(few_mentors)) > _LARGEST:
        return None
    table = compare(Cohort(mentors=few_mentors, mentees=few_mentees))
    return Kinds(table, own.astype(np.intp), others.astype(np.intp))
