"""What an estimator says when a trial is of a kind in which it was measured to miss.

The rates are those of ``tests/inference/data/calibration.csv``, made by
``benchmarks/calibration.py``; `revlab.design.calibration.calibrate` makes them for any trial.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from revlab.inference.comparison import Comparison

__all__ = ["LIN_LEAST", "MEASURED", "NOTES", "few_in_one_arm", "uneven_pools", "warnings_of"]

LIN_LEAST = 4
"""Complete dyads per arm below which a slope in each arm is refused, not only warned about."""

_UNEVEN = 0.55
_SMALL_ARM = 5
_TIMES = 3


def uneven_pools(comparison: Comparison) -> str:
    """Return a warning if the sizes of pools vary by more than .55 of their mean, else "".

    CR2 errors and their degrees of freedom are exact for dyads that are not alike. The more
    uneven the pools and the more alike their dyads, the more false alarms there are.

    References
    ----------
    Imbens & Kolesar (2016), Review of Economics and Statistics 98(4), on this weakness.

    Examples
    --------
    >>> from revlab.inference.estimate import Contrast
    >>> pool = np.repeat(np.arange(4), [2, 2, 2, 12])
    >>> score = np.arange(18.0)
    >>> arms = np.array([True, True, False, False])
    >>> uneven_pools(Comparison(score, score, pool, arms, Contrast("new", "old")))[:41]
    'pools are of very uneven size (2 to 12 dy'
    """
    sizes = np.bincount(comparison.pool, minlength=comparison.n_pools)
    if float(sizes.std()) <= _UNEVEN * float(sizes.mean()):
        return ""
    return (
        f"pools are of very uneven size ({sizes.min()} to {sizes.max()} dyads): if the dyads of a "
        "pool are alike, there are up to 8 false alarms in 100 instead of 5; see whether "
        "pool_means agrees"
    )


def few_in_one_arm(comparison: Comparison) -> str:
    """Return a warning if one arm has fewer than 5 pools and a third of the other's, else "".

    Welch's interval then rests on a variance from a handful of pools; blocks have another.

    Examples
    --------
    >>> from revlab.inference.estimate import Contrast
    >>> arms = np.array([True, True, *[False] * 8])
    >>> score = np.arange(10.0)
    >>> few_in_one_arm(Comparison(score, score, np.arange(10), arms, Contrast("new", "old")))[:32]
    'one arm has only 2 of the 10 poo'
    """
    treated = int(comparison.pool_treated.sum())
    small = min(treated, comparison.n_pools - treated)
    balanced = comparison.n_pools - small < _TIMES * small
    if small >= _SMALL_ARM or balanced or comparison.block is not None:
        return ""
    return (
        f"one arm has only {small} of the {comparison.n_pools} pools: there are 6 to 12 false "
        "alarms in 100 instead of 5; see whether the randomisation test agrees"
    )


NOTES: Mapping[str, tuple[Callable[[Comparison], str], ...]] = MappingProxyType(
    {
        "pool_means": (few_in_one_arm,),
        "ancova_cr2": (uneven_pools,),
        "change_cr2": (uneven_pools,),
        "lin_cr2": (uneven_pools,),
        "superiority": (uneven_pools,),
    }
)
"""Name in ``ESTIMATORS`` to the warnings that it may need."""


def warnings_of(estimator: str, comparison: Comparison) -> str:
    """Return the warnings of an estimator for these pools, "" if none was measured.

    Parameters
    ----------
    estimator : str
        A name in ``ESTIMATORS``.
    comparison : Comparison
        The two arms.

    Examples
    --------
    >>> from revlab.inference.estimate import Contrast
    >>> arms = np.array([True, True, False, False])
    >>> even = Comparison(np.zeros(4), np.zeros(4), np.arange(4), arms, Contrast("new", "old"))
    >>> warnings_of("ancova_cr2", even)
    ''
    """
    found = (rule(comparison) for rule in NOTES.get(estimator, ()))
    return "; ".join(words for words in found if words)


MEASURED: Mapping[str, str] = MappingProxyType(
    {
        "ancova_cr2": (
            "Measured: false alarms 2.8 to 6.2 in 100 over 8 to 40 pools of 2 to 9 dyads, 5.9 "
            "to 7.3 with very uneven pools, 1.0 to 2.3 with 2 or 3 of 12 or 20 treated, 4.7 "
            "to 6.2 in 2 to 6 blocks. Most come from uneven pools whose dyads are alike; the "
            "note of the estimate warns."
        ),
        "change_cr2": (
            "Measured: false alarms 3.3 to 6.0 in 100 over 8 to 40 pools of 2 to 9 dyads, 5.8 "
            "to 6.8 with very uneven pools, 0.7 to 2.4 with 2 or 3 of 12 or 20 treated, 4.5 "
            "to 5.1 in 2 to 6 blocks. Most come from uneven pools whose dyads are alike; the "
            "note of the estimate warns."
        ),
        "lin_cr2": (
            "Measured: false alarms 3.0 to 6.5 in 100 over 8 to 40 pools of 2 to 9 dyads, 5.9 "
            "to 7.3 with very uneven pools, 1.3 to 2.0 with 2 or 3 of 12 or 20 treated, 5.1 "
            "to 6.2 in 2 to 6 blocks. Most come from uneven pools whose dyads are alike; the "
            "note of the estimate warns. It refuses fewer than 4 dyads in an arm."
        ),
        "mixed_pools": (
            "Measured: false alarms 3.3 to 6.2 in 100 over 8 to 40 pools of 2 to 9 dyads, 2.9 "
            "to 4.5 with very uneven pools, 4.5 with 2 or 3 of 12 or 20 treated, 1.3 to 5.2 "
            "in 2 to 6 blocks. Of trials with 8 small pools it refuses up to 35 in 100, with "
            "dyads as unlike as can be."
        ),
        "pool_means": (
            "Measured: false alarms 3.6 to 5.8 in 100 over 8 to 40 pools of 2 to 9 dyads, 4.1 "
            "to 4.5 with very uneven pools, 6.3 to 9.6 with 2 or 3 of 12 or 20 treated, 4.7 "
            "to 5.5 in 2 to 6 blocks. The note of the estimate warns where one arm has few "
            "pools and the other many."
        ),
        "randomisation": (
            "Measured: false alarms 1.6 to 5.9 in 100 over 8 to 40 pools of 2 to 9 dyads, 3.0 "
            "to 4.5 with very uneven pools, 4.9 to 5.1 with 2 or 3 of 12 or 20 treated, 0.0 "
            "to 5.1 in 2 to 6 blocks. Few assignments make it cautious."
        ),
        "randomisation_adjusted": (
            "Measured: false alarms 2.1 to 6.2 in 100 over 8 to 40 pools of 2 to 9 dyads, 3.5 "
            "to 4.6 with very uneven pools, 4.2 to 4.7 with 2 or 3 of 12 or 20 treated, 0.0 "
            "to 5.7 in 2 to 6 blocks. Few assignments make it cautious."
        ),
        "superiority": (
            "Measured: false alarms 0.0 to 4.9 in 100 over 8 to 40 pools of 2 to 9 dyads, 5.1 "
            "with very uneven pools, 0.2 to 1.7 with 2 or 3 of 12 or 20 treated, 0.3 to 2.6 "
            "in 2 to 6 blocks. Where it is cautious its intervals are wider than need be, "
            "most of all in small blocks."
        ),
    }
)
"""Name in ``ESTIMATORS`` to what was measured of it, in words; 5 false alarms are promised."""
