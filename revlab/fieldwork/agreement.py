"""What the two agree on: goals, what they expect of each other, and a first session for it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from revlab.fieldwork.evidence import default

__all__ = ["AgreementModel"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class AgreementModel:
    """What clear goals and a contracting first session do; levers count from their middle, 0.5.

    A first session that is spent on getting to know each other and on a plan gives less itself,
    and makes the later ones give more. The distance between what the two expect is
    ``|e_mentor - e_mentee| / sqrt(2)`` for standard normal ``e``, less its mean, and makes
    ending likelier; clear goals shrink it, at full clarity to nothing.

    Parameters
    ----------
    goal_gain : float
        What full goal clarity adds to the log of what a session gives, against none.
    goal_end : float
        What full goal clarity takes off the log-odds of ending, against none.
    first_cost : float
        What a full contracting session takes off the log of what the first session gives.
    later_gain : float
        What it adds to the log of what each later session gives.
    mismatch_end : float
        What a distance of one SD in expectations adds to the log-odds of ending.

    Examples
    --------
    >>> AgreementModel(goal_gain=0.2).added(3, goal_clarity=1.0, contracting=0.5).tolist()
    [0.1, 0.1, 0.1]
    >>> AgreementModel()(np.zeros(2), np.array([0.0, 2.0]), goal_clarity=0.5).tolist()
    [0.0, 0.0]
    """

    goal_gain: float = default("agreement.goal_gain")
    goal_end: float = default("agreement.goal_end")
    first_cost: float = default("agreement.first_cost")
    later_gain: float = default("agreement.later_gain")
    mismatch_end: float = default("agreement.mismatch_end")

    def __call__(self, mentor: Array, mentee: Array, *, goal_clarity: float) -> Array:
        """Return what is taken off the log-odds of ending, (n_dyads,).

        ``mentor`` and ``mentee`` are what the two expect, standard normal.
        """
        clear = self.goal_end * (goal_clarity - 0.5)
        return np.asarray(clear - self.mismatch_end * self.mismatch(mentor, mentee, goal_clarity))

    def mismatch(self, mentor: Array, mentee: Array, goal_clarity: float) -> Array:
        """Return the distance between what the two expect, less its mean at middling clarity."""
        apart = np.abs(mentor - mentee) / np.sqrt(2.0)
        return np.asarray(2 * (1 - goal_clarity) * apart - np.sqrt(2.0 / np.pi))

    def added(self, n_sessions: int, *, goal_clarity: float, contracting: float) -> Array:
        """Return what is added to the log of what a session gives, by session."""
        first = np.arange(n_sessions) == 0
        talk = np.where(first, -self.first_cost, self.later_gain) * (contracting - 0.5)
        return np.asarray(self.goal_gain * (goal_clarity - 0.5) + talk)
