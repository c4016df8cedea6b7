"""Two more estimators of a policy's effect on arrays that were read once.

A linear model with equally correlated dyads in a pool, and the probability that a dyad of the
treatment arm changed more than one of the control arm.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from revlab.errors import EstimateError, must
from revlab.inference.batch import Batch
from revlab.inference.batched_mixed import pool_correlations
from revlab.inference.comparison import Comparison
from revlab.inference.compound_symmetry import fit_compound_symmetry
from revlab.inference.estimate import Estimate
from revlab.inference.pool_blocks import block_dummies
from revlab.inference.regression import cluster_robust
from revlab.inference.small_sample_notes import warnings_of
from revlab.inference.superiority import logit_interval, placements

__all__ = ["SAME", "mixed_pools_core", "placed_in_blocks", "superiority_core"]

Floats = NDArray[np.float64]

SAME = 9
"""Changes that agree to so many decimals are ties; means of items differ by rounding."""


def mixed_pools_core(comparison: Comparison, conf_level: float = 0.95) -> Estimate:
    """Return the effect on post at equal pre by a mixed model; see `mixed_pools`."""
    must(
        float(np.ptp(comparison.pre)) > 0,
        "all first scores are equal, so there is nothing to adjust for; use change_cr2.",
        EstimateError,
    )
    blocks = block_dummies(comparison.dyad_block, comparison.n)
    centred = comparison.pre - comparison.pre.mean()
    design = np.column_stack([blocks, comparison.treated, centred])
    batch = Batch(
        comparison.pre[None],
        comparison.post[None],
        comparison.pool,
        comparison.pool_treated,
        comparison.block,
    )
    start = float(pool_correlations(batch)[0])
    # what cannot be fitted at all is refused with its own reason, from any start
    begin = start if np.isfinite(start) else 0.0
    fit = fit_compound_symmetry(
        comparison.post, design, group=comparison.pool, start_correlation=begin
    )
    must(
        bool(np.isfinite(start)),
        "the dyads of a pool are as unlike as they can be, so the mixed model has no standard "
        "error; use ancova_cr2.",
        EstimateError,
    )
    correlation = fit.intraclass_correlation
    return replace(
        fit.estimate(blocks.shape[1], conf_level=conf_level),
        estimand="post at equal pre",
        estimator="mixed_pools",
        contrast=repr(comparison.contrast),
        n_missing=comparison.n_missing,
        unit="points",
        convention=f"mixed model of post on arm and pre{comparison.block_words}, REML, dyads of "
        f"one of {comparison.n_pools} pools equally correlated ({correlation:.2f}, may be "
        f"negative), model-based standard error, Satterthwaite t; {comparison.missing_words}",
        note=comparison.block_note,
    )


def placed_in_blocks(
    change: Floats, treated: NDArray[np.bool_], *, block: NDArray[np.intp]
) -> Floats:
    """Return the share of the other arm's values in the block that is below each value.

    Parameters
    ----------
    change : ndarray of shape (n,)
        Values; equal ones count half.
    treated : ndarray of bool, shape (n,)
        The arm.
    block : ndarray of shape (n,)
        Number of the block, from 0.

    Returns
    -------
    ndarray of shape (n,)
        One half where the block has nobody in the other arm.

    Examples
    --------
    >>> arms = np.array([True, True, False, False])
    >>> placed_in_blocks(np.array([1.0, 4, 2, 1]), arms, block=np.zeros(4, int)).tolist()
    [0.25, 1.0, 0.5, 0.25]
    """
    placed = np.full(len(change), 0.5)
    for code in range(int(block.max()) + 1):
        for arm in (True, False):
            rows = (block == code) & (treated == arm)
            others = (block == code) & (treated != arm)
            if others.any():
                placed[rows] = placements(change[rows], change[others])
    return placed


def superiority_core(comparison: Comparison, conf_level: float = 0.95) -> Estimate:
    """Return how often a treated dyad changed more than a control one; see `superiority`."""
    change = np.round(comparison.post - comparison.pre, SAME)
    treated = comparison.pool_treated[comparison.pool]
    code = comparison.dyad_block
    code = np.zeros(comparison.n, dtype=np.intp) if code is None else code
    placed = placed_in_blocks(change, treated, block=code)
    blocks = block_dummies(code, comparison.n)
    # within blocks the two mean placements of the arms add up to one: 2p - 1 is the coefficient
    design = np.column_stack([blocks, comparison.treated])
    fit = cluster_robust(design, placed, cluster=comparison.pool)
    last = blocks.shape[1]
    p, variance = (1 + float(fit.coefficients[last])) / 2, float(fit.covariance[last, last])
    must(
        0 < p < 1 and min(p, 1 - p) > 1e-12,
        "one arm changed wholly more than the other: no interval exists.",
        EstimateError,
    )
    must(variance > 1e-24, "the pools do not vary; no interval.", EstimateError)
    plain = logit_interval(
        p, float(np.sqrt(variance)), df=float(fit.df[last]), conf_level=conf_level
    )
    within = f" within {comparison.n_blocks} blocks" if comparison.block is not None else ""
    return replace(
        plain,
        estimand="larger change of a dyad",
        estimator="superiority",
        contrast=repr(comparison.contrast),
        n=comparison.n,
        n_missing=comparison.n_missing,
        unit="share",
        n_clusters=comparison.n_pools,
        convention=f"share of pairs of dyads{within}, one of each arm, in which the treated one "
        f"changed more, ties as half (.5 = no difference); {comparison.n_pools} pools, CR2 "
        "standard error of placements, Satterthwaite t on the log-odds scale; "
        f"{comparison.missing_words}",
        note="; ".join(
            note for note in (comparison.block_note, warnings_of("superiority", comparison)) if note
        ),
    )
