"""Cumulative models, with and without a random intercept, and the check of their assumption."""

import numpy as np
import pandas as pd
import pytest
from inference_r_entries import read
from scipy.integrate import quad
from scipy.special import expit, ndtr
from scipy.stats import norm
from statsmodels.miscmodels.ordinal_model import OrderedModel

from revlab.errors import EstimateError, OptionError
from revlab.inference.ordinal import fit_ordinal
from revlab.inference.ordinal_likelihood import category_probabilities, log_terms
from revlab.inference.ordinal_mixed import fit_ordinal_mixed
from revlab.inference.proportional_odds import proportional_odds_test
from revlab.rng import stream

CUTS = np.array([-1.0, 0.2, 1.5])


def answers(n: int, *, seed: int = 1, link: str = "logit") -> tuple[np.ndarray, np.ndarray]:
    """Return answers from 1 to 4 and two predictors, the effects 0.9 and -0.5."""
    rng = stream(seed, "answers", n)
    x = np.column_stack([np.arange(n) % 2, rng.normal(size=n)])
    noise = rng.logistic(size=n) if link == "logit" else rng.normal(size=n)
    return 1 + np.searchsorted(CUTS, x @ [0.9, -0.5] + noise), x


WINE = read("wine")
WINE_X = np.column_stack([WINE["temp"] == "warm", WINE["contact"] == "yes"]).astype(float)


@pytest.mark.parametrize("link", ["logit", "probit"])
@pytest.mark.parametrize("seed", [1, 2])
def test_estimates_are_those_of_statsmodels(link: str, seed: int):
    y, x = answers(150, seed=seed, link=link)
    fit = fit_ordinal(y, x, link=link)
    model = OrderedModel(y, x, distr=link)
    other = model.fit(method="newton", maxiter=100, disp=0)
    assert fit.coefficients == pytest.approx(other.params[:2], abs=1e-6)
    assert fit.thresholds == pytest.approx(model.transform_threshold_params(other.params)[1:-1])
    assert fit.log_likelihood == pytest.approx(other.llf, rel=1e-10)
    assert fit.std_errors[3:] == pytest.approx(other.bse[:2], rel=1e-4)
    # The slopes do not change by the way thresholds are written, nor does the first threshold.
    assert fit.std_errors[0] == pytest.approx(other.bse[2], rel=1e-4)


@pytest.mark.parametrize("link", ["logit", "probit"])
def test_turning_the_scale_turns_the_signs(link: str):
    y, x = answers(80, link=link)
    one, two = fit_ordinal(y, x, link=link), fit_ordinal(5 - y, x, link=link)
    assert two.coefficients == pytest.approx(-one.coefficients, abs=1e-7)
    assert two.thresholds == pytest.approx(-one.thresholds[::-1], abs=1e-7)
    assert two.log_likelihood == pytest.approx(one.log_likelihood)
    assert two.estimate(0).p_value == pytest.approx(one.estimate(0).p_value, rel=1e-5)


def test_weights_are_repetitions_and_zero_is_absence():
    y, x = answers(40)
    weights = stream(3, "weights").integers(0, 4, size=40)
    weights[:4] = 2
    rows = np.repeat(np.arange(40), weights)
    one, two = fit_ordinal(y, x, weights=weights), fit_ordinal(y[rows], x[rows])
    assert one.coefficients == pytest.approx(two.coefficients, abs=1e-7)
    assert one.std_errors == pytest.approx(two.std_errors, rel=1e-5)
    assert one.n == two.n == weights.sum()


def test_rows_in_any_order_and_other_labels_give_the_same_fit():
    y, x = answers(60)
    order = stream(4, "order").permutation(60)
    words = pd.Categorical.from_codes(y - 1, ["never", "rarely", "often", "always"], ordered=True)
    fit = fit_ordinal(y, x)
    for other in (
        fit_ordinal(y[order], x[order]),
        fit_ordinal(10 * y + 3, x),
        fit_ordinal(pd.Series(words), x),
    ):
        assert other.coefficients == pytest.approx(fit.coefficients, abs=1e-7)
        assert other.covariance == pytest.approx(fit.covariance, rel=1e-5)
    assert fit_ordinal(pd.Series(words), x).categories[0] == "never"


