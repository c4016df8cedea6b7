"""Cohorts into the skills database and out again, and its entries as a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Connection, select

from revlab.errors import one_of
from revlab.people.assembly import NEED_LEVEL, OFFER_LEVEL
from revlab.people.cohort import Cohort
from revlab.people.skills_database import SkillsDatabase
from revlab.people.skills_entries import change_entries, entry_key, read_entries, stored_entries
from revlab.people.skills_people import read_people, write_people
from revlab.people.skills_phrases import add_proposals, own_words, read_phrases
from revlab.people.skills_rows import SOURCES, check_entries, check_people
from revlab.people.skills_schema import ENTRIES, SKILLS
from revlab.people.skills_taxonomy import check_skills, read_taxonomy, write_skills
from revlab.people.skills_traffic import add_rows
from revlab.privacy.export import write_csv
from revlab.privacy.pseudonyms import Pseudonyms

__all__ = ["Imported", "export_entries", "import_cohort", "to_cohort_skills"]

_COHORT = ["person_id", "skill_id", "side", "level", "source"]
_PERSON = ["unit", "site", "grade", "availability"]


@dataclass(frozen=True)
class Imported:
    """What a cohort brought.

    Parameters
    ----------
    people : int
        New people.
    own_skills : int
        Skills in people's own words that the database did not know.
    entries : int
        New offers and needs.
    replaced : int
        Offers and needs that were there and were brought up to date.
    kept : int
        Offers and needs that are there with another level and stayed as they are.
    """

    people: int
    own_skills: int
    entries: int
    replaced: int
    kept: int

    def __repr__(self) -> str:
        return (
            f"{self.people} new people, {self.entries} new entries, {self.own_skills} new skills "
            f"in own words; {self.replaced} entries brought up to date, {self.kept} kept although "
            "the roster differs"
        )


def import_cohort(
    db: SkillsDatabase,
    cohort: Cohort,
    *,
    recorded_on: date,
    if_known: str = "keep",
    pseudonyms: Pseudonyms | None = None,
) -> Imported:
    """Add the people of a cohort and what they offer and need; all of it or nothing.

    Skills that the database does not know, because people wrote them in their own words, become
    skills of their own, each with an unconfirmed proposal (see `revlab.people.skills_phrases`).

    Parameters
    ----------
    db : SkillsDatabase
        Where.
    cohort : Cohort
        The people.
    recorded_on : datetime.date
        The day of the roster.
    if_known : {"keep", "replace"}
        What to do with an entry that is there: keep it, or give it the level and the day of the
        roster; what was confirmed stays confirmed only at the same level. People are always
        brought up to date.
    pseudonyms : Pseudonyms, optional
        What stands in the place of every id, if the cohort has none yet.

    Returns
    -------
    Imported
        How much of what was written.

    Raises
    ------
    SkillsError
        If something cannot be stored; nothing is written then.

    Examples
    --------
    >>> import tempfile
    >>> from revlab.people.skills_database import open_skills_database
    >>> people = pd.DataFrame({"unit": ["Sales", "IT"], "grade": [1, 4]}, index=["ana", "bo"])
    >>> offer = ("ana", "juggling", "offer", 4.0, "self")
    >>> skills = pd.DataFrame([offer], columns=["person_id", "skill_id", "side", "level", "source"])
    >>> cohort = Cohort(people.loc[["ana"]], people.loc[["bo"]], skills)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     db = open_skills_database(f"{folder}/skills.sqlite")
    ...     done = import_cohort(db, cohort, recorded_on=date(2026, 3, 31))
    ...     to_cohort_skills(db).values.tolist() == skills.values.tolist(), done.own_skills
    (True, 1)
    """
    one_of("if_known", if_known, ("keep", "replace"))
    people = pd.concat([cohort.mentors, cohort.mentees])
    people = people[~people.index.duplicated()]
    entries = cohort.skills[_COHORT].assign(recorded_on=pd.Timestamp(recorded_on))
    if pseudonyms is not None:
        people.index = people.index.map(pseudonyms.of)
        entries["person_id"] = entries["person_id"].map(pseudonyms.of)
    persons = check_people(people[_PERSON].rename_axis("person_id").reset_index())
    rows = check_entries(entries)
    with db.writing() as connection:
        new_people = write_people(connection, persons)
        own = _own_skills(connection, rows)
        counts = _store(connection, rows, if_known)
    return Imported(people=new_people, own_skills=len(own), **counts)


def _own_skills(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Add the skills that the database does not know, and propose what they stand for."""
    known = set(connection.execute(select(SKILLS.c.skill_id)).scalars())
    own = sorted({row["skill_id"] for row in rows} - known)
    if own:
        labels = [" ".join(skill.split("-")) for skill in own]
        frame = pd.DataFrame({"skill_id": own, "preferred_label": labels}, dtype=object)
        write_skills(connection, check_skills(frame, None))
        add_proposals(connection, own)
    return own


