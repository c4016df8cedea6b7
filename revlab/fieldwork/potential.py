"""`Potential`: all that chance decides in one replication, before anybody is paired."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from revlab.errors import PilotError, must
from revlab.fieldwork.programme import Programme
from revlab.fieldwork.relationship import true_fit
from revlab.pairing.compatibility import Compatibility
from revlab.people.cohort import Cohort
from revlab.rng import stream

__all__ = ["Potential", "draw_potential"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Potential:
    """All that chance decides in one replication; a matching only reveals a part of it.

    Shocks are keyed by person, over the ids of the whole cohort in order, and the true fit is
    drawn for every possible dyad. So two matchings of one cohort share everything but the pairs.

    Parameters
    ----------
    programme : Programme
        What the programme does and what is assumed.
    people : pandas.Index
        Ids of everybody, sorted; somebody on both sides is here once.
    mentor_ids, mentee_ids : pandas.Index
        Ids of the columns and of the rows of ``fit``, sorted.
    fit : array, shape (n_mentees, n_mentors)
        True fit of every possible dyad, in SD.
    seed, replication : int
        What the streams of chance are keyed by.
    cohort : Cohort or None
        The people, for what is known of them: grades, skills.

    Examples
    --------
    >>> nobody = pd.Index([])
    >>> Potential(Programme(), nobody, nobody, nobody, np.zeros((0, 0)), seed=1, replication=0)
    Potential of 0 mentors and 0 mentees, seed 1, replication 0
    """

    programme: Programme
    people: pd.Index
    mentor_ids: pd.Index
    mentee_ids: pd.Index
    fit: Array
    seed: int
    replication: int
    cohort: Cohort | None = field(default=None, repr=False)
    # A purpose always gives the same numbers, so keeping them changes nothing but the time.
    _drawn: dict[tuple[int | str, ...], Array] = field(default_factory=dict, init=False, repr=False)

    def __repr__(self) -> str:
        return (
            f"Potential of {len(self.mentor_ids)} mentors and {len(self.mentee_ids)} mentees, "
            f"seed {self.seed}, replication {self.replication}"
        )

    def rng(self, *purpose: int | str) -> np.random.Generator:
        """Return the generator of one purpose in this replication."""
        return stream(self.seed, self.replication, *purpose)

    def normal(self, *purpose: int | str, shape: tuple[int, ...] = ()) -> Array:
        """Return standard normal shocks of one purpose, ``shape`` and then people."""
        if purpose not in self._drawn:
            drawn = self.rng(*purpose).standard_normal((*shape, len(self.people)))
            drawn.flags.writeable = False
            self._drawn[purpose] = drawn
        return self._drawn[purpose]


def _places(wanted: pd.Index, ids: pd.Index, side: str) -> npt.NDArray[np.intp]:
    places = np.asarray(ids.get_indexer(wanted))
    must(
        len(wanted) == len(ids) and bool((places >= 0).all()),
        f"`compatibility` must be scored for the {side}s of `cohort`, all and no others: it has "
        f"{len(ids)}, the cohort {len(wanted)}.",
        PilotError,
    )
    return places


def draw_potential(
    cohort: Cohort,
    compatibility: Compatibility,
    *,
    programme: Programme,
    seed: int,
    replication: int = 0,
) -> Potential:
    """Draw all that chance decides in one replication, for the whole cohort.

    Parameters
    ----------
    cohort : Cohort
        Everybody who might be paired.
    compatibility : Compatibility
        The reference: scores of all possible dyads of the cohort, the same for every policy that
        is compared.
    programme : Programme
        What the programme does and what is assumed.
    seed : int
        Root seed.
    replication : int
        Number of the replication.

    Returns
    -------
    Potential

    Raises
    ------
    PilotError
        If the compatibility is not that of the cohort.

    Examples
    --------
    >>> people = pd.DataFrame({"unit": "a", "grade": [1, 1]}, index=["ana", "cy"])
    >>> cohort = Cohort(people, people.assign(grade=4).set_axis(["bo", "di"]))
    >>> scores = pd.DataFrame([[0.9, 0.1], [0.2, 0.8]], index=["bo", "di"], columns=["ana", "cy"])
    >>> scored = Compatibility.from_scores(scores)
    >>> draw_potential(cohort, scored, programme=Programme(), seed=7)
    Potential of 2 mentors and 2 mentees, seed 7, replication 0
    """
    mentor_ids = cohort.mentors.index.sort_values()
    mentee_ids = cohort.mentees.index.sort_values()
    cells = np.ix_(
        _places(mentee_ids, compatibility.mentee_ids, "mentee"),
        _places(mentor_ids, compatibility.mentor_ids, "mentor"),
    )
    noise = stream(seed, replication, "fit").standard_normal((len(mentee_ids), len(mentor_ids)))
    return Potential(
        programme=programme,
        people=mentor_ids.union(mentee_ids),
        mentor_ids=mentor_ids,
        mentee_ids=mentee_ids,
        fit=true_fit(
            compatibility.joint()[cells],
            compatibility.eligible[cells],
            noise=noise,
            validity=programme.assumptions.validity,
        ),
        seed=seed,
        replication=replication,
        cohort=cohort,
    )
