"""What more of a lever gives: the curve of sessions, and where it stops being worth it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from revlab.design import doses
from revlab.design.arms import Arm
from revlab.design.design import Design
from revlab.design.doses import dose_curve
from revlab.design.simulate import simulate_design
from revlab.errors import DesignError, OptionError
from revlab.fieldwork.outcomes import OutcomeModel
from revlab.fieldwork.programme import Assumptions, Programme
from revlab.fieldwork.sessions import SessionModel
from revlab.inference.estimate import Contrast
from revlab.pairing.policies import POLICIES
from revlab.people.population import Population, draw_cohort
from revlab.rng import stream

OPTIMAL = POLICIES["optimal"]


@pytest.fixture(scope="module")
def design() -> Design:
    cohort = draw_cohort(Population(), 12, 12, rng=stream(31, "cohort"))
    arms = {"new": Arm(OPTIMAL, {"planned_sessions": 3}), "old": OPTIMAL}
    return Design(cohort, 12, n_pools=4, arms=arms, contrast=Contrast("new", "old"))


def test_the_curve_of_sessions_is_the_truth_of_the_arms_it_joins(design) -> None:
    curve = dose_curve(design, "planned_sessions", [1, 3, 6], n_sims=20, seed=4)
    truth = simulate_design(design, n_sims=20, seed=4)["estimand"]
    assert curve["score"].iloc[1] - curve["score"].iloc[2] == pytest.approx(truth.mean(), abs=1e-12)
    assert curve["per_unit"].iloc[2] == pytest.approx(-truth.mean() / 3, abs=1e-12)
    assert curve["mcse"].iloc[2] == pytest.approx(truth.std() / 3 / np.sqrt(20), abs=1e-12)
    ends = np.quantile(-truth / 3, [0.025, 0.975])
    assert curve[["per_unit_low", "per_unit_high"]].iloc[2].tolist() == pytest.approx(ends.tolist())


def test_if_every_session_is_held_and_gives_the_same_the_curve_is_the_formula(design) -> None:
    """No skips, no endings, no differences: gain (1 - exp(-s K)) / (1 - exp(-s 6)), in SD."""
    given = {}
    for gain in (0.5, 0.0):
        outcomes = OutcomeModel(
            gains={"digital_confidence": gain}, fit=0, quality=0, openness=0, teaching=0,
            saturation=0.3,
        )  # fmt: skip
        models = Assumptions(
            sessions=SessionModel(skip_base=-50.0, end_base=-50.0), outcomes=outcomes
        )
        same = Design(
            design.cohort, 12, n_pools=4, arms=design.arms, contrast=design.contrast,
            programme=Programme(assumptions=models),
        )  # fmt: skip
        given[gain] = dose_curve(same, "planned_sessions", [1, 6, 12], n_sims=20, seed=4)
    gained = (given[0.5]["score"] - given[0.0]["score"]).to_numpy()
    share = (1 - np.exp(-0.3 * np.array([1, 6, 12]))) / (1 - np.exp(-1.8))
    # scores are nearly linear in so small a gain
    np.testing.assert_allclose(gained / gained[1], share, rtol=0.03)


def test_the_price_of_a_session_moves_the_best_number_down(design) -> None:
    sizes = [1, 3, 6]
    tables = [
        dose_curve(design, "planned_sessions", sizes, n_sims=20, seed=2, price=price)
        for price in (0.0, 1.0)
    ]
    assert all(table["best"].sum() == pytest.approx(1) for table in tables)
    centre = [float((table["best"] * table["value"]).sum()) for table in tables]
    assert centre[0] > centre[1] == 1
    assert tables[0]["per_unit"].iloc[1:].is_monotonic_decreasing
    assert tables[0]["score"].tolist() == tables[1]["score"].tolist()


def test_any_number_of_the_programme_has_a_curve(design) -> None:
    curve = dose_curve(design, "protected_time", [0, 0.5, 1], n_sims=20, seed=2)
    assert curve["score"].is_monotonic_increasing
    assert curve["per_unit"].isna().tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("settings", "error", "sentence"),
    [
        ({"values": [3]}, DesignError, "`values` must hold two or more values that rise"),
        ({"values": [3, 3]}, DesignError, "`values` must hold two or more"),
        ({"values": [6, 3]}, DesignError, "`values` must hold two or more"),
        ({"n_sims": 19}, DesignError, "`n_sims` must be at least 20"),
        ({"values": [0, 3]}, OptionError, "`planned_sessions` must be at least 1"),
        ({"name": "sessions"}, OptionError, "Did you mean 'planned_sessions'"),
    ],
)
def test_a_curve_that_cannot_be_gets_one_sentence(design, settings, error, sentence) -> None:
    given = {"name": "planned_sessions", "values": [1, 3], "n_sims": 20, "seed": 1} | settings
    with pytest.raises(error, match=sentence):
        dose_curve(design, given.pop("name"), given.pop("values"), **given)


def test_the_table_of_a_curve_is_counted_from_its_pilots(design, monkeypatch) -> None:
    scores = stream(2, "scores").normal(size=(3, 25)) + np.array([[0.0], [4.0], [5.0]])
    monkeypatch.setattr(doses, "_scores", lambda *_, **__: scores)
    curve = dose_curve(design, "planned_sessions", [1, 3, 6], n_sims=25, seed=1, price=1.0)
    np.testing.assert_allclose(curve["score"], scores.mean(axis=1))
    ends = np.quantile(scores, [0.025, 0.975], axis=1)
    np.testing.assert_allclose(curve[["low", "high"]].to_numpy().T, ends)
    steps = np.vstack([scores[0], (scores[1] - scores[0]) / 2, (scores[2] - scores[1]) / 3])
    np.testing.assert_allclose(curve["mcse"], steps.std(axis=1, ddof=1) / 5)
    place = (scores - np.array([[1.0], [3.0], [6.0]])).argmax(axis=0)
    np.testing.assert_allclose(curve["best"], np.bincount(place, minlength=3) / 25)
    assert curve["best"].between(0, 1, inclusive="neither").sum() >= 2


def test_a_curve_has_the_pairs_of_the_control_policy(design) -> None:
    arms = {"new": OPTIMAL, "old": POLICIES["random"]}
    mixed, alone, other = (
        dose_curve(replace(design, arms=one), "training", [0.0, 1.0], n_sims=20, seed=3)
        for one in (arms, arms | {"new": POLICIES["random"]}, arms | {"old": OPTIMAL})
    )
    pd.testing.assert_frame_equal(mixed, alone)
    assert (mixed["score"] != other["score"]).all()
