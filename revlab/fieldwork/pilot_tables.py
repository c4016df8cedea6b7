"""The tables of a pilot folder: what each column holds, and what must be true of it."""

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from revlab.errors import must
from revlab.fieldwork.extra_tables import EXTRA_TABLES, EXTRAS_TRUTH
from revlab.tables import Column, Table

__all__ = [
    "ALL_TABLES",
    "ARMS",
    "BLOCKED_ARMS",
    "DYADS",
    "ITEMS",
    "LOTTERY",
    "PEOPLE",
    "PILOT_TABLES",
    "RESPONSES",
    "SCALES",
    "SESSIONS",
    "TRUTH",
    "table_of",
    "typed",
]

_ROLES = ("mentor", "mentee")
_PERSON = Column("person_id", "text", "pseudonym of a person; never a name or an e-mail address")
_POOL = Column("pool_id", "text", "pool: people matched together by one run of a mechanism")
_DYAD = Column("dyad_id", "text", "dyad: one mentor-mentee pair")
_ROLE = Column("role", "text", "mentor is the junior, mentee is the senior", allowed=_ROLES)

PEOPLE = Table(
    "people",
    (
        _PERSON,
        _ROLE,
        _POOL,
        Column(
            "status", "text", "whether the person is in a dyad", allowed=("paired", "unmatched")
        ),
        Column("reason", "text", "why the person is in no dyad, in words", required=False),
    ),
    key=("person_id", "role"),
)

ARMS = Table(
    "arms",
    (_POOL, Column("arm", "text", "label of the compared treatment that the pool was dealt")),
    key=("pool_id",),
)

BLOCKED_ARMS = Table(
    "arms",
    (
        *ARMS.columns,
        Column("block", "text", "site or other block within which pools were dealt to arms"),
    ),
    key=("pool_id",),
)
"""``arms`` of a pilot that dealt its pools to arms within blocks; every pool has a block then."""

DYADS = Table(
    "dyads",
    (
        _DYAD,
        _POOL,
        Column("arm", "text", "arm of the pool, repeated here"),
        Column("mentor_id", "text", "the junior of the dyad"),
        Column("mentee_id", "text", "the senior of the dyad"),
        Column("score", "number", "joint compatibility score, 0 to 1", required=False),
        Column(
            "last_session",
            "integer",
            "last session that was due before the dyad ended; all of them if it completed",
            low=0,
        ),
        Column("ended", "text", "how the dyad ended", allowed=("completed", "early")),
        Column("end_reason", "text", "why the dyad ended early, in words", required=False),
    ),
    key=("dyad_id",),
)

SESSIONS = Table(
    "sessions",
    (
        _DYAD,
        Column("session", "integer", "number of the planned session, from 1", low=1),
        Column("week", "number", "week of the programme in which it was due", low=0),
        Column(
            "status",
            "text",
            "held, skipped, or not reached because the dyad had ended",
            allowed=("held", "skipped", "not reached"),
        ),
    ),
    key=("dyad_id", "session"),
)

RESPONSES = Table(
    "responses",
    (
        Column("respondent_id", "text", "who was asked"),
        _ROLE,
        _DYAD,
        Column("wave", "integer", "survey round", low=1),
        Column("item_id", "text", "the question"),
        Column("value", "integer", "the answer; empty = asked, not answered", required=False),
    ),
    key=("respondent_id", "role", "dyad_id", "wave", "item_id"),
)

ITEMS = Table(
    "items",
    (
        Column("item_id", "text", "the question"),
        Column("scale_id", "text", "the scale that it belongs to"),
        Column("role", "text", "who is asked", allowed=("mentor", "mentee", "both")),
        Column("text", "text", "the words of the question"),
        Column("low", "integer", "smallest answer"),
        Column("high", "integer", "largest answer"),
        Column("reverse", "boolean", "whether a large answer means a small score"),
    ),
    key=("item_id",),
)

SCALES = Table(
    "scales",
    (
        Column("scale_id", "text", "the scale"),
        Column("name", "text", "its name for people"),
        Column("role", "text", "who is asked", allowed=("mentor", "mentee", "both")),
        Column("min_valid", "integer", "fewest answered items that give a score", low=1),
        Column("waves", "text", "survey rounds that ask it, separated by semicolons"),
        Column("higher_is", "text", "what a larger score means", allowed=("better", "worse")),
        Column("licence", "text", "licence under which the wording may be used"),
        Column("source", "text", "where the wording comes from"),
    ),
    key=("scale_id",),
)

TRUTH = Table(
    "truth",
    (
        Column("respondent_id", "text", "who would answer"),
        _ROLE,
        _DYAD,
        Column("wave", "integer", "survey round", low=1),
        Column("scale_id", "text", "the scale"),
        Column("latent", "number", "true trait, in standard deviations of the people before it"),
        Column("expected_score", "number", "mean scale score of such a person, without noise"),
    ),
    key=("respondent_id", "role", "dyad_id", "wave", "scale_id"),
)

LOTTERY = Table(
    "lottery",
    (
        _POOL,
        Column("mentee_id", "text", "the senior of a dyad that could be drawn"),
        Column("mentor_id", "text", "the junior of a dyad that could be drawn"),
        Column("probability", "number", "chance of the dyad before the draw", low=0, high=1),
    ),
    key=("mentee_id", "mentor_id"),
)

PILOT_TABLES: Mapping[str, Table] = MappingProxyType(
    {t.name: t for t in (PEOPLE, ARMS, DYADS, SESSIONS, RESPONSES, ITEMS, SCALES, TRUTH)}
)
"""Table name to specification; ``truth`` is there only if the pilot is simulated."""

ALL_TABLES: Mapping[str, Table] = MappingProxyType(
    {**PILOT_TABLES, LOTTERY.name: LOTTERY, **EXTRA_TABLES, EXTRAS_TRUTH.name: EXTRAS_TRUTH}
)
"""With ``lottery``, there only if a pool was paired by one, and what else may be there."""


def table_of(name: str, frame: pd.DataFrame) -> Table:
    """Return what the table ``name`` must hold, given the headings that it has.

    Examples
    --------
    >>> table_of("arms", pd.DataFrame({"pool_id": [], "arm": [], "block": []})).names
    ['pool_id', 'arm', 'block']
    """
    blocked = name == ARMS.name and "block" in frame.columns
    return BLOCKED_ARMS if blocked else ALL_TABLES[name]


_DTYPES = {"text": "string", "integer": "Int64", "number": "Float64", "boolean": "boolean"}


def typed(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return the columns of ``table`` in order, with the dtypes that reading gives them.

    Parameters
    ----------
    frame : pandas.DataFrame
        Values that are already right; they are cast, not checked.
    table : Table
        What the columns hold.

    Returns
    -------
    pandas.DataFrame
        A fresh frame, rows numbered from 0.

    Raises
    ------
    RevlabError
        If a column of the table is not in the frame.

    Examples
    --------
    >>> frame = typed(pd.DataFrame({"pool_id": ["P01"], "arm": ["random"]}), ARMS)
    >>> frame["arm"].dtype.name
    'string'
    """
    for name in table.names:
        must(name in frame.columns, f"the {table.name} table needs a column {name!r}.")
    dtypes = {column.name: _DTYPES[column.kind] for column in table.columns}
    return frame[table.names].astype(dtypes).reset_index(drop=True)
