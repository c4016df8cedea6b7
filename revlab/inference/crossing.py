"""Chances that a running sum of normal numbers crosses bounds, by integration look after look.

The density of the sum among those who have not crossed is carried from look to look (Armitage,
McPherson & Rowe 1969; Jennison & Turnbull 2000, chapter 19), here on Gauss-Legendre points.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import ndtr

__all__ = ["START", "Running", "bound_to_spend", "crossings"]

Array = npt.NDArray[np.float64]

_WIDEST = 9.0  # standard deviations; what lies beyond is below 1e-18
_FURTHEST = 37.0  # the normal tail beyond it is no number any more


@dataclass(frozen=True, eq=False)
class Running:
    """Those who have not crossed.

    Parameters
    ----------
    place, mass : array, shape (n_points,)
        Places of the running sum, and how many are there.
    """

    place: Array
    mass: Array

    def beyond(self, edge: float, *, lag: float, drift: float) -> Array:
        """Return the chances to be above ``edge`` and below ``-edge`` after ``lag``."""
        moved, spread = self.place + drift * lag, np.sqrt(lag)
        tails = ndtr([(moved - edge) / spread, (-edge - moved) / spread])
        return np.asarray(tails @ self.mass)

    def moved(self, edge: float, time: float, *, lag: float, drift: float) -> "Running":
        """Return those who are within the edges at ``time``, a ``lag`` later."""
        middle, wide = drift * time, _WIDEST * np.sqrt(time)
        low, high = max(-edge, middle - wide), min(edge, middle + wide)
        if low >= high:
            return Running(np.zeros(1), np.zeros(1))
        n = int(np.clip(6 * (high - low) / np.sqrt(lag), 96, 2000))
        node, weight = np.polynomial.legendre.leggauss(n)
        place = (high + low) / 2 + (high - low) / 2 * node
        step = (place[:, None] - self.place - drift * lag) / np.sqrt(lag)
        density = np.exp(-0.5 * step**2) @ self.mass / np.sqrt(2 * np.pi * lag)
        return Running(place, (high - low) / 2 * weight * density)


START = Running(np.zeros(1), np.ones(1))
"""Everybody before the first look."""


def crossings(t: Array, z: Array, *, drift: float = 0.0) -> Array:
    """Return the chances of first crossing a bound at each look, above and below, (2, n_looks).

    Parameters
    ----------
    t, z : array, shape (n_looks,)
        Times from above 0 to 1, rising, and bounds of the sum over the root of its time.
    drift : float
        Expected sum at time 1.

    Examples
    --------
    >>> print(crossings(np.array([1.0]), np.array([1.96])).round(3).tolist())
    [[0.025], [0.025]]
    """
    now, before, found = START, 0.0, []
    for time, edge in zip(t, z * np.sqrt(t), strict=True):
        lag = time - before
        found.append(now.beyond(edge, lag=lag, drift=drift))
        now, before = now.moved(edge, time, lag=lag, drift=drift), time
    return np.array(found).T


def bound_to_spend(now: Running, due: float, *, time: float, lag: float) -> float:
    """Return the bound that is first crossed with the chance ``due`` at ``time``, no drift.

    Parameters
    ----------
    now : Running
        Those who have not crossed, a ``lag`` before.
    due : float
        Chance over both sides.
    time, lag : float
        Time of the look, and since the one before.

    Examples
    --------
    >>> print(f"{bound_to_spend(START, 0.05, time=1.0, lag=1.0):.4f}")
    1.9600
    """

    def excess(z: float) -> float:
        chance = now.beyond(z * np.sqrt(time), lag=lag, drift=0.0).sum()
        return float(np.log(max(chance, 1e-300)) - np.log(due))

    # So little is spent at a very early look that no result could reach the bound.
    if due < 1e-290 or excess(_FURTHEST) > 0:
        return _FURTHEST
    return float(brentq(excess, 0.0, _FURTHEST, xtol=1e-12))
