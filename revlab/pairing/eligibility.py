"""Rules that forbid dyads: each is called with a cohort and marks the forbidden cells.

Rows are mentees (senior), columns are mentors (junior). What a roster does not know forbids
nothing: a person without stated hours may have any.
"""

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from revlab.errors import PairingError, must
from revlab.pairing.membership import members, same
from revlab.pairing.relations import DeclaredConflict, OwnReportingLine, PreviousPairing, SamePerson
from revlab.people.cohort import Cohort

__all__ = [
    "DEFAULT_ELIGIBILITY",
    "ELIGIBILITY_RULES",
    "DeclaredConflict",
    "EligibilityRule",
    "GradeGap",
    "NoCommonHours",
    "NoCommonLanguage",
    "OwnReportingLine",
    "PreviousPairing",
    "SamePerson",
    "SameUnit",
]

Mask = NDArray[np.bool_]


class EligibilityRule(Protocol):
    """What a rule must offer: its words, and the forbidden cells of a cohort."""

    @property
    def words(self) -> str:
        """Why a dyad is forbidden, to be read after "because"."""

    def __call__(self, cohort: Cohort) -> Mask:
        """Return the forbidden cells, shape (n_mentees, n_mentors)."""


@dataclass(frozen=True)
class GradeGap:
    """The mentee must be at least ``minimum`` and at most ``maximum`` grades above the mentor.

    This is the rule that keeps the direction: a mentor (junior) at or above the mentee's
    (senior's) grade is forbidden.

    Parameters
    ----------
    minimum : int
        Grade steps, one or more.
    maximum : int or None
        Grade steps, None for no upper limit.

    Raises
    ------
    PairingError
        If ``minimum`` is less than one or ``maximum`` less than ``minimum``.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"unit": "IT", "grade": [2, 3, 6]}, index=["ana", "bo", "cy"])
    >>> GradeGap(1, 2)(Cohort(people.iloc[:1], people.iloc[1:])).ravel().tolist()
    [False, True]
    """

    minimum: int = 1
    maximum: int | None = None

    def __post_init__(self) -> None:
        must(
            self.minimum >= 1,
            f"`minimum` of the grade gap must be at least 1, or the mentor would not be the "
            f"junior; got {self.minimum}.",
            PairingError,
        )
        must(
            self.maximum is None or self.maximum >= self.minimum,
            f"`maximum` of the grade gap must be at least `minimum`, {self.minimum}; "
            f"got {self.maximum}.",
            PairingError,
        )

    @property
    def words(self) -> str:
        """Why a dyad is forbidden."""
        if self.maximum is None:
            return f"the mentee is not {self.minimum} or more grades above the mentor"
        return f"the mentee is not {self.minimum} to {self.maximum} grades above the mentor"

    def __call__(self, cohort: Cohort) -> Mask:
        """Return the forbidden cells."""
        gap = np.subtract.outer(
            cohort.mentees["grade"].to_numpy(int), cohort.mentors["grade"].to_numpy(int)
        )
        too_large = np.zeros_like(gap, dtype=bool) if self.maximum is None else gap > self.maximum
        forbidden: Mask = (gap < self.minimum) | too_large
        return forbidden


@dataclass(frozen=True)
class SameUnit:
    """The two must come from different units.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"unit": ["IT", "IT", "HR"], "grade": 2}, index=["a", "b", "c"])
    >>> SameUnit()(Cohort(people.iloc[:1], people.iloc[1:])).ravel().tolist()
    [True, False]
    """

    words: ClassVar[str] = "they are in the same unit"

    def __call__(self, cohort: Cohort) -> Mask:
        """Return the forbidden cells."""
        return same(cohort.mentees["unit"], cohort.mentors["unit"])


def _nothing_common(cohort: Cohort, column: str) -> Mask:
    mentees, mentors = members(cohort.mentees[column], cohort.mentors[column])
    stated = np.logical_and.outer(mentees.any(axis=1), mentors.any(axis=1))
    forbidden: Mask = stated & (mentees @ mentors.T == 0)
    return forbidden


@dataclass(frozen=True)
class NoCommonHours:
    """Two people who both stated their hours need at least one time slot in common.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 4, 4]}, index=["ana", "bo", "cy"])
    >>> people["availability"] = [("mon am",), ("tue am",), ()]
    >>> NoCommonHours()(Cohort(people[:1], people[1:])).ravel().tolist()
    [True, False]
    """

    words: ClassVar[str] = "they have no working hours in common"

    def __call__(self, cohort: Cohort) -> Mask:
        """Return the forbidden cells."""
        return _nothing_common(cohort, "availability")


@dataclass(frozen=True)
class NoCommonLanguage:
    """Two people who both stated their languages need at least one in common.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 4, 4]}, index=["ana", "bo", "cy"])
    >>> people["languages"] = [("en", "fr"), ("de",), ("fr",)]
    >>> NoCommonLanguage()(Cohort(people[:1], people[1:])).ravel().tolist()
    [True, False]
    """

    words: ClassVar[str] = "they have no language in common"

    def __call__(self, cohort: Cohort) -> Mask:
        """Return the forbidden cells."""
        return _nothing_common(cohort, "languages")


ELIGIBILITY_RULES: dict[str, EligibilityRule] = {
    "same_person": SamePerson(),
    "grade_gap": GradeGap(),
    "own_reporting_line": OwnReportingLine(),
    "declared_conflict": DeclaredConflict(),
    "previous_pairing": PreviousPairing(),
    "no_common_hours": NoCommonHours(),
    "no_common_language": NoCommonLanguage(),
    "same_unit": SameUnit(),
}
"""All rules with their usual settings, by name."""

DEFAULT_ELIGIBILITY: tuple[EligibilityRule, ...] = tuple(
    ELIGIBILITY_RULES[name]
    for name in (
        "same_person",
        "grade_gap",
        "own_reporting_line",
        "declared_conflict",
        "no_common_hours",
    )
)
"""The rules of a policy that states no others."""
