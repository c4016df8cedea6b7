"""New ties across levels: people whom a session leads to, beyond the partner."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr
from scipy.stats import poisson

from revlab.errors import one_of
from revlab.fieldwork.evidence import default

__all__ = ["TieModel"]

Array = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class TieModel:
    """How many new contacts of the other level a person makes beside the partner: Poisson.

    Parameters
    ----------
    mentor, mentee : float
        Contacts for each held session: seniors that a junior comes to know, and the reverse.

    Examples
    --------
    >>> TieModel(mentor=0.5)(np.array([0, 6]), np.zeros(2), role="mentor").tolist()
    [0, 3]
    """

    mentor: float = default("ties.mentor")
    mentee: float = default("ties.mentee")

    def __call__(self, held: npt.ArrayLike, dice: Array, *, role: str) -> Counts:
        """Return new ties of one side, (n_dyads,); ``dice`` is standard normal."""
        rate = getattr(self, one_of("role", role, ("mentor", "mentee")))
        return np.asarray(poisson.ppf(ndtr(dice), rate * np.asarray(held)), dtype=np.int64)
