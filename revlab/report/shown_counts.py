"""Counts of people as they may be shown: no bar has fewer people than the threshold."""

from collections.abc import Mapping

import pandas as pd

from revlab.people.cohort import Cohort
from revlab.privacy.thresholds import Thresholds
from revlab.report.answer import AnswerCard
from revlab.report.cards import plain_card
from revlab.report.counts import skill_balance
from revlab.report.figures import draw
from revlab.report.views import FigureView

__all__ = ["balance_shown", "enough_behind", "grade_bands"]

_SIDES = ("mentor", "mentee")


def grade_bands(counts: pd.DataFrame, *, thresholds: Thresholds | None = None) -> pd.DataFrame:
    """Join neighbouring grades until no side of a band has one to four people.

    Joined grades keep every total, so that nothing can be worked out by subtraction.

    Parameters
    ----------
    counts : pandas.DataFrame
        From `revlab.report.counts.grade_counts`.
    thresholds : Thresholds, optional
        The default is 5 people.

    Returns
    -------
    pandas.DataFrame
        ``side, grade`` (the lowest of the band), ``grade_label`` ("HEO to SEO"), ``n``. If a whole
        side is smaller than the threshold, one band is left.

    Examples
    --------
    >>> counts = pd.DataFrame({"side": ["mentor", "mentor", "mentee"], "grade": [1, 2, 2],
    ...                        "grade_label": ["AA", "AO", "AO"], "n": [6, 2, 9]})
    >>> grade_bands(counts)[["side", "grade_label", "n"]].values.tolist()
    [['mentor', 'AA to AO', 8], ['mentee', 'AA to AO', 9]]
    """
    least = (thresholds or Thresholds()).scores
    wide = counts.pivot_table(index="grade", columns="side", values="n", aggfunc="sum")
    wide = wide.reindex(columns=list(_SIDES)).fillna(0).astype(int).sort_index()
    bands: list[list[int]] = []
    for grade in wide.index:
        if bands and _too_small(wide.loc[bands[-1]].sum(), least):
            bands[-1].append(grade)
        else:
            bands.append([grade])
    while len(bands) > 1 and _too_small(wide.loc[bands[-1]].sum(), least):
        last = bands.pop()
        bands[-1] += last
    labels = counts.drop_duplicates("grade").set_index("grade")["grade_label"]
    rows = [
        (side, band[0], _label(labels, band), int(wide.loc[band, side].sum()))
        for side in _SIDES
        for band in bands
    ]
    frame = pd.DataFrame(rows, columns=["side", "grade", "grade_label", "n"])
    return frame[frame["n"] > 0].reset_index(drop=True)


def _too_small(people: pd.Series, least: int) -> bool:
    return bool(people.between(1, least - 1).any())


def _label(labels: pd.Series, band: list[int]) -> str:
    return str(labels[band[0]]) if len(band) == 1 else f"{labels[band[0]]} to {labels[band[-1]]}"


def enough_behind(balance: pd.DataFrame, *, thresholds: Thresholds | None = None) -> pd.DataFrame:
    """Return the skills that nobody or enough people offer, and nobody or enough people need.

    Parameters
    ----------
    balance : pandas.DataFrame
        From `revlab.report.counts.skill_balance`.
    thresholds : Thresholds, optional
        The default is 5 people.

    Examples
    --------
    >>> balance = pd.DataFrame({"skill": ["a", "b"], "offered": [0, 3], "needed": [7, 9]})
    >>> enough_behind(balance)["skill"].tolist()
    ['a']
    """
    least = (thresholds or Thresholds()).scores
    few = balance[["offered", "needed"]].apply(lambda count: count.between(1, least - 1))
    return balance[~few.any(axis=1)].reset_index(drop=True)


def balance_shown(
    cohort: Cohort, *, labels: Mapping[str, str], caption: str
) -> FigureView | AnswerCard:
    """Return the figure of skills offered and needed, or a card if too few people are behind all.

    Parameters
    ----------
    cohort : Cohort
        The people.
    labels : mapping of skill_id to str
        Names of the skills.
    caption : str
        What stands below the figure.
    """
    every = skill_balance(cohort, labels=labels)
    shown = enough_behind(every)
    if shown.empty:
        return plain_card(
            "What do the seniors need and the juniors offer?",
            "That cannot be shown: behind every skill there are fewer than five people.",
        )
    hidden = len(every) - len(shown)
    note = f" Skills with one to four people on a side are left out: {hidden}." if hidden else ""
    return draw("skills", shown, caption=caption + note)
