"""A difference between cohorts of birth, held against a margin; never one of generations."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from revlab.errors import EstimateError, must
from revlab.inference.columns import group_codes
from revlab.inference.equivalence import Equivalence, tost
from revlab.inference.estimate import Estimate
from revlab.inference.regression import cluster_robust

__all__ = ["CohortDifference", "birth_cohort_difference"]

_COLUMNS = ("pool_id", "birth_cohort", "value")
_FEWEST = 10


@dataclass(frozen=True)
class CohortDifference:
    """A difference between those of one cohort of birth and the others.

    Parameters
    ----------
    estimate : Estimate
        One cohort less the others, with the caveat on age, period and cohort as its note.
    equivalence : Equivalence
        Two one-sided tests against the margin.
    """

    estimate: Estimate
    equivalence: Equivalence


def birth_cohort_difference(
    frame: pd.DataFrame,
    *,
    later: str,
    margin: float,
    alpha: float = 0.05,
) -> CohortDifference:
    """Compare those who declare one cohort of birth with those who declare another.

    Parameters
    ----------
    frame : pandas.DataFrame
        pool_id, birth_cohort (as people declare it, missing if they do not), value (for instance
        a change in points), one row per person.
    later : str
        The cohort of birth that a claim is about.
    margin : float
        Smallest difference that would matter, above 0 and set beforehand, in the unit of value.
    alpha : float
        Level of each one-sided test.

    Returns
    -------
    CohortDifference
        CR2 over pools; "cannot tell" is not "no difference".

    Raises
    ------
    EstimateError
        If a column is missing, the margin is not above 0, fewer than ten people on a side declare
        a cohort and have a value, or there is one pool.

    Notes
    -----
    At one time, age is the date less the year of birth. Whatever separates cohorts here separates
    ages as well, and in a programme ranks and years of service too; no analysis of one pilot can
    tell them apart.

    References
    ----------
    Glenn 2005, Cohort Analysis (2nd ed.), on why age, period and cohort are not identified;
    Costanza et al. 2012, Journal of Business and Psychology 27:375-394, on generations at work.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> born = np.where(np.arange(80) % 3 > 0, "1980-2000", "1960-1979")
    >>> frame = pd.DataFrame({"pool_id": np.arange(80) % 8, "value": rng.normal(size=80),
    ...                       "birth_cohort": born})
    >>> birth_cohort_difference(frame, later="1980-2000", margin=1.0).equivalence.verdict
    'inside'
    """
    absent = [name for name in _COLUMNS if name not in frame]
    must(not absent, f"the frame lacks the columns {absent}.", EstimateError)
    wrong = f"`margin` must be above 0; got {margin:g}."
    must(bool(np.isfinite(margin)) and margin > 0, wrong, EstimateError)
    full = frame.dropna(subset=["birth_cohort", "value"])
    own = (full["birth_cohort"].astype(str) == later).to_numpy(dtype=float)
    sizes = int(own.sum()), int(len(own) - own.sum())
    must(
        min(sizes) >= _FEWEST,
        f"{sizes[0]} people with a value declare the cohort {later!r} and {sizes[1]} another; "
        f"with fewer than {_FEWEST} on a side nothing is compared.",
        EstimateError,
    )
    pools = group_codes(full["pool_id"].astype(str), len(full), name="pool_id")
    value = full["value"].to_numpy(dtype=float)
    fit = cluster_robust(np.column_stack([np.ones(len(own)), own]), value, cluster=pools)
    found = replace(
        fit.estimate(1),
        estimand="difference between declared cohorts of birth",
        estimator="birth_cohort_difference",
        contrast=f"{later} - others",
        n_missing=len(frame) - len(full),
        unit="points",
        convention=f"difference in means, {fit.convention}",
        note="Cohort of birth, age, rank and years of service cannot be told apart at one time, "
        "so this is no effect of a generation.",
    )
    return CohortDifference(found, tost(found, low=-margin, high=margin, alpha=alpha))
