"""Simulated pilots: the truth is known, and two matchings share everything but the pairs."""

from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest

from revlab.errors import OptionError, PilotError
from revlab.fieldwork.answers import expected_scores, raw_answers, scored
from revlab.fieldwork.course import run_dyads
from revlab.fieldwork.frames import attendance, dyad_outcomes
from revlab.fieldwork.instrument import SHORT_FORM, Instrument
from revlab.fieldwork.instrument_folder import climate_form, joined_instruments
from revlab.fieldwork.outcomes import GAINS, OutcomeModel
from revlab.fieldwork.pilot import Pilot, pilot_tables
from revlab.fieldwork.pilot_faults import cross_faults
from revlab.fieldwork.pilot_files import cell_faults
from revlab.fieldwork.pilot_tables import PILOT_TABLES
from revlab.fieldwork.programme import LEVERS, Assumptions, Programme
from revlab.fieldwork.relationship import RelationshipModel
from revlab.fieldwork.sessions import SessionModel
from revlab.fieldwork.simulate import (
    expected_outcomes,
    reveal_pilot,
    simulate_outcomes,
    simulate_pilot,
)
from revlab.fieldwork.survey import SurveyModel
from revlab.fieldwork.then_tests import with_then_tests

SCALES = [
    (scale_id, role) for scale_id in SHORT_FORM.scales["scale_id"]
    for role in SHORT_FORM.roles_of(scale_id)
]  # fmt: skip


def assume(**parts: object) -> Programme:
    return Programme(assumptions=Assumptions(**parts))


def same(one: Pilot, other: Pilot) -> bool:
    tables = pilot_tables(one), pilot_tables(other)
    return all(tables[0][name].equals(tables[1][name]) for name in tables[0])


def test_the_same_seed_gives_the_same_pilot(scene) -> None:
    given = {"compatibility": scene.compatibility, "seed": 3}
    pilots = [simulate_pilot(scene.cohort, scene.shuffled(), **given) for _ in range(2)]
    assert same(*pilots)
    other = simulate_pilot(scene.cohort, scene.shuffled(), **given, replication=1)
    assert not pilots[0].responses.equals(other.responses)
    assert not pilots[0].sessions.equals(other.sessions)


def test_a_replication_draws_everything_anew(scene) -> None:
    one, two = (scene.potential(replication=r) for r in (0, 1))
    assert not np.isclose(one.fit, two.fit).any()
    for purpose in ("workload", "skip", "end", "mood", "relationship", "acquiescence"):
        assert not np.isclose(one.normal(purpose), two.normal(purpose)).any()


def test_the_order_of_the_reference_scores_changes_nothing(scene) -> None:
    rows, columns = (np.random.default_rng(k).permutation(24) for k in (1, 2))
    mixed = replace(scene, compatibility=scene.compatibility.select(rows, columns))
    assert (mixed.potential().fit == scene.potential().fit).all()


def test_every_survey_is_answered_anew(scene) -> None:
    survey = SurveyModel(occasion_sd=0.0, item_missing=0.0, response_intake=1.0,
                         response_mentor=1 - 1e-9, response_mentee=1 - 1e-9)  # fmt: skip
    still = assume(survey=survey, outcomes=OutcomeModel(gains=dict.fromkeys(GAINS, 0.0)))
    course = run_dyads(scene.potential(still), scene.shuffled())
    sheets = [raw_answers(course, "voice", role="mentor", wave=wave) for wave in (1, 2, 3)]
    for one, two in ((0, 1), (1, 2)):
        assert 0.2 < (sheets[one] != sheets[two]).mean() < 0.8


def test_a_survey_counts_the_sessions_that_were_due_before_it(town) -> None:
    programme = Programme()
    course = run_dyads(town.potential(), town.shuffled())
    outcomes = programme.assumptions.outcomes
    given = outcomes(course.paths, course.traits, role="mentor", curriculum=0.0)
    before = course.latent("voice", "mentor", wave=1)
    for wave, due in ((2, 3), (3, 6)):
        gain = outcomes.gain("voice", given[:due].sum(axis=0), planned=6)
        known = course.latent("voice", "mentor", wave=wave) - before
        assert known == pytest.approx(gain, abs=1e-12)


