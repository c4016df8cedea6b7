"""`Comparison`: two arms as arrays, read once from a frame and checked at the door."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.errors import EstimateError, must, one_of
from revlab.inference.estimate import Contrast
from revlab.inference.pool_blocks import both_arms, kept_blocks, pool_blocks

__all__ = ["COLUMNS", "Comparison", "read_comparison"]

COLUMNS = ("dyad_id", "pool_id", "arm", "pre", "post")
"""Columns of the frame that every estimator reads: one row per dyad; ``block`` is read if there."""


@dataclass(frozen=True)
class Comparison:
    """The complete dyads of two arms.

    Parameters
    ----------
    pre, post : ndarray of shape (n,)
        First and last score, in points.
    pool : ndarray of shape (n,)
        Number of the pool, 0 to G - 1.
    pool_treated : ndarray of shape (G,)
        Whether the pool is in the treatment arm.
    contrast : Contrast
        Which arm is which.
    n_missing : int
        Dyads of the two arms that were left out because a score is missing.
    pools_lost : int
        Pools of the two arms without any complete dyad.
    block : ndarray of shape (G,) or None
        Number of the block, 0 to B - 1, within which the pool was dealt to its arm; None if
        there are no blocks.
    """

    pre: NDArray[np.float64]
    post: NDArray[np.float64]
    pool: NDArray[np.intp]
    pool_treated: NDArray[np.bool_]
    contrast: Contrast
    n_missing: int = 0
    pools_lost: int = 0
    block: NDArray[np.intp] | None = None

    @property
    def n(self) -> int:
        """Complete dyads."""
        return len(self.post)

    @property
    def n_pools(self) -> int:
        """Pools with at least one complete dyad."""
        return len(self.pool_treated)

    @property
    def treated(self) -> NDArray[np.float64]:
        """1 for dyads of the treatment arm, else 0; shape (n,)."""
        return self.pool_treated[self.pool].astype(float)

    def pool_means(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the mean of ``values`` (n,) in each pool, shape (G,)."""
        totals = np.bincount(self.pool, weights=values, minlength=self.n_pools)
        means: NDArray[np.float64] = totals / np.bincount(self.pool, minlength=self.n_pools)
        return means

    @property
    def dyad_block(self) -> NDArray[np.intp] | None:
        """Number of the block of each dyad, shape (n,), or None."""
        return None if self.block is None else self.block[self.pool]

    @property
    def n_blocks(self) -> int:
        """Blocks; 1 if there are none."""
        return 1 if self.block is None else int(self.block.max()) + 1

    @property
    def block_words(self) -> str:
        """The fixed effects of the blocks, in words for the convention; "" without blocks."""
        return "" if self.block is None else f", fixed effects of {self.n_blocks} blocks"

    @property
    def block_note(self) -> str:
        """What the reader must know about blocks with one arm only; "" if there are none."""
        if self.block is None:
            return ""
        idle = int((~both_arms(self.block, self.pool_treated)).sum())
        blocks = "block has" if idle == 1 else "blocks have"
        return f"{idle} {blocks} pools of one arm only and tell nothing" if idle else ""

    @property
    def missing_words(self) -> str:
        """What was left out, in words for the convention."""
        pools = "pool" if self.pools_lost == 1 else "pools"
        lost = f", {self.pools_lost} {pools} without a complete dyad" if self.pools_lost else ""
        return f"complete dyads only ({self.n_missing} left out{lost})"


