"""Weights, imputation and bounds with pools as the units: each against another way."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from inference_missing_trials import lossy_pilot, plan_of, scores_from
from scipy import stats

from revlab.errors import EstimateError
from revlab.inference.estimate import Estimate, t_estimate
from revlab.inference.estimators import ESTIMATORS
from revlab.inference.gaps import read_gaps
from revlab.inference.imputation import pooled
from revlab.inference.imputation_pools import _inverse_wishart, _Sampler, impute_in_pools
from revlab.inference.imputed_contrast import fill_gaps
from revlab.inference.lee import imbens_manski, lee_bounds
from revlab.inference.regression import cluster_robust
from revlab.inference.response_weights import chances_to_answer, weighted_contrast
from revlab.inference.tipping import tipping_shift
from revlab.inference.weighted_regression import weighted_robust
from revlab.inference.worst_case import worst_case
from revlab.rng import stream

PLAN = plan_of()
RULES = ("ancova_cr2", "change_cr2", "pool_means")


def design_of(n: int, n_pools: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = stream(4, "weighted")
    pool = np.sort(rng.integers(n_pools, size=n))
    x = np.column_stack([np.ones(n), pool < n_pools // 2, rng.normal(size=n)])
    return x, pool, rng.uniform(1, 6, size=n)


# Weighted least squares


def test_weighted_points_are_those_of_statsmodels_and_equal_weights_change_nothing():
    x, pool, w = design_of(60, 11)
    y = stream(5, "y").normal(size=60)
    fit = weighted_robust(x, y, cluster=pool, weights=w)
    other = sm.WLS(y, x, weights=w).fit()
    assert fit.coefficients == pytest.approx(other.params, rel=1e-10)
    assert weighted_robust(x, y, cluster=pool, weights=7 * w).std_errors == pytest.approx(
        fit.std_errors
    )
    plain, equal = (
        cluster_robust(x, y, cluster=pool),
        weighted_robust(x, y, cluster=pool, weights=np.full(60, 3.0)),
    )
    assert equal.covariance == pytest.approx(plain.covariance)
    assert equal.df == pytest.approx(plain.df)


def test_weighted_errors_without_correction_are_those_of_statsmodels():
    # CR2 goes over into CR0, which statsmodels has, as clusters become many and small.
    x, _, w = design_of(800, 4)
    pool = np.arange(800) // 2
    y = stream(6, "y").normal(size=800)
    other = sm.WLS(y, x, weights=w).fit(
        cov_type="cluster", cov_kwds={"groups": pool, "use_correction": False}
    )
    fit = weighted_robust(x[:, [0, 1, 2]], y, cluster=pool, weights=w)
    assert fit.std_errors == pytest.approx(other.bse, rel=0.02)


def test_weighted_variance_is_unbiased_and_its_df_are_those_of_its_spread():
    x, pool, w = design_of(18, 6)
    n = len(w)
    inside = np.linalg.inv(x.T @ (w[:, None] * x))
    true = np.diag(inside @ (x.T * w**2) @ x @ inside)

    def variance(y: np.ndarray) -> np.ndarray:
        return np.diag(weighted_robust(x, y, cluster=pool, weights=w).covariance)

    # The variance is a quadratic form y'Qy; its matrix is read off from unit vectors.
    units = [variance(unit) for unit in np.eye(n)]
    form = np.zeros((3, n, n))
    for i in range(n):
        form[:, i, i] = units[i]
        for j in range(i):
            both = (variance(np.eye(n)[i] + np.eye(n)[j]) - units[i] - units[j]) / 2
            form[:, i, j] = form[:, j, i] = both
    trace = np.trace(form, axis1=1, axis2=2)
    assert trace == pytest.approx(true, rel=1e-9)
    spread = (form**2).sum((1, 2))
    fit = weighted_robust(x, stream(1, "any").normal(size=n), cluster=pool, weights=w)
    assert fit.df == pytest.approx(trace**2 / spread, rel=1e-9)


# Imputation


def test_inverse_wishart_draws_have_its_law():
    scale, rng = np.array([[2.0, 0.5], [0.5, 1.0]]), stream(3, "wishart")
    drawn = np.array([_inverse_wishart(rng, scale, df=9) for _ in range(3000)])
    assert drawn.mean(axis=0) == pytest.approx(stats.invwishart.mean(9, scale), abs=0.015)
    for k in range(2):
        law = stats.invgamma((9 - 1) / 2, scale=scale[k, k] / 2)
        assert stats.kstest(drawn[:, k, k], law.cdf).pvalue > 0.01


def test_the_sampler_draws_from_the_posterior_of_both_variances():
    # One survey, six even pools, nothing missing: the posterior is known up to its size.
    rng, pool = stream(9, "posterior"), np.repeat(np.arange(6), 4)
    y = 0.3 * rng.normal(size=6)[pool] + 0.7 * rng.normal(size=24)
    sampler, logs = _Sampler(y[:, None], np.ones((24, 1)), pool, rng), []
    for _ in range(3000):
        sampler.round()
        logs.append(np.log([sampler.within[0, 0], sampler.between[0, 0]]))
    means = np.bincount(pool, weights=y) / 4
    inner, outer = ((y - means[pool]) ** 2).sum(), 4 * ((means - means.mean()) ** 2).sum()
    log_s, log_t = np.meshgrid(np.linspace(-5, 4, 300), np.linspace(-7, 7, 300))
    s, t = np.exp(log_s), np.exp(log_t)
    both = s + 4 * t
    # The likelihood without the mean, then the priors with 1 and 2 degrees of freedom.
    log_density = -9 * log_s - inner / (2 * s) - 2.5 * np.log(both) - outer / (2 * both)
    log_density += -0.5 * log_s - 0.1 / (2 * s) - log_t - 0.1 / (2 * t)
    weight = np.exp(log_density - log_density.max())
    batches = np.array(logs).reshape(30, 100, 2).mean(axis=1)
    for found, log_value in zip(batches.T, (log_s, log_t), strict=True):
        error = found.std(ddof=1) / np.sqrt(30)
        assert error < 0.07
        assert abs(found.mean() - np.average(log_value, weights=weight)) < 3 * error


def test_imputed_scores_have_the_mean_and_the_likeness_of_pools_of_those_that_were_lost():
    rng = stream(8, "pools")
    pool = np.repeat(np.arange(150), 6)
    shared = 0.6 * rng.normal(size=(150, 1))[pool]
    cov = [[0.5, 0.3], [0.3, 0.5]]
    full = 3 + shared + rng.multivariate_normal([0, 0.5], cov, size=900)
    gaps = full.copy()
    gaps[full[:, 0] > 3.2, 1] = np.nan
    filled = impute_in_pools(gaps, np.ones((900, 1)), pool=pool, n_imputations=5, seed=1)
    assert np.nanmean(gaps[:, 1]) < full[:, 1].mean() - 0.3
    assert np.mean([one[:, 1].mean() for one in filled]) == pytest.approx(
        full[:, 1].mean(), abs=0.06
    )
    seen = np.isfinite(gaps)
    assert all((one[seen] == full[seen]).all() for one in filled)

    def between(y: np.ndarray) -> float:
        means = np.bincount(pool, weights=y) / 6
        inside = (y - means[pool]) @ (y - means[pool]) / 750
        return float(means.var(ddof=1) - inside / 6)

    assert np.mean([between(one[:, 1]) for one in filled]) == pytest.approx(
        between(full[:, 1]), rel=0.15
    )
    again = impute_in_pools(gaps, np.ones((900, 1)), pool=pool, n_imputations=5, seed=1)
    assert (filled[2] == again[2]).all()
    assert (filled[2] != filled[3]).any()


@pytest.mark.parametrize("rule", [*RULES, "lin_cr2"])
def test_the_imputed_estimate_is_the_plans_estimator_on_each_data_set_pooled(rule: str):
    _, gaps = lossy_pilot()
    read = read_gaps(scores_from(gaps), plan_of(rule))
    filled = fill_gaps(read, seed=3, n_imputations=4)
    by_hand = pooled(
        [
            ESTIMATORS[rule](gaps.assign(pre=pre, post=post), PLAN.contrast)
            for pre, post in filled.scores
        ]
    )
    found = filled.estimate()
    for name in ("estimate", "std_error", "df", "conf_low", "conf_high"):
        assert getattr(found, name) == pytest.approx(getattr(by_hand, name), rel=1e-9)
    assert (found.n, found.n_missing) == (50, int(gaps[["pre", "post"]].isna().any(axis=1).sum()))
    assert "4 imputed data sets from arm, sessions held, first score" in found.convention
    assert "complete dyads only" not in found.convention


# Weights


def test_the_chance_to_answer_is_a_logistic_model_where_data_outweigh_the_prior():
    _, gaps = lossy_pilot(300, lost=0.3)
    gaps["pre"] = gaps["pre"].fillna(3.0)
    gaps["middle"] = np.nan
    read = read_gaps(scores_from(gaps), PLAN)
    arm = (gaps["arm"] == "new").to_numpy(dtype=float)
    parts = [gaps[name] - gaps[name].mean() for name in ("held", "pre")]
    x = np.column_stack([np.ones(1500), arm, *parts, *[(arm - 0.5) * one for one in parts]])
    fit = sm.GLM(gaps["post"].notna().astype(float), x, family=sm.families.Binomial()).fit()
    found = chances_to_answer(read)
    seen = gaps["post"].notna().to_numpy()
    assert found.chance[seen] == pytest.approx(fit.fittedvalues[seen], abs=2e-3)
    assert np.isnan(found.chance[~seen]).all()
    assert found.predictors == (
        "arm", "sessions held", "first score", "sessions held by arm", "first score by arm",
    )  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_the_weighted_contrast_is_that_of_statsmodels_with_its_weights(rule: str):
    _, gaps = lossy_pilot()
    read = read_gaps(scores_from(gaps), plan_of(rule))
    found = weighted_contrast(read)
    rows = read.complete
    own, w = gaps[rows], 1 / chances_to_answer(read).chance[rows]
    arm = (own["arm"] == "new").to_numpy(dtype=float)
    change = (own["post"] - own["pre"]).to_numpy()
    if rule == "pool_means":
        means = pd.Series(w * change).groupby(own["pool_id"].to_numpy()).sum()
        means = means / pd.Series(w).groupby(own["pool_id"].to_numpy()).sum()
        side = own.groupby("pool_id")["arm"].first()
        a, b = means[side == "new"], means[side == "old"]
        test = stats.ttest_ind(a, b, equal_var=False).confidence_interval()
        assert found.estimate == pytest.approx(a.mean() - b.mean())
        assert (found.conf_low, found.conf_high) == pytest.approx((test.low, test.high))
        return
    columns = [np.ones(len(own)), arm] + ([own["pre"]] if rule == "ancova_cr2" else [])
    outcome = own["post"].to_numpy() if rule == "ancova_cr2" else change
    other = sm.WLS(outcome, np.column_stack(columns), weights=w).fit()
    assert found.estimate == pytest.approx(other.params[1])
    assert (found.n, found.n_missing, found.n_clusters) == (int(rows.sum()), read.n_missing, 10)
    equal = w.sum() ** 2 / (w**2).sum()
    assert found.note == f"the weights leave as much as {equal:.0f} equal answers"


# Bounds


def test_lee_bounds_of_pools_are_those_worked_out_by_hand():
    # Treated: 8 of 10 answer 1..8; control: 6 of 10 answer 2, 4, 6, 8, 10, 12 (mean 7).
    # Share to cut: (.8 - .6) / .8 = 1/4, so two answers: low 1..6 (3.5), high 3..8 (5.5).
    y = np.array([1.0, 2, 3, 4, np.nan, 5, 6, 7, 8, np.nan] + [2.0, 4, 6, np.nan, np.nan] * 2)
    y[15:18] = (8, 10, 12)
    arm, pool = np.arange(20) < 10, np.arange(20) // 5
    found = lee_bounds(y, arm, seed=1, cluster=pool, n_boot=200)
    assert (found.low, found.high) == (-3.5, -1.5)
    assert (found.trimmed_arm, found.n_clusters) == ("treatment", 4)
    assert found.trimmed_share == pytest.approx(0.25)
    assert found.conf_low < -3.5
    assert found.conf_high > -1.5


def test_pools_drawn_anew_give_the_error_of_pools_not_of_rows():
    rng = stream(12, "alike")
    pool = np.repeat(np.arange(12), 10)
    arm = pool < 6
    y = rng.normal(size=12)[pool] + 0.1 * rng.normal(size=120)
    found = lee_bounds(y, arm, seed=1, cluster=pool, n_boot=2000)
    means = np.bincount(pool, weights=y) / 10
    error = np.sqrt(means[:6].var(ddof=1) / 6 + means[6:].var(ddof=1) / 6)
    half = stats.t.ppf(0.975, 10) * error
    assert found.conf_high - found.high == pytest.approx(half, rel=0.06)
    rows = lee_bounds(y, arm, seed=1, n_boot=300)
    assert rows.conf_high - rows.high < 0.5 * half
    assert rows.n_clusters == 0


def test_the_reach_beyond_bounds_covers_at_its_level():
    for width, error, df in ((0.0, 1.0, 8.0), (0.7, 0.5, 8.0), (3.0, 1.0, 1e6)):
        reach = imbens_manski(width, error, conf_level=0.9, df=df)
        law = stats.t(df)
        assert law.cdf(reach + width / error) - law.cdf(-reach) == pytest.approx(0.9)
    assert imbens_manski(1.0, 0.0, conf_level=0.95) == 0.0


@pytest.mark.parametrize("rule", ["change_cr2", "pool_means"])
def test_the_worst_case_is_the_worst_of_all_corners(rule: str):
    _, gaps = lossy_pilot(4, seed=2, lost=0.15)
    gaps = gaps.assign(pre=gaps["pre"].fillna(3.0))
    gaps.loc[gaps.index[-1], "pre"] = np.nan
    holes = [(k, name) for name in ("pre", "post") for k in gaps.index[gaps[name].isna()]]
    assert 3 <= len(holes) <= 9
    found = []
    for corner in range(2 ** len(holes)):
        filled = gaps.copy()
        for bit, (k, name) in enumerate(holes):
            filled.loc[k, name] = 1.0 if corner >> bit & 1 else 5.0
        change = (filled["post"] - filled["pre"]).to_numpy()
        arm, pool = (gaps["arm"] == "new").to_numpy(), gaps["pool_id"].to_numpy()
        if rule == "pool_means":
            means = pd.Series(change).groupby(pool).transform("mean").to_numpy()
            change = means
        found.append(change[arm].mean() - change[~arm].mean())
    ends = worst_case(read_gaps(scores_from(gaps), plan_of(rule)))
    assert (ends.low, ends.high) == pytest.approx((min(found), max(found)))


@pytest.mark.parametrize("side", [1, -1])
def test_the_adjusted_worst_case_is_the_worst_corner_whichever_way_the_slope_goes(side: int):
    _, gaps = lossy_pilot(10, seed=2, lost=0.2)
    gaps = gaps.assign(post=3 + side * (gaps["post"] - 3))
    gaps.loc[gaps.index[::7], "pre"] = np.nan
    read = read_gaps(scores_from(gaps), PLAN)
    assert side * read.slope > 0
    assert min(np.isnan(read.pre).sum(), np.isnan(read.post).sum()) >= 2
    new, slope = read.treated, read.slope
    # No dyad touches another, so the worst corner is the worst of each dyad.
    corners = [
        np.where(np.isnan(read.post), last, read.post)
        - slope * np.where(np.isnan(read.pre), first, read.pre)
        for last in (1.0, 5.0)
        for first in (1.0, 5.0)
    ]
    least, most = np.min(corners, axis=0), np.max(corners, axis=0)
    found = worst_case(read)
    assert found.low == pytest.approx(least[new].mean() - most[~new].mean())
    assert found.high == pytest.approx(most[new].mean() - least[~new].mean())


def test_the_worst_case_takes_the_smaller_degrees_of_freedom_of_its_ends():
    _, gaps = lossy_pilot(7, seed=3, lost=0.4)
    gaps = gaps.assign(pre=gaps["pre"].fillna(3.0))
    dfs = []
    for of_new in (1.0, 5.0):
        fill = np.where(gaps["arm"] == "new", of_new, 6 - of_new)
        change = gaps["post"].fillna(pd.Series(fill, index=gaps.index)) - gaps["pre"]
        means = change.groupby(gaps["pool_id"]).mean()
        side = gaps.groupby("pool_id")["arm"].first()
        test = stats.ttest_ind(means[side == "new"], means[side == "old"], equal_var=False)
        dfs.append(float(test.df))
    assert abs(dfs[0] - dfs[1]) > 0.1
    found = worst_case(read_gaps(scores_from(gaps), plan_of("pool_means")))
    assert found.df == pytest.approx(min(dfs))


@pytest.mark.parametrize(
    ("planned", "twin"), [("randomisation", "pool_means"), ("randomisation_adjusted", "ancova_cr2")]
)
def test_a_randomisation_test_has_a_twin_with_an_error(planned: str, twin: str):
    whole, gaps = lossy_pilot()
    read = read_gaps(scores_from(gaps), plan_of(planned))
    found = read.fit(whole["pre"].to_numpy(), whole["post"].to_numpy(), conf_level=0.9)
    by_hand = ESTIMATORS[twin](whole, PLAN.contrast, conf_level=0.9)
    assert (found.estimate, found.std_error) == pytest.approx((by_hand.estimate, by_hand.std_error))
    assert read.twin_note == (
        f"the planned {planned} has no standard error; {twin} stands in for it"
    )


def test_the_adjusted_worst_case_and_bounds_keep_the_slope_of_complete_dyads():
    _, gaps = lossy_pilot(10, seed=5)
    read = read_gaps(scores_from(gaps), PLAN)
    own = gaps.dropna(subset=["pre", "post"])
    x = np.column_stack([np.ones(len(own)), own["arm"] == "new", own["pre"]]).astype(float)
    fit = sm.OLS(own["post"].to_numpy(), x).fit()
    assert read.slope == pytest.approx(fit.params[2])
    adjusted = read.adjusted(read.pre, read.post)
    new, old = read.complete & read.treated, read.complete & ~read.treated
    assert adjusted[new].mean() - adjusted[old].mean() == pytest.approx(fit.params[1])
    ends = worst_case(read)
    assert ends.low < fit.params[1] < ends.high
    assert ends.conf_low < ends.low
    whole = gaps.assign(post=gaps["post"].fillna(3.0))
    pre_only = worst_case(read_gaps(scores_from(whole), PLAN))
    assert pre_only.high - pre_only.low < 0.5 * (ends.high - ends.low)


# The tipping point


def test_the_tipping_point_is_where_the_interval_of_shifted_answers_meets_zero():
    _, gaps = lossy_pilot(20, seed=1, lost=0.2, effect=0.9)
    read = read_gaps(scores_from(gaps), PLAN)
    filled = fill_gaps(read, seed=2, n_imputations=4)
    tipping = filled.tipping()
    assert filled.estimate().conf_low > 0
    assert tipping.starts == "leaves out zero"
    assert tipping.lowest < tipping.shift < 0
    lost = (gaps["post"].isna() & (gaps["arm"] == "new")).to_numpy()
    parts = [
        ESTIMATORS["ancova_cr2"](
            gaps.assign(pre=pre, post=post + tipping.shift * lost), PLAN.contrast
        )
        for pre, post in filled.scores
    ]
    assert pooled(parts).conf_low == pytest.approx(0.0, abs=1e-4)


def test_the_nearer_of_two_tipping_points_is_told_and_none_beyond_the_limits():
    def gap(shift: float) -> Estimate:
        return t_estimate(0.2 + 0.5 * shift, 0.25, df=30)

    half = stats.t.ppf(0.975, 30) * 0.25
    up = tipping_shift(gap, lowest=-5, highest=5)
    assert (up.shift, up.starts) == (pytest.approx(2 * (half - 0.2)), "holds zero")
    down = tipping_shift(gap, lowest=-5, highest=0.1)
    assert down.shift == pytest.approx(-2 * (half + 0.2))
    assert np.isnan(tipping_shift(gap, lowest=-0.1, highest=0.1).shift)


def test_wrong_columns_are_refused_in_one_sentence():
    ones, pool = np.ones((8, 1)), np.arange(8) // 2
    y = np.arange(8.0)
    gaps = np.column_stack([y, np.where(y < 4, np.nan, y)])
    arm = y < 4
    cases = [
        (lambda: weighted_robust(ones, y, cluster=pool, weights=y), "weights must be above 0"),
        (lambda: weighted_robust(ones, y, cluster=pool, weights=y[:3]), r"`weights` \(n,\); got"),
        (lambda: weighted_robust(ones, y * np.nan, cluster=pool, weights=y + 1), "missing or inf"),
        (lambda: weighted_robust(ones, y, cluster=0 * pool, weights=y + 1), "at least two"),
        (
            lambda: weighted_robust(np.ones((8, 8)), y, cluster=pool, weights=y + 1),
            "8 rows cannot carry 8",
        ),
        (
            lambda: impute_in_pools(gaps, ones, pool=pool, n_imputations=2, seed=1),
            "a survey has 4 scores",
        ),
        (
            lambda: impute_in_pools(gaps, ones, pool=pool, n_imputations=1, seed=1),
            "two or more",
        ),
        (
            lambda: impute_in_pools(
                np.column_stack([y, y + y % 3]), np.ones((8, 7)), pool=pool, n_imputations=2, seed=1
            ),
            "from 9 columns needs more",
        ),
        (lambda: lee_bounds(y, arm, seed=1, cluster=y % 2), "rows in both arms"),
        (lambda: lee_bounds(y, arm, seed=1, cluster=1 * arm), "treatment arm needs two clusters"),
    ]
    for call, words in cases:
        with pytest.raises(EstimateError, match=words):
            call()
