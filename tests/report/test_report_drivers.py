"""Cards and tables about what drives a result and what a pilot teaches."""

import numpy as np
import pandas as pd
import pytest

from revlab.design.learned import Learned
from revlab.design.sensitivity import DRIVERS, Drivers
from revlab.fieldwork.evidence import evidence
from revlab.fieldwork.programme import Programme
from revlab.inference.estimate import Contrast
from revlab.report.answers_calibration import calibration_card, learned_rows, unlearnt_rows
from revlab.report.answers_drivers import claims_never_used, drivers_card, drivers_table, held_to
from revlab.report.figures_drivers import alt_drivers

CONTRAST = Contrast("optimal", "random")


def drivers(names: tuple[str, ...], total: list[float], half: float) -> Drivers:
    registry = evidence().set_index("parameter").loc[list(names)].reset_index()
    ends = {"total": np.array(total), "first": np.array(total) - 0.02}
    table = registry[["parameter", "meaning", "value", "low", "high", "grade"]].assign(
        **ends, total_low=ends["total"] - half, total_high=ends["total"] + half,
        flips_low=0.2, flips_high=0.0,
    )  # fmt: skip
    return Drivers(table, np.linspace(-0.01, 0.04, 101), 0.01, 40)


@pytest.mark.parametrize("names", [DRIVERS[k : k + 2] for k in range(0, 10, 2)])
def test_the_answer_names_one_or_two_assumptions_in_few_words(names: tuple[str, ...]) -> None:
    clear, close = (drivers_card(drivers(names, [0.7, 0.2], h), CONTRAST) for h in (0.1, 0.4))
    first, second = drivers_table(drivers(names, [0.7, 0.2], 0.1))["assumption"]
    assert clear.answer == (
        f"Most hangs on {first}; the ranking turns round in 20% of all settings."
    )
    assert f"{first} and {second}" in close.answer
    assert "cannot be told" in close.facts[f"Decided by {second}"]
    for card in (clear, close):
        assert len(card.answer.split()) <= 25
    assert clear.facts["Difference at the defaults"] == "0.010 SD of the outcome"
    assert clear.facts["In nine of ten settings"] == "-0.007 to 0.037 SD"


def test_every_driver_has_few_words_and_an_unknown_one_its_meaning() -> None:
    table = drivers_table(drivers(DRIVERS, [0.1] * len(DRIVERS), 0.05))
    assert (table["assumption"].str.split().str.len() <= 5).all()
    assert table["assumption"].is_unique
    other = drivers_table(drivers(("outcome.openness", "fit.validity"), [0.01, 0.0], 0.0))
    assert (
        other["assumption"].iloc[0] == "the senior's openness raises what a session gives to both"
    )
    assert (other["first"] >= 0).all()


def test_the_words_of_the_figure_say_when_two_cannot_be_told_apart() -> None:
    table = drivers_table(drivers(DRIVERS[:2], [0.7, 0.2], 0.1))
    assert "Most hangs on how true the score is: 60 to 80% of how the difference" in alt_drivers(
        table
    )
    table = drivers_table(drivers(DRIVERS[:2], [0.5, 0.45], 0.1))
    assert "(40 to 60% of how the difference varies) and what fit adds to relationships" in (
        alt_drivers(table)
    )


def test_claims_are_all_of_grade_d_and_targets_none() -> None:
    registry = evidence()
    assert len(claims_never_used(registry)) == (registry["grade"] == "D").sum()
    assert set(held_to(registry)["grade"]) <= {"A", "B", "C"}


def learned(n_dyads: int = 40, informed: int = 2) -> Learned:
    registry = evidence().query("parameter.str.startswith('sessions.')")
    table = registry[["parameter", "meaning", "value", "grade"]].reset_index(drop=True)
    rows = np.arange(len(table))
    table = table.assign(
        conf_low=table["value"] + np.where(rows == 0, 0.1, -0.2),
        conf_high=table["value"] + 0.3,
        default=table["value"],
        informed_by=np.where(rows < informed, "sessions", ""),
        note=np.where(rows < informed, "", "not recorded"),
    )
    return Learned(table, Programme(), n_dyads)


def test_the_card_of_a_pilot_counts_what_it_informs_and_what_moved() -> None:
    card = calibration_card(learned(), simulated=True)
    assert card.answer.startswith("2 of 12 assumptions; for 1 of these the usual value is outside")
    assert len(card.answer.split()) <= 25
    assert card.facts["Usual value outside the interval"] == learned().table["meaning"].iloc[0]
    assert len(learned_rows(learned())) == 2
    assert set(unlearnt_rows(learned())["reason"]) == {"not recorded"}


@pytest.mark.parametrize("poor", [learned(informed=0), learned(n_dyads=4)])
def test_a_pilot_that_informs_nothing_or_is_tiny_is_refused(poor: Learned) -> None:
    card = calibration_card(poor)
    assert "informs none of the parameters" in str(card)
    assert not isinstance(card, pd.DataFrame)
