"""Matching mechanism of a planner: the best total over everybody."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from revlab.errors import one_of
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.flow import best_flow

__all__ = ["OptimalAssignment"]

Floats = NDArray[np.float64]
Cells = NDArray[np.intp]
_AIMS = ("score", "pairs")
_TIE = 1e-9


@dataclass(frozen=True)
class OptimalAssignment:
    """Choose the dyads with the largest total joint score, or the most dyads and then that.

    Leaving two people out is always allowed and a forbidden dyad is never chosen; an allowed
    dyad with a score of zero is a dyad. With ``aim="score"`` the total score is the largest
    possible, up to one part in a billion of the largest score, and among such matchings the
    one with more dyads is taken (where both sides have several places: one to which no dyad
    can be added). With ``aim="pairs"`` the number of dyads is the largest
    possible, and among such matchings the total score. Which of several optima is taken depends
    on ``rng`` (people are shuffled first), though not with equal chances.

    Parameters
    ----------
    aim : {"score", "pairs"}
        What comes first.
    weight : float
        Weight of the mentee's score in the joint score, between 0 and 1.

    Raises
    ------
    OptionError
        If ``aim`` is something else.

    Notes
    -----
    Kuhn 1955, The Hungarian method for the assignment problem, Naval Research Logistics
    2:83-97; solved by the shortest augmenting paths of Jonker and Volgenant 1987 in the form of
    Crouse 2016, IEEE Transactions on Aerospace and Electronic Systems 52:1679-1696, with a row
    or column for each place of a person. If people with several places on both sides would meet
    twice that way, the transport problem with at most one dyad per cell is solved instead.

    Examples
    --------
    >>> scores = Compatibility.from_scores([[0.9, 0.8], [0.8, 0.1]])
    >>> OptimalAssignment()(scores, np.random.default_rng(1)).tolist()
    [[0, 1], [1, 0]]
    >>> one_way = [[True, True], [True, False]]
    >>> scores = Compatibility.from_scores([[0.9, 0.1], [0.1, 0.0]], eligible=one_way)
    >>> OptimalAssignment("score")(scores, np.random.default_rng(1)).tolist()
    [[0, 0]]
    >>> OptimalAssignment("pairs")(scores, np.random.default_rng(1)).tolist()
    [[0, 1], [1, 0]]
    """

    aim: str = "score"
    weight: float = 0.5

    def __post_init__(self) -> None:
        one_of("aim", self.aim, _AIMS)

    def __call__(self, compatibility: Compatibility, rng: np.random.Generator) -> Cells:
        """Return the chosen cells."""
        rows, columns = (rng.permutation(n) for n in compatibility.shape)
        eligible = compatibility.eligible[np.ix_(rows, columns)]
        room = np.minimum(compatibility.mentee_capacity[rows], eligible.sum(axis=1))
        seats = np.minimum(compatibility.mentor_capacity[columns], eligible.sum(axis=0))
        joint = compatibility.joint(self.weight)[np.ix_(rows, columns)]
        worth = self._worth(joint, eligible, int(min(room.sum(), seats.sum())))
        cells = _by_places(worth, room, seats)
        if len(np.unique(cells, axis=0)) < len(cells):
            # With a place each on one side no pair can meet twice, so this is the rare case.
            cells = _filled_up(best_flow(worth, room, seats), worth, room, seats)
        return np.column_stack([rows[cells[:, 0]], columns[cells[:, 1]]])

    def _worth(self, joint: Floats, eligible: NDArray[np.bool_], most: int) -> Floats:
        """Return what choosing a cell adds: positive if allowed, zero if forbidden."""
        largest = float(joint.max(initial=0.0, where=eligible)) or 1.0
        # The pairs bonus is more than all scores of a matching can add up to; the tie bonus is
        # so small that all of a matching's together are worth a billionth of one score.
        bonus = most + 1 if self.aim == "pairs" else _TIE / (most + 1)
        worth: Floats = np.where(eligible, joint / largest + bonus, 0.0)
        return worth


def _filled_up(
    cells: Cells, worth: Floats, room: NDArray[np.int64], seats: NDArray[np.int64]
) -> Cells:
    """Add allowed dyads of score zero, whose tie bonus is below the tolerance of the solver."""
    left = [
        places - np.bincount(cells[:, axis], minlength=len(places))
        for axis, places in enumerate((room, seats))
    ]
    worth = worth.copy()
    worth[cells[:, 0], cells[:, 1]] = 0.0
    more = []
    for i, j in np.argwhere((worth > 0) & (left[0] > 0)[:, None] & (left[1] > 0)):
        if left[0][i] and left[1][j]:
            left[0][i] -= 1
            left[1][j] -= 1
            more.append((i, j))
    return np.concatenate([cells, np.array(more, dtype=np.intp).reshape(-1, 2)])


def _by_places(worth: Floats, room: NDArray[np.int64], seats: NDArray[np.int64]) -> Cells:
    row_of, column_of = (np.repeat(np.arange(len(places)), places) for places in (room, seats))
    i, j = linear_sum_assignment(worth[np.ix_(row_of, column_of)], maximize=True)
    cells = np.column_stack([row_of[i], column_of[j]])
    allowed: Cells = cells[worth[cells[:, 0], cells[:, 1]] > 0]
    return allowed
