"""The sheet on which a person confirms the skills that notes may speak of, and reading it."""

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from revlab.errors import Fault, TableError
from revlab.people.assembly import NEED_LEVEL, OFFER_LEVEL
from revlab.people.cells import BadCellError, Cells, number
from revlab.people.notes import InterviewNotes
from revlab.people.sheets import Sheet, clean_text, read_sheets
from revlab.people.skills import skill_labels
from revlab.privacy.export import write_csv

__all__ = ["REVIEW_COLUMNS", "ReviewedNotes", "read_notes_review", "write_notes_review"]

REVIEW_COLUMNS = (
    "confirm", "person_id", "side", "skill_id", "level", "skill", "phrase", "confidence", "how",
    "prompt", "text",
)  # fmt: skip
"""Headings of the sheet; a person fills in ``confirm`` (yes or no), may correct the next four."""

_READ = REVIEW_COLUMNS[:5]
_USUAL = {"offer": OFFER_LEVEL, "need": NEED_LEVEL}


@dataclass(frozen=True)
class ReviewedNotes:
    """What a person confirmed.

    Parameters
    ----------
    skills : pandas.DataFrame
        person_id, skill_id, side, level, source, as the skills of a cohort; only what was
        confirmed.
    n_refused, n_open : int
        Rows with a no, and rows without a word; neither is in ``skills``.
    """

    skills: pd.DataFrame = field(repr=False)
    n_refused: int
    n_open: int

    def __repr__(self) -> str:
        return f"{len(self.skills)} skills confirmed; {self.n_refused} refused, {self.n_open} open"


def write_notes_review(
    notes: InterviewNotes, path: Path | str, taxonomy: pd.DataFrame, *, if_exists: str = "refuse"
) -> Path:
    """Write the sheet on which a person confirms; nothing is confirmed on it.

    Parameters
    ----------
    notes : InterviewNotes
        From `read_notes`.
    path : pathlib.Path or str
        A CSV file.
    taxonomy : pandas.DataFrame
        For the words to show.
    if_exists : {"refuse", "replace"}
        What to do if the file is there.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    RevlabError
        If the file is there and must not be replaced.
    """
    labels = skill_labels(taxonomy)
    sheet = notes.proposals.assign(
        confirm="", level="", skill=notes.proposals["skill_id"].map(labels).fillna("")
    )
    sheet["confidence"] = sheet["confidence"].round(2)
    return write_csv(sheet[list(REVIEW_COLUMNS)], path, if_exists=if_exists)


def read_notes_review(path: Path | str, taxonomy: pd.DataFrame) -> ReviewedNotes:
    """Read a sheet that a person filled in; what has no yes is nowhere.

    Parameters
    ----------
    path : pathlib.Path or str
        The sheet, CSV or XLSX.
    taxonomy : pandas.DataFrame
        From `revlab.people.skills.read_skills`.

    Returns
    -------
    ReviewedNotes

    Raises
    ------
    TableError
        With every fault, each with its row.

    Examples
    --------
    >>> read_notes_review("none.csv", pd.DataFrame({"skill_id": ["javascript"]}))
    Traceback (most recent call last):
    ...
    revlab.errors.TableError: none.csv: there is no such file (check the name).
    """
    read = read_sheets([Path(path)])
    faults: list[Fault] = list(read.faults)
    known = set(taxonomy["skill_id"])
    rows: list[tuple[str, str, str, float, str]] = []
    refused = left = 0
    for sheet in read.sheets:
        places = {name: sheet.find([name]) for name in _READ}
        missing = [name for name, place in places.items() if place is None]
        faults += [
            Fault(sheet.file, 1, name, "this column is missing", "add it", sheet.sheet)
            for name in missing
        ]
        for row, cells in () if missing else sheet.rows:
            said = {name: cells[place] for name, place in places.items() if place is not None}
            if not clean_text(said["confirm"]):
                left += 1
            elif not _agreed(said["confirm"], sheet, row, faults):
                refused += 1
            else:
                rows.append(_skill(said, known, sheet, row, faults))
    if faults:
        raise TableError(faults)
    columns = ["person_id", "skill_id", "side", "level", "source"]
    frame = pd.DataFrame(rows, columns=columns).astype({"level": "float64"})
    frame = frame.sort_values(columns).drop_duplicates(columns[:3], keep="last")
    return ReviewedNotes(frame.reset_index(drop=True), refused, left)


def _fault(sheet: Sheet, row: int, column: str, rule: str, remedy: str) -> Fault:
    return Fault(sheet.file, row, column, rule, remedy, sheet.sheet)


def _agreed(cell: str, sheet: Sheet, row: int, faults: list[Fault]) -> bool:
    try:
        return Cells(";").agreed(cell)
    except BadCellError as bad:
        faults.append(_fault(sheet, row, "confirm", *bad.args))
        return False


def _skill(
    said: dict[str, str], known: set[str], sheet: Sheet, row: int, faults: list[Fault]
) -> tuple[str, str, str, float, str]:
    """Return one confirmed skill, its faults noted."""
    side, skill = clean_text(said["side"]).casefold(), clean_text(said["skill_id"])
    person, level = clean_text(said["person_id"]), _USUAL.get(side, 0.0)
    if not person:
        faults.append(_fault(sheet, row, "person_id", "must not be empty", "fill the cell"))
    if side not in _USUAL:
        rule = f"must be 'offer' or 'need'; got {side[:40]!r}"
        faults.append(_fault(sheet, row, "side", rule, "say whether it is offered or wanted"))
    if skill not in known:
        rule = f"{skill[:40]!r} is not in the taxonomy"
        faults.append(_fault(sheet, row, "skill_id", rule, "correct it or write no"))
    try:
        if clean_text(said["level"]):
            level = number(clean_text(said["level"]))
        if not 0 <= level <= 5:
            raise BadCellError("must be from 0 to 5", "correct it")
    except BadCellError as bad:
        faults.append(_fault(sheet, row, "level", *bad.args))
    return person, skill, side, level, "self"
