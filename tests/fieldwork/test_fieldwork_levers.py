"""Levers beyond the first five: neutral as they come, monotone where theory says so."""

from dataclasses import fields, replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.special import expit

from revlab.errors import OptionError, PilotError
from revlab.fieldwork.agreement import AgreementModel
from revlab.fieldwork.candour import RECORDING, CandourModel
from revlab.fieldwork.check_ins import CheckIn, repaired_gains
from revlab.fieldwork.course import Course, run_dyads
from revlab.fieldwork.frames import attendance
from revlab.fieldwork.outcomes import GAINS, OutcomeModel
from revlab.fieldwork.pilot import pilot_tables
from revlab.fieldwork.programme import Assumptions, Programme
from revlab.fieldwork.recognition import Recognition
from revlab.fieldwork.sessions import SessionModel
from revlab.fieldwork.simulate import expected_outcomes, reveal_pilot
from revlab.fieldwork.skill_gap import SkillGap, stated_worth
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.skill_help import help_with_needs
from revlab.people.population import Population, draw_cohort
from revlab.rng import stream

WHO = [("voice", "mentor"), ("digital_confidence", "mentee")]


def course(scene, programme: Programme | None = None) -> Course:
    return run_dyads(scene.potential(programme), scene.shuffled())


def gains(scene, programme: Programme, scale_id: str, role: str) -> np.ndarray:
    frame = expected_outcomes(
        scene.potential(programme), scene.shuffled(), scale_id=scale_id, role=role
    )
    return (frame["post"] - frame["pre"]).to_numpy(float)


def test_as_they_come_the_levers_change_nothing(scene) -> None:
    levers = course(scene).levers
    assert levers.factor == {}
    assert levers.candour is None
    assert (np.asarray(levers.keep) == 0).all()
    assert (np.asarray(levers.support) == Programme().support).all()


def test_levers_at_neutral_draw_nothing(scene) -> None:
    potential = scene.potential()
    run_dyads(potential, scene.shuffled())
    drawn = {purpose[0] for purpose in potential._drawn}
    assert not drawn & {"safety", "power distance", "expectations", "skill gap", "need"}


@pytest.mark.parametrize(("scale_id", "role"), WHO)
def test_what_is_on_record_costs_candour_and_gain(town, scale_id: str, role: str) -> None:
    """Nobody gains more when more is put on record, and sessions are the same."""
    found = [gains(town, Programme(recording=level), scale_id, role) for level in RECORDING]
    for less, more in pairwise(found):
        assert (less >= more).all()
        assert less.mean() > more.mean()
    held = [course(town, Programme(recording=level)).paths.held for level in ("none", "text")]
    assert (held[0] == held[1]).all()


def test_recording_leaves_the_answers_before_the_programme_alone(scene) -> None:
    pilots = [
        reveal_pilot(scene.potential(Programme(recording=level)), scene.shuffled())
        for level in ("ratings", "text")
    ]
    first = [p.responses[p.responses["wave"] == 1]["value"].to_list() for p in pilots]
    assert pd.Series(first[0]).equals(pd.Series(first[1]))
    assert pilots[0].sessions.equals(pilots[1].sessions)


def test_a_record_weighs_more_where_ranks_count_and_less_where_it_is_safe() -> None:
    model, zero = CandourModel(), np.zeros(3)
    power = np.array([-1.0, 0.0, 1.0])
    assert (np.diff(model(zero, power, zero, recording="text")) < 0).all()
    assert (np.diff(model(power, zero, zero, recording="text")) > 0).all()
    assert (model(power, power[::-1], zero, recording="ratings") == 0).all()


def test_safety_distance_and_grades_move_candour_as_stated() -> None:
    model = CandourModel(safety=0.3, power_distance=0.2, grade=0.1, near_grades=2.0)
    one, zero = np.ones(1), np.zeros(1)
    candour = model(one, zero, zero, recording="ratings")
    assert candour == pytest.approx(0.3)
    assert model(zero, one, zero, recording="ratings") == pytest.approx(-0.2)
    grades = np.array([0.0, 2.0, 3.0, 6.0])
    zeros = np.zeros(4)
    assert model(zeros, zeros, grades, recording="ratings") == pytest.approx([0, 0, -0.1, -0.4])
    assert model.factor(candour) == pytest.approx(np.exp(model.gain * 0.3))


