"""Seconds per fit: every batched estimator against a loop over a library and over our own one.

Made-up trials of 12 pools of 5 dyads, intraclass correlation .3. All three sides see the same
data in one run. A library loop does what a user would write; it is given less to do than ours
(scipy's permutation test gives no interval, MixedLM and cov_type="cluster" no small-sample
degrees of freedom, mannwhitneyu neither clusters nor an interval). Building the arrays that a
library reads is left out of its time, and reading our frames is left out of ours.

    OMP_NUM_THREADS=1 python benchmarks/batched.py
"""

import time
import warnings
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import statsmodels.api as sm
from scipy import stats

from revlab.inference.batch import Batch
from revlab.inference.batched import BATCHED
from revlab.inference.comparison import Comparison
from revlab.inference.cores import CORES
from revlab.inference.estimate import Contrast
from revlab.rng import stream

RUNS, POOLS, PER_POOL, ICC = 2000, 12, 5, 0.3
FEW = {"mixed_pools": 40, "randomisation": 40, "randomisation_adjusted": 40}
"""Fits of the slow loops; the others have 200."""
CONTRAST = Contrast("new", "old")


def trials() -> Batch:
    """Trials without an effect."""
    rng = stream(2026, "batched benchmark")
    pool = np.repeat(np.arange(POOLS), PER_POOL)
    shape = (RUNS, len(pool))
    pre = rng.normal(size=shape)
    shared = rng.normal(scale=np.sqrt(ICC), size=(RUNS, POOLS))[:, pool]
    post = 0.5 * pre + shared + rng.normal(scale=np.sqrt(1 - ICC), size=shape)
    return Batch(pre, post, pool, rng.random((RUNS, POOLS)).argsort(axis=1) < POOLS // 2)


def comparison(batch: Batch, run: int) -> Comparison:
    """One trial as our single estimators read it."""
    arrays = (np.asarray(x) for x in (batch.pre, batch.post))
    pre, post = (array[run] for array in arrays)
    return Comparison(
        pre, post, np.asarray(batch.pool), np.asarray(batch.pool_treated)[run], CONTRAST
    )


def means(one: Comparison, slope: float = 1.0) -> np.ndarray:
    """Means of pools."""
    return one.pool_means(one.post - slope * one.pre)


def by_ols(one: Comparison, columns: list[np.ndarray], outcome: np.ndarray) -> float:
    """statsmodels, cluster-robust."""
    design = np.column_stack([np.ones(one.n), one.treated, *columns])
    fit = sm.OLS(outcome, design).fit(cov_type="cluster", cov_kwds={"groups": one.pool})
    return float(fit.pvalues[1])


def by_welch(one: Comparison) -> float:
    """Test of Welch by scipy."""
    values, arm = means(one), one.pool_treated
    return float(stats.ttest_ind(values[arm], values[~arm], equal_var=False).pvalue)


def by_permutation(one: Comparison, slope: float = 1.0) -> float:
    """Permute by scipy, all 924 assignments, vectorised."""
    values, arm = means(one, slope), one.pool_treated

    def gap(x: np.ndarray, y: np.ndarray, axis: int) -> np.ndarray:
        return x.mean(axis=axis) - y.mean(axis=axis)

    found = stats.permutation_test(
        (values[arm], values[~arm]), gap, vectorized=True, n_resamples=np.inf
    )
    return float(found.pvalue)


def by_adjusted_permutation(one: Comparison) -> float:
    """Permute after a regression within pools."""
    inner = [x - one.pool_means(x)[one.pool] for x in (one.pre, one.post)]
    return by_permutation(one, float(inner[0] @ inner[1] / (inner[0] @ inner[0])))


def by_mixed(one: Comparison) -> float:
    """Fit a random intercept by statsmodels (no negative correlation, normal quantiles)."""
    design = np.column_stack([np.ones(one.n), one.treated, one.pre - one.pre.mean()])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(sm.MixedLM(one.post, design, groups=one.pool).fit(reml=True).pvalues[1])


def by_mann_whitney(one: Comparison) -> float:
    """Test ranks by scipy, as if dyads were independent."""
    change, arm = one.post - one.pre, one.treated > 0
    return float(stats.mannwhitneyu(change[arm], change[~arm]).pvalue)


PEERS: dict[str, tuple[str, Callable[[Comparison], float]]] = {
    "pool_means": ("scipy ttest_ind", by_welch),
    "change_cr2": ("statsmodels OLS cluster", lambda c: by_ols(c, [], c.post - c.pre)),
    "ancova_cr2": (
        "statsmodels OLS cluster",
        lambda c: by_ols(c, [c.pre - c.pre.mean()], c.post),
    ),
    "lin_cr2": (
        "statsmodels OLS cluster",
        lambda c: by_ols(c, [c.pre - c.pre.mean(), (c.pre - c.pre.mean()) * c.treated], c.post),
    ),
    "mixed_pools": ("statsmodels MixedLM", by_mixed),
    "randomisation": ("scipy permutation_test", by_permutation),
    "randomisation_adjusted": ("scipy permutation_test", by_adjusted_permutation),
    "superiority": ("scipy mannwhitneyu", by_mann_whitney),
}


def per_fit(call: Callable[[], object], fits: int) -> float:
    """Seconds per fit, the best of five passes."""
    passes = []
    for _ in range(5):
        begin = time.process_time()
        call()
        passes.append((time.process_time() - begin) / fits)
    return min(passes)


def main() -> None:
    """Print microseconds per fit side by side."""
    batch = trials()
    head = f"{'estimator':23} {'library loop':24} {'us':>9} {'ours us':>9} {'twin us':>9}"
    print(f"{head} {'library/twin':>13} {'ours/twin':>10}   ({RUNS} trials, CPU time)")
    for name, (words, peer) in PEERS.items():
        data = [comparison(batch, run) for run in range(FEW.get(name, 200))]
        library = per_fit(lambda: [peer(one) for one in data], len(data))  # noqa: B023
        single = per_fit(lambda: [CORES[name](one) for one in data], len(data))  # noqa: B023
        twin = per_fit(lambda: BATCHED[name](replace(batch)), RUNS)  # noqa: B023
        micro = [1e6 * x for x in (library, single, twin)]
        print(
            f"{name:23} {words:24} {micro[0]:9.0f} {micro[1]:9.0f} {micro[2]:9.1f} "
            f"{library / twin:13.0f} {single / twin:10.0f}"
        )


if __name__ == "__main__":
    main()
