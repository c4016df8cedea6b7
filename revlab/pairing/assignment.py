"""Matching mechanism of a planner: the best total over everybody."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from revlab.errors import PairingError, must, one_of
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.flow import best_flow

__all__ = ["OptimalAssignment"]

Floats = NDArray[np.float64]
Cells = NDArray[np.intp]
Places = NDArray[np.int64]
_AIMS = ("score", "pairs", "price")
_TIE = 1e-9


@dataclass(frozen=True)
class OptimalAssignment:
    """Choose the dyads with the largest total joint score, the most dyads, or a mix of both.

    Leaving two people out is always allowed and a forbidden dyad is never chosen; an allowed
    dyad with a score of zero is a dyad. With ``aim="score"`` the total score is the largest
    possible, up to one part in a billion of the largest score, and among such matchings the
    one with more dyads is taken (where both sides have several places: one to which no dyad
    can be added). With ``aim="pairs"`` the number of dyads is the largest
    possible, and among such matchings the total score. With ``aim="price"`` the total score
    less ``price`` for every person without any dyad is the largest possible, with ties as for
    "score": a price of zero is the aim "score", and a price above the total score is the
    largest number of people with a dyad and then the score, which is the aim "pairs" where
    everybody has one place. Which of several optima is taken depends
    on ``rng`` (people are shuffled first), though not with equal chances.

    Parameters
    ----------
    aim : {"score", "pairs", "price"}
        What comes first.
    weight : float
        Weight of the mentee's score in the joint score, between 0 and 1.
    price : float
        What leaving one person out costs, in units of the score, zero or more; only for
        ``aim="price"``. Somebody with at least one dyad costs nothing, whatever their capacity.
        A higher price never leaves more people out.

    Raises
    ------
    OptionError
        If ``aim`` is something else.
    PairingError
        If the price is not a number of zero or more, or is given for another aim.

    Notes
    -----
    Kuhn 1955, The Hungarian method for the assignment problem, Naval Research Logistics
    2:83-97; solved by the shortest augmenting paths of Jonker and Volgenant 1987 in the form of
    Crouse 2016, IEEE Transactions on Aerospace and Electronic Systems 52:1679-1696, with a row
    or column for each place of a person. If people with several places on both sides would meet
    twice that way, the transport problem with at most one dyad per cell is solved instead.

    The price is a bonus on the first place of each person, so the worth of a person's dyads is
    concave in their number and the optimum is that of a flow. Of two prices p < q with optima
    that leave out a and b people, adding up the two statements "no matching is better" gives
    (q - p)(a - b) >= 0: the higher price leaves out no more.

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

    The second dyad loses 0.7 and saves two people:

    >>> for price in (0.3, 0.4):
    ...     OptimalAssignment("price", price=price)(scores, np.random.default_rng(1)).tolist()
    [[0, 0]]
    [[0, 1], [1, 0]]
    """

    aim: str = "score"
    weight: float = 0.5
    price: float = 0.0

    def __post_init__(self) -> None:
        one_of("aim", self.aim, _AIMS)
        must(
            bool(np.isfinite(self.price)) and self.price >= 0,
            f"`price` must be a finite number of zero or more; got {self.price}.",
            PairingError,
        )
        must(
            self.aim == "price" or self.price == 0,
            f"`price` is for the aim 'price' and would change nothing with {self.aim!r}; "
            "leave it out or choose that aim.",
            PairingError,
        )

    def __call__(self, compatibility: Compatibility, rng: np.random.Generator) -> Cells:
        """Return the chosen cells."""
        rows, columns = (rng.permutation(n) for n in compatibility.shape)
        eligible = compatibility.eligible
        if eligible.all():
            allowed = [np.full(n, m) for n, m in (eligible.shape, eligible.shape[::-1])]
        else:
            allowed = [np.count_nonzero(eligible, axis=axis) for axis in (1, 0)]
        room = np.minimum(compatibility.mentee_capacity, allowed[0])[rows]
        seats = np.minimum(compatibility.mentor_capacity, allowed[1])[columns]
        worth = compatibility.joint(self.weight).astype(np.float64, copy=False)
        price = self._into_worth(worth, eligible, int(min(room.sum(), seats.sum())))
        row_of, column_of = (np.repeat(np.arange(len(p)), p) for p in (room, seats))
        cost = worth[np.ix_(rows[row_of], columns[column_of])]
        cells = _by_places(cost, row_of, column_of, price)
        twice = room.max(initial=0) > 1 and seats.max(initial=0) > 1
        if twice and len(np.unique(cells, axis=0)) < len(cells):
            # With a place each on one side no pair can meet twice, so this is the rare case.
            worth = worth[np.ix_(rows, columns)]
            chosen = _priced_flow(worth, room, seats, price)
            cells = _filled_up(chosen, worth, room, seats)
        return np.column_stack([rows[cells[:, 0]], columns[cells[:, 1]]])

    def _into_worth(self, joint: Floats, eligible: NDArray[np.bool_], most: int) -> float:
        """Write what choosing a cell adds over its score, and return the price on that scale.

        A cell is worth something if it is allowed, and zero if it is forbidden. Everything is
        done in place: at these sizes a fresh table costs as much as a tenth of the solution.
        """
        joint *= eligible
        largest = float(joint.max(initial=0.0)) or 1.0
        # The pairs bonus is more than all scores of a matching can add up to; the tie bonus is
        # so small that all of a matching's together are worth a billionth of one score.
        joint /= largest
        joint += most + 1 if self.aim == "pairs" else _TIE / (most + 1)
        joint *= eligible
        # A person cannot be worth more than all the score there is: above that nothing changes.
        return min(self.price / largest, most + 1.0)


def _by_places(cost: Floats, row_of: Cells, column_of: Cells, price: float) -> Cells:
    """Return the best cells where each place of a person has a row or column of its own."""
    forbidden = cost == 0
    if price:
        for axis, person in enumerate((row_of, column_of)):
            first = np.diff(person, prepend=-1) > 0
            cost += price * np.expand_dims(first, 1 - axis)
        cost[forbidden] = 0.0
    np.negative(cost, out=cost)
    i, j = linear_sum_assignment(cost)
    i, j = (side[~forbidden[i, j]] for side in (i, j))
    return np.column_stack([row_of[i], column_of[j]])


def _priced_flow(worth: Floats, room: Places, seats: Places, price: float) -> Cells:
    """Return the best cells where each pair meets at most once and a first dyad has a bonus.

    A person with c places gets c - 1 stand-ins that are worth the price, and every dyad carries
    it too. A dyad then takes the place of a stand-in and adds its own worth alone, but for the
    first, which finds a place beside the stand-ins and adds the price as well.
    """
    if not price:
        return best_flow(worth, room, seats)
    n, m = worth.shape
    of_row, of_column = (np.repeat(np.arange(len(p)), np.maximum(p - 1, 0)) for p in (room, seats))
    wide = np.zeros((n + len(of_column), m + len(of_row)))
    wide[:n, :m] = np.where(worth > 0, worth + 2 * price, 0.0)
    wide[of_row, m + np.arange(len(of_row))] = price
    wide[n + np.arange(len(of_column)), of_column] = price
    places = ((room, of_column), (seats, of_row))
    limits = (np.append(own, np.ones_like(stand_in)) for own, stand_in in places)
    cells = best_flow(wide, *limits)
    real: Cells = cells[(cells[:, 0] < n) & (cells[:, 1] < m)]
    return real


def _filled_up(cells: Cells, worth: Floats, room: Places, seats: Places) -> Cells:
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
