"""How a roster was read, for a page: headings and counts, never a cell, a name or a file."""

import os
from pathlib import Path

import pandas as pd

from revlab.people.mapping import FIELDS, RosterMapping
from revlab.people.mapping_file import read_mapping
from revlab.people.repaired import RepairedRoster, repair_roster
from revlab.people.roster_files import RosterPaths
from revlab.report.inputs import SHIPPED_ROSTER
from revlab.report.study_files import STUDY_VARIABLE, StudyFiles
from revlab.shipped import shipped

__all__ = [
    "columns_read",
    "intake_fact",
    "repairs_made",
    "study_intake",
]


def study_intake() -> RepairedRoster:
    """Return how the roster of the study was read, with all that was put right.

    Returns
    -------
    RepairedRoster
        Of the user's own roster while ``revlab study`` runs the notebooks, else of the shipped
        one. Its list of repairs holds cells of the roster: count it, never show it.

    Examples
    --------
    >>> study_intake().n_rows
    100
    """
    place = os.environ.get(STUDY_VARIABLE, "")
    files = StudyFiles.read(Path(place)) if place else StudyFiles()
    paths: RosterPaths = shipped(SHIPPED_ROSTER)
    if files.roster:
        paths = files.roster[0] if len(files.roster) == 1 else files.roster
    given = read_mapping(files.mapping, roster=paths) if files.mapping else None
    return repair_roster(paths, mapping=given)


def intake_fact(roster: RepairedRoster) -> str:
    """Return how much was read, put right and left out, as one line of a card.

    Examples
    --------
    >>> from revlab.people.repaired import repair_roster
    >>> intake_fact(repair_roster(shipped("data/rosters/ukcs_small")))
    '100 rows read; 100 cells put right without a decision, 0 rows left out'
    """
    put_right, left_out = roster.count("repaired"), roster.count("left out")
    return (
        f"{roster.n_rows:,} rows read; {put_right:,} cells put right without a decision, "
        f"{left_out:,} rows left out"
    )


def columns_read(mapping: RosterMapping) -> pd.DataFrame:
    """Return which column of a roster was read as what.

    Parameters
    ----------
    mapping : RosterMapping
        How the roster was read.

    Returns
    -------
    pandas.DataFrame
        ``field, heading``, one row for each thing that revlab reads. Names of files and sheets,
        which may tell who keeps them, are not in it.

    Examples
    --------
    >>> from revlab.people.sides import SidesByGrade
    >>> columns = {"person_id": ("Id",), "unit": ("Team",), "grade": ("Level",)}
    >>> sides = SidesByGrade(mentor=("1",), mentee=("3",))
    >>> columns_read(RosterMapping(columns=columns, sides=sides)).values.tolist()
    [['what tells people apart (staff number or e-mail address)', 'Id'], \
['organisational unit', 'Team'], ['rank', 'Level']]
    """
    rows = [(FIELDS[name], mapping.columns[name]) for name in FIELDS if name in mapping.columns]
    same = [name for name in mapping.constants if name not in mapping.columns]
    rows += [(FIELDS[name], ("no column: the same for everybody",)) for name in same]
    rows += [(f"self-declared {name}", headings) for name, headings in mapping.declared.items()]
    told = [(field, " or ".join(headings)) for field, headings in rows]
    return pd.DataFrame(told, columns=["field", "heading"])


def repairs_made(roster: RepairedRoster) -> pd.DataFrame:
    """Count what was put right while a roster was read, by the rule.

    Returns
    -------
    pandas.DataFrame
        ``done, why, n``, the most frequent first; one row that says so if nothing was.

    Examples
    --------
    >>> from revlab.people.repaired import repair_roster
    >>> repairs_made(repair_roster(shipped("data/rosters/ukcs_small"))).values.tolist()
    [['repaired', 'spaces or invisible characters', 100]]
    """
    listing = roster.listing
    counts = listing.groupby(["what", "why"]).size().rename("n").reset_index()
    if counts.empty:
        nothing = ("nothing", "every cell could be read as it is", 0)
        return pd.DataFrame([nothing], columns=["done", "why", "n"])
    ordered = counts.sort_values(["n", "why"], ascending=[False, True], ignore_index=True)
    return ordered.rename(columns={"what": "done"})
