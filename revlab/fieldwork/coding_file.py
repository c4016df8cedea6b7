"""The filled sheet of two coders: read, with every fault at once, and never quoted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from revlab.errors import Fault, TableError
from revlab.fieldwork.comments_file import FIXED, NO_THEME
from revlab.people.sheets import Sheet, clean_text, heading_key, read_sheets
from revlab.privacy.export import plain_cell

__all__ = ["Coding", "read_coding"]

_MARKED = frozenset({"x", "1", "yes", "y", "true", "✓", "✔", "ja", "oui", "1.0"})
_EMPTY = frozenset({"", "0", "no", "n", "false", "-", "nein", "non", "0.0"})
_LONGEST_QUOTE = 12


@dataclass(frozen=True)
class Coding:
    """What two coders marked, without any text.

    Parameters
    ----------
    codes : pandas.DataFrame
        One row per comment, coder and theme: comment_id, respondent_id, coder, theme.
    comments : pandas.DataFrame
        One row per comment that both coders read: comment_id, respondent_id, and role if known.
    themes : tuple of str
        Columns of the sheet, also those that nobody marked.
    notes : tuple of str
        What the reader should know.
    """

    codes: pd.DataFrame = field(repr=False)
    comments: pd.DataFrame = field(repr=False)
    themes: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"{len(self.comments)} comments coded twice for {len(self.themes)} themes"


class _Reading:
    """The rows of all sheets and the faults on the way."""

    def __init__(self, themes: Sequence[str] | None) -> None:
        self.wanted = None if themes is None else {heading_key(name): name for name in themes}
        self.faults: list[Fault] = []
        self.rows: list[dict[str, object]] = []
        self.themes: dict[str, str] = {}

    def read(self, sheet: Sheet) -> None:
        def fault(row: int | None, column: str | None, rule: str, remedy: str) -> None:
            self.faults.append(Fault(sheet.file, row, column, rule, remedy, sheet.sheet))

        heads = {heading_key(plain_cell(head)): k for k, head in enumerate(sheet.headings) if head}
        for name in ("coder", "comment_id"):
            if name not in heads:
                fault(None, name, "this column is missing", "use the sheet as it was made")
        themes = {key: place for key, place in heads.items() if key not in FIXED}
        for key, place in themes.items():
            self.themes.setdefault(key, plain_cell(sheet.headings[place]))
            if self.wanted is not None and key not in self.wanted:
                known = ", ".join(repr(name) for name in self.wanted.values())
                rule = f"unknown theme; the themes are {known}"
                fault(1, self.themes[key], rule, "rename or remove the column")
        for key, name in (self.wanted or {}).items():
            if key not in themes:
                fault(None, name, "this theme has no column", "use the sheet as it was made")
        if not {"coder", "comment_id"} <= set(heads):
            return
        for row, cells in sheet.rows:
            record: dict[str, object] = {"file": sheet.file, "sheet": sheet.sheet, "row": row}
            for name in ("coder", "comment_id", "person", "role"):
                if name in heads:
                    record[name] = clean_text(plain_cell(cells[heads[name]]))
            for name in ("coder", "comment_id"):
                if not record[name]:
                    fault(row, name, "must not be empty", "fill the cell")
            marks = {key: self._mark(cells[k], row, key, fault) for key, k in themes.items()}
            none = NO_THEME in heads and self._mark(cells[heads[NO_THEME]], row, NO_THEME, fault)
            record["marks"] = [key for key, marked in marks.items() if marked]
            record["read"] = bool(record["marks"]) or none
            if none and record["marks"]:
                fault(row, NO_THEME, "is marked beside a theme", "keep one of the two")
            self.rows.append(record)

    def _mark(self, cell: str, row: int, key: str, fault: object) -> bool:
        mark = clean_text(cell).casefold()
        if mark not in _MARKED | _EMPTY:
            got = repr(mark) if len(mark) <= _LONGEST_QUOTE else f"a text of {len(mark)} characters"
            fault(row, self.themes.get(key, key), f"must be x or empty; got {got}", "correct it")  # type: ignore[operator]
        return mark in _MARKED


def read_coding(path: Path, *, themes: Sequence[str] | None = None) -> Coding:
    """Read the filled sheet of two coders.

    Parameters
    ----------
    path : pathlib.Path
        The sheet that `coding_sheet` made, filled in: one table with both coders, or a workbook
        with a sheet for each. A mark is x (or 1, yes); a row without a theme has its mark under
        "no theme".
    themes : sequence of str, optional
        The themes that were agreed on; another column is then a fault.

    Returns
    -------
    Coding

    Raises
    ------
    TableError
        With every fault: unknown theme, coder missing, comment coded once only, coded twice by
        one coder, row without a mark, wrong mark, another person or role for the same comment.

    Examples
    --------
    >>> read_coding(Path("none.csv"))
    Traceback (most recent call last):
    ...
    revlab.errors.TableError: none.csv: there is no such file (check the name).
    """
    read = read_sheets([path])
    reading = _Reading(themes)
    reading.faults += read.faults
    for sheet in read.sheets:
        reading.read(sheet)
    rows = pd.DataFrame(reading.rows)
    if len(rows):
        reading.faults += [*_coder_faults(rows), *_comment_faults(rows)]
    if not reading.themes and not reading.faults:
        rule = "has no column for a theme"
        reading.faults.append(Fault(path.name, 1, None, rule, "use the sheet as it was made"))
    if reading.faults:
        raise TableError(reading.faults)
    notes = list(read.notes)
    if "person" not in rows:
        notes.append(f"{path.name}: there is no column 'person', so each comment is one person's.")
        rows["person"] = rows["comment_id"]
    rows = rows.rename(columns={"person": "respondent_id"})
    codes = rows.explode("marks").dropna(subset=["marks"]).rename(columns={"marks": "theme"})
    codes["theme"] = codes["theme"].map(reading.themes)
    columns = ["comment_id", "respondent_id", *(["role"] if "role" in rows else [])]
    comments = rows[columns].drop_duplicates().reset_index(drop=True)
    kept = ["comment_id", "respondent_id", "coder", "theme"]
    codes = codes[kept].reset_index(drop=True)
    return Coding(codes, comments, tuple(reading.themes.values()), tuple(notes))


def _place(row: pd.Series, column: str | None, rule: str, remedy: str) -> Fault:
    sheet = None if pd.isna(row["sheet"]) else str(row["sheet"])
    return Fault(str(row["file"]), int(row["row"]), column, rule, remedy, sheet)


def _coder_faults(rows: pd.DataFrame) -> list[Fault]:
    coders = sorted(set(rows["coder"]) - {""})
    file = str(rows["file"].iloc[0])
    faults = []
    if len(coders) != 2:
        named = f": {', '.join(coders[:5])}" if coders else ""
        rule = f"needs the marks of two coders; it has {len(coders)}{named}"
        faults.append(Fault(file, None, "coder", rule, "put both coders' rows into one file"))
    for coder, part in rows[rows["coder"] != ""].groupby("coder"):
        unread = part[~part["read"]]
        if len(unread) == len(part):
            rule = f"{coder!r} has marked nothing in {len(part)} rows"
            faults.append(Fault(file, None, "coder", rule, "let this coder fill in the sheet"))
            continue
        rule = f"{coder!r} marked nothing here"
        remedy = f"mark a theme or {NO_THEME!r}"
        faults += [_place(row, None, rule, remedy) for _, row in unread.iterrows()]
    return faults


def _comment_faults(rows: pd.DataFrame) -> list[Fault]:
    faults = []
    for comment, part in rows[(rows["comment_id"] != "") & (rows["coder"] != "")].groupby(
        "comment_id", sort=False
    ):
        again = part[part.duplicated("coder")]
        for _, row in again.iterrows():
            first = part.loc[part["coder"] == row["coder"], "row"].iloc[0]
            rule = f"{row['coder']!r} coded comment {comment!r} in row {first} already"
            faults.append(_place(row, "comment_id", rule, "remove one"))
        if part["coder"].nunique() == 1 and rows["coder"].nunique() > 1:
            row = part.iloc[0]
            rule = f"comment {comment!r} is coded by {row['coder']!r} only"
            remedy = "let the other coder read it, or remove it"
            faults.append(_place(row, "comment_id", rule, remedy))
        for name in ("person", "role"):
            if name in part and part[name].nunique() > 1:
                rule = f"comment {comment!r} has another {name} than in row {part['row'].iloc[0]}"
                row = part[part[name] != part[name].iloc[0]].iloc[0]
                faults.append(_place(row, name, rule, "make them the same"))
    return faults
