"""What a pilot says about dyads, pools and growth, against statsmodels, scipy and formulas."""

import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from scipy import stats
from wiring_pilots import (
    asked_both_before,
    cr2,
    endings,
    everything,
    example,
    found,
    odd_pilots,
    scored,
)

from revlab.errors import EstimateError
from revlab.fieldwork.pilot import Pilot
from revlab.inference.analysis_dyads import dyad_findings
from revlab.inference.analysis_growth import growth_findings
from revlab.inference.analysis_scales import scores_of
from revlab.inference.findings import TOPICS, Finding
from revlab.inference.growth_waves import growth_means, growth_slopes, wave_scores
from revlab.inference.icc import group_icc
from revlab.inference.multiplicity import adjusted
from revlab.inference.plan_reading import plan_of_pilot
from revlab.inference.pool_alikeness import pool_alikeness
from revlab.rng import stream

ODD = odd_pilots()


@pytest.fixture(scope="module")
def pilot() -> Pilot:
    return example()


@pytest.fixture(scope="module")
def long(pilot: Pilot) -> pd.DataFrame:
    """Mentees' digital confidence, scored by hand."""
    frames = [
        pilot.dyads[["dyad_id", "pool_id", "arm"]].assign(
            time=wave - 1.0, y=scored(pilot, "digital_confidence", "mentee", wave, 3).to_numpy()
        )
        for wave in (1, 2, 3)
    ]
    return pd.concat(frames, ignore_index=True)


@pytest.mark.parametrize("name", ODD)
def test_an_odd_pilot_is_refused_in_sentences_and_stops_nothing(name: str) -> None:
    # How dyads ended is read by the findings on endings only; the others need no second run.
    for one in (endings if "ended" in name else everything)(ODD[name]):
        assert one.where.topic in TOPICS
        if isinstance(one, Finding):
            estimate = one.estimate
            assert np.isfinite(estimate.estimate), one
            assert estimate.n > 0, one
            assert estimate.unit, one
            assert estimate.estimand, one
            assert estimate.convention, one
        else:
            assert len(one.reason) > 10, one


def test_every_finding_of_the_example_says_what_it_rests_on(pilot: Pilot) -> None:
    results = everything(pilot)
    topics = [one.where.topic for one in results if isinstance(one, Finding)]
    assert set(topics) >= {"agreement", "pool_icc", "growth", "growth_contrast", "lasted"}
    places = [one.where for one in results]
    assert len(set(places)) == len(places)


def test_agreement_is_that_of_the_mean_squares_of_a_two_way_table(pilot: Pilot) -> None:
    results = dyad_findings(scores_of(pilot), plan=plan_of_pilot(pilot.plan))
    sides = {r: scored(pilot, "relationship_quality", r, 3, 3) for r in ("mentor", "mentee")}
    both = pd.DataFrame(sides).dropna()
    rows = both.reset_index(names="dyad").melt("dyad", var_name="role", value_name="y")
    table = sm.stats.anova_lm(smf.ols("y ~ C(dyad) + C(role)", rows).fit())
    target, rater, noise = table["mean_sq"]
    n = len(both)
    expected = (target - noise) / (target + noise + 2 * (rater - noise) / n)
    agreed = found(results, "agreement").estimate
    assert agreed.estimate == pytest.approx(expected, abs=1e-12)
    assert (agreed.n, agreed.n_missing) == (n, len(pilot.dyads) - n)
    linked = found(results, "sides_level").estimate
    r = stats.pearsonr(both["mentor"], both["mentee"])
    assert linked.estimate == pytest.approx(r.statistic)
    assert (linked.conf_low, linked.conf_high) == pytest.approx(tuple(r.confidence_interval()))
    assert np.isnan(linked.p_value)
    assert "one pool are taken as independent" in linked.note


def test_actor_and_partner_effects_are_those_of_one_regression_per_side() -> None:
    both = asked_both_before()
    results = dyad_findings(scores_of(both), plan=plan_of_pilot(both.plan))
    score = {
        (role, wave): scored(both, "relationship_quality", role, wave, 3).to_numpy()
        for role in ("mentor", "mentee")
        for wave in (1, 3)
    }
    for role, other in (("mentor", "mentee"), ("mentee", "mentor")):
        # With the same predictors for both sides, generalised least squares is plain.
        x = sm.add_constant(np.column_stack([score[role, 1], score[other, 1]]))
        fit = sm.OLS(score[role, 3], x).fit()
        for place, topic in ((1, "actor"), (2, "partner")):
            one = found(results, topic, role=role)
            assert one.estimate.estimate == pytest.approx(fit.params[place], abs=1e-6)
            assert one.estimate.std_error == pytest.approx(fit.bse[place], rel=1e-4)
            assert one.estimate.n == len(both.dyads)
            assert one.estimate.n_clusters == 0
            assert np.isnan(one.estimate.p_value)
            assert f"({role}s)" in one.estimate.estimand
    assert not [one for one in dyad_findings(scores_of(example()), plan=None)
                if one.where.topic in ("actor", "partner")]  # fmt: skip