def test_another_seed_of_the_same_potential_is_drawn_anew(scene) -> None:
    potential = scene.potential(seed=1)
    first = potential.normal("workload", shape=(6,))
    assert potential.normal("workload", shape=(6,)) is first
    other = replace(potential, seed=2).normal("workload", shape=(6,))
    assert not np.allclose(first, other)
    assert (scene.potential(seed=2).normal("workload", shape=(6,)) == other).all()


def test_a_simulated_pilot_has_no_fault(scene) -> None:
    pilot = reveal_pilot(scene.potential(), scene.shuffled())
    tables = pilot_tables(pilot)
    assert cross_faults(tables, pilot.plan, broken=set()) == []
    for name, frame in tables.items():
        assert cell_faults(frame, PILOT_TABLES[name])[1] == []


def test_the_order_of_people_and_dyads_changes_nothing(scene) -> None:
    matching = scene.shuffled()
    backwards = replace(matching, dyads=matching.dyads.iloc[::-1])
    frames = [
        simulate_outcomes(scene.potential(), m, scale_id="voice", role="mentor").set_index(
            "dyad_id"
        )
        for m in (matching, backwards)
    ]
    pd.testing.assert_frame_equal(frames[0], frames[1].loc[frames[0].index])


def test_two_matchings_share_everything_but_the_pairs(scene) -> None:
    potential = scene.potential()
    pilots = [reveal_pilot(potential, scene.shuffled(k)) for k in (1, 2)]
    keys = ["respondent_id", "role", "item_id"]
    first = [
        p.responses[p.responses["wave"] == 1].set_index(keys)["value"].sort_index() for p in pilots
    ]
    pd.testing.assert_series_equal(*first)
    truths = [
        p.truth[p.truth["wave"] == 1].set_index(["respondent_id", "role", "scale_id"])
        for p in pilots
    ]
    pd.testing.assert_series_equal(
        *(truth["latent"].sort_index() for truth in truths), check_exact=True
    )
    later = [
        p.truth[p.truth["wave"] == 3].set_index(["respondent_id", "role", "scale_id"])
        for p in pilots
    ]
    assert not np.allclose(*(truth["latent"].sort_index().astype(float) for truth in later))


def test_a_dyad_that_both_matchings_make_has_the_same_course(scene) -> None:
    potential, n = scene.potential(), len(scene.cohort.mentees)
    others = list(range(1, n))
    one = scene.matching([0, *others], range(n))
    two = scene.matching([0, *reversed(others)], range(n))
    pilots = [reveal_pilot(potential, m) for m in (one, two)]
    for name in ("sessions", "responses", "truth"):
        parts = [getattr(p, name).query("dyad_id == 'D001'").reset_index(drop=True) for p in pilots]
        pd.testing.assert_frame_equal(*parts, check_exact=True)


@pytest.mark.parametrize(("scale_id", "role"), SCALES)
def test_the_lean_path_equals_the_full_path_bit_for_bit(scene, scale_id: str, role: str) -> None:
    potential, matching = scene.potential(), scene.shuffled()
    lean = simulate_outcomes(potential, matching, scale_id=scale_id, role=role)
    full = dyad_outcomes(reveal_pilot(potential, matching), scale_id, role=role)
    pd.testing.assert_frame_equal(lean, full, check_exact=True)
    assert lean["post"].notna().any()
    assert lean["post"].isna().any()


def test_the_lean_path_equals_the_full_path_with_several_dyads_each(scene) -> None:
    mentors = [0, 0, 0, 1, 1, *range(2, 21)]
    mentees = [*range(20), 0, 1, 1, 2]
    potential, matching = scene.potential(), scene.matching(mentors, mentees, pools=1)
    for scale_id, role in SCALES:
        lean = simulate_outcomes(potential, matching, scale_id=scale_id, role=role)
        full = dyad_outcomes(reveal_pilot(potential, matching), scale_id, role=role)
        pd.testing.assert_frame_equal(lean, full, check_exact=True)


def test_the_lean_path_equals_the_full_path_when_items_are_left_out(scene) -> None:
    """So many gaps that forms with too few answers are among them."""
    potential = scene.potential(assume(survey=SurveyModel(item_missing=0.4)))
    matching = scene.shuffled()
    for scale_id, role in SCALES:
        lean = simulate_outcomes(potential, matching, scale_id=scale_id, role=role)
        full = dyad_outcomes(reveal_pilot(potential, matching), scale_id, role=role)
        pd.testing.assert_frame_equal(lean, full, check_exact=True)


