"""Formats simulated on the same people: what each gives and costs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, ndtr

from revlab.errors import OptionError, must
from revlab.fieldwork.costs import Costs
from revlab.fieldwork.course import run_dyads
from revlab.fieldwork.formats import FORMATS, Format
from revlab.fieldwork.potential import Potential, draw_potential
from revlab.fieldwork.programme import Programme
from revlab.fieldwork.sessions import workload_path
from revlab.pairing.matching import DYAD_COLUMNS, LEFT_COLUMNS, Matching
from revlab.pairing.scoring import score_cohort
from revlab.people.cohort import Cohort
from revlab.rng import stream

__all__ = ["simulate_formats"]

Array = npt.NDArray[np.float64]
_SIDES = {"mentor": "junior", "mentee": "senior"}


@dataclass(frozen=True, eq=False)
class _Run:
    """What one format gave and cost in one replication, in sums over all people."""

    gain: float
    ideas: float
    hours: float


def simulate_formats(
    cohort: Cohort,
    formats: Mapping[str, Format] | None = None,
    *,
    programme: Programme | None = None,
    n_sims: int,
    seed: int,
) -> pd.DataFrame:
    """Simulate each format on the same people, again and again.

    In a replication all formats share the people and their workload. What a format really gives
    is drawn anew each time, by its ``doubt``, and so are the people whom it reaches. Dyads are
    made at random: formats are compared here, not pairing policies.

    Parameters
    ----------
    cohort : Cohort
        The people of the organisation.
    formats : mapping of str to Format, or None
        None for all of ``FORMATS``.
    programme : Programme or None
        Levers and assumptions that all formats share.
    n_sims : int
        Replications, at least 2.
    seed : int
        Root seed.

    Returns
    -------
    pandas.DataFrame
        ``replication, format, gain`` (mean over everybody of the cohort, taking part or not, in
        latent SD), ``ideas`` (adopted, for 100 people), ``hours`` (of junior time, per person of
        the cohort).

    Raises
    ------
    OptionError
        If there are fewer than two replications or no formats.

    Examples
    --------
    >>> people = pd.DataFrame({"unit": "a", "grade": 1}, index=[f"J{k}" for k in range(20)])
    >>> cohort = Cohort(people, people.assign(grade=4).set_axis([f"S{k}" for k in range(20)]))
    >>> runs = simulate_formats(cohort, n_sims=2, seed=1)
    >>> runs.groupby("format")["hours"].mean().idxmin()
    'none'
    """
    chosen = dict(FORMATS if formats is None else formats)
    must(n_sims >= 2, f"`n_sims` must be at least 2; got {n_sims}.", OptionError)
    must(bool(chosen), "`formats` must name at least one format.", OptionError)
    shared = Programme() if programme is None else programme
    scored = score_cohort(cohort)
    people = len(cohort.mentors) + len(cohort.mentees)
    rows = []
    for replication in range(n_sims):
        for name, format_ in chosen.items():
            doubt = stream(seed, replication, "format", name).standard_normal()
            potential = draw_potential(
                cohort,
                scored,
                programme=_led(shared, format_, float(doubt)),
                seed=seed,
                replication=replication,
            )
            run = _run(potential, format_)
            rows.append(
                (replication, name, run.gain / people, 100 * run.ideas / people, run.hours / people)
            )
    return pd.DataFrame(rows, columns=["replication", "format", "gain", "ideas", "hours"])


def _led(programme: Programme, format_: Format, doubt: float) -> Programme:
    """Return the programme with the sessions of a format and with what it really gives."""
    real = 1.0 + format_.doubt * doubt
    gains = {"senior": format_.senior_gain * real, "junior": format_.junior_gain * real}
    outcomes = replace(programme.assumptions.outcomes, gains=gains)
    return replace(
        programme,
        planned_sessions=int(format_.sessions),
        assumptions=replace(programme.assumptions, outcomes=outcomes),
    )


def _run(potential: Potential, format_: Format) -> _Run:
    if format_.pathway == "nothing":
        return _Run(0.0, 0.0, format_.fixed_hours)
    return _dyads(potential, format_) if format_.pathway == "dyads" else _events(potential, format_)


def _reached(potential: Potential, format_: Format, side: str) -> npt.NDArray[np.intp]:
    """Return the places, among one side's ids, of those who take part, in the order of chance."""
    ids = getattr(potential, f"{side}_ids")
    dice = potential.normal("format", "reach", side)[potential.people.get_indexer(ids)]
    return np.argsort(dice, kind="stable")[: int(np.round(format_.reach * len(ids)))]


def _hours(format_: Format, side: str, times: Array) -> float:
    weight = Costs().senior_hour if side == "mentee" else 1.0
    return float((format_.person_hours + weight * format_.session_hours * times).sum())


def _dyads(potential: Potential, format_: Format) -> _Run:
    sides = {side: _reached(potential, format_, side) for side in _SIDES}
    n = min(map(len, sides.values()))
    if n == 0:
        return _Run(0.0, 0.0, format_.fixed_hours)
    dyads = pd.DataFrame(dict.fromkeys(DYAD_COLUMNS, 1), index=range(n))
    dyads["dyad_id"] = [f"D{k:04d}" for k in range(n)]
    for side, places in sides.items():
        dyads[f"{side}_id"] = getattr(potential, f"{side}_ids")[places[:n]]
    none = pd.DataFrame(columns=list(LEFT_COLUMNS))
    course = run_dyads(potential, Matching("random", dyads, none, none))
    times = course.paths.held.sum(axis=0).astype(np.float64)
    gain = sum(
        float(course.gain(_SIDES[side], side, given=course.given[side][-1]).sum())
        for side in _SIDES
    )
    hours = sum(_hours(format_, side, times) for side in _SIDES)
    ideas = format_.ideas * 2.0 * times.sum() / format_.sessions
    return _Run(gain, float(ideas), hours + format_.fixed_hours)


def _events(potential: Potential, format_: Format) -> _Run:
    """Return what events give: people come unless they are too busy, each on their own."""
    programme, n = potential.programme, int(format_.sessions)
    model, outcomes = programme.assumptions.sessions, programme.assumptions.outcomes
    load = workload_path(potential.normal("workload", shape=(n,)), programme.session_persistence)
    odds = model.skip_base + model.skip_workload * load - programme.support
    comes = ndtr(potential.normal("skip", shape=(n,))) >= expit(odds)
    gain = ideas = hours = 0.0
    for side, scale in _SIDES.items():
        ids = getattr(potential, f"{side}_ids")[_reached(potential, format_, side)]
        times = comes[:, potential.people.get_indexer(ids)].sum(axis=0).astype(np.float64)
        gain += float(outcomes.gain(scale, times, planned=n).sum())
        ideas += float(format_.ideas * times.sum() / n)
        hours += _hours(format_, side, times)
    return _Run(gain, ideas, hours + format_.fixed_hours)
