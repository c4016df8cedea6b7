"""`RosterMapping`: which heading of a roster holds what, its grades, and who stands where."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from revlab.errors import CohortError, must, one_of
from revlab.people.dates import DATE_ORDERS
from revlab.people.ladders import Ladder, grade_key
from revlab.people.sides import Sides, SidesByColumn, SidesByGrade

__all__ = ["CONSTANT", "DEFAULTED", "FIELDS", "RosterMapping", "describe"]

FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "person_id": "what tells people apart (staff number or e-mail address)",
        "unit": "organisational unit",
        "grade": "rank",
        "profession": "job family",
        "site": "place of work",
        "tenure": "years in the organisation",
        "started": "first day in the organisation, a date; tenure is counted from it",
        "capacity": "most partners this person can take",
        "availability": "list of time slots",
        "languages": "list of languages",
        "interests": "list of interests",
        "objectives": "list of aims for the programme",
        "manager_id": "the person_id of the manager",
        "offers": "list of skills to give, each may have a level: 'Python: 4'",
        "needs": "list of skills wanted, each may have the level of today: 'Python: 1'",
        "both_sides": "yes if the person wants to be mentor and mentee",
        "conflicts": "list of person_ids this person must not be paired with",
    }
)
"""The fields that a column of a roster can hold, and what they mean."""

DEFAULTED = ("capacity", "unit", "site", "profession")
"""Fields for which a mapping may give a value for empty cells."""

CONSTANT = ("unit", "grade", "profession", "site")
"""Fields that may be one value for everybody, or for everybody in a file, without a column."""


@dataclass(frozen=True)
class RosterMapping:
    """How to read a roster: nothing in the files has to be edited.

    Parameters
    ----------
    columns : mapping of str to tuple of str
        A field of `FIELDS` to its heading; several headings are tried in order, so that two files
        may name one thing differently. Headings are compared without regard to case and spaces.
    sides : SidesByFile, SidesByColumn or SidesByGrade
        Who is a mentor (junior) and who a mentee (senior).
    grades : Ladder
        Steps from junior to senior, the labels of one step being equal; empty if the grades are
        whole numbers, larger being more senior.
    declared : mapping of str to tuple of str
        Self-declared fields (identity, gender, …) that nobody has to fill in.
    separator : str
        What separates the entries of a list.
    defaults : mapping of str to object
        Values for empty cells of the fields in `DEFAULTED`.
    constants : mapping of str to (str or mapping of str to str)
        A field of `CONSTANT` that has no column because it is the same for everybody: to its
        value, or to the value of each file (``"managers.csv"`` or ``"people.xlsx#Seniors"``).
        Where a table has the column, the column counts.
    sheets : mapping of str to tuple of str
        Workbook to the sheets to read; the others are not read.
    dates : mapping of str to str
        ``as_of``, the day to which tenure is counted (2024-12-31), and ``order``, "day first" or
        "month first", for dates such as 03/04/2024.
    origin : str
        Where the people come from, in words for pages, with any attribution.
    notes : tuple of str
        What was guessed; no part of the mapping's equality or file.

    Raises
    ------
    OptionError
        If a field does not exist.
    CohortError
        If the parts contradict each other.

    Examples
    --------
    >>> RosterMapping(
    ...     columns={"person_id": ("Staff no",), "unit": ("Department",), "grade": ("Band",)},
    ...     sides=SidesByGrade(mentor=("1", "2"), mentee=("4", "5")),
    ... )
    RosterMapping of 3 columns; grade 1, 2 = a mentor (junior); grade 4, 5 = a mentee (senior); \
