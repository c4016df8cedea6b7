"""Item analysis: which question does not belong, is reversed or leaves no room."""

from collections.abc import Mapping
from math import nan

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.inference.reliability import complete_items, cronbach_alpha

__all__ = ["EDGE", "ITEM_COLUMNS", "item_analysis"]

ITEM_COLUMNS = (
    "item_id", "n", "n_missing", "mean", "sd", "item_rest", "alpha_if_dropped",
    "floor_share", "ceiling_share", "flag",
)  # fmt: skip
"""Columns of `item_analysis`."""

EDGE = 0.5
"""Share at the lowest or highest answer from which an item is flagged."""

_WEAK = 0.2


def _flag(item_rest: float, floor: float, ceiling: float) -> str:
    if item_rest < 0:
        return "reversed?"
    words = ["weak"] if item_rest < _WEAK else []
    words += ["floor"] if floor >= EDGE else []
    words += ["ceiling"] if ceiling >= EDGE else []
    return ", ".join(words)


def _edges(answers: NDArray[np.float64], ends: tuple[float, float] | None) -> tuple[float, float]:
    if ends is None or not len(answers):
        return nan, nan
    return float((answers <= ends[0]).mean()), float((answers >= ends[1]).mean())


def item_analysis(
    items: pd.DataFrame, *, ends: Mapping[str, tuple[float, float]] | None = None
) -> pd.DataFrame:
    """Describe each item of a scale and how it goes with the others.

    Parameters
    ----------
    items : pandas.DataFrame
        Respondents by items, reversed items turned.
    ends : mapping of item to (lowest, highest answer), or None
        For floor and ceiling; without it they are NaN.

    Returns
    -------
    pandas.DataFrame
        ``ITEM_COLUMNS``: n, n_missing, mean, sd and shares from everybody who answered the
        item; item_rest (correlation with the sum of the other items) and alpha_if_dropped from
        those who answered all. ``flag``: "reversed?" (item_rest below 0), "weak" (below 0.2),
        "floor" or "ceiling" (half or more at the end), or "".

    Raises
    ------
    EstimateError
        With fewer than two items, too few complete people, or an item without variation.

    References
    ----------
    Nunnally & Bernstein (1994), Psychometric Theory, chapter 8.

    Examples
    --------
    >>> items = pd.DataFrame({"a": [1, 2, 3, 4, 5, 3], "b": [1, 3, 3, 4, 4, 2],
    ...     "c": [5, 4, 3, 2, 1, 4]})
    >>> item_analysis(items)["flag"].tolist()
    ['reversed?', 'reversed?', 'reversed?']
    """
    full = complete_items(items, 2)
    total = full.sum(axis=1)
    rows = []
    for position, name in enumerate(items.columns):
        rest = total - full[:, position]
        correlation = nan
        if rest.std() > 0:
            correlation = float(np.corrcoef(full[:, position], rest)[0, 1])
        answers = items[name].astype("Float64").dropna().to_numpy(dtype=float)
        floor, ceiling = _edges(answers, None if ends is None else ends.get(str(name)))
        rows.append(
            {
                "item_id": str(name),
                "n": len(answers),
                "n_missing": len(items) - len(answers),
                "mean": float(answers.mean()),
                "sd": float(answers.std(ddof=1)),
                "item_rest": correlation,
                "alpha_if_dropped": _without(full, position),
                "floor_share": floor,
                "ceiling_share": ceiling,
                "flag": _flag(correlation, floor, ceiling),
            }
        )
    return pd.DataFrame(rows, columns=list(ITEM_COLUMNS))


def _without(full: NDArray[np.float64], position: int) -> float:
    if full.shape[1] < 3:
        return nan
    others = pd.DataFrame(np.delete(full, position, axis=1))
    return cronbach_alpha(others).estimate
