"""Shortest paths in a residual graph, or a change that makes the matching better."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from revlab.pairing.residual_graph import ResidualGraph

__all__ = ["Paths", "shortest_paths"]

Floats = NDArray[np.float64]
Nodes = NDArray[np.intp]
_LOOK_EVERY = 8
_NOISE = 1e-12


@dataclass(frozen=True, eq=False)
class Paths:
    """The shortest paths from one node.

    Parameters
    ----------
    mentee, mentor : array of float
        Length of the path to each person, infinite where there is none.
    nobody : float
        Length of the path to nobody.
    before : array of int
        Node before each node on its path, -1 for the start and where there is none.
    cycle : array of int or None
        A closed walk of negative length, its first node again at the end; then the lengths
        above mean nothing.
    """

    mentee: Floats
    mentor: Floats
    nobody: float
    before: Nodes
    cycle: Nodes | None

    def walk_to(self, node: int) -> Nodes:
        """Return the nodes of the path from the start to a node."""
        walk = [node]
        while self.before[walk[-1]] >= 0:
            walk.append(int(self.before[walk[-1]]))
        return np.array(walk[::-1], dtype=np.intp)


def shortest_paths(graph: ResidualGraph, start: int) -> Paths:
    """Return the shortest paths from a node, or a closed walk of negative length.

    Bellman and Ford, in rounds over whole tables; only mentees who came nearer in the last round
    are looked at again. A step counts as shorter only beyond the noise of the arithmetic.

    Parameters
    ----------
    graph : ResidualGraph
        The graph.
    start : int
        Number of the node.

    References
    ----------
    Bellman 1958, On a routing problem, Quarterly of Applied Mathematics 16:87-90. Cherkassky
    and Goldberg 1999, Negative-cycle detection algorithms, Mathematical Programming 85:277-311
    (a circle in the tree of paths is a closed walk of negative length).

    Examples
    --------
    >>> one = np.ones((1, 1), dtype=bool)
    >>> graph = ResidualGraph(np.array([[0.7]]), one, one, np.ones(1, int), np.ones(1, int))
    >>> shortest_paths(graph, graph.nobody).mentee.tolist()
    [0.7]
    """
    search = _Search(graph, start)
    rounds = 0
    while search.step():
        rounds += 1
        if rounds % _LOOK_EVERY == 0:
            cycle = _circle(search.before)
            if cycle is not None:
                return search.paths(cycle)
    return search.paths(None)


class _Search:
    """The lengths so far, and one round of shortening them."""

    def __init__(self, graph: ResidualGraph, start: int):
        n, m = graph.worth.shape
        self.n, self.nobody, self.cost = n, graph.nobody, graph.cost
        self.pairs = np.argwhere(graph.together)
        self.back = graph.worth[graph.together]
        self.room = np.concatenate([graph.room("mentee"), graph.room("mentor")])
        self.length = np.full(n + m + 1, np.inf)
        self.length[start] = 0.0
        self.before = np.full(n + m + 1, -1, dtype=np.intp)
        self.fresh = np.flatnonzero(self.length[:n] == 0)
        self.noise = _NOISE * max(1.0, float(np.abs(graph.worth).max(initial=0.0)))

    def paths(self, cycle: Nodes | None) -> Paths:
        mentee, mentor = self.length[: self.n], self.length[self.n : self.nobody]
        return Paths(mentee, mentor, float(self.length[self.nobody]), self.before, cycle)

    def shorten(self, heads: Nodes, lengths: Floats, tails: Nodes) -> Nodes:
        """Take the new lengths that are shorter, and return the nodes that have one."""
        with np.errstate(invalid="ignore"):
            nearer = lengths < self.length[heads] - self.noise
        heads, lengths, tails = heads[nearer], lengths[nearer], tails[nearer]
        # The shortest of several to one node is written last and stays.
        order = np.argsort(-lengths, kind="stable")
        self.length[heads[order]] = lengths[order]
        self.before[heads[order]] = tails[order]
        return np.unique(heads)

    def step(self) -> bool:
        """Run one round and say whether anything became shorter."""
        n, nobody, fresh = self.n, self.nobody, self.fresh
        mentors = np.arange(n, nobody)
        changed = 0
        if len(fresh) and len(mentors):
            through = self.length[fresh, None] + self.cost[fresh]
            best = through.argmin(axis=0)
            near = through[best, np.arange(len(mentors))]
            changed += len(self.shorten(mentors, near, fresh[best]))
        i, j = self.pairs.T
        found = self.shorten(i, self.length[n + j] + self.back, n + j)
        # A mentee may always be left with a place free; a mentor only if one is free already.
        ends = np.concatenate([np.arange(n), np.flatnonzero(self.room[n:]) + n])
        to_nobody = np.full(len(ends), nobody)
        changed += len(self.shorten(to_nobody, self.length[ends], ends))
        starts = np.concatenate([np.flatnonzero(self.room[:n]), mentors])
        lengths = np.full(len(starts), self.length[nobody])
        taken = self.shorten(starts, lengths, np.full(len(starts), nobody))
        self.fresh = np.union1d(found, taken[taken < n])
        return bool(changed + len(found) + len(taken))


def _circle(before: Nodes) -> Nodes | None:
    """Return a circle in the tree of paths, its first node again at the end."""
    seen = np.zeros(len(before), dtype=np.intp)
    for mark, node in enumerate(range(len(before)), start=1):
        at = node
        while at >= 0 and not seen[at]:
            seen[at] = mark
            at = int(before[at])
        if at >= 0 and seen[at] == mark:
            walk = [at, int(before[at])]
            while walk[-1] != at:
                walk.append(int(before[walk[-1]]))
            return np.array(walk[::-1], dtype=np.intp)
    return None
