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
from revlab.pairing.scoring import Score
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


@pytest.mark.parametrize("taking_part", ["everybody", "joiners"])
def test_the_scores_of_a_world_are_those_of_its_people(taking_part: str) -> None:
    roster = draw_cohort(Population(), 24, 24, rng=stream(12, "cohort"))
    sides = (
        people.assign(capacity=1 + np.arange(24) % 3 + side)
        for side, people in enumerate((roster.mentors, roster.mentees))
    )
    roster = Cohort(*sides, skills=roster.skills, reporting_lines=roster.reporting_lines)
    rule = Joining("volunteers", share=0.6)
    design = joining_design(roster, rule, taking_part=taking_part)
    scored, world = score_design(design), world_of(design)
    for arm, whole in scored.arms.items():
        own = world.scored[arm]
        assert own.mentee_ids.tolist() == world.cohort.mentees.index.tolist()
        assert own.mentor_ids.tolist() == world.cohort.mentors.index.tolist()
        for name in ("mentee_score", "mentor_score", "eligible"):
            table = pd.DataFrame(getattr(whole, name), whole.mentee_ids, whole.mentor_ids)
            expected = table.loc[own.mentee_ids, own.mentor_ids].to_numpy()
            np.testing.assert_array_equal(getattr(own, name), expected)
        for people, name in ((world.cohort.mentees, "mentee"), (world.cohort.mentors, "mentor")):
            np.testing.assert_array_equal(getattr(own, f"{name}_capacity"), people["capacity"])
    assert not np.array_equal(
        world.scored["optimal"].mentee_score, world.scored["optimal"].mentor_score
    )


def test_each_arm_is_scored_by_the_rules_of_its_own_policy(people: Cohort) -> None:
    free = replace(POLICIES["optimal"], name="free", eligibility=())
    plain = replace(POLICIES["optimal"], name="one", score=Score({"profession": 1}))
    arms = {"free": free, "one": plain}
    design = Design(people, 20, n_pools=4, arms=arms, contrast=Contrast("free", "one"))
    scored = score_design(design)
    assert scored.arms["free"].eligible.all()
    assert not scored.arms["one"].eligible.all()
    np.testing.assert_array_equal(scored.arms["free"].mentee_score, scored.reference.mentee_score)
    assert not np.allclose(scored.arms["one"].mentee_score, scored.reference.mentee_score)


def test_every_replication_draws_people_pools_and_arms_anew(people: Cohort) -> None:
    design = design_of(people)
    worlds = [world_of(design, replication) for replication in range(8)]
    assert len({tuple(world.arms.values()) for world in worlds}) > 1
    assert len({world.pairing_seed for world in worlds}) == 8
    assert len({tuple(world.cohort.mentors.index) for world in worlds}) == 8
    # with everybody drawn, the pools alone tell worlds apart
    whole = design_of(people, 24)
    pools = [world_of(whole, replication).pools for replication in range(2)]
    assert not pools[0].equals(pools[1])


def test_a_roster_with_lines_alone_or_capacity_keeps_them_in_a_draw() -> None:
    frame = pd.DataFrame({"unit": "a", "grade": 1, "capacity": [1, 3]}, index=["x", "y"])
    lines = pd.DataFrame({"person_id": ["y"], "manager_id": ["u"]})
    seniors = frame.assign(grade=4).set_axis(["u", "v"])
    drawn = drawn_cohort(
        Cohort(frame, seniors, reporting_lines=lines), mentors=np.array([1]), mentees=np.array([0])
    )
    assert drawn.mentors["capacity"].tolist() == [3]
    assert managers_of(drawn, ["y"]).tolist() == ["u"]


def test_who_stands_on_both_sides_has_every_skill_once() -> None:
    both = pd.DataFrame({"unit": "a", "grade": 2}, index=["x"])
    skills = pd.DataFrame([("x", "s1", "offer", 3.0, "self")], columns=SKILLS)
    place = np.array([0])
    drawn = drawn_cohort(Cohort(both, both, skills=skills), mentors=place, mentees=place)
    assert drawn.skills.to_numpy().tolist() == skills.to_numpy().tolist()


def test_who_can_join_is_counted_by_the_rule_and_the_unit(people: Cohort) -> None:
    """Everybody comes if the programme is mandatory; dealt dyads need two pairs for each pool."""
    joining_design(people, Joining("mandatory", share=0.1))
    arms = dict.fromkeys(ARMS, POLICIES["optimal"])
    few = {"n_pools": 4, "arms": arms, "contrast": Contrast("optimal", "random"),
           "taking_part": "joiners", "unit": "dyad"}  # fmt: skip
    for share, enough in ((0.4, True), (0.35, False)):
        given = few | {"programme": Programme(joining=Joining("lottery", share=share))}
        if enough:
            Design(people, 20, **given)
        else:
            with pytest.raises(DesignError, match="each side 7 join, and 4 pools need 8"):
                Design(people, 20, **given)


def test_a_roster_drawn_whole_is_the_roster_row_by_row(people: Cohort) -> None:
    every = np.arange(24)
    drawn = drawn_cohort(people, mentors=every, mentees=every)
    pd.testing.assert_frame_equal(drawn.skills, people.skills.reset_index(drop=True))
    expected = people.reporting_lines.reset_index(drop=True)
    pd.testing.assert_frame_equal(drawn.reporting_lines, expected)
