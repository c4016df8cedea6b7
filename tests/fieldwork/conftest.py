"""A stand-in for pairing, so that these tests know exactly who is paired with whom."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from revlab.fieldwork.potential import Potential, draw_potential
from revlab.fieldwork.programme import Programme
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.matching import DYAD_COLUMNS, LEFT_COLUMNS, Matching
from revlab.people.cohort import Cohort


@dataclass(frozen=True)
class Scene:
    """A cohort with its reference scores, and ways to pair it by hand."""

    cohort: Cohort
    compatibility: Compatibility

    def potential(
        self, programme: Programme | None = None, *, seed: int = 11, replication: int = 0
    ) -> Potential:
        return draw_potential(
            self.cohort, self.compatibility, programme=programme or Programme(), seed=seed,
            replication=replication,
        )  # fmt: skip

    def matching(
        self, mentors: Sequence[int], mentees: Sequence[int], *, pools: int = 4
    ) -> Matching:
        """Pair mentor ``mentors[k]`` with mentee ``mentees[k]``, all by their numbers."""
        mentor_ids = self.compatibility.mentor_ids[list(mentors)]
        mentee_ids = self.compatibility.mentee_ids[list(mentees)]
        numbers = np.asarray(mentees) % pools
        dyads = pd.DataFrame(dict.fromkeys(DYAD_COLUMNS, 1), index=range(len(mentors)))
        dyads["dyad_id"] = [f"D{k:03d}" for k in range(1, len(mentors) + 1)]
        dyads["pool_id"] = [f"P{k:02d}" for k in numbers]
        dyads["arm"] = ["optimal" if k % 2 else "random" for k in numbers]
        dyads["mentor_id"], dyads["mentee_id"] = mentor_ids, mentee_ids
        scores = self.compatibility.joint()
        dyads["score"] = [scores[i, j] for i, j in zip(mentees, mentors, strict=True)]
        return Matching(
            "by hand", dyads, self._left("mentor", mentors), self._left("mentee", mentees)
        )

    def shuffled(self, seed: int = 0, *, pools: int = 4) -> Matching:
        n = len(self.cohort.mentees)
        return self.matching(np.random.default_rng(seed).permutation(n), range(n), pools=pools)

    def _left(self, side: str, taken: Sequence[int]) -> pd.DataFrame:
        ids = getattr(self.compatibility, f"{side}_ids")
        left = [k for k in range(len(ids)) if k not in set(taken)]
        rows = [(ids[k], "P00", f"more {side}s than partners") for k in left]
        return pd.DataFrame(rows, columns=list(LEFT_COLUMNS))


def make_scene(n: int, seed: int = 5) -> Scene:
    mentors = pd.DataFrame({"unit": "a", "grade": 1}, index=[f"J{k:04d}" for k in range(n)])
    mentees = pd.DataFrame({"unit": "b", "grade": 4}, index=[f"S{k:04d}" for k in range(n)])
    scores = np.random.default_rng(seed).random((n, n))
    table = pd.DataFrame(scores, index=mentees.index, columns=mentors.index)
    return Scene(Cohort(mentors, mentees), Compatibility.from_scores(table))


@pytest.fixture(scope="session")
def scene() -> Scene:
    """24 people on each side."""
    return make_scene(24)


@pytest.fixture(scope="session")
def town() -> Scene:
    """200 people on each side, so that every rule gets to act."""
    return make_scene(200)


@pytest.fixture(scope="session")
def crowd() -> Scene:
    """1200 people on each side, for shares and means."""
    return make_scene(1200)
