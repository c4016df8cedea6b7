"""`TrialWorld`: a made-up trial of two arms of pools, told by a few numbers.

A world is small enough to ask "what if the pools were fewer, or half the people left?" without
people, policies or a programme; `revlab.design.simulate.simulate_design` has those.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from revlab.errors import DesignError, must, one_of

__all__ = ["ANSWERS", "DROP_OUT_KINDS", "SIZES", "TrialWorld"]

ANSWERS: Mapping[str, int] = MappingProxyType(
    {"continuous": 0, "likert_4": 4, "likert_5": 5, "likert_7": 7}
)
"""Kind of score to its number of answers; a Likert score is the mean of four such items."""

DROP_OUT_KINDS = ("at_random", "by_pre")
"""at_random: nothing tells who leaves; by_pre: those with a low first score leave more often."""

SIZES = ("pairs", "ragged", "unequal")
"""pairs: two dyads in each pool; ragged: 3 to 9; unequal: 3, but 24 in every fourth pool."""


@dataclass(frozen=True)
class TrialWorld:
    """A made-up trial: whole pools are dealt to two arms at random.

    First and last scores have variance one (on the latent scale if answers are Likert), the
    slope of the last on the first is one half, and both correlate by ``r`` within a pool.

    Parameters
    ----------
    n_pools : int
        Pools in both arms together, at least 4.
    sizes : str
        Dyads per pool, one of ``SIZES``.
    r : float
        Correlation of the scores of two dyads of a pool; below zero only with "pairs".
    drop_out : float
        Expected share of dyads without a last score, 0 to 0.9.
    drop_out_kind : str
        One of ``DROP_OUT_KINDS``.
    answers : str
        One of ``ANSWERS``.
    lean : float
        Mean of the latent trait, in standard deviations: 1.5 crowds Likert answers at the top.
    treated_share : float
        Share of pools in the treatment arm; at least 2 pools are in each.
    n_blocks : int
        Sites within which pools are dealt to arms; the sites differ in both scores by half a
        standard deviation.
    effect : float
        What the treatment adds to every dyad, in latent standard deviations.

    Raises
    ------
    DesignError
        If a number is out of its range.
    OptionError
        If a word is not one of those there are.

    Examples
    --------
    >>> TrialWorld(n_pools=8, answers="likert_5").effect
    0.0
    """

    n_pools: int = 12
    sizes: str = "ragged"
    r: float = 0.3
    drop_out: float = 0.2
    drop_out_kind: str = "at_random"
    answers: str = "continuous"
    lean: float = 0.0
    treated_share: float = 0.5
    n_blocks: int = 1
    effect: float = 0.0

    def __post_init__(self) -> None:
        one_of("sizes", self.sizes, SIZES)
        one_of("drop_out_kind", self.drop_out_kind, DROP_OUT_KINDS)
        one_of("answers", self.answers, tuple(ANSWERS))
        lowest = -1 if self.sizes == "pairs" else 0
        for name, low, high in (
            ("n_pools", 4, 1000),
            ("r", lowest, 1),
            ("drop_out", 0, 0.9),
            ("lean", -5, 5),
            ("treated_share", 0, 1),
            ("n_blocks", 1, self.n_pools // 2),
            ("effect", -5, 5),
        ):
            value = getattr(self, name)
            must(
                isfinite(value) and low <= value <= high,
                f"`{name}` of a made-up trial must be from {low} to {high} with "
                f"{self.sizes} pools; got {value!r}.",
                DesignError,
            )

    @property
    def block(self) -> NDArray[np.intp]:
        """Number of the block of each pool, shape (n_pools,)."""
        return np.arange(self.n_pools) % self.n_blocks

    @property
    def n_treated(self) -> NDArray[np.intp]:
        """Pools in the treatment arm of each block, shape (n_blocks,)."""
        least = 2 if self.n_blocks == 1 else 1
        sizes = np.bincount(self.block)
        wanted = np.rint(self.treated_share * sizes).astype(np.intp)
        treated: NDArray[np.intp] = np.clip(wanted, least, sizes - least)
        return treated

    @property
    def pool(self) -> NDArray[np.intp]:
        """Number of the pool of each dyad, shape (n,)."""
        pools = np.arange(self.n_pools)
        sizes = {
            "pairs": np.full(self.n_pools, 2),
            "ragged": 3 + 5 * pools % 7,
            "unequal": np.where(pools % 4 == 3, 24, 3),
        }[self.sizes]
        return np.repeat(pools, sizes)