def test_the_grades_between_two_come_from_the_cohort(scene) -> None:
    model = CandourModel(grade=0.2, near_grades=1.0)
    far = course(scene, Programme(assumptions=Assumptions(candour=model)))
    assert far.levers.candour == pytest.approx(np.full(24, -0.4)), "grades 1 and 4"
    potential = replace(scene.potential(far.potential.programme), cohort=None)
    with pytest.raises(PilotError, match="the potential has no cohort"):
        run_dyads(potential, scene.shuffled())


def test_a_session_is_worth_most_at_the_best_gap_and_less_on_both_sides() -> None:
    gap = SkillGap(weight=1.0)
    steps = np.linspace(-1, 7, 161)
    worth = gap(steps)
    top = int(worth.argmax())
    assert steps[top] == pytest.approx(gap.best)
    assert (np.diff(worth[: top + 1]) >= 0).all()
    assert (np.diff(worth[top:]) <= 0).all()
    assert worth.min() == 0
    assert worth[-1] == pytest.approx(gap.far)


def test_gains_over_the_gap_are_an_inverted_u(crowd) -> None:
    """The dyads themselves, not the curve: the middle third of the gaps gains most."""
    programme = Programme(assumptions=Assumptions(gap=SkillGap(weight=1.0, far=0.0)))
    potential = crowd.potential(programme)
    run = run_dyads(potential, crowd.shuffled())
    shocks = potential.normal("skill gap", "mentee")
    drawn = programme.assumptions.gap.drawn(
        (shocks[run.mentor] + shocks[run.mentee]) / np.sqrt(2.0)
    )
    gained = run.gain("digital_confidence", "mentee", given=run.given["mentee"][-1])
    small, right, large = (
        gained[(drawn > low) & (drawn <= high)].mean() for low, high in ((-9, 1), (1, 3), (3.5, 9))
    )
    assert right > 2 * small
    assert right > 1.3 * large


def test_stated_skills_give_what_the_pairing_room_computes() -> None:
    """The two rooms share no code: here a curve per dyad, there a matrix product."""
    cohort = draw_cohort(Population(), 25, 20, rng=stream(4, "cohort"))
    gap = SkillGap()
    points = ((gap.smallest, 0.0), (gap.best, 1.0), (gap.largest, gap.far))
    people = cohort.mentors.index.union(cohort.mentees.index)
    for learners, helpers in (
        (cohort.mentees.index, cohort.mentors.index), (cohort.mentors.index, cohort.mentees.index),
    ):  # fmt: skip
        table = help_with_needs(cohort, learners, helpers, points=points)
        rows, columns = np.meshgrid(range(len(learners)), range(len(helpers)), indexing="ij")
        found = stated_worth(
            cohort, gap,
            learners=people.get_indexer(learners)[rows.ravel()],
            helpers=people.get_indexer(helpers)[columns.ravel()],
        ).reshape(table.shape)  # fmt: skip
        known = ~np.isnan(table)
        assert found[known] == pytest.approx(table[known], abs=1e-8)
        assert known.any()


def test_skills_of_the_cohort_decide_and_the_rest_is_drawn(scene) -> None:
    programme = Programme(assumptions=Assumptions(gap=SkillGap(weight=1.0)))
    drawn = course(scene, programme).levers.factor["mentee"]
    rows = [("S0000", "sql", "need", 1.0), ("J0000", "sql", "offer", 3.0),
            ("J0001", "sql", "offer", 1.0)]  # fmt: skip
    skills = pd.DataFrame(rows, columns=["person_id", "skill_id", "side", "level"])
    cohort = replace(scene.cohort, skills=skills.assign(source="self"))
    potential = replace(scene.potential(programme), cohort=cohort)
    for mentor, factor in ((0, 1.0), (1, 0.0), (2, 0.0)):
        run = run_dyads(potential, scene.matching([mentor], [0], pools=1))
        found = run.levers.factor.get("mentee", np.ones((6, 1)))
        assert found[:, 0] == pytest.approx(np.full(6, factor))
    whole = run_dyads(potential, scene.shuffled()).levers.factor["mentee"]
    others = scene.shuffled().dyads["mentee_id"].to_numpy() != "S0000"
    assert (whole[:, others] == drawn[:, others]).all()


