"""`Market`: a compatibility seen from the side that moves, with ties made strict by chance."""

from dataclasses import dataclass
from heapq import heappush, heapreplace

import numpy as np
from numpy.typing import NDArray

from revlab.pairing.compatibility import Compatibility

__all__ = ["Market", "deferred", "market"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Market:
    """Scores as proposers (rows) by partners (columns), both in random order.

    Parameters
    ----------
    own, others : array of float, shape (n_proposers, n_partners)
        Score of the proposer for the partner, and of the partner for the proposer; minus
        infinity where the dyad is forbidden. Both are copies that a mechanism may write to.
    room, seats : array of int
        Capacities of the proposers and of the partners.
    proposer_order, partner_order : array of int
        Numbers of the rows and columns in the compatibility.
    side : {"mentees", "mentors"}
        Who the proposers are.
    """

    own: Floats
    others: Floats
    room: NDArray[np.int64]
    seats: NDArray[np.int64]
    proposer_order: NDArray[np.intp]
    partner_order: NDArray[np.intp]
    side: str

    def cells(self, chosen: list[tuple[int, int]]) -> NDArray[np.intp]:
        """Return chosen (proposer, partner) pairs as cells (mentee row, mentor column)."""
        pairs = np.array(chosen, dtype=np.intp).reshape(-1, 2)
        numbers = np.column_stack(
            [self.proposer_order[pairs[:, 0]], self.partner_order[pairs[:, 1]]]
        )
        return numbers if self.side == "mentees" else numbers[:, ::-1]


def market(compatibility: Compatibility, rng: np.random.Generator, side: str) -> Market:
    """Return the market in which ``side`` moves; the order of people is drawn by ``rng``.

    A mechanism that prefers the earlier of two equal partners then breaks every tie by one
    random order of each side.

    Examples
    --------
    >>> scores = Compatibility.from_scores([[0.9, 0.8]])
    >>> market(scores, np.random.default_rng(1), "mentors").own.shape
    (2, 1)
    """
    rows, columns = (rng.permutation(n) for n in compatibility.shape)
    cells = np.ix_(rows, columns)
    allowed = compatibility.eligible[cells]
    mentee, mentor = (
        np.where(allowed, score[cells], -np.inf)
        for score in (compatibility.mentee_score, compatibility.mentor_score)
    )
    room, seats = compatibility.mentee_capacity[rows], compatibility.mentor_capacity[columns]
    if side == "mentees":
        return Market(mentee, mentor, room, seats, rows, columns, side)
    # Contiguous rows, because a proposer reads a whole row of both tables at every proposal.
    own, others = (np.ascontiguousarray(score.T) for score in (mentor, mentee))
    return Market(own, others, seats, room, columns, rows, side)


def deferred(market: Market) -> list[tuple[int, int]]:
    """Run deferred acceptance and return the (proposer, partner) pairs that are kept.

    The form for callers that hold a `Market` already (rotations, informal events), whose table it
    uses up. `revlab.pairing.proposals` is the form that copies nothing, for large cohorts; the
    tests hold the two against each other.

    Examples
    --------
    >>> scores = Compatibility.from_scores([[0.9, 0.8], [0.8, 0.1]], mentor_capacity=[0, 1])
    >>> len(deferred(market(scores, np.random.default_rng(1), "mentees")))
    1
    """
    own, others, seats = market.own, market.others, market.seats.tolist()
    room = market.room.tolist()
    # What a proposal must reach to be kept: anything while a seat is free, else the worst kept.
    standard = np.where(market.seats > 0, -np.inf, np.inf)
    kept: list[list[tuple[float, int]]] = [[] for _ in seats]
    would_say_yes = np.empty(len(seats), dtype=bool)
    # Whom the partners like most goes first: the order changes how many are bumped, not who.
    waiting = np.where(np.isfinite(others), others, 0.0).mean(axis=1).argsort().tolist()
    while waiting:
        i = waiting.pop()
        while room[i]:
            np.greater_equal(others[i], standard, out=would_say_yes)
            wish = np.where(would_say_yes, own[i], -np.inf)
            j = int(wish.argmax())
            if wish[j] == -np.inf:
                break
            own[i, j] = -np.inf
            proposal, heap = (float(others[i, j]), -i), kept[j]
            if len(heap) < seats[j]:
                heappush(heap, proposal)
            elif proposal > heap[0]:
                loser = -heapreplace(heap, proposal)[1]
                room[loser] += 1
                waiting.append(loser)
            else:
                continue
            room[i] -= 1
            if len(heap) == seats[j]:
                standard[j] = heap[0][0]
    return [(-i, j) for j, heap in enumerate(kept) for _, i in heap]
