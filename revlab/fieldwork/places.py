"""Where the two people of each dyad stand in the tables of a potential."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from revlab.errors import PilotError, must
from revlab.fieldwork.potential import Potential
from revlab.pairing.matching import Matching

__all__ = ["Pairs", "pairs_of", "slots"]

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Pairs:
    """Places of the two of each dyad, arrays of int of shape (n_dyads,).

    Parameters
    ----------
    mentor, mentee : array
        Among all people of a potential.
    row, column : array
        Of the mentee and of the mentor in tables of all possible dyads.
    """

    mentor: Places
    mentee: Places
    row: Places
    column: Places

    def both(self, shocks: Array) -> Array:
        """Return the shocks of both together, standard normal again, (..., n_dyads)."""
        together = np.empty((*shocks.shape[:-1], self.mentor.size))
        # Row by row, so that what is worked on stays in the cache of a core.
        for at in np.ndindex(shocks.shape[:-1]):
            row = shocks[at].take(self.mentor)
            row += shocks[at].take(self.mentee)
            np.divide(row, np.sqrt(2.0), out=together[at])
        return together


def pairs_of(potential: Potential, matching: Matching) -> Pairs:
    """Return the places of the dyads of a matching.

    Raises
    ------
    PilotError
        If the matching pairs people who are not in the cohort.
    """
    row = _places(matching.dyads["mentee_id"], potential.mentee_ids, "mentee")
    column = _places(matching.dyads["mentor_id"], potential.mentor_ids, "mentor")
    return Pairs(
        mentor=potential.people.get_indexer(potential.mentor_ids)[column],
        mentee=potential.people.get_indexer(potential.mentee_ids)[row],
        row=row,
        column=column,
    )


def _places(ids: pd.Series, there: pd.Index, side: str) -> Places:
    places = np.asarray(there.get_indexer(pd.Index(ids)))
    unknown = [str(name) for name in ids[places < 0]]
    must(
        not unknown,
        f"`matching` pairs a {side} {unknown[:1]} who is not in the cohort; pair the cohort that "
        "is simulated.",
        PilotError,
    )
    return places


def slots(person: Places, partner: Places) -> Places:
    """Return the number of each dyad among those of its person, by the partners' ids.

    Examples
    --------
    >>> slots(np.array([4, 4, 7]), np.array([9, 8, 9])).tolist()
    [1, 0, 0]
    """
    order = np.lexsort((partner, person))
    first = np.r_[True, np.diff(person[order]) != 0] if person.size else np.zeros(0, dtype=bool)
    start = np.maximum.accumulate(np.where(first, np.arange(person.size), 0))
    numbers = np.empty(person.size, dtype=np.intp)
    numbers[order] = np.arange(person.size) - start
    return numbers
