"""The figure of policies that a pilot was asked about: means, intervals and bounds."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from revlab.report.canvas import (
    BAND,
    GREY,
    INK,
    PALETTE,
    legend_below,
    need,
    new_axes,
    safe,
    title,
)
from revlab.report.frames import interval, number, percent
from revlab.report.names import words

__all__ = ["alt_evaluations", "plot_evaluations"]

_COLUMNS = ["policy", "estimate", "conf_low", "conf_high", "whole_low", "whole_high", "share"]
_WHAT = "the figure of evaluated policies"


def _finding(frame: pd.DataFrame) -> str:
    own, asked = frame.iloc[0], frame.iloc[1:]
    apart = (asked["conf_low"] > own["estimate"]) | (asked["conf_high"] < own["estimate"])
    count = f"{int(apart.sum())} of {len(asked)} policies"
    return f"The intervals of {count} leave out the mean of the lottery, {number(own['estimate'])}"


def plot_evaluations(frame: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the mean outcome by policy with its interval, and bounds for the whole policy.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``policy, estimate, conf_low, conf_high, whole_low, whole_high, share``, from
        ``answers_evaluation.evaluation_table``; the first row is the lottery that was run.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> frame = pd.DataFrame({"policy": ["logged", "optimal"], "estimate": [3.0, 3.2],
    ...     "conf_low": [2.8, 2.7], "conf_high": [3.2, 3.7], "whole_low": [2.8, 2.4],
    ...     "whole_high": [3.2, 4.0], "share": [1.0, 0.8]})
    >>> plot_evaluations(frame).get_xlabel()
    'Mean outcome in points'
    """
    need(frame, _COLUMNS, what=_WHAT)
    ax = new_axes(ax, height=0.62 * len(frame) + 1.9)
    ax.axvline(frame["estimate"].iloc[0], color=GREY, linewidth=0.9, linestyle="--")
    for place, row in enumerate(frame.itertuples()):
        if row.share < 1 - 1e-6:
            ax.barh(
                place, row.whole_high - row.whole_low, left=row.whole_low, height=0.5,
                color=BAND, edgecolor=GREY, linewidth=0.6, hatch="///",
            )  # fmt: skip
        ax.hlines(place, row.conf_low, row.conf_high, color=PALETTE[0], linewidth=3)
        ax.plot(row.estimate, place, "D", color=PALETTE[0], markeredgecolor="white", markersize=8)
        text = f"{number(row.estimate)} ({interval(row.conf_low, row.conf_high)})"
        ax.text(1.02, place, safe(text), transform=ax.get_yaxis_transform(), va="center",
                fontsize=8.5, color=INK)  # fmt: skip
    labels = [
        words(row.policy) if place == 0 else f"{words(row.policy)}\nreached: {percent(row.share)}"
        for place, row in enumerate(frame.itertuples())
    ]
    ax.set_yticks(range(len(frame)), [safe(label) for label in labels])
    ax.set_ylim(len(frame) - 0.4, -0.6)
    ax.set_xlabel("Mean outcome in points")
    handles = [
        Line2D([], [], color=PALETTE[0], marker="D", linewidth=3, label="pairs within reach (95%)"),
        Patch(facecolor=BAND, edgecolor=GREY, hatch="///", label="all pairs, at worst or best"),
        Line2D([], [], color=GREY, linestyle="--", label="the lottery"),
    ]
    legend_below(ax, handles=handles)
    title(ax, _finding(frame))
    return ax


def alt_evaluations(frame: pd.DataFrame) -> str:
    """Say what `plot_evaluations` shows.

    Examples
    --------
    >>> frame = pd.DataFrame({"policy": ["logged", "optimal"], "estimate": [3.0, 3.2],
    ...     "conf_low": [2.8, 2.7], "conf_high": [3.2, 3.7], "whole_low": [2.8, 2.4],
    ...     "whole_high": [3.2, 4.0], "share": [1.0, 0.8]})
    >>> alt_evaluations(frame)
    'Means with their intervals and bounds. The intervals of 0 of 1 policies leave out the mean \
of the lottery, 3.00. the lottery that was run: 3.00 (2.80 to 3.20); best total fit: 3.20 (2.70 to \
3.70), within reach 80%, all pairs 2.40 to 4.00.'
    """
    need(frame, _COLUMNS, what=_WHAT)
    parts = []
    for row in frame.itertuples():
        said = (
            f"{words(row.policy)}: {number(row.estimate)} ({interval(row.conf_low, row.conf_high)})"
        )
        if row.share < 1 - 1e-6:
            bounds = interval(row.whole_low, row.whole_high)
            said += f", within reach {percent(row.share)}, all pairs {bounds}"
        parts.append(said)
    return f"Means with their intervals and bounds. {_finding(frame)}. {'; '.join(parts)}."
