"""Figures of who takes part: grades on both sides, skills offered and needed."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from revlab.report.canvas import (
    GREY,
    HATCHES,
    MENTEE,
    MENTOR,
    legend_below,
    need,
    new_axes,
    safe,
    title,
)

__all__ = ["alt_grades", "alt_skills", "plot_grades", "plot_skills"]

_MOST_SKILLS = 15


def _grades(frame: pd.DataFrame) -> pd.DataFrame:
    need(frame, ["side", "grade", "n"], what="the grades figure")
    wide = frame.pivot_table(index="grade", columns="side", values="n", aggfunc="sum")
    return wide.reindex(columns=["mentor", "mentee"]).fillna(0).astype(int).sort_index()


def _grade_finding(wide: pd.DataFrame) -> str:
    mentors, mentees = wide["mentor"].sum(), wide["mentee"].sum()
    overlap = int(((wide["mentor"] > 0) & (wide["mentee"] > 0)).sum())
    shared = "no step has people on both sides"
    if overlap:
        shared = f"{overlap} of {len(wide)} steps have people on both sides"
    return f"{mentors} mentors (junior) and {mentees} mentees (senior); {shared}"


def plot_grades(frame: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw how many mentors and mentees each grade has, as mirrored bars.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``side, grade, n`` and optionally ``grade_label``, as ``counts.grade_counts`` gives it.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> frame = pd.DataFrame({"side": ["mentor", "mentee"], "grade": [1, 4], "n": [3, 2]})
    >>> plot_grades(frame).get_ylabel()
    'Grade, the most senior on top'
    """
    wide = _grades(frame)
    ax = new_axes(ax, height=0.32 * len(wide) + 1.6)
    labels = dict(zip(frame["grade"], frame.get("grade_label", frame["grade"]), strict=True))
    places = np.arange(len(wide))
    top = int(wide.to_numpy().max())
    for side, sign, colour, hatch in (
        ("mentor", -1, MENTOR, HATCHES[1]),
        ("mentee", 1, MENTEE, HATCHES[0]),
    ):
        count = wide[side].to_numpy()
        ax.barh(places, sign * count, color=colour, hatch=hatch, edgecolor="white", height=0.72)
        for place, value in zip(places, count, strict=True):
            if value:
                side_of_bar = "right" if sign < 0 else "left"
                end = float(sign * (value + 0.02 * top))
                ax.text(end, float(place), str(value), va="center", ha=side_of_bar, fontsize=9)
    ax.axvline(0, color=GREY, linewidth=0.8)
    ax.set_yticks(places, [safe(str(labels[grade])) for grade in wide.index])
    ax.set_xlim(-1.15 * top, 1.15 * top)
    ax.set_xticks([])
    ax.spines[["bottom", "left"]].set_visible(False)
    ax.tick_params(axis="y", length=0)
    ax.set_ylabel("Grade, the most senior on top")
    ax.set_xlabel("← mentors (junior)      number of people      mentees (senior) →")
    title(ax, _grade_finding(wide))
    return ax


def alt_grades(frame: pd.DataFrame) -> str:
    """Say what `plot_grades` shows.

    Examples
    --------
    >>> frame = pd.DataFrame({"side": ["mentor", "mentee"], "grade": [1, 4], "n": [3, 2]})
    >>> alt_grades(frame)
    'Mirrored bars by grade. 3 mentors (junior) and 2 mentees (senior); no step has people on \
both sides. From the lowest grade: 1: 3 and 0; 4: 0 and 2.'
    """
    wide = _grades(frame)
    labels = dict(zip(frame["grade"], frame.get("grade_label", frame["grade"]), strict=True))
    listed = "; ".join(
        f"{labels[grade]}: {row.mentor} and {row.mentee}"
        for grade, row in zip(wide.index, wide.itertuples(), strict=True)
    )
    return f"Mirrored bars by grade. {_grade_finding(wide)}. From the lowest grade: {listed}."


def _skills(frame: pd.DataFrame) -> pd.DataFrame:
    need(frame, ["skill", "offered", "needed"], what="the skills figure")
    order = (frame["offered"] - frame["needed"]).sort_values(kind="stable").index
    return frame.loc[order]


def _skill_finding(frame: pd.DataFrame) -> str:
    short = frame[frame["offered"] < frame["needed"]]
    if short.empty:
        return f"Each of {len(frame)} skills has at least as many offers as needs"
    worst = short.iloc[0]
    return (
        f"{len(short)} of {len(frame)} skills are short; the largest gap is in "
        f"{worst['skill']} ({worst['offered']} offers, {worst['needed']} needs)"
    )


def plot_skills(frame: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw how many mentors offer and how many mentees need each skill.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``skill, offered, needed``, as ``counts.skill_balance`` gives it; at most the 15 skills
        with the largest shortage are drawn.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> frame = pd.DataFrame({"skill": ["video calls"], "offered": [3], "needed": [5]})
    >>> plot_skills(frame).get_xlabel()
    'Number of people'
    """
    every = _skills(frame)
    shown = every.head(_MOST_SKILLS).iloc[::-1]
    ax = new_axes(ax, height=0.34 * len(shown) + 1.6)
    places = np.arange(len(shown))
    ax.hlines(places, shown["offered"], shown["needed"], color=GREY, linewidth=1.4, zorder=1)
    ax.scatter(shown["needed"], places, s=56, marker="o", color=MENTEE, label="need it (mentees)")
    ax.scatter(
        shown["offered"], places, s=56, marker="D", facecolor="none", edgecolor=MENTOR,
        linewidth=2, label="offer it (mentors)",
    )  # fmt: skip
    ax.set_yticks(places, [safe(str(skill)) for skill in shown["skill"]])
    ax.set_xlim(left=0)
    ax.set_xmargin(0.08)
    ax.grid(axis="x")
    ax.set_xlabel("Number of people")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    legend_below(ax)
    title(ax, _skill_finding(every))
    return ax


def alt_skills(frame: pd.DataFrame) -> str:
    """Say what `plot_skills` shows.

    Examples
    --------
    >>> alt_skills(pd.DataFrame({"skill": ["video calls"], "offered": [3], "needed": [5]}))
    'Offers against needs for 1 skill. 1 of 1 skills are short; the largest gap is in video \
calls (3 offers, 5 needs). Offers and needs: video calls 3 and 5.'
    """
    every = _skills(frame)
    shown = every.head(_MOST_SKILLS)
    listed = "; ".join(f"{row.skill} {row.offered} and {row.needed}" for row in shown.itertuples())
    noun = "skill" if len(every) == 1 else "skills"
    return (
        f"Offers against needs for {len(every)} {noun}. {_skill_finding(every)}. "
        f"Offers and needs: {listed}."
    )
