"""The figure of why pairs ended: the share that has ended for each reason by each session."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes

from revlab.privacy.thresholds import Thresholds
from revlab.report.canvas import PALETTE, legend_below, list_words, need, new_axes, safe, title
from revlab.report.frames import MISSING, interval, percent

__all__ = ["alt_reasons", "plot_reasons"]

_FEWEST = Thresholds().scores
_COLUMNS = ["reason", "time", "events", "share"]
_ENDS = ["conf_low", "conf_high"]


def _shown(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the rows of each reason that enough pairs had, the commonest first."""
    need(frame, _COLUMNS, what="the figure of reasons for ending")
    counts = frame.groupby("reason")["events"].sum().sort_values(ascending=False, kind="stable")
    return {
        str(reason): frame[frame["reason"] == reason].sort_values("time")
        for reason, count in counts.items()
        if count >= _FEWEST
    }


def _reasons_finding(frame: pd.DataFrame) -> str:
    shown = _shown(frame)
    if not shown:
        return f"No reason was given by {_FEWEST} pairs or more, so none is shown"
    said = [f"{percent(rows['share'].iloc[-1])} “{name}”" for name, rows in shown.items()]
    return f"Pairs that had ended by session {frame['time'].max():g}: {list_words(said)}"


def plot_reasons(frame: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the share of pairs that has ended for each reason by each session.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``reason, time, events, share`` and optionally ``conf_low, conf_high``, as
        ``analysis_endings.ending_reasons`` gives it. A reason of fewer than five pairs is not
        shown.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> frame = pd.DataFrame({"reason": "moved", "time": [1, 2], "events": [3, 4],
    ...                       "share": [0.1, 0.25]})
    >>> plot_reasons(frame).get_ylabel()
    'Pairs that have ended (%)'
    """
    shown = _shown(frame)
    ax = new_axes(ax, height=3.8)
    end = 1.04 * max(float(frame["time"].max()), 1.0)
    for place, (name, rows) in enumerate(shown.items()):
        time = np.concatenate([[0.0], rows["time"].to_numpy(dtype=np.float64), [end]])
        colour, line = PALETTE[place % 7], ("-", "--", ":", "-.")[place % 4]
        ax.step(time, 100 * _steps(rows["share"]), where="post", color=colour, linestyle=line,
                lw=2, label=safe(name))  # fmt: skip
        if set(_ENDS) <= set(rows):
            low, high = (100 * _steps(rows[end_]) for end_ in _ENDS)
            ax.fill_between(time, low, high, step="post", color=colour, alpha=0.15, lw=0)
    ax.set_xlim(0, end)
    ax.set_ylim(bottom=0)
    ax.set_xlabel("Sessions that came due")
    ax.set_ylabel("Pairs that have ended (%)")
    ax.grid(axis="y")
    if shown:
        legend_below(ax)
    title(ax, _reasons_finding(frame))
    return ax


def _steps(share: pd.Series) -> npt.NDArray[np.float64]:
    """Return the shares from nobody at the start, and the last one held to the end."""
    values = share.fillna(0.0).to_numpy(dtype=np.float64)
    return np.concatenate([[0.0], values, values[-1:]])


def alt_reasons(frame: pd.DataFrame) -> str:
    """Say what `plot_reasons` shows.

    Examples
    --------
    >>> frame = pd.DataFrame({"reason": "moved", "time": [1, 2], "events": [3, 4],
    ...                       "share": [0.1, 0.25]})
    >>> alt_reasons(frame)
    'Steps that rise when pairs end, one line per reason. Pairs that had ended by session 2: 25% \
“moved”.'
    """
    shown = _shown(frame)
    listed = []
    for name, rows in shown.items():
        if set(_ENDS) <= set(rows):
            low, high = (rows[end].iloc[-1] for end in _ENDS)
            listed.append(f"{name} {interval(100 * low, 100 * high, decimals=0)}%")
    spans = "; ".join(part for part in listed if MISSING not in part)
    said = f" With intervals: {spans}." if spans else ""
    return f"Steps that rise when pairs end, one line per reason. {_reasons_finding(frame)}.{said}"
