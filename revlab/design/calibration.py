"""`calibrate`: whether an estimator keeps its promises in a trial like mine.

A 95% interval promises to miss the truth in 5 of 100 trials, and a test to raise 5 false alarms
in 100 trials of nothing. The answer for every estimator over a grid of worlds is stored beside
the tests and made by ``benchmarks/calibration.py``.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.design.trial_draws import comparison_of, draw_trials, true_effect
from revlab.design.trial_worlds import TrialWorld
from revlab.errors import DesignError, EstimateError, must, one_of
from revlab.inference.batch import Batch, BatchEstimates
from revlab.inference.batched import BATCHED
from revlab.inference.cores import CORES
from revlab.inference.estimate import Estimate

__all__ = ["HARNESS", "Rates", "calibrate", "rates_of"]

HARNESS = 1
"""Raised by one whenever the same seed would give other trials or other columns."""

_CHUNK = 250


@dataclass(frozen=True)
class Rates:
    """How often an estimator kept its promises.

    Parameters
    ----------
    failed : int
        Replications without an answer; the rates are those of the others.
    false_alarms : float
        Share of p-values at or below ``1 - conf_level`` where nothing is true; NaN elsewhere.
    coverage : float
        Share of intervals that hold the truth.
    mcse : float
        Monte Carlo standard error of the promised rate.
    bias : float
        Mean of estimate - truth, in the unit of the estimate.
    median_width : float
        Of the intervals; infinite if most have no bounds.
    verdict : str
        "above" if an error rate is more than three ``mcse`` above the promised one, else
        "below" if one is as far below it (cautious), else "within".
    """

    failed: int
    false_alarms: float
    coverage: float
    mcse: float
    bias: float
    median_width: float
    verdict: str


def _one_by_one(name: str, batch: Batch, conf_level: float) -> Iterable[Estimate | None]:
    for replication in range(len(np.asarray(batch.pre))):
        try:
            yield CORES[name](comparison_of(batch, replication), conf_level)
        except EstimateError:
            yield None


def _gathered(estimates: Iterable[Estimate | None]) -> BatchEstimates:
    fields = ("estimate", "std_error", "df", "p_value", "conf_low", "conf_high")
    rows = [[np.nan if e is None else getattr(e, f) for f in fields] for e in estimates]
    return BatchEstimates(*np.array(rows, dtype=float).T)


def _estimated(name: str, batch: Batch, conf_level: float) -> BatchEstimates:
    if name not in BATCHED:
        return _gathered(_one_by_one(name, batch, conf_level))
    pre, post = np.asarray(batch.pre), np.asarray(batch.post)
    arms = np.asarray(batch.pool_treated)
    parts = [
        BATCHED[name](
            replace(
                batch,
                pre=pre[k : k + _CHUNK],
                post=post[k : k + _CHUNK],
                pool_treated=arms[k : k + _CHUNK],
            ),
            conf_level=conf_level,
        )
        for k in range(0, len(pre), _CHUNK)
    ]
    fields = ("estimate", "std_error", "df", "p_value", "conf_low", "conf_high")
    return BatchEstimates(*(np.concatenate([getattr(p, f) for p in parts]) for f in fields))


def rates_of(
    found: BatchEstimates, *, truth: float, null: float = 0.0, conf_level: float = 0.95
) -> Rates:
    """Hold estimates of many trials against the truth of these trials.

    Parameters
    ----------
    found : BatchEstimates
        One estimate per trial; a p-value of NaN is a trial without an answer.
    truth, null : float
        What is true, and what the p-values test.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    Rates

    Raises
    ------
    DesignError
        If no trial has an answer.

    References
    ----------
    Morris, White & Crowther (2019), Statistics in Medicine 38:2074-2102.

    Examples
    --------
    >>> low, high = np.array([-1.0, 0.2]), np.array([1.0, 0.8])
    >>> p_values = np.array([0.9, 0.01])
    >>> rates_of(BatchEstimates(low, low, low, p_values, low, high), truth=0.0).coverage
    0.5
    """
    known = ~np.isnan(found.p_value)
    n, alpha = int(known.sum()), 1 - conf_level
    must(n > 0, "no trial of this world has an answer; make its pools more.", DesignError)
    low, high = found.conf_low[known], found.conf_high[known]
    coverage = float(((low <= truth) & (truth <= high)).mean())
    # a p-value of 1/20 from a list of assignments may be a hair above .05 in floating point
    alarms = float((found.p_value[known] <= alpha + 1e-9).mean()) if truth == null else np.nan
    mcse = float(np.sqrt(alpha * (1 - alpha) / n))
    errors: NDArray[np.float64] = np.array([1 - coverage, alarms])
    errors = errors[~np.isnan(errors)]
    verdict = "below" if bool((errors < alpha - 3 * mcse).any()) else "within"
    return Rates(
        failed=len(known) - n,
        false_alarms=alarms,
        coverage=coverage,
        mcse=mcse,
        bias=float(found.estimate[known].mean() - truth),
        median_width=float(np.median(high - low)),
        verdict="above" if bool((errors > alpha + 3 * mcse).any()) else verdict,
    )


def calibrate(
    estimator: str, world: TrialWorld, *, n_sims: int, seed: int, conf_level: float = 0.95
) -> pd.DataFrame:
    """Run an estimator on many trials of one made-up world and count its errors.

    Parameters
    ----------
    estimator : str
        A name in ``ESTIMATORS``.
    world : TrialWorld
        A trial like yours: pools, drop-out, answers.
    n_sims : int
        Trials; 2,000 give the rate of 5% to within 1.5 points.
    seed : int
        Root seed.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    pandas.DataFrame
        One row: ``estimator``, the fields of `TrialWorld`, ``n_sims, seed, harness, truth`` and
        the fields of `Rates`.

    Raises
    ------
    OptionError
        If there is no such estimator.
    DesignError
        If the estimator refuses every trial of this world.

    Examples
    --------
    >>> row = calibrate("pool_means", TrialWorld(n_pools=20), n_sims=400, seed=1)
    >>> row["verdict"].item()
    'within'
    """
    one_of("estimator", estimator, tuple(CORES))
    batch = draw_trials(world, n_sims=n_sims, seed=seed)
    answered = (e for e in _one_by_one(estimator, batch, conf_level) if e is not None)
    first = next(answered, None)
    must(
        first is not None,
        f"{estimator!r} refuses every trial of this world; make its pools more.",
        DesignError,
    )
    unit = "points" if first is None or first.unit == "points" else "share"
    truth = true_effect(world, unit)
    found = _estimated(estimator, batch, conf_level)
    rates = rates_of(
        found, truth=truth, null=0.0 if unit == "points" else 0.5, conf_level=conf_level
    )
    settings = {"n_sims": n_sims, "seed": seed, "harness": HARNESS, "truth": truth}
    return pd.DataFrame([{"estimator": estimator, **asdict(world), **settings, **asdict(rates)}])
