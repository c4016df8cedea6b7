"""Leaving the organisation: a small hazard that a programme may or may not move."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from revlab.errors import OptionError, must
from revlab.fieldwork.evidence import default

__all__ = ["LeavingModel"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class LeavingModel:
    """When people leave: a constant hazard, times a ratio for those who held all sessions.

    Parameters
    ----------
    yearly : float
        Share who leave within a year, above 0 and below 1.
    hazard_ratio : float
        Hazard of somebody who held all planned sessions against somebody who held none, above 0;
        in between it goes with the share held, on the log scale.
    months : float
        Months that people are followed.

    Raises
    ------
    OptionError
        If a number is out of bounds.

    Examples
    --------
    >>> stay = LeavingModel(yearly=0.5)(np.array([0.0, 0.0]), np.array([-3.0, 3.0]))
    >>> stay.round(2).tolist()
    [0.02, 12.0]
    """

    yearly: float = default("leaving.yearly")
    hazard_ratio: float = default("leaving.hazard_ratio")
    months: float = default("leaving.months")

    def __post_init__(self) -> None:
        share = f"`yearly` must be above 0 and below 1; got {self.yearly:g}."
        must(0 < self.yearly < 1, share, OptionError)
        for name in ("hazard_ratio", "months"):
            value = getattr(self, name)
            must(value > 0, f"`{name}` must be above 0; got {value:g}.", OptionError)

    def __call__(self, held_share: Array, dice: Array) -> Array:
        """Return months until leaving, at most ``months`` (then the person is still there).

        ``held_share`` is the share of planned sessions held, ``dice`` standard normal; small
        values leave early.
        """
        monthly = -np.log1p(-self.yearly) / 12.0
        hazard = monthly * self.hazard_ratio ** np.asarray(held_share)
        return np.asarray(np.minimum(-np.log1p(-ndtr(dice)) / hazard, self.months))
