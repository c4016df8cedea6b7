"""The figure of interviews: what a better score may cost, and what interviews do cost."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from revlab.report.canvas import INK, MENTEE, PALETTE, legend_below, need, new_axes, title
from revlab.report.frames import number

__all__ = ["alt_interviews", "plot_interviews", "price_points"]

_COLUMNS = ["reliability", "price", "low", "high", "interviews", "hours"]


def price_points(curve: pd.DataFrame, table: pd.DataFrame, *, worth: float) -> pd.DataFrame:
    """Return the frame of `plot_interviews`.

    Parameters
    ----------
    curve : pandas.DataFrame
        From `revlab.fieldwork.interviews.price_curve`.
    table : pandas.DataFrame
        From `revlab.fieldwork.interviews.value_of_interviews`, with the same draws.
    worth : float
        What pairing with an exact score is worth over random pairing, in hours for a pair.

    Returns
    -------
    pandas.DataFrame
        ``reliability, price, low, high, interviews, hours``.

    Examples
    --------
    >>> curve = pd.DataFrame({"reliability": [0.8], "part": 0.1, "part_low": 0.0,
    ...                       "part_high": 0.2})
    >>> table = pd.DataFrame({"reliability": [0.7], "value": 1.0, "value_low": 0.5,
    ...                       "value_high": 2.0, "interviews": 1, "hours": 6.0})
    >>> price_points(curve, table, worth=50.0)["price"].tolist()
    [1.0, 5.0]
    """
    ends = {"": "price", "_low": "low", "_high": "high"}
    known = table.rename(columns={f"value{end}": name for end, name in ends.items()})
    between = pd.DataFrame(
        {"reliability": curve["reliability"]}
        | {name: worth * curve[f"part{end}"] for end, name in ends.items()}
    )
    between = between[~between["reliability"].isin(known["reliability"])]
    points = pd.concat([known[_COLUMNS], between.reindex(columns=_COLUMNS)], ignore_index=True)
    return points.astype(float).sort_values("reliability").reset_index(drop=True)


def _asked(frame: pd.DataFrame) -> pd.DataFrame:
    rows = frame[frame["interviews"].fillna(0).astype(float) > 0]
    return rows.sort_values("interviews")


def _interviews_finding(frame: pd.DataFrame) -> str:
    need(frame, _COLUMNS, what="the figure of interviews")
    rows = _asked(frame)
    top = frame.loc[frame["reliability"].astype(float).idxmax()]
    most = (
        f"a reliability of {number(top['reliability'])} may cost {number(top['price'], 1)} hours a "
        f"pair ({number(top['low'], 1)} to {number(top['high'], 1)})"
    )
    if rows.empty:
        return f"At the break-even point {most}"
    one = rows.iloc[0]
    count = f"{int(one['interviews'])} interview{'s' if one['interviews'] > 1 else ''} a person"
    costs = f"{count} cost{'' if one['interviews'] > 1 else 's'} {number(one['hours'], 1)} hours"
    worth = (
        f"worth {number(one['low'], 1)} to {number(one['high'], 1)} "
        f"({number(one['price'], 1)} on average)"
    )
    return f"For a pair, {costs} and is {worth}; {most}"


def plot_interviews(frame: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the break-even price of a better score, and the hours of interviews against it.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``reliability`` (of the score), ``price, low, high`` (most hours that it may cost for a
        pair: mean and middle 95% of the draws), ``interviews, hours`` (number for each person and
        what they cost for a pair; missing where a row is only a point of the curve).
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> frame = pd.DataFrame({"reliability": [0.64, 0.72, 1.0], "price": [0.0, 1.0, 4.0],
    ...     "low": [0.0, 0.5, 3.0], "high": [0.0, 1.5, 5.0], "interviews": [None, 1, None],
    ...     "hours": [None, 6.0, None]})
    >>> plot_interviews(frame).get_ylabel()
    'Hours for a pair'
    """
    finding = _interviews_finding(frame)
    ax = new_axes(ax, height=4.2)
    curve = frame.sort_values("reliability")
    at, price, low, high = (
        curve[name].to_numpy(np.float64) for name in ("reliability", "price", "low", "high")
    )
    ax.fill_between(at, low, high, color=MENTEE, alpha=0.2, linewidth=0)
    ax.plot(at, price, color=MENTEE, marker="o", markersize=4, label="most that it may cost")
    rows = _asked(frame)
    if not rows.empty:
        points = rows[["reliability", "hours"]].to_numpy(np.float64).T
        ax.plot(*points, marker="D", linestyle="", markersize=8, color=PALETTE[3],
                label="what interviews cost")  # fmt: skip
        for row in rows.itertuples():
            words = f"{int(row.interviews)} each"
            ax.annotate(words, (float(row.reliability), float(row.hours)), xytext=(9, 0),
                        textcoords="offset points", va="center", fontsize=9, color=INK,
                        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0})  # fmt: skip
    ax.set_ylim(bottom=min(0.0, float(low.min())))
    ax.set_xlabel("Reliability of the score")
    ax.set_ylabel("Hours for a pair")
    ax.grid(axis="y")
    legend_below(ax)
    title(ax, finding)
    return ax


def alt_interviews(frame: pd.DataFrame) -> str:
    """Say what `plot_interviews` shows.

    Examples
    --------
    >>> frame = pd.DataFrame({"reliability": [0.64, 0.72, 1.0], "price": [0.0, 1.0, 4.0],
    ...     "low": [0.0, 0.5, 3.0], "high": [0.0, 1.5, 5.0], "interviews": [None, 1, None],
    ...     "hours": [None, 6.0, None]})
    >>> alt_interviews(frame)
    'A curve of what a score may cost, and points of what interviews cost. For a pair, 1 interview \
a person costs 6.0 hours and is worth 0.5 to 1.5 (1.0 on average); a reliability of 1.00 may cost \
4.0 hours a pair (3.0 to 5.0). With 1 for each person: reliability 0.72, 6.0 hours, worth 1.0.'
    """
    finding = _interviews_finding(frame)
    said = "; ".join(
        f"with {int(row.interviews)} for each person: reliability {number(row.reliability)}, "
        f"{number(row.hours, 1)} hours, worth {number(row.price, 1)}"
        for row in _asked(frame).itertuples()
    )
    listed = f" {said[:1].upper()}{said[1:]}." if said else ""
    return (
        f"A curve of what a score may cost, and points of what interviews cost. {finding}.{listed}"
    )
