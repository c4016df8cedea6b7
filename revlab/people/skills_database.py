"""The skills database: where it is, how it is opened, and how one reads and writes in turn."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from revlab.errors import SkillsError, must, one_of
from revlab.people.skills_address import encryption, read_address, shown_name
from revlab.people.skills_schema import NEWEST, bring_up_to_date, stored_version

__all__ = ["SkillsDatabase", "open_skills_database"]

_WAIT = 60_000
_LOCK = 0x7265766C  # "revl": the lock that all writers of a PostgreSQL database take
_INSTALL = (
    "PostgreSQL needs the driver pg8000, which is not installed; install it with: "
    "pip install 'revlab[postgres]'."
)
_TROUBLE = (
    ("locked", "is busy: another program has been writing for a minute; try again"),
    ("not a database", "is no skills database and no SQLite file; choose another file"),
    ("unable to open", "cannot be opened or made; check the folder and your rights"),
    ("readonly", "may be read only by this user; check your rights"),
    ("disk is full", "does not fit on the disk"),
    ("malformed", "is damaged; restore a copy"),
    ("'28P01'", "refuses this user or password"),
    ("'28000'", "refuses this user or password"),
    ("'3D000'", "is not there; create the database first"),
    ("'42501'", "does not let this user do that"),
    ("FOREIGN KEY", "does not know a person or a skill that is named"),
    ("'23503'", "does not know a person or a skill that is named"),
)


@dataclass(frozen=True)
class SkillsDatabase:
    """Who offers and who needs which skill, in an SQLite file or on a PostgreSQL server.

    The functions of `revlab.people.skills_entries`, `skills_exchange`, `skills_search`,
    `skills_reports` and `skills_phrases` read and write it. Writers take turns, so none of them
    writes over what another one wrote since it was read; who reads sees one moment.

    Parameters
    ----------
    name : str
        What to call it in messages; never a password.
    engine : sqlalchemy.Engine
        Opens a connection for each transaction and closes it after it.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     open_skills_database(f"{folder}/skills.sqlite")
    Skills database skills.sqlite
    """

    name: str
    engine: Engine = field(repr=False)

    def __repr__(self) -> str:
        return f"Skills database {self.name}"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one moment of the database."""
        with _in_words(self.name), self._connected("REPEATABLE READ") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give the only connection that writes; all of it is kept, or nothing after an error."""
        with _in_words(self.name), self._connected("READ COMMITTED", writes=True) as connection:
            if self.engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            yield connection

    @contextmanager
    def _connected(self, isolation: str, *, writes: bool = False) -> Iterator[Connection]:
        engine = self.engine.execution_options(writes=writes)
        if engine.dialect.name == "postgresql":
            engine = engine.execution_options(isolation_level=isolation)
        with engine.begin() as connection:
            yield connection


def open_skills_database(where: Path | str, *, if_missing: str = "create") -> SkillsDatabase:
    """Open a skills database; an empty one gets its tables, an older one is brought up to date.

    Parameters
    ----------
    where : pathlib.Path or str
        A file, by default of SQLite, or ``postgresql://user:password@host/database``, see
        `revlab.people.skills_address`. A PostgreSQL database must be there already and hold
        nothing else.
    if_missing : {"create", "refuse"}
        What to do if there is no such file.

    Returns
    -------
    SkillsDatabase
        Needs no closing.

    Raises
    ------
    OptionError
        If ``if_missing`` is something else.
    SkillsError
        If there is no such place, it holds something else, or was written by a newer revlab.

    Examples
    --------
    >>> open_skills_database("mysql://localhost/skills")
    Traceback (most recent call last):
    ...
    revlab.errors.SkillsError: a skills database is a file or postgresql://...; not 'mysql://...'.
    """
    one_of("if_missing", if_missing, ("create", "refuse"))
    url = read_address(where)
    name = shown_name(url)
    if url.drivername == "sqlite":
        _check_file(Path(str(url.database)), if_missing)
    database = SkillsDatabase(name, _engine(url))
    with database.reading() as connection:
        version = stored_version(connection, name)
    if version == 0 and url.drivername == "sqlite":
        _let_read_while_writing(database)
    if version < NEWEST:
        with database.writing() as connection:
            bring_up_to_date(connection, name)
    return database


def _check_file(path: Path, if_missing: str) -> None:
    must(
        path.name not in ("", "None", ":memory:"),
        "a skills database needs the name of a file.",
        SkillsError,
    )
    must(not path.is_dir(), f"{path.name} is a folder; give the name of a file.", SkillsError)
    must(
        path.parent.is_dir(),
        f"{path.name} cannot be opened: the folder {path.parent.name!r} does not exist; make it "
        "first.",
        SkillsError,
    )
    must(
        if_missing == "create" or path.is_file(),
        f"{path.name}: there is no such skills database; make one with: revlab skills load.",
        SkillsError,
    )
    # Where one may be made, an empty file can be what another process is just making one of.
    must(
        if_missing == "create" or path.stat().st_size > 0,
        f"{path.name} is an empty file and no skills database; choose another file.",
        SkillsError,
    )


def _engine(url: URL) -> Engine:
    try:
        # Values of a statement are personal data, so that no error and no log may repeat them.
        engine = create_engine(
            url.set(query={}),
            poolclass=NullPool,
            hide_parameters=True,
            connect_args=encryption(url),
        )
    except ModuleNotFoundError:
        raise SkillsError(_INSTALL) from None
    if url.drivername == "sqlite":
        event.listen(engine, "connect", _prepare_file)
        event.listen(engine, "begin", _begin)
    return engine


def _prepare_file(connection: Any, _: object) -> None:
    connection.isolation_level = None  # transactions begin where `_begin` says
    connection.execute(f"PRAGMA busy_timeout = {_WAIT}")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin(connection: Connection) -> None:
    # A transaction that first reads and then wants to write would fail if another one wrote in
    # between; a writer therefore waits for its turn before it reads.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _let_read_while_writing(database: SkillsDatabase) -> None:
    """Write a journal ahead (WAL), where the file system can do that."""
    with _in_words(database.name):
        connection = database.engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA journal_mode = WAL")
        finally:
            connection.close()


@contextmanager
def _in_words(name: str) -> Iterator[None]:
    """Turn what a driver says into one sentence that repeats no value."""
    try:
        yield
    except DBAPIError as error:
        said = str(error.orig)
        known = (words for mark, words in _TROUBLE if mark in said)
        kind = type(error.orig).__name__
        default = f"cannot be reached, or refused what was asked ({kind}); check the server"
        raise SkillsError(f"{name} {next(known, default)}.") from None
