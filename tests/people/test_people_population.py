"""Simulated people and skills: reproducible, overlapping, and never mixed with real ones."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, spearmanr

from revlab.errors import CohortError
from revlab.people.cohort import Cohort
from revlab.people.population import Population, draw_cohort, draw_from
from revlab.people.roster import read_roster
from revlab.people.skill_draw import SLOTS, SkillDraw, draw_skills
from revlab.people.skills import read_skills
from revlab.rng import stream
from revlab.shipped import shipped

TAXONOMY = read_skills(shipped("data/skills/esco_digital.csv"))


def drawn(n_mentors: int = 60, n_mentees: int = 50, seed: int = 3, **settings: object) -> Cohort:
    population = replace(Population(), **settings)  # type: ignore[arg-type]
    return draw_cohort(population, n_mentors, n_mentees, rng=stream(seed, "cohort"))


def digital_level(cohort: Cohort) -> pd.Series:
    """Return each person's mean level over the digital skills they list, offers and needs."""
    digital = cohort.skills["skill_id"].isin(
        TAXONOMY.loc[TAXONOMY["group_code"].str.startswith("S5"), "skill_id"]
    )
    return cohort.skills[digital].groupby("person_id")["level"].mean()


def test_the_same_seed_gives_the_same_people_and_another_seed_others() -> None:
    first, again, other = drawn(), drawn(), drawn(seed=4)
    for name in ("mentors", "mentees", "skills", "reporting_lines"):
        pd.testing.assert_frame_equal(getattr(first, name), getattr(again, name))
    assert not first.mentors["tenure"].equals(other.mentors["tenure"])


def test_everybody_is_where_the_settings_say() -> None:
    cohort = drawn(mentor_capacity=2, mentee_grades=(5,))
    assert set(cohort.mentors["grade"]) <= {1, 2, 3}
    assert set(cohort.mentees["grade"]) == {5}
    assert set(cohort.mentors["capacity"]) == {2}
    assert all(set(slots) <= set(SLOTS) and slots for slots in cohort.mentors["availability"])
    assert all("English" in spoken for spoken in cohort.mentees["languages"])
    assert {len(aims) for aims in cohort.mentors["objectives"]} == {2}
    assert "simulated" in " ".join(cohort.notes)


def test_a_manager_has_a_higher_grade_in_the_same_unit_so_no_line_is_a_circle() -> None:
    cohort = drawn(200, 200, known_manager=1.0)
    people = pd.concat([cohort.mentors, cohort.mentees])
    lines = cohort.reporting_lines
    low, high = people.loc[lines["person_id"]], people.loc[lines["manager_id"]]
    assert (high["grade"].to_numpy() > low["grade"].to_numpy()).all()
    assert (high["unit"].to_numpy() == low["unit"].to_numpy()).all()
    assert len(lines) > 300
    assert drawn(known_manager=0.0).reporting_lines.empty


def test_offers_are_strong_needs_are_weak_and_nobody_has_both_in_one_skill() -> None:
    skills = drawn().skills
    assert skills.loc[skills["side"] == "offer", "level"].between(3, 5).all()
    assert skills.loc[skills["side"] == "need", "level"].between(0, 2).all()
    assert not skills.duplicated(["person_id", "skill_id"]).any()
    longest = skills.groupby(["side", "person_id"]).size().groupby("side").max()
    assert longest.to_dict() == {"need": 5, "offer": 6}
    assert set(skills["skill_id"]) <= set(TAXONOMY["skill_id"])


@pytest.mark.parametrize("gap", [0.0, 0.8, 1.6])
def test_juniors_are_digitally_stronger_by_the_gap_with_a_large_overlap(gap: float) -> None:
    # Everybody lists every digital skill, so that the mean level shows the strength.
    settings = SkillDraw(gap=gap, n_digital=60, most_offers=100, most_needs=100)
    cohort = drawn(700, 700, skills=settings)
    level = digital_level(cohort)
    low, high = level[cohort.mentors.index], level[cohort.mentees.index]
    superiority = (low.to_numpy()[:, None] > high.to_numpy()[None, :]).mean()
    # The gap is over the spread within a grade; grades differ within a side too.
    grades = 2.0 / 3.0 * (gap / 3.0) ** 2
    expected = norm.cdf(gap / np.sqrt(2 * (1 + grades)))
    assert superiority == pytest.approx(expected, abs=0.03)


def test_tenure_is_not_knowledge() -> None:
    cohort = drawn(2500, 2500, mentor_grades=(1,), mentee_grades=(2,), skills=SkillDraw(gap=0.0))
    people = pd.concat([cohort.mentors, cohort.mentees])
    level = digital_level(cohort)
    assert abs(spearmanr(level, people.loc[level.index, "tenure"]).statistic) < 0.04


