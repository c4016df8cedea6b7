"""What a pilot says about how people answer: non-response, gaps, reliability, the two views."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit, logit

from revlab.design.answered import keyed_items
from revlab.design.implied import implied_alpha
from revlab.design.profile import Fitted, jackknifed
from revlab.errors import EstimateError, must
from revlab.fieldwork.pilot import Pilot
from revlab.fieldwork.programme import Programme

__all__ = ["discrimination", "gaps", "responses_after", "responses_before", "solved"]

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
_FEWEST = 5
_ROLES = ("mentor", "mentee")


def _within(fitted: Fitted, change: Callable[[float], float]) -> Fitted:
    ends = sorted(change(x) for x in (fitted.conf_low, fitted.conf_high))
    return Fitted(change(fitted.value), *ends)


def _share(happened: Mask, clusters: npt.NDArray[np.intp], what: str) -> Fitted:
    yes, no = int(happened.sum()), int((~happened).sum())
    must(
        min(yes, no) >= _FEWEST,
        f"{what}: fewer than {_FEWEST} are there, or fewer than {_FEWEST} are missing.",
        EstimateError,
    )
    [found] = jackknifed(lambda rows: logit(happened[rows].mean(keepdims=True)), clusters)
    return _within(found, lambda x: float(expit(x)))


def responses_before(told: pd.DataFrame) -> dict[str, Fitted]:
    """Return the share who answer the survey before the programme.

    Parameters
    ----------
    told : pandas.DataFrame
        From `revlab.design.answered.answered`.

    Raises
    ------
    EstimateError
        If too few answered or too few did not.
    """
    frame = told[told["intake"]]
    happened = frame["responded"].to_numpy(dtype=bool)
    clusters = frame["cluster"].to_numpy(dtype=np.intp)
    return {"survey.response_intake": _share(happened, clusters, "answers before the start")}


def responses_after(told: pd.DataFrame, programme: Programme) -> dict[str, Fitted]:
    """Return the shares of both roles who answer later, and how they go with attendance.

    A logistic regression on the role and the share of sessions held so far, all later surveys
    together; intervals by the jackknife of clusters, since it is often the same people.

    Raises
    ------
    EstimateError
        If too few of a role answered or too few did not.
    """
    frame = told[~told["intake"]]
    responded = frame["responded"].to_numpy(dtype=bool)
    mentor = (frame["role"] == "mentor").to_numpy(dtype=bool)
    for role, here in zip(_ROLES, (mentor, ~mentor), strict=True):
        yes, no = int(responded[here].sum()), int((~responded[here]).sum())
        must(
            min(yes, no) >= _FEWEST,
            f"later surveys of {role}s: fewer than {_FEWEST} answers are there, or fewer than "
            f"{_FEWEST} are missing.",
            EstimateError,
        )
    away = frame["share"].to_numpy(dtype=float) - programme.assumptions.survey.response_held_middle
    must(float(np.ptp(away)) > 0, "all dyads held the same share of sessions.", EstimateError)
    design = np.column_stack([mentor, ~mentor, away]).astype(float)
    found = jackknifed(
        lambda rows: _logistic(design[rows], responded[rows].astype(float)),
        frame["cluster"].to_numpy(dtype=np.intp),
    )
    shares = [_within(one, lambda x: float(expit(x))) for one in found[:2]]
    names = ("survey.response_mentor", "survey.response_mentee", "survey.response_held")
    return dict(zip(names, [*shares, found[2]], strict=True))


def _logistic(design: Array, outcome: Array) -> Array:
    """Return the coefficients of a logistic regression by Newton's method."""
    beta = np.zeros(design.shape[1])
    for _ in range(50):
        chance = expit(design @ beta)
        weights = chance * (1 - chance)
        step = np.linalg.lstsq(
            (design * weights[:, None]).T @ design, design.T @ (outcome - chance), rcond=None
        )[0]
        beta = beta + step
        if float(np.abs(step).max()) < 1e-10:
            return np.asarray(beta)
    return np.full(design.shape[1], np.nan)


