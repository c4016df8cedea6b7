"""`BATCHED`: every estimator for many replications in one call.

Every array has a leading axis of replications; a dyad that does not exist or has no score is
NaN in ``pre`` or ``post``. A replication that a single estimator would refuse gives NaN.
"""

from collections.abc import Mapping
from types import MappingProxyType

from revlab.inference.batch import Batch, BatchEstimates, BatchEstimator
from revlab.inference.batched_mixed import mixed_pools_batch
from revlab.inference.batched_randomisation import (
    adjusted_randomisation_batch,
    randomisation_batch,
)
from revlab.inference.batched_regressions import (
    ancova_batch,
    change_batch,
    lin_batch,
    pool_means_batch,
)
from revlab.inference.batched_superiority import superiority_batch

__all__ = ["BATCHED", "Batch", "BatchEstimates"]

BATCHED: Mapping[str, BatchEstimator] = MappingProxyType(
    {
        "pool_means": pool_means_batch,
        "ancova_cr2": ancova_batch,
        "change_cr2": change_batch,
        "lin_cr2": lin_batch,
        "mixed_pools": mixed_pools_batch,
        "randomisation": randomisation_batch,
        "randomisation_adjusted": adjusted_randomisation_batch,
        "superiority": superiority_batch,
    }
)
"""Name in ``ESTIMATORS`` to its twin over replications.

Equal to 1e-10; "mixed_pools", whose single fit ends a search, to 1e-7.
"""
