"""Rows, groups and weighted sums of mixed models, checked before anything is fitted."""

from numbers import Integral

import numpy as np
from numpy.typing import ArrayLike, NDArray

from revlab.errors import EstimateError, must
from revlab.inference.columns import group_codes, independent

__all__ = ["checked_rows", "checked_time", "line_of"]

Floats = NDArray[np.float64]
_SAME = 1e-10


def checked_rows(
    outcome: ArrayLike, design: ArrayLike, group: ArrayLike
) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """Return the outcome, the design and group numbers of a mixed model, after checking them.

    Raises
    ------
    EstimateError
        If shapes disagree, a value or label is missing, a column repeats others, groups are too
        few, or the rows of every group are the same but for the predictors.

    Examples
    --------
    >>> checked_rows([1.0, 2, 4], [[1], [1], [1]], ["a", "a", "b"])[2].tolist()
    [0, 0, 1]
    """
    y, x = np.asarray(outcome, dtype=float), np.asarray(design, dtype=float)
    labels = np.asarray(group)
    must(
        x.ndim == 2 and y.shape == x.shape[:1] == labels.shape,
        f"`design_matrix` must be (n, p), `outcome` and `group` (n,); got {x.shape}, {y.shape} "
        f"and {labels.shape}.",
        EstimateError,
    )
    finite = bool(np.isfinite(x).all() and np.isfinite(y).all())
    must(
        finite, "a missing value is left in the mixed model; drop those rows first.", EstimateError
    )
    codes = group_codes(labels, len(y))
    independent(x)
    groups = int(codes.max()) + 1 if len(y) else 0
    must(
        2 <= groups < len(y) and len(y) > x.shape[1] + 1,
        f"{len(y)} rows in {groups} groups cannot tell the groups from the rows; a mixed model "
        "needs at least two groups and repeated rows in some of them.",
        EstimateError,
    )
    _must_vary(y, x, codes)
    return y, x, codes


def _must_vary(y: Floats, x: Floats, codes: NDArray[np.intp]) -> None:
    size = np.bincount(codes)

    def within(column: Floats) -> Floats:
        return column - (np.bincount(codes, weights=column) / size)[codes]

    inner = np.column_stack([within(column) for column in x.T])
    left = within(y)
    left = left - inner @ np.linalg.lstsq(inner, left, rcond=None)[0]
    must(
        float(np.abs(left).max()) > _SAME * max(float(np.abs(y).max()), 1e-300),
        "the rows of a group do not vary beyond the predictors, so there is nothing to tell the "
        "groups from; use one row per group.",
        EstimateError,
    )


def checked_time(time: ArrayLike, n: int) -> Floats:
    """Return the times of a random slope.

    Raises
    ------
    EstimateError
        If there is not one finite number per row, or all are the same.

    Examples
    --------
    >>> checked_time([0, 1, 2], 3).tolist()
    [0.0, 1.0, 2.0]
    """
    column = np.asarray(time, dtype=float)
    must(
        column.shape == (n,) and bool(np.isfinite(column).all()) and bool(np.ptp(column) > 0),
        f"`time` needs a finite number for each of {n} rows, not always the same.",
        EstimateError,
    )
    return column


def line_of(weights: int | ArrayLike, p: int) -> Floats:
    """Return the weights of a sum of coefficients.

    Parameters
    ----------
    weights : int or array of shape (p,)
        Position of one coefficient, or a weight for each.
    p : int
        Coefficients.

    Raises
    ------
    EstimateError
        If there is no such position, or not one weight per coefficient.

    Examples
    --------
    >>> line_of(1, 3).tolist(), line_of([1, 0, -1], 3).tolist()
    ([0.0, 1.0, 0.0], [1.0, 0.0, -1.0])
    """
    if isinstance(weights, Integral):
        position = int(weights)
        must(
            -p <= position < p,
            f"the model has the coefficients 0 to {p - 1}; there is no {position}.",
            EstimateError,
        )
        return np.eye(p)[position]
    line = np.asarray(weights, dtype=float)
    must(
        line.shape == (p,) and bool(np.isfinite(line).all()) and bool(line.any()),
        f"`weights` needs a finite number for each of {p} coefficients, not all zero.",
        EstimateError,
    )
    return line
