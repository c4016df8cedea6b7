"""Plans as TOML: tables of settings to nouns and back, with every fault at once."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from revlab.errors import Fault, RevlabError
from revlab.toml_text import toml_entries

__all__ = ["TomlTables", "listed_nouns", "made_noun", "setting_faults", "toml_text", "values_of"]

TomlTables = list[tuple[str, dict[str, object]]]
"""Headings, "" for the head of the file, each with its settings."""

_WORDS = {str: "text", int: "a whole number", float: "a number", list: "a list", dict: "a table"}


def toml_text(tables: TomlTables) -> str:
    """Return tables of settings as TOML.

    Examples
    --------
    >>> print(toml_text([("[plan]", {"margin": 0.3})]), end="")
    [plan]
    margin = 0.3
    """
    pages = []
    for heading, values in tables:
        lines = [heading] if heading else []
        lines += toml_entries(values)
        pages.append("\n".join(lines) + "\n")
    return "\n".join(pages)


def values_of(path: Path) -> dict[str, Any] | Fault:
    """Return what a TOML file says, or the fault why it cannot be read.

    Examples
    --------
    >>> print(values_of(Path("nowhere/pilot.toml")))
    pilot.toml: there is no such file (add it; the shipped example shows one).
    """
    if not path.is_file():
        remedy = "add it; the shipped example shows one"
        return Fault(path.name, None, None, "there is no such file", remedy)
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        reason = (str(error).splitlines() or ["nested too deeply"])[0]
        return Fault(path.name, None, None, f"cannot be read as TOML: {reason}")


def _is(value: object, kind: type) -> bool:
    if isinstance(value, bool):
        return False
    if kind is float:
        return isinstance(value, int | float) and value == value and abs(value) != float("inf")
    return isinstance(value, kind)


def setting_faults(
    values: Mapping[str, object],
    kinds: Mapping[str, type],
    optional: Sequence[str],
    *,
    file: str,
    place: str = "",
) -> list[Fault]:
    """List the settings that are unknown, missing or of the wrong kind.

    Parameters
    ----------
    values : mapping
        Setting to value.
    kinds : mapping of str to type
        The settings there are, and what each holds.
    optional : sequence of str
        Those that may be missing.
    file, place : str
        Where the settings are, for the message.

    Examples
    --------
    >>> print(setting_faults({"margin": "x"}, {"margin": float}, (), file="pilot.toml")[0])
    pilot.toml, column 'margin': must be a number; got 'x' (correct it).
    """
    faults = []
    for name in [name for name in values if name not in kinds]:
        rule = f"there is no such setting; there are {', '.join(kinds)}"
        faults.append(Fault(file, None, place + name, rule, "correct or remove it"))
    for name, kind in kinds.items():
        if name not in values:
            if name not in optional:
                faults.append(Fault(file, None, place + name, "is missing", "add it"))
        elif not _is(values[name], kind):
            rule = f"must be {_WORDS[kind]}; got {str(values[name])[:40]!r}"
            faults.append(Fault(file, None, place + name, rule, "correct it"))
    return faults


def _kind(hint: Any) -> type:
    if get_origin(hint) is tuple:
        return list  # TOML has no other sequence
    # "float | None" is a number that may be left out
    kind: type = (get_args(hint) or (hint,))[0]
    return kind


def made_noun(noun: Any, values: object, place: str, *, file: str, faults: list[Fault]) -> Any:
    """Return a noun made of a table of settings, None if it has faults, which are added.

    Examples
    --------
    >>> from revlab.fieldwork.criteria import Criterion
    >>> faults = []
    >>> made_noun(Criterion, {"amber": 0.5}, "progression 1", file="pilot.toml", faults=faults)
    >>> len(faults)
    3
    """
    if not isinstance(values, dict):
        faults.append(Fault(file, None, place, "must be a table", "write name = value"))
        return None
    kinds = {name: _kind(hint) for name, hint in get_type_hints(noun).items()}
    optional = [field.name for field in fields(noun) if field.default is not MISSING]
    found = setting_faults(values, kinds, optional, file=file, place=f"{place}.")
    faults.extend(found)
    if found:
        return None
    try:
        return noun(**values)
    except RevlabError as error:
        faults.append(Fault(file, None, place, str(error).rstrip(".")))
        return None


def listed_nouns(
    noun: Any, values: object, place: str, *, file: str, faults: list[Fault]
) -> tuple[Any, ...]:
    """Return the nouns made of a list of tables; faults are added.

    Examples
    --------
    >>> listed_nouns(dict, None, "progression", file="pilot.toml", faults=[])
    ()
    """
    rows = values if isinstance(values, list) else []
    made = [
        made_noun(noun, row, f"{place} {k}", file=file, faults=faults)
        for k, row in enumerate(rows, start=1)
    ]
    return tuple(row for row in made if row is not None)
