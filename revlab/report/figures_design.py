"""Figures of what a study would tell us: power, and how estimates scatter around the truth."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from revlab.errors import must
from revlab.report.canvas import (
    GREY,
    INK,
    MARKERS,
    MENTEE,
    PALETTE,
    legend_below,
    list_words,
    need,
    new_axes,
    safe,
    title,
)
from revlab.report.frames import number, percent
from revlab.report.names import words

__all__ = ["alt_power", "alt_sampling", "plot_power", "plot_sampling"]

_Z = 1.959963984540054
_AXES = {"n_pairs": "Number of pairs", "effect": "True effect in points"}


def _power_axis(frame: pd.DataFrame) -> str:
    need(frame, ["power"], what="the figure of power")
    there = [name for name in _AXES if name in frame and frame[name].nunique() > 1]
    there = there or [name for name in _AXES if name in frame]
    must(bool(there), f"the figure of power needs a column {' or '.join(map(repr, _AXES))}.")
    return there[0]


def _curves(frame: pd.DataFrame, across: str) -> dict[str, pd.DataFrame]:
    if "estimator" not in frame or frame["estimator"].nunique() == 1:
        return {"": frame.sort_values(across)}
    return {
        str(name): rows.sort_values(across) for name, rows in frame.groupby("estimator", sort=False)
    }


def _power_finding(frame: pd.DataFrame, target: float) -> str:
    across = _power_axis(frame)
    said = []
    for name, rows in _curves(frame, across).items():
        enough = rows[rows["power"] >= target]
        whose = f"“{words(name)}” " if name else ""
        if enough.empty:
            said.append(f"{whose}reaches {percent(rows['power'].max())} at most")
        else:
            first = number(enough[across].iloc[0], 0 if across == "n_pairs" else 2)
            unit = "pairs" if across == "n_pairs" else "points"
            said.append(f"{whose}reaches it at {first} {unit}")
    return f"Power of {percent(target)} is the target: {list_words(said) or 'nothing was run'}"


def plot_power(frame: pd.DataFrame, ax: Axes | None = None, *, target: float = 0.8) -> Axes:
    """Draw power against the number of pairs (or the true effect), with its simulation error.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``power`` and ``n_pairs`` or ``effect``, optionally ``mcse`` (the ribbon is its 95 %
        interval) and ``estimator``.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.
    target : float
        Power that is wanted, between 0 and 1.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> frame = pd.DataFrame({"n_pairs": [26, 52], "power": [0.4, 0.85], "mcse": 0.02})
    >>> plot_power(frame).get_xlabel()
    'Number of pairs'
    """
    across = _power_axis(frame)
    ax = new_axes(ax, height=3.8)
    for place, (name, rows) in enumerate(_curves(frame, across).items()):
        x = rows[across].to_numpy(dtype=np.float64)
        power = rows["power"].to_numpy(dtype=np.float64)
        colour = PALETTE[place % 7]
        if "mcse" in rows:
            error = _Z * rows["mcse"].to_numpy(dtype=np.float64)
            low, high = np.clip(power - error, 0, 1), np.clip(power + error, 0, 1)
            ax.fill_between(x, 100 * low, 100 * high, color=colour, alpha=0.2, linewidth=0)
        ax.plot(x, 100 * power, color=colour, marker=MARKERS[place % 7], linewidth=2,
                linestyle=("-", "--", ":", "-.")[place % 4], label=safe(words(name)))  # fmt: skip
    ax.axhline(100 * target, color=GREY, linestyle="--", linewidth=1.2)
    ax.text(0.005, 100 * target + 1.5, f"target {percent(target)}", color=GREY, fontsize=8.5,
            transform=ax.get_yaxis_transform())  # fmt: skip
    ax.set_ylim(0, 103)
    ax.set_xlabel(_AXES[across])
    ax.set_ylabel("Power: chance to find it (%)")
    ax.grid()
    if len(ax.lines) > 2:
        legend_below(ax)
    title(ax, _power_finding(frame, target))
    return ax


def alt_power(frame: pd.DataFrame, *, target: float = 0.8) -> str:
    """Say what `plot_power` shows.

    Examples
    --------
    >>> alt_power(pd.DataFrame({"n_pairs": [26, 52], "power": [0.4, 0.85], "mcse": 0.02}))
    'Power against number of pairs. Power of 80% is the target: reaches it at 52 pairs. Power: \
40% at 26, 85% at 52.'
    """
    across = _power_axis(frame)
    said = []
    for name, rows in _curves(frame, across).items():
        points = ", ".join(
            f"{percent(power)} at {number(x, 0 if across == 'n_pairs' else 2)}"
            for x, power in zip(rows[across], rows["power"], strict=True)
        )
        said.append(f"{words(name)}: {points}" if name else points)
    return (
        f"Power against {_AXES[across].lower()}. {_power_finding(frame, target)}. Power: "
        f"{'; '.join(said)}."
    )


def _runs(frame: pd.DataFrame) -> pd.DataFrame:
    need(frame, ["estimate", "estimand"], what="the figure of simulated estimates")
    kept = frame[frame["estimate"].notna()]
    need(kept, ["estimate"], what="the figure of simulated estimates")
    return kept


def _sampling_finding(runs: pd.DataFrame) -> str:
    truth, mean = runs["estimand"].mean(), runs["estimate"].mean()
    low, high = runs["estimate"].quantile([0.025, 0.975])
    return (
        f"The truth is {number(truth)}; estimates average {number(mean)}, and 95 of 100 lie "
        f"between {number(low)} and {number(high)}"
    )


def plot_sampling(frame: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the estimates that a design would give, with the truth marked.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``estimate, estimand``, one row per simulated study; rows without an estimate are left
        out.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> frame = pd.DataFrame({"estimate": [0.1, 0.3, 0.4], "estimand": 0.25})
    >>> plot_sampling(frame).get_xlabel()
    'Estimate in points'
    """
    runs = _runs(frame)
    # seaborn's import is slow, and most figures do without it.
    import seaborn as sns

    ax = new_axes(ax, height=3.4)
    sns.histplot(x=runs["estimate"], bins=30, color=MENTEE, alpha=0.45, edgecolor="white", ax=ax)
    ax.axvline(runs["estimand"].mean(), color=PALETTE[3], linewidth=2.4, label="the truth")
    ax.axvline(runs["estimate"].mean(), color=INK, linewidth=1.8, linestyle="--",
               label="mean of the estimates")  # fmt: skip
    ax.axvline(0, color=GREY, linewidth=0.9, linestyle=":", label="zero")
    ax.set_xlabel("Estimate in points")
    ax.set_ylabel(f"Simulated studies (n = {len(runs)})")
    legend_below(ax)
    title(ax, _sampling_finding(runs))
    return ax


def alt_sampling(frame: pd.DataFrame) -> str:
    """Say what `plot_sampling` shows.

    Examples
    --------
    >>> alt_sampling(pd.DataFrame({"estimate": [0.1, 0.3, 0.4], "estimand": 0.25}))
    'Histogram of the estimates of 3 simulated studies. The truth is 0.25; estimates average \
0.27, and 95 of 100 lie between 0.11 and 0.40.'
    """
    runs = _runs(frame)
    return (
        f"Histogram of the estimates of {len(runs)} simulated studies. {_sampling_finding(runs)}."
    )
