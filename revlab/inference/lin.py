"""Lin's regression estimator for trials that assign people or dyads one by one."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from revlab.errors import EstimateError, must, one_of
from revlab.inference.estimate import Contrast, Estimate
from revlab.inference.regression import cluster_robust, hc2

__all__ = ["lin"]


def lin(
    frame: pd.DataFrame,
    contrast: Contrast,
    *,
    covariates: Sequence[str] = ("pre",),
    outcome: str = "post",
    cluster: str | None = None,
    conf_level: float = 0.95,
) -> Estimate:
    """Estimate an average effect by regression on the arm, covariates and their products.

    The covariates are centred, so the arm's coefficient is the average effect. Adjusting so
    cannot hurt in large samples, whatever the true curve.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per unit that was assigned, with the column "arm", the outcome and the
        covariates (numbers); other arms are ignored, rows with a missing value left out and
        counted.
    contrast : Contrast
        Treatment and control arm.
    covariates : sequence of str
        Columns known before the start.
    outcome : str
        Column of the last score.
    cluster : str or None
        Column of the unit that was assigned if it holds several rows; for policies see
        `revlab.inference.estimators`.
    conf_level : float
        Level of the interval.

    Returns
    -------
    Estimate
        HC2 standard error and n - p degrees of freedom, or CR2 and Satterthwaite's.

    Raises
    ------
    EstimateError
        If a column is missing, an arm is unknown or has too few rows, or a covariate repeats
        others.

    References
    ----------
    Lin (2013), Annals of Applied Statistics 7; Samii & Aronow (2012), Statistics & Probability
    Letters 82, for HC2.

    Examples
    --------
    >>> frame = pd.DataFrame({"arm": ["new"] * 4 + ["old"] * 4, "pre": [1.0, 2, 3, 4] * 2,
    ...     "post": [3.0, 4, 6, 6, 2, 2, 4, 5]})
    >>> lin(frame, Contrast("new", "old"))
    new - old on post: 1.500 [95% CI 0.371, 2.629], lin, n = 8
    """
    wanted = ["arm", outcome, *covariates] + ([] if cluster is None else [cluster])
    absent = [name for name in wanted if name not in frame.columns]
    must(not absent, f"the frame lacks the columns {absent}.", EstimateError)
    arms = [str(name) for name in frame["arm"].dropna().unique()]
    for name in (contrast.treatment, contrast.control):
        one_of("arm", name, arms)
    both = frame.loc[frame["arm"].isin([contrast.treatment, contrast.control]), wanted]
    full = both.dropna()
    treated = (full["arm"] == contrast.treatment).to_numpy(dtype=float)
    fewest = len(covariates) + 2
    for name, count in (
        (contrast.treatment, int(treated.sum())),
        (contrast.control, int((1 - treated).sum())),
    ):
        must(
            count >= fewest,
            f"arm {name!r} has {count} complete rows; {len(covariates)} covariates need at least "
            f"{fewest}.",
            EstimateError,
        )
    centred = full[list(covariates)].to_numpy(dtype=float)
    centred = centred - centred.mean(axis=0)
    design = np.column_stack([np.ones(len(full)), treated, centred, centred * treated[:, None]])
    y = full[outcome].to_numpy(dtype=float)
    fit = hc2(design, y) if cluster is None else cluster_robust(design, y, cluster=full[cluster])
    lost = len(both) - len(full)
    return replace(
        fit.estimate(1, conf_level=conf_level),
        estimand=outcome,
        estimator="lin",
        contrast=repr(contrast),
        n_missing=lost,
        unit="points",
        convention=f"Lin's regression on arm, {', '.join(covariates)} and products; "
        f"{fit.convention}; complete rows only ({lost} left out)",
    )
