"""What is left of a score when mentors and mentees have taken their own share of it."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["share_left"]

ROUNDS = 200
CLOSE = 1e-10


def _centred(
    values: NDArray[np.float64], mask: NDArray[np.bool_], axis: int
) -> NDArray[np.float64]:
    counts = np.maximum(mask.sum(axis=axis, keepdims=True), 1)
    means = values.sum(axis=axis, keepdims=True) / counts
    centred: NDArray[np.float64] = np.where(mask, values - means, 0.0)
    return centred


def share_left(scores: NDArray[np.float64], mask: NDArray[np.bool_]) -> float:
    """Return the share of the variance of a score that no f(row) + g(column) explains.

    A score that is the sum of a number of the mentee and a number of the mentor gives every
    full matching the same total, so a mechanism has nothing to choose; the share left is what
    it can choose by. It is the interaction share of a two-way layout without replication
    (Searle 1971, Linear Models, chapter 7); with forbidden cells the additive fit is found by
    centring rows and columns in turn, which converges to the least-squares fit.

    Parameters
    ----------
    scores : array of float, shape (n, m)
        The scores.
    mask : array of bool, shape (n, m)
        The cells that count.

    Returns
    -------
    float
        Between 0 and 1; NaN if no cell counts. A score that is the same everywhere gives 0.

    Examples
    --------
    >>> everywhere = np.ones((2, 2), dtype=bool)
    >>> share_left(np.array([[1.0, 0.0], [0.0, 1.0]]), everywhere)
    1.0
    >>> share_left(np.array([[1.0, 0.5], [0.8, 0.3]]), everywhere) < 1e-9
    True
    """
    if not mask.any():
        return float("nan")
    left = np.where(mask, scores - scores[mask].mean(), 0.0)
    total = float(np.square(left).sum())
    if total <= CLOSE * max(float(np.square(scores[mask]).sum()), CLOSE):
        return 0.0
    before = total
    for _ in range(ROUNDS):
        left = _centred(_centred(left, mask, 1), mask, 0)
        now = float(np.square(left).sum())
        if before - now <= CLOSE * total:
            break
        before = now
    return min(1.0, now / total)
