"""The way of rows into the skills database and out again, many at once."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Select, Table, insert, text

__all__ = ["SentRows", "add_rows", "read_frame", "sent_whole", "slots_of"]

_TYPES = {"level": "float64", "confirmed": "bool", "version": "int64", "grade": "int64"}
_CHUNK = 5_000


def slots_of(text: str) -> tuple[str, ...]:
    """Return stored time slots.

    Examples
    --------
    >>> slots_of('["Mon AM", "Tue PM"]')
    ('Mon AM', 'Tue PM')
    """
    return tuple(json.loads(text))


def read_frame(connection: Connection, query: Select[Any]) -> pd.DataFrame:
    """Return what a query finds: texts as objects, days as datetime64, flags as bool."""
    found = connection.execute(query)
    # As tuples, because a DataFrame asks every other row what kind of thing it is.
    cells = [tuple(row) for row in found]
    frame = pd.DataFrame(cells, columns=list(found.keys()), dtype=object)
    frame = frame.astype({k: kind for k, kind in _TYPES.items() if k in frame})
    if "recorded_on" in frame:
        frame["recorded_on"] = pd.to_datetime(frame["recorded_on"]).astype("datetime64[s]")
    return frame


def add_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert checked rows that name every column of a table."""
    if connection.dialect.name == "sqlite":
        if rows:
            connection.execute(insert(table), rows)
        return
    names = ", ".join(column.name for column in table.columns)
    for part in sent_whole(table, rows):
        statement = f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {part.name}"
        connection.execute(text(statement), {"rows": part.rows})


@dataclass(frozen=True)
class SentRows:
    """Rows on their way to PostgreSQL: as one text, which it reads as a table.

    Parameters
    ----------
    name : str
        What to write after FROM; it names the parameter ``rows``.
    rows : str
        Its value.
    """

    name: str
    rows: str


def sent_whole(table: Table, rows: Sequence[Mapping[str, Any]]) -> Iterator[SentRows]:
    """Yield the rows in parts, each for one statement: one by one they would take minutes."""
    name = f"json_populate_recordset(NULL::{table.name}, CAST(:rows AS json))"
    for begin in range(0, len(rows), _CHUNK):
        part = [dict(row) for row in rows[begin : begin + _CHUNK]]
        yield SentRows(name, json.dumps(part, default=date.isoformat, ensure_ascii=False))
