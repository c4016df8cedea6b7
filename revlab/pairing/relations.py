"""Rules that forbid dyads because of what the two people are to each other."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.errors import PairingError, must
from revlab.pairing.membership import same
from revlab.people.cohort import Cohort

__all__ = ["DeclaredConflict", "OwnReportingLine", "PreviousPairing", "SamePerson"]

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
        forbidden = np.zeros((len(rows), len(columns)), dtype=bool)
        forbidden[_superiors(rows, columns, above)] = True
        forbidden[_superiors(columns, rows, above)[::-1]] = True
        return forbidden


def _superiors(
    people: pd.Index, others: pd.Index, above: Mapping[str, list[str]]
) -> tuple[list[int], list[int]]:
    """Return every person (row) with each of the others (columns) who is somewhere above them."""
    below: list[int] = []
    superior: list[int] = []
    place = {name: k for k, name in enumerate(others)}
    for row, person in enumerate(people):
        seen: set[str] = set()
        ahead = list(above.get(person, ()))
        while ahead:
            manager = ahead.pop()
            if manager not in seen:
                seen.add(manager)
                ahead.extend(above.get(manager, ()))
        superior += [place[name] for name in seen if name in place]
        below += [row] * (len(superior) - len(below))
    return below, superior


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
        return _either_way(cohort, cohort.conflicts[["person_a", "person_b"]].to_numpy(str))


@dataclass(frozen=True)
class PreviousPairing:
    """Two people whose dyad is over do not meet again.

    Parameters
    ----------
    pairs : tuple of (str, str)
        Ids of two people each, in either order; ``Rematch.ended_pairs`` gives them. The rows of
        ``cohort.conflicts`` whose reason is "previous pairing" count as well.

    Examples
    --------
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 1, 4]}, index=["ana", "bo", "cy"])
    >>> PreviousPairing((("ana", "cy"),))(Cohort(people[:2], people[2:])).tolist()
    [[True, False]]
    """

    words: ClassVar[str] = "they were paired before"
    pairs: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        pairs = tuple(tuple(map(str, pair)) for pair in self.pairs)
        wrong = [pair for pair in pairs if len(pair) != 2]
        message = f"`pairs` of a previous pairing must be two ids each; got {wrong[:1]}."
        must(not wrong, message, PairingError)
        object.__setattr__(self, "pairs", pairs)

    def __call__(self, cohort: Cohort) -> Mask:
        """Return the forbidden cells."""
        told = cohort.conflicts[cohort.conflicts["reason"] == "previous pairing"]
        listed = np.array(self.pairs, dtype=str).reshape(-1, 2)
        both = np.concatenate([listed, told[["person_a", "person_b"]].to_numpy(str)])
        return _either_way(cohort, both)


def _either_way(cohort: Cohort, pairs: NDArray[np.str_]) -> Mask:
    """Mark the cells of two people who are listed together, whoever is the mentor."""
    forbidden = np.zeros((len(cohort.mentees), len(cohort.mentors)), dtype=bool)
    for one, other in (pairs.T, pairs.T[::-1]):
        i = cohort.mentees.index.get_indexer(pd.Index(one, dtype=object))
        j = cohort.mentors.index.get_indexer(pd.Index(other, dtype=object))
        known = (i >= 0) & (j >= 0)
        forbidden[i[known], j[known]] = True
    return forbidden
