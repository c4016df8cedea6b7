"""What is kept of many replications."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from revlab.fieldwork.course import Course
from revlab.fieldwork.stage import Placed

__all__ = ["ReplicatedOutcomes", "summarised"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ReplicatedOutcomes:
    """Scores of one scale in many replications, NaN where there is none.

    Parameters
    ----------
    pre, post : array, shape (n_replications, n_dyads)
        At the first and the last survey that asks the scale, dyads in the order of the matching.
    """

    pre: Array
    post: Array


def summarised(replications: range, pairs: Sequence[Placed], course: Course) -> pd.DataFrame:
    """Return the means over the dyads of each arm in each replication.

    Parameters
    ----------
    replications : range
        Numbers of the replications.
    pairs : sequence of Placed
        The dyads of each.
    course : Course
        What became of all of them, in this order.

    Returns
    -------
    pandas.DataFrame
        As `revlab.fieldwork.replications.Replications.summaries` has it.
    """
    n_arms = [len(one.arms) for one in pairs]
    before = np.cumsum(n_arms) - n_arms
    cell = np.concatenate([one.arm for one in pairs])
    cell += np.repeat(before, [one.arm.size for one in pairs])
    dyads = np.bincount(cell, minlength=sum(n_arms))
    frame = {
        "replication": np.repeat(np.array(replications), n_arms),
        "arm": np.concatenate([one.arms for one in pairs]),
        "dyads": dyads,
    }
    for name, values in _measures(course).items():
        frame[name] = np.bincount(cell, weights=values, minlength=len(dyads)) / dyads
    return pd.DataFrame(frame)


def _measures(course: Course) -> dict[str, Array]:
    programme, paths = course.potential.programme, course.paths
    held = paths.held_by(programme.planned_sessions)
    measures = {
        "sessions_held": held,
        "sessions_skipped": paths.reached.sum(axis=0) - held,
        "ended_early": paths.last_session < len(paths.held),
        "quality": programme.assumptions.relationship(course.quality, held),
    }
    for scale_id in programme.instrument.scales["scale_id"]:
        if scale_id in programme.assumptions.outcomes.gains:
            for role in programme.instrument.roles_of(scale_id):
                given = course.given[role][-1]
                gain = course.gain(scale_id, role, given=given)
                measures[f"gain_{scale_id}_{role}"] = gain
    return {name: np.asarray(values, dtype=np.float64) for name, values in measures.items()}
