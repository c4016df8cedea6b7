"""Matching mechanisms that let people choose: at random, in turn, or by proposing.

Every mechanism is called as ``mechanism(compatibility, rng)`` and returns the chosen cells, an
array of shape (n_dyads, 2) with the row of the mentee and the column of the mentor. All respect
the capacities of both sides, never choose a forbidden cell, never choose a cell twice, and are
*maximal*: no two people who may meet both have room left at the end. Ties between partners are
broken at random by ``rng`` and by nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from revlab.errors import one_of
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.market import market
from revlab.pairing.proposals import proposals

__all__ = ["Cells", "DeferredAcceptance", "Greedy", "Mechanism", "SerialDictatorship", "at_random"]

Cells = NDArray[np.intp]
Mechanism = Callable[[Compatibility, np.random.Generator], Cells]
_SIDES = ("mentees", "mentors")


def _as_cells(chosen: list[tuple[int, int]]) -> Cells:
    return np.array(chosen, dtype=np.intp).reshape(-1, 2)


def _take_in_order(compatibility: Compatibility, order: NDArray[np.intp]) -> Cells:
    """Go through cells (flat numbers) in order and take each for which both have room."""
    m = compatibility.shape[1]
    rows, columns = np.divmod(order, max(m, 1))
    own, other = compatibility.mentee_capacity.tolist(), compatibility.mentor_capacity.tolist()
    chosen: list[tuple[int, int]] = []
    step = 2 * sum(compatibility.shape)
    while rows.size:
        for i, j in zip(rows[:step].tolist(), columns[:step].tolist(), strict=True):
            if own[i] and other[j]:
                own[i] -= 1
                other[j] -= 1
                chosen.append((i, j))
        # Most of the cells left belong to people who are taken: drop those before going on.
        rows, columns = rows[step:], columns[step:]
        open_ = (np.array(own) > 0)[rows] & (np.array(other) > 0)[columns]
        rows, columns = rows[open_], columns[open_]
    return _as_cells(chosen)


def at_random(compatibility: Compatibility, rng: np.random.Generator) -> Cells:
    """Take the allowed dyads in uniformly random order while both people have room.

    The order is uniform, hence the result treats all people alike; it is maximal, but it is not
    uniform over all maximal matchings where cells are forbidden.

    Parameters
    ----------
    compatibility : Compatibility
        Its scores are not looked at.
    rng : numpy.random.Generator
        Draws the order.

    Returns
    -------
    array of int, shape (n_dyads, 2)
        Row of the mentee and column of the mentor.

    References
    ----------
    Dyer and Frieze 1991, Randomized greedy matching, Random Structures and Algorithms 2:29-45.

    Examples
    --------
    >>> at_random(Compatibility.from_scores(np.ones((3, 3))), np.random.default_rng(1)).shape
    (3, 2)
    """
    return _take_in_order(compatibility, rng.permutation(np.flatnonzero(compatibility.eligible)))


@dataclass(frozen=True)
class Greedy:
    """Take the best remaining dyad by joint score, again and again.

    Parameters
    ----------
    weight : float
        Weight of the mentee's score in the joint score, between 0 and 1.

    References
    ----------
    Avis 1983, A survey of heuristics for the weighted matching problem, Networks 13:475-493:
    the total is at least half of the largest possible total.

    Examples
    --------
    >>> scores = Compatibility.from_scores([[0.9, 0.8], [0.8, 0.1]])
    >>> Greedy()(scores, np.random.default_rng(1)).tolist()
    [[0, 0], [1, 1]]
    """

    weight: float = 0.5

    def __call__(self, compatibility: Compatibility, rng: np.random.Generator) -> Cells:
        """Return the chosen cells."""
        shuffled = rng.permutation(np.flatnonzero(compatibility.eligible))
        joint = compatibility.joint(self.weight).ravel()[shuffled]
        return _take_in_order(compatibility, shuffled[np.argsort(-joint, kind="stable")])


@dataclass(frozen=True)
class SerialDictatorship:
    """People of one side choose their best free partner in random order.

    Who has room for several partners chooses one per round; the same order is kept in all
    rounds.

    Parameters
    ----------
    choosers : {"mentees", "mentors"}
        The side that chooses, by its own score.

    Raises
    ------
    OptionError
        If ``choosers`` is something else.

    References
    ----------
    Abdulkadiroglu and Sonmez 1998, Random serial dictatorship and the core from random
    endowments in house allocation problems, Econometrica 66:689-701.

    Examples
    --------
    >>> scores = Compatibility.from_scores([[0.9, 0.8], [0.8, 0.1]])
    >>> len(SerialDictatorship()(scores, np.random.default_rng(1)))
    2
    """

    choosers: str = "mentees"

    def __post_init__(self) -> None:
        one_of("choosers", self.choosers, _SIDES)

    def __call__(self, compatibility: Compatibility, rng: np.random.Generator) -> Cells:
        """Return the chosen cells."""
        turn = market(compatibility, rng, self.choosers)
        own, room, seats = turn.own, turn.room.tolist(), turn.seats.tolist()
        own[:, turn.seats == 0] = -np.inf
        chosen: list[tuple[int, int]] = []
        waiting = [i for i in range(len(room)) if room[i] and own.shape[1]]
        while waiting:
            for i in waiting:
                j = int(own[i].argmax())
                if own[i, j] == -np.inf:
                    room[i] = 0
                    continue
                own[i, j] = -np.inf
                room[i] -= 1
                seats[j] -= 1
                if not seats[j]:
                    own[:, j] = -np.inf
                chosen.append((i, j))
            waiting = [i for i in waiting if room[i]]
        return turn.cells(chosen)


@dataclass(frozen=True)
class DeferredAcceptance:
    """One side proposes, the other side keeps the best proposals that it has room for.

    With one place each (or many places on one side) the result is stable and, among the stable
    matchings, the best for every person who proposes and the worst for every person who is
    asked. With many places on both sides and responsive preferences it is pairwise stable: no
    two people who may meet, and are not together, would both rather have each other in a free
    place or instead of somebody they have. Ties are made strict by one random order of each
    side, so stability is weak: nobody gains by leaving, but somebody may be indifferent.

    Nobody's list is sorted: a person who has room asks the best partner among those who would
    say yes now. Proposals that would be refused are never made, which changes nothing since a
    partner's standard only rises.

    Parameters
    ----------
    proposers : {"mentees", "mentors"}
        The side that proposes.

    Raises
    ------
    OptionError
        If ``proposers`` is something else.

    References
    ----------
    Gale and Shapley 1962, College admissions and the stability of marriage, American
    Mathematical Monthly 69:9-15. Roth and Sotomayor 1990, Two-sided matching, chapters 2, 5.

    Examples
    --------
    >>> mentees = [[2.0, 1.0], [1.0, 2.0]]
    >>> mentors = [[1.0, 2.0], [2.0, 1.0]]
    >>> both = Compatibility.from_scores(mentees, mentors)
    >>> DeferredAcceptance("mentees")(both, np.random.default_rng(1)).tolist()
    [[0, 0], [1, 1]]
    >>> DeferredAcceptance("mentors")(both, np.random.default_rng(1)).tolist()
    [[0, 1], [1, 0]]
    """

    proposers: str = "mentees"

    def __post_init__(self) -> None:
        one_of("proposers", self.proposers, _SIDES)

    def __call__(self, compatibility: Compatibility, rng: np.random.Generator) -> Cells:
        """Return the chosen cells."""
        moves = proposals(compatibility, rng, self.proposers)
        kept = _as_cells(moves.kept())
        return kept if self.proposers == "mentees" else kept[:, ::-1]