def test_likeness_within_pools_leaves_the_arms_out(pilot: Pilot) -> None:
    results = dyad_findings(scores_of(pilot), plan=plan_of_pilot(pilot.plan))
    y = scored(pilot, "voice", "mentor", 3, 3) - scored(pilot, "voice", "mentor", 1, 3)
    frame = pilot.dyads[["pool_id", "arm"]].assign(y=y.to_numpy()).dropna()
    arms, pools = (
        smf.ols(f"y ~ C({by})", frame.astype({"pool_id": str})).fit() for by in ("arm", "pool_id")
    )
    n, groups = len(frame), frame["pool_id"].nunique()
    df = (groups - 2, n - groups)
    between = (arms.ssr - pools.ssr) / df[0]
    within = pools.ssr / df[1]
    k, ratio = n / groups, between / within
    one = found(results, "pool_icc", scale_id="voice").estimate
    assert one.estimate == pytest.approx((ratio - 1) / (ratio + k - 1))
    low = ratio / stats.f.ppf(0.975, *df)
    high = ratio * stats.f.ppf(0.975, *df[::-1])
    assert one.conf_low == pytest.approx((low - 1) / (low + k - 1))
    assert one.conf_high == pytest.approx((high - 1) / (high + k - 1))
    assert one.n_clusters == groups


def test_a_difference_between_the_arms_does_not_make_pools_alike() -> None:
    rng = stream(3, "alike")
    pool, arm = np.repeat(np.arange(40), 5), np.repeat([0, 1], 100)
    y = rng.normal(size=200) + 3.0 * arm
    names = [f"p{k}" for k in pool], [f"a{k}" for k in arm]
    apart = pool_alikeness(y, names[0], arm=names[1])
    assert group_icc(y, names[0]).estimate > 0.5
    assert abs(apart.estimate) < 0.1
    alone = pool_alikeness(y, names[0], arm=["a"] * 200)
    assert alone == group_icc(y, names[0])


def test_likeness_needs_two_pools_in_an_arm_and_two_dyads_in_a_pool() -> None:
    with pytest.raises(EstimateError, match="two pools"):
        pool_alikeness([1.0, 2, 3, 4], list("aabb"), arm=list("xxyy"))
    with pytest.raises(EstimateError, match="two dyads in a pool"):
        pool_alikeness([1.0, 2, 3, 4], list("abcd"), arm=list("xxyy"))
    with pytest.raises(EstimateError, match="nothing varies"):
        pool_alikeness([1.0, 1, 3, 3, 4, 4], list("aabbcc"), arm=list("xxxxyy"))


def test_growth_is_that_of_a_mixed_model_of_statsmodels(pilot: Pilot, long: pd.DataFrame) -> None:
    results = growth_findings(pilot, scores_of(pilot), plan=None)
    rows = long.dropna()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = smf.mixedlm("y ~ time", rows, groups=rows["dyad_id"], re_formula="~time").fit(
            method="powell"
        )
    one = found(results, "growth", scale_id="digital_confidence").estimate
    assert one.estimate == pytest.approx(fit.params["time"], abs=2e-4)
    assert one.std_error == pytest.approx(fit.bse["time"], rel=0.01)
    assert one.n == rows["dyad_id"].nunique()
    assert one.n_missing == len(pilot.dyads) - one.n
    assert one.n_clusters == 0
    assert np.isnan(one.p_value)
    assert "random intercept and slope" in one.convention
    assert "12 weeks apart" in one.convention


def test_a_singular_fit_falls_back_to_a_random_intercept_and_says_so(pilot: Pilot) -> None:
    one = found(growth_findings(pilot, scores_of(pilot), plan=None), "growth", scale_id="openness")
    rows = pd.concat(
        pilot.dyads[["dyad_id"]].assign(
            time=wave - 1.0, y=scored(pilot, "openness", "mentee", wave, 2).to_numpy()
        )
        for wave in (1, 2, 3)
    ).dropna()
    fit = smf.mixedlm("y ~ time", rows, groups=rows["dyad_id"]).fit()
    assert one.estimate.estimate == pytest.approx(fit.params["time"], abs=1e-5)
    assert one.estimate.std_error == pytest.approx(fit.bse["time"], rel=0.01)
    assert "random intercept only" in one.estimate.note
    assert "13 with one answer" in one.estimate.note


