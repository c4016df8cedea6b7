"""The figure of ties across levels: their share at each survey, and what chance would give."""

import pandas as pd
from matplotlib.axes import Axes

from revlab.inference.analysis import PilotAnalysis
from revlab.privacy.thresholds import Thresholds
from revlab.report.canvas import PALETTE, legend_below, need, new_axes, title
from revlab.report.frames import percent

__all__ = ["alt_ties", "plot_ties", "tie_rows"]

_FEWEST = Thresholds().scores
_COLUMNS = ["wave", "estimate", "conf_low", "conf_high", "n", "chance"]


def tie_rows(analysis: PilotAnalysis) -> pd.DataFrame:
    """Return the frame of `plot_ties` from what a pilot says about contacts.

    Parameters
    ----------
    analysis : PilotAnalysis
        From ``analyse_pilot``.

    Returns
    -------
    pandas.DataFrame
        ``wave, estimate`` (share of contacts of the other level), ``conf_low, conf_high, n``
        (people who answered), ``chance`` (the share if levels did not matter, NaN if it was
        refused); no rows if the pilot did not ask.
    """
    shares, index = analysis.frame("ties_share"), analysis.frame("ties_index")
    if shares.empty:
        return pd.DataFrame(columns=_COLUMNS)
    # The statistic is how far the E-I index, twice the share less one, lies from chance.
    far = {} if index.empty else dict(zip(index["wave"], index["statistic"], strict=True))
    chance = shares["estimate"] - shares["wave"].map(far).astype(float) / 2
    return shares.assign(chance=chance)[_COLUMNS]


def _shown(frame: pd.DataFrame) -> pd.DataFrame:
    need(frame, _COLUMNS, what="the figure of ties")
    return frame[frame["n"] >= _FEWEST].sort_values("wave")


def _finding(rows: pd.DataFrame) -> str:
    if rows.empty:
        return f"Fewer than {_FEWEST} people answered, not shown"
    first, last = rows.iloc[0], rows.iloc[-1]
    moved = f"{percent(first['conf_low'])} to {percent(first['conf_high'])}"
    if len(rows) > 1:
        after = f"{percent(last['conf_low'])} to {percent(last['conf_high'])}"
        moved = f"{moved} at survey {first['wave']:g}, {after} at survey {last['wave']:g}"
    return f"Contacts of the other level: {moved}"


def plot_ties(frame: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the share of contacts that are of the other level at each survey.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``wave, estimate, conf_low, conf_high, n, chance``, from `tie_rows`. A survey that fewer
        than five people answered is not shown.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> frame = pd.DataFrame({"wave": [1, 3], "estimate": [0.2, 0.3], "conf_low": [0.1, 0.2],
    ...     "conf_high": [0.3, 0.4], "n": [40, 30], "chance": [0.5, 0.5]})
    >>> plot_ties(frame).get_ylabel()
    'Contacts of the other level (%)'
    """
    rows = _shown(frame)
    ax = new_axes(ax, height=3.6)
    at = range(len(rows))
    ax.vlines(at, 100 * rows["conf_low"], 100 * rows["conf_high"], color=PALETTE[0], lw=2)
    ax.plot(at, 100 * rows["estimate"], color=PALETTE[0], marker="o", markersize=8, label="named")
    ax.plot(at, 100 * rows["chance"], color=PALETTE[1], marker="D", linestyle="--", markersize=7,
            label="if levels did not matter")  # fmt: skip
    labels = [f"survey {row.wave:g}\nn = {int(row.n)}" for row in rows.itertuples()]
    ax.set_xticks(list(at), labels, fontsize=9)
    ax.set_xlim(-0.5, max(len(rows), 1) - 0.5)
    ax.set_ylim(0, 100)
    ax.set_ylabel("Contacts of the other level (%)")
    ax.grid(axis="y")
    legend_below(ax)
    title(ax, _finding(rows))
    return ax


def alt_ties(frame: pd.DataFrame) -> str:
    """Say what `plot_ties` shows.

    Examples
    --------
    >>> frame = pd.DataFrame({"wave": [1], "estimate": [0.2], "conf_low": [0.1],
    ...     "conf_high": [0.3], "n": [40], "chance": [0.5]})
    >>> alt_ties(frame)
    'Dots with intervals, and what chance would give. Contacts of the other level: 10% to 30%. \
If levels did not matter: 50%.'
    """
    rows = _shown(frame)
    known = rows["chance"].dropna()
    chance = f" If levels did not matter: {percent(known.iloc[-1])}." if len(known) else ""
    return f"Dots with intervals, and what chance would give. {_finding(rows)}.{chance}"
