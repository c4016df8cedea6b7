"""How a roster says who is a mentor (junior) and who a mentee (senior)."""

from collections.abc import Mapping
from dataclasses import dataclass

from revlab.errors import CohortError, must
from revlab.people.ladders import grade_key
from revlab.people.sheets import clean_text

__all__ = ["SIDES", "Sides", "SidesByColumn", "SidesByFile", "SidesByGrade"]

SIDES: Mapping[str, tuple[str, ...]] = {
    "mentor": ("mentor",),
    "mentee": ("mentee",),
    "both": ("mentor", "mentee"),
}
"""The words that a mapping uses, and the sides they stand for."""


@dataclass(frozen=True)
class SidesByFile:
    """Each file, or sheet of a workbook, holds one side.

    Parameters
    ----------
    files : mapping of str to str
        ``"mentors.csv"`` or ``"people.xlsx#Seniors"`` to "mentor", "mentee" or "both".

    Examples
    --------
    >>> SidesByFile({"mentors.csv": "mentee"})(table="mentors.csv", cell="", grade="SCS1")
    ('mentee',)
    """

    files: Mapping[str, str]

    def __post_init__(self) -> None:
        must(bool(self.files), "[sides] names no file.", CohortError)
        for file, side in self.files.items():
            must(
                side in SIDES,
                f"[sides] {file!r} must be 'mentor', 'mentee' or 'both'; got {side!r}.",
                CohortError,
            )

    def __call__(self, *, table: str, cell: str, grade: str) -> tuple[str, ...] | None:
        """Return the sides of a person in this table, None if the table is not named."""
        for name in (table, table.partition("#")[0]):
            for file, side in self.files.items():
                if file.casefold() == name.casefold():
                    return SIDES[side]
        return None

    @property
    def words(self) -> str:
        """One sentence for the confirmation."""
        parts = [f"everybody in {file} is {_role(side)}" for file, side in self.files.items()]
        return "; ".join(parts)


@dataclass(frozen=True)
class SidesByColumn:
    """A column says who stands where; an empty cell leaves the person out.

    Parameters
    ----------
    column : str
        Its heading.
    mentor, mentee, both, neither : tuple of str
        The values that mean each.

    Examples
    --------
    >>> role = SidesByColumn("role", mentor=("junior",), mentee=("senior",))
    >>> role(table="people.csv", cell="Junior", grade="2")
    ('mentor',)
    >>> role(table="people.csv", cell="juniro", grade="2") is None
    True
    """

    column: str
    mentor: tuple[str, ...]
    mentee: tuple[str, ...]
    both: tuple[str, ...] = ()
    neither: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        must(bool(self.column), "[sides] column must not be empty.", CohortError)
        keys = [clean_text(value).casefold() for value in self.known]
        must(len(set(keys)) == len(keys), "[sides] lists a value twice.", CohortError)
        must(
            bool((self.mentor and self.mentee) or self.both),
            "[sides] must list the values that mean mentor and those that mean mentee.",
            CohortError,
        )

    @property
    def known(self) -> tuple[str, ...]:
        """Every value that means something."""
        return (*self.mentor, *self.mentee, *self.both, *self.neither)

    def __call__(self, *, table: str, cell: str, grade: str) -> tuple[str, ...] | None:
        """Return the sides that the cell names, None if it is not a known value."""
        key = clean_text(cell).casefold()
        if not key:
            return ()
        for values, sides in (
            (self.mentor, SIDES["mentor"]),
            (self.mentee, SIDES["mentee"]),
            (self.both, SIDES["both"]),
            (self.neither, ()),
        ):
            if key in (clean_text(value).casefold() for value in values):
                return sides
        return None

    @property
    def words(self) -> str:
        """One sentence for the confirmation."""
        parts = [
            f"{', '.join(values)} = {_role(side)}"
            for side, values in (("mentor", self.mentor), ("mentee", self.mentee))
        ]
        if self.both:
            parts.append(f"{', '.join(self.both)} = {_role('both')}")
        if self.neither:
            parts.append(f"{', '.join(self.neither)} = left out")
        return f"column {self.column!r}: " + "; ".join(parts)


@dataclass(frozen=True)
class SidesByGrade:
    """The grade decides; a grade in neither list leaves the person out, in both puts them on both.

    Parameters
    ----------
    mentor, mentee : tuple of str
        Grades as the roster writes them.

    Examples
    --------
    >>> levels = SidesByGrade(mentor=("1", "2"), mentee=("4", "5"))
    >>> levels(table="staff.csv", cell="", grade="3")
    ()
    """

    mentor: tuple[str, ...]
    mentee: tuple[str, ...]

    def __post_init__(self) -> None:
        must(
            bool(self.mentor and self.mentee),
            "[sides] must list grades of mentors and grades of mentees.",
            CohortError,
        )

    def __call__(self, *, table: str, cell: str, grade: str) -> tuple[str, ...] | None:
        """Return the sides of this grade."""
        key = grade_key(grade)
        sides = (("mentor", self.mentor), ("mentee", self.mentee))
        return tuple(side for side, grades in sides if key in map(grade_key, grades))

    @property
    def words(self) -> str:
        """One sentence for the confirmation."""
        return (
            f"grade {', '.join(self.mentor)} = {_role('mentor')}; "
            f"grade {', '.join(self.mentee)} = {_role('mentee')}; other grades are left out"
        )


Sides = SidesByFile | SidesByColumn | SidesByGrade


def _role(side: str) -> str:
    return {
        "mentor": "a mentor (junior)",
        "mentee": "a mentee (senior)",
        "both": "on both sides",
    }[side]
