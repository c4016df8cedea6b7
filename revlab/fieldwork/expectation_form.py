"""The form on which both sides say what they expect: topics on a scale from 1 to 5."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from revlab.fieldwork.evidence import default

__all__ = ["TOPICS", "ExpectationForm"]

Array = npt.NDArray[np.float64]

TOPICS = ("time", "subjects", "openness", "benefit")
"""What the form asks about."""


@dataclass(frozen=True)
class ExpectationForm:
    """How an expectation in SD is answered on topics from 1 to 5.

    Goals that are agreed on beforehand draw the two together: by
    `revlab.fieldwork.agreement.AgreementModel` the distance of a dyad is ``2 (1 - goal clarity)``
    times what it is at middling clarity, around what both expect together.

    Parameters
    ----------
    spread : float
        Points on the scale per SD of what somebody expects.
    noise : float
        SD of an answer to one topic around that, in points.

    Examples
    --------
    >>> form = ExpectationForm(spread=1.0, noise=0.0)
    >>> mentor, mentee = form.agreed(np.array([1.0]), np.array([-1.0]), goal_clarity=0.5)
    >>> form(mentor, np.zeros((4, 1))).tolist()
    [[4.0], [4.0], [4.0], [4.0]]
    >>> form.agreed(np.array([1.0]), np.array([-1.0]), goal_clarity=1.0)[0].tolist()
    [0.0]
    """

    spread: float = default("expectations.spread")
    noise: float = default("expectations.noise")

    def __call__(self, expected: Array, shocks: Array) -> Array:
        """Return answers of shape (n_topics, n_dyads); ``shocks`` are standard normal."""
        return np.asarray(np.clip(np.rint(3 + self.spread * expected + self.noise * shocks), 1, 5))

    def agreed(self, mentor: Array, mentee: Array, *, goal_clarity: float) -> tuple[Array, Array]:
        """Return what the two expect of each other once goals are talked about, each (n_dyads,)."""
        middle, far = (mentor + mentee) / 2, 2 * (1 - goal_clarity)
        return middle + far * (mentor - middle), middle + far * (mentee - middle)
