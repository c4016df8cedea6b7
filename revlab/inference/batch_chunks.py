"""Many replications some at a time."""

from collections.abc import Callable

import numpy as np

from revlab.inference.batch import Batch, BatchEstimates

__all__ = ["in_chunks"]

_CHUNK = 450
"""Replications whose arrays fit into a processor's cache; measured with 60 dyads each."""


def in_chunks(estimator: Callable[[Batch], BatchEstimates], batch: Batch) -> BatchEstimates:
    """Run an estimator over some replications at a time, so that its arrays stay in the cache.

    Parameters
    ----------
    estimator : callable
        Treats every replication on its own.
    batch : Batch
        Any number of replications.

    Examples
    --------
    >>> one = Batch(np.zeros((1, 2)), np.zeros((1, 2)), [0, 1], [True, False])
    >>> zero = np.zeros(1)
    >>> in_chunks(lambda _: BatchEstimates(*[zero] * 6), one).estimate.tolist()
    [0.0]
    """
    runs = np.shape(batch.pre)[0]
    if runs <= _CHUNK:
        return estimator(batch)
    parts = [estimator(batch.rows(slice(k, k + _CHUNK))) for k in range(0, runs, _CHUNK)]
    columns = zip(*(vars(part).values() for part in parts), strict=True)
    return BatchEstimates(*(np.concatenate(column) for column in columns))
