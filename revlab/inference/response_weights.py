"""Answers weighted by how unlikely they were to be given, with pools as the units."""

from dataclasses import dataclass, replace
from math import nan

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from revlab.errors import EstimateError, must
from revlab.inference.comparison import Comparison
from revlab.inference.cores import CORES
from revlab.inference.estimate import Estimate
from revlab.inference.gaps import Gaps
from revlab.inference.pool_blocks import block_dummies
from revlab.inference.weighted_regression import weighted_robust

__all__ = ["Chances", "chances_to_answer", "weighted_contrast"]

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]

_PRIOR_SD = 2.5
_FEWEST = 5
_ROUNDS = 200


@dataclass(frozen=True, eq=False)
class Chances:
    """How likely each dyad was to have all scores.

    Parameters
    ----------
    chance : ndarray of shape (n,)
        For dyads with all scores; NaN for the others.
    predictors : tuple of str
        What it was read from.
    """

    chance: Floats
    predictors: tuple[str, ...]


def _shares(seen: Marks, columns: Floats) -> Floats:
    """Return fitted chances of a logistic model with normal priors on standardised slopes."""
    size = columns.std(axis=0)
    x = np.column_stack([np.ones(len(seen)), (columns - columns.mean(axis=0)) / size])
    prior = np.diag([0.0] + [1 / _PRIOR_SD**2] * columns.shape[1])
    beta = np.zeros(x.shape[1])
    beta[0] = np.log(seen.mean() / (1 - seen.mean()))
    for _ in range(_ROUNDS):
        chance = expit(x @ beta)
        slope = x.T @ (seen - chance) - prior @ beta
        step = np.linalg.solve(x.T @ ((chance * (1 - chance))[:, None] * x) + prior, slope)
        # Long steps overshoot where the curve is flat.
        beta = beta + step / max(1.0, float(np.abs(step).max()))
        if float(np.abs(step).max()) < 1e-9:
            break
    fitted: Floats = expit(x @ beta)
    must(
        float(fitted[seen].min()) <= float(fitted[~seen].max()),
        "what is known tells exactly who answered, so weights have no end.",
        EstimateError,
    )
    return fitted


def _columns(gaps: Gaps, rows: Marks, *, first: str) -> dict[str, Floats]:
    columns = {"arm": gaps.treated.astype(float), "sessions held": gaps.held}
    if first == "known":
        columns["first score"] = gaps.pre
        told = np.isfinite(gaps.middle)
        if told[rows].any():
            mean = float(gaps.middle[rows & told].mean())
            columns["middle score"] = np.where(told, gaps.middle, mean)
            columns["middle survey answered"] = told.astype(float)
    columns = {name: c[rows] for name, c in columns.items() if float(np.ptp(c[rows])) > 0}
    side = gaps.treated[rows] - 0.5
    for name in ("sessions held", "first score"):
        if name in columns:
            # Centred, so that the product is no copy of its parts.
            columns[f"{name} by arm"] = side * (columns[name] - columns[name].mean())
    return columns


def chances_to_answer(gaps: Gaps) -> Chances:
    """Return how likely dyads with all scores were to have them, from what is known.

    Parameters
    ----------
    gaps : Gaps
        Two arms.

    Returns
    -------
    Chances
        The chance of a first score, by arm and sessions held, times the chance of a last score
        of those with a first, by arm, sessions held, the first score, the score before the last
        (its mean where it is missing) and whether there was one. Sessions and first score may
        work otherwise in the other arm. A survey with fewer than five gaps gets no model.

    Raises
    ------
    EstimateError
        If each survey has fewer than five gaps, or what is known tells exactly who answered.

    Notes
    -----
    Logistic models with normal priors of standard deviation 2.5 on slopes of standardised
    predictors (Gelman et al. 2008, Annals of Applied Statistics 2, use a Cauchy prior of that
    scale): few dyads, and a predictor that nearly tells who answered, do not give endless
    weights.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.inference.analysis_scales import scores_of
    >>> from revlab.inference.gaps import read_gaps
    >>> from revlab.inference.plan_reading import plan_of_pilot
    >>> from revlab.shipped import shipped
    >>> pilot = read_pilot(shipped("data/example_pilot"))
    >>> gaps = read_gaps(scores_of(pilot)[3], plan_of_pilot(pilot.plan))
    >>> chances_to_answer(gaps).predictors[:2]
    ('arm', 'sessions held')
    """
    chance, used = np.ones(len(gaps.post)), dict[str, None]()
    everybody = np.ones(len(gaps.post), dtype=bool)
    for first, rows, score in (
        ("asked", everybody, gaps.pre),
        ("known", np.isfinite(gaps.pre), gaps.post),
    ):
        seen = np.isfinite(score[rows])
        if int((~seen).sum()) < _FEWEST:
            continue
        columns = _columns(gaps, rows, first=first)
        chance[rows] *= _shares(seen, np.column_stack(list(columns.values())))
        used |= dict.fromkeys(columns)
    must(
        bool(used),
        f"each survey has fewer than {_FEWEST} gaps; they cannot tell who does not answer.",
        EstimateError,
    )
    return Chances(np.where(gaps.complete, chance, nan), tuple(used))


