"""The direction of a roster: the mentor is the junior, the mentee the senior."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from revlab.errors import Fault

__all__ = ["Direction", "check_direction"]

_SHOWN = 6
_COLUMNS = ["file", "sheet", "row", "person_id", "side", "grade_label", "finding"]


@dataclass(frozen=True)
class Direction:
    """What the grades say about who stands on which side.

    Parameters
    ----------
    at_or_above : float
        Share, 0 to 1, of all mentor-mentee combinations in which the mentor's grade is at or above
        the mentee's; people on both sides are left out. NaN if nobody is on one side only.
    rows : pandas.DataFrame
        file, sheet, row, person_id, side, grade_label, finding: one row per person and finding,
        "no partner above" / "no partner below" (can never be paired) or "grade of the other side".
    faults : tuple of Fault
        Whether the sides look swapped.
    notes : tuple of str
        The findings in words.
    """

    at_or_above: float
    rows: pd.DataFrame
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()


def check_direction(people: pd.DataFrame) -> Direction:
    """Check the grades of both sides against each other.

    Parameters
    ----------
    people : pandas.DataFrame
        One row per person and side: file, sheet, row, person_id, side ("mentor" or "mentee"),
        grade (rank, larger is more senior), grade_label, both (whether they stand on both sides).

    Returns
    -------
    Direction
        A fault if the mentors are at or above the mentees in most combinations; findings about
        single rows are notes, since a roster may mix grades on purpose.

    Examples
    --------
    >>> people = pd.DataFrame(
    ...     {"file": "a.csv", "sheet": None, "row": [2, 3, 4], "person_id": list("xyz"),
    ...      "side": ["mentor", "mentee", "mentee"], "grade": [5, 1, 2],
    ...      "grade_label": ["E", "A", "B"], "both": False}
    ... )
    >>> print(check_direction(people).faults[0])
    a.csv: sides look swapped: in 100% of the mentor-mentee combinations the mentor's grade is at \
or above the mentee's (the mentor is the junior, the mentee the senior: exchange them in [sides] \
of roster.toml).
    """
    mentors, mentees = (people[people["side"] == side] for side in ("mentor", "mentee"))
    alone = people[~people["both"].astype(bool)]
    share = _at_or_above(
        *(alone.loc[alone["side"] == side, "grade"] for side in ("mentor", "mentee"))
    )
    faults: tuple[Fault, ...] = ()
    if share > 0.5:
        rule = (
            f"sides look swapped: in {share:.0%} of the mentor-mentee combinations the mentor's "
            "grade is at or above the mentee's"
        )
        remedy = "the mentor is the junior, the mentee the senior: exchange them in [sides] of "
        file = ", ".join(dict.fromkeys(people["file"]))
        faults = (Fault(file, None, None, rule, remedy + "roster.toml"),)
    lone_mentors = mentors[mentors["grade"] >= mentees["grade"].max()]
    lone_mentees = mentees[mentees["grade"] <= mentors["grade"].min()]
    found = [
        (lone_mentors.assign(finding="no partner above"), _lone("mentors", mentors, "above")),
        (lone_mentees.assign(finding="no partner below"), _lone("mentees", mentees, "below")),
    ]
    if not faults:
        found += _typical_of_the_other_side(alone)
    rows = pd.concat([rows for rows, _ in found])[_COLUMNS].reset_index(drop=True)
    notes = [f"{len(rows)} {words}: {_places(rows)}." for rows, words in found if len(rows)]
    if lone_mentors.empty and lone_mentees.empty:
        notes.insert(0, "every mentor has a mentee above their grade, every mentee a mentor below.")
    return Direction(share, rows, faults, tuple(notes))


def _at_or_above(mentors: pd.Series, mentees: pd.Series) -> float:
    if mentors.empty or mentees.empty:
        return float("nan")
    seniors = np.sort(mentees.to_numpy(dtype=float))
    below_or_at = np.searchsorted(seniors, mentors.to_numpy(dtype=float), side="right")
    return float(below_or_at.mean() / len(seniors))


def _lone(side: str, people: pd.DataFrame, where: str) -> str:
    other = "mentee" if side == "mentors" else "mentor"
    return f"of {len(people)} {side} have no {other} {where} their grade and can never be paired"


def _typical_of_the_other_side(people: pd.DataFrame) -> list[tuple[pd.DataFrame, str]]:
    """Return people who are nearer to the middle grade of the other side than to their own."""
    middle = people.groupby("side")["grade"].median()
    if len(middle) < 2 or middle["mentor"] >= middle["mentee"]:
        return []
    border = (middle["mentor"] + middle["mentee"]) / 2
    found = []
    for side, beyond in (
        ("mentor", people["grade"] > border),
        ("mentee", people["grade"] < border),
    ):
        rows = people[(people["side"] == side) & beyond].assign(finding="grade of the other side")
        total = int((people["side"] == side).sum())
        role = "juniors' side" if side == "mentor" else "seniors' side"
        words = (
            f"of {total} {side}s have a grade that is usual on the other side, so check the {role}"
        )
        found.append((rows, words))
    return found


def _places(rows: pd.DataFrame) -> str:
    """Return where the rows stand, the first few of them."""
    shown: list[str] = []
    for (file, sheet), group in rows.groupby(["file", rows["sheet"].fillna("")], sort=False):
        numbers: Sequence[str] = [str(row) for row in group["row"].head(_SHOWN)]
        more = len(group) - len(numbers)
        place = f"{file}, sheet {sheet!r}" if sheet else str(file)
        shown.append(f"{place} row {', '.join(numbers)}" + (f" and {more} more" if more else ""))
    return "; ".join(shown)
