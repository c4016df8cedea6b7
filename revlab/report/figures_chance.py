"""The figure of a lottery's price: what each limit on the chance of a pair keeps of the fit."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from revlab.report.canvas import GREY, MENTEE, need, new_axes, title
from revlab.report.frames import percent

__all__ = ["alt_chance", "plot_chance"]

_COLUMNS = ["cap", "kept_share"]


def _finding(frame: pd.DataFrame) -> str:
    row = frame.loc[frame["kept_share"].astype(float).idxmin()]
    return (
        f"With no pair likelier than {percent(row['cap'])}, a lottery keeps "
        f"{percent(row['kept_share'])} of the best fit"
    )


def plot_chance(frame: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the share of the best fit that a lottery keeps, against the cap on a pair's chance.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``cap, kept_share``, both shares, one row per lottery.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> plot_chance(pd.DataFrame({"cap": [1.0, 0.5], "kept_share": [1.0, 0.9]})).get_ylabel()
    'Share of the best fit kept'
    """
    need(frame, _COLUMNS, what="the figure of chance")
    ax = new_axes(ax)
    rows = frame.sort_values("cap")
    cap, kept = (rows[name].to_numpy(dtype=np.float64) for name in _COLUMNS)
    ax.axhline(1.0, color=GREY, linewidth=0.8, linestyle="--")
    ax.plot(cap, kept, marker="o", color=MENTEE)
    for x, y in zip(cap, kept, strict=True):
        ax.annotate(percent(y), (x, y), xytext=(9, -14), textcoords="offset points", ha="left")
    ax.set_ylim(min(0.9, float(kept.min()) - 0.08), 1.03)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    ax.grid()
    ax.set_xlabel("No pair is likelier than (100%: no lottery)")
    ax.set_ylabel("Share of the best fit kept")
    title(ax, _finding(frame))
    return ax


def alt_chance(frame: pd.DataFrame) -> str:
    """Say what `plot_chance` shows.

    Examples
    --------
    >>> alt_chance(pd.DataFrame({"cap": [1.0, 0.5], "kept_share": [1.0, 0.9]}))
    'A line that rises with the limit. With no pair likelier than 50%, a lottery keeps 90% of the \
best fit. Limit and share kept: 50% 90%; 100% 100%.'
    """
    need(frame, _COLUMNS, what="the figure of chance")
    listed = "; ".join(
        f"{percent(row.cap)} {percent(row.kept_share)}"
        for row in frame.sort_values("cap").itertuples()
    )
    return f"A line that rises with the limit. {_finding(frame)}. Limit and share kept: {listed}."
