"""The probability of superiority for many replications in one call."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, stdtr, stdtrit

from revlab.inference.batch import Batch, BatchEstimates
from revlab.inference.batched_regressions import regressed
from revlab.inference.pool_models import SAME

__all__ = ["superiority_batch"]

Floats = NDArray[np.float64]


def superiority_batch(batch: Batch, *, conf_level: float = 0.95) -> BatchEstimates:
    """Return `revlab.inference.estimators.superiority` for every replication.

    Examples
    --------
    >>> batch = Batch(np.zeros((1, 4)), [[4.0, 2, 1, 3]], [0, 1, 2, 3], [True, True, False, False])
    >>> superiority_batch(batch).estimate.tolist()
    [0.75]
    """
    placed = np.where(batch.there, _placed(batch), 0.0)
    found = regressed(batch, "none", outcome=placed, conf_level=conf_level)
    with np.errstate(invalid="ignore", divide="ignore"):
        p, error = (1 + found.estimate) / 2, found.std_error
        fine = (np.minimum(p, 1 - p) > 1e-12) & (error > 1e-12)
        p, error, df = (np.where(fine, x, np.nan) for x in (p, error, found.df))
        wide = error / (p * (1 - p))
        middle, half = logit(p), stdtrit(df, (1 + conf_level) / 2) * wide
    return replace(
        found,
        estimate=p,
        std_error=error,
        df=df,
        p_value=2 * stdtr(df, -np.abs(middle / wide)),
        conf_low=expit(middle - half),
        conf_high=expit(middle + half),
    )


def _placed(batch: Batch) -> Floats:
    """Return the share of the other arm's complete dyads of the block below each change."""
    there = batch.there
    treated = np.where(there, batch.to_dyads(batch.treated), 0.0)
    block = batch.to_dyads(batch.in_block.argmax(1).astype(float))
    change = np.round(batch.outcome_change, SAME)
    # dyads that are not complete come last, as a block of their own
    block = np.where(there, block, np.inf)
    order = np.argsort(change, axis=1, kind="stable")
    order = np.take_along_axis(
        order, np.argsort(np.take_along_axis(block, order, 1), axis=1, kind="stable"), 1
    )
    y, b, arm = (np.take_along_axis(column, order, 1) for column in (change, block, treated))
    opens = np.ones(there.shape, dtype=bool)
    opens[:, 1:] = b[:, 1:] != b[:, :-1]
    first, last = _runs(opens)
    opens[:, 1:] |= y[:, 1:] != y[:, :-1]
    low, high = _runs(opens)
    share = np.full(there.shape, 0.5)
    for own in (0.0, 1.0):
        count = np.zeros((len(y), y.shape[1] + 1))
        np.cumsum(arm != own, axis=1, out=count[:, 1:])
        begin, end, below, upto = (
            np.take_along_axis(count, place, 1) for place in (first, last, low, high)
        )
        others = end - begin
        placed = (below + upto - 2 * begin) / (2 * np.maximum(others, 1))
        share = np.where((arm == own) & (others > 0), placed, share)
    back = np.empty_like(share)
    np.put_along_axis(back, order, share, 1)
    return back


def _runs(opens: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return where the run of each place begins and where the next one does; (R, n)."""
    n = opens.shape[1]
    place = np.arange(n)
    begins = np.maximum.accumulate(np.where(opens, place, 0), axis=1)
    closes = np.ones_like(opens)
    closes[:, :-1] = opens[:, 1:]
    ends = np.minimum.accumulate(np.where(closes, place + 1, n)[:, ::-1], axis=1)[:, ::-1]
    return begins, ends
