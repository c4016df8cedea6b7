"""A lottery as a mixture of a few matchings, with exact weights (Birkhoff and von Neumann)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.pairing.lottery import Lottery
from revlab.pairing.lottery_grid import BITS, units_of
from revlab.pairing.lottery_rest import rest_of

__all__ = ["Mixture", "decompose"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Mixture:
    """Matchings with weights that add up to one; drawing one by its weight is the lottery.

    Parameters
    ----------
    mentee_ids, mentor_ids : pandas.Index
        Ids of the rows and columns of the lottery.
    cells : array of int, shape (n_possible, 2)
        Row and column in the lottery of each dyad that can be drawn, by the ids of its people.
    weights : array of float, shape (n_matchings,)
        Chance of each matching, largest first.
    matchings : array of bool, shape (n_matchings, n_possible)
        Which of the possible dyads each matching has.

    Examples
    --------
    >>> ids = pd.Index(["a"])
    >>> Mixture(ids, ids, np.array([[0, 0]]), np.array([0.7, 0.3]), np.array([[True], [False]]))
    Mixture of 2 matchings over 1 possible dyad, the likeliest with a chance of 0.70
    """

    mentee_ids: pd.Index
    mentor_ids: pd.Index
    cells: NDArray[np.intp]
    weights: Floats
    matchings: NDArray[np.bool_]

    def __repr__(self) -> str:
        n, k = self.matchings.shape
        return (
            f"Mixture of {n} matching{'s' if n != 1 else ''} over {k} possible "
            f"dyad{'s' if k != 1 else ''}, the likeliest with a chance of {self.weights[0]:.2f}"
        )

    @property
    def chance(self) -> Floats:
        """Chance of each possible dyad, exactly that of the lottery."""
        chance: Floats = self.weights @ self.matchings
        return chance

    @property
    def together(self) -> Floats:
        """Chance that both of two possible dyads are drawn, exactly, for all pairs of them.

        Those of drawing from this mixture; draws by dependent rounding have the same chances of
        single dyads and other ones of two together.
        """
        both: Floats = (self.matchings * self.weights[:, None]).T @ self.matchings
        return both

    def draw_cells(self, rng: np.random.Generator) -> NDArray[np.intp]:
        """Draw one of the matchings as cells of the lottery."""
        chosen: NDArray[np.intp] = self.cells[self.matchings[self._pick(1, rng)[0]]]
        return chosen

    def draw_many(self, n_draws: int, rng: np.random.Generator) -> NDArray[np.bool_]:
        """Draw matchings independently: which of the possible dyads each has."""
        drawn: NDArray[np.bool_] = self.matchings[self._pick(n_draws, rng)]
        return drawn

    def _pick(self, n_draws: int, rng: np.random.Generator) -> NDArray[np.intp]:
        # Weights are whole units of the grid, so that a whole number picks with exact chances.
        upto = np.cumsum(units_of(self.weights))
        picked: NDArray[np.intp] = np.searchsorted(
            upto, rng.integers(0, 1 << BITS, size=n_draws), side="right"
        )
        return picked


def decompose(lottery: Lottery) -> Mixture:
    """Return matchings and weights whose mixture has exactly the chances of a lottery.

    Takes, again and again, the matching that can have the largest weight (found by halving and
    a maximum flow) and goes on with what is left. Every matching gives every person the whole
    number of dyads below or above their expected number. There are at most as many matchings
    as possible dyads and people together.

    Parameters
    ----------
    lottery : Lottery
        Whose chances to split.

    Returns
    -------
    Mixture
        With exact joint inclusion probabilities; weights are multiples of 2**-40.

    References
    ----------
    Birkhoff 1946, Tres observaciones sobre el algebra lineal, Universidad Nacional de Tucuman,
    Revista A 5:147-151. Budish, Che, Kojima and Milgrom 2013, Designing random allocation
    mechanisms, American Economic Review 103:585-623, for several places per person.

    Examples
    --------
    >>> half = np.full((2, 2), 0.5)
    >>> decompose(Lottery("by hand", ["m", "n"], ["a", "b"], half, [1, 1], [1, 1])).weights.tolist()
    [0.5, 0.5]
    """
    frame = lottery.to_frame()
    rows = lottery.mentee_ids.get_indexer(frame["mentee_id"])
    columns = lottery.mentor_ids.get_indexer(frame["mentor_id"])
    rest = rest_of(units_of(frame["probability"].to_numpy()), np.column_stack([rows, columns]))
    weights, matchings = [], []
    while rest.weight:
        amount, chosen = rest.largest()
        weights.append(amount)
        matchings.append(chosen)
        rest = rest.without(amount, chosen)
    order = np.argsort(-np.array(weights), kind="stable")
    return Mixture(
        lottery.mentee_ids,
        lottery.mentor_ids,
        np.column_stack([rows, columns]),
        np.array(weights)[order] / 2**BITS,
        np.array(matchings)[order],
    )
