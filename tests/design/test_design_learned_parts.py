"""The parts of what a pilot teaches, each against another way to compute it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.special import expit

from revlab.design import learned as learned_module
from revlab.design import learned_attendance as attendance_module
from revlab.design.answered import answered, keyed_items, paired_scores
from revlab.design.attendance import ATTENDANCE, attendance_log_likelihood, quality_weights
from revlab.design.histories import Histories, counted, session_levers
from revlab.design.learned import learn_from_pilot
from revlab.design.learned_attendance import _Penalised, learned_attendance, too_few
from revlab.design.learned_survey import gaps, responses_after
from revlab.design.learned_views import _Shape
from revlab.design.parameter_values import with_values
from revlab.errors import OptionError
from revlab.fieldwork.course import RELATIONSHIP, run_dyads
from revlab.fieldwork.evidence import evidence
from revlab.fieldwork.instrument import score_scales
from revlab.fieldwork.pilot import Pilot, read_pilot
from revlab.fieldwork.potential import draw_potential
from revlab.fieldwork.programme import Programme
from revlab.fieldwork.recognition import Recognition
from revlab.inference.reliability import cronbach_alpha
from revlab.pairing.policies import pair
from revlab.pairing.scoring import score_cohort
from revlab.people.population import Population, draw_cohort
from revlab.rng import stream
from revlab.shipped import shipped

STILL = {
    f"sessions.{name}": 0.0
    for name in ("skip_workload", "skip_quality", "end_quality", "end_skips")
}


@pytest.fixture(scope="module")
def pilot() -> Pilot:
    return read_pilot(shipped("data/example_pilot"))


def of_counts(n: int, n_sessions: int, *, skipped: int = 0, ended: int = 0) -> Histories:
    """Dyads of which the first so many skipped the first session, or ended after it."""
    rows = np.zeros((n, n_sessions), dtype=bool)
    rows[:skipped, 0] = True
    return counted(rows, np.where(np.arange(n) < ended, 1, n_sessions))


def test_a_session_that_is_held_ends_a_row_of_skipped_ones() -> None:
    told = counted(np.array([[True, True, False, True, False]]), np.array([4]))
    assert told.in_a_row[0, :4].tolist() == [1, 2, 0, 1]
    assert told.due.tolist() == [[True, True, True, True, False]]
    assert told.ends.tolist() == [[False, False, False, True, False]]


@pytest.mark.parametrize("events", [1, 3, 20])
def test_half_an_event_is_added_to_a_level(events: int) -> None:
    """Where nothing else varies, a fitted share is (events + 1/2) / (chances + 1)."""
    ends = learned_attendance(of_counts(40, 2, ended=events), with_values(Programme(2), STILL))
    assert set(ends.refused) == {"skip_base", "skip_after_skip", "end_skips"}
    share = expit(ends.fitted["sessions.end_base"].value)
    assert share == pytest.approx((events + 0.5) / 41, rel=1e-3)
    skips = learned_attendance(of_counts(40, 1, skipped=events), with_values(Programme(1), STILL))
    found = skips.fitted["sessions.skip_base"]
    assert expit(found.value) == pytest.approx((events + 0.5) / 41, rel=1e-3)

    def lost(x: float) -> float:
        height = [(events + 0.5) * np.log(p) + (40.5 - events) * np.log(1 - p) for p in expit([x])]
        return float(height[0])

    for end in (found.conf_low, found.conf_high):
        assert lost(found.value) - lost(end) == pytest.approx(3.841459 / 2, rel=0.02)


def test_a_slope_that_cannot_be_told_makes_its_level_less_sure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It varies over its range, where else it would be held: few ended, and half had skipped."""
    rows = np.zeros((60, 3), dtype=bool)
    rows[:30, 0] = True
    told = counted(rows, np.where(np.isin(np.arange(60), [1, 2, 40, 41]), 1, 3))
    wide = learned_attendance(told, Programme(3))
    assert "end_skips" in wide.refused
    monkeypatch.setattr(attendance_module, "_LEVEL", {})
    held = learned_attendance(told, Programme(3))
    width = [
        found.fitted["sessions.end_base"].conf_high - found.fitted["sessions.end_base"].conf_low
        for found in (wide, held)
    ]
    assert width[0] > 1.01 * width[1]


