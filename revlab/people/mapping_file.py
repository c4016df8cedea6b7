"""`roster.toml`: the file that keeps a mapping beside the roster it reads."""

import tomllib
from pathlib import Path

from revlab.errors import Fault, TableError
from revlab.people.mapping import RosterMapping
from revlab.people.mapping_document import mapping_of
from revlab.people.mapping_text import mapping_text
from revlab.people.roster_files import RosterPaths
from revlab.people.short_mapping import completed_mapping
from revlab.privacy.export import prepare_target

__all__ = ["MAPPING_FILE", "read_mapping", "write_mapping"]

MAPPING_FILE = "roster.toml"
"""The name under which `read_roster` looks for a mapping beside the files."""


def read_mapping(path: Path | str, *, roster: RosterPaths | None = None) -> RosterMapping:
    """Read a mapping.

    Parameters
    ----------
    path : pathlib.Path or str
        A TOML file with the tables ``[columns]``, ``[grades]``, ``[sides]`` and, if need be,
        ``[declared]``, ``[lists]``, ``[defaults]``, ``[constants]``, ``[sheets]``, ``[dates]`` and
        a line ``origin = "…"``.
    roster : path, or sequence of paths, optional
        The files that it is for. A mapping that says only a part, such as the order of the grades,
        is then completed by a guess from them, and its notes say so; without them it is a fault.

    Returns
    -------
    RosterMapping

    Raises
    ------
    TableError
        With everything that is wrong in the file, each in one sentence.

    Examples
    --------
    >>> read_mapping("none/roster.toml")
    Traceback (most recent call last):
    ...
    revlab.errors.TableError: roster.toml: there is no such file (check the name).
    """
    path = Path(path)
    if not path.is_file():
        raise TableError([Fault(path.name, None, None, "there is no such file", "check the name")])
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        fault = Fault(path.name, None, None, "is not UTF-8 text", "save it as UTF-8")
        raise TableError([fault]) from None
    except tomllib.TOMLDecodeError as error:
        fault = Fault(path.name, None, None, f"is not valid TOML: {error}", "correct that line")
        raise TableError([fault]) from None
    if roster is None:
        return mapping_of(document, path.name)
    return completed_mapping(document, path.name, roster)


def write_mapping(mapping: RosterMapping, path: Path | str, *, if_exists: str = "refuse") -> Path:
    """Write a mapping as TOML; the notes of a guess become comments.

    Parameters
    ----------
    mapping : RosterMapping
        What to write.
    path : pathlib.Path or str
        Usually ``roster.toml`` in the folder of the roster.
    if_exists : {"refuse", "replace"}
        What to do if the file is there.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    RevlabError
        If the file is there and must not be replaced.
    """
    path = prepare_target(path, if_exists=if_exists)
    path.write_text(mapping_text(mapping), encoding="utf-8", newline="\n")
    return path
