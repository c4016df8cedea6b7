"""How long pairs last: Kaplan-Meier with its at-risk row, and the median."""

from math import inf, nan

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from revlab.errors import EstimateError, must, one_of
from revlab.inference.estimate import Estimate, check_conf_level

__all__ = ["DURATION_CONVENTION", "at_risk_table", "kaplan_meier", "median_duration"]

Floats = NDArray[np.float64]

DURATION_CONVENTION = (
    "Kaplan-Meier curve, Greenwood standard error, log-log interval, every pair independent; "
    "a pair that had not ended counts until it was last seen."
)


def _read(time: ArrayLike, event: ArrayLike) -> tuple[Floats, NDArray[np.bool_]]:
    t, ended = np.asarray(time, dtype=float), np.asarray(event)
    must(
        t.ndim == 1 and t.shape == ended.shape and len(t) > 0,
        f"`time` and `event` need one value per pair; got {t.shape} and {ended.shape}.",
        EstimateError,
    )
    must(bool((t >= 0).all()), "a time is missing or negative; correct it.", EstimateError)
    flags = ended.astype(float)
    must(bool(np.isin(flags, (0, 1)).all()), "`event` must be true or false.", EstimateError)
    return t, flags == 1


def _steps(t: Floats, ended: NDArray[np.bool_]) -> pd.DataFrame:
    times = np.unique(t)
    at_risk = len(t) - np.searchsorted(np.sort(t), times, side="left")
    events = np.array([int((ended & (t == when)).sum()) for when in times])
    left = np.array([int((~ended & (t == when)).sum()) for when in times])
    survival = np.cumprod(1 - events / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(events / (at_risk * (at_risk - events)))
        error = np.where(survival > 0, survival * np.sqrt(greenwood), nan)
    return pd.DataFrame(
        {
            "time": times,
            "at_risk": at_risk,
            "events": events,
            "censored": left,
            "survival": survival,
            "std_error": error,
        }
    )


def kaplan_meier(
    time: ArrayLike, event: ArrayLike, *, interval: str = "log-log", conf_level: float = 0.95
) -> pd.DataFrame:
    """Return the share of pairs still running after each time.

    Parameters
    ----------
    time : array of shape (n,)
        How long each pair lasted, for instance in sessions.
    event : array of shape (n,)
        Whether it ended then (True) or was only no longer watched (False).
    interval : {"log-log", "log"}
        Scale of the interval; log-log stays within 0 and 1.
    conf_level : float
        Level of the pointwise interval.

    Returns
    -------
    pandas.DataFrame
        time, at_risk (just before), events, censored, survival, std_error (Greenwood),
        conf_low, conf_high; first row time 0. Where everybody is still running or nobody is,
        the interval is NaN.

    Raises
    ------
    EstimateError
        If the columns do not fit, a time is missing or negative, or an event is not yes or no.

    References
    ----------
    Kaplan & Meier (1958), JASA 53; Kalbfleisch & Prentice (2002) for the log-log interval.

    Examples
    --------
    >>> curve = kaplan_meier([1, 2, 2, 3, 3], [1, 1, 0, 0, 0])
    >>> curve[["time", "at_risk", "survival"]].round(3).to_numpy().tolist()
    [[0.0, 5.0, 1.0], [1.0, 5.0, 0.8], [2.0, 4.0, 0.6], [3.0, 2.0, 0.6]]
    """
    one_of("interval", interval, ("log-log", "log"))
    check_conf_level(conf_level)
    t, ended = _read(time, event)
    frame = _steps(t, ended)
    share, error = frame["survival"].to_numpy(), frame["std_error"].to_numpy()
    z = float(ndtri((1 + conf_level) / 2))
    inside = (share > 0) & (share < 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        log = np.log(share)
        if interval == "log-log":
            width = z * error / (share * np.abs(log))
            low, high = share ** np.exp(width), share ** np.exp(-width)
        else:
            width = z * error / share
            low, high = np.exp(log - width), np.minimum(np.exp(log + width), 1.0)
    frame["conf_low"] = np.where(inside, low, nan)
    frame["conf_high"] = np.where(inside, high, nan)
    if frame["time"].iloc[0] > 0:
        start = pd.DataFrame([[0.0, len(t), 0, 0, 1.0, 0.0, nan, nan]], columns=frame.columns)
        frame = pd.concat([start, frame], ignore_index=True)
    return frame


def at_risk_table(time: ArrayLike, event: ArrayLike, *, at: ArrayLike) -> pd.DataFrame:
    """Return the row that belongs under a Kaplan-Meier curve.

    Parameters
    ----------
    time, event : array of shape (n,)
        As for `kaplan_meier`.
    at : array of shape (k,)
        Times to show.

    Returns
    -------
    pandas.DataFrame
        time, at_risk (just before that time), events and censored (up to and with it).

    Examples
    --------
    >>> at_risk_table([1, 2, 2, 3, 3], [1, 1, 0, 0, 0], at=[0, 2, 3]).to_numpy().tolist()
    [[0.0, 5.0, 0.0, 0.0], [2.0, 4.0, 2.0, 1.0], [3.0, 2.0, 2.0, 3.0]]
    """
    t, ended = _read(time, event)
    times = np.asarray(at, dtype=float)
    rows = [
        (when, int((t >= when).sum()), int((ended & (t <= when)).sum()),
         int((~ended & (t <= when)).sum()))
        for when in times
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["time", "at_risk", "events", "censored"])


def median_duration(
    time: ArrayLike, event: ArrayLike, *, interval: str = "log-log", conf_level: float = 0.95
) -> Estimate:
    """Return the time by which half of the pairs have ended.

    Parameters
    ----------
    time, event : array of shape (n,)
        As for `kaplan_meier`.
    interval : {"log-log", "log"}
        Scale of the curve's interval, which is inverted.
    conf_level : float
        Level of the interval.

    Returns
    -------
    Estimate
        A limit is infinite where the interval does not come down to one half.

    Raises
    ------
    EstimateError
        If fewer than half ended, so that there is no median.

    References
    ----------
    Brookmeyer & Crowley (1982), Biometrics 38.

    Examples
    --------
    >>> median_duration([1, 2, 3, 4, 5], [1, 1, 1, 1, 1]).estimate
    3.0
    """
    curve = kaplan_meier(time, event, interval=interval, conf_level=conf_level)

    def crossing(column: str) -> float:
        there = curve["time"][curve[column] <= 0.5 + 1e-12]
        return float(there.iloc[0]) if len(there) else inf

    value = crossing("survival")
    t, ended = _read(time, event)
    must(
        value < inf,
        f"fewer than half of the pairs ended ({int(ended.sum())} of {len(t)}), so there is no "
        "median; show the curve.",
        EstimateError,
    )
    return Estimate(
        estimand="median duration",
        estimator="kaplan_meier",
        contrast="",
        estimate=value,
        std_error=nan,
        df=nan,
        statistic=nan,
        p_value=nan,
        conf_low=crossing("conf_low"),
        conf_high=crossing("conf_high"),
        conf_level=conf_level,
        n=len(t),
        unit="sessions",
        convention=f"Kaplan-Meier median, {interval} interval inverted, every pair independent",
    )
