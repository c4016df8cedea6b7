"""Kaplan-Meier, medians, log-rank by pools, attendance and the two sides of a dyad."""

from collections.abc import Callable
from itertools import combinations
from math import inf

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight, survdiff
from statsmodels.stats.multitest import multipletests

from revlab.errors import EstimateError, OptionError
from revlab.inference.attendance import (
    attendance_by_arm,
    attendance_difference,
    attendance_rate,
)
from revlab.inference.duration import at_risk_table, kaplan_meier, median_duration
from revlab.inference.dyads import both_gained, gain_table, sides_correlation
from revlab.inference.estimate import Contrast
from revlab.inference.log_rank import log_rank
from revlab.inference.multiplicity import METHODS, adjusted
from revlab.inference.rates import wilson
from revlab.rng import stream

NAN = float("nan")

lives = st.lists(st.tuples(st.integers(1, 6), st.booleans()), min_size=4, max_size=40).filter(
    lambda pairs: any(ended for _, ended in pairs)
)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(lives)
def test_the_curve_is_that_of_statsmodels(pairs: list[tuple[int, bool]]):
    time, event = (np.array(x) for x in zip(*pairs, strict=True))
    curve = kaplan_meier(time, event)
    theirs = SurvfuncRight(time, event.astype(int))
    rows = curve.set_index("time").loc[theirs.surv_times]
    assert rows["survival"].to_numpy() == pytest.approx(theirs.surv_prob, abs=1e-12)
    inside = (theirs.surv_prob > 1e-9) & (theirs.surv_prob < 1)
    assert rows["std_error"][inside].to_numpy() == pytest.approx(theirs.surv_prob_se[inside])
    assert (curve["survival"].diff().dropna() <= 0).all()
    bounded = curve.dropna(subset="conf_low")
    assert (bounded["conf_low"] <= bounded["survival"]).all()
    assert (bounded["survival"] <= bounded["conf_high"]).all()
    assert bounded["conf_low"].between(0, 1).all()


def test_the_curve_begins_with_everybody_and_counts_who_is_there():
    curve = kaplan_meier([2, 2, 3, 6, 6, 6], [True, False, True, False, False, False])
    assert curve["time"].tolist() == [0, 2, 3, 6]
    assert curve["at_risk"].tolist() == [6, 6, 4, 3]
    assert curve["censored"].tolist() == [0, 1, 0, 3]
    assert curve["survival"].tolist() == pytest.approx([1, 5 / 6, 5 / 8, 5 / 8])
    assert np.isnan(curve["conf_low"].iloc[0])
    table = at_risk_table([2, 2, 3, 6, 6, 6], [1, 0, 1, 0, 0, 0], at=[0, 2, 3, 6])
    assert table["at_risk"].tolist() == [6, 6, 4, 3]
    assert table["events"].tolist() == [0, 1, 2, 2]


def test_a_pair_that_never_began_ends_at_zero():
    curve = kaplan_meier([0, 3, 3, 3], [1, 0, 0, 0])
    assert curve["survival"].tolist() == [0.75, 0.75]


def test_a_limit_that_is_never_reached_is_infinite_and_a_median_is_refused():
    assert median_duration([1, 2, 3, 4, 5], [1, 1, 1, 0, 0]).conf_high == inf
    with pytest.raises(EstimateError, match=r"fewer than half of the pairs ended \(1 of 4\)"):
        median_duration([1, 2, 3, 4], [1, 0, 0, 0])


@pytest.mark.parametrize(
    ("time", "event", "message"),
    [([1, NAN], [1, 0], "missing or negative"), ([1, 2], [1], "one value per pair"),
     ([1, -2], [1, 0], "missing or negative"), ([1, 2], [1, 2], "true or false")],
)  # fmt: skip
def test_a_time_that_cannot_be_is_refused(time: list[float], event: list[int], message: str):
    with pytest.raises(EstimateError, match=message):
        kaplan_meier(time, event)


def test_an_unknown_interval_is_an_error():
    with pytest.raises(OptionError, match=r"`interval` must be one of 'log', 'log-log'"):
        kaplan_meier([1, 2], [1, 0], interval="plain")


def clustered_lives() -> tuple[np.ndarray, ...]:
    rng = stream(1, "lives")
    pool = np.repeat(np.arange(8), 6)
    hazard = np.where(rng.random(8) < 0.5, 0.05, 0.45)[pool]
    time = np.minimum(rng.geometric(hazard), 6)
    return time, (time < 6), pool < 4, pool


def test_the_textbook_log_rank_is_that_of_statsmodels():
    time, event, treated, _ = clustered_lives()
    estimate = log_rank(time, event, treated=treated)
    chi2, p_value = survdiff(time, event.astype(int), treated)
    assert (estimate.statistic**2, estimate.p_value) == pytest.approx((chi2, p_value))
    assert "give `pool`" in estimate.note


def test_the_log_rank_over_pools_is_the_list_of_all_assignments():
    time, event, treated, pool = clustered_lives()
    alone = log_rank(time, event, treated=treated)
    pooled = log_rank(time, event, treated=treated, pool=pool)
    assert pooled.estimate == alone.estimate
    assert pooled.p_value > alone.p_value
    assert np.isnan([pooled.conf_low, pooled.conf_high, pooled.std_error]).all()
    assert (pooled.n_clusters, pooled.note) == (8, "")
    hazard = {t: event[time == t].sum() / (time >= t).sum() for t in np.unique(time)}
    score = event - np.array([sum(h for t, h in hazard.items() if t <= x) for x in time])
    totals = np.bincount(pool, weights=score)
    sums = np.array([abs(totals[list(c)].sum()) for c in combinations(range(8), 4)])
    assert pooled.p_value == pytest.approx((sums >= abs(totals[:4].sum()) - 1e-9).mean())


