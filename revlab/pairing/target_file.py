"""Read the policy that a pilot is to be asked about: pairs, or a chance for each possible pair."""

from pathlib import Path

import pandas as pd

from revlab.cells import read_cells
from revlab.errors import Fault, TableError
from revlab.people.given_ids import under_pseudonyms
from revlab.people.unnamed import without_cells
from revlab.privacy.export import plain_cell
from revlab.privacy.pseudonyms import Pseudonyms
from revlab.tables import Column, Table, check

__all__ = ["TARGET_FILE", "read_target"]

TARGET_FILE = Table(
    "target",
    (
        Column("mentee_id", "text", "the senior"),
        Column("mentor_id", "text", "the junior"),
        Column("probability", "number", "chance of the pair", required=False, low=0, high=1),
        Column("score", "number", "score of the pair", required=False, low=0),
    ),
    key=("mentee_id", "mentor_id"),
)
"""What a file of a target policy holds; further columns are left out."""


def read_target(path: Path | str, *, pseudonyms: Pseudonyms | None = None) -> pd.DataFrame:
    r"""Read a target policy: a lottery's table, or pairs as `revlab pair` wrote them.

    Parameters
    ----------
    path : pathlib.Path or str
        CSV file with ``mentee_id, mentor_id``; ``probability`` is 1 for each pair if the column
        is not there; ``score`` is kept if it is there.
    pseudonyms : Pseudonyms, optional
        Those of the pilot; the file may then have open ids or pseudonyms.

    Returns
    -------
    pandas.DataFrame
        ``mentee_id, mentor_id, probability`` and, if the file has it, ``score``.

    Raises
    ------
    TableError
        With every fault: a missing file or column, an empty or wrong cell, a pair that repeats.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "pairs.csv"
    ...     _ = file.write_text("mentor_id,mentee_id\nana,bo\n")
    ...     read_target(file)
      mentee_id mentor_id  probability
    0        bo       ana          1.0
    """
    path = Path(path)
    if not path.is_file():
        raise TableError([Fault(path.name, None, None, "there is no such file", "check the name")])
    cells = under_pseudonyms(read_cells(path), TARGET_FILE.key, pseudonyms)
    chance, scored = (name in cells for name in ("probability", "score"))
    table = Table(
        TARGET_FILE.name,
        tuple(
            Column(c.name, c.kind, c.note, required=True, low=c.low, high=c.high)
            for c in TARGET_FILE.columns
            if c.name in cells or c.required
        ),
        key=TARGET_FILE.key,
    )
    clean, faults = check(cells, table, path.name)
    if not faults and clean.empty:
        faults = [Fault(path.name, None, None, "holds no pair", "list the pairs of the policy")]
    if faults:
        raise TableError(faults if pseudonyms is None else without_cells(faults))
    # The ids as they were before a mark was set against formulas.
    ids = {name: clean[name].map(plain_cell).astype(str) for name in TARGET_FILE.key}
    found = pd.DataFrame(ids).assign(
        probability=clean["probability"].astype(float).to_numpy() if chance else 1.0
    )
    return found.assign(score=clean["score"].astype(float).to_numpy()) if scored else found
