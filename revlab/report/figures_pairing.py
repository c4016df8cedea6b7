"""Figures of possible pairs: which are allowed and how well they fit, and which were made."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from revlab.report.canvas import GREY, MENTEE, MENTOR, PALETTE, legend_below, need, new_axes, title
from revlab.report.frames import number, percent

__all__ = ["alt_heat", "alt_scores", "plot_heat", "plot_scores"]

_HEAT = ["row", "column", "score", "paired"]


def _heat_finding(frame: pd.DataFrame) -> str:
    shape = (frame["row"].nunique(), frame["column"].nunique())
    allowed = frame["score"].notna()
    made = frame.loc[frame["paired"] & allowed, "score"]
    finding = (
        f"{percent(allowed.mean())} of {len(frame)} possible pairs are allowed "
        f"({shape[0]} mentees by {shape[1]} mentors)"
    )
    if made.empty:
        return finding
    return (
        f"{finding}; the {len(made)} pairs made have a mean fit of {number(made.mean())}, all "
        f"allowed pairs {number(frame['score'].mean())}"
    )


def plot_heat(frame: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the fit of every possible pair, mentees as rows and mentors as columns.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``row, column, score, paired``, as ``counts.possible_pairs`` gives it; a NaN score is a
        pair that a rule forbids.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> frame = pd.DataFrame({"row": [0, 0], "column": [0, 1], "score": [0.5, float("nan")],
    ...                       "paired": [True, False]})
    >>> plot_heat(frame).get_xlabel()
    'Mentors (junior)'
    """
    need(frame, _HEAT, what="the figure of possible pairs")
    ax = new_axes(ax, height=5.2)
    grid = frame.pivot(index="row", columns="column", values="score").to_numpy(dtype=np.float64)
    ax.set_facecolor("white")
    picture = ax.imshow(grid, cmap="cividis", aspect="auto", interpolation="nearest")
    made = frame[frame["paired"]]
    if len(made):
        rows = pd.Index(np.sort(frame["row"].unique())).get_indexer(made["row"])
        columns = pd.Index(np.sort(frame["column"].unique())).get_indexer(made["column"])
        size = float(np.clip(900 / max(grid.shape), 6, 60))
        ax.scatter(
            columns, rows, s=size, marker="s", facecolor="none", edgecolor=PALETTE[3],
            linewidth=1.4, label="pair made",
        )  # fmt: skip
    if np.isfinite(grid).any():
        bar = ax.figure.colorbar(picture, ax=ax, shrink=0.85)
        bar.set_label("Fit (0 to 1)")
    ax.set_xticks([])
    ax.set_yticks([])
    ax.set_xlabel("Mentors (junior)")
    ax.set_ylabel("Mentees (senior)")
    forbidden = Patch(facecolor="white", edgecolor=GREY, label="not allowed")
    made_key = ax.get_legend_handles_labels()[0]
    legend_below(ax, handles=[forbidden, *made_key])
    title(ax, _heat_finding(frame))
    return ax


def alt_heat(frame: pd.DataFrame) -> str:
    """Say what `plot_heat` shows.

    Examples
    --------
    >>> frame = pd.DataFrame({"row": [0, 0], "column": [0, 1], "score": [0.5, float("nan")],
    ...                       "paired": [True, False]})
    >>> alt_heat(frame)
    'Heat map of the fit of possible pairs. 50% of 2 possible pairs are allowed (1 mentees by \
2 mentors); the 1 pairs made have a mean fit of 0.50, all allowed pairs 0.50.'
    """
    need(frame, _HEAT, what="the figure of possible pairs")
    return f"Heat map of the fit of possible pairs. {_heat_finding(frame)}."


def _allowed(frame: pd.DataFrame) -> pd.DataFrame:
    need(frame, ["score", "paired"], what="the figure of scores")
    allowed = frame[frame["score"].notna()]
    need(allowed, ["score"], what="the figure of scores")
    return allowed


def _score_finding(frame: pd.DataFrame) -> str:
    allowed = _allowed(frame)
    made = allowed.loc[allowed["paired"], "score"]
    if made.empty:
        return (
            f"Median fit of all {len(allowed)} allowed pairs: {number(allowed['score'].median())}"
        )
    share = float((allowed["score"].to_numpy()[None, :] < made.to_numpy()[:, None]).mean())
    return (
        f"A pair that was made fits better than {percent(share)} of all allowed pairs "
        f"(median {number(made.median())} against {number(allowed['score'].median())})"
    )


def plot_scores(frame: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw how well the pairs that were made fit, against all pairs that are allowed.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``score, paired``; NaN scores are left out.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> frame = pd.DataFrame({"score": [0.2, 0.5, 0.8], "paired": [False, False, True]})
    >>> plot_scores(frame).get_xlabel()
    'Fit of the pair (0 to 1)'
    """
    allowed = _allowed(frame)
    # seaborn's import is slow, and most figures do without it.
    import seaborn as sns

    ax = new_axes(ax, height=3.4)
    edges = np.histogram_bin_edges(allowed["score"].to_numpy(dtype=np.float64), bins=24)
    look = {"stat": "percent", "bins": edges, "ax": ax}
    sns.histplot(
        x=allowed["score"], color=MENTEE, alpha=0.35, edgecolor="white",
        label=f"all allowed pairs (n = {len(allowed)})", **look,
    )  # fmt: skip
    made = allowed.loc[allowed["paired"], "score"]
    if len(made):
        sns.histplot(
            x=made, fill=False, element="step", color=PALETTE[3], linewidth=2,
            label=f"pairs made (n = {len(made)})", **look,
        )  # fmt: skip
        ax.axvline(made.min(), color=MENTOR, linestyle=":", linewidth=2,
                   label=f"lowest fit of a pair made ({number(made.min())})")  # fmt: skip
    ax.set_xlabel("Fit of the pair (0 to 1)")
    ax.set_ylabel("Share of pairs (%)")
    legend_below(ax)
    title(ax, _score_finding(frame))
    return ax


def alt_scores(frame: pd.DataFrame) -> str:
    """Say what `plot_scores` shows.

    Examples
    --------
    >>> frame = pd.DataFrame({"score": [0.2, 0.5, 0.8], "paired": [False, False, True]})
    >>> alt_scores(frame)
    'Two histograms of fit. A pair that was made fits better than 67% of all allowed pairs \
(median 0.80 against 0.50). Lowest fit of a pair made: 0.80.'
    """
    allowed = _allowed(frame)
    made = allowed.loc[allowed["paired"], "score"]
    lowest = f" Lowest fit of a pair made: {number(made.min())}." if len(made) else ""
    kind = "Two histograms" if len(made) else "A histogram"
    return f"{kind} of fit. {_score_finding(frame)}.{lowest}"
