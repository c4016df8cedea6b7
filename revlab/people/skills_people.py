"""The people whom the skills database knows, each under a pseudonym."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from sqlalchemy import Connection, bindparam, delete, select, update

from revlab.errors import SkillsError, must
from revlab.people.skill_names import plain_words
from revlab.people.skills_database import SkillsDatabase
from revlab.people.skills_phrases import own_words
from revlab.people.skills_rows import check_people
from revlab.people.skills_schema import ENTRIES, PEOPLE, PHRASES, SKILLS
from revlab.people.skills_traffic import add_rows, read_frame, slots_of

__all__ = ["forget_person", "read_people", "record_people", "write_people"]


def record_people(db: SkillsDatabase, people: pd.DataFrame) -> int:
    """Add people, or bring what is known of them up to date.

    Parameters
    ----------
    db : SkillsDatabase
        Where.
    people : pandas.DataFrame
        Columns person_id (a pseudonym), unit, grade, and if known site and availability (a tuple
        of time slots).

    Returns
    -------
    int
        How many people are new.

    Raises
    ------
    SkillsError
        If a cell cannot be; nothing is written then.

    Examples
    --------
    >>> import tempfile
    >>> from revlab.people.skills_database import open_skills_database
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     db = open_skills_database(f"{folder}/skills.sqlite")
    ...     record_people(db, pd.DataFrame({"person_id": ["p1"], "unit": "Sales", "grade": 2}))
    1
    """
    rows = check_people(people)
    with db.writing() as connection:
        return write_people(connection, rows)


def write_people(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
    """Write checked people in the turn of a writer and return how many are new."""
    known = {row.person_id: row for row in connection.execute(select(PEOPLE))}
    new = [row for row in rows if row["person_id"] not in known]
    others = [row for row in rows if row["person_id"] in known]
    changed = [row for row in others if dict(row) != known[row["person_id"]]._asdict()]
    add_rows(connection, PEOPLE, new)
    if changed:
        names = [name for name in PEOPLE.c.keys() if name != "person_id"]  # noqa: SIM118
        statement = (
            update(PEOPLE)
            .where(PEOPLE.c.person_id == bindparam("key"))
            .values({name: bindparam(f"new_{name}") for name in names})
        )
        told = [
            {"key": row["person_id"], **{f"new_{name}": row[name] for name in names}}
            for row in changed
        ]
        connection.execute(statement, told)
    return len(new)


def read_people(db: SkillsDatabase) -> pd.DataFrame:
    """Return the people: person_id, unit, site, grade, availability (a tuple of time slots)."""
    with db.reading() as connection:
        frame = read_frame(connection, select(PEOPLE))
    frame["availability"] = [slots_of(text) for text in frame["availability"]]
    return frame.sort_values("person_id").reset_index(drop=True)


def forget_person(db: SkillsDatabase, person_id: str) -> int:
    """Remove a person and everything that the person offers and needs.

    Own words that nobody else used and nobody confirmed go too: they may tell who wrote them.

    Parameters
    ----------
    db : SkillsDatabase
        Where.
    person_id : str
        Who wants to be forgotten, or has left.

    Returns
    -------
    int
        How many entries went.

    Raises
    ------
    SkillsError
        If there is no such person.
    """
    with db.writing() as connection:
        gone = connection.execute(delete(ENTRIES).where(ENTRIES.c.person_id == person_id)).rowcount
        found = connection.execute(delete(PEOPLE).where(PEOPLE.c.person_id == person_id)).rowcount
        must(found == 1, "the database knows no such person; check the id.", SkillsError)
        _forget_words(connection)
    return int(gone)


def _forget_words(connection: Connection) -> None:
    """Remove unconfirmed own words that nobody uses any more."""
    taxonomy = read_frame(connection, select(SKILLS))
    waiting = own_words(taxonomy, read_frame(connection, select(PHRASES))).query("not confirmed")
    used = set(connection.execute(select(ENTRIES.c.skill_id).distinct()).scalars())
    rows = taxonomy[taxonomy["skill_id"].isin(waiting["skill_id"])]
    idle = ~rows["skill_id"].isin(used)
    words = rows["preferred_label"].map(plain_words)
    for text in sorted(set(words[idle]) - set(words[~idle])):
        connection.execute(delete(PHRASES).where(PHRASES.c.words == text))
    meant = set(connection.execute(select(PHRASES.c.skill_id)).scalars())
    for skill in sorted(set(rows.loc[idle, "skill_id"]) - meant):
        connection.execute(delete(SKILLS).where(SKILLS.c.skill_id == skill))
