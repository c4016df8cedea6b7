"""Looks at the data on the way: bounds that keep the level over all of them.

Who tests at the level .05 at every look finds something where there is nothing far more often
than 5 times in 100 (Armitage, McPherson & Rowe 1969, Journal of the Royal Statistical Society A
132:235-244). Group-sequential bounds share the level out over the looks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from revlab.errors import EstimateError, must, one_of
from revlab.fieldwork.look_times import LOOK_BOUNDS, look_times
from revlab.inference.crossing import START, bound_to_spend, crossings

__all__ = ["Looks", "chance_by_look", "look_bounds"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Looks:
    """When one looks, and how far from nothing a result must be to count at that look.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per look: ``look, fraction`` (share of the final information), ``bound`` (what
        the absolute standardised difference must reach), ``level`` (two-sided p-value to which
        the bound comes at this look by itself), ``spent`` (chance of a false alarm up to and
        with this look).
    bounds : str
        Name in ``LOOK_BOUNDS``.
    alpha : float
        Level over all looks, two-sided.
    """

    table: pd.DataFrame
    bounds: str
    alpha: float

    def __repr__(self) -> str:
        said = ", ".join(f"{bound:.3f}" for bound in self.table["bound"])
        return f"{len(self.table)} looks by {self.bounds}, level {self.alpha:g}: bounds {said}"

    def level(self, look: int) -> float:
        """Return the two-sided level of one look, the first being 1.

        With few pools the standardised difference follows Student's t and not the normal. Hold
        its p-value, by its own degrees of freedom, against this level, or give the interval with
        the level ``1 - level``: the look then keeps its share of the chance of a false alarm.

        Raises
        ------
        EstimateError
            If there is no such look.
        """
        must(
            1 <= look <= len(self.table),
            f"`look` must be from 1 to {len(self.table)}, the looks that were planned; got {look}.",
            EstimateError,
        )
        return float(self.table["level"].iloc[look - 1])


def look_bounds(
    fractions: Sequence[float], *, alpha: float = 0.05, bounds: str = "spend_obrien_fleming"
) -> Looks:
    """Return the bounds of looks that together raise a false alarm with chance ``alpha``.

    Parameters
    ----------
    fractions : sequence of float
        Share of the final information at each look, rising, the last 1: with pools of one size
        the share of the pools (or answers) that are in.
    alpha : float
        Level over all looks, two-sided, the same on both sides.
    bounds : str
        Name in ``LOOK_BOUNDS``. Spending needs only the looks so far, so that dates may move; the
        fixed shapes need all of them beforehand.

    Returns
    -------
    Looks

    Raises
    ------
    OptionError
        If there are no such bounds.
    EstimateError
        If the fractions do not rise to 1, are more than 20, or ``alpha`` is not a level.

    References
    ----------
    Pocock (1977), Biometrika 64:191-199; O'Brien & Fleming (1979), Biometrics 35:549-556; Lan &
    DeMets (1983), Biometrika 70:659-663; Jennison & Turnbull (2000), Group Sequential Methods.

    Examples
    --------
    >>> look_bounds([0.5, 1.0], bounds="pocock")
    2 looks by pocock, level 0.05: bounds 2.178, 2.178
    """
    one_of("bounds", bounds, LOOK_BOUNDS)
    t = _fractions(fractions)
    must(0 < alpha < 0.5, f"`alpha` must lie between 0 and 0.5; got {alpha:g}.", EstimateError)
    if bounds in _SPENT:
        z = _by_spending(t, _SPENT[bounds](t, alpha))
    else:
        shape = np.ones_like(t) if bounds == "pocock" else 1 / np.sqrt(t)
        # One look alone needs the smallest factor, looks that tell nothing of each other the most.
        lowest, highest = -ndtri(alpha / 2), -ndtri(alpha / (2 * t.size)) + 0.1
        z = shape * brentq(lambda c: _crossed(t, c * shape).sum() - alpha, lowest - 0.1, highest)
    spent = _crossed(t, z).cumsum()
    table = pd.DataFrame(
        {
            "look": np.arange(1, t.size + 1),
            "fraction": t,
            "bound": z,
            "level": 2 * ndtr(-z),
            "spent": spent,
        }
    )
    return Looks(table, bounds, alpha)


def chance_by_look(
    fractions: Sequence[float], bounds: Sequence[float], *, drift: float = 0.0
) -> pd.DataFrame:
    """Return how likely a bound is first crossed at each look.

    Parameters
    ----------
    fractions : sequence of float
        As in `look_bounds`.
    bounds : sequence of float
        Absolute standardised difference that counts, by look; 1.96 each time for somebody who
        looks again and again at the level .05.
    drift : float
        Expected standardised difference at full information: the true difference over its
        standard error. 0 gives the chance of a false alarm, 3.24 is seen 9 times in 10 by one
        look at the end.

    Returns
    -------
    pandas.DataFrame
        ``look, fraction, bound, above, below`` (chance of first crossing at this look),
        ``stopped`` (of having crossed by then).

    Raises
    ------
    EstimateError
        If the fractions do not rise to 1 or there is not one positive bound for each.

    References
    ----------
    Armitage, McPherson & Rowe (1969), Journal of the Royal Statistical Society A 132:235-244.

    Examples
    --------
    >>> looks = chance_by_look([0.2, 0.4, 0.6, 0.8, 1.0], [1.96] * 5)
    >>> print(f"{looks['stopped'].iloc[-1]:.3f}")
    0.142
    """
    t, z = _fractions(fractions), np.asarray(bounds, dtype=np.float64)
    must(
        z.shape == t.shape and bool((z > 0).all()),
        f"`bounds` must hold one number above 0 for each of {t.size} looks; got {list(bounds)}.",
        EstimateError,
    )
    must(bool(np.isfinite(drift)), f"`drift` must be a number; got {drift}.", EstimateError)
    sides = crossings(t, z, drift=drift)
    return pd.DataFrame(
        {
            "look": np.arange(1, t.size + 1),
            "fraction": t,
            "bound": z,
            "above": sides[0],
            "below": sides[1],
            "stopped": sides.sum(axis=0).cumsum(),
        }
    )


def _fractions(fractions: Sequence[float]) -> Array:
    return np.array(look_times(fractions, name="fractions", error=EstimateError))


_SPENT: dict[str, Callable[[Array, float], Array]] = {
    "spend_obrien_fleming": lambda t, alpha: 4 * ndtr(ndtri(alpha / 4) / np.sqrt(t)),
    "spend_pocock": lambda t, alpha: alpha * np.log1p((np.e - 1) * t),
}
"""Level over both sides that is spent up to each fraction."""


def _crossed(t: Array, z: Array) -> Array:
    return np.asarray(crossings(t, z).sum(axis=0))


def _by_spending(t: Array, spent: Array) -> Array:
    now, before, z = START, 0.0, []
    for time, due in zip(t, np.diff(spent, prepend=0.0), strict=True):
        z.append(bound_to_spend(now, due, time=time, lag=time - before))
        edge = z[-1] * np.sqrt(time)
        now, before = now.moved(edge, time, lag=time - before, drift=0.0), time
    return np.array(z)
