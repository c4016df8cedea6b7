"""The figure of records: what a search and a pairing still do as records of skills decay."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from revlab.errors import must
from revlab.report.canvas import (
    MARKERS,
    PALETTE,
    legend_below,
    list_words,
    need,
    new_axes,
    safe,
    title,
)
from revlab.report.frames import percent

__all__ = ["alt_records", "plot_records", "record_lines"]

_COLUMNS = ["line", "share", "mean", "low", "high"]
_WHAT = "the figure of records"
_DAMAGE = "missing or no longer so"


_LINES = {
    "hit": "a search names somebody who can help",
    "precision": "names of a search who can help",
    "coverage_mentee": "seniors' needs that partners meet",
    "random_mentee": "the same, paired at random",
}


def record_lines(*tables: pd.DataFrame, lines: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Return the frame of `plot_records` from tables of stressed records.

    Parameters
    ----------
    *tables : pandas.DataFrame
        From `revlab.people.skills_stress.stress_recall` and
        `revlab.pairing.stale_skills.stress_coverage`, of one kind of damage.
    lines : mapping of str to str, optional
        Measures to show, in this order, to their words.

    Returns
    -------
    pandas.DataFrame
        ``line, share, mean, low, high``.

    Raises
    ------
    RevlabError
        If the tables are of different kinds of damage.

    Examples
    --------
    >>> table = pd.DataFrame({"kind": "old", "share": [0.0], "measure": "hit", "mean": 1.0,
    ...                       "low": 1.0, "high": 1.0})
    >>> record_lines(table)["line"].tolist()
    ['a search names somebody who can help']
    """
    chosen = dict(lines or _LINES)
    frame = pd.concat(tables, ignore_index=True)
    one = frame["kind"].nunique() == 1
    must(one, "records are shown for one kind of damage at a time.")
    frame = frame[frame["measure"].isin(chosen)]
    frame = frame.assign(line=frame["measure"].map(chosen))
    place = frame["measure"].map(list(chosen).index)
    frame = frame.assign(place=place.astype(int)).sort_values(["place", "share"])
    return frame[_COLUMNS].reset_index(drop=True)


def _records_finding(frame: pd.DataFrame, damage: str) -> str:
    need(frame, _COLUMNS, what=_WHAT)
    ends = {}
    for name, rows in frame.groupby("line", sort=False):
        means = rows.sort_values("share")["mean"].to_numpy(np.float64)
        ends[str(name)] = (means[0], means[-1])
    # The first line, and the one of which least is left.
    names = list(ends)
    left = [end / start if start > 0 else 1.0 for start, end in ends.values()]
    told = list(dict.fromkeys([names[0], names[int(np.argmin(left))]]))
    said = [
        f"{percent(ends[name][1])} instead of {percent(ends[name][0])} for “{name}”"
        for name in told
    ]
    worst = percent(float(frame["share"].max()))
    return f"With {worst} of the offers {damage}: {list_words(said)}"


def plot_records(frame: pd.DataFrame, ax: Axes | None = None, *, damage: str = _DAMAGE) -> Axes:
    """Draw what is left as ever more recorded offers are damaged, with the middle 95%.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``line`` (what is measured, in words), ``share`` (of offers, 0 to 1), ``mean, low, high``
        (0 to 1), as `revlab.people.skills_stress.stress_recall` and
        `revlab.pairing.stale_skills.stress_coverage` give them.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.
    damage : str
        What is wrong with the offers, in words.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> frame = pd.DataFrame({"line": "found", "share": [0.0, 0.5], "mean": [1.0, 0.9],
    ...                       "low": [1.0, 0.85], "high": [1.0, 0.95]})
    >>> plot_records(frame, damage="missing").get_xlabel()
    'Share of recorded offers that are missing'
    """
    finding = _records_finding(frame, damage)
    ax = new_axes(ax, height=4.2)
    for place, (name, rows) in enumerate(frame.groupby("line", sort=False)):
        rows = rows.sort_values("share")
        colour = PALETTE[place % 7]
        at = 100 * rows["share"].to_numpy(np.float64)
        mean, low, high = (100 * rows[one].to_numpy(np.float64) for one in ("mean", "low", "high"))
        ax.fill_between(at, low, high, color=colour, alpha=0.18, linewidth=0)
        ax.plot(at, mean, color=colour, linestyle=("-", "--", ":", "-.")[place % 4],
                marker=MARKERS[place % 7], markersize=6, label=safe(str(name)))  # fmt: skip
    ax.set_ylim(0, 103)
    ax.set_xlabel(f"Share of recorded offers that are {damage}")
    ax.set_ylabel("Share, per cent")
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:.0f}%")
    ax.grid(axis="y")
    # Lines have long names, which would run out of the picture side by side.
    legend_below(ax, columns=2)
    title(ax, finding)
    return ax


def alt_records(frame: pd.DataFrame, *, damage: str = _DAMAGE) -> str:
    """Say what `plot_records` shows.

    Examples
    --------
    >>> frame = pd.DataFrame({"line": "found", "share": [0.0, 0.5], "mean": [1.0, 0.9],
    ...                       "low": [1.0, 0.85], "high": [1.0, 0.95]})
    >>> alt_records(frame, damage="missing")
    'Lines with the middle 95% of the draws. With 50% of the offers missing: 90% instead \
of 100% for “found”. “found”: 100% at 0%; 90% (85% to 95%) at 50%.'
    """
    finding, parts = _records_finding(frame, damage), []
    for name, rows in frame.groupby("line", sort=False):
        points = [
            f"{percent(row.mean)} at {percent(row.share)}"
            if row.low == row.high
            else f"{percent(row.mean)} ({percent(row.low)} to {percent(row.high)}) at "
            f"{percent(row.share)}"
            for row in rows.sort_values("share").itertuples()
        ]
        parts.append(f"“{name}”: {'; '.join(points)}.")
    return f"Lines with the middle 95% of the draws. {finding}. {' '.join(parts)}"
