"""Specifications of the CSV tables, and the check that lists every fault at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from revlab.cells import WHAT_A_CELL_HOLDS, Kind, convert, read_cells
from revlab.errors import Fault, TableError, must, one_of

__all__ = ["Column", "Table", "check", "codebook", "read_table", "write_table"]

_DTYPES = {"text": "string", "integer": "Int64", "number": "Float64", "boolean": "boolean"}


@dataclass(frozen=True)
class Column:
    """One column: its name, what it holds, and what must be true of each value.

    Parameters
    ----------
    name : str
        Heading in the file.
    kind : {"text", "integer", "number", "boolean"}
        What a cell holds.
    note : str
        Meaning and unit, for the codebook.
    required : bool
        Whether every row needs a value (an empty cell is a missing value).
    allowed : tuple of str
        If given, a cell must be one of these.
    low, high : float or None
        Inclusive bounds of a number.
    """

    name: str
    kind: Kind
    note: str
    required: bool = True
    allowed: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Table:
    """A named table: its columns and the columns whose values together identify a row."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """The headings, in order."""
        return [column.name for column in self.columns]


def _rule(value: object, column: Column) -> str | None:
    if column.allowed and value not in column.allowed:
        options = ", ".join(repr(option) for option in column.allowed)
        return f"must be one of {options}; got {value!r}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        if column.low is not None and value < column.low:
            return f"must be at least {column.low:g}; got {value:g}"
        if column.high is not None and value > column.high:
            return f"must be at most {column.high:g}; got {value:g}"
    return None


def _read_column(
    cells: Sequence[object], column: Column, fault: Callable[[int, str, str], None]
) -> list[object]:
    values: list[object] = []
    for row, cell in enumerate(cells, start=2):
        text = "" if cell is None or cell is pd.NA or cell != cell else str(cell).strip()
        value: object = None
        if not text:
            if column.required:
                fault(row, "must not be empty", "fill the cell")
        else:
            try:
                value = convert(text, column.kind)
            except ValueError:
                fault(
                    row,
                    f"must be {WHAT_A_CELL_HOLDS[column.kind]}; got {text[:40]!r}",
                    "correct the cell",
                )
            else:
                rule = _rule(value, column)
                if rule:
                    fault(row, rule, "correct the cell")
        values.append(value)
    return values


def check(frame: pd.DataFrame, table: Table, file: str) -> tuple[pd.DataFrame, list[Fault]]:
    """Read the cells of ``frame`` as ``table`` says and list everything that is wrong.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per record, cells as text or as values.
    table : Table
        What the columns must be.
    file : str
        File name for the messages.

    Returns
    -------
    clean : pandas.DataFrame
        The columns of ``table`` in order with nullable dtypes; other columns are left out.
    faults : list of Fault
        Empty if all is well. Rows are counted as a spreadsheet shows them (header = row 1).

    Examples
    --------
    >>> table = Table("dyads", (Column("dyad_id", "text", "dyad"),), key=("dyad_id",))
    >>> _, faults = check(pd.DataFrame({"dyad_id": ["a", "a", ""]}), table, "dyads.csv")
    >>> for fault in faults:
    ...     print(fault)
    dyads.csv, row 4, column 'dyad_id': must not be empty (fill the cell).
    dyads.csv, row 3, column 'dyad_id': repeats row 2; each must be different (remove one).
    """
    faults: list[Fault] = []
    data: dict[str, pd.Series] = {}
    for column in table.columns:
        if column.name not in frame.columns:
            if column.required:
                faults.append(Fault(file, None, column.name, "this column is missing", "add it"))
            values: list[object] = [None] * len(frame)
        else:
            name = column.name

            def note(row: int, rule: str, remedy: str, name: str = name) -> None:
                faults.append(Fault(file, row, name, rule, remedy))

            values = _read_column(frame[name].tolist(), column, note)
        data[column.name] = pd.Series(values, dtype="object")
    faults.extend(_repeats(data, table, file))
    bad = {fault.column for fault in faults}
    clean = pd.DataFrame(
        {
            column.name: data[column.name].astype(
                "object" if column.name in bad else _DTYPES[column.kind]
            )
            for column in table.columns
        }
    )
    return clean, faults


def _repeats(data: dict[str, pd.Series], table: Table, file: str) -> list[Fault]:
    if not table.key:
        return []
    seen: dict[tuple[object, ...], int] = {}
    faults = []
    for row, values in enumerate(zip(*(data[name] for name in table.key), strict=True), start=2):
        if any(value is None for value in values):
            continue
        if values in seen:
            place = " + ".join(table.key)
            rule = f"repeats row {seen[values]}; each must be different"
            faults.append(Fault(file, row, place, rule, "remove one"))
        else:
            seen[values] = row
    return faults


def read_table(path: Path, table: Table) -> pd.DataFrame:
    """Read one CSV file as ``table`` says.

    Parameters
    ----------
    path : pathlib.Path
        A UTF-8 CSV file (a byte-order mark is fine).
    table : Table
        What the columns must be.

    Returns
    -------
    pandas.DataFrame
        Columns of ``table`` with nullable dtypes.

    Raises
    ------
    TableError
        With every fault, if there is one; also if the file is missing or not such a file.

    Examples
    --------
    >>> read_table(Path("none.csv"), Table("t", ()))
    Traceback (most recent call last):
    ...
    revlab.errors.TableError: none.csv: there is no such file (check the name).
    """
    if not path.is_file():
        raise TableError([Fault(path.name, None, None, "there is no such file", "check the name")])
    clean, faults = check(read_cells(path), table, path.name)
    if faults:
        raise TableError(faults)
    return clean


def write_table(frame: pd.DataFrame, path: Path, table: Table) -> None:
    """Write the columns of ``table`` as UTF-8 CSV with line feeds, empty cells for missing.

    Raises
    ------
    RevlabError
        If a column of the table is not in the frame.
    """
    for name in table.names:
        must(name in frame.columns, f"the {table.name} table needs a column {name!r}.")
    frame[table.names].to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def codebook(tables: Sequence[Table]) -> pd.DataFrame:
    """Return one row per column of the tables: what it holds, its bounds and its meaning.

    Examples
    --------
    >>> table = Table("dyads", (Column("dyad_id", "text", "one mentor-mentee pair"),))
    >>> codebook([table]).iloc[0].to_dict()["meaning"]
    'one mentor-mentee pair'
    """
    rows = []
    for table in tables:
        for column in table.columns:
            one_of("kind", column.kind, list(_DTYPES))
            bounds = " to ".join(f"{x:g}" for x in (column.low, column.high) if x is not None)
            rows.append(
                {
                    "file": f"{table.name}.csv",
                    "column": column.name,
                    "holds": column.kind,
                    "required": "yes" if column.required else "no",
                    "allowed": "; ".join(column.allowed) or bounds,
                    "meaning": column.note,
                }
            )
    return pd.DataFrame(rows)
