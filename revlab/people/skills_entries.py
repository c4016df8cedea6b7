"""What each person offers and needs: written without losing what others wrote."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd
from sqlalchemy import Connection, bindparam, select, text, update

from revlab.errors import ConflictError, SkillsError, must, one_of
from revlab.people.skills_database import SkillsDatabase
from revlab.people.skills_rows import SIDES, check_entries
from revlab.people.skills_schema import ENTRIES, ENTRY_KEY, PEOPLE, SKILLS
from revlab.people.skills_traffic import add_rows, read_frame, sent_whole

__all__ = [
    "change_entries",
    "entry_key",
    "read_entries",
    "record_entries",
    "stored_entries",
]

Key = tuple[str, ...]
_CHANGED = ("level", "recorded_on", "confirmed")
_MOST_NAMES = 10_000  # SQLite and PostgreSQL take some 32,000 parameters


def record_entries(db: SkillsDatabase, entries: pd.DataFrame) -> int:
    """Add offers and needs, or change some that were read before; all of them or none.

    A row that is new has version 0 or none. To change entries, read them with `read_entries`,
    change level, recorded_on or confirmed, and give them back with the version that they had: if
    somebody else has changed one of them since, this is said and nothing is written.

    Parameters
    ----------
    db : SkillsDatabase
        Where; it must know the people and the skills.
    entries : pandas.DataFrame
        Columns person_id, skill_id, side ("offer" or "need"), level (0 to 5: how well the person
        masters the skill today; may be missing); if they differ from what is usual: context
        ("work" or "private"), source ("self", "assessed", "manager" or "simulated"), recorded_on
        (a day), confirmed (False), version (0).

    Returns
    -------
    int
        How many entries were written.

    Raises
    ------
    ConflictError
        If an entry was changed, added or removed by somebody else since it was read.
    SkillsError
        If a cell cannot be, or a person or a skill is not known.

    Examples
    --------
    >>> import tempfile
    >>> from revlab.people.skills_database import open_skills_database
    >>> from revlab.people.skills_people import record_people
    >>> from revlab.people.skills_taxonomy import add_own_skill
    >>> one = pd.DataFrame({"person_id": ["p1"], "skill_id": ["juggling"], "side": ["offer"]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     db = open_skills_database(f"{folder}/skills.sqlite")
    ...     _ = record_people(db, pd.DataFrame({"person_id": ["p1"], "unit": "HR", "grade": 2}))
    ...     _ = add_own_skill(db, "juggling")
    ...     _ = record_entries(db, one.assign(level=4))
    ...     seen = read_entries(db)
    ...     _ = record_entries(db, seen.assign(level=5))
    ...     record_entries(db, seen.assign(level=3))
    Traceback (most recent call last):
    ...
    revlab.errors.ConflictError: 1 of 1 entries was changed by somebody else since it was read, \
first the offer 'juggling' of 'p1'; nothing was written; read again.
    """
    rows = check_entries(entries)
    _once(rows)
    with db.writing() as connection:
        people = {row["person_id"] for row in rows}
        stored = stored_entries(connection, people)
        late = [row for row in rows if _version(stored, row) != row["version"]]
        if late:
            raise ConflictError(_late(late, len(rows)))
        _known(connection, rows)
        add_rows(connection, ENTRIES, [{**row, "version": 1} for row in rows if not row["version"]])
        change_entries(connection, [row for row in rows if row["version"]])
    return len(rows)


def _once(rows: Sequence[Mapping[str, Any]]) -> None:
    again = len(rows) - len({entry_key(row) for row in rows})
    must(not again, f"entries: {again} of {len(rows)} rows repeats another one.", SkillsError)


def entry_key(row: Mapping[str, Any]) -> Key:
    """Return the cells that name an entry."""
    return tuple(row[name] for name in ENTRY_KEY)


def _version(stored: Mapping[Key, Mapping[str, Any]], row: Mapping[str, Any]) -> int:
    found = stored.get(entry_key(row))
    return 0 if found is None else int(found["version"])


def _late(late: Sequence[Mapping[str, Any]], total: int) -> str:
    first = late[0]
    which = f"the {first['side']} {first['skill_id']!r} of {first['person_id']!r}"
    return (
        f"{len(late)} of {total} entries was changed by somebody else since it was read, first "
        f"{which}; nothing was written; read again."
    )


def _known(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    for column, what in ((PEOPLE.c.person_id, "person"), (SKILLS.c.skill_id, "skill")):
        known = set(connection.execute(select(column)).scalars())
        strange = sorted({row[column.name] for row in rows} - known)
        must(
            not strange,
            f"the database knows no {what} {strange[:1]} ({len(strange)} in all); record the "
            f"{what} first.",
            SkillsError,
        )


def stored_entries(connection: Connection, people: set[str]) -> dict[Key, dict[str, Any]]:
    """Return the entries of some people by their key.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To the database.
    people : set of str
        Ids; many of them are found faster in all entries than one by one.
    """
    query = select(ENTRIES)
    if len(people) <= _MOST_NAMES // 100:
        query = query.where(ENTRIES.c.person_id.in_(sorted(people)))
    rows = (dict(row) for row in connection.execute(query).mappings())
    return {entry_key(row): row for row in rows if row["person_id"] in people}


def change_entries(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Change checked entries that are there, in the turn of a writer; each becomes a version on."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        cells = ", ".join(f"{name} = new.{name}" for name in _CHANGED)
        same = " AND ".join(f"entries.{name} = new.{name}" for name in ENTRY_KEY)
        for part in sent_whole(ENTRIES, rows):
            whole = (
                f"UPDATE entries SET {cells}, version = entries.version + 1 "
                f"FROM {part.name} AS new WHERE {same}"
            )
            connection.execute(text(whole), {"rows": part.rows})
        return
    statement = update(ENTRIES).values(
        version=ENTRIES.c.version + 1, **{name: bindparam(f"new_{name}") for name in _CHANGED}
    )
    for name in ENTRY_KEY:
        statement = statement.where(ENTRIES.c[name] == bindparam(f"key_{name}"))
    told = [
        {f"new_{name}": row[name] for name in _CHANGED}
        | {f"key_{name}": row[name] for name in ENTRY_KEY}
        for row in rows
    ]
    connection.execute(statement, told)


def read_entries(
    db: SkillsDatabase,
    *,
    person_id: str | None = None,
    side: str | None = None,
    skills: Collection[str] | None = None,
) -> pd.DataFrame:
    """Return offers and needs in the order of their keys.

    Parameters
    ----------
    db : SkillsDatabase
        From where.
    person_id : str, optional
        Of one person only.
    side : {"offer", "need"}, optional
        Of one side only.
    skills : collection of str, optional
        Of these skills only.

    Returns
    -------
    pandas.DataFrame
        person_id, skill_id, side, context, source, level, recorded_on, confirmed, version.
    """
    others = [ENTRIES.c[name] for name in (*_CHANGED, "version")]
    keys = [ENTRIES.c[name] for name in ENTRY_KEY]
    query = select(*keys, *others)
    if person_id is not None:
        query = query.where(ENTRIES.c.person_id == person_id)
    if side is not None:
        query = query.where(ENTRIES.c.side == one_of("side", side, SIDES))
    if skills is not None and len(skills) <= _MOST_NAMES:
        query = query.where(ENTRIES.c.skill_id.in_(sorted(skills)))
    with db.reading() as connection:
        frame = read_frame(connection, query)
    if skills is not None:
        frame = frame[frame["skill_id"].isin(skills)]
    # Databases sort texts by their own rules; here the order is that of the code points.
    return frame.sort_values(list(ENTRY_KEY), kind="stable").reset_index(drop=True)
