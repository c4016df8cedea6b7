"""The address of a skills database: a file, or a server and how the way to it is encrypted."""

import ssl
from pathlib import Path
from typing import Any

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from revlab.errors import SkillsError, must, one_of

__all__ = ["encryption", "read_address", "shown_name"]

_DRIVER = "postgresql+pg8000"
_SERVERS = ("postgresql", "postgres", _DRIVER)
_HERE = (None, "", "localhost", "127.0.0.1", "::1")
_MODES = ("disable", "require", "verify-full")


def read_address(where: Path | str) -> URL:
    """Return where a skills database is.

    Parameters
    ----------
    where : pathlib.Path or str
        A file, ``sqlite:///file``, or ``postgresql://user:password@host/database``, with
        ``?sslmode=`` if the way to the server is not to be encrypted as usual.

    Raises
    ------
    SkillsError
        If it is none of these; a password is not repeated.

    Examples
    --------
    >>> read_address("skills.sqlite"), read_address("postgres://db.example.org/skills")
    (sqlite:///skills.sqlite, postgresql+pg8000://db.example.org/skills)
    """
    if isinstance(where, Path) or "://" not in where:
        must("\0" not in str(where), "a file cannot have a NUL in its name.", SkillsError)
        return URL.create("sqlite", database=str(where))
    scheme = where.partition("://")[0]
    must(
        scheme in (*_SERVERS, "sqlite"),
        f"a skills database is a file or postgresql://...; not {scheme + '://...'!r}.",
        SkillsError,
    )
    try:
        url = make_url(where)
        readable = set(url.query) <= (set() if scheme == "sqlite" else {"sslmode"})
    except (ArgumentError, ValueError):
        readable = False
    # The address may hold a password, so it is not repeated.
    words = f"the address of the skills database ({scheme}://...) cannot be read; correct it."
    must(readable, words, SkillsError)
    return url if scheme == "sqlite" else url.set(drivername=_DRIVER)


def shown_name(url: URL) -> str:
    """Return what to call a database in messages: no folder, no user, no password.

    Examples
    --------
    >>> shown_name(read_address("postgresql://ana:secret@localhost/skills"))
    "'skills' on localhost"
    """
    if url.drivername == "sqlite":
        return Path(str(url.database or "")).name
    return f"{url.database!r} on {url.host or 'this computer'}"


def encryption(url: URL) -> dict[str, Any]:
    """Return how the driver is to encrypt the way to a server.

    Parameters
    ----------
    url : sqlalchemy.URL
        With ``?sslmode=`` "disable", "require" (encrypted, to whoever answers) or "verify-full"
        (encrypted, to a server that proves its name). Without it, to this computer "disable" and
        to another one "verify-full": the entries are about people.

    Returns
    -------
    dict
        Arguments for the driver.

    Raises
    ------
    OptionError
        If it is something else.

    Examples
    --------
    >>> list(encryption(read_address("postgresql://db.example.org/skills")))
    ['ssl_context']
    >>> encryption(read_address("postgresql://localhost/skills"))
    {}
    """
    if url.drivername == "sqlite":
        return {}
    usual = "disable" if url.host in _HERE else "verify-full"
    mode = one_of("sslmode", str(url.query.get("sslmode", usual)), _MODES)
    if mode == "disable":
        return {}
    context = ssl.create_default_context()
    if mode == "require":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return {"ssl_context": context}
