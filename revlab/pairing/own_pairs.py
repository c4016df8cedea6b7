"""The user's own pairs, such as HR's matching by hand, as a policy among the others."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.cells import read_cells
from revlab.errors import Fault, PairingError, TableError, must
from revlab.pairing.compatibility import Compatibility
from revlab.people.cohort import Cohort
from revlab.people.given_ids import under_pseudonyms
from revlab.people.unnamed import without_cells
from revlab.privacy.pseudonyms import Pseudonyms
from revlab.tables import Column, Table, check

__all__ = ["OWN_PAIRS", "OwnPairs", "read_own_pairs"]

OWN_PAIRS = Table(
    "own_pairs",
    (
        Column("mentor_id", "text", "the junior, by the id of the cohort"),
        Column("mentee_id", "text", "the senior, by the id of the cohort"),
    ),
    key=("mentor_id", "mentee_id"),
)
"""What a file of own pairs holds; further columns are left out."""

_SIDES = ("mentor", "mentee")
_SENIORITY = {"mentor": "junior", "mentee": "senior"}


@dataclass(frozen=True)
class OwnPairs:
    """Make these dyads and no others.

    A mechanism like any other, so that pairs made by hand can be judged beside the policies.
    Scores and chance play no part. Pairs of two people who are both not there are those of
    another pool and are passed over; every other pair must keep the eligibility rules and the
    capacities.

    Parameters
    ----------
    pairs : tuple of (str, str)
        Mentor id (junior) and mentee id (senior) of each dyad, as in the cohort: pseudonyms if
        the cohort has pseudonyms.

    Raises
    ------
    PairingError
        If a pair is there twice; when called, if a pair breaks a rule or a capacity, one of its
        people is not there, or nobody in the pairs is.

    Examples
    --------
    >>> scores = Compatibility.from_scores([[0.9, 0.8], [0.8, 0.1]])
    >>> OwnPairs([("mentor2", "mentee1")])(scores, np.random.default_rng(1)).tolist()
    [[0, 1]]
    """

    pairs: tuple[tuple[str, str], ...]

    def __post_init__(self) -> None:
        pairs = tuple((str(mentor), str(mentee)) for mentor, mentee in self.pairs)
        twice = [_named(*pair) for pair, times in Counter(pairs).items() if times > 1]
        message = f"own pairs hold the same dyad twice: {'; '.join(twice)}; remove one of each."
        must(not twice, message, PairingError)
        object.__setattr__(self, "pairs", pairs)

    def __repr__(self) -> str:
        n = len(self.pairs)
        return f"OwnPairs of {n} dyad{'' if n == 1 else 's'} that were made by hand"

    def __call__(self, compatibility: Compatibility, rng: np.random.Generator) -> NDArray[np.intp]:
        """Return the cells of the pairs."""
        table = np.array(self.pairs, dtype=object).reshape(-1, 2)
        columns = compatibility.mentor_ids.get_indexer(table[:, 0])
        rows = compatibility.mentee_ids.get_indexer(table[:, 1])
        elsewhere = (rows < 0) & (columns < 0)
        faults = []
        if len(table) and elsewhere.all() and compatibility.eligible.size:
            faults.append("nobody in them is among these people")
        cells: NDArray[np.intp] = np.column_stack([rows, columns])[~elsewhere]
        both = (cells >= 0).all(axis=1)
        for (mentor, mentee), (row, column) in zip(table[~elsewhere], cells, strict=True):
            wrong = _broken(compatibility, int(row), int(column))
            if wrong:
                faults.append(f"{_named(mentor, mentee)}: {wrong}")
        faults += _too_many(compatibility, cells[both])
        must(
            not faults,
            f"the own pairs cannot be made: {'; '.join(faults)}; change these pairs, or the rules "
            "and capacities of the policy.",
            PairingError,
        )
        return cells


def _named(mentor: str, mentee: str) -> str:
    return f"mentor {mentor!r} with mentee {mentee!r}"


def _broken(compatibility: Compatibility, row: int, column: int) -> str:
    """Say what is wrong with one pair, if anything is."""
    if row < 0 or column < 0:
        side = "mentee" if row < 0 else "mentor"
        return f"the {side} is not among these people, or in another pool"
    if compatibility.eligible[row, column]:
        return ""
    bits = 0 if compatibility.rule_bits is None else int(compatibility.rule_bits[row, column])
    return " and ".join(words for r, words in enumerate(compatibility.rules) if bits >> r & 1)


def _too_many(compatibility: Compatibility, cells: NDArray[np.intp]) -> list[str]:
    faults = []
    for axis, side in ((1, "mentor"), (0, "mentee")):
        capacity = getattr(compatibility, f"{side}_capacity")
        used = np.bincount(cells[:, axis], minlength=len(capacity))
        faults += [
            f"{side} {getattr(compatibility, f'{side}_ids')[k]!r} is in {used[k]} of them and has "
            f"a capacity of {capacity[k]}"
            for k in np.flatnonzero(used > capacity)
        ]
    return faults


def read_own_pairs(
    path: Path | str, cohort: Cohort, *, pseudonyms: Pseudonyms | None = None
) -> OwnPairs:
    r"""Read pairs that were made by hand.

    Parameters
    ----------
    path : pathlib.Path or str
        A UTF-8 CSV file with the columns ``mentor_id`` (junior) and ``mentee_id`` (senior), one
        row per dyad; other columns are ignored. The ids are those of the cohort: where its
        people have pseudonyms, those.
    cohort : Cohort
        Who there is.
    pseudonyms : Pseudonyms, optional
        Those of the cohort; the file may then have open ids or pseudonyms.

    Returns
    -------
    OwnPairs
        The mechanism that makes these dyads.

    Raises
    ------
    TableError
        With every fault at once: no such file or column, an empty cell, a pair that repeats, an
        id that nobody has, or a mentor and mentee the wrong way round.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 4]}, index=["ana", "bo"])
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "by_hand.csv"
    ...     _ = file.write_text("mentor_id,mentee_id\nana,bo\n")
    ...     read_own_pairs(file, Cohort(people[:1], people[1:]))
    OwnPairs of 1 dyad that were made by hand
    """
    file = Path(path)
    if not file.is_file():
        raise TableError([Fault(file.name, None, None, "there is no such file", "check the name")])
    cells = under_pseudonyms(read_cells(file), OWN_PAIRS.key, pseudonyms)
    table, faults = check(cells, OWN_PAIRS, file.name)
    if pseudonyms is not None:
        faults = without_cells(faults)
    faults += _strangers(table, cohort, file.name)
    if faults:
        raise TableError(sorted(faults, key=lambda fault: fault.row or 0))
    return OwnPairs(tuple(zip(table["mentor_id"], table["mentee_id"], strict=True)))


def _strangers(table: pd.DataFrame, cohort: Cohort, file: str) -> list[Fault]:
    """Return the ids that stand on the wrong side, and those that nobody has."""
    people = {"mentor": set(cohort.mentors.index), "mentee": set(cohort.mentees.index)}
    faults = []
    for row, pair in enumerate(table[["mentor_id", "mentee_id"]].to_numpy(object), start=2):
        for person, side, other in zip(pair, _SIDES, reversed(_SIDES), strict=True):
            if pd.isna(person) or person in people[side]:
                continue
            swapped = person in people[other]
            rule = (
                f"{person!r} is a {other} ({_SENIORITY[other]}) in this cohort and cannot be a "
                f"{side} ({_SENIORITY[side]})"
                if swapped
                else f"nobody in the cohort has the id {person!r}"
            )
            remedy = (
                "swap the two ids: the mentor is the junior"
                if swapped
                else "use the ids of the cohort, which may be pseudonyms"
            )
            faults.append(Fault(file, row, f"{side}_id", rule, remedy))
    return faults
