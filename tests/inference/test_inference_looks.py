"""Bounds for looks on the way, against printed tables, another integration and simulation."""

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import multivariate_normal, t

from revlab.errors import EstimateError, OptionError
from revlab.fieldwork.look_times import LOOK_BOUNDS
from revlab.inference.looks import chance_by_look, look_bounds
from revlab.rng import stream

EVENLY = {k: [(i + 1) / k for i in range(k)] for k in (1, 2, 3, 4, 5, 8, 10)}


@pytest.mark.parametrize(
    ("looks", "pocock", "obrien_fleming"),
    # Jennison & Turnbull (2000), tables 2.1 and 2.3, level .05
    [(1, 1.960, 1.960), (2, 2.178, 1.977), (3, 2.289, 2.004), (4, 2.361, 2.024),
     (5, 2.413, 2.040), (8, 2.512, 2.072), (10, 2.555, 2.087)],
)  # fmt: skip
def test_the_fixed_bounds_are_the_printed_ones(looks, pocock, obrien_fleming) -> None:
    flat = look_bounds(EVENLY[looks], bounds="pocock").table["bound"]
    assert flat.tolist() == pytest.approx([pocock] * looks, abs=6e-4)
    falling = look_bounds(EVENLY[looks], bounds="obrien_fleming").table["bound"]
    expected = obrien_fleming * np.sqrt(looks / np.arange(1, looks + 1))
    assert falling.tolist() == pytest.approx(expected.tolist(), abs=6e-4 * np.sqrt(looks))


@pytest.mark.parametrize(
    ("bounds", "printed"),
    # as the program of Reboussin, DeMets, Kim & Lan (2000), Controlled Clinical Trials 21, prints
    # them; its integration is good to about 1e-4
    [
        ("spend_obrien_fleming", [3.7103, 2.5114, 1.9930]),
        ("spend_obrien_fleming", [4.3326, 2.9631, 2.3590, 2.0141]),
        ("spend_obrien_fleming", [4.8769, 3.3569, 2.6803, 2.2898, 2.0310]),
        ("spend_pocock", [2.4380, 2.4268, 2.4101, 2.3966, 2.3859]),
    ],
)
def test_the_bounds_by_spending_are_the_printed_ones(bounds, printed) -> None:
    table = look_bounds(EVENLY[len(printed)], bounds=bounds).table
    assert table["bound"].tolist() == pytest.approx(printed, abs=1.5e-4)


@pytest.mark.parametrize("bounds", LOOK_BOUNDS)
@pytest.mark.parametrize("alpha", [0.01, 0.2])
def test_all_looks_together_have_the_level_by_the_normal_of_several_variables(
    bounds, alpha
) -> None:
    fractions = np.array([0.2, 0.55, 0.7, 1.0])
    looks = look_bounds(fractions.tolist(), alpha=alpha, bounds=bounds)
    z = looks.table["bound"].to_numpy()
    cov = np.sqrt(np.minimum.outer(fractions, fractions) / np.maximum.outer(fractions, fractions))
    for k in range(1, 5):
        within = multivariate_normal(cov=cov[:k, :k], seed=1, abseps=1e-7, maxpts=10**6).cdf(
            z[:k], lower_limit=-z[:k]
        )
        assert looks.table["spent"].iloc[k - 1] == pytest.approx(1 - within, abs=2e-6)
    assert looks.table["spent"].iloc[-1] == pytest.approx(alpha, abs=1e-9)
    assert looks.table["fraction"].tolist() == fractions.tolist()
    assert looks.table["look"].tolist() == [1, 2, 3, 4]
    assert looks.table["level"].tolist() == pytest.approx((2 * (1 - _ndtr(z))).tolist(), abs=1e-12)


def _ndtr(z: np.ndarray) -> np.ndarray:
    return multivariate_normal(mean=0, cov=1).cdf(z)


@pytest.mark.parametrize("drift", [0.0, 1.0, -3.0])
def test_the_chance_to_stop_at_each_look_is_that_of_simulated_sums(drift) -> None:
    fractions, n = np.array([0.1, 0.5, 0.75, 1.0]), 200_000
    bounds = [1.5, 2.0, 1.8, 1.7]
    lags = np.diff(fractions, prepend=0.0)
    steps = stream(3, "looks").standard_normal((4, n)) * np.sqrt(lags)[:, None]
    sums = (steps + drift * lags[:, None]).cumsum(axis=0) / np.sqrt(fractions)[:, None]
    table = chance_by_look(fractions.tolist(), bounds, drift=drift)
    assert table["fraction"].tolist() == fractions.tolist()
    out = np.zeros(n, dtype=bool)
    for row, values, bound in zip(table.itertuples(), sums, bounds, strict=True):
        for seen, hits in ((row.above, values >= bound), (row.below, values <= -bound)):
            share = float((hits & ~out).mean())
            assert abs(share - seen) < 4.5 * np.sqrt(seen * (1 - seen) / n) + 1e-9
        out |= np.abs(values) >= bound
        assert row.stopped == pytest.approx(out.mean(), abs=0.006)


