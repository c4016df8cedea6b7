"""The best closed set of a partial order, by a minimum cut."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from revlab.errors import PairingError, must

__all__ = ["best_closed_set", "with_earlier", "with_later"]

Mask = NDArray[np.bool_]
Before = tuple[NDArray[np.intp], ...]
_LARGEST = np.iinfo(np.int32).max


def with_earlier(members: Mask, before: Before) -> Mask:
    """Return the members and all that must come before them.

    Parameters
    ----------
    members : array of bool, shape (n,)
        Who is asked for.
    before : tuple of array of int
        For each member the smaller numbers of those that must come before it.

    Examples
    --------
    >>> with_earlier(np.array([False, True]), (np.array([], dtype=int), np.array([0]))).tolist()
    [True, True]
    """
    closed = members.copy()
    for k in range(len(before) - 1, -1, -1):
        if closed[k]:
            closed[before[k]] = True
    return closed


def with_later(members: Mask, before: Before) -> Mask:
    """Return the members and all that must come after them.

    Parameters
    ----------
    members : array of bool, shape (n,)
        Who is asked for.
    before : tuple of array of int
        For each member the smaller numbers of those that must come before it.

    Examples
    --------
    >>> with_later(np.array([True, False]), (np.array([], dtype=int), np.array([0]))).tolist()
    [True, True]
    """
    closed = members.copy()
    for k, earlier in enumerate(before):
        closed[k] |= bool(closed[earlier].any())
    return closed


def best_closed_set(
    weights: NDArray[np.int64], before: Before, *, needed: Mask, barred: Mask
) -> Mask:
    """Return the closed set of smallest total weight: with a member it has all before it.

    Parameters
    ----------
    weights : array of int, shape (n,)
        What each member adds.
    before : tuple of array of int
        For each member the smaller numbers of those that must come before it.
    needed, barred : array of bool, shape (n,)
        Members that must be in the set, with all that come before them; and members that must
        not, with all that come after them. No member may be both.

    Returns
    -------
    array of bool, shape (n,)
        The smallest of the best sets: it lies in every other best set.

    Raises
    ------
    PairingError
        If the weights are too large for the flow to be counted in 32 bits.

    References
    ----------
    Picard 1976, Maximal closure of a graph and applications to combinatorial problems,
    Management Science 22:1268-1272.

    Examples
    --------
    >>> before = (np.array([], dtype=int), np.array([0]))
    >>> free = np.zeros(2, dtype=bool)
    >>> best_closed_set(np.array([1, -2]), before, needed=free, barred=free).tolist()
    [True, True]
    """
    most = int(np.abs(weights).sum()) + 1
    message = f"the weights add up to {most}, more than a minimum cut can count ({_LARGEST})."
    must(most <= _LARGEST, message, PairingError)
    chosen = with_earlier(needed, before)
    free = np.flatnonzero(~chosen & ~with_later(barred, before))
    number = np.full(len(weights), -1)
    number[free] = np.arange(len(free))
    later = number[np.repeat(np.arange(len(before)), [len(earlier) for earlier in before])]
    earlier = number[np.concatenate([np.array([], dtype=np.intp), *before])]
    both = (later >= 0) & (earlier >= 0)
    own, source, sink = weights[free], len(free), len(free) + 1
    good, bad = np.flatnonzero(own < 0), np.flatnonzero(own > 0)
    # Source side = in the set: what is good wants in, what is bad wants out, and nobody may be
    # in without those before them.
    tails = np.concatenate([np.full(len(good), source), bad, later[both]])
    heads = np.concatenate([good, np.full(len(bad), sink), earlier[both]])
    room = np.concatenate([-own[good], own[bad], np.full(int(both.sum()), most)])
    network = csr_array((room.astype(np.int32), (tails, heads)), shape=(sink + 1, sink + 1))
    left = network - maximum_flow(network, source, sink).flow
    left.eliminate_zeros()
    reached = breadth_first_order(left, source, return_predecessors=False)
    chosen[free[reached[reached < source]]] = True
    return chosen
