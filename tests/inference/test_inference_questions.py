"""Tests of one question each: ranks, tables, permutations, standardised gaps, agreement."""

from itertools import permutations, product

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.contingency_tables import SquareTable
from statsmodels.stats.inter_rater import cohens_kappa

from revlab.errors import EstimateError, OptionError
from revlab.inference.agreement import kappa, within_group_agreement
from revlab.inference.blocked_permutation import blocked_permutation_test
from revlab.inference.columns import group_codes, independent, marks
from revlab.inference.effect_sizes import glass_delta, hedges_g
from revlab.inference.estimate import Contrast
from revlab.inference.exact_tables import exact_odds_ratio, exact_table_test
from revlab.inference.inversion import Replay
from revlab.inference.lin import lin
from revlab.inference.marginal_homogeneity import marginal_homogeneity
from revlab.inference.regression import cluster_robust
from revlab.inference.reliability import cronbach_alpha
from revlab.inference.reliability_bounds import guttman_lambda6, pairwise_alpha
from revlab.inference.reliable_change import reliable_change, reliable_change_limit
from revlab.inference.signed_rank import signed_rank_test
from revlab.rng import stream


@pytest.mark.parametrize("seed", range(5))
def test_the_exact_signed_rank_test_counts_every_sign_pattern(seed: int):
    d = stream(seed, "ranks").integers(-3, 6, size=9).astype(float)
    d[:2] = [1.0, -2.0]
    ranks = stats.rankdata(np.abs(d[d != 0]))
    observed = ranks[d[d != 0] > 0].sum()
    every = [float(ranks @ signs) for signs in product((0, 1), repeat=len(ranks))]
    tails = [np.mean(np.array(every) <= observed), np.mean(np.array(every) >= observed)]
    found = signed_rank_test(d)
    assert found.p_value == pytest.approx(min(1.0, 2 * min(tails)))
    assert found.statistic == observed
    assert signed_rank_test(-d).p_value == pytest.approx(found.p_value)


def test_signed_ranks_agree_with_scipy_in_each_convention():
    d = stream(3, "ranks").normal(0.4, 1, size=25).round(1)
    d[4] = 0.0
    for p_value, zeros, correction in (
        ("normal", "dropped", False),
        ("normal_corrected", "dropped", True),
        ("normal", "pratt", False),
    ):
        method = "wilcox" if zeros == "dropped" else "pratt"
        other = stats.wilcoxon(d, zero_method=method, correction=correction, method="asymptotic")
        found = signed_rank_test(d, p_value=p_value, zeros=zeros)
        assert found.p_value == pytest.approx(other.pvalue)
        assert "zeros" in found.convention
    untied = stream(4, "ranks").normal(0.4, 1, size=12)
    assert signed_rank_test(untied).p_value == pytest.approx(
        stats.wilcoxon(untied, method="exact").pvalue
    )


def test_the_rank_interval_holds_the_shifts_that_the_exact_test_keeps():
    d = stream(5, "ranks").normal(0.4, 1, size=11)
    found = signed_rank_test(d)
    for shift, kept in (
        (found.conf_low - 1e-6, False),
        (found.conf_low + 1e-6, True),
        (found.conf_high - 1e-6, True),
        (found.conf_high + 1e-6, False),
    ):
        assert (signed_rank_test(d - shift).p_value > 0.05) == kept
    assert signed_rank_test(-d).estimate == pytest.approx(-found.estimate)
    few = signed_rank_test([1.0, 2, 3])
    assert (few.conf_low, few.conf_high) == (-np.inf, np.inf)
    assert few.note == "too few changes to bound the shift at this level"


@pytest.mark.parametrize(
    "table", [[[3, 1, 2], [0, 4, 1]], [[2, 1], [1, 3], [2, 0]], [[5, 1], [2, 6]]]
)
def test_the_exact_table_test_is_that_of_every_arrangement(table: list[list[int]]):
    counts = np.array(table)
    rows = np.repeat(np.arange(counts.shape[0]), counts.sum(axis=1))
    columns = np.concatenate([np.repeat(np.arange(counts.shape[1]), line) for line in counts])
    logs = {}
    # Distinct orders of the column labels are equally likely under the null.
    for order in distinct_orders(tuple(columns)):
        cells = np.zeros_like(counts)
        np.add.at(cells, (rows, np.array(order)), 1)
        key = cells.tobytes()
        logs[key] = logs.get(key, 0) + 1
    total = sum(logs.values())
    rare = [n for n in logs.values() if n <= logs[counts.tobytes()]]
    found = exact_table_test(counts)
    assert found.p_value == pytest.approx(sum(rare) / total)
    assert found.n_tables == len(logs)
    assert exact_table_test(counts.T).p_value == pytest.approx(found.p_value)
    assert exact_table_test(counts[::-1]).p_value == pytest.approx(found.p_value)


