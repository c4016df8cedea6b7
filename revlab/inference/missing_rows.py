"""Rows of the table of approaches to missing answers: bounds, tipping point, response."""

from dataclasses import replace

import numpy as np

from revlab.inference.cores import change_core
from revlab.inference.estimate import Estimate
from revlab.inference.gaps import Gaps
from revlab.inference.imputed_contrast import Filled
from revlab.inference.lee import lee_bounds
from revlab.inference.worst_case import worst_case

__all__ = ["Row", "bounds_row", "response_difference", "tipping_row", "worst_case_row"]

Row = dict[str, object]


def bounds_row(gaps: Gaps, *, seed: int, conf_level: float) -> Row:
    """Return Lee's bounds as a row of `sensitivity`.

    Parameters
    ----------
    gaps : Gaps
        Two arms.
    seed : int
        Of the bootstrap.
    conf_level : float
        Level of the interval.

    Raises
    ------
    EstimateError
        As `lee_bounds`.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.inference.analysis_scales import scores_of
    >>> from revlab.inference.gaps import read_gaps
    >>> from revlab.inference.plan_reading import plan_of_pilot
    >>> from revlab.shipped import shipped
    >>> pilot = read_pilot(shipped("data/example_pilot"))
    >>> gaps = read_gaps(scores_of(pilot)[3], plan_of_pilot(pilot.plan))
    >>> str(bounds_row(gaps, seed=1, conf_level=0.95)["note"])
    '12% of the answers of the control arm are cut'
    """
    found = lee_bounds(
        gaps.adjusted(gaps.pre, gaps.post),
        gaps.treated,
        seed=seed,
        cluster=gaps.whole.pool,
        conf_level=conf_level,
    )
    trimmed = f"{found.trimmed_share:.0%} of the answers of the {found.trimmed_arm} arm are cut"
    blocks = "" if gaps.whole.block is None else ", blocks left aside"
    return {
        "bound_low": found.low, "bound_high": found.high, "conf_low": found.conf_low,
        "conf_high": found.conf_high, "conf_level": conf_level, "n": found.n,
        "n_missing": found.n_missing, "n_clusters": found.n_clusters,
        "df": found.n_clusters - 2.0,
        "convention": f"Lee bounds of {_compared(gaps)}, every dyad the same{blocks}; interval of "
        "Imbens and Manski, 1,000 bootstrap draws of pools within arms (one pool fewer than there "
        f"are), t with {found.n_clusters - 2} degrees of freedom",
        "note": trimmed if found.trimmed_share > 0 else "both arms answered alike; nothing is cut",
    }  # fmt: skip


def _compared(gaps: Gaps) -> str:
    if not gaps.has_start:
        return "the last score"
    return "post adjusted for pre" if gaps.slope != 1 else "post - pre"


def worst_case_row(gaps: Gaps, *, conf_level: float) -> Row:
    """Return the bounds of `worst_case` as a row of `sensitivity`.

    Parameters
    ----------
    gaps : Gaps
        Two arms.
    conf_level : float
        Level of the interval.

    Raises
    ------
    EstimateError
        As `worst_case`.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.inference.analysis_scales import scores_of
    >>> from revlab.inference.gaps import read_gaps
    >>> from revlab.inference.plan_reading import plan_of_pilot
    >>> from revlab.shipped import shipped
    >>> pilot = read_pilot(shipped("data/example_pilot"))
    >>> gaps = read_gaps(scores_of(pilot)[3], plan_of_pilot(pilot.plan))
    >>> worst_case_row(gaps, conf_level=0.95)["n"]
    45
    """
    found = worst_case(gaps, conf_level=conf_level)
    return {
        "bound_low": found.low, "bound_high": found.high, "conf_low": found.conf_low,
        "conf_high": found.conf_high, "conf_level": conf_level, "df": found.df,
        "n": len(gaps.post), "n_missing": gaps.n_missing, "n_clusters": gaps.whole.n_pools,
        "convention": f"missing scores at {gaps.low:g} and {gaps.high:g}, the ends of the scale, "
        f"difference in {_compared(gaps)}, {gaps.whole.n_pools} pools; interval of Imbens and "
        "Manski with CR2 or Welch errors",
        "note": "",
    }  # fmt: skip


def tipping_row(filled: Filled, *, conf_level: float) -> Row:
    """Return the tipping point of the imputed answers as a row of `sensitivity`.

    Parameters
    ----------
    filled : Filled
        From `fill_gaps`.
    conf_level : float
        Level of the interval.

    Raises
    ------
    EstimateError
        If no last score of the treatment arm is missing.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.inference.analysis_scales import scores_of
    >>> from revlab.inference.gaps import read_gaps
    >>> from revlab.inference.plan_reading import plan_of_pilot
    >>> from revlab.shipped import shipped
    >>> pilot = read_pilot(shipped("data/example_pilot"))
    >>> gaps = read_gaps(scores_of(pilot)[3], plan_of_pilot(pilot.plan))
    >>> from revlab.inference.imputed_contrast import fill_gaps
    >>> tipping_row(fill_gaps(gaps, seed=1, n_imputations=2), conf_level=0.95)["note"]
    'the interval of the imputed answers holds zero'
    """
    found = filled.tipping(conf_level=conf_level)
    gaps = filled.gaps
    lost = int((gaps.treated & ~np.isfinite(gaps.post)).sum())
    note = f"the interval of the imputed answers {found.starts}"
    if np.isnan(found.shift):
        note += (
            f"; to change that takes more than the scale allows ({found.lowest:.1f} to "
            f"{found.highest:.1f} points on average)"
        )
    return {
        "estimate": found.shift, "conf_level": conf_level, "n": lost, "n_missing": lost,
        "convention": "shift of the imputed last scores of the treatment arm at which the pooled "
        "interval changes whether it holds zero, the smaller of both directions",
        "note": note,
    }  # fmt: skip


def response_difference(gaps: Gaps, *, conf_level: float = 0.95) -> Estimate:
    """Return the difference between arms in the share of dyads with all scores.

    Parameters
    ----------
    gaps : Gaps
        Two arms.
    conf_level : float
        Level of the interval.

    Returns
    -------
    Estimate
        Of unit "share", by pools.

    Raises
    ------
    EstimateError
        If no pool differs from another.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.inference.analysis_scales import scores_of
    >>> from revlab.inference.gaps import read_gaps
    >>> from revlab.inference.plan_reading import plan_of_pilot
    >>> from revlab.shipped import shipped
    >>> pilot = read_pilot(shipped("data/example_pilot"))
    >>> gaps = read_gaps(scores_of(pilot)[3], plan_of_pilot(pilot.plan))
    >>> response_difference(gaps).unit
    'share'
    """
    there = gaps.complete.astype(float)
    whole = replace(gaps.whole, pre=np.zeros(len(there)), post=there)
    return replace(
        change_core(whole, conf_level),
        estimand="share of dyads with all scores",
        estimator="response_difference",
        unit="share",
        n_missing=gaps.n_missing,
        convention=f"difference in the share of dyads with all scores; {whole.n_pools} pools, CR2 "
        "standard error, Satterthwaite t",
    )
