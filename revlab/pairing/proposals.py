"""Deferred acceptance on the scores as they are: nothing is sorted, and no table is written to."""

from dataclasses import dataclass
from heapq import heappush, heapreplace

import numpy as np
from numpy.typing import NDArray

from revlab.pairing.compatibility import Compatibility

__all__ = ["Proposals", "proposals"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Places = NDArray[np.intp]
_BLOCK = 512
_SMALL = 1_000_000


@dataclass(frozen=True, eq=False)
class Proposals:
    """A compatibility as the proposers (rows) and their partners (columns) see it.

    Parameters
    ----------
    own, others : array of float, shape (n_proposers, n_partners)
        Score of the proposer for the partner, and of the partner for the proposer; zero or more.
        A forbidden dyad may have -1 in ``others``.
    allowed : array of bool, same shape, or None
        False where a dyad is forbidden; None if ``others`` says so, or none is.
    room, seats : array of int
        Capacities of the proposers and of the partners.
    proposer_place, partner_place : array of int
        Place of the rows and columns in a random order; the earlier one wins a tie.
    partners : array of int
        Numbers of the columns in the compatibility.

    Notes
    -----
    Whoever has room asks their best partner among those who would say yes now. A partner's
    standard, the worst proposal that they keep once they are full, only rises: whoever was
    refused stays refused, and nobody needs to remember whom they asked.
    """

    own: Floats
    others: Floats
    allowed: Mask | None
    room: NDArray[np.int64]
    seats: NDArray[np.int64]
    proposer_place: Places
    partner_place: Places
    partners: Places

    def kept(self) -> list[tuple[int, int]]:
        """Run deferred acceptance and return the (proposer, partner) pairs that are kept.

        Returns
        -------
        list of (int, int)
            By the place of the partner, and for each partner the one they like least first.
        """
        if not self.own.size:
            return []
        partners = _Partners(self)
        room, held = self.room.tolist(), [[] for _ in self.own]  # type: ignore[var-annotated]
        # Whom the partners like most goes first: the order changes how many are bumped, not who.
        waiting = self.others.mean(axis=1).argsort(kind="stable").tolist()
        while waiting:
            i = waiting.pop()
            while room[i]:
                j = partners.best_for(i, held[i])
                if j < 0:
                    break
                held[i].append(j)
                room[i] -= 1
                loser = partners.keep(i, j)
                if loser >= 0:
                    held[loser].remove(j)
                    room[loser] += 1
                    waiting.append(loser)
        return partners.pairs()


class _Partners:
    """What the partners hold, and whom they would say yes to."""

    def __init__(self, market: Proposals) -> None:
        n, m = market.others.shape
        # Lists of rows and of numbers, because a table is slow to take one thing from.
        self.own, self.others = list(market.own), list(market.others)
        self.allowed = None if market.allowed is None else list(market.allowed)
        self.seats, self.place = market.seats.tolist(), market.partner_place
        self.partners = market.partners.tolist()
        self.in_order = bool((self.place == np.arange(m)).all())
        self.rank = market.proposer_place.tolist()
        self.number = np.argsort(market.proposer_place).tolist()
        # What a proposal must reach: anything while a seat is free, else the worst one kept.
        self.standard = np.where(market.seats > 0, 0.0, np.inf).astype(market.others.dtype)
        # Who comes before this place wins a tie with the worst one kept.
        self.tie = np.full(m, n)
        self.holds: list[list[tuple[float, int]]] = [[] for _ in range(m)]
        self.yes = np.empty(m, dtype=bool)

    def best_for(self, i: int, held: list[int]) -> int:
        """Return the best partner who would say yes to a proposer, -1 for nobody."""
        others, yes = self.others[i], self.yes
        np.greater_equal(others, self.standard, out=yes)
        if self.allowed is not None:
            np.logical_and(yes, self.allowed[i], out=yes)
        if held:
            yes[held] = False
        willing = yes.nonzero()[0]
        if not len(willing):
            return -1
        wish = self.own[i].take(willing)
        best = int(wish.argmax())
        j = int(willing[best])
        strict = self.in_order or np.count_nonzero(wish == wish[best]) == 1
        if strict and others[j] > self.standard[j]:
            return j
        # The random order decides against a proposer who comes after the one they tie with.
        yes &= (others > self.standard) | (self.rank[i] < self.tie)
        willing = yes.nonzero()[0]
        wish = self.own[i].take(willing)
        ties = willing[wish == wish.max(initial=0.0)]
        return int(ties[self.place[ties].argmin()]) if len(ties) else -1

    def keep(self, i: int, j: int) -> int:
        """Let a partner keep a proposal, and return whom they leave for it, -1 for nobody."""
        holds, seats, loser = self.holds[j], self.seats[j], -1
        proposal = (float(self.others[i][j]), -self.rank[i])
        if len(holds) < seats:
            heappush(holds, proposal)
        else:
            loser = self.number[-heapreplace(holds, proposal)[1]]
        if len(holds) == seats:
            score, place = holds[0]
            self.standard[j], self.tie[j] = score, -place
        return loser

    def pairs(self) -> list[tuple[int, int]]:
        """Return who is kept by whom."""
        return [
            (self.number[-place], self.partners[j])
            for j in np.argsort(self.place).tolist()
            for _, place in sorted(self.holds[j])
        ]


def proposals(compatibility: Compatibility, rng: np.random.Generator, side: str) -> Proposals:
    """Return the market in which ``side`` proposes; the random orders are drawn by ``rng``.

    They are the orders that `revlab.pairing.market.market` draws.

    Parameters
    ----------
    compatibility : Compatibility
        Scores, rules and capacities. Where mentees propose its tables are used as they are.
    rng : numpy.random.Generator
        Breaks the ties.
    side : {"mentees", "mentors"}
        Who proposes.

    Examples
    --------
    >>> scores = Compatibility.from_scores([[0.9, 0.8], [0.8, 0.1]], mentor_capacity=[0, 1])
    >>> proposals(scores, np.random.default_rng(1), "mentees").kept()
    [(0, 1)]
    """
    fit, mentees = compatibility, side == "mentees"
    orders = [rng.permutation(n) for n in fit.shape]
    proposers, partners = orders if mentees else orders[::-1]
    room, seats = (fit.mentee_capacity, fit.mentor_capacity)[:: 1 if mentees else -1]
    allowed = None if fit.eligible.all() else fit.eligible
    if mentees:
        own, others = (np.ascontiguousarray(s) for s in (fit.mentee_score, fit.mentor_score))
    else:
        own, others = _turned(fit.mentor_score, None), _turned(fit.mentee_score, allowed)
        allowed = None
    places = np.argsort(proposers), np.argsort(partners)
    if own.size > _SMALL:
        return Proposals(own, others, allowed, room, seats, *places, np.arange(len(partners)))
    # With the columns in their random order the first of the best wins, and nobody looks for ties.
    own, others = own.take(partners, axis=1), others.take(partners, axis=1)
    allowed = None if allowed is None else allowed.take(partners, axis=1)
    in_order = np.arange(len(partners))
    return Proposals(own, others, allowed, room, seats[partners], places[0], in_order, partners)


def _turned(score: Floats, allowed: Mask | None) -> Floats:
    """Return a score with the mentors as rows, each row in one piece, -1 where forbidden."""
    turned = np.empty(score.shape[::-1], dtype=score.dtype)
    for k in range(0, len(score), _BLOCK):
        part = score[k : k + _BLOCK]
        if allowed is not None:
            part = np.where(allowed[k : k + _BLOCK], part, part.dtype.type(-1))
        for j in range(0, len(turned), _BLOCK):
            turned[j : j + _BLOCK, k : k + _BLOCK] = part[:, j : j + _BLOCK].T
    return turned
