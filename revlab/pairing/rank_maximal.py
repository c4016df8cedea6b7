"""Mechanism that counts choices: most first choices, then most second choices, and so on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from revlab.errors import one_of
from revlab.pairing.assignment import OptimalAssignment
from revlab.pairing.compatibility import Compatibility

__all__ = ["RankMaximal"]

Cells = NDArray[np.intp]
Mask = NDArray[np.bool_]
Ranks = NDArray[np.int64]
_SIDES = ("both", "mentees", "mentors")


@dataclass(frozen=True)
class RankMaximal:
    """As many first choices as possible, then as many second choices, and so on.

    Each dyad counts once, at its rank; a person with several places may hold a first and a
    second choice. A rank is 1 plus the number of allowed partners who score strictly better (as
    in the dyads table), so partners who score alike share a rank. Of all rank-maximal matchings
    the one with the largest total joint score is taken (up to about one part in a million of the
    largest score), and of several such one that depends on ``rng``. No allowed dyad can be added
    to the result. Nobody's ranks are averaged: one more first choice outweighs any number of
    later ones, and the result need not be stable.

    Parameters
    ----------
    side : {"mentees", "mentors", "both"}
        Whose ranks count. With "both" a dyad counts at the worse of its two ranks, so there are
        first as many dyads as possible in which both people have their first choice.

    Raises
    ------
    OptionError
        If ``side`` is something else.

    Notes
    -----
    Irving, Kavitha, Mehlhorn, Michail and Paluch 2006, Rank-maximal matchings, ACM Transactions
    on Algorithms 2:602-610. Rank by rank the flow is made as large as it can be; a minimum cut
    then says which cells no maximum flow uses, which all of them use, and who is always full,
    and that is kept in all later ranks. This is complementary slackness, hence it also holds
    with several places on both sides, where the paper has one.

    Examples
    --------
    >>> mentees = [[0.9, 0.8, 0.1], [0.9, 0.2, 0.1], [0.9, 0.8, 0.7]]
    >>> scores = Compatibility.from_scores(mentees)
    >>> RankMaximal("mentees")(scores, np.random.default_rng(1)).tolist()
    [[0, 1], [1, 0], [2, 2]]
    """

    side: str = "mentees"

    def __post_init__(self) -> None:
        one_of("side", self.side, _SIDES)

    def __call__(self, compatibility: Compatibility, rng: np.random.Generator) -> Cells:
        """Return the chosen cells."""
        ranks = _dyad_ranks(compatibility, self.side)
        stages = _Stages(compatibility)
        for rank in range(1, int(ranks.max(initial=0)) + 1):
            stages.add(ranks == rank)
        fixed = np.argwhere(stages.fixed)
        rest = OptimalAssignment()(stages.left_over(compatibility.joint()), rng)
        return np.concatenate([fixed, rest]).astype(np.intp)


def _dyad_ranks(compatibility: Compatibility, side: str) -> Ranks:
    """Return the rank at which each cell counts, 0 where it is forbidden."""
    ranks = {
        "mentees": _row_ranks(compatibility.mentee_score, compatibility.eligible),
        "mentors": _row_ranks(compatibility.mentor_score.T, compatibility.eligible.T).T,
    }
    return np.maximum(*ranks.values()) if side == "both" else ranks[side]


def _row_ranks(score: NDArray[np.float64], allowed: Mask) -> Ranks:
    costs = np.where(allowed, -score, np.inf)
    ordered = np.sort(costs, axis=1)
    rows = [np.searchsorted(best, own) for best, own in zip(ordered, costs, strict=True)]
    ranks = 1 + np.array(rows, dtype=np.int64).reshape(score.shape)
    return np.where(allowed, ranks, 0)


class _Stages:
    """A flow that grows rank by rank, with all that the ranks so far have settled."""

    def __init__(self, compatibility: Compatibility) -> None:
        n, m = compatibility.shape
        self.room = compatibility.mentee_capacity.copy()
        self.seats = compatibility.mentor_capacity.copy()
        self.graph = np.zeros((n, m), dtype=bool)
        self.flow = np.zeros((n, m), dtype=bool)
        self.fixed = np.zeros((n, m), dtype=bool)
        self.row_open = self.room > 0
        self.column_open = self.seats > 0

    def add(self, cells: Mask) -> None:
        """Let in the cells of the next rank and settle what they decide."""
        fresh = cells & self.row_open[:, None] & self.column_open
        if not fresh.any():
            return
        self.graph |= fresh
        while self._augment():
            pass
        rows, columns, _ = self._reach()
        # With the cut (rows not reached, columns reached) as prices: a cell priced at both ends
        # is in no maximum flow, one priced at neither end is in all, and a priced person is full.
        self.graph[np.ix_(~rows, columns)] = False
        always = self.graph & rows[:, None] & ~columns
        self.fixed |= always
        self.graph &= ~always
        self.row_open &= rows
        self.column_open &= ~columns

    def left_over(self, joint: NDArray[np.float64]) -> Compatibility:
        """Return what is still to choose: cells of the graph, with everybody full who must be."""
        used = self.flow & self.graph
        largest = float(joint.max(initial=0.0)) or 1.0
        # More than the scores of all dyads that are left can add up to.
        bonus = int(used.sum()) + 1
        full = (~self.row_open[:, None]).astype(int) + ~self.column_open
        return Compatibility.from_scores(
            np.where(self.graph, joint / largest + bonus * full, 0.0),
            eligible=self.graph,
            mentee_capacity=self.room + used.sum(axis=1),
            mentor_capacity=self.seats + used.sum(axis=0),
        )

    def _augment(self) -> bool:
        """Add one dyad along a shortest alternating path, if there is one."""
        _, columns, (row_to, column_to) = self._reach()
        ends = np.flatnonzero(columns & (self.seats > 0))
        if not ends.size:
            return False
        j = int(ends[0])
        self.seats[j] -= 1
        while True:
            i = int(row_to[j])
            self.flow[i, j] = True
            j = int(column_to[i])
            if j < 0:
                self.room[i] -= 1
                return True
            self.flow[i, j] = False

    def _reach(self) -> tuple[Mask, Mask, tuple[Cells, Cells]]:
        """Return who is reached from rows with room, until a column with a free place is.

        Cells without flow lead from rows to columns, cells with flow back; the last two arrays
        hold the row that led to each column, and the column that led to each row (-1 if none).
        """
        rows, columns = self.room > 0, np.zeros(len(self.seats), dtype=bool)
        row_to, column_to = (np.full(n, -1, dtype=np.intp) for n in self.graph.shape[::-1])
        new = np.flatnonzero(rows)
        while new.size and not (self.seats[columns] > 0).any():
            ways = self.graph[new] & ~self.flow[new] & ~columns
            met = np.flatnonzero(ways.any(axis=0))
            row_to[met] = new[ways[:, met].argmax(axis=0)]
            columns[met] = True
            ways = self.graph[:, met] & self.flow[:, met] & ~rows[:, None]
            new = np.flatnonzero(ways.any(axis=1))
            column_to[new] = met[ways[new].argmax(axis=1)] if met.size else -1
            rows[new] = True
        return rows, columns, (row_to, column_to)
