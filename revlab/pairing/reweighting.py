"""The same people, parts and rules with other weights, without computing the parts again."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from revlab.errors import PairingError, must, one_of
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.part import Part

__all__ = ["reweighted", "side_scores"]


def side_scores(parts: Sequence[Part], shape: tuple[int, int]) -> dict[str, NDArray[np.float64]]:
    """Return the score of each side: the weighted mean of the parts that are its wish.

    Parameters
    ----------
    parts : sequence of Part
        The parts; a side without any scores everybody 0.
    shape : tuple of int
        Number of mentees and of mentors.

    Returns
    -------
    dict of str to array of float
        Under "mentee" and "mentor", shape (n_mentees, n_mentors).

    Examples
    --------
    >>> site = Part("site", 2.0, np.array([[1.0, 0.0]]))
    >>> side_scores([site], (1, 2))["mentor"].tolist()
    [[1.0, 0.0]]
    """
    scores = {}
    for side in ("mentee", "mentor"):
        own = [part for part in parts if getattr(part, f"for_{side}")]
        total = np.zeros(shape)
        for part in own:
            total += part.weight * part.values
        scores[side] = total / (sum(part.weight for part in own) or 1.0)
    return scores


def reweighted(compatibility: Compatibility, weights: Mapping[str, float]) -> Compatibility:
    """Return the compatibility with other weights of its parts.

    The result is that of `revlab.pairing.scoring.score_cohort` with these weights, to the bit.

    Parameters
    ----------
    compatibility : Compatibility
        From `revlab.pairing.scoring.score_cohort`, so that it has its parts.
    weights : mapping of str to float
        Names of parts to new weights of zero or more; a part of weight zero is dropped, a part
        that is not named keeps its weight. Without any part left all scores are 0.

    Raises
    ------
    OptionError
        If the compatibility has no such part.
    PairingError
        If a weight is negative or not finite, or the scores were given as numbers.

    Examples
    --------
    >>> site, gap = (Part(name, 1.0, np.array([[v, 0.5]])) for name, v in (("site", 1), ("gap", 0)))
    >>> fit = replace(Compatibility.from_scores([[0.5, 0.5]]), parts=(site, gap))
    >>> reweighted(fit, {"gap": 0.0}).joint().tolist()
    [[1.0, 0.5]]
    """
    message = "the scores were given as numbers, so there are no parts to weigh; score a cohort."
    must(bool(compatibility.parts), message, PairingError)
    names = [part.name for part in compatibility.parts]
    asked = {one_of("weights", name, names): float(weight) for name, weight in weights.items()}
    given = [(part, asked.get(part.name, part.weight)) for part in compatibility.parts]
    left = tuple(replace(part, weight=weight) for part, weight in given if weight)
    scores = side_scores(left, compatibility.shape)
    return replace(
        compatibility, parts=left, mentee_score=scores["mentee"], mentor_score=scores["mentor"]
    )
