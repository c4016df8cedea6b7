"""Type I error of the policy contrast with few pools: our default against statsmodels' default.

Simulated null: pools are dealt to two arms, pairs in a pool share a random part (intraclass
correlation .3), the post score depends on the pre score. Nominal level .05. Both sides see the
same data sets in one run.

    python benchmarks/small_clusters.py
"""

import time

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf

from revlab.inference.estimate import Contrast
from revlab.inference.estimators import ESTIMATORS
from revlab.rng import stream

N_SIMS = 1000
PAIRS_PER_POOL = 5
ICC = 0.3


def null_pilot(n_pools: int, replication: int) -> pd.DataFrame:
    """One pilot in which the arms do not differ."""
    rng = stream(2026, n_pools, replication)
    pool = np.repeat(np.arange(n_pools), PAIRS_PER_POOL)
    arm = rng.permutation(np.repeat(["a", "b"], n_pools // 2))[pool]
    pre = rng.normal(size=pool.size)
    shared = rng.normal(scale=np.sqrt(ICC), size=n_pools)[pool]
    post = 0.5 * pre + shared + rng.normal(scale=np.sqrt(1 - ICC), size=pool.size)
    return pd.DataFrame(
        {
            "dyad_id": np.arange(pool.size).astype(str),
            "pool_id": pool.astype(str),
            "arm": arm,
            "pre": pre,
            "post": post,
        }
    )


def main() -> None:
    """Print rejection shares and seconds side by side."""
    print(f"{'pools':>5} {'rule':32} {'type I':>7} {'mcse':>6} {'seconds':>8}")
    for n_pools in (8, 12, 20):
        data = [null_pilot(n_pools, r) for r in range(N_SIMS)]
        begin = time.perf_counter()
        default = [
            smf.ols("post ~ arm + pre", frame)
            .fit(cov_type="cluster", cov_kwds={"groups": frame["pool_id"].astype(int)})
            .pvalues["arm[T.b]"]
            for frame in data
        ]
        rows = {"statsmodels cov_type='cluster'": (default, time.perf_counter() - begin)}
        for name in ("ancova_cr2", "pool_means"):
            begin = time.perf_counter()
            found = [ESTIMATORS[name](frame, Contrast("b", "a")).p_value for frame in data]
            rows[f"revlab {name}"] = (found, time.perf_counter() - begin)
        for name, (p_values, seconds) in rows.items():
            share = float(np.mean(np.array(p_values) < 0.05))
            mcse = float(np.sqrt(share * (1 - share) / N_SIMS))
            print(f"{n_pools:5d} {name:32} {share:7.3f} {mcse:6.3f} {seconds:8.2f}")


if __name__ == "__main__":
    main()
