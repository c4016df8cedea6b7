"""The figure of a change: raw pairs from before to after, with the effect on an axis beside."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from revlab.inference.estimate import Estimate
from revlab.privacy.thresholds import Thresholds
from revlab.report.canvas import (
    BAND,
    GREY,
    PALETTE,
    beside,
    list_words,
    need,
    new_axes,
    safe,
    title,
)
from revlab.report.frames import interval, number
from revlab.report.names import words

__all__ = ["alt_change", "plot_change"]

_FEWEST = Thresholds().scores


def _arms(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    need(frame, ["pre", "post"], what="the figure of changes")
    if "arm" not in frame:
        return {"all": frame}
    return {str(arm): frame[frame["arm"] == arm] for arm in dict.fromkeys(frame["arm"])}


def _complete(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs with both scores, or none if so few would show what one person said."""
    whole = rows.dropna(subset=["pre", "post"])
    return whole if len(whole) >= _FEWEST else whole.iloc[:0]


def _size(rows: pd.DataFrame) -> str:
    count = len(_complete(rows))
    if count == 0:
        return f"fewer than {_FEWEST} complete pairs, not shown"
    return f"n = {count}, {len(rows) - count} missing"


def _change_finding(frame: pd.DataFrame, estimate: Estimate | None, margin: float | None) -> str:
    if estimate is not None:
        what = " minus ".join(words(part) for part in estimate.contrast.split(" - ", 1))
        beyond = f"; the margin is {number(margin)}" if margin else ""
        return (
            f"{what[:1].upper()}{what[1:] or 'Difference'}: {number(estimate.estimate)} "
            f"({interval(estimate.conf_low, estimate.conf_high)}){beyond}"
        )
    said = []
    for arm, rows in _arms(frame).items():
        whole = _complete(rows)
        change = number((whole["post"] - whole["pre"]).mean()) if len(whole) else "not shown"
        said.append(f"{change}{'' if arm == 'all' else f' under “{words(arm)}”'}")
    return f"Mean change in points: {list_words(said)}"


def plot_change(
    frame: pd.DataFrame,
    ax: Axes | None = None,
    *,
    estimate: Estimate | None = None,
    margin: float | None = None,
) -> Axes:
    """Draw every pair from before to after, and beside it the estimate on its own axis.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``pre, post`` and optionally ``arm``, one row per pair; a pair without both is left out
        of the lines and counted, and an arm with fewer than five complete pairs is not shown.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.
    estimate : Estimate, optional
        The difference to show on the effect axis.
    margin : float, optional
        Smallest difference that matters, drawn as a band around zero.

    Returns
    -------
    matplotlib.axes.Axes

    Notes
    -----
    An estimation plot: Ho, Tumkaya, Aryal, Choi and Claridge-Chang (2019), Nature Methods
    16:565-566.

    Examples
    --------
    >>> frame = pd.DataFrame({"pre": [2.0, 3.0] * 3, "post": [3.0, 3.5] * 3})
    >>> plot_change(frame).get_ylabel()
    'Score in points'
    """
    arms = _arms(frame)
    ax = new_axes(ax, height=4.2)
    ticks: dict[float, str] = {}
    for place, (arm, rows) in enumerate(arms.items()):
        whole = _complete(rows)
        scores = whole[["pre", "post"]].to_numpy(dtype=np.float64).T
        x = 1.7 * place + np.array([0.0, 1.0])
        colour = PALETTE[place % 7]
        ax.plot(x, scores, color=colour, alpha=0.28, linewidth=0.9)
        ax.plot(np.broadcast_to(x[:, None], scores.shape), scores, "o", color=colour, alpha=0.35,
                markersize=3.5, markeredgewidth=0)  # fmt: skip
        if len(whole):
            ax.plot(x, scores.mean(axis=1), color=colour, linewidth=3.2, marker="os^Dv"[place % 5],
                    markersize=9, markeredgecolor="white")  # fmt: skip
        name = "" if arm == "all" else f"{words(arm)}\n"
        size = f"{safe(name)}{_size(rows)}"
        ax.text(x.mean(), 1.0, size, transform=ax.get_xaxis_transform(), ha="center",
                va="bottom", fontsize=8.5)  # fmt: skip
        ticks |= {float(x[0]): "before", float(x[1]): "after"}
    ax.set_xticks(list(ticks), list(ticks.values()))
    ax.set_xlim(-0.25, max(ticks) + 0.25)
    ax.set_ylabel("Score in points")
    ax.grid(axis="y")
    if estimate is not None:
        _effect_axis(ax, estimate, margin)
    title(ax, _change_finding(frame, estimate, margin))
    return ax


def _effect_axis(ax: Axes, estimate: Estimate, margin: float | None) -> None:
    side = beside(ax)
    if margin:
        side.axhspan(-margin, margin, color=BAND)
        side.text(0.97, -margin, "margin ", transform=side.get_yaxis_transform(), ha="right",
                  va="bottom", fontsize=8, color=GREY)  # fmt: skip
    side.axhline(0, color=GREY, linewidth=0.9)
    side.vlines(0.5, estimate.conf_low, estimate.conf_high, color="black", linewidth=2.2)
    side.plot(0.5, estimate.estimate, "D", color="black", markersize=8)
    low, high = ax.get_ylim()
    ends = [estimate.conf_low, estimate.conf_high, -(margin or 0.0), margin or 0.0, 0.0]
    finite = [end for end in ends if np.isfinite(end)]
    # The same length per point as on the scores, as long as the interval fits.
    reach = max(high - low, 1.15 * (max(finite) - min(finite)))
    centre = (max(finite) + min(finite)) / 2
    side.set_ylim(centre - reach / 2, centre + reach / 2)
    side.set_xlim(0, 1)
    side.set_xticks([0.5], ["difference"])
    side.yaxis.tick_right()
    side.yaxis.set_label_position("right")
    side.set_ylabel("Difference in points")
    side.spines[["top", "left"]].set_visible(False)


def alt_change(
    frame: pd.DataFrame, *, estimate: Estimate | None = None, margin: float | None = None
) -> str:
    """Say what `plot_change` shows.

    Examples
    --------
    >>> alt_change(pd.DataFrame({"pre": [2.0, 3.0] * 3, "post": [3.0, 3.5] * 3}))
    'Lines from before to after, one per pair. Mean change in points: 0.75. Means before and \
after: 2.50 and 3.25 (n = 6, 0 missing).'
    """
    said = []
    for arm, rows in _arms(frame).items():
        whole = _complete(rows)
        name = "" if arm == "all" else f"{words(arm)} "
        means = f"{number(whole['pre'].mean())} and {number(whole['post'].mean())} "
        said.append(f"{name}{means if len(whole) else ''}({_size(rows)})")
    return (
        f"Lines from before to after, one per pair. {_change_finding(frame, estimate, margin)}. "
        f"Means before and after: {'; '.join(said)}."
    )
