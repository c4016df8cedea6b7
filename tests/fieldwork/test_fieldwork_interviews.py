"""What interviews before pairing are worth: held against regression, pairing by hand, and sums."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linear_sum_assignment

from revlab.errors import OptionError
from revlab.fieldwork.costs import Costs
from revlab.fieldwork.course import run_dyads
from revlab.fieldwork.interviews import Interviews, price_curve, value_of_interviews
from revlab.fieldwork.pairing_worth import worth_of_pairing
from revlab.fieldwork.potential import draw_potential
from revlab.fieldwork.programme import Assumptions, Programme
from revlab.fieldwork.reliability import attenuation_curve, kept_shares
from revlab.pairing.policies import pair_scored, policy_named
from revlab.pairing.scoring import score_cohort
from revlab.people.population import Population, draw_cohort
from revlab.rng import stream


@pytest.mark.parametrize(("questionnaire", "interview"), [(0.64, 0.44), (0.3, 0.7), (0.0, 0.5)])
@pytest.mark.parametrize("number", [0, 1, 3])
def test_reliability_together_is_what_regression_recovers(questionnaire, interview, number) -> None:
    """The best weighted sum of the ratings explains that share of the truth."""
    rng = stream(1, "ratings")
    truth = rng.standard_normal(120_000)
    ratings = [
        np.sqrt(r) * truth + np.sqrt(1 - r) * rng.standard_normal(truth.size)
        for r in [questionnaire] + [interview] * number
    ]
    table = np.column_stack(ratings)
    best = table @ np.linalg.lstsq(table, truth, rcond=None)[0]
    share = 1 - ((truth - best) ** 2).mean() / truth.var()
    model = Interviews(questionnaire=questionnaire, interview=interview)
    assert model.together(number) == pytest.approx(share, abs=0.008)


def test_interviews_alone_are_spearman_and_brown() -> None:
    for r in (0.2, 0.44, 0.9):
        model = Interviews(questionnaire=0.0, interview=r)
        for n in (1, 2, 5):
            assert model.together(n) == pytest.approx(n * r / (1 + (n - 1) * r))
    assert Interviews(questionnaire=1.0).together(2) == 1.0
    assert Interviews(interview=1.0).together(1) == 1.0
    assert Interviews(interview=1.0).together(0) == 0.64
    # Three separate interviewers of 0.44 come near the 0.74 that was seen for panels.
    assert Interviews(questionnaire=0.0, interview=0.44).together(3) == pytest.approx(
        0.70, abs=0.01
    )


def test_hours_are_those_of_both_sides_and_of_who_asks() -> None:
    model = Interviews(person_hours=0.5, interviewer_hours=2.0)
    costs = Costs(senior_hour=3.0)
    assert model.hours(0, costs=costs) == 0
    assert model.hours(2, costs=costs) == 2 * (0.5 + 3 * 0.5 + 2 * 2.0)
    assert Interviews().hours(1) == 1.0 + 2.0 + 2 * 1.5


def test_the_price_curve_is_that_of_pairing_by_hand(scene) -> None:
    true = scene.compatibility
    model = Interviews(questionnaire=0.5)
    levels, n_draws, seed = [0.5, 0.8, 1.0], 6, 4
    curve = price_curve(true, levels, model=model, n_draws=n_draws, seed=seed)
    joint = true.joint().astype(float)
    rows, columns = linear_sum_assignment(joint, maximize=True)
    best = joint[rows, columns].mean()
    scores = {level: np.empty(n_draws) for level in levels}
    for k in range(n_draws):
        noise = stream(seed, k, "questionnaire").standard_normal((2, *true.shape))
        for level in levels:
            sides = [
                np.maximum(
                    score.mean()
                    + np.sqrt(level) * (score - score.mean())
                    + np.sqrt(1 - level) * score.std() * e,
                    0.0,
                )
                for score, e in zip(
                    (true.mentee_score.astype(float), true.mentor_score.astype(float)), noise,
                    strict=True,
                )
            ]  # fmt: skip
            seen = joint if level == 1 else (sides[0] + sides[1]) / 2
            rows, columns = linear_sum_assignment(seen, maximize=True)
            scores[level][k] = joint[rows, columns].mean()
    draws = kept_shares(true, levels, n_draws=n_draws, seed=seed)
    at_best = draws[draws["reliability"] == 1.0].iloc[0]
    assert at_best["mean_score"] == pytest.approx(best)
    other = draws[draws["kept_share"] < 0.95].iloc[0]
    away = (best - other["mean_score"]) / (1 - other["kept_share"])
    for level, row in zip(levels, curve.to_dict("records"), strict=True):
        gained = (scores[level] - scores[0.5]) / away
        assert row["part"] == pytest.approx(gained.mean())
        assert row["part_low"] == pytest.approx(np.quantile(gained, 0.025))
        assert row["part_high"] == pytest.approx(np.quantile(gained, 0.975))
    kept = attenuation_curve(true, levels, n_draws=n_draws, seed=seed)["kept_share"].to_numpy()
    assert curve["part"].to_numpy() == pytest.approx(kept - kept[0])
    assert curve["kept_share"].to_numpy() == pytest.approx(kept)
    assert curve["part"].iloc[0] == 0
    assert curve["part"].is_monotonic_increasing


def test_a_better_questionnaire_leaves_less_to_interviews(town) -> None:
    parts = [
        price_curve(
            town.compatibility, [1.0], model=Interviews(questionnaire=r), n_draws=4, seed=1
        )["part"].iloc[0]
        for r in (0.2, 0.5, 0.8, 1.0)
    ]
    assert (np.diff(parts) < 0).all()
    assert parts[-1] == 0


def test_interviews_pay_from_the_break_even_worth_on(scene) -> None:
    model = Interviews(questionnaire=0.2, interview=0.7)
    how = {"model": model, "most": 2, "n_draws": 8, "seed": 2}
    table = value_of_interviews(scene.compatibility, worth=10.0, **how)
    assert table["interviews"].isna().tolist() == [False, False, False, True]
    assert table["value"].is_monotonic_increasing
    assert table["hours"].tolist() == [0, 6, 12, 0]
    for n in (1, 2):
        row = table.iloc[n]
        assert row["net"] == pytest.approx(row["value"] - row["hours"])
        assert row["break_even_low"] <= row["break_even"] <= row["break_even_high"]
        at = value_of_interviews(scene.compatibility, worth=row["break_even"], **how).iloc[n]
        assert at["net"] == pytest.approx(0, abs=1e-9)
        assert at["net_low"] <= 0 <= at["net_high"]
    assert table["break_even"].isna().tolist() == [True, False, False, True]
    nothing = value_of_interviews(scene.compatibility, worth=0.0, **how)
    assert nothing["net"].tolist() == [0, -6, -12, 0]
    # Interviews that tell nothing never pay.
    deaf = Interviews(questionnaire=0.2, interview=0.0)
    deaf = value_of_interviews(scene.compatibility, worth=9.0, model=deaf, n_draws=4, seed=2)
    assert deaf["break_even"].iloc[1:4].tolist() == [np.inf] * 3


def test_what_is_exact_stays_exact_and_what_may_add_nothing_may_never_pay(
    scene, monkeypatch
) -> None:
    assert Interviews(questionnaire=1.0).together(2) == 1.0
    assert Interviews(interview=1.0).together(1) == 1.0

    def doubtful(*given: object, **how: object) -> pd.DataFrame:
        return price_curve(*given, **how).assign(part_low=-0.1)

    monkeypatch.setattr("revlab.fieldwork.interviews.price_curve", doubtful)
    model = Interviews(questionnaire=0.2, interview=0.7)
    table = value_of_interviews(scene.compatibility, worth=9.0, model=model, n_draws=2, seed=2)
    asked = table.iloc[1:4]
    assert (asked["break_even_high"] == np.inf).all()
    assert np.isfinite(asked["break_even"]).all()


def test_the_price_curve_is_that_of_the_policy(scene) -> None:
    how = {"n_draws": 4, "seed": 2}
    curve = price_curve(scene.compatibility, [0.64, 1.0], policy="greedy", **how)
    draws = kept_shares(scene.compatibility, [0.64, 1.0], policy="greedy", **how)
    kept = draws.groupby("reliability")["kept_share"].mean()
    assert curve["kept_share"].to_numpy() == pytest.approx(kept.to_numpy())
    optimal = price_curve(scene.compatibility, [0.64, 1.0], **how)
    assert curve["part"].iloc[1] != pytest.approx(optimal["part"].iloc[1])


def test_the_worth_of_pairing_is_that_of_replications_by_hand() -> None:
    cohort = draw_cohort(Population(), 16, 16, rng=stream(1, "worth"))
    scored = score_cohort(cohort).without_parts()
    programme = Programme(planned_sessions=4)
    row = worth_of_pairing(
        cohort, hours_per_sd=200.0, programme=programme, n_sims=3, seed=5
    ).iloc[0]  # fmt: skip
    gains = {"optimal": [], "random": []}
    for k in range(3):
        potential = draw_potential(cohort, scored, programme=programme, seed=5, replication=k)
        for name, number in (("optimal", 0), ("random", k)):
            rng = stream(5, number, "pairing")
            made = pair_scored(scored, policy=policy_named(name), rng=rng)
            course = run_dyads(potential, made)
            given = course.given["mentee"][-1]
            gains[name].append(course.gain("digital_confidence", "mentee", given=given).mean())
    apart = np.subtract(gains["optimal"], gains["random"])
    assert row["difference"] == pytest.approx(apart.mean())
    assert row["gain"] - row["gain_random"] == pytest.approx(row["difference"])
    assert row["mcse"] == pytest.approx(apart.std(ddof=1) / np.sqrt(3))
    assert row["worth_low"] == pytest.approx(200 * np.quantile(apart, 0.025))
    assert row["worth_high"] == pytest.approx(200 * np.quantile(apart, 0.975))
    assert row["worth"] == pytest.approx(200 * apart.mean())


def test_a_score_that_tells_nothing_is_worth_nothing() -> None:
    cohort = draw_cohort(Population(), 30, 30, rng=stream(2, "worth"))
    rows = {
        validity: worth_of_pairing(
            cohort, hours_per_sd=100.0, n_sims=60, seed=1,
            programme=Programme(assumptions=Assumptions(validity=validity)),
        ).iloc[0]
        for validity in (0.0, 0.9)
    }  # fmt: skip
    assert abs(rows[0.0]["difference"]) < 4 * rows[0.0]["mcse"]
    assert rows[0.9]["difference"] > 8 * rows[0.9]["mcse"]


def test_what_cannot_be_worth_anything_is_refused(scene) -> None:
    fit = scene.compatibility
    with pytest.raises(OptionError, match=r"`interview` must lie between 0 and 1; got 1\.2"):
        Interviews(interview=1.2)
    with pytest.raises(OptionError, match="`person_hours` must be zero or more; got -1"):
        Interviews(person_hours=-1)
    with pytest.raises(OptionError, match="`most` must be at least 1; got 0"):
        value_of_interviews(fit, worth=1.0, most=0, seed=1)
    for wrong in (-1.0, np.nan, np.inf):
        with pytest.raises(OptionError, match="`worth` must be hours, zero or more"):
            value_of_interviews(fit, worth=wrong, seed=1)
    with pytest.raises(OptionError, match="`reliabilities` names one of them twice"):
        kept_shares(fit, [0.5, 0.5], n_draws=2, seed=1)
    with pytest.raises(OptionError, match="`n_sims` must be at least 2; got 1"):
        worth_of_pairing(scene.cohort, hours_per_sd=1.0, n_sims=1, seed=1)
    for wrong in (np.nan, np.inf, -1.0):
        with pytest.raises(OptionError, match="`hours_per_sd` must be hours; got"):
            worth_of_pairing(scene.cohort, hours_per_sd=wrong, n_sims=2, seed=1)
    with pytest.raises(OptionError, match="`interviewer_hours` must be zero or more; got -1"):
        Interviews(interviewer_hours=-1)
    assert isinstance(price_curve(fit, [1.0], n_draws=2, seed=1), pd.DataFrame)