def of_several() -> Histories:
    """Skips in a row, ends after them and after sessions that were held."""
    skipped = np.array([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0], [0, 1, 0, 0]], dtype=bool)
    return counted(np.repeat(skipped, [3, 2, 5, 4], axis=0), np.repeat([3, 3, 4, 2], [3, 2, 5, 4]))


def test_a_refused_slope_has_the_normal_prior_of_its_range_in_value_and_gradient() -> None:
    told, programme = of_several(), Programme(4, check_in_every=2)
    names = list(ATTENDANCE)
    refused = {"skip_after_skip": "too few", "end_skips": "too few"}
    vague, plain = (_Penalised(told, programme, names, which) for which in (refused, {}))
    rows = evidence().set_index("parameter").loc[[f"sessions.{name}" for name in refused]]
    # the range of the registry is two SD to either side
    sd = ((rows["high"] - rows["low"]) / 4).to_numpy()
    at = plain.start + np.array([0.3, 0.4, -0.5, -0.7])
    away = np.array([0.4, -0.7]) / sd
    assert vague(at)[0] - plain(at)[0] == pytest.approx(-(away**2).sum() / 2, abs=1e-10)
    for likelihood in (vague, plain):
        for k in range(4):
            step = 1e-5 * np.eye(4)[k]
            slope = (likelihood(at + step)[0] - likelihood(at - step)[0]) / 2e-5
            assert likelihood(at)[1][k] == pytest.approx(slope, rel=1e-5)


def test_dyads_with_one_history_count_as_many() -> None:
    rows = np.zeros((20, 3), dtype=bool)
    rows[:14, 0] = True
    rows[:7, 1] = True
    assert "skip_after_skip" not in too_few(counted(rows, np.full(20, 3)))
    assert "skip_after_skip" in too_few(counted(rows[6:], np.full(14, 3)))


def test_where_nobody_differs_the_likelihood_is_a_product_of_shares() -> None:
    """Rows of skips count one by one for ends, and levers by session: check-ins, recognition."""
    programme = with_values(
        Programme(4, check_in_every=2, sponsor_support=0.9, recognition=Recognition(joint=1.0)),
        STILL | {"sessions.end_skips": 0.8},
    )
    model, (support, keep) = programme.assumptions.sessions, session_levers(programme)
    assert keep[0] < keep[1]
    told, total = of_several(), 0.0
    for skipped, last, count in zip(told.skipped, told.last, told.count, strict=True):
        row = 0
        for k in range(last):
            odds = model.skip_base + model.skip_after_skip * (row > 0) - support[k]
            total += count * np.log(expit(odds if skipped[k] else -odds))
            row = row + 1 if skipped[k] else 0
            if k < 3:
                odds = model.end_base + 0.8 * row - keep[k]
                total += count * np.log(expit(odds if k == last - 1 else -odds))
    assert attendance_log_likelihood(told, programme, {}) == pytest.approx(total, abs=1e-9)


def test_what_a_history_tells_of_the_potential_is_its_posterior() -> None:
    programme = with_values(Programme(2), STILL)
    one = counted(np.zeros((1, 2), dtype=bool), np.array([1]))
    nodes, weights = quality_weights(one, programme, {})
    moments = [float(weights[0] @ nodes**k) for k in (1, 2, 4)]
    assert moments == pytest.approx([0, 1, 3], abs=1e-9)
    how = {"end_quality": 1.5, "end_base": -0.5}
    nodes, weights = quality_weights(one, programme, how)
    fine = np.linspace(-8, 8, 4001)
    ramp = programme.assumptions.relationship.ramp(np.arange(2))
    posterior = np.exp(-(fine**2) / 2) * expit(-0.5 - 1.5 * ramp[1] * fine)
    assert weights[0] @ nodes == pytest.approx(posterior @ fine / posterior.sum(), abs=1e-3)
    assert weights[0] @ nodes < -0.1
    with pytest.raises(OptionError, match=r"`values` must be one of .* Did you mean 'end_base'"):
        quality_weights(one, programme, {"end_bas": 1.0})


