"""Mechanisms that choose among all stable matchings: the fairest to both sides together."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from revlab.errors import PairingError, must, one_of
from revlab.pairing.closed_sets import best_closed_set, with_earlier, with_later
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.market import market
from revlab.pairing.rotations import RotationPoset, rotation_poset

__all__ = ["StableCompromise", "stable_matchings"]

Cells = NDArray[np.intp]
Mask = NDArray[np.bool_]
Ranks = NDArray[np.int64]
_AIMS = ("egalitarian", "minimum_regret")


@dataclass(frozen=True)
class StableCompromise:
    """Among all stable matchings, the best for both sides taken together.

    Deferred acceptance gives one side its best stable partners and the other side its worst;
    the compromises lie between. Ranks are those of the dyads table: 1 plus the number of allowed
    partners who score strictly better.

    With ``aim="egalitarian"`` the sum of both people's ranks over all dyads is the smallest
    possible, and among such matchings the largest rank that anybody holds in any of their dyads.
    With ``aim="minimum_regret"`` the largest rank comes first, and then the sum. Of several
    optima the one nearest to the best for mentees is taken.

    Ties are made strict by one random order of each side, and the optimum is that of the stable
    matchings of the strict lists: with ties there may be weakly stable matchings that are better
    still, and to find the best of those is NP-hard. Several places on both sides are allowed
    (responsive preferences, pairwise stability as in `DeferredAcceptance`). In all stable
    matchings of the strict lists everybody has the same number of dyads.

    Parameters
    ----------
    aim : {"egalitarian", "minimum_regret"}
        What a good compromise is.

    Raises
    ------
    OptionError
        If ``aim`` is something else.

    References
    ----------
    Irving, Leather and Gusfield 1987, Journal of the ACM 34:532-543. Gusfield 1987, Three fast
    algorithms for four problems in stable marriage, SIAM Journal on Computing 16:111-128.
    Bansal, Agrawal and Malhotra 2007, Theoretical Computer Science 379:317-328. Manlove, Irving,
    Iwama, Miyazaki and Morita 2002, Hard variants of stable marriage, Theoretical Computer
    Science 276:261-279.

    Examples
    --------
    >>> mentees = [[3.0, 2.0, 1.0], [1.0, 3.0, 2.0], [2.0, 1.0, 3.0]]
    >>> mentors = [[1.0, 2.0, 3.0], [3.0, 1.0, 2.0], [2.0, 3.0, 1.0]]
    >>> scores = Compatibility.from_scores(mentees, mentors)
    >>> StableCompromise("minimum_regret")(scores, np.random.default_rng(1)).tolist()
    [[0, 1], [1, 2], [2, 0]]
    """

    aim: str = "egalitarian"

    def __post_init__(self) -> None:
        one_of("aim", self.aim, _AIMS)

    def __call__(self, compatibility: Compatibility, rng: np.random.Generator) -> Cells:
        """Return the chosen cells."""
        moves = market(compatibility, rng, "mentees")
        ranks = (_ranks(moves.own), _ranks(moves.others.T).T)
        poset = rotation_poset(moves)
        closed = _compromise(poset, ranks, self.aim)
        return moves.cells(poset.pairs(np.flatnonzero(closed).tolist()))


def stable_matchings(
    compatibility: Compatibility, rng: np.random.Generator, *, limit: int = 1000
) -> list[Cells]:
    """Return all stable matchings.

    Ties are made strict by one random order of each side, drawn by ``rng``; the matchings are
    those that are stable for the strict lists.

    Parameters
    ----------
    compatibility : Compatibility
        Scores, eligibility and capacities.
    rng : numpy.random.Generator
        Chance, for ties only.
    limit : int
        Most matchings to return, one or more; there can be exponentially many.

    Returns
    -------
    list of array of int, each of shape (n_dyads, 2)
        Row of the mentee and column of the mentor of each dyad, sorted; the best matching for
        the mentees is the first one.

    Raises
    ------
    PairingError
        If there are more than ``limit``, or ``limit`` is not a whole number of one or more.

    References
    ----------
    Gusfield and Irving 1989, The stable marriage problem: structure and algorithms, chapter 3.

    Examples
    --------
    >>> scores = Compatibility.from_scores([[2.0, 1.0], [1.0, 2.0]], [[1.0, 2.0], [2.0, 1.0]])
    >>> [cells.tolist() for cells in stable_matchings(scores, np.random.default_rng(1))]
    [[[0, 0], [1, 1]], [[0, 1], [1, 0]]]
    """
    whole = isinstance(limit, int | np.integer) and not isinstance(limit, bool) and limit >= 1
    message = f"`limit` must be a whole number of one or more; got {limit!r}."
    must(whole, message, PairingError)
    moves = market(compatibility, rng, "mentees")
    poset = rotation_poset(moves)
    needs = [sum(1 << int(k) for k in before) for before in poset.before]
    found: list[list[int]] = [[]]
    waiting: list[tuple[int, list[int]]] = [(0, [])]
    while waiting:
        members, closed = waiting.pop()
        # Every closed set is reached once, by adding its rotations in the order of their numbers.
        for k in range(closed[-1] + 1 if closed else 0, len(needs)):
            if needs[k] & ~members:
                continue
            found.append([*closed, k])
            waiting.append((members | 1 << k, found[-1]))
            must(
                len(found) <= limit,
                f"there are more than {limit} stable matchings; give a larger `limit`, or take "
                "the best of them with StableCompromise.",
                PairingError,
            )
    every = (moves.cells(poset.pairs(closed)) for closed in found)
    return [cells[np.lexsort(cells.T[::-1])] for cells in every]


def _ranks(score: NDArray[np.float64]) -> Ranks:
    """Return one plus the number of strictly better columns of the row."""
    ordered = np.sort(-score, axis=1)
    rows = (np.searchsorted(better, -own) for better, own in zip(ordered, score, strict=True))
    return 1 + np.array(list(rows), dtype=np.int64).reshape(score.shape)


def _compromise(poset: RotationPoset, ranks: tuple[Ranks, Ranks], aim: str) -> Mask:
    """Return the closed set of the best rotations."""
    weights = _changes(poset, ranks[0] + ranks[1])
    regret = _Regret(poset, ranks)

    def best(bound: int) -> Mask:
        needed, barred = regret.limits(bound)
        return best_closed_set(weights, poset.before, needed=needed, barred=barred)

    bounds = regret.bounds
    target = int(weights[best(int(bounds[-1]))].sum()) if aim == "egalitarian" else None
    low, high = 0, len(bounds) - 1
    while low < high:
        middle = (low + high) // 2
        bound = int(bounds[middle])
        kept = not np.logical_and(*regret.limits(bound)).any()
        if kept and target is not None:
            kept = int(weights[best(bound)].sum()) == target
        low, high = (low, middle) if kept else (middle + 1, high)
    return best(int(bounds[low]))


def _changes(poset: RotationPoset, ranks: Ranks) -> Ranks:
    """Return by how much each rotation changes the sum of ranks."""
    changes = (
        ranks[tuple(step.gained.T)].sum() - ranks[tuple(step.lost.T)].sum()
        for step in poset.rotations
    )
    return np.array(list(changes), dtype=np.int64)


class _Regret:
    """Which rotations a bound on everybody's rank asks for, and which it rules out.

    Along the lattice mentees only lose and mentors only gain. So a rotation that gives a mentee
    too high a rank is never put right, and a dyad in which the mentor's rank is too high must be
    left behind.
    """

    def __init__(self, poset: RotationPoset, ranks: tuple[Ranks, Ranks]) -> None:
        mentee, mentor = ranks
        self.before, steps = poset.before, poset.rotations
        self.gained = np.array([mentee[tuple(step.gained.T)].max() for step in steps], dtype=int)
        self.lost = np.array([mentor[tuple(step.lost.T)].max() for step in steps], dtype=int)
        last = np.array(poset.pairs(list(range(len(steps)))), dtype=np.intp).reshape(-1, 2)
        ends = (mentee[tuple(poset.first.T)], mentor[tuple(last.T)])
        # No stable matching has a smaller worst rank than this.
        least = max(int(held.max(initial=0)) for held in ends)
        self.bounds = np.unique(np.maximum([least, *self.gained, *self.lost], least))

    def limits(self, bound: int) -> tuple[Mask, Mask]:
        """Return what is needed and what is barred; if some are both, the bound cannot be held."""
        needed = with_earlier(self.lost > bound, self.before)
        return needed, with_later(self.gained > bound, self.before)
