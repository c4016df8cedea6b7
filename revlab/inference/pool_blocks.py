"""Blocks within which pools were dealt to arms, such as sites: read, checked and counted."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.errors import EstimateError, must

__all__ = ["block_dummies", "both_arms", "kept_blocks", "pool_blocks"]

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]


def pool_blocks(labels: Sequence[object], pool: Codes, *, names: Sequence[object]) -> Codes:
    """Return the number of the block of each pool.

    Parameters
    ----------
    labels : sequence of n values
        Block of each dyad.
    pool : ndarray of shape (n,)
        Number of the pool of each dyad, 0 to G - 1.
    names : sequence of G values
        Of the pools, for the message.

    Returns
    -------
    ndarray of shape (G,)

    Raises
    ------
    EstimateError
        If a block is missing, or a pool is in two blocks.

    Examples
    --------
    >>> pool_blocks(["south", "south", "north"], np.array([0, 0, 1]), names=["P1", "P2"]).tolist()
    [1, 0]
    """
    given = pd.Series(labels, dtype="object")
    must(
        not bool(given.isna().any()),
        "a dyad has no block; fill it in, or leave the column `block` out if pools were dealt to "
        "arms without blocks.",
        EstimateError,
    )
    code, _ = pd.factorize(given.astype(str), sort=True)
    lowest, highest = np.full(len(names), len(code)), np.full(len(names), -1)
    np.minimum.at(lowest, pool, code)
    np.maximum.at(highest, pool, code)
    torn = np.flatnonzero(lowest < highest)
    must(
        torn.size == 0,
        f"pool {str(names[torn[0]]) if torn.size else ''!r} has dyads in two blocks; a pool is "
        "dealt to its arm within one block, so give it one.",
        EstimateError,
    )
    return np.asarray(lowest, dtype=np.intp)


def kept_blocks(block: Codes, pool_treated: NDArray[np.bool_]) -> Codes | None:
    """Return blocks renumbered from 0, or None if there is only one.

    Raises
    ------
    EstimateError
        If no block has pools of both arms, so that every difference between the arms may be one
        between blocks.

    Examples
    --------
    >>> kept_blocks(np.array([4, 4, 7, 7]), np.array([True, False, True, False])).tolist()
    [0, 0, 1, 1]
    """
    code: Codes = np.unique(block, return_inverse=True)[1].astype(np.intp)
    if code.max() == 0:
        return None
    must(
        bool(both_arms(code, pool_treated).any()),
        "no block has pools of both arms with complete dyads, so the arms cannot be told from the "
        "blocks; deal pools to both arms in every block.",
        EstimateError,
    )
    return code


def both_arms(block: Codes, pool_treated: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which blocks have pools of both arms; shape (B,).

    Examples
    --------
    >>> both_arms(np.array([0, 0, 1]), np.array([True, False, True])).tolist()
    [True, False]
    """
    size = np.bincount(block)
    treated = np.bincount(block, weights=pool_treated)
    both: NDArray[np.bool_] = (treated > 0) & (treated < size)
    return both


def block_dummies(block: Codes | None, n: int) -> Floats:
    """Return one column of 0 and 1 per block, or a column of ones without blocks.

    Parameters
    ----------
    block : ndarray of shape (n,) or None
        Number of the block of each row, from 0.
    n : int
        Rows.

    Returns
    -------
    ndarray of shape (n, B)

    Examples
    --------
    >>> block_dummies(np.array([0, 1, 1]), 3).tolist()
    [[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]
    """
    if block is None:
        return np.ones((n, 1))
    dummies: Floats = (block[:, None] == np.arange(int(block.max()) + 1)).astype(float)
    return dummies