def test_recognition_of_attendance_acts_while_it_lasts_and_fades(crowd) -> None:
    """Skips go by exactly the stated odds: less while it lasts, half that one session later."""
    model = SessionModel(skip_workload=0, skip_after_skip=0, skip_quality=0, end_base=-50,
                         end_skips=0)  # fmt: skip
    programme = Programme(
        assumptions=Assumptions(sessions=model),
        recognition=Recognition(attendance=1.0, until=3, skip=1.2, lasting=0.5),
    )
    crowded = [
        (~run_dyads(crowd.potential(programme, replication=r), crowd.shuffled(r)).paths.held)
        for r in range(3)
    ]
    skipped = np.mean(crowded, axis=(0, 2))
    stated = model.skip_base - 1.2 * np.array([1, 1, 1, 0.5, 0.25, 0.125])
    assert skipped == pytest.approx(expit(stated), abs=0.02)


def test_recognition_of_the_joint_result_adds_while_it_lasts(scene) -> None:
    programme = Programme(recognition=Recognition(joint=1.0, until=2, gain=0.4, lasting=0.0))
    factor = course(scene, programme).levers.factor
    for role in ("mentor", "mentee"):
        assert factor[role][:, 0] == pytest.approx(np.exp([0.4, 0.4, 0, 0, 0, 0]))
    for_ever = replace(programme, recognition=Recognition(joint=1.0, gain=0.4))
    assert (gains(scene, for_ever, *WHO[0]) >= gains(scene, programme, *WHO[0])).all()


def test_clear_goals_give_more_and_keep_dyads_together(town) -> None:
    last, given = [], []
    for clarity in (0.0, 0.5, 1.0):
        run = course(town, Programme(goal_clarity=clarity))
        last.append(run.paths.last_session)
        given.append(run.levers.factor.get("mentor", np.ones((6, 1)))[0, 0])
    assert (last[0] <= last[1]).all()
    assert (last[1] <= last[2]).all()
    assert last[0].mean() < last[2].mean()
    assert given[0] < given[1] == 1.0 < given[2]


def test_a_contracting_session_costs_first_and_pays_later(scene) -> None:
    factor = course(scene, Programme(contracting=1.0)).levers.factor["mentee"][:, 0]
    model = AgreementModel()
    assert factor[0] == pytest.approx(np.exp(-model.first_cost / 2))
    assert factor[1:] == pytest.approx(np.full(5, np.exp(model.later_gain / 2)))


def test_expectations_that_differ_end_dyads_and_clear_goals_close_them(crowd) -> None:
    ends = []
    for clarity in (0.0, 1.0):
        model = AgreementModel(mismatch_end=0.8, goal_end=0.0)
        programme = Programme(goal_clarity=clarity, assumptions=Assumptions(agreement=model))
        run = course(crowd, programme)
        expected = run.potential.normal("expectations")
        apart = np.abs(expected[run.mentor] - expected[run.mentee])
        early = run.paths.last_session < 6
        ends.append(early[apart > 1.5].mean() - early[apart < 0.5].mean())
    assert ends[0] > 0.25
    assert abs(ends[1]) < 0.06


def test_check_ins_keep_dyads_together_from_the_first_on(town) -> None:
    plain, every, late = (
        course(town, Programme(check_in_every=k)).paths.last_session for k in (0, 1, 4)
    )
    assert (plain <= late).all()
    assert (late <= every).all()
    assert plain.mean() < late.mean() < every.mean()
    before = plain < 4
    assert (plain[before] == late[before]).all()
    second = course(town, Programme(check_in_every=2))
    size = second.potential.programme.assumptions.sessions.end_check_in
    assert np.asarray(second.levers.keep)[:, 0].tolist() == [0.0, *[size] * 5]


