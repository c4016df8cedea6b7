"""The sheet on which somebody goes through proposed mappings of free text, out and back in."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from revlab.errors import ConflictError, Fault, SkillsError, TableError, must
from revlab.people.sheets import Sheet, read_sheets
from revlab.people.skills_database import SkillsDatabase
from revlab.people.skills_phrases import confirm_phrase, map_phrases, own_words, read_phrases
from revlab.people.skills_taxonomy import read_taxonomy
from revlab.privacy.export import plain_cell, write_csv

__all__ = ["Review", "confirm_review", "open_phrases", "read_texts", "write_review"]

_YES = {"yes", "y", "x", "1", "true", "ja"}
_NO = {"", "no", "n", "0", "false", "nein"}
_SHEET = ("text", "skill_id", "confirm")


@dataclass(frozen=True)
class Review:
    """What came of a reviewed sheet.

    Parameters
    ----------
    confirmed : int
        Texts that are confirmed now.
    left : int
        Texts that nobody confirmed.
    """

    confirmed: int
    left: int

    def __repr__(self) -> str:
        return f"{self.confirmed} phrases confirmed, {self.left} left open"


def read_texts(path: Path) -> list[str]:
    """Return the different texts of a CSV or XLSX file with a column ``text``, in order.

    Raises
    ------
    TableError
        If it cannot be read or has no such column.
    """
    sheet, column = _read(path, ("text",))
    texts = (plain_cell(cell).strip() for cell in sheet.cells(column["text"]))
    return list(dict.fromkeys(text for text in texts if text))


def open_phrases(db: SkillsDatabase) -> list[str]:
    """Return the skills in people's own words that nobody has confirmed yet.

    Examples
    --------
    >>> import tempfile
    >>> from revlab.people.skills_database import open_skills_database
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     open_phrases(open_skills_database(f"{folder}/skills.sqlite"))
    []
    """
    taxonomy = read_taxonomy(db)
    waiting = own_words(taxonomy, read_phrases(db)).query("not confirmed")["skill_id"]
    texts: list[str] = taxonomy.loc[taxonomy["skill_id"].isin(waiting), "preferred_label"].tolist()
    return texts


def write_review(
    db: SkillsDatabase, texts: list[str], path: Path | str, *, if_exists: str = "refuse"
) -> pd.DataFrame:
    """Write a sheet with a proposal for each text, the doubtful ones first, to be confirmed.

    Parameters
    ----------
    db : SkillsDatabase
        Whose skills.
    texts : list of str
        What people wrote.
    path : pathlib.Path or str
        A CSV file. Whoever goes through it writes "yes" under ``confirm``, and another skill_id
        where the proposal is wrong.
    if_exists : {"refuse", "replace"}
        What to do if the file is there.

    Returns
    -------
    pandas.DataFrame
        The sheet: text, skill_id, label, confidence, how, confirm.
    """
    sheet = map_phrases(db, texts)
    sheet = sheet[sheet["how"] != "confirmed"].sort_values(["confidence", "text"], kind="stable")
    sheet = sheet.assign(confirm="").reset_index(drop=True)
    write_csv(sheet, path, if_exists=if_exists)
    return sheet


def confirm_review(db: SkillsDatabase, path: Path, *, by: str) -> Review:
    """Confirm what a reviewed sheet says "yes" to.

    Parameters
    ----------
    db : SkillsDatabase
        Where.
    path : pathlib.Path
        A sheet of `write_review`, as CSV or XLSX.
    by : str
        Who went through it, a role or a pseudonym.

    Returns
    -------
    Review
        How many were confirmed. What was confirmed before is confirmed again without harm.

    Raises
    ------
    TableError
        With every row that cannot be confirmed; the others are confirmed all the same.
    SkillsError
        If nobody is named.
    """
    must(bool(by.strip()), "a confirmation needs the name of a role, or a pseudonym.", SkillsError)
    sheet, column = _read(path, _SHEET)
    texts, skills, marks = (
        [plain_cell(cell).strip() for cell in sheet.cells(column[name])] for name in _SHEET
    )
    faults, confirmed = [], 0
    for (row, _), text, skill, mark in zip(sheet.rows, texts, skills, marks, strict=True):
        if mark.casefold() not in _YES | _NO:
            rule = f"must be yes, no or empty; got {mark[:20]!r}"
            faults.append(Fault(path.name, row, "confirm", rule, "correct the cell"))
        elif mark.casefold() in _YES:
            try:
                confirm_phrase(db, text, skill, by=by)
                confirmed += 1
            except ConflictError as error:
                faults.append(Fault(path.name, row, None, str(error).rstrip(".")))
            except SkillsError as error:
                faults.append(Fault(path.name, row, "skill_id", str(error).rstrip(".")))
    if faults:
        raise TableError(faults)
    return Review(confirmed, len(texts) - confirmed)


def _read(path: Path, names: tuple[str, ...]) -> tuple[Sheet, dict[str, int]]:
    read = read_sheets([path])
    if read.faults:
        raise TableError(read.faults)
    sheet = read.sheets[0]
    places = {name: sheet.find([name]) for name in names}
    faults = [
        Fault(path.name, None, name, "this column is missing", "add it", sheet.sheet)
        for name, place in places.items()
        if place is None
    ]
    if faults:
        raise TableError(faults)
    return sheet, {name: place for name, place in places.items() if place is not None}
