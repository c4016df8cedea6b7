"""Sizes for retention: those of statsmodels, and what a simulation of leaving finds."""

import numpy as np
import pytest
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import proportion_effectsize

from revlab.errors import EstimateError
from revlab.inference.retention_size import leavers_for_ratio, people_for_shares
from revlab.rng import stream


@pytest.mark.parametrize(
    ("first", "second", "power", "alpha"),
    [(0.84, 0.90, 0.8, 0.05), (0.9, 0.5, 0.9, 0.01), (0.02, 0.1, 0.8, 0.1)],
)
def test_the_people_are_those_of_statsmodels(
    first: float, second: float, power: float, alpha: float
) -> None:
    size = abs(proportion_effectsize(first, second))
    theirs = NormalIndPower().solve_power(effect_size=size, alpha=alpha, power=power)
    # statsmodels counts the chance to reject on the wrong side too, which is next to nothing here
    assert people_for_shares(first, second, power=power, alpha=alpha) == int(np.ceil(theirs))
    assert people_for_shares(second, first, power=power, alpha=alpha) == int(np.ceil(theirs))


def test_that_many_people_have_the_power_that_was_asked_for() -> None:
    n, rng = people_for_shares(0.6, 0.8), stream(1, "stay")
    stayed = rng.binomial(n, [0.6, 0.8], size=(20_000, 2)) / n
    pooled = stayed.mean(axis=1)
    z = (stayed[:, 1] - stayed[:, 0]) / np.sqrt(2 * pooled * (1 - pooled) / n)
    assert (np.abs(z) > 1.96).mean() == pytest.approx(0.8, abs=0.03)


def test_that_many_leavers_have_the_power_that_was_asked_for() -> None:
    """A log-rank test of two exponential arms, of whom enough have left."""
    ends, rng, n = leavers_for_ratio(0.5), stream(2, "leave"), 80
    assert leavers_for_ratio(2.0) == ends
    found = []
    for _ in range(1500):
        arm = np.arange(2 * n) % 2
        time = rng.exponential(1 / np.where(arm == 1, 0.5, 1.0))
        order = np.argsort(time)
        there = arm[order]
        at_risk = np.arange(2 * n, 0, -1)[:ends]
        own = (there.sum() - np.concatenate([[0], np.cumsum(there)])[:-1])[:ends] / at_risk
        score = (there[:ends] - own).sum() / np.sqrt((own * (1 - own)).sum())
        found.append(abs(score) > 1.96)
    assert np.mean(found) == pytest.approx(0.8, abs=0.05)


def test_uneven_arms_need_more_leavers() -> None:
    assert leavers_for_ratio(0.6, share=0.2) > leavers_for_ratio(0.6)
    assert leavers_for_ratio(0.6, share=0.2) == leavers_for_ratio(0.6, share=0.8)


def test_what_cannot_be_had_is_refused() -> None:
    for first, second, words in (
        (0.0, 0.5, "a share must be above 0 and below 1; got 0"),
        (0.5, 1.0, "got 1"),
        (0.5, 0.5, "both shares are the same"),
    ):
        with pytest.raises(EstimateError, match=words):
            people_for_shares(first, second)
    for ratio in (0.0, -1.0, 1.0, float("nan")):
        with pytest.raises(EstimateError, match="`hazard_ratio` must be above 0 and not 1"):
            leavers_for_ratio(ratio)
    with pytest.raises(EstimateError, match="`share` must be between 0 and 1; got 1"):
        leavers_for_ratio(0.5, share=1.0)
    with pytest.raises(EstimateError, match="`power` must be between 0 and 1; got 80"):
        people_for_shares(0.5, 0.6, power=80)
    with pytest.raises(EstimateError, match="`alpha` must be between 0 and 1; got 0"):
        people_for_shares(0.5, 0.6, alpha=0.0)
    with pytest.raises(EstimateError, match="above half of `alpha`"):
        leavers_for_ratio(0.5, power=0.01)
