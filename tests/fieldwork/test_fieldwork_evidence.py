"""Every default stands on a row of the registry, and no row is idle."""

import re
from collections.abc import Iterator
from dataclasses import MISSING, fields

import pytest

from revlab.errors import OptionError
from revlab.fieldwork import evidence as room
from revlab.fieldwork.evidence import GRADES, default, evidence
from revlab.fieldwork.outcomes import GAINS, OutcomeModel
from revlab.fieldwork.programme import Assumptions, Programme
from revlab.fieldwork.relationship import RelationshipModel
from revlab.fieldwork.sessions import SessionModel
from revlab.fieldwork.survey import SurveyModel

PREFIXES = {
    "programme": Programme,
    "fit": Assumptions,
    "relationship": RelationshipModel,
    "sessions": SessionModel,
    "outcome": OutcomeModel,
    "survey": SurveyModel,
}
NOT_PARAMETERS = ("target", "context", "folklore")


def defaults() -> Iterator[tuple[str, float]]:
    for prefix, model in PREFIXES.items():
        for field in fields(model):
            if field.default is not MISSING and isinstance(field.default, int | float):
                yield f"{prefix}.{field.name}", float(field.default)
    for scale_id, gain in GAINS.items():
        yield f"gain.{scale_id}", gain


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
        for model in PREFIXES.values()
        for field in fields(model)
        if field.default_factory is not MISSING
    }
    assert hidden == {
        "Programme.assumptions", "Assumptions.relationship", "Assumptions.sessions",
        "Assumptions.outcomes", "Assumptions.survey", "OutcomeModel.gains",
    }  # fmt: skip


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


def test_an_unknown_parameter_is_named() -> None:
    with pytest.raises(OptionError, match=r"Did you mean 'fit\.validity'"):
        default("fit.validty")


def test_the_registry_cannot_be_changed_from_outside() -> None:
    mine = evidence()
    mine.loc[0, "value"] = 99.0
    assert evidence().loc[0, "value"] == 6
