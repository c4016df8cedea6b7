"""What a row of the skills database may hold, checked before it is written."""

import json
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from revlab.errors import SkillsError, must

__all__ = [
    "CONTEXTS",
    "LONGEST",
    "SIDES",
    "SOURCES",
    "check_entries",
    "check_people",
    "check_texts",
    "written_slots",
]

SIDES = ("offer", "need")
SOURCES = ("assessed", "manager", "self", "simulated")
CONTEXTS = ("work", "private")
"""What an entry may say; the sources stand in the order in which they are trusted."""

LONGEST: Mapping[str, int] = MappingProxyType(
    {"person_id": 200, "skill_id": 200, "words": 500, "text": 500, "preferred_label": 500}
)
"""Characters of what is looked up by; PostgreSQL cannot index texts of any length."""

_NO_CHARACTER = re.compile("[\0\ud800-\udfff]")


def check_texts(values: pd.Series, name: str, *, missing: str = "refuse") -> pd.Series:
    r"""Return texts that both kinds of database can hold, as Python strings or None.

    Parameters
    ----------
    values : pandas.Series
        Cells.
    name : str
        The column, for the message; texts themselves are not repeated in it.
    missing : {"refuse", "keep"}
        Whether a cell may be empty.

    Raises
    ------
    SkillsError
        If a cell is no text, empty, longer than `LONGEST`, or holds what is no character.

    Examples
    --------
    >>> check_texts(pd.Series(["ana", "b\0"]), "person_id")
    Traceback (most recent call last):
    ...
    revlab.errors.SkillsError: person_id: 1 of 2 texts holds a NUL or half a character; remove it.
    """
    cells = [None if cell is None or cell is pd.NA or cell != cell else cell for cell in values]
    texts = [cell for cell in cells if cell is not None]
    total = len(cells)
    odd = sum(not isinstance(cell, str) for cell in texts)
    must(not odd, f"{name}: {odd} of {total} cells is no text; write it as text.", SkillsError)
    empty = total - len(texts) + sum(not cell.strip() for cell in texts)
    must(
        missing == "keep" or not empty,
        f"{name}: {empty} of {total} cells is empty; fill it.",
        SkillsError,
    )
    broken = sum(_NO_CHARACTER.search(cell) is not None for cell in texts)
    must(
        not broken,
        f"{name}: {broken} of {total} texts holds a NUL or half a character; remove it.",
        SkillsError,
    )
    most = LONGEST.get(name)
    long = 0 if most is None else sum(len(cell) > most for cell in texts)
    must(
        not long,
        f"{name}: {long} of {total} texts is longer than {most} characters; shorten it.",
        SkillsError,
    )
    return pd.Series(cells, index=values.index, dtype=object)


