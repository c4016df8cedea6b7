"""What all figures share: size, colours, markers, titles; nothing global is touched."""

import re
import textwrap
from collections.abc import Collection, Sequence
from typing import Any

import matplotlib
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from revlab.errors import must
from revlab.report.names import words

__all__ = [
    "BAND",
    "GREY",
    "HATCHES",
    "INK",
    "MARKERS",
    "MENTEE",
    "MENTOR",
    "PALETTE",
    "beside",
    "groups_of",
    "legend_below",
    "list_words",
    "mark_simulated",
    "need",
    "new_axes",
    "safe",
    "title",
]

INK = "#1b2733"
GREY = "#5b6672"
BAND = "#dfe5ea"
PALETTE = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9", "#cc79a7", "#000000")
"""Colours that people with any common colour blindness can tell apart (Okabe and Ito 2008)."""
MENTEE, MENTOR = PALETTE[0], PALETTE[1]
HATCHES = ("", "///", "...", "xx", "\\\\\\", "++", "oo")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
"""Hatches and markers go with the colours, so that nothing hangs on colour alone."""

_OWN = "revlab"
_STYLE: Any = {
    "font.family": ["DejaVu Sans"],
    "font.size": 9.5,
    "axes.labelcolor": INK,
    "axes.edgecolor": GREY,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": "#e3e8ec",
    "grid.linewidth": 0.8,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "figure.facecolor": "white",
    "hatch.linewidth": 0.7,
}


def new_axes(ax: Axes | None, *, width: float = 7.2, height: float = 4.0) -> Axes:
    """Return ``ax``, or the axes of a new figure of the given size in inches.

    Only the new figure gets revlab's style; matplotlib's settings stay as they are.

    Examples
    --------
    >>> new_axes(None).figure.get_size_inches().tolist()
    [7.2, 4.0]
    """
    if ax is not None:
        return ax
    # Settings are read while the axes are built, so they need to hold only here.
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(width, height), layout="constrained", label=_OWN)
        return figure.add_subplot()


def beside(ax: Axes) -> Axes:
    """Return narrow axes to the right of ``ax``, which gives up a fifth of its width."""
    spec = ax.get_subplotspec()
    with matplotlib.rc_context(_STYLE):
        if spec is None:
            return ax.inset_axes((1.14, 0.0, 0.2, 1.0))
        halves = spec.subgridspec(1, 2, width_ratios=[4, 1])
        ax.set_subplotspec(halves[0])
        return ax.figure.add_subplot(halves[1])


def _own_figure(ax: Axes) -> Figure | None:
    figure = ax.figure
    return figure if isinstance(figure, Figure) and figure.get_label() == _OWN else None


def title(ax: Axes, text: str) -> None:
    """Write the finding above the axes; in a figure of our own, across its whole width."""
    figure = _own_figure(ax)
    if figure is None:
        ax.set_title("\n".join(textwrap.wrap(safe(text), 60)), loc="left", color=INK, fontsize=10)
        return
    width = int(10.4 * figure.get_figwidth())
    lines = "\n".join(textwrap.wrap(safe(text), width))
    figure.suptitle(lines, x=0.012, ha="left", color=INK, fontsize=11, weight="bold")


def legend_below(
    ax: Axes, *, handles: Sequence[Artist] = (), heading: str = "", columns: int = 7
) -> None:
    """Put the legend below the axes if the figure is ours, else where it is in nobody's way."""
    shown = list(handles) or ax.get_legend_handles_labels()[0]
    look: dict[str, Any] = {
        "handles": shown,
        "ncols": min(len(shown), columns),
        "frameon": False,
        "fontsize": 9,
        "title": heading or None,
        "labelcolor": INK,
    }
    figure = _own_figure(ax)
    if figure is None:
        ax.legend(**look)
    else:
        figure.legend(loc="outside lower left", **look)


def safe(text: str) -> str:
    r"""Return text that matplotlib will not read as a formula, with real minus signs.

    Examples
    --------
    >>> print(safe("R&D $ and $"))
    R&D \$ and \$
    """
    return re.sub(r"(?<![\w.)])-(?=\d)", "−", text.replace("$", r"\$"))


def need(frame: pd.DataFrame, columns: Collection[str], *, what: str) -> None:
    """Check that a frame has the columns of a figure and at least one row.

    Raises
    ------
    RevlabError
        Naming the figure, and the columns that are missing.

    Examples
    --------
    >>> need(pd.DataFrame({"n": [1]}), ["n", "share"], what="the flow figure")
    Traceback (most recent call last):
    ...
    revlab.errors.RevlabError: the flow figure needs the column(s) ['share'].
    """
    missing = sorted(set(columns) - set(frame.columns))
    must(not missing, f"{what} needs the column(s) {missing}.")
    must(len(frame) > 0, f"{what} needs at least one row.")


def groups_of(frame: pd.DataFrame, columns: tuple[str, ...]) -> pd.Series:
    """Name the rows that belong together, from those of the columns that vary.

    Examples
    --------
    >>> frame = pd.DataFrame({"role": "mentee", "arm": ["optimal", "random"]})
    >>> groups_of(frame, ("role", "arm")).tolist()
    ['best total fit', 'random']
    """
    named = [name for name in columns if name in frame and frame[name].nunique() > 1]
    if not named:
        return pd.Series("all", index=frame.index)
    labels = frame[named].astype(str).map(words)
    return labels.agg(", ".join, axis=1)


def list_words(parts: Sequence[str]) -> str:
    """Return parts as an English list.

    Examples
    --------
    >>> list_words(["a", "b", "c"])
    'a, b and c'
    """
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def mark_simulated(figure: Figure) -> None:
    """Write "Simulated data" into a figure, so that the mark stays when it is copied."""
    style: dict[str, Any] = {
        "boxstyle": "square,pad=0.25",
        "facecolor": "white",
        "edgecolor": PALETTE[3],
        "linestyle": "--",
    }
    # As a label of the whole figure it gets room of its own and hides nothing.
    figure.supxlabel("SIMULATED DATA", x=0.985, ha="right", fontsize=8, weight="bold",
                     color="#9c4400", bbox=style)  # fmt: skip
