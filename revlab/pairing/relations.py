"""Rules that forbid dyads because of what the two people are to each other."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.pairing.membership import same
from revlab.people.cohort import Cohort

__all__ = ["DeclaredConflict", "OwnReportingLine", "SamePerson"]

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class SamePerson:
    """Nobody is paired with themselves, also where a person stands on both sides.

    Examples
    --------
    >>> people = pd.DataFrame({"unit": "IT", "grade": [2, 3]}, index=["ana", "bo"])
    >>> SamePerson()(Cohort(people, people)).tolist()
    [[True, False], [False, True]]
    """

    words: ClassVar[str] = "they are the same person"

    def __call__(self, cohort: Cohort) -> Mask:
        """Return the forbidden cells."""
        return same(cohort.mentees.index, cohort.mentors.index)


@dataclass(frozen=True)
class OwnReportingLine:
    """Neither may be above the other in the reporting lines, at any depth.

    The lines may lead through people outside the cohort, a person may have several managers,
    and lines that run in a circle are followed once.

    Examples
    --------
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 4]}, index=["ana", "cy"])
    >>> lines = pd.DataFrame({"person_id": ["ana", "bo"], "manager_id": ["bo", "cy"]})
    >>> cohort = Cohort(people.iloc[:1], people.iloc[1:], reporting_lines=lines)
    >>> OwnReportingLine()(cohort).tolist()
    [[True]]
    """

    words: ClassVar[str] = "one is in the other's own reporting line"

    def __call__(self, cohort: Cohort) -> Mask:
        """Return the forbidden cells."""
        lines = cohort.reporting_lines.dropna(subset=["person_id", "manager_id"])
        above: dict[str, list[str]] = {}
        for person, manager in zip(
            lines["person_id"].astype(str), lines["manager_id"].astype(str), strict=True
        ):
            above.setdefault(person, []).append(manager)
        rows, columns = cohort.mentees.index, cohort.mentors.index
        return _superiors(rows, columns, above) | _superiors(columns, rows, above).T


def _superiors(people: pd.Index, others: pd.Index, above: Mapping[str, list[str]]) -> Mask:
    """Mark for each person (row) which of the others (columns) is somewhere above them."""
    marked = np.zeros((len(people), len(others)), dtype=bool)
    place = {name: k for k, name in enumerate(others)}
    for row, person in enumerate(people):
        seen: set[str] = set()
        ahead = list(above.get(person, ()))
        while ahead:
            manager = ahead.pop()
            if manager not in seen:
                seen.add(manager)
                ahead.extend(above.get(manager, ()))
        marked[row, [place[name] for name in seen if name in place]] = True
    return marked


@dataclass(frozen=True)
class DeclaredConflict:
    """The pairs in ``cohort.conflicts`` are forbidden in either direction.

    Examples
    --------
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 4]}, index=["ana", "cy"])
    >>> conflicts = pd.DataFrame({"person_a": ["ana"], "person_b": ["cy"], "reason": ["married"]})
    >>> DeclaredConflict()(Cohort(people[:1], people[1:], conflicts=conflicts)).tolist()
    [[True]]
    """

    words: ClassVar[str] = "a conflict between them is declared"

    def __call__(self, cohort: Cohort) -> Mask:
        """Return the forbidden cells."""
        a, b = (cohort.conflicts[name].astype(str) for name in ("person_a", "person_b"))
        forbidden = np.zeros((len(cohort.mentees), len(cohort.mentors)), dtype=bool)
        for one, other in ((a, b), (b, a)):
            i = cohort.mentees.index.get_indexer(one)
            j = cohort.mentors.index.get_indexer(other)
            known = (i >= 0) & (j >= 0)
            forbidden[i[known], j[known]] = True
        return forbidden
