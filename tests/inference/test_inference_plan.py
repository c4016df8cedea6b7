"""The plan: what it says, that a change of it shows, and what it refuses."""

from dataclasses import replace
from pathlib import Path

import pytest

from revlab.errors import EstimateError, OptionError, PilotError, TableError
from revlab.fieldwork.criteria import Criterion
from revlab.fieldwork.protocol import PilotPlan, PrimaryAnalysis, SecondaryOutcome, Wave
from revlab.inference.estimate import Contrast
from revlab.inference.plan import AnalysisPlan, Outcome
from revlab.inference.plan_reading import (
    analysis_plan,
    plan_of_pilot,
    read_analysis_plan,
    write_analysis_plan,
)

PRIMARY = {
    "primary_scale": "voice", "primary_role": "mentor", "treatment": "optimal",
    "control": "random", "margin": 0.3, "estimator": "ancova_cr2", "conf_level": 0.9,
}  # fmt: skip
RULE = {"criterion": "Pairs last", "measure": "dyads_completed", "amber": 0.5, "green": 0.7}
SECOND = {"scale_id": "openness", "role": "mentee"}
TABLES = {"plan": PRIMARY, "progression": [RULE], "secondary": [SECOND]}


def test_a_plan_is_read_from_its_tables():
    plan = analysis_plan(TABLES)
    assert plan.contrast == Contrast("optimal", "random")
    assert plan.primary == PrimaryAnalysis(**PRIMARY)
    assert plan.progression == (Criterion(**RULE),)
    assert plan.status("voice", "mentor") == "primary"
    assert plan.status("openness", "mentee") == "secondary"
    assert plan.status("voice", "mentee") == "exploratory"
    assert repr(plan).startswith(f"Plan {plan.digest[:12]}: optimal - random on voice (mentor)")


def test_the_plan_of_a_pilot_is_the_same_plan():
    waves = (Wave(1, "before", 0), Wave(2, "after", 24))
    pilot = PilotPlan("x", 6, 4, waves, PrimaryAnalysis(**PRIMARY), (Criterion(**RULE),))
    outcomes = (Outcome("openness", "mentee"),)
    assert plan_of_pilot(pilot, secondary=outcomes).digest == analysis_plan(TABLES).digest
    assert plan_of_pilot(replace(pilot, analysis=None)) is None
    named = replace(pilot, secondary=(SecondaryOutcome("openness", "mentee"),))
    assert plan_of_pilot(named).digest == analysis_plan(TABLES).digest
    assert plan_of_pilot(named, secondary=outcomes).secondary == outcomes


@pytest.mark.parametrize(
    "changed",
    [
        {"plan": PRIMARY | {"margin": 0.31}},
        {"plan": PRIMARY | {"estimator": "pool_means"}},
        {"plan": PRIMARY | {"treatment": "random", "control": "optimal"}},
        {"progression": [RULE | {"green": 0.71}]},
        {"progression": []},
        {"secondary": []},
    ],
)
def test_any_change_of_the_plan_changes_its_digest(changed: dict[str, object]):
    assert analysis_plan(TABLES | changed).digest != analysis_plan(TABLES).digest


