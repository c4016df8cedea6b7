"""The rotations of a market: the steps that lead from the best stable matching for one side."""

from dataclasses import dataclass
from heapq import heapify, heapreplace

import numpy as np
from numpy.typing import NDArray

from revlab.pairing.market import Market, deferred

__all__ = ["Rotation", "RotationPoset", "rotation_poset"]

Floats = NDArray[np.float64]
Pairs = NDArray[np.intp]
_ASKED = 64
"""Partners that a proposer asks at once."""


@dataclass(frozen=True, eq=False)
class Rotation:
    """A round of exchanges: proposers in a ring each leave one partner for the next one's.

    Parameters
    ----------
    lost, gained : array of int, shape (n_exchanges, 2)
        The (proposer, partner) pairs that end and that begin. No person appears twice in either;
        each proposer gets a worse partner and each partner a better proposer.

    Examples
    --------
    >>> Rotation(np.array([[0, 0], [1, 1]]), np.array([[0, 1], [1, 0]])).gained.tolist()
    [[0, 1], [1, 0]]
    """

    lost: Pairs
    gained: Pairs


@dataclass(frozen=True, eq=False)
class RotationPoset:
    """All rotations of a market and which of them must come before which.

    The stable matchings are one to one with the *closed* sets of rotations, those that contain
    with a rotation everything that must come before it: start from ``first`` and make the
    exchanges of the set.

    Parameters
    ----------
    first : array of int, shape (n_dyads, 2)
        The (proposer, partner) pairs of the best stable matching for the proposers.
    rotations : tuple of Rotation
        So ordered that whatever must come before a rotation has a smaller number.
    before : tuple of array of int
        For each rotation the numbers of rotations that must come before it; what must come
        before those need not be repeated.

    Examples
    --------
    >>> swap = Rotation(np.array([[0, 0], [1, 1]]), np.array([[0, 1], [1, 0]]))
    >>> poset = RotationPoset(swap.lost, (swap,), (np.array([], dtype=np.intp),))
    >>> poset.pairs([0])
    [(0, 1), (1, 0)]
    """

    first: Pairs
    rotations: tuple[Rotation, ...]
    before: tuple[NDArray[np.intp], ...]

    def pairs(self, closed: list[int]) -> list[tuple[int, int]]:
        """Return the stable matching that a closed set of rotations leads to."""
        held = {(i, j) for i, j in self.first.tolist()}
        for k in sorted(closed):
            held -= {(i, j) for i, j in self.rotations[k].lost.tolist()}
            held |= {(i, j) for i, j in self.rotations[k].gained.tolist()}
        return sorted(held)


def rotation_poset(market: Market) -> RotationPoset:
    """Return the rotations of a market, with ties broken by the order of its people.

    Everything is counted in places of strict lists: a person who scores two partners alike
    prefers the earlier one. Both sides may have several places (responsive preferences).

    A proposer's *next* partner is the first one below those they have who would drop somebody
    for them, and points to that somebody; the rings of this graph are the rotations. A proposer
    from whom no ring can be reached never moves again, so each person is visited once per
    exchange and the whole takes time in proportion to the number of dyads.

    Parameters
    ----------
    market : Market
        Its own scores are written over.

    Returns
    -------
    RotationPoset
        All rotations, from the best stable matching for the proposers to the worst.

    References
    ----------
    Irving, Leather and Gusfield 1987, An efficient algorithm for the optimal stable marriage,
    Journal of the ACM 34:532-543. Bansal, Agrawal and Malhotra 2007, Polynomial time algorithm
    for an optimal stable assignment with multiple partners, Theoretical Computer Science
    379:317-328.

    Examples
    --------
    >>> from revlab.pairing.compatibility import Compatibility
    >>> from revlab.pairing.market import market
    >>> scores = Compatibility.from_scores([[2.0, 1.0], [1.0, 2.0]], [[1.0, 2.0], [2.0, 1.0]])
    >>> len(rotation_poset(market(scores, np.random.default_rng(1), "mentees")).rotations)
    1
    """
    return _Search(market).run()


def _places(score: Floats) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return each row's columns from best to worst, and the place of each column in that list."""
    order = np.argsort(-score, axis=1, kind="stable").astype(np.int32)
    place = np.empty_like(order)
    np.put_along_axis(place, order, np.arange(score.shape[1], dtype=np.int32)[None], axis=1)
    return order, place


