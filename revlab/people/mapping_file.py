"""`roster.toml`: the file that keeps a mapping beside the roster it reads."""

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

from revlab.errors import Fault, RevlabError, TableError
from revlab.people.ladders import Ladder
from revlab.people.mapping import DEFAULTED, FIELDS, RosterMapping
from revlab.people.sides import Sides, SidesByColumn, SidesByFile, SidesByGrade
from revlab.privacy.export import prepare_target

__all__ = ["MAPPING_FILE", "read_mapping", "write_mapping"]

MAPPING_FILE = "roster.toml"
"""The name under which `read_roster` looks for a mapping beside the files."""

_TABLES = ("columns", "grades", "sides", "declared", "lists", "defaults", "sheets")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_Made = TypeVar("_Made")
_SIDE_LISTS = ("mentor", "mentee", "both", "neither")


def read_mapping(path: Path | str) -> RosterMapping:
    """Read a mapping.

    Parameters
    ----------
    path : pathlib.Path or str
        A TOML file with the tables ``[columns]``, ``[grades]``, ``[sides]`` and, if need be,
        ``[declared]``, ``[lists]``, ``[defaults]``, ``[sheets]`` and a line ``origin = "…"``.

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
    reader = _Reader(path.name)
    mapping = reader.mapping(document)
    if mapping is None:
        raise TableError(reader.faults)
    return mapping


@dataclass
class _Reader:
    """Reads one document and collects what is wrong in it."""

    file: str
    faults: list[Fault] = field(default_factory=list)

    def fault(self, rule: str, remedy: str = "") -> None:
        self.faults.append(Fault(self.file, None, None, rule, remedy))

    def known(self, where: str, name: str, options: tuple[str, ...]) -> bool:
        if name in options:
            return True
        close = get_close_matches(name, options, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"it can have {', '.join(options)}"
        self.fault(f"{where} has no key {name!r}", hint)
        return False

    def texts(self, where: str, value: object) -> tuple[str, ...]:
        """Return one text or a list of texts (or whole numbers) as a tuple."""
        items = value if isinstance(value, list) else [value]
        if not items or not all(type(item) in (str, int) for item in items):
            self.fault(f"{where} must be a text or a list of texts")
            return ()
        return tuple(str(item) for item in items)

    def table(self, document: Mapping[str, object], name: str) -> dict[str, object]:
        value = document.get(name, {})
        if isinstance(value, dict):
            return value
        self.fault(f"{name!r} must be a table", f"write [{name}] on a line of its own")
        return {}

    def mapping(self, document: Mapping[str, object]) -> RosterMapping | None:
        """Return the mapping, or None with the faults noted."""
        for name in document:
            self.known("the file", name, (*_TABLES, "origin"))
        columns = self.headings("[columns]", self.table(document, "columns"), tuple(FIELDS))
        declared = self.headings("[declared]", self.table(document, "declared"), None)
        sheets = self.headings("[sheets]", self.table(document, "sheets"), None)
        lists = self.table(document, "lists")
        for name in lists:
            self.known("[lists]", name, ("separator",))
        defaults = self.table(document, "defaults")
        for name in defaults:
            self.known("[defaults]", name, DEFAULTED)
        ladder = self.ladder(self.table(document, "grades"))
        sides = self.built(lambda: self.sides(self.table(document, "sides")))
        if sides is None or self.faults:
            return None
        return self.built(
            lambda: RosterMapping(
                columns=columns,
                sides=sides,
                grades=ladder,
                declared=declared,
                separator=str(lists.get("separator", ";")),
                defaults=defaults,
                sheets=sheets,
                origin=str(document.get("origin", "a roster")),
            )
        )

    def built(self, make: Callable[[], _Made]) -> _Made | None:
        """Return what ``make`` makes, or None with its complaint noted."""
        try:
            return make()
        except RevlabError as error:
            self.fault(str(error).rstrip("."))
            return None

    def headings(
        self, where: str, table: Mapping[str, object], options: tuple[str, ...] | None
    ) -> dict[str, tuple[str, ...]]:
        return {
            name: self.texts(f"{where} {name}", value)
            for name, value in table.items()
            if options is None or self.known(where, name, options)
        }

    def ladder(self, table: Mapping[str, object]) -> Ladder:
        for name in table:
            self.known("[grades]", name, ("order", "numeric"))
        order = table.get("order", [])
        if not isinstance(order, list):
            self.fault("[grades] order must be a list of grades, the most junior first")
            return ()
        if not order and table.get("numeric") is not True:
            remedy = 'write order = ["most junior", …, "most senior"] or numeric = true'
            self.fault("[grades] says nothing about the grades", remedy)
        if order and table.get("numeric") is True:
            self.fault("[grades] has both order and numeric", "keep one of them")
        return tuple(self.texts("[grades] order", step) for step in order)

    def sides(self, table: Mapping[str, object]) -> Sides | None:
        if "column" in table or any(name in table for name in _SIDE_LISTS):
            for name in table:
                self.known("[sides]", name, ("column", *_SIDE_LISTS))
            values = {
                name: self.texts(f"[sides] {name}", table[name])
                for name in _SIDE_LISTS
                if name in table
            }
            if "column" in table:
                return SidesByColumn(
                    str(table["column"]),
                    **{"mentor": (), "mentee": (), **values},
                )
            return SidesByGrade(values.get("mentor", ()), values.get("mentee", ()))
        if not table:
            self.fault(
                "[sides] does not say who is a mentor (junior) and who a mentee (senior)",
                'write "file.csv" = "mentor", or a column, or lists of grades',
            )
            return None
        return SidesByFile({name: str(side) for name, side in table.items()})


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
    lines += [f"origin = {_toml(mapping.origin)}", "", "[columns]"]
    lines += _entries(mapping.columns)
    lines += ["", "[grades]"]
    steps = ", ".join(_toml(step) for step in mapping.grades)
    lines += [f"order = [{steps}]" if mapping.grades else "numeric = true"]
    lines += ["", "[sides]", *_side_entries(mapping.sides)]
    lines += ["", "[lists]", f"separator = {_toml(mapping.separator)}"]
    for name in ("declared", "defaults", "sheets"):
        if getattr(mapping, name):
            lines += ["", f"[{name}]", *_entries(getattr(mapping, name))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return path


def _side_entries(sides: Sides) -> list[str]:
    if isinstance(sides, SidesByFile):
        return _entries(sides.files)
    lists = {name: getattr(sides, name, ()) for name in _SIDE_LISTS}
    named = {name: values for name, values in lists.items() if values}
    if isinstance(sides, SidesByColumn):
        return [f"column = {_toml(sides.column)}", *_entries(named)]
    return _entries(named)


def _entries(table: Mapping[str, object]) -> list[str]:
    names = {name: name if _BARE.fullmatch(name) else _toml(name) for name in table}
    return [f"{names[name]} = {_toml(value)}" for name, value in table.items()]


def _toml(value: object) -> str:
    """Return a TOML value: JSON's strings are TOML's but for the delete mark."""
    if isinstance(value, tuple):
        items = [_toml(item) for item in value]
        return items[0] if len(items) == 1 else f"[{', '.join(items)}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
