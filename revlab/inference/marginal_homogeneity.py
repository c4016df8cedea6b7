"""Have the answers of the same people moved? A test of the two margins of a table."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from revlab.errors import EstimateError, must

__all__ = ["MarginalHomogeneity", "marginal_homogeneity"]


@dataclass(frozen=True, repr=False)
class MarginalHomogeneity:
    """Shares of each answer before and after, and a test that they are the same.

    Parameters
    ----------
    shares : pandas.DataFrame
        answer, first, second, difference (second minus first), as shares of ``n``.
    statistic, df, p_value : float
        Stuart and Maxwell's chi-squared test.
    n, n_missing : int
        People with both answers, and without.
    """

    shares: pd.DataFrame
    statistic: float
    df: int
    p_value: float
    n: int
    n_missing: int

    def __repr__(self) -> str:
        return (
            f"Answers of {self.n} people at two times: chi-squared {self.statistic:.3f} on "
            f"{self.df} df, p = {self.p_value:.4f}"
        )


def marginal_homogeneity(first: ArrayLike, second: ArrayLike) -> MarginalHomogeneity:
    """Test whether the same people spread over the answers alike at two times.

    Parameters
    ----------
    first, second : array of shape (n,)
        Answers of the same people in one order; missing answers are left out and counted.

    Returns
    -------
    MarginalHomogeneity
        With two answers it is McNemar's test. Answers that nobody left or took up do not count.

    Raises
    ------
    EstimateError
        If the lengths differ, or nobody's answer moved.

    References
    ----------
    Stuart (1955), Biometrika 42; Maxwell (1970), British Journal of Psychiatry 116.

    Examples
    --------
    >>> marginal_homogeneity([1, 1, 2, 2, 1, 1, 1], [2, 2, 2, 1, 2, 2, 1])
    Answers of 7 people at two times: chi-squared 1.800 on 1 df, p = 0.1797
    """
    one, two = pd.Series(np.asarray(first)), pd.Series(np.asarray(second))
    must(len(one) == len(two), "`first` and `second` must be of one length.", EstimateError)
    there = (one.notna() & two.notna()).to_numpy()
    n = int(there.sum())
    a, b = one[there].to_numpy(), two[there].to_numpy()
    answers = np.unique(np.concatenate([a, b]))
    table = np.zeros((len(answers), len(answers)))
    np.add.at(table, (np.searchsorted(answers, a), np.searchsorted(answers, b)), 1)
    gap = table.sum(axis=1) - table.sum(axis=0)
    spread = np.diag(table.sum(axis=1) + table.sum(axis=0)) - table - table.T
    rank = int(np.linalg.matrix_rank(spread)) if len(answers) else 0
    must(rank > 0, "nobody's answer moved, so there is nothing to test.", EstimateError)
    statistic = float(gap @ np.linalg.pinv(spread, hermitian=True) @ gap)
    shares = pd.DataFrame(
        {"answer": answers, "first": table.sum(axis=1) / n, "second": table.sum(axis=0) / n}
    )
    shares["difference"] = shares["second"] - shares["first"]
    p_value = float(chdtrc(rank, statistic))
    return MarginalHomogeneity(shares, statistic, rank, p_value, n, len(one) - n)