def test_the_levers_of_the_likelihood_are_those_of_the_simulator() -> None:
    cohort = draw_cohort(Population(), 8, 8, rng=stream(3, "cohort"))
    programme = Programme(
        5,
        sponsor_support=1.0,
        line_manager_support=0.0,
        goal_clarity=0.9,
        check_in_every=2,
        recognition=Recognition(attendance=1.0),
    )
    potential = draw_potential(cohort, score_cohort(cohort), programme=programme, seed=1)
    levers = run_dyads(potential, pair(cohort, policy="random", seed=1)).levers
    support, keep = session_levers(programme)
    shape = np.broadcast_to(levers.support, levers.keep.shape)
    np.testing.assert_allclose(shape, np.broadcast_to(support[:, None], shape.shape), atol=1e-12)
    np.testing.assert_allclose(levers.keep, np.broadcast_to(keep[:, None], shape.shape), atol=1e-12)
    assert keep[0] < keep[1]


def test_later_answers_are_those_of_a_logistic_regression(pilot: Pilot) -> None:
    told = answered(pilot)
    late = told[~told["intake"]]
    mentor = (late["role"] == "mentor").to_numpy(dtype=float)
    design = np.column_stack([mentor, 1 - mentor, late["share"] - 0.7])
    fit = sm.Logit(late["responded"].to_numpy(dtype=float), design).fit(disp=0)
    found = responses_after(told, Programme())
    np.testing.assert_allclose(
        [one.value for one in found.values()], [*expit(fit.params[:2]), fit.params[2]], atol=1e-6
    )
    assert next(iter(found)) == "survey.response_mentor"


def test_gaps_are_items_left_out_by_those_who_answer(pilot: Pilot) -> None:
    told = answered(pilot)
    there = told[told["responded"]]
    found = gaps(told)["survey.item_missing"]
    assert found.value == pytest.approx(there["left_out"].sum() / there["items"].sum())
    assert 0 < found.conf_low < found.value < found.conf_high < 0.1
    assert (told.loc[~told["responded"], "left_out"] == told.loc[~told["responded"], "items"]).all()


def test_clusters_are_pools_or_dyads_where_these_are_too_few(pilot: Pilot) -> None:
    pool_of = pilot.dyads.set_index("dyad_id")["pool_id"]
    told = answered(pilot)
    pools = told["dyad_id"].map(pool_of)
    assert (pd.crosstab(told["cluster"], pools) > 0).sum(axis=1).eq(1).all()
    assert told["cluster"].nunique() == pool_of.nunique()
    few = pool_of.index[pool_of.isin(sorted(pool_of.unique())[:5])]
    tables = {
        name: getattr(pilot, name)[getattr(pilot, name)["dyad_id"].isin(few)]
        for name in ("dyads", "sessions", "responses")
    }
    assert answered(replace(pilot, **tables))["cluster"].nunique() == len(few)


def test_both_views_are_the_scores_of_the_last_survey(pilot: Pilot) -> None:
    scores = score_scales(pilot.responses, pilot.instrument)
    last = scores[(scores["scale_id"] == RELATIONSHIP) & (scores["wave"] == 3)]
    found = paired_scores(pilot).set_index("dyad_id")
    for role in ("mentor", "mentee"):
        own = last[last["role"] == role].set_index("dyad_id")["score"].astype(float)
        np.testing.assert_allclose(found[role], own[found.index])


