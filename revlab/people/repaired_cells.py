"""Cells of a roster rewritten in one form, and what was rewritten."""

from revlab.people.cells import BadCellError, Cells, number
from revlab.people.cohort import LIST_COLUMNS
from revlab.people.dates import read_date
from revlab.people.ladders import grade_key
from revlab.people.mapping import RosterMapping
from revlab.people.repairs import Repair
from revlab.people.sheets import Sheet, clean_text
from revlab.people.sides import SidesByGrade

__all__ = ["CellWriter"]

_LABELS = ("unit", "profession", "site")
_NUMBERS = ("tenure", "capacity")
_SKILLS = ("offers", "needs")
_PEOPLE = ("person_id", "manager_id")


class CellWriter:
    """Writes cells in one form: the first spelling of a label, points, ISO dates, no padding.

    Parameters
    ----------
    mapping : RosterMapping or None
        What the columns hold; without it only padding and invisible characters go.

    Examples
    --------
    >>> from revlab.people.sides import SidesByGrade
    >>> columns = {"person_id": ("id",), "unit": ("team",), "grade": ("level",)}
    >>> mapping = RosterMapping(columns=columns, sides=SidesByGrade(("1",), ("2",)))
    >>> sheet = Sheet("staff.csv", None, ("id", "team", "level"), ())
    >>> writer = CellWriter(mapping)
    >>> writer.line(sheet, 2, ("ANA@x.org", "IT ", "1.0"), known=True)
    ('ana@x.org', 'IT', '1')
    >>> [repair.why for repair in writer.repairs]
    ['capitals of an e-mail address', 'spaces or invisible characters', 'one spelling of the grade']
    """

    def __init__(self, mapping: RosterMapping | None):
        self.mapping = mapping
        self.cells = Cells(";" if mapping is None else mapping.separator)
        self.repairs: list[Repair] = []
        steps = () if mapping is None else mapping.grades
        # Where the grade says the side, each label of a step stays, because [sides] names it.
        by_grade = mapping is not None and isinstance(mapping.sides, SidesByGrade)
        self.grades = {
            grade_key(label): label if by_grade else step[0] for step in steps for label in step
        }

    def line(
        self, sheet: Sheet, row: int, cells: tuple[str, ...], *, known: bool
    ) -> tuple[str, ...]:
        """Return the cells of a row in one form.

        Parameters
        ----------
        sheet : Sheet
            The table.
        row : int
            As a spreadsheet shows it.
        cells : tuple of str
            As the file holds them.
        known : bool
            Whether the row is read; of who is left out only the padding goes.
        """
        fields = self._fields(sheet) if known else {}
        # The spelling of a label is that of the first one in the order in which fields are read.
        read = {at: self._rewritten(name, cells[at]) for at, name in fields.items()}
        out = []
        for at, cell in enumerate(cells):
            plain = clean_text(cell)
            after, why = read.get(at, (plain, ""))
            if at not in fields and "\n" in cell.strip():
                after = cell.strip()  # a text with paragraphs, which nobody reads here
            if after != cell:
                why = why if after != plain else "spaces or invisible characters"
                heading = sheet.headings[at] or f"column {at + 1}"
                self.repairs.append(
                    Repair("repaired", sheet.file, sheet.sheet, row, heading, cell, after, why)
                )
            out.append(after)
        return tuple(out)

    def _fields(self, sheet: Sheet) -> dict[int, str]:
        if self.mapping is None:
            return {}
        named = {**self.mapping.columns}
        named |= {f"declared {name}": heads for name, heads in self.mapping.declared.items()}
        places = {name: sheet.find(heads) for name, heads in named.items()}
        return {at: name for name, at in places.items() if at is not None}

    def _rewritten(self, name: str, cell: str) -> tuple[str, str]:
        plain = clean_text(cell)
        try:
            return self._written(name, plain) if plain else ("", "")
        except BadCellError:
            return plain, ""

    def _written(self, name: str, plain: str) -> tuple[str, str]:
        if name in _PEOPLE:
            return self.cells.person(plain) or "", "capitals of an e-mail address"
        if name == "grade":
            return self._grade(plain), "one spelling of the grade"
        if name in _LABELS or name.startswith("declared "):
            key = name.removeprefix("declared ")
            return self.cells.label(plain, key) or "", f"the first spelling of this {key}"
        if name in _NUMBERS:
            return f"{number(plain):.15g}", "a decimal point, no padding of numbers"
        if name == "started" and self.mapping is not None:
            day = read_date(plain, order=self.mapping.dates.get("order", ""))
            return day.isoformat(), "one form of dates"
        if name in LIST_COLUMNS or name in _SKILLS:
            key = "skills" if name in _SKILLS else name
            entries = self.cells.entries(plain, key)
            mark = self.cells.separator.strip() or " "
            return f"{mark} ".join(entries) if mark != " " else " ".join(entries), "one spelling"
        return plain, ""

    def _grade(self, plain: str) -> str:
        key = grade_key(plain)
        return self.grades.get(key, plain) if self.grades else key if key.isdecimal() else plain
