"""One `Course` of the dyads of many replications side by side."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from revlab.fieldwork.course import Course
from revlab.fieldwork.course_levers import DyadLevers, Pairs
from revlab.fieldwork.outcomes import DyadTraits
from revlab.fieldwork.potential import Potential
from revlab.fieldwork.quick_sessions import quick_paths
from revlab.fieldwork.sessions import SessionShocks, workload_path
from revlab.fieldwork.stacked import StackedPotential
from revlab.fieldwork.stage import Placed, Stage, levers_in
from revlab.rng import streams

__all__ = ["run_stacked"]

Array = npt.NDArray[np.float64]
_ROLES = ("mentor", "mentee")


def run_stacked(stage: Stage, pairs: Sequence[Placed], replications: range) -> Course:
    """Run the programme for the dyads of several replications, as one course.

    Parameters
    ----------
    stage : Stage
        What is the same in every replication.
    pairs : sequence of Placed
        The dyads of each replication.
    replications : range
        Their numbers, one after the other.

    Returns
    -------
    Course
        Of all dyads, those of the first replication first; each number has the same bits as in
        the course that `revlab.fieldwork.course.run_dyads` gives for its replication.
    """
    programme = stage.potential.programme
    models = programme.assumptions
    n_people = len(stage.potential.people)
    potential = StackedPotential(
        programme,
        pd.RangeIndex(len(replications) * n_people),
        stage.potential.mentor_ids,
        stage.potential.mentee_ids,
        np.zeros((0, 0)),
        seed=stage.potential.seed,
        replication=replications.start,
        n_replications=len(replications),
    )
    both = _stacked_pairs(pairs, n_people)
    shocks = _shocks(potential, both)
    levers = _stacked_levers(stage, pairs, replications)
    fit = _fit(stage, pairs, replications)
    quality = models.relationship.potential(fit, both.both(potential.normal("relationship")))
    return Course(
        potential=potential,
        mentor=both.mentor,
        mentee=both.mentee,
        slot={role: np.concatenate([one.slot[role] for one in pairs]) for role in _ROLES},
        traits=_traits(potential, both, fit),
        quality=quality,
        workload=shocks.workload,
        paths=quick_paths(
            models.sessions,
            shocks,
            quality,
            relationship=models.relationship,
            support=levers.support,
            keep=levers.keep,
        ),
        levers=levers,
    )


def _shocks(potential: Potential, both: Pairs) -> SessionShocks:
    programme = potential.programme
    work, skip, end = (
        potential.normal(purpose, shape=(programme.planned_sessions,))
        for purpose in ("workload", "skip", "end")
    )
    carried = workload_path(work, programme.session_persistence)
    return SessionShocks(both.both(carried), both.both(skip), both.both(end))


def _stacked_pairs(pairs: Sequence[Placed], n_people: int) -> Pairs:
    names = ("mentor", "mentee", "row", "column")
    there = {
        name: np.concatenate(
            [
                getattr(one.pairs, name) + k * n_people * (name in _ROLES)
                for k, one in enumerate(pairs)
            ]
        )
        for name in names
    }
    return Pairs(**there)


def _traits(potential: Potential, both: Pairs, fit: Array) -> DyadTraits:
    programme = potential.programme
    trained = programme.assumptions.outcomes.training * (programme.training - 0.5)
    return DyadTraits(
        fit=fit,
        openness=potential.normal("trait", "openness")[both.mentee],
        teaching=potential.normal("trait", "teaching")[both.mentor] + trained,
    )


def _fit(stage: Stage, pairs: Sequence[Placed], replications: range) -> Array:
    """Return the true fit of the dyads alone: the same numbers as those of the whole table."""
    validity, n_mentors = stage.potential.programme.assumptions.validity, stage.known.shape[1]
    fit = []
    for one, rng in zip(pairs, streams(stage.potential.seed, replications, "fit"), strict=True):
        row, column = one.pairs.row, one.pairs.column
        # the table is drawn row by row, so that what is below the last dyad need not be drawn
        noise = rng.standard_normal((int(row.max(initial=-1)) + 1, n_mentors))[row, column]
        fit.append(validity * stage.known[row, column] + np.sqrt(1 - validity**2) * noise)
    return np.concatenate(fit)


def _stacked_levers(stage: Stage, pairs: Sequence[Placed], replications: range) -> DyadLevers:
    alone = [levers_in(stage, one, r) for one, r in zip(pairs, replications, strict=True)]
    roles = {role for levers in alone for role in levers.factor}
    n_sessions = stage.potential.programme.planned_sessions
    shapes = [(n_sessions, one.arm.size) for one in pairs]

    def _beside(values: list[float | Array]) -> Array:
        wide = [np.broadcast_to(v, s) for v, s in zip(values, shapes, strict=True)]
        return np.concatenate(wide, axis=1)

    candour = [levers.candour for levers in alone if levers.candour is not None]
    return replace(
        alone[0],
        support=_beside([levers.support for levers in alone]),
        keep=_beside([levers.keep for levers in alone]),
        factor={role: _beside([x.factor.get(role, 1.0) for x in alone]) for role in roles},
        candour=np.concatenate(candour) if candour else None,
    )
