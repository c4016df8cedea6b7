"""Tidy frames of counts that the figures read."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from revlab.pairing.compatibility import Compatibility
from revlab.pairing.matching import Matching
from revlab.people.cohort import Cohort

__all__ = ["grade_counts", "possible_pairs", "skill_balance"]


def grade_counts(cohort: Cohort) -> pd.DataFrame:
    """Count people per side and grade.

    Parameters
    ----------
    cohort : Cohort
        Any cohort.

    Returns
    -------
    pandas.DataFrame
        ``side, grade, grade_label, n``, grades from the lowest.

    Examples
    --------
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 4]}, index=["ana", "bo"])
    >>> grade_counts(Cohort(people.loc[["ana"]], people.loc[["bo"]])).values.tolist()
    [['mentor', 1, '1', 1], ['mentee', 4, '4', 1]]
    """
    sides = []
    for side, people in (("mentor", cohort.mentors), ("mentee", cohort.mentees)):
        labels = people["grade_label"].fillna(people["grade"].astype(str)).astype(str)
        count = (
            people.assign(grade_label=labels)
            .groupby("grade", as_index=False)
            .agg(grade_label=("grade_label", "first"), n=("grade", "size"))
        )
        sides.append(count.assign(side=side)[["side", "grade", "grade_label", "n"]])
    return pd.concat(sides, ignore_index=True)


def skill_balance(cohort: Cohort, *, labels: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Count, for each skill, the mentors who offer it and the mentees who need it.

    Parameters
    ----------
    cohort : Cohort
        Any cohort; without a skills table the frame has no rows.
    labels : mapping of skill_id to str, optional
        Names of the skills.

    Returns
    -------
    pandas.DataFrame
        ``skill, offered, needed``, the largest shortage first.

    Examples
    --------
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 4]}, index=["ana", "bo"])
    >>> skills = pd.DataFrame({"person_id": ["ana", "bo"], "skill_id": "video calls",
    ...                        "side": ["offer", "need"], "level": 3.0, "source": "self"})
    >>> cohort = Cohort(people.loc[["ana"]], people.loc[["bo"]], skills=skills)
    >>> skill_balance(cohort).values.tolist()
    [['video calls', 1, 1]]
    """
    skills = cohort.skills
    offers = skills[(skills["side"] == "offer") & skills["person_id"].isin(cohort.mentors.index)]
    needs = skills[(skills["side"] == "need") & skills["person_id"].isin(cohort.mentees.index)]
    frame = pd.DataFrame(
        {
            "offered": offers.groupby("skill_id")["person_id"].nunique(),
            "needed": needs.groupby("skill_id")["person_id"].nunique(),
        }
    )
    frame = frame.fillna(0).astype(int).rename_axis("skill").reset_index()
    frame["short"] = frame["offered"] - frame["needed"]
    frame = frame.sort_values(["short", "skill"], ignore_index=True).drop(columns="short")
    if labels is not None:
        frame["skill"] = [labels.get(skill, skill) for skill in frame["skill"]]
    return frame


def possible_pairs(
    compatibility: Compatibility, *, matching: Matching | None = None
) -> pd.DataFrame:
    """Return one row per cell of mentees by mentors: its fit, and whether it was paired.

    Parameters
    ----------
    compatibility : Compatibility
        Rows are mentees, columns are mentors.
    matching : Matching, optional
        Whose dyads are marked.

    Returns
    -------
    pandas.DataFrame
        ``row, column, score, paired``; ``score`` is the mean of both sides' fit, NaN where a
        rule forbids the pair. People are numbers here, because figures show no ids.
    """
    rows, columns = compatibility.shape
    score = np.where(compatibility.eligible, compatibility.joint(), np.nan)
    paired = np.zeros((rows, columns), dtype=bool)
    if matching is not None:
        mentee = pd.Index(compatibility.mentee_ids).get_indexer(matching.dyads["mentee_id"])
        mentor = pd.Index(compatibility.mentor_ids).get_indexer(matching.dyads["mentor_id"])
        known = (mentee >= 0) & (mentor >= 0)
        paired[mentee[known], mentor[known]] = True
    grid = np.indices((rows, columns))
    return pd.DataFrame(
        {
            "row": grid[0].ravel(),
            "column": grid[1].ravel(),
            "score": score.ravel(),
            "paired": paired.ravel(),
        }
    )
