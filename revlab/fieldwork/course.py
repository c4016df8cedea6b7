"""`Course`: what a programme does to the dyads of one matching, and what they are then like."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from revlab.errors import PilotError, must
from revlab.fieldwork.course_levers import DyadLevers, dyad_levers
from revlab.fieldwork.outcomes import DyadTraits
from revlab.fieldwork.places import Pairs, pairs_of, slots
from revlab.fieldwork.potential import Potential
from revlab.fieldwork.sessions import SessionPaths, SessionShocks, workload_path
from revlab.fieldwork.then_tests import THEN, base_of
from revlab.pairing.matching import Matching

__all__ = ["RELATIONSHIP", "SAFETY", "Course", "run_dyads", "run_pairs"]

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

RELATIONSHIP = "relationship_quality"
"""The scale that follows the quality of the dyad and not a gain of the person."""

SAFETY = "safety"
"""The scale that asks for the safety which moves candour."""


@dataclass(frozen=True, eq=False)
class Course:
    """What became of the dyads of one matching in one replication.

    Parameters
    ----------
    potential : Potential
        What chance had decided.
    mentor, mentee : array of int, shape (n_dyads,)
        Places of the two in ``potential.people``.
    traits : DyadTraits
        What the two bring.
    quality : array, shape (n_dyads,)
        Potential relationship quality.
    workload : array, shape (n_sessions, n_dyads)
        Workload of the two taken together.
    paths : SessionPaths
        Sessions held, skipped and not reached.
    levers : DyadLevers
        What the levers of the programme did to these dyads.
    """

    potential: Potential
    mentor: Places
    mentee: Places
    traits: DyadTraits
    quality: Array
    workload: Array
    paths: SessionPaths
    levers: DyadLevers

    def who(self, role: str) -> Places:
        """Return the places in ``potential.people`` of one side."""
        return self.mentor if role == "mentor" else self.mentee

    @cached_property
    def slot(self) -> dict[str, Places]:
        """Number of this dyad among those of the same person, from 0, (n_dyads,), by role."""
        mentor, mentee = self.mentor, self.mentee
        return {"mentor": slots(mentor, mentee), "mentee": slots(mentee, mentor)}

    @cached_property
    def given(self) -> dict[str, Array]:
        """What the sessions up to and including each gave, (n_sessions, n_dyads), by role."""
        programme = self.potential.programme
        lever = programme.curriculum - 0.5
        given = {}
        for role in ("mentor", "mentee"):
            sessions = programme.assumptions.outcomes(
                self.paths, self.traits, role=role, curriculum=lever
            )
            if role in self.levers.factor:
                sessions = sessions * self.levers.factor[role]
            # Adding row to row takes a tenth of the time of `cumsum` over the first axis.
            for k in range(1, len(sessions)):
                sessions[k] += sessions[k - 1]
            given[role] = sessions
        return given

    def gain(self, scale_id: str, role: str, *, given: Array) -> Array:
        """Return the latent gain of one side when its sessions gave ``given`` in all, (n_dyads,).

        Raises
        ------
        OptionError
            If the outcome model has no gain for the scale.
        """
        programme = self.potential.programme
        outcomes = programme.assumptions.outcomes
        gain = outcomes.gain(scale_id, given, planned=programme.planned_sessions)
        if programme.joining is None:
            return gain
        need = self.potential.normal("need")[self.who(role)]
        return gain * programme.joining.gain_factor(need)

    def _trait(self, scale_id: str, role: str) -> Array:
        own = self.who(role)
        if scale_id != SAFETY:
            return self.potential.normal("trait", scale_id)[own]
        # What people say about safety rests on the safety that moves candour, not on another trait.
        safety = self.potential.normal("safety")
        other = self.mentee if role == "mentor" else self.mentor
        return self.potential.programme.assumptions.survey.safety_felt(safety[own], safety[other])

    def latent(self, scale_id: str, role: str, *, wave: int) -> Array:
        """Return the latent trait of one side at one survey, shape (n_dyads,), in SD.

        The relationship counts from zero before the first session; every other scale from the
        mean of the people before the programme. Gains of a person's other dyads are not added.
        What a then-test asks about is the start.

        Raises
        ------
        OptionError
            If the outcome model has no gain for the scale.
        """
        programme = self.potential.programme
        if scale_id.endswith(THEN):
            return self.latent(base_of(scale_id), role, wave=1)
        due = programme.sessions_before[wave]
        trait = self._trait(scale_id, role)
        if scale_id == RELATIONSHIP:
            model = programme.assumptions.relationship
            held = self.paths.held_by(due)
            view: Array = model.perception_sd * trait
            return model.rise * model.ramp(held) + model(self.quality, held) + view
        given = self.given[role][due - 1] if due > 0 else np.zeros(trait.shape)
        return np.asarray(trait + self.gain(scale_id, role, given=given))


def run_dyads(potential: Potential, matching: Matching, *, first: int = 0) -> Course:
    """Run the programme for the dyads of a matching.

    What both sides bring to a dyad is the sum of their standard normal shocks over the root of
    two, so that it is standard normal and keyed by the two people.

    Parameters
    ----------
    potential : Potential
        What chance has decided.
    matching : Matching
        Who is paired with whom.
    first : int
        Sessions that are over already; dyads made then have only the others.

    Returns
    -------
    Course

    Raises
    ------
    PilotError
        If the matching pairs people who are not in the cohort, or no session is left.
    """
    programme = potential.programme
    left = f"`first` must leave a session of {programme.planned_sessions}; got {first}."
    must(0 <= first < programme.planned_sessions, left, PilotError)
    pairs = pairs_of(potential, matching)
    return run_pairs(
        potential,
        pairs,
        fit=potential.fit[pairs.row, pairs.column],
        levers=dyad_levers(potential, pairs, first=first),
        first=first,
    )


def run_pairs(
    potential: Potential, pairs: Pairs, *, fit: Array, levers: DyadLevers, first: int = 0
) -> Course:
    """Run the programme for dyads that are known by their places.

    Parameters
    ----------
    potential : Potential
        What chance has decided; its own ``fit`` is not used.
    pairs : Pairs
        The dyads.
    fit : array, shape (n_dyads,)
        Their true fit.
    levers : DyadLevers
        What the levers of the programme do to them.
    first : int
        As in `run_dyads`.

    Returns
    -------
    Course
    """
    models = potential.programme.assumptions
    shocks = _shocks(potential, pairs, first)
    quality = models.relationship.potential(fit, pairs.both(potential.normal("relationship")))
    paths = models.sessions(
        shocks,
        quality,
        relationship=models.relationship,
        support=levers.support,
        keep=levers.keep,
    )
    return Course(
        potential=potential,
        mentor=pairs.mentor,
        mentee=pairs.mentee,
        traits=_traits(potential, pairs, fit),
        quality=quality,
        workload=shocks.workload,
        paths=paths,
        levers=levers,
    )


def _shocks(potential: Potential, pairs: Pairs, first: int) -> SessionShocks:
    programme = potential.programme
    workload, skip, end = (
        potential.normal(purpose, shape=(programme.planned_sessions,))
        for purpose in ("workload", "skip", "end")
    )
    carried = workload_path(workload, programme.session_persistence)
    return SessionShocks(*(pairs.both(shocks[first:]) for shocks in (carried, skip, end)))


def _traits(potential: Potential, pairs: Pairs, fit: Array) -> DyadTraits:
    programme = potential.programme
    trained = programme.assumptions.outcomes.training * (programme.training - 0.5)
    return DyadTraits(
        fit=fit,
        openness=potential.normal("trait", "openness")[pairs.mentee],
        teaching=potential.normal("trait", "teaching")[pairs.mentor] + trained,
    )
