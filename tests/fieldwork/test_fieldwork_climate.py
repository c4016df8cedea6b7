"""The questionnaire on climate: own wording, scored, simulated, and tied to what moves candour."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

from revlab.errors import PilotError, TableError
from revlab.fieldwork.candour import CandourModel
from revlab.fieldwork.course import Course, run_dyads
from revlab.fieldwork.frames import dyad_outcomes, item_matrix
from revlab.fieldwork.instrument import SHORT_FORM, Instrument
from revlab.fieldwork.instrument_folder import climate_form, joined_instruments, read_instrument
from revlab.fieldwork.outcomes import GAINS, OutcomeModel
from revlab.fieldwork.pilot import Pilot, pilot_tables, read_pilot, write_pilot
from revlab.fieldwork.programme import Assumptions, Programme
from revlab.fieldwork.protocol import PrimaryAnalysis
from revlab.fieldwork.simulate import expected_outcomes, reveal_pilot
from revlab.fieldwork.survey import SurveyModel
from revlab.inference.agreement import within_group_agreement
from revlab.inference.analysis import analyse_pilot
from revlab.inference.icc import icc
from revlab.inference.marginal_homogeneity import marginal_homogeneity
from revlab.inference.plan import AnalysisPlan
from revlab.inference.reliability import cronbach_alpha
from revlab.shipped import shipped

BOTH = joined_instruments(SHORT_FORM, climate_form())
FOLDER = shipped("data/instruments/climate")
SCALES = list(climate_form().scales["scale_id"])


def only(*scales: str) -> Instrument:
    return Instrument(*(t[t["scale_id"].isin(scales)] for t in (BOTH.items, BOTH.scales)))


def course(scene, assumptions: Assumptions | None = None) -> Course:
    programme = Programme(instrument=BOTH, assumptions=assumptions or Assumptions())
    return run_dyads(scene.potential(programme), scene.shuffled())


@pytest.fixture(scope="module")
def answered(crowd) -> Pilot:
    """1,200 dyads who were asked both questionnaires and felt alike about safety."""
    models = Assumptions(survey=SurveyModel(safety_shared=0.6))
    programme = Programme(instrument=BOTH, assumptions=models)
    return reveal_pilot(crowd.potential(programme), crowd.shuffled())


def test_every_shipped_questionnaire_states_its_licence_and_shares_no_item() -> None:
    texts = list(SHORT_FORM.items["text"])
    for folder in sorted(p for p in FOLDER.parent.iterdir() if p.is_dir()):
        form = read_instrument(folder)
        assert (form.scales["licence"] == "BSD-3-Clause").all()
        assert form.scales["source"].str.contains("own wording").all()
        texts += list(form.items["text"])
        assert (form.items.groupby("scale_id")["reverse"].sum() == 1).all()
    assert len(texts) == len(set(texts)) >= 35


def test_a_folder_with_faults_is_refused_with_all_of_them(tmp_path: Path) -> None:
    items, scales = (pd.read_csv(FOLDER / f"{name}.csv") for name in ("items", "scales"))
    items.loc[1, "role"] = "boss"
    items.to_csv(tmp_path / "items.csv", index=False)
    scales.assign(licence="").to_csv(tmp_path / "scales.csv", index=False)
    with pytest.raises(TableError, match="must not be empty") as caught:
        read_instrument(tmp_path)
    said = str(caught.value)
    assert "items.csv, row 3, column 'role': must be one of" in said
    assert "scales.csv, row 2, column 'licence': must not be empty" in said
    assert len(caught.value.faults) == 6
    (tmp_path / "scales.csv").unlink()
    with pytest.raises(TableError, match=r"scales\.csv: there is no such file"):
        read_instrument(tmp_path)
    with pytest.raises(PilotError, match="there is no folder 'nowhere' with items"):
        read_instrument(tmp_path / "nowhere")


def test_questionnaires_that_ask_the_same_are_not_joined() -> None:
    with pytest.raises(PilotError, match=r"items: \['cr1', .* are in two of the questionnaires"):
        joined_instruments(climate_form(), SHORT_FORM, climate_form())
    other = replace(climate_form(), items=climate_form().items.assign(
        item_id=climate_form().items["item_id"] + "x"))  # fmt: skip
    with pytest.raises(PilotError, match=r"scales: \['creativity', .* are in two"):
        joined_instruments(climate_form(), other)


def test_joined_questionnaires_ask_each_scale_as_alone() -> None:
    for form in (SHORT_FORM, climate_form()):
        for scale_id in form.scales["scale_id"]:
            assert BOTH.waves_of(scale_id) == form.waves_of(scale_id)
            for role in form.roles_of(scale_id):
                assert BOTH.forms(scale_id, role) == form.forms(scale_id, role)


def test_asking_more_changes_no_answer_to_the_short_form(town) -> None:
    short, long = (
        reveal_pilot(town.potential(Programme(instrument=form)), town.shuffled())
        for form in (SHORT_FORM, BOTH)
    )
    keys = ["respondent_id", "role", "dyad_id", "wave", "item_id"]
    kept = long.responses[long.responses["item_id"].isin(SHORT_FORM.items["item_id"])]
    pd.testing.assert_frame_equal(
        short.responses.sort_values(keys).reset_index(drop=True),
        kept.sort_values(keys).reset_index(drop=True),
    )
    assert short.sessions.equals(long.sessions)


@pytest.mark.parametrize("scale_id", SCALES)
def test_simulated_answers_are_as_reliable_as_those_to_the_short_form(
    answered: Pilot, scale_id: str
) -> None:
    """Four items of the simulator's discrimination have an alpha near .8, three near .75."""
    wave, role = BOTH.waves_of(scale_id)[0], BOTH.roles_of(scale_id)[0]
    n_items = len(BOTH.forms(scale_id, role))
    found = cronbach_alpha(item_matrix(answered, scale_id, wave=wave, role=role))
    short = cronbach_alpha(item_matrix(answered, "openness", wave=1))
    one = short.estimate / (3 - 2 * short.estimate)
    foretold = n_items * one / (1 + (n_items - 1) * one)
    assert found.estimate == pytest.approx(foretold, abs=0.04)
    assert found.estimate > 0.7


