"""Missing answers: weights, tipping points, bounds, imputation; and counts."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.discrete.discrete_model import NegativeBinomial

from revlab.errors import EstimateError
from revlab.inference.attrition import tipping_point, weighted_difference
from revlab.inference.counts import fit_counts
from revlab.inference.estimate import Estimate, t_estimate
from revlab.inference.icc import icc
from revlab.inference.imputation import impute, imputed_estimate, pooled
from revlab.inference.lee import lee_bounds
from revlab.inference.two_sample import mean_difference
from revlab.rng import stream


def lossy(
    n: int, *, seed: int = 1, effect: float = 0.5, lost: float = 0.3
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return an outcome with gaps, the arm, and a trait; more is lost in the control arm."""
    rng = stream(seed, "lossy", n)
    arm, trait = np.arange(n) % 2 == 0, rng.normal(size=n)
    y = 3 + effect * arm + 0.7 * trait + 0.6 * rng.normal(size=n)
    return np.where(rng.random(n) < lost * np.where(arm, 0.5, 1.5), np.nan, y), arm, trait


def test_weights_are_those_of_a_logistic_model_of_answering():
    y, arm, trait = lossy(80)
    found = weighted_difference(y, arm, predictors=trait[:, None])
    seen = np.isfinite(y)
    design = np.column_stack([np.ones(80), arm, trait]).astype(float)
    weight = 1 / sm.Logit(seen.astype(float), design).fit(disp=0).predict()
    one, two = (np.average(y[rows], weights=weight[rows]) for rows in (seen & arm, seen & ~arm))
    assert found.estimate == pytest.approx(one - two, rel=1e-6)
    assert (found.n, found.n_missing) == (seen.sum(), (~seen).sum())
    assert found.df == seen.sum() - 2
    assert "Hájek" in found.convention


def test_equal_weights_give_the_error_of_two_separate_means():
    # A predictor that is balanced in every way leaves the chance to answer the same in each arm.
    y = np.array([1.0, 2, 3, 6, np.nan, np.nan, 5, 4, 9, 2, np.nan, np.nan])
    arm = np.repeat([1, 0], 6)
    balanced = np.tile([1.0, -1.0], 6)
    found = weighted_difference(y, arm, predictors=balanced[:, None])
    plain = mean_difference(y[:4], y[6:10])
    assert found.estimate == pytest.approx(plain.estimate)
    assert found.std_error == pytest.approx(plain.std_error, rel=1e-6)


def test_an_arm_in_which_everybody_answered_has_equal_weights():
    y, arm, trait = lossy(60)
    y = np.where(arm & np.isnan(y), 3.0, y)
    found = weighted_difference(y, arm, predictors=trait[:, None])
    control = weighted_difference(y, ~arm, predictors=trait[:, None])
    assert found.estimate == pytest.approx(-control.estimate)
    seen = np.isfinite(y) & ~arm
    design = np.column_stack([np.ones(30), trait[~arm]])
    weight = 1 / sm.Logit(seen[~arm].astype(float), design).fit(disp=0).predict()
    other = np.average(y[seen], weights=weight[seen[~arm]])
    assert found.estimate == pytest.approx(y[arm].mean() - other, abs=1e-6)


def test_weights_take_the_bias_of_selective_answers_away():
    rng = stream(5, "selective")
    n = 6000
    arm, trait = np.arange(n) % 2 == 0, rng.normal(size=n)
    y = trait + 0.5 * rng.normal(size=n)
    seen = rng.random(n) < 1 / (1 + np.exp(-np.where(arm, 1.5, -1.5) * trait))
    gaps = np.where(seen, y, np.nan)
    naive = mean_difference(gaps[arm], gaps[~arm])
    both = np.column_stack([trait, trait * arm])
    fair = weighted_difference(gaps, arm, predictors=both)
    assert naive.estimate > 0.7
    assert abs(fair.estimate) < 0.15
    assert fair.conf_low < 0 < fair.conf_high


def test_rows_in_any_order_give_the_same_weights_bounds_and_tipping_point():
    y, arm, trait = lossy(60)
    order = stream(2, "order").permutation(60)
    one = weighted_difference(y, arm, predictors=trait[:, None])
    two = weighted_difference(y[order], arm[order], predictors=trait[order, None])
    assert two.estimate == pytest.approx(one.estimate)
    assert two.std_error == pytest.approx(one.std_error)
    first, second = (
        lee_bounds(y[rows], arm[rows], seed=1, n_boot=200) for rows in (np.arange(60), order)
    )
    assert (second.low, second.high) == pytest.approx((first.low, first.high))
    frames = [tipping_point(y[rows], arm[rows]) for rows in (np.arange(60), order)]
    assert frames[0]["shift_estimate"].tolist() == pytest.approx(
        frames[1]["shift_estimate"].tolist()
    )


