"""Mixed models, equal correlation within groups, actor and partner effects, intraclass."""

import numpy as np
import pytest
import statsmodels.api as sm

from revlab.errors import EstimateError, OptionError
from revlab.inference.actor_partner import actor_partner
from revlab.inference.compound_symmetry import fit_compound_symmetry
from revlab.inference.dyads import sides_correlation
from revlab.inference.icc import FORMS, group_icc, icc
from revlab.inference.kenward_roger import kenward_roger
from revlab.inference.mixed import MixedFit, fit_mixed
from revlab.rng import stream

SIZES = (1, 4, 2, 6, 3, 1, 5, 2, 4, 3, 2, 5)
GROUP = np.repeat(np.arange(len(SIZES)), SIZES)


def unbalanced(seed: int, *, between: float = 0.8) -> tuple[np.ndarray, np.ndarray]:
    """Return an outcome and a design with a predictor between and one within groups."""
    rng = stream(seed, "mixed")
    n = len(GROUP)
    x = np.column_stack([np.ones(n), GROUP % 2, rng.normal(size=n)]).astype(float)
    y = x @ [1.0, 0.5, 0.3] + between * rng.normal(size=len(SIZES))[GROUP] + rng.normal(size=n)
    return y, x


def pairs(n: int, r: float, *, seed: int = 1) -> np.ndarray:
    """Return two sides with correlation r, shape (n, 2)."""
    root = np.linalg.cholesky([[1.0, r], [r, 1.0]])
    return stream(seed, "pairs", n).normal(size=(n, 2)) @ root.T


def dense_deviance(
    fit: MixedFit, y: np.ndarray, x: np.ndarray, z: list[np.ndarray], restricted: bool
) -> float:
    """Return minus twice the log likelihood from the whole covariance matrix."""
    psi = fit.fitted.psi
    spread = psi[1:2] if len(z) == 1 else np.array([[psi[1], psi[2]], [psi[2], psi[3]]])
    columns = np.column_stack(z)
    same = GROUP[:, None] == GROUP[None, :]
    v = psi[0] * np.eye(len(y)) + same * (columns @ np.atleast_2d(spread) @ columns.T)
    inside = x.T @ np.linalg.solve(v, x)
    beta = np.linalg.solve(inside, x.T @ np.linalg.solve(v, y))
    assert fit.coefficients == pytest.approx(beta, abs=1e-8)
    assert fit.fitted.covariance == pytest.approx(np.linalg.inv(inside), rel=1e-7, abs=1e-12)
    left = y - x @ beta
    value = np.linalg.slogdet(v)[1] + left @ np.linalg.solve(v, left)
    n, p = x.shape
    if restricted:
        return value + np.linalg.slogdet(inside)[1] + (n - p) * np.log(2 * np.pi)
    return value + n * np.log(2 * np.pi)


@pytest.mark.parametrize("method", ["REML", "ML"])
@pytest.mark.parametrize("slope", [False, True])
def test_likelihood_and_covariance_are_those_of_the_whole_matrix(method: str, slope: bool):
    y, x = unbalanced(4)
    time = stream(9, "time").normal(size=len(y))
    if slope:
        y = y + 1.5 * stream(31, "slopes").normal(size=len(SIZES))[GROUP] * time
    fit = fit_mixed(y, x, group=GROUP, time=time if slope else None, method=method)
    z = [np.ones(len(y)), time] if slope else [np.ones(len(y))]
    deviance = dense_deviance(fit, y, x, z, method == "REML")
    assert -2 * fit.fitted.log_likelihood == pytest.approx(deviance, rel=1e-10)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("method", ["REML", "ML"])
def test_estimates_are_those_of_statsmodels(seed: int, method: str):
    y, x = unbalanced(seed)
    fit = fit_mixed(y, x, group=GROUP, method=method)
    other = sm.MixedLM(y, x, groups=GROUP).fit(reml=method == "REML", method="bfgs", gtol=1e-8)
    assert fit.coefficients == pytest.approx(other.fe_params, abs=1e-5)
    assert fit.variances["within"] == pytest.approx(other.scale, rel=1e-4)
    assert fit.variances["between"] == pytest.approx(float(other.cov_re[0, 0]), rel=1e-3)


