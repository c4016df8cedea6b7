"""Where everybody stands after a matching: the ground that the judges of stability share.

Nothing here is shared with the mechanisms, so that each can show the other to be wrong. People
compare partners within their own pool only; a partner that a rule forbids is not wanted.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.errors import PairingError, must
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.matching import Matching

__all__ = ["Standing", "same_pool", "standing"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Standing:
    """A matching as one side sees it: their people are the rows, the partners the columns.

    Parameters
    ----------
    score : array of float, shape (n_people, n_partners)
        How well each partner suits each person.
    within_reach : array of bool, same shape
        The partners that are allowed and in the person's pool.
    together : array of bool, same shape
        The dyads that were made.
    capacity : array of int, shape (n_people,)
        Most dyads of each person.
    """

    score: Floats
    within_reach: Mask
    together: Mask
    capacity: NDArray[np.int64]

    @cached_property
    def worst_held(self) -> Floats:
        """Each person's score for the partner they like least, infinite for nobody."""
        worst: Floats = np.where(self.together, self.score, np.inf).min(axis=1, initial=np.inf)
        return worst

    @cached_property
    def worst_partner(self) -> NDArray[np.intp]:
        """Column of the partner that each person likes least; means nothing for nobody."""
        if not self.score.shape[1]:
            return np.zeros(len(self.score), dtype=np.intp)
        worst: NDArray[np.intp] = np.where(self.together, self.score, np.inf).argmin(axis=1)
        return worst

    @cached_property
    def room(self) -> NDArray[np.int64]:
        """Each person's capacity that is not used."""
        room: NDArray[np.int64] = self.capacity - self.together.sum(axis=1)
        return room

    @cached_property
    def would_take(self) -> Mask:
        """Mark the partners that a person would take: in a free place, or for their worst."""
        bar = np.where(self.room > 0, -np.inf, self.worst_held)
        wants: Mask = (self.score > bar[:, None]) & self.within_reach & ~self.together
        return wants

    @cached_property
    def best_rank(self) -> NDArray[np.int64]:
        """Rank of the best partner held by each person who has one; 1 if nobody scores better."""
        paired = self.together.any(axis=1)
        held = np.where(self.together, self.score, -np.inf)[paired]
        best = held.max(axis=1, keepdims=True, initial=-np.inf)
        better = self.within_reach[paired] & (self.score[paired] > best)
        ranks: NDArray[np.int64] = 1 + better.sum(axis=1)
        return ranks


def standing(compatibility: Compatibility, matching: Matching) -> dict[str, Standing]:
    """Return where the mentees and the mentors stand.

    Parameters
    ----------
    compatibility : Compatibility
        The scores to judge by; it may hold more people than the matching.
    matching : Matching
        The matching.

    Returns
    -------
    dict
        "mentee" and "mentor" to `Standing`.

    Raises
    ------
    PairingError
        If the matching names somebody who is not in the compatibility.

    Examples
    --------
    >>> from revlab.pairing.policies import POLICIES, pair_scored
    >>> from revlab.rng import stream
    >>> fit = Compatibility.from_scores([[0.2, 0.4]])
    >>> matching = pair_scored(fit, policy=POLICIES["greedy"], rng=stream(1, "ties"))
    >>> standing(fit, matching)["mentor"].together.tolist()
    [[False], [True]]
    """
    together = np.zeros(compatibility.shape, dtype=bool)
    i, j = (_places(compatibility, matching, side) for side in ("mentee", "mentor"))
    together[i, j] = True
    reach = compatibility.eligible & same_pool(compatibility, matching)
    fit = compatibility
    return {
        "mentee": Standing(fit.mentee_score, reach, together, fit.mentee_capacity),
        "mentor": Standing(fit.mentor_score.T, reach.T, together.T, fit.mentor_capacity),
    }


def same_pool(compatibility: Compatibility, matching: Matching) -> Mask:
    """Mark the cells whose two people were matched in one pool, shape (n_mentees, n_mentors).

    Examples
    --------
    >>> from revlab.pairing.cells import matching_from_cells
    >>> fit = Compatibility.from_scores([[0.2, 0.4]])
    >>> same_pool(fit, matching_from_cells(fit, np.array([[0, 0]]), policy="mine")).tolist()
    [[True, True]]
    """
    mentees, mentors = (_pools(compatibility, matching, side) for side in ("mentee", "mentor"))
    codes = pd.factorize(np.concatenate([mentees, mentors]))[0]
    rows, columns = codes[: len(mentees), None], codes[None, len(mentees) :]
    together: Mask = (rows == columns) & (rows >= 0)
    return together


def _places(compatibility: Compatibility, matching: Matching, side: str) -> NDArray[np.intp]:
    names = matching.dyads[f"{side}_id"]
    place = getattr(compatibility, f"{side}_ids").get_indexer(names)
    strange = names[place < 0].tolist()
    message = f"{side} {strange[:1]} of the matching is not in the compatibility."
    must(not strange, message, PairingError)
    return np.asarray(place, dtype=np.intp)


def _pools(compatibility: Compatibility, matching: Matching, side: str) -> NDArray[np.object_]:
    paired = matching.dyads.drop_duplicates(f"{side}_id").set_index(f"{side}_id")["pool_id"]
    left = getattr(matching, f"unmatched_{side}s").set_index("person_id")["pool_id"]
    pool_of = {**paired.to_dict(), **left.to_dict()}
    ids = getattr(compatibility, f"{side}_ids")
    return np.array([pool_of.get(person) for person in ids], dtype=object)
