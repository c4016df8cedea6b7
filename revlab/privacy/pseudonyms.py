"""Keyed pseudonyms: who has the key can link, who has only the roster cannot."""

import base64
import hashlib
import hmac
import os
import re
import secrets
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from revlab.errors import RevlabError, must, one_of

__all__ = [
    "Pseudonyms",
    "check_same_key",
    "is_pseudonym",
    "keep_apart",
    "new_key",
    "read_key",
    "write_key",
]

_KEY_BYTES = 32
_PSEUDONYM = re.compile(r"p_[a-z2-7]{10}")
_WORDS = "# Key of the pseudonyms of one revlab programme. Keep it apart from the data."


@dataclass(frozen=True)
class Pseudonyms:
    """Pseudonyms of one programme.

    HMAC-SHA-256 (RFC 2104) of the person_id under the programme's key, cut to 50 bits. Without
    the key nobody can try out the names of a roster, two programmes with two keys do not link,
    and the order of the pseudonyms says nothing about the order of the people. Pseudonymised data
    stay personal data as long as the key exists.

    Parameters
    ----------
    key : bytes
        At least 32 bytes from `new_key`; never shown.
    closed : {"rename", "keep"}
        What becomes of an id that is a pseudonym already: another one, so that it cannot be
        linked with where it comes from, or itself, so that files made before can be joined.

    Raises
    ------
    OptionError
        If ``closed`` is something else.
    RevlabError
        If the key is too short, or is no bytes.

    Examples
    --------
    >>> names = Pseudonyms(bytes(range(32)))
    >>> names.of("ana@example.org")
    'p_txf27m3hfe'
    >>> names
    Pseudonyms with a key of 32 bytes
    >>> Pseudonyms(bytes(range(32)), closed="keep").of("p_txf27m3hfe")
    'p_txf27m3hfe'
    """

    key: bytes = field(repr=False)
    closed: str = "rename"

    def __post_init__(self) -> None:
        must(
            isinstance(self.key, bytes) and len(self.key) >= _KEY_BYTES,
            f"the key of the pseudonyms must be at least {_KEY_BYTES} bytes; make one with "
            "new_key().",
        )
        must(
            len(set(self.key)) > 8,
            "the key of the pseudonyms repeats the same few bytes; make one with new_key().",
        )
        one_of("closed", self.closed, ("rename", "keep"))

    def __repr__(self) -> str:
        return f"Pseudonyms with a key of {len(self.key)} bytes"

    def of(self, person_id: str) -> str:
        """Return the pseudonym of a person, "p_" and ten characters.

        Raises
        ------
        RevlabError
            If the person_id is empty.
        """
        plain = unicodedata.normalize("NFC", str(person_id)).strip()
        must(bool(plain), "a pseudonym needs a person_id that is not empty.")
        if self.closed == "keep" and is_pseudonym(plain):
            return plain
        digest = hmac.new(self.key, plain.encode(), hashlib.sha256).digest()
        return "p_" + base64.b32encode(digest)[:10].decode().lower()


def new_key() -> bytes:
    """Return a fresh key of 32 bytes from the operating system.

    Examples
    --------
    >>> len(new_key()), new_key() == new_key()
    (32, False)
    """
    return secrets.token_bytes(_KEY_BYTES)


def write_key(key: bytes, path: Path | str) -> Path:
    """Write a key to a file that only its owner can read; an existing file is never replaced.

    Parameters
    ----------
    key : bytes
        From `new_key`.
    path : pathlib.Path or str
        Where to keep it, apart from the data.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    RevlabError
        If the file is already there or cannot be written: a lost key cannot be made again.
    """
    path = Path(path)
    Pseudonyms(key)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        words = f"{path.name} is already there; a key is never replaced, choose another name."
        raise RevlabError(words) from None
    except OSError as error:
        raise RevlabError(f"{path.name} cannot be written: {error.strerror}.") from None
    with os.fdopen(handle, "w", encoding="ascii", newline="\n") as stream:
        stream.write(f"{_WORDS}\n{key.hex()}\n")
    return path


def read_key(path: Path | str) -> bytes:
    """Read a key that `write_key` wrote.

    Raises
    ------
    RevlabError
        If there is no such file, or it holds no key.

    Examples
    --------
    >>> read_key("none.key")
    Traceback (most recent call last):
    ...
    revlab.errors.RevlabError: none.key: there is no such key file; make one with write_key().
    """
    path = Path(path)
    must(path.is_file(), f"{path.name}: there is no such key file; make one with write_key().")
    try:
        lines = path.read_text(encoding="ascii").split("\n")
        key = bytes.fromhex("".join(line for line in lines if not line.startswith("#")))
    except (ValueError, OSError):
        raise RevlabError(f"{path.name} is no key file; it must hold hexadecimal digits.") from None
    return Pseudonyms(key).key


def is_pseudonym(person_id: str) -> bool:
    """Return whether this is a pseudonym already.

    Examples
    --------
    >>> is_pseudonym("p_txf27m3hfe"), is_pseudonym("ana@example.org")
    (True, False)
    """
    return bool(_PSEUDONYM.fullmatch(person_id))


def check_same_key(made: Collection[str], known: Collection[str], where: str) -> None:
    """Refuse a key that is not the one with which earlier data were made.

    Parameters
    ----------
    made : collection of str
        Pseudonyms made now.
    known : collection of str
        Pseudonyms of the earlier data.
    where : str
        What the earlier data are, for the message.

    Raises
    ------
    RevlabError
        If both have people and share none.

    Examples
    --------
    >>> check_same_key(["p_aaaaaaaaaa"], ["p_bbbbbbbbbb"], "my-pilot")
    Traceback (most recent call last):
    ...
    revlab.errors.RevlabError: none of the 1 people is in my-pilot: the key is not the one that \
my-pilot was made with, or these are other people.
    """
    mine, theirs = set(made), set(known)
    must(
        not mine or not theirs or bool(mine & theirs),
        f"none of the {len(mine)} people is in {where}: the key is not the one that {where} "
        "was made with, or these are other people.",
    )


def keep_apart(key: Path | str, target: Path | str) -> None:
    """Refuse a key file that lies where results go: who gets the folder would get the key.

    Parameters
    ----------
    key : pathlib.Path or str
        The key file.
    target : pathlib.Path or str
        A folder of results, in which the key must not be at any depth, or a file of results,
        beside which it must not be.

    Raises
    ------
    RevlabError
        If the key is there.

    Examples
    --------
    >>> keep_apart("results/my.key", "results/responses.csv")
    Traceback (most recent call last):
    ...
    revlab.errors.RevlabError: my.key is in the folder of the results ('results'); keep the key \
in a folder of its own, which is never passed on.
    """
    home, place = Path(key).resolve().parent, Path(target).resolve()
    folders = {home, *home.parents} if place.is_dir() else {home}
    folder = place if place.is_dir() else place.parent
    must(
        folder not in folders,
        f"{Path(key).name} is in the folder of the results ({folder.name!r}); keep the key in a "
        "folder of its own, which is never passed on.",
    )
