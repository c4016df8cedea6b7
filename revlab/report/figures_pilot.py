"""Figures of how a pilot went: who took part, and which sessions were held."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch

from revlab.report.canvas import (
    GREY,
    HATCHES,
    PALETTE,
    groups_of,
    legend_below,
    list_words,
    need,
    new_axes,
    safe,
    title,
)
from revlab.report.frames import percent
from revlab.report.names import words

__all__ = [
    "alt_attendance",
    "alt_flow",
    "plot_attendance",
    "plot_flow",
]

_FLOW = ["stage", "n", "of", "share"]
_GRID = ["dyad_id", "session", "status"]
_STATUS = {"held": 2, "skipped": 1, "not reached": 0}


def _flow_rows(frame: pd.DataFrame) -> pd.DataFrame:
    need(frame, _FLOW, what="the flow figure")
    if "arm" in frame and (frame["arm"] == "all").any():
        return frame[frame["arm"] == "all"].reset_index(drop=True)
    return frame


def _flow_finding(frame: pd.DataFrame) -> str:
    last = frame["stage"].iloc[-1]
    rows = frame[frame["stage"] == last]
    groups = groups_of(frame, ("role", "arm")).loc[rows.index]
    said = [
        f"{'' if group == 'all' else f'{group} '}{row.n} of {row.of} ({percent(row.share)})"
        for row, group in zip(rows.itertuples(), groups, strict=True)
    ]
    return f"At the last stage, “{words(str(last))}”: {list_words(said)}"


def plot_flow(frame: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw how many took part at each stage, with the interval of each share.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``stage, n, of, share`` in the order of the stages, optionally ``role``, ``arm``,
        ``conf_low`` and ``conf_high``. If there are rows of the arm "all", they alone are drawn;
        leave them out to see the arms.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> frame = pd.DataFrame({"stage": ["paired"], "n": [20], "of": [25], "share": [0.8]})
    >>> plot_flow(frame).get_xlabel()
    'Share who reached the stage (%)'
    """
    frame = _flow_rows(frame)
    stages = list(dict.fromkeys(frame["stage"]))
    groups = groups_of(frame, ("role", "arm"))
    names = list(dict.fromkeys(groups))
    ax = new_axes(ax, height=max(0.24 * len(frame) + 0.2 * len(stages) + 1.5, 2.4))
    height = 0.8 / len(names)
    for place, name in enumerate(names):
        rows = frame[groups == name]
        y = np.array([stages.index(stage) for stage in rows["stage"]]) + height * (
            place - (len(names) - 1) / 2
        )
        ax.barh(
            y, 100 * rows["share"], height=0.9 * height, color=PALETTE[place % 7], alpha=0.85,
            hatch=HATCHES[place % 7], edgecolor="white", label=safe(name),
        )  # fmt: skip
        if {"conf_low", "conf_high"} <= set(frame):
            ax.hlines(y, 100 * rows["conf_low"], 100 * rows["conf_high"], color="black", lw=1.2)
        ends = 100 * rows.get("conf_high", rows["share"]).fillna(rows["share"])
        for level, end, row in zip(y, ends, rows.itertuples(), strict=True):
            ax.text(end + 1.5, level, f"{row.n} of {row.of}", va="center", fontsize=8.5)
    ax.set_yticks(range(len(stages)), [safe(words(str(stage))) for stage in stages])
    ax.invert_yaxis()
    ax.set_xlim(0, 118)
    ax.set_xticks(range(0, 101, 20))
    ax.set_xlabel("Share who reached the stage (%)")
    if len(names) > 1:
        legend_below(ax)
    title(ax, _flow_finding(frame))
    return ax


def alt_flow(frame: pd.DataFrame) -> str:
    """Say what `plot_flow` shows.

    Examples
    --------
    >>> frame = pd.DataFrame({"stage": ["paired"], "n": [20], "of": [25], "share": [0.8]})
    >>> alt_flow(frame)
    'Bars of the share who reached each stage. At the last stage, “paired”: 20 of 25 (80%). All \
stages: paired 20 of 25.'
    """
    frame = _flow_rows(frame)
    groups = groups_of(frame, ("role", "arm"))
    listed = "; ".join(
        f"{words(str(row.stage))}{'' if group == 'all' else f', {group}'} {row.n} of {row.of}"
        for row, group in zip(frame.itertuples(), groups, strict=True)
    )
    return (
        f"Bars of the share who reached each stage. {_flow_finding(frame)}. All stages: {listed}."
    )


def _attendance_finding(frame: pd.DataFrame) -> str:
    held, skipped, unreached = (int((frame["status"] == status).sum()) for status in _STATUS)
    return (
        f"{held} of {len(frame)} planned sessions were held ({percent(held / len(frame))}), "
        f"{skipped} skipped, {unreached} not reached"
    )


def plot_attendance(frame: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw each planned session of each pair: held, skipped, or not reached.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``dyad_id, session, status`` and optionally ``arm``; a row of the grid is a pair, those
        that met most on top. Ids are not shown.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> frame = pd.DataFrame({"dyad_id": "D001", "session": [1, 2], "status": ["held", "skipped"]})
    >>> plot_attendance(frame).get_xlabel()
    'Session'
    """
    need(frame, _GRID, what="the attendance figure")
    coded = frame.assign(code=frame["status"].astype(str).map(_STATUS).astype(float))
    grid = coded.pivot(index="dyad_id", columns="session", values="code")
    grid = grid.loc[(grid == 2).sum(axis=1).sort_values(ascending=False, kind="stable").index]
    ax = new_axes(ax, height=float(np.clip(0.12 * len(grid) + 1.6, 2.6, 6.5)))
    colours = ["#ffffff", PALETTE[1], PALETTE[0]]
    values = grid.to_numpy(dtype=np.float64)
    ax.pcolormesh(
        values, cmap=ListedColormap(colours), vmin=0, vmax=2, edgecolors="#c9d0d6", linewidth=0.5
    )
    rows, columns = np.nonzero(values == 1)
    ax.scatter(columns + 0.5, rows + 0.5, marker="x", s=14, color="black", linewidth=1)
    ax.invert_yaxis()
    ax.set_xticks(np.arange(grid.shape[1]) + 0.5, [str(session) for session in grid.columns])
    ax.set_yticks([])
    ax.set_xlabel("Session")
    ax.set_ylabel(f"Pairs (n = {len(grid)})")
    keys = [
        Patch(facecolor=colours[2], label="held"),
        Patch(facecolor=colours[1], hatch="xx", edgecolor="black", label="skipped"),
        Patch(facecolor="white", edgecolor=GREY, label="not reached"),
    ]
    legend_below(ax, handles=keys)
    title(ax, _attendance_finding(frame))
    return ax


def alt_attendance(frame: pd.DataFrame) -> str:
    """Say what `plot_attendance` shows.

    Examples
    --------
    >>> frame = pd.DataFrame({"dyad_id": "D001", "session": [1, 2], "status": ["held", "skipped"]})
    >>> alt_attendance(frame)
    'Grid of 1 pairs by 2 sessions. 1 of 2 planned sessions were held (50%), 1 skipped, 0 not \
reached. Held by session: 1 in session 1, 0 in session 2.'
    """
    need(frame, _GRID, what="the attendance figure")
    held = (frame["status"] == "held").groupby(frame["session"]).sum()
    listed = ", ".join(f"{count} in session {session}" for session, count in held.items())
    return (
        f"Grid of {frame['dyad_id'].nunique()} pairs by {frame['session'].nunique()} sessions. "
        f"{_attendance_finding(frame)}. Held by session: {listed}."
    )
