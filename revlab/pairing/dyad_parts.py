"""The parts of the score of chosen dyads, without those of all the others."""

from collections.abc import Sequence

import numpy as np

from revlab.errors import PairingError, must
from revlab.pairing.blocks import ready_parts
from revlab.pairing.part import Part
from revlab.pairing.parts import PARTS
from revlab.pairing.scoring import DEFAULT_SCORE, Score
from revlab.people.cohort import Cohort

__all__ = ["dyad_parts"]


def dyad_parts(
    cohort: Cohort,
    mentee_ids: Sequence[str],
    mentor_ids: Sequence[str],
    *,
    score: Score = DEFAULT_SCORE,
) -> tuple[Part, ...]:
    """Return the parts of chosen dyads only, as `score_cohort` would have them.

    Parameters
    ----------
    cohort : Cohort
        Everybody who was scored, since gaps are filled with means over all dyads.
    mentee_ids, mentor_ids : sequence of str
        The two people of each dyad.
    score : Score
        Which parts count, and how much.

    Returns
    -------
    tuple of Part
        Their ``values`` and ``known`` have one entry for each dyad.

    Raises
    ------
    PairingError
        If somebody is not in the cohort, or there is no data for any part of the score.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"unit": "IT", "grade": [1, 2, 4]}, index=["ana", "bo", "cy"])
    >>> gap = Score({"grade_gap": 1})
    >>> dyad_parts(Cohort(people[:2], people[2:]), ["cy"], ["bo"], score=gap)[0].values.tolist()
    [1.0]
    """
    places = []
    for side, ids, people in (
        ("mentee", mentee_ids, cohort.mentees),
        ("mentor", mentor_ids, cohort.mentors),
    ):
        place = people.index.get_indexer(list(ids))
        strange = [person for person, at in zip(ids, place, strict=True) if at < 0]
        must(not strange, f"{side} {strange[:1]} is not in the cohort.", PairingError)
        places.append(place)
    i, j = places
    must(
        len(i) == len(j),
        f"a dyad needs two people; got {len(i)} mentees and {len(j)} mentors.",
        PairingError,
    )
    found = []
    for name, part in ready_parts(cohort, score)[0].items():
        kind, values, weight = PARTS[name], part.at(i, j), float(score.weights[name])
        known = ~np.isnan(values)
        values = np.where(known, values, part.gaps.mean)
        wish = (kind.for_mentor, kind.for_mentee)
        found.append(Part(name, weight, values, *wish, words=kind.words, known=known))
    return tuple(found)