def test_the_alpha_of_a_scale_is_cronbach_s(pilot: Pilot) -> None:
    from revlab.design.learned_survey import _alpha

    tables = keyed_items(pilot)
    assert {(t.scale_id, t.role) for t in tables} >= {("digital_confidence", "mentee")}
    for table in tables:
        frame = pd.DataFrame(table.values)
        assert _alpha(table.values) == pytest.approx(cronbach_alpha(frame).estimate)


def test_the_rhythm_of_the_programme_is_that_of_the_pilot(pilot: Pilot) -> None:
    slow = replace(pilot, plan=replace(pilot.plan, weeks_between=9.0))
    learned = learn_from_pilot(slow)
    assert (learned.base.planned_sessions, learned.base.weeks_between) == (6, 9.0)
    assert learned.base.instrument is slow.instrument


def test_the_implied_correlation_of_two_views_is_that_of_many_dyads(pilot: Pilot) -> None:
    """Two histories that differ in what was held and in the potential, by simulation."""
    programme = with_values(Programme(), {"survey.dyad_shared": 0.8, "survey.occasion_sd": 0.8})
    survey, rise = programme.assumptions.survey, programme.assumptions.relationship.rise
    ramp = np.array([0.2, 0.9, 0.9])
    quality, weights = np.array([-1.0, 1.5]), np.array([[0.5, 0.5], [0.9, 0.1], [0.2, 0.8]])
    implied = _Shape(pilot, programme, ramp=ramp)(0.6, quality, weights)
    n, rng = 300_000, stream(7, "dyads")
    which = rng.integers(3, size=n)
    middle = ramp[which] * (rise + quality[(rng.random(n) > weights[which, 0]).astype(int)])
    shared = rng.normal(size=n)
    scores = []
    for role in ("mentor", "mentee"):
        forms = pilot.instrument.forms(RELATIONSHIP, role)
        mood = np.sqrt(survey.dyad_shared) * shared
        mood = mood + np.sqrt(1 - survey.dyad_shared) * rng.normal(size=n)
        state = middle + 0.6 * rng.normal(size=n) + survey.occasion_sd * mood
        style = survey.acquiescence_sd * rng.normal(size=n)
        noise = rng.logistic(size=(len(forms), n))
        ticked = survey.answer(state, style, noise=noise, items=forms)
        turned = [
            f.low + f.high - t if f.reverse else t for f, t in zip(forms, ticked, strict=True)
        ]
        scores.append(np.mean(turned, axis=0))
    # The shared state of the day goes in by its slope at each middle, which is nearly exact.
    assert implied == pytest.approx(np.corrcoef(scores)[0, 1], abs=0.012)


def test_the_table_of_what_was_learnt_has_every_assumption_and_its_default(pilot: Pilot) -> None:
    table = learn_from_pilot(pilot).table.set_index("parameter")
    rows = evidence().set_index("parameter")
    rooms = {name.partition(".")[0] for name in table.index}
    assert rooms == {
        "fit", "relationship", "sessions", "outcome", "gain", "survey", "recognition"
    }  # fmt: skip
    assert table.index.tolist() == [n for n in rows.index if n.partition(".")[0] in rooms]
    assert table["default"].tolist() == rows.loc[table.index, "value"].tolist()
    told = table[table["informed_by"] != ""]
    assert (told["value"] != told["default"]).all()
    assert (told["note"] == "").all()
    assert (table.loc[table["informed_by"] == "", "note"] != "").all()


def test_both_views_are_read_at_the_attendance_that_was_fitted(pilot: Pilot, monkeypatch) -> None:
    kept = {}
    monkeypatch.setattr(learned_module, "alike_views", lambda *_, values: kept.update(values) or {})
    table = learn_from_pilot(pilot).table.set_index("parameter")["value"]
    assert set(kept) == set(ATTENDANCE)
    assert kept == {name: table[f"sessions.{name}"] for name in kept}
