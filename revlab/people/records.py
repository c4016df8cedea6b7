"""From the tables of a roster to one record per person and row, with every fault in its place."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import partial

import pandas as pd

from revlab.errors import Fault
from revlab.people.cells import BadCellError, Cells
from revlab.people.cohort import LIST_COLUMNS
from revlab.people.ladders import rank_grades
from revlab.people.mapping import DEFAULTED, RosterMapping
from revlab.people.sheets import Sheet, clean_text, heading_key
from revlab.people.sides import SidesByColumn, SidesByGrade

__all__ = ["Records", "read_records"]


@dataclass
class Records:
    """The rows of a roster as read.

    Parameters
    ----------
    rows : list of dict
        file, sheet, row, sides (tuple), the fields of the mapping and ``declared_*``.
    faults : list of Fault
        What is wrong, in the order of the files.
    notes : list of str
        What the reader should know.
    """

    rows: list[dict[str, object]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def frame(self) -> pd.DataFrame:
        """Return the rows as a table."""
        return pd.DataFrame(self.rows)


def read_records(sheets: Sequence[Sheet], mapping: RosterMapping) -> Records:
    """Read every row of the sheets as the mapping says.

    Parameters
    ----------
    sheets : sequence of Sheet
        The tables of the roster.
    mapping : RosterMapping
        What their columns hold.

    Returns
    -------
    Records
        Rows with a fault are left out of ``rows`` and stand in ``faults``.
    """
    out = Records()
    cells = Cells(mapping.separator)
    for sheet in sheets:
        reader = _SheetReader(sheet, mapping, cells, out)
        if not reader.ready():
            continue
        for row, line in sheet.rows:
            record = reader.record(row, line)
            if record is not None:
                out.rows.append(record)
    if out.rows and all(not record["sides"] for record in out.rows):
        rule = "everybody is left out: no row is a mentor (junior) or a mentee (senior)"
        file = ", ".join(sheet.name for sheet in sheets)
        out.faults.append(Fault(file, None, None, rule, "correct [sides] in roster.toml"))
    left = sum(not record["sides"] for record in out.rows)
    if left:
        out.notes.append(f"{left} of {len(out.rows)} people are on neither side and left out.")
    for name, times in cells.respelt.items():
        out.notes.append(f"{times} cells of {name!r} differ from another only by capitals.")
    _check_headings(sheets, mapping, out)
    return out


def _check_headings(sheets: Sequence[Sheet], mapping: RosterMapping, out: Records) -> None:
    """Say which mapped columns are nowhere, and which columns are not read."""
    if not sheets:
        return
    named = {**mapping.columns, **{f"declared {k}": v for k, v in mapping.declared.items()}}
    for name, headings in named.items():
        without = [sheet.name for sheet in sheets if sheet.find(headings) is None]
        if len(without) == len(sheets) and name not in ("person_id", "grade", "unit"):
            rule = f"no file has this column, which the mapping names for {name!r}"
            fault = Fault(", ".join(without), None, headings[0], rule, "correct roster.toml")
            out.faults.append(fault)
        elif without and name not in ("person_id", "grade", "unit"):
            out.notes.append(f"{name!r} is not known for the people of {', '.join(without)}.")
    for sheet in sheets:
        used = {sheet.find([heading]) for heading in mapping.used_headings}
        spare = [head for place, head in enumerate(sheet.headings) if head and place not in used]
        if spare:
            out.notes.append(f"{sheet.name}: not read: {', '.join(spare)}.")


class _SheetReader:
    """Reads the rows of one sheet."""

    def __init__(self, sheet: Sheet, mapping: RosterMapping, cells: Cells, out: Records):
        self.sheet, self.mapping, self.out = sheet, mapping, out
        self.places = self._found(mapping.columns)
        self.declared = self._found(mapping.declared)
        sides = mapping.sides
        self.role = sheet.find([sides.column]) if isinstance(sides, SidesByColumn) else None
        place = self.places.get("grade")
        labels = () if place is None else set(sheet.cells(place))
        self.ranks = rank_grades(mapping.grades, labels)
        self.readers: dict[str, Callable[[str], object]] = {
            "person_id": cells.person,
            "grade": partial(cells.label, name="grade"),
            "tenure": cells.years,
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

    def fault(self, row: int | None, column: str | None, rule: str, remedy: str) -> None:
        self.sound = False
        self.marked.add((row, column))
        place = Fault(self.sheet.file, row, column, rule, remedy, self.sheet.sheet)
        self.out.faults.append(place)

    def ready(self) -> bool:
        """Return whether the columns that everybody needs are there, once each."""
        self.sound = True
        needed = [self.mapping.columns[name] for name in ("person_id", "grade")]
        if "unit" not in self.mapping.defaults:
            needed.append(self.mapping.columns["unit"])
        if isinstance(self.mapping.sides, SidesByColumn):
            needed.append((self.mapping.sides.column,))
        for headings in needed:
            if self.sheet.find(headings) is None:
                close = get_close_matches(headings[0], self.sheet.headings, n=1)
                hint = f"did you mean {close[0]!r}?" if close else "add it or correct roster.toml"
                self.fault(None, headings[0], "this column is missing", hint)
        heads = Counter(map(heading_key, self.sheet.headings))
        for head in dict.fromkeys(self.mapping.used_headings):
            if heads[heading_key(head)] > 1:
                self.fault(None, head, "two columns have this heading", "rename one of them")
        if self.mapping.sides(table=self.sheet.name, cell="", grade="") is None:
            rule = "[sides] of the mapping does not say which side this table is"
            self.fault(None, None, rule, "name it in roster.toml or leave the file out")
        return self.sound

    def record(self, row: int, line: tuple[str, ...]) -> dict[str, object] | None:
        """Return one person, or None with the faults noted; of who is left out only the line."""
        self.sound = True
        record: dict[str, object] = {"file": self.sheet.file, "sheet": self.sheet.sheet, "row": row}
        record["sides"] = self._sides(row, line)
        if record["sides"]:
            for name, place in self.places.items():
                record[name] = self._read(row, line[place], place, self.readers[name])
            for name, place in self.declared.items():
                record[f"declared_{name}"] = self._read(row, line[place], place, self.says[name])
            self._complete(row, line, record)
        elif self.sound:
            # A reporting line may run through somebody who does not take part.
            for name in {"person_id", "manager_id"} & set(self.places):
                record[name] = clean_text(line[self.places[name]]) or None
        return record if self.sound else None

    def _read(
        self, row: int, cell: str, place: int, reader: Callable[[str], object]
    ) -> object | None:
        try:
            return reader(cell)
        except BadCellError as bad:
            self.fault(row, self.sheet.headings[place], *bad.args)
            return None

    def _complete(self, row: int, line: tuple[str, ...], record: dict[str, object]) -> None:
        """Fill in defaults and the rank; name the cells that must not be empty."""
        for name in DEFAULTED:
            if record.get(name) is None:
                record[name] = self.mapping.defaults.get(name, 1 if name == "capacity" else None)
        record["grade_label"] = record.pop("grade")
        record["grade"] = self.ranks.get(line[self.places["grade"]])
        for name in ("person_id", "unit"):
            head = self.sheet.headings[self.places[name]] if name in self.places else name
            if record[name] is None and (row, head) not in self.marked:
                self.fault(row, head, "must not be empty", "fill the cell or delete the row")

    def _sides(self, row: int, line: tuple[str, ...]) -> tuple[str, ...]:
        """Return the sides of a row, and name a side or a grade that does not exist."""
        kind = self.mapping.sides
        cell = "" if self.role is None else line[self.role]
        grade = line[self.places["grade"]]
        sides = kind(table=self.sheet.name, cell=cell, grade=grade)
        if sides is None and isinstance(kind, SidesByColumn):
            hint = get_close_matches(cell, kind.known, n=1)
            remedy = f"did you mean {hint[0]!r}?" if hint else "add it to [sides] in roster.toml"
            rule = f"must be one of {', '.join(map(repr, kind.known))}; got {cell[:40]!r}"
            self.fault(row, kind.column, rule, remedy)
        if grade not in self.ranks and (sides != () or isinstance(kind, SidesByGrade)):
            self._bad_grade(row, clean_text(grade))
        return sides or ()

    def _bad_grade(self, row: int, label: str) -> None:
        names = [name for step in self.mapping.grades for name in step]
        close = get_close_matches(label, names, n=1)
        rule = f"the grade {label[:40]!r} is not on the ladder of the mapping"
        remedy = "add it to [grades] order in roster.toml"
        if not label:
            rule, remedy = "must not be empty", "everybody needs a grade"
        elif not names:
            rule, remedy = f"must be a whole number; got {label[:40]!r}", "correct the cell"
        elif close:
            remedy = f"did you mean {close[0]!r}? Else {remedy}"
        self.fault(row, self.sheet.headings[self.places["grade"]], rule, remedy)
