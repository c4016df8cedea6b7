"""Reliability of a scale: alpha with Feldt's interval, omega with a bootstrap interval."""

from dataclasses import replace
from math import nan

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import fdtri

from revlab.errors import EstimateError, must
from revlab.inference.estimate import Estimate, check_conf_level
from revlab.inference.one_factor import one_factor
from revlab.rng import stream

__all__ = ["complete_items", "cronbach_alpha", "omega_total"]

Floats = NDArray[np.float64]


def complete_items(items: pd.DataFrame, fewest: int) -> Floats:
    """Return the rows without a missing answer, checked for what a reliability needs.

    Parameters
    ----------
    items : pandas.DataFrame
        Respondents by items, reversed items turned; missing answers allowed.
    fewest : int
        Fewest items.

    Raises
    ------
    EstimateError
        With too few items or complete respondents, or an item that everybody answered alike.

    Examples
    --------
    >>> complete_items(pd.DataFrame({"a": [1, 2, 3], "b": [1, 2, None]}), 2)
    Traceback (most recent call last):
    ...
    revlab.errors.EstimateError: reliability of 2 items needs at least 4 people who answered all \
of them; got 2.
    """
    k = items.shape[1]
    must(k >= fewest, f"this needs at least {fewest} items; got {k}.", EstimateError)
    values = items.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    full: Floats = values[~np.isnan(values).any(axis=1)]
    must(
        len(full) >= k + 2,
        f"reliability of {k} items needs at least {k + 2} people who answered all of them; "
        f"got {len(full)}.",
        EstimateError,
    )
    flat = [
        str(name) for name, spread in zip(items, np.ptp(full, axis=0), strict=True) if not spread
    ]
    must(
        not flat,
        f"everybody gave the same answer to {', '.join(flat)}; leave it out.",
        EstimateError,
    )
    return full


def _alpha(covariance: Floats) -> Floats:
    k = covariance.shape[-1]
    own = np.trace(covariance, axis1=-2, axis2=-1)
    every = covariance.sum((-2, -1))
    value: Floats = k / (k - 1) * (1 - own / every)
    return value


def cronbach_alpha(items: pd.DataFrame, *, conf_level: float = 0.95) -> Estimate:
    """Return Cronbach's alpha of the mean of some items, with Feldt's interval.

    Parameters
    ----------
    items : pandas.DataFrame
        Respondents by items, reversed items turned; see `revlab.fieldwork.frames.item_matrix`.
    conf_level : float
        Level of the interval.

    Returns
    -------
    Estimate
        From people who answered all items. A negative alpha is possible and is noted.

    Raises
    ------
    EstimateError
        With fewer than two items, too few people, or an item without variation.

    References
    ----------
    Cronbach (1951), Psychometrika 16; Feldt, Woodruff & Salih (1987), Applied Psychological
    Measurement 11.

    Examples
    --------
    >>> items = pd.DataFrame({"a": [1, 2, 3, 4, 5, 3], "b": [1, 3, 3, 4, 4, 2]})
    >>> cronbach_alpha(items)
    alpha: 0.908 [95% CI 0.343, 0.987], alpha, n = 6
    """
    check_conf_level(conf_level)
    full = complete_items(items, 2)
    n, k = full.shape
    total = float(full.sum(axis=1).var())
    must(total > 1e-12, "the items cancel out exactly; check which are reversed.", EstimateError)
    value = float(_alpha(np.cov(full, rowvar=False)))
    df1, df2 = n - 1.0, (n - 1.0) * (k - 1.0)
    tail = (1 - conf_level) / 2
    return Estimate(
        estimand="alpha",
        estimator="alpha",
        contrast="",
        estimate=value,
        std_error=nan,
        df=nan,
        statistic=nan,
        p_value=nan,
        conf_low=1 - (1 - value) * float(fdtri(df1, df2, 1 - tail)),
        conf_high=1 - (1 - value) * float(fdtri(df1, df2, tail)),
        conf_level=conf_level,
        n=n,
        n_missing=len(items) - n,
        unit="reliability",
        convention=f"Cronbach's raw alpha of {k} items, Feldt interval, complete answers only",
        note="negative: check which items are reversed" if value < 0 else "",
    )


def _correlations(covariance: Floats) -> Floats:
    size = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    matrix: Floats = covariance / (size[..., :, None] * size[..., None, :])
    return matrix


def _resampled(full: Floats, n_boot: int, rng: np.random.Generator) -> Floats:
    n = len(full)
    counts = rng.multinomial(n, np.full(n, 1 / n), size=n_boot).astype(float)
    means = counts @ full / n
    products = (full[:, :, None] * full[:, None, :]).reshape(n, -1)
    squares = (counts @ products / n).reshape(n_boot, full.shape[1], full.shape[1])
    covariance: Floats = squares - means[:, :, None] * means[:, None, :]
    variances = np.diagonal(covariance, axis1=-2, axis2=-1)
    return covariance[(variances > 1e-12).all(axis=1)]


def omega_total(
    items: pd.DataFrame, *, seed: int, n_boot: int = 1000, conf_level: float = 0.95
) -> Estimate:
    """Return omega of a one-factor model, with a percentile bootstrap interval over people.

    Omega is ``(sum of loadings)^2 / ((sum of loadings)^2 + sum of uniquenesses)``: the share of
    the variance of the sum of the standardised items that the common factor makes. Unlike alpha
    it does not take the items as equally good.

    Parameters
    ----------
    items : pandas.DataFrame
        Respondents by items, reversed items turned.
    seed : int
        Root of the stream "omega bootstrap".
    n_boot : int
        Bootstrap samples.
    conf_level : float
        Level of the interval.

    Raises
    ------
    EstimateError
        With fewer than three items, too few people, or an item without variation.

    References
    ----------
    McDonald (1999), Test Theory; Kelley & Pornprasertmanit (2016), Psychological Methods 21.

    Examples
    --------
    >>> rng = stream(1, "doc")
    >>> trait = rng.normal(size=(200, 1))
    >>> items = pd.DataFrame(trait + rng.normal(size=(200, 4)), columns=list("abcd"))
    >>> omega = omega_total(items, seed=1, n_boot=200)
    >>> omega.conf_low < omega.estimate < omega.conf_high
    True
    """
    check_conf_level(conf_level)
    must(n_boot >= 100, f"`n_boot` must be at least 100; got {n_boot}.", EstimateError)
    full = complete_items(items, 3)
    full = (full - full.mean(axis=0)) / full.std(axis=0)
    fit = one_factor(_correlations(np.cov(full, rowvar=False)), tolerance=1e-9)
    drawn = _resampled(full, n_boot, stream(seed, "omega bootstrap"))
    values = one_factor(_correlations(drawn), tolerance=1e-5, most_steps=300).omega
    low, high = np.quantile(values, [(1 - conf_level) / 2, (1 + conf_level) / 2])
    lost = n_boot - len(drawn)
    dropped = f", {lost} samples without variation left out" if lost else ""
    plain = replace(cronbach_alpha(items, conf_level=conf_level), estimand="omega")
    return replace(
        plain,
        estimator="omega",
        estimate=float(fit.omega),
        std_error=float(values.std(ddof=1)),
        conf_low=float(low),
        conf_high=float(high),
        convention=f"omega total of one maximum-likelihood factor on the correlations of "
        f"{full.shape[1]} items, percentile interval of {n_boot} bootstrap samples of people, "
        f"seed {seed}{dropped}; complete answers only",
        note="an item has almost no variance of its own (Heywood case)" if fit.heywood else "",
    )
