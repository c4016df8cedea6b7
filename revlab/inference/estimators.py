"""`ESTIMATORS`: the rules that turn one row per dyad into the effect of a policy on pools."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

import pandas as pd

from revlab.inference.comparison import read_comparison
from revlab.inference.cores import ancova_core, change_core, pool_means_core
from revlab.inference.estimate import Contrast, Estimate
from revlab.inference.randomisation import randomisation_test

__all__ = ["ESTIMATORS", "Estimator", "ancova_cr2", "change_cr2", "pool_means"]


class Estimator(Protocol):
    """A rule: a frame of dyads and a contrast in, an `Estimate` out."""

    def __call__(
        self, frame: pd.DataFrame, contrast: Contrast, *, conf_level: float = 0.95
    ) -> Estimate:
        """Estimate the contrast from columns dyad_id, pool_id, arm, pre and post."""


def pool_means(frame: pd.DataFrame, contrast: Contrast, *, conf_level: float = 0.95) -> Estimate:
    """Compare the pool means of change between arms by Welch's t with Satterthwaite df.

    Every pool counts the same, whatever its size; pools are the units.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per dyad: dyad_id, pool_id, arm, pre, post (NaN = missing).
    contrast : Contrast
        Treatment and control arm.
    conf_level : float
        Level of the interval.

    Returns
    -------
    Estimate
        In points; ``n`` counts dyads, ``n_clusters`` pools.

    Raises
    ------
    EstimateError
        With fewer than two pools per arm, or if pool means do not vary.

    References
    ----------
    Welch (1947), Biometrika 34; Donner & Klar (2000) on cluster-level analysis.

    Examples
    --------
    >>> frame = pd.DataFrame({"dyad_id": range(4), "pool_id": range(4), "pre": [0.0] * 4,
    ...     "arm": ["new", "new", "old", "old"], "post": [4.0, 6.0, 1.0, 3.0]})
    >>> pool_means(frame, Contrast("new", "old"))
    new - old on mean change of pools: 3.000 [95% CI -3.085, 9.085], pool_means, n = 4
    """
    return pool_means_core(read_comparison(frame, contrast), conf_level)


def ancova_cr2(frame: pd.DataFrame, contrast: Contrast, *, conf_level: float = 0.95) -> Estimate:
    """Compare arms on post given pre, with CR2 errors over pools and Satterthwaite df.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per dyad: dyad_id, pool_id, arm, pre, post (NaN = missing).
    contrast : Contrast
        Treatment and control arm.
    conf_level : float
        Level of the interval.

    Returns
    -------
    Estimate
        In points; every dyad counts the same. Pre is centred at its mean.

    Raises
    ------
    EstimateError
        With fewer than two pools per arm, too few dyads, or a pre score that does not vary.

    References
    ----------
    Pustejovsky & Tipton (2018), Journal of Business & Economic Statistics 36(4).

    Examples
    --------
    >>> frame = pd.DataFrame({"dyad_id": range(6), "pool_id": [0, 0, 1, 2, 3, 3],
    ...     "arm": ["new"] * 3 + ["old"] * 3, "pre": [1.0, 2, 3, 1, 2, 3],
    ...     "post": [3.0, 4, 4, 1, 2, 4]})
    >>> ancova_cr2(frame, Contrast("new", "old"))
    new - old on post at equal pre: 1.333 [95% CI -3.834, 6.501], ancova_cr2, n = 6
    """
    return ancova_core(read_comparison(frame, contrast), conf_level)


def change_cr2(frame: pd.DataFrame, contrast: Contrast, *, conf_level: float = 0.95) -> Estimate:
    """Compare arms on post minus pre, with CR2 errors over pools and Satterthwaite df.

    Parameters, returns and errors are those of `ancova_cr2`; the slope of pre is held at one.

    Examples
    --------
    >>> frame = pd.DataFrame({"dyad_id": range(4), "pool_id": range(4), "pre": [0.0] * 4,
    ...     "arm": ["new", "new", "old", "old"], "post": [4.0, 6.0, 1.0, 3.0]})
    >>> round(change_cr2(frame, Contrast("new", "old")).df, 6)
    2.0
    """
    return change_core(read_comparison(frame, contrast), conf_level)


def _randomisation(
    frame: pd.DataFrame, contrast: Contrast, *, conf_level: float = 0.95
) -> Estimate:
    return randomisation_test(frame, contrast, conf_level=conf_level)


def _randomisation_adjusted(
    frame: pd.DataFrame, contrast: Contrast, *, conf_level: float = 0.95
) -> Estimate:
    return randomisation_test(frame, contrast, statistic="adjusted", conf_level=conf_level)


ESTIMATORS: Mapping[str, Estimator] = MappingProxyType(
    {
        "pool_means": pool_means,
        "ancova_cr2": ancova_cr2,
        "change_cr2": change_cr2,
        "randomisation": _randomisation,
        "randomisation_adjusted": _randomisation_adjusted,
    }
)
"""Name to estimator; each takes ``(frame, contrast, *, conf_level=0.95)``."""
