"""What a programme's levers do to dyads, beyond what is the same for all of them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from revlab.errors import PilotError
from revlab.fieldwork.person_levers import generation_factor, manager_support, patience_keeps
from revlab.fieldwork.places import Pairs
from revlab.fieldwork.potential import Potential
from revlab.fieldwork.skill_gap import stated_worth

__all__ = ["DyadLevers", "dyad_levers"]

Array = npt.NDArray[np.float64]
_ROLES = ("mentor", "mentee")


@dataclass(frozen=True, eq=False)
class DyadLevers:
    """What the levers do to dyads, session by session.

    Parameters
    ----------
    support, keep : float or array
        Taken off the log-odds of skipping and of ending, (n_sessions, n_dyads).
    factor : dict of str to array
        Role to the factor on what each session gives; empty if all are 1.
    candour : array or None
        Candour of the dyads in SD, None if it is the same for all.
    """

    support: float | Array
    keep: float | Array
    factor: dict[str, Array]
    candour: Array | None


def dyad_levers(potential: Potential, pairs: Pairs, *, first: int = 0) -> DyadLevers:
    """Return what the levers of a programme do to these dyads, from session ``first`` (0 = all).

    With the levers at their neutral defaults nothing is drawn and nothing is changed.

    Raises
    ------
    PilotError
        If candour is to depend on grades and the potential has no cohort.
    """
    programme = potential.programme
    n_sessions = programme.planned_sessions - first
    agreed = programme.assumptions.agreement.added(
        n_sessions, goal_clarity=programme.goal_clarity, contracting=programme.contracting
    )
    recognition = programme.recognition
    added = agreed + recognition.added(programme.planned_sessions)[first:]
    helped = recognition.support(programme.planned_sessions)[first:, None]
    candour = _candour(potential, pairs)
    born = generation_factor(potential, pairs.mentor, pairs.mentee)
    factor: dict[str, Array] = {}
    for role in _ROLES:
        dyads = _gap_factor(potential, pairs, role)
        if candour is not None:
            dyads = dyads * programme.assumptions.candour.factor(candour)
        if born is not None:
            dyads = dyads * born[role]
        whole = np.exp(added)[:, None] * dyads
        if (whole != 1).any():
            factor[role] = np.broadcast_to(whole, (n_sessions, pairs.mentor.size))
    released = manager_support(potential, pairs.mentor, pairs.mentee)
    support = programme.support + helped
    return DyadLevers(
        support=support if released is None else support + released,
        keep=_keep(potential, pairs, first),
        factor=factor,
        candour=candour,
    )


def _keep(potential: Potential, pairs: Pairs, first: int) -> Array:
    programme = potential.programme
    model = programme.assumptions.agreement
    mentor = mentee = np.zeros(1)  # one column stands for all dyads
    if model.mismatch_end != 0:
        expected = potential.normal("expectations")
        mentor, mentee = expected[pairs.mentor], expected[pairs.mentee]
    agreed = model(mentor, mentee, goal_clarity=programme.goal_clarity)
    checked = np.zeros(programme.planned_sessions)
    if programme.check_in_every > 0:
        checked[programme.check_in_every - 1 :] = programme.assumptions.sessions.end_check_in
    patient = patience_keeps(potential, pairs.mentor, pairs.mentee)
    keep = checked[first:, None] + agreed
    return np.asarray(keep if patient is None else keep + patient)


def _candour(potential: Potential, pairs: Pairs) -> Array | None:
    programme = potential.programme
    model = programme.assumptions.candour
    if model.silent(programme.recording):
        return None
    grades = np.zeros(pairs.mentor.size)
    if model.grade != 0:
        grades = _grades(potential, pairs)
    return model(
        pairs.both(potential.normal("safety")),
        potential.normal("power distance")[pairs.mentee],
        grades,
        recording=programme.recording,
    )


def _grades(potential: Potential, pairs: Pairs) -> Array:
    cohort = potential.cohort
    if cohort is None:
        raise PilotError(
            "candour is to depend on the grades between the two, but the potential has no cohort; "
            "make it with `draw_potential`."
        )
    senior = cohort.mentees["grade"].loc[potential.mentee_ids].to_numpy(float)[pairs.row]
    junior = cohort.mentors["grade"].loc[potential.mentor_ids].to_numpy(float)[pairs.column]
    return np.asarray(senior - junior)


def _gap_factor(potential: Potential, pairs: Pairs, role: str) -> Array:
    """Return the factor of the skill gap: the other side is the one who teaches."""
    gap = potential.programme.assumptions.gap
    if gap.weight == 0:
        return np.ones(pairs.mentor.size)
    learner, helper = (
        (pairs.mentee, pairs.mentor) if role == "mentee" else (pairs.mentor, pairs.mentee)
    )
    drawn = gap.worth(gap.drawn(pairs.both(potential.normal("skill gap", role))))
    if potential.cohort is None or potential.cohort.skills.empty:
        return gap.factor(drawn)
    known = stated_worth(potential.cohort, gap, learners=learner, helpers=helper)
    return gap.factor(np.where(np.isnan(known), drawn, known))
