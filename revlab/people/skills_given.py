"""Skills from a confirmed sheet, an export or a skills database, for the people of a cohort."""

from dataclasses import replace
from pathlib import Path

import pandas as pd

from revlab.errors import CohortError, Fault, TableError, must
from revlab.people.assembly import NEED_LEVEL, OFFER_LEVEL
from revlab.people.cells import BadCellError, number
from revlab.people.cohort import Cohort
from revlab.people.given_rows import Known, read_given
from revlab.people.skill_names import resolve_skills
from revlab.people.skills import read_skills, skill_id
from revlab.people.skills_database import open_skills_database
from revlab.people.skills_exchange import to_cohort_skills
from revlab.people.skills_rows import CONTEXTS, SIDES, SOURCES
from revlab.people.unnamed import without_cells
from revlab.shipped import shipped

__all__ = ["read_given_skills", "with_skills"]

_COLUMNS = ["person_id", "skill_id", "side", "level", "source"]
_USUAL = {"offer": OFFER_LEVEL, "need": NEED_LEVEL}
_SQLITE = b"SQLite format 3\0"


def read_given_skills(where: Path | str, known: Known) -> pd.DataFrame:
    r"""Read the skills of the people of a roster, for `with_skills`.

    Parameters
    ----------
    where : pathlib.Path or str
        A table (CSV or XLSX) with ``person_id, skill_id, side`` and if known ``level, source,
        context``, as ``revlab intake confirm`` and ``revlab skills export`` write it; or a skills
        database, an SQLite file or ``postgresql://...``.
    known : Known
        The people of the roster. A database may hold more people, a table must not.

    Returns
    -------
    pandas.DataFrame
        ``person_id, skill_id, side, level, source``. Entries of private use are left out; a level
        that is not known is read as a roster reads it; what a manager says counts as assessed.

    Raises
    ------
    TableError
        With every fault of a table: a missing heading, somebody whom nobody knows, an entry
        twice, a side, level, source or context that does not exist.
    SkillsError
        If a database cannot be read.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 4]}, index=["ana", "bo"])
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "skills.csv"
    ...     _ = file.write_text("person_id,skill_id,side,level\nana,Javascript,offer,4\n")
    ...     skills = read_given_skills(file, Known(Cohort(people[:1], people[1:])))
    >>> skills.values.tolist()
    [['ana', 'javascript', 'offer', 4.0, 'self']]
    """
    if _is_database(where):
        frame = to_cohort_skills(open_skills_database(where, if_missing="refuse"))
        people = known.cohort.mentors.index.union(known.cohort.mentees.index)
        return frame[frame["person_id"].isin(people)].reset_index(drop=True)
    frame = _of_table(where, known)
    taxonomy = read_skills(shipped("data/skills/esco_digital.csv"))
    frame["skill_id"] = resolve_skills(frame["skill_id"], taxonomy)
    frame = frame.sort_values([*_COLUMNS[:3], "source", "level"], kind="stable")
    keys = ["person_id", "skill_id", "side", "source"]
    return frame.drop_duplicates(keys, keep="last").reset_index(drop=True)


def _is_database(where: Path | str) -> bool:
    if "://" in str(where):
        return True
    path = Path(where)
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_SQLITE)) == _SQLITE


