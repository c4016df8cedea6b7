"""What a pilot says about how long dyads last, against statsmodels and counting by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.duration.hazard_regression import PHReg
from statsmodels.duration.survfunc import CumIncidenceRight
from statsmodels.stats.proportion import proportion_confint
from wiring_pilots import cr2, ended, example, found, kept

from revlab.errors import EstimateError
from revlab.fieldwork.pilot import Pilot
from revlab.inference.analysis_ending_contrasts import ending_contrasts
from revlab.inference.analysis_endings import (
    OTHER,
    ending_findings,
    ending_reasons,
    session_hazards,
)
from revlab.inference.counts import fit_counts
from revlab.inference.findings import Finding, Refusal
from revlab.inference.hazard_ratio import fit_cox
from revlab.inference.plan_reading import plan_of_pilot
from revlab.rng import stream


@pytest.fixture(scope="module")
def pilot() -> Pilot:
    return example()


@pytest.fixture(scope="module")
def results(pilot: Pilot) -> list[Finding | Refusal]:
    return ending_findings(pilot, plan=plan_of_pilot(pilot.plan))


@pytest.fixture(scope="module")
def arrays(pilot: Pilot) -> pd.DataFrame:
    frame = pilot.dyads[["arm", "pool_id"]].copy()
    frame["time"] = pilot.dyads["last_session"].astype(float)
    frame["early"] = (pilot.dyads["ended"] == "early").astype(int)
    frame["treated"] = (frame["arm"] == "optimal").astype(float)
    return frame.astype({"pool_id": str, "arm": str})


def test_sessions_lasted_are_plain_means_because_every_dyad_is_followed(
    results: list[Finding | Refusal], arrays: pd.DataFrame
) -> None:
    for arm in ("all", "optimal", "random"):
        time = arrays["time"] if arm == "all" else arrays.loc[arrays["arm"] == arm, "time"]
        one = found(results, "lasted", arm=arm).estimate
        assert one.estimate == pytest.approx(time.mean())
        assert one.std_error == pytest.approx(np.sqrt(time.var(ddof=0) / len(time)))
        assert one.n == len(time)
        assert one.unit == "sessions"


def test_the_difference_for_a_page_counts_pools_and_the_other_says_it_does_not(
    results: list[Finding | Refusal], arrays: pd.DataFrame
) -> None:
    x = np.column_stack([np.ones(len(arrays)), arrays["treated"]])
    value, error = cr2(arrays["time"].to_numpy(), x, arrays["pool_id"].to_numpy(), 1)
    pools, pairs = (found(results, f"lasted_{by}").estimate for by in ("contrast", "pairs"))
    assert pools.estimate == pytest.approx(value)
    assert pools.std_error == pytest.approx(error)
    assert pools.n_clusters == arrays["pool_id"].nunique()
    assert "pools" in pools.convention
    parts = arrays.groupby("treated")["time"].agg(["mean", "size", lambda t: t.var(ddof=0)])
    assert pairs.estimate == pytest.approx(value)
    assert pairs.std_error == pytest.approx(np.sqrt((parts.iloc[:, 2] / parts["size"]).sum()))
    assert np.isnan(pairs.p_value)
    assert "below 40 this interval is too narrow" in pairs.note
    assert "log-rank test is the test" in pairs.note
    assert pairs.n_clusters == 0


def test_the_note_on_few_pairs_goes_with_forty_an_arm(pilot: Pilot, arrays: pd.DataFrame) -> None:
    many = pd.concat([arrays] * 2, ignore_index=True).assign(ended_early=lambda f: f["early"] == 1)
    many["dyad_id"] = np.arange(len(many))
    found_ = ending_contrasts(many, plan=plan_of_pilot(pilot.plan), horizon=6.0)
    assert "too narrow" not in found(found_, "lasted_pairs").estimate.note


def test_hazard_ratios_are_those_of_statsmodels_and_have_no_interval(
    results: list[Finding | Refusal], arrays: pd.DataFrame
) -> None:
    x = arrays[["treated"]].to_numpy()
    cox = PHReg(arrays["time"].to_numpy(), x, status=arrays["early"].to_numpy(), ties="efron").fit()
    one = found(results, "hazard_ratio").estimate
    assert one.estimate == pytest.approx(cox.params[0], abs=1e-6)
    rows = arrays.loc[arrays.index.repeat(arrays["time"].astype(int) + 1)].copy()
    rows["period"] = rows.groupby(level=0).cumcount()
    rows["ended"] = rows["early"] * (rows["period"] == rows["time"])
    family = sm.families.Binomial(link=sm.families.links.CLogLog())
    flat = sm.GLM(rows["ended"], sm.add_constant(rows["treated"]), family=family).fit()
    two = found(results, "hazard_sessions").estimate
    assert two.estimate == pytest.approx(flat.params["treated"], abs=1e-6)
    assert "one level for all sessions" in two.convention
    for each in (one, two):
        assert np.isnan([each.conf_low, each.conf_high, each.p_value, each.std_error]).all()
        assert "no interval" in each.convention
        assert "re-assigns pools" in each.note


def test_the_check_of_the_hazard_ratio_follows_what_was_put_in(pilot: Pilot) -> None:
    plan, rng = plan_of_pilot(pilot.plan), stream(8, "hazards")
    n = 400
    treated = np.arange(n) % 2 == 0
    steady = rng.exponential(size=n)
    turning = np.where(treated, rng.uniform(0.9, 1.1, n), rng.exponential(size=n))
    p_values = []
    for time in (steady, turning):
        ends = pd.DataFrame({"dyad_id": range(n), "pool_id": range(n), "time": time})
        ends["arm"] = np.where(treated, "optimal", "random")
        ends["ended_early"] = True
        results = ending_contrasts(ends, plan=plan, horizon=6.0)
        p_values.append(found(results, "hazard_check").estimate.p_value)
    assert p_values[0] > 0.05
    assert p_values[1] < 1e-6


def test_hazards_by_session_are_counts_with_wilson_intervals(pilot: Pilot) -> None:
    table = session_hazards(pilot)
    assert sorted(set(table["arm"])) == ["all", "optimal", "random"]
    for row in table.itertuples():
        dyads = pilot.dyads if row.arm == "all" else pilot.dyads[pilot.dyads["arm"] == row.arm]
        still = (dyads["last_session"] >= row.session).sum()
        now = ((dyads["last_session"] == row.session) & (dyads["ended"] == "early")).sum()
        assert (row.at_risk, row.ended) == (still, now)
        low, high = proportion_confint(now, still, method="wilson")
        assert (row.share, row.conf_low) == pytest.approx((now / still, max(low, 0)), abs=1e-12)
        assert row.conf_high == pytest.approx(high)
    every = table[table["arm"] == "all"]
    assert every["session"].tolist() == list(range(pilot.plan.planned_sessions))
    assert every["ended"].sum() == (pilot.dyads["ended"] == "early").sum()


def test_a_dyad_that_ended_before_its_first_session_counts_at_session_none(pilot: Pilot) -> None:
    table = session_hazards(ended(pilot, 0))
    assert table["session"].tolist() == [0, 0, 0]
    assert (table["share"] == 1).all()


def test_shares_by_reason_are_those_of_statsmodels(pilot: Pilot) -> None:
    table = ending_reasons(pilot)
    codes = pilot.dyads["end_reason"].map(
        lambda r: 0 if pd.isna(r) else 1 if r == "sessions kept being skipped" else 2
    )
    oracle = CumIncidenceRight(pilot.dyads["last_session"].astype(float), codes.astype(int))
    for place, reason in enumerate(("sessions kept being skipped", OTHER)):
        rows = table[table["reason"] == reason]
        assert rows["share"].tolist() == pytest.approx(oracle.cinc[place].tolist())
    survival = 1 - table.groupby("reason")["share"].last().sum()
    assert survival == pytest.approx((pilot.dyads["ended"] == "completed").mean())


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([6, 7], {"r0": 6, "r1": 7}),
        ([6, 2], {OTHER: 8}),
        ([9, 6, 4], {"r0": 9, OTHER: 10}),
        ([9, 2, 3], {"r0": 9, OTHER: 5}),
        ([3], {OTHER: 3}),
        ([4, 1, 8], {"r2": 8, OTHER: 5}),
    ],
)
def test_small_reasons_are_merged_until_they_hide_nobody(
    pilot: Pilot, counts: list[int], expected: dict[str, int]
) -> None:
    dyads = pilot.dyads.copy()
    reasons = [f"r{k}" for k, count in enumerate(counts) for _ in range(count)]
    still = len(dyads) - len(reasons)
    dyads["end_reason"] = pd.Series(reasons + [None] * still, dtype="string", index=dyads.index)
    dyads["ended"] = ["early"] * len(reasons) + ["completed"] * still
    dyads["last_session"] = [2] * len(reasons) + [6] * still
    table = ending_reasons(replace(pilot, dyads=dyads))
    assert table.groupby("reason")["events"].sum().to_dict() == expected


def test_a_missing_reason_is_a_reason(pilot: Pilot) -> None:
    table = ending_reasons(ended(pilot, 2))
    assert set(table["reason"]) == {"reason not given"}
    assert table["share"].iloc[-1] == 1


def test_the_spread_of_sessions_held_is_pearsons(
    results: list[Finding | Refusal], pilot: Pilot
) -> None:
    held = (pilot.sessions["status"] == "held").groupby(pilot.sessions["dyad_id"]).sum()
    frame = pilot.dyads.assign(held=pilot.dyads["dyad_id"].map(held))
    x = sm.add_constant((frame["arm"] == "random").astype(float))
    fit = sm.GLM(frame["held"].astype(float), x, family=sm.families.Poisson()).fit()
    one = found(results, "attendance_spread").estimate
    assert one.estimate == pytest.approx(fit.pearson_chi2 / fit.df_resid)
    assert one.n == len(frame)


def test_nobody_ended_is_refused_and_the_tables_are_empty(pilot: Pilot) -> None:
    whole = ended(pilot, None)
    results = ending_findings(whole, plan=plan_of_pilot(pilot.plan))
    reasons = {one.where.topic: one.reason for one in results if isinstance(one, Refusal)}
    assert "nothing" in reasons["hazard_sessions"] or "no pair" in reasons["hazard_sessions"]
    assert "no pair ended" in reasons["lasted"]
    assert "hazard_check" not in {one.where.topic for one in results}
    assert ending_reasons(whole).empty
    assert (session_hazards(whole)["ended"] == 0).all()


def test_an_empty_arm_is_named(pilot: Pilot) -> None:
    own = pilot.dyads.loc[pilot.dyads["arm"] == "optimal", "dyad_id"].tolist()
    results = ending_findings(kept(pilot, own), plan=plan_of_pilot(pilot.plan))
    reasons = [one.reason for one in results if isinstance(one, Refusal)]
    assert reasons.count("arm 'random' has no dyad.") == 4


def test_a_dyad_lost_from_view_stops_the_difference_by_pools(pilot: Pilot) -> None:
    dyads = pilot.dyads.copy()
    dyads.loc[dyads.index[0], "last_session"] = 3
    results = ending_findings(replace(pilot, dyads=dyads), plan=plan_of_pilot(pilot.plan))
    refused = next(one for one in results if one.where.topic == "lasted_contrast")
    assert isinstance(refused, Refusal)
    assert "1 dyads were lost from view" in refused.reason


def test_blocks_of_the_plan_are_in_the_difference_by_pools(pilot: Pilot) -> None:
    arms = pilot.arms.assign(block=["a", "a", "b", "b"] * 3)
    plan = plan_of_pilot(pilot.plan)
    inside = replace(plan, primary=replace(plan.primary, blocks="block"))
    with_blocks = found(ending_findings(replace(pilot, arms=arms), plan=inside), "lasted_contrast")
    assert "blocks" in with_blocks.estimate.convention
    without = ending_findings(pilot, plan=inside)
    refused = next(one for one in without if one.where.topic == "lasted_contrast")
    assert "no column 'block'" in refused.reason


def test_cox_and_counts_refuse_or_bear_what_the_odd_pilots_showed() -> None:
    with pytest.raises(EstimateError, match="ended at the same time"):
        fit_cox([2.0] * 6, [1] * 6, design_matrix=np.array([[0.0], [1], [0], [1], [0], [1]]))
    rng = stream(9, "counts")
    y = rng.poisson(4, size=40).astype(float)
    assert np.isfinite(fit_counts(y, np.ones((40, 1))).dispersion)
