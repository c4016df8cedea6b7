"""Figures of a curve over the gap between the two, and of a monthly series around a date."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from revlab.privacy.thresholds import Thresholds
from revlab.report.canvas import BAND, GREY, PALETTE, legend_below, need, new_axes, title
from revlab.report.frames import interval, number

__all__ = ["alt_gaps", "alt_series", "plot_gaps", "plot_series"]

_FEWEST = Thresholds().scores
_GAPS = ["gap", "low", "high", "n", "estimate", "conf_low", "conf_high"]
_SERIES = ["month", "count", "rate", "fitted", "without", "after"]
_WHOLE_GAPS = "the figure of gaps"
_WHOLE_SERIES = "the figure of a series"


def _shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the places of a curve, without those that rest on fewer than five pairs."""
    need(frame, _GAPS, what=_WHOLE_GAPS)
    return frame[frame["n"] >= _FEWEST].sort_values("gap", ignore_index=True)


def _smooth(frame: pd.DataFrame) -> bool:
    """Return whether the rows are places on one smooth curve, which all rest on all pairs."""
    return bool(len(frame) > 2 and (frame["low"] == frame["high"]).all() and _same(frame["n"]))


def _same(counts: pd.Series) -> bool:
    return bool(counts.nunique() == 1)


def _step(row: object) -> str:
    low, high = float(row.low), float(row.high)  # type: ignore[attr-defined]
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def _gaps_finding(frame: pd.DataFrame) -> str:
    shown = _shown(frame)
    if shown.empty:
        return f"Fewer than {_FEWEST} pairs at every gap, so nothing is shown"
    first, last = shown.iloc[0], shown.iloc[-1]
    if len(shown) == 1:
        return f"Mean score {number(first['estimate'])} at the one gap that can be shown"
    return (
        f"Mean score {number(first['estimate'])} at the smallest gap and "
        f"{number(last['estimate'])} at the largest"
    )