def _of_table(path: Path | str, known: Known) -> pd.DataFrame:
    table = read_given(path, ("person_id", "skill_id", "side"))
    if table.faults:
        raise TableError(table.faults)
    faults: list[Fault] = []
    first: dict[tuple[str | None, ...], int] = {}
    rows: list[tuple[str, str, str, float, str]] = []
    for person, (row, cells) in zip(known.of(table, faults), table.rows, strict=True):
        entry = _Entry(table.file, row, cells, faults)
        side, skill, level = entry.one_of("side", SIDES), entry.skill(), entry.level()
        source = entry.one_of("source", SOURCES, usual="self")
        context = entry.one_of("context", CONTEXTS, usual="work")
        key = (person, skill, side, source, context)
        if person is not None and first.setdefault(key, row) != row:
            faults.append(Fault(table.file, row, None, f"repeats row {first[key]}", "remove one"))
        elif person is not None and context == "work":
            source = "assessed" if source == "manager" else source
            rows.append((person, skill, side, _USUAL.get(side, 0.0) if level is None else level,
                         source))  # fmt: skip
    if faults:
        faults.sort(key=lambda fault: fault.row or 0)
        raise TableError(faults if known.pseudonyms is None else without_cells(faults))
    return pd.DataFrame(rows, columns=_COLUMNS).astype({"level": "float64"})


class _Entry:
    """Reads one row of a table of skills and notes its faults."""

    def __init__(self, file: str, row: int, cells: dict[str, str], faults: list[Fault]):
        self.file, self.row, self.cells, self.faults = file, row, cells, faults

    def fault(self, column: str, rule: str, remedy: str) -> None:
        self.faults.append(Fault(self.file, self.row, column, rule, remedy))

    def one_of(self, column: str, options: tuple[str, ...], *, usual: str = "") -> str:
        said = self.cells.get(column, "").casefold() or usual
        if said not in options:
            listed = ", ".join(map(repr, options))
            self.fault(column, f"must be one of {listed}; got {said[:40]!r}", "correct the cell")
        return said

    def skill(self) -> str:
        name = skill_id(self.cells["skill_id"])
        if not name:
            self.fault("skill_id", "must not be empty", "name the skill or remove the row")
        return name

    def level(self) -> float | None:
        said = self.cells.get("level", "")
        try:
            value = number(said) if said else None
            if value is not None and not 0 <= value <= 5:
                raise BadCellError(f"must be from 0 to 5; got {value:g}", "correct the cell")
        except BadCellError as bad:
            self.fault("level", *bad.args)
            return None
        return value


def with_skills(cohort: Cohort, skills: pd.DataFrame) -> Cohort:
    """Return the cohort with these skills; they stand in the place of what the roster says.

    Where the roster has the same skill of the same person on the same side, the given level
    counts; every other skill of the roster stays.

    Parameters
    ----------
    cohort : Cohort
        The people, under the same ids or pseudonyms as the skills.
    skills : pandas.DataFrame
        From `read_given_skills`.

    Returns
    -------
    Cohort
        A note says how many of its people have no skill in the table.

    Raises
    ------
    CohortError
        If nobody of the cohort is in the skills: another key, or other people.

    Examples
    --------
    >>> people = pd.DataFrame({"unit": ["IT", "IT"], "grade": [1, 4]}, index=["a", "b"])
    >>> skills = pd.DataFrame([("a", "sql", "offer", 4.0, "self")], columns=_COLUMNS)
    >>> with_skills(Cohort(people[:1], people[1:]), skills).notes[0]
    'skills are given for 1 of 2 people (1 entry).'
    """
    people = cohort.mentors.index.union(cohort.mentees.index)
    own = skills[skills["person_id"].isin(people)]
    must(
        len(own) > 0,
        "nobody of the roster is in the skills: read both with the same key, or both with none.",
        CohortError,
    )
    keys = ["person_id", "skill_id", "side"]
    given = pd.MultiIndex.from_frame(own[keys])
    stays = ~pd.MultiIndex.from_frame(cohort.skills[keys]).isin(given)
    both = pd.concat([cohort.skills[stays], own]) if stays.any() else own
    note = (
        f"skills are given for {own['person_id'].nunique()} of {len(people)} people "
        f"({len(own)} {'entry' if len(own) == 1 else 'entries'})."
    )
    both = both.sort_values(_COLUMNS[:3], kind="stable").reset_index(drop=True)
    return replace(cohort, skills=both[_COLUMNS], notes=(*cohort.notes, note))