def test_somebody_in_several_dyads_answers_about_each_anew(scene) -> None:
    potential = scene.potential()
    pilot = reveal_pilot(potential, scene.matching([0, 0, 0], [0, 1, 2], pools=1))
    rows = pilot.responses.query("role == 'mentor' and wave == 1")
    sheets = rows.groupby("dyad_id")["value"].apply(lambda v: tuple(v.fillna(0)))
    assert sheets.nunique() == 3
    # Their trait before the programme is one and the same.
    truth = pilot.truth.query("role == 'mentor' and wave == 1 and scale_id == 'voice'")
    assert truth["latent"].nunique() == 1


def test_the_truth_is_the_expected_outcome(scene) -> None:
    potential, matching = scene.potential(), scene.shuffled()
    truth = reveal_pilot(potential, matching).truth
    for scale_id, role in SCALES:
        waves = SHORT_FORM.waves_of(scale_id)
        expected = expected_outcomes(potential, matching, scale_id=scale_id, role=role)
        assert expected[["pre", "post"]].notna().all(axis=None)
        for name, wave in (("pre", waves[0]), ("post", waves[-1])):
            rows = truth[
                (truth["scale_id"] == scale_id) & (truth["role"] == role) & (truth["wave"] == wave)
            ].set_index("dyad_id")["expected_score"]
            known = rows.loc[expected["dyad_id"]].to_numpy(dtype=float)
            assert expected[name].to_numpy() == pytest.approx(known, abs=1e-6)


@pytest.mark.parametrize(("scale_id", "role"), SCALES)
def test_many_simulated_scores_average_to_the_truth(crowd, scale_id: str, role: str) -> None:
    """Without gaps, over 1200 dyads: the mean score is the mean expected score."""
    survey = SurveyModel(response_intake=1.0, response_mentor=1.0 - 1e-12,
                         response_mentee=1.0 - 1e-12, item_missing=0.0)  # fmt: skip
    course = run_dyads(crowd.potential(assume(survey=survey)), crowd.shuffled())
    answers = raw_answers(course, scale_id, role=role, wave=3)
    assert not np.isnan(answers).any()
    gap = scored(answers, SHORT_FORM, scale_id=scale_id, role=role) - expected_scores(
        course, scale_id, role=role, wave=3
    )
    assert abs(gap.mean()) < 4 * gap.std() / np.sqrt(gap.size)
    assert gap.std() < 0.8, "the truth must follow each person, not only the mean"


def test_no_effect_no_estimand(scene) -> None:
    """Zero gains: whatever the pairs, nobody changes, exactly."""
    nothing = assume(outcomes=OutcomeModel(gains=dict.fromkeys(GAINS, 0.0)))
    potential = scene.potential(nothing)
    for scale_id, role in SCALES:
        if scale_id == "relationship_quality":
            continue
        one, two = (
            expected_outcomes(potential, scene.shuffled(k), scale_id=scale_id, role=role)
            for k in (1, 2)
        )
        assert (one["post"] == one["pre"]).all()
        means = [frame.set_index("person_id")["post"].sort_index() for frame in (one, two)]
        assert (means[0] == means[1]).all()


def test_a_fit_that_does_nothing_gives_no_policy_effect_on_average(crowd) -> None:
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(-crowd.compatibility.joint())
    best, blind = crowd.matching(columns, rows), crowd.shuffled()
    off = assume(relationship=RelationshipModel(fit=0.0), outcomes=replace(OutcomeModel(), fit=0.0))
    on = assume(
        validity=0.9,
        relationship=RelationshipModel(fit=0.8),
        outcomes=replace(OutcomeModel(), fit=0.6),
    )
    contrasts = []
    for programme in (off, on):
        potential = crowd.potential(programme)
        means = [
            expected_outcomes(potential, m, scale_id="voice", role="mentor")["post"].mean()
            for m in (best, blind)
        ]
        contrasts.append(means[0] - means[1])
    assert abs(contrasts[0]) < 0.015
    assert contrasts[1] > 0.05


