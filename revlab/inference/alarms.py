"""Alarms for indicators that are watched week after week: how often they ring for nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import binom

from revlab.errors import EstimateError, must, one_of

__all__ = ["KEEPS", "SIDES", "AlarmRule", "alarm_rule", "chance_of_alarm"]

Counts = npt.NDArray[np.int64]

SIDES = ("low", "high")
"""Too few is bad (sessions held), or too many is (dyads that ended)."""

KEEPS = ("all looks", "each look")
"""What the chance of a false alarm is kept for: all looks together, or each by itself."""

_HALVINGS = 50


@dataclass(frozen=True, eq=False)
class AlarmRule:
    """When an indicator rings, and how often it would ring for nothing.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per look: ``look, due`` (all that came due up to then), ``limit`` (ring if so
        many, or fewer, are counted; or more, if too many is bad; missing if nothing can ring
        yet), ``share`` (limit over due), ``rung`` (chance of a false alarm up to and with this
        look).
    expected : float
        The share that holds if all is well.
    side : {"low", "high"}
        What is bad.
    convention : str
        How the limits were found.
    """

    table: pd.DataFrame
    expected: float
    side: str
    convention: str

    def __repr__(self) -> str:
        return (
            f"Alarm at {len(self.table)} looks if a share is too {self.side} for "
            f"{self.expected:g}: false alarm with chance {self.false_alarm:.3f}"
        )

    @property
    def false_alarm(self) -> float:
        """Chance that it rings at some look although all is well."""
        return float(self.table["rung"].iloc[-1])


def alarm_rule(
    due: Sequence[int],
    expected: float,
    *,
    alpha: float = 0.05,
    side: str = "low",
    keeps: str = "all looks",
) -> AlarmRule:
    """Return limits for a share that is looked at again and again as units come in.

    At each look the count so far rings if, were all well, so few (or so many) had at most the
    same small chance; this chance is the largest with which all looks together ring for nothing
    with at most ``alpha``.

    Parameters
    ----------
    due : sequence of int
        Units that came due since the last look, such as sessions planned in each week.
    expected : float
        The share that holds if all is well, between 0 and 1.
    alpha : float
        Chance of a false alarm.
    side : {"low", "high"}
        Whether too few or too many is bad.
    keeps : {"all looks", "each look"}
        What ``alpha`` is kept for. With "each look" the rule shows what uncorrected looks do.

    Returns
    -------
    AlarmRule

    Raises
    ------
    OptionError
        If there is no such side or nothing such to keep.
    EstimateError
        If nothing comes due at a look, or ``expected`` or ``alpha`` is not between 0 and 1.

    Notes
    -----
    Units are taken to be independent. The sessions of one dyad are not: who skipped one skips the
    next more often, and then there are more false alarms than stated. Watch one count per dyad,
    such as dyads that met this month, or check the rule on simulated pilots.

    References
    ----------
    Armitage, McPherson & Rowe (1969), Journal of the Royal Statistical Society A 132:235-244.

    Examples
    --------
    >>> alarm_rule([24] * 6, 0.7, keeps="each look")
    Alarm at 6 looks if a share is too low for 0.7: false alarm with chance 0.113
    >>> alarm_rule([24] * 6, 0.7)
    Alarm at 6 looks if a share is too low for 0.7: false alarm with chance 0.048
    """
    one_of("side", side, SIDES)
    one_of("keeps", keeps, KEEPS)
    new = _due(due)
    for name, share in (("expected", expected), ("alpha", alpha)):
        message = f"`{name}` must lie between 0 and 1; got {share:g}."
        must(0 < share < 1, message, EstimateError)
    bad = expected if side == "low" else 1 - expected
    least = alpha if keeps == "each look" else _largest(new, bad, alpha)
    limits = _limits(new, bad, least)
    total = new.cumsum()
    shown = pd.Series(limits if side == "low" else total - limits, dtype="Int64")
    shown = shown.mask(pd.Series(limits < 0))
    table = pd.DataFrame(
        {
            "look": np.arange(1, new.size + 1),
            "due": total,
            "limit": shown,
            "share": shown.astype("Float64") / total,
            "rung": _rings(new, limits, bad).cumsum(),
        }
    )
    convention = (
        f"exact binomial tail of at most {least:.4f} at each look, so that {keeps} "
        f"ring{'s' if keeps == 'each look' else ''} for nothing with at most {alpha:g}; units "
        "independent"
    )
    return AlarmRule(table, expected, side, convention)


def chance_of_alarm(due: Sequence[int], rule: AlarmRule, *, rate: float) -> pd.DataFrame:
    """Return how likely a rule rings by each look if the true share is ``rate``.

    Parameters
    ----------
    due : sequence of int
        As given to `alarm_rule`.
    rule : AlarmRule
        The limits.
    rate : float
        True share, the same all along.

    Returns
    -------
    pandas.DataFrame
        ``look, first`` (chance to ring here for the first time), ``rung`` (by then).

    Raises
    ------
    EstimateError
        If the rule is for other looks or ``rate`` is not a share.

    Examples
    --------
    >>> weeks = [24] * 6
    >>> seen = chance_of_alarm(weeks, alarm_rule(weeks, 0.7), rate=0.5)
    >>> print(seen["rung"].round(2).tolist())
    [0.42, 0.78, 0.92, 0.98, 0.99, 1.0]
    """
    new = _due(due)
    must(
        new.cumsum().tolist() == rule.table["due"].tolist(),
        "`due` must hold the numbers that the rule was made for.",
        EstimateError,
    )
    must(0 <= rate <= 1, f"`rate` must be a share, 0 to 1; got {rate:g}.", EstimateError)
    low = rule.side == "low"
    limits = rule.table["limit"].to_numpy(dtype=np.float64, na_value=np.nan)
    limits = np.where(np.isnan(limits), -1, limits if low else new.cumsum() - limits)
    first = _rings(new, limits.astype(np.int64), rate if low else 1 - rate)
    look = np.arange(1, new.size + 1)
    return pd.DataFrame({"look": look, "first": first, "rung": first.cumsum()})


def _due(due: Sequence[int]) -> Counts:
    new = np.asarray(due, dtype=np.float64)
    must(
        new.ndim == 1 and new.size > 0 and bool(((new >= 1) & (new == np.round(new))).all()),
        f"`due` must hold whole numbers of at least 1, one for each look; got {list(due)}.",
        EstimateError,
    )
    return new.astype(np.int64)


def _limits(new: Counts, share: float, least: float) -> Counts:
    """Return the largest count with a tail of at most ``least``, -1 if even none is likelier."""
    total = new.cumsum()
    found = binom.ppf(least, total, share).astype(np.int64)
    found -= binom.cdf(found, total, share) > least
    return np.asarray(found)


def _rings(new: Counts, limits: Counts, share: float) -> npt.NDArray[np.float64]:
    """Return the chance that the running count is first at or below its limit, by look."""
    counts, first = np.ones(1), []
    for size, limit in zip(new, limits, strict=True):
        counts = np.convolve(counts, binom.pmf(np.arange(size + 1), size, share))
        first.append(counts[: limit + 1].sum())
        counts[: limit + 1] = 0.0
    return np.array(first)


def _largest(new: Counts, share: float, alpha: float) -> float:
    """Return the largest tail at each look with which all looks together keep ``alpha``."""
    low, high = alpha / new.size, alpha
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        kept = _rings(new, _limits(new, share, middle), share).sum() <= alpha
        low, high = (middle, high) if kept else (low, middle)
    return low
