"""Whom people turn to at work before a programme: how many of their own level and of the other."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr
from scipy.stats import poisson

from revlab.errors import one_of
from revlab.fieldwork.evidence import default

__all__ = ["ContactModel"]

Array = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
_WHERE = ("same", "other", "outside")


@dataclass(frozen=True)
class ContactModel:
    """How many people somebody names who is asked whom they turn to: Poisson, as at the start.

    New contacts come on top, by `revlab.fieldwork.ties.TieModel`.

    Parameters
    ----------
    same, other : float
        People of the programme of one's own level and of the other, one's partner left out.
    outside : float
        People outside the programme.

    Examples
    --------
    >>> ContactModel(other=0.5)(np.array([-1.0, 2.0]), where="other").tolist()
    [0, 2]
    """

    same: float = default("contacts.same")
    other: float = default("contacts.other")
    outside: float = default("contacts.outside")

    def __call__(self, dice: Array, *, where: str) -> Counts:
        """Return how many people each names; ``dice`` is standard normal, (n_people,)."""
        mean = getattr(self, one_of("where", where, _WHERE))
        return np.asarray(poisson.ppf(ndtr(dice), mean), dtype=np.int64)
