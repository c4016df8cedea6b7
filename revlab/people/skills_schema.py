"""The tables of the skills database, and the steps that bring an older file up to date."""

from collections.abc import Callable

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    Double,
    Integer,
    MetaData,
    Table,
    Text,
    inspect,
    select,
    text,
)

from revlab.errors import SkillsError, must

__all__ = [
    "ENTRIES",
    "ENTRY_KEY",
    "NEWEST",
    "PEOPLE",
    "PHRASES",
    "SKILLS",
    "STEPS",
    "bring_up_to_date",
    "stored_version",
]

_METADATA = MetaData()
_VERSION = Table("revlab_schema", _METADATA, Column("version", Integer, nullable=False))

SKILLS = Table(
    "skills",
    _METADATA,
    Column("skill_id", Text, primary_key=True),
    Column("preferred_label", Text, nullable=False),
    Column("group_code", Text),
    Column("group_label", Text),
    Column("alt_labels", Text),
    Column("esco_id", Text),
    Column("attribution", Text),
)
"""One row per skill; an own skill has no attribution, and no group if nobody gave it one."""

PEOPLE = Table(
    "people",
    _METADATA,
    Column("person_id", Text, primary_key=True),
    Column("unit", Text, nullable=False),
    Column("site", Text),
    Column("grade", Integer, nullable=False),
    Column("availability", Text, nullable=False),
)
"""One row per person under a pseudonym; the free time slots are a JSON list of texts."""

ENTRIES = Table(
    "entries",
    _METADATA,
    Column("person_id", Text, nullable=False),
    Column("skill_id", Text, nullable=False),
    Column("side", Text, nullable=False),
    Column("level", Double),
    Column("context", Text, nullable=False),
    Column("confirmed", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("source", Text, nullable=False),
    Column("recorded_on", Date),
)
"""What a person offers or needs; ``version`` counts the changes of the row."""

ENTRY_KEY = ("person_id", "skill_id", "side", "context", "source")
"""The columns that name an entry: the same skill may be rated by oneself and by a manager."""

PHRASES = Table(
    "phrases",
    _METADATA,
    Column("words", Text, primary_key=True),
    Column("text", Text, nullable=False),
    Column("skill_id", Text, nullable=False),
    Column("confidence", Double, nullable=False),
    Column("how", Text, nullable=False),
    Column("confirmed_by", Text),
)
"""Free text and the skill it stands for; ``words`` is the text in plain words."""

_OURS = frozenset(_METADATA.tables)


_VERSION_1 = """
CREATE TABLE skills (
    skill_id TEXT NOT NULL PRIMARY KEY, preferred_label TEXT NOT NULL, group_code TEXT,
    group_label TEXT, alt_labels TEXT, esco_id TEXT, attribution TEXT
);
CREATE TABLE people (
    person_id TEXT NOT NULL PRIMARY KEY, unit TEXT NOT NULL, site TEXT, grade INTEGER NOT NULL,
    availability TEXT NOT NULL
);
CREATE TABLE entries (
    person_id TEXT NOT NULL REFERENCES people (person_id),
    skill_id TEXT NOT NULL REFERENCES skills (skill_id),
    side TEXT NOT NULL CHECK (side IN ('offer', 'need')),
    level DOUBLE PRECISION CHECK (level >= 0 AND level <= 5),
    context TEXT NOT NULL CHECK (context IN ('work', 'private')),
    confirmed BOOLEAN NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1)
);
CREATE UNIQUE INDEX entry_key ON entries (person_id, skill_id, side, context);
CREATE INDEX entry_skill ON entries (skill_id);
CREATE TABLE phrases (
    words TEXT NOT NULL PRIMARY KEY, text TEXT NOT NULL,
    skill_id TEXT NOT NULL REFERENCES skills (skill_id),
    confidence DOUBLE PRECISION NOT NULL CHECK (confidence >= 0 AND confidence <= 1),
    how TEXT NOT NULL, confirmed_by TEXT
);
CREATE TABLE revlab_schema (version INTEGER NOT NULL);
INSERT INTO revlab_schema (version) VALUES (0);
"""
_VERSION_2 = """
ALTER TABLE entries ADD COLUMN source TEXT NOT NULL DEFAULT 'self'
    CHECK (source IN ('self', 'assessed', 'manager', 'simulated'));
ALTER TABLE entries ADD COLUMN recorded_on DATE;
DROP INDEX entry_key;
CREATE UNIQUE INDEX entry_key ON entries (person_id, skill_id, side, context, source);
"""


def _first(connection: Connection) -> None:
    """Make the tables."""
    _run(connection, _VERSION_1)


def _who_and_when(connection: Connection) -> None:
    """Add who rated an entry and when; for older rows oneself, on a day that is not known."""
    _run(connection, _VERSION_2)


def _run(connection: Connection, script: str) -> None:
    for statement in filter(str.strip, script.split(";\n")):
        connection.execute(text(statement))


STEPS: tuple[Callable[[Connection], None], ...] = (_first, _who_and_when)
"""Step k leads from version k to version k + 1; an empty database is version 0."""

NEWEST = len(STEPS)
"""The version that this code reads and writes."""


def stored_version(connection: Connection, name: str) -> int:
    """Return the version of the tables in a database; 0 if it is empty.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To the database.
    name : str
        What to call it in a message.

    Raises
    ------
    SkillsError
        If it holds tables of something else, or was written by a newer revlab.

    Examples
    --------
    >>> from sqlalchemy import create_engine
    >>> with create_engine("sqlite://").connect() as connection:
    ...     stored_version(connection, "an empty database")
    0
    """
    there = set(inspect(connection).get_table_names())
    if not there:
        return 0
    must(
        _VERSION.name in there,
        f"{name} holds other tables and no skills database; choose a new file or a database of "
        "its own.",
        SkillsError,
    )
    versions = connection.execute(select(_VERSION.c.version)).scalars().all()
    newest = max(versions, default=0)
    must(
        newest <= NEWEST,
        f"{name} was written by a newer revlab (version {newest} of the tables; this one knows "
        f"versions up to {NEWEST}); update revlab.",
        SkillsError,
    )
    must(
        len(versions) == 1 and newest >= 1 and there >= _OURS,
        f"{name} is damaged: a table or its version is missing; restore a copy.",
        SkillsError,
    )
    return int(newest)


def bring_up_to_date(connection: Connection, name: str) -> int:
    """Take the steps that a database lacks, in the transaction of the connection.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction in which nobody else writes.
    name : str
        What to call the database in a message.

    Returns
    -------
    int
        The version that the database had.

    Raises
    ------
    SkillsError
        If it is no skills database, or is too new.

    Examples
    --------
    >>> from sqlalchemy import create_engine
    >>> with create_engine("sqlite://").begin() as connection:
    ...     before = bring_up_to_date(connection, "an empty database")
    ...     before, stored_version(connection, "the same") == NEWEST
    (0, True)
    """
    before = stored_version(connection, name)
    for step in STEPS[before:]:
        step(connection)
    if before < NEWEST:
        connection.execute(_VERSION.update().values(version=NEWEST))
    return before
