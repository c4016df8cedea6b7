"""Mechanism in which people trade their priorities: top trading cycles."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from revlab.errors import one_of
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.market import Market, market

__all__ = ["TopTradingCycles"]

Cells = NDArray[np.intp]
_SIDES = ("mentees", "mentors")


@dataclass(frozen=True)
class TopTradingCycles:
    """People of one side trade the priority that the other side gives them.

    Everybody with room on the choosing side points to the partner they like best, by their own
    score, among the allowed partners who have a free place and whom they do not have yet. Every
    such partner points to the person *they* like best among those who could still take them.
    Whoever points in a ring gets the partner they point to; then all point again, until no
    allowed dyad can be added. It does not matter which ring is dealt with first.

    With strict scores and one place for each person of the choosing side (and any number on the
    other) the result is Pareto efficient for that side: nobody of them could get a better partner
    without another of them getting a worse one or none. And nobody of that side gains by
    misstating which partners they like better, or by calling some not allowed. It need not be
    stable, and nothing of the kind is promised to the other side. With several places for a
    person of the choosing side each place is traded in turn; then only this is promised: no dyad
    can be added, and two people who like each other best are paired. Efficiency and truthfulness
    may fail.

    Ties are made strict by one random order of each side. What is promised then holds for the
    strict lists: with ties an exchange that helps one person and is all the same to another may
    be missed.

    Parameters
    ----------
    side : {"mentees", "mentors"}
        The side that chooses.

    Raises
    ------
    OptionError
        If ``side`` is something else.

    References
    ----------
    Shapley and Scarf 1974, On cores and indivisibility, Journal of Mathematical Economics
    1:23-37. Abdulkadiroglu and Sonmez 2003, School choice: a mechanism design approach, American
    Economic Review 93:729-747.

    Examples
    --------
    >>> mentees = [[1.0, 2.0], [2.0, 1.0]]
    >>> mentors = [[2.0, 1.0], [1.0, 2.0]]
    >>> scores = Compatibility.from_scores(mentees, mentors)
    >>> sorted(TopTradingCycles("mentees")(scores, np.random.default_rng(1)).tolist())
    [[0, 1], [1, 0]]
    """

    side: str = "mentees"

    def __post_init__(self) -> None:
        one_of("side", self.side, _SIDES)

    def __call__(self, compatibility: Compatibility, rng: np.random.Generator) -> Cells:
        """Return the chosen cells."""
        moves = market(compatibility, rng, self.side)
        return moves.cells(_trade(moves))


def _trade(moves: Market) -> list[tuple[int, int]]:
    """Walk along the pointers and let every ring trade; return (chooser, partner) pairs."""
    choosers, partners = _Side(moves.own, moves.room), _Side(moves.others.T, moves.seats)
    chosen: list[tuple[int, int]] = []
    for start in range(len(choosers.free)):
        path: list[int] = [start]
        wanted: list[int] = []
        while path:
            j = choosers.best(path[-1], partners)
            if j < 0:
                # Only the first on a path can have nobody: whoever is pointed to could have them.
                break
            wanted.append(j)
            # The chooser is a possible dyad of this partner, so there is somebody to point to.
            i = partners.best(j, choosers)
            if i not in path:
                path.append(i)
                continue
            turn = path.index(i)
            for pair in zip(path[turn:], wanted[turn:], strict=True):
                chosen.append(pair)
                choosers.take(*pair)
                partners.take(*pair[::-1])
            # The pointers before the ring still hold, as none of them leads to a partner in it.
            path, wanted = path[:turn] or [start], wanted[: max(turn - 1, 0)]
    return chosen


class _Side:
    """The people of one side, whom they would like in turn, and how far down they have come."""

    def __init__(self, score: NDArray[np.float64], places: NDArray[np.int64]) -> None:
        self.wishes = np.argsort(-score, axis=1, kind="stable")
        self.end: list[int] = np.isfinite(score).sum(axis=1).tolist()
        self.look = [0] * len(score)
        self.free: list[int] = places.tolist()
        self.have: list[set[int]] = [set() for _ in self.free]

    def best(self, person: int, others: "_Side") -> int:
        """Return the best partner with a free place whom the person does not have, or -1."""
        wishes, look, end = self.wishes[person], self.look[person], self.end[person]
        if not self.free[person]:
            return -1
        while look < end and (not others.free[wishes[look]] or wishes[look] in self.have[person]):
            look += 1
        self.look[person] = look
        return int(wishes[look]) if look < end else -1

    def take(self, person: int, partner: int) -> None:
        """Give the person the partner."""
        self.free[person] -= 1
        self.have[person].add(partner)
