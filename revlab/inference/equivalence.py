"""Two one-sided tests of an effect against a margin that was set beforehand."""

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from revlab.errors import EstimateError, must
from revlab.inference.estimate import Estimate

__all__ = ["Equivalence", "tost"]


@dataclass(frozen=True)
class Equivalence:
    """Two one-sided tests against a margin.

    Parameters
    ----------
    low, high : float
        The margin: smallest differences that matter, below and above.
    p_lower, p_upper : float
        One-sided p-values of "at or below low" and of "at or above high".
    conf_low, conf_high : float
        The ``1 - 2 alpha`` interval that belongs to the tests.
    verdict : {"inside", "beyond", "cannot tell"}
        Inside: both tests reject at alpha. Beyond: the two-sided ``1 - alpha`` interval lies
        outside the margin. Otherwise cannot tell, which is not "no difference".
    alpha : float
        Level of each one-sided test.
    convention : str
        The rule in words.
    """

    low: float
    high: float
    p_lower: float
    p_upper: float
    conf_low: float
    conf_high: float
    verdict: str
    alpha: float
    convention: str

    @property
    def p_value(self) -> float:
        """The larger of both, the p-value of equivalence."""
        return max(self.p_lower, self.p_upper)


def tost(estimate: Estimate, *, low: float, high: float, alpha: float = 0.05) -> Equivalence:
    """Test whether an effect lies within a margin that was set beforehand.

    Parameters
    ----------
    estimate : Estimate
        With a standard error and degrees of freedom, from any t-based estimator.
    low, high : float
        The margin in the unit of the estimate.
    alpha : float
        Level of each one-sided test.

    Raises
    ------
    EstimateError
        If the margin is empty or the estimate has no standard error.

    References
    ----------
    Schuirmann (1987), Journal of Pharmacokinetics and Biopharmaceutics 15.

    Examples
    --------
    >>> from revlab.inference.two_sample import paired_change
    >>> change = paired_change([1.0, 2, 3, 2], [1.2, 2.1, 2.9, 2.1])
    >>> tost(change, low=-0.5, high=0.5).verdict
    'inside'
    """
    must(low < high, f"the margin must go from low to high; got {low:g}, {high:g}.", EstimateError)
    must(0 < alpha < 0.5, f"`alpha` must be between 0 and 0.5; got {alpha:g}.", EstimateError)
    must(
        np.isfinite(estimate.std_error) and np.isfinite(estimate.df),
        f"{estimate.estimator} gives no standard error, so it cannot be tested against a margin.",
        EstimateError,
    )
    value, error, df = estimate.estimate, estimate.std_error, estimate.df
    p_lower = float(stdtr(df, -(value - low) / error))
    p_upper = float(stdtr(df, (value - high) / error))
    half = float(stdtrit(df, 1 - alpha)) * error
    wide = float(stdtrit(df, 1 - alpha / 2)) * error
    if max(p_lower, p_upper) < alpha:
        verdict = "inside"
    elif value - wide > high or value + wide < low:
        verdict = "beyond"
    else:
        verdict = "cannot tell"
    words = f"two one-sided t tests, each at {alpha:g}"
    return Equivalence(
        low, high, p_lower, p_upper, value - half, value + half, verdict, alpha, words
    )
