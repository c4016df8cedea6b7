"""The figure of how long pairs lasted: steps with intervals and the pairs at risk below."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes

from revlab.report.canvas import (
    PALETTE,
    groups_of,
    legend_below,
    list_words,
    need,
    new_axes,
    safe,
    title,
)
from revlab.report.frames import percent

__all__ = ["alt_survival", "plot_survival"]

_CURVE = ["time", "at_risk", "survival"]


def _survival_finding(frame: pd.DataFrame) -> str:
    groups = groups_of(frame, ("arm",))
    ends = []
    for name in dict.fromkeys(groups):
        last = frame[groups == name].sort_values("time").iloc[-1]
        whose = "" if name == "all" else f" under “{name}”"
        ends.append(f"{percent(last['survival'])}{whose}")
    return f"Pairs still running after session {frame['time'].max():g}: {list_words(ends)}"


def plot_survival(frame: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the share of pairs still running after each session, with those at risk below.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``time, at_risk, survival``, optionally ``conf_low``, ``conf_high`` and ``arm``.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> frame = pd.DataFrame({"time": [1, 2], "at_risk": [10, 9], "survival": [0.9, 0.8]})
    >>> plot_survival(frame).get_ylabel()
    'Pairs still running (%)'
    """
    need(frame, _CURVE, what="the figure of early endings")
    groups = groups_of(frame, ("arm",))
    names = list(dict.fromkeys(groups))
    ax = new_axes(ax, height=3.8)
    end = 1.04 * float(frame["time"].max())
    for place, name in enumerate(names):
        rows = frame[groups == name].sort_values("time")
        time = np.concatenate([[0.0], rows["time"].to_numpy(dtype=np.float64), [end]])
        colour, line = PALETTE[place % 7], ("-", "--", ":", "-.")[place % 4]
        share = _steps(rows["survival"])
        ax.step(
            time, 100 * share, where="post", color=colour, linestyle=line, lw=2, label=safe(name)
        )
        if {"conf_low", "conf_high"} <= set(rows):
            low, high = _steps(rows["conf_low"]), _steps(rows["conf_high"])
            ax.fill_between(
                time, 100 * low, 100 * high, step="post", color=colour, alpha=0.15, lw=0
            )
    ax.set_ylim(0, 103)
    ax.set_xlim(0, end)
    _at_risk(ax, {name: frame[groups == name] for name in names})
    ax.set_ylabel("Pairs still running (%)")
    ax.grid(axis="y")
    if len(names) > 1:
        legend_below(ax)
    title(ax, _survival_finding(frame))
    return ax


def _steps(share: pd.Series) -> npt.NDArray[np.float64]:
    """Return the shares with everybody at the start, and the last one held to the end."""
    values = share.fillna(1.0).to_numpy(dtype=np.float64)
    return np.concatenate([[1.0], values, values[-1:]])


def _still(rows: pd.DataFrame, time: float) -> str:
    """Return how many are at risk at a time: nobody leaves between two rows of a curve."""
    later = rows.sort_values("time")
    later = later[later["time"] >= time]
    return "" if later.empty else str(int(later["at_risk"].iloc[0]))


def _at_risk(ax: Axes, curves: dict[str, pd.DataFrame]) -> None:
    """Write how many pairs are at risk below the times, at no more than about eight of them."""
    times = sorted({float(time) for rows in curves.values() for time in rows["time"]})
    times = times[:: max(len(times) // 8, 1)]
    labels = [
        "\n".join([f"{time:g}", *(_still(rows, time) for rows in curves.values())])
        for time in times
    ]
    ax.set_xticks(times, labels, fontsize=9)
    names = ["at risk" if name == "all" else f"at risk, {safe(name)}" for name in curves]
    # Same size and distance from the axis as the labels of the times, so that the lines meet.
    ax.annotate("\n".join(["session", *names]), xy=(0, 0), xycoords="axes fraction", fontsize=9,
                xytext=(-12, -7), textcoords="offset points", ha="right", va="top")  # fmt: skip


def alt_survival(frame: pd.DataFrame) -> str:
    """Say what `plot_survival` shows.

    Examples
    --------
    >>> frame = pd.DataFrame({"time": [1, 2], "at_risk": [10, 9], "survival": [0.9, 0.8]})
    >>> alt_survival(frame)
    'Steps that fall when pairs end early. Pairs still running after session 2: 80%. At risk at \
the start: 10.'
    """
    need(frame, _CURVE, what="the figure of early endings")
    first = frame.loc[frame["time"] == frame["time"].min(), "at_risk"].sum()
    return (
        f"Steps that fall when pairs end early. {_survival_finding(frame)}. At risk at the start: "
        f"{first}."
    )