def check_people(people: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of people, ready to be written.

    Parameters
    ----------
    people : pandas.DataFrame
        Columns person_id, unit, grade, and if known site and availability (tuples).

    Raises
    ------
    SkillsError
        If a column is missing or a cell cannot be, or an id is an e-mail address.
    """
    _columns(people, ("person_id", "unit", "grade"), "people")
    ids = check_texts(people["person_id"], "person_id")
    again = int(ids.duplicated().sum())
    must(not again, f"people: {again} of {len(ids)} ids stands there twice.", SkillsError)
    open_ids = int(ids.str.contains("@").sum())
    are = "is an e-mail address" if open_ids == 1 else "are e-mail addresses"
    must(
        not open_ids,
        f"people: {open_ids} of {len(ids)} ids {are}; give pseudonyms by a key (--key FILE; "
        "a new one comes from: revlab intake key FILE).",
        SkillsError,
    )
    grades = pd.to_numeric(people["grade"], errors="coerce").to_numpy(float, na_value=np.nan)
    whole = np.isfinite(grades) & (np.floor(grades) == grades) & (np.abs(grades) < 2**31)
    must(bool(whole.all()), "people: every grade must be a whole number.", SkillsError)
    sites = people.get("site", pd.Series([None] * len(people), index=people.index))
    slots = people.get("availability", pd.Series([()] * len(people), index=people.index))
    columns = {
        "person_id": ids,
        "unit": check_texts(people["unit"], "unit"),
        "site": check_texts(sites, "site", missing="keep"),
        "grade": [int(grade) for grade in grades],
        "availability": [written_slots(entries) for entries in slots],
    }
    return _records(columns)


def check_entries(entries: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of offers and needs, ready to be written.

    Parameters
    ----------
    entries : pandas.DataFrame
        Columns person_id, skill_id, side, level (0 to 5, may be missing), and if they differ from
        what is usual: context ("work"), source ("self"), recorded_on (a day, may be missing),
        confirmed (False), version (0 for a new entry, else as it was read).

    Raises
    ------
    SkillsError
        If a column is missing, a cell cannot be, or an entry stands there twice.
    """
    _columns(entries, ("person_id", "skill_id", "side", "level"), "entries")
    usual = {"context": "work", "source": "self", "recorded_on": None, "confirmed": False}
    rows = entries.assign(**{k: v for k, v in {**usual, "version": 0}.items() if k not in entries})
    for name, options in (("side", SIDES), ("context", CONTEXTS), ("source", SOURCES)):
        listed = ", ".join(map(repr, options))
        known = bool(rows[name].isin(options).all())
        must(known, f"entries: {name} must be one of {listed}.", SkillsError)
    told = rows["level"].notna()
    levels = pd.to_numeric(rows["level"], errors="coerce").to_numpy(float, na_value=np.nan)
    fits = (levels >= 0) & (levels <= 5)
    must(bool(fits[told].all()), "entries: every level must be a number 0 to 5.", SkillsError)
    flags = rows["confirmed"].isin([True, False]).all() and rows["confirmed"].notna().all()
    must(bool(flags), "entries: confirmed must be True or False.", SkillsError)
    versions = pd.to_numeric(rows["version"], errors="coerce").fillna(-1)
    whole = bool(((versions >= 0) & (versions % 1 == 0)).all())
    must(whole, "entries: version must be 0 or as it was read.", SkillsError)
    columns = {
        "person_id": check_texts(rows["person_id"], "person_id"),
        "skill_id": check_texts(rows["skill_id"], "skill_id"),
        **{name: rows[name].astype(object) for name in ("side", "context", "source")},
        "level": [None if level != level else float(level) for level in levels],
        "recorded_on": _days(rows["recorded_on"]),
        "confirmed": [bool(flag) for flag in rows["confirmed"]],
        "version": [int(version) for version in versions],
    }
    return _records(columns)


def _days(values: pd.Series) -> list[Any]:
    try:
        days = pd.to_datetime(values, errors="raise")
        none = bool(days.isna().eq(values.isna()).all()) and days.dt.tz is None
    except (ValueError, TypeError, AttributeError):
        none = False
    must(none, "entries: recorded_on must be a day such as 2026-03-31, or empty.", SkillsError)
    return [None if day is pd.NaT else day.date() for day in days]


def _columns(frame: pd.DataFrame, needed: Sequence[str], what: str) -> None:
    missing = [name for name in needed if name not in frame]
    must(not missing, f"{what}: the columns {missing} are missing.", SkillsError)


def _records(columns: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def written_slots(slots: object) -> str:
    """Return time slots as they are stored.

    Examples
    --------
    >>> written_slots(("Mon AM", "Tue PM"))
    '["Mon AM", "Tue PM"]'
    """
    texts = isinstance(slots, tuple) and all(isinstance(slot, str) for slot in slots)
    must(texts, "people: availability must hold a tuple of texts for everybody.", SkillsError)
    written = json.dumps(slots, ensure_ascii=False)
    broken = "\\u0000" in written or _NO_CHARACTER.search(written) is not None
    must(not broken, "people: availability holds a NUL or half a character.", SkillsError)
    return written