def distinct_orders(labels: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Return every distinct order of some labels."""
    if len(set(labels)) == 1:
        return [labels]
    found = []
    for first in sorted(set(labels)):
        rest = list(labels)
        rest.remove(first)
        found += [(first, *others) for others in distinct_orders(tuple(rest))]
    return found


@pytest.mark.parametrize("seed", range(4))
def test_two_by_two_is_fisher_s_exact_test(seed: int):
    counts = stream(seed, "tables").integers(1, 9, size=(2, 2))
    found = exact_odds_ratio(counts)
    assert found.p_value == pytest.approx(stats.fisher_exact(counts).pvalue)
    assert found.conf_low < found.estimate < found.conf_high
    turned = exact_odds_ratio(counts[::-1])
    assert turned.estimate == pytest.approx(1 / found.estimate, rel=1e-6)
    assert turned.conf_low == pytest.approx(1 / found.conf_high, rel=1e-5)


def test_marginal_homogeneity_is_stuart_and_maxwell_s_test():
    rng = stream(6, "margins")
    one = rng.integers(1, 5, size=60)
    two = np.clip(one + rng.integers(-1, 3, size=60), 1, 4)
    found = marginal_homogeneity(one, two)
    other = SquareTable(pd.crosstab(one, two), shift_zeros=False).homogeneity()
    assert (found.statistic, found.df) == (pytest.approx(other.statistic), other.df)
    assert found.p_value == pytest.approx(other.pvalue)
    assert found.shares["difference"].sum() == pytest.approx(0.0)
    back = marginal_homogeneity(two, one)
    assert back.statistic == pytest.approx(found.statistic)
    gaps = marginal_homogeneity([1.0, 2, np.nan, 2], [2.0, 2, 1, 1])
    assert (gaps.n, gaps.n_missing) == (3, 1)


@pytest.mark.parametrize("seed", range(3))
def test_a_blocked_permutation_exchanges_within_blocks_only(seed: int):
    rng = stream(seed, "blocks")
    block = np.array([0, 0, 0, 1, 1, 1, 1, 2, 2])
    arm = np.array([1, 0, 0, 1, 1, 0, 0, 0, 1])
    y = rng.normal(size=9) + 3.0 * block
    gaps, weights = [], []
    for k in range(3):
        rows = block == k
        n1 = int(arm[rows].sum())
        gaps.append(y[rows & (arm == 1)].mean() - y[rows & (arm == 0)].mean())
        weights.append(n1 * (rows.sum() - n1) / rows.sum())
    observed = float(np.average(gaps, weights=weights))
    sets = [set(permutations(arm[block == k])) for k in range(3)]
    every = []
    for choice in product(*sets):
        z = np.concatenate(choice)
        total = sum(y[block == k] @ (z[block == k] - z[block == k].mean()) for k in range(3)) / sum(
            weights
        )
        every.append(total)
    found = blocked_permutation_test(y, arm, block=block)
    assert found.estimate == pytest.approx(observed)
    assert f"all {len(every)} assignments" in found.convention
    assert found.p_value == pytest.approx(np.mean(np.abs(every) >= abs(observed) - 1e-9))
    normal = blocked_permutation_test(y, arm, block=block, method="normal")
    assert normal.statistic == pytest.approx(observed / np.std(every))
    shifted = blocked_permutation_test(y + 10.0 * block, arm, block=block)
    assert shifted.p_value == pytest.approx(found.p_value)
    drawn = blocked_permutation_test(
        y, arm, block=block, replay=Replay(exact_limit=1, n_draws=4000, seed=1)
    )
    assert drawn.p_value == pytest.approx(found.p_value, abs=0.04)


def test_the_interval_of_a_blocked_permutation_holds_the_effects_it_keeps():
    rng = stream(4, "blocks")
    block, arm = np.repeat(np.arange(5), 4), np.tile([1, 0], 10)
    y = rng.normal(size=20) + arm
    y[3] = np.nan
    found = blocked_permutation_test(y, arm, block=block)
    for effect, kept in ((found.conf_low + 0.01, True), (found.conf_low - 0.01, False)):
        again = blocked_permutation_test(y - effect * arm, arm, block=block)
        assert (again.p_value > 0.05) == kept
    assert (found.n, found.n_missing, found.n_clusters) == (19, 1, 5)


def test_standardised_gaps_differ_by_what_they_divide_by():
    rng = stream(7, "gaps")
    x, y = rng.normal(1, 2, size=30), rng.normal(0, 1, size=20)
    gap = x.mean() - y.mean()
    delta = glass_delta(x, y)
    assert delta.estimate == pytest.approx(gap / y.std(ddof=1))
    assert delta.df == 19
    average = hedges_g(x, y, spread="average")
    raw = gap / np.sqrt((x.var(ddof=1) + y.var(ddof=1)) / 2)
    assert average.df == pytest.approx(stats.ttest_ind(x, y, equal_var=False).df)
    assert average.estimate == pytest.approx(raw, rel=0.03)
    assert abs(average.estimate) < abs(raw)
    equal = hedges_g(x[:20], y, spread="average"), hedges_g(x[:20], y)
    assert equal[0].statistic == pytest.approx(equal[1].statistic)
    assert hedges_g(y, x).estimate == pytest.approx(-hedges_g(x, y).estimate)
    with pytest.raises(OptionError, match="`spread` must be one of"):
        hedges_g(x, y, spread="control")
    with pytest.raises(EstimateError, match="control group does not vary"):
        glass_delta([1.0, 2.0], [1.0, 1.0])


def test_kappa_is_that_of_statsmodels_and_weights_a_scale_with_gaps():
    rng = stream(8, "raters")
    one = rng.integers(1, 6, size=50)
    two = np.clip(one + rng.integers(-1, 2, size=50), 1, 5)
    for weights, wt in (("none", None), ("linear", "linear"), ("quadratic", "quadratic")):
        other = cohens_kappa(pd.crosstab(one, two).to_numpy(), wt=wt)
        found = kappa(one, two, weights=weights)
        assert found.estimate == pytest.approx(other.kappa)
        assert found.std_error == pytest.approx(other.std_kappa)
    # Nobody used 2 to 4, but 1 and 5 are still four steps apart.
    far = kappa([1, 1, 5, 5, 5, 1, 4], [1, 1, 5, 5, 4, 1, 5])
    assert far.estimate > 0.9
    words = kappa(["a", "b", "a", None], ["a", "b", "b", "a"], weights="none")
    assert (words.n, words.n_missing) == (3, 1)
    assert "full agreement" in kappa([1, 2, 3], [1, 2, 3]).note
    assert kappa([1, 2, 1, 2], [2, 1, 2, 1]).estimate == pytest.approx(-1.0)


def test_agreement_within_groups_follows_its_formula_and_drops_single_members():
    items = pd.DataFrame({"a": [4, 5, 3, 2, 1.0], "b": [4, 4, 3, 1, np.nan]})
    found = within_group_agreement(items, ["x", "x", "y", "y", "y"], low=1, high=5)
    share = items[:2].var(ddof=1).mean() / 2
    assert found["agreement"].iloc[0] == pytest.approx(2 * (1 - share) / (2 * (1 - share) + share))
    assert found["n"].tolist() == [2, 2]
    same = within_group_agreement(items[:2], ["x", "x"], low=1, high=9)
    assert same["agreement"].iloc[0] > found["agreement"].iloc[0]
    alone = within_group_agreement(items[:3], ["x", "x", "z"], low=1, high=5)
    assert alone["group"].tolist() == ["x"]


def test_lambda_6_and_pairwise_alpha():
    rng = stream(9, "items")
    trait = rng.normal(size=(80, 1))
    items = pd.DataFrame(trait + rng.normal(size=(80, 4)), columns=list("abcd"))
    together = items.corr().to_numpy()
    unexplained = [
        1 - np.corrcoef(items[name], predicted(items, name))[0, 1] ** 2 for name in items
    ]
    assert guttman_lambda6(items).estimate == pytest.approx(1 - sum(unexplained) / together.sum())
    full = pairwise_alpha(items)
    plain = cronbach_alpha(items)
    assert full.estimate == pytest.approx(plain.estimate)
    assert (full.conf_low, full.conf_high) == pytest.approx((plain.conf_low, plain.conf_high))
    gaps = items.mask(rng.random(items.shape) < 0.2)
    more = pairwise_alpha(gaps)
    assert more.n > cronbach_alpha(gaps).n
    assert more.estimate == pytest.approx(plain.estimate, abs=0.1)
    assert "negative" in pairwise_alpha(items.assign(a=-items["a"] * 3)).note


def predicted(items: pd.DataFrame, name: str) -> np.ndarray:
    """Return the prediction of one item by all others."""
    rest = np.column_stack([np.ones(len(items)), items.drop(columns=name)])
    return rest @ np.linalg.lstsq(rest, items[name], rcond=None)[0]


def test_reliable_change_counts_beyond_the_limit():
    pre = np.array([1.0, 2, 3, 4, 5, np.nan])
    limit = reliable_change_limit(float(np.nanstd(pre, ddof=1)), 0.8)
    post = pre + np.array([limit + 0.01, -limit - 0.01, limit - 0.01, 0, 0, 0])
    found = reliable_change(pre, post, reliability=0.8)
    assert found["n"].tolist() == [1, 3, 1]
    assert found["share"].sum() == pytest.approx(1.0)
    assert found["n_missing"].tolist() == [1, 1, 1]
    assert reliable_change_limit(2.0, 0.5) == pytest.approx(1.96 * 2.0)


def test_lin_is_the_difference_of_two_regressions_at_the_mean():
    rng = stream(10, "lin")
    frame = pd.DataFrame({"arm": np.tile(["new", "old", "other"], 20), "pre": rng.normal(size=60)})
    frame["age"] = rng.normal(40, 9, size=60)
    frame["post"] = frame["pre"] * np.where(frame["arm"] == "new", 1.0, 0.4) + rng.normal(size=60)
    frame.loc[3, "post"] = np.nan
    frame["team"] = np.arange(60) // 4
    found = lin(frame, Contrast("new", "old"), covariates=["pre", "age"])
    both = frame[frame["arm"] != "other"].dropna()
    centre = both[["pre", "age"]].mean()
    ends = []
    for arm in ("new", "old"):
        part = both[both["arm"] == arm]
        x = np.column_stack([np.ones(len(part)), part[["pre", "age"]] - centre])
        ends.append(np.linalg.lstsq(x, part["post"], rcond=None)[0][0])
    assert found.estimate == pytest.approx(ends[0] - ends[1])
    assert (found.n, found.n_missing, found.df) == (39, 1, 33.0)
    turned = lin(frame, Contrast("old", "new"), covariates=["pre", "age"])
    assert turned.estimate == pytest.approx(-found.estimate)
    assert turned.std_error == pytest.approx(found.std_error)
    clustered = lin(frame, Contrast("new", "old"), cluster="team")
    assert "CR2" in clustered.convention
    treated = (both["arm"] == "new").to_numpy(dtype=float)
    pre = (both["pre"] - both["pre"].mean()).to_numpy()
    design = np.column_stack([np.ones(39), treated, pre, pre * treated])
    by_hand = cluster_robust(design, both["post"], cluster=both["team"]).estimate(1)
    assert clustered.std_error == pytest.approx(by_hand.std_error)


def test_bad_questions_are_refused_in_one_sentence():
    frame = pd.DataFrame({"arm": ["a", "b"] * 3, "pre": range(6), "post": range(6)})
    items = pd.DataFrame({"a": [1, 2, 3, 4.0, 5], "b": [2, 1, 3, 5, 4.0]})
    y, arm, block = np.arange(6.0), np.tile([1, 0], 3), np.repeat([0, 1, 2], 2)
    cases = [
        (lambda: signed_rank_test([0.0, 0, 0]), "every change is zero"),
        (lambda: signed_rank_test(np.ones(2000)), "up to 1,000 changes"),
        (lambda: exact_table_test([[1.5, 2], [2, 3]]), "whole numbers of zero or more"),
        (lambda: exact_table_test([[1, 2], [0, 0]]), "1 rows and 2 columns hold counts"),
        (lambda: exact_table_test(np.full((4, 5), 20)), "more than 2,000,000 tables"),
        (lambda: exact_odds_ratio([[1, 2, 3], [2, 3, 4]]), "two rows and two columns"),
        (lambda: marginal_homogeneity([1, 2], [1]), "must be of one length"),
        (lambda: marginal_homogeneity([1, 2], [1, 2]), "nobody's answer moved"),
        (lambda: blocked_permutation_test(y, arm[:3], block=block), "need one value per unit"),
        (lambda: blocked_permutation_test(y, arm, block=y), "no block has both arms"),
        (lambda: blocked_permutation_test(y * np.nan, arm, block=block), "every outcome is miss"),
        (lambda: kappa([1, 2], [1]), "must have rated the same things"),
        (lambda: kappa([1, np.nan], [1, 2]), "two things rated by both; there are 1"),
        (lambda: kappa([1, 1], [1, 2]), "a single category throughout"),
        (lambda: kappa(["a", "b"], ["a", "b"]), "whole numbers in order"),
        (lambda: within_group_agreement(items, [1] * 5, low=5, high=5), "must end above 5"),
        (lambda: within_group_agreement(items, [1] * 5, low=1, high=4), "2 answers are outside"),
        (lambda: within_group_agreement(items, range(5), low=1, high=5), "no group has two"),
        (lambda: within_group_agreement(items, [1, 1, 2, 2, None], low=1, high=5), "missing label"),
        (lambda: guttman_lambda6(items.assign(c=items.sum(axis=1))), "predict it exactly"),
        (lambda: pairwise_alpha(items[["a"]]), "at least 2 items; got 1"),
        (lambda: pairwise_alpha(items.assign(b=1.0)), "same answer to b"),
        (lambda: pairwise_alpha(items.assign(b=-items["a"])), "the items cancel out"),
        (
            lambda: pairwise_alpha(items.assign(b=[1, 2, np.nan, np.nan, np.nan])),
            "answered together by 2 people",
        ),
        (lambda: reliable_change_limit(0, 0.5), "`spread` must be above zero"),
        (lambda: reliable_change_limit(1, 1.0), "from 0 to below 1"),
        (lambda: reliable_change([1, 2], [1], reliability=0.5), "must be of one length"),
        (lambda: reliable_change([1, np.nan], [1, 2], reliability=0.5), "there|two people with"),
        (
            lambda: lin(frame.drop(columns="pre"), Contrast("a", "b")),
            r"lacks the columns \['pre'\]",
        ),
        (lambda: lin(frame[:4], Contrast("a", "b")), "arm 'a' has 2 complete rows"),
        (lambda: group_codes([1, None], 2), "`group` has a missing label"),
        (lambda: group_codes([1], 2, name="team"), "`team` needs one label for each of 2 rows"),
        (lambda: marks(["yes", "no"], "event"), "`event` must be true or false for everybody"),
        (lambda: independent(np.ones((3, 1)), beside="ones"), "0 independent ones beside the"),
    ]
    for call, words in cases:
        with pytest.raises(EstimateError, match=words):
            call()
    wrong = [
        (lambda: signed_rank_test(y, p_value="monte carlo"), "`p_value` must be one of"),
        (lambda: signed_rank_test(y, zeros="split"), "`zeros` must be one of"),
        (lambda: kappa([1, 2], [1, 2], weights="cubic"), "`weights` must be one of"),
        (lambda: lin(frame, Contrast("a", "c")), "`arm` must be one of"),
        (
            lambda: blocked_permutation_test(y, arm, block=block, method="exact"),
            "`method` must be one of",
        ),
    ]
    for call, words in wrong:
        with pytest.raises(OptionError, match=words):
            call()


def test_columns_of_very_different_size_are_not_taken_for_repeated_ones():
    rng = stream(11, "sizes")
    independent(
        np.column_stack([np.ones(20), 1e-7 * rng.normal(size=20), 1e7 + rng.normal(size=20)])
    )
    independent(np.zeros((3, 0)))
