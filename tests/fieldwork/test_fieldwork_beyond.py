"""Ideas, ties, retention, the start, spill-over, contexts and cost: as stated, and on their own."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from revlab.errors import OptionError, PilotError
from revlab.fieldwork.beyond import OUTCOMES, Beyond
from revlab.fieldwork.candour import CandourModel
from revlab.fieldwork.contexts import ContextModel
from revlab.fieldwork.costs import Costs
from revlab.fieldwork.course import run_dyads
from revlab.fieldwork.ideas import IdeaModel
from revlab.fieldwork.leaving import LeavingModel
from revlab.fieldwork.pilot import pilot_tables
from revlab.fieldwork.programme import Assumptions, Programme
from revlab.fieldwork.programme_outcomes import programme_outcomes
from revlab.fieldwork.simulate import reveal_pilot
from revlab.fieldwork.spill_over import SpillOver, arms_in_units, units_of
from revlab.fieldwork.start import StartModel
from revlab.fieldwork.ties import TieModel
from revlab.inference.counts import fit_counts
from revlab.inference.hazard_ratio import fit_cox


def normal(*shape: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape)


def outcome(frame: pd.DataFrame, name: str, role: str | None = None) -> pd.DataFrame:
    rows = frame[frame["outcome"] == name]
    return rows if role is None else rows[rows["role"] == role]


def test_the_frame_is_tidy_and_whole(town) -> None:
    matching = town.shuffled()
    frame = programme_outcomes(town.potential(), matching)
    assert set(frame["outcome"]) == set(OUTCOMES) - {"spill_over"}
    sizes = frame.groupby(["outcome", "role"]).size()
    assert (sizes == len(matching.dyads)).all()
    assert frame[["value", "exposure"]].notna().all(axis=None)
    assert (frame["role"] == "both").equals(frame["person_id"].isna())
    assert not frame.duplicated(["dyad_id", "role", "outcome"]).any()
    held = run_dyads(town.potential(), matching).paths.held.sum(axis=0)
    assert (outcome(frame, "ideas_raised")["exposure"].to_numpy() == held).all()


def test_it_changes_no_survey_and_no_session(scene) -> None:
    potential, matching = scene.potential(), scene.shuffled()
    before = pilot_tables(reveal_pilot(scene.potential(), matching))
    programme_outcomes(potential, matching, beyond=Beyond(spill_over=SpillOver(share=0.3)))
    after = pilot_tables(reveal_pilot(potential, matching))
    for name, table in before.items():
        assert table.equals(after[name])


def test_two_matchings_share_the_luck_of_the_people(scene) -> None:
    frames = [programme_outcomes(scene.potential(), scene.shuffled(k)) for k in (1, 2)]
    for role in ("mentor", "mentee"):
        months = [
            outcome(f, "months_stayed", role).set_index("person_id")["value"].sort_index()
            for f in frames
        ]
        assert months[0].equals(months[1]), "the default ratio is 1, so leaving is luck alone"


def test_a_dyad_that_both_matchings_make_has_the_same_outcomes(scene) -> None:
    n = len(scene.cohort.mentees)
    frames = [
        programme_outcomes(scene.potential(), scene.matching([0, *others], range(n)))
        for others in (range(1, n), range(n - 1, 0, -1))
    ]
    one, two = (f[f["dyad_id"] == "D001"].reset_index(drop=True) for f in frames)
    assert one.equals(two)


def test_ideas_are_negative_binomial_with_the_sessions_as_exposure() -> None:
    model = IdeaModel(raised=0.5, dispersion=0.8)
    n, held = 300_000, 6
    counts = model(np.full(n, held), normal(n), normal(3, n, seed=2))
    mean = 0.5 * held
    assert counts[0].mean() == pytest.approx(mean, abs=0.03)
    assert counts[0].var() == pytest.approx(mean + 0.8 * mean**2, rel=0.03)
    known = stats.nbinom(1 / 0.8, 1 / (1 + 0.8 * mean))
    for k in range(6):
        assert (counts[0] == k).mean() == pytest.approx(known.pmf(k), abs=0.004)
    assert (counts[0] >= counts[1]).all()
    assert (counts[1] >= counts[2]).all()
    assert counts[1].sum() / counts[0].sum() == pytest.approx(model.tried, abs=0.005)
    assert counts[2].sum() / counts[1].sum() == pytest.approx(model.adopted, abs=0.008)


def test_no_session_no_idea_and_candour_raises_the_rate() -> None:
    model = IdeaModel()
    zero = model(np.zeros(500), normal(500), normal(3, 500, seed=2))
    assert (zero == 0).all()
    shy, frank = (
        model(np.full(20_000, 6), normal(20_000), normal(3, 20_000, seed=2), candour=c)
        for c in (-1.0, 1.0)
    )
    assert (frank[0] >= shy[0]).all()
    ratio = frank[0].mean() / shy[0].mean()
    assert ratio == pytest.approx(np.exp(2 * model.candour), rel=0.05)


def test_the_rate_ratio_of_ideas_is_found_again_by_the_inference_room() -> None:
    """An independent oracle: negative binomial regression with the sessions held as exposure."""
    model = IdeaModel(raised=1.0, candour=0.5, dispersion=0.4)
    n = 4000
    candour = np.where(np.arange(n) % 2 == 0, 0.5, -0.5)
    held = 1 + np.arange(n) // 2 % 6
    counts = model(held, normal(n), normal(3, n, seed=2), candour=candour)[0]
    fit = fit_counts(counts, np.column_stack([np.ones(n), candour]), exposure=held)
    assert fit.model == "negative binomial"
    assert fit.coefficients == pytest.approx([0.0, 0.5], abs=4 * fit.std_errors.max())
    assert fit.theta == pytest.approx(1 / 0.4, abs=4 * fit.theta_error)


def test_ideas_in_the_programme_follow_candour(town) -> None:
    model = CandourModel(exposure=0.0)
    frames = [
        programme_outcomes(
            town.potential(Programme(recording=level, assumptions=Assumptions(candour=model))),
            town.shuffled(),
        )
        for level in ("none", "text")
    ]
    raised = [outcome(f, "ideas_raised")["value"].to_numpy() for f in frames]
    assert (raised[0] >= raised[1]).all()
    assert raised[0].sum() > raised[1].sum()


def test_new_ties_are_poisson_in_the_sessions_held() -> None:
    model = TieModel(mentor=0.3, mentee=0.1)
    for role, rate in (("mentor", 0.3), ("mentee", 0.1)):
        ties = model(np.full(200_000, 5), normal(200_000), role=role)
        assert ties.mean() == pytest.approx(5 * rate, abs=0.01)
        assert ties.var() == pytest.approx(5 * rate, abs=0.02)
    assert model(np.zeros(9), normal(9), role="mentor").sum() == 0
    with pytest.raises(OptionError, match="`role` must be one of"):
        model(np.zeros(1), np.zeros(1), role="boss")


def test_people_leave_as_often_as_stated() -> None:
    model = LeavingModel(yearly=0.16, months=12.0)
    months = model(np.zeros(300_000), normal(300_000))
    assert (months < 12).mean() == pytest.approx(0.16, abs=0.003)
    assert (months < 6).mean() == pytest.approx(1 - 0.84**0.5, abs=0.003)
    assert months.max() == 12.0
    assert months.min() >= 0


def test_the_hazard_ratio_goes_with_the_share_held() -> None:
    model = LeavingModel(yearly=0.3, hazard_ratio=0.5, months=1e6)
    dice = normal(50_000)
    none, half, whole = (model(np.full(50_000, share), dice) for share in (0.0, 0.5, 1.0))
    assert half / none == pytest.approx(np.full(50_000, np.sqrt(2)))
    assert whole / none == pytest.approx(np.full(50_000, 2.0))


def test_the_hazard_ratio_is_found_again_by_the_inference_room() -> None:
    """An independent oracle: Cox regression on who was followed for three years."""
    model = LeavingModel(yearly=0.3, hazard_ratio=0.5, months=36.0)
    share = np.arange(4000) % 5 / 4
    months = model(share, normal(4000))
    fit = fit_cox(months, months < 36.0, design_matrix=share[:, None])
    assert fit.coefficients[0] == pytest.approx(np.log(0.5), abs=4 * fit.std_errors[0])


def test_with_the_neutral_ratio_attendance_says_nothing_about_staying(crowd) -> None:
    frame = programme_outcomes(crowd.potential(), crowd.shuffled())
    held = outcome(frame, "ideas_raised")["exposure"].to_numpy()
    left = outcome(frame, "left", "mentee")["value"].to_numpy()
    assert left[held == 6].mean() == pytest.approx(left[held < 6].mean(), abs=0.05)


def test_the_start_is_log_normal_and_sooner_for_acquaintances_and_formal_programmes() -> None:
    model = StartModel()
    shocks, no = normal(50_000), np.zeros(50_000, dtype=bool)
    days = model(shocks, no, curriculum=0.5)
    assert np.median(days) == pytest.approx(model.days, rel=0.02)
    assert np.log(days).std() == pytest.approx(model.spread, rel=0.02)
    known, formal = model(shocks, ~no, curriculum=0.5), model(shocks, no, curriculum=1.0)
    assert known / days == pytest.approx(np.full(50_000, np.exp(-model.known)))
    assert formal / days == pytest.approx(np.full(50_000, np.exp(-model.formality / 2)))


def test_mixers_make_acquaintances_and_an_earlier_start(crowd) -> None:
    frames = [
        programme_outcomes(crowd.potential(Programme(mixers=share)), crowd.shuffled())
        for share in (0.0, 0.5, 1.0)
    ]
    known = [outcome(f, "acquainted")["value"].mean() for f in frames]
    days = [outcome(f, "days_to_start")["value"].to_numpy() for f in frames]
    assert known[0] == 0
    model = StartModel()
    assert known[2] == pytest.approx(model.tie * model.attends**2, abs=0.03)
    assert known[0] < known[1] < known[2]
    assert (days[0] >= days[1]).all()
    assert (days[1] >= days[2]).all()
    assert days[2].mean() < days[0].mean()


def test_those_at_another_site_come_less_to_mixers(scene) -> None:
    sites = ["Main"] * 16 + ["Far"] * 8
    cohort = replace(
        scene.cohort,
        mentors=scene.cohort.mentors.assign(site=sites),
        mentees=scene.cohort.mentees.assign(site=sites),
    )
    beyond = Beyond(start=StartModel(attends=1.0, elsewhere=0.0, tie=1.0))
    potential = replace(scene.potential(Programme(mixers=1.0)), cohort=cohort)
    frame = programme_outcomes(potential, scene.matching(range(24), range(24)), beyond=beyond)
    known = outcome(frame, "acquainted")["value"].to_numpy()
    assert known.tolist() == [1.0] * 16 + [0.0] * 8


def test_what_is_learnt_for_business_counts_there_and_half_in_private(town) -> None:
    frame = programme_outcomes(town.potential(), town.shuffled())
    business, private = (
        outcome(frame, f"gain_in_{context}")["value"].to_numpy()
        for context in ("business", "private")
    )
    assert private == pytest.approx(0.5 * business)
    mixed = ContextModel(business_share=0.5, carries_over=1.0)
    assert mixed(business, context="private") == pytest.approx(business)
    with pytest.raises(OptionError, match="`carries_over` must lie between 0 and 1"):
        ContextModel(carries_over=2.0)


def half_paired(scene) -> object:
    units = ["a", "b", "c"] * 8
    cohort = replace(scene.cohort, mentees=scene.cohort.mentees.assign(unit=units))
    return replace(scene.potential(), cohort=cohort), scene.matching(range(8), range(8), pools=2)


def test_spill_over_is_the_stated_share_of_what_colleagues_gain(scene) -> None:
    potential, matching = half_paired(scene)
    frame = programme_outcomes(potential, matching, beyond=Beyond(spill_over=SpillOver(0.5)))
    reached = outcome(frame, "spill_over")
    assert len(reached) == 16
    gain = outcome(frame, "gain_in_business").set_index("person_id")["value"]
    units = potential.cohort.mentees["unit"]
    for person, value in zip(reached["person_id"], reached["value"], strict=True):
        colleagues = [p for p in gain.index if units[p] == units[person]]
        assert value == pytest.approx(0.5 * gain[colleagues].mean())


def test_no_spill_over_no_rows_and_nobody_of_a_unit_reaches_nobody(scene) -> None:
    potential, matching = half_paired(scene)
    assert "spill_over" not in set(programme_outcomes(potential, matching)["outcome"])
    gain, units = np.array([0.4]), np.array(["a"], dtype=object)
    assert SpillOver(1.0)(gain, units, np.array(["z", "a"], dtype=object)).tolist() == [0.0, 0.4]


def test_arms_that_meet_in_a_unit_are_told(scene) -> None:
    potential, matching = half_paired(scene)
    course = run_dyads(potential, matching)
    table = arms_in_units(units_of(course), matching)
    assert (table["exposed"] == 1.0).all()
    own = pd.Series(
        [f"unit of {arm}" for arm in matching.dyads["arm"]] * 2,
        index=[*matching.dyads["mentor_id"], *matching.dyads["mentee_id"]],
    )
    assert (arms_in_units(own, matching)["exposed"] == 0.0).all()
    with pytest.raises(PilotError, match="units are not known"):
        units_of(replace(course, potential=replace(potential, cohort=None)))


def test_cost_counts_every_hour_once() -> None:
    model = Costs(session_hours=2.0, senior_hour=3.0, dyad_hours=5.0, training_hours=7.0,
                  needing_support=0.5, support_hours=4.0)  # fmt: skip
    assert model(np.array([0, 1, 4]), training=1.0).tolist() == [14.0, 22.0, 46.0]
    assert model(np.array([0]), training=0.0).tolist() == [7.0]


def test_outcomes_of_somebody_in_two_dyads_are_refused(scene) -> None:
    with pytest.raises(PilotError, match="somebody in two dyads"):
        programme_outcomes(scene.potential(), scene.matching([0, 0], [0, 1], pools=1))


def test_settings_beyond_that_cannot_be_are_refused() -> None:
    with pytest.raises(OptionError, match="`dispersion` must be above 0"):
        IdeaModel(dispersion=0.0)
    with pytest.raises(OptionError, match="`yearly` must be above 0 and below 1"):
        LeavingModel(yearly=1.0)
    with pytest.raises(OptionError, match="`hazard_ratio` must be above 0"):
        LeavingModel(hazard_ratio=0.0)
