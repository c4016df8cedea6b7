"""Pairs end for different reasons: cumulative incidence, and hazards per period."""

from math import nan

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from revlab.errors import EstimateError, must
from revlab.inference.columns import marks
from revlab.inference.estimate import check_conf_level

__all__ = ["cumulative_incidence", "periods"]

Floats = NDArray[np.float64]


def cumulative_incidence(
    time: ArrayLike, reason: ArrayLike, *, conf_level: float = 0.95
) -> pd.DataFrame:
    """Return the share of pairs that have ended for each reason by each time.

    Parameters
    ----------
    time : array of shape (n,)
        How long each pair lasted.
    reason : array of str, shape (n,)
        Why it ended; missing or "" while it was still running.
    conf_level : float
        Level of the pointwise log-log interval.

    Returns
    -------
    pandas.DataFrame
        reason, time, at_risk, events, share, std_error, conf_low, conf_high. The shares of all
        reasons and of those still running add up to one; one minus Kaplan-Meier for a single
        reason would count too many.

    Raises
    ------
    EstimateError
        If a time is missing or negative, or no pair ended.

    References
    ----------
    Aalen & Johansen (1978), Scandinavian Journal of Statistics 5; variance by the delta method
    as in Marubini & Valsecchi (1995), Analysing Survival Data, chapter 10.

    Examples
    --------
    >>> curve = cumulative_incidence([1, 2, 2, 3], ["left", "no time", "", "left"])
    >>> curve.loc[curve["reason"] == "left", "share"].round(3).tolist()
    [0.25, 0.25, 0.75]
    """
    check_conf_level(conf_level)
    t = np.asarray(time, dtype=float)
    why = pd.Series(np.asarray(reason, dtype=object)).fillna("").astype(str).to_numpy()
    must(t.shape == why.shape, "`time` and `reason` need one value per pair.", EstimateError)
    must(bool((t >= 0).all()), "a time is missing or negative; correct it.", EstimateError)
    reasons = sorted(set(why) - {""})
    must(bool(reasons), "no pair has ended, so there is no reason to count.", EstimateError)
    times = np.unique(t)
    at_risk = (t >= times[:, None]).sum(axis=1)
    ends = np.array([[((t == when) & (why == r)).sum() for r in reasons] for when in times])
    every = ends.sum(axis=1)
    before = np.concatenate([[1.0], np.cumprod(1 - every / at_risk)[:-1]])
    z = float(ndtri((1 + conf_level) / 2))
    frames = []
    for k, name in enumerate(reasons):
        share = np.cumsum(before * ends[:, k] / at_risk)
        error = np.sqrt(_variance(share, before, ends[:, k], every, at_risk))
        inside = (share > 0) & (share < 1) & (error > 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            width = z * error / ((1 - share) * np.abs(np.log1p(-share)))
            low = 1 - (1 - share) ** np.exp(-width)
            high = 1 - (1 - share) ** np.exp(width)
        frames.append(
            pd.DataFrame(
                {
                    "reason": name,
                    "time": times,
                    "at_risk": at_risk,
                    "events": ends[:, k],
                    "share": share,
                    "std_error": error,
                    "conf_low": np.where(inside, low, nan),
                    "conf_high": np.where(inside, high, nan),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _variance(
    share: Floats,
    before: Floats,
    own: NDArray[np.int64],
    every: NDArray[np.int64],
    at_risk: NDArray[np.int64],
) -> Floats:
    left = at_risk - every
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.where(left > 0, every / (at_risk * left), 0.0)
    own_part = before**2 * own * (at_risk - own) / at_risk**3
    cross = before * own / at_risk**2
    total = np.zeros(len(share))
    for k in range(len(share)):
        gap = share[k] - share[: k + 1]
        total[k] = (
            (gap**2 * greenwood[: k + 1]).sum()
            + own_part[: k + 1].sum()
            - 2 * (gap * cross[: k + 1]).sum()
        )
    return np.maximum(total, 0.0)


def periods(
    time: ArrayLike, event: ArrayLike, *, traits: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return one row per pair and period that it was at risk in, for a discrete-time hazard.

    Parameters
    ----------
    time : array of int, shape (n,)
        Last period of each pair, for instance its last session; 1 or more.
    event : array of bool, shape (n,)
        Whether it ended then.
    traits : pandas.DataFrame of n rows, optional
        What to keep beside, such as the arm.

    Returns
    -------
    pandas.DataFrame
        pair (row number), period (from 1), ended (0 or 1) and the traits. A logistic or
        complementary log-log regression of ``ended`` on ``period`` and traits is the
        discrete-time hazard model.

    Raises
    ------
    EstimateError
        If a period is not a whole number of one or more, or columns do not fit.

    References
    ----------
    Singer & Willett (1993), Journal of Educational Statistics 18.

    Examples
    --------
    >>> periods([2, 1], [True, False])[["pair", "period", "ended"]].to_numpy().tolist()
    [[0, 1, 0], [0, 2, 1], [1, 1, 0]]
    """
    last, ended = np.asarray(time, dtype=float), marks(event, "event")
    must(last.shape == ended.shape, "`time` and `event` need one value per pair.", EstimateError)
    whole = bool(((last >= 1) & (last == np.floor(last))).all())
    must(whole, "a last period must be a whole number of one or more.", EstimateError)
    size = last.astype(int)
    pair = np.repeat(np.arange(len(size)), size)
    period = np.concatenate([np.arange(1, k + 1) for k in size])
    frame = pd.DataFrame({"pair": pair, "period": period})
    frame["ended"] = (ended[pair] & (period == size[pair])).astype(int)
    if traits is None:
        return frame
    must(len(traits) == len(size), "`traits` needs one row per pair.", EstimateError)
    return frame.join(traits.iloc[pair].reset_index(drop=True))
