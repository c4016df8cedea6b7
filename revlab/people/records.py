"""From the tables of a roster to one record per person and row, with every fault in its place."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from revlab.errors import Fault
from revlab.people.cells import Cells
from revlab.people.mapping import RosterMapping
from revlab.people.record_reader import SheetReader
from revlab.people.sheets import Sheet

__all__ = ["Records", "read_records"]

_PLACE = ("file", "sheet", "row")


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
    repeated : list of dict
        Rows that are left out because they say of a person what an earlier row says, with
        ``first``, the place of that row.
    """

    rows: list[dict[str, object]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    repeated: list[dict[str, object]] = field(default_factory=list)

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
        reader = SheetReader(sheet, mapping, cells, out.faults)
        if not reader.ready():
            continue
        for row, line in sheet.rows:
            record = reader.record(row, line)
            if record is not None:
                out.rows.append(record)
    _without_repeats(out)
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


def _without_repeats(out: Records) -> None:
    """Leave out what is there twice to the letter, and say so; what differs is a fault later."""
    seen: dict[tuple[tuple[str, object], ...], dict[str, object]] = {}
    kept = []
    for record in out.rows:
        key = tuple((name, record[name]) for name in sorted(record) if name not in _PLACE)
        first = seen.setdefault(key, record)
        if first is record or not record["sides"]:
            kept.append(record)
        else:
            where = f"row {first['row']}"
            if first["file"] != record["file"] or first["sheet"] != record["sheet"]:
                where += f" of {first['file']}"
            out.repeated.append({**record, "first": where})
    if out.repeated:
        one = out.repeated[0]
        count = len(out.repeated)
        out.notes.append(
            f"{count} {'row repeats' if count == 1 else 'rows repeat'} an earlier row word for "
            f"word and {'is' if count == 1 else 'are'} left out, the first being row {one['row']} "
            f"of {one['file']} ({one['first']})."
        )
    out.rows[:] = kept


def _check_headings(sheets: Sequence[Sheet], mapping: RosterMapping, out: Records) -> None:
    """Say which mapped columns are nowhere, and which columns are not read."""
    if not sheets:
        return
    named = {**mapping.columns, **{f"declared {k}": v for k, v in mapping.declared.items()}}
    for name, headings in named.items():
        without = [
            sheet.name
            for sheet in sheets
            if sheet.find(headings) is None and mapping.constant(name, sheet.name) is None
        ]
        if len(without) == len(sheets) and name not in ("person_id", "grade", "unit"):
            rule = f"no file has this column, which the mapping names for {name!r}"
            fault = Fault(", ".join(without), None, headings[0], rule, "correct roster.toml")
            out.faults.append(fault)
        elif without and name not in ("person_id", "grade", "unit"):
            out.notes.append(f"{name!r} is not known for the people of {', '.join(without)}.")
    _check_constants(sheets, mapping, out)
    for sheet in sheets:
        used = {sheet.find([heading]) for heading in mapping.used_headings}
        spare = [head for place, head in enumerate(sheet.headings) if head and place not in used]
        if spare:
            out.notes.append(f"{sheet.name}: not read: {', '.join(spare)}.")


def _check_constants(sheets: Sequence[Sheet], mapping: RosterMapping, out: Records) -> None:
    """Say where a column stands beside what is said to be the same, and which file is not there."""
    there = {name.casefold() for sheet in sheets for name in (sheet.name, sheet.file)}
    for name, value in mapping.constants.items():
        for file in () if isinstance(value, str) else value:
            if file.casefold() not in there:
                rule = f"[constants.{name}] names this file, which is not there"
                out.faults.append(Fault(file, None, None, rule, "correct roster.toml"))
        for sheet in sheets:
            column = sheet.find(mapping.columns.get(name, ()))
            if column is not None and mapping.constant(name, sheet.name) is not None:
                head = sheet.headings[column]
                out.notes.append(f"{sheet.name}: {name!r} is read from {head!r}, not [constants].")
