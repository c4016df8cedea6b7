"""Every default stands on a row of the registry, and no row is idle."""

import re
from collections.abc import Iterator
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from revlab.errors import OptionError
from revlab.fieldwork import evidence as room
from revlab.fieldwork import presets
from revlab.fieldwork.agreement import AgreementModel
from revlab.fieldwork.beyond import Beyond
from revlab.fieldwork.candour import CandourModel
from revlab.fieldwork.check_ins import CheckIn
from revlab.fieldwork.contact_names import ContactModel
from revlab.fieldwork.contexts import ContextModel
from revlab.fieldwork.costs import Costs
from revlab.fieldwork.evidence import GRADES, PARTS, default, evidence
from revlab.fieldwork.expectation_form import ExpectationForm
from revlab.fieldwork.formats import FORMATS, Format
from revlab.fieldwork.generation import GenerationModel
from revlab.fieldwork.goal_model import GoalModel
from revlab.fieldwork.ideas import IdeaModel
from revlab.fieldwork.interviews import Interviews
from revlab.fieldwork.joining import Joining
from revlab.fieldwork.ladder import LadderModel
from revlab.fieldwork.leaving import LeavingModel
from revlab.fieldwork.managers import ManagerModel
from revlab.fieldwork.outcomes import GAINS, OutcomeModel
from revlab.fieldwork.patience import PatienceModel
from revlab.fieldwork.programme import Assumptions, Programme
from revlab.fieldwork.recognition import Recognition
from revlab.fieldwork.relationship import RelationshipModel
from revlab.fieldwork.self_knowledge import SelfKnowledge
from revlab.fieldwork.sessions import SessionModel
from revlab.fieldwork.skill_gap import SkillGap
from revlab.fieldwork.spill_over import SpillOver
from revlab.fieldwork.start import StartModel
from revlab.fieldwork.survey import SurveyModel
from revlab.fieldwork.ties import TieModel

PREFIXES = {
    "programme": Programme,
    "fit": Assumptions,
    "relationship": RelationshipModel,
    "sessions": SessionModel,
    "outcome": OutcomeModel,
    "survey": SurveyModel,
    "gap": SkillGap,
    "candour": CandourModel,
    "agreement": AgreementModel,
    "patience": PatienceModel,
    "managers": ManagerModel,
    "generation": GenerationModel,
    "recognition": Recognition,
    "joining": Joining,
    "ladder": LadderModel,
    "interviews": Interviews,
    "knowledge": SelfKnowledge,
    "check_in": CheckIn,
    "start": StartModel,
    "ideas": IdeaModel,
    "ties": TieModel,
    "contacts": ContactModel,
    "expectations": ExpectationForm,
    "goals": GoalModel,
    "leaving": LeavingModel,
    "spill": SpillOver,
    "context_model": ContextModel,
    "cost": Costs,
}
WHOLES = (Beyond,)
NOT_PARAMETERS = ("target", "context", "folklore")


def defaults() -> Iterator[tuple[str, float]]:
    for prefix, model in PREFIXES.items():
        for field in fields(model):
            if field.default is not MISSING and isinstance(field.default, int | float):
                yield f"{prefix}.{field.name}", float(field.default)
    for scale_id, gain in GAINS.items():
        yield f"gain.{scale_id}", gain
    for name, format_ in FORMATS.items():
        for field in fields(Format):
            value = getattr(format_, field.name)
            if isinstance(value, int | float):
                yield f"format.{name}_{field.name}", float(value)
    for name in re.findall(r'default\("(preset[.]\w+)"', Path(presets.__file__).read_text("utf-8")):
        yield name, default(name)


@pytest.mark.parametrize(("parameter", "value"), list(defaults()))
def test_a_default_has_a_row_that_is_not_folklore(parameter: str, value: float) -> None:
    rows = evidence().set_index("parameter")
    assert parameter in rows.index
    assert rows.loc[parameter, "value"] == value
    assert rows.loc[parameter, "grade"] in set(GRADES) - {"D"}


