"""Scores of questionnaires from a file, checked against the people they are of."""

from pathlib import Path

import pandas as pd

from revlab.errors import Fault, TableError
from revlab.people.cells import BadCellError, number
from revlab.people.given_rows import Known, read_given
from revlab.people.unnamed import without_cells

__all__ = ["TRAIT_RANGE", "read_traits"]

TRAIT_RANGE = (-10.0, 10.0)
"""A trait is a mean answer in points of its scale, since likeness falls by half with each point."""


def read_traits(path: Path | str, known: Known) -> pd.DataFrame:
    r"""Read one row per person with a number in each further column, for `with_traits`.

    Parameters
    ----------
    path : pathlib.Path or str
        CSV or XLSX with ``person_id`` and columns of numbers, as ``revlab intake questionnaire
        --traits`` writes it; a heading without ``trait_`` gets it. An empty cell is no score.
    known : Known
        The people of the roster. Rows of those on neither side are passed over.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``person_id``, columns ``trait_*``.

    Raises
    ------
    TableError
        With every fault: a missing heading, somebody whom nobody knows, somebody twice, a cell
        that is no number or is outside of `TRAIT_RANGE`, a file of other people.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from revlab.people.cohort import Cohort
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 4]}, index=["ana", "bo"])
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "traits.csv"
    ...     _ = file.write_text("person_id,trait_calm\nana,4.5\nbo,\n")
    ...     read_traits(file, Known(Cohort(people[:1], people[1:])))["trait_calm"].tolist()
    [4.5, nan]
    """
    table = read_given(path, ("person_id",))
    if table.faults:
        raise TableError(table.faults)
    names = [head for head in table.headings if head != "person_id"]
    faults: list[Fault] = []
    if not names:
        remedy = "add one, such as trait_patience"
        faults.append(Fault(table.file, 1, None, "holds no column of scores", remedy))
    ids = known.of(table, faults)
    first: dict[str, int] = {}
    scores: dict[str, list[float]] = {}
    for person, (row, cells) in zip(ids, table.rows, strict=True):
        told = [_score(table.file, row, name, cells[name], faults) for name in names]
        if person in first:
            rule = f"repeats the person of row {first[person]}"
            faults.append(Fault(table.file, row, "person_id", rule, "remove one"))
        elif person is not None:
            first[person], scores[person] = row, told
    if faults:
        faults.sort(key=lambda fault: fault.row or 0)
        raise TableError(faults if known.pseudonyms is None else without_cells(faults))
    columns = [name if name.startswith("trait_") else f"trait_{name}" for name in names]
    frame = pd.DataFrame.from_dict(scores, orient="index", columns=columns, dtype=float)
    return frame.rename_axis("person_id")


def _score(file: str, row: int, name: str, cell: str, faults: list[Fault]) -> float:
    """Return the number of a cell, NaN if it is empty or its fault is noted."""
    low, high = TRAIT_RANGE
    try:
        value = number(cell) if cell else float("nan")
        if value < low or value > high:
            rule = f"must be a mean answer from {low:g} to {high:g}; got {value:g}"
            raise BadCellError(rule, "divide a scale of 0 to 100 by 10")
    except BadCellError as bad:
        faults.append(Fault(file, row, name, *bad.args))
        return float("nan")
    return value
