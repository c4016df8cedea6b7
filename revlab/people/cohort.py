"""`Cohort`: the people on both sides, as tables that were checked once."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.errors import CohortError, must

__all__ = ["LIST_COLUMNS", "PERSON_COLUMNS", "Cohort", "empty_skills"]

PERSON_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "unit": "organisational unit, text",
        "grade": "rank as a whole number, larger is more senior",
        "grade_label": "the grade as the roster writes it",
        "profession": "job family, text, may be missing",
        "site": "place of work, text, may be missing",
        "tenure": "years in the organisation, may be missing",
        "capacity": "most dyads this person may be in, whole number",
        "availability": "tuple of time slots, empty if not known",
        "languages": "tuple, empty if not known",
        "interests": "tuple, empty if not known",
        "objectives": "tuple, empty if not known",
    }
)
"""Columns that both person tables always have; self-declared ones start with ``declared_``, scores
of a questionnaire with ``trait_`` (numbers)."""

_OWN = ("declared_", "trait_")
LIST_COLUMNS = ("availability", "languages", "interests", "objectives")
_SOURCES = ("self", "assessed", "simulated")
_PAIRS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "reporting_lines": ("person_id", "manager_id"),
        "conflicts": ("person_a", "person_b", "reason"),
    }
)
_SKILL_COLUMNS = ["person_id", "skill_id", "side", "level", "source"]
_DEFAULTS: Mapping[str, object] = MappingProxyType(
    {"grade_label": None, "profession": None, "site": None, "tenure": float("nan"), "capacity": 1}
)


def empty_skills() -> pd.DataFrame:
    """Return a skills table without rows."""
    return pd.DataFrame(columns=_SKILL_COLUMNS).astype({"level": "float64"})


def _whole(values: pd.Series, name: str, side: str) -> NDArray[np.int64]:
    try:
        numbers = values.to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError):
        numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    bad = int((~np.isfinite(numbers) | (np.floor(numbers) != numbers)).sum())
    must(
        not bad,
        f"{side}: {name} must be a whole number for everybody; it is not for {bad} of "
        f"{len(numbers)}.",
        CohortError,
    )
    whole: NDArray[np.int64] = numbers.astype(np.int64)
    return whole


def _trait(values: object, name: str, side: str) -> object:
    if values is None:
        return float("nan")
    try:
        return pd.Series(values).to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError):
        raise CohortError(f"{side}: {name} must hold numbers.") from None


def _people(frame: pd.DataFrame, side: str, declared: list[str]) -> pd.DataFrame:
    index = pd.Index(frame.index.astype(str), name="person_id")
    must(not index.has_duplicates, f"{side}: a person_id appears twice.", CohortError)
    data: dict[str, object] = {}
    for name in PERSON_COLUMNS:
        if name in frame:
            data[name] = frame[name].array
        elif name in LIST_COLUMNS:
            data[name] = [()] * len(frame)
        else:
            must(name in _DEFAULTS, f"{side}: the column {name!r} is missing.", CohortError)
            data[name] = _DEFAULTS[name]
    for name in declared:
        data[name] = frame[name].array if name in frame else None
        if name.startswith("trait_"):
            data[name] = _trait(data[name], name, side)
    people = pd.DataFrame(data, index=index)
    for name in LIST_COLUMNS:
        tuples = all(type(entries) is tuple for entries in people[name])
        must(tuples, f"{side}: {name} must hold a tuple for everybody.", CohortError)
    must(not people["unit"].isna().any(), f"{side}: everybody needs a unit.", CohortError)
    people["grade"] = _whole(people["grade"], "grade", side)
    people["capacity"] = _whole(people["capacity"], "capacity", side)
    must(not (people["capacity"] < 0).any(), f"{side}: a capacity is negative.", CohortError)
    return people


def _check_skills(skills: pd.DataFrame) -> None:
    missing = set(_SKILL_COLUMNS) - set(skills.columns)
    must(not missing, f"skills: columns {sorted(missing)} are missing.", CohortError)
    for name, options in (("side", ("offer", "need")), ("source", _SOURCES)):
        must(
            set(skills[name]) <= set(options),
            f"skills: {name} must be one of {', '.join(map(repr, options))}.",
            CohortError,
        )
    levels = pd.to_numeric(skills["level"], errors="coerce").to_numpy(float, na_value=np.nan)
    must(
        bool(((levels >= 0) & (levels <= 5)).all()),
        "skills: every level must be a number from 0 to 5.",
        CohortError,
    )


@dataclass(frozen=True, eq=False)
class Cohort:
    """The people of a programme: junior mentors, senior mentees, and what is known of them.

    Parameters
    ----------
    mentors, mentees : pandas.DataFrame
        Indexed by ``person_id``; columns `PERSON_COLUMNS` plus ``declared_*`` and
        ``trait_*``. The mentors are
        the **juniors**, the mentees the **seniors**. Missing optional columns are filled in.
        A person may stand in both.
    skills : pandas.DataFrame
        Long: ``person_id, skill_id, side`` ("offer" or "need"), ``level`` (0 to 5, how well the
        person masters the skill **today**: high for an offer, usually low for a need, so that the
        level of an offer less the level of a need is the gap that a mentor could close),
        ``source`` ("self", "assessed" or "simulated").
    reporting_lines : pandas.DataFrame
        ``person_id, manager_id``, one row per person whose manager is known.
    conflicts : pandas.DataFrame
        ``person_a, person_b, reason``: pairs that must not be made, in either direction.
    notes : tuple of str
        What the reader of the roster should know, in sentences.
    origin : str
        Where the people come from, in words that may be shown on a page.

    Raises
    ------
    CohortError
        If an id repeats, a column is missing, a grade or a capacity is no whole number, a
        capacity is negative, or a skill has a side, level or source that does not exist.

    Examples
    --------
    >>> people = pd.DataFrame({"unit": ["Sales", "IT"], "grade": [1, 4]}, index=["ana", "bo"])
    >>> Cohort(mentors=people.loc[["ana"]], mentees=people.loc[["bo"]])
    Cohort of 1 mentors (junior) and 1 mentees (senior)
    """

    mentors: pd.DataFrame
    mentees: pd.DataFrame
    skills: pd.DataFrame = field(default_factory=empty_skills)
    reporting_lines: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=["person_id", "manager_id"])
    )
    conflicts: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=["person_a", "person_b", "reason"])
    )
    notes: tuple[str, ...] = ()
    origin: str = "a roster"

    def __post_init__(self) -> None:
        names = [*self.mentors.columns, *self.mentees.columns]
        declared = sorted({name for name in names if str(name).startswith(_OWN)})
        object.__setattr__(self, "mentors", _people(self.mentors, "mentors", declared))
        object.__setattr__(self, "mentees", _people(self.mentees, "mentees", declared))
        _check_skills(self.skills)
        for name, columns in _PAIRS.items():
            missing = sorted(set(columns) - set(getattr(self, name).columns))
            must(not missing, f"{name}: the columns {missing} are missing.", CohortError)

    def __repr__(self) -> str:
        sizes = f"{len(self.mentors)} mentors (junior) and {len(self.mentees)} mentees (senior)"
        return f"Cohort of {sizes}"

    @property
    def on_both_sides(self) -> pd.Index:
        """Ids of the people who are mentor and mentee at once."""
        return self.mentors.index.intersection(self.mentees.index)

    def subset(self, mentor_ids: pd.Index, mentee_ids: pd.Index) -> "Cohort":
        """Return the cohort of these people only, in the given order.

        The reporting lines stay whole, because a line may run through people who do not take part.

        Raises
        ------
        CohortError
            If an id is not there.
        """
        for ids, people, side in (
            (mentor_ids, self.mentors, "mentors"),
            (mentee_ids, self.mentees, "mentees"),
        ):
            strange = len(pd.Index(ids).difference(people.index))
            must(strange == 0, f"{strange} of the {side} asked for are not there.", CohortError)
        left = pd.Index(mentor_ids).union(pd.Index(mentee_ids))
        return replace(
            self,
            mentors=self.mentors.loc[mentor_ids],
            mentees=self.mentees.loc[mentee_ids],
            skills=self.skills[self.skills["person_id"].isin(left)].reset_index(drop=True),
        )