ACTIVE = {
    "gap": SkillGap(weight=0.8, smallest=0.5),
    "candour": CandourModel(safety=0.4, power_distance=0.4, grade=0.3, near_grades=1.0),
    "agreement": AgreementModel(mismatch_end=0.5),
}


def models() -> list[tuple[str, str]]:
    return [(part, field.name) for part, model in ACTIVE.items() for field in fields(model)]


@pytest.mark.parametrize(("part", "name"), models())
def test_no_parameter_of_a_lever_is_dead(town, part: str, name: str) -> None:
    recording = name if name in RECORDING else "text"
    base = Programme(
        goal_clarity=0.8, contracting=1.0, recording=recording, assumptions=Assumptions(**ACTIVE)
    )
    model = replace(
        ACTIVE[part], **{name: getattr(ACTIVE[part], name) * (1.5 if name == "largest" else 0.3)}
    )
    changed = replace(base, assumptions=replace(base.assumptions, **{part: model}))
    runs = [course(town, programme) for programme in (base, changed)]
    same_gain = all(np.array_equal(*(run.given[role] for run in runs)) for role in runs[0].given)
    same_fate = np.array_equal(*(run.paths.last_session for run in runs))
    if name in ("drawn_mean", "drawn_sd"):
        assert not same_gain
    assert not (same_gain and same_fate)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    seed=st.integers(0, 10_000),
    planned=st.integers(1, 10),
    levers=st.lists(st.floats(0, 1), min_size=5, max_size=5),
    recording=st.sampled_from(RECORDING),
    check_in=st.integers(0, 4),
    until=st.integers(1, 12),
)
def test_whatever_the_levers_planned_is_held_skipped_or_not_reached(
    scene, seed: int, planned: int, levers: list[float], recording: str, check_in: int, until: int
) -> None:
    programme = Programme(
        planned_sessions=planned, protected_time=levers[0], goal_clarity=levers[1],
        contracting=levers[2], recording=recording, check_in_every=check_in,
        recognition=Recognition(attendance=levers[3], joint=levers[4], until=until),
        assumptions=Assumptions(**ACTIVE),
    )  # fmt: skip
    pilot = reveal_pilot(scene.potential(programme, seed=seed), scene.shuffled(seed))
    counts = attendance(pilot)
    assert (counts["planned"] == planned).all()
    assert (counts["held"] + counts["skipped"] + counts["not_reached"] == planned).all()
    gained = run_dyads(scene.potential(programme, seed=seed), scene.shuffled(seed))
    for role in ("mentor", "mentee"):
        assert (gained.given[role] >= 0).all()
        assert (gained.given[role][-1][counts["held"].to_numpy() == 0] == 0).all()


def test_no_effect_no_estimand_with_every_lever_pulled(scene) -> None:
    programme = Programme(
        goal_clarity=1.0, contracting=1.0, recording="text", check_in_every=1,
        recognition=Recognition(attendance=1.0, joint=1.0),
        assumptions=Assumptions(outcomes=OutcomeModel(gains=dict.fromkeys(GAINS, 0.0)), **ACTIVE),
    )  # fmt: skip
    for scale_id, role in WHO:
        assert (gains(scene, programme, scale_id, role) == 0).all()


def test_levers_go_with_the_two_people_and_not_with_their_place(scene) -> None:
    programme = Programme(recording="text", assumptions=Assumptions(**ACTIVE))
    matching = scene.shuffled()
    backwards = replace(matching, dyads=matching.dyads.iloc[::-1])
    potential = scene.potential(programme)
    frames = [pilot_tables(reveal_pilot(potential, m)) for m in (matching, backwards)]
    for name in ("sessions", "truth"):
        one, two = (
            frame[name].sort_values(list(frame[name].columns[:4])).reset_index(drop=True)
            for frame in frames
        )
        pd.testing.assert_frame_equal(one, two, check_exact=True)


def repaired(scene, check_in: CheckIn, programme: Programme | None = None) -> pd.DataFrame:
    return repaired_gains(
        scene.potential(programme), scene.shuffled(), scene.compatibility,
        check_in=check_in, scale_id="voice", role="mentor",
    )  # fmt: skip


