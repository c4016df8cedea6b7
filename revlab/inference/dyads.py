"""The two sides of a dyad: whether their changes go together, and whether both gained."""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri, stdtr

from revlab.errors import EstimateError, must
from revlab.inference.estimate import Estimate, check_conf_level
from revlab.inference.rates import wilson

__all__ = ["both_gained", "gain_table", "sides_correlation"]

Floats = NDArray[np.float64]

_TIE = 1e-9


def _both(mentor: ArrayLike, mentee: ArrayLike) -> tuple[Floats, Floats, int]:
    one, two = np.asarray(mentor, dtype=float), np.asarray(mentee, dtype=float)
    must(
        one.ndim == 1 and one.shape == two.shape,
        f"`mentor` and `mentee` need one value per dyad; got {one.shape} and {two.shape}.",
        EstimateError,
    )
    there = ~np.isnan(one + two)
    return one[there], two[there], int((~there).sum())


def sides_correlation(
    mentor: ArrayLike, mentee: ArrayLike, *, conf_level: float = 0.95
) -> Estimate:
    """Return the correlation between the two sides of a dyad, which may be negative.

    Parameters
    ----------
    mentor, mentee : array of shape (n,)
        One value per dyad and side, in one order; NaN is missing.
    conf_level : float
        Level of the interval.

    Returns
    -------
    Estimate
        Pearson's r: the roles tell the two apart, so no intraclass correlation is needed.

    Raises
    ------
    EstimateError
        With fewer than four complete dyads or a side that does not vary.

    References
    ----------
    Kenny, Kashy & Cook (2006), Dyadic Data Analysis, chapter 2; Fisher (1921), Metron 1.

    Examples
    --------
    >>> sides_correlation([1.0, 2, 3, 4, 5], [2.0, 1, 4, 3, 5])
    correlation of mentor and mentee: 0.800 [95% CI -0.280, 0.986], pearson, n = 5
    """
    check_conf_level(conf_level)
    one, two, n_missing = _both(mentor, mentee)
    n = len(one)
    must(n >= 4, f"a correlation needs at least 4 complete dyads; got {n}.", EstimateError)
    must(
        float(np.ptp(one)) > 0 and float(np.ptp(two)) > 0,
        "one side does not vary, so there is no correlation.",
        EstimateError,
    )
    r = float(np.corrcoef(one, two)[0, 1])
    must(abs(r) < 1 - 1e-12, "the sides are the same up to scale; check the data.", EstimateError)
    t = r * np.sqrt((n - 2) / (1 - r**2))
    error = 1 / np.sqrt(n - 3)
    half = float(ndtri((1 + conf_level) / 2)) * error
    return Estimate(
        estimand="correlation of mentor and mentee",
        estimator="pearson",
        contrast="",
        estimate=r,
        std_error=float("nan"),
        df=float(n - 2),
        statistic=float(t),
        p_value=float(2 * stdtr(n - 2, -abs(t))),
        conf_low=float(np.tanh(np.arctanh(r) - half)),
        conf_high=float(np.tanh(np.arctanh(r) + half)),
        conf_level=conf_level,
        n=n,
        n_missing=n_missing,
        unit="correlation",
        convention="Pearson correlation over dyads, Fisher z interval, t test of zero; complete "
        f"dyads only ({n_missing} left out), every dyad independent",
    )


def gain_table(
    mentor_change: ArrayLike,
    mentee_change: ArrayLike,
    *,
    at_least: float = 0.0,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Count the dyads in which both sides, one or none gained.

    Parameters
    ----------
    mentor_change, mentee_change : array of shape (n,)
        Last minus first score of each side; NaN is missing.
    at_least : float
        Gain that must be passed, in points.
    conf_level : float
        Level of the Wilson intervals.

    Returns
    -------
    pandas.DataFrame
        who ("both", "only the mentor", "only the mentee", "neither"), n, of, share, conf_low,
        conf_high, n_missing.

    Raises
    ------
    EstimateError
        If no dyad is complete.

    Examples
    --------
    >>> gain_table([1.0, 1, -1, 0], [1.0, -1, 2, 0])["n"].tolist()
    [1, 1, 1, 1]
    """
    one, two, n_missing = _both(mentor_change, mentee_change)
    must(len(one) >= 1, "no dyad has both changes.", EstimateError)
    mentor, mentee = one > at_least + _TIE, two > at_least + _TIE
    cells = {
        "both": mentor & mentee,
        "only the mentor": mentor & ~mentee,
        "only the mentee": ~mentor & mentee,
        "neither": ~mentor & ~mentee,
    }
    rows = []
    for who, hits in cells.items():
        share = wilson(int(hits.sum()), len(one), conf_level=conf_level)
        rows.append(
            {
                "who": who,
                "n": share.successes,
                "of": share.n,
                "share": share.share,
                "conf_low": share.conf_low,
                "conf_high": share.conf_high,
                "n_missing": n_missing,
            }
        )
    return pd.DataFrame(rows)


def both_gained(
    mentor_change: ArrayLike,
    mentee_change: ArrayLike,
    *,
    at_least: float = 0.0,
    conf_level: float = 0.95,
) -> Estimate:
    """Return the share of dyads in which both sides gained.

    Parameters
    ----------
    mentor_change, mentee_change : array of shape (n,)
        Last minus first score of each side; NaN is missing.
    at_least : float
        Gain that must be passed, in points.
    conf_level : float
        Level of the Wilson interval.

    Raises
    ------
    EstimateError
        If no dyad is complete.

    Examples
    --------
    >>> both_gained([1.0, 1, -1, 0], [1.0, -1, 2, 0]).estimate
    0.25
    """
    table = gain_table(
        mentor_change, mentee_change, at_least=at_least, conf_level=conf_level
    ).set_index("who")
    share = wilson(int(table.loc["both", "n"]), int(table.loc["both", "of"]), conf_level=conf_level)
    n_missing = int(table.loc["both", "n_missing"])
    return replace(
        share.to_estimate(),
        estimand="share of dyads in which both gained",
        estimator="both_gained",
        n_missing=n_missing,
        unit="share of dyads",
        convention=f"rise of more than {at_least:g} points on both sides; Wilson interval, every "
        f"dyad independent; complete dyads only ({n_missing} left out)",
    )