def test_two_answers_are_a_logistic_regression_and_probabilities_add_to_one():
    y, x = answers(60)
    fit = fit_ordinal((y > 2).astype(int), x)
    shares = fit.probabilities([[0.0, 0.0], [1.0, 2.0]])
    assert shares[1].tolist() == pytest.approx(
        list(expit(np.array([[0, 0], [1, 2]]) @ fit.coefficients - fit.thresholds[0]))
    )
    assert fit_ordinal(y, x).probabilities(x).sum(axis=1).to_numpy() == pytest.approx(1.0)
    assert list(fit_ordinal(y, x).probabilities(x).columns) == [1, 2, 3, 4]


def test_the_interval_is_that_of_wald():
    fit = fit_ordinal(*answers(60))
    e = fit.estimate(0, conf_level=0.9)
    error = fit.std_errors[3]
    assert (e.conf_low, e.conf_high) == pytest.approx(
        tuple(fit.coefficients[0] + norm.ppf([0.05, 0.95]) * error)
    )
    assert e.p_value == pytest.approx(2 * norm.sf(abs(fit.coefficients[0] / error)))
    assert (e.unit, e.n) == ("log odds ratio", 60)
    assert "Wald" in e.convention


@pytest.mark.parametrize("link", ["logit", "probit"])
def test_derivatives_are_differences_and_tails_keep_their_digits(link: str):
    cuts, at = np.array([-1.0, 0.5, 2.0]), np.array([0.3, -2.0, 4.0, 1.0])
    place = np.array([0, 1, 2, 3])
    terms = log_terms(cuts, at, place, link=link)
    assert np.exp(terms.log_p) == pytest.approx(
        category_probabilities(cuts, at, link)[np.arange(4), place]
    )
    h = 1e-5
    up, down = (log_terms(cuts, at + s * h, place, link=link) for s in (1, -1))
    slope = -(terms.upper + terms.lower)
    assert slope == pytest.approx((up.log_p - down.log_p) / (2 * h), rel=1e-6)
    second = (up.log_p - 2 * terms.log_p + down.log_p) / h**2
    assert terms.second == pytest.approx(second, abs=1e-4)
    far = log_terms(np.array([30.0, 31.0]), np.array([0.0]), np.array([1]), link=link).log_p[0]
    below = {"logit": np.log(np.exp(-30) - np.exp(-31)), "probit": norm.logsf(30)}[link]
    assert far == pytest.approx(below, rel=1e-6)


def log_likelihood_by_integration(
    y: np.ndarray, line: np.ndarray, group: np.ndarray, cuts: np.ndarray, spread: float, link: str
) -> float:
    """Return the marginal log likelihood with scipy's adaptive quadrature."""
    below = expit if link == "logit" else ndtr
    limits = np.concatenate([[-np.inf], cuts, [np.inf]])
    total = 0.0
    for label in np.unique(group):
        rows = group == label

        def chance(u: float, rows: np.ndarray = rows) -> float:
            at = line[rows] + spread * u
            return float(np.prod(below(limits[y[rows]] - at) - below(limits[y[rows] - 1] - at)))

        value = quad(lambda u: chance(u) * norm.pdf(u), -8, 8, epsabs=1e-13, epsrel=1e-10)[0]
        total += np.log(value)
    return total


@pytest.mark.parametrize("link", ["logit", "probit"])
def test_the_likelihood_with_groups_is_the_integral_over_them(link: str):
    y, x = answers(24, link=link, seed=2)
    group = np.repeat(np.arange(4), 6)
    y = np.clip(y + np.repeat([-1, 1, 0, 1], 6), 1, 4)
    fit = fit_ordinal_mixed(y, x, group=group, points=25, link=link)
    line = x @ fit.coefficients
    exact = log_likelihood_by_integration(y, line, group, fit.thresholds, fit.spread, link)
    assert fit.log_likelihood == pytest.approx(exact, rel=1e-8)
    for factor in (0.9, 1.1):
        worse = log_likelihood_by_integration(
            y, line, group, fit.thresholds, factor * fit.spread, link
        )
        assert worse < exact


