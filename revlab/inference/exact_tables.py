"""Exact tests of small tables of counts, all tables with the same margins taken together."""

from dataclasses import dataclass, replace
from math import nan

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

from revlab.errors import EstimateError, must
from revlab.inference.estimate import Estimate, check_conf_level

__all__ = ["ExactTable", "exact_odds_ratio", "exact_table_test"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
_SAME = 1e-7


@dataclass(frozen=True)
class ExactTable:
    """The exact test of a table.

    Parameters
    ----------
    p_value : float
        Chance of a table that is as rare or rarer, given the margins.
    n_tables : int
        Tables with these margins.
    n : int
        Sum of the counts.
    """

    p_value: float
    n_tables: int
    n: int


def exact_table_test(counts: ArrayLike, *, most_tables: int = 2_000_000) -> ExactTable:
    """Test whether rows and columns of a table go together, by listing every table.

    Parameters
    ----------
    counts : array of int, shape (r, c)
        For instance arms by answers.
    most_tables : int
        Tables to list at most.

    Returns
    -------
    ExactTable
        With two rows and columns it is Fisher's exact test, else that of Freeman and Halton.

    Raises
    ------
    EstimateError
        If a count is not a whole number, fewer than two rows or columns are filled, or there
        are too many tables to list; then merge answers or use a randomisation test.

    References
    ----------
    Freeman & Halton (1951), Biometrika 38.

    Examples
    --------
    >>> test = exact_table_test([[3, 0, 1], [0, 3, 1]])
    >>> round(test.p_value, 4), test.n_tables
    (0.0571, 10)
    """
    table = _checked(counts)
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    chance = _every(rows, columns, most_tables)
    own = -gammaln(table + 1.0).sum()
    fixed = gammaln(rows + 1.0).sum() + gammaln(columns + 1.0).sum() - gammaln(table.sum() + 1.0)
    rare = chance <= own + _SAME
    # Rounding may leave a sum just above one.
    p_value = min(float(np.exp(chance[rare] + fixed).sum()), 1.0)
    return ExactTable(p_value, len(chance), int(table.sum()))


def _checked(counts: ArrayLike) -> Counts:
    given = np.asarray(counts, dtype=float)
    whole = given.ndim == 2 and bool(((given >= 0) & (given == np.floor(given))).all())
    must(
        whole,
        "a table of counts must have rows and columns of whole numbers of zero or more.",
        EstimateError,
    )
    filled = given[given.sum(axis=1) > 0][:, given.sum(axis=0) > 0]
    must(
        min(filled.shape) >= 2,
        f"{filled.shape[0]} rows and {filled.shape[1]} columns hold counts; a test needs two of "
        "each.",
        EstimateError,
    )
    table: Counts = filled.astype(np.int64)
    return table


def _every(rows: Counts, columns: Counts, most: int) -> Floats:
    """Return minus the log factorials of the cells of each table with these margins."""
    left, value = rows[None, :].copy(), np.zeros(1)
    for total in columns[:-1]:
        column = np.full(len(left), total)
        for row in range(len(rows)):
            below = left[:, row + 1 :].sum(axis=1)
            low = np.maximum(column - below, 0)
            choices = np.minimum(column, left[:, row]) - low + 1
            must(
                int(choices.sum()) <= most,
                f"there are more than {most:,} tables with these margins; merge answers or use a "
                "randomisation test.",
                EstimateError,
            )
            source = np.repeat(np.arange(len(left)), choices)
            first = np.repeat(np.cumsum(choices) - choices, choices)
            cell = low[source] + np.arange(len(source)) - first
            left, column = left[source], column[source] - cell
            left[:, row] -= cell
            value = value[source] - gammaln(cell + 1.0)
    return np.asarray(value - gammaln(left + 1.0).sum(axis=1), dtype=np.float64)


def exact_odds_ratio(counts: ArrayLike, *, conf_level: float = 0.95) -> Estimate:
    """Return the odds ratio of a table of two by two, with its exact interval and test.

    Parameters
    ----------
    counts : array of int, shape (2, 2)
        For instance arms by whether people stayed. Above 1 if first goes with first.
    conf_level : float
        Level of the interval.

    Returns
    -------
    Estimate
        The conditional maximum-likelihood odds ratio with Fisher's exact interval and test.

    Raises
    ------
    EstimateError
        As `exact_table_test`, or if the table is not two by two.

    References
    ----------
    Fisher (1935), Journal of the Royal Statistical Society 98.

    Examples
    --------
    >>> exact_odds_ratio([[8, 2], [1, 5]])
    odds ratio: 15.466 [95% CI 1.009, 1059.639], fisher_exact, n = 16
    """
    from scipy.stats.contingency import odds_ratio

    check_conf_level(conf_level)
    table = _checked(counts)
    must(
        table.shape == np.shape(counts) == (2, 2),
        "an odds ratio needs two rows and two columns.",
        EstimateError,
    )
    found = odds_ratio(table, kind="conditional")
    low, high = found.confidence_interval(conf_level)
    p_value = exact_table_test(table).p_value
    value = float(found.statistic)
    plain = Estimate("odds ratio", "fisher_exact", "", value, nan, nan, nan, p_value, low, high)
    return replace(
        plain,
        conf_level=conf_level,
        n=int(table.sum()),
        unit="odds ratio",
        convention="conditional maximum likelihood, Fisher's exact interval and test",
    )
