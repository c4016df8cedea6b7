"""Goals set at the start: how far each is reached, and who can say them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from revlab.errors import OptionError, must
from revlab.fieldwork.evidence import default

__all__ = ["GoalModel"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class GoalModel:
    """How far the goals of a dyad are reached, from -2 to 2, and whether people can say them.

    Attainment is a standard normal number, rounded; two goals of a dyad correlate with
    ``likeness``. What sessions add is counted from half of them held, and is zero by default.
    The share of goals that a side can say when asked is the clarity of goals.

    Parameters
    ----------
    each : int
        Goals of a dyad.
    likeness : float
        Correlation of two goals of one dyad, 0 to 1.
    sessions : float
        What all planned sessions held add to attainment, against none, in points.

    Raises
    ------
    OptionError
        If there is no goal, or the likeness is no share.

    References
    ----------
    Kiresuk & Sherman 1968, Community Mental Health Journal 4:443-453.

    Examples
    --------
    >>> GoalModel(likeness=0.0)(np.zeros(2), np.array([[0.2, 1.7]]), share_held=np.ones(2)).tolist()
    [[0.0, 2.0]]
    """

    each: int = int(default("goals.each"))
    likeness: float = default("goals.likeness")
    sessions: float = default("goals.sessions")

    def __post_init__(self) -> None:
        must(self.each >= 1, f"`each` must be 1 goal or more; got {self.each}.", OptionError)
        shares = f"`likeness` must lie between 0 and 1; got {self.likeness:g}."
        must(0 <= self.likeness <= 1, shares, OptionError)

    def latent(self, dyad: Array, *, share_held: Array) -> Array:
        """Return what all goals of a dyad have in common, in points, (n_dyads,)."""
        return np.asarray(np.sqrt(self.likeness) * dyad + self.sessions * (share_held - 0.5))

    def __call__(self, dyad: Array, goal: Array, *, share_held: Array) -> Array:
        """Return attainment, (n_goals, n_dyads); ``dyad`` and ``goal`` are standard normal."""
        reached = self.latent(dyad, share_held=share_held) + np.sqrt(1 - self.likeness) * goal
        return np.asarray(np.clip(np.rint(reached), -2, 2))

    def stated(self, dice: Array, *, goal_clarity: float) -> npt.NDArray[np.bool_]:
        """Return which goals a side can say; ``dice`` are standard normal."""
        return np.asarray(ndtr(dice) < goal_clarity)