@pytest.mark.parametrize("shared", [0.0, 0.6, 1.0])
def test_the_two_feel_as_alike_as_stated(crowd, shared: float) -> None:
    run = course(crowd, Assumptions(survey=SurveyModel(safety_shared=shared)))
    mentor, mentee = (run.latent("safety", role, wave=2) for role in ("mentor", "mentee"))
    assert np.corrcoef(mentor, mentee)[0, 1] == pytest.approx(shared, abs=0.06)
    assert mentor.std() == pytest.approx(1, abs=0.06)
    assert_array_equal(mentor, run.latent("safety", "mentor", wave=3))


def test_what_people_say_of_safety_is_what_moves_candour(crowd) -> None:
    for safety in (0.0, 0.5):
        models = Assumptions(candour=CandourModel(safety=safety))
        run = course(crowd, models)
        felt = run.latent("safety", "mentor", wave=2) + run.latent("safety", "mentee", wave=2)
        if safety == 0:
            assert run.levers.candour is None
        else:
            assert np.corrcoef(felt, run.levers.candour)[0, 1] == pytest.approx(1)
            assert np.corrcoef(felt, run.given["mentor"][-1])[0, 1] > 0.05


def test_agreement_of_the_two_sides_is_found_in_their_answers(answered: Pilot) -> None:
    sides = pd.DataFrame(
        {r: dyad_outcomes(answered, "safety", role=r)["post"] for r in ("mentor", "mentee")}
    )
    found = icc(sides.to_numpy(), form="ICC(A,1)")
    # 0.6 between the traits, less what items and the day add to each side
    assert found.conf_low > 0.3
    assert found.conf_high < 0.6
    items = pd.concat(
        [item_matrix(answered, "safety", wave=3, role=role) for role in ("mentor", "mentee")]
    ).dropna()
    dyad = items.index.get_level_values("dyad_id").to_numpy()
    alike = within_group_agreement(items, dyad, low=1, high=5)
    strangers = within_group_agreement(items, np.roll(np.sort(dyad), 1), low=1, high=5)
    assert alike["agreement"].mean() > strangers["agreement"].mean() + 0.05


@pytest.mark.parametrize("scale_id", SCALES)
def test_a_scale_moves_only_if_a_gain_is_assumed(town, scale_id: str) -> None:
    role = BOTH.roles_of(scale_id)[0]
    for gain in (0.0, 0.3):
        outcomes = OutcomeModel(gains={**GAINS, scale_id: gain})
        programme = Programme(instrument=BOTH, assumptions=Assumptions(outcomes=outcomes))
        frame = expected_outcomes(
            town.potential(programme), town.shuffled(), scale_id=scale_id, role=role
        )
        moved = frame["post"] - frame["pre"]
        assert (moved > 0).any() == (gain > 0)
        assert (moved >= 0).all()


def test_a_gain_is_found_by_the_paired_ordinal_test_and_no_gain_is_not(crowd) -> None:
    told, asked = [], only("perceived_investment")
    for gain in (0.0, 0.4):
        outcomes = OutcomeModel(gains={**GAINS, "perceived_investment": gain})
        programme = Programme(instrument=asked, assumptions=Assumptions(outcomes=outcomes))
        pilot = reveal_pilot(crowd.potential(programme), crowd.shuffled())
        first, last = (
            item_matrix(pilot, "perceived_investment", wave=wave)["pi1"].droplevel("dyad_id")
            for wave in (1, 3)
        )
        both = pd.concat([first, last], axis=1, join="inner").dropna()
        told.append(marginal_homogeneity(*both.to_numpy().T).p_value)
    assert told[0] > 0.05
    assert told[1] < 0.001


def test_a_pilot_with_both_questionnaires_is_kept_and_analysed(scene, tmp_path: Path) -> None:
    """What no plan names is exploratory, and its p-values are adjusted for their number."""
    few = only("digital_confidence", "creativity", "safety")
    pilot = reveal_pilot(scene.potential(Programme(instrument=few)), scene.shuffled(pools=8))
    write_pilot(pilot, tmp_path / "pilot")
    again = read_pilot(tmp_path / "pilot")
    for name, table in pilot_tables(pilot).items():
        pd.testing.assert_frame_equal(table, pilot_tables(again)[name])
    first = ("digital_confidence", "mentee", "optimal", "random")
    primary = PrimaryAnalysis(*first, margin=0.3, estimator="ancova_cr2")
    analysis = analyse_pilot(pilot, plan=AnalysisPlan(primary), seed=1)
    contrasts = analysis.frame("contrast").set_index(["scale_id", "role"])
    creative = contrasts.loc[("creativity", "mentor")]
    assert creative["status"] == "exploratory"
    assert creative["adjustment"] == "Benjamini-Hochberg"
    assert creative["adjusted_p"] >= creative["p_value"]
    assert "safety" in set(analysis.frame("sides_level")["scale_id"])
