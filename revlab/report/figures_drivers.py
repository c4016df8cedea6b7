"""The figure of what drives a result: how much of a difference each assumption decides."""

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from revlab.report.canvas import INK, MENTEE, MENTOR, legend_below, need, new_axes, safe, title
from revlab.report.frames import interval, percent

__all__ = ["alt_drivers", "plot_drivers"]

_COLUMNS = ["assumption", "total", "total_low", "total_high", "first"]
_ROW, _WIDE = 0.44, 46


def _finding(frame: pd.DataFrame) -> str:
    first, *others = frame.sort_values("total", ascending=False, kind="stable").itertuples()
    share = interval(100 * first.total_low, 100 * first.total_high, decimals=0)
    said = f"{share}% of how the difference varies"
    if others and others[0].total_high > first.total_low:
        return f"Most hangs on {first.assumption} ({said}) and {others[0].assumption}"
    return f"Most hangs on {first.assumption}: {said}"


def plot_drivers(frame: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw what share of a difference each assumption decides, with intervals.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``assumption`` (in words), ``total, total_low, total_high`` (share that it decides alone
        or with others), ``first`` (alone), one row per assumption.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> frame = pd.DataFrame({"assumption": ["luck", "skill"], "total": [0.6, 0.4],
    ...     "total_low": [0.5, 0.3], "total_high": [0.7, 0.5], "first": [0.5, 0.3]})
    >>> plot_drivers(frame).get_xlabel()
    'Share of how the difference varies'
    """
    need(frame, _COLUMNS, what="the figure of what drives a result")
    rows = frame.sort_values("total", kind="stable").reset_index(drop=True)
    ax = new_axes(ax, height=max(2.6, 1.6 + _ROW * len(rows)))
    total, low, high, first = (rows[name].to_numpy(dtype=np.float64) for name in _COLUMNS[1:])
    places = np.arange(len(rows))
    ax.barh(places, total, height=0.62, color=MENTEE, alpha=0.8, label="alone or with others")
    ax.hlines(places, low, high, color=INK, linewidth=1.6, label="95% interval")
    ax.plot(np.maximum(first, 0.0), places, linestyle="", marker="D", markersize=6, color=MENTOR,
            markeredgecolor=INK, label="alone")  # fmt: skip
    names = [textwrap.fill(safe(str(name)), _WIDE) for name in rows["assumption"]]
    ax.set_yticks(places, labels=names)
    ax.set_xlim(0.0, max(float(high.max()), 0.1) * 1.05)
    ax.xaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    ax.grid(axis="x")
    ax.grid(axis="y", visible=False)
    ax.set_xlabel("Share of how the difference varies")
    legend_below(ax)
    title(ax, _finding(frame))
    return ax


def alt_drivers(frame: pd.DataFrame) -> str:
    """Say what `plot_drivers` shows.

    Examples
    --------
    >>> frame = pd.DataFrame({"assumption": ["luck"], "total": [0.6], "total_low": [0.5],
    ...     "total_high": [0.7], "first": [0.5]})
    >>> alt_drivers(frame)
    'Bars, one for each assumption. Most hangs on luck: 50 to 70% of how the difference varies. \
Decided alone or with others, and alone: luck 60% and 50%.'
    """
    need(frame, _COLUMNS, what="the figure of what drives a result")
    listed = "; ".join(
        f"{row.assumption} {percent(row.total)} and {percent(max(row.first, 0.0))}"
        for row in frame.sort_values("total", ascending=False, kind="stable").itertuples()
    )
    return (
        f"Bars, one for each assumption. {_finding(frame)}. Decided alone or with others, and "
        f"alone: {listed}."
    )
