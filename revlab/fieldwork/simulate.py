"""Simulated pilots: from a matching to a `Pilot` whose truth is known.

`simulate_pilot` gives a whole pilot. To compare policies within one replication, draw its
`Potential` once and reveal each matching: `reveal_pilot`, `simulate_outcomes` (one scale, no
more), `expected_outcomes` (the same without noise, which is the estimand).
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from revlab.errors import one_of
from revlab.fieldwork.answers import expected_scores, raw_answers, scored
from revlab.fieldwork.beyond import Beyond
from revlab.fieldwork.course import run_dyads
from revlab.fieldwork.pilot import Pilot
from revlab.fieldwork.potential import Potential, draw_potential
from revlab.fieldwork.programme import Programme
from revlab.fieldwork.reveal import revealed
from revlab.fieldwork.simulate_extras import with_extras
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.matching import Matching
from revlab.people.cohort import Cohort

__all__ = ["expected_outcomes", "reveal_pilot", "simulate_outcomes", "simulate_pilot"]

Array = npt.NDArray[np.float64]


def simulate_pilot(
    cohort: Cohort,
    matching: Matching,
    *,
    compatibility: Compatibility,
    programme: Programme | None = None,
    seed: int,
    replication: int = 0,
) -> Pilot:
    """Simulate what happens to the dyads of a matching.

    Parameters
    ----------
    cohort : Cohort
        Everybody who might have been paired.
    matching : Matching
        Who is paired with whom, with pools and arms.
    compatibility : Compatibility
        The reference scores of all possible dyads of the cohort, the same whatever the policy;
        the true fit of a dyad goes along with them as far as ``assumptions.validity`` says.
    programme : Programme or None
        What the programme does, what is asked and what is assumed; None for all defaults.
    seed : int
        Root seed.
    replication : int
        Number of the replication; two matchings of one cohort in one replication share
        everything but the pairs.

    Returns
    -------
    Pilot
        Simulated, with its truth. Its plan has no analysis and no progression criteria.

    Raises
    ------
    PilotError
        If cohort, compatibility and matching are not about the same people, or a pool has no
        dyad, so that its arm is not known.

    Examples
    --------
    >>> from revlab.pairing.policies import pair
    >>> from revlab.pairing.scoring import score_cohort
    >>> people = pd.DataFrame({"unit": ["a", "b"], "grade": 1}, index=["ana", "cy"])
    >>> cohort = Cohort(people, people.assign(grade=4).set_axis(["bo", "di"]))
    >>> matching = pair(cohort, policy="random", seed=1)
    >>> simulate_pilot(cohort, matching, compatibility=score_cohort(cohort), seed=1)
    Pilot 'Simulated pilot' (simulated): 2 dyads in 1 pools, arms random, 3 surveys
    """
    potential = draw_potential(
        cohort,
        compatibility,
        programme=Programme() if programme is None else programme,
        seed=seed,
        replication=replication,
    )
    return reveal_pilot(potential, matching)


def reveal_pilot(
    potential: Potential, matching: Matching, *, beyond: Beyond | None = None
) -> Pilot:
    """Return the pilot that a matching reveals of a potential.

    Parameters
    ----------
    potential : Potential
        What chance has decided; its programme may have ``extras``, tables that the pilot then
        has besides.
    matching : Matching
        Who is paired with whom.
    beyond : Beyond or None
        What is assumed behind these tables; None for the registry's values.

    Raises
    ------
    PilotError
        If the matching pairs people who are not in the cohort, or a pool has no dyad; with
        ``extras``, also if somebody is in two dyads.
    """
    course = run_dyads(potential, matching)
    pilot = revealed(course, matching)
    if not potential.programme.extras:
        return pilot
    return with_extras(pilot, course, matching, beyond=beyond)


def _frame(matching: Matching, role: str, pre: Array, post: Array) -> pd.DataFrame:
    who = ["dyad_id", "pool_id", "arm", f"{role}_id"]
    names = matching.dyads[who].rename(columns={f"{role}_id": "person_id"}).astype("string")
    return names.reset_index(drop=True).assign(pre=pre, post=post)


def simulate_outcomes(
    potential: Potential, matching: Matching, *, scale_id: str, role: str
) -> pd.DataFrame:
    """Return one scale of the pilot that a matching reveals, and no more.

    Equal, bit for bit, to ``dyad_outcomes(reveal_pilot(potential, matching), scale_id,
    role=role)``, and many times faster.

    Parameters
    ----------
    potential : Potential
        What chance has decided in this replication.
    matching : Matching
        Who is paired with whom.
    scale_id : str
        A scale of the programme's instrument.
    role : {"mentor", "mentee"}
        Whose answers.

    Returns
    -------
    pandas.DataFrame
        ``dyad_id, pool_id, arm, person_id, pre, post``, one row per dyad, NaN where missing.

    Raises
    ------
    OptionError
        If the instrument has no such scale or the role is not asked it.
    PilotError
        If the matching pairs people who are not in the cohort.
    """
    instrument = potential.programme.instrument
    one_of("role", role, instrument.roles_of(scale_id))
    course = run_dyads(potential, matching)
    waves = instrument.waves_of(scale_id)
    pre, post = (
        scored(
            raw_answers(course, scale_id, role=role, wave=wave),
            instrument,
            scale_id=scale_id,
            role=role,
        )
        for wave in (waves[0], waves[-1])
    )
    return _frame(matching, role, pre, post)


def expected_outcomes(
    potential: Potential, matching: Matching, *, scale_id: str, role: str
) -> pd.DataFrame:
    """Return the mean score of every dyad's side given its latent trait: the truth of a pilot.

    The difference of the means of two matchings of the same potential is the true contrast of
    the policies behind them in this replication. It is conditional on who would have been busy,
    open, skilled (the shocks of the people) and on the true fit of all possible dyads, which both
    matchings share; sessions and endings follow from these and from the pairs.

    Parameters
    ----------
    potential : Potential
        What chance has decided in this replication.
    matching : Matching
        Who is paired with whom.
    scale_id : str
        A scale of the programme's instrument.
    role : {"mentor", "mentee"}
        Whose scores.

    Returns
    -------
    pandas.DataFrame
        ``dyad_id, pool_id, arm, person_id, pre, post``, one row per dyad, nothing missing.

    Raises
    ------
    OptionError
        If the instrument has no such scale or the role is not asked it.
    PilotError
        If the matching pairs people who are not in the cohort.
    """
    instrument = potential.programme.instrument
    one_of("role", role, instrument.roles_of(scale_id))
    course = run_dyads(potential, matching)
    waves = instrument.waves_of(scale_id)
    pre, post = (
        expected_scores(course, scale_id, role=role, wave=wave) for wave in (waves[0], waves[-1])
    )
    return _frame(matching, role, pre, post)
