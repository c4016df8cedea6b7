"""The figure of a ladder: how many climb each rung, and where the others leave."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from revlab.report.canvas import (
    HATCHES,
    INK,
    PALETTE,
    legend_below,
    list_words,
    need,
    new_axes,
    safe,
    title,
)
from revlab.report.frames import percent

__all__ = ["alt_ladder", "plot_ladder"]

_ENDS = {
    "climbed": "climb it",
    "dropped": "begin it and leave",
    "unpaired": "are left without a partner",
    "declined": "say no",
}
_COLOURS = (PALETTE[2], PALETTE[3], PALETTE[5], "#c9d1d8")
_COLUMNS = ["ladder", "step", "rung", *_ENDS, "climbed_low", "climbed_high"]
_ROW = 0.5


def _ladder_finding(frame: pd.DataFrame) -> str:
    need(frame, _COLUMNS, what="the figure of a ladder")
    said = []
    for name, rows in frame.groupby("ladder", sort=False):
        last = rows.sort_values("step").iloc[-1]
        span = f"{percent(last['climbed_low'])} to {percent(last['climbed_high'])}"
        said.append(f"{span} ({percent(last['climbed'])} on average) by “{name}”")
    return f"Of all people who are asked, those who reach the end are {list_words(said)}"


def plot_ladder(frame: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw what becomes of people on each rung, as shares of all who were asked at first.

    Parameters
    ----------
    frame : pandas.DataFrame
        From `revlab.fieldwork.simulate_ladder.rung_shares`, with the ladders named in words.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> frame = pd.DataFrame({"ladder": "at once", "step": [1], "rung": "six sessions",
    ...     "declined": 0.5, "unpaired": 0.05, "dropped": 0.15, "climbed": 0.3,
    ...     "climbed_low": 0.25, "climbed_high": 0.35})
    >>> plot_ladder(frame).get_xlabel()
    'Share of all people who are asked'
    """
    finding = _ladder_finding(frame)
    groups = [rows.sort_values("step") for _, rows in frame.groupby("ladder", sort=False)]
    rows = pd.concat(groups, ignore_index=True)
    # A gap between ladders, so that rungs of one are read together.
    gaps = rows["ladder"].ne(rows["ladder"].shift()).cumsum().to_numpy(np.float64)
    places = np.arange(len(rows), dtype=np.float64) + 0.6 * (gaps - 1)
    ax = new_axes(ax, height=max(2.4, 1.7 + _ROW * (places[-1] + 1)))
    left = np.zeros(len(rows))
    for (ending, words), colour, hatch in zip(_ENDS.items(), _COLOURS, HATCHES, strict=False):
        share = 100 * rows[ending].to_numpy(np.float64)
        ax.barh(places, share, left=left, height=0.72, color=colour, hatch=hatch,
                edgecolor="white", linewidth=0.8, label=words)  # fmt: skip
        left += share
    for place, row, right in zip(places, rows.itertuples(), left, strict=True):
        said = f"{percent(row.climbed)} climb"
        ax.text(right + 1.0, place, said, va="center", fontsize=9, color=INK)
    labels = [f"{row.ladder}: {row.rung}" for row in rows.itertuples()]
    ax.set_yticks(places, labels=[safe(label) for label in labels])
    ax.invert_yaxis()
    ax.set_xlim(0, 116)
    ax.set_xticks(range(0, 101, 20))
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:.0f}%")
    ax.grid(axis="x")
    ax.set_xlabel("Share of all people who are asked")
    legend_below(ax)
    title(ax, finding)
    return ax


def alt_ladder(frame: pd.DataFrame) -> str:
    """Say what `plot_ladder` shows.

    Examples
    --------
    >>> frame = pd.DataFrame({"ladder": "at once", "step": [1], "rung": "six sessions",
    ...     "declined": 0.5, "unpaired": 0.05, "dropped": 0.15, "climbed": 0.3,
    ...     "climbed_low": 0.25, "climbed_high": 0.35})
    >>> alt_ladder(frame)
    'Stacked bars, one for each rung. Of all people who are asked, those who reach the end are 25% \
to 35% (30% on average) by “at once”. At once, six sessions: 30% climb it, 15% begin it and leave, \
5% are left without a partner, 50% say no.'
    """
    finding = _ladder_finding(frame)
    said = []
    for name, rows in frame.groupby("ladder", sort=False):
        for row in rows.sort_values("step").to_dict("records"):
            ends = ", ".join(f"{percent(row[end])} {words}" for end, words in _ENDS.items())
            label = f"{name}, {row['rung']}"
            said.append(f"{label[:1].upper()}{label[1:]}: {ends}.")
    return f"Stacked bars, one for each rung. {finding}. {' '.join(said)}"
