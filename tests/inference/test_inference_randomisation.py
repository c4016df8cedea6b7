"""Randomisation tests against brute force, and their exactness."""

from itertools import combinations
from math import comb, inf

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from inference_trials import CONTRAST, trial

from revlab.errors import EstimateError, OptionError
from revlab.inference.comparison import Comparison
from revlab.inference.estimate import Contrast
from revlab.inference.inversion import Replay, invert, splits_of
from revlab.inference.randomisation import randomisation_core, randomisation_test
from revlab.inference.sign_flip import sign_flip_test
from revlab.rng import stream


def frame_of(new: list[float], old: list[float]) -> pd.DataFrame:
    """Return one dyad per pool."""
    pools = np.arange(len(new) + len(old))
    arm = ["new"] * len(new) + ["old"] * len(old)
    return pd.DataFrame(
        {"dyad_id": pools, "pool_id": pools, "arm": arm, "pre": 0.0, "post": [*new, *old]}
    )


def arrays(post: np.ndarray, n_new: int) -> Comparison:
    """Return one dyad per pool, the new arm first."""
    pools = np.arange(len(post))
    zero = np.zeros(len(post))
    return Comparison(zero, post.astype(float), pools, pools < n_new, Contrast("new", "old"))


def brute_p(new: list[float], old: list[float], effect: float = 0.0) -> float:
    """Return the two-sided p-value of an effect by listing the splits one by one."""
    values = np.array([*(x - effect for x in new), *old])
    observed = values[: len(new)].mean() - values[len(new) :].mean()
    hits = 0
    for chosen in combinations(range(len(values)), len(new)):
        inside = np.isin(np.arange(len(values)), chosen)
        hits += abs(values[inside].mean() - values[~inside].mean()) >= abs(observed) - 1e-9
    return hits / comb(len(values), len(new))


scores = st.lists(st.integers(-20, 20).map(lambda k: k / 4), min_size=4, max_size=5)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(new=scores, old=scores)
def test_p_and_interval_are_those_of_brute_force(new: list[float], old: list[float]):
    assume(np.ptp(new) > 0 or np.ptp(old) > 0)
    estimate = randomisation_core(arrays(np.array([*new, *old]), len(new)), 0.9)
    assert estimate.p_value == pytest.approx(brute_p(new, old))
    for end, inward in ((estimate.conf_low, 1), (estimate.conf_high, -1)):
        if np.isfinite(end):
            assert brute_p(new, old, end + inward * 1e-6) > 0.1
            assert brute_p(new, old, end - inward * 1e-6) <= 0.1 + 1e-12


@settings(max_examples=30, deadline=None, derandomize=True)
@given(
    values=st.lists(st.integers(-9, 9), min_size=8, max_size=8, unique=True),
    alpha=st.floats(0.03, 0.5),
)
def test_the_test_is_exact(values: list[int], alpha: float):
    rejected = []
    for chosen in combinations(range(8), 4):
        inside = np.isin(np.arange(8), chosen)
        post = np.array(values)
        one_by_one = arrays(np.r_[post[inside], post[~inside]], 4)
        rejected.append(randomisation_core(one_by_one).p_value <= alpha)
    assert np.mean(rejected) <= alpha + 1e-12


def test_a_clear_effect_of_eight_pools_has_the_smallest_p():
    estimate = randomisation_test(frame_of([5, 6, 7, 9], [1, 2, 3, 4]), CONTRAST)
    assert estimate.p_value == pytest.approx(2 / 70)
    assert "all 70 assignments of arms to 8 pools" in estimate.convention
    assert np.isnan(estimate.std_error)


def test_six_pools_cannot_bound_the_effect_and_say_so():
    estimate = randomisation_test(frame_of([5, 6, 7], [1, 2, 3]), CONTRAST)
    assert (estimate.conf_low, estimate.conf_high) == (-inf, inf)
    assert "too few pools" in estimate.note
    assert randomisation_test(frame_of([5, 6, 7], [1, 2, 3]), CONTRAST, conf_level=0.8).note == ""


def test_arms_of_unequal_size_keep_their_sizes():
    new, old = [5.0, 6, 7, 9, 4, 5], [1.0, 2, 3]
    estimate = randomisation_test(frame_of(new, old), CONTRAST)
    assert estimate.p_value == pytest.approx(brute_p(new, old))
    assert "all 84 assignments" in estimate.convention


