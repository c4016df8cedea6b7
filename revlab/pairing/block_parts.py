"""The parts of a score, made ready once so that any rows or cells can be had without the others.

The values are those of `PARTS`, computed by the same functions: for a part that looks at one
column, on one person for each different entry; for a part that looks at skills, from the same
needs and offers; for any other part, on the rows that are asked for.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from revlab.pairing.kind_sums import KindSum
from revlab.pairing.kinds import Kinds, kinds
from revlab.pairing.part_functions import SKILL_CURVE
from revlab.pairing.parts import PARTS
from revlab.pairing.skill_help import DIGITS, SkillHelp, needs_and_help
from revlab.people.cohort import Cohort

__all__ = ["Adder", "BlockPart", "Gaps", "block_part"]

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
Adder = Callable[[slice, Floats], None]
"""Called with a slice of mentees and their rows of a total, to which it adds."""

COLUMNS = {
    "objectives": "objectives",
    "interests": "interests",
    "hours": "availability",
    "site": "site",
    "profession": "profession",
    "organisational_distance": "unit",
    "grade_gap": "grade",
    "language": "languages",
}
"""The parts that look at one column of the two people only."""

_CELLS = 5_000_000
_DIGITS = 9


@dataclass(frozen=True)
class Gaps:
    """How many people a part knows nothing of, and the mean over the dyads that it knows.

    Parameters
    ----------
    mentees, mentors : int
        People of whom the part knows no dyad.
    mean : float
        Rounded to nine decimals; NaN if no dyad is known.
    some : bool
        Whether there is a dyad that is not known.
    """

    mentees: int
    mentors: int
    mean: float
    some: bool


class BlockPart(Protocol):
    """A part that is ready."""

    @property
    def gaps(self) -> Gaps:
        """What is not known."""

    def adder(self, weight: float) -> Adder:
        """Return what adds weight times the values of some mentees' rows, gaps filled."""

    def at(self, i: Places, j: Places) -> Floats:
        """Return the values of some cells, NaN where nothing is known."""


def block_part(cohort: Cohort, name: str) -> BlockPart:
    """Return a part that is ready for one cohort.

    Parameters
    ----------
    cohort : Cohort
        The people.
    name : str
        Name in ``PARTS``.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 3, 10]}, index=["ana", "bo", "cy"])
    >>> cohort = Cohort(people[:1], people[1:])
    >>> block_part(cohort, "grade_gap").at(np.array([0, 1]), np.array([0, 0])).tolist()
    [1.0, 0.1]
    """
    mentees, mentors = cohort.mentees.index, cohort.mentors.index
    if name == "skill_coverage":
        helped = needs_and_help(cohort, mentees, mentors, points=SKILL_CURVE)
        return _SkillPart(helped, "mentees")
    if name == "reciprocal_coverage":
        helped = needs_and_help(cohort, mentors, mentees, points=SKILL_CURVE)
        return _SkillPart(helped, "mentors")
    if name in COLUMNS:
        found = kinds(cohort, COLUMNS[name], PARTS[name].values)
        if found is not None:
            return _KindPart(found)
    return _OtherPart(cohort, PARTS[name].values)


def _mean(total: float, n: float) -> float:
    # Rounded, because the last bits of a mean depend on the order of the people.
    return float(np.round(total / n, _DIGITS)) if n else np.nan


@dataclass(frozen=True, eq=False)
class _KindPart:
    """A part that looks at one column."""

    found: Kinds

    @cached_property
    def gaps(self) -> Gaps:
        table, counts = self.found.table, self.found.counts()
        known = ~np.isnan(table)
        mean = _mean(float((np.where(known, table, 0.0) * counts).sum()), counts[known].sum())
        mentees = (~known.any(axis=1))[self.found.mentee_kind].sum()
        mentors = (~known.any(axis=0))[self.found.mentor_kind].sum()
        return Gaps(int(mentees), int(mentors), mean, not known.all())

    def adder(self, weight: float) -> Adder:
        table = self.found.table
        filled = weight * np.where(np.isnan(table), self.gaps.mean, table)
        return KindSum(self.found.spread(filled), self.found.mentee_kind)

    def at(self, i: Places, j: Places) -> Floats:
        values: Floats = self.found.table[self.found.mentee_kind[i], self.found.mentor_kind[j]]
        return values


