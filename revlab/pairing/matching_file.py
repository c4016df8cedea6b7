"""Read back the pairs of a round from the files that `revlab pair` wrote."""

from pathlib import Path

import pandas as pd

from revlab.cells import read_cells
from revlab.errors import Fault, TableError
from revlab.pairing.matching import DYAD_COLUMNS, LEFT_COLUMNS, Matching, dyad_ids
from revlab.pairing.waiting_list import WaitingList
from revlab.people.given_ids import under_pseudonyms
from revlab.people.unnamed import without_cells
from revlab.privacy.pseudonyms import Pseudonyms
from revlab.tables import Column, Table, check

__all__ = ["LEFTOVER_FILE", "PAIRS_FILE", "read_matching", "read_waiting"]

_TEXT = ("dyad_id", "pool_id", "arm")
_NUMBERS = ("score", "mentor_score", "mentee_score", "mentor_rank", "mentee_rank")
PAIRS_FILE = Table(
    "pairs",
    (
        Column("mentor_id", "text", "the junior"),
        Column("mentee_id", "text", "the senior"),
        *(Column(name, "text", DYAD_COLUMNS[name], required=False) for name in _TEXT),
        *(Column(name, "number", DYAD_COLUMNS[name], required=False) for name in _NUMBERS),
    ),
    key=("mentor_id", "mentee_id"),
)
"""What a file of pairs holds; only the two people are needed, further columns are left out."""

LEFTOVER_FILE = Table(
    "leftover",
    (
        Column("person_id", "text", "who has no dyad"),
        Column("side", "text", "mentor or mentee", allowed=("mentor", "mentee")),
        Column("reason", "text", "why", required=False),
        Column("since", "integer", "round since which they wait", required=False, low=1),
        Column("round", "integer", "round that left them over", required=False, low=1),
    ),
    key=("person_id", "side"),
)
"""What a file of people left over holds."""


_IDS = ("mentor_id", "mentee_id", "person_id")


def _read(
    path: Path, table: Table, pseudonyms: Pseudonyms | None
) -> tuple[pd.DataFrame, list[Fault]]:
    if not path.is_file():
        return pd.DataFrame(), [
            Fault(path.name, None, None, "there is no such file", "check the name")
        ]
    cells = read_cells(path)
    for column in table.columns:
        if not column.required and column.name not in cells:
            cells[column.name] = ""
    clean, faults = check(under_pseudonyms(cells, _IDS, pseudonyms), table, path.name)
    return clean, faults if pseudonyms is None else without_cells(faults)


def read_matching(
    path: Path | str,
    *,
    leftover: Path | str | None = None,
    pseudonyms: Pseudonyms | None = None,
) -> Matching:
    r"""Read the pairs of a round, and who was left over.

    Parameters
    ----------
    path : pathlib.Path or str
        CSV file with the columns ``mentor_id`` and ``mentee_id``; those of
        ``Matching.dyads`` are kept where they are there.
    leftover : pathlib.Path or str, optional
        CSV file with ``person_id, side``, as ``revlab pair`` writes beside the pairs.
    pseudonyms : Pseudonyms, optional
        Those of the cohort; the files may have open ids or pseudonyms.

    Returns
    -------
    Matching
        Dyads without an id are numbered in the order of the mentee ids.

    Raises
    ------
    TableError
        With every fault of both files at once: a missing file or column, an empty or wrong
        cell, a pair or person that repeats.
    PairingError
        If somebody is in a dyad and left over.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "pairs.csv"
    ...     _ = file.write_text("mentor_id,mentee_id,score\nana,bo,0.8\n")
    ...     read_matching(file)
    Matching by 'pairs': 1 dyad, mean score 0.80; 0 mentors and 0 mentees left over
    """
    file = Path(path)
    dyads, faults = _read(file, PAIRS_FILE, pseudonyms)
    people = pd.DataFrame(columns=["person_id", "side", "reason"])
    if leftover is not None:
        people, more = _read(Path(leftover), LEFTOVER_FILE, pseudonyms)
        faults += more
    if faults:
        raise TableError(faults)
    dyads = dyads.sort_values("mentee_id", ignore_index=True, kind="stable")
    if dyads["dyad_id"].isna().any():
        dyads["dyad_id"] = dyad_ids(len(dyads))
    for name, filler in (("pool_id", "P01"), ("arm", file.stem)):
        dyads[name] = dyads[name].fillna(filler)
    dyads[list(_NUMBERS)] = dyads[list(_NUMBERS)].astype(float)
    pool = str(dyads["pool_id"].iloc[0]) if len(dyads) else "P01"
    left = {
        side: people[people["side"] == side]
        .assign(pool_id=pool, reason=lambda rows: rows["reason"].fillna(""))
        .reset_index(drop=True)[list(LEFT_COLUMNS)]
        for side in ("mentor", "mentee")
    }
    arms = dyads["arm"].unique()
    policy = str(arms[0]) if len(arms) == 1 else file.stem
    return Matching(policy, dyads[list(DYAD_COLUMNS)], left["mentor"], left["mentee"])


def read_waiting(leftover: Path | str, *, pseudonyms: Pseudonyms | None = None) -> WaitingList:
    r"""Read who waits for the next round, and since when.

    Parameters
    ----------
    leftover : pathlib.Path or str
        CSV file with ``person_id, side`` and, from the second round on, ``since`` and ``round``
        (the round that left them over), as ``revlab rematch`` writes it. Without them the file
        is of the first round.

    pseudonyms : Pseudonyms, optional
        As for `read_matching`.

    Raises
    ------
    TableError
        With every fault of the file.
    PairingError
        If somebody waits since a round that is not over.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "left.csv"
    ...     _ = file.write_text("person_id,side,since,round\nana,mentor,1,2\n")
    ...     read_waiting(file)
    Waiting list for round 3: 1 mentor and 0 mentees, the longest for 2 rounds
    """
    people, faults = _read(Path(leftover), LEFTOVER_FILE, pseudonyms)
    if faults:
        raise TableError(faults)
    last = int(people["round"].astype(float).fillna(1).max()) if len(people) else 1
    since = people["since"].astype(float).fillna(last).astype(int)
    return WaitingList(people[["side", "person_id"]].assign(since=since), now=last + 1)
