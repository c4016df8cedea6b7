"""One row of a roster as a record, with every fault in its place."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import partial

from revlab.errors import Fault
from revlab.people.cells import BadCellError, Cells
from revlab.people.cohort import LIST_COLUMNS
from revlab.people.dates import read_date
from revlab.people.ladders import rank_grades
from revlab.people.mapping import DEFAULTED, RosterMapping
from revlab.people.sheets import Sheet, clean_text, heading_key
from revlab.people.sides import SidesByColumn, SidesByGrade

__all__ = ["SheetReader"]

_DAYS_IN_A_YEAR = 365.25


def _years_since(cell: str, *, cells: Cells, dates: Mapping[str, str]) -> float | None:
    """Return the years from the date of a cell to the day that the mapping counts to."""
    text = cells.text(cell)
    if not text:
        return None
    day = read_date(text, order=dates.get("order", ""))
    as_of = dt.date.fromisoformat(dates["as_of"])
    if day > as_of:
        rule = f"{day} is after {as_of}, to which the mapping counts"
        raise BadCellError(rule, "correct it or [dates] as_of")
    return round((as_of - day).days / _DAYS_IN_A_YEAR, 4)


class SheetReader:
    """Reads the rows of one sheet.

    Parameters
    ----------
    sheet : Sheet
        The table.
    mapping : RosterMapping
        What its columns hold.
    cells : Cells
        Shared by the sheets of a roster, so that one label has one spelling.
    faults : list of Fault
        Grows by what is wrong.
    """

    def __init__(self, sheet: Sheet, mapping: RosterMapping, cells: Cells, faults: list[Fault]):
        self.sheet, self.mapping, self.faults = sheet, mapping, faults
        self.places = self._found(mapping.columns)
        self.declared = self._found(mapping.declared)
        sides = mapping.sides
        self.role = sheet.find([sides.column]) if isinstance(sides, SidesByColumn) else None
        same = {name: mapping.constant(name, sheet.name) for name in mapping.constants}
        self.constants = {k: v for k, v in same.items() if v is not None and k not in self.places}
        place = self.places.get("grade")
        labels = {self.constants.get("grade", "")} if place is None else set(sheet.cells(place))
        self.ranks = rank_grades(mapping.grades, labels)
        self.readers: dict[str, Callable[[str], object]] = {
            "person_id": cells.person,
            "grade": partial(cells.label, name="grade"),
            "tenure": cells.years,
            "started": partial(_years_since, cells=cells, dates=mapping.dates),
            "capacity": cells.capacity,
            "manager_id": cells.person,
            "both_sides": cells.agreed,
            "conflicts": cells.people,
            **{name: partial(cells.label, name=name) for name in ("unit", "profession", "site")},
            **{name: partial(cells.entries, name=name) for name in LIST_COLUMNS},
            **dict.fromkeys(("offers", "needs"), cells.skills),
        }
        self.says = {name: partial(cells.declared, name=name) for name in self.declared}
        self.sound = True
        self.marked: set[tuple[int | None, str | None]] = set()

    def _found(self, named: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
        places = {name: self.sheet.find(headings) for name, headings in named.items()}
        return {name: place for name, place in places.items() if place is not None}

    def _fault(self, row: int | None, column: str | None, rule: str, remedy: str) -> None:
        """Note what is wrong at a place."""
        self.sound = False
        self.marked.add((row, column))
        place = Fault(self.sheet.file, row, column, rule, remedy, self.sheet.sheet)
        self.faults.append(place)

    def ready(self) -> bool:
        """Return whether the columns that everybody needs are there, once each."""
        self.sound = True
        given = {*self.constants, *(["unit"] if "unit" in self.mapping.defaults else [])}
        told = [name for name in ("person_id", "grade", "unit") if name not in given]
        needed = [self.mapping.columns.get(name, (name,)) for name in told]
        if isinstance(self.mapping.sides, SidesByColumn):
            needed.append((self.mapping.sides.column,))
        for headings in needed:
            if self.sheet.find(headings) is None:
                close = get_close_matches(headings[0], self.sheet.headings, n=1)
                hint = f"did you mean {close[0]!r}?" if close else self._remedy(headings)
                self._fault(None, headings[0], "this column is missing", hint)
        heads = Counter(map(heading_key, self.sheet.headings))
        for head in dict.fromkeys(self.mapping.used_headings):
            if heads[heading_key(head)] > 1:
                self._fault(None, head, "two columns have this heading", "rename one of them")
        if self.mapping.sides(table=self.sheet.name, cell="", grade="") is None:
            rule = "[sides] of the mapping does not say which side this table is"
            self._fault(None, None, rule, "name it in roster.toml or leave the file out")
        return self.sound

    def _remedy(self, headings: tuple[str, ...]) -> str:
        """Say what to do about a missing column, which may be missing for being always the same."""
        for name, example in (("unit", '"Sales"'), ("grade", "4")):
            if self.mapping.columns.get(name, (name,)) == headings:
                return (
                    f"add it or correct roster.toml; if it is the same for everybody, write there "
                    f"[constants] {name} = {example}"
                )
        return "add it or correct roster.toml"

    def record(self, row: int, line: tuple[str, ...]) -> dict[str, object] | None:
        """Return one person, or None with the faults noted; of who is left out only the line."""
        self.sound = True
        record: dict[str, object] = {"file": self.sheet.file, "sheet": self.sheet.sheet, "row": row}
        record["sides"] = self._sides(row, line)
        if record["sides"]:
            for name, place in self.places.items():
                head = self.sheet.headings[place]
                record[name] = self._read(row, line[place], head, self.readers[name])
            for name, value in self.constants.items():
                record[name] = self._read(row, value, f"[constants] {name}", self.readers[name])
            for name, place in self.declared.items():
                head = self.sheet.headings[place]
                record[f"declared_{name}"] = self._read(row, line[place], head, self.says[name])
            self._complete(row, line, record)
        elif self.sound:
            # A reporting line may run through somebody who does not take part.
            for name in {"person_id", "manager_id"} & set(self.places):
                text = clean_text(line[self.places[name]])
                record[name] = (text.casefold() if "@" in text else text) or None
        return record if self.sound else None

    def _read(
        self, row: int, cell: str, heading: str, reader: Callable[[str], object]
    ) -> object | None:
        try:
            return reader(cell)
        except BadCellError as bad:
            self._fault(row, heading, *bad.args)
            return None

    def _complete(self, row: int, line: tuple[str, ...], record: dict[str, object]) -> None:
        """Fill in defaults and the rank; name the cells that must not be empty."""
        for name in DEFAULTED:
            if record.get(name) is None:
                record[name] = self.mapping.defaults.get(name, 1 if name == "capacity" else None)
        years = record.pop("started", None)
        record["tenure"] = years if record.get("tenure") is None else record["tenure"]
        record["grade_label"] = record.pop("grade")
        record["grade"] = self.ranks.get(self._grade(line))
        for name in ("person_id", "unit"):
            head = self.sheet.headings[self.places[name]] if name in self.places else name
            if record[name] is None and (row, head) not in self.marked:
                self._fault(row, head, "must not be empty", "fill the cell or delete the row")

    def _sides(self, row: int, line: tuple[str, ...]) -> tuple[str, ...]:
        """Return the sides of a row, and name a side or a grade that does not exist."""
        kind = self.mapping.sides
        cell = "" if self.role is None else line[self.role]
        grade = self._grade(line)
        sides = kind(table=self.sheet.name, cell=cell, grade=grade)
        if sides is None and isinstance(kind, SidesByColumn):
            hint = get_close_matches(cell, kind.known, n=1)
            remedy = f"did you mean {hint[0]!r}?" if hint else "add it to [sides] in roster.toml"
            rule = f"must be one of {', '.join(map(repr, kind.known))}; got {cell[:40]!r}"
            self._fault(row, kind.column, rule, remedy)
        if grade not in self.ranks and (sides != () or isinstance(kind, SidesByGrade)):
            self._bad_grade(row, clean_text(grade))
        return sides or ()

    def _grade(self, line: tuple[str, ...]) -> str:
        """Return the grade of a row as the table or, for all of its people, the mapping has it."""
        place = self.places.get("grade")
        return self.constants["grade"] if place is None else line[place]

    def _bad_grade(self, row: int, label: str) -> None:
        names = [name for step in self.mapping.grades for name in step]
        close = get_close_matches(label, names, n=1)
        rule = f"the grade {label[:40]!r} is not on the ladder of the mapping"
        remedy = "add it to [grades] order in roster.toml"
        if not label:
            rule, remedy = "must not be empty", "everybody needs a grade"
        elif not names:
            rule, remedy = f"must be a whole number; got {label[:40]!r}", "grades go from 0 to 9999"
        elif close:
            remedy = f"did you mean {close[0]!r}? Else {remedy}"
        place = self.places.get("grade")
        column = "[constants] grade" if place is None else self.sheet.headings[place]
        self._fault(row, column, rule, remedy)
