"""What each floor and each ceiling of a mix costs."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.pairing.compatibility import Compatibility
from revlab.pairing.mixes import Mix, bounds_of
from revlab.pairing.quota_optimum import relaxed
from revlab.pairing.quota_programme import Programme
from revlab.pairing.quota_search import best_of_programme
from revlab.pairing.quotas import QuotaAssignment

__all__ = ["quota_prices"]

_CLOSE = 1e-6


def quota_prices(
    compatibility: Compatibility,
    mixes: Sequence[Mix],
    *,
    aim: str = "score",
    weight: float = 0.5,
    time_limit: float = 60.0,
) -> pd.DataFrame:
    """Return what each floor and each ceiling costs.

    Parameters
    ----------
    compatibility : Compatibility
        Scores, rules and the tables of the people.
    mixes : sequence of Mix
        The quotas.
    aim, weight, time_limit
        As for `QuotaAssignment`; the time holds for everything together.

    Returns
    -------
    pandas.DataFrame
        One row per bound: ``quota`` in words, ``bound`` ("at_least" or "at_most"), ``limit``
        and ``reached`` (a share or a number, as the mix counts), ``binds`` (whether dropping
        this bound alone makes the matching better), ``shadow_price`` (the dual price in the
        linear relaxation, in score per dyad: what letting one dyad more or fewer be of the mix
        would add, for a small change), ``cost_score`` and ``cost_dyads`` (exact: best matching
        without this bound minus best matching with all).

    Raises
    ------
    PairingError
        As for `QuotaAssignment`.

    Notes
    -----
    The shadow price is of the relaxation, where parts of dyads are allowed: it can be positive
    where the exact cost is zero, and the costs of several bounds do not add up.

    Examples
    --------
    >>> table = pd.DataFrame({"site": ["Oslo", "Bergen"]}, index=["mentee1", "mentee2"])
    >>> fit = Compatibility.from_scores([[0.9, 0.1], [0.2, 0.8]])
    >>> from dataclasses import replace
    >>> others = table.set_axis(["mentor1", "mentor2"])
    >>> fit = replace(fit, mentee_traits=table, mentor_traits=others)
    >>> prices = quota_prices(fit, [Mix("site", at_least=0.5)])
    >>> prices[["quota", "reached", "binds"]].values.tolist()
    [['at least 50% of the dyads with different site', 1.0, True]]
    >>> prices["cost_score"].round(6).tolist()
    [1.4]
    """
    people = _in_order_of_ids(compatibility)
    quotas = QuotaAssignment(tuple(mixes), aim, weight, time_limit)
    programme, chosen = quotas.solved(people)
    joint = people.joint(weight)[*programme.cells.T].astype(np.float64)
    prices = _shadow_prices(programme, chosen, aim)
    rows = []
    for number, bound in enumerate(bounds_of(quotas.mixes)):
        kept = [other for other in range(len(programme.bounds)) if other != number]
        free = best_of_programme(programme.with_bounds(kept), aim) if len(chosen) else None
        free = chosen if free is None else free
        cost = float(joint[free].sum() - joint[chosen].sum())
        more = len(free) - len(chosen)
        inside = programme.inside[number][chosen]
        shares = bound.mix.counted_in == "share"
        rows.append(
            {
                "quota": bound.words,
                "bound": bound.kind,
                "limit": float(bound.limit),
                "reached": float(inside.mean() if shares and len(inside) else inside.sum()),
                "binds": more != 0 or abs(cost) > _CLOSE * max(float(joint.max(initial=0)), 1e-300),
                "shadow_price": prices[number],
                "cost_score": cost,
                "cost_dyads": more,
            }
        )
    return pd.DataFrame(rows)


def _in_order_of_ids(compatibility: Compatibility) -> Compatibility:
    """Return the people sorted, so that the order of a roster decides between no two duals."""
    ids = (compatibility.mentee_ids, compatibility.mentor_ids)
    return compatibility.select(*(np.argsort(side.to_numpy(str), kind="stable") for side in ids))


def _shadow_prices(programme: Programme, chosen: NDArray[np.intp], aim: str) -> list[float]:
    """Return for each bound what letting go of one dyad would add, in score."""
    if not len(chosen):
        return [0.0] * len(programme.bounds)
    count = len(chosen)
    fixed = programme.with_count(count, count) if aim == "pairs" else programme
    bound = relaxed(fixed, programme.score)
    slack = np.zeros(len(programme.low)) if bound is None else bound.price
    # Raising a floor by one costs what lowering a ceiling by one does; a bound has one sign.
    steps = [
        bound.limit.denominator if bound.mix.counted_in == "share" else 1
        for bound in programme.bounds
    ]
    dyads = np.abs(slack[programme.count_row + 1 :]) * steps
    return [float(price) for price in dyads * programme.unit]
