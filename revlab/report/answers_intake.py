"""How a roster was read, and what its people can do for each other: never a name or a file."""

import os
import secrets
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pandas as pd

from revlab.people.cohort import Cohort
from revlab.people.mapping import FIELDS, RosterMapping
from revlab.people.mapping_file import read_mapping
from revlab.people.repaired import RepairedRoster, repair_roster
from revlab.people.roster_files import RosterPaths
from revlab.people.skills import read_skills
from revlab.people.skills_database import SkillsDatabase, open_skills_database
from revlab.people.skills_demand import demand_and_supply
from revlab.people.skills_exchange import import_cohort
from revlab.people.skills_phrases import map_phrases
from revlab.people.skills_recall import AskedNeeds, ask_for_needs
from revlab.people.skills_reports import hide_small
from revlab.people.skills_taxonomy import add_taxonomy
from revlab.privacy.pseudonyms import Pseudonyms
from revlab.report.inputs import SHIPPED_ROSTER
from revlab.report.study_files import STUDY_VARIABLE, StudyFiles
from revlab.shipped import shipped

__all__ = [
    "columns_read",
    "intake_fact",
    "needs_asked",
    "phrases_read",
    "repairs_made",
    "roster_database",
    "skills_wanted",
    "study_intake",
]

_SKILLS = "data/skills/esco_digital.csv"
_ANY_DAY = date(2000, 1, 1)
_MOST = 12


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
    return repair_roster(paths, mapping=read_mapping(files.mapping) if files.mapping else None)


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


def roster_database(cohort: Cohort, folder: Path | str) -> SkillsDatabase:
    """Return a skills database in a folder: the shipped taxonomy, and people under throw-away ids.

    Parameters
    ----------
    cohort : Cohort
        The people, with or without skills.
    folder : pathlib.Path or str
        Where the SQLite file goes.

    Returns
    -------
    SkillsDatabase
    """
    db = open_skills_database(Path(folder) / "skills.sqlite")
    add_taxonomy(db, read_skills(shipped(_SKILLS)))
    # A roster does not say when it was made; nothing that is shown here depends on the day.
    import_cohort(db, cohort, recorded_on=_ANY_DAY, pseudonyms=Pseudonyms(secrets.token_bytes(32)))
    return db


def skills_wanted(cohort: Cohort, *, most: int = _MOST) -> pd.DataFrame:
    """Return the skills that are wanted and whether somebody can help, the most urgent first.

    Parameters
    ----------
    cohort : Cohort
        The people.
    most : int
        Rows at most.

    Returns
    -------
    pandas.DataFrame
        ``skill, wanted_by, offered_by, able, verdict``; rows that fewer than five people want are
        left out, and a number of one to four is missing.

    Examples
    --------
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 4]}, index=["ana", "bo"])
    >>> skills_wanted(Cohort(people.loc[["ana"]], people.loc[["bo"]])).empty
    True
    """
    with tempfile.TemporaryDirectory() as folder:
        table = demand_and_supply(roster_database(cohort, folder))
    table = table[table["wanted_by"] > 0]
    shown = hide_small(table, by=["skill_id"], count="wanted_by")
    kept = shown[~shown["hidden"].astype(bool)]
    columns = {"label": "skill"}
    return (
        kept.rename(columns=columns)[["skill", "wanted_by", "offered_by", "able", "verdict"]]
        .head(most)
        .reset_index(drop=True)
    )


def needs_asked(cohort: Cohort) -> AskedNeeds:
    """Return what a search in a database of these people says to each of their needs.

    Parameters
    ----------
    cohort : Cohort
        The people.

    Returns
    -------
    AskedNeeds

    Raises
    ------
    SkillsError
        If nobody needs anything.

    Examples
    --------
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 4]}, index=["ana", "bo"])
    >>> rows = [("ana", "offer", 4.0), ("bo", "need", 1.0)]
    >>> skills = pd.DataFrame(rows, columns=["person_id", "side", "level"])
    >>> skills = skills.assign(skill_id="javascript", source="self")
    >>> asked = needs_asked(Cohort(people.loc[["ana"]], people.loc[["bo"]], skills))
    >>> asked.found(k=5)["found"].tolist()
    [1.0]
    """
    with tempfile.TemporaryDirectory() as folder:
        return ask_for_needs(roster_database(cohort, folder))


def phrases_read(texts: Sequence[str]) -> pd.DataFrame:
    """Return the skill that is proposed for each of some free texts; a person has to confirm it.

    Parameters
    ----------
    texts : sequence of str
        As people might write them; what real people wrote is not for a page.

    Returns
    -------
    pandas.DataFrame
        ``written, skill, confidence``.

    Examples
    --------
    >>> phrases_read(["helps with TikTok ads"]).round(2).values.tolist()
    [['helps with TikTok ads', 'plan digital marketing', 0.7]]
    """
    with tempfile.TemporaryDirectory() as folder:
        db = open_skills_database(Path(folder) / "skills.sqlite")
        add_taxonomy(db, read_skills(shipped(_SKILLS)))
        found = map_phrases(db, texts)
    return found.rename(columns={"text": "written", "label": "skill"})[
        ["written", "skill", "confidence"]
    ]
