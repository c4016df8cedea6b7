"""Deviations from the plan are found by the program, not remembered by people."""

from dataclasses import replace

import pytest

from revlab.errors import EstimateError
from revlab.fieldwork.criteria import Criterion
from revlab.fieldwork.protocol import PrimaryAnalysis
from revlab.inference.deviations import check_digest, deviations, not_carried_out
from revlab.inference.estimate import t_estimate
from revlab.inference.findings import Finding, Refusal, Where
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


def test_settings_of_a_secondary_outcome_are_compared() -> None:
    own = Outcome("openness", "mentee", margin=0.4, estimator="pool_means")
    assert deviations(PLAN, replace(PLAN, secondary=(own,))).to_numpy().tolist() == [
        ["margin of outcome openness (mentee)", "not stated", "0.4"],
        ["estimator of outcome openness (mentee)", "ancova_cr2", "pool_means"],
    ]


def test_what_could_not_be_carried_out_is_listed_with_its_reason() -> None:
    plan = replace(PLAN, secondary=(*PLAN.secondary, Outcome("trust", "mentor")))
    first = t_estimate(0.1, 0.2, df=5)
    done = [
        Finding(Where("contrast", "voice", "mentor"), replace(first, estimator=name), "primary")
        for name in ("ancova_cr2", "change_cr2")
    ]
    refused = [
        Refusal(Where("contrast", "openness", "mentee"), "too few pools."),
        Refusal(Where("check", "trust", "mentor"), "something else."),
    ]
    lost = [
        ["outcome openness (mentee)", "secondary", "no estimate: too few pools"],
        ["outcome trust (mentor)", "secondary", "not asked in this pilot"],
    ]
    assert not_carried_out(plan, done[:1], refused).to_numpy().tolist() == lost
    assert not_carried_out(plan, done[1:], refused).to_numpy().tolist() == [
        ["estimator of outcome voice (mentor)", "ancova_cr2", "change_cr2"],
        *lost,
    ]
