"""The taxonomy of skills: ids, labels, groups and other words for the same skill."""

import re
from pathlib import Path

import pandas as pd

from revlab.errors import Fault, TableError
from revlab.people.sheets import clean_text
from revlab.tables import Column, Table, read_table

__all__ = ["ESCO_ATTRIBUTION", "SKILLS_TABLE", "read_skills", "skill_id", "skill_labels"]

ESCO_ATTRIBUTION = "This service uses the ESCO classification of the European Commission."
"""What must stand wherever labels of the shipped taxonomy are shown."""

SKILLS_TABLE = Table(
    "skills",
    (
        Column("skill_id", "text", "the preferred label in lower case, joined by hyphens"),
        Column("preferred_label", "text", "the words to show"),
        Column("group_code", "text", "code of the group, S5 digital, S1 communication"),
        Column("group_label", "text", "the words for the group"),
        Column("alt_labels", "text", "other words for the skill, separated by |", required=False),
        Column("esco_id", "text", "id of the skill in ESCO", required=False),
    ),
    key=("skill_id",),
)
"""The columns of a taxonomy file."""


def skill_id(words: str) -> str:
    """Return the id of a skill from the words for it.

    Examples
    --------
    >>> skill_id("Use spreadsheets  software"), skill_id("C#"), skill_id("C++")
    ('use-spreadsheets-software', 'c#', 'c++')
    """
    return re.sub(r"[^\w+#.]+", "-", clean_text(words).casefold()).strip("-.")


def read_skills(path: Path | str) -> pd.DataFrame:
    """Read a taxonomy.

    Parameters
    ----------
    path : pathlib.Path or str
        A CSV file with the columns of `SKILLS_TABLE`.

    Returns
    -------
    pandas.DataFrame
        One row per skill: skill_id, preferred_label, group_code, group_label, alt_labels, esco_id.

    Raises
    ------
    TableError
        With every fault of the file.

    Examples
    --------
    >>> from revlab.shipped import shipped
    >>> skills = read_skills(shipped("data/skills/esco_digital.csv"))
    >>> skills["group_code"].str[:2].value_counts().to_dict()
    {'S5': 77, 'S1': 41}
    """
    path = Path(path)
    frame = read_table(path, SKILLS_TABLE)
    faults = [
        Fault(path.name, row, "skill_id", f"must be written {skill_id(name)!r}", "correct the cell")
        for row, name in enumerate(frame["skill_id"], start=2)
        if skill_id(name) != name
    ]
    if faults:
        raise TableError(faults)
    return frame


def skill_labels(taxonomy: pd.DataFrame) -> pd.Series:
    """Return the words to show for each skill, indexed by skill_id.

    Examples
    --------
    >>> from revlab.shipped import shipped
    >>> labels = skill_labels(read_skills(shipped("data/skills/esco_digital.csv")))
    >>> labels["python-computer-programming"]
    'Python (computer programming)'
    """
    return taxonomy.set_index("skill_id")["preferred_label"]
