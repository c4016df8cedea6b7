"""The figure of estimates below each other, with their intervals and the margin as a band."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from revlab.report.canvas import BAND, GREY, PALETTE, legend_below, need, new_axes, safe, title
from revlab.report.frames import interval, number
from revlab.report.names import words

__all__ = ["alt_forest", "plot_forest"]

_FOREST = ["estimand", "estimate", "conf_low", "conf_high"]


def _forest_label(row: pd.Series) -> str:
    contrast = str(row.get("contrast", ""))
    what = " minus ".join(words(part) for part in contrast.split(" - ", 1))
    estimator = words(str(row["estimator"])) if "estimator" in row.index else ""
    below = ", ".join(part for part in (what, estimator) if part)
    return f"{row['estimand']}\n{below}" if below else str(row["estimand"])


def _forest_finding(frame: pd.DataFrame, margin: float | None) -> str:
    clear = ((frame["conf_low"] > 0) | (frame["conf_high"] < 0)).sum()
    if margin is None:
        return f"{clear} of {len(frame)} intervals leave out zero"
    inside = ((frame["conf_low"] > -margin) & (frame["conf_high"] < margin)).sum()
    beyond = ((frame["conf_low"] > margin) | (frame["conf_high"] < -margin)).sum()
    return (
        f"Of {len(frame)} intervals {beyond} lie beyond the margin of {number(margin)}, {inside} "
        f"inside it, and {len(frame) - beyond - inside} cannot tell"
    )


def plot_forest(
    frame: pd.DataFrame, ax: Axes | None = None, *, margin: float | None = None
) -> Axes:
    """Draw estimates and their intervals below each other, with the margin as a band.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``estimand, estimate, conf_low, conf_high`` and optionally ``contrast, estimator, n``, as
        ``estimate.estimates_frame`` gives it; all in one unit.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.
    margin : float, optional
        Smallest difference that matters.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> frame = pd.DataFrame({"estimand": ["trust"], "estimate": [0.3], "conf_low": [0.1],
    ...                       "conf_high": [0.5]})
    >>> plot_forest(frame, margin=0.2).get_xlabel()
    'Difference in points, with its interval'
    """
    need(frame, _FOREST, what="the figure of estimates")
    ax = new_axes(ax, height=0.48 * len(frame) + 1.7)
    if margin is not None:
        ax.axvspan(-margin, margin, color=BAND)
        band = Patch(facecolor=BAND, label=f"inside the margin of {number(margin)}")
        legend_below(ax, handles=[band])
    ax.axvline(0, color=GREY, linewidth=0.9)
    for place, (_, row) in enumerate(frame.iterrows()):
        ax.hlines(place, row["conf_low"], row["conf_high"], color=PALETTE[0], linewidth=2.2)
        ax.plot(row["estimate"], place, "D", color=PALETTE[0], markersize=7)
        text = f"{number(row['estimate'])} ({interval(row['conf_low'], row['conf_high'])})"
        size = f", n = {row['n']:.0f}" if "n" in row.index else ""
        ax.text(1.02, place, safe(text + size), transform=ax.get_yaxis_transform(), va="center",
                fontsize=8.5)  # fmt: skip
    ax.set_yticks(range(len(frame)), [safe(_forest_label(row)) for _, row in frame.iterrows()])
    ax.set_ylim(len(frame) - 0.4, -0.6)
    ax.set_xlabel("Difference in points, with its interval")
    title(ax, _forest_finding(frame, margin))
    return ax


def alt_forest(frame: pd.DataFrame, *, margin: float | None = None) -> str:
    """Say what `plot_forest` shows.

    Examples
    --------
    >>> frame = pd.DataFrame({"estimand": ["trust"], "estimate": [0.3], "conf_low": [0.1],
    ...                       "conf_high": [0.5]})
    >>> alt_forest(frame)
    'Estimates with their intervals. 1 of 1 intervals leave out zero. trust: 0.30 (0.10 to 0.50).'
    """
    need(frame, _FOREST, what="the figure of estimates")
    listed = "; ".join(
        f"{_forest_label(row).replace(chr(10), ', ')}: {number(row['estimate'])} "
        f"({interval(row['conf_low'], row['conf_high'])})"
        for _, row in frame.iterrows()
    )
    return f"Estimates with their intervals. {_forest_finding(frame, margin)}. {listed}."