def test_a_log_rank_without_units_is_refused():
    time, event, treated, pool = clustered_lives()
    with pytest.raises(EstimateError, match="no pair ended early"):
        log_rank(time, np.zeros(48), treated=treated)
    with pytest.raises(EstimateError, match="both arms"):
        log_rank(time, event, treated=np.ones(48))
    with pytest.raises(EstimateError, match="a pool has pairs in both arms"):
        log_rank(time, event, treated=np.arange(48) % 2 == 0, pool=pool)
    with pytest.raises(EstimateError, match="an arm has 1 pool"):
        log_rank(time, event, treated=pool == 0, pool=pool)


MET = pd.DataFrame(
    {
        "dyad_id": list("abcdefgh"),
        "pool_id": ["P1", "P1", "P2", "P2", "P3", "P3", "P4", "P4"],
        "arm": ["new"] * 4 + ["old"] * 4,
        "planned": 6,
        "held": [6, 5, 5, 4, 3, 4, 2, 1],
        "skipped": [0, 1, 1, 1, 1, 0, 1, 1],
        "not_reached": [0, 0, 0, 1, 2, 2, 3, 4],
    }
)


def test_attendance_is_that_of_dyads_with_pools_as_units():
    rate = attendance_rate(MET)
    pools = (MET["held"] / 6).groupby(MET["pool_id"]).mean()
    assert rate.estimate == pytest.approx(30 / 48)
    assert rate.std_error == pytest.approx(pools.std() / 2)
    assert (rate.df, rate.n, rate.n_clusters) == (pytest.approx(3), 8, 4)
    assert np.isnan(rate.p_value)
    one_pool = attendance_rate(MET.assign(pool_id="P1"))
    assert one_pool.n_clusters == 0
    assert "over dyads, as there is one pool" in one_pool.convention


def test_attendance_per_arm_adds_up_and_the_difference_has_the_right_sign():
    table = attendance_by_arm(MET).set_index("arm")
    assert table.loc["all", ["planned", "held", "skipped", "not_reached"]].tolist() == [
        48,
        30,
        6,
        12,
    ]
    assert table["share"].tolist() == pytest.approx([30 / 48, 20 / 24, 10 / 24])
    difference = attendance_difference(MET, Contrast("new", "old"))
    assert difference.estimate == pytest.approx(10 / 24)
    assert difference.unit == "share"
    assert "sessions not reached count as not held" in difference.convention
    everybody = attendance_by_arm(MET.assign(held=6))
    assert everybody[["conf_low", "conf_high"]].isna().all().all()


@pytest.mark.parametrize(
    ("frame", "message"),
    [(MET.drop(columns="held"), "lacks the columns"), (MET.assign(planned=0), "no planned session"),
     (MET.assign(held=7), "held more than planned"), (MET.head(0), "no dyads")],
)  # fmt: skip
def test_attendance_that_cannot_be_is_refused(frame: pd.DataFrame, message: str):
    with pytest.raises(EstimateError, match=message):
        attendance_rate(frame)


def test_sides_may_go_against_each_other():
    rng = stream(1, "sides")
    mentor = rng.normal(size=40)
    mentee = -0.6 * mentor + rng.normal(size=40)
    mentee[:3] = NAN
    r = sides_correlation(mentor, mentee)
    assert r.estimate == pytest.approx(np.corrcoef(mentor[3:], mentee[3:])[0, 1])
    assert r.conf_high < 0
    assert (r.n, r.n_missing) == (37, 3)


def test_both_sides_gained_or_not():
    mentor, mentee = [1.0, 1, -1, 0, NAN, 2], [1.0, -1, 2, 0, 1, 0.2]
    table = gain_table(mentor, mentee)
    assert table["n"].tolist() == [2, 1, 1, 1]
    assert table["n"].sum() == table["of"].iloc[0] == 5
    both = both_gained(mentor, mentee, at_least=0.5)
    assert (both.estimate, both.n, both.n_missing) == (0.2, 5, 1)
    assert (both.conf_low, both.conf_high) == (wilson(1, 5).conf_low, wilson(1, 5).conf_high)
    assert "rise of more than 0.5 points on both sides" in both.convention


@pytest.mark.parametrize(
    ("rule", "message"),
    [(lambda: sides_correlation([1.0, 2, 3], [1.0, 2, 4]), "at least 4 complete dyads; got 3"),
     (lambda: sides_correlation([1.0] * 5, [1.0, 2, 3, 4, 5]), "one side does not vary"),
     (lambda: sides_correlation([1.0, 2, 3, 4], [2.0, 4, 6, 8]), "the same up to scale"),
     (lambda: gain_table([1.0], [1.0, 2]), "one value per dyad"),
     (lambda: both_gained([NAN], [1.0]), "no dyad has both changes")],
)  # fmt: skip
def test_sides_that_cannot_be_compared_are_refused(rule: Callable[[], object], message: str):
    with pytest.raises(EstimateError, match=message):
        rule()


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.sampled_from(METHODS))
def test_adjusted_p_values_are_those_of_statsmodels(p_values: list[float], method: str):
    expected = multipletests(p_values, method=method)[1]
    assert adjusted(p_values, method=method) == pytest.approx(expected)
    gaps = adjusted([NAN, *p_values, NAN], method=method)
    assert np.isnan(gaps[[0, -1]]).all()
    assert gaps[1:-1] == pytest.approx(expected)


def test_a_wrong_method_or_p_value_is_an_error():
    with pytest.raises(OptionError, match="`method` must be one of"):
        adjusted([0.1], method="bonferroni")
    with pytest.raises(EstimateError, match="between 0 and 1"):
        adjusted([1.1], method="holm")
    assert len(adjusted([], method="holm")) == 0
