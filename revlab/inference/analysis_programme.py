"""The part of a pilot's analysis that is about sessions, endings and both sides together."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from revlab.errors import EstimateError
from revlab.fieldwork.frames import attendance, endings, observed_measures
from revlab.fieldwork.pilot import Pilot
from revlab.inference.analysis_contrasts import blocked
from revlab.inference.analysis_scales import Scores
from revlab.inference.attendance import attendance_difference, attendance_rate
from revlab.inference.duration import at_risk_table, kaplan_meier, median_duration
from revlab.inference.dyads import both_gained, gain_table, sides_correlation
from revlab.inference.estimate import Estimate
from revlab.inference.findings import Finding, Refusal, Where, attempt
from revlab.inference.inversion import Replay
from revlab.inference.log_rank import log_rank
from revlab.inference.plan import AnalysisPlan
from revlab.inference.progression import progression

__all__ = ["both_sides", "drop_out", "gains", "programme_findings", "progressed", "sides_of"]


def _arms(frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    yield "all", frame
    for arm in sorted(frame["arm"].astype(str).unique()):
        yield arm, frame[frame["arm"].astype(str) == arm]


def drop_out(pilot: Pilot, *, conf_level: float = 0.95) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return how long pairs last, for all and per arm.

    Parameters
    ----------
    pilot : Pilot
        Real or simulated.
    conf_level : float
        Level of the pointwise intervals.

    Returns
    -------
    curves : pandas.DataFrame
        arm and the columns of `kaplan_meier`; time in sessions that came due.
    at_risk : pandas.DataFrame
        arm and the columns of `at_risk_table` at 0, 1, ... planned sessions.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.shipped import shipped
    >>> curves, at_risk = drop_out(read_pilot(shipped("data/example_pilot")))
    >>> list(at_risk)
    ['arm', 'time', 'at_risk', 'events', 'censored']
    """
    ends = endings(pilot)
    at = np.arange(pilot.plan.planned_sessions + 1)
    curves, tables = [], []
    for arm, part in _arms(ends):
        time, event = part["time"].to_numpy(dtype=float), part["ended_early"].to_numpy(dtype=bool)
        curve = kaplan_meier(time, event, conf_level=conf_level)
        table = at_risk_table(time, event, at=at)
        curve.insert(0, "arm", arm)
        table.insert(0, "arm", arm)
        curves.append(curve)
        tables.append(table)
    return pd.concat(curves, ignore_index=True), pd.concat(tables, ignore_index=True)


def programme_findings(
    pilot: Pilot, *, plan: AnalysisPlan | None, seed: int
) -> list[Finding | Refusal]:
    """Return attendance and duration, for all pairs and between the planned arms.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.shipped import shipped
    >>> pilot = read_pilot(shipped("data/example_pilot"))
    >>> [result.where.topic for result in programme_findings(pilot, plan=None, seed=1)]
    ['attendance', 'duration']
    """
    level = plan.primary.conf_level if plan else 0.95
    met, ends = attendance(pilot), endings(pilot)
    time, event = ends["time"].to_numpy(dtype=float), ends["ended_early"].to_numpy(dtype=bool)
    results = [
        attempt(Where("attendance"), lambda: attendance_rate(met, conf_level=level)),
        attempt(Where("duration"), lambda: median_duration(time, event, conf_level=level)),
    ]
    if plan is None:
        return results
    first = plan.primary

    def ending() -> Estimate:
        rows = blocked(ends, plan)
        arm = ends["arm"].astype(str).to_numpy()
        chosen = np.isin(arm, (first.treatment, first.control))
        compared = log_rank(
            time[chosen],
            event[chosen],
            treated=arm[chosen] == first.treatment,
            pool=rows.loc[chosen],
            replay=Replay(seed=seed),
            conf_level=level,
        )
        return replace(compared, contrast=repr(plan.contrast))

    results.append(
        attempt(
            Where("attendance_contrast"),
            lambda: attendance_difference(blocked(met, plan), plan.contrast, conf_level=level),
            status="exploratory",
        )
    )
    results.append(attempt(Where("duration_contrast"), ending, status="exploratory"))
    return results


def progressed(pilot: Pilot, *, plan: AnalysisPlan | None) -> pd.DataFrame:
    """Judge the pilot by its criteria; sessions count with pools as units, not one by one.

    Parameters
    ----------
    pilot : Pilot
        Real or simulated.
    plan : AnalysisPlan or None
        Its criteria are used; without a plan those of the pilot.
    """
    criteria = plan.progression if plan else pilot.plan.progression
    try:
        estimates = {"sessions_held": attendance_rate(attendance(pilot))}
    except EstimateError:
        estimates = {}
    return progression(criteria, observed_measures(pilot), estimates=estimates)


def sides_of(scores: tuple[Scores, ...], plan: AnalysisPlan | None) -> tuple[Scores, ...]:
    """Return one outcome with a start per side: the primary, and the first of the other side.

    Parameters
    ----------
    scores : tuple of Scores
        Every outcome.
    plan : AnalysisPlan or None
        Without it, the first outcome of each side is taken.

    Returns
    -------
    tuple of Scores
        Mentor and mentee; empty if one side has no outcome with a start.
    """
    chosen = []
    for role in ("mentor", "mentee"):
        own = [s for s in scores if s.outcome.role == role and s.has_start]
        if plan is not None and plan.primary.primary_role == role:
            own = [s for s in own if s.outcome.scale_id == plan.primary.primary_scale] or own
        chosen += own[:1]
    return tuple(chosen) if len(chosen) == 2 else ()


def gains(sides: tuple[Scores, ...]) -> pd.DataFrame:
    """Return `gain_table` of the two sides; no rows if there is none.

    Parameters
    ----------
    sides : tuple of Scores
        From `sides_of`.
    """
    if not sides:
        return pd.DataFrame()
    try:
        return gain_table(sides[0].change, sides[1].change)
    except EstimateError:
        return pd.DataFrame()


def both_sides(sides: tuple[Scores, ...]) -> list[Finding | Refusal]:
    """Return whether both sides gained and whether their changes go together.

    Parameters
    ----------
    sides : tuple of Scores
        From `sides_of`.
    """
    if not sides:
        reason = "one side answered no scale both before and after."
        return [Refusal(Where("both_gained"), reason), Refusal(Where("sides"), reason)]
    mentor, mentee = sides
    what = f"{mentor.label} and {mentee.label}"
    names = {
        "both_gained": f"share of dyads that gained on {what}",
        "sides": f"correlation of the changes in {what}",
    }
    results: list[Finding | Refusal] = []
    for topic, make in (
        ("both_gained", partial(both_gained, mentor.change, mentee.change)),
        ("sides", partial(sides_correlation, mentor.change, mentee.change)),
    ):
        result = attempt(Where(topic), make)
        if isinstance(result, Finding):
            named = replace(result.estimate, estimand=names[topic])
            result = replace(result, estimate=named)
        results.append(result)
    return results
