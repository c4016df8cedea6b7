"""Then-tests and answers that are missing because of what they would have been."""

from dataclasses import replace

import numpy as np
import pytest

from revlab.errors import OptionError
from revlab.fieldwork.course import run_dyads
from revlab.fieldwork.frames import dyad_outcomes
from revlab.fieldwork.instrument import SHORT_FORM
from revlab.fieldwork.missingness import MISSINGNESS, missing_by
from revlab.fieldwork.pilot import read_pilot, write_pilot
from revlab.fieldwork.programme import Assumptions, Programme
from revlab.fieldwork.simulate import (
    expected_outcomes,
    reveal_pilot,
    simulate_outcomes,
)
from revlab.fieldwork.survey import SurveyModel
from revlab.fieldwork.then_tests import with_then_tests
from revlab.inference.response_shift import response_shift

EVERYBODY = SurveyModel(
    response_intake=1.0, response_mentor=1 - 1e-9, response_mentee=1 - 1e-9, item_missing=0.0,
    response_held=0.0,
)  # fmt: skip
THEN_FORM = with_then_tests(SHORT_FORM, ["voice", "digital_confidence"])


def programme(survey: SurveyModel, **options: object) -> Programme:
    return Programme(assumptions=Assumptions(survey=survey), **options)


def shift_of(scene, survey: SurveyModel) -> object:
    potential = scene.potential(programme(survey, instrument=THEN_FORM))
    matching = scene.shuffled()
    base = simulate_outcomes(potential, matching, scale_id="voice", role="mentor")
    then = simulate_outcomes(potential, matching, scale_id="voice_then", role="mentor")
    truth = expected_outcomes(potential, matching, scale_id="voice", role="mentor")
    found = response_shift(base["pre"], then["post"], base["post"])
    return found, float((truth["post"] - truth["pre"]).mean())


def test_then_tests_do_not_change_the_other_answers(scene) -> None:
    plain, more = (
        reveal_pilot(scene.potential(Programme(instrument=form)), scene.shuffled())
        for form in (SHORT_FORM, THEN_FORM)
    )
    for scale_id, role in (("voice", "mentor"), ("relationship_quality", "mentee")):
        one, two = (dyad_outcomes(p, scale_id, role=role) for p in (plain, more))
        assert one.equals(two)


def test_without_a_shift_both_starts_tell_the_same(crowd) -> None:
    found, true = shift_of(crowd, EVERYBODY)
    assert found.shift.estimate == pytest.approx(0.0, abs=0.06)
    assert found.from_pre.estimate == pytest.approx(true, abs=0.06)


def test_a_shift_hides_the_gain_and_the_then_test_finds_it(crowd) -> None:
    found, true = shift_of(crowd, replace(EVERYBODY, recalibration=0.5))
    assert found.from_pre.estimate < true - 0.2
    assert found.from_then.estimate == pytest.approx(true, abs=0.08)
    assert found.shift.estimate < -0.2


def test_the_truth_does_not_shift(scene) -> None:
    frames = [
        expected_outcomes(
            scene.potential(programme(survey)), scene.shuffled(), scale_id="voice", role="mentor"
        )
        for survey in (SurveyModel(), SurveyModel(recalibration=0.7))
    ]
    assert frames[0].equals(frames[1])


def test_those_who_never_met_keep_their_standard(town) -> None:
    """The shift goes with the relationship: no session, no other yardstick."""
    potential = town.potential(programme(replace(EVERYBODY, recalibration=1.5)))
    plain = town.potential(programme(EVERYBODY))
    matching = town.shuffled()
    held = run_dyads(potential, matching).paths.held.sum(axis=0)
    one, two = (
        simulate_outcomes(p, matching, scale_id="voice", role="mentor")["post"].to_numpy(float)
        for p in (plain, potential)
    )
    assert (held == 0).any()
    assert (one[held == 0] == two[held == 0]).all()
    assert two[held == 6].mean() < one[held == 6].mean() - 0.5


def test_a_then_test_asks_about_the_start(crowd) -> None:
    """Answers in hindsight follow the start and not the end."""
    potential = crowd.potential(programme(EVERYBODY, instrument=THEN_FORM))
    course = run_dyads(potential, crowd.shuffled())
    then = course.latent("voice_then", "mentor", wave=3)
    assert (then == course.latent("voice", "mentor", wave=1)).all()
    recall = [
        simulate_outcomes(
            crowd.potential(
                programme(replace(EVERYBODY, hindsight_sd=sd), instrument=THEN_FORM)
            ),
            crowd.shuffled(), scale_id="voice_then", role="mentor",
        )["post"].corr(
            simulate_outcomes(potential, crowd.shuffled(), scale_id="voice", role="mentor")["pre"]
        )
        for sd in (0.0, 2.0)
    ]  # fmt: skip
    assert recall[0] > recall[1] + 0.2


