"""`ESTIMATORS`: the rules that turn one row per dyad into the effect of a policy on pools.

How often each errs, and where, was measured: `revlab.inference.small_sample_notes.MEASURED`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

import pandas as pd

from revlab.inference.comparison import read_comparison
from revlab.inference.cores import ancova_core, change_core, lin_core, pool_means_core
from revlab.inference.estimate import Contrast, Estimate
from revlab.inference.pool_models import mixed_pools_core, superiority_core
from revlab.inference.randomisation import randomisation_test

__all__ = [
    "ESTIMATORS",
    "NEED_PRE",
    "POINT_ESTIMATORS",
    "Estimator",
    "ancova_cr2",
    "change_cr2",
    "lin_cr2",
    "mixed_pools",
    "pool_means",
    "superiority",
]


class Estimator(Protocol):
    """A rule: a frame of dyads and a contrast in, an `Estimate` out."""

    def __call__(
        self, frame: pd.DataFrame, contrast: Contrast, *, conf_level: float = 0.95
    ) -> Estimate:
        """Estimate the contrast from columns dyad_id, pool_id, arm, pre and post."""


def pool_means(frame: pd.DataFrame, contrast: Contrast, *, conf_level: float = 0.95) -> Estimate:
    """Compare the pool means of change between arms by Welch's t with Satterthwaite df.

    Every pool counts the same, whatever its size; pools are the units. With blocks the
    difference is taken within blocks and weighted by ``treated x untreated / all`` pools of the
    block, which is least squares with a fixed effect per block: the most precise weights if pools
    vary alike, those of block size if all blocks have one share of treated pools, and none for a
    block with one arm. Its HC2 standard error is Welch's for one block and that of the paired t
    test for pairs of pools; the degrees of freedom are then those of Bell and McCaffrey.

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
    Welch (1947), Biometrika 34; Donner & Klar (2000) on cluster-level analysis; Imbens & Rubin
    (2015), Causal Inference, section 9.6, on the weights of blocks; Bell & McCaffrey (2002).

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


def lin_cr2(frame: pd.DataFrame, contrast: Contrast, *, conf_level: float = 0.95) -> Estimate:
    """Compare arms on post with a slope of pre in each arm, by CR2 errors over pools.

    Parameters, returns and errors are those of `ancova_cr2`; the effect is the mean over all
    dyads, and adjusting so cannot hurt in large samples. Blocks have one fixed effect each.

    References
    ----------
    Lin (2013), Annals of Applied Statistics 7; Su & Ding (2021), Journal of the Royal Statistical
    Society B 83, for clusters.

    Examples
    --------
    >>> frame = pd.DataFrame({"dyad_id": range(8), "pool_id": [0, 0, 1, 1, 2, 2, 3, 3],
    ...     "arm": ["new"] * 4 + ["old"] * 4, "pre": [1.0, 2, 3, 4] * 2,
    ...     "post": [3.0, 4, 6, 6, 2, 2, 4, 5]})
    >>> round(lin_cr2(frame, Contrast("new", "old")).estimate, 6)
    1.5
    """
    return lin_core(read_comparison(frame, contrast), conf_level)


def mixed_pools(frame: pd.DataFrame, contrast: Contrast, *, conf_level: float = 0.95) -> Estimate:
    """Compare arms on post given pre by a mixed model with equally correlated dyads in a pool.

    Parameters, returns and errors are those of `ancova_cr2`. The correlation may be negative, as
    when the dyads of a pool share what there is to gain; errors rest on the model.

    References
    ----------
    Kenny, Kashy & Cook (2006), Dyadic Data Analysis; Giesbrecht & Burns (1985), Biometrics 41.

    Examples
    --------
    >>> frame = pd.DataFrame({"dyad_id": range(8), "pool_id": [0, 0, 1, 1, 2, 2, 3, 3],
    ...     "arm": ["new"] * 4 + ["old"] * 4, "pre": [1.0, 2, 3, 4] * 2,
    ...     "post": [3.0, 4, 6, 7, 2, 2, 4, 5]})
    >>> round(mixed_pools(frame, Contrast("new", "old")).estimate, 3)
    1.75
    """
    return mixed_pools_core(read_comparison(frame, contrast), conf_level)


def superiority(frame: pd.DataFrame, contrast: Contrast, *, conf_level: float = 0.95) -> Estimate:
    """Estimate how often a dyad of the treatment arm changed more than one of the control arm.

    Parameters and errors are those of `ancova_cr2`.

    Returns
    -------
    Estimate
        A share, .5 if the arms do not differ; ties count half. The interval is Student's on the
        log-odds scale, the error CR2 over pools. With blocks only dyads of one block are
        compared, weighted by treated times untreated dyads over all dyads of the block.

    Raises
    ------
    EstimateError
        Also if one arm changed wholly more than the other.

    References
    ----------
    Brunner & Munzel (2000), Biometrical Journal 42; Obuchowski (1997), Biometrics 53.

    Examples
    --------
    >>> frame = pd.DataFrame({"dyad_id": range(4), "pool_id": range(4), "pre": [0.0] * 4,
    ...     "arm": ["new", "new", "old", "old"], "post": [4.0, 2.0, 1.0, 3.0]})
    >>> superiority(frame, Contrast("new", "old")).estimate
    0.75
    """
    return superiority_core(read_comparison(frame, contrast), conf_level)


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
        "lin_cr2": lin_cr2,
        "mixed_pools": mixed_pools,
        "randomisation": _randomisation,
        "randomisation_adjusted": _randomisation_adjusted,
        "superiority": superiority,
    }
)
"""Name to estimator; each takes ``(frame, contrast, *, conf_level=0.95)``."""

POINT_ESTIMATORS = tuple(name for name in ESTIMATORS if name != "superiority")
"""Those in points of the scale with 0 as no difference; "superiority" is a share, against .5."""

NEED_PRE = ("ancova_cr2", "lin_cr2", "mixed_pools", "randomisation_adjusted")
"""Those that adjust for the first score and refuse a scale without one."""
