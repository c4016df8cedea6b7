"""Bounds for dyads that were never made, from dyads like them that were."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array

from revlab.errors import EstimateError, must
from revlab.inference.counterfactual_bounds import PolicyBounds, check_scale, whole_policy
from revlab.inference.estimate import Estimate
from revlab.inference.overlap import Overlap

__all__ = ["lipschitz_bounds", "monotone_bounds"]

Floats = NDArray[np.float64]
_CHUNK = 512
_LOOSE = 1e-9


def _unseen(known: Overlap, features: pd.DataFrame) -> tuple[Floats, Floats, Floats, Floats]:
    """Return features and outcomes of the answered dyads, and features and chances of the rest."""
    table = features.reset_index() if "mentee_id" not in features else features
    columns = [c for c in table if c not in ("mentee_id", "mentor_id", "index")]
    must(bool(columns), "`features` needs at least one column beside the ids.", EstimateError)
    ids = ["mentee_id", "mentor_id"]
    table = table.assign(**{name: table[name].astype(str) for name in ids})
    answered = known.seen[known.seen["outcome"].notna()].merge(table, on=ids, how="left")
    never = known.chances[known.chances["logged"] == 0].merge(table, on=ids, how="left")
    both = [frame[columns].to_numpy(float) for frame in (answered, never)]
    finite = all(bool(np.isfinite(x).all()) for x in both)
    must(
        finite,
        "`features` must hold finite numbers for every dyad that either policy can make.",
        EstimateError,
    )
    return both[0], answered["outcome"].to_numpy(float), both[1], never["target"].to_numpy(float)


Slack = Callable[[Floats, Floats], Floats]


def _agreeing(y: Floats, gaps: Floats, ends: tuple[float, float]) -> tuple[Floats, float]:
    """Return the outcomes nearest to the answers that obey the rule, by linear programming."""
    n = len(y)
    i, j = np.nonzero(np.isfinite(gaps) & ~np.eye(n, dtype=bool))
    if not (y[i] - y[j] > gaps[i, j] + _LOOSE).any():
        return y, 0.0
    k = np.arange(len(i))
    rows = np.concatenate([k, k, *[len(i) + np.arange(n)] * 2, *[len(i) + n + np.arange(n)] * 2])
    own = np.arange(n)
    columns = np.concatenate([i, j, own, n + own, own, n + own])
    signs = [np.ones(len(i)), -np.ones(len(i)), np.ones(n), -np.ones(n), -np.ones(n), -np.ones(n)]
    matrix = csr_array((np.concatenate(signs), (rows, columns)), shape=(len(i) + 2 * n, 2 * n))
    answer = linprog(
        np.concatenate([np.zeros(n), np.ones(n)]),
        A_ub=matrix,
        b_ub=np.concatenate([gaps[i, j], y, -y]),
        bounds=[ends] * n + [(0, None)] * n,
        method="highs",
    )
    must(answer.success, "no outcomes on the scale agree with the rule.", EstimateError)
    return answer.x[:n], float(answer.x[n:].mean())


def _bounded(
    rule: str,
    value: Estimate,
    known: Overlap,
    *,
    parts: tuple[pd.DataFrame, Slack],
    low_high: tuple[float, float],
) -> PolicyBounds:
    features, slack = parts
    check_scale(known, *low_high)
    x, y, new, weight = _unseen(known, features)
    if not len(new):
        return whole_policy(rule, value, known, ends=low_high)
    agreed, misfit = _agreeing(y, slack(x, x), low_high)
    low, high = [], []
    for first in range(0, len(new), _CHUNK):
        some = new[first : first + _CHUNK]
        high.append((agreed + slack(some, x)).min(axis=1))
        low.append((agreed - slack(x, some).T).max(axis=1))
    ends = tuple(
        float(np.average(np.clip(np.concatenate(side), *low_high), weights=weight))
        for side in (low, high)
    )
    return whole_policy(rule, value, known, ends=(ends[0], ends[1]), misfit=misfit)


def lipschitz_bounds(
    value: Estimate,
    known: Overlap,
    *,
    features: pd.DataFrame,
    steepness: ArrayLike,
    low: float,
    high: float,
) -> pd.DataFrame:
    """Bound the policy's mean if similar dyads have similar outcomes.

    Parameters
    ----------
    value, known
        As for `worst_case_bounds`.
    features : pandas.DataFrame
        ``mentee_id, mentor_id`` and numbers that describe a dyad, such as the score's parts,
        each scaled to 0 to 1, for every dyad that either policy can make.
    steepness : float or array of float
        Most that the outcome may change, in points, per unit of the mean absolute difference
        of the features. Show several: it is an assumption.
    low, high : float
        Ends of the scale.

    Returns
    -------
    pandas.DataFrame
        One row per steepness, with the fields of `PolicyBounds`; larger steepness assumes less
        and gives wider bounds, up to the worst case.

    References
    ----------
    Khan, Saveski & Ugander (2023), Off-policy evaluation beyond overlap, arXiv:2305.11812, for
    the closed form once the answers agree with the rule.

    Examples
    --------
    >>> cells = pd.DataFrame({"mentee_id": list("aabb"), "mentor_id": list("xyxy")})
    >>> from revlab.inference.counterfactual import policy_value
    >>> from revlab.inference.overlap import chances, overlap
    >>> logged = cells.iloc[:3].assign(probability=[0.5, 0.5, 1.0])
    >>> both = chances(logged, cells.assign(probability=0.5))
    >>> known = overlap(both, cells.iloc[[0, 2]].assign(outcome=[4.0, 2.0]))
    >>> draws = np.tile([[True, False, True], [False, True, True]], (100, 1))
    >>> found = lipschitz_bounds(policy_value(known, draws, seed=1), known, low=1, high=5,
    ...     features=cells.assign(fit=[1.0, 0.8, 0.2, 0.0]), steepness=[2.5, 100])
    >>> found[["low", "high"]].round(2).to_numpy().tolist()
    [[2.88, 3.12], [2.75, 3.75]]
    """
    rows = []
    for limit in np.atleast_1d(np.asarray(steepness, dtype=float)):
        must(limit >= 0, f"`steepness` must be zero or more; got {limit:g}.", EstimateError)

        def slack(a: Floats, b: Floats, limit: float = float(limit)) -> Floats:
            gaps: Floats = limit * np.abs(a[:, None, :] - b).mean(axis=2)
            return gaps

        rule = f"at most {limit:g} points per unit of distance"
        rows.append(_bounded(rule, value, known, parts=(features, slack), low_high=(low, high)))
    return pd.DataFrame(rows)


def monotone_bounds(
    value: Estimate, known: Overlap, *, features: pd.DataFrame, low: float, high: float
) -> PolicyBounds:
    """Bound the policy's mean if a dyad that is better in every feature is not worse off.

    Parameters
    ----------
    value, known, features, low, high
        As for `lipschitz_bounds`; each feature must be one of which more is better.

    References
    ----------
    Saveski et al. (2023); Manski (1997), Econometrica 65, for monotone response.

    Examples
    --------
    >>> cells = pd.DataFrame({"mentee_id": list("aabb"), "mentor_id": list("xyxy")})
    >>> from revlab.inference.counterfactual import policy_value
    >>> from revlab.inference.overlap import chances, overlap
    >>> logged = cells.iloc[:3].assign(probability=[0.5, 0.5, 1.0])
    >>> both = chances(logged, cells.assign(probability=0.5))
    >>> known = overlap(both, cells.iloc[[0, 2]].assign(outcome=[4.0, 2.0]))
    >>> draws = np.tile([[True, False, True], [False, True, True]], (100, 1))
    >>> found = monotone_bounds(policy_value(known, draws, seed=1), known, low=1, high=5,
    ...     features=cells.assign(fit=[1.0, 0.8, 0.2, 0.0]))
    >>> round(found.low, 2), round(found.high, 2)
    (2.75, 3.0)
    """

    def slack(a: Floats, b: Floats) -> Floats:
        # A dyad that is nowhere better than another may not exceed it; else nothing is known.
        below = (a[:, None, :] <= b).all(axis=2)
        return np.where(below, 0.0, np.inf)

    rule = "better in every feature is not worse"
    return _bounded(rule, value, known, parts=(features, slack), low_high=(low, high))