@pytest.mark.parametrize("null", [0.0, 0.2, 1.5])
def test_filling_in_at_the_tipping_point_moves_the_estimate_to_the_null(null: float):
    y, arm, _ = lossy(60)
    table = tipping_point(y, arm, null=null).set_index("arm")
    gap = mean_difference(y[arm], y[~arm])
    for name, rows in (("treatment", arm), ("control", ~arm)):
        filled = np.where(np.isnan(y) & rows, np.nanmean(y[rows]) + table.loc[name].iloc[2], y)
        moved = np.nanmean(filled[arm]) - np.nanmean(filled[~arm])
        assert moved == pytest.approx(null)
        at_end = np.where(np.isnan(y) & rows, np.nanmean(y[rows]) + table.loc[name].iloc[3], y)
        change = np.nanmean(at_end[arm]) - np.nanmean(at_end[~arm]) - gap.estimate
        ends = (gap.conf_low + change, gap.conf_high + change)
        if gap.conf_low <= null <= gap.conf_high:
            assert change == pytest.approx(0.0, abs=1e-12)
        else:
            assert min(abs(end - null) for end in ends) == pytest.approx(0.0, abs=1e-12)
            assert ends[0] <= null + 1e-12
            assert null - 1e-12 <= ends[1]
    assert table["n_missing"].tolist() == [np.isnan(y[arm]).sum(), np.isnan(y[~arm]).sum()]


def trimmed_by_hand(y: np.ndarray, arm: np.ndarray) -> tuple[float, float]:
    """Return both bounds by dropping the largest or smallest answers one at a time."""
    lists = [sorted(y[rows & np.isfinite(y)]) for rows in (arm, ~arm)]
    rates = [np.isfinite(y[rows]).mean() for rows in (arm, ~arm)]
    more = int(rates[1] > rates[0])
    cut = int(np.floor((1 - min(rates) / max(rates)) * len(lists[more]) + 1e-9))
    kept_low, kept_high = list(lists[more]), list(lists[more])
    for _ in range(cut):
        kept_low.pop()
        kept_high.pop(0)
    other = np.mean(lists[1 - more])
    ends = [np.mean(kept_low) - other, np.mean(kept_high) - other]
    return (ends[0], ends[1]) if more == 0 else (-ends[1], -ends[0])


@pytest.mark.parametrize("seed", range(6))
def test_bounds_are_those_of_trimming_by_hand(seed: int):
    y, arm, _ = lossy(40, seed=seed)
    for one, side in ((y, arm), (y, ~arm)):
        bounds = lee_bounds(one, side, seed=1, n_boot=200)
        low, high = trimmed_by_hand(one, side)
        assert (bounds.low, bounds.high) == pytest.approx((low, high))
        assert bounds.conf_low < bounds.low <= bounds.high < bounds.conf_high
    assert bounds.trimmed_arm == "control"


def test_equal_shares_of_answers_leave_nothing_to_trim():
    y = np.array([1.0, 2, 3, np.nan, 2, 4, 6, np.nan])
    bounds = lee_bounds(y, [1, 1, 1, 1, 0, 0, 0, 0], seed=1, n_boot=200)
    assert bounds.low == bounds.high == pytest.approx(-2.0)
    assert (bounds.trimmed_arm, bounds.trimmed_share) == ("neither", 0.0)
    assert (bounds.n, bounds.n_missing) == (6, 2)
    assert repr(bounds).startswith("Effect on those who answer in either arm: -2.000 to -2.000")


def test_a_narrow_bound_has_the_two_sided_interval_and_a_wide_one_the_one_sided():
    rng = stream(8, "widths")
    arm = np.arange(400) % 2 == 0
    y = rng.normal(size=400)
    same = lee_bounds(y, arm, seed=1, n_boot=400)
    plain = mean_difference(y[arm], y[~arm])
    assert same.high - same.conf_low == pytest.approx(1.96 * plain.std_error, rel=0.12)
    wide = lee_bounds(np.where(~arm & (np.arange(400) < 240), np.nan, y), arm, seed=1, n_boot=400)
    errors = (wide.low - wide.conf_low, wide.conf_high - wide.high)
    assert wide.high - wide.low > 1
    assert lee_bounds(y, arm, seed=2, n_boot=400).low == same.low
    other = lee_bounds(
        np.where(~arm & (np.arange(400) < 240), np.nan, y), arm, seed=1, n_boot=400, conf_level=0.9
    )
    assert errors[0] / (other.low - other.conf_low) == pytest.approx(
        stats.norm.ppf(0.95) / stats.norm.ppf(0.9), rel=1e-3
    )


