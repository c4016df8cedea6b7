"""Bounds for the dyads of a target policy that a pilot could never have made."""

from dataclasses import dataclass

from scipy.optimize import brentq
from scipy.special import stdtr, stdtrit

from revlab.errors import EstimateError, must
from revlab.inference.estimate import Estimate
from revlab.inference.overlap import Overlap

__all__ = ["PolicyBounds", "check_scale", "whole_policy", "worst_case_bounds"]

_LOOSE = 1e-9


@dataclass(frozen=True)
class PolicyBounds:
    """Where the mean outcome under the whole target policy can lie.

    Parameters
    ----------
    rule : str
        What is assumed of the dyads that were never made.
    low, high : float
        Bounds of the mean.
    conf_low, conf_high : float
        Interval for the mean itself (Imbens & Manski 2004).
    share_bounded : float
        Share of the policy that rests on the rule instead of on answers.
    misfit : float
        Mean change of the answers that makes them agree with the rule, in points; 0 if they
        do. A large one speaks against the rule.
    """

    rule: str
    low: float
    high: float
    conf_low: float
    conf_high: float
    share_bounded: float
    misfit: float = 0.0


def worst_case_bounds(value: Estimate, known: Overlap, *, low: float, high: float) -> PolicyBounds:
    """Bound the policy's mean by the ends of the scale where nothing was seen.

    Parameters
    ----------
    value : Estimate
        From `revlab.inference.counterfactual.policy_value`.
    known : Overlap
        The overlap behind it.
    low, high : float
        Ends of the scale.

    Raises
    ------
    EstimateError
        If an answer lies outside the scale.

    References
    ----------
    Manski (1990), American Economic Review 80.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> cells = pd.DataFrame({"mentee_id": list("aabb"), "mentor_id": list("xyxy")})
    >>> from revlab.inference.counterfactual import policy_value
    >>> from revlab.inference.overlap import chances, overlap
    >>> logged = cells.iloc[:3].assign(probability=[0.5, 0.5, 1.0])
    >>> both = chances(logged, cells.assign(probability=[0.5, 0.5, 0.5, 0.5]))
    >>> known = overlap(both, cells.iloc[[0, 2]].assign(outcome=[4.0, 2.0]))
    >>> draws = np.tile([[True, False, True], [False, True, True]], (100, 1))
    >>> value = policy_value(known, draws, seed=1)
    >>> found = worst_case_bounds(value, known, low=1, high=5)
    >>> round(found.low, 2), round(found.high, 2), found.share_bounded
    (2.75, 3.75, 0.25)
    """
    check_scale(known, low, high)
    return whole_policy("anything on the scale", value, known, ends=(low, high))


def check_scale(known: Overlap, low: float, high: float) -> None:
    """Refuse ends of a scale that the answers exceed.

    Raises
    ------
    EstimateError
        If an answer lies outside or the ends are the wrong way round.
    """
    y = known.seen["outcome"].dropna()
    inside = low < high and bool(((y >= low - _LOOSE) & (y <= high + _LOOSE)).all())
    must(
        inside,
        f"the answers run from {y.min():g} to {y.max():g}, which is not within the scale {low:g} "
        f"to {high:g}; give the ends of the scale on which they were given.",
        EstimateError,
    )


def whole_policy(
    rule: str,
    value: Estimate,
    known: Overlap,
    *,
    ends: tuple[float, float],
    misfit: float = 0.0,
) -> PolicyBounds:
    """Put what was estimated and what is bounded together, with an interval for the mean.

    Parameters
    ----------
    rule : str
        What is assumed of the dyads that were never made.
    value, known
        As for `worst_case_bounds`.
    ends : tuple of float
        Bounds of the mean over the dyads that were never made.
    misfit : float
        As for `PolicyBounds`.
    """
    share = known.share
    low, high = (share * value.estimate + (1 - share) * end for end in ends)
    error, df, level = share * value.std_error, value.df, value.conf_level
    shift = (high - low) / error
    two_sided = float(stdtrit(df, (1 + level) / 2))
    reach = float(
        brentq(lambda c: stdtr(df, c + shift) - stdtr(df, -c) - level, 0.0, two_sided + 1e-9)
    )
    return PolicyBounds(
        rule, low, high, low - reach * error, high + reach * error, 1 - share, misfit
    )
