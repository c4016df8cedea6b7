"""How far off missing answers would have to be to change what an interval says."""

from collections.abc import Callable
from dataclasses import dataclass
from math import nan

import numpy as np
from scipy.optimize import brentq

from revlab.inference.estimate import Estimate

__all__ = ["Tipping", "tipping_shift"]

_GRID = 17


@dataclass(frozen=True)
class Tipping:
    """The nearest shift at which an interval comes to hold zero, or to leave it out.

    Parameters
    ----------
    shift : float
        In points; NaN if none within the limits changes it.
    starts : {"holds zero", "leaves out zero"}
        What the interval says without a shift.
    lowest, highest : float
        Limits of the shift.
    """

    shift: float
    starts: str
    lowest: float
    highest: float


def tipping_shift(
    estimate: Callable[[float], Estimate], *, lowest: float, highest: float
) -> Tipping:
    """Search the shift of missing answers at which an interval changes what it says.

    Parameters
    ----------
    estimate : callable
        From a shift in points to the estimate with its interval.
    lowest, highest : float
        Limits of the shift, below and above zero: further the scale does not go.

    Returns
    -------
    Tipping

    References
    ----------
    Yan, Lee & Li (2009), Drug Information Journal 43; Cro et al. (2020), Statistics in Medicine
    39, on shifts of imputed values.

    Examples
    --------
    >>> from revlab.inference.estimate import z_estimate
    >>> tipping = tipping_shift(lambda d: z_estimate(1 + d / 2, 0.25), lowest=-3, highest=2)
    >>> round(tipping.shift, 2), tipping.starts
    (-1.02, 'leaves out zero')
    """

    def clear(shift: float) -> float:
        one = estimate(shift)
        return max(one.conf_low, -one.conf_high)

    at_zero = clear(0.0)
    found = [
        shift
        for end in (lowest, highest)
        if abs(shift := _first_change(clear, end, start=at_zero)) < np.inf
    ]
    return Tipping(
        shift=min(found, key=abs) if found else nan,
        starts="leaves out zero" if at_zero > 0 else "holds zero",
        lowest=lowest,
        highest=highest,
    )


def _first_change(clear: Callable[[float], float], end: float, *, start: float) -> float:
    near, value = 0.0, start
    for far in np.linspace(0, end, _GRID)[1:]:
        after = clear(float(far))
        if (after > 0) != (start > 0):
            return float(brentq(clear, near, float(far), xtol=1e-4)) if value * after < 0 else far
        near, value = float(far), after
    return float("inf")