def test_a_whole_number_is_the_same_plan_as_its_decimal():
    one = analysis_plan(TABLES | {"plan": PRIMARY | {"margin": 1}})
    assert one.digest == analysis_plan(TABLES | {"plan": PRIMARY | {"margin": 1.0}}).digest
    assert len(one.digest) == 64


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({}, r"no \[plan\] table"),
        (TABLES | {"primary": {}}, r"no table \['primary'\]"),
        ({"plan": PRIMARY | {"power": 0.8}}, r"\[plan\] is not as it should be: .*'power'"),
        ({"plan": {"margin": 1}}, r"\[plan\] is not as it should be: missing 5"),
        ({"plan": []}, r"\[plan\] must be a table"),
        (TABLES | {"progression": RULE}, "must be a list of tables"),
        (TABLES | {"progression": [RULE, 3]}, "number 2, must be a table"),
        (TABLES | {"secondary": [SECOND, SECOND]}, "names an outcome twice"),
        (TABLES | {"secondary": [{"scale_id": "voice", "role": "mentor"}]}, "an outcome twice"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(tables: dict[str, object], message: str):
    with pytest.raises(EstimateError, match=message):
        analysis_plan(tables)


def test_unknown_words_in_a_plan_are_errors():
    with pytest.raises(OptionError, match=r"got 'ancova'\. Did you mean 'ancova_cr2'"):
        analysis_plan({"plan": PRIMARY | {"estimator": "ancova"}})
    with pytest.raises(OptionError, match="`role` must be one of"):
        Outcome("voice", "senior")
    with pytest.raises(PilotError, match="must differ"):
        AnalysisPlan(PrimaryAnalysis("voice", "mentor", "a", "a", 0.3, "ancova_cr2"))


def test_settings_that_came_later_do_not_change_the_digest_of_an_older_plan():
    old = analysis_plan(TABLES)
    spelled = PRIMARY | {"alpha": None, "blocks": "", "cluster": "pool_id"}
    second = SECOND | {"margin": None, "estimator": ""}
    assert analysis_plan(TABLES | {"plan": spelled, "secondary": [second]}).digest == old.digest
    for change in ({"alpha": 0.1}, {"blocks": "block"}):
        assert analysis_plan(TABLES | {"plan": PRIMARY | change}).digest != old.digest
    for change in ({"margin": 0.2}, {"estimator": "pool_means"}):
        assert analysis_plan(TABLES | {"secondary": [SECOND | change]}).digest != old.digest


def test_every_outcome_has_its_own_margin_and_estimator():
    second = SECOND | {"margin": 0.5, "estimator": "pool_means"}
    plan = analysis_plan(TABLES | {"secondary": [second]})
    assert plan.margin("voice", "mentor") == 0.3
    assert plan.margin("openness", "mentee") == 0.5
    assert plan.margin("voice", "mentee") is None
    assert plan.estimator("openness", "mentee") == "pool_means"
    assert plan.estimator("voice", "mentee") == plan.primary.estimator
    assert plan.alpha == 0.1
    assert replace(plan, primary=replace(plan.primary, alpha=0.025)).alpha == 0.025


def test_a_plan_survives_a_file_of_its_own_and_is_not_written_over(tmp_path: Path):
    second = SECOND | {"margin": 0.5, "estimator": "pool_means"}
    first = PRIMARY | {"alpha": 0.05, "blocks": "block"}
    plan = analysis_plan(TABLES | {"plan": first, "secondary": [second]})
    path = tmp_path / "registered.toml"
    write_analysis_plan(plan, path)
    read = read_analysis_plan(path)
    assert (read, read.digest) == (plan, plan.digest)
    assert read.secondary[0].margin == 0.5
    with pytest.raises(EstimateError, match="is there already"):
        write_analysis_plan(plan, path)


def test_a_plan_file_lists_all_its_faults(tmp_path: Path):
    path = tmp_path / "mine.toml"
    path.write_text(
        'seed = 3\n[plan]\nprimary_scale = "voice"\nmargin = "x"\n[[secondary]]\nrole = 1\n'
    )
    with pytest.raises(TableError, match=r"mine.toml") as caught:
        read_analysis_plan(path)
    said = [str(fault) for fault in caught.value.faults]
    for place in ("seed", "plan.margin", "plan.control", "secondary 1.role"):
        assert any(f"'{place}'" in fault for fault in said), place
    path.write_text("[[secondary]]\nscale_id = 'voice'\nrole = 'mentor'\n")
    with pytest.raises(TableError, match=r"'plan': is missing"):
        read_analysis_plan(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"blocks": "site"}, "`blocks` must be one of"),
        ({"cluster": "dyad_id"}, "`cluster` must be"),
        ({"alpha": 0.7}, "`alpha` must be above 0"),
    ],
)
def test_settings_that_cannot_be_are_refused(change: dict[str, object], message: str):
    with pytest.raises((OptionError, PilotError), match=message):
        PrimaryAnalysis(**PRIMARY | change)
    with pytest.raises(PilotError, match="`margin` must be above 0"):
        SecondaryOutcome("voice", "mentor", margin=0)
