"""`simulate_replications`: many replications of one cohort as arrays, in bounded memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import starmap
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from joblib import Parallel, delayed

from revlab.errors import PilotError, must, one_of
from revlab.fieldwork.answers import raw_answers, scored
from revlab.fieldwork.course import Course
from revlab.fieldwork.programme import Programme
from revlab.fieldwork.replicated import ReplicatedOutcomes, summarised
from revlab.fieldwork.stacked_course import run_stacked
from revlab.fieldwork.stage import Placed, Stage, placed, staged
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.matching import Matching
from revlab.pairing.scoring import score_cohort
from revlab.people.cohort import Cohort

__all__ = ["Pairing", "Replications", "simulate_replications"]

Array = npt.NDArray[np.float64]
Pairing = Matching | Callable[[int], Matching]
"""One matching for all replications, or a function from the number of one to its own."""

_DYADS = 16_384
"""Dyads at once: their shocks just fit into the cache of a core."""


@dataclass(frozen=True, eq=False)
class Replications:
    """Many replications of one cohort under one programme.

    Every source of chance has the stream that `simulate_pilot` gives it in the replication of
    that number, so each number here has the same bits as there, whatever the chunk. On several
    cores chunks run side by side: ``with joblib.parallel_config(n_jobs=2): ...``, same bits.

    Parameters
    ----------
    cohort : Cohort
        Everybody who might be paired.
    compatibility : Compatibility
        The reference: scores of all possible dyads of the cohort.
    programme : Programme
        What the programme does and what is assumed.
    seed : int
        Root seed.

    Raises
    ------
    PilotError
        If the compatibility is not that of the cohort.

    Examples
    --------
    >>> from revlab.pairing.policies import pair
    >>> from revlab.people.population import Population, draw_cohort
    >>> from revlab.rng import stream
    >>> cohort = draw_cohort(Population(), 26, 26, rng=stream(1, "cohort"))
    >>> runs = Replications(cohort, score_cohort(cohort), Programme(), seed=1)
    >>> frame = runs.summaries(pair(cohort, policy="random", seed=1), 200)
    >>> round(float(frame["sessions_held"].mean()))
    4
    """

    cohort: Cohort
    compatibility: Compatibility
    programme: Programme
    seed: int

    @cached_property
    def stage(self) -> Stage:
        """What is the same in every replication."""
        return staged(self.cohort, self.compatibility, programme=self.programme, seed=self.seed)

    def courses(
        self, pairing: Pairing, n_replications: int, *, chunk: int | None = None
    ) -> Iterator[tuple[range, list[Placed], Course]]:
        """Yield the courses of chunks of replications, all their dyads side by side.

        Parameters
        ----------
        pairing, n_replications, chunk
            As in `summaries`.

        Yields
        ------
        tuple of range, list of Placed, Course
            Numbers of a chunk's replications, the dyads of each, what became of all in this order.

        Raises
        ------
        PilotError
            If a number is below one, or a pairing names people who are not in the cohort.
        """
        must(
            n_replications >= 1 and (chunk is None or chunk >= 1),
            f"`n_replications` and `chunk` must be at least 1; got {n_replications} and {chunk}.",
            PilotError,
        )
        stage = self.stage

        def _with_course(numbers: range, pairs: list[Placed]) -> Any:
            return numbers, pairs, run_stacked(stage, pairs, numbers)

        # Threads, because drawing and array arithmetic let go of Python's lock.
        yield from Parallel(prefer="threads", return_as="generator")(
            starmap(delayed(_with_course), self._chunks(pairing, n_replications, chunk))
        )

    def _chunks(
        self, pairing: Pairing, n_replications: int, chunk: int | None
    ) -> Iterator[tuple[range, list[Placed]]]:
        same = placed(self.stage, pairing) if isinstance(pairing, Matching) else None
        if chunk is None:
            chunk = max(1, _DYADS // max(1, len(self.cohort.mentees), len(self.cohort.mentors)))
        for start in range(0, n_replications, chunk):
            numbers = range(start, min(start + chunk, n_replications))
            if isinstance(pairing, Matching):
                yield numbers, [same or placed(self.stage, pairing)] * len(numbers)
            else:
                yield numbers, [placed(self.stage, pairing(r)) for r in numbers]

    def summaries(
        self, pairing: Pairing, n_replications: int, *, chunk: int | None = None
    ) -> pd.DataFrame:
        """Return what became of the dyads of each arm in each replication.

        Parameters
        ----------
        pairing : Matching or function from int to Matching
            Who is paired with whom, in all replications or in that of the number.
        n_replications : int
            Replications.
        chunk : int or None
            Replications at once; None: as many as fit well into memory. It changes the time
            and the memory that are needed and nothing else.

        Returns
        -------
        pandas.DataFrame
            One row per replication and arm: ``replication, arm, dyads`` and means over dyads:
            ``sessions_held, sessions_skipped, ended_early`` (share), ``quality`` (of the
            relationship at the end, in SD) and, for every scale with a gain and every role
            that is asked it, ``gain_<scale>_<role>`` (in latent SD).

        Raises
        ------
        PilotError
            If a number is below one, or a matching pairs people who are not in the cohort.
        """
        parts = [
            summarised(replications, pairs, course)
            for replications, pairs, course in self.courses(pairing, n_replications, chunk=chunk)
        ]
        return pd.concat(parts, ignore_index=True)

    def outcomes(
        self,
        matching: Matching,
        n_replications: int,
        *,
        scale_id: str,
        role: str,
        chunk: int | None = None,
    ) -> ReplicatedOutcomes:
        """Return one scale before and after, as it is answered in each replication.

        Row ``r`` has the bits of `revlab.fieldwork.simulate.simulate_outcomes` in replication
        ``r``. The matching is that of all replications; the rest is as in `summaries`.

        Returns
        -------
        ReplicatedOutcomes

        Raises
        ------
        OptionError
            If the instrument has no such scale or the role is not asked it.
        PilotError
            If a number is below one, or the matching pairs people who are not in the cohort.
        """
        instrument = self.programme.instrument
        one_of("role", role, instrument.roles_of(scale_id))
        asked = (instrument.waves_of(scale_id)[0], instrument.waves_of(scale_id)[-1])
        scores = np.empty((2, n_replications, len(matching.dyads)))
        for numbers, _, course in self.courses(matching, n_replications, chunk=chunk):
            for k, wave in enumerate(asked):
                answers = raw_answers(course, scale_id, role=role, wave=wave)
                values = scored(answers, instrument, scale_id=scale_id, role=role)
                scores[k, numbers.start : numbers.stop] = values.reshape(len(numbers), -1)
        return ReplicatedOutcomes(*scores)


def simulate_replications(
    cohort: Cohort,
    pairing: Pairing,
    *,
    programme: Programme,
    seed: int,
    n_replications: int,
    chunk: int | None = None,
) -> pd.DataFrame:
    """Simulate what happens to the dyads of a matching many times, and sum up each time.

    The reference is the default score of the cohort; for another one, and for the answers to
    the questionnaire, see `Replications`.

    Parameters
    ----------
    cohort, programme, seed
        As for `Replications`.
    pairing, n_replications, chunk
        As for `Replications.summaries`; the result has the same bits for every chunk.

    Returns
    -------
    pandas.DataFrame
        As `Replications.summaries` has it: one row per replication and arm.

    Raises
    ------
    PilotError
        If a number is below one, or the matching pairs people who are not in the cohort.

    Examples
    --------
    >>> from revlab.pairing.policies import pair
    >>> people = pd.DataFrame({"unit": ["a", "b"], "grade": 1}, index=["ana", "cy"])
    >>> cohort = Cohort(people, people.assign(grade=4).set_axis(["bo", "di"]))
    >>> matching = pair(cohort, policy="random", seed=1)
    >>> runs = simulate_replications(
    ...     cohort, matching, programme=Programme(), seed=1, n_replications=3)
    >>> runs[["replication", "arm", "dyads"]].to_numpy().tolist()
    [[0, 'random', 2], [1, 'random', 2], [2, 'random', 2]]
    """
    scored = score_cohort(cohort).without_parts()
    runs = Replications(cohort, scored, programme, seed)
    return runs.summaries(pairing, n_replications, chunk=chunk)
