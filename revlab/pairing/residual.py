"""Flows that may still change: from one optimum to the best of them by the next criterion."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

__all__ = ["OpenFlow", "open_flow", "with_fewest"]

Mask = NDArray[np.bool_]
Whole = NDArray[np.int64]
Steps = NDArray[np.int32]
_ROOT, _HUB = -1, -2


@dataclass(frozen=True, eq=False)
class OpenFlow:
    """A set of chosen cells, and which cells and which people's numbers of dyads may change.

    The cells are the arcs of a network from a hub through the rows and the columns to a second
    hub. Every flow of the same size that agrees with this one wherever it is not free is as good
    by all criteria so far.

    Parameters
    ----------
    chosen, free : array of bool, shape (n, m)
        The chosen cells, and the cells that may still be chosen or given up.
    used, places : (array of int, array of int)
        Dyads of the rows and of the columns, and the most they may have.
    may_change : (array of bool, array of bool)
        Rows and columns whose number of dyads may change.
    """

    chosen: Mask
    free: Mask
    used: tuple[Whole, Whole]
    places: tuple[Whole, Whole]
    may_change: tuple[Mask, Mask]


@dataclass(frozen=True, eq=False)
class _Prices:
    """Potentials of the rows, the columns and the two hubs."""

    of: tuple[Steps, Steps]
    hub: Steps


@dataclass(frozen=True, eq=False)
class _Search:
    """What a search from the rows with a dyad too many has reached, and from where."""

    seen: tuple[Mask, Mask]
    parent: tuple[Whole, Whole]
    hub_parent: Whole
    goal: int


def open_flow(chosen: Mask, allowed: Mask, *, room: Whole, seats: Whole) -> OpenFlow:
    """Return a flow in which everything may change within the capacities.

    Examples
    --------
    >>> one = np.ones(1, dtype=int)
    >>> open_flow(np.array([[True]]), np.array([[True]]), room=one, seats=one).used
    (array([1]), array([1]))
    """
    used = (np.count_nonzero(chosen, axis=1), np.count_nonzero(chosen, axis=0))
    may_change = (np.ones(len(room), dtype=bool), np.ones(len(seats), dtype=bool))
    return OpenFlow(chosen.copy(), allowed.copy(), used, (room, seats), may_change)


def with_fewest(flow: OpenFlow, marked: Mask) -> OpenFlow:
    """Return a flow of the same size with as few marked cells as the free cells permit.

    In the result only such changes are free that keep this number (and all that was fixed).
    The marked cells are given up and their dyads sent along shortest augmenting paths, where a
    marked cell has length one and every other cell none (the primal-dual method of Ford and
    Fulkerson 1962, Flows in Networks, chapter III). A cell whose reduced cost is not zero keeps
    its state in every optimum (complementary slackness).

    Parameters
    ----------
    flow : OpenFlow
        The flow to start with; it is left as it is.
    marked : array of bool, shape (n, m)
        The cells to be avoided.

    Examples
    --------
    >>> two = np.ones(2, dtype=int)
    >>> everything = np.ones((2, 2), dtype=bool)
    >>> flow = open_flow(np.eye(2, dtype=bool), everything, room=two, seats=two)
    >>> with_fewest(flow, np.array([[True, False], [False, False]])).chosen.tolist()
    [[False, True], [True, False]]
    """
    marked = marked & flow.free
    given_up = marked & flow.chosen
    if not given_up.any():
        return replace(flow, free=flow.free & ~marked)
    flow = replace(
        flow, chosen=flow.chosen & ~marked, used=(flow.used[0].copy(), flow.used[1].copy())
    )
    excess = (np.count_nonzero(given_up, axis=1), np.count_nonzero(given_up, axis=0))
    prices = _Prices(
        (np.zeros(len(excess[0]), dtype=np.int32), np.zeros(len(excess[1]), dtype=np.int32)),
        np.zeros(2, dtype=np.int32),
    )
    reduced = marked.astype(np.int32)
    tight = flow.free & ~marked
    while excess[0].any():
        search = _search(flow, tight, prices, excess)
        if search.goal >= 0:
            _augment(flow, search, excess)
        else:
            _raise(flow, search, prices, reduced)
            reduced = marked + prices.of[0][:, None] - prices.of[1]
            tight = flow.free & (reduced == 0)
    may_change = tuple(
        flow.may_change[axis] & (prices.of[axis] == prices.hub[axis]) for axis in (0, 1)
    )
    return replace(flow, free=tight, may_change=may_change)


def _search(flow: OpenFlow, tight: Mask, prices: _Prices, excess: tuple[Whole, Whole]) -> _Search:
    """Go along tight arcs, breadth first, until a column is reached that lacks a dyad."""
    # Axis 0 holds the rows and axis 1 the columns; a row goes on to unchosen cells, a column
    # goes back along chosen ones, and both can pass a dyad on to their side's hub.
    onward = (tight & ~flow.chosen, (tight & flow.chosen).T)
    level = [prices.of[axis] == prices.hub[axis] for axis in (0, 1)]
    hubs = [_hub_arcs(flow, axis) for axis in (0, 1)]
    seen = (excess[0] > 0, np.zeros(len(excess[1]), dtype=bool))
    parent = tuple(np.full(len(side), _ROOT) for side in seen)
    search = _Search(seen, parent, np.full(2, _ROOT), -1)  # type: ignore[arg-type]
    frontier = [np.flatnonzero(seen[0]), np.empty(0, dtype=np.intp)]
    while len(frontier[0]) or len(frontier[1]):
        found = [_reach(onward[1 - a], frontier[1 - a], search, a) for a in (0, 1)]
        for axis in (0, 1):
            into, out_of = (arcs & level[axis] for arcs in hubs[axis])
            through = frontier[axis][into[frontier[axis]]]
            if len(through) and search.hub_parent[axis] == _ROOT:
                search.hub_parent[axis] = through[0]
                new = np.flatnonzero(out_of & ~seen[axis])
                seen[axis][new] = True
                parent[axis][new] = _HUB
                found[axis] = np.concatenate([found[axis], new])
        frontier = found
        goals = frontier[1][excess[1][frontier[1]] > 0]
        if len(goals):
            return replace(search, goal=int(goals[0]))
    return search


def _hub_arcs(flow: OpenFlow, axis: int) -> tuple[Mask, Mask]:
    """Return who can pass a dyad to their side's hub, and who can take one from it.

    A row takes a dyad from its hub if it has room for one more; a column hands it on.
    """
    gives = flow.may_change[axis] & (flow.used[axis] > 0)
    takes = flow.may_change[axis] & (flow.used[axis] < flow.places[axis])
    return (gives, takes) if axis == 0 else (takes, gives)


def _reach(onward: Mask, frontier: NDArray[np.intp], search: _Search, axis: int) -> Whole:
    """Mark what the frontier of the other side reaches on this side, and return it."""
    unseen = np.flatnonzero(~search.seen[axis])
    if not len(frontier) or not len(unseen):
        return np.empty(0, dtype=np.int64)
    arcs = onward[np.ix_(frontier, unseen)]
    from_where = arcs.argmax(axis=0)
    hit = arcs[from_where, np.arange(len(unseen))]
    new: Whole = unseen[hit]
    search.seen[axis][new] = True
    search.parent[axis][new] = frontier[from_where[hit]]
    return new


def _augment(flow: OpenFlow, search: _Search, excess: tuple[Whole, Whole]) -> None:
    """Move one dyad along the path that was found."""
    node, axis = search.goal, 1
    excess[1][node] -= 1
    while (before := int(search.parent[axis][node])) != _ROOT:
        if before == _HUB:
            # The hub takes a place from one of its side and gives it to another.
            before = int(search.hub_parent[axis])
            gains = 1 if axis == 0 else -1
            flow.used[axis][node] += gains
            flow.used[axis][before] -= gains
        else:
            cell = (before, node) if axis == 1 else (node, before)
            flow.chosen[cell] = axis == 1
            axis = 1 - axis
        node = before
    excess[0][node] -= 1


def _raise(flow: OpenFlow, search: _Search, prices: _Prices, reduced: Steps) -> None:
    """Raise the prices of what was not reached until one more arc out of the rest is tight."""
    rows, columns = search.seen
    unchosen, chosen = flow.free & ~flow.chosen, flow.free & flow.chosen
    leaving = [
        reduced[np.ix_(rows, ~columns)][unchosen[np.ix_(rows, ~columns)]],
        -reduced[np.ix_(~rows, columns)][chosen[np.ix_(~rows, columns)]],
    ]
    for axis in (0, 1):
        into, out_of = _hub_arcs(flow, axis)
        gap = prices.of[axis] - prices.hub[axis]
        if search.hub_parent[axis] == _ROOT:
            leaving.append(gap[into & search.seen[axis]])
        else:
            leaving.append(-gap[out_of & ~search.seen[axis]])
    step = min(int(side.min()) for side in leaving if side.size)
    for axis in (0, 1):
        prices.of[axis][~search.seen[axis]] += step
        prices.hub[axis] += step * int(search.hub_parent[axis] == _ROOT)
