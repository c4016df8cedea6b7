"""Every batched estimator against the single one, replication by replication."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from revlab.errors import EstimateError
from revlab.inference.batch import Batch
from revlab.inference.batched import BATCHED
from revlab.inference.comparison import read_comparison
from revlab.inference.cores import CORES
from revlab.inference.estimate import Contrast, Estimate
from revlab.inference.estimators import ESTIMATORS, NEED_PRE
from revlab.rng import stream

NAMES = sorted(BATCHED)
NUMBERS = ("estimate", "std_error", "df", "p_value", "conf_low", "conf_high")
CLOSE = dict.fromkeys(NAMES, 1e-10) | {"mixed_pools": 1e-6}
"""The single mixed model ends a search and has a numerical Hessian."""
BLOCKS = ("none", "three", "random", "pairs")
RUNS = 15


def batch_of_trials(blocks: str, *, seed: int = 3, missing: float = 0.2) -> Batch:
    """Return made-up trials with ragged pools, missing scores, ties and changing arms."""
    rng = stream(seed, "twins", blocks)
    sizes = [1, 4, 3, 6, 5, 2, 7, 4, 5, 3]
    pool = np.repeat(np.arange(10), sizes)
    shape = (RUNS, len(pool))
    shared = rng.normal(scale=0.6, size=(RUNS, 10))[:, pool]
    pre, post = rng.normal(3, 1, shape), rng.normal(3, 1, shape) + shared
    pre, post = np.round(pre * 5) / 5, np.round(post * 5) / 5
    post[rng.random(shape) < missing] = np.nan
    pre[rng.random(shape) < missing / 5] = np.nan
    arms = rng.random((RUNS, 10)).argsort(axis=1) < 5
    block = None
    if blocks == "three":
        block = np.arange(10) % 3
    elif blocks == "random":
        block = rng.integers(0, 3, size=(RUNS, 10))
    elif blocks == "pairs":
        block, first = np.arange(10) // 2, rng.random((RUNS, 5)) < 0.5
        arms = np.stack([first, ~first], axis=-1).reshape(RUNS, 10)
    return Batch(pre, post, pool, arms, block)


def frame_of(batch: Batch, run: int) -> pd.DataFrame:
    pool = np.broadcast_to(np.asarray(batch.pool), np.shape(batch.pre))[run]
    frame = pd.DataFrame(
        {
            "dyad_id": np.arange(len(pool)),
            "pool_id": pool,
            "pre": np.asarray(batch.pre)[run],
            "post": np.asarray(batch.post)[run],
            "arm": np.where(batch.treated[run, pool] > 0, "new", "old"),
        }
    )
    if batch.block is not None:
        frame["block"] = np.broadcast_to(np.asarray(batch.block), batch.treated.shape)[run, pool]
    return frame


def alone(name: str, batch: Batch, run: int) -> Estimate:
    return ESTIMATORS[name](frame_of(batch, run), Contrast("new", "old"), conf_level=0.9)


def check_twin(name: str, batch: Batch) -> int:
    """Hold every replication against the single estimator; return how many were refused."""
    together, refused = BATCHED[name](batch, conf_level=0.9), 0
    runs = len(np.asarray(batch.pre))
    for run in range(runs if name != "mixed_pools" else runs // 2):  # whose single fit is slow
        got = [getattr(together, field)[run] for field in NUMBERS]
        if np.isnan(got[0]):
            refused += 1
            assert np.isnan(got).all()
            with pytest.raises(EstimateError, match=r"\w"):
                alone(name, batch, run)
            continue
        one = alone(name, batch, run)
        close = CLOSE[name]
        expected = [getattr(one, field) for field in NUMBERS]
        assert got == pytest.approx(expected, rel=close, abs=close, nan_ok=True), run
    return refused


@pytest.mark.parametrize("blocks", BLOCKS)
@pytest.mark.parametrize("name", NAMES)
def test_the_twin_gives_the_same_on_ragged_pools(name: str, blocks: str):
    batch = batch_of_trials(blocks)
    post, pool = np.asarray(batch.post), np.asarray(batch.pool)
    post[0, pool > 2] = np.nan  # too few pools are left
    post[1, (pool == 1) | (pool == 4)] = np.nan  # pools are lost
    assert 1 <= check_twin(name, batch) <= 4


@pytest.mark.parametrize("name", ["randomisation", "randomisation_adjusted"])
@pytest.mark.parametrize("blocks", [False, True])
def test_assignments_drawn_at_random_are_those_of_the_single_test(name: str, *, blocks: bool):
    rng = stream(6, "many pools")
    pool = np.repeat(np.arange(24), 2)
    pre, post = rng.normal(size=(2, 5, 48))
    arms = rng.random((5, 24)).argsort(axis=1) < 12
    batch = Batch(pre, post, pool, arms, np.arange(24) % 2 if blocks else None)
    assert check_twin(name, batch) == 0
    for level in (0.9, 0.99995):  # no assignment may be left out of so wide an interval
        found = BATCHED[name](batch, conf_level=level)
        core = CORES[name](read_comparison(frame_of(batch, 2), Contrast("new", "old")), level)
        assert (found.conf_low[2], found.conf_high[2]) == pytest.approx(
            (core.conf_low, core.conf_high)
        )


@pytest.mark.parametrize("name", NAMES)
def test_what_does_not_vary_is_nan(name: str):
    batch = batch_of_trials("three")
    pre = np.round(np.asarray(batch.pre) * 2) / 2
    flat = BATCHED[name](replace(batch, pre=pre, post=pre + 0.5))
    assert np.isnan(flat.estimate).all()
    flat = BATCHED[name](replace(batch, pre=np.where(np.isnan(pre), pre, 3.3)))
    assert np.isnan(flat.estimate).all() == (name in NEED_PRE)


@pytest.mark.parametrize("name", NAMES)
def test_blocks_with_one_arm_each_are_nan(name: str):
    batch = batch_of_trials("none", missing=0.0)
    arms = np.asarray(batch.pool_treated)
    assert np.isnan(BATCHED[name](replace(batch, block=arms.astype(int))).estimate).all()
    same = BATCHED[name](replace(batch, block=np.full(10, 4)))
    assert same.estimate == pytest.approx(BATCHED[name](batch).estimate, nan_ok=True)


@pytest.mark.parametrize("name", NAMES)
def test_a_twin_does_not_mind_what_else_is_in_the_batch(name: str):
    batch = batch_of_trials("random")
    whole = BATCHED[name](batch)
    some = Batch(
        np.asarray(batch.pre)[5:9],
        np.asarray(batch.post)[5:9],
        batch.pool,
        np.asarray(batch.pool_treated)[5:9],
        np.asarray(batch.block)[5:9],
    )
    part = BATCHED[name](some)
    for field in NUMBERS:
        expected = pytest.approx(getattr(whole, field)[5:9], rel=1e-9, nan_ok=True)
        assert getattr(part, field) == expected


@pytest.mark.parametrize("name", ["ancova_cr2", "lin_cr2"])
def test_more_replications_than_fit_into_a_chunk_give_the_same_numbers(name: str):
    rng = stream(3, "chunks")
    pool = np.repeat(np.arange(8), 4)
    pre, post = rng.normal(size=(2, 1000, 32))
    treated = rng.random((1000, 8)).argsort(axis=1) < 4
    whole = BATCHED[name](Batch(pre, post, pool, treated))
    for rows in (slice(440, 460), slice(895, 905), slice(999, None)):
        part = BATCHED[name](Batch(pre[rows], post[rows], pool, treated[rows]))
        for field, values in vars(part).items():
            np.testing.assert_allclose(getattr(whole, field)[rows], values, rtol=1e-12)
