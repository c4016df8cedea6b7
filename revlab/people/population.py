"""People who do not exist: settings of a population, and cohorts drawn from it."""

from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.errors import CohortError, must
from revlab.people.cohort import Cohort
from revlab.people.skill_draw import SkillDraw, draw_skills
from revlab.people.skills import read_skills
from revlab.shipped import shipped

__all__ = ["Population", "draw_cohort", "draw_from"]


@dataclass(frozen=True)
class Population:
    """Where simulated people come from; every number is an assumption that may be changed.

    Parameters
    ----------
    units : tuple of str
        Organisational units, equally likely.
    sites : tuple of str
        Places of work, equally likely.
    professions : tuple of str
        Job families, equally likely.
    grades : tuple of str
        The ladder, the most junior grade first; ranks are 1, 2, ….
    mentor_grades, mentee_grades : tuple of int
        Ranks of the juniors and of the seniors, equally likely within a side.
    tenure : tuple of float
        Mean years in the organisation at the lowest and the highest grade (gamma, shape 2).
    mentor_capacity, mentee_capacity : int
        Most dyads of one person.
    languages : tuple of str
        Everybody speaks the first; each of the others with probability 0.3.
    interests, objectives : tuple of str
        Everybody names three interests and two objectives, or all if there are fewer.
    known_manager : float
        Share, 0 to 1, of people whose manager (somebody of the same unit with a higher grade) is
        in the cohort and known.
    skills : SkillDraw
        How skills and free hours are drawn.

    Raises
    ------
    CohortError
        If a rank is not on the ladder, or a share is not between 0 and 1.

    Examples
    --------
    >>> Population().grades[0]
    'Analyst'
    """

    units: tuple[str, ...] = ("Finance", "Marketing", "Operations", "People", "Sales", "Technology")
    sites: tuple[str, ...] = ("North", "South", "Remote")
    professions: tuple[str, ...] = ("Analysis", "Commercial", "Delivery", "Engineering")
    grades: tuple[str, ...] = (
        *("Analyst", "Senior analyst", "Manager"),
        *("Senior manager", "Director", "Executive"),
    )
    mentor_grades: tuple[int, ...] = (1, 2, 3)
    mentee_grades: tuple[int, ...] = (4, 5, 6)
    tenure: tuple[float, float] = (3.0, 12.0)
    mentor_capacity: int = 1
    mentee_capacity: int = 1
    languages: tuple[str, ...] = ("English", "French", "German", "Spanish")
    interests: tuple[str, ...] = (
        *("books", "cooking", "film", "football", "gardening", "hiking", "music", "running"),
        *("science", "travel"),
    )
    objectives: tuple[str, ...] = (
        *("career advice", "customer insight", "digital skills", "inclusion", "innovation"),
        *("leadership", "strategy"),
    )
    known_manager: float = 0.5
    skills: SkillDraw = field(default_factory=SkillDraw)

    def __post_init__(self) -> None:
        for name in ("units", "sites", "professions", "grades", "mentor_grades", "mentee_grades"):
            must(bool(getattr(self, name)), f"`{name}` must not be empty.", CohortError)
        for name in ("mentor_grades", "mentee_grades"):
            ranks = getattr(self, name)
            must(
                all(1 <= rank <= len(self.grades) for rank in ranks),
                f"`{name}` must be ranks from 1 to {len(self.grades)}; got {ranks}.",
                CohortError,
            )
        must(
            min(self.mentor_grades) < max(self.mentee_grades),
            "the mentors must be the juniors: no rank of `mentor_grades` is below one of "
            "`mentee_grades`.",
            CohortError,
        )
        shared = 0 <= self.known_manager <= 1
        must(shared, f"`known_manager` must be from 0 to 1; got {self.known_manager}.", CohortError)
        must(min(self.tenure) > 0, "`tenure` must be years above 0.", CohortError)


