"""How long pairs last: restricted means, reasons, hazards, by period and in Cox's model."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.duration.hazard_regression import PHReg

from revlab.errors import EstimateError, OptionError
from revlab.inference.competing import cumulative_incidence, periods
from revlab.inference.discrete_hazard import fit_discrete_hazard
from revlab.inference.duration import kaplan_meier
from revlab.inference.hazard_ratio import fit_cox
from revlab.inference.log_rank import log_rank
from revlab.inference.restricted_mean import restricted_mean, restricted_mean_difference
from revlab.rng import stream


def durations(n: int, *, seed: int = 1, whole: bool = True) -> tuple[np.ndarray, ...]:
    """Return times, ends, an arm that halves the hazard, and a second predictor."""
    rng = stream(seed, "durations", n)
    arm = np.arange(n) % 2 == 0
    trait = rng.normal(size=n)
    time = rng.exponential(5 * np.exp(np.log(2) * arm - 0.4 * trait))
    stop = rng.uniform(3, 12, size=n)
    ended = time <= stop
    time = np.minimum(time, stop)
    return (np.ceil(time) if whole else time), ended, arm, trait


@pytest.mark.parametrize("horizon", [2.5, 4.0, 6.0])
def test_the_restricted_mean_is_the_area_under_the_curve(horizon: float):
    time, ended, _, _ = durations(60)
    curve = kaplan_meier(time, ended)
    grid = (np.arange(200_000) + 0.5) / 200_000 * horizon
    height = curve["survival"].to_numpy()[np.searchsorted(curve["time"], grid, side="right") - 1]
    found = restricted_mean(time, ended, horizon=horizon)
    assert found.estimate == pytest.approx(height.mean() * horizon, rel=1e-4)


def test_without_censoring_it_is_the_mean_of_the_cut_times():
    time = np.ceil(stream(2, "times").exponential(4, size=40))
    cut = np.minimum(time, 6)
    found = restricted_mean(time, np.ones(40), horizon=6)
    assert found.estimate == pytest.approx(cut.mean())
    assert found.std_error == pytest.approx(cut.std() / np.sqrt(40))
    assert np.isnan(found.p_value)
    arm = np.arange(40) < 15
    gap = restricted_mean_difference(time, np.ones(40), treated=arm, horizon=6)
    assert gap.estimate == pytest.approx(cut[arm].mean() - cut[~arm].mean())
    assert gap.std_error == pytest.approx(np.hypot(cut[arm].std() / 15**0.5, cut[~arm].std() / 5))


def test_swapping_the_arms_turns_the_sign_and_order_plays_no_part():
    time, ended, arm, _ = durations(60)
    one = restricted_mean_difference(time, ended, treated=arm, horizon=5)
    two = restricted_mean_difference(time, ended, treated=~arm, horizon=5)
    assert two.estimate == pytest.approx(-one.estimate)
    assert (two.conf_low, two.conf_high) == pytest.approx((-one.conf_high, -one.conf_low))
    order = stream(3, "order").permutation(60)
    again = restricted_mean_difference(
        time[order], ended[order], treated=arm[order].astype(int), horizon=5
    )
    assert again.estimate == pytest.approx(one.estimate)
    assert one.estimate > 0


def test_reasons_and_those_still_running_add_up_to_one():
    time, ended, _, _ = durations(80)
    why = np.where(ended, stream(4, "why").choice(["left", "no time", "done"], size=80), "")
    curve = cumulative_incidence(time, why)
    shares = curve.pivot(index="time", columns="reason", values="share")
    running = kaplan_meier(time, ended)
    running = running[running["time"].isin(shares.index)].set_index("time")["survival"]
    assert (shares.sum(axis=1) + running).to_numpy() == pytest.approx(1.0)
    inside = curve.dropna()
    assert (inside["conf_low"] < inside["share"]).all()
    assert (inside["share"] < inside["conf_high"]).all()
    naive = 1 - kaplan_meier(time, why == "left")["survival"].iloc[-1]
    assert naive > shares["left"].iloc[-1] + 0.02


def test_one_reason_is_one_minus_kaplan_meier_with_greenwood_s_error():
    time, ended, _, _ = durations(50)
    curve = cumulative_incidence(time, np.where(ended, "ended", ""))
    plain = kaplan_meier(time, ended).set_index("time").loc[curve["time"]]
    assert curve["share"].to_numpy() == pytest.approx(1 - plain["survival"].to_numpy())
    kept = plain["survival"].to_numpy() > 0
    assert curve["std_error"].to_numpy()[kept] == pytest.approx(plain["std_error"].to_numpy()[kept])


def test_without_censoring_shares_and_errors_are_those_of_counts():
    rng = stream(5, "counts")
    time, why = rng.integers(1, 6, size=60), rng.choice(["a", "b"], size=60)
    curve = cumulative_incidence(time, why)
    for row in curve[curve["time"] < 5].itertuples():
        share = ((time <= row.time) & (why == row.reason)).mean()
        assert row.share == pytest.approx(share)
        assert row.std_error == pytest.approx(np.sqrt(share * (1 - share) / 60))


def test_periods_hold_each_pair_until_its_end():
    time, ended, arm, _ = durations(30)
    rows = periods(time, ended, traits=pd.DataFrame({"arm": arm}, index=range(100, 130)))
    assert len(rows) == time.sum()
    assert rows.groupby("pair")["ended"].sum().tolist() == ended.astype(int).tolist()
    assert rows.groupby("pair")["arm"].first().tolist() == arm.tolist()
    assert rows["period"].max() == time.max()


@pytest.mark.parametrize("link", ["cloglog", "logit"])
def test_a_discrete_hazard_is_the_regression_of_its_periods(link: str):
    time, ended, arm, trait = durations(150, seed=3)
    x = np.column_stack([arm, trait])
    fit = fit_discrete_hazard(time, ended, design_matrix=x, last_period=6, link=link)
    rows = periods(time, ended)
    period = np.minimum(rows["period"], 6).to_numpy()
    design = np.column_stack([period[:, None] == np.arange(1, 7), x[rows["pair"]]]).astype(float)
    family = sm.families.Binomial(
        sm.families.links.CLogLog() if link == "cloglog" else sm.families.links.Logit()
    )
    other = sm.GLM(rows["ended"], design, family=family).fit(tol=1e-12)
    assert fit.coefficients == pytest.approx(other.params.to_numpy()[6:], abs=1e-8)
    assert fit.std_errors == pytest.approx(other.bse.to_numpy()[6:], rel=1e-6)
    assert fit.baseline["at_risk"].sum() == len(rows)
    assert fit.baseline["events"].sum() == ended.sum()
    arm_effect = fit.estimate(0)
    assert arm_effect.conf_low < -np.log(2) < arm_effect.conf_high
    assert repr(fit).startswith(f"Discrete-time hazard model ({link}) of 150 pairs")


def test_a_hazard_without_predictors_that_matter_is_the_share_that_ends():
    fit = fit_discrete_hazard(
        [1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3],
        [1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0],
        design_matrix=np.repeat([-1.0, 1.0], 6)[:, None],
    )
    assert fit.coefficients == pytest.approx([0.0], abs=1e-9)
    assert fit.baseline["hazard"].tolist() == pytest.approx([2 / 12, 2 / 8, 2 / 4])


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_cox_is_that_of_statsmodels_and_ties_differ(ties: str):
    time, ended, arm, trait = durations(120, seed=3)
    x = np.column_stack([arm, trait])
    fit = fit_cox(time, ended, design_matrix=x, ties=ties)
    other = PHReg(time, x, status=ended.astype(int), ties=ties).fit(disp=0)
    assert fit.coefficients == pytest.approx(other.params)
    assert fit.std_errors == pytest.approx(other.bse)
    e = fit.estimate(0)
    assert e.conf_low < -np.log(2) < e.conf_high
    assert ties.title() in e.convention
    others = fit_cox(time, ended, design_matrix=x, ties="efron" if ties == "breslow" else "breslow")
    assert others.coefficients != pytest.approx(fit.coefficients, rel=1e-3)


def test_concordance_is_the_share_of_pairs_in_the_right_order():
    time, ended, arm, trait = durations(40)
    x = np.column_stack([arm, trait])
    fit = fit_cox(time, ended, design_matrix=x)
    risk = x @ fit.coefficients
    right = total = 0.0
    for i in np.flatnonzero(ended):
        for j in range(40):
            if time[j] > time[i] or (time[j] == time[i] and not ended[j]):
                total += 1
                right += float(risk[i] > risk[j]) + 0.5 * float(risk[i] == risk[j])
    assert fit.concordance == pytest.approx(right / total)
    turned = fit_cox(time, ended, design_matrix=-x)
    assert turned.concordance == pytest.approx(fit.concordance)


def test_a_hazard_ratio_that_changes_with_time_is_seen():
    rng = stream(6, "crossing")
    arm = np.arange(200) % 2
    late = 2 + rng.exponential(np.where(arm == 1, 1.0, 4.0))
    time = np.where(rng.random(200) < np.where(arm == 1, 0.1, 0.5), rng.uniform(0, 2, 200), late)
    check = fit_cox(time, np.ones(200), design_matrix=arm[:, None], names=["arm"]).check
    assert check["p_value"].iloc[0] < 1e-4
    assert check["predictor"].tolist() == ["arm", "all together"]
    assert check["statistic"].iloc[0] == pytest.approx(check["statistic"].iloc[1])
    time, ended, arm, trait = durations(200, whole=False)
    fit = fit_cox(time, ended, design_matrix=np.column_stack([arm, trait]))
    assert (fit.check["p_value"] > 0.01).all()


def test_bad_durations_are_refused_in_one_sentence():
    time, ended, arm, trait = durations(20)
    x = trait[:, None]
    unknown = np.where(np.arange(20) == 3, np.nan, ended)
    cases = [
        (lambda: restricted_mean(time, ended, horizon=0), "`horizon` must be above zero"),
        (lambda: restricted_mean([1, 2], [1, 0], horizon=5), "nobody was watched up to 5"),
        (lambda: restricted_mean([3, 4], [1, 1], horizon=2), "no pair ended before the horizon"),
        (
            lambda: restricted_mean_difference(time, ended, treated=np.ones(20), horizon=2),
            "one of the two arms is empty",
        ),
        (
            lambda: restricted_mean_difference(time, ended, treated=arm[:3], horizon=2),
            "one value per pair",
        ),
        (
            lambda: restricted_mean_difference(time, ended, treated=unknown, horizon=2),
            "`treated` must be true or false for everybody",
        ),
        (lambda: log_rank(time, ended, treated=unknown), "`treated` must be true or false"),
        (lambda: cumulative_incidence([1, -1], ["a", ""]), "a time is missing or negative"),
        (lambda: cumulative_incidence([1, 2], ["a"]), "one value per pair"),
        (lambda: cumulative_incidence([1, 2], ["", None]), "no pair has ended"),
        (lambda: periods([1.5], [True]), "a whole number of one or more"),
        (lambda: periods([1, 2], [True]), "one value per pair"),
        (lambda: periods([1], [np.nan]), "`event` must be true or false"),
        (lambda: periods([1], [True], traits=pd.DataFrame({"a": [1, 2]})), "one row per pair"),
        (lambda: fit_cox(time, ended, design_matrix=trait), "finite numbers for each of 20 pairs"),
        (lambda: fit_cox(-time, ended, design_matrix=x), "a time is missing or negative"),
        (lambda: fit_cox(time, unknown, design_matrix=x), "`event` must be true or false"),
        (lambda: fit_cox(time, np.zeros(20), design_matrix=x), "0 ends cannot carry 1 pred"),
        (lambda: fit_cox(time, ended, design_matrix=np.ones((20, 1))), "beside the intercept"),
        (lambda: fit_cox(time, ended, design_matrix=x, names=["a", "b"]), "the 1 predictors"),
        (
            lambda: fit_cox(time, np.ones(20), design_matrix=(time <= 3)[:, None]),
            "tells exactly who ends first",
        ),
        (
            lambda: fit_discrete_hazard(time, ended, design_matrix=x[:3]),
            "finite numbers for each of 20 pairs",
        ),
        (
            lambda: fit_discrete_hazard(time, np.zeros(20), design_matrix=x),
            "no pair has ended, so there is no hazard",
        ),
        (
            lambda: fit_discrete_hazard(time, ended, design_matrix=x, last_period=0),
            "`last_period` must be 1 or more",
        ),
        (
            lambda: fit_discrete_hazard([1, 3, 3], [1, 1, 0], design_matrix=[[0], [1], [2]]),
            r"in the periods \[2\] nobody or everybody ended",
        ),
        (
            lambda: fit_discrete_hazard(
                [1, 1, 1, 1], [1, 1, 0, 0], design_matrix=[[1], [1], [0], [0]]
            ),
            "tells exactly who ends when",
        ),
    ]
    for call, words in cases:
        with pytest.raises(EstimateError, match=words):
            call()
    with pytest.raises(OptionError, match="`ties` must be one of"):
        fit_cox(time, ended, design_matrix=x, ties="exact")
    with pytest.raises(OptionError, match="`link` must be one of"):
        fit_discrete_hazard(time, ended, design_matrix=x, link="probit")