@pytest.mark.parametrize("folder", ["ukcs_small", "ibm"])
def test_a_real_roster_gets_skills_and_keeps_everything_else(folder: str) -> None:
    cohort = read_roster(shipped(f"data/rosters/{folder}"))
    with_skills = draw_skills(cohort, TAXONOMY, rng=stream(5, "skills"))
    assert set(with_skills.skills["source"]) == {"simulated"}
    assert with_skills.notes == (
        *cohort.notes,
        "skills are simulated.",
        "free hours are simulated.",
    )
    columns = cohort.mentors.columns.drop("availability")
    pd.testing.assert_frame_equal(with_skills.mentors[columns], cohort.mentors[columns])
    assert with_skills.origin == cohort.origin
    assert cohort.skills.empty


def test_skills_do_not_depend_on_the_order_of_the_roster() -> None:
    cohort = read_roster(shipped("data/rosters/ukcs_small"))
    turned = cohort.subset(cohort.mentors.index[::-1], cohort.mentees.index[::-1])
    one, two = (draw_skills(c, TAXONOMY, rng=stream(5)).skills for c in (cohort, turned))
    pd.testing.assert_frame_equal(one, two)


def test_real_and_simulated_skills_and_hours_are_not_mixed() -> None:
    with pytest.raises(CohortError, match="has skills already"):
        draw_skills(drawn(), TAXONOMY, rng=stream(1))
    cohort = read_roster(shipped("data/rosters/ukcs_small"))
    some = cohort.mentors.assign(availability=[("Mon AM",)] + [()] * 49)
    kept = draw_skills(replace(cohort, mentors=some), TAXONOMY, rng=stream(1))
    assert kept.mentors["availability"].tolist() == some["availability"].tolist()
    assert "free hours are simulated." not in kept.notes


def test_a_person_on_both_sides_has_one_set_of_skills() -> None:
    cohort = drawn(20, 20)
    both = cohort.mentors.iloc[:3]
    mixed = Cohort(mentors=cohort.mentors, mentees=pd.concat([cohort.mentees, both]))
    skills = draw_skills(mixed, TAXONOMY, rng=stream(2)).skills
    assert not skills.duplicated(["person_id", "skill_id"]).any()


def test_a_sample_of_a_real_cohort_is_part_of_it() -> None:
    cohort = read_roster(shipped("data/rosters/ibm"))
    sample = draw_from(cohort, 26, 26, rng=stream(1, "sample"))
    assert (len(sample.mentors), len(sample.mentees)) == (26, 26)
    pd.testing.assert_frame_equal(sample.mentors, cohort.mentors.loc[sample.mentors.index])
    assert draw_from(cohort, 1077, 175, rng=stream(1)).mentors.index.equals(cohort.mentors.index)
    with pytest.raises(CohortError, match="cannot draw 176 of 175 mentees"):
        draw_from(cohort, 26, 176, rng=stream(1))


def test_each_person_is_drawn_equally_often() -> None:
    cohort = drawn(10, 10)
    times = pd.Series(0, index=cohort.mentors.index)
    for turn in range(400):
        times[draw_from(cohort, 3, 3, rng=stream(turn)).mentors.index] += 1
    # 120 expected each; chi-square with 9 degrees of freedom stays below its 99.9% point.
    assert ((times - 120) ** 2 / (120 * 0.7)).sum() * 0.9 < 27.9


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"mentor_grades": (7,)}, "must be ranks from 1 to 6"),
        ({"mentor_grades": (6,), "mentee_grades": (2,)}, "the mentors must be the juniors"),
        ({"units": ()}, "`units` must not be empty"),
        ({"known_manager": 2.0}, "`known_manager` must be from 0 to 1; got 2.0"),
        ({"tenure": (0.0, 5.0)}, "`tenure` must be years above 0"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings: dict[str, object], sentence: str) -> None:
    with pytest.raises(CohortError, match=sentence):
        replace(Population(), **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"free": 0.0}, "`free` must be above 0"),
        ({"most_offers": 0}, "`most_offers` must be at least 1; got 0"),
        ({"gap": float("nan")}, "`gap` must be a number"),
    ],
)
def test_skill_settings_that_cannot_be_are_refused(
    settings: dict[str, float], sentence: str
) -> None:
    with pytest.raises(CohortError, match=sentence):
        SkillDraw(**settings)  # type: ignore[arg-type]


def test_a_taxonomy_that_is_too_small_and_an_empty_side_are_refused() -> None:
    with pytest.raises(CohortError, match="the taxonomy has 77 digital skills, not 80"):
        drawn(skills=SkillDraw(n_digital=80))
    with pytest.raises(CohortError, match="`n_mentees` must be at least 1; got 0"):
        drawn(5, 0)
