"""What each part gives to the score of each side of a dyad."""

import numpy as np
import pandas as pd

from revlab.errors import PairingError, must
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.matching import Matching
from revlab.pairing.standing import standing

__all__ = ["breakdown"]

_CLOSE = 1e-9
_COLUMNS = ("dyad_id", "side", "part", "value", "weight", "given", "known", "words")


def breakdown(compatibility: Compatibility, matching: Matching) -> pd.DataFrame:
    """Return what each part gives to the mentee's, the mentor's and the joint score of each dyad.

    Parameters
    ----------
    compatibility : Compatibility
        The scores that the policy used.
    matching : Matching
        The matching.

    Returns
    -------
    pandas.DataFrame
        ``dyad_id, side ("mentee", "mentor" or "joint"), part, value, weight, given, known,
        words``. ``value`` is the part's value from 0 to 1, ``weight`` its share in that side's
        score and ``given`` their product: over the parts of a dyad and side, ``given`` sums to
        the score. A part that is no wish of a side has weight zero there. ``known`` is False
        where the value only fills a gap in the data. Scores that were given as numbers have the
        one part "given".

    Raises
    ------
    PairingError
        If the matching names strangers or was made with other scores.

    Examples
    --------
    >>> from revlab.pairing.policies import pair
    >>> from revlab.pairing.scoring import score_cohort
    >>> from revlab.people.cohort import Cohort
    >>> people = pd.DataFrame({"unit": ["a", "b"], "grade": [1, 3]}, index=["ana", "bo"])
    >>> cohort = Cohort(people[:1], people[1:])
    >>> told = breakdown(score_cohort(cohort), pair(cohort, policy="optimal", seed=1))
    >>> told.groupby("side")["given"].sum().to_dict()
    {'joint': 1.0, 'mentee': 1.0, 'mentor': 1.0}
    """
    standing(compatibility, matching)  # names strangers
    dyads = matching.dyads
    i = compatibility.mentee_ids.get_indexer(dyads["mentee_id"])
    j = compatibility.mentor_ids.get_indexer(dyads["mentor_id"])
    scores = {
        "mentee": compatibility.mentee_score[i, j],
        "mentor": compatibility.mentor_score[i, j],
        "joint": compatibility.joint()[i, j],
    }
    made = [dyads[name].to_numpy(float) for name in ("mentee_score", "mentor_score", "score")]
    same = all(
        np.allclose(score, told, rtol=0, atol=_CLOSE)
        for score, told in zip(scores.values(), made, strict=True)
    )
    must(
        same,
        f"the {len(dyads)} dyads were scored by another compatibility; explain them with the one "
        "that the policy used.",
        PairingError,
    )
    frames = [_of_side(compatibility, side, score, (i, j)) for side, score in scores.items()]
    told = pd.concat(frames, ignore_index=True)
    told.insert(0, "dyad_id", dyads["dyad_id"].to_numpy()[told.pop("dyad")])
    order = np.argsort(told["dyad_id"].to_numpy(str), kind="stable")
    return told.iloc[order].reset_index(drop=True)[list(_COLUMNS)]


def _of_side(
    compatibility: Compatibility, side: str, score: np.ndarray, cells: tuple[np.ndarray, ...]
) -> pd.DataFrame:
    place = np.arange(len(score))
    if not compatibility.parts:
        words = "the scores were given as numbers"
        columns = {"dyad": place, "part": "given", "value": score, "weight": 1.0, "given": score}
        return pd.DataFrame({"side": side, **columns, "known": True, "words": words})
    frames = []
    for part, weight in zip(compatibility.parts, _weights(compatibility, side), strict=True):
        value = part.values[cells]
        known = np.ones(len(place), dtype=bool) if part.known is None else part.known[cells]
        columns = {"dyad": place, "part": part.name, "value": value, "weight": weight}
        columns |= {"given": value * weight, "known": known, "words": part.words}
        frames.append(pd.DataFrame({"side": side, **columns}))
    return pd.concat(frames, ignore_index=True)


def _weights(compatibility: Compatibility, side: str) -> np.ndarray:
    """Return the share of each part in a side's score; the joint score is the mean of both."""
    if side == "joint":
        both = [_weights(compatibility, side) for side in ("mentee", "mentor")]
        return np.asarray(0.5 * (both[0] + both[1]))
    own = np.array([p.weight * getattr(p, f"for_{side}") for p in compatibility.parts])
    weights: np.ndarray = own / (own.sum() or 1.0)
    return weights