def test_pooling_follows_rubin_and_barnard_and_rubin():
    values, errors, complete = np.array([1.0, 1.4, 0.9]), np.array([0.5, 0.6, 0.4]), 30.0
    parts = [t_estimate(v, s, df=complete) for v, s in zip(values, errors, strict=True)]
    found = pooled(parts, conf_level=0.9)
    within, between = (errors**2).mean(), values.var(ddof=1)
    total = within + (1 + 1 / 3) * between
    share = (1 + 1 / 3) * between / total
    old = 2 / share**2
    seen = (complete + 1) / (complete + 3) * complete * (1 - share)
    df = old * seen / (old + seen)
    assert found.estimate == pytest.approx(1.1)
    assert found.std_error == pytest.approx(np.sqrt(total))
    assert found.df == pytest.approx(df)
    half = stats.t.ppf(0.95, df) * np.sqrt(total)
    assert (found.conf_low, found.conf_high) == pytest.approx((1.1 - half, 1.1 + half))
    assert f"{share:.0%} of the variance is due to missing" in found.note
    large = pooled([replace(part, df=np.nan) for part in parts])
    assert large.df == pytest.approx(old)
    same = pooled([parts[0], parts[0]])
    assert same.std_error == pytest.approx(0.5)
    assert same.df == pytest.approx((complete + 1) / (complete + 3) * complete)


def test_imputation_keeps_what_was_said_and_fills_in_only_what_others_said():
    rng = stream(3, "scale")
    n = 40
    frame = pd.DataFrame({"arm": np.arange(n) % 2, "pre": rng.integers(1, 6, size=n)}, dtype=float)
    frame["post"] = np.clip(frame["pre"] + rng.integers(-1, 3, size=n), 1, 5)
    frame.index = pd.Index([f"D{k}" for k in range(n)])
    gaps = frame.copy()
    gaps.loc[rng.random(n) < 0.25, "post"] = np.nan
    gaps.loc[rng.random(n) < 0.1, "pre"] = np.nan
    filled = impute(gaps, n_imputations=3, seed=4)
    for one in filled:
        assert list(one.columns) == list(gaps.columns)
        assert (one.index == gaps.index).all()
        assert not one.isna().any(axis=None)
        assert one.where(gaps.notna()).equals(gaps.astype(float))
        for name in ("pre", "post"):
            assert set(one[name]) <= set(gaps[name].dropna())
    assert not filled[0].equals(filled[1])
    again = impute(gaps, n_imputations=3, seed=4)
    assert all(one.equals(two) for one, two in zip(filled, again, strict=True))
    whole = impute(frame, n_imputations=2, seed=4)
    assert all(one.equals(frame) for one in whole)


def test_an_imputed_estimate_uses_everybody_and_counts_the_gaps():
    y, arm, trait = lossy(40, lost=0.2)
    frame = pd.DataFrame({"arm": arm.astype(float), "trait": trait, "post": y})

    def gap(one: pd.DataFrame) -> Estimate:
        return mean_difference(one["post"][one["arm"] == 1], one["post"][one["arm"] == 0])

    found = imputed_estimate(frame, gap, seed=1, n_imputations=3)
    assert (found.n, found.n_missing) == (40, np.isnan(y).sum())
    assert "3 imputed data sets, Rubin's rules" in found.convention
    assert found.df < 38


def test_counts_are_the_regressions_of_statsmodels():
    rng = stream(4, "counts")
    n = 150
    arm, out_of = np.arange(n) % 2, rng.integers(4, 12, size=n)
    x = np.column_stack([np.ones(n), arm]).astype(float)
    mean = out_of * np.exp(-1 + 0.5 * arm)
    y = rng.negative_binomial(2, 2 / (2 + mean))
    fit = fit_counts(y, x, exposure=out_of)
    poisson = sm.GLM(y, x, family=sm.families.Poisson(), offset=np.log(out_of)).fit()
    assert fit.dispersion == pytest.approx(poisson.pearson_chi2 / poisson.df_resid)
    other = NegativeBinomial(y, x, offset=np.log(out_of)).fit(
        method="newton", start_params=[-1, 0.5, 0.5], disp=0
    )
    assert fit.model == "negative binomial"
    assert fit.coefficients == pytest.approx(other.params[:2], abs=1e-5)
    assert fit.theta == pytest.approx(1 / other.params[2], rel=1e-4)
    assert fit.log_likelihood == pytest.approx(other.llf)
    # With the expected information errors are near those of the observed one, not equal.
    assert fit.std_errors == pytest.approx(other.bse[:2], rel=0.1)
    given = sm.GLM(
        y,
        x,
        family=sm.families.NegativeBinomial(alpha=1 / fit.theta),
        offset=np.log(out_of),
    ).fit(tol=1e-12)
    assert fit.coefficients == pytest.approx(given.params, abs=1e-5)
    assert fit.std_errors == pytest.approx(given.bse, rel=1e-5)
    e = fit.estimate(1)
    assert e.conf_low < 0.5 < e.conf_high
    assert (e.unit, e.n) == ("log rate ratio", n)


