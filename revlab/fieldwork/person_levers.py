"""What patience, line managers and generations do to dyads; by default nothing, and no chance."""

import numpy as np
import numpy.typing as npt

from revlab.errors import PilotError, must
from revlab.fieldwork.generation import BIRTH_COHORT, birth_cohorts
from revlab.fieldwork.managers import managers_of
from revlab.fieldwork.patience import pace
from revlab.fieldwork.potential import Potential

__all__ = ["generation_factor", "manager_support", "patience_keeps"]

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]


def patience_keeps(potential: Potential, mentor: Places, mentee: Places) -> Array | None:
    """Return what patience takes off the log-odds of ending, None if slow progress ends nothing.

    Parameters
    ----------
    potential : Potential
        What chance has decided.
    mentor, mentee : array of int, shape (n_dyads,)
        Places of the two among ``potential.people``.

    Examples
    --------
    >>> import pandas as pd
    >>> from revlab.fieldwork.programme import Programme
    >>> nobody = pd.Index([])
    >>> bare = Potential(Programme(), nobody, nobody, nobody, np.zeros((0, 0)), 1, 0)
    >>> patience_keeps(bare, np.zeros(0, int), np.zeros(0, int)) is None
    True
    """
    programme = potential.programme
    model, outcomes = programme.assumptions.patience, programme.assumptions.outcomes
    if model.slow_end == 0:
        return None
    trained = outcomes.training * (programme.training - 0.5)
    speed = pace(
        outcomes,
        potential.normal("trait", "openness")[mentee],
        potential.normal("trait", "teaching")[mentor] + trained,
    )
    return -model(speed, potential.normal("trait", "patience")[mentor])


def manager_support(potential: Potential, mentor: Places, mentee: Places) -> Array | None:
    """Return what managers take off the log-odds of skipping, None if they are all alike.

    Parameters
    ----------
    potential : Potential
        What chance has decided; with a cohort, whose reporting lines tell who manages whom.
    mentor, mentee : array of int, shape (n_dyads,)
        Places of the two among ``potential.people``.

    Raises
    ------
    PilotError
        If managers are to differ and the potential has no cohort.

    Examples
    --------
    >>> import pandas as pd
    >>> from revlab.fieldwork.programme import Programme
    >>> nobody = pd.Index([])
    >>> bare = Potential(Programme(), nobody, nobody, nobody, np.zeros((0, 0)), 1, 0)
    >>> manager_support(bare, np.zeros(0, int), np.zeros(0, int)) is None
    True
    """
    model = potential.programme.assumptions.managers
    if model.spread == 0:
        return None
    if potential.cohort is None:
        raise PilotError(
            "managers are to differ, but the potential has no cohort that says who manages whom; "
            "make it with `draw_potential`."
        )
    ids = managers_of(potential.cohort, potential.people)
    labels, place = np.unique(ids.astype(str), return_inverse=True)
    readiness = potential.rng("managers").standard_normal(len(labels))[place]
    return model(readiness[mentor], readiness[mentee])


def generation_factor(
    potential: Potential, mentor: Places, mentee: Places
) -> dict[str, Array] | None:
    """Return the factor on what a session gives, by role; None if generations change nothing.

    Parameters
    ----------
    potential : Potential
        What chance has decided; with a cohort whose people may declare a cohort of birth.
    mentor, mentee : array of int, shape (n_dyads,)
        Places of the two among ``potential.people``.

    Raises
    ------
    PilotError
        If generations are to matter and nobody declares any.

    Examples
    --------
    >>> import pandas as pd
    >>> from revlab.fieldwork.programme import Programme
    >>> nobody = pd.Index([])
    >>> bare = Potential(Programme(), nobody, nobody, nobody, np.zeros((0, 0)), 1, 0)
    >>> generation_factor(bare, np.zeros(0, int), np.zeros(0, int)) is None
    True
    """
    model = potential.programme.assumptions.generation
    if model.gain == 0 and model.apart == 0:
        return None
    known = potential.cohort
    said = np.zeros(0, np.str_) if known is None else birth_cohorts(known, potential.people)
    must(
        bool((said != "").any()),
        "generations are to matter, but nobody declares a cohort of birth; give the roster a "
        f"column {BIRTH_COHORT!r}, which people fill in of their own accord.",
        PilotError,
    )
    own = {"mentor": said[mentor], "mentee": said[mentee]}
    other = {"mentor": own["mentee"], "mentee": own["mentor"]}
    return {role: np.exp(model(own[role], other[role])) for role in own}
