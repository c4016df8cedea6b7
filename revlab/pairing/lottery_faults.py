"""What is wrong with chances, in words."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.pairing.lottery_grid import NEAR

__all__ = ["chance_faults", "load_faults"]

Floats = NDArray[np.float64]


def chance_faults(chance: Floats, cap: float, *, names: tuple[pd.Index, pd.Index]) -> list[str]:
    """Return what is wrong with the cap and the chances under it.

    Parameters
    ----------
    chance : array of float, shape (n_mentees, n_mentors)
        Chance of each dyad.
    cap : float
        Largest chance allowed.
    names : pair of pandas.Index
        Ids of the mentees and of the mentors.

    Examples
    --------
    >>> names = (pd.Index(["m"]), pd.Index(["a"]))
    >>> chance_faults(np.array([[0.7]]), 0.5, names=names)
    ["1 of the chances is outside 0 to the cap of 0.5, first 0.7 of mentee 'm' and mentor 'a'"]
    """
    if not 0 < cap <= 1:
        return [f"`cap` must be above 0 and at most 1, got {cap}"]
    bad = ~((chance >= 0) & (chance <= cap + NEAR))
    if not bad.any():
        return []
    i, j = np.argwhere(bad)[0]
    n = int(bad.sum())
    count = f"{n} of the chances {'is' if n == 1 else 'are'}"
    who = f"of mentee {names[0][i]!r} and mentor {names[1][j]!r}"
    return [f"{count} outside 0 to the cap of {cap:g}, first {chance[i, j]:g} {who}"]


def load_faults(
    load: Floats, capacity: NDArray[np.int64], *, names: pd.Index, side: str
) -> list[str]:
    """Return which ids repeat, and whose chances add up to more than their capacity.

    Parameters
    ----------
    load : array of float
        Expected number of dyads of each person.
    capacity : array of int
        Most dyads of each person.
    names : pandas.Index
        Their ids.
    side : {"mentee", "mentor"}
        Whose they are.

    Examples
    --------
    >>> load_faults(np.array([1.5]), np.array([1]), names=pd.Index(["m"]), side="mentee")
    ["the chances of mentee 'm' add up to 1.5, above the capacity of 1"]
    """
    faults = [f"{side} id {name!r} appears twice" for name in names[names.duplicated()].unique()]
    faults += [
        f"the chances of {side} {names[k]!r} add up to {load[k]:.6g}, above the capacity of "
        f"{capacity[k]}"
        for k in np.flatnonzero(load > capacity + NEAR)
    ]
    return faults
