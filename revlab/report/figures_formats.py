"""The figure of formats: what each gives per person, how sure that is, and what it costs."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from revlab.report.canvas import GREY, INK, MENTEE, need, new_axes, safe, title
from revlab.report.frames import number, percent

__all__ = ["alt_formats", "plot_formats"]

_COLUMNS = ["format", "gain", "conf_low", "conf_high", "hours", "best_gain"]
_ROW = 0.46


def _finding(frame: pd.DataFrame) -> str:
    top = frame.loc[frame["best_gain"].astype(float).idxmax()]
    sure = "no format is clearly ahead" if top["best_gain"] < 0.9 else "it is ahead as assumed"
    return (
        f"“{top['format']}” gives most in {percent(top['best_gain'])} of the runs: {sure}, given "
        "what is not known"
    )


def plot_formats(frame: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the gain of each format with the middle 95% of the runs, and its hours beside it.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``format`` (in words), ``gain, conf_low, conf_high`` (SD per person), ``hours`` (per
        person), ``best_gain`` (share of the runs in which it gives most), one row per format.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> frame = pd.DataFrame({"format": ["courses", "mentoring"], "gain": [0.05, 0.03],
    ...     "conf_low": [0.0, 0.01], "conf_high": [0.1, 0.06], "hours": [6.0, 2.0],
    ...     "best_gain": [0.7, 0.3]})
    >>> plot_formats(frame).get_xlabel()
    'Gain per person of the organisation, in standard deviations'
    """
    need(frame, _COLUMNS, what="the figure of formats")
    rows = frame.sort_values("gain", kind="stable").reset_index(drop=True)
    ax = new_axes(ax, height=max(2.2, 1.3 + _ROW * len(rows)))
    gain, low, high = (
        rows[name].to_numpy(dtype=np.float64) for name in ("gain", "conf_low", "conf_high")
    )
    places = np.arange(len(rows), dtype=np.float64)
    ax.axvline(0.0, color=GREY, linewidth=0.9, linestyle="--")
    ax.hlines(places, low, high, color=MENTEE, linewidth=2.2)
    ax.plot(gain, places, linestyle="", marker="o", markersize=7, color=MENTEE)
    right = max(float(high.max()), 0.01) * 1.06
    for place, row in zip(places, rows.itertuples(), strict=True):
        said = f"{number(row.hours, decimals=1)} h, most in {percent(row.best_gain)}"
        # The words stand on white, so that no line of the grid runs through them.
        paper = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
        ax.text(right, place, said, va="center", fontsize=9, color=INK, bbox=paper)
    ax.set_yticks(places, labels=[safe(str(name)) for name in rows["format"]])
    ax.set_ylim(-0.6, len(rows) - 0.4)
    ax.set_xlim(min(float(low.min()), 0.0) * 1.1 - 0.002, right * 1.42)
    ax.grid(axis="x")
    ax.set_xlabel("Gain per person of the organisation, in standard deviations")
    title(ax, _finding(frame))
    return ax


def alt_formats(frame: pd.DataFrame) -> str:
    """Say what `plot_formats` shows.

    Examples
    --------
    >>> frame = pd.DataFrame({"format": ["courses"], "gain": [0.05], "conf_low": [0.0],
    ...     "conf_high": [0.1], "hours": [6.0], "best_gain": [1.0]})
    >>> alt_formats(frame)
    'Bars of the middle 95% of the runs, one for each format. “courses” gives most in 100% of the \
runs: it is ahead as assumed, given what is not known. Gain and hours per person: courses 0.050 \
(0.000 to 0.100), 6.0 hours.'
    """
    need(frame, _COLUMNS, what="the figure of formats")
    listed = "; ".join(
        f"{row.format} {number(row.gain, decimals=3)} ({number(row.conf_low, decimals=3)} to "
        f"{number(row.conf_high, decimals=3)}), {number(row.hours, decimals=1)} hours"
        for row in frame.sort_values("gain", ascending=False).itertuples()
    )
    return (
        f"Bars of the middle 95% of the runs, one for each format. {_finding(frame)}. Gain and "
        f"hours per person: {listed}."
    )
