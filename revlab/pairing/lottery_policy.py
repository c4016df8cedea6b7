"""`LotteryDraw`: a mechanism that draws its matching from a lottery."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from revlab.errors import OptionError, must, one_of
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.lottery import Lottery
from revlab.pairing.lottery_capped import capped_lottery
from revlab.pairing.lottery_terms import check_cap
from revlab.pairing.perturbed import MOST_STRENGTH, perturbed_lottery

__all__ = ["LotteryDraw"]


@dataclass(frozen=True)
class LotteryDraw:
    """Draw the matching from the lottery of largest expected score with a cap on each dyad.

    What is drawn is a matching like any other; what was possible, and how likely, is
    `LotteryDraw.lottery` of the same compatibility, which uses no chance: compute it again
    rather than keep it. Ties between lotteries are broken by the order of the ids.

    Parameters
    ----------
    cap : float
        Largest chance of a dyad, from 1e-6 to 1; with 1 nothing is left to chance.
    strength : float
        If above zero, up to 0.5: chances are spread beside the cap too (`perturbed_lottery`).
    aim : {"score", "pairs"}
        Whether the expected score comes first or the expected number of dyads.
    name : str
        Name of the policy, for the lottery.

    Raises
    ------
    OptionError
        If a setting is out of range.

    References
    ----------
    Jecmen, Zhang, Liu, Shah, Conitzer and Fang 2020, Mitigating manipulation in peer review via
    randomized reviewer assignments, NeurIPS 33:12533-12545.

    Examples
    --------
    >>> scores = Compatibility.from_scores([[0.9, 0.8], [0.8, 0.1]])
    >>> LotteryDraw(cap=0.75)(scores, np.random.default_rng(1)).shape
    (2, 2)
    """

    cap: float = 0.5
    strength: float = 0.0
    aim: str = "score"
    name: str = "lottery"

    def __post_init__(self) -> None:
        check_cap(self.cap)
        one_of("aim", self.aim, ("score", "pairs"))
        what = f"`strength` must be from 0 to {MOST_STRENGTH}; got {self.strength}."
        must(bool(0 <= self.strength <= MOST_STRENGTH), what, OptionError)

    def lottery(self, compatibility: Compatibility) -> Lottery:
        """Return the lottery that a matching of these people is drawn from."""
        if self.strength:
            return perturbed_lottery(
                compatibility,
                strength=self.strength,
                cap=self.cap,
                aim=self.aim,
                policy=self.name,
            )
        return capped_lottery(compatibility, cap=self.cap, aim=self.aim, policy=self.name)

    def __call__(self, compatibility: Compatibility, rng: np.random.Generator) -> NDArray[np.intp]:
        """Return the chosen cells."""
        return self.lottery(compatibility).draw_cells(rng)
