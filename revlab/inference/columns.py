"""Columns as they come in: yes-or-no marks, group labels and designs, checked at the door."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from revlab.errors import EstimateError, must

__all__ = ["group_codes", "independent", "marks"]

Floats = NDArray[np.float64]


def marks(values: ArrayLike, name: str) -> NDArray[np.bool_]:
    """Return a column of yes and no as booleans; a missing mark is not a yes.

    Parameters
    ----------
    values : array of shape (n,)
        True or False, or 1 and 0.
    name : str
        Of the parameter, for the message.

    Raises
    ------
    EstimateError
        If a mark is missing or something else.

    Examples
    --------
    >>> marks([1, 0, 1], "treated").tolist()
    [True, False, True]
    >>> marks([1.0, float("nan")], "treated")
    Traceback (most recent call last):
    ...
    revlab.errors.EstimateError: `treated` must be true or false for everybody; a mark is missing \
or something else.
    """
    given = np.asarray(values)
    if given.dtype == bool:
        return np.asarray(given, dtype=np.bool_)
    try:
        flags = given.astype(float)
    except (TypeError, ValueError):
        flags = np.full(given.shape, np.nan)
    must(
        bool(np.isin(flags, (0, 1)).all()),
        f"`{name}` must be true or false for everybody; a mark is missing or something else.",
        EstimateError,
    )
    return np.asarray(flags == 1, dtype=np.bool_)


def group_codes(labels: ArrayLike, n: int, *, name: str = "group") -> NDArray[np.intp]:
    """Return the labels of groups as numbers from 0.

    Parameters
    ----------
    labels : array of shape (n,)
        Person, dyad, mentor, pool or site.
    n : int
        Rows that need one.
    name : str
        Of the parameter, for the message.

    Raises
    ------
    EstimateError
        If a label is missing: rows without one would become a group of their own.

    Examples
    --------
    >>> group_codes(["b", "a", "b"], 3).tolist()
    [1, 0, 1]
    """
    given = np.asarray(labels)
    must(
        given.shape == (n,),
        f"`{name}` needs one label for each of {n} rows; got shape {given.shape}.",
        EstimateError,
    )
    must(
        not bool(pd.isna(given).any()),
        f"`{name}` has a missing label; fill it in or leave the row out.",
        EstimateError,
    )
    codes: NDArray[np.intp] = np.unique(given, return_inverse=True)[1]
    return codes


def independent(design: Floats, *, beside: str = "", where: str = "the design matrix") -> None:
    """Refuse a design matrix some of whose columns repeat others.

    Parameters
    ----------
    design : ndarray of shape (n, p)
        Finite numbers.
    beside : {"", "ones"}
        "ones" if the model has intercepts of its own, so that a constant column repeats them.
    where : str
        What holds the columns, for the message.

    Raises
    ------
    EstimateError
        If the columns hold fewer independent ones.

    Examples
    --------
    >>> independent(np.array([[1.0, 2], [2, 4], [3, 6]]))
    Traceback (most recent call last):
    ...
    revlab.errors.EstimateError: 2 columns of the design matrix hold only 1 independent ones; \
leave the repeated ones out.
    """
    p = design.shape[1]
    centred = design - design.mean(axis=0) if beside == "ones" else design
    size = np.sqrt((centred**2).sum(axis=0))
    # Columns of one size, or a scale in thousands would look like rounding.
    scaled = centred / np.where(size > 0, size, 1.0)
    flat = size <= 1e-12 * np.sqrt((design**2).sum(axis=0))
    rank = int(np.linalg.matrix_rank(np.where(flat, 0.0, scaled), tol=1e-9)) if p else 0
    inside = " beside the intercept" if beside == "ones" else ""
    must(
        rank == p,
        f"{p} columns of {where} hold only {rank} independent ones{inside}; leave the "
        "repeated ones out.",
        EstimateError,
    )