@pytest.mark.parametrize("lever", LEVERS)
def test_every_lever_helps(crowd, lever: str) -> None:
    gains = []
    for setting in (0.0, 1.0):
        potential = crowd.potential(replace(Programme(), **{lever: setting}))
        frame = expected_outcomes(
            potential, crowd.shuffled(), scale_id="digital_confidence", role="mentee"
        )
        gains.append((frame["post"] - frame["pre"]).mean())
    assert gains[1] > gains[0] * 1.02


@pytest.mark.parametrize("lever", ["protected_time", "sponsor_support", "line_manager_support"])
def test_support_makes_more_sessions_happen(crowd, lever: str) -> None:
    held = [
        run_dyads(crowd.potential(replace(Programme(), **{lever: s})), crowd.shuffled()).paths.held
        for s in (0.0, 1.0)
    ]
    assert held[1].mean() > held[0].mean() + 0.01


def parameters() -> list[tuple[str, str]]:
    parts = {"relationship": RelationshipModel, "sessions": SessionModel,
             "outcomes": OutcomeModel, "survey": SurveyModel}  # fmt: skip
    names = [("", "validity")]
    for part, model in parts.items():
        names += [(part, field.name) for field in fields(model) if field.name != "gains"]
    return names


LEVER_EFFECTS = {
    "skip_protected_time", "skip_sponsor_support", "skip_line_manager_support", "curriculum",
    "training",
}  # fmt: skip


SWITCHED_ON = {
    "response_own_mentor": 1.0, "response_own_mentee": 1.0, "item_own": 2.0, "recalibration": 0.8,
    "full_dose": 12, "safety_shared": 0.8,
}  # fmt: skip
"""Parameters that are neutral by default, and a value at which they act."""


def acting(part: str, name: str) -> Programme:
    """Return a programme in which the parameter has something to do."""
    asked = joined_instruments(SHORT_FORM, climate_form()) if "safety" in name else SHORT_FORM
    base = Programme(check_in_every=2, instrument=with_then_tests(asked, ["voice"]))
    if name in LEVER_EFFECTS:
        base = replace(base, **dict.fromkeys(LEVERS, 1.0))
    if name in SWITCHED_ON:
        model = replace(getattr(base.assumptions, part), **{name: SWITCHED_ON[name]})
        base = replace(base, assumptions=replace(base.assumptions, **{part: model}))
    return base


@pytest.mark.parametrize(("part", "name"), parameters())
def test_no_parameter_is_dead(town, part: str, name: str) -> None:
    """Shrinking any parameter to a third changes what happens or what is said."""
    base = acting(part, name)
    model = getattr(base.assumptions, part) if part else base.assumptions
    changed = replace(model, **{name: getattr(model, name) * 0.3})
    assumptions = replace(base.assumptions, **{part: changed}) if part else changed
    pilots = [
        reveal_pilot(town.potential(programme), town.shuffled())
        for programme in (base, replace(base, assumptions=assumptions))
    ]
    assert not same(*pilots)


def test_spacing_changes_the_weeks_and_how_busy_spells_carry_over(scene) -> None:
    pilots = [
        reveal_pilot(scene.potential(Programme(weeks_between=w)), scene.shuffled()) for w in (1, 4)
    ]
    assert pilots[0].sessions["week"].max() == 5.5
    assert pilots[1].sessions["week"].max() == 22.0
    assert not pilots[0].sessions["status"].equals(pilots[1].sessions["status"])
    assert [wave.week for wave in pilots[1].plan.waves] == [0, 12, 24]


@pytest.mark.parametrize("planned", [1, 2, 5, 12])
def test_any_number_of_sessions_can_be_planned(scene, planned: int) -> None:
    programme = Programme(planned_sessions=planned)
    pilot = reveal_pilot(scene.potential(programme), scene.shuffled())
    counts = attendance(pilot)
    assert (counts["planned"] == planned).all()
    assert (counts["held"] + counts["skipped"] + counts["not_reached"] == planned).all()
    assert cross_faults(pilot_tables(pilot), pilot.plan, broken=set()) == []
    due = pilot.plan.waves[1].week
    before = pilot.sessions[pilot.sessions["week"] <= due]["session"].nunique()
    assert before == programme.sessions_before[2]


