"""What happens by chance is what the two functions decide, in every case."""

import numpy as np
import pytest
from scipy.special import expit, log_ndtr, ndtr, ndtri

from revlab.fieldwork.dice import happens


def logit_of(dice: np.ndarray) -> np.ndarray:
    """Return the log-odds at which the two sides are equal."""
    return np.asarray(log_ndtr(dice) - log_ndtr(-dice))


@pytest.mark.parametrize("shift", [0.0, 1e-15, 1e-6, 1e-3, 0.004, 0.006, 1.0])
def test_what_happens_is_decided_as_the_two_functions_decide_it(shift: float) -> None:
    rng = np.random.default_rng(1)
    dice = np.r_[rng.normal(scale=2, size=200_000), np.linspace(-9, 9, 20_001)]
    for odds in (logit_of(dice) + shift, logit_of(dice) - shift, rng.normal(size=dice.size)):
        np.testing.assert_array_equal(happens(dice, odds), ndtr(dice) < expit(odds))


def test_the_short_polynomial_is_as_near_as_it_says() -> None:
    """The margin of the module is more than twice this."""
    x = np.linspace(-4, 4, 100_001)
    near = x * (1.59679306 + 0.07384036 * x**2 - 0.00073726 * x**4)
    assert 0.002 < np.abs(near - logit_of(x)).max() < 0.0021


def test_the_borders_of_numbers_are_decided_too() -> None:
    dice, odds = (
        side.ravel()
        for side in np.meshgrid(
            [-np.inf, -40.0, -4.0, 0.0, 4.0, 40.0, np.inf, np.nan],
            [-np.inf, -800.0, -30.0, 0.0, 30.0, 800.0, np.inf, np.nan],
        )
    )
    with np.errstate(invalid="ignore"):
        assert (happens(dice, odds) == (ndtr(dice) < expit(odds))).all()


def test_dice_of_any_shape_are_thrown() -> None:
    dice = np.random.default_rng(2).normal(size=(3, 1, 50))
    odds = logit_of(ndtri(expit(dice)))
    assert (happens(dice, odds) == (ndtr(dice) < expit(odds))).all()


def test_it_happens_as_often_as_the_log_odds_say() -> None:
    dice = np.random.default_rng(3).normal(size=400_000)
    for odds in (-4.0, -1.0, 0.5, 3.0):
        share = happens(dice, np.full(dice.size, odds)).mean()
        assert share == pytest.approx(expit(odds), abs=0.003)
