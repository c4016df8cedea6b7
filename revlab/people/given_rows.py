"""A table that somebody gives about the people of a roster: its rows, and whose they are."""

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from revlab.errors import Fault
from revlab.people.cohort import Cohort
from revlab.people.given_ids import given_id
from revlab.people.sheets import Sheet, clean_text, read_sheets
from revlab.privacy.export import plain_cell
from revlab.privacy.pseudonyms import Pseudonyms

__all__ = ["GivenTable", "Known", "read_given"]


@dataclass(frozen=True)
class GivenTable:
    """The rows of a table under their headings.

    Parameters
    ----------
    file : str
        Name without its folder.
    headings : tuple of str
        In their order, those without a name left out.
    rows : tuple of (int, dict of str to str)
        The row as a spreadsheet shows it and its clean cells by heading.
    faults : tuple of Fault
        Why there may be no rows.
    """

    file: str
    headings: tuple[str, ...] = ()
    rows: tuple[tuple[int, dict[str, str]], ...] = field(default=(), repr=False)
    faults: tuple[Fault, ...] = ()


def read_given(path: Path | str, needed: tuple[str, ...]) -> GivenTable:
    """Read a table about people.

    Parameters
    ----------
    path : pathlib.Path or str
        CSV or XLSX with one table.
    needed : tuple of str
        Headings that must be there.

    Returns
    -------
    GivenTable
        What cannot be read is a fault, never an exception.

    Examples
    --------
    >>> print(read_given("none.csv", ("person_id",)).faults[0])
    none.csv: there is no such file (check the name).
    """
    path = Path(path)
    read = read_sheets([path])
    if read.faults:
        return GivenTable(path.name, faults=tuple(read.faults))
    if len(read.sheets) != 1:
        remedy = "save the one table as a file of its own"
        rule = f"holds {len(read.sheets)} tables instead of one"
        return GivenTable(path.name, faults=(Fault(path.name, None, None, rule, remedy),))
    sheet = read.sheets[0]
    heads = [head.casefold() if head.casefold() in needed else head for head in sheet.headings]
    faults = [
        Fault(path.name, 1, name, "this column is missing", "add it", sheet.sheet)
        for name in needed
        if name not in heads
    ]
    again = dict.fromkeys(head for head in heads if head and heads.count(head) > 1)
    faults += [
        Fault(path.name, 1, head, "this heading is there twice", "remove one", sheet.sheet)
        for head in again
    ]
    if faults:
        return GivenTable(path.name, faults=tuple(faults))
    return GivenTable(path.name, tuple(head for head in heads if head), _rows(sheet, heads))


def _rows(sheet: Sheet, heads: list[str]) -> tuple[tuple[int, dict[str, str]], ...]:
    return tuple(
        (row, {head: clean_text(plain_cell(cell)) for head, cell in zip(heads, cells, strict=True)})
        for row, cells in sheet.rows
    )


@dataclass(frozen=True)
class Known:
    """Who is known, and under which id.

    Parameters
    ----------
    cohort : Cohort
        The people on both sides.
    pseudonyms : Pseudonyms or None
        Those of the cohort; a table may have open ids or pseudonyms.
    aside : collection of str
        Ids of people who are known but on neither side.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 4]}, index=["ana", "bo"])
    >>> known = Known(Cohort(people[:1], people[1:]))
    >>> table = GivenTable("t.csv", rows=((2, {"person_id": "bo"}), (3, {"person_id": "cy"})))
    >>> faults = []
    >>> known.of(table, faults)
    ['bo', None]
    >>> print(faults[0])
    t.csv, row 3, column 'person_id': nobody in the roster has this id (correct it or remove the \
row).
    """

    cohort: Cohort
    pseudonyms: Pseudonyms | None = None
    aside: Collection[str] = ()

    def of(self, table: GivenTable, faults: list[Fault]) -> list[str | None]:
        """Return the cohort's id for each row of a table, None where there is none.

        Parameters
        ----------
        table : GivenTable
            With a column ``person_id``.
        faults : list of Fault
            Grows by a fault for each row of which nobody knows the person, or by one if that is
            every row.
        """
        here = self.cohort.mentors.index.union(self.cohort.mentees.index)
        people, elsewhere = set(here), set(self.aside)
        ids = [given_id(cells["person_id"], self.pseudonyms) for _, cells in table.rows]
        if ids and not any(one in people or one in elsewhere for one in ids):
            rule = "nobody in it is in the roster"
            remedy = "read both with the same key, or both with none"
            faults.append(Fault(table.file, None, "person_id", rule, remedy))
            return [None] * len(ids)
        for one, (row, _) in zip(ids, table.rows, strict=True):
            if not one:
                rule, remedy = "must not be empty", "fill the cell or remove the row"
                faults.append(Fault(table.file, row, "person_id", rule, remedy))
            elif one not in people and one not in elsewhere:
                rule, remedy = "nobody in the roster has this id", "correct it or remove the row"
                faults.append(Fault(table.file, row, "person_id", rule, remedy))
        return [one if one in people else None for one in ids]
