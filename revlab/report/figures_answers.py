"""The figure of answers to survey items: diverging bars with n and missing."""

import textwrap

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from revlab.errors import must
from revlab.privacy.thresholds import Thresholds
from revlab.report.canvas import INK, legend_below, need, new_axes, safe, title
from revlab.report.frames import percent

__all__ = ["alt_likert", "plot_likert"]

_COLUMNS = ["item", "value"]
_LEAST_LABELLED = 0.07
_FEWEST = Thresholds().scores


def _likert(frame: pd.DataFrame) -> pd.DataFrame:
    """Return one row per item: shares of each answer, ``n`` and ``missing``."""
    need(frame, _COLUMNS, what="the figure of answers")
    values = frame["value"].astype("Float64")
    must(bool(values.notna().any()), "the figure of answers needs at least one answer.")
    low = int(frame["low"].min()) if "low" in frame else int(values.min())
    high = int(frame["high"].max()) if "high" in frame else int(values.max())
    must(low < high, f"the figure of answers needs two different answers; all are {low}.")
    items = list(dict.fromkeys(frame["item"]))
    answered = frame[values.notna()].assign(value=values.dropna().astype(int))
    counts = answered.pivot_table(index="item", columns="value", aggfunc="size", fill_value=0)
    counts = counts.reindex(index=items, columns=range(low, high + 1), fill_value=0)
    n = counts.sum(axis=1)
    # Where few answered, the bars would show what one person said.
    shares = counts.div(n.where(n > 0, 1), axis=0).mul(n >= _FEWEST, axis=0)
    shares["n"] = n
    shares["missing"] = frame.groupby("item").size().reindex(items) - n
    return shares


def _agreeing(shares: pd.DataFrame) -> pd.Series:
    scale = [column for column in shares.columns if isinstance(column, int)]
    middle = (scale[0] + scale[-1]) / 2
    return shares[[step for step in scale if step > middle]].sum(axis=1)


def _likert_finding(shares: pd.DataFrame) -> str:
    agree = _agreeing(shares[shares["n"] >= _FEWEST])
    if agree.empty:
        return f"No item has {_FEWEST} answers, so none is shown"
    if len(agree) == 1:
        return f"{percent(agree.iloc[0])} answered on the upper side: “{_short(agree.index[0])}”"
    return (
        f"Most answers on the upper side: “{_short(agree.idxmax())}” ({percent(agree.max())}); "
        f"fewest: “{_short(agree.idxmin())}” ({percent(agree.min())})"
    )


def _short(item: object) -> str:
    return textwrap.shorten(str(item), 48, placeholder=" …")


def plot_likert(frame: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the answers to each item as bars that part at the middle of the scale.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per person asked: ``item`` (its wording) and ``value`` (missing if not
        answered); optionally ``low`` and ``high``, the ends of the scale. An item with fewer
        than five answers is not shown.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    RevlabError
        If nobody answered, or the scale has fewer than two steps.

    Examples
    --------
    >>> frame = pd.DataFrame({"item": "I speak up", "value": [1, 2, 3, 4, 5, None]})
    >>> plot_likert(frame).get_xlabel()
    'Share of answers (%), parted at the middle of the scale'
    """
    shares = _likert(frame)
    scale = [column for column in shares.columns if isinstance(column, int)]
    ax = new_axes(ax, height=0.62 * len(shares) + 1.7)
    colours = matplotlib.colormaps["PuOr"](np.linspace(0.12, 0.88, len(scale)))
    middle = (scale[0] + scale[-1]) / 2
    lower = shares[[step for step in scale if step < middle]].sum(axis=1)
    half = shares[int(middle)] / 2 if middle in scale else 0.0
    left = (-(lower + half)).to_numpy(dtype=np.float64)
    places = np.arange(len(shares))
    for step, colour in zip(scale, colours, strict=True):
        width = shares[step].to_numpy(dtype=np.float64)
        ax.barh(places, 100 * width, left=100 * left, height=0.7, color=colour, label=str(step),
                edgecolor="white", hatch="//" if step < middle else "")  # fmt: skip
        dark = float(np.dot(colour[:3], [0.299, 0.587, 0.114])) < 0.55
        for place, share, start in zip(places, width, left, strict=True):
            if share >= _LEAST_LABELLED:
                box = {"facecolor": colour, "edgecolor": "none", "pad": 1.0}
                across, up = 100 * (start + share / 2), float(place)
                ax.text(across, up, percent(share), ha="center", va="center", fontsize=8.5,
                        color="white" if dark else INK, bbox=box)  # fmt: skip
        left = left + width
    _likert_axes(ax, shares)
    title(ax, _likert_finding(shares))
    return ax


def _size(row: pd.Series) -> str:
    if row["n"] < _FEWEST:
        return f"fewer than {_FEWEST} answers, not shown"
    return f"n = {int(row['n'])}, {int(row['missing'])} missing"


def _likert_axes(ax: Axes, shares: pd.DataFrame) -> None:
    ax.axvline(0, color=INK, linewidth=0.9)
    labels = [
        f"{textwrap.fill(safe(str(item)), 36)}\n{_size(row)}" for item, row in shares.iterrows()
    ]
    ax.set_yticks(range(len(shares)), labels, fontsize=8.5)
    ax.invert_yaxis()
    ticks = range(-100, 101, 25)
    ax.set_xticks(ticks, [str(abs(tick)) for tick in ticks])
    reach = max(20.0, *(abs(float(end)) for end in ax.dataLim.intervalx))
    ax.set_xlim(-reach - 4, reach + 4)
    ax.set_xlabel("Share of answers (%), parted at the middle of the scale")
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    legend_below(ax, heading="Answer")


def alt_likert(frame: pd.DataFrame) -> str:
    """Say what `plot_likert` shows.

    Examples
    --------
    >>> frame = pd.DataFrame({"item": "I speak up", "value": [1, 2, 3, 4, 5, None]})
    >>> alt_likert(frame)
    'Bars of answers from 1 to 5. 40% answered on the upper side: “I speak up”. Upper side: “I \
speak up” 40%, n = 5, 1 missing.'
    """
    shares = _likert(frame)
    scale = [column for column in shares.columns if isinstance(column, int)]
    agree = _agreeing(shares)
    listed = "; ".join(
        f"“{item}” {f'{percent(agree[item])}, ' if row['n'] >= _FEWEST else ''}{_size(row)}"
        for item, row in shares.iterrows()
    )
    return (
        f"Bars of answers from {scale[0]} to {scale[-1]}. {_likert_finding(shares)}. Upper side: "
        f"{listed}."
    )
