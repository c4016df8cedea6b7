"""What is the same in every replication of a cohort, and the dyads of a matching in it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from revlab.fieldwork.course_levers import DyadLevers, dyad_levers
from revlab.fieldwork.places import Pairs, pairs_of
from revlab.fieldwork.potential import Potential, draw_potential
from revlab.fieldwork.programme import Programme
from revlab.fieldwork.relationship import true_fit
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.matching import Matching
from revlab.people.cohort import Cohort

__all__ = ["Placed", "Stage", "levers_in", "placed", "staged"]

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Stage:
    """What is the same in every replication of a cohort.

    Parameters
    ----------
    potential : Potential
        That of replication 0, for everything but its chance.
    known : array, shape (n_mentees, n_mentors)
        What the score tells of the true fit, in SD.
    """

    potential: Potential
    known: Array


@dataclass(frozen=True, eq=False)
class Placed:
    """The dyads of one matching, by places.

    Parameters
    ----------
    pairs : Pairs
        Places of the two of each dyad.
    arm : array of int, shape (n_dyads,)
        Places in ``arms``.
    arms : array of str
        Labels of the arms, sorted.
    levers : DyadLevers or None
        What the levers do to these dyads; None if that is a matter of chance.
    """

    pairs: Pairs
    arm: Places
    arms: npt.NDArray[np.object_]
    levers: DyadLevers | None

    @cached_property
    def n_rows(self) -> int:
        """Rows of the table of all possible dyads, down to the last dyad of these."""
        return int(self.pairs.row.max(initial=-1)) + 1


class _ChanceNeededError(Exception):
    """The levers of a programme draw, so that they differ from replication to replication."""


class _Sure(Potential):
    """A potential in which nothing is left to chance."""

    def rng(self, *purpose: int | str) -> np.random.Generator:
        raise _ChanceNeededError


def staged(
    cohort: Cohort, compatibility: Compatibility, *, programme: Programme, seed: int
) -> Stage:
    """Return what is the same in every replication of a cohort.

    Raises
    ------
    PilotError
        If the compatibility is not that of the cohort.
    """
    potential = draw_potential(cohort, compatibility, programme=programme, seed=seed)
    cells = np.ix_(
        compatibility.mentee_ids.get_indexer(potential.mentee_ids),
        compatibility.mentor_ids.get_indexer(potential.mentor_ids),
    )
    known = true_fit(
        compatibility.joint()[cells],
        compatibility.eligible[cells],
        noise=np.zeros(potential.fit.shape),
        validity=1.0,
    )
    return Stage(potential, known)


def placed(stage: Stage, matching: Matching) -> Placed:
    """Return the dyads of a matching by places.

    Raises
    ------
    PilotError
        If the matching pairs people who are not in the cohort.
    """
    pairs = pairs_of(stage.potential, matching)
    arm, arms = pd.factorize(matching.dyads["arm"].astype(object), sort=True)
    try:
        levers = dyad_levers(_alone(stage, 0, _Sure), pairs)
    except _ChanceNeededError:
        levers = None
    return Placed(pairs, arm, np.asarray(arms, dtype=object), levers)


def _alone(stage: Stage, replication: int, kind: type[Potential]) -> Potential:
    """Return the potential of one replication, without its fit."""
    known = stage.potential
    return kind(
        known.programme,
        known.people,
        known.mentor_ids,
        known.mentee_ids,
        np.zeros((0, 0)),
        seed=known.seed,
        replication=replication,
        cohort=known.cohort,
    )


def levers_in(stage: Stage, dyads: Placed, replication: int) -> DyadLevers:
    """Return what the levers do to dyads in one replication."""
    return dyads.levers or dyad_levers(_alone(stage, replication, Potential), dyads.pairs)
