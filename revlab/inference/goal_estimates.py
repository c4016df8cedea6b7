"""What pools say of goals: mean attainment, how arms differ, and who can say their goals."""

from dataclasses import replace
from math import nan

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.errors import EstimateError, must
from revlab.inference.comparison import read_comparison
from revlab.inference.cores import change_core
from revlab.inference.estimate import Contrast, Estimate
from revlab.inference.goal_scores import LIKENESS
from revlab.inference.regression import cluster_robust

__all__ = ["goal_contrast", "goal_mean", "goals_stated"]

Floats = NDArray[np.float64]
_STATED = ("stated_by_mentor", "stated_by_mentee")
_UNIT = "T-score points"


def _over_pools(values: Floats, pools: pd.Series, conf_level: float) -> tuple[Estimate, str]:
    there = ~np.isnan(values)
    must(int(there.sum()) >= 2, "fewer than two dyads have a value; two are needed.",
         EstimateError)  # fmt: skip
    labels = pools.astype(str).to_numpy()[there]
    several = len(set(labels)) >= 2
    unit = labels if several else np.arange(len(labels))
    fit = cluster_robust(np.ones((len(labels), 1)), values[there], cluster=unit)
    plain = replace(
        fit.estimate(0, conf_level=conf_level),
        statistic=nan,
        p_value=nan,
        n_missing=int((~there).sum()),
        n_clusters=fit.n_clusters if several else 0,
    )
    return plain, "pools" if several else "dyads, as there is one pool"


def goal_mean(scores: pd.DataFrame, *, conf_level: float = 0.95) -> Estimate:
    """Return the mean T-score over dyads; 50 is as expected.

    Parameters
    ----------
    scores : pandas.DataFrame
        One row per dyad: pool_id, score (NaN = not judged).
    conf_level : float
        Level of the interval.

    Returns
    -------
    Estimate
        CR2 over pools, or over dyads if there is one pool; without a test.

    Raises
    ------
    EstimateError
        With fewer than two scores, or if they do not vary.

    Examples
    --------
    >>> round(goal_mean(pd.DataFrame({"pool_id": [1, 2, 3], "score": [50.0, 60, 55]})).estimate, 6)
    55.0
    """
    values = scores["score"].to_numpy(dtype=float)
    plain, words = _over_pools(values, scores["pool_id"], conf_level)
    return replace(
        plain,
        estimand="mean goal attainment",
        estimator="goal_mean",
        unit=_UNIT,
        convention=f"goal attainment T-score of each dyad (Kiresuk and Sherman, likeness "
        f"{LIKENESS:g}), CR2 standard error over {words}, Satterthwaite t; 50 is as expected",
    )


def goals_stated(rows: pd.DataFrame, *, conf_level: float = 0.95) -> Estimate:
    """Return the share of their dyad's goals that people can say when asked.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row per goal: dyad_id, pool_id, stated_by_mentor, stated_by_mentee (missing = not
        asked).
    conf_level : float
        Level of the interval.

    Returns
    -------
    Estimate
        Mean over dyads of the share over goals and sides that were asked.

    Raises
    ------
    EstimateError
        With fewer than two dyads that were asked, or if all can say the same share.

    Examples
    --------
    >>> rows = pd.DataFrame({"dyad_id": list("aabb"), "pool_id": [1, 1, 2, 2],
    ...     "stated_by_mentor": True, "stated_by_mentee": [True, False, False, False]})
    >>> round(goals_stated(rows).estimate, 6)
    0.625
    """
    sides = [rows[name].astype("boolean").astype("Float64") for name in _STATED]
    both = np.column_stack([side.to_numpy(dtype=float, na_value=nan) for side in sides])
    asked = ~np.isnan(both)
    said = pd.DataFrame(
        {"said": np.where(asked, both, 0.0).sum(axis=1), "asked": asked.sum(axis=1)}
    ).assign(dyad_id=rows["dyad_id"].to_numpy(), pool_id=rows["pool_id"].to_numpy())
    dyads = said.groupby("dyad_id", sort=False).agg(
        said=("said", "sum"), asked=("asked", "sum"), pool_id=("pool_id", "first")
    )
    with np.errstate(invalid="ignore"):
        shares = dyads["said"].to_numpy(dtype=float) / dyads["asked"].to_numpy(dtype=float)
    plain, words = _over_pools(shares, dyads["pool_id"], conf_level)
    return replace(
        plain,
        estimand="share of goals that people can say",
        estimator="goals_stated",
        conf_low=max(0.0, plain.conf_low),
        conf_high=min(1.0, plain.conf_high),
        unit="share",
        convention=f"mean over dyads of goals said / goals asked, both sides together, CR2 "
        f"standard error over {words}, Satterthwaite t, interval cut at 0 and 1",
    )


def goal_contrast(
    scores: pd.DataFrame, contrast: Contrast, *, conf_level: float = 0.95
) -> Estimate:
    """Compare the goal attainment of two arms, with pools as the units.

    Parameters
    ----------
    scores : pandas.DataFrame
        One row per dyad: dyad_id, pool_id, arm, score, and block if there are blocks.
    contrast : Contrast
        Treatment and control arm.
    conf_level : float
        Level of the interval.

    Returns
    -------
    Estimate
        Difference of mean T-scores; CR2 over pools, Satterthwaite df.

    Raises
    ------
    EstimateError
        As `revlab.inference.comparison.read_comparison`.

    Examples
    --------
    >>> scores = pd.DataFrame({"dyad_id": range(4), "pool_id": range(4),
    ...     "arm": ["new", "new", "old", "old"], "score": [60.0, 50.0, 45.0, 47.0]})
    >>> round(goal_contrast(scores, Contrast("new", "old")).estimate, 6)
    9.0
    """
    columns = ["dyad_id", "pool_id", "arm", *(["block"] if "block" in scores else [])]
    comparison = read_comparison(
        scores[columns].assign(pre=0.0, post=scores["score"].astype(float)), contrast
    )
    plain = change_core(comparison, conf_level)
    return replace(
        plain,
        estimand="goal attainment",
        estimator="goal_contrast",
        unit=_UNIT,
        convention=plain.convention.replace("post - pre", "goal attainment T-score"),
    )
