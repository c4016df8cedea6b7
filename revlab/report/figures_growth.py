"""The figure of growth: the mean score of each arm at each survey, with intervals."""

import pandas as pd
from matplotlib.axes import Axes

from revlab.privacy.thresholds import Thresholds
from revlab.report.canvas import (
    MARKERS,
    PALETTE,
    groups_of,
    legend_below,
    list_words,
    need,
    new_axes,
    safe,
    title,
)
from revlab.report.frames import interval, number

__all__ = ["alt_growth", "plot_growth"]

_FEWEST = Thresholds().scores
_COLUMNS = ["wave", "estimate", "conf_low", "conf_high", "n"]
_WHAT = "the figure of growth"


def _shown(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the rows of each arm, without means of so few that they show what one said."""
    need(frame, _COLUMNS, what=_WHAT)
    groups = groups_of(frame, ("arm",))
    rows = frame[frame["n"] >= _FEWEST]
    return {
        name: rows[groups[rows.index] == name].sort_values("wave") for name in dict.fromkeys(groups)
    }


def _growth_finding(frame: pd.DataFrame) -> str:
    said = []
    for name, rows in _shown(frame).items():
        whose = "" if name == "all" else f" under “{name}”"
        if rows.empty:
            said.append(f"fewer than {_FEWEST} answers{whose}, not shown")
            continue
        first, last = rows["estimate"].iloc[0], rows["estimate"].iloc[-1]
        moved = f"{number(first)} to {number(last)}" if len(rows) > 1 else number(first)
        said.append(f"{moved}{whose}")
    waves = frame["wave"]
    return f"Mean score, survey {waves.min():g} to {waves.max():g}: {list_words(said)}"


def plot_growth(frame: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the mean of each arm at each survey, with its interval and how many answered.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``wave, estimate, conf_low, conf_high, n`` and optionally ``arm, label, week``, of one
        scale and role, as ``growth_waves.growth_means`` gives it. A mean of fewer than five
        answers is not shown.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> frame = pd.DataFrame({"wave": [1, 2], "estimate": [2.9, 3.2], "conf_low": [2.6, 2.9],
    ...                       "conf_high": [3.2, 3.5], "n": [20, 18]})
    >>> plot_growth(frame).get_ylabel()
    'Mean score, points'
    """
    shown = _shown(frame)
    ax = new_axes(ax, height=3.8)
    waves = sorted(set(frame["wave"]))
    for place, (name, rows) in enumerate(shown.items()):
        # Side by side, so that one interval does not hide the other.
        shift = 0.09 * (place - (len(shown) - 1) / 2)
        at = [waves.index(wave) + shift for wave in rows["wave"]]
        colour, line = PALETTE[place % 7], ("-", "--", ":", "-.")[place % 4]
        ax.vlines(at, rows["conf_low"], rows["conf_high"], color=colour, linewidth=1.8, alpha=0.75)
        ax.plot(at, rows["estimate"], color=colour, linestyle=line, marker=MARKERS[place % 7],
                markersize=7, label=safe(name))  # fmt: skip
    ax.set_xlim(-0.5, len(waves) - 0.5)
    ax.set_xticks(range(len(waves)), [_tick(frame, wave, shown) for wave in waves], fontsize=9)
    names = ["n" if name == "all" else f"n, {safe(name)}" for name in shown]
    # Same size and distance from the axis as the labels of the surveys, so that the lines meet.
    ax.annotate("\n".join(["survey", *names]), xy=(0, 0), xycoords="axes fraction", fontsize=9,
                xytext=(-12, -7), textcoords="offset points", ha="right", va="top")  # fmt: skip
    ax.set_ylabel("Mean score, points")
    ax.grid(axis="y")
    if len(shown) > 1:
        legend_below(ax)
    title(ax, _growth_finding(frame))
    return ax


def _tick(frame: pd.DataFrame, wave: int, shown: dict[str, pd.DataFrame]) -> str:
    first = frame[frame["wave"] == wave].iloc[0]
    label = str(first["label"]) if "label" in frame else f"{wave:g}"
    sizes = []
    for rows in shown.values():
        here = rows.loc[rows["wave"] == wave, "n"]
        sizes.append(f"{int(here.iloc[0])}" if len(here) else f"under {_FEWEST}")
    return "\n".join([safe(label), *sizes])


def alt_growth(frame: pd.DataFrame) -> str:
    """Say what `plot_growth` shows.

    Examples
    --------
    >>> frame = pd.DataFrame({"wave": [1, 2], "estimate": [2.9, 3.2], "conf_low": [2.6, 2.9],
    ...                       "conf_high": [3.2, 3.5], "n": [20, 18]})
    >>> alt_growth(frame)
    'Means with their intervals at each survey. Mean score, survey 1 to 2: 2.90 to 3.20. Survey 1: \
2.90 (2.60 to 3.20), n = 20; survey 2: 3.20 (2.90 to 3.50), n = 18.'
    """
    parts = []
    for name, rows in _shown(frame).items():
        whose = "" if name == "all" else f"{name}, "
        parts += [
            f"{whose}survey {row.wave:g}: {number(row.estimate)} "
            f"({interval(row.conf_low, row.conf_high)}), n = {row.n:.0f}"
            for row in rows.itertuples()
        ]
    listed = "; ".join(parts)
    listed = f" {listed[:1].upper()}{listed[1:]}." if listed else ""
    return f"Means with their intervals at each survey. {_growth_finding(frame)}.{listed}"