other grades are left out
    """

    columns: Mapping[str, tuple[str, ...]]
    sides: Sides
    grades: Ladder = ()
    declared: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    separator: str = ";"
    defaults: Mapping[str, object] = field(default_factory=dict)
    constants: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict)
    sheets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    dates: Mapping[str, str] = field(default_factory=dict)
    origin: str = "a roster"
    notes: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        for name in self.columns:
            one_of("[columns]", name, list(FIELDS))
        for name in self.defaults:
            one_of("[defaults]", name, DEFAULTED)
        self._check_needed()
        must(bool(self.separator), "[lists] separator must not be empty.", CohortError)
        capacity = self.defaults.get("capacity", 1)
        must(
            isinstance(capacity, int) and not isinstance(capacity, bool) and capacity >= 0,
            f"[defaults] capacity must be a whole number of zero or more; got {capacity!r}.",
            CohortError,
        )
        self._check_grades()
        self._check_dates()

    def _check_needed(self) -> None:
        for name, value in self.constants.items():
            one_of("[constants]", name, CONSTANT)
            told = value.values() if isinstance(value, Mapping) else [value]
            rule = f"[constants] {name} must be a value, or one for each file."
            must(
                bool(told) and all(isinstance(t, str) and t.strip() for t in told),
                rule,
                CohortError,
            )
        known = {*self.columns, *self.constants, *(["unit"] if "unit" in self.defaults else [])}
        for name, example in (("person_id", ""), ("unit", '"Sales"'), ("grade", "4")):
            same = f" (or, if it is the same for everybody: [constants] {name} = {example})"
            rule = f"[columns] must name the heading of {name!r}{same if example else ''}."
            must(name in known, rule, CohortError)

    def constant(self, name: str, table: str) -> str | None:
        """Return the value that a field has for everybody in a table, None if there is none.

        Parameters
        ----------
        name : str
            A field of `FIELDS`.
        table : str
            The file, and the sheet after ``#`` if there is one.
        """
        value = self.constants.get(name)
        if not isinstance(value, Mapping):
            return value
        told = {file.casefold(): each for file, each in value.items()}
        return told.get(table.casefold(), told.get(table.partition("#")[0].casefold()))

    def _check_dates(self) -> None:
        for name in self.dates:
            one_of("[dates]", name, ("as_of", "order"))
        if "order" in self.dates:
            one_of("[dates] order", self.dates["order"], DATE_ORDERS)
        as_of = self.dates.get("as_of", "")
        is_day = bool(re.fullmatch(r"\d{4}-\d\d-\d\d", as_of))
        must(
            is_day if as_of else "started" not in self.columns,
            f"[dates] as_of must be a day such as 2024-12-31; got {as_of!r}.",
            CohortError,
        )

    def _check_grades(self) -> None:
        keys = [grade_key(label) for step in self.grades for label in step]
        for key in keys:
            must(
                keys.count(key) == 1,
                f"[grades] order names {key!r} twice (labels of one grade go into an inner list).",
                CohortError,
            )
        if isinstance(self.sides, SidesByGrade) and self.grades:
            for label in (*self.sides.mentor, *self.sides.mentee):
                must(
                    grade_key(label) in keys,
                    f"[sides] names the grade {label!r}, which [grades] order does not have.",
                    CohortError,
                )

    def __repr__(self) -> str:
        return f"RosterMapping of {len(self.columns)} columns; {self.sides.words}"

    @property
    def used_headings(self) -> tuple[str, ...]:
        """Every heading that the mapping looks at."""
        named = [*self.columns.values(), *self.declared.values()]
        role = (self.sides.column,) if isinstance(self.sides, SidesByColumn) else ()
        return (*(heading for headings in named for heading in headings), *role)


def describe(mapping: RosterMapping) -> str:
    """Return the mapping as a plain table, to be confirmed by a person.

    Examples
    --------
    >>> mapping = RosterMapping(
    ...     columns={"person_id": ("Id",), "unit": ("Team",), "grade": ("Level",)},
    ...     sides=SidesByGrade(mentor=("1",), mentee=("3",)),
    ... )
    >>> print(describe(mapping))
    revlab reads     from
    ---------------  -------------------------------------------------------
    person_id        'Id'
    unit             'Team'
    grade            'Level'
    grades           whole numbers, a larger number being more senior
    sides            grade 1 = a mentor (junior); grade 3 = a mentee (senior); other grades are \
left out
    lists            entries separated by ';'
    empty capacity   1
    """
    rows = [(name, _headings(mapping.columns[name])) for name in FIELDS if name in mapping.columns]
    rows += [
        (name, f"{each!r} for everybody{where}")
        for name, value in mapping.constants.items()
        for where, each in _constant_words(value)
    ]
    rows += [(f"declared {name}", _headings(names)) for name, names in mapping.declared.items()]
    steps = [" = ".join(step) for step in mapping.grades]
    ladder = " < ".join(steps) or "whole numbers, a larger number being more senior"
    rows += [("grades", ladder), ("sides", mapping.sides.words)]
    rows += [("lists", f"entries separated by {mapping.separator!r}")]
    defaults = {"capacity": 1, **mapping.defaults}
    rows += [(f"empty {name}", str(value)) for name, value in defaults.items()]
    rows += [(f"dates {name}", value) for name, value in mapping.dates.items()]
    rows += [(f"sheets of {file}", ", ".join(names)) for file, names in mapping.sheets.items()]
    width = max(15, *(len(name) for name, _ in rows))
    lines = [f"{'revlab reads':<{width}}  from", f"{'-' * width}  {'-' * 55}"]
    lines += [f"{name:<{width}}  {words}" for name, words in rows]
    return "\n".join([*lines, *(f"note: {note}" for note in mapping.notes)])


def _constant_words(value: str | Mapping[str, str]) -> list[tuple[str, str]]:
    if isinstance(value, str):
        return [("", value)]
    return [(f" in {file}", each) for file, each in value.items()]


def _headings(names: tuple[str, ...]) -> str:
    return " or ".join(repr(name) for name in names)
