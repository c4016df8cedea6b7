"""Tables and ids as people give them: what cannot be one is refused in a sentence."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from revlab.errors import PairingError, must

__all__ = ["as_marks", "as_numbers", "own_ids", "same_labels"]


def as_numbers(table: ArrayLike, name: str) -> NDArray[np.float64]:
    """Return numbers: in single precision if they are, else in double.

    Raises
    ------
    PairingError
        If something is not a number, or the rows are of different lengths.

    Examples
    --------
    >>> as_numbers([[1, 2]], "scores").dtype
    dtype('float64')
    >>> as_numbers([["high"]], "scores")
    Traceback (most recent call last):
    ...
    revlab.errors.PairingError: `scores` must hold numbers, in rows of one length; it does not.
    """
    message = f"`{name}` must hold numbers, in rows of one length; it does not."
    try:
        given = np.asarray(table)
        # Dates and complex numbers would turn into floats without a word.
        must(given.dtype.kind not in "cmM", message, PairingError)
        return given if given.dtype == np.float32 else np.asarray(table, dtype=float)
    except (TypeError, ValueError):
        raise PairingError(message) from None


def as_marks(table: ArrayLike, name: str) -> NDArray[np.bool_]:
    """Return marks of True and False; 1 and 0 will do.

    Raises
    ------
    PairingError
        If something is neither: text, a missing value or another number is not taken for True.

    Examples
    --------
    >>> as_marks([[1, 0]], "eligible").tolist()
    [[True, False]]
    """
    message = f"`{name}` must hold True and False (or 1 and 0), in rows of one length; it does not."
    try:
        given = np.asarray(table)
        if given.dtype != bool:
            numbers = np.asarray(given, dtype=float)
            must(bool(((numbers == 0) | (numbers == 1)).all()), message, PairingError)
            given = numbers == 1
    except (TypeError, ValueError):
        raise PairingError(message) from None
    return given


def own_ids(ids: Iterable[object], side: str) -> pd.Index:
    """Return the ids of one side as text.

    Raises
    ------
    PairingError
        If one is missing, or two people share one.

    Examples
    --------
    >>> own_ids([7, "bo"], "mentor").tolist()
    ['7', 'bo']
    """
    given = pd.Index(ids, dtype=object)
    lost = int(given.isna().sum())
    must(not lost, f"{lost} of the {side} ids are missing; give every {side} an id.", PairingError)
    names = given.astype(str)
    again = names[names.duplicated()].tolist()
    message = f"{side} id {again[:1]} appears twice; give every {side} an id of their own."
    must(not again, message, PairingError)
    return names


def same_labels(table: ArrayLike | pd.DataFrame, like: ArrayLike | pd.DataFrame, name: str) -> None:
    """Refuse a labelled table whose people are not those of ``scores``, in the same order.

    Raises
    ------
    PairingError
        If both have labels and they differ.

    Examples
    --------
    >>> same_labels(pd.DataFrame([[1.0]]), [[1.0]], "mentor_scores")
    """
    if isinstance(table, pd.DataFrame) and isinstance(like, pd.DataFrame):
        same = table.index.equals(like.index) and table.columns.equals(like.columns)
        must(
            same or table.shape != like.shape,  # of another shape it is refused for that
            f"`{name}` must have the row and column labels of `scores`, in the same order; sort "
            "one like the other.",
            PairingError,
        )
