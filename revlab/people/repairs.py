"""What was put right in a file while it was read, each with its place: nothing is silent."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from revlab.errors import Fault

__all__ = ["REPAIR_COLUMNS", "Repair", "repair_list"]

REPAIR_COLUMNS = ("what", "file", "sheet", "row", "column", "before", "after", "why")
"""Columns of a list of repairs; ``what`` is "repaired", "left out" or "to decide"."""


@dataclass(frozen=True)
class Repair:
    """One thing that a reader put right, or a row that it left out.

    Parameters
    ----------
    what : {"repaired", "left out"}
        Whether a cell was rewritten or a row is no person.
    file, sheet, row, column
        The place, as in `revlab.errors.Fault`.
    before, after : str
        The cell as it was and as it is read; a row that is left out has no ``after``.
    why : str
        The rule, in words.
    """

    what: str
    file: str
    sheet: str | None
    row: int | None
    column: str | None
    before: str
    after: str
    why: str


def repair_list(repairs: Sequence[Repair], faults: Sequence[Fault]) -> pd.DataFrame:
    """Return repairs, and faults as what is still to be decided, as one table.

    Parameters
    ----------
    repairs : sequence of Repair
        What was put right.
    faults : sequence of Fault
        What needs a person.

    Returns
    -------
    pandas.DataFrame
        `REPAIR_COLUMNS`, one row each; whole files before rows, in the order of the rows.

    Examples
    --------
    >>> done = Repair("repaired", "staff.csv", None, 2, "Unit", " IT", "IT", "spaces")
    >>> open_ = Fault("staff.csv", 3, "Grade", "must not be empty", "everybody needs a grade")
    >>> repair_list([done], [open_])[["what", "row", "before", "why"]].values.tolist()
    [['repaired', 2, ' IT', 'spaces'], ['to decide', 3, '', 'must not be empty: everybody needs a \
grade']]
    """
    rows = [tuple(getattr(one, name) for name in REPAIR_COLUMNS) for one in repairs]
    for one in faults:
        why = f"{one.rule}: {one.remedy}" if one.remedy else one.rule
        rows.append(("to decide", one.file, one.sheet, one.row, one.column, "", "", why))
    frame = pd.DataFrame(rows, columns=list(REPAIR_COLUMNS))
    frame["row"] = frame["row"].astype("Int64")
    order = ["file", "sheet", "row"]
    return frame.sort_values(order, kind="stable", na_position="first").reset_index(drop=True)
