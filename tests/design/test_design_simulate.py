"""A design run in the simulator: reproducible, unbiased, and honest about a stated effect."""

import numpy as np
import pandas as pd
import pytest

from revlab.design.design import Design
from revlab.design.diagnose import diagnose
from revlab.design.simulate import simulate_design
from revlab.design.sizes import power_by_effect, with_effect
from revlab.errors import DesignError, OptionError
from revlab.inference.estimate import Contrast
from revlab.pairing.policies import POLICIES
from revlab.people.population import Population, draw_cohort
from revlab.rng import stream

ARMS = {name: POLICIES[name] for name in ("optimal", "random")}
CONTRAST = Contrast("optimal", "random")


@pytest.fixture(scope="module")
def cohort():
    return draw_cohort(Population(), 30, 30, rng=stream(11, "cohort"))


def small(cohort, n_pairs: int = 24, **settings: object) -> Design:
    return Design(cohort, n_pairs, n_pools=6, arms=ARMS, contrast=CONTRAST, **settings)


def test_the_bits_do_not_depend_on_workers_or_on_how_many_are_run(cohort) -> None:
    design = small(cohort, estimators=("pool_means", "randomisation"))
    one = simulate_design(design, n_sims=6, seed=3)
    two = simulate_design(design, n_sims=6, seed=3, workers=2)
    fewer = simulate_design(design, n_sims=4, seed=3)
    pd.testing.assert_frame_equal(one, two)
    pd.testing.assert_frame_equal(one[one["replication"] < 4], fewer)


def test_another_seed_gives_other_pilots(cohort) -> None:
    first, second = (simulate_design(small(cohort), n_sims=3, seed=s) for s in (1, 2))
    assert not np.allclose(first["estimate"], second["estimate"], equal_nan=True)


def test_power_by_effect_equals_a_direct_simulation_of_that_effect(cohort) -> None:
    """A constant effect moves estimate and interval by itself, so no new runs are needed."""
    design = small(cohort, estimators=("ancova_cr2", "pool_means", "change_cr2", "randomisation"))
    null = simulate_design(design, n_sims=12, seed=5, effect=0.0)
    direct = simulate_design(design, n_sims=12, seed=5, effect=0.8)
    np.testing.assert_allclose(direct["estimate"], null["estimate"] + 0.8, atol=1e-9)
    np.testing.assert_allclose(direct["std_error"], null["std_error"], atol=1e-9, equal_nan=True)
    moved = with_effect(null, 0.8)
    for name in ("estimand", "conf_low", "conf_high"):
        np.testing.assert_allclose(moved[name], direct[name], atol=1e-9, equal_nan=True)
    by_shift = power_by_effect(null, [0.8]).set_index("estimator")["power"]
    for estimator in design.estimators:
        assert diagnose(direct).value("power", estimator) == by_shift[estimator]


def test_without_an_effect_every_rule_keeps_its_level(cohort) -> None:
    design = small(cohort, estimators=("ancova_cr2", "pool_means"))
    runs = simulate_design(design, n_sims=100, seed=8, effect=0.0)
    table = diagnose(runs).diagnosands.set_index(["estimator", "diagnosand"])
    for estimator in design.estimators:
        bias = table.loc[(estimator, "bias")]
        assert abs(bias["value"]) < 3.5 * bias["mcse"]
        assert table.loc[(estimator, "coverage"), "value"] > 0.95 - 3 * np.sqrt(0.95 * 0.05 / 100)


def test_the_true_contrast_of_one_policy_with_itself_is_zero(cohort) -> None:
    arms = {"a": POLICIES["optimal"], "b": POLICIES["optimal"]}
    design = Design(cohort, 24, n_pools=6, arms=arms, contrast=Contrast("a", "b"))
    assert (simulate_design(design, n_sims=5, seed=2)["estimand"] == 0).all()


def test_more_people_than_the_roster_has_are_drawn_again(cohort) -> None:
    runs = simulate_design(small(cohort, n_pairs=60), n_sims=3, seed=4, effect=0.0)
    assert runs["n"].add(runs["n_missing"]).between(40, 60).all()


def test_a_fit_that_fails_is_kept_with_its_reason(cohort) -> None:
    design = Design(cohort, 4, n_pools=4, arms=ARMS, contrast=CONTRAST)
    runs = simulate_design(design, n_sims=12, seed=6, effect=0.0)
    assert len(runs) == 12
    failed = runs[runs["failed"] != ""]
    assert len(failed) > 0
    assert failed["estimate"].isna().all()
    assert failed["failed"].str.len().gt(20).all()


@pytest.mark.parametrize(
    ("settings", "error", "sentence"),
    [
        ({"n_pools": 3}, DesignError, "`n_pools` must be at least 4"),
        ({"n_pairs": 5}, DesignError, "`n_pairs` must be at least `n_pools`"),
        ({"estimators": ("ttest",)}, OptionError, "`estimators` must be one of"),
        ({"estimators": ("superiority",)}, OptionError, "`estimators` must be one of"),
        ({"contrast": Contrast("optimal", "greedy")}, OptionError, "`contrast` must be one of"),
        ({"scale_id": "happiness"}, OptionError, "happiness"),
        ({"role": "mentor"}, OptionError, "`role` must be one of 'mentee'"),
    ],
)
def test_a_wrong_design_gets_one_sentence(cohort, settings, error, sentence) -> None:
    given = {"n_pairs": 24, "n_pools": 6, "arms": ARMS, "contrast": CONTRAST} | settings
    with pytest.raises(error, match=sentence):
        Design(cohort, **given)


def test_an_empty_side_is_refused(cohort) -> None:
    empty = cohort.subset(cohort.mentors.index[:0], cohort.mentees.index)
    with pytest.raises(DesignError, match="one side of the cohort is empty"):
        small(empty)


def test_no_replications_are_refused(cohort) -> None:
    with pytest.raises(DesignError, match="`n_sims` must be at least 1"):
        simulate_design(small(cohort), n_sims=0, seed=1)
