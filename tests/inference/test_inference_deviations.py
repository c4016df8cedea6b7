"""Deviations from the plan are found by the program, not remembered by people."""

from dataclasses import replace

import pytest

from revlab.errors import EstimateError
from revlab.fieldwork.criteria import Criterion
from revlab.fieldwork.protocol import PrimaryAnalysis
from revlab.inference.deviations import check_digest, deviations
from revlab.inference.plan import AnalysisPlan, Outcome

PRIMARY = PrimaryAnalysis("voice", "mentor", "optimal", "random", 0.3, "ancova_cr2")
LAST = Criterion("Pairs last", "dyads_completed", amber=0.5, green=0.7)
PLAN = AnalysisPlan(PRIMARY, (LAST,), (Outcome("openness", "mentee"),))


def test_a_plan_that_was_kept_has_no_deviations() -> None:
    assert deviations(PLAN, PLAN).empty
    shown = [Outcome("voice", "mentor"), Outcome("openness", "mentee"), Outcome("x", "mentee")]
    assert deviations(PLAN, PLAN, reported=shown).empty


@pytest.mark.parametrize(
    ("changed", "row"),
    [
        ({"margin": 0.2}, ["margin in points", "0.3", "0.2"]),
        ({"estimator": "pool_means"}, ["estimator", "ancova_cr2", "pool_means"]),
        ({"conf_level": 0.9}, ["level of the interval", "0.95", "0.9"]),
        ({"primary_scale": "openness"}, ["primary outcome", "voice", "openness"]),
        ({"primary_role": "mentee"}, ["who reports the primary outcome", "mentor", "mentee"]),
        ({"control": "greedy"}, ["control arm", "random", "greedy"]),
    ],
)
def test_every_field_of_the_primary_analysis_is_compared(changed: dict, row: list[str]) -> None:
    used = replace(PLAN, primary=replace(PRIMARY, **changed))
    assert deviations(PLAN, used).to_numpy().tolist() == [row]


def test_criteria_that_moved_came_or_went_are_listed() -> None:
    moved, new = replace(LAST, green=0.6), replace(LAST, criterion="Other")
    rows = deviations(PLAN, replace(PLAN, progression=(moved, new))).to_numpy().tolist()
    assert rows == [
        [
            "progression criterion 'Pairs last'",
            "dyads_completed: amber 0.5, green 0.7",
            "dyads_completed: amber 0.5, green 0.6",
        ],
        ["progression criterion 'Other'", "not planned", "dyads_completed: amber 0.5, green 0.7"],
    ]
    assert deviations(PLAN, replace(PLAN, progression=()))["done"].tolist() == ["left out"]


def test_outcomes_that_changed_their_status_or_vanished_are_listed() -> None:
    used = replace(PLAN, secondary=(Outcome("trust", "mentor"),))
    assert deviations(PLAN, used).to_numpy().tolist() == [
        ["outcome openness (mentee)", "secondary", "exploratory"],
        ["outcome trust (mentor)", "exploratory", "secondary"],
    ]
    missing = deviations(PLAN, PLAN, reported=[Outcome("openness", "mentee")])
    assert missing.to_numpy().tolist() == [["outcome voice (mentor)", "primary", "not reported"]]


def test_a_digest_that_differs_or_says_nothing_is_refused() -> None:
    check_digest(PLAN, PLAN.digest.upper())
    with pytest.raises(EstimateError, match="changed after it was registered"):
        check_digest(replace(PLAN, progression=()), PLAN.digest)
    with pytest.raises(EstimateError, match="at least eight characters"):
        check_digest(PLAN, PLAN.digest[:3])
