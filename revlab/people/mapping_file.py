"""`roster.toml`: the file that keeps a mapping beside the roster it reads."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from revlab.errors import Fault, TableError
from revlab.people.mapping import RosterMapping
from revlab.people.mapping_document import SIDE_LISTS, mapping_of
from revlab.people.sides import Sides, SidesByColumn, SidesByFile
from revlab.privacy.export import prepare_target
from revlab.toml_text import toml_entries, toml_value

__all__ = ["MAPPING_FILE", "read_mapping", "write_mapping"]

MAPPING_FILE = "roster.toml"
"""The name under which `read_roster` looks for a mapping beside the files."""


def read_mapping(path: Path | str) -> RosterMapping:
    """Read a mapping.

    Parameters
    ----------
    path : pathlib.Path or str
        A TOML file with the tables ``[columns]``, ``[grades]``, ``[sides]`` and, if need be,
        ``[declared]``, ``[lists]``, ``[defaults]``, ``[constants]``, ``[sheets]``, ``[dates]`` and
        a line ``origin = "…"``.

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
    return mapping_of(document, path.name)


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
    lines = [f"# {''.join(c if c.isprintable() else ' ' for c in note)}" for note in mapping.notes]
    lines += [f"origin = {toml_value(mapping.origin)}", "", "[columns]"]
    lines += _entries(mapping.columns)
    lines += ["", "[grades]"]
    steps = ", ".join(toml_value(step) for step in mapping.grades)
    lines += [f"order = [{steps}]" if mapping.grades else "numeric = true"]
    lines += ["", "[sides]", *_side_entries(mapping.sides)]
    lines += ["", "[lists]", f"separator = {toml_value(mapping.separator)}"]
    for name in ("declared", "defaults", "sheets", "dates"):
        if getattr(mapping, name):
            lines += ["", f"[{name}]", *_entries(getattr(mapping, name))]
    lines += _constant_lines(mapping.constants)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return path


def _constant_lines(constants: Mapping[str, str | Mapping[str, str]]) -> list[str]:
    """Return what is the same for everybody, then what is the same for everybody in a file."""
    plain = {name: value for name, value in constants.items() if isinstance(value, str)}
    lines = ["", "[constants]", *_entries(plain)] if plain else []
    for name, value in constants.items():
        if isinstance(value, Mapping):
            lines += ["", f"[constants.{name}]", *_entries(value)]
    return lines


def _side_entries(sides: Sides) -> list[str]:
    if isinstance(sides, SidesByFile):
        return _entries(sides.files)
    lists = {name: getattr(sides, name, ()) for name in SIDE_LISTS}
    named = {name: values for name, values in lists.items() if values}
    if isinstance(sides, SidesByColumn):
        return [f"column = {toml_value(sides.column)}", *_entries(named)]
    return _entries(named)


def _entries(table: Mapping[str, object]) -> list[str]:
    """Return the entries of a table; what has one heading stands without brackets."""
    plain = {
        name: value[0] if isinstance(value, tuple) and len(value) == 1 else value
        for name, value in table.items()
    }
    return toml_entries(plain)
