"""Does a predictor shift all thresholds alike? A check of cumulative models."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import chdtrc

from revlab.errors import EstimateError, must
from revlab.inference.ordinal import OrdinalFit, fit_ordinal, ordered
from revlab.inference.ordinal_likelihood import log_terms

__all__ = ["proportional_odds_test"]

Floats = NDArray[np.float64]


def proportional_odds_test(
    answer: ArrayLike,
    design_matrix: ArrayLike,
    *,
    names: list[str] | None = None,
    weights: ArrayLike | None = None,
    link: str = "logit",
) -> pd.DataFrame:
    """Test for each predictor whether it shifts every threshold by the same amount.

    Parameters
    ----------
    answer, design_matrix, weights, link
        As for `revlab.inference.ordinal.fit_ordinal`.
    names : list of str, optional
        Of the predictors.

    Returns
    -------
    pandas.DataFrame
        One row per predictor: predictor, statistic, df, p_value; a likelihood-ratio test
        against a model in which the predictor has a shift of its own at each threshold. With
        two categories there is one threshold and nothing to test: df 0.

    Raises
    ------
    EstimateError
        As `fit_ordinal`; or if the names do not fit the columns.

    References
    ----------
    Peterson & Harrell (1990), Applied Statistics 39, for partial proportional odds.

    Examples
    --------
    >>> y = [1, 2, 2, 3, 2, 3, 3, 1, 1, 2, 3, 3]
    >>> x = [[0], [0], [0], [0], [1], [1], [1], [1], [0], [0], [1], [1]]
    >>> proportional_odds_test(y, x)[["predictor", "df"]].to_numpy().tolist()
    [['x1', 1]]
    """
    x = np.asarray(design_matrix, dtype=float)
    fit = fit_ordinal(answer, x, weights=weights, link=link)
    labels = [f"x{k + 1}" for k in range(x.shape[1])] if names is None else list(names)
    must(
        len(labels) == x.shape[1],
        f"`names` must name the {x.shape[1]} predictors; got {len(labels)}.",
        EstimateError,
    )
    place = ordered(answer)[0]
    count = np.ones(len(place)) if weights is None else np.asarray(weights, dtype=float)
    rows = []
    for column, label in enumerate(labels):
        df = len(fit.thresholds) - 1
        gain = _freed(fit, place, x, column, count) - fit.log_likelihood if df else 0.0
        statistic = max(2 * gain, 0.0)
        rows.append((label, statistic, df, float(chdtrc(df, statistic)) if df else np.nan))
    return pd.DataFrame(rows, columns=["predictor", "statistic", "df", "p_value"])


def _freed(
    fit: OrdinalFit, place: NDArray[np.intp], x: Floats, column: int, count: Floats
) -> float:
    """Return the log likelihood if one predictor moves each threshold by itself."""
    cuts = len(fit.thresholds)
    own = x[:, column]

    def objective(free: Floats) -> tuple[float, Floats]:
        limits = free[:cuts] - own[:, None] * np.concatenate([[0.0], free[cuts : 2 * cuts - 1]])
        if (np.diff(limits, axis=1) <= 0).any():
            return np.inf, np.zeros_like(free)
        shift = free[2 * cuts - 1 :]
        terms = log_terms(limits, x @ shift, place, link=fit.link)
        by_limit = np.zeros((len(place), cuts + 2))
        every = np.arange(len(place))
        by_limit[every, place + 1] += count * terms.upper
        by_limit[every, place] += count * terms.lower
        inner = by_limit[:, 1:-1]
        by_shift = -x.T @ (count * (terms.upper + terms.lower))
        parts = [inner.sum(axis=0), -(own[:, None] * inner[:, 1:]).sum(axis=0), by_shift]
        return -float(count @ terms.log_p), -np.concatenate(parts)

    start = np.concatenate([fit.thresholds, np.zeros(cuts - 1), fit.coefficients])
    found = minimize(
        objective, start, jac=True, method="BFGS", options={"gtol": 1e-7, "maxiter": 1000}
    )
    return -float(found.fun)
