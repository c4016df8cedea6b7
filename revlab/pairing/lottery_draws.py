"""`Draws`: many matchings that were drawn from one lottery, side by side."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["Draws"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Draws:
    """Matchings drawn from one lottery, independently of each other.

    Parameters
    ----------
    mentee_ids, mentor_ids : pandas.Index
        Ids of the rows and columns of the lottery.
    cells : array of int, shape (n_possible, 2)
        Row and column in the lottery of each dyad that can be drawn, by the ids of its people.
    chance : array of float, shape (n_possible,)
        Their probabilities.
    drawn : array of bool, shape (n_draws, n_possible)
        Which of them each draw has.

    Examples
    --------
    >>> ids = pd.Index(["a", "b"])
    >>> cells, chance = np.array([[0, 0], [0, 1]]), np.array([0.5, 0.5])
    >>> draws = Draws(ids, ids, cells, chance, np.array([[True, False], [False, True]]))
    >>> draws
    2 draws from a lottery over 2 possible dyads, 2 of them different
    >>> draws.together
    array([[0.5, 0. ],
           [0. , 0.5]])
    """

    mentee_ids: pd.Index
    mentor_ids: pd.Index
    cells: NDArray[np.intp]
    chance: Floats
    drawn: NDArray[np.bool_]

    def __repr__(self) -> str:
        n, k = self.drawn.shape
        draws = f"{n} draw{'s' if n != 1 else ''}"
        return f"{draws} from a lottery over {k} possible dyads, {self.distinct} of them different"

    @property
    def distinct(self) -> int:
        """Number of different matchings among the draws."""
        return len({row.tobytes() for row in np.packbits(self.drawn, axis=1)})

    @property
    def frequency(self) -> Floats:
        """Share of the draws that have each possible dyad."""
        share: Floats = self.drawn.mean(axis=0)
        return share

    @property
    def together(self) -> Floats:
        """Share of the draws that have both of two possible dyads, for all pairs of them.

        An estimate of the joint inclusion probabilities, shape (n_possible, n_possible).
        """
        # Counts up to 2**24 are exact in single precision, where the product is fastest.
        exact = np.float32 if len(self.drawn) < 2**24 else np.float64
        whole: NDArray[np.floating] = self.drawn.astype(exact)
        counts: Floats = (whole.T @ whole).astype(float)
        return counts / len(self.drawn)

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each possible dyad: its people, its chance and its frequency."""
        return pd.DataFrame(
            {
                "mentee_id": self.mentee_ids[self.cells[:, 0]],
                "mentor_id": self.mentor_ids[self.cells[:, 1]],
                "probability": self.chance,
                "frequency": self.frequency,
            }
        )