class _Search:
    """The state of the walk from the best to the worst stable matching of the proposers."""

    def __init__(self, market: Market) -> None:
        n, m = market.own.shape
        self.wishes, place = _places(market.own)
        self.admirers, liked = _places(market.others.T)
        # Contiguous by proposer, because a proposer asks many partners how they are liked.
        self.liked = np.ascontiguousarray(liked.T)
        self.end = np.isfinite(market.own).sum(axis=1).tolist()
        self.first = np.array(deferred(market) if n and m else [], dtype=np.intp).reshape(-1, 2)
        # The place in the list down to which a proposer has come, and has looked.
        self.down = [-1] * n
        self.kept: list[list[tuple[int, int]]] = [[] for _ in range(m)]
        for i, j in self.first.tolist():
            self.down[i] = max(self.down[i], int(place[i, j]))
            self.kept[j].append((-int(self.liked[i, j]), i))
        self.look = [down + 1 for down in self.down]
        # The worst place that a partner puts up with: anybody's while there is a free place.
        self.worst = np.full(m, n, dtype=np.int32)
        for j, seats in enumerate(market.seats.tolist()):
            heapify(self.kept[j])
            if len(self.kept[j]) == seats:
                self.worst[j] = -self.kept[j][0][0] if seats else -1
        # Number of the rotation since which a partner turns a proposer down; -1 is always.
        self.refused = np.full((n, m), -1, dtype=np.int32)
        self.last_of_partner, self.last_of_proposer = [-1] * m, [-1] * n
        self.rotations: list[Rotation] = []
        self.before: list[NDArray[np.intp]] = []

    def run(self) -> RotationPoset:
        still = [False] * len(self.end)
        for start in range(len(still)):
            # The path that is walked: each person on it, in order, with their number.
            path = {} if still[start] else {start: 0}
            while path:
                i = self._pointed_at(next(reversed(path)))
                if i is None or still[i]:
                    for proposer in path:
                        still[proposer] = True
                    path = {}
                elif i in path:
                    ring = list(path)[path[i] :]
                    self._eliminate(ring)
                    # Whoever is first on the path may move again after the exchange.
                    path = {k: v for k, v in path.items() if v < path[i]} or {i: 0}
                else:
                    path[i] = len(path)
        return RotationPoset(self.first, tuple(self.rotations), tuple(self.before))

    def _pointed_at(self, i: int) -> int | None:
        """Return whom the next partner of proposer i would drop, None if there is nobody."""
        look, end = self.look[i], self.end[i]
        while look < end:
            asked = self.wishes[i, look : min(look + _ASKED, end)]
            yes = self.liked[i, asked] <= self.worst[asked]
            first = int(yes.argmax())
            if yes[first]:
                self.look[i] = look + first
                return self.kept[asked[first]][0][1] if self._is_full(asked[first]) else None
            look += len(asked)
        self.look[i] = end
        return None

    def _is_full(self, j: int) -> bool:
        return bool(self.worst[j] < len(self.end))

    def _eliminate(self, ring: list[int]) -> None:
        number = len(self.rotations)
        partners = [int(self.wishes[i, self.look[i]]) for i in ring]
        before = {self.last_of_partner[j] for j in partners}
        for i in ring:
            # Whoever is passed over must have been lifted above this proposer first.
            passed = self.wishes[i, self.down[i] + 1 : self.look[i]]
            before |= {self.last_of_proposer[i], *self.refused[i, passed].tolist()}
            self.down[i] = self.look[i]
            self.look[i] += 1
            self.last_of_proposer[i] = number
        losers = [*ring[1:], ring[0]]
        for i, j in zip(ring, partners, strict=True):
            old = int(self.worst[j])
            heapreplace(self.kept[j], (-int(self.liked[i, j]), i))
            self.worst[j] = new = -self.kept[j][0][0]
            self.refused[self.admirers[j, new + 1 : old + 1], j] = number
            self.last_of_partner[j] = number
        pairs = (np.column_stack([people, partners]) for people in (losers, ring))
        self.rotations.append(Rotation(*pairs))
        self.before.append(np.array(sorted(before - {-1}), dtype=np.intp))
