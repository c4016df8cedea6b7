"""The figure of a result under every way to treat its missing answers."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from revlab.report.canvas import BAND, GREY, PALETTE, legend_below, new_axes, safe, title
from revlab.report.frames import interval, number
from revlab.report.missing_verdict import effects_of, judge_missing
from revlab.report.names import words

__all__ = ["alt_sensitivity", "plot_sensitivity"]

_POINT, _BOUNDS = PALETTE[0], PALETTE[1]


def _is_point(row: pd.Series) -> bool:
    return bool(pd.notna(row["estimate"]))


def _said(row: pd.Series) -> str:
    span = interval(row["conf_low"], row["conf_high"])
    if _is_point(row):
        return f"{number(row['estimate'])} ({span})"
    return f"{interval(row['bound_low'], row['bound_high'])} ({span})"


def plot_sensitivity(
    frame: pd.DataFrame, ax: Axes | None = None, *, margin: float | None = None
) -> Axes:
    """Draw the result under every way to treat missing answers; bounds are bars without a dot.

    Parameters
    ----------
    frame : pandas.DataFrame
        From ``inference.analysis_missing.sensitivity``: ``approach, estimate, conf_low,
        conf_high, bound_low, bound_high``. Rows without an interval, the tipping point and the
        response are left out.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.
    margin : float, optional
        Smallest difference that matters.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> frame = pd.DataFrame({"approach": ["complete", "bounds"], "estimate": [0.3, None],
    ...     "conf_low": [0.1, -0.1], "conf_high": [0.5, 0.7], "bound_low": [0.3, 0.2],
    ...     "bound_high": [0.3, 0.4]})
    >>> plot_sensitivity(frame, margin=0.2).get_xlabel()
    'Difference between the arms in points, with its interval'
    """
    rows = effects_of(frame)
    ax = new_axes(ax, width=8.2, height=0.48 * len(rows) + 1.9)
    handles: list[Patch | Line2D] = []
    if margin is not None:
        ax.axvspan(-margin, margin, color=BAND)
        handles.append(Patch(facecolor=BAND, label=f"inside the margin of {number(margin)}"))
    ax.axvline(0, color=GREY, linewidth=0.9)
    for place, (_, row) in enumerate(rows.iterrows()):
        colour = _POINT if _is_point(row) else _BOUNDS
        ax.hlines(place, row["conf_low"], row["conf_high"], color=colour, linewidth=2.0)
        if _is_point(row):
            ax.plot(row["estimate"], place, "D", color=colour, markersize=7)
        else:
            ax.barh(place, row["bound_high"] - row["bound_low"], left=row["bound_low"],
                    height=0.36, color=colour, edgecolor=GREY, hatch="///")  # fmt: skip
        ax.text(1.02, place, safe(_said(row)), transform=ax.get_yaxis_transform(), va="center",
                fontsize=8.5)  # fmt: skip
    if not all(_is_point(row) for _, row in rows.iterrows()):
        handles.append(
            Patch(facecolor=_BOUNDS, edgecolor=GREY, hatch="///", label="bounds: anywhere in here")
        )
    if handles:
        legend_below(ax, handles=handles)
    ax.set_yticks(range(len(rows)), [safe(words(str(one))) for one in rows["approach"]])
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xlabel("Difference between the arms in points, with its interval")
    title(ax, judge_missing(frame, margin=margin).finding)
    return ax


def alt_sensitivity(frame: pd.DataFrame, *, margin: float | None = None) -> str:
    """Say what `plot_sensitivity` shows.

    Examples
    --------
    >>> frame = pd.DataFrame({"approach": ["complete", "imputed"], "estimate": [0.3, 0.2],
    ...     "conf_low": [0.1, 0.0], "conf_high": [0.5, 0.4], "bound_low": [0.3, 0.2],
    ...     "bound_high": [0.3, 0.2]})
    >>> print(alt_sensitivity(frame))
    The difference under each way to treat missing answers. 1 of 1 other ways to treat the \
missing answers point to another answer than the complete pairs: missing answers filled in. \
complete pairs only: 0.30 (0.10 to 0.50); missing answers filled in: 0.20 (0.00 to 0.40).
    """
    rows = effects_of(frame)
    listed = "; ".join(
        f"{words(str(row['approach']))}: {'' if _is_point(row) else 'bounds '}{_said(row)}"
        for _, row in rows.iterrows()
    )
    finding = judge_missing(frame, margin=margin).finding
    inside = "" if margin is None else f" Margin: {number(margin)}."
    return f"The difference under each way to treat missing answers. {finding}.{inside} {listed}."
