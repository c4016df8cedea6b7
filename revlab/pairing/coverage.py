"""The judge of skills: which share of what people need can their partner teach them."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.pairing.matching import Matching
from revlab.people.cohort import Cohort

__all__ = ["NeedsMet", "SkillTable", "coverage", "needs_met", "skill_table"]

Floats = NDArray[np.float64]
_PARTNER = {"mentee": "mentor", "mentor": "mentee"}


@dataclass(frozen=True, eq=False)
class SkillTable:
    """What everybody of a cohort needs and offers, as tables of levels.

    Parameters
    ----------
    people : pandas.Index
        Person ids of the rows.
    need, offer : array of float, shape (n_people, n_skills)
        Level of today, NaN where the person does not need or does not offer the skill.
    """

    people: pd.Index
    need: Floats
    offer: Floats


class NeedsMet(NamedTuple):
    """How many skills the people of one side need, and how many a partner covers."""

    side: str
    needs: int
    covered: int
    share: float


def skill_table(cohort: Cohort) -> SkillTable:
    """Return the skills of a cohort as tables; an assessed level goes before a stated one.

    Examples
    --------
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 4]}, index=["ana", "bo"])
    >>> skill_table(Cohort(people[:1], people[1:])).need.shape
    (2, 0)
    """
    people = cohort.mentors.index.union(cohort.mentees.index)
    rows = cohort.skills[cohort.skills["person_id"].astype(str).isin(people)]
    # Later rows overwrite earlier ones below.
    rows = rows.assign(told=rows["source"] == "assessed").sort_values(["told", "level"])
    names = pd.Index(rows["skill_id"].unique())
    tables = {}
    for side in ("need", "offer"):
        own = rows[rows["side"] == side]
        table = np.full((len(people), len(names)), np.nan)
        i = people.get_indexer(own["person_id"].astype(str))
        table[i, names.get_indexer(own["skill_id"])] = own["level"].to_numpy(float)
        tables[side] = table
    return SkillTable(people, tables["need"], tables["offer"])


def coverage(cohort: Cohort, matching: Matching) -> pd.DataFrame:
    """Return the share of needed skills that a partner offers at a higher level.

    Parameters
    ----------
    cohort : Cohort
        The people, with their skills.
    matching : Matching
        The matching.

    Returns
    -------
    pandas.DataFrame
        ``side, needs, covered, share``: for the mentees what they need and their mentors offer,
        for the mentors the reverse. ``needs`` counts skills over all people in the matching,
        those left over included; ``share`` is NaN if nobody needs anything.

    Examples
    --------
    >>> from revlab.pairing.policies import pair
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 4]}, index=["ana", "bo"])
    >>> rows = [["bo", "sql", "need", 1, "self"], ["bo", "vr", "need", 1, "self"],
    ...         ["ana", "sql", "offer", 3, "self"]]
    >>> columns = ["person_id", "skill_id", "side", "level", "source"]
    >>> cohort = Cohort(people[:1], people[1:], skills=pd.DataFrame(rows, columns=columns))
    >>> coverage(cohort, pair(cohort, policy="optimal", seed=1))["share"].tolist()
    [0.5, nan]
    """
    skills = skill_table(cohort)
    return pd.DataFrame([needs_met(skills, matching, side) for side in _PARTNER])


def needs_met(skills: SkillTable, matching: Matching, side: str) -> NeedsMet:
    """Return how many needs of one side its partners cover, as `coverage` counts them.

    Examples
    --------
    >>> from revlab.pairing.policies import pair
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 4]}, index=["ana", "bo"])
    >>> cohort = Cohort(people[:1], people[1:])
    >>> needs_met(skill_table(cohort), pair(cohort, policy="optimal", seed=1), "mentee").needs
    0
    """
    learners, helpers = (matching.dyads[f"{who}_id"] for who in (side, _PARTNER[side]))
    i, j = skills.people.get_indexer(learners), skills.people.get_indexer(helpers)
    met = np.zeros(skills.need.shape, dtype=bool)
    np.logical_or.at(met, i, skills.offer[j] > skills.need[i])
    left = getattr(matching, f"unmatched_{side}s")["person_id"]
    rows = np.concatenate([np.unique(i), skills.people.get_indexer(left)])
    needs, covered = int((~np.isnan(skills.need[rows])).sum()), int(met[rows].sum())
    return NeedsMet(side, needs, covered, covered / needs if needs else np.nan)
