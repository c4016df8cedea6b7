"""What a pilot says about noise, sizes, margins and hindsight, against formulas."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import gammaln
from statsmodels.stats.proportion import proportion_confint
from wiring_pilots import cr2, example, found, scored, with_then_test

from revlab.fieldwork.instrument import Instrument
from revlab.fieldwork.pilot import Pilot
from revlab.inference.analysis_contrasts import contrasts
from revlab.inference.analysis_measurement import measurement_findings, reliable_changes
from revlab.inference.analysis_scales import scores_of
from revlab.inference.analysis_sizes import equivalence_table, standardised
from revlab.inference.findings import Finding, Refusal, Where
from revlab.inference.hindsight import hindsight_findings, is_then_test
from revlab.inference.plan import AnalysisPlan
from revlab.inference.plan_reading import plan_of_pilot
from revlab.inference.response_shift import response_shift

VOICE = {"scale_id": "voice", "role": "mentor"}


@pytest.fixture(scope="module")
def pilot() -> Pilot:
    return example()


@pytest.fixture(scope="module")
def plan(pilot: Pilot) -> AnalysisPlan:
    return plan_of_pilot(pilot.plan)


@pytest.fixture(scope="module")
def before(pilot: Pilot, plan: AnalysisPlan) -> list[Finding | Refusal]:
    """What the arms were found to differ in."""
    return [one for scores in scores_of(pilot) for one in contrasts(scores, plan=plan, seed=1)]


@pytest.fixture(scope="module")
def results(pilot: Pilot, plan: AnalysisPlan, before: list) -> list[Finding | Refusal]:
    return measurement_findings(pilot, scores_of(pilot), plan=plan, found=before)


def _voice(pilot: Pilot) -> pd.DataFrame:
    frame = pilot.dyads[["pool_id", "arm"]].astype(str)
    for name, wave in (("pre", 1), ("post", 3)):
        frame[name] = scored(pilot, "voice", "mentor", wave, 3).to_numpy()
    return frame


def _alpha(pilot: Pilot) -> float:
    rows = pilot.responses
    rows = rows[(rows["wave"] == 1) & rows["item_id"].str.startswith("vo")]
    wide = rows.pivot(index="dyad_id", columns="item_id", values="value").astype(float)
    wide["vo3"] = 6 - wide["vo3"]
    table = wide.dropna().cov()
    k = len(table)
    return k / (k - 1) * (1 - np.trace(table) / table.to_numpy().sum())


def test_reliable_change_counts_beyond_the_noise_of_the_first_survey(
    pilot: Pilot, results: list[Finding | Refusal]
) -> None:
    frame = _voice(pilot).dropna()
    limit = 1.96 * np.sqrt(2 * (1 - _alpha(pilot))) * frame["pre"].std(ddof=1)
    change = frame["post"] - frame["pre"]
    counts = {
        "better": (change > limit).sum(),
        "worse": (change < -limit).sum(),
        "unchanged": (change.abs() <= limit).sum(),
    }
    for word, count in counts.items():
        one = found(results, f"reliably_{word}", **VOICE).estimate
        low, high = proportion_confint(count, len(change), method="wilson")
        assert one.estimate == pytest.approx(count / len(change))
        assert (one.conf_low, one.conf_high) == pytest.approx((low, high))
        assert (one.n, one.n_missing) == (len(change), len(pilot.dyads) - len(change))
        assert f"{limit:.3g} points" in one.convention


def test_on_a_scale_where_less_is_better_a_fall_is_better(pilot: Pilot) -> None:
    scales = pilot.instrument.scales.assign(higher_is="worse")
    turned = replace(pilot, instrument=Instrument(items=pilot.instrument.items, scales=scales))
    one, other = (
        {r.where.topic: r.estimate.estimate for r in reliable_changes(p, scores_of(p)[3])}
        for p in (pilot, turned)
    )
    assert one["reliably_better"] == other["reliably_worse"]
    assert one["reliably_unchanged"] == other["reliably_unchanged"]
    first = scores_of(pilot)[0]
    risen = first.frame.assign(post=first.frame["pre"].to_numpy() + np.arange(45) % 9 / 2)
    moved = reliable_changes(turned, replace(first, frame=risen))
    assert found(moved, "reliably_better").estimate.estimate == 0
    assert found(moved, "reliably_worse").estimate.estimate > 0.4


def test_few_people_and_bad_scales_are_refused_once(pilot: Pilot) -> None:
    first = scores_of(pilot)[0]
    few = replace(first, frame=first.frame.dropna(subset=["pre", "post"]).iloc[:4])
    (refused,) = reliable_changes(pilot, few)
    assert isinstance(refused, Refusal)
    assert "4 people answered before and after" in refused.reason
    answers = pilot.responses.copy()
    turned = answers["item_id"].isin(["dc1", "dc2"])
    answers["value"] = answers["value"].where(~turned, 6 - answers["value"])
    bad = replace(pilot, responses=answers)
    (refused,) = reliable_changes(bad, scores_of(bad)[0])
    assert "reliability" in refused.reason


def test_the_standardised_change_has_an_interval_over_pools(
    pilot: Pilot, results: list[Finding | Refusal]
) -> None:
    frame = _voice(pilot).dropna()
    change = (frame["post"] - frame["pre"]).to_numpy()
    df = len(change) - 1
    factor = np.exp(gammaln(df / 2) - gammaln((df - 1) / 2)) / np.sqrt(df / 2)
    per_point = factor / change.std(ddof=1)
    value, error = cr2(change, np.ones((len(change), 1)), frame["pool_id"].to_numpy(), 0)
    one = found(results, "standardised_change", **VOICE).estimate
    assert one.estimate == pytest.approx(value * per_point)
    assert one.std_error == pytest.approx(error * per_point)
    half = stats.t.ppf(0.975, one.df) * error * per_point
    assert one.conf_high - one.conf_low == pytest.approx(2 * half)
    assert one.n_clusters == frame["pool_id"].nunique()
    assert one.unit == "standard deviations"


def test_the_standardised_contrast_divides_by_the_control_arms_start(
    pilot: Pilot, results: list[Finding | Refusal], before: list[Finding | Refusal]
) -> None:
    frame = _voice(pilot)
    spread = frame.loc[frame["arm"] == "random", "pre"].std(ddof=1)
    points = found(before, "contrast", **VOICE)
    one = found(results, "standardised_contrast", **VOICE)
    for name in ("estimate", "std_error", "conf_low", "conf_high"):
        assert getattr(one.estimate, name) * spread == pytest.approx(getattr(points.estimate, name))
    assert (one.estimate.p_value, one.estimate.df) == (points.estimate.p_value, points.estimate.df)
    assert one.status == points.status == "secondary"
    assert "control arm's first scores" in one.estimate.convention
    late = found(results, "standardised_contrast", scale_id="relationship_quality", role="mentee")
    assert "control arm's last scores" in late.estimate.convention


def test_what_the_contrast_was_refused_for_is_said_again(pilot: Pilot, plan: AnalysisPlan) -> None:
    first = scores_of(pilot)[0]
    where = Where("contrast", "digital_confidence", "mentee")
    for given, words in (([Refusal(where, "too few pools.")], "too few"), ([], "not analysed")):
        last = standardised(first, plan=plan, found=given)[-1]
        assert isinstance(last, Refusal)
        assert words in last.reason


def test_a_contrast_that_is_not_in_points_is_not_held_against_points(
    pilot: Pilot, plan: AnalysisPlan, before: list[Finding | Refusal]
) -> None:
    shares = [
        replace(one, estimate=replace(one.estimate, unit="probability"))
        for one in before
        if isinstance(one, Finding)
    ]
    table = equivalence_table(shares, plan=plan)
    assert (table["verdict"] == "").all()
    assert table["reason"].str.contains("not in points").sum() == 3
    last = standardised(scores_of(pilot)[0], plan=plan, found=shares)[-1]
    assert "not in points" in last.reason


def test_equivalence_is_two_one_sided_t_tests_on_the_clustered_estimate(
    plan: AnalysisPlan, before: list[Finding | Refusal]
) -> None:
    table = equivalence_table(before, plan=plan).set_index(["scale_id", "role"])
    for (scale_id, role), row in table.iterrows():
        margin = plan.margin(scale_id, role)
        if margin is None:
            assert row["verdict"] == ""
            assert "no margin was set" in row["reason"]
            continue
        one = found(before, "contrast", scale_id=scale_id, role=role).estimate
        t = stats.t(one.df)
        assert row["p_lower"] == pytest.approx(t.sf((one.estimate + margin) / one.std_error))
        assert row["p_upper"] == pytest.approx(t.cdf((one.estimate - margin) / one.std_error))
        half = t.ppf(0.95) * one.std_error
        assert (row["conf_low"], row["conf_high"]) == pytest.approx(
            (one.estimate - half, one.estimate + half)
        )
        assert row["conf_level"] == pytest.approx(0.9)
        assert row["not_worse"] == (row["conf_low"] > -margin)
        assert (row["verdict"] == "inside") == (abs(one.estimate) + half < margin)
    assert table.loc[("digital_confidence", "mentee"), "status"] == "primary"


@pytest.mark.parametrize(
    ("value", "verdict", "not_worse", "lower"),
    [(0.0, "inside", True, True), (0.9, "beyond", True, False), (-0.9, "beyond", False, True),
     (0.25, "cannot tell", True, False), (-0.25, "cannot tell", False, True)],
)  # fmt: skip
def test_verdicts_and_non_inferiority_go_with_the_side(
    plan: AnalysisPlan,
    before: list[Finding | Refusal],
    value: float,
    verdict: str,
    not_worse: bool,
    lower: bool,
) -> None:
    one = found(before, "contrast", scale_id="digital_confidence", role="mentee")
    moved = [replace(one, estimate=replace(one.estimate, estimate=value, std_error=0.1))]
    row = equivalence_table(moved, plan=plan).iloc[0]
    assert row["verdict"] == verdict
    assert row["not_worse"] == not_worse
    turned = equivalence_table(moved, plan=plan, lower_is_better=["digital_confidence"]).iloc[0]
    assert turned["not_worse"] == lower


def test_the_level_of_the_tests_is_that_of_the_plan(plan: AnalysisPlan, before: list) -> None:
    strict = replace(plan, primary=replace(plan.primary, alpha=0.01))
    table = equivalence_table(before, plan=strict)
    assert table["conf_level"].dropna().tolist() == pytest.approx([0.98] * 3)
    assert equivalence_table(before, plan=None).empty


def test_a_then_test_gives_both_gains_and_the_shift_over_pools() -> None:
    then = with_then_test()
    frame = _voice(then)
    frame["then"] = scored(then, "voice_then", "mentor", 3, 3).to_numpy()
    results = hindsight_findings(then, scores_of(then), plan=plan_of_pilot(then.plan))
    pairs = {
        "gain_from_pre": ("post", "pre"),
        "gain_from_then": ("post", "then"),
        "response_shift": ("then", "pre"),
    }
    for topic, (end, start) in pairs.items():
        gap = (frame[end] - frame[start]).to_numpy()
        there = np.isfinite(gap)
        pools = frame["pool_id"].to_numpy()[there]
        value, error = cr2(gap[there], np.ones((there.sum(), 1)), pools, 0)
        one = found(results, topic, scale_id="voice", role="mentor").estimate
        assert one.estimate == pytest.approx(value)
        assert one.std_error == pytest.approx(error)
        assert one.n_clusters == len(set(pools))
        assert "voice" in one.estimand
    shift, pre, hindsight = (
        found(results, topic).estimate
        for topic in ("response_shift", "gain_from_pre", "gain_from_then")
    )
    assert shift.estimate < 0
    assert hindsight.estimate > pre.estimate


def test_then_tests_are_no_outcomes_of_their_own() -> None:
    then = with_then_test()
    results = measurement_findings(then, scores_of(then), plan=None, found=[])
    assert "voice_then" not in {one.where.scale_id for one in results}
    assert not is_then_test("_then")


@pytest.mark.parametrize(
    ("pilot_", "words"),
    [(with_then_test(low=2), "do not pair"), (with_then_test(wave="2;3"), "must be asked once")],
)
def test_a_then_test_that_does_not_pair_is_refused_with_the_reason(
    pilot_: Pilot, words: str
) -> None:
    results = hindsight_findings(pilot_, scores_of(pilot_), plan=None)
    (refused,) = results
    assert isinstance(refused, Refusal)
    assert words in refused.reason


def test_a_then_test_without_its_base_scale_or_start_is_refused() -> None:
    then = with_then_test()
    scores = scores_of(then)
    alone = [one for one in scores if one.outcome.scale_id == "voice_then"]
    (refused,) = hindsight_findings(then, alone, plan=None)
    assert "there is no scale 'voice'" in refused.reason
    late = [replace(one, has_start=False) for one in scores]
    (refused,) = hindsight_findings(then, late, plan=None)
    assert "not asked before the start" in refused.reason


def test_rows_of_a_response_shift_may_be_clustered() -> None:
    pre, then, post = np.array([[3.0, 3, 4, 2], [2.0, 3, 3, 2], [4.0, 4, 4, 3]])
    plain = response_shift(pre, then, post)
    pairs = response_shift(pre, then, post, cluster=["a", "b", "a", "b"])
    assert plain.shift.estimate == pairs.shift.estimate
    assert (plain.shift.n_clusters, pairs.shift.n_clusters) == (0, 2)