def gaps(told: pd.DataFrame) -> dict[str, Fitted]:
    """Return the share of single items that those who answer leave out.

    Raises
    ------
    EstimateError
        If too few items were left out.
    """
    frame = told[told["responded"]]
    asked, left = (frame[name].to_numpy(dtype=float) for name in ("items", "left_out"))
    must(
        _FEWEST <= left.sum() < asked.sum(),
        f"fewer than {_FEWEST} items were left out by those who answered.",
        EstimateError,
    )
    [found] = jackknifed(
        lambda rows: logit(left[rows].sum(keepdims=True) / asked[rows].sum()),
        frame["cluster"].to_numpy(dtype=np.intp),
    )
    return {"survey.item_missing": _within(found, lambda x: float(expit(x)))}


def discrimination(pilot: Pilot, programme: Programme) -> dict[str, Fitted]:
    """Return how closely items follow the trait: what gives the mean alpha of the first survey.

    Raises
    ------
    EstimateError
        If no scale of two items or more was asked before the start, or no discrimination gives
        such an alpha.
    """
    tables = keyed_items(pilot)
    must(
        len(tables) > 0,
        "no scale of two items or more has enough complete answers before the start.",
        EstimateError,
    )
    clusters = np.concatenate([table.clusters for table in tables])
    starts = np.cumsum([0, *(len(table.clusters) for table in tables)])

    def _alphas(rows: Mask) -> Array:
        parts = [
            _alpha(table.values[rows[a:b]])
            for table, a, b in zip(tables, starts, starts[1:], strict=False)
        ]
        return np.asarray(np.log1p(-np.mean(parts, keepdims=True)))

    [found] = jackknifed(_alphas, clusters)
    forms = [pilot.instrument.forms(table.scale_id, table.role) for table in tables]

    def _implied(value: float) -> float:
        survey = _with(programme, discrimination=value).assumptions.survey
        return float(np.mean([implied_alpha(survey, items) for items in forms]))

    return {"survey.discrimination": solved(_implied, _within(found, _unlogged), (0.05, 20.0))}


def _unlogged(x: float) -> float:
    return float(-np.expm1(x))


def _alpha(items: Array) -> float:
    k = items.shape[1]
    total = items.sum(axis=1).var(ddof=1)
    if len(items) < 3 or total == 0:
        return float("nan")
    return float(k / (k - 1) * (1 - items.var(axis=0, ddof=1).sum() / total))


def _with(programme: Programme, **survey: float) -> Programme:
    models = programme.assumptions
    return replace(programme, assumptions=replace(models, survey=replace(models.survey, **survey)))


def solved(implied: Callable[[float], float], seen: Fitted, bounds: tuple[float, float]) -> Fitted:
    """Return the values of a parameter that imply what was seen; ends beyond reach stay open.

    Parameters
    ----------
    implied : callable
        From the parameter to what it implies; rising, or falling.
    seen : Fitted
        What was seen, with its interval.
    bounds : tuple of float
        Smallest and largest value of the parameter that is tried.

    Returns
    -------
    Fitted
        A value beyond reach becomes the nearest bound, and its end of the interval stays open.

    Raises
    ------
    EstimateError
        If no value implies anything in the interval that was seen.

    Examples
    --------
    >>> solved(lambda x: x**2, Fitted(4.0, 1.0, 1e9), (0.1, 10.0)).conf_high
    inf
    """
    ends = [implied(x) for x in bounds]
    reach = (min(ends), max(ends))
    must(
        seen.conf_low < reach[1] and seen.conf_high > reach[0],
        f"what was seen, {seen.conf_low:.2f} to {seen.conf_high:.2f}, is beyond what the model "
        f"can give, {reach[0]:.2f} to {reach[1]:.2f}.",
        EstimateError,
    )
    smallest, largest = bounds if ends[0] < ends[1] else bounds[::-1]

    def _one(target: float, open_low: float, open_high: float) -> float:
        if target <= reach[0]:
            return open_low
        if target >= reach[1]:
            return open_high
        return float(brentq(lambda x: implied(x) - target, *bounds, xtol=1e-4))

    open_ends = {bounds[0]: 0.0, bounds[1]: float("inf")}
    limits = [
        _one(x, open_ends[smallest], open_ends[largest]) for x in (seen.conf_low, seen.conf_high)
    ]
    return Fitted(_one(seen.value, smallest, largest), min(limits), max(limits))