@dataclass(frozen=True, eq=False)
class _SkillPart:
    """What the offers of one side are worth to the needs of the other."""

    helped: SkillHelp
    learners: str

    @cached_property
    def _needs(self) -> Floats:
        needs: Floats = self.helped.wanted.sum(axis=1)
        return needs

    @cached_property
    def gaps(self) -> Gaps:
        needy, offers = self._needs > 0, self.helped.offers
        lacking = int((~needy).sum()), int((~offers).sum())
        n = int(needy.sum()) * int(offers.sum())
        wanted = (self.helped.wanted[needy] / self._needs[needy, None]).sum(axis=0)
        mean = _mean(float(wanted @ self.helped.given[offers].sum(axis=0)), n)
        if not n:
            lacking = len(needy), len(offers)
        mentees, mentors = lacking if self.learners == "mentees" else lacking[::-1]
        return Gaps(mentees, mentors, mean, n < len(needy) * len(offers))

    def adder(self, weight: float) -> Adder:
        needs, offers, by_row = self._needs, self.helped.offers, self.learners == "mentees"
        # Whole numbers add up to the same in any order, so equal dyads are equal to the last bit.
        given = np.rint(np.ascontiguousarray(self.helped.given.T) * 10**DIGITS)
        with np.errstate(divide="ignore"):
            share = weight / (needs * 10**DIGITS)
        # A sum over few needs each is far less work than a product with all kinds of needs.
        wanted = csr_array(self.helped.wanted)
        fill = weight * self.gaps.mean

        def add(rows: slice, total: Floats) -> None:
            total = total if by_row else total.T
            learners, helpers = (rows, slice(None)) if by_row else (slice(None), rows)
            worth = wanted[learners] @ np.ascontiguousarray(given[:, helpers])
            with np.errstate(invalid="ignore"):
                worth *= share[learners, None]
            if self.gaps.some:
                worth[needs[learners] == 0] = fill
                worth[:, ~offers[helpers]] = fill
            total += worth

        return add

    def at(self, i: Places, j: Places) -> Floats:
        learners, helpers = (i, j) if self.learners == "mentees" else (j, i)
        worth = (self.helped.wanted[learners] * self.helped.given[helpers]).sum(axis=1)
        with np.errstate(invalid="ignore"):
            share = worth / self._needs[learners]
        share[~self.helped.offers[helpers]] = np.nan
        rounded: Floats = np.round(share, DIGITS)
        return rounded


@dataclass(frozen=True, eq=False)
class _OtherPart:
    """Any other part: a value depends on the two people only, so it is had on any rows."""

    cohort: Cohort
    values: Callable[[Cohort], Floats]

    def _of(self, rows: slice) -> Floats:
        few = self.cohort.mentees.iloc[rows]
        own = self.cohort.skills["person_id"].isin(few.index.union(self.cohort.mentors.index))
        return self.values(replace(self.cohort, mentees=few, skills=self.cohort.skills[own]))

    @cached_property
    def gaps(self) -> Gaps:
        n, m = len(self.cohort.mentees), len(self.cohort.mentors)
        total, known, mentees, met = 0.0, 0, 0, np.zeros(m, dtype=bool)
        step = max(1, _CELLS // max(m, 1))
        for start in range(0, n, step):
            values = self._of(slice(start, start + step))
            told = ~np.isnan(values)
            total += float(values[told].sum())
            known += int(told.sum())
            mentees += int((~told.any(axis=1)).sum())
            met |= told.any(axis=0)
        return Gaps(mentees, int((~met).sum()), _mean(total, known), known < n * m)

    def adder(self, weight: float) -> Adder:
        def add(rows: slice, total: Floats) -> None:
            values = self._of(rows)
            total += weight * np.where(np.isnan(values), self.gaps.mean, values)

        return add

    def at(self, i: Places, j: Places) -> Floats:
        values = np.empty(len(i))
        step = max(1, int(_CELLS**0.5))
        for start in range(0, len(i), step):
            some = slice(start, start + step)
            rows, row = np.unique(i[some], return_inverse=True)
            columns, column = np.unique(j[some], return_inverse=True)
            few = self.cohort.subset(
                self.cohort.mentors.index[columns], self.cohort.mentees.index[rows]
            )
            values[some] = self.values(few)[row, column]
        return values
