"""One `Course` of the dyads of many replications side by side."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from revlab.fieldwork.course import Course, run_pairs
from revlab.fieldwork.course_levers import DyadLevers
from revlab.fieldwork.places import Pairs
from revlab.fieldwork.stacked import StackedPotential
from revlab.fieldwork.stage import Placed, Stage, levers_in
from revlab.rng import streams

__all__ = ["run_stacked"]

Array = npt.NDArray[np.float64]


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
    alone = stage.potential
    n_people = len(alone.people)
    potential = StackedPotential(
        alone.programme,
        pd.RangeIndex(len(replications) * n_people),
        alone.mentor_ids,
        alone.mentee_ids,
        np.zeros((0, 0)),
        seed=alone.seed,
        replication=replications.start,
        n_replications=len(replications),
    )
    both = _stacked_pairs(pairs, n_people)
    return run_pairs(
        potential,
        both,
        fit=_fit(stage, pairs, both, replications=replications),
        levers=_stacked_levers(stage, pairs, replications),
    )


def _stacked_pairs(pairs: Sequence[Placed], n_people: int) -> Pairs:
    there = {
        name: np.concatenate([getattr(one.pairs, name) for one in pairs])
        for name in ("mentor", "mentee", "row", "column")
    }
    # The people of a replication stand behind those of all before it; the table of dyads is one.
    shift = np.repeat(np.arange(len(pairs)) * n_people, [one.arm.size for one in pairs])
    there["mentor"] += shift
    there["mentee"] += shift
    return Pairs(**there)


def _fit(stage: Stage, pairs: Sequence[Placed], both: Pairs, *, replications: range) -> Array:
    """Return the true fit of the dyads alone: the same numbers as those of the whole table."""
    validity = stage.potential.programme.assumptions.validity
    table, noise = np.empty(stage.known.shape), []
    for one, rng in zip(pairs, streams(stage.potential.seed, replications, "fit"), strict=True):
        # The table is drawn row by row, so that what is below the last dyad need not be drawn.
        drawn = table[: one.n_rows]
        rng.standard_normal(out=drawn)
        noise.append(drawn[one.pairs.row, one.pairs.column])
    fit: Array = validity * stage.known[both.row, both.column]
    fit += np.sqrt(1 - validity**2) * np.concatenate(noise)
    return fit


def _stacked_levers(stage: Stage, pairs: Sequence[Placed], replications: range) -> DyadLevers:
    alone = [levers_in(stage, one, r) for one, r in zip(pairs, replications, strict=True)]
    roles = {role for levers in alone for role in levers.factor}
    sizes = [one.arm.size for one in pairs]
    candour = [levers.candour for levers in alone if levers.candour is not None]
    return replace(
        alone[0],
        support=_beside([levers.support for levers in alone], sizes),
        keep=_beside([levers.keep for levers in alone], sizes),
        factor={r: _beside([levers.factor.get(r, 1.0) for levers in alone], sizes) for r in roles},
        candour=np.concatenate(candour) if candour else None,
    )


def _beside(values: Sequence[float | Array], sizes: Sequence[int]) -> Array:
    """Return what the levers do in each replication, side by side, (n_sessions or 1, n_dyads)."""
    first = np.atleast_2d(values[0])
    if all(value is values[0] for value in values):
        # One column stands for all dyads, and needs no room for each.
        return first if first.shape[1] == 1 else np.tile(first, len(values))
    rows = max(np.atleast_2d(value).shape[0] for value in values)
    return np.concatenate(
        [np.broadcast_to(v, (rows, n)) for v, n in zip(values, sizes, strict=True)], axis=1
    )
