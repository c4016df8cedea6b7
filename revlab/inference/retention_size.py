"""How many people it takes to see a difference in who stays."""

import math

import numpy as np
from scipy.special import ndtri

from revlab.errors import EstimateError, must

__all__ = ["leavers_for_ratio", "people_for_shares"]


def _needed(power: float, alpha: float) -> float:
    for name, value in (("power", power), ("alpha", alpha)):
        must(0 < value < 1, f"`{name}` must be between 0 and 1; got {value:g}.", EstimateError)
    must(power > alpha / 2, "`power` must be above half of `alpha`.", EstimateError)
    return float(ndtri(1 - alpha / 2) + ndtri(power))


def people_for_shares(
    first: float, second: float, *, power: float = 0.8, alpha: float = 0.05
) -> int:
    """Return the people needed in each of two arms to tell two shares of stayers apart.

    Parameters
    ----------
    first, second : float
        Shares who stay in the two arms, above 0 and below 1, not the same.
    power : float
        Chance to find the difference if it is there.
    alpha : float
        Two-sided level of the test.

    Returns
    -------
    int
        For people dealt to arms one by one. Pools make it more, see
        `revlab.inference.pool_alikeness`.

    Raises
    ------
    EstimateError
        If a share is not between 0 and 1, both are the same, or the power cannot be had.

    References
    ----------
    Cohen 1988, Statistical Power Analysis for the Behavioral Sciences, section 6.4 (arcsine).

    Examples
    --------
    >>> people_for_shares(0.84, 0.90)
    488
    """
    for share in (first, second):
        must(0 < share < 1, f"a share must be above 0 and below 1; got {share:g}.", EstimateError)
    away = 2 * abs(math.asin(math.sqrt(first)) - math.asin(math.sqrt(second)))
    must(away > 1e-9, "both shares are the same, so no number of people is enough.", EstimateError)
    return math.ceil(2 * (_needed(power, alpha) / away) ** 2)


def leavers_for_ratio(
    hazard_ratio: float, *, share: float = 0.5, power: float = 0.8, alpha: float = 0.05
) -> int:
    """Return how many people must leave, in both arms together, to see a ratio of hazards.

    Parameters
    ----------
    hazard_ratio : float
        Hazard of leaving in one arm over that in the other, above 0 and not 1.
    share : float
        Share of the people who are in the first arm.
    power : float
        Chance to find the ratio if it is there.
    alpha : float
        Two-sided level of the test.

    Returns
    -------
    int

    Raises
    ------
    EstimateError
        If the ratio is not above 0 or is 1, or a share is not between 0 and 1.

    References
    ----------
    Schoenfeld 1981, Biometrika 68:316-319.

    Examples
    --------
    >>> leavers_for_ratio(0.6)
    121
    """
    good = math.isfinite(hazard_ratio) and hazard_ratio > 0 and abs(np.log(hazard_ratio)) > 1e-9
    must(good, f"`hazard_ratio` must be above 0 and not 1; got {hazard_ratio:g}.", EstimateError)
    must(0 < share < 1, f"`share` must be between 0 and 1; got {share:g}.", EstimateError)
    return math.ceil((_needed(power, alpha) / math.log(hazard_ratio)) ** 2 / (share * (1 - share)))
