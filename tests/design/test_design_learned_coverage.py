"""The stored coverage of what `learn_from_pilot` says: complete, within bounds, still so.

The table is made by ``benchmarks/learned.py``; here it is read, and run again at a smaller size
with another seed.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from revlab.design.learned import learn_from_pilot
from revlab.design.learned_worlds import (
    ENDINGS,
    SIZES,
    TRUTH,
    learned_coverage,
    made_up_worlds,
)
from revlab.errors import DesignError, OptionError
from revlab.fieldwork.simulate import reveal_pilot

WHOLE = (26, 60, 120)
"""Sizes at which whole pilots were learnt from; one of 200 takes too long to be done often."""
STORED = pd.read_csv(Path(__file__).parent / "data" / "learned_coverage.csv")


def stored(n_pairs: int, endings: str) -> pd.DataFrame:
    """Return the stored rows of a world."""
    return STORED[(STORED["n_pairs"] == n_pairs) & (STORED["endings"] == endings)]


@pytest.mark.parametrize("n_pairs", SIZES)
def test_every_parameter_was_tried_at_every_size(n_pairs: int) -> None:
    names = {*TRUTH, "sessions.end_base"}
    sessions = {name for name in names if name.startswith("sessions.")}
    for endings in ENDINGS:
        rows = stored(n_pairs, endings)
        if endings == "some" and n_pairs not in WHOLE:
            assert rows.empty
            continue
        assert set(rows["parameter"]) == (names if endings == "some" else sessions)
        assert (rows["told"] == ("all" if endings == "some" else "sessions")).all()
        assert (rows["n_sims"] >= 400).all()


def test_the_stored_intervals_hold_the_truth_in_91_to_99_of_100() -> None:
    """The slope of endings is told by few small pilots, and is cautious there, never too bold."""
    rows = STORED[STORED["learnt"] >= 100]
    assert rows["coverage"].between(0.91, 0.992).all()
    assert (rows["coverage"] < 0.92).sum() <= 1
    assert 0.945 < rows["coverage"].mean() < 0.965
    assert (rows["coverage"] > 0.98).sum() <= 3
    rare = STORED[(STORED["learnt"] > 0) & (STORED["learnt"] < 100)]
    assert (rare["coverage"] >= 0.95).all()
    slopes = {"sessions.end_skips", "relationship.perception_sd"}
    assert set(rare["parameter"]) <= slopes


def test_a_level_of_ending_is_told_by_nearly_every_pilot_and_not_leaning_to_one_side() -> None:
    rows = STORED[STORED["parameter"] == "sessions.end_base"]
    assert (rows["learnt"] > 0.85 * rows["n_sims"]).all()
    assert (rows["bias"].abs() < 0.12 * rows["median_width"]).all()
    wide = rows[rows["endings"] == "few"].set_index("n_pairs")["median_width"]
    assert wide.sort_index().is_monotonic_decreasing


@pytest.mark.parametrize(("n_pairs", "endings", "n_sims"), [(60, "few", 30), (26, "many", 25)])
def test_the_coverage_is_still_so(n_pairs: int, endings: str, n_sims: int) -> None:
    again = learned_coverage(n_pairs, endings, n_sims=n_sims, seed=77, told="sessions")
    rows = again.set_index("parameter")
    before = stored(n_pairs, endings).set_index("parameter")
    for name in ("sessions.skip_base", "sessions.skip_after_skip", "sessions.end_base"):
        learnt = rows.loc[name, "learnt"]
        slack = 3.5 * np.sqrt(0.05 * 0.95 / learnt)
        assert rows.loc[name, "coverage"] > 0.95 - slack, name
        width = rows.loc[name, "median_width"] / before.loc[name, "median_width"]
        assert 0.85 < width < 1.18, name
        share = before.loc[name, "learnt"] / before.loc[name, "n_sims"]
        assert learnt / n_sims == pytest.approx(share, abs=0.2)


def test_rates_are_counted_by_hand() -> None:
    """Two pilots learnt one by one give the rates of the table, from sessions and from all."""
    worlds = list(made_up_worlds(26, "many", n_sims=2, seed=3))
    pilots = [reveal_pilot(*world) for world in worlds]
    tables = [learn_from_pilot(pilot).table.set_index("parameter") for pilot in pilots]
    quick, whole = (
        learned_coverage(26, "many", n_sims=2, seed=3, told=told).set_index("parameter")
        for told in ("sessions", "all")
    )
    for name, truth in {**TRUTH, "sessions.end_base": ENDINGS["many"]}.items():
        fits = [t.loc[name] for t in tables if t.loc[name, "informed_by"] != ""]
        assert whole.loc[name, "learnt"] == len(fits)
        if not fits:
            continue
        ends = ("conf_low", "conf_high", "value")
        low, high, value = (np.array([f[k] for f in fits]) for k in ends)
        assert whole.loc[name, "coverage"] == np.mean((low <= truth) & (truth <= high))
        assert whole.loc[name, "above"] == np.mean(low > truth)
        assert whole.loc[name, "below"] == np.mean(high < truth)
        assert whole.loc[name, "bias"] == pytest.approx(np.median(value) - truth)
        if name in quick.index:
            pd.testing.assert_series_equal(
                quick.loc[name].drop("told"), whole.loc[name].drop("told"), check_dtype=False
            )


def test_worlds_that_cannot_be_are_refused() -> None:
    with pytest.raises(OptionError, match="`endings` must be one of 'few', 'many', 'some'"):
        learned_coverage(26, "no", n_sims=1, seed=1)
    with pytest.raises(OptionError, match="`told` must be one of"):
        learned_coverage(26, "few", n_sims=1, seed=1, told="answers")
    with pytest.raises(DesignError, match="`n_pairs` must be at least 8; got 4"):
        learned_coverage(4, "few", n_sims=1, seed=1)
    with pytest.raises(DesignError, match="`n_sims` must be at least 1; got 0"):
        learned_coverage(26, "few", n_sims=0, seed=1)