def _store(
    connection: Connection, rows: Sequence[Mapping[str, Any]], if_known: str
) -> dict[str, int]:
    stored = stored_entries(connection, {row["person_id"] for row in rows})
    new = [{**row, "version": 1} for row in rows if entry_key(row) not in stored]
    other = []
    for row in rows:
        old = stored.get(entry_key(row))
        if old is not None and (old["level"], old["recorded_on"]) != (
            row["level"], row["recorded_on"],
        ):  # fmt: skip
            same = old["level"] == row["level"]
            other.append(({**row, "confirmed": old["confirmed"] and same}, same))
    add_rows(connection, ENTRIES, new)
    counts = {"entries": len(new), "replaced": 0, "kept": sum(not same for _, same in other)}
    if if_known == "replace":
        change_entries(connection, [row for row, _ in other])
        counts |= {"replaced": len(other), "kept": 0}
    return counts


def to_cohort_skills(db: SkillsDatabase, *, context: str = "work") -> pd.DataFrame:
    """Return the skills table of a `Cohort`, in the order of person, skill, side and source.

    Own words that were confirmed to be a skill are that skill; a level that is not known is read
    as a roster reads it; what a manager says counts as assessed.

    Parameters
    ----------
    db : SkillsDatabase
        From where.
    context : {"work", "any"}
        Whether private use counts too, where nothing is known of the use at work.

    Returns
    -------
    pandas.DataFrame
        person_id, skill_id, side, level, source.
    """
    one_of("context", context, ("work", "any"))
    links = own_words(read_taxonomy(db), read_phrases(db))
    links = links[links["confirmed"]]
    frame = read_entries(db)
    if context == "work":
        frame = frame[frame["context"] == "work"]
    target = frame["skill_id"].map(dict(zip(links["skill_id"], links["target"], strict=True)))
    usual = frame["side"].map({"offer": OFFER_LEVEL, "need": NEED_LEVEL})
    frame = frame.assign(
        indirect=target.notna() & (target != frame["skill_id"]),
        skill_id=target.where(target.notna(), frame["skill_id"]).astype(object),
        level=frame["level"].fillna(usual).astype(float),
        private=frame["context"] == "private",
        trust=frame["source"].map(SOURCES.index),
        source=frame["source"].replace("manager", "assessed"),
        down=-frame["level"].fillna(usual).astype(float),
    )
    keys = ["person_id", "skill_id", "side", "source"]
    frame = frame.sort_values([*keys, "private", "indirect", "trust", "down"], kind="stable")
    return frame.drop_duplicates(keys)[_COHORT].reset_index(drop=True)


def export_entries(db: SkillsDatabase, path: Path | str, *, if_exists: str = "refuse") -> Path:
    """Write every offer and need with its person's unit and its skill's label, for a spreadsheet.

    Parameters
    ----------
    db : SkillsDatabase
        From where.
    path : pathlib.Path or str
        A CSV file; no cell of it is a formula.
    if_exists : {"refuse", "replace"}
        What to do if the file is there.

    Returns
    -------
    pathlib.Path
        The file.
    """
    skills = read_taxonomy(db)[["skill_id", "preferred_label", "group_label", "attribution"]]
    people = read_people(db)[["person_id", "unit", "site", "grade"]]
    frame = read_entries(db).merge(people, on="person_id").merge(skills, on="skill_id")
    days = frame["recorded_on"].dt.strftime("%Y-%m-%d").astype(object)
    frame["recorded_on"] = days.where(days.notna(), None)
    return write_csv(frame.drop(columns="version"), path, if_exists=if_exists)
