"""What a `Compatibility` accepts as ids, capacities and tables of people."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from revlab.errors import PairingError, must
from revlab.pairing.given_tables import as_numbers

__all__ = [
    "check_score",
    "numbered",
    "own_traits",
    "spread",
    "whole_capacity",
]

Floats = NDArray[np.float64]
MOST = 10**9
"""The largest capacity; more is a slip, and would not fit a whole number."""


def check_score(score: Floats, name: str, *, mentee_ids: pd.Index, mentor_ids: pd.Index) -> None:
    """Refuse a score that is not finite or is negative, and name the first such cell.

    Raises
    ------
    PairingError
        If there is such a cell.

    Examples
    --------
    >>> ids = {"mentee_ids": pd.Index(["bo"]), "mentor_ids": pd.Index(["ana"])}
    >>> check_score(np.ones((1, 1)), "mentee_score", **ids)
    """
    # An end is not a number if any cell is none: no table of marks is needed to find out.
    low, high = score.min(initial=0.0), score.max(initial=0.0)
    if low >= 0 and high < np.inf:
        return
    row, column = (int(place[0]) for place in np.nonzero(~np.isfinite(score) | (score < 0)))
    raise PairingError(
        f"`{name}` must be finite and zero or more; got {score[row, column]} for mentee "
        f"{mentee_ids[row]!r} and mentor {mentor_ids[column]!r}; say that a dyad is forbidden in "
        "`eligible`, not by a score."
    )


def numbered(side: str, n: int) -> list[str]:
    """Return ids for people who came without: ``mentee1``, ``mentee2``, ….

    Examples
    --------
    >>> numbered("mentor", 2)
    ['mentor1', 'mentor2']
    """
    width = len(str(n))
    return [side + str(i).zfill(width) for i in range(1, n + 1)]


def spread(capacity: ArrayLike | None, n: int, name: str = "capacity") -> NDArray[np.int64]:
    """Return one capacity for each person; a single number is everybody's, none is one each.

    Examples
    --------
    >>> spread(2, 3).tolist()
    [2, 2, 2]
    """
    given = as_numbers(1 if capacity is None else capacity, name)
    return whole_capacity(np.full(n, given) if given.ndim == 0 else given, name, n)


def whole_capacity(given: ArrayLike, name: str, n: int) -> NDArray[np.int64]:
    """Return capacities as whole numbers, after checking that they are.

    Raises
    ------
    PairingError
        If there is not one for each person, or one is negative or not a whole number.

    Examples
    --------
    >>> whole_capacity([1.0, 2.0], "mentor_capacity", 2).tolist()
    [1, 2]
    """
    capacity = as_numbers(given, name)
    message = f"`{name}` must hold {n} numbers, one per person; got shape {capacity.shape}."
    must(capacity.shape == (n,), message, PairingError)
    whole = (capacity >= 0) & (capacity <= MOST) & (capacity == np.floor(capacity))
    worst = next(iter(capacity[~whole]), 0.0)
    message = f"`{name}` must hold whole numbers of zero or more; got {worst:g}."
    must(bool(whole.all()), message, PairingError)
    return capacity.astype(np.int64)


def own_traits(traits: pd.DataFrame | None, ids: pd.Index, side: str) -> pd.DataFrame | None:
    """Return the table of the people of one side in the order of their ids.

    Raises
    ------
    PairingError
        If somebody has no row or two.

    Examples
    --------
    >>> table = pd.DataFrame({"site": ["Oslo", "Bergen"]}, index=["bo", "ana"])
    >>> own_traits(table, pd.Index(["ana", "bo"]), "mentee")["site"].tolist()
    ['Bergen', 'Oslo']
    """
    if traits is None:
        return None
    names = pd.Index(traits.index, dtype=object).astype(str)
    again = names[names.duplicated()].tolist()
    lost = ids[~ids.isin(names)].tolist()
    must(not again, f"`{side}_traits` lists {side} {again[:1]} twice; keep one row.", PairingError)
    must(not lost, f"`{side}_traits` has no row for {side} {lost[:1]}; add it.", PairingError)
    return traits.iloc[names.get_indexer(ids)]