def test_counts_that_spread_no_more_than_poisson_s_stay_poisson():
    y = np.array([2, 3, 2, 3, 2, 3, 4, 4, 5, 4, 5, 4])
    x = np.column_stack([np.ones(12), np.repeat([0.0, 1.0], 6)])
    fit = fit_counts(y, x)
    assert (fit.model, fit.theta) == ("Poisson", np.inf)
    assert fit.dispersion < 1
    assert np.exp(fit.coefficients.sum()) == pytest.approx(y[6:].mean())
    assert fit.std_errors[1] == pytest.approx(np.sqrt(1 / y[:6].sum() + 1 / y[6:].sum()))
    assert repr(fit).startswith("Poisson model of 12 counts, dispersion 0.")


def test_bad_answers_and_counts_are_refused_in_one_sentence():
    y, arm, trait = lossy(30)
    x = trait[:, None]
    unknown = np.where(np.arange(30) == 4, np.nan, arm)
    frame = pd.DataFrame({"a": trait, "post": y})
    ones = np.ones((30, 1))
    number = stream(1, "n").poisson(3, size=30)
    cases = [
        (lambda: weighted_difference(y, arm[:3], predictors=x), "`treated` needs one value per"),
        (lambda: weighted_difference(y, unknown, predictors=x), "`treated` must be true or false"),
        (lambda: weighted_difference(y * np.nan, arm, predictors=x), "treatment arm needs two"),
        (
            lambda: lee_bounds(np.where(arm, y, np.nan), arm, seed=1),
            "control arm needs two answers",
        ),
        (lambda: weighted_difference(y, arm, predictors=x * np.nan), "finite number for everybody"),
        (lambda: weighted_difference(trait, arm, predictors=x), "nobody's answer is missing"),
        (lambda: weighted_difference(y, arm, predictors=ones), "hold only 2 independent ones"),
        (
            lambda: weighted_difference(y, arm, predictors=np.isnan(y)[:, None] * 1.0),
            "tells exactly who answered",
        ),
        (lambda: lee_bounds(y, arm, seed=1, n_boot=50), "`n_boot` must be at least 200"),
        (lambda: lee_bounds(y, arm, seed=1, conf_level=95), "`conf_level` must be between"),
        (lambda: pooled([t_estimate(1, 1, df=3)]), "two imputed data sets or more; got 1"),
        (lambda: pooled([icc([[1, 2], [3, 3], [2, 5]])] * 2), "'icc' gives no standard error"),
        (lambda: impute(frame, n_imputations=1, seed=1), "must be two or more"),
        (lambda: impute(frame.astype(str), n_imputations=2, seed=1), r"\['a', 'post'\] are not"),
        (lambda: impute(frame[:4], n_imputations=2, seed=1), "fewer than five values"),
        (lambda: impute(frame[["post"]], n_imputations=2, seed=1), "another column to learn"),
        (lambda: impute(frame.assign(b=1.0), n_imputations=2, seed=1), "of the frame hold only 2"),
        (lambda: fit_counts([1.5, 2], [[1], [1]]), "a whole number of zero or more"),
        (lambda: fit_counts([1, np.nan], [[1], [1]]), "a whole number of zero or more"),
        (lambda: fit_counts([0, 0], [[1], [1]]), "all counts are zero"),
        (lambda: fit_counts(number, ones[:3]), "finite numbers for each of 30 counts"),
        (lambda: fit_counts(number, np.column_stack([ones, ones])), "only 1 independent ones"),
        (lambda: fit_counts(number, ones, exposure=np.zeros(30)), "above zero for each of 30"),
        (
            lambda: fit_counts(number * arm, np.column_stack([ones, arm])),
            "tells exactly which counts are zero",
        ),
    ]
    for call, words in cases:
        with pytest.raises(EstimateError, match=words):
            call()