def weighted_contrast(gaps: Gaps, *, conf_level: float = 0.95) -> Estimate:
    """Compare arms with answers weighted by one over the chance that they were given.

    Parameters
    ----------
    gaps : Gaps
        Two arms.
    conf_level : float
        Level of the interval.

    Returns
    -------
    Estimate
        By the rule of the plan: pool means weight within pools and compare pools by Welch's t;
        a rule on change, and an adjusted rule, are weighted least squares with CR2 errors over
        pools. Weights are taken as known, which is cautious: estimated weights vary less.

    Raises
    ------
    EstimateError
        As `chances_to_answer`, `weighted_robust` and the rule.

    Notes
    -----
    Calibration: see `sensitivity` in ``revlab.inference.analysis_missing``. Without the products
    with the arm the weights took no bias away where what is known works the other way round in
    the other arm.

    References
    ----------
    Seaman & White (2013), Statistical Methods in Medical Research 22.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.inference.analysis_scales import scores_of
    >>> from revlab.inference.gaps import read_gaps
    >>> from revlab.inference.plan_reading import plan_of_pilot
    >>> from revlab.shipped import shipped
    >>> pilot = read_pilot(shipped("data/example_pilot"))
    >>> gaps = read_gaps(scores_of(pilot)[3], plan_of_pilot(pilot.plan))
    >>> weighted_contrast(gaps).n_clusters
    12
    """
    chances, rows = chances_to_answer(gaps), gaps.complete
    w = 1 / chances.chance[rows]
    pool, n_pools = gaps.whole.pool[rows], gaps.whole.n_pools
    if gaps.rule == "pool_means":
        plain = _of_pools(gaps, (gaps.post - gaps.pre)[rows], weights=w, conf_level=conf_level)
        model = "weighted pool means of change, Welch standard error, Satterthwaite t"
    else:
        block = gaps.whole.dyad_block
        ones = block_dummies(None if block is None else block[rows], int(rows.sum()))
        kept = ones[:, ones.any(axis=0)]
        columns, outcome, model = [kept, gaps.treated[rows]], gaps.post[rows], "post on arm and pre"
        if gaps.rule == "change_cr2":
            outcome, model = outcome - gaps.pre[rows], "change on arm"
        else:
            columns.append(gaps.pre[rows] - gaps.pre[rows].mean())
        fit = weighted_robust(np.column_stack(columns), outcome, cluster=pool, weights=w)
        plain = fit.estimate(kept.shape[1], conf_level=conf_level)
        model = f"weighted least squares of {model}, CR2 standard error, Satterthwaite t"
    counts = len(np.unique(pool))
    lost = f", {n_pools - counts} without a complete dyad" if counts < n_pools else ""
    return replace(
        plain,
        estimand="difference, answers weighted",
        estimator="weighted_contrast",
        contrast=repr(gaps.whole.contrast),
        n=int(rows.sum()),
        n_missing=gaps.n_missing,
        unit="points",
        n_clusters=counts,
        convention=f"complete dyads weighted by one over their chance to answer, from "
        f"{', '.join(chances.predictors)} (logistic, weak priors); {model} with known weights; "
        f"{counts} pools{lost}",
        note=f"the weights leave as much as {w.sum() ** 2 / (w**2).sum():.0f} equal answers",
    )


def _of_pools(gaps: Gaps, change: Floats, *, weights: Floats, conf_level: float) -> Estimate:
    kept, code = np.unique(gaps.whole.pool[gaps.complete], return_inverse=True)
    means = np.bincount(code, weights=weights * change) / np.bincount(code, weights=weights)
    block = gaps.whole.block
    pools = Comparison(
        pre=np.zeros(len(kept)),
        post=means,
        pool=np.arange(len(kept)),
        pool_treated=gaps.whole.pool_treated[kept],
        contrast=gaps.whole.contrast,
        block=None if block is None else np.unique(block[kept], return_inverse=True)[1],
    )
    return CORES["pool_means"](pools, conf_level)
