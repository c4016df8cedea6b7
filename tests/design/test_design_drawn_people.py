"""Drawn worlds hold what a roster knows of its people, and only those who join if so asked."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from revlab.design.design import Design
from revlab.design.drawn_people import drawn_cohort
from revlab.design.parameter_values import with_values
from revlab.design.simulate import simulate_design
from revlab.design.world import World, draw_world, score_design
from revlab.errors import DesignError, OptionError
from revlab.fieldwork.joiners import joiners
from revlab.fieldwork.joining import Joining
from revlab.fieldwork.managers import managers_of
from revlab.fieldwork.programme import Assumptions, Programme
from revlab.fieldwork.skill_gap import SkillGap
from revlab.inference.estimate import Contrast
from revlab.pairing.policies import POLICIES
from revlab.people.cohort import Cohort
from revlab.people.population import Population, draw_cohort
from revlab.rng import stream

ARMS = {name: POLICIES[name] for name in ("optimal", "random")}
SKILLS = ["person_id", "skill_id", "side", "level", "source"]


@pytest.fixture(scope="module")
def people() -> Cohort:
    cohort = draw_cohort(Population(), 24, 24, rng=stream(11, "cohort"))
    mentees = cohort.mentees.assign(trait_patience=np.arange(24.0))
    return replace(cohort, mentees=mentees)


def design_of(cohort: Cohort, n_pairs: int = 20, **settings: object) -> Design:
    contrast = Contrast("optimal", "random")
    return Design(cohort, n_pairs, n_pools=4, arms=ARMS, contrast=contrast, **settings)


def world_of(design: Design, replication: int = 0) -> World:
    return draw_world(design, score_design(design), seed=5, replication=replication)


def with_gap(cohort: Cohort, gap: float) -> Cohort:
    """Every mentee needs what every mentor is ``gap`` levels ahead in, and the other way round."""
    rows = [
        (person, f"{role}'s", side, 1.0 + gap * (side == "offer"), "self")
        for role in ("mentor", "mentee")
        for side, ids in (
            ("offer", getattr(cohort, f"{role}s").index),
            ("need", (cohort.mentees if role == "mentor" else cohort.mentors).index),
        )
        for person in ids
    ]
    return replace(cohort, skills=pd.DataFrame(rows, columns=SKILLS))


def with_weight(weight: float) -> Programme:
    return Programme(assumptions=Assumptions(gap=SkillGap(weight=weight)))


@pytest.mark.parametrize("n_pairs", [20, 60])
def test_a_design_simulates_the_gaps_of_its_own_roster(people: Cohort, n_pairs: int) -> None:
    """At the best gap for all a weight changes no bit; where nobody is ahead nobody gains."""
    best, none = with_gap(people, SkillGap().best), with_gap(people, 0.0)
    runs = {
        (name, weight): simulate_design(
            design_of(cohort, n_pairs, programme=with_weight(weight)), n_sims=2, seed=5
        )
        for name, cohort in (("best", best), ("none", none))
        for weight in (0.0, 1.0)
    }
    pd.testing.assert_frame_equal(runs["best", 0.0], runs["best", 1.0])
    nothing = with_values(Programme(), {"gain.digital_confidence": 0.0})
    still = simulate_design(design_of(none, n_pairs, programme=nothing), n_sims=2, seed=5)
    np.testing.assert_allclose(runs["none", 1.0]["estimand"], still["estimand"], atol=1e-12)
    assert (runs["none", 0.0]["estimand"] != still["estimand"]).all()


def test_the_people_of_a_world_are_those_of_the_roster(people: Cohort) -> None:
    world = world_of(design_of(people))
    drawn = world.cohort
    columns = ["unit", "grade", "capacity", "site", "profession", "tenure", "trait_patience"]
    pd.testing.assert_frame_equal(
        drawn.mentees[columns], people.mentees.loc[drawn.mentees.index, columns]
    )
    ids = drawn.mentors.index.union(drawn.mentees.index)
    own = people.skills[people.skills["person_id"].isin(ids)].sort_values(SKILLS)
    pd.testing.assert_frame_equal(
        drawn.skills.sort_values(SKILLS).reset_index(drop=True), own.reset_index(drop=True)
    )
    assert managers_of(drawn, ids).tolist() == managers_of(people, ids).tolist()
    assert len(drawn.reporting_lines) == len(people.reporting_lines)


def test_a_copy_has_the_skills_and_the_manager_of_the_person(people: Cohort) -> None:
    places = np.array([0, 0, 3])
    drawn = drawn_cohort(people, mentors=places, mentees=np.array([1]))
    first = people.mentors.index[0]
    assert drawn.mentors.index.tolist()[:2] == [f"{first}~0", f"{first}~1"]
    told = drawn.skills.set_index("person_id")
    assert len(told.loc[f"{first}~0"]) > 0
    same = [told.loc[[f"{first}~{k}"]].reset_index(drop=True) for k in (0, 1)]
    pd.testing.assert_frame_equal(*same)
    theirs = people.skills[people.skills["person_id"] == first].drop(columns="person_id")
    pd.testing.assert_frame_equal(same[0], theirs.reset_index(drop=True))
    known = people.mentors.index.get_indexer(people.reporting_lines["person_id"])
    twice = np.repeat(known[known >= 0][:1], 2)
    copies = drawn_cohort(people, mentors=twice, mentees=np.array([1]))
    managers = set(managers_of(copies, copies.mentors.index))
    line = people.reporting_lines.set_index("person_id")["manager_id"]
    assert managers == {line[people.mentors.index[twice[0]]]}


def test_a_bare_roster_is_drawn_bare() -> None:
    frame = pd.DataFrame({"unit": "a", "grade": [1, 1]}, index=["x", "y"])
    bare = Cohort(frame, frame.assign(grade=4).set_axis(["u", "v"]))
    drawn = drawn_cohort(bare, mentors=np.array([1]), mentees=np.array([0]))
    assert drawn.mentors.index.tolist() == ["y"]
    assert len(drawn.skills) == len(drawn.reporting_lines) == 0


def joining_design(cohort: Cohort, rule: Joining, **settings: object) -> Design:
    settings = {"taking_part": "joiners", "programme": Programme(joining=rule)} | settings
    return design_of(cohort, **settings)


def test_those_who_join_are_paired_and_the_others_are_not(people: Cohort) -> None:
    """Volunteers by need alone: each who is paired needs it more than anybody who is not."""
    world = world_of(joining_design(people, Joining("volunteers", optin=1.0, share=0.5)))
    assert len(world.cohort.mentors) == len(world.cohort.mentees) == 10
    need = pd.Series(world.potential.normal("need"), index=world.potential.people)
    for ids, there in (
        (world.potential.mentee_ids, world.cohort.mentees.index),
        (world.potential.mentor_ids, world.cohort.mentors.index),
    ):
        assert len(ids) == 20
        assert need[there].min() > need[ids.difference(there)].max()
    found = joiners(world.potential).query("joins")["person_id"]
    assert set(found) == {*world.cohort.mentors.index, *world.cohort.mentees.index}
    assert set(world.pools["person_id"]) == set(found)


def test_a_mandatory_programme_is_the_design_of_everybody(people: Cohort) -> None:
    rule = Joining("mandatory")
    all_, some = (
        simulate_design(joining_design(people, rule, taking_part=who), n_sims=2, seed=3)
        for who in ("everybody", "joiners")
    )
    pd.testing.assert_frame_equal(all_, some)


def test_the_truth_is_that_of_those_who_join(people: Cohort) -> None:
    """Where only those join who gain nothing, no policy can make a difference to them."""
    flat = Joining("volunteers", optin=-1.0, share=0.5, gain_spread=1.0)
    design = joining_design(people, flat, n_pairs=24)
    runs = simulate_design(design, n_sims=3, seed=3)
    keen = joining_design(people, replace(flat, optin=1.0), n_pairs=24)
    more = simulate_design(keen, n_sims=3, seed=3)
    assert runs["estimand"].abs().mean() < more["estimand"].abs().mean()


def test_joining_that_cannot_be_is_refused(people: Cohort) -> None:
    with pytest.raises(OptionError, match="`taking_part` must be one of 'everybody', 'joiners'"):
        design_of(people, taking_part="nobody")
    with pytest.raises(DesignError, match="does not say how people join"):
        design_of(people, taking_part="joiners")
    with pytest.raises(DesignError, match="of 20 people on each side 2 join, and 4 pools need 4"):
        joining_design(people, Joining("lottery", share=0.1))
    said = repr(joining_design(people, Joining("lottery", share=0.5)))
    assert "20 people a side who may join in 4 pools" in said
