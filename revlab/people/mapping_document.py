"""From the tables of a `roster.toml` to a mapping, with everything that is wrong at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TypeVar

from revlab.errors import Fault, RevlabError, TableError
from revlab.people.ladders import Ladder
from revlab.people.mapping import CONSTANT, DEFAULTED, FIELDS, RosterMapping
from revlab.people.sides import Sides, SidesByColumn, SidesByFile, SidesByGrade

__all__ = ["SIDE_LISTS", "TABLES", "mapping_of"]

SIDE_LISTS = ("mentor", "mentee", "both", "neither")
"""Keys of [sides] that list values or grades."""

TABLES = (
    "columns", "grades", "sides", "declared", "lists", "defaults", "constants", "sheets", "dates",
)  # fmt: skip
"""Tables that a mapping can have."""

_Made = TypeVar("_Made")


def mapping_of(document: Mapping[str, object], file: str) -> RosterMapping:
    """Return the mapping that a TOML document describes.

    Parameters
    ----------
    document : mapping
        As `tomllib` reads it.
    file : str
        For the messages.

    Raises
    ------
    TableError
        With everything that is wrong.

    Examples
    --------
    >>> mapping_of({"colums": {}}, "roster.toml")
    Traceback (most recent call last):
    ...
    revlab.errors.TableError: roster.toml: the file has no key 'colums' (did you mean 'columns'?).
    ...
    """
    reader = _Reader(file)
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
            self.known("the file", name, (*TABLES, "origin"))
        columns = self.headings("[columns]", self.table(document, "columns"), tuple(FIELDS))
        declared = self.headings("[declared]", self.table(document, "declared"), None)
        sheets = self.headings("[sheets]", self.table(document, "sheets"), None)
        lists = self.table(document, "lists")
        for name in lists:
            self.known("[lists]", name, ("separator",))
        defaults = self.table(document, "defaults")
        for name in defaults:
            self.known("[defaults]", name, DEFAULTED)
        constants = self.constants(self.table(document, "constants"))
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
                constants=constants,
                sheets=sheets,
                dates=self.dates(self.table(document, "dates")),
                origin=str(document.get("origin", "a roster")),
            )
        )

    def constants(self, table: Mapping[str, object]) -> dict[str, str | Mapping[str, str]]:
        """Return the fields without a column; a whole number is a value as a text is."""
        out: dict[str, str | Mapping[str, str]] = {}
        for name, value in table.items():
            if not self.known("[constants]", name, CONSTANT):
                continue
            told = value if isinstance(value, dict) else {"": value}
            for file, each in told.items():
                if type(each) not in (str, int) or not str(each).strip():
                    where = f"[constants.{name}] {file!r}" if file else f"[constants] {name}"
                    remedy = 'write one value, or one for each file, such as "staff.csv" = 4'
                    self.fault(f"{where} must be a text or a whole number", remedy)
            texts = {file: str(each) for file, each in told.items()}
            out[name] = texts if isinstance(value, dict) else texts[""]
        return out

    def dates(self, table: Mapping[str, object]) -> dict[str, str]:
        """Return the table of dates; TOML's own dates are taken as they are written."""
        for name in table:
            self.known("[dates]", name, ("as_of", "order"))
        return {name: str(value) for name, value in table.items()}

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
        if "column" in table or any(name in table for name in SIDE_LISTS):
            for name in table:
                self.known("[sides]", name, ("column", *SIDE_LISTS))
            values = {
                name: self.texts(f"[sides] {name}", table[name])
                for name in SIDE_LISTS
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