@pytest.mark.parametrize(
    ("looks", "printed"),
    # Armitage, McPherson & Rowe (1969), table 2: looking again and again at the level .05
    [(1, 0.05), (2, 0.083), (3, 0.107), (4, 0.126), (5, 0.142), (10, 0.193)],
)
def test_looking_again_and_again_at_1_96_rings_as_often_as_is_printed(looks, printed) -> None:
    table = chance_by_look(EVENLY[looks], [-ndtri(0.025)] * looks)
    assert table["stopped"].iloc[-1] == pytest.approx(printed, abs=6e-4)


def test_spending_does_not_need_to_know_the_looks_that_are_to_come() -> None:
    one, two = look_bounds([0.3, 0.6, 1.0]), look_bounds([0.3, 0.6, 0.7, 0.9, 1.0])
    assert one.table["bound"].tolist()[:2] == two.table["bound"].tolist()[:2]


def test_a_p_value_by_students_t_against_the_level_of_its_look_keeps_the_whole_level() -> None:
    """Pools come in by halves: 8, then 16; and by thirds: 6, 12, 18. Welch has the df there are."""
    for parts, size in (([0.5, 1.0], 16), ([1 / 3, 2 / 3, 1.0], 18)):
        looks = look_bounds(parts, bounds="pocock")
        draws = stream(5, "pools", size).standard_normal((20_000, size))
        rings = np.zeros(len(draws), dtype=bool)
        for look, part in enumerate(parts, start=1):
            seen = draws[:, : round(part * size)]
            new, old = seen[:, ::2], seen[:, 1::2]
            error = np.sqrt((new.var(axis=1, ddof=1) + old.var(axis=1, ddof=1)) / new.shape[1])
            statistic = np.abs(new.mean(axis=1) - old.mean(axis=1)) / error
            rings |= 2 * t.sf(statistic, 2 * new.shape[1] - 2) <= looks.level(look)
        assert 0.044 < rings.mean() < 0.056


@pytest.mark.parametrize(
    "fractions", [[], [0.5], [0.5, 0.5, 1.0], [0.0, 1.0], [0.6, 0.4, 1.0], [0.5, 1.2],
                  [float("nan"), 1.0], [(k + 1) / 21 for k in range(21)], [[0.5, 1.0]]],
)  # fmt: skip
def test_fractions_that_do_not_rise_to_one_are_refused(fractions) -> None:
    with pytest.raises(EstimateError, match="`fractions` must be 1 to 20 shares"):
        look_bounds(fractions)


def test_what_is_asked_wrongly_of_looks_gets_one_sentence() -> None:
    looks = look_bounds([0.5, 1.0])
    with pytest.raises(OptionError, match="`bounds` must be one of"):
        look_bounds([0.5, 1.0], bounds="haybittle")
    for alpha in (0.0, 0.5, float("nan")):
        with pytest.raises(EstimateError, match=r"`alpha` must lie between 0 and 0\.5"):
            look_bounds([0.5, 1.0], alpha=alpha)
    for look in (0, 3):
        with pytest.raises(EstimateError, match="`look` must be from 1 to 2"):
            looks.level(look)
    for bounds in ([1.96], [1.96, 0.0], [1.96, float("nan")]):
        with pytest.raises(EstimateError, match="`bounds` must hold one number above 0"):
            chance_by_look([0.5, 1.0], bounds)
    with pytest.raises(EstimateError, match="`drift` must be a number"):
        chance_by_look([0.5, 1.0], [2.0, 2.0], drift=float("inf"))


def test_a_very_early_look_can_hardly_ring_and_does_not_break() -> None:
    table = look_bounds([0.001, 0.5, 1.0]).table
    assert table["bound"].iloc[0] > 9
    assert table["bound"].tolist()[1:] == pytest.approx(
        look_bounds([0.5, 1.0]).table["bound"].tolist(), abs=1e-6
    )