def read_comparison(frame: pd.DataFrame, contrast: Contrast) -> Comparison:
    """Read the two arms of ``contrast`` from one row per dyad.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns dyad_id, pool_id, arm, pre, post; other arms and columns are ignored. A missing
        pre or post leaves the dyad out and is counted. An optional column block says within
        which site or other block a pool was dealt to its arm; one block is as none.
    contrast : Contrast
        Treatment and control arm.

    Returns
    -------
    Comparison

    Raises
    ------
    EstimateError
        If a column is missing, a dyad appears twice, a pool is in both arms (then the pool is
        not the unit that was assigned) or an arm has fewer than two pools; if a block is
        missing, a pool is in two blocks or no block has both arms.

    References
    ----------
    Murray (1998), Design and Analysis of Group-Randomized Trials, on one group per arm.

    Examples
    --------
    >>> frame = pd.DataFrame({"dyad_id": list("abcd"), "pool_id": [1, 1, 2, 3],
    ...     "arm": ["new", "new", "new", "old"], "pre": [3.0] * 4, "post": [4.0, 3, 4, 3]})
    >>> read_comparison(frame, Contrast("new", "old"))
    Traceback (most recent call last):
    ...
    revlab.errors.EstimateError: arm 'old' has 1 pool with complete dyads; a policy treats \
whole pools, so at least 2 pools per arm are needed to tell it from chance.
    """
    absent = [name for name in COLUMNS if name not in frame.columns]
    must(not absent, f"the frame of dyads lacks the columns {absent}.", EstimateError)
    arm, arms = pd.factorize(frame["arm"])
    wanted = [str(name) for name in arms]
    for name in (contrast.treatment, contrast.control):
        one_of("arm", name, wanted)
    treated = arm == wanted.index(contrast.treatment)
    chosen = treated | (arm == wanted.index(contrast.control))
    treated = treated[chosen]
    dyads = frame["dyad_id"].to_numpy()[chosen]
    repeated = dyads[pd.Series(dyads).duplicated().to_numpy()]
    must(
        len(repeated) == 0,
        f"dyad {str(repeated[0]) if len(repeated) else ''!r} appears more than once; give one "
        "row per dyad.",
        EstimateError,
    )
    scores = np.column_stack([_numbers(frame[name])[chosen] for name in ("pre", "post")])
    must(not np.isinf(scores).any(), "a score is infinite; correct it.", EstimateError)
    pool, names = pd.factorize(frame["pool_id"].to_numpy()[chosen], sort=True)
    must(not (pool < 0).any(), "a dyad has no pool_id; fill it in.", EstimateError)
    arm_of_pool = _arm_of_pool(pool, treated, names=names)
    complete = ~np.isnan(scores).any(axis=1)
    kept, code = np.unique(pool[complete], return_inverse=True)
    _enough_pools(arm_of_pool[kept], contrast)
    block = None
    if "block" in frame.columns:
        every = pool_blocks(frame["block"].to_numpy()[chosen].tolist(), pool, names=names)
        block = kept_blocks(every[kept], arm_of_pool[kept])
    return Comparison(
        pre=scores[complete, 0],
        post=scores[complete, 1],
        pool=code,
        pool_treated=arm_of_pool[kept],
        contrast=contrast,
        n_missing=int((~complete).sum()),
        pools_lost=len(names) - len(kept),
        block=block,
    )


def _numbers(column: pd.Series) -> NDArray[np.float64]:
    if column.dtype == np.float64:
        plain: NDArray[np.float64] = column.to_numpy()
        return plain
    numbers: NDArray[np.float64] = column.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    return numbers


def _arm_of_pool(
    pool: NDArray[np.intp], treated: NDArray[np.bool_], *, names: Sequence[object]
) -> NDArray[np.bool_]:
    dyads = np.bincount(pool, minlength=len(names))
    in_treatment = np.bincount(pool, weights=treated, minlength=len(names))
    mixed = np.flatnonzero((in_treatment > 0) & (in_treatment < dyads))
    must(
        mixed.size == 0,
        f"pool {str(names[mixed[0]]) if mixed.size else ''!r} has dyads in both arms; these "
        "estimators are for policies that treat whole pools, so give each pool one arm.",
        EstimateError,
    )
    whole: NDArray[np.bool_] = in_treatment > 0
    return whole


def _enough_pools(pool_treated: NDArray[np.bool_], contrast: Contrast) -> None:
    for arm, count in (
        (contrast.treatment, int(pool_treated.sum())),
        (contrast.control, int((~pool_treated).sum())),
    ):
        must(
            count >= 2,
            f"arm {arm!r} has {count} pool{'' if count == 1 else 's'} with complete dyads; a "
            "policy treats whole pools, so at least 2 pools per arm are needed to tell it from "
            "chance.",
            EstimateError,
        )
