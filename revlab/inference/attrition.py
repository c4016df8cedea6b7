"""What missing answers could do to a difference: weights and the tipping point."""

import warnings
from dataclasses import replace
from math import nan

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from revlab.errors import EstimateError, must
from revlab.inference.columns import independent, marks
from revlab.inference.estimate import Estimate, check_conf_level, t_estimate
from revlab.inference.two_sample import mean_difference

__all__ = ["answers_by_arm", "tipping_point", "weighted_difference"]

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]


def answers_by_arm(outcome: ArrayLike, treated: ArrayLike) -> tuple[Floats, Marks, Marks]:
    """Return the outcome, who is treated and who answered, after checking them.

    Raises
    ------
    EstimateError
        If columns do not fit, an arm is not known or has fewer than two answers.

    Examples
    --------
    >>> answers_by_arm([1.0, 2, 3, np.nan, 5], [1, 1, 0, 0, 0])[2].tolist()
    [True, True, True, False, True]
    """
    y, arm = np.asarray(outcome, dtype=float), marks(treated, "treated")
    must(y.ndim == 1 and y.shape == arm.shape, "`treated` needs one value per row.", EstimateError)
    seen = np.isfinite(y)
    for name, rows in (("treatment", arm), ("control", ~arm)):
        n = int((seen & rows).sum())
        must(n >= 2, f"the {name} arm needs two answers; there are {n}.", EstimateError)
    return y, arm, seen


def weighted_difference(
    outcome: ArrayLike,
    treated: ArrayLike,
    *,
    predictors: ArrayLike,
    conf_level: float = 0.95,
) -> Estimate:
    """Compare arms with answers weighted by how unlikely they were to be given.

    Parameters
    ----------
    outcome : array of shape (n,)
        NaN is a missing answer.
    treated : array of bool, shape (n,)
        The arm.
    predictors : array of shape (n, p)
        What is known of everybody and may go with answering; no column of ones, no NaN.
    conf_level : float
        Level of the interval.

    Returns
    -------
    Estimate
        Difference of weighted (Hájek) means. Its standard error takes the weights as known,
        which is cautious: estimated weights vary less.

    Raises
    ------
    EstimateError
        If everybody answered, a predictor repeats others or the arm, or one tells exactly who
        answered.

    Notes
    -----
    Measured (1,000 made-up trials each, 60 or 120 people, 20% or 40% lost, selection that
    differs between arms and is known): false alarms in 2% to 4%, coverage 96% to 98%, where
    plain means gave false alarms in 13% to 49%. If what goes with answering works the other way
    round in the other arm, add its product with the arm to the predictors.

    References
    ----------
    Seaman & White (2013), Statistical Methods in Medical Research 22.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x, arm = rng.normal(size=80), np.arange(80) % 2 == 0
    >>> y = np.where(rng.random(80) < 0.8, x + arm, np.nan)
    >>> weighted_difference(y, arm, predictors=x[:, None]).n_missing
    11
    """
    check_conf_level(conf_level)
    y, arm, seen = answers_by_arm(outcome, treated)
    x = np.asarray(predictors, dtype=float)
    must(
        x.ndim == 2 and len(x) == len(y) and bool(np.isfinite(x).all()),
        "`predictors` must hold a finite number for everybody, also for those without an answer.",
        EstimateError,
    )
    must(not seen.all(), "nobody's answer is missing; no weights are needed.", EstimateError)
    design = np.column_stack([np.ones(len(y)), arm, x]).astype(float)
    independent(design)
    chance = _chance_to_answer(seen, design)
    means, variance = [], 0.0
    for rows in (seen & arm, seen & ~arm):
        w = 1 / chance[rows]
        mean = float(np.average(y[rows], weights=w))
        means.append(mean)
        k = int(rows.sum())
        variance += float(((w * (y[rows] - mean)) ** 2).sum() / w.sum() ** 2 * k / (k - 1))
    n = int(seen.sum())
    plain = t_estimate(
        means[0] - means[1], float(np.sqrt(variance)), df=n - 2, conf_level=conf_level
    )
    return replace(
        plain,
        estimand="difference in means",
        estimator="weighted_difference",
        contrast="treatment - control",
        n=n,
        n_missing=int((~seen).sum()),
        convention="inverse-probability weights from a logistic model of answering, Hájek means, "
        "linearised standard error with known weights, t with n - 2 degrees of freedom",
    )


def _chance_to_answer(seen: Marks, design: Floats) -> Floats:
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

    with warnings.catch_warnings():
        # The sentence below says it better.
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        fit = GLM(seen.astype(float), design, family=Binomial()).fit()
    chance = np.asarray(fit.fittedvalues, dtype=float)
    must(
        float(chance[seen].min()) > 1e-4 and float(np.abs(chance - seen).max()) > 1e-4,
        "a predictor tells exactly who answered, so weights have no end; leave it out.",
        EstimateError,
    )
    return chance


def tipping_point(
    outcome: ArrayLike, treated: ArrayLike, *, null: float = 0.0, conf_level: float = 0.95
) -> pd.DataFrame:
    """Return how far missing answers would have to lie from the others to change the picture.

    Parameters
    ----------
    outcome : array of shape (n,)
        NaN is a missing answer.
    treated : array of bool, shape (n,)
        The arm.
    null : float
        The difference at which the picture changes.
    conf_level : float
        Level of the interval whose end is moved.

    Returns
    -------
    pandas.DataFrame
        One row per arm: arm, n_missing, share_missing, shift_estimate and shift_interval: by
        how much, in points, its missing answers must differ on average from its own answers
        for the estimate, and for the nearer end of the interval, to reach ``null``. NaN if
        nothing is missing there; 0 for an interval that holds ``null`` already.

    References
    ----------
    Yan, Lee & Li (2009), Drug Information Journal 43; delta-adjustment of Rubin (1977).

    Examples
    --------
    >>> y = [4.0, 5, 6, np.nan, 1, 2, 3, 4]
    >>> tipping_point(y, [1, 1, 1, 1, 0, 0, 0, 0])["shift_estimate"].tolist()
    [-10.0, nan]
    """
    y, arm, seen = answers_by_arm(outcome, treated)
    gap = mean_difference(y[seen & arm], y[seen & ~arm], conf_level=conf_level)
    distance = gap.estimate - null
    nearer = gap.conf_low if distance > 0 else gap.conf_high
    inside = gap.conf_low <= null <= gap.conf_high
    rows = []
    for name, side, sign in (("treatment", arm, -1.0), ("control", ~arm, 1.0)):
        lost = int((side & ~seen).sum())
        share = lost / int(side.sum())
        shifts = [
            sign * way / share if lost else nan
            for way in (distance, 0.0 if inside else nearer - null)
        ]
        rows.append((name, lost, share, *shifts))
    columns = ["arm", "n_missing", "share_missing", "shift_estimate", "shift_interval"]
    return pd.DataFrame(rows, columns=columns)
