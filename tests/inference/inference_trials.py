"""Made-up trials for the tests of the inference room."""

import numpy as np
import pandas as pd

from revlab.inference.estimate import Contrast
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
