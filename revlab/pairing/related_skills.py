"""The part of the score that also counts a skill close to the one that is needed."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.errors import PairingError, must
from revlab.pairing.part_functions import SKILL_CURVE
from revlab.pairing.skill_help import help_with_needs
from revlab.people.cohort import Cohort
from revlab.people.skill_similarity import skill_similarity
from revlab.people.skills import read_skills
from revlab.shipped import shipped

__all__ = ["CLOSE", "RelatedSkills"]

CLOSE = 0.6
"""From this similarity on, one skill counts for another: the two share an ESCO group below the
top level. An assumption, as the shape of the curve is."""


@dataclass(frozen=True, eq=False)
class RelatedSkills:
    """How well the mentor's offers, of the skill itself or of one close to it, meet the needs.

    The mean over the mentee's needs of the best over the mentor's offers of similarity times
    `revlab.pairing.part_functions.SKILL_CURVE` at the levels that the mentor is ahead. The
    similarity of a skill to itself is 1, so no dyad gets less than by `skill_coverage`; one
    below ``threshold`` counts as 0. A skill that is not in the taxonomy counts for itself alone.

    Parameters
    ----------
    threshold : float
        Above 0, at most 1.
    similarity : pandas.DataFrame, optional
        Similarity of every two skills, from `revlab.people.skill_similarity.skill_similarity`;
        by default that of the shipped taxonomy.

    Raises
    ------
    PairingError
        If ``threshold`` is out of bounds, or ``similarity`` is not a square table from 0 to 1
        with the same skills as rows and columns.

    Examples
    --------
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 1, 4]}, index=["ana", "bo", "cy"])
    >>> rows = [["cy", "javascript", "need", 1.0], ["ana", "javascript", "offer", 3.0],
    ...         ["bo", "web-programming", "offer", 3.0]]
    >>> skills = pd.DataFrame(rows, columns=["person_id", "skill_id", "side", "level"])
    >>> cohort = Cohort(people[:2], people[2:], skills.assign(source="self"))
    >>> RelatedSkills()(cohort).tolist()
    [[1.0, 0.75]]
    """

    threshold: float = CLOSE
    similarity: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        message = f"`threshold` must be above 0, at most 1; got {self.threshold}."
        must(0 < self.threshold <= 1, message, PairingError)
        if self.similarity is not None:
            must(
                _is_similarity(self.similarity),
                "`similarity` must be a square table of numbers from 0 to 1, with the same "
                "skills, each once, as its rows and columns.",
                PairingError,
            )

    def __call__(self, cohort: Cohort) -> NDArray[np.float64]:
        """Return the values, shape (n_mentees, n_mentors), NaN as for `skill_coverage`."""
        given = _shipped_similarity() if self.similarity is None else self.similarity
        return help_with_needs(
            cohort,
            cohort.mentees.index,
            cohort.mentors.index,
            points=SKILL_CURVE,
            similarity=given.where(given >= self.threshold, 0.0),
        )


def _is_similarity(table: pd.DataFrame) -> bool:
    same = table.index.is_unique and table.index.equals(table.columns)
    values = table.to_numpy()
    numbers = np.issubdtype(values.dtype, np.number)
    return bool(same and numbers and ((values >= 0) & (values <= 1)).all())


@cache
def _shipped_similarity() -> pd.DataFrame:
    return skill_similarity(read_skills(shipped("data/skills/esco_digital.csv")))
