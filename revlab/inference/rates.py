"""Shares with intervals that hold at small n."""

from dataclasses import dataclass
from math import nan, sqrt

from scipy.special import ndtri

from revlab.errors import EstimateError, must
from revlab.inference.estimate import Estimate, check_conf_level

__all__ = ["Share", "wilson"]


@dataclass(frozen=True)
class Share:
    """A share with its interval: ``successes`` of ``n``."""

    successes: int
    n: int
    share: float
    conf_low: float
    conf_high: float
    conf_level: float

    def to_estimate(self) -> Estimate:
        """Return the share as an `Estimate` of unit "share"."""
        return Estimate(
            estimand="share",
            estimator="wilson",
            contrast="",
            estimate=self.share,
            std_error=nan,
            df=nan,
            statistic=nan,
            p_value=nan,
            conf_low=self.conf_low,
            conf_high=self.conf_high,
            conf_level=self.conf_level,
            n=self.n,
            unit="share",
            convention="Wilson interval, every unit independent",
        )


def wilson(successes: int, n: int, *, conf_level: float = 0.95) -> Share:
    """Return a share with Wilson's score interval, which holds at small n and at 0 or n.

    Parameters
    ----------
    successes, n : int
        Units counted and units there are.
    conf_level : float
        Level of the interval.

    Raises
    ------
    EstimateError
        If there are no units, or more successes than units.

    References
    ----------
    Wilson (1927), JASA 22; Brown, Cai & DasGupta (2001), Statistical Science 16.

    Examples
    --------
    >>> share = wilson(0, 10)
    >>> share.share, share.conf_low, round(share.conf_high, 4)
    (0.0, 0.0, 0.2775)
    """
    check_conf_level(conf_level)
    must(n >= 1, f"a share needs at least 1 unit; got {n}.", EstimateError)
    must(
        0 <= successes <= n,
        f"`successes` must be from 0 to n = {n}; got {successes}.",
        EstimateError,
    )
    z = float(ndtri((1 + conf_level) / 2))
    share = successes / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    low = 0.0 if successes == 0 else centre - half
    high = 1.0 if successes == n else centre + half
    return Share(int(successes), int(n), share, low, high, conf_level)