def test_the_contrast_of_growth_compares_lines_of_dyads_by_pools(
    pilot: Pilot, long: pd.DataFrame
) -> None:
    plan = plan_of_pilot(pilot.plan)
    slopes = {}
    for dyad, rows in long.dropna().groupby("dyad_id"):
        if len(rows) >= 2:
            slopes[dyad] = np.polyfit(rows["time"], rows["y"], 1)[0]
    frame = pilot.dyads.set_index("dyad_id").loc[list(slopes)]
    y = np.array(list(slopes.values()))
    x = np.column_stack([np.ones(len(y)), frame["arm"] == "optimal"]).astype(float)
    value, error = cr2(y, x, frame["pool_id"].to_numpy(), 1)
    results = growth_findings(pilot, scores_of(pilot), plan=plan)
    one = found(results, "growth_contrast", scale_id="digital_confidence")
    assert one.estimate.estimate == pytest.approx(value)
    assert one.estimate.std_error == pytest.approx(error)
    assert one.estimate.contrast == "optimal - random"
    assert one.estimate.n == len(y)
    assert one.estimate.n_clusters == frame["pool_id"].nunique()
    contrasts = [f for f in results if f.where.topic == "growth_contrast"]
    expected = adjusted([f.estimate.p_value for f in contrasts], method="fdr_bh")
    assert [f.adjusted_p for f in contrasts] == pytest.approx(expected.tolist())
    assert {f.status for f in contrasts} == {"exploratory"}


def test_growth_counts_by_weeks_where_surveys_are_unevenly_apart(pilot: Pilot) -> None:
    waves = pilot.plan.waves
    late = replace(pilot.plan, waves=(waves[0], replace(waves[1], week=6.0), waves[2]))
    uneven = replace(pilot, plan=late)
    score = scores_of(uneven)[0]
    times = wave_scores(uneven, score).groupby("wave")["time"].first()
    assert times.tolist() == [0.0, 0.5, 2.0]
    same = replace(pilot.plan, waves=tuple(replace(wave, week=0.0) for wave in waves))
    undated = replace(pilot, plan=same)
    assert wave_scores(undated, score).groupby("wave")["time"].first().tolist() == [0, 1, 2]


def test_a_dyad_with_one_answer_has_no_line_but_a_level(long: pd.DataFrame) -> None:
    slopes = growth_slopes(long.rename(columns={"y": "score"})).set_index("dyad_id")
    answered = long.dropna().groupby("dyad_id").size().reindex(slopes.index, fill_value=0)
    assert (slopes["n_waves"] == answered).all()
    assert slopes.loc[answered < 2, "slope"].isna().all()
    assert slopes.loc[answered >= 2, "slope"].notna().all()


def test_means_of_the_surveys_are_those_of_who_answered(pilot: Pilot, long: pd.DataFrame) -> None:
    table = growth_means(pilot, scores_of(pilot)[:1])
    rows = table.set_index(["arm", "wave"])
    for (arm, time), part in long.dropna().groupby(["arm", "time"]):
        row = rows.loc[(arm, int(time) + 1)]
        value, error = cr2(
            part["y"].to_numpy(), np.ones((len(part), 1)), part["pool_id"].to_numpy(), 0
        )
        assert row["estimate"] == pytest.approx(value)
        assert row["n"] == len(part)
        half = (row["conf_high"] - row["conf_low"]) / 2
        df = part["pool_id"].nunique() - 1
        # Satterthwaite's df of a mean are at most pools minus one.
        assert half >= stats.t.ppf(0.975, df) * error * (1 - 1e-9)
    assert table["label"].tolist()[:3] == ["before", "midway", "after"]


def test_scales_of_two_surveys_have_a_change_and_no_growth(pilot: Pilot) -> None:
    results = growth_findings(pilot, scores_of(pilot), plan=None)
    assert "relationship_quality" not in {one.where.scale_id for one in results}


def test_people_in_several_dyads_are_told(pilot: Pilot) -> None:
    scores = scores_of(pilot)
    repeated = [
        replace(one, frame=one.frame.assign(person_id=["x", "x", *one.frame["person_id"][2:]]))
        if one.outcome.role == "mentor"
        else one
        for one in scores
    ]
    note = found(dyad_findings(repeated, plan=None), "agreement").estimate.note
    assert "1 mentors are in several dyads" in note