def test_more_points_change_little_and_one_is_laplace():
    few, many = (
        fit_ordinal_mixed(WINE["rating"], WINE_X, group=WINE["judge"], points=points)
        for points in (1, 25)
    )
    assert few.coefficients == pytest.approx(many.coefficients, rel=2e-3)
    assert few.log_likelihood != pytest.approx(many.log_likelihood, abs=1e-3)
    assert (many.n, many.n_groups, many.points) == (72, 9, 25)
    plain = fit_ordinal(WINE["rating"], WINE_X)
    # Within a group effects are larger than over groups, and the likelihood is higher.
    assert (np.abs(many.coefficients) > np.abs(plain.coefficients)).all()
    assert many.log_likelihood > plain.log_likelihood
    e = many.estimate(0)
    assert e.conf_low == pytest.approx(e.estimate - norm.ppf(0.975) * many.std_errors[4])
    assert "25 points" in e.convention


def test_the_check_of_proportional_odds_is_that_of_the_wine_data():
    check = proportional_odds_test(WINE["rating"], WINE_X, names=["temp", "contact"])
    assert check["statistic"].round(3).tolist() == [3.175, 0.567]
    assert check["df"].tolist() == [3, 3]
    assert check["p_value"].round(4).tolist() == [0.3654, 0.904]


def test_the_check_sees_a_predictor_that_moves_thresholds_apart():
    rng = stream(7, "spread")
    wide = np.arange(400) % 2
    y = 1 + np.searchsorted(CUTS, (1 + 2 * wide) * rng.logistic(size=400))
    check = proportional_odds_test(y, np.column_stack([wide, rng.normal(size=400)]))
    assert check["p_value"].iloc[0] < 1e-6
    assert check["p_value"].iloc[1] > 0.01


def test_the_check_with_weights_is_that_of_repeated_rows_and_two_answers_have_none():
    y, x = answers(60)
    weights = np.repeat([1, 2, 3], 20)
    rows = np.repeat(np.arange(60), weights)
    one = proportional_odds_test(y, x, weights=weights)
    two = proportional_odds_test(y[rows], x[rows])
    assert one["statistic"].tolist() == pytest.approx(two["statistic"].tolist(), abs=1e-5)
    none = proportional_odds_test(y > 2, x)
    assert none["df"].tolist() == [0, 0]
    assert none["p_value"].isna().all()


def test_bad_answers_are_refused_in_one_sentence():
    y, x = answers(20)
    cases = [
        (lambda: fit_ordinal([1, np.nan, 2], np.ones((3, 1))), "an answer is missing"),
        (lambda: fit_ordinal(pd.Series(["a", None], dtype="category"), [[0], [1]]), "is missing"),
        (lambda: fit_ordinal([2, 2, 2], np.arange(3)[:, None]), "all answers are the same"),
        (lambda: fit_ordinal(["low", "high", "mid"], np.ones((3, 1))), "answers in words have no"),
        (lambda: fit_ordinal(y, x[:5]), "finite numbers for each of 20 answers"),
        (lambda: fit_ordinal(y, x * np.nan), "finite numbers for each of 20 answers"),
        (lambda: fit_ordinal(y, np.column_stack([x, np.ones(20)])), "beside the intercept"),
        (lambda: fit_ordinal(y, x, weights=-np.ones(20)), "`weights` needs a number of zero or"),
        (lambda: fit_ordinal(y, x, weights=(y > 1) * 1), "no answer of weight above zero"),
        (lambda: fit_ordinal([1, 1, 2, 2], [[0], [0], [1], [1]]), "tells the answers apart"),
        (lambda: fit_ordinal_mixed(y, x, group=np.zeros(20)), "20 answers in 1 groups"),
        (lambda: fit_ordinal_mixed(y, x, group=[1, 2]), "one label for each of 20 rows"),
        (lambda: fit_ordinal_mixed(y, x, group=y, points=0), "`points` must be from 1 to 50"),
        (
            lambda: fit_ordinal_mixed([1, 2, 3] * 6, x[:18], group=np.repeat(range(6), 3)),
            "the groups do not differ beyond chance",
        ),
        (lambda: proportional_odds_test(y, x, names=["one"]), "must name the 2 predictors"),
        (lambda: fit_ordinal(y, x).estimate(0, conf_level=2), "`conf_level` must be between"),
    ]
    for call, words in cases:
        with pytest.raises(EstimateError, match=words):
            call()
    with pytest.raises(OptionError, match="`link` must be one of"):
        fit_ordinal(y, x, link="cauchit")
    with pytest.raises(OptionError, match="`link` must be one of"):
        fit_ordinal_mixed(y, x, group=y, link="cauchit")
