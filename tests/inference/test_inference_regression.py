"""CR2 and Satterthwaite against the textbook matrices, and what the fit refuses."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revlab.errors import EstimateError, OptionError
from revlab.inference.regression import cluster_robust, hc2
from revlab.inference.sandwich import KINDS
from revlab.rng import stream

POWER = {"CR0": 0.0, "CR2": -0.5, "CR3": -1.0}


def textbook(x: np.ndarray, y: np.ndarray, g: np.ndarray, kind: str):
    """Return CR covariance and Satterthwaite df by n x n matrices, as the papers write them."""
    n = len(y)
    bread = np.linalg.inv(x.T @ x)
    residual_maker = np.eye(n) - x @ bread @ x.T
    error = residual_maker @ y
    covariance = np.zeros_like(bread)
    rows = []
    for label in np.unique(g):
        i = np.flatnonzero(g == label)
        values, vectors = np.linalg.eigh(residual_maker[np.ix_(i, i)])
        root = [v ** POWER[kind] if v > 1e-9 else 0.0 for v in values]
        adjusted = (vectors * root) @ vectors.T
        score = bread @ x[i].T @ adjusted
        covariance += np.outer(score @ error[i], score @ error[i])
        rows.append(score @ residual_maker[i])
    p = np.stack(rows)  # clusters, coefficients, rows
    df = []
    for k in range(x.shape[1]):
        products = p[:, k] @ p[:, k].T
        df.append(np.trace(products) ** 2 / (products**2).sum())
    return covariance, np.array(df), p


def made_up(seed: int, sizes: list[int], p: int = 3):
    rng = stream(seed, "regression")
    g = np.repeat(np.arange(len(sizes)), sizes)
    x = np.column_stack([np.ones(len(g)), rng.normal(size=(len(g), p - 1))])
    return x, rng.normal(size=len(g)) + rng.normal(size=len(sizes))[g], g


@pytest.mark.parametrize("kind", sorted(POWER))
@pytest.mark.parametrize("sizes", [[3, 3, 3, 3], [1, 2, 7, 4, 1], [10, 1, 1, 1, 1, 1]])
def test_the_small_matrices_give_what_the_large_ones_give(kind: str, sizes: list[int]):
    x, y, g = made_up(1, sizes)
    fit = cluster_robust(x, y, cluster=g, kind=kind)
    covariance, df, _ = textbook(x, y, g, kind)
    assert fit.covariance == pytest.approx(covariance, rel=1e-9)
    assert fit.df == pytest.approx(df, rel=1e-9)


def test_a_dummy_for_every_cluster_leaves_a_singular_matrix_and_still_fits():
    x, y, g = made_up(2, [4, 5, 3, 6])
    x = np.column_stack([np.eye(4)[g], x[:, 1]])
    fit = cluster_robust(x, y, cluster=g)
    covariance, df, _ = textbook(x, y, g, "CR2")
    assert fit.covariance[4, 4] == pytest.approx(covariance[4, 4], rel=1e-9)
    assert fit.df[4] == pytest.approx(df[4], rel=1e-8)


def test_cr2_is_unbiased_for_independent_errors_and_cr0_is_not():
    x, y, g = made_up(3, [2, 3, 9, 4, 5])
    true = np.diag(np.linalg.inv(x.T @ x))
    expected = {kind: (textbook(x, y, g, kind)[2] ** 2).sum((0, 2)) for kind in ("CR0", "CR2")}
    assert expected["CR2"] == pytest.approx(true, rel=1e-9)
    assert (expected["CR0"] < 0.95 * true).all()


def test_equal_pools_in_two_arms_have_as_many_df_as_a_t_test_of_pool_means():
    g = np.repeat(np.arange(8), 5)
    x = np.column_stack([np.ones(40), g < 4]).astype(float)
    y = stream(4, "y").normal(size=40)
    fit = cluster_robust(x, y, cluster=g)
    means = np.array([y[g == k].mean() for k in range(8)])
    error = np.sqrt(means[:4].var(ddof=1) / 4 + means[4:].var(ddof=1) / 4)
    assert fit.df[1] == pytest.approx(6)
    assert fit.std_errors[1] == pytest.approx(error)


def test_every_row_its_own_cluster_is_hc2_with_other_degrees_of_freedom():
    x, y, _ = made_up(5, [1] * 12)
    alone = cluster_robust(x, y, cluster=np.arange(12))
    plain = hc2(x, y)
    assert alone.covariance == pytest.approx(plain.covariance)
    assert plain.df.tolist() == [9.0, 9.0, 9.0]
    assert (alone.df < 9).all()
    assert plain.estimate(1).n_clusters == 0


def test_cr1_and_cr1s_are_cr0_times_their_factors():
    x, y, g = made_up(6, [4, 5, 3, 6, 2])
    fits = {kind: cluster_robust(x, y, cluster=g, kind=kind).covariance for kind in KINDS}
    assert fits["CR1"] == pytest.approx(fits["CR0"] * 5 / 4)
    assert fits["CR1S"] == pytest.approx(fits["CR0"] * 5 / 4 * 19 / 17)
    assert (np.diag(fits["CR3"]) > np.diag(fits["CR2"])).all()


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    sizes=st.lists(st.integers(1, 6), min_size=3, max_size=7).filter(lambda s: sum(s) > 5),
    scale=st.floats(0.01, 100),
    shift=st.floats(-50, 50),
    seed=st.integers(0, 1000),
)
def test_units_labels_and_order_do_not_matter(
    sizes: list[int], scale: float, shift: float, seed: int
):
    x, y, g = made_up(seed, sizes)
    fit = cluster_robust(x, y, cluster=g)
    order = stream(seed, "order").permutation(len(y))
    names = np.array([f"pool {9 - k}" for k in g])
    other = cluster_robust(x[order], (shift + scale * y)[order], cluster=names[order])
    assert other.coefficients[1:] == pytest.approx(scale * fit.coefficients[1:], rel=1e-6, abs=1e-8)
    assert other.std_errors == pytest.approx(scale * fit.std_errors, rel=1e-5, abs=1e-8)
    assert other.df == pytest.approx(fit.df, rel=1e-5)


def test_the_convention_names_the_error_and_the_degrees_of_freedom():
    x, y, g = made_up(7, [4, 5, 3, 6])
    estimate = cluster_robust(x, y, cluster=g).estimate(1, conf_level=0.9)
    assert estimate.convention == "CR2 standard error over 4 clusters, Satterthwaite t"
    assert (estimate.n, estimate.n_clusters, estimate.conf_level) == (18, 4, 0.9)


REFUSED = {
    "left in the regression": (np.ones((4, 1)), [1, 2, np.nan, 4], [1, 1, 2, 2], "CR2"),
    "at least two clusters": (np.ones((4, 1)), [1, 2, 3, 4], [1, 1, 1, 1], "CR2"),
    "column 1 of the design matrix is a combination": (
        np.ones((4, 2)), [1, 2, 3, 4], [1, 1, 2, 2], "CR2",
    ),
    "2 rows cannot carry 2 coefficients": (np.eye(2), [1, 2], [1, 2], "CR2"),
    "one value for each of the 4 rows": (np.ones((4, 1)), [1, 2, 3, 4], [1, 2], "CR2"),
    r"must be \(n, p\)": (np.ones(4), [1, 2, 3, 4], [1, 1, 2, 2], "CR2"),
}  # fmt: skip


@pytest.mark.parametrize("message", REFUSED)
def test_a_fit_that_cannot_be_is_refused_with_its_reason(message: str):
    x, y, g, kind = REFUSED[message]
    with pytest.raises(EstimateError, match=message):
        cluster_robust(x, y, cluster=g, kind=kind)


def test_an_unknown_correction_is_an_error():
    with pytest.raises(OptionError, match=r"must be one of 'CR0', .* got 'CR4'"):
        cluster_robust(np.ones((4, 1)), [1, 2, 3, 4], cluster=[1, 1, 2, 2], kind="CR4")


def test_an_outcome_without_variation_has_no_interval():
    fit = cluster_robust(np.ones((6, 1)), [0.1] * 6, cluster=[1, 1, 2, 2, 3, 3])
    with pytest.raises(EstimateError, match="do not vary enough"):
        fit.estimate(0)
