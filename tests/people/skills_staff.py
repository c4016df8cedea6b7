"""Small cohorts and entries for the tests of the skills database."""

from typing import Any

import pandas as pd

from revlab.people.cohort import Cohort
from revlab.people.skills import read_skills
from revlab.shipped import shipped

TAXONOMY = read_skills(shipped("data/skills/esco_digital.csv"))
EXCEL, WORD, MARKETING = (
    "use-spreadsheets-software", "use-word-processing-software", "plan-digital-marketing",
)  # fmt: skip
COLUMNS = ["person_id", "skill_id", "side", "level", "source"]


def entry(person: str, skill: str, side: str = "offer", **more: Any) -> dict[str, Any]:
    """Return one offer or need as a row."""
    return {"person_id": person, "skill_id": skill, "side": side, "level": 3.0, **more}


def entries(*rows: dict[str, Any]) -> pd.DataFrame:
    """Return rows as a table."""
    return pd.DataFrame(list(rows))


def cohort_of(*rows: tuple[str, str, str, float, str], people: int = 6) -> Cohort:
    """Return a cohort of p1, p2, ..., the first half of whom are mentors."""
    ids = [f"p{number}" for number in range(1, people + 1)]
    units = ["Sales" if number % 2 else "Legal" for number in range(people)]
    half = people // 2
    grades = [1] * half + [5] * (people - half)
    frame = pd.DataFrame({"unit": units, "grade": grades, "site": "Oslo"}, index=ids)
    skills = pd.DataFrame(list(rows), columns=COLUMNS).astype({"level": float})
    return Cohort(frame.iloc[:half], frame.iloc[half:], skills)