def test_random_draws_come_near_the_full_list_and_repeat_with_their_seed():
    frame = trial((5,) * 12, effect=0.6)
    full = randomisation_test(frame, CONTRAST)
    drawn = randomisation_test(frame, CONTRAST, replay=Replay(exact_limit=10, seed=3))
    again = randomisation_test(frame, CONTRAST, replay=Replay(exact_limit=10, seed=3))
    other = randomisation_test(frame, CONTRAST, replay=Replay(exact_limit=10, seed=4))
    assert drawn.p_value == pytest.approx(full.p_value, abs=0.01)
    assert drawn.conf_low == pytest.approx(full.conf_low, abs=0.05)
    assert "9999 of 924 assignments at random, seed 3" in drawn.convention
    assert (drawn.p_value, drawn.conf_low) == (again.p_value, again.conf_low)
    assert drawn.conf_low != other.conf_low


def test_adjusting_by_the_slope_within_pools_narrows_the_interval():
    frame = trial((8,) * 10)
    noise = stream(1, "noise").normal(scale=4, size=80)
    frame = frame.assign(pre=frame["pre"] + noise, post=frame["post"] + 0.5 * noise)
    widths = {}
    for statistic in ("change", "adjusted"):
        estimate = randomisation_test(frame, CONTRAST, statistic=statistic)
        widths[statistic] = estimate.conf_high - estimate.conf_low
    assert widths["adjusted"] < widths["change"]
    with pytest.raises(OptionError, match="`statistic` must be one of 'adjusted', 'change'"):
        randomisation_test(frame, CONTRAST, statistic="ancova")


def test_the_list_of_splits_holds_the_one_that_happened_and_cannot_be_changed():
    treated = np.array([True, False, True, False, False])
    splits, _ = splits_of(treated, Replay())
    assert splits.shape == (10, 5)
    assert (splits.sum(1) == 2).all()
    assert (splits == treated).all(1).sum() == 1
    with pytest.raises(ValueError, match="read-only"):
        splits[0, 0] = True
    drawn, _ = splits_of(treated, Replay(exact_limit=2, n_draws=50))
    assert (drawn[0] == treated).all()
    assert (drawn.sum(1) == 2).all()


def test_pools_that_do_not_vary_are_refused():
    with pytest.raises(EstimateError, match="do not vary"):
        randomisation_test(frame_of([2.0] * 4, [1.0] * 4), CONTRAST)
    with pytest.raises(EstimateError, match="every change is the same"):
        sign_flip_test([0.1] * 5)


def test_inversion_counts_intervals():
    estimate = invert(
        1.0, np.array([1.0, -1.0, 0.0]), shifts=np.array([1.0, -1.0, 0]), conf_level=0.3
    )
    assert estimate.p_value == pytest.approx(2 / 3)
    assert (estimate.conf_low, estimate.conf_high) == pytest.approx((1.0, 1.0), abs=1e-6)


def brute_flip(d: np.ndarray, centre: float = 0.0) -> float:
    signs = 1 - 2 * ((np.arange(2 ** len(d))[:, None] >> np.arange(len(d))) & 1)
    sums = np.abs(signs @ (d - centre))
    return float((sums >= abs((d - centre).sum()) - 1e-9).mean())


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    st.lists(st.integers(-20, 20), min_size=3, max_size=9, unique=True).map(
        lambda v: np.array(v) / 4
    )
)
def test_sign_flips_are_those_of_brute_force(d: np.ndarray):
    estimate = sign_flip_test(d, conf_level=0.75)
    assert estimate.p_value == pytest.approx(brute_flip(d))
    for end, inward in ((estimate.conf_low, 1), (estimate.conf_high, -1)):
        if np.isfinite(end):
            assert brute_flip(d, end + inward * 1e-6) > 0.25
            assert brute_flip(d, end - inward * 1e-6) <= 0.25 + 1e-12


def test_sign_flips_count_what_is_missing_and_refuse_one_person():
    estimate = sign_flip_test([1.0, 2.0, np.nan, 3.0])
    assert (estimate.n, estimate.n_missing) == (3, 1)
    with pytest.raises(EstimateError, match="at least 2 people with both scores; got 1"):
        sign_flip_test([1.0, np.nan])


def test_many_people_are_flipped_at_random():
    d = np.linspace(-1, 3, 40)
    estimate = sign_flip_test(d, replay=Replay(seed=2))
    assert "9999 sign patterns at random, seed 2" in estimate.convention
    assert estimate.p_value < 0.001
    assert estimate.conf_low < 1 < estimate.conf_high
