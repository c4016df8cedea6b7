"""The part of a pilot's analysis that is about dyads and pools: who is alike, who goes with whom.

Growth over the surveys is in `revlab.inference.analysis_growth`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from math import nan

import numpy as np
from numpy.typing import NDArray

from revlab.errors import EstimateError
from revlab.inference.actor_partner import actor_partner
from revlab.inference.analysis_scales import Scores
from revlab.inference.dyads import sides_correlation
from revlab.inference.estimate import Estimate
from revlab.inference.findings import Finding, Refusal, Where, attempt
from revlab.inference.hindsight import is_then_test
from revlab.inference.icc import icc
from revlab.inference.plan import AnalysisPlan
from revlab.inference.pool_alikeness import pool_alikeness

__all__ = ["dyad_findings", "shared_scales"]

Floats = NDArray[np.float64]
_EFFECTS = ("actor", "partner")


def shared_scales(scores: Sequence[Scores]) -> Iterator[tuple[Scores, Scores]]:
    """Yield mentor and mentee scores of every scale that both sides are asked.

    Examples
    --------
    >>> list(shared_scales(()))
    []
    """
    sides = {(one.outcome.scale_id, one.outcome.role): one for one in scores}
    for one in scores:
        scale_id, role = one.outcome.scale_id, one.outcome.role
        other = sides.get((scale_id, "mentee"))
        if role == "mentor" and other is not None:
            yield one, other


def dyad_findings(
    scores: Sequence[Scores], *, plan: AnalysisPlan | None
) -> list[Finding | Refusal]:
    """Return what a pilot says about dyads and pools as units.

    Parameters
    ----------
    scores : sequence of Scores
        Every outcome.
    plan : AnalysisPlan or None
        For the level of the intervals.

    Returns
    -------
    list of Finding or Refusal
        For each scale that both sides are asked: "agreement" (ICC(A,1) of the last scores),
        "sides_level" (their correlation, which may be negative) and, if it was asked before the
        start, "actor" and "partner" effects of the first score on the last, one for each side.
        For each outcome "pool_icc": how alike the changes within a pool are, for the size of the
        next trial. None has a p-value where pools would have to count and do not.

    References
    ----------
    Kenny, Kashy & Cook (2006), Dyadic Data Analysis; McGraw & Wong (1996), Psychological
    Methods 1.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.inference.analysis_scales import scores_of
    >>> from revlab.shipped import shipped
    >>> found = dyad_findings(scores_of(read_pilot(shipped("data/example_pilot"))), plan=None)
    >>> [one.where.topic for one in found][:3]
    ['agreement', 'sides_level', 'pool_icc']
    """
    level = plan.primary.conf_level if plan else 0.95
    results: list[Finding | Refusal] = []
    outcomes = [one for one in scores if not is_then_test(one.outcome.scale_id)]
    for mentor, mentee in shared_scales(outcomes):
        scale_id = mentor.outcome.scale_id
        for topic, make in (("agreement", _agreement), ("sides_level", _sides_level)):
            results.append(attempt(Where(topic, scale_id), partial(make, mentor, mentee, level)))
        if mentor.has_start and mentee.has_start:
            results += _actor_partner(mentor, mentee, level)
    for one in outcomes:
        results.append(attempt(one.where("pool_icc"), partial(_pool_icc, one, level)))
    return results


def _dependence(*sides: Scores) -> str:
    """Say what is taken as independent and is not."""
    said = []
    if sides[0].frame["pool_id"].nunique() > 1:
        said.append("dyads of one pool are taken as independent")
    for side in sides:
        repeated = int((side.frame["person_id"].value_counts() > 1).sum())
        if repeated:
            role = side.outcome.role
            said.append(f"{repeated} {role}s are in several dyads, taken as independent")
    return "; ".join(said)


def _name(mentor: Scores) -> str:
    return mentor.label.removesuffix(f" ({mentor.outcome.role}s)")


def _last(scores: Scores) -> Floats:
    last: Floats = scores.frame["post"].to_numpy(dtype=float)
    return last


def _agreement(mentor: Scores, mentee: Scores, conf_level: float) -> Estimate:
    plain = icc(np.column_stack([_last(mentor), _last(mentee)]), conf_level=conf_level)
    return replace(
        plain,
        estimand=f"agreement of the two sides on {_name(mentor)}",
        convention=f"{plain.estimand} of the last scores: {plain.convention}; dyads with both "
        f"answers only ({plain.n_missing} left out)",
        note=_dependence(mentor, mentee),
    )


def _sides_level(mentor: Scores, mentee: Scores, conf_level: float) -> Estimate:
    plain = sides_correlation(_last(mentor), _last(mentee), conf_level=conf_level)
    return replace(
        plain,
        estimand=f"correlation of the two sides on {_name(mentor)}",
        statistic=nan,
        p_value=nan,
        convention=plain.convention.replace("over dyads", "of the last scores over dyads").replace(
            ", t test of zero", ""
        ),
        note=_dependence(mentor, mentee),
    )


def _actor_partner(mentor: Scores, mentee: Scores, conf_level: float) -> list[Finding | Refusal]:
    places = {
        f"{effect} effect ({side.outcome.role})": (side.where(effect), side)
        for effect in _EFFECTS
        for side in (mentor, mentee)
    }
    after, before = (
        np.column_stack([side.frame[name].to_numpy(dtype=float) for side in (mentor, mentee)])
        for name in ("post", "pre")
    )
    try:
        fit = actor_partner(after, before, conf_level=conf_level)
    except EstimateError as error:
        return [Refusal(mentor.where("actor"), str(error))]
    found: list[Finding | Refusal] = []
    for plain in fit.estimates:
        if plain.estimand not in places:
            continue
        where, side = places[plain.estimand]
        named = replace(
            plain,
            estimand=f"{where.topic} effect of the start on {side.label}",
            statistic=nan,
            p_value=nan,
            unit="points per point of the start",
            n_clusters=0,
            note="; ".join(part for part in (plain.note, _dependence(mentor, mentee)) if part),
        )
        found.append(Finding(where, named, "exploratory"))
    return found


def _pool_icc(scores: Scores, conf_level: float) -> Estimate:
    frame = scores.frame
    plain = pool_alikeness(
        scores.change,
        frame["pool_id"].astype(str).to_numpy(),
        arm=frame["arm"].astype(str).to_numpy(),
        conf_level=conf_level,
    )
    what = "change in" if scores.has_start else "last score on"
    return replace(plain, estimand=f"likeness within pools of the {what} {scores.label}")