def draw_cohort(
    population: Population, n_mentors: int, n_mentees: int, *, rng: np.random.Generator
) -> Cohort:
    """Draw people who do not exist.

    Parameters
    ----------
    population : Population
        The settings.
    n_mentors, n_mentees : int
        People on each side, at least one.
    rng : numpy.random.Generator
        The chance, from `revlab.rng.stream`.

    Returns
    -------
    Cohort
        With skills of the shipped taxonomy, availability and reporting lines, all simulated.

    Raises
    ------
    CohortError
        If a side would be empty.

    Examples
    --------
    >>> from revlab.rng import stream
    >>> cohort = draw_cohort(Population(), 26, 26, rng=stream(1, "cohort"))
    >>> cohort
    Cohort of 26 mentors (junior) and 26 mentees (senior)
    >>> cohort.mentors.index[0], cohort.mentees.index[-1]
    ('J0001', 'S0026')
    """
    for name, size in (("n_mentors", n_mentors), ("n_mentees", n_mentees)):
        must(size >= 1, f"`{name}` must be at least 1; got {size}.", CohortError)
    mentors = _people(population, population.mentor_grades, n_mentors, rng=rng)
    mentees = _people(population, population.mentee_grades, n_mentees, rng=rng)
    mentors.index = pd.Index([f"J{i:04d}" for i in range(1, n_mentors + 1)], name="person_id")
    mentees.index = pd.Index([f"S{i:04d}" for i in range(1, n_mentees + 1)], name="person_id")
    cohort = Cohort(
        mentors=mentors.assign(capacity=population.mentor_capacity),
        mentees=mentees.assign(capacity=population.mentee_capacity),
        reporting_lines=_reporting_lines(
            pd.concat([mentors, mentees]), known=population.known_manager, rng=rng
        ),
        origin="simulated people",
    )
    cohort = draw_skills(cohort, _taxonomy(), rng=rng, settings=population.skills)
    return replace(cohort, notes=("all people, skills and free hours are simulated.",))


@cache
def _taxonomy() -> pd.DataFrame:
    # Checked once: a sweep draws thousands of cohorts.
    return read_skills(shipped("data/skills/esco_digital.csv"))


def _people(
    population: Population, ranks: tuple[int, ...], size: int, *, rng: np.random.Generator
) -> pd.DataFrame:
    grade = rng.choice(np.array(ranks), size=size)
    first, last = population.tenure
    step = (grade - 1) / max(len(population.grades) - 1, 1)
    tenure = rng.gamma(2.0, (first + step * (last - first)) / 2.0)
    others = np.array(population.languages[1:], dtype=object)
    speaks = rng.random((size, len(others))) < 0.3
    return pd.DataFrame(
        {
            "unit": rng.choice(np.array(population.units, dtype=object), size=size),
            "grade": grade,
            "grade_label": np.array(population.grades, dtype=object)[grade - 1],
            "profession": rng.choice(np.array(population.professions, dtype=object), size=size),
            "site": rng.choice(np.array(population.sites, dtype=object), size=size),
            "tenure": np.round(tenure, 1),
            "languages": [(*population.languages[:1], *others[row]) for row in speaks],
            "interests": _some(population.interests, 3, size=size, rng=rng),
            "objectives": _some(population.objectives, 2, size=size, rng=rng),
        }
    )


def _some(
    options: tuple[str, ...], number: int, *, size: int, rng: np.random.Generator
) -> list[tuple[str, ...]]:
    order = rng.random((size, len(options))).argsort(axis=1)[:, :number]
    return [tuple(options[i] for i in sorted(row)) for row in order]


def _reporting_lines(
    people: pd.DataFrame, *, known: float, rng: np.random.Generator
) -> pd.DataFrame:
    """Give people a manager of their unit with a higher grade, so that no line is a circle."""
    lines = []
    chance = rng.random((len(people), 2))
    units = {
        unit: (rows.index.to_numpy(), rows["grade"].to_numpy())
        for unit, rows in people.groupby("unit")
    }
    for person, unit, grade, (luck, pick) in zip(
        people.index, people["unit"], people["grade"], chance, strict=True
    ):
        ids, ranks = units[unit]
        above: NDArray[np.object_] = ids[ranks > grade]
        if luck < known and len(above):
            lines.append((person, above[int(pick * len(above))]))
    return pd.DataFrame(lines, columns=["person_id", "manager_id"])


def draw_from(
    cohort: Cohort, n_mentors: int, n_mentees: int, *, rng: np.random.Generator
) -> Cohort:
    """Draw a smaller cohort from a real one, without replacement and in the order of the roster.

    Parameters
    ----------
    cohort : Cohort
        The people there are.
    n_mentors, n_mentees : int
        People on each side.
    rng : numpy.random.Generator
        The chance.

    Raises
    ------
    CohortError
        If there are not as many people.

    Examples
    --------
    >>> from revlab.rng import stream
    >>> cohort = draw_cohort(Population(), 40, 30, rng=stream(1, "cohort"))
    >>> draw_from(cohort, 26, 26, rng=stream(1, "sample"))
    Cohort of 26 mentors (junior) and 26 mentees (senior)
    """
    kept = []
    for people, size, side in (
        (cohort.mentors, n_mentors, "mentors"),
        (cohort.mentees, n_mentees, "mentees"),
    ):
        must(
            1 <= size <= len(people),
            f"cannot draw {size} of {len(people)} {side}; ask for 1 to {len(people)}.",
            CohortError,
        )
        kept.append(people.index[np.sort(rng.choice(len(people), size=size, replace=False))])
    return cohort.subset(kept[0], kept[1])
