"""Made-up trials for the tests of the inference room."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from revlab.inference.estimate import Contrast, Estimate
from revlab.rng import stream

CONTRAST = Contrast("new", "old")
"""The contrast of the made-up trials."""


def trial(
    sizes: tuple[int, ...], *, seed: int = 1, effect: float = 0.0, missing: float = 0.0
) -> pd.DataFrame:
    """Return a made-up trial: the first half of the pools is in the arm "new"."""
    rng = stream(seed, "trial")
    pool = np.repeat(np.arange(len(sizes)), sizes)
    n = len(pool)
    treated = pool < len(sizes) // 2
    shared = rng.normal(scale=0.5, size=len(sizes))[pool]
    pre = 3 + shared + rng.normal(size=n)
    post = pre * 0.5 + 2 + shared + effect * treated + rng.normal(scale=0.8, size=n)
    post[rng.random(n) < missing] = np.nan
    return pd.DataFrame(
        {
            "dyad_id": [f"D{k:03d}" for k in range(n)],
            "pool_id": [f"P{k:02d}" for k in pool],
            "arm": np.where(treated, "new", "old"),
            "pre": pre,
            "post": post,
        }
    )


def allowed(n_sims: int) -> float:
    """Return three Monte-Carlo standard errors of a share of .05."""
    return 3 * float(np.sqrt(0.05 * 0.95 / n_sims))


def check_calibration(estimates: Sequence[Estimate], truth: float = 0.0) -> None:
    """Hold coverage against .95, and false alarms against .05 where nothing is true."""
    missed = float(np.mean([not e.conf_low <= truth <= e.conf_high for e in estimates]))
    assert abs(missed - 0.05) <= allowed(len(estimates)), f"missed {missed:.3f}"
    if truth == 0:
        assert np.mean([e.p_value < 0.05 for e in estimates]) == pytest.approx(missed)
