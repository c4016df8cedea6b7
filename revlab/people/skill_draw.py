"""Simulated skills and free hours, for people who have told none."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.errors import CohortError, must
from revlab.people.cohort import Cohort

__all__ = ["SLOTS", "SkillDraw", "draw_skills"]

SLOTS = tuple(
    f"{day} {part}" for day in ("Mon", "Tue", "Wed", "Thu", "Fri") for part in ("AM", "PM")
)
"""The ten half-days of a working week."""

_Levels = NDArray[np.float64]


@dataclass(frozen=True)
class SkillDraw:
    """How skills are drawn; every number is an assumption that may be changed.

    A person's strength in digital skills (ESCO group S5) is a normal draw whose mean falls with
    the grade, in the other skills it rises with the grade, and neither depends on tenure: tenure
    is not knowledge. The level of one skill, 0 to 5, is 2.5 plus the strength plus its own noise.

    Parameters
    ----------
    gap : float
        Difference in mean strength between the sides, in standard deviations. At 0.8 a random
        junior is digitally stronger than a random senior in 71% of comparisons.
    n_digital, n_other : int
        Skills that the programme is about, drawn from the taxonomy.
    most_offers, most_needs : int
        Longest lists; a person offers skills of level 3 and above, and needs skills of level 2
        and below.
    free : float
        Share, 0 to 1, of the half-days in `SLOTS` that a person could meet in, on average.

    Raises
    ------
    CohortError
        If a number is out of bounds.
    """

    gap: float = 0.8
    n_digital: int = 16
    n_other: int = 8
    most_offers: int = 6
    most_needs: int = 5
    free: float = 0.4

    def __post_init__(self) -> None:
        must(self.gap == self.gap, "`gap` must be a number.", CohortError)
        for name in ("n_digital", "n_other", "most_offers", "most_needs"):
            value = getattr(self, name)
            must(value >= 1, f"`{name}` must be at least 1; got {value}.", CohortError)
        must(
            0 < self.free <= 1, f"`free` must be above 0, at most 1; got {self.free}.", CohortError
        )


def draw_skills(
    cohort: Cohort,
    taxonomy: pd.DataFrame,
    *,
    rng: np.random.Generator,
    settings: SkillDraw | None = None,
) -> Cohort:
    """Add simulated skills, and simulated free hours where a roster has none at all.

    Parameters
    ----------
    cohort : Cohort
        People without skills.
    taxonomy : pandas.DataFrame
        From `revlab.people.skills.read_skills`, with groups S5 (digital) and others.
    rng : numpy.random.Generator
        The chance; people are drawn in the order of their ids, whatever their order in the roster.
    settings : SkillDraw, optional
        How to draw.

    Returns
    -------
    Cohort
        With skills of source "simulated" and a note that says so.

    Raises
    ------
    CohortError
        If the cohort has skills already: real and simulated skills are not mixed.

    Examples
    --------
    >>> from revlab.people.roster import read_roster
    >>> from revlab.people.skills import read_skills
    >>> from revlab.rng import stream
    >>> from revlab.shipped import shipped
    >>> cohort = read_roster(shipped("data/rosters/ukcs_small"))
    >>> taxonomy = read_skills(shipped("data/skills/esco_digital.csv"))
    >>> drawn = draw_skills(cohort, taxonomy, rng=stream(1, "skills"))
    >>> drawn.skills["source"].unique().tolist()
    ['simulated']
    """
    settings = settings or SkillDraw()
    must(
        cohort.skills.empty,
        "the cohort has skills already; real and simulated skills are not mixed.",
        CohortError,
    )
    ids = cohort.mentors.index.union(cohort.mentees.index)
    topics = _topics(taxonomy, settings, rng=rng)
    levels = _levels(cohort, ids, topics, settings=settings, rng=rng)
    wish = rng.random(levels.shape)
    offers = _listed(levels >= 3, wish, settings.most_offers)
    needs = _listed(levels <= 2, wish, settings.most_needs)
    skills = pd.concat(
        [
            _long(ids, topics, levels, chosen=chosen, side=side)
            for side, chosen in (("offer", offers), ("need", needs))
        ],
        ignore_index=True,
    )
    mentors, mentees, notes = cohort.mentors, cohort.mentees, ["skills are simulated."]
    free = rng.random((len(ids), len(SLOTS))) < settings.free
    if not any(len(slots) for people in (mentors, mentees) for slots in people["availability"]):
        slots = {person: _free(row) for person, row in zip(ids, free, strict=True)}
        mentors, mentees = (
            people.assign(availability=[slots[person] for person in people.index])
            for people in (mentors, mentees)
        )
        notes.append("free hours are simulated.")
    return replace(
        cohort, mentors=mentors, mentees=mentees, skills=skills, notes=(*cohort.notes, *notes)
    )


def _topics(taxonomy: pd.DataFrame, settings: SkillDraw, *, rng: np.random.Generator) -> pd.Series:
    """Return whether each skill that the programme is about is digital, indexed by skill_id."""
    digital = taxonomy.set_index("skill_id")["group_code"].str.startswith("S5")
    parts = []
    for kind, size in ((True, settings.n_digital), (False, settings.n_other)):
        some = digital[digital == kind]
        must(
            len(some) >= size,
            f"the taxonomy has {len(some)} {'digital' if kind else 'other'} skills, not {size}.",
            CohortError,
        )
        parts.append(some.iloc[np.sort(rng.choice(len(some), size=size, replace=False))])
    return pd.concat(parts).astype(bool)


def _levels(
    cohort: Cohort,
    ids: pd.Index,
    topics: pd.Series,
    *,
    settings: SkillDraw,
    rng: np.random.Generator,
) -> _Levels:
    """Return the level of each person (rows) in each topic (columns)."""
    grades = pd.concat([cohort.mentees["grade"], cohort.mentors["grade"]])
    grade = grades[~grades.index.duplicated()].reindex(ids).to_numpy(dtype=float)
    apart = float(cohort.mentees["grade"].mean() - cohort.mentors["grade"].mean())
    slope = settings.gap / apart if apart > 0 else 0.0
    height = slope * (grade - grade.mean())
    strength = rng.standard_normal((len(ids), 2)) + np.column_stack([-height, height])
    own = strength[:, np.where(topics.to_numpy(), 0, 1)]
    raw = 2.5 + own + rng.standard_normal((len(ids), len(topics)))
    levels: _Levels = np.clip(np.round(raw), 0, 5)
    return levels


def _listed(possible: NDArray[np.bool_], wish: _Levels, most: int) -> NDArray[np.bool_]:
    """Return the entries, at most ``most`` in a row, that the person wishes for most."""
    place = np.where(possible, wish, 2.0).argsort(axis=1).argsort(axis=1)
    return possible & (place < most)


def _long(
    ids: pd.Index, topics: pd.Series, levels: _Levels, *, chosen: NDArray[np.bool_], side: str
) -> pd.DataFrame:
    person, skill = np.nonzero(chosen)
    return pd.DataFrame(
        {
            "person_id": ids.to_numpy()[person],
            "skill_id": topics.index.to_numpy()[skill],
            "side": side,
            "level": levels[person, skill],
            "source": "simulated",
        }
    )


def _free(row: NDArray[np.bool_]) -> tuple[str, ...]:
    """Return the free half-days; nobody has none."""
    slots = tuple(slot for slot, is_free in zip(SLOTS, row, strict=True) if is_free)
    return slots or SLOTS[:1]
