"""The skills that the database knows: those of a taxonomy, and an organisation's own."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from sqlalchemy import Connection, bindparam, select, update

from revlab.errors import SkillsError, must
from revlab.people.skill_names import find_skills
from revlab.people.skills import ESCO_ATTRIBUTION, SKILLS_TABLE, skill_id
from revlab.people.skills_database import SkillsDatabase
from revlab.people.skills_rows import check_texts
from revlab.people.skills_schema import SKILLS
from revlab.people.skills_traffic import add_rows, read_frame

__all__ = [
    "add_own_skill",
    "add_taxonomy",
    "check_skills",
    "placed",
    "read_taxonomy",
    "write_skills",
]

_REQUIRED = ("skill_id", "preferred_label")


def add_taxonomy(
    db: SkillsDatabase, taxonomy: pd.DataFrame, *, attribution: str | None = ESCO_ATTRIBUTION
) -> int:
    """Add the skills of a taxonomy, or bring their labels and groups up to date.

    Parameters
    ----------
    db : SkillsDatabase
        Where.
    taxonomy : pandas.DataFrame
        From `revlab.people.skills.read_skills`.
    attribution : str or None
        What its owner wants to be said where it is shown.

    Returns
    -------
    int
        How many skills are new.

    Raises
    ------
    SkillsError
        If a cell cannot be, or a skill stands in the taxonomy twice.

    Examples
    --------
    >>> import tempfile
    >>> from revlab.people.skills import read_skills
    >>> from revlab.people.skills_database import open_skills_database
    >>> from revlab.shipped import shipped
    >>> taxonomy = read_skills(shipped("data/skills/esco_digital.csv"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     db = open_skills_database(f"{folder}/skills.sqlite")
    ...     add_taxonomy(db, taxonomy), add_taxonomy(db, taxonomy)
    (118, 0)
    """
    rows = check_skills(taxonomy, attribution)
    with db.writing() as connection:
        return write_skills(connection, rows)


def check_skills(taxonomy: pd.DataFrame, attribution: str | None) -> list[dict[str, Any]]:
    """Return the rows of skills, ready to be written.

    Raises
    ------
    SkillsError
        If a cell cannot be, or a skill stands there twice.
    """
    table = taxonomy.reindex(columns=SKILLS_TABLE.names).assign(attribution=attribution)
    checked = {
        name: check_texts(table[name], name, missing="refuse" if name in _REQUIRED else "keep")
        for name in table
    }
    frame = pd.DataFrame(checked, dtype=object)
    again = int(frame["skill_id"].duplicated().sum())
    must(not again, f"{again} skills stand in the taxonomy twice; keep one of each.", SkillsError)
    cells = frame.itertuples(index=False, name=None)
    return [dict(zip(frame.columns, row, strict=True)) for row in cells]


def write_skills(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
    """Write checked skills in the turn of a writer and return how many are new."""
    known = {row.skill_id: row._asdict() for row in connection.execute(select(SKILLS))}
    new = [row for row in rows if row["skill_id"] not in known]
    changed = [row for row in rows if known.get(row["skill_id"], row) != row]
    add_rows(connection, SKILLS, new)
    if changed:
        names = [column.name for column in SKILLS.columns if column.name != "skill_id"]
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
        statement = update(SKILLS).where(SKILLS.c.skill_id == bindparam("new_skill_id"))
        told = [{f"new_{name}": cell for name, cell in row.items()} for row in changed]
        connection.execute(statement.values(values), told)
    return len(new)


def add_own_skill(
    db: SkillsDatabase, label: str, *, group_code: str | None = None, alt_labels: Sequence[str] = ()
) -> str:
    """Add a skill that the taxonomy lacks.

    Parameters
    ----------
    db : SkillsDatabase
        Where.
    label : str
        The words to show.
    group_code : str, optional
        A group that the database knows, the broader group of the skill; without one it is like no
        other skill.
    alt_labels : sequence of str
        Other words for it.

    Returns
    -------
    str
        Its skill_id.

    Raises
    ------
    SkillsError
        If the words already stand for a skill, or the group is not known.

    Examples
    --------
    >>> import tempfile
    >>> from revlab.people.skills_database import open_skills_database
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     db = open_skills_database(f"{folder}/skills.sqlite")
    ...     add_own_skill(db, "Run a TikTok channel")
    'run-a-tiktok-channel'
    """
    must(
        not any("|" in word for word in alt_labels),
        "another word for a skill must not hold a bar |; write it without.",
        SkillsError,
    )
    name = skill_id(label)
    must(bool(name), "a skill needs a label with letters or digits.", SkillsError)
    with db.writing() as connection:
        known = read_frame(connection, select(SKILLS))
        hits = find_skills([label, *alt_labels], known)["candidates"]
        taken = sorted({skill for skills in hits for skill in skills})
        must(
            not taken, f"these words already stand for the skill {taken[:1]}; use it.", SkillsError
        )
        groups = dict(zip(known["group_code"], known["group_label"], strict=True))
        must(
            group_code is None or group_code in groups,
            f"the database knows no group {group_code!r}; give the code of a group that it knows.",
            SkillsError,
        )
        own = {
            "skill_id": name,
            "preferred_label": label,
            "group_code": group_code,
            "group_label": groups.get(group_code),
            "alt_labels": "|".join(alt_labels) or None,
        }
        write_skills(connection, check_skills(pd.DataFrame([own]), None))
    return name


def read_taxonomy(db: SkillsDatabase) -> pd.DataFrame:
    """Return the skills in the order of their ids; those without attribution are one's own.

    Returns
    -------
    pandas.DataFrame
        The columns of `revlab.people.skills.SKILLS_TABLE`, and attribution.
    """
    with db.reading() as connection:
        frame = read_frame(connection, select(SKILLS))
    return frame.sort_values("skill_id").reset_index(drop=True)


def placed(taxonomy: pd.DataFrame) -> pd.DataFrame:
    """Return the taxonomy with a group of its own for each skill that has none.

    Two such skills are then not at all alike for `revlab.people.skill_similarity`.

    Examples
    --------
    >>> placed(pd.DataFrame({"skill_id": ["a.b"], "group_code": [None]}))["group_code"].tolist()
    ['own 0']
    """
    own = pd.Series([f"own {place}" for place in range(len(taxonomy))], index=taxonomy.index)
    codes = taxonomy["group_code"].where(taxonomy["group_code"].notna(), own)
    return taxonomy.assign(group_code=codes)
