"""Figures that compare pairing policies: the trade-off, and which choice people got."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes

from revlab.errors import one_of
from revlab.report.canvas import (
    GREY,
    HATCHES,
    MARKERS,
    MENTEE,
    MENTOR,
    PALETTE,
    legend_below,
    list_words,
    need,
    new_axes,
    safe,
    title,
)
from revlab.report.frames import number, percent
from revlab.report.names import HUMAN_NAMES, words

__all__ = ["alt_policies", "alt_ranks", "plot_policies", "plot_ranks"]

_FITS = ("mean_score", "total_score")
_RANKS = ["side", "rank", "n"]
_LAST_RANK = 10
_TIE = 1e-9
_HEIGHT, _LINE, _GAP = 4.2, 0.36, 0.085


def _policy_finding(frame: pd.DataFrame, fit: str) -> str:
    best, name = _best(frame, fit), HUMAN_NAMES[fit].lower()
    have = "has" if len(best) == 1 else "have"
    top = number(frame[fit].max())
    if not frame["worst_score"].notna().any():
        return f"{list_words(best)} {have} the highest {name} ({top})"
    kind, lowest = _best(frame, "worst_score"), number(frame["worst_score"].max())
    if kind == best:
        return (
            f"{list_words(best)} {have} the highest {name} ({top}) and the best worst-off pair "
            f"({lowest})"
        )
    return (
        f"{list_words(best)} {have} the highest {name} ({top}); the worst-off pair does best under "
        f"{list_words(kind)} ({lowest})"
    )


def _best(frame: pd.DataFrame, column: str) -> list[str]:
    """Return the policies with the largest value, all of them if there are ties."""
    tied = frame[column] >= frame[column].max() - _TIE
    return [f"“{words(str(policy))}”" for policy in frame.loc[tied, "policy"]]


def _spread(heights: npt.NDArray[np.float64], gap: float) -> npt.NDArray[np.float64]:
    """Move labels apart, from below, then back down by half of what they were moved."""
    order = np.argsort(heights, kind="stable")
    moved = heights.copy()
    for before, after in pairwise(order):
        moved[after] = max(moved[after], moved[before] + gap)
    shift: npt.NDArray[np.float64] = moved - float(np.mean(moved - heights))
    return shift


def plot_policies(frame: pd.DataFrame, ax: Axes | None = None, *, fit: str = "mean_score") -> Axes:
    """Draw the trade-off between fit for all and fit for the worst-off, one point per policy.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``policy, mean_score, total_score, worst_score``, one row per policy.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.
    fit : {"mean_score", "total_score"}
        What stands on the horizontal axis.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    OptionError
        If ``fit`` is neither.

    Examples
    --------
    >>> frame = pd.DataFrame({"policy": ["random", "optimal"], "mean_score": [0.4, 0.6],
    ...                       "worst_score": [0.1, 0.3]})
    >>> plot_policies(frame).get_ylabel()
    'Fit of the worst-off pair'
    """
    one_of("fit", fit, _FITS)
    need(frame, ["policy", fit, "worst_score"], what="the figure of policies")
    ax = new_axes(ax, height=max(_HEIGHT, _LINE * len(frame)))
    across = frame[fit].to_numpy(dtype=np.float64)
    up = frame["worst_score"].to_numpy(dtype=np.float64)
    span = max(float(np.ptp(up[np.isfinite(up)])), 0.05) if np.isfinite(up).any() else 1.0
    right = float(np.nanmax(across)) + 0.08 * max(float(np.ptp(across)), 0.02)
    gap = _GAP * span * min(1.0, _HEIGHT / (_LINE * max(len(frame), 1)))
    levels = _spread(np.nan_to_num(up), gap=gap)
    for place, policy in enumerate(frame["policy"]):
        # From the eighth policy on a colour comes with another marker.
        colour, marker = PALETTE[place % 7], MARKERS[(place + place // 7) % 7]
        ax.plot([across[place], right], [up[place], levels[place]], color="#b9c1c8", linewidth=0.7)
        ax.scatter(
            across[place], up[place], s=90, marker=marker, color=colour, edgecolor="white", zorder=3
        )
        ax.text(right, levels[place], f" {safe(words(str(policy)))}", va="center", fontsize=9)
    ax.grid()
    ax.set_xlabel(f"{HUMAN_NAMES[fit]} of the pairs (further right is better)")
    ax.set_ylabel("Fit of the worst-off pair")
    title(ax, _policy_finding(frame, fit))
    return ax


def alt_policies(frame: pd.DataFrame, *, fit: str = "mean_score") -> str:
    """Say what `plot_policies` shows.

    Examples
    --------
    >>> frame = pd.DataFrame({"policy": ["random", "optimal"], "mean_score": [0.4, 0.6],
    ...                       "worst_score": [0.1, 0.3]})
    >>> alt_policies(frame)
    'One point per pairing policy. “best total fit” has the highest mean fit (0.60) and the best \
worst-off pair (0.30). Mean fit and fit of the worst-off pair: random 0.40 and 0.10; best total \
fit 0.60 and 0.30.'
    """
    one_of("fit", fit, _FITS)
    need(frame, ["policy", fit, "worst_score"], what="the figure of policies")
    listed = "; ".join(
        f"{words(str(policy))} {number(value)} and {number(worst)}"
        for policy, value, worst in zip(
            frame["policy"], frame[fit], frame["worst_score"], strict=True
        )
    )
    return (
        f"One point per pairing policy. {_policy_finding(frame, fit)}. {HUMAN_NAMES[fit]} and fit "
        f"of the worst-off pair: {listed}."
    )


def _ranks(frame: pd.DataFrame) -> pd.DataFrame:
    need(frame, _RANKS, what="the figure of choices")
    capped = frame.assign(rank=frame["rank"].astype(int).clip(upper=_LAST_RANK))
    wide = capped.pivot_table(index="rank", columns="side", values="n", aggfunc="sum")
    places = range(1, max(int(capped["rank"].max()), 1) + 1)
    return wide.reindex(index=places, columns=["mentee", "mentor"]).fillna(0)


def _rank_finding(shares: pd.DataFrame) -> str:
    said = [
        f"{percent(shares[side].iloc[:3].sum())} of {side}s"
        for side in shares
        if shares[side].sum() > 0
    ]
    return f"One of their first three choices: {list_words(said)}"


def _shares(wide: pd.DataFrame) -> pd.DataFrame:
    totals = wide.sum()
    return wide / totals.where(totals > 0, 1)


def _rank_labels(ranks: Sequence[int]) -> list[str]:
    return [f"{rank}+" if rank == _LAST_RANK else str(rank) for rank in ranks]


def plot_ranks(frame: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw which of their choices mentees and mentors got (1 is the best allowed partner).

    Parameters
    ----------
    frame : pandas.DataFrame
        ``side, rank, n``; ranks of 10 and more are put together.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> frame = pd.DataFrame({"side": ["mentee", "mentor"], "rank": [1, 2], "n": [3, 3]})
    >>> plot_ranks(frame).get_xlabel()
    'Choice that was met (1 is the best allowed partner)'
    """
    wide = _ranks(frame)
    shares = _shares(wide)
    ax = new_axes(ax, height=3.4)
    places = np.arange(len(shares))
    sides = (("mentee", -0.2, MENTEE, HATCHES[0]), ("mentor", 0.2, MENTOR, HATCHES[1]))
    for side, shift, colour, hatch in sides:
        label = f"{side}s (n = {int(wide[side].sum())})"
        ax.bar(
            places + shift, 100 * shares[side], width=0.38, color=colour, hatch=hatch,
            edgecolor="white", label=label,
        )  # fmt: skip
    ax.set_xticks(places, _rank_labels(list(shares.index)))
    ax.set_xlabel("Choice that was met (1 is the best allowed partner)")
    ax.set_ylabel("Share of people paired (%)")
    ax.grid(axis="y", color=GREY, alpha=0.2)
    legend_below(ax)
    title(ax, _rank_finding(shares))
    return ax


def alt_ranks(frame: pd.DataFrame) -> str:
    """Say what `plot_ranks` shows.

    Examples
    --------
    >>> frame = pd.DataFrame({"side": ["mentee", "mentor"], "rank": [1, 2], "n": [3, 3]})
    >>> alt_ranks(frame)
    'Bars of the choice that was met. One of their first three choices: 100% of mentees and 100% \
of mentors. First choice: 100% of mentees and 0% of mentors.'
    """
    shares = _shares(_ranks(frame))
    return (
        f"Bars of the choice that was met. {_rank_finding(shares)}. First choice: "
        f"{percent(shares['mentee'].iloc[0])} of mentees and "
        f"{percent(shares['mentor'].iloc[0])} of mentors."
    )