def test_a_pilot_with_then_tests_is_written_and_read(scene, tmp_path) -> None:
    pilot = reveal_pilot(scene.potential(Programme(instrument=THEN_FORM)), scene.shuffled())
    write_pilot(pilot, tmp_path / "pilot")
    again = read_pilot(tmp_path / "pilot")
    assert "voice_then" in set(again.instrument.scales["scale_id"])
    assert (again.responses["item_id"] == "vo1_then").sum() == 24


def test_scales_without_a_start_have_no_then_test() -> None:
    with pytest.raises(OptionError, match="is not asked before the programme and after it"):
        with_then_tests(SHORT_FORM, ["relationship_quality"])
    with pytest.raises(OptionError, match="`scale_ids` must be one of"):
        with_then_tests(SHORT_FORM, ["voices"])


def answered(scene, survey: SurveyModel) -> dict[str, np.ndarray]:
    potential = scene.potential(programme(survey))
    matching = scene.shuffled()
    frame = simulate_outcomes(potential, matching, scale_id="voice", role="mentor")
    truth = expected_outcomes(potential, matching, scale_id="voice", role="mentor")
    there = frame["post"].notna().to_numpy()
    held = run_dyads(potential, matching).paths.held.mean(axis=0)
    return {"there": there, "held": held, "truth": truth["post"].to_numpy(float)}


def gap(of: dict[str, np.ndarray], name: str) -> float:
    """Return the mean among those who answered less that of those who did not."""
    return float(of[name][of["there"]].mean() - of[name][~of["there"]].mean())


def test_answers_are_missing_by_the_mechanism_that_was_asked_for(crowd) -> None:
    found = {
        name: answered(crowd, missing_by(name, SurveyModel(), strength=1.5)) for name in MISSINGNESS
    }
    assert abs(gap(found["MCAR"], "held")) < 0.04
    assert abs(gap(found["MCAR"], "truth")) < 0.09
    assert gap(found["MAR"], "held") > 0.1
    assert gap(found["MNAR"], "truth") > 0.2
    assert gap(found["MNAR"], "truth") > gap(found["MAR"], "truth") + 0.1


def test_missing_at_random_is_random_given_attendance(crowd) -> None:
    """Within those who held the same number of sessions the truth tells nothing about answering."""
    for name, low, high in (("MAR", -0.12, 0.12), ("MNAR", 0.2, 9.0)):
        of = answered(crowd, missing_by(name, SurveyModel(), strength=1.5))
        same = of["held"] == 1.0
        part = {key: values[same] for key, values in of.items()}
        assert low < gap(part, "truth") < high


def test_the_two_sides_may_fall_silent_for_different_reasons(crowd) -> None:
    survey = replace(missing_by("MCAR", SurveyModel()), response_own_mentee=1.5)
    potential = crowd.potential(programme(survey))
    for scale_id, role, low, high in (
        ("voice", "mentor", -0.1, 0.1), ("digital_confidence", "mentee", 0.2, 9.0),
    ):  # fmt: skip
        frame, truth = (
            make(potential, crowd.shuffled(), scale_id=scale_id, role=role)["post"]
            for make in (simulate_outcomes, expected_outcomes)
        )
        there = frame.notna()
        assert low < truth[there].mean() - truth[~there].mean() < high


def test_items_are_left_out_by_those_who_would_answer_low() -> None:
    model = SurveyModel(item_missing=0.2, item_own=1.5)
    gap_dice = np.random.default_rng(1).random((1, 200_000))
    shares = [
        model.leaves_out(gap_dice, np.full(200_000, state)).mean() for state in (-1.0, 0.0, 1.0)
    ]
    assert shares == pytest.approx([0.528, 0.2, 0.053], abs=0.005)


def test_the_lean_path_knows_of_all_this_too(scene) -> None:
    survey = SurveyModel(
        recalibration=0.4, response_own_mentor=0.8, response_own_mentee=-0.5, item_own=0.7,
        item_missing=0.2,
    )  # fmt: skip
    potential = scene.potential(programme(survey, instrument=THEN_FORM))
    pilot = reveal_pilot(potential, scene.shuffled())
    for scale_id, role in (
        ("voice", "mentor"), ("voice_then", "mentor"), ("digital_confidence", "mentee"),
        ("relationship_quality", "mentee"),
    ):  # fmt: skip
        lean = simulate_outcomes(potential, scene.shuffled(), scale_id=scale_id, role=role)
        assert lean.equals(dyad_outcomes(pilot, scale_id, role=role))


def test_an_unknown_mechanism_is_named() -> None:
    with pytest.raises(OptionError, match=r"Did you mean 'MNAR'"):
        missing_by("MNARR", SurveyModel())
