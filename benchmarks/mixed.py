"""Seconds per fit of a linear mixed model: ours with Satterthwaite df against statsmodels' MixedLM.

Two made-up data sets: 18 people on 10 days with a random intercept and slope (the shape of the
sleep study), and 94 clusters of 1 to 12 rows with a random intercept. MixedLM gives normal
quantiles; ours the degrees of freedom of the coefficient too. Both sides fit the same data by
REML in one run.

    OMP_NUM_THREADS=1 python benchmarks/mixed.py
"""

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import statsmodels.api as sm

from revlab.inference.mixed import fit_mixed
from revlab.rng import stream

PASSES = 7


@dataclass(frozen=True)
class Data:
    """Outcome, design, groups and the times of a random slope, if there is one."""

    outcome: np.ndarray
    design: np.ndarray
    group: np.ndarray
    time: np.ndarray | None


def sleep() -> Data:
    """18 people on 10 days; the sizes of the variances are those of the sleep study."""
    rng = stream(2026, "sleep")
    person, day = np.repeat(np.arange(18), 10), np.tile(np.arange(10.0), 18)
    own = rng.multivariate_normal([0, 0], [[612, 9.6], [9.6, 35]], size=18)
    noise = rng.normal(scale=25.6, size=180)
    y = 251 + 10.5 * day + own[person, 0] + own[person, 1] * day + noise
    return Data(y, np.column_stack([np.ones(180), day]), person, day)


def unequal() -> Data:
    """94 clusters of 1 to 12 rows, half of them treated, correlation .2."""
    rng = stream(2026, "unequal clusters")
    group = np.repeat(np.arange(94), rng.integers(1, 13, size=94))
    pre = rng.normal(size=len(group))
    shared = rng.normal(scale=0.5, size=94)[group]
    y = 0.3 * (group % 2) + 0.5 * pre + shared + rng.normal(size=len(group))
    return Data(y, np.column_stack([np.ones(len(group)), group % 2, pre]), group, None)


def ours(data: Data) -> tuple[float, float, float]:
    """Estimate, standard error and degrees of freedom of the second coefficient."""
    fit = fit_mixed(data.outcome, data.design, group=data.group, time=data.time)
    found = fit.estimate(1)
    return found.estimate, found.std_error, found.df


def theirs(data: Data) -> tuple[float, float, float]:
    """Return the same by statsmodels, without degrees of freedom."""
    random = None if data.time is None else np.column_stack([np.ones_like(data.time), data.time])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = sm.MixedLM(data.outcome, data.design, groups=data.group, exog_re=random).fit()
    return float(fit.fe_params[1]), float(fit.bse_fe[1]), float("nan")


def milliseconds(call: Callable[[], object]) -> float:
    """CPU time of the fastest pass."""
    passes = []
    for _ in range(PASSES):
        begin = time.process_time()
        call()
        passes.append(1e3 * (time.process_time() - begin))
    return min(passes)


def main() -> None:
    """Print estimates and milliseconds side by side."""
    print(f"{'data':18} {'rule':20} {'estimate':>11} {'se':>10} {'df':>8} {'ms':>8} {'ratio':>6}")
    for name, data in (("18 x 10, slope", sleep()), ("94 unequal", unequal())):
        base = 0.0
        for rule, fit in (("statsmodels MixedLM", theirs), ("revlab fit_mixed", ours)):
            value, error, df = fit(data)
            spent = milliseconds(lambda: fit(data))  # noqa: B023
            base = base or spent
            row = f"{name:18} {rule:20} {value:11.6f} {error:10.6f} {df:8.3f}"
            print(f"{row} {spent:8.1f} {base / spent:6.1f}")


if __name__ == "__main__":
    main()
