"""Generations: what the cohort of birth that people declare would change, by default nothing."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from revlab.fieldwork.evidence import default
from revlab.people.cohort import Cohort

__all__ = ["BIRTH_COHORT", "GenerationModel", "birth_cohorts"]

Array = npt.NDArray[np.float64]

BIRTH_COHORT = "declared_birth_cohort"
"""Column of a roster in which people may say, of their own accord, when about they were born."""


@dataclass(frozen=True)
class GenerationModel:
    """What belonging to a generation would change in what a session gives; nothing by default.

    The log of what a session gives somebody is higher by ``gain / 2`` if they declare the cohort
    of birth ``later``, lower by as much if they declare another, and unchanged if they declare
    none. It is lower by ``apart`` for both if the two declare different cohorts.

    Parameters
    ----------
    later : str
        The cohort of birth that is said to be different, as people declare it.
    gain : float
        Log ratio of what a session gives to that cohort and to the others.
    apart : float
        What is taken off the log if the two are not of one cohort.

    References
    ----------
    Costanza et al. 2012, Journal of Business and Psychology 27:375-394: over 20 studies of
    attitudes to work, generations differ moderately at most and often not at all.

    Examples
    --------
    >>> model = GenerationModel(gain=0.2, apart=0.1)
    >>> own, other = np.array(["1980-2000", "1960s", ""]), np.array(["1980-2000", "1980-2000", ""])
    >>> model(own, other).round(2).tolist()
    [0.1, -0.2, 0.0]
    """

    later: str = "1980-2000"
    gain: float = default("generation.gain")
    apart: float = default("generation.apart")

    def __call__(self, own: npt.NDArray[np.str_], other: npt.NDArray[np.str_]) -> Array:
        """Return what is added to the log of what a session gives, from declared cohorts.

        ``own`` and ``other`` are text of shape (n_dyads,), "" for what is not declared.
        """
        side = np.where(own == "", 0.0, np.where(own == self.later, 0.5, -0.5))
        differ = (own != "") & (other != "") & (own != other)
        return np.asarray(self.gain * side - self.apart * differ)


def birth_cohorts(cohort: Cohort, people: pd.Index) -> npt.NDArray[np.str_]:
    """Return what people declare as their cohort of birth, "" where they declare none.

    Parameters
    ----------
    cohort : Cohort
        May have a column ``declared_birth_cohort``.
    people : pandas.Index
        Who is asked about.

    Examples
    --------
    >>> rows = {"unit": "IT", "grade": [1, 4], "declared_birth_cohort": ["1980-2000", None]}
    >>> people = pd.DataFrame(rows, index=["ana", "bo"])
    >>> birth_cohorts(Cohort(people[:1], people[1:]), people.index).tolist()
    ['1980-2000', '']
    """
    sides = [
        side[BIRTH_COHORT] for side in (cohort.mentees, cohort.mentors) if BIRTH_COHORT in side
    ]
    if not sides:
        return np.full(len(people), "", dtype=np.str_)
    said = pd.concat(sides).dropna()
    said = said[~said.index.duplicated()].reindex(people)
    return np.asarray(said.fillna("").astype(str).to_numpy(dtype=np.str_))
