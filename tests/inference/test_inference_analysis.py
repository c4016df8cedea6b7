"""The analysis of the shipped pilot and of pilots that say less."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from wiring_pilots import with_then_test

from revlab.errors import EstimateError
from revlab.fieldwork.frames import dyad_outcomes, endings
from revlab.fieldwork.pilot import Pilot, read_pilot
from revlab.inference.analysis import PilotAnalysis, analyse_pilot
from revlab.inference.analysis_contrasts import adjust
from revlab.inference.estimate import t_estimate
from revlab.inference.estimators import ESTIMATORS
from revlab.inference.findings import TOPICS, Finding, Where, attempt, findings_frame
from revlab.inference.log_rank import log_rank
from revlab.inference.multiplicity import adjusted
from revlab.inference.plan import Outcome
from revlab.inference.plan_reading import plan_of_pilot
from revlab.shipped import shipped


@pytest.fixture(scope="module")
def pilot() -> Pilot:
    return read_pilot(shipped("data/example_pilot"))


@pytest.fixture(scope="module")
def analysis(pilot: Pilot) -> PilotAnalysis:
    return analyse_pilot(pilot, seed=1)


def test_the_primary_contrast_is_that_of_the_plan(pilot: Pilot, analysis: PilotAnalysis):
    first = pilot.plan.analysis
    frame = dyad_outcomes(pilot, first.primary_scale, role=first.primary_role)
    expected = ESTIMATORS[first.estimator](frame, analysis.plan.contrast)
    assert analysis.primary.estimate == expected.estimate
    assert analysis.primary.conf_low == expected.conf_low
    assert analysis.primary.n + analysis.primary.n_missing == len(pilot.dyads)
    assert analysis.primary.unit == "points on a 1-5 scale"
    assert analysis.check.estimator == "randomisation_adjusted"
    assert np.sign(analysis.check.estimate) == np.sign(analysis.primary.estimate)


def test_every_scale_and_role_is_analysed(pilot: Pilot, analysis: PilotAnalysis):
    outcomes = {
        (scale_id, role)
        for scale_id in pilot.instrument.scales["scale_id"]
        for role in pilot.instrument.roles_of(scale_id)
    }
    for topic in ("contrast", "alpha", "change"):
        done = [
            (f.where.scale_id, f.where.role) for f in analysis.findings if f.where.topic == topic
        ]
        refused = [
            (r.where.scale_id, r.where.role) for r in analysis.refused if r.where.topic == topic
        ]
        assert set(done) | set(refused) == outcomes
    assert {finding.where.topic for finding in analysis.findings} <= set(TOPICS)


def test_every_finding_says_what_it_rests_on(analysis: PilotAnalysis):
    for finding in analysis.findings:
        estimate = finding.estimate
        assert estimate.n > 0, finding
        assert estimate.estimand, finding
        assert estimate.unit, finding
        assert estimate.convention, finding
        assert np.isfinite(estimate.estimate), finding


def test_only_the_primary_outcome_is_not_adjusted(analysis: PilotAnalysis):
    contrasts = analysis.frame("contrast")
    primary = contrasts[contrasts["status"] == "primary"]
    others = contrasts[contrasts["status"] == "exploratory"]
    assert len(primary) == 1
    assert primary["adjusted_p"].isna().all()
    assert (others["adjustment"] == "Benjamini-Hochberg").all()
    assert others["adjusted_p"].tolist() == pytest.approx(
        adjusted(others["p_value"], method="fdr_bh").tolist()
    )


def test_outcomes_named_beforehand_are_secondary_and_adjusted_by_holm(pilot: Pilot):
    named = (Outcome("openness", "mentee"), Outcome("voice", "mentor"))
    plan = replace(plan_of_pilot(pilot.plan), secondary=named)
    contrasts = analyse_pilot(pilot, plan=plan, seed=1).frame("contrast")
    rows = contrasts[contrasts["status"] == "secondary"]
    assert rows["scale_id"].tolist() == ["openness", "voice"]
    assert (rows["adjustment"] == "Holm").all()
    assert (rows["adjusted_p"] >= rows["p_value"]).all()


def test_holm_is_for_secondary_and_benjamini_hochberg_for_exploratory_contrasts():
    p_values = [0.01, 0.04, 0.03, 0.02]

    def found(status: str, p_value: float, topic: str = "contrast") -> Finding:
        estimate = replace(t_estimate(1.0, 1.0, df=9), p_value=p_value)
        return Finding(Where(topic), estimate, status)

    findings = [found("primary", 0.04), found("secondary", 0.001, "check")]
    for p_value in p_values:
        findings += [found("secondary", p_value), found("exploratory", p_value)]
    done = adjust(findings)
    assert [one.adjustment for one in done[:4]] == ["", "", "Holm", "Benjamini-Hochberg"]
    holm, hochberg = ([one.adjusted_p for one in done[k::2]] for k in (2, 3))
    assert holm == pytest.approx([0.04, 0.06, 0.06, 0.06])
    assert hochberg == pytest.approx([0.04] * 4)


def test_the_signs_are_those_of_the_tables(pilot: Pilot, analysis: PilotAnalysis):
    first = analysis.plan.primary
    rows = analysis.attendance.set_index("arm")["share"]
    gap = rows[first.treatment] - rows[first.control]
    assert analysis.estimate("attendance_contrast").estimate == pytest.approx(gap)
    ends = endings(pilot)
    faster = log_rank(
        ends["time"], ends["ended_early"], treated=(ends["arm"] == first.treatment).to_numpy(bool)
    )
    assert analysis.estimate("duration_contrast").estimate == pytest.approx(faster.estimate)
    frame = dyad_outcomes(pilot, "voice", role="mentor")
    change = (frame["post"] - frame["pre"]).mean()
    assert analysis.estimate("change", scale_id="voice").estimate == pytest.approx(change)


def test_what_was_not_asked_before_is_not_called_a_change(analysis: PilotAnalysis):
    with pytest.raises(EstimateError, match="asked only after the start"):
        analysis.estimate("change", scale_id="relationship_quality", role="mentor")
    late = analysis.estimate("contrast", scale_id="relationship_quality", role="mentor")
    assert "without a starting score" in late.note
    assert "last score" in late.convention
    assert "change" not in late.convention
    assert late.estimator == "change_cr2"


def test_the_tables_agree_with_the_pilot(pilot: Pilot, analysis: PilotAnalysis):
    n_people = pilot.people.groupby("role").size()
    rostered = analysis.flow[
        (analysis.flow["stage"] == "rostered") & (analysis.flow["arm"] == "all")
    ]
    assert rostered.set_index("role")["n"].to_dict() == n_people.to_dict()
    assert analysis.missing["items_asked"][analysis.missing["arm"] == "all"].sum() == len(
        pilot.responses
    )
    curve = analysis.drop_out[analysis.drop_out["arm"] == "all"]
    early = int((pilot.dyads["ended"] == "early").sum())
    assert curve["events"].sum() == early
    assert curve["survival"].iloc[-1] == pytest.approx(1 - early / len(pilot.dyads))
    at_risk = analysis.at_risk[analysis.at_risk["arm"] == "all"]
    assert at_risk["time"].tolist() == list(range(pilot.plan.planned_sessions + 1))
    assert at_risk["at_risk"].iloc[0] == len(pilot.dyads)
    held = int((pilot.sessions["status"] == "held").sum())
    assert analysis.attendance.set_index("arm").loc["all", "held"] == held
    assert analysis.progression["criterion"].tolist() == [
        rule.criterion for rule in pilot.plan.progression
    ]
    assert analysis.gains["n"].sum() == analysis.estimate("both_gained").n


def test_the_same_seed_gives_the_same_analysis(pilot: Pilot, analysis: PilotAnalysis):
    again = analyse_pilot(pilot, seed=1)
    one, two = (findings_frame(a.findings).drop(columns="n") for a in (analysis, again))
    pd.testing.assert_frame_equal(one, two)
    other = analyse_pilot(pilot, seed=2)
    assert other.frame("omega")["conf_low"].tolist() != analysis.frame("omega")["conf_low"].tolist()
    assert other.primary == analysis.primary


def test_turning_the_arms_turns_the_sign(pilot: Pilot, analysis: PilotAnalysis):
    first = analysis.plan.primary
    turned = replace(first, treatment=first.control, control=first.treatment)
    other = analyse_pilot(pilot, plan=replace(analysis.plan, primary=turned), seed=1)
    for topic in ("contrast", "check", "attendance_contrast", "duration_contrast"):
        one, two = analysis.estimate(topic), other.estimate(topic)
        assert two.estimate == pytest.approx(-one.estimate)
        assert two.contrast == f"{first.control} - {first.treatment}"


def test_a_pilot_without_a_plan_says_everything_but_contrasts(pilot: Pilot):
    bare = replace(pilot, plan=replace(pilot.plan, analysis=None), registered=None)
    unplanned = analyse_pilot(bare, seed=1)
    assert unplanned.plan is None
    assert unplanned.deviations.empty
    assert not unplanned.registered
    assert unplanned.frame("contrast").empty
    assert len(unplanned.frame("alpha")) > 0
    assert len(unplanned.progression) == len(pilot.plan.progression)
    with pytest.raises(EstimateError, match="nothing was planned"):
        _ = unplanned.primary
    assert "no plan" in repr(unplanned)


def test_one_pool_per_arm_is_refused_with_its_reason_and_the_rest_is_said(pilot: Pilot):
    arms = pilot.arms.groupby("arm")["pool_id"].first()
    dyads = pilot.dyads[pilot.dyads["pool_id"].isin(arms)]
    kept = pilot.people[pilot.people["pool_id"].isin(arms)]
    there = {
        name: frame[frame["dyad_id"].isin(dyads["dyad_id"])]
        for name, frame in (("sessions", pilot.sessions), ("responses", pilot.responses))
    }
    small = replace(
        pilot, people=kept, dyads=dyads, arms=pilot.arms[pilot.arms["pool_id"].isin(arms)], **there
    )
    analysis = analyse_pilot(small, seed=1)
    with pytest.raises(EstimateError, match="a policy treats whole pools"):
        _ = analysis.primary
    reasons = analysis.refusals.set_index("topic")["reason"]
    assert "policy treats whole pools" in reasons.loc["attendance_contrast"]
    assert "2 are needed" in reasons.loc["duration_contrast"].replace("at least 2", "2")
    assert analysis.flow["n"].iloc[0] > 0
    assert len(analysis.drop_out) > 0


def test_an_analysis_says_whether_it_is_simulated(pilot: Pilot, analysis: PilotAnalysis):
    assert analysis.simulated
    real = replace(pilot, source="real", truth=None, plan=replace(pilot.plan, seed=None))
    again = analyse_pilot(real, seed=1)
    assert not again.simulated
    assert again.primary == analysis.primary
    assert repr(again).startswith("Analysis of a pilot: ")


def test_other_errors_are_not_taken_for_refusals():
    def broken():
        raise KeyError("a defect")

    with pytest.raises(KeyError, match="a defect"):
        attempt(Where("alpha"), broken)


def test_there_is_no_estimate_of_what_was_not_analysed(analysis: PilotAnalysis):
    with pytest.raises(EstimateError, match="'alpha': it was not analysed"):
        analysis.estimate("alpha", scale_id="trust")
    assert isinstance(analysis.findings[0], Finding)
    assert str(Where("alpha", "voice", "mentor", 3)) == "voice, mentor, wave 3"


def test_a_registered_plan_stands_in_for_one_that_is_not_in_pilot_toml(
    pilot: Pilot, analysis: PilotAnalysis
):
    bare = replace(pilot, plan=replace(pilot.plan, analysis=None, secondary=()))
    assert analyse_pilot(bare, seed=1).plan == analysis.plan


def test_what_was_planned_or_done_otherwise_is_listed(pilot: Pilot, analysis: PilotAnalysis):
    assert analysis.registered
    assert analysis.deviations.empty
    first = replace(analysis.plan.primary, margin=0.2)
    others = (replace(pilot.registered.secondary[0], estimator=""),)
    sealed = replace(pilot.registered, analysis=first, secondary=others)
    listed = analyse_pilot(replace(pilot, registered=sealed), seed=1).deviations
    assert listed.to_numpy().tolist() == [
        ["margin in points", "0.2", "0.3"],
        ["estimator of outcome relationship_quality (mentee)", "ancova_cr2", "change_cr2"],
        ["outcome voice (mentor)", "exploratory", "secondary"],
    ]


def test_an_outcome_that_could_not_be_compared_as_planned_is_a_deviation(pilot: Pilot):
    plan = plan_of_pilot(pilot.plan)
    voice = replace(plan.secondary[1], estimator="pool_means")
    ghost = Outcome("ghost", "mentee")
    start = replace(plan.secondary[0], estimator="")
    used = replace(plan, secondary=(start, voice, ghost))
    done = analyse_pilot(pilot, plan=used, seed=1)
    rows = done.deviations.to_numpy().tolist()
    assert ["outcome ghost (mentee)", "exploratory", "secondary"] in rows
    assert ["outcome ghost (mentee)", "secondary", "not asked in this pilot"] in rows
    name = "estimator of outcome relationship_quality (mentee)"
    assert [name, "ancova_cr2", "change_cr2"] in rows
    assert done.estimate("contrast", scale_id="voice", role="mentor").estimator == "pool_means"


def test_blocks_that_the_pilot_does_not_have_are_refused(pilot: Pilot):
    plan = plan_of_pilot(pilot.plan)
    used = replace(plan, primary=replace(plan.primary, blocks="block"))
    done = analyse_pilot(pilot, plan=used, seed=1)
    with pytest.raises(EstimateError, match=r"arms\.csv has no column 'block'"):
        _ = done.primary
    assert "no estimate: the plan says that pools" in " ".join(done.deviations["done"])


def test_blocks_of_the_plan_are_kept_in_every_comparison(pilot: Pilot):
    arms = pilot.arms.sort_values(["arm", "pool_id"])
    blocks = dict(zip(arms["pool_id"], ["north", "south"] * (len(arms) // 2), strict=True))
    sited = replace(pilot, arms=pilot.arms.assign(block=pilot.arms["pool_id"].map(blocks)))
    plan = plan_of_pilot(pilot.plan)
    plain = analyse_pilot(sited, seed=1)
    assert plain.primary == analyse_pilot(pilot, seed=1).primary
    done = analyse_pilot(
        sited, plan=replace(plan, primary=replace(plan.primary, blocks="block")), seed=1
    )
    for topic in ("contrast", "attendance_contrast", "growth_contrast", "lasted_contrast"):
        assert "fixed effects of 2 blocks" in done.estimate(topic).convention, topic
    for topic in ("check", "duration_contrast", "superiority"):
        assert "blocks" in done.estimate(topic).convention, topic
    # six pools in each block, three of them treated: 20 * 20 ways
    assert "all 400 assignments" in done.estimate("duration_contrast").convention
    frame = dyad_outcomes(sited, "digital_confidence", role="mentee").dropna()
    both = frame[frame["arm"].isin(["optimal", "random"])]
    fit = smf.ols("post ~ C(arm, Treatment('random')) + pre + C(block)", both).fit()
    assert done.primary.estimate == pytest.approx(fit.params.iloc[1])


def test_an_arm_of_the_plan_without_a_dyad_is_refused_and_stops_nothing(pilot: Pilot):
    plan = plan_of_pilot(pilot.plan)
    other = replace(plan, primary=replace(plan.primary, treatment="stable_mentee"))
    done = analyse_pilot(pilot, plan=other, seed=1)
    with pytest.raises(EstimateError, match="no dyad is in the arm 'stable_mentee'"):
        _ = done.primary
    assert len(done.frame("alpha")) > 0
    assert done.sensitivity["reason"].str.contains("no dyad").any()
    assert not done.frame("contrast").shape[0]


def test_a_then_test_is_no_outcome_of_its_own():
    done = analyse_pilot(with_then_test(), seed=1)
    for topic in ("contrast", "alpha", "change", "growth"):
        assert "voice_then" not in set(done.frame(topic).get("scale_id", [])), topic
    assert not done.frame("response_shift").empty
