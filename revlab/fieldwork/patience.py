"""Patience: pairs end when progress is slow, less so with a patient mentor."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from revlab.fieldwork.evidence import default
from revlab.fieldwork.outcomes import OutcomeModel

__all__ = ["PatienceModel", "pace"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PatienceModel:
    """How slow progress ends dyads, and how the mentor's patience softens that.

    With the pace ``z`` of a dyad and the patience ``p`` of its mentor, both standard normal, the
    log-odds of ending rise by ``slow_end * (max(0, -z) exp(-patience p - patience**2 / 2) - c)``
    with ``c = 1 / sqrt(2 pi)``. So a mentor one SD more patient takes the share
    ``1 - exp(-patience)`` off what slow progress does and changes nothing where progress is
    quick, and the mean over all dyads is 0 whatever the two parameters.

    Parameters
    ----------
    slow_end : float
        What a pace of one SD below the mean adds to the log-odds of ending.
    patience : float
        How far one SD of patience softens it, as a log ratio.

    Examples
    --------
    >>> pace, patience = np.array([-2.0, -2.0, 2.0, 2.0]), np.array([0.0, 1.0, 0.0, 1.0])
    >>> PatienceModel(slow_end=0.5, patience=0.7)(pace, patience).round(2).tolist()
    [0.58, 0.19, -0.2, -0.2]
    """

    slow_end: float = default("patience.slow_end")
    patience: float = default("patience.patience")

    def __call__(self, pace: Array, patience: Array) -> Array:
        """Return what is added to the log-odds of ending, (n_dyads,)."""
        softened = np.exp(-self.patience * patience - self.patience**2 / 2)
        slow = np.maximum(0.0, -pace) * softened
        return np.asarray(self.slow_end * (slow - 1 / np.sqrt(2 * np.pi)))


def pace(outcomes: OutcomeModel, openness: Array, teaching: Array) -> Array:
    """Return how quickly the senior gets on, in SD, from what the two people bring.

    Parameters
    ----------
    outcomes : OutcomeModel
        Says how much openness and teaching skill weigh in what a session gives.
    openness, teaching : array, shape (n_dyads,)
        Openness of the senior and teaching skill of the junior, in SD.

    Returns
    -------
    array, shape (n_dyads,)
        Standard normal for standard normal traits; 0 if neither of them gives anything.

    Examples
    --------
    >>> pace(OutcomeModel(openness=0.3, teaching=0.4), np.ones(1), np.ones(1)).round(2).tolist()
    [1.4]
    """
    weight = np.hypot(outcomes.openness, outcomes.teaching)
    if weight == 0:
        return np.zeros(openness.shape)
    return np.asarray((outcomes.openness * openness + outcomes.teaching * teaching) / weight)