def test_pairing_anew_gives_only_to_those_whose_dyad_was_over(town) -> None:
    found = repaired(town, CheckIn(2))
    run = run_dyads(town.potential(), town.shuffled())
    assert (found["dissolved"].to_numpy() == (run.paths.last_session <= 2)).all()
    kept = found[~found["dissolved"]]
    assert (kept["gain_with"] == kept["gain_without"]).all()
    over = found[found["dissolved"]]
    assert over["repaired"].sum() >= len(over) - 4, "at most one left over in a pool"
    assert (over["gain_with"] >= over["gain_without"]).all()
    assert over["gain_with"].mean() > over["gain_without"].mean() + 0.02
    assert (over["held_with"] <= 2 + 4).all()
    assert (
        found["gain_without"] == run.gain("voice", "mentor", given=run.given["mentor"][-1])
    ).all()


def test_nobody_is_paired_anew_with_the_same_partner_or_against_a_rule(town) -> None:
    from revlab.fieldwork.check_ins import _paired_anew

    eligible = np.random.default_rng(3).random((200, 200)) < 0.7
    fit = Compatibility.from_scores(
        pd.DataFrame(
            town.compatibility.joint(), town.compatibility.mentee_ids, town.compatibility.mentor_ids
        ),
        eligible=eligible,
    )
    matching = town.shuffled()
    dissolved = np.random.default_rng(4).random(200) < 0.3
    new = _paired_anew(matching, fit, dissolved).dyads
    old = set(zip(matching.dyads["mentor_id"], matching.dyads["mentee_id"], strict=True))
    assert not old & set(zip(new["mentor_id"], new["mentee_id"], strict=True))
    assert set(new["mentor_id"]) <= set(matching.dyads.loc[dissolved, "mentor_id"])
    pools = matching.dyads.set_index("mentor_id")["pool_id"]
    assert (pools.loc[new["mentor_id"]].to_numpy() == new["pool_id"].to_numpy()).all()
    for mentor, mentee in zip(new["mentor_id"], new["mentee_id"], strict=True):
        assert eligible[fit.mentee_ids.get_loc(mentee), fit.mentor_ids.get_loc(mentor)]


def test_dissolving_poor_dyads_too_may_cost_those_who_are_left_over(town) -> None:
    ended, poor = (repaired(town, CheckIn(2, rule)) for rule in ("ended", "ended or poor"))
    assert (poor["dissolved"] | ~ended["dissolved"]).all()
    assert poor["dissolved"].sum() > ended["dissolved"].sum() + 20


def test_check_ins_that_cannot_be_are_refused(scene) -> None:
    with pytest.raises(OptionError, match="`after` must leave a session of 6; got 6"):
        repaired(scene, CheckIn(6))
    with pytest.raises(OptionError, match="`rule` must be one of"):
        CheckIn(rule="bad mood")
    with pytest.raises(OptionError, match="`after` must be a session from 1 on; got 0"):
        CheckIn(after=0)
    with pytest.raises(PilotError, match="somebody in two dyads"):
        repaired_gains(
            scene.potential(), scene.matching([0, 0], [0, 1], pools=1), scene.compatibility,
            check_in=CheckIn(), scale_id="voice", role="mentor",
        )  # fmt: skip


def test_lever_settings_that_cannot_be_are_refused() -> None:
    with pytest.raises(OptionError, match="`recording` must be one of"):
        Programme(recording="video")
    with pytest.raises(OptionError, match="`goal_clarity` must lie between 0 and 1; got 2"):
        Programme(goal_clarity=2)
    with pytest.raises(OptionError, match="`check_in_every` must be sessions"):
        Programme(check_in_every=-1)
    with pytest.raises(OptionError, match="`until` must be a session from 1 on"):
        Recognition(until=0)
    with pytest.raises(OptionError, match="`lasting` must lie between 0 and 1"):
        Recognition(lasting=1.2)
    with pytest.raises(OptionError, match="must rise; got 3, 2, 5"):
        SkillGap(smallest=3.0)
    with pytest.raises(OptionError, match="`weight` must lie between 0 and 1"):
        SkillGap(weight=1.5)