def test_people_without_a_partner_stay_with_their_reason(scene) -> None:
    pilot = reveal_pilot(scene.potential(), scene.matching(range(20), range(20), pools=1))
    left = pilot.people[pilot.people["status"] == "unmatched"]
    assert len(left) == 8
    assert set(left["reason"]) == {"more mentors than partners", "more mentees than partners"}
    assert pilot.people.loc[pilot.people["status"] == "paired", "reason"].isna().all()
    assert not set(left["person_id"]) & set(pilot.responses["respondent_id"])


def test_somebody_on_both_sides_is_one_person(scene) -> None:
    frame = pd.DataFrame({"unit": "a", "grade": [1, 2, 3]}, index=["x", "y", "z"])
    cohort = replace(scene.cohort, mentors=frame.iloc[:2], mentees=frame.iloc[1:])
    scores = pd.DataFrame(np.eye(2), index=["y", "z"], columns=["x", "y"])
    compatibility = type(scene.compatibility).from_scores(scores)
    world = replace(scene, cohort=cohort, compatibility=compatibility)
    potential = world.potential()
    assert potential.people.tolist() == ["x", "y", "z"]
    pilot = reveal_pilot(potential, world.matching([0, 1], [0, 1], pools=1))
    assert (pilot.people["person_id"] == "y").sum() == 2


def test_a_pool_without_a_dyad_is_refused(scene) -> None:
    with pytest.raises(PilotError, match=r"no dyad was made in the pools \['P00'\]"):
        reveal_pilot(scene.potential(), scene.matching([1, 2], [1, 2], pools=4))


def test_a_matching_of_other_people_is_refused(scene, crowd) -> None:
    with pytest.raises(PilotError, match=r"pairs a mentee \['S0024'\] who is not in the cohort"):
        reveal_pilot(scene.potential(), crowd.matching([0], [24]))


def test_scores_of_other_people_are_refused(scene, crowd) -> None:
    with pytest.raises(PilotError, match="`compatibility` must be scored for the mentees"):
        simulate_pilot(scene.cohort, scene.shuffled(), compatibility=crowd.compatibility, seed=1)


def test_a_scale_that_is_not_asked_is_refused(scene) -> None:
    for function in (simulate_outcomes, expected_outcomes):
        with pytest.raises(OptionError, match="`role` must be one of 'mentee'; got 'mentor'"):
            function(
                scene.potential(), scene.shuffled(), scale_id="digital_confidence", role="mentor"
            )


def test_a_new_scale_is_simulated_once_its_gain_is_named(scene) -> None:
    items = SHORT_FORM.items.replace({"scale_id": {"voice": "belonging"}})
    scales = SHORT_FORM.scales.replace({"scale_id": {"voice": "belonging"}})
    programme = Programme(instrument=Instrument(items, scales))
    with pytest.raises(OptionError, match="no gain for the scale 'belonging'"):
        reveal_pilot(scene.potential(programme), scene.shuffled())
    named = OutcomeModel(gains={**GAINS, "belonging": 0.2})
    programme = replace(programme, assumptions=Assumptions(outcomes=named))
    pilot = reveal_pilot(scene.potential(programme), scene.shuffled())
    assert "belonging" in set(pilot.truth["scale_id"])


def test_negative_sharing_sets_the_two_against_each_other(crowd) -> None:
    found = []
    for shared in (-0.8, 0.0, 0.8):
        survey = SurveyModel(dyad_shared=shared, occasion_sd=2.0, response_mentor=0.999,
                             response_mentee=0.999)  # fmt: skip
        potential = crowd.potential(assume(survey=survey))
        sides = [
            simulate_outcomes(potential, crowd.shuffled(), scale_id=s, role=r)["post"]
            for s, r in (("voice", "mentor"), ("digital_confidence", "mentee"))
        ]
        found.append(sides[0].corr(sides[1]))
    assert found[0] < -0.3
    assert abs(found[1]) < 0.1
    assert found[2] > 0.3


def test_settings_that_cannot_be_are_refused() -> None:
    with pytest.raises(OptionError, match="`planned_sessions` must be at least 1; got 0"):
        Programme(planned_sessions=0)
    with pytest.raises(OptionError, match="`weeks_between` must be above 0; got -1"):
        Programme(weeks_between=-1)
    with pytest.raises(OptionError, match="`training` must lie between 0 and 1; got 2"):
        Programme(training=2)
    with pytest.raises(OptionError, match="`validity` must be a correlation"):
        Assumptions(validity=1.5)
