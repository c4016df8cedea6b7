"""Changes, differences, effect sizes and margins: what they rest on and what they refuse."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from revlab.errors import EstimateError, OptionError
from revlab.inference.dominance import cliffs_delta
from revlab.inference.effect_sizes import hedges_g, hedges_g_paired, noncentral_interval
from revlab.inference.equivalence import tost
from revlab.inference.estimate import Estimate, t_estimate
from revlab.inference.sign_flip import sign_flip_test
from revlab.inference.superiority import (
    Clusters,
    probability_of_superiority,
    share_improved,
)
from revlab.inference.two_sample import mean_difference, paired_change
from revlab.rng import stream

NAN = float("nan")
X, Y = np.array([3.0, 5, 4, 6, 2, 5, 4]), np.array([2.0, 3, 1, 4, 3, 2, NAN])


def test_a_paired_change_counts_who_is_missing():
    estimate = paired_change([1, 2, NAN, 4, 2], [2, 2, 3, 6, NAN])
    reference = stats.ttest_rel([2, 2, 6], [1, 2, 4])
    assert (estimate.n, estimate.n_missing) == (3, 2)
    assert estimate.p_value == pytest.approx(reference.pvalue)
    assert "2 left out" in estimate.convention
    assert "no comparison group" in estimate.note


def test_changes_of_people_in_one_pool_are_not_independent():
    rng = stream(1, "change")
    pool = np.repeat(np.arange(6), 8)
    post = rng.normal(size=6)[pool] + 0.3 * rng.normal(size=48)
    alone = paired_change(np.zeros(48), post)
    pooled = paired_change(np.zeros(48), post, cluster=pool)
    assert pooled.estimate == pytest.approx(alone.estimate)
    assert pooled.std_error > 2 * alone.std_error
    assert pooled.df == pytest.approx(5)
    assert pooled.n_clusters == 6
    assert "CR2 standard error over 6 clusters" in pooled.convention


@settings(max_examples=30, deadline=None, derandomize=True)
@given(shift=st.floats(-10, 10), seed=st.integers(0, 99))
def test_the_sign_of_a_change_turns_with_the_order(shift: float, seed: int):
    pre = stream(seed, "pre").normal(size=9)
    post = shift + stream(seed, "post").normal(size=9)
    one, two = paired_change(pre, post), paired_change(post, pre)
    assert one.estimate == pytest.approx(-two.estimate)
    assert (one.conf_low, one.conf_high) == pytest.approx((-two.conf_high, -two.conf_low))
    flipped = sign_flip_test(post - pre)
    assert flipped.estimate == pytest.approx(one.estimate)


def test_a_missing_value_never_turns_a_paired_test_into_another():
    with pytest.raises(EstimateError, match="one value per unit"):
        paired_change([1.0, 2, 3], [1.0, 2])
    with pytest.raises(EstimateError, match="`cluster` needs one value per unit"):
        paired_change([1.0, 2, 3], [2.0, 2, 5], cluster=["a", "b"])


def test_a_difference_counts_both_groups():
    estimate = mean_difference(X, Y, conf_level=0.9)
    reference = stats.ttest_ind(X, Y[:-1], equal_var=False)
    interval = reference.confidence_interval(0.9)
    assert (estimate.n, estimate.n_missing) == (13, 1)
    assert (estimate.conf_low, estimate.conf_high) == pytest.approx(tuple(interval))
    assert estimate.p_value == pytest.approx(reference.pvalue)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (lambda: mean_difference([1.0], Y), "the treatment group has 1 complete values"),
        (lambda: mean_difference(X, [1.0, NAN]), "the control group has 1 complete values"),
        (lambda: mean_difference([1.0, np.inf], Y), "infinite"),
        (lambda: mean_difference([2.0, 2.0], [1.0, 1.0]), "nothing varies"),
        (lambda: hedges_g([2.0, 2.0], [1.0, 1.0]), "nothing varies"),
        (lambda: hedges_g_paired([1.0, 2], [2.0, 2]), "at least 3 units"),
        (lambda: hedges_g_paired([1.0, 2, 3], [2.0, 3, 4]), "every change is the same"),
        (lambda: paired_change([1.0, 2, 3], [1.1, 2.1, 3.1]), "do not vary enough"),
        (lambda: probability_of_superiority([5.0, 6], [1.0, 2]), "wholly above"),
        (lambda: mean_difference(X, Y, conf_level=95), "between 0 and 1, such as 0.95; got 95"),
        (lambda: share_improved([1.0], [2.0, 3.0]), "one length"),
        (lambda: mean_difference(np.ones((2, 2)), Y), "must be one column"),
    ],
)
def test_what_cannot_be_estimated_is_refused(rule: Callable[[], Estimate], message: str):
    with pytest.raises(EstimateError, match=message):
        rule()


@pytest.mark.parametrize("t", [-3.0, 0.0, 0.4, 25.0])
@pytest.mark.parametrize("df", [3, 12, 200])
def test_the_noncentral_interval_leaves_its_tails(t: float, df: float):
    low, high = noncentral_interval(t, df, conf_level=0.9)
    assert stats.nct.sf(t, df, low) == pytest.approx(0.05, abs=1e-6)
    assert stats.nct.cdf(t, df, high) == pytest.approx(0.05, abs=1e-6)


def test_superiority_counts_ties_as_half():
    x, y = [2.0, 3, 3, 5], [1.0, 3, 4]
    pairs = [(a > b) + 0.5 * (a == b) for a in x for b in y]
    assert probability_of_superiority(x, y).estimate == pytest.approx(np.mean(pairs))


def test_cliffs_delta_counts_pairs_above_less_pairs_below():
    x, y = [3.0, 4, 5, 5, 2], [1.0, 2, 2, 6]
    pairs = [np.sign(a - b) for a in x for b in y]
    delta = cliffs_delta(x, y)
    share = probability_of_superiority(x, y)
    assert delta.estimate == pytest.approx(np.mean(pairs))
    assert (delta.conf_low + 1) / 2 == pytest.approx(share.conf_low)
    assert (delta.conf_high + 1) / 2 == pytest.approx(share.conf_high)
    assert delta.std_error == pytest.approx(2 * share.std_error)
    assert delta.p_value == share.p_value


def test_superiority_has_the_p_value_of_brunner_and_munzel():
    ours = probability_of_superiority(X, Y, interval="brunner_munzel")
    theirs = stats.brunnermunzel(Y[:-1], X)
    assert (ours.statistic, ours.p_value) == pytest.approx((theirs.statistic, theirs.pvalue))
    assert (ours.n, ours.n_missing) == (13, 1)


def test_the_logit_interval_stays_a_probability():
    x, y = [5.0, 6, 7, 8, 2], [1.0, 2, 3, 3, 1]
    symmetric = probability_of_superiority(x, y, interval="brunner_munzel")
    bounded = probability_of_superiority(x, y)
    assert symmetric.conf_high > 1
    assert 0.5 < bounded.conf_low + 0.2 < bounded.estimate < bounded.conf_high < 1


def test_pools_widen_the_interval_of_superiority():
    rng = stream(2, "odds")
    pool = np.repeat(np.arange(10), 6)
    y = rng.normal(size=10)[pool] + 0.3 * rng.normal(size=60)
    arm = pool < 5
    alone = probability_of_superiority(y[arm], y[~arm])
    pools = Clusters(pool[arm], pool[~arm])
    pooled = probability_of_superiority(y[arm], y[~arm], clusters=pools)
    assert pooled.estimate == alone.estimate
    assert pooled.std_error > 1.5 * alone.std_error
    assert (pooled.n_clusters, alone.n_clusters) == (10, 0)
    assert "CR2 over 10 pools" in pooled.convention
    with pytest.raises(EstimateError, match="cannot allow for clusters"):
        probability_of_superiority(y[arm], y[~arm], clusters=pools, interval="fisher_z")
    with pytest.raises(EstimateError, match="the treatment group has 1 cluster"):
        probability_of_superiority(y[arm], y[~arm], clusters=Clusters(np.ones(30), pool[~arm]))
    with pytest.raises(EstimateError, match="one label per value"):
        probability_of_superiority(y[arm], y[~arm], clusters=Clusters([1], [2]))
    with pytest.raises(OptionError, match="`interval` must be one of"):
        probability_of_superiority(y[arm], y[~arm], interval="bootstrap")


def test_pools_with_both_arms_narrow_the_interval_if_they_differ_from_each_other():
    rng = stream(3, "blocks")
    pool = np.arange(20)
    shared = rng.normal(scale=2, size=20)
    x, y = shared + 0.3 + 0.5 * rng.normal(size=20), shared + 0.5 * rng.normal(size=20)
    alone = probability_of_superiority(x, y, interval="brunner_munzel")
    paired = probability_of_superiority(
        x, y, interval="brunner_munzel", clusters=Clusters(pool, pool)
    )
    again = [rng.integers(20, size=20) for _ in range(400)]
    resampled = [probability_of_superiority(x[k], y[k]).estimate for k in again]
    assert paired.std_error == pytest.approx(np.std(resampled), rel=0.2)
    assert paired.std_error < 0.5 * alone.std_error


def test_clusters_of_missing_values_are_dropped_with_them():
    x, y = np.array([1.0, 3, NAN, 2]), np.array([2.0, NAN, 1, 3])
    pools = Clusters(["a", "b", "gone", "b"], ["c", "gone", "d", "d"])
    assert probability_of_superiority(x, y, clusters=pools).n_clusters == 4


def test_who_improved_is_counted_with_a_margin():
    estimate = share_improved([1, 2, 3, 4, NAN], [2, 2, 2, 4.3, 5], at_least=0.3)
    assert (estimate.estimate, estimate.n, estimate.n_missing) == (0.25, 4, 1)
    assert estimate.note == "1 up, 2 in between, 1 down"
    assert share_improved([1.0, 2], [1.0, 3]).note == "1 up, 1 unchanged, 0 down"


@pytest.mark.parametrize(
    ("value", "error", "verdict"),
    [
        (0.0, 0.1, "inside"),
        (0.0, 0.3, "cannot tell"),
        (1.0, 0.1, "beyond"),
        (0.4, 0.1, "cannot tell"),
    ],
)
def test_the_verdict_is_that_of_both_one_sided_tests(value: float, error: float, verdict: str):
    result = tost(t_estimate(value, error, df=30), low=-0.5, high=0.5)
    assert result.verdict == verdict
    assert (result.p_value < 0.05) == (verdict == "inside")
    assert (result.conf_low > -0.5 and result.conf_high < 0.5) == (verdict == "inside")


def test_a_margin_needs_a_standard_error_and_an_order():
    estimate = t_estimate(0.1, 0.2, df=9)
    with pytest.raises(EstimateError, match="from low to high"):
        tost(estimate, low=0.5, high=-0.5)
    with pytest.raises(EstimateError, match=r"`alpha` must be between 0 and 0\.5"):
        tost(estimate, low=-0.5, high=0.5, alpha=0.9)
    with pytest.raises(EstimateError, match="gives no standard error"):
        tost(sign_flip_test([1.0, 2, 4]), low=-0.5, high=0.5)


def test_an_estimate_is_one_row():
    frame = paired_change([1.0, 2, 3], [2.0, 2, 5]).to_frame()
    assert isinstance(frame, pd.DataFrame)
    assert len(frame) == 1
    assert {"estimate", "conf_level", "n", "n_missing", "unit", "convention"} <= set(frame)
