"""What the people of a roster can do for each other, for a page: never a name."""

import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pandas as pd

from revlab.people.cohort import Cohort
from revlab.people.skills import read_skills
from revlab.people.skills_asked import AskedNeeds
from revlab.people.skills_database import SkillsDatabase, open_skills_database
from revlab.people.skills_demand import demand_and_supply
from revlab.people.skills_exchange import import_cohort
from revlab.people.skills_phrases import map_phrases
from revlab.people.skills_recall import ask_for_needs
from revlab.people.skills_reports import hide_small
from revlab.people.skills_taxonomy import add_taxonomy
from revlab.shipped import shipped

__all__ = ["needs_asked", "phrases_read", "roster_database", "skills_wanted"]

_SKILLS = "data/skills/esco_digital.csv"
_ANY_DAY = date(2000, 1, 1)
_MOST = 12


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
    import_cohort(db, _numbered(cohort), recorded_on=_ANY_DAY)
    return db


def _numbered(cohort: Cohort) -> Cohort:
    """Return the people and their skills under numbers, in the order of their ids.

    Random ids would change the order, and with it which offers a seed damages, at every run.
    """
    people = cohort.mentors.index.union(cohort.mentees.index)
    number = {one: f"n{place:07d}" for place, one in enumerate(sorted(people))}
    skills = cohort.skills.assign(person_id=cohort.skills["person_id"].map(number))
    return Cohort(cohort.mentors.rename(number), cohort.mentees.rename(number), skills)


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
