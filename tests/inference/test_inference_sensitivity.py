"""What missing answers could do to a contrast of pools: every approach against another way."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from inference_missing_trials import lossy_pilot, plan_of, scores_from
from inference_trials import allowed

from revlab.errors import EstimateError
from revlab.fieldwork.pilot import read_pilot
from revlab.inference.analysis_contrasts import contrasts
from revlab.inference.analysis_missing import APPROACHES, sensitivity, sensitivity_of_primary
from revlab.inference.analysis_scales import scores_of
from revlab.inference.estimators import ESTIMATORS
from revlab.inference.gaps import read_gaps
from revlab.inference.imputed_contrast import fill_gaps
from revlab.inference.lee import lee_bounds
from revlab.inference.missing_rows import response_difference
from revlab.inference.plan import AnalysisPlan
from revlab.inference.plan_reading import plan_of_pilot
from revlab.inference.response_weights import weighted_contrast
from revlab.inference.worst_case import worst_case
from revlab.shipped import shipped

PLAN = plan_of()
RULES = ("ancova_cr2", "change_cr2", "pool_means")


def table_of(frame: pd.DataFrame, plan: AnalysisPlan = PLAN, *, seed: int = 1) -> pd.DataFrame:
    return sensitivity(scores_from(frame), plan=plan, seed=seed).set_index("approach")


# The table


@pytest.mark.parametrize("rule", ["ancova_cr2", "pool_means", "randomisation_adjusted"])
def test_every_rule_of_a_plan_gives_every_row(rule: str):
    _, gaps = lossy_pilot(12, seed=4, lost=0.3)
    table = table_of(gaps, plan_of(rule))
    assert table.index.tolist() == list(APPROACHES)
    assert (table["reason"] == "").all(), table["reason"].tolist()
    assert (table["contrast"] == "new - old").all()
    reported = contrasts(scores_from(gaps), plan=plan_of(rule), seed=1)[0].estimate
    assert table.loc["complete", "estimate"] == reported.estimate
    assert table.loc["complete", "conf_low"] == reported.conf_low
    assert (table["convention"] != "").all()
    within = table.loc[["bounds", "worst_case"]]
    assert within["estimate"].isna().all()
    assert (within["bound_low"] <= within["bound_high"]).all()
    assert (within["conf_low"] < within["bound_low"]).all()
    worst, lee = table.loc["worst_case"], table.loc["bounds"]
    assert worst["bound_low"] < lee["bound_low"]
    assert worst["bound_high"] > lee["bound_high"]
    assert (within["n_clusters"] == 12).all()
    assert (lee["df"], table.loc["response", "n_clusters"]) == (10, 12)
    stands_in = "has no standard error" in table.loc["imputed", "note"]
    assert stands_in == (rule == "randomisation_adjusted")
    assert (table.loc["complete":"worst_case", "unit"] == "points on a 1-5 scale").all()
    assert table.loc["response", "unit"] == "share"


def test_a_table_is_the_same_for_a_seed_and_in_any_order_of_arms_and_rows():
    _, gaps = lossy_pilot()
    first = table_of(gaps)
    third = gaps[:5].assign(arm="third", pool_id="P99", dyad_id=[f"X{k}" for k in range(5)])
    with_third = pd.concat([third, gaps], ignore_index=True)
    pd.testing.assert_frame_equal(first, table_of(with_third))


def test_who_answers_is_compared_by_pools():
    _, gaps = lossy_pilot(seed=6)
    read = read_gaps(scores_from(gaps), PLAN)
    there = gaps[["pre", "post"]].notna().all(axis=1).astype(float)
    shares = there.groupby(gaps["arm"]).mean()
    found = response_difference(read)
    assert found.estimate == pytest.approx(shares["new"] - shares["old"])
    by_hand = ESTIMATORS["change_cr2"](gaps.assign(pre=0.0, post=there), PLAN.contrast)
    assert (found.conf_low, found.df) == pytest.approx((by_hand.conf_low, by_hand.df))


def test_nothing_missing_is_one_row_and_a_note():
    whole, _ = lossy_pilot()
    table = table_of(whole)
    assert table.index.tolist() == ["complete"]
    assert table["note"].iloc[0] == "no answer is missing, so nothing can change the result"
    assert table["n_missing"].iloc[0] == 0


def test_what_cannot_be_given_is_refused_with_a_reason_and_stops_nothing_else():
    whole, gaps = lossy_pilot()
    few = whole.copy()
    few.loc[few.index[few["arm"] == "old"][:2], "post"] = np.nan
    table = table_of(few)
    assert "fewer than 5 gaps" in table.loc["weighted", "reason"]
    assert "no last score is missing in the arm 'new'" in table.loc["tipping", "reason"]
    assert np.isnan(table.loc["weighted", "estimate"])
    assert table.loc["imputed", "reason"] == ""
    told = gaps.assign(held=np.where(gaps["post"].isna(), 0.0, 6.0))
    told["post"] = told["post"].where(told["pre"].notna(), 3.0)
    told.loc[told["pre"].isna(), "held"] = 6.0
    told["pre"] = told["pre"].fillna(3.0)
    with pytest.raises(EstimateError, match="tells exactly who answered"):
        weighted_contrast(read_gaps(scores_from(told), PLAN))
    one_pool = gaps[(gaps["arm"] == "new") | (gaps["pool_id"] == gaps["pool_id"][0])]
    if gaps["arm"][0] == "new":
        one_pool = gaps[(gaps["arm"] == "old") | (gaps["pool_id"] == gaps["pool_id"][0])]
    refused = table_of(one_pool)
    assert refused.index.tolist() == ["complete"]
    assert "1 pool with complete dyads" in refused.loc["complete", "reason"]


def test_an_outcome_without_a_start_and_one_in_blocks():
    _, gaps = lossy_pilot(12, seed=4)
    no_start = sensitivity(scores_from(gaps, has_start=False), plan=PLAN, seed=1)
    table = no_start.set_index("approach")
    assert (table["reason"] == "").all()
    assert "asked only after the start" in table.loc["complete", "note"]
    assert not table["convention"].str.contains("post - pre|change|first score").any()
    site = (gaps["pool_id"].str[1:].astype(int) % 2).astype(str)
    blocked = gaps.assign(block=site)
    plan = replace(PLAN, primary=replace(PLAN.primary, blocks="block"))
    inside = table_of(blocked, plan)
    assert (inside["reason"] == "").all()
    assert "from arm, block, sessions held" in inside.loc["imputed", "convention"]


def test_a_pilot_knows_its_sessions_and_its_middle_survey():
    pilot = read_pilot(shipped("data/example_pilot"))
    plan = plan_of_pilot(pilot.plan)
    scores = scores_of(pilot)
    table = sensitivity_of_primary(scores, plan=plan, seed=1).set_index("approach")
    assert table.index.tolist() == list(APPROACHES)
    assert "sessions held, first score, middle score" in table.loc["imputed", "convention"]
    frame = scores[0].frame
    held = pilot.sessions[pilot.sessions["status"] == "held"].groupby("dyad_id").size()
    assert frame["held"].tolist() == frame["dyad_id"].map(held).fillna(0).tolist()
    assert (scores[0].low, scores[0].high) == (1.0, 5.0)
    answered = pilot.responses[
        (pilot.responses["wave"] == 2)
        & pilot.responses["value"].notna()
        & (pilot.responses["role"] == "mentee")
    ]["dyad_id"]
    told = frame.loc[frame["middle"].notna(), "dyad_id"]
    assert set(told) <= set(answered)
    assert len(told) > 10


def test_known_gaps_bias_complete_pairs_but_not_imputed_or_weighted_answers():
    found = {"complete": [], "imputed": [], "weighted": []}
    covered = []
    for seed in range(16):
        whole, gaps = lossy_pilot(20, seed=seed, lost=0.4)
        read = read_gaps(scores_from(gaps), PLAN)
        rule = ESTIMATORS["ancova_cr2"]
        # The same pilot without gaps is the truth, which takes the chance of who took part away.
        truth = rule(whole, PLAN.contrast).estimate
        filled = fill_gaps(read, seed=seed, n_imputations=4).estimate()
        found["complete"].append(rule(gaps, PLAN.contrast).estimate - truth)
        found["imputed"].append(filled.estimate - truth)
        found["weighted"].append(weighted_contrast(read).estimate - truth)
        covered.append(filled.conf_low <= 0.3 <= filled.conf_high)
    bias = {name: float(np.mean(values)) for name, values in found.items()}
    error = {name: float(np.std(values, ddof=1)) / np.sqrt(16) for name, values in found.items()}
    assert bias["complete"] > 4 * error["complete"]
    assert abs(bias["imputed"]) < 3 * error["imputed"]
    assert abs(bias["weighted"]) < 3 * error["weighted"]
    assert np.mean(covered) >= 0.95 - allowed(16)


def test_hidden_gaps_bias_imputed_answers_too_and_bounds_hold_the_truth():
    biased, held = [], []
    for seed in range(16):
        whole, gaps = lossy_pilot(20, seed=seed, lost=0.4, how="hidden")
        read = read_gaps(scores_from(gaps.assign(middle=np.nan)), PLAN)
        truth = ESTIMATORS["ancova_cr2"](whole, PLAN.contrast).estimate
        filled = fill_gaps(read, seed=seed, n_imputations=2)
        biased.append(filled.estimate().estimate - truth)
        bounds = lee_bounds(
            read.adjusted(read.pre, read.post),
            read.treated,
            seed=seed,
            cluster=read.whole.pool,
            n_boot=200,
        )
        ends = worst_case(read)
        held.append((bounds.conf_low <= 0.3 <= bounds.conf_high, ends.low <= truth <= ends.high))
    assert np.mean(biased) < -3 * np.std(biased, ddof=1) / np.sqrt(16)
    assert np.mean([lee for lee, _ in held]) >= 0.95 - allowed(16)
    assert all(worst for _, worst in held)
