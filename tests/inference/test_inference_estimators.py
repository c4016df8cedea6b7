"""Every estimator in the registry keeps the same promises."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from inference_trials import CONTRAST, trial
from scipy import stats

from revlab.errors import EstimateError, OptionError
from revlab.inference.batch import Batch
from revlab.inference.batched import BATCHED
from revlab.inference.comparison import Comparison, read_comparison
from revlab.inference.cores import CORES
from revlab.inference.estimate import Contrast, Estimate
from revlab.inference.estimators import ESTIMATORS, NEED_PRE, POINT_ESTIMATORS
from revlab.inference.lin import lin
from revlab.inference.superiority import Clusters, probability_of_superiority

NAMES = sorted(ESTIMATORS)
SIZES = (4, 3, 6, 5, 2, 7, 4, 3)
NUMBERS = ("estimate", "std_error", "df", "p_value", "conf_low", "conf_high")


def numbers(estimate: Estimate, names: tuple[str, ...] = NUMBERS) -> list[float]:
    return [getattr(estimate, name) for name in names]


@pytest.mark.parametrize("name", NAMES)
def test_an_estimate_says_what_it_rests_on(name: str):
    frame = trial(SIZES, missing=0.2)
    estimate = ESTIMATORS[name](frame, CONTRAST, conf_level=0.9)
    assert estimate.estimator == name
    assert estimate.contrast == "new - old"
    assert estimate.n == int(frame["post"].notna().sum())
    assert estimate.n_missing == int(frame["post"].isna().sum()) > 0
    assert estimate.n_clusters == 8
    assert estimate.unit == ("points" if name in POINT_ESTIMATORS else "share")
    assert f"{estimate.n_missing} left out" in estimate.convention
    assert "8 pools" in estimate.convention
    assert estimate.conf_level == 0.9
    assert estimate.conf_low < estimate.estimate < estimate.conf_high
    assert 0 < estimate.p_value <= 1


@pytest.mark.parametrize("name", NAMES)
def test_the_other_direction_has_the_other_sign(name: str):
    frame = trial(SIZES, effect=1.0)
    one = ESTIMATORS[name](frame, Contrast("new", "old"))
    two = ESTIMATORS[name](frame, Contrast("old", "new"))
    null = 0.0 if name in POINT_ESTIMATORS else 0.5
    assert one.estimate > null
    assert two.estimate == pytest.approx(2 * null - one.estimate)
    mirrored = (2 * null - one.conf_high, 2 * null - one.conf_low)
    assert (two.conf_low, two.conf_high) == pytest.approx(mirrored)
    assert two.p_value == pytest.approx(one.p_value)


@pytest.mark.parametrize("name", POINT_ESTIMATORS)
def test_points_given_to_the_treated_are_found_in_full(name: str):
    frame = trial(SIZES)
    gift = np.where(frame["arm"] == "new", 2.5, 0.0)
    before = ESTIMATORS[name](frame, CONTRAST)
    after = ESTIMATORS[name](frame.assign(post=frame["post"] + gift), CONTRAST)
    assert after.estimate == pytest.approx(before.estimate + 2.5)
    assert after.conf_low == pytest.approx(before.conf_low + 2.5)
    assert after.conf_high == pytest.approx(before.conf_high + 2.5)


@pytest.mark.parametrize("name", NAMES)
def test_order_names_and_other_arms_do_not_matter(name: str):
    frame = trial(SIZES)
    other = frame.assign(
        arm="third", dyad_id="x" + frame["dyad_id"], pool_id="x" + frame["pool_id"], post=9.0
    )
    mixed = pd.concat([other, frame]).sample(frac=1, random_state=1)
    mixed["pool_id"] = mixed["pool_id"].map(lambda pool: f"{pool[::-1]}-{pool}")
    expected = numbers(ESTIMATORS[name](frame, CONTRAST))
    assert numbers(ESTIMATORS[name](mixed, CONTRAST)) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize("name", NAMES)
def test_nullable_columns_give_the_same(name: str):
    frame = trial(SIZES, missing=0.2)
    nullable = frame.convert_dtypes()
    expected = numbers(ESTIMATORS[name](frame, CONTRAST))
    assert numbers(ESTIMATORS[name](nullable, CONTRAST)) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize("name", NAMES)
def test_the_core_gives_the_same_as_the_estimator(name: str):
    frame = trial(SIZES, missing=0.1)
    assert numbers(CORES[name](read_comparison(frame, CONTRAST))) == pytest.approx(
        numbers(ESTIMATORS[name](frame, CONTRAST)), nan_ok=True
    )


def refused(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    one_pool = frame[(frame["arm"] == "old") | (frame["pool_id"] == "P00")]
    mixed = frame.assign(arm=np.where(frame.index == 0, "old", frame["arm"]))
    lost = frame.assign(post=frame["post"].where(~frame["pool_id"].isin(["P04", "P05", "P06"])))
    return {
        r"arm 'new' has 1 pool with complete dyads; a policy treats whole pools": one_pool,
        r"pool 'P00' has dyads in both arms": mixed,
        r"arm 'old' has 1 pool ": lost,
        r"dyad 'D000' appears more than once": pd.concat([frame, frame.head(1)]),
        r"lacks the columns \['pool_id'\]": frame.drop(columns="pool_id"),
        r"has no pool_id": frame.assign(pool_id=frame["pool_id"].mask(frame.index == 3)),
        r"a score is infinite": frame.assign(post=frame["post"].mask(frame.index == 3, np.inf)),
    }


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("case", range(7))
def test_the_wrong_unit_or_too_few_of_them_is_refused(name: str, case: int):
    message, frame = list(refused(trial(SIZES)).items())[case]
    with pytest.raises(EstimateError, match=message):
        ESTIMATORS[name](frame, CONTRAST)


@pytest.mark.parametrize("name", NAMES)
def test_an_arm_that_is_not_there_is_an_error_with_a_hint(name: str):
    with pytest.raises(OptionError, match=r"got 'odl'\. Did you mean 'old'"):
        ESTIMATORS[name](trial(SIZES), Contrast("new", "odl"))


@pytest.mark.parametrize("name", NAMES)
def test_no_variation_is_refused(name: str):
    frame = trial(SIZES)
    with pytest.raises(EstimateError, match="vary"):
        ESTIMATORS[name](frame.assign(post=frame["pre"] + 0.1), CONTRAST)


def test_equal_first_scores_cannot_be_adjusted_for():
    frame = trial(SIZES).assign(pre=3.3)
    for name in NEED_PRE:
        hint = "statistic 'change'" if name == "randomisation_adjusted" else "change_cr2"
        with pytest.raises(EstimateError, match=f"use (the )?{hint}"):
            ESTIMATORS[name](frame, CONTRAST)
    for name in set(NAMES) - set(NEED_PRE):
        assert np.isfinite(ESTIMATORS[name](frame, CONTRAST).estimate)
    with pytest.raises(EstimateError, match="use the statistic 'change'"):
        ESTIMATORS["randomisation_adjusted"](frame, CONTRAST)


@pytest.mark.parametrize(
    "name", ["pool_means", "ancova_cr2", "change_cr2", "lin_cr2", "randomisation", "superiority"]
)
def test_pools_of_one_dyad_work(name: str):
    estimate = ESTIMATORS[name](trial((1, 1, 1, 1, 1, 1, 1, 1)), CONTRAST)
    assert np.isfinite(estimate.estimate)
    assert estimate.n == estimate.n_clusters == 8


def test_a_pool_without_a_complete_dyad_is_counted():
    frame = trial(SIZES)
    frame["post"] = frame["post"].where(frame["pool_id"] != "P00")
    estimate = ESTIMATORS["ancova_cr2"](frame, CONTRAST)
    assert (estimate.n_missing, estimate.n_clusters) == (4, 7)
    assert "4 left out, 1 pool without a complete dyad" in estimate.convention


def test_pool_means_is_welch_on_the_means_of_pools():
    frame = trial(SIZES)
    means = (frame["post"] - frame["pre"]).groupby(frame["pool_id"]).mean().to_numpy()
    welch = stats.ttest_ind(means[:4], means[4:], equal_var=False)
    estimate = ESTIMATORS["pool_means"](frame, CONTRAST)
    assert (estimate.statistic, estimate.df, estimate.p_value) == pytest.approx(
        (welch.statistic, welch.df, welch.pvalue)
    )


def test_ancova_has_the_coefficient_of_least_squares():
    frame = trial(SIZES)
    fit = smf.ols("post ~ pre + C(arm, Treatment('old'))", frame).fit()
    expected = fit.params.filter(like="new").iloc[0]
    assert ESTIMATORS["ancova_cr2"](frame, CONTRAST).estimate == pytest.approx(expected)


def test_few_degrees_of_freedom_are_said():
    assert "fewer than 4 degrees" in ESTIMATORS["ancova_cr2"](trial((4, 3, 6, 5)), CONTRAST).note
    assert ESTIMATORS["ancova_cr2"](trial((5,) * 12), CONTRAST).note == ""


def test_every_estimator_has_a_core_and_a_twin():
    assert set(ESTIMATORS) == set(CORES) == set(BATCHED)
    assert set(ESTIMATORS) - set(POINT_ESTIMATORS) == {"superiority"}
    assert set(NEED_PRE) < set(POINT_ESTIMATORS)


def test_lin_by_pool_is_lin_with_pools_as_clusters():
    frame = trial(SIZES, missing=0.1)
    ours, plain = ESTIMATORS["lin_cr2"](frame, CONTRAST), lin(frame, CONTRAST, cluster="pool_id")
    assert numbers(ours) == pytest.approx(numbers(plain))
    centred = frame.dropna().assign(
        pre=lambda f: f["pre"] - f["pre"].mean(), treated=lambda f: (f["arm"] == "new") * 1.0
    )
    fit = smf.ols("post ~ treated * pre", centred).fit()
    assert ours.estimate == pytest.approx(fit.params["treated"])


def test_lin_needs_a_slope_in_each_arm():
    frame = trial(SIZES)
    flat = frame.assign(pre=frame["pre"].where(frame["arm"] == "new", 3.0))
    with pytest.raises(EstimateError, match="equal, so it has no slope of its own; use ancova_cr2"):
        ESTIMATORS["lin_cr2"](flat, CONTRAST)


def test_the_mixed_model_is_that_of_statsmodels_where_pools_are_alike():
    frame = trial((6,) * 12, seed=4, effect=0.4)
    fit = smf.mixedlm("post ~ pre + C(arm, Treatment('old'))", frame, groups="pool_id").fit(
        reml=True
    )
    ours = ESTIMATORS["mixed_pools"](frame, CONTRAST)
    assert fit.cov_re.iloc[0, 0] > 0.05
    assert ours.estimate == pytest.approx(fit.params.filter(like="arm").iloc[0], abs=1e-5)
    assert ours.std_error == pytest.approx(fit.bse.filter(like="arm").iloc[0], rel=1e-4)
    assert 8 < ours.df < 11


def test_pools_of_equal_size_make_the_mixed_model_a_t_test_of_pool_means():
    frame = trial((5,) * 10, seed=2)
    pre = frame.groupby("pool_id")["pre"].transform("mean")
    frame = frame.assign(pre=frame["pre"] - pre)  # the first score then varies within pools only
    means = frame.groupby("pool_id")["post"].mean().to_numpy()
    student = stats.ttest_ind(means[:5], means[5:])
    ours = ESTIMATORS["mixed_pools"](frame, CONTRAST)
    assert (ours.statistic, ours.df, ours.p_value) == pytest.approx(
        (student.statistic, 8.0, student.pvalue), rel=1e-6
    )


def test_dyads_less_alike_than_chance_get_a_negative_correlation():
    frame = trial((4,) * 12, seed=3)
    frame["post"] -= 0.9 * frame.groupby("pool_id")["post"].transform("mean")
    estimate = ESTIMATORS["mixed_pools"](frame, CONTRAST)
    assert "equally correlated (-0." in estimate.convention
    assert np.isfinite(estimate.std_error)


def test_superiority_is_the_share_of_pairs_of_dyads():
    frame = trial(SIZES, missing=0.1, effect=0.5)
    change = (frame["post"] - frame["pre"]).round(1)
    frame = frame.assign(pre=0.0, post=change).dropna()
    new, old = (frame.loc[frame["arm"] == arm] for arm in ("new", "old"))
    gaps = new["post"].to_numpy()[:, None] - old["post"].to_numpy()
    ours = ESTIMATORS["superiority"](frame, CONTRAST)
    assert ours.estimate == pytest.approx(((gaps > 0) + 0.5 * (gaps == 0)).mean())
    clusters = Clusters(new["pool_id"], old["pool_id"])
    plain = probability_of_superiority(new["post"], old["post"], clusters=clusters)
    assert numbers(ours) == pytest.approx(numbers(plain))


def test_changes_that_differ_by_rounding_only_are_ties():
    frame = trial((2,) * 8)
    thirds = np.arange(16) % 5 / 3
    jumps = np.tile([0.1, 0.2, 0.1, 0.3], 4)
    frame = frame.assign(pre=thirds, post=thirds + jumps)
    clean = frame.assign(pre=0.0, post=jumps)
    ours, plain = (ESTIMATORS["superiority"](f, CONTRAST) for f in (frame, clean))
    assert ours.estimate == plain.estimate
    assert ours.std_error == pytest.approx(plain.std_error)


def test_an_arm_wholly_above_the_other_has_no_share_with_an_interval():
    frame = trial(SIZES)
    with pytest.raises(EstimateError, match="changed wholly more than the other"):
        ESTIMATORS["superiority"](
            frame.assign(post=frame["post"] + 50 * (frame["arm"] == "new")), CONTRAST
        )


def test_a_batch_of_the_wrong_shape_is_refused():
    with pytest.raises(EstimateError, match="`pre` and `post` must both be"):
        Batch(np.zeros((2, 3)), np.zeros((2, 4)), np.zeros(3), [True])
    with pytest.raises(EstimateError, match="`pool` must be"):
        Batch(np.zeros((2, 3)), np.zeros((2, 3)), np.zeros(4), [True])
    with pytest.raises(EstimateError, match="`block` must be"):
        Batch(np.zeros((2, 3)), np.zeros((2, 3)), np.zeros(3), [True, False], [0])


def test_a_comparison_is_read_once_and_knows_its_units():
    comparison: Comparison = read_comparison(trial(SIZES), CONTRAST)
    assert (comparison.n, comparison.n_pools) == (34, 8)
    assert comparison.treated.sum() == 18
    assert comparison.pool_means(np.ones(34)).tolist() == [1.0] * 8