def plot_gaps(frame: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the mean of an outcome by the gap between the two, with intervals.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``gap, low, high, n, estimate, conf_low, conf_high`` as
        ``revlab.inference.gap_curve.gap_curve`` gives it.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> frame = pd.DataFrame({"gap": [2, 3], "low": [2, 3], "high": [2, 3], "n": [9, 12],
    ...     "estimate": [3.4, 3.6], "conf_low": [3.0, 3.3], "conf_high": [3.8, 3.9]})
    >>> plot_gaps(frame).get_xlabel()
    'Grades between the two'
    """
    shown = _shown(frame)
    ax = new_axes(ax, height=3.6)
    if _smooth(shown):
        at = shown["gap"].to_numpy(dtype=float)
        ax.fill_between(at, shown["conf_low"], shown["conf_high"], color=BAND, label="interval")
        ax.plot(at, shown["estimate"], color=PALETTE[0], linewidth=2, label="mean")
        legend_below(ax)
    else:
        places = range(len(shown))
        ax.vlines(places, shown["conf_low"], shown["conf_high"], color=PALETTE[0], linewidth=1.8)
        ax.plot(places, shown["estimate"], "o", color=PALETTE[0], markersize=7)
        labels = [f"{_step(row)}\nn = {row.n:.0f}" for row in shown.itertuples()]
        ax.set_xticks(list(places), labels)
        ax.set_xlim(-0.5, max(len(shown), 1) - 0.5)
    ax.set_xlabel("Grades between the two")
    ax.set_ylabel("Mean score, points")
    ax.grid(axis="y")
    title(ax, _gaps_finding(frame))
    return ax


def alt_gaps(frame: pd.DataFrame) -> str:
    """Say what `plot_gaps` shows.

    Examples
    --------
    >>> frame = pd.DataFrame({"gap": [2, 3], "low": [2, 3], "high": [2, 3], "n": [9, 12],
    ...     "estimate": [3.4, 3.6], "conf_low": [3.0, 3.3], "conf_high": [3.8, 3.9]})
    >>> alt_gaps(frame)
    'Means with intervals by the grades between the two. Mean score 3.40 at the smallest gap and \
3.60 at the largest. Gap 2: 3.40 (3.00 to 3.80), n = 9; gap 3: 3.60 (3.30 to 3.90), n = 12.'
    """
    shown = _shown(frame)
    rows = shown.iloc[[0, len(shown) // 2, -1]] if _smooth(shown) else shown
    parts = [
        f"gap {number(row.gap, 1) if _smooth(shown) else _step(row)}: {number(row.estimate)} "
        f"({interval(row.conf_low, row.conf_high)}), n = {row.n:.0f}"
        for row in rows.itertuples()
    ]
    listed = f" {'; '.join(parts).capitalize()}." if parts else f" Fewer than {_FEWEST} pairs each."
    return f"Means with intervals by the grades between the two. {_gaps_finding(frame)}.{listed}"


def _series_finding(frame: pd.DataFrame) -> str:
    need(frame, _SERIES, what=_WHOLE_SERIES)
    after = frame["after"].astype(bool)
    before, since = frame.loc[~after, "rate"], frame.loc[after, "rate"]
    return (
        f"{_rate(before.mean())} a month over {len(before)} months before the date and "
        f"{_rate(since.mean())} over {len(since)} from then on"
    )


def _rate(value: float) -> str:
    """Return a rate with more decimals where it is small, as with an exposure in hundreds."""
    return number(value, 1 if not abs(value) < 1 else 3)


def plot_series(frame: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw a monthly series, the line through it, and what the months before go on to.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``month, count, rate, fitted, without, after``, the table of
        ``revlab.inference.interrupted.interrupted_series``.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> frame = pd.DataFrame({"month": [0, 1], "count": [4, 6], "rate": [4.0, 6.0],
    ...     "fitted": [4.5, 5.5], "without": [4.5, 4.6], "after": [False, True]})
    >>> plot_series(frame).get_ylabel()
    'Per month'
    """
    finding = _series_finding(frame)
    ax = new_axes(ax, height=3.6)
    rows = frame.sort_values("month")
    after = rows["after"].to_numpy(dtype=bool)
    month = rows["month"].to_numpy(dtype=float)
    ax.plot(month, rows["rate"], "o", color=GREY, markersize=4, label="counted")
    for side in (~after, after):
        label = "line" if side[0] or not (~after).any() else None
        ax.plot(month[side], rows["fitted"][side], color=PALETTE[0], linewidth=2, label=label)
    if after.any() and (~after).any():
        ax.plot(month[after], rows["without"][after], color=PALETTE[3], linewidth=1.8,
                linestyle="--", label="months before, carried on")  # fmt: skip
        ax.axvline(month[after][0] - 0.5, color=GREY, linestyle=":", linewidth=1.2)
    ax.set_ylim(bottom=0)
    ax.set_xlabel("Months from the start of the series")
    ax.set_ylabel("Per month")
    ax.grid(axis="y")
    legend_below(ax)
    title(ax, finding)
    return ax


def alt_series(frame: pd.DataFrame) -> str:
    """Say what `plot_series` shows.

    Examples
    --------
    >>> frame = pd.DataFrame({"month": [0, 1], "count": [4, 6], "rate": [4.0, 6.0],
    ...     "fitted": [4.5, 5.5], "without": [4.5, 4.6], "after": [False, True]})
    >>> alt_series(frame)
    'A monthly series around a date. 4.0 a month over 1 months before the date and 6.0 over 1 from \
then on. The last month has 5.5 on the line; the months before, carried on, 4.6.'
    """
    finding = _series_finding(frame)
    last = frame.sort_values("month").iloc[-1]
    line, without = float(last["fitted"]), float(last["without"])
    carried = "" if np.isnan(without) else f"; the months before, carried on, {_rate(without)}"
    return (
        f"A monthly series around a date. {finding}. "
        f"The last month has {_rate(line)} on the line{carried}."
    )
