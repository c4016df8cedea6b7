"""`PARTS`: the components of a score that there are, with their words and whose wish they are."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from revlab.pairing import part_functions
from revlab.pairing.related_skills import RelatedSkills
from revlab.people.cohort import Cohort

__all__ = ["PARTS", "ScorePart"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ScorePart:
    """A kind of part: how to compute it, whose wish it is, and how to say it.

    Parameters
    ----------
    values : callable
        ``(cohort) -> array (n_mentees, n_mentors)`` in [0, 1], NaN where nothing is known.
    words : str
        What a high value means, to be read after "because".
    needs : str
        The data it needs, to be read after "no data on".
    for_mentor, for_mentee : bool
        Whose wish it is.
    """

    values: Callable[[Cohort], Floats]
    words: str
    needs: str
    for_mentor: bool = True
    for_mentee: bool = True


PARTS: dict[str, ScorePart] = {
    "skill_coverage": ScorePart(
        part_functions.skill_coverage,
        "the mentor offers what the mentee needs, at the right distance",
        "what mentees need and mentors offer",
        for_mentor=False,
    ),
    "reciprocal_coverage": ScorePart(
        part_functions.reciprocal_coverage,
        "the mentee can give back what the mentor needs",
        "what mentors need and mentees offer",
        for_mentee=False,
    ),
    "related_skills": ScorePart(
        RelatedSkills(),
        "the mentor offers what the mentee needs, or a skill close to it",
        "what mentees need and mentors offer",
        for_mentor=False,
    ),
    "objectives": ScorePart(part_functions.objectives, "they share objectives", "objectives"),
    "interests": ScorePart(part_functions.interests, "they share interests", "interests"),
    "hours": ScorePart(part_functions.hours, "their working hours overlap", "working hours"),
    "site": ScorePart(part_functions.site, "they work at the same site", "sites"),
    "profession": ScorePart(
        part_functions.profession, "they are in the same profession", "professions"
    ),
    "organisational_distance": ScorePart(
        part_functions.organisational_distance, "they come from different units", "units"
    ),
    "grade_gap": ScorePart(
        part_functions.grade_gap, "the distance between their grades is good", "grades"
    ),
    "language": ScorePart(part_functions.language, "they share languages", "languages"),
    "declared_diversity": ScorePart(
        part_functions.declared_diversity,
        "they differ in what they declared about themselves",
        "self-declared fields",
    ),
    "traits": ScorePart(
        part_functions.traits, "they are alike in what the questionnaire asked", "questionnaires"
    ),
}
"""All kinds of parts, by name. A new part is a function and one line here."""