def test_rows_and_labels_in_any_order_give_the_same_fit():
    y, x = unbalanced(5)
    order = stream(1, "order").permutation(len(y))
    names = np.array([f"mentor {(7 * k) % 12}" for k in range(12)])
    first = fit_mixed(y, x, group=GROUP)
    second = fit_mixed(y[order], x[order], group=names[GROUP[order]])
    for k in range(3):
        one, two = first.estimate(k), second.estimate(k)
        assert (two.estimate, two.std_error) == pytest.approx((one.estimate, one.std_error))
        assert two.df == pytest.approx(one.df, rel=1e-6)


def test_scale_and_origin_of_the_outcome_carry_over():
    y, x = unbalanced(6)
    one = fit_mixed(y, x, group=GROUP).estimate(1)
    two = fit_mixed(1000 * y - 5, x, group=GROUP).estimate(1)
    assert two.estimate == pytest.approx(1000 * one.estimate)
    assert (two.statistic, two.df, two.p_value) == pytest.approx(
        (one.statistic, one.df, one.p_value), rel=1e-5
    )


@pytest.mark.parametrize("correct", [False, True])
@pytest.mark.parametrize("groups", [4, 7, 12])
def test_a_balanced_layout_has_the_degrees_of_freedom_of_the_group_means(
    groups: int, correct: bool
):
    label = np.repeat(np.arange(groups), 5)
    shared = 2 * stream(2, "balanced", groups).normal(size=groups)[label]
    y = shared + stream(3, "balanced", groups).normal(size=len(label))
    fit = fit_mixed(y, np.ones((len(y), 1)), group=label)
    mean = kenward_roger(fit, 0) if correct else fit.estimate(0)
    assert mean.df == pytest.approx(groups - 1, rel=1e-6)
    means = y.reshape(groups, 5).mean(axis=1)
    assert mean.std_error == pytest.approx(means.std(ddof=1) / np.sqrt(groups), rel=1e-6)
    arm = (np.arange(groups) < groups // 2)[label]
    two = fit_mixed(y, np.column_stack([np.ones(len(y)), arm]).astype(float), group=label)
    gap = kenward_roger(two, 1) if correct else two.estimate(1)
    assert gap.df == pytest.approx(groups - 2, rel=1e-6)


@pytest.mark.parametrize("slope", [False, True])
def test_kenward_and_roger_s_formulas_on_the_whole_matrix(slope: bool):
    y, x = unbalanced(4)
    time = stream(9, "time").normal(size=len(y))
    if slope:
        y = y + 1.5 * stream(31, "slopes").normal(size=len(SIZES))[GROUP] * time
    fit = fit_mixed(y, x, group=GROUP, time=time if slope else None)
    same = (GROUP[:, None] == GROUP[None, :]).astype(float)
    parts = [np.eye(len(y)), same]
    if slope:
        parts += [same * (time[:, None] + time), same * np.outer(time, time)]
    inverse = np.linalg.inv(sum(a * part for a, part in zip(fit.fitted.psi, parts, strict=True)))
    phi = np.linalg.inv(x.T @ inverse @ x)
    k = len(parts)
    p = [-x.T @ inverse @ part @ inverse @ x for part in parts]
    q = [[x.T @ inverse @ a @ inverse @ b @ inverse @ x for b in parts] for a in parts]
    information = np.empty((k, k))
    for i in range(k):
        for j in range(k):
            whole = np.trace(inverse @ parts[i] @ inverse @ parts[j])
            fixed = 2 * np.trace(phi @ q[i][j]) - np.trace(phi @ p[i] @ phi @ p[j])
            information[i, j] = (whole - fixed) / 2
    w = np.linalg.inv(information)
    inside = sum(w[i, j] * (q[i][j] - p[i] @ phi @ p[j]) for i in range(k) for j in range(k))
    wide = phi + 2 * phi @ inside @ phi
    for position in range(3):
        found = kenward_roger(fit, position)
        assert found.std_error == pytest.approx(np.sqrt(wide[position, position]), rel=1e-6)
        slopes = np.array([(phi @ one @ phi)[position, position] for one in p])
        df = 2 * phi[position, position] ** 2 / (slopes @ w @ slopes)
        assert found.df == pytest.approx(df, rel=1e-5)


def test_kenward_and_roger_widen_the_error_of_unbalanced_groups():
    y, x = unbalanced(7)
    fit = fit_mixed(y, x, group=GROUP)
    plain, wide = fit.estimate(1), kenward_roger(fit, 1)
    assert wide.std_error > plain.std_error
    assert wide.estimate == plain.estimate
    assert "Kenward-Roger" in wide.convention
    assert 5 < wide.df < 20


def test_without_variance_between_groups_rows_count_as_independent_and_it_is_said():
    sides = pairs(30, -0.7)
    x = np.column_stack([np.ones(60), np.tile([0.0, 1.0], 30)])
    for method, divisor in (("REML", 58), ("ML", 60)):
        fit = fit_mixed(sides.reshape(-1), x, group=np.repeat(np.arange(30), 2), method=method)
        assert fit.variances["between"] == 0
        assert "independent rows" in fit.note
        assert "n - p" in fit.convention
        plain = sm.OLS(sides.reshape(-1), x).fit()
        assert fit.estimate(1).df == 58
        assert fit.variances["within"] == pytest.approx(plain.ssr / divisor)
        assert fit.coefficients == pytest.approx(plain.params)
        with pytest.raises(EstimateError, match=r"nothing varies between the groups|REML fits"):
            kenward_roger(fit, 1)


@pytest.mark.parametrize("seed", range(8))
def test_a_variance_is_never_negative_where_there_is_none(seed: int):
    y, x = unbalanced(seed, between=0.0)
    fit = fit_mixed(y, x, group=GROUP)
    assert fit.variances["between"] >= 0
    if fit.variances["between"] == 0:
        assert fit.coefficients == pytest.approx(np.linalg.lstsq(x, y, rcond=None)[0])


@pytest.mark.parametrize("r", [-0.8, -0.4, 0.0, 0.4, 0.8])
def test_the_correlation_of_pairs_is_that_of_the_mean_squares(r: float):
    sides = pairs(25, r)
    dyad = np.repeat(np.arange(25), 2)
    fit = fit_compound_symmetry(sides.reshape(-1), np.ones((50, 1)), group=dyad)
    found = group_icc(sides.reshape(-1), dyad)
    assert fit.intraclass_correlation == pytest.approx(found.estimate, rel=1e-6)
    assert np.sign(found.estimate) == np.sign(r) or abs(r) < 0.1


@pytest.mark.parametrize("r", [-0.4, 0.0, 0.6])
def test_tests_of_pairs_are_those_of_mean_and_difference_scores(r: float):
    sides = pairs(20, r)
    arm = (np.arange(20) < 8).astype(float)
    x = np.column_stack([np.ones(40), np.repeat(arm, 2), np.tile([-0.5, 0.5], 20)])
    fit = fit_compound_symmetry(sides.reshape(-1), x, group=np.repeat(np.arange(20), 2))
    means = sm.OLS(sides.mean(axis=1), np.column_stack([np.ones(20), arm])).fit()
    between, within = fit.estimate(1), fit.estimate(2)
    assert (between.estimate, between.std_error) == pytest.approx(
        (means.params[1], means.bse[1]), rel=1e-6
    )
    assert between.df == pytest.approx(18, rel=1e-5)
    gaps = sides[:, 1] - sides[:, 0]
    assert within.std_error == pytest.approx(gaps.std(ddof=1) / np.sqrt(20), rel=1e-6)
    assert within.df == pytest.approx(19, rel=1e-5)


def test_positive_correlation_gives_both_models_the_same_fit():
    y, x = unbalanced(3)
    one, two = fit_mixed(y, x, group=GROUP), fit_compound_symmetry(y, x, group=GROUP)
    assert two.fitted.psi == pytest.approx(one.fitted.psi, rel=1e-6)
    assert two.estimate(1).df == pytest.approx(one.estimate(1).df, rel=1e-5)


def test_missing_waves_are_missing_rows_and_names_of_the_parts_are_told():
    rng = stream(12, "waves")
    person, time = np.repeat(np.arange(30), 4), np.tile(np.arange(4.0), 30)
    start, slope = rng.normal(size=30), 0.5 + 0.4 * rng.normal(size=30)
    y = (start + 3)[person] + slope[person] * time + 0.4 * rng.normal(size=120)
    seen = rng.random(120) < 0.8
    x = np.column_stack([np.ones(120), time])
    fit = fit_mixed(y[seen], x[seen], group=person[seen], time=time[seen])
    assert list(fit.variances.index) == ["within", "intercept", "covariance", "slope"]
    growth = fit.estimate(1)
    assert growth.conf_low < 0.5 < growth.conf_high
    assert growth.n == seen.sum()
    assert growth.n_clusters == 30
    assert 20 < growth.df < 40
    assert "random intercept and slope" in growth.convention
    with pytest.raises(EstimateError, match="correlation that changes with time"):
        _ = fit.intraclass_correlation


def test_a_sum_of_coefficients_has_the_variance_of_the_sum():
    y, x = unbalanced(8)
    fit = fit_mixed(y, x, group=GROUP)
    line = np.array([1.0, 1.0, 0.0])
    both = fit.estimate(line)
    assert both.estimate == pytest.approx(fit.coefficients[:2].sum())
    assert both.std_error == pytest.approx(np.sqrt(line @ fit.fitted.covariance @ line))
    assert fit.estimate(np.int64(1)) == fit.estimate(1)


def test_bad_mixed_models_are_refused_in_one_sentence():
    y, x = unbalanced(1)
    n = len(y)
    cases = [
        ((y[:-1], x, GROUP), {}, r"must be \(n, p\)"),
        ((np.where(np.arange(n) == 3, np.nan, y), x, GROUP), {}, "a missing value is left"),
        ((y, np.column_stack([x, x[:, 1]]), GROUP), {}, "hold only 3 independent ones"),
        ((y, x, np.arange(n)), {}, "cannot tell the groups from the rows"),
        ((y, x, np.zeros(n)), {}, "cannot tell the groups from the rows"),
        ((y, x, np.where(GROUP == 2, np.nan, GROUP)), {}, "`group` has a missing label"),
        ((x @ [1.0, 2, 3], x, GROUP), {}, "do not vary beyond the predictors"),
        ((y, x, GROUP), {"time": np.arange(3)}, "`time` needs a finite number"),
        ((y, x, GROUP), {"time": np.ones(n)}, "not always the same"),
        ((y, x, GROUP), {"time": x[:, 2]}, "the slopes do not vary"),
    ]
    for (outcome, design, group), more, words in cases:
        with pytest.raises(EstimateError, match=words):
            fit_mixed(outcome, design, group=group, **more)
    with pytest.raises(OptionError, match="`method` must be one of"):
        fit_mixed(y, x, group=GROUP, method="reml")
    fit = fit_mixed(y, x, group=GROUP)
    with pytest.raises(EstimateError, match="there is no 3"):
        fit.estimate(3)
    with pytest.raises(EstimateError, match="for each of 3 coefficients"):
        fit.estimate([1.0, 0.0])
    with pytest.raises(EstimateError, match="`conf_level` must be between 0 and 1"):
        fit.estimate(0, conf_level=95)
    with pytest.raises(EstimateError, match="for REML fits"):
        kenward_roger(fit_mixed(y, x, group=GROUP, method="ML"), 1)
    mirrored = np.column_stack([y[:10], -y[:10]]).reshape(-1)
    with pytest.raises(EstimateError, match="no maximum on these data"):
        fit_compound_symmetry(mirrored, np.ones((20, 1)), group=np.repeat(np.arange(10), 2))


def influenced(n: int, r: float) -> tuple[np.ndarray, np.ndarray]:
    """Return outcomes and predictors with known actor and partner effects."""
    x = pairs(n, 0.3, seed=5)
    noise = pairs(n, r, seed=6) * [1.0, 0.5]
    y = np.column_stack([2 + 0.8 * x[:, 0] - 0.4 * x[:, 1], 3 + 0.1 * x[:, 1] + 0.6 * x[:, 0]])
    return y + noise, x


@pytest.mark.parametrize("r", [-0.5, 0.0, 0.5])
def test_actor_and_partner_effects_are_found_for_each_role(r: float):
    fit = actor_partner(*influenced(400, r))
    truth = {"actor effect (mentor)": 0.8, "actor effect (mentee)": 0.1}
    truth |= {"partner effect (mentor)": -0.4, "partner effect (mentee)": 0.6}
    for effect in fit.estimates[2:]:
        assert abs(effect.estimate - truth[effect.estimand]) < 4 * effect.std_error < 0.3
    assert fit.correlation == pytest.approx(r, abs=0.12)
    assert fit.fit.variances["mentor"] > 2 * fit.fit.variances["mentee"]


def test_swapping_the_roles_swaps_the_effects():
    y, x = influenced(40, -0.3)
    one, two = actor_partner(y, x), actor_partner(y[:, ::-1], x[:, ::-1])
    for k, other in enumerate((1, 0, 3, 2, 5, 4)):
        assert two.estimates[k].estimate == pytest.approx(one.estimates[other].estimate)
        assert two.estimates[k].df == pytest.approx(one.estimates[other].df, rel=1e-5)
    assert two.correlation == pytest.approx(one.correlation)
    alike = [
        actor_partner(a, b, roles="indistinguishable")
        for a, b in ((y, x), (y[:, ::-1], x[:, ::-1]))
    ]
    assert alike[0].estimates[1].estimate == pytest.approx(alike[1].estimates[1].estimate)


def test_equal_rows_of_a_role_are_two_regressions():
    # Each role's model has the same predictors, so generalised and plain least squares agree.
    y, x = influenced(30, 0.4)
    fit = actor_partner(y, x)
    rows = np.column_stack([np.ones(30), x - x.mean()])
    mentor = sm.OLS(y[:, 0], rows).fit()
    assert [fit.estimates[k].estimate for k in (0, 2, 4)] == pytest.approx(list(mentor.params))
    assert [fit.estimates[k].std_error for k in (0, 2, 4)] == pytest.approx(
        list(mentor.bse), rel=1e-6
    )
    assert fit.estimates[2].df == pytest.approx(27, rel=1e-5)


def test_dyads_with_a_missing_value_are_left_out_and_counted():
    y, x = influenced(30, 0.2)
    y[3, 1], x[7, 0] = np.nan, np.nan
    fit = actor_partner(y, x)
    kept = np.delete(np.arange(30), [3, 7])
    again = actor_partner(y[kept], x[kept])
    assert fit.n_missing == 2
    assert fit.to_frame()["estimate"].tolist() == pytest.approx(
        again.to_frame()["estimate"].tolist()
    )
    assert (fit.estimates[0].n, fit.estimates[0].n_missing) == (28, 2)
    assert repr(fit).startswith("Actor-partner model of 28 dyads, residual correlation 0.")


def test_bad_dyads_are_refused():
    y, x = influenced(10, 0.2)
    with pytest.raises(EstimateError, match="one row per dyad and the columns mentor and mentee"):
        actor_partner(y[:, 0], x)
    with pytest.raises(EstimateError, match="at least 6 complete dyads; there are 5"):
        actor_partner(y[:5], x[:5])
    with pytest.raises(EstimateError, match="at least 6 complete dyads; there are 0"):
        actor_partner(y * np.nan, x)
    with pytest.raises(EstimateError, match="outcome of one side does not vary"):
        actor_partner(np.ones_like(y), x)
    with pytest.raises(EstimateError, match="hold only 4 independent ones"):
        actor_partner(y, x[:, [0, 0]])
    with pytest.raises(OptionError, match="`roles` must be one of"):
        actor_partner(y, x, roles="same")


def mean_squares(table: np.ndarray) -> tuple[float, float, float, float]:
    """Return mean squares of targets, raters, within targets and the rest, cell by cell."""
    n, k = table.shape
    grand = table.mean()
    rows = sum(k * (row.mean() - grand) ** 2 for row in table) / (n - 1)
    columns = sum(n * (column.mean() - grand) ** 2 for column in table.T) / (k - 1)
    within = sum((x - row.mean()) ** 2 for row in table for x in row) / (n * (k - 1))
    rest = sum(
        (table[i, j] - table[i].mean() - table[:, j].mean() + grand) ** 2
        for i in range(n)
        for j in range(k)
    ) / ((n - 1) * (k - 1))
    return rows, columns, within, rest


@pytest.mark.parametrize("seed", range(4))
def test_intraclass_correlations_are_their_textbook_formulas(seed: int):
    table = stream(seed, "ratings").normal(size=(7, 3)) + seed * np.arange(7)[:, None] / 4
    b, r, w, e = mean_squares(table)
    n, k = table.shape
    expected = {
        "ICC(1,1)": (b - w) / (b + (k - 1) * w),
        "ICC(A,1)": (b - e) / (b + (k - 1) * e + k * (r - e) / n),
        "ICC(C,1)": (b - e) / (b + (k - 1) * e),
        "ICC(1,k)": (b - w) / b,
        "ICC(A,k)": (b - e) / (b + (r - e) / n),
        "ICC(C,k)": (b - e) / b,
    }
    for form in FORMS:
        found = icc(table, form=form)
        assert found.estimate == pytest.approx(expected[form])
        assert found.conf_low < found.estimate < found.conf_high


def test_a_rater_who_is_a_point_higher_disagrees_but_is_consistent():
    table = stream(3, "shift").normal(size=(20, 2)) * 0.2 + np.arange(20)[:, None] / 5
    shifted = table + np.array([0.0, 2.0])
    for form in ("ICC(C,1)", "ICC(C,k)"):
        assert icc(shifted, form=form).estimate == pytest.approx(icc(table, form=form).estimate)
    assert icc(shifted, form="ICC(A,1)").estimate < icc(table, form="ICC(A,1)").estimate - 0.3


def test_dyads_less_alike_than_strangers_have_a_negative_correlation():
    sides = pairs(40, -0.6)
    assert icc(sides, form="ICC(1,1)").estimate < -0.3
    assert icc(sides, form="ICC(C,1)").estimate == pytest.approx(
        sides_correlation(*sides.T).estimate, abs=0.05
    )
    assert group_icc(sides.reshape(-1), np.repeat(np.arange(40), 2)).conf_high < 0


def test_unequal_groups_and_missing_rows_are_counted():
    y, _ = unbalanced(2)
    y[4] = np.nan
    one = group_icc(y, GROUP)
    assert (one.n, one.n_missing, one.n_clusters) == (37, 1, 12)
    mean = group_icc(y, GROUP, of="mean")
    k = 37 / 12
    assert mean.estimate == pytest.approx(k * one.estimate / (1 + (k - 1) * one.estimate))
    order = stream(8, "order").permutation(len(y))
    assert group_icc(y[order], GROUP[order]).estimate == pytest.approx(one.estimate)


def test_tables_without_an_intraclass_correlation_are_refused():
    with pytest.raises(EstimateError, match="one row per target and a column per rater"):
        icc([[1.0], [2.0]])
    with pytest.raises(EstimateError, match="two complete rows; there are 1"):
        icc([[1.0, 2], [np.nan, 2]])
    with pytest.raises(EstimateError, match="differ by the same amount on everything"):
        icc([[1, 2], [2, 3], [4, 5]])
    with pytest.raises(OptionError, match="`form` must be one of"):
        icc([[1, 2], [2, 2]], form="ICC3")
    with pytest.raises(EstimateError, match="3 rows in 3 groups have no intraclass"):
        group_icc([1, 2, 3], [1, 2, 3])
    with pytest.raises(EstimateError, match="rows of every group are the same"):
        group_icc([1, 1, 2, 2], [1, 1, 2, 2])
    with pytest.raises(EstimateError, match="needs one label for each of 2 rows"):
        group_icc([1.0, 2.0], [1])
    with pytest.raises(OptionError, match="`of` must be one of"):
        group_icc([1, 2, 3], [1, 1, 2], of="all")
