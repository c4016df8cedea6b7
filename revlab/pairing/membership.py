"""Comparing every mentee with every mentor on what they are and on what they list."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["members", "same"]


def same(mentees: pd.Series | pd.Index, mentors: pd.Series | pd.Index) -> NDArray[np.bool_]:
    """Mark the cells in which both have the same, known value.

    Parameters
    ----------
    mentees, mentors : pandas.Series or pandas.Index, lengths n and m
        Text; a missing value equals nothing.

    Returns
    -------
    array of bool, shape (n, m)

    Examples
    --------
    >>> same(pd.Series(["a", None]), pd.Series(["a", "b", None])).tolist()
    [[True, False, False], [False, False, False]]
    """
    both = pd.concat([pd.Series(side, dtype=object) for side in (mentees, mentors)])
    codes = pd.factorize(both.to_numpy())[0]
    rows, columns = codes[: len(mentees), None], codes[None, len(mentees) :]
    equal: NDArray[np.bool_] = rows == columns
    equal &= rows >= 0
    return equal


def members(
    mentees: Iterable[tuple[str, ...]], mentors: Iterable[tuple[str, ...]]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return who lists what, as two tables of zeros and ones with the same columns.

    Parameters
    ----------
    mentees, mentors : iterable
        One tuple of words for each person, empty if nothing is known.

    Returns
    -------
    mentees, mentors : array of float, shapes (n, k) and (m, k)
        One where the person lists the word; k different words in alphabetical order.

    Examples
    --------
    >>> members([("en", "fr")], [("fr",), ()])[1].tolist()
    [[0.0, 1.0], [0.0, 0.0]]
    """
    sides = [list(side) for side in (mentees, mentors)]
    words = sorted({word for side in sides for entry in side for word in entry})
    place = {word: k for k, word in enumerate(words)}
    tables = []
    for side in sides:
        table = np.zeros((len(side), len(words)))
        rows = np.repeat(np.arange(len(side)), [len(entry) for entry in side])
        table[rows, [place[word] for entry in side for word in entry]] = 1.0
        tables.append(table)
    return tables[0], tables[1]
