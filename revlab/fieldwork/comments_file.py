"""Open comments: a file of them, and the empty sheet on which two coders mark themes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from revlab.errors import Fault, OptionError, TableError, must
from revlab.people.sheets import Sheet, clean_text, heading_key, read_sheets
from revlab.rng import stream

__all__ = [
    "CODERS",
    "FIXED",
    "NO_THEME",
    "Comments",
    "coding_sheet",
    "read_comments",
    "theme_names",
]

CODERS = ("coder 1", "coder 2")
NO_THEME = "no theme"
FIXED = ("coder", "comment_id", "person", "role", "text", NO_THEME)
"""Headings of a coding sheet that are no themes."""

_READ = ("comment_id", "text", "respondent_id", "role", "dyad", "wave")
_ALSO = {"dyad": ("dyad", "dyad_id"), "respondent_id": ("respondent_id", "person_id")}
_ROLES = ("mentor", "mentee")
_MOST_THEMES = 40


@dataclass(frozen=True)
class Comments:
    """Open comments as a file holds them; shows no text.

    Parameters
    ----------
    rows : pandas.DataFrame
        comment_id, text, person (a number, the same for the comments of one person) and, if the
        file tells it, role.
    notes : tuple of str
        What the reader should know, in sentences.
    """

    rows: pd.DataFrame = field(repr=False)
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"{len(self.rows)} comments of {self.rows['person'].nunique()} people (not shown)"


def read_comments(path: Path) -> Comments:
    """Read a file of comments.

    Parameters
    ----------
    path : pathlib.Path
        CSV or XLSX with comment_id and text, and optionally respondent_id, or role and dyad, which
        tell whose comment it is, and wave. Rows without a text are left out.

    Returns
    -------
    Comments

    Raises
    ------
    TableError
        With every fault: file, row, column, rule and remedy. It never quotes a comment.

    Examples
    --------
    >>> read_comments(Path("none.csv"))
    Traceback (most recent call last):
    ...
    revlab.errors.TableError: none.csv: there is no such file (check the name).
    """
    read = read_sheets([path])
    faults, notes, tables = list(read.faults), list(read.notes), []
    for sheet in read.sheets:
        tables.append(_rows(sheet, faults, notes))
    if faults:
        raise TableError(faults)
    rows = pd.concat(tables, ignore_index=True)
    faults = _repeats(rows, path.name)
    if faults:
        raise TableError(faults)
    return Comments(_with_people(rows, path.name, notes), tuple(notes))


def _rows(sheet: Sheet, faults: list[Fault], notes: list[str]) -> pd.DataFrame:
    def fault(row: int | None, column: str | None, rule: str, remedy: str) -> None:
        faults.append(Fault(sheet.file, row, column, rule, remedy, sheet.sheet))

    places = {name: sheet.find(_ALSO.get(name, (name,))) for name in _READ}
    for name in ("comment_id", "text"):
        if places[name] is None:
            fault(None, name, "this column is missing", "add it")
    spare = [h for k, h in enumerate(sheet.headings) if k not in places.values() and h]
    if spare:
        notes.append(f"{sheet.name}: not read: {', '.join(spare)}.")
    known = {name: place for name, place in places.items() if place is not None}
    table = pd.DataFrame({n: map(clean_text, sheet.cells(p)) for n, p in known.items()})
    table.insert(0, "row", [row for row, _ in sheet.rows])
    if places["comment_id"] is None or places["text"] is None:
        return table
    table["text"] = [cell.strip() for cell in sheet.cells(places["text"])]
    empty = table["text"] == ""
    if empty.any():
        notes.append(f"{sheet.name}: {int(empty.sum())} rows without a text are left out.")
    table = table[~empty]
    seen: dict[str, int] = {}
    for row, one in zip(table["row"], table["comment_id"], strict=True):
        if not one:
            fault(row, "comment_id", "must not be empty", "fill the cell")
        elif one in seen:
            rule = f"repeats row {seen[one]}; each comment needs its own"
            fault(row, "comment_id", rule, "rename or remove one")
        seen.setdefault(one, row)
    if "role" in table:
        table["role"] = table["role"].str.lower()
        for row, role in zip(table["row"], table["role"], strict=True):
            if role not in _ROLES:
                fault(
                    row, "role", "must be mentor (the junior) or mentee (the senior)", "correct it"
                )
    if table.empty:
        fault(None, "text", "holds no comment", "add one line per comment")
    return table


def _repeats(rows: pd.DataFrame, file: str) -> list[Fault]:
    faults = []
    seen: dict[str, int] = {}
    for row, one in zip(rows["row"], rows["comment_id"], strict=True):
        rule = "must not be empty" if not one else ""
        if one in seen:
            rule = f"repeats row {seen[one]}; each comment needs an id of its own"
        elif one:
            seen[one] = int(row)
        if rule:
            faults.append(Fault(file, int(row), "comment_id", rule, "correct the cell"))
    return faults


def _with_people(rows: pd.DataFrame, file: str, notes: list[str]) -> pd.DataFrame:
    """Give people numbers; who cannot be told apart counts once per comment, and is told so."""
    if "respondent_id" in rows:
        keys = ["respondent_id"]
    elif {"role", "dyad"} <= set(rows):
        keys = ["dyad", "role"]
    else:
        waves = rows["wave"].nunique() if "wave" in rows else 1
        if waves > 1:
            rule = "tells of several waves, in which one person may write several times"
            remedy = "add respondent_id, or role and dyad"
            raise TableError([Fault(file, None, "wave", rule, remedy)])
        notes.append(
            f"{file}: nothing tells whose comment it is, so each counts as one person's; add "
            "respondent_id, or role and dyad, if somebody may have written twice."
        )
        return rows.assign(person=range(1, len(rows) + 1))
    told = (rows[keys] != "").all(axis=1)
    if not told.all():
        faults = [
            Fault(file, int(row), " + ".join(keys), "must not be empty", "fill the cell")
            for row in rows.loc[~told, "row"]
        ]
        raise TableError(faults)
    return rows.assign(person=rows.groupby(keys, sort=False).ngroup() + 1)


def theme_names(text: str) -> list[str]:
    """Return the themes that a comma-separated text names.

    Raises
    ------
    OptionError
        If there is none, one is there twice, one is too long or has another meaning on the sheet.

    Examples
    --------
    >>> theme_names("time, trust , tools")
    ['time', 'trust', 'tools']
    """
    names = [clean_text(part) for part in text.split(",")]
    names = [name for name in names if name]
    must(bool(names), "`themes` names no theme; give for instance time,trust.", OptionError)
    must(
        len(names) <= _MOST_THEMES,
        f"`themes` names {len(names)} themes; coders cannot keep more than {_MOST_THEMES} apart.",
        OptionError,
    )
    keys = [heading_key(name) for name in names]
    for name, key in zip(names, keys, strict=True):
        must(keys.count(key) == 1, f"`themes` names {name!r} twice; leave one out.", OptionError)
        must(
            key not in FIXED,
            f"`themes`: {name!r} is another column of the sheet; choose another word.",
            OptionError,
        )
        must(
            len(name) <= 60, f"`themes`: {name[:20]!r}… is longer than 60 characters.", OptionError
        )
    return names


def coding_sheet(
    comments: Comments, themes: Sequence[str], *, seed: int
) -> dict[str, pd.DataFrame]:
    """Make the empty sheet of each coder: all comments in an order of chance, a column per theme.

    Parameters
    ----------
    comments : Comments
        What was written; scrub the texts before.
    themes : sequence of str
        Names of the themes, see `theme_names`.
    seed : int
        Of the two orders. Each coder has another order, so that tiredness does not fall on the
        same comments, and people have numbers that say nothing about them.

    Returns
    -------
    dict of str to pandas.DataFrame
        One sheet per coder: coder, comment_id, person, role if it is known, text, one column per
        theme and "no theme".

    Examples
    --------
    >>> rows = pd.DataFrame({"comment_id": ["a"], "text": ["No time."], "person": [1]})
    >>> coding_sheet(Comments(rows), ["time"], seed=1)["coder 2"].columns.tolist()
    ['coder', 'comment_id', 'person', 'text', 'time', 'no theme']
    """
    rows = comments.rows
    people = rows["person"].unique()
    numbers = stream(seed, "comments", "people").permutation(len(people)) + 1
    code = dict(zip(people, (f"w{number:04d}" for number in numbers), strict=True))
    names = ["comment_id", "person", *(["role"] if "role" in rows else []), "text"]
    table = rows.assign(person=rows["person"].map(code))[names]
    sheets = {}
    for coder in CODERS:
        order = stream(seed, "comments", coder).permutation(len(table))
        sheet = table.iloc[order].reset_index(drop=True)
        sheet.insert(0, "coder", coder)
        sheets[coder] = sheet.assign(**dict.fromkeys([*themes, NO_THEME], ""))
    return sheets
