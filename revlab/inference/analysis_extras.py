"""The part of a pilot's analysis that rests on tables which not every pilot has.

Ties across levels are in `revlab.inference.analysis_ties`.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from revlab.errors import EstimateError, must
from revlab.fieldwork.extra_frames import expected_by_dyad, first_sessions, idea_counts
from revlab.fieldwork.frames import endings
from revlab.fieldwork.pilot import Pilot
from revlab.inference.analysis_contrasts import blocked
from revlab.inference.analysis_ties import tie_findings
from revlab.inference.estimate import Estimate
from revlab.inference.event_rates import event_rate, rate_ratio
from revlab.inference.expectation_gap import expectation_gaps, mean_gap
from revlab.inference.findings import Finding, Refusal, Where, attempt
from revlab.inference.first_session import median_to_first, meeting_test, time_to_first
from revlab.inference.goal_estimates import goal_contrast, goal_mean, goals_stated
from revlab.inference.goal_scores import goal_scores
from revlab.inference.hazard_pools import hazard_slope
from revlab.inference.icc import group_icc
from revlab.inference.inversion import Replay
from revlab.inference.plan import AnalysisPlan
from revlab.inference.rate_randomisation import rate_ratio_test

__all__ = ["extra_findings"]

Results = list[Finding | Refusal]
_PEOPLE = 100
_FEWEST_DYADS = 5
_EXPLORATORY = "exploratory"
_RAISED = "ideas raised for each session held"
_ADOPTED = "ideas adopted for 100 people"


def extra_findings(pilot: Pilot, *, plan: AnalysisPlan | None, seed: int) -> Results:
    """Return what a pilot says about first sessions, ideas, contacts, expectations and goals.

    Parameters
    ----------
    pilot : Pilot
        Real or simulated; a topic whose table it lacks gives nothing, not even a refusal.
    plan : AnalysisPlan or None
        None gives no contrasts.
    seed : int
        Root of the randomisation streams.

    Returns
    -------
    list of Finding or Refusal
        "first_session" (median, for all and per arm), with a plan "first_session_contrast" and
        "first_session_check" (log-rank). With ``ideas``: "ideas_rate" (raised per session held),
        "ideas_adopted" (per 100 people), with a plan "ideas_contrast", "ideas_check" and
        "ideas_adopted_contrast". With ``contacts``: see `revlab.inference.analysis_ties`. With
        ``expectations``: "expectation_gap" and "expectation_ending". With ``goals``:
        "goals_reached", "goals_stated", "goals_alike", with a plan "goals_contrast". Contrasts
        are exploratory.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.shipped import shipped
    >>> pilot = read_pilot(shipped("data/example_pilot"))
    >>> [(one.where.topic, one.where.arm) for one in extra_findings(pilot, plan=None, seed=1)]
    [('first_session', 'all'), ('first_session', 'optimal'), ('first_session', 'random')]
    """
    results = _first_sessions(pilot, plan, seed)
    if pilot.extras.ideas is not None:
        results += _ideas(pilot, plan, seed)
    if pilot.extras.contacts is not None:
        results += tie_findings(pilot, plan=plan, seed=seed)
    if pilot.extras.expectations is not None:
        results += _expectations(pilot, plan)
    if pilot.extras.goals is not None:
        results += _goals(pilot, plan)
    return results


def _level(plan: AnalysisPlan | None) -> float:
    return plan.primary.conf_level if plan else 0.95


def _arms(frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    yield "all", frame
    for arm in sorted(frame["arm"].astype(str).unique()):
        yield arm, frame[frame["arm"].astype(str) == arm]


def _first_sessions(pilot: Pilot, plan: AnalysisPlan | None, seed: int) -> Results:
    frame, level = first_sessions(pilot), _level(plan)
    unit = "weeks" if frame.empty else str(frame["unit"].iloc[0])

    def median(part: pd.DataFrame) -> Estimate:
        plain = median_to_first(part["time"], part["met"], unit=unit, conf_level=level)
        due = "" if unit == "days" else "; weeks in which sessions were due, not held"
        return replace(plain, convention=plain.convention + due)

    results = [
        attempt(Where("first_session", arm=arm), partial(median, part))
        for arm, part in _arms(frame)
    ]
    if plan is None:
        return results

    def compare() -> Estimate:
        return time_to_first(blocked(frame, plan), plan.contrast, conf_level=level)

    def check() -> Estimate:
        rows, replay = blocked(frame, plan), Replay(seed=seed)
        return meeting_test(rows, plan.contrast, conf_level=level, replay=replay)

    makers = {"first_session_contrast": compare, "first_session_check": check}
    return results + [
        attempt(Where(topic), make, status=_EXPLORATORY) for topic, make in makers.items()
    ]


def _ideas(pilot: Pilot, plan: AnalysisPlan | None, seed: int) -> Results:
    counts, level = idea_counts(pilot), _level(plan)
    raised = counts.assign(count=counts["raised"], exposure=counts["held"])
    adopted = counts.assign(count=counts["adopted"], exposure=counts["people"])

    def per_session(part: pd.DataFrame) -> Estimate:
        _enough_dyads(part)
        plain = event_rate(part, conf_level=level)
        return replace(plain, estimand=_RAISED, unit="ideas per session")

    def per_people(part: pd.DataFrame) -> Estimate:
        _enough_dyads(part)
        plain = event_rate(part, per=_PEOPLE, conf_level=level)
        return replace(plain, estimand=_ADOPTED, unit="ideas per 100 people")

    results: Results = [
        attempt(Where(topic, arm=arm), partial(make, part))
        for topic, frame, make in (
            ("ideas_rate", raised, per_session),
            ("ideas_adopted", adopted, per_people),
        )
        for arm, part in _arms(frame)
    ]
    if plan is None:
        return results
    return results + _idea_contrasts(raised, adopted, plan=plan, seed=seed)


def _idea_contrasts(
    raised: pd.DataFrame, adopted: pd.DataFrame, *, plan: AnalysisPlan, seed: int
) -> Results:
    level, note = plan.primary.conf_level, ""
    if plan.primary.blocks:
        note = "blocks are not in the model"

    def ratio(frame: pd.DataFrame, what: str) -> Estimate:
        plain = rate_ratio(blocked(frame, plan), plan.contrast, conf_level=level)
        return replace(plain, estimand=f"log ratio of {what}", note=note)

    def check() -> Estimate:
        rows, replay = blocked(raised, plan), Replay(seed=seed)
        plain = rate_ratio_test(rows, plan.contrast, conf_level=level, replay=replay)
        return replace(plain, estimand=f"log ratio of {_RAISED}")

    makers: dict[str, Callable[[], Estimate]] = {
        "ideas_contrast": partial(ratio, raised, _RAISED),
        "ideas_check": check,
        "ideas_adopted_contrast": partial(ratio, adopted, _ADOPTED),
    }
    return [attempt(Where(topic), make, status=_EXPLORATORY) for topic, make in makers.items()]


def _enough_dyads(part: pd.DataFrame) -> None:
    # The reason stands on pages, so it must not tell how many there were.
    must(
        int((part["count"] > 0).sum()) >= _FEWEST_DYADS,
        f"fewer than {_FEWEST_DYADS} dyads had such an idea, too few for a rate.",
        EstimateError,
    )


def _expectations(pilot: Pilot, plan: AnalysisPlan | None) -> Results:
    level = _level(plan)

    def gaps() -> pd.DataFrame:
        return expectation_gaps(expected_by_dyad(pilot))

    def ending() -> Estimate:
        rows = gaps()
        must(not rows.empty, "no dyad said what it expects.", EstimateError)
        plain = hazard_slope(
            # Periods count from one, sessions from none: a dyad may end before its first session.
            rows["time"].to_numpy(dtype=float) + 1,
            rows["ended_early"].to_numpy(dtype=bool),
            predictor=rows["gap"],
            pool=rows["pool_id"].astype(str),
            conf_level=level,
        )
        what = "log hazard ratio of ending early, by how far expectations lie apart"
        return replace(plain, estimand=what)

    return [
        attempt(Where("expectation_gap"), lambda: mean_gap(gaps(), conf_level=level)),
        attempt(Where("expectation_ending"), ending, status=_EXPLORATORY),
    ]


def _goals(pilot: Pilot, plan: AnalysisPlan | None) -> Results:
    level, goals = _level(plan), pilot.extras.goals
    dyads = endings(pilot).drop(columns=["time", "ended_early"])
    rows = dyads.merge(goals, on="dyad_id")
    # Dyads that set no goal have no score, which is not a score of 50.
    scores = dyads.merge(goal_scores(rows), on="dyad_id", how="left")

    def alike() -> Estimate:
        reached = rows["attainment"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
        plain = group_icc(reached, rows["dyad_id"].astype(str), conf_level=level)
        note = "the T-score takes a correlation of 0.3 for granted"
        return replace(plain, estimand="likeness of the goals of one dyad", n_clusters=0, note=note)

    results: Results = [
        attempt(Where("goals_reached", arm=arm), partial(goal_mean, part, conf_level=level))
        for arm, part in _arms(scores)
    ]
    results.append(attempt(Where("goals_stated"), lambda: goals_stated(rows, conf_level=level)))
    results.append(attempt(Where("goals_alike"), alike))
    if plan is None:
        return results

    def compare() -> Estimate:
        return goal_contrast(blocked(scores, plan), plan.contrast, conf_level=level)

    return [*results, attempt(Where("goals_contrast"), compare, status=_EXPLORATORY)]
