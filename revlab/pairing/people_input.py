"""What a `Compatibility` accepts as ids, capacities and tables of people."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from revlab.errors import PairingError, must

__all__ = ["numbered", "own_traits", "spread", "whole_capacity"]


def numbered(side: str, n: int) -> list[str]:
    """Return ids for people who came without: ``mentee1``, ``mentee2``, ….

    Examples
    --------
    >>> numbered("mentor", 2)
    ['mentor1', 'mentor2']
    """
    return [f"{side}{i:0{len(str(n))}d}" for i in range(1, n + 1)]


def spread(capacity: ArrayLike | None, n: int) -> NDArray[np.int64]:
    """Return one capacity for each person; a single number is everybody's, none is one each.

    Examples
    --------
    >>> spread(2, 3).tolist()
    [2, 2, 2]
    """
    given = np.asarray(1 if capacity is None else capacity)
    return np.full(n, given) if given.ndim == 0 else given


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
    capacity = np.asarray(given, dtype=float)
    message = f"`{name}` must hold {n} numbers, one per person; got shape {capacity.shape}."
    must(capacity.shape == (n,), message, PairingError)
    bad = capacity[~((capacity >= 0) & (capacity == np.floor(capacity)))]
    worst = bad[0] if bad.size else 0
    message = f"`{name}` must hold whole numbers of zero or more; got {worst:g}."
    must(bad.size == 0, message, PairingError)
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
