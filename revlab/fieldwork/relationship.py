"""Relationship quality: what a dyad could become, and how far it has come."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from revlab.fieldwork.evidence import default

__all__ = ["RelationshipModel", "true_fit"]

Array = npt.NDArray[np.float64]


def true_fit(
    score: Array, eligible: npt.NDArray[np.bool_], *, noise: Array, validity: float
) -> Array:
    """Return the true fit of every possible dyad, of which the score knows a part.

    ``fit = validity * z + sqrt(1 - validity**2) * noise``, where ``z`` is the joint score with
    the mean and standard deviation of the eligible dyads taken out; so ``validity`` is the
    correlation of score and fit over the dyads that may be made.

    Parameters
    ----------
    score : array, shape (n_mentees, n_mentors)
        Joint compatibility score.
    eligible : array of bool, same shape
        Which dyads may be made.
    noise : array, shape (..., n_mentees, n_mentors)
        Standard normal, drawn once for all dyads whatever the pairing.
    validity : float
        From 0 (the score is noise) to 1.

    Returns
    -------
    array, shape of ``noise``
        Mean about 0 and standard deviation about 1 over the eligible dyads.

    Examples
    --------
    >>> score = np.array([[0.0, 1.0], [1.0, 0.0]])
    >>> true_fit(score, score >= 0, noise=np.zeros((2, 2)), validity=0.5).tolist()
    [[-0.5, 0.5], [0.5, -0.5]]
    """
    known = score[eligible] if eligible.any() else score.ravel()
    spread = float(known.std()) if known.size else 0.0
    z = (score - known.mean()) / spread if spread > 0 else np.zeros_like(score)
    fit: Array = validity * z + np.sqrt(1 - validity**2) * noise
    return fit


@dataclass(frozen=True)
class RelationshipModel:
    """How the quality of a relationship follows from the true fit, and grows with meeting.

    A dyad has a *potential* ``fit * F + sqrt(1 - fit**2) * u`` with mean 0 and variance 1, where
    ``F`` is its true fit and ``u`` what else the two bring. It shows only as they meet: after
    ``h`` held sessions the quality is ``ramp(h) * potential``, where ``ramp`` is logistic in
    ``h``, 0 before the first session and 1 in the long run. So nobody can be judged at once.

    Parameters
    ----------
    fit : float
        Correlation of true fit and potential, -1 to 1; 0 = fit does not matter.
    rise : float
        Mean rise of the quality that people report, in SD of the potential.
    ramp_middle : float
        Held sessions after which the logistic curve is at its middle.
    ramp_width : float
        Scale of the logistic curve in held sessions.
    perception_sd : float
        How far the view of one side differs from the shared quality, in SD of the potential.

    Examples
    --------
    >>> model = RelationshipModel(ramp_middle=2.0, ramp_width=0.5)
    >>> model(np.ones(3), np.array([0, 2, 20])).round(2).tolist()
    [0.0, 0.49, 1.0]
    """

    fit: float = default("relationship.fit")
    rise: float = default("relationship.rise")
    ramp_middle: float = default("relationship.ramp_middle")
    ramp_width: float = default("relationship.ramp_width")
    perception_sd: float = default("relationship.perception_sd")

    def __call__(self, potential: Array, held: npt.NDArray[np.int64]) -> Array:
        """Return the quality after ``held`` sessions, both of shape (..., n_dyads)."""
        quality: Array = self.ramp(held) * potential
        return quality

    def ramp(self, held: npt.NDArray[np.int64]) -> Array:
        """Return how far a relationship has grown after ``held`` sessions, 0 to 1."""
        start = expit(-self.ramp_middle / self.ramp_width)
        grown = expit((held - self.ramp_middle) / self.ramp_width)
        ramp: Array = (grown - start) / (1 - start)
        return ramp

    def potential(self, fit: Array, others: Array) -> Array:
        """Return the potential of dyads from their true fit and what else they bring."""
        potential: Array = self.fit * fit + np.sqrt(1 - self.fit**2) * others
        return potential
