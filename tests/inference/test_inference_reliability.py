"""Alpha, omega and items: known answers, small samples, and what is refused."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.multivariate.factor import Factor

from revlab.errors import EstimateError
from revlab.inference.items import EDGE, ITEM_COLUMNS, item_analysis
from revlab.inference.one_factor import one_factor
from revlab.inference.reliability import cronbach_alpha, omega_total
from revlab.rng import stream

LOADINGS = np.array([0.8, 0.7, 0.6, 0.5])


def answers(n: int, *, seed: int = 1, loadings: np.ndarray = LOADINGS) -> pd.DataFrame:
    rng = stream(seed, "answers")
    trait = rng.normal(size=(n, 1))
    own = rng.normal(size=(n, len(loadings))) * np.sqrt(1 - loadings**2)
    return pd.DataFrame(trait * loadings + own, columns=list("abcdefgh"[: len(loadings)]))


def test_the_feldt_interval_holds_the_true_alpha_as_often_as_stated():
    equal = np.full(4, 0.7)
    true = 4 / 3 * (1 - 4 / (4 + 12 * 0.49))
    hits = 0
    for seed in range(300):
        alpha = cronbach_alpha(answers(25, seed=seed, loadings=equal))
        hits += alpha.conf_low <= true <= alpha.conf_high
    assert hits / 300 == pytest.approx(0.95, abs=3 * np.sqrt(0.95 * 0.05 / 300))


@settings(max_examples=12, deadline=None, derandomize=True)
@given(shift=st.floats(-5, 5), scale=st.floats(0.1, 10), seed=st.integers(0, 99))
def test_alpha_and_omega_do_not_know_the_unit(shift: float, scale: float, seed: int):
    items = answers(30, seed=seed)
    moved = shift + scale * items
    assert cronbach_alpha(moved).estimate == pytest.approx(cronbach_alpha(items).estimate)
    one, two = (omega_total(x, seed=1, n_boot=100) for x in (items, moved))
    assert one.estimate == pytest.approx(two.estimate, abs=1e-6)
    assert one.conf_low == pytest.approx(two.conf_low, abs=1e-3)


def test_an_item_that_was_not_turned_makes_alpha_negative_or_small_and_is_flagged():
    items = answers(60)
    wrong = items.assign(b=-items["b"], d=-items["d"])
    assert cronbach_alpha(wrong).estimate < 0.2 < cronbach_alpha(items).estimate
    flags = item_analysis(wrong.assign(b=items["b"])).set_index("item_id")["flag"]
    assert flags["d"] == "reversed?"
    assert flags["a"] == ""
    assert "negative" in cronbach_alpha(pd.DataFrame({"a": [1, 2, 3, 4], "b": [4, 3, 2, 2]})).note


def test_omega_is_that_of_the_loadings_and_alpha_is_below_it():
    items = answers(4000)
    true = LOADINGS.sum() ** 2 / (LOADINGS.sum() ** 2 + (1 - LOADINGS**2).sum())
    omega = omega_total(items, seed=1, n_boot=200)
    assert omega.estimate == pytest.approx(true, abs=0.02)
    assert omega.conf_low < true < omega.conf_high
    assert cronbach_alpha(items).estimate < omega.estimate


@pytest.mark.parametrize("n", [40, 400])
def test_the_factor_is_that_of_maximum_likelihood(n: int):
    items = answers(n)
    fit = Factor(items, n_factor=1, method="ml").fit()
    ours = one_factor(np.corrcoef(items.to_numpy().T), tolerance=1e-10)
    theirs = np.abs(np.asarray(fit.loadings)[:, 0])
    assert ours.loadings == pytest.approx(theirs, abs=1e-4)


def test_a_stack_of_matrices_is_fitted_like_each_alone():
    stack = np.stack([np.corrcoef(answers(50, seed=k).to_numpy().T) for k in range(5)])
    together = one_factor(stack, tolerance=1e-10)
    for k in range(5):
        alone = one_factor(stack[k], tolerance=1e-10)
        assert together.loadings[k] == pytest.approx(alone.loadings, abs=1e-8)
        assert together.omega[k] == pytest.approx(float(alone.omega), abs=1e-8)


def test_the_bootstrap_repeats_with_its_seed_and_says_it():
    items = answers(40)
    one, two, other = (omega_total(items, seed=s, n_boot=200) for s in (3, 3, 4))
    assert (one.conf_low, one.conf_high) == (two.conf_low, two.conf_high)
    assert one.conf_low != other.conf_low
    assert "200 bootstrap samples of people, seed 3" in one.convention


def test_people_with_a_missing_answer_are_left_out_and_counted():
    items = answers(30)
    items.iloc[:4, 1] = np.nan
    for estimate in (cronbach_alpha(items), omega_total(items, seed=1, n_boot=100)):
        assert (estimate.n, estimate.n_missing) == (26, 4)
        assert "complete answers only" in estimate.convention
    table = item_analysis(items).set_index("item_id")
    assert table["n"].tolist() == [30, 26, 30, 30]
    assert table["n_missing"].tolist() == [0, 4, 0, 0]


def test_the_items_are_described():
    items = pd.DataFrame(
        {"a": [1, 1, 1, 1, 2, 3], "b": [1, 2, 2, 1, 3, 4], "c": [5, 5, 4, 5, 5, 3]}, dtype="Int64"
    )
    table = item_analysis(items, ends=dict.fromkeys(items, (1, 5)))
    assert tuple(table.columns) == ITEM_COLUMNS
    a, _, c = table.to_dict("records")
    assert (a["floor_share"], a["ceiling_share"]) == pytest.approx((4 / 6, 0))
    assert a["floor_share"] > EDGE
    assert c["flag"] == "reversed?"
    turned = item_analysis(items.assign(c=6 - items["c"]), ends=dict.fromkeys(items, (1, 5)))
    assert turned["flag"].tolist() == ["floor", "", "floor"]
    assert item_analysis(items)["floor_share"].isna().all()
    assert item_analysis(items[["a", "b"]])["alpha_if_dropped"].isna().all()


def test_the_rest_is_without_the_item_itself():
    items = answers(25)
    rest = items.drop(columns="b").sum(axis=1)
    expected = np.corrcoef(items["b"], rest)[0, 1]
    assert item_analysis(items).set_index("item_id").loc["b", "item_rest"] == pytest.approx(
        expected
    )


SMALL = answers(12)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (lambda: cronbach_alpha(SMALL[["a"]]), "at least 2 items; got 1"),
        (lambda: cronbach_alpha(SMALL.head(5)), "4 items needs at least 6 people"),
        (lambda: cronbach_alpha(SMALL.assign(c=3.0)), "the same answer to c"),
        (lambda: omega_total(SMALL[["a", "b"]], seed=1), "at least 3 items; got 2"),
        (lambda: omega_total(SMALL, seed=1, n_boot=10), "at least 100; got 10"),
        (lambda: item_analysis(SMALL.head(3)), "at least 6 people"),
        (
            lambda: cronbach_alpha(pd.DataFrame({"a": [1, 2, 3, 4], "b": [4, 3, 2, 1]})),
            "cancel out exactly",
        ),
    ],
)
def test_a_reliability_that_cannot_be_given_is_refused(rule: Callable[[], object], message: str):
    with pytest.raises(EstimateError, match=message):
        rule()
