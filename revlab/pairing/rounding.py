"""Dependent rounding: many draws of whole numbers with exactly the given means, side by side."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

__all__ = ["round_many"]

Whole = NDArray[np.int64]
Places = NDArray[np.int32]
_AT_ONCE = 50_000


def round_many(
    units: Whole, ends: Whole, *, bits: int, n_draws: int, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Round shares of edges to zero or one, with exactly the shares as means, many times.

    The shares are binary fractions. From the last binary digit to the first, the edges with an
    odd digit are cut into paths and circuits on which rows and columns alternate; on each, one
    coin decides whether the edges go up and down in turn, or down and up. The digit is then zero
    everywhere. Means stay what they were; the number of edges of a person ends at the whole
    number below or above the sum of their shares, and equals it where it is whole.

    Parameters
    ----------
    units : array of int, shape (n_edges,)
        Share of each edge in units of 2**-bits, from 0 to 2**bits.
    ends : array of int, shape (n_edges, 2)
        Row and column of each edge, sorted by row, none twice.
    bits : int
        Binary digits of the shares.
    n_draws : int
        How many independent draws.
    rng : numpy.random.Generator
        The coins.

    Returns
    -------
    array of bool, shape (n_draws, n_edges)
        Which edges each draw has.

    References
    ----------
    Gandhi, Khuller, Parthasarathy and Srinivasan 2006, Dependent rounding and its applications to
    approximation algorithms, Journal of the ACM 53:324-360. Their walk makes one edge whole at a
    time; here the step is one binary digit, on all paths of all draws at once.

    Examples
    --------
    >>> ends = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    >>> halves = np.full(4, 2**31)
    >>> drawn = round_many(halves, ends, bits=32, n_draws=3, rng=np.random.default_rng(1))
    >>> bool((drawn[:, 0] == drawn[:, 3]).all() and (drawn[:, 0] != drawn[:, 1]).all())
    True
    """
    sure = (units == 0) | (units == 1 << bits)
    done = np.repeat((units > 0)[None], n_draws, axis=0)
    if not sure.all():
        own, open_ = ends[~sure], units[~sure]
        step = max(1, _AT_ONCE // len(open_))
        for first in range(0, n_draws, step):
            state = np.repeat(open_[None], min(step, n_draws - first), axis=0)
            done[first : first + step, ~sure] = _rounded(state, own, bits, rng)
    return done


def _rounded(state: Whole, ends: Whole, bits: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    n_draws, n_edges = state.shape
    by_column = np.lexsort((ends[:, 0], ends[:, 1])).astype(np.int32)
    # One number for each person of each draw, and for each edge its place in the other order.
    draw = np.arange(n_draws, dtype=np.int32)[:, None]
    row = (draw * (ends[:, 0].max() + 1) + ends[:, 0]).astype(np.int32).reshape(-1)
    column = (draw * (ends[:, 1].max() + 1) + ends[by_column, 1]).astype(np.int32).reshape(-1)
    other = (draw * n_edges + by_column).astype(np.int32).reshape(-1)
    place = np.empty(state.size, dtype=np.int32)
    flat = state.reshape(-1)
    for bit in range(bits):
        odd = (flat >> bit & 1).astype(bool)
        at = np.flatnonzero(odd)
        if not len(at):
            continue
        place[at] = np.arange(len(at), dtype=np.int32)
        beside_row = _neighbours(row[at])
        crossed = np.flatnonzero(odd[other])
        own, beside = place[other[crossed]], _neighbours(column[crossed])
        beside_column = np.empty(len(at), dtype=np.int32)
        beside_column[own] = np.where(beside >= 0, own[beside], -1)
        up = _coins(beside_row, beside_column, rng)
        flat[at] += np.where(up, 1 << bit, -(1 << bit))
    return state > 0


def _neighbours(person: Places) -> Places:
    """Return for each entry the one it is paired with among its person's, -1 for a last odd one.

    The entries of a person stand together; first and second, third and fourth, … are pairs.
    """
    k = np.arange(len(person), dtype=np.int32)
    same = person[1:] == person[:-1]
    start = np.zeros(len(person), dtype=np.int32)
    start[1:] = np.where(same, 0, k[1:])
    even = (k - np.maximum.accumulate(start)) % 2 == 0
    first = np.flatnonzero(even[:-1] & same)
    beside = np.full(len(person), -1, dtype=np.int32)
    beside[first], beside[first + 1] = first + 1, first
    return beside


def _coins(
    beside_row: Places, beside_column: Places, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Return which entries go up: neighbours never both, and one coin for each path."""
    n = len(beside_row)
    # Two steps along a path lead to an entry that moves the same way.
    next_ = np.where(beside_row >= 0, beside_column[beside_row], -1)
    linked = next_ >= 0
    start = np.zeros(n + 1, dtype=np.int32)
    np.cumsum(linked, out=start[1:])
    there = next_[linked]
    links = csr_array((np.ones(len(there), dtype=np.int8), there, start), shape=(n, n))
    n_labels, label = connected_components(links, directed=False)
    # The first entry of each way, so that coins do not depend on how the labels are numbered.
    first = np.empty(n_labels, dtype=np.int32)
    first[label[::-1]] = np.arange(n - 1, -1, -1)
    own = first[label]
    neighbour = np.where(beside_row >= 0, beside_row, beside_column)
    leader = np.where(neighbour >= 0, np.minimum(own, own[neighbour]), own)
    coin = rng.integers(0, 2, size=n, dtype=np.uint8).astype(bool)
    up: NDArray[np.bool_] = coin[leader] ^ (own != leader)
    return up
