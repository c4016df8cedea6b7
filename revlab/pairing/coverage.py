"""The judge of skills: which share of what people need can their partner teach them."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.errors import PairingError, must
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
    told = cohort.skills
    person = people.get_indexer(told["person_id"].to_numpy(str).astype(object))
    known = person >= 0
    code, names = pd.factorize(told["skill_id"].to_numpy()[known], use_na_sentinel=False)
    level = told["level"].to_numpy(float)[known]
    # Later entries overwrite earlier ones below: an assessed level, or else the highest, stays.
    order = np.lexsort([level, told["source"].to_numpy()[known] == "assessed"])
    rows, columns, level = person[known][order], code[order], level[order]
    sides = told["side"].to_numpy()[known][order]
    tables = {}
    for side in ("need", "offer"):
        own = sides == side
        table = np.full((len(people), len(names)), np.nan)
        table[rows[own], columns[own]] = level[own]
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
    alone = getattr(matching, f"unmatched_{side}s")["person_id"]
    left = skills.people.get_indexer(alone)
    for places, names in ((i, learners), (j, helpers), (left, alone)):
        strange = names[places < 0].tolist()
        message = f"{strange[:1]} of the matching is not in the cohort; judge with its own people."
        must(not strange, message, PairingError)
    rows = np.concatenate([np.unique(i), left])
    needs, covered = int((~np.isnan(skills.need[rows])).sum()), int(met[rows].sum())
    return NeedsMet(side, needs, covered, covered / needs if needs else np.nan)