def test_every_number_in_a_model_is_seen_by_the_test_above() -> None:
    found = {parameter for parameter, _ in defaults()}
    rows = evidence()["parameter"]
    usable = {name for name in rows if name.split(".")[0] not in NOT_PARAMETERS}
    assert usable == found


def test_the_model_parts_hold_nothing_but_parameters_and_parts() -> None:
    """A number hidden in a factory would escape the registry."""
    hidden = {
        f"{model.__name__}.{field.name}"
        for model in (*PREFIXES.values(), *WHOLES)
        for field in fields(model)
        if field.default_factory is not MISSING
    }
    assert hidden == {
        "Programme.assumptions", "Assumptions.relationship", "Assumptions.sessions",
        "Assumptions.outcomes", "Assumptions.survey", "OutcomeModel.gains", "Assumptions.gap",
        "Assumptions.candour", "Assumptions.agreement", "Assumptions.patience",
        "Assumptions.managers", "Assumptions.generation", "Programme.recognition", "Beyond.ideas",
        "Beyond.ties", "Beyond.leaving", "Beyond.start", "Beyond.context", "Beyond.spill_over",
        "Beyond.costs", "Beyond.contacts", "Beyond.expectations", "Beyond.goals",
        "LadderModel.costs",
    }  # fmt: skip


def test_every_room_module_with_defaults_is_in_this_test() -> None:
    """A new model that reads the registry must be named above, or its rows would go unseen."""
    folder = Path(room.__file__).parent
    readers = {
        p.stem
        for p in folder.glob("*.py")
        if re.search(r'default\(f?"', p.read_text(encoding="utf-8"))
    }
    seen = {model.__module__.split(".")[-1] for model in (*PREFIXES.values(), Format)}
    assert readers - {"evidence", "presets"} == seen


def test_grade_d_is_refused_even_if_somebody_makes_it_a_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = evidence()
    rows.loc[rows["parameter"] == "fit.validity", "grade"] = "D"
    monkeypatch.setattr(room, "_registry", lambda: rows)
    with pytest.raises(OptionError, match=r"'fit\.validity' is grade D"):
        default("fit.validity")


def test_folklore_is_grade_d_and_nothing_else_is() -> None:
    rows = evidence()
    folklore = rows["parameter"].str.startswith("folklore.")
    assert folklore.sum() >= 4
    assert ((rows["grade"] == "D") == folklore).all()


def test_sourced_rows_have_a_source_and_assumptions_do_not_pretend() -> None:
    rows = evidence()
    assumed = rows["grade"] == "assumption"
    assert (rows["checked"] == "assumed").equals(assumed)
    assert rows.loc[~assumed, "source"].notna().all()
    assert rows.loc[assumed, ["source", "doi"]].isna().all(axis=None)


def test_dois_look_like_dois() -> None:
    for doi in evidence()["doi"].dropna():
        assert re.fullmatch(r"10\.\d{4,9}/\S+", doi), doi


def test_values_lie_between_low_and_high() -> None:
    rows = evidence()
    known = rows["low"].notna()
    assert (rows["low"] <= rows["value"])[known].all()
    assert (rows["value"] <= rows["high"])[known].all()
    assert known[~rows["parameter"].str.startswith(("context.", "folklore."))].all()


def test_every_part_of_the_registry_is_named_and_none_is_empty() -> None:
    assert {name.split(".")[0] for name in evidence()["parameter"]} == set(PARTS)


def test_rows_of_a_part_stand_together() -> None:
    """The file is read by people: parts come one after the other, as they are listed."""
    parts = [name.split(".")[0] for name in evidence()["parameter"]]
    assert list(dict.fromkeys(parts)) == list(PARTS)
    assert parts == sorted(parts, key=list(PARTS).index)


def test_an_unknown_parameter_is_named() -> None:
    with pytest.raises(OptionError, match=r"Did you mean 'fit\.validity'"):
        default("fit.validty")


def test_the_registry_cannot_be_changed_from_outside() -> None:
    mine = evidence()
    mine.loc[0, "value"] = 99.0
    assert evidence().loc[0, "value"] == 6
