"""`Course`: what a programme does to the dyads of one matching, and what they are then like."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from revlab.errors import PilotError, must
from revlab.fieldwork.course_levers import DyadLevers, Pairs, dyad_levers
from revlab.fieldwork.outcomes import DyadTraits
from revlab.fieldwork.potential import Potential
from revlab.fieldwork.sessions import SessionPaths, SessionShocks, workload_path
from revlab.fieldwork.then_tests import THEN, base_of
from revlab.pairing.matching import Matching

__all__ = ["RELATIONSHIP", "Course", "run_dyads"]

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

RELATIONSHIP = "relationship_quality"
"""The scale that follows the quality of the dyad and not a gain of the person."""


@dataclass(frozen=True, eq=False)
class Course:
    """What became of the dyads of one matching in one replication.

    Parameters
    ----------
    potential : Potential
        What chance had decided.
    mentor, mentee : array of int, shape (n_dyads,)
        Places of the two in ``potential.people``.
    slot : dict of str to array of int
        Role to the number of this dyad among those of the same person, from 0.
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
    slot: dict[str, Places]
    traits: DyadTraits
    quality: Array
    workload: Array
    paths: SessionPaths
    levers: DyadLevers

    def who(self, role: str) -> Places:
        """Return the places in ``potential.people`` of one side."""
        return self.mentor if role == "mentor" else self.mentee

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
            given[role] = sessions.cumsum(axis=0)
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
        trait = self.potential.normal("trait", scale_id)[self.who(role)]
        if scale_id == RELATIONSHIP:
            model = programme.assumptions.relationship
            held = self.paths.held_by(due)
            view: Array = model.perception_sd * trait
            return model.rise * model.ramp(held) + model(self.quality, held) + view
        given = self.given[role][due - 1] if due > 0 else np.zeros(trait.shape)
        return np.asarray(trait + self.gain(scale_id, role, given=given))


def _places(ids: pd.Series, there: pd.Index, side: str) -> Places:
    places = np.asarray(there.get_indexer(pd.Index(ids)))
    unknown = [str(name) for name in ids[places < 0]]
    must(
        not unknown,
        f"`matching` pairs a {side} {unknown[:1]} who is not in the cohort; pair the cohort that "
        "is simulated.",
        PilotError,
    )
    return places


def _slots(person: Places, partner: Places) -> Places:
    """Return the number of each dyad among those of its person, by the partners' ids."""
    order = np.lexsort((partner, person))
    first = np.r_[True, np.diff(person[order]) != 0] if person.size else np.zeros(0, dtype=bool)
    start = np.maximum.accumulate(np.where(first, np.arange(person.size), 0))
    slots = np.empty(person.size, dtype=np.intp)
    slots[order] = np.arange(person.size) - start
    return slots


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
    models = programme.assumptions
    left = f"`first` must leave a session of {programme.planned_sessions}; got {first}."
    must(0 <= first < programme.planned_sessions, left, PilotError)
    pairs = _pairs(potential, matching)
    rounds = (programme.planned_sessions,)
    workload = workload_path(
        potential.normal("workload", shape=rounds), programme.session_persistence
    )
    shocks = SessionShocks(
        workload=pairs.both(workload)[first:],
        skip=pairs.both(potential.normal("skip", shape=rounds))[first:],
        end=pairs.both(potential.normal("end", shape=rounds))[first:],
    )
    levers = dyad_levers(potential, pairs, first=first)
    fit = potential.fit[pairs.row, pairs.column]
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
        slot={
            "mentor": _slots(pairs.mentor, pairs.mentee),
            "mentee": _slots(pairs.mentee, pairs.mentor),
        },
        traits=_traits(potential, pairs, fit),
        quality=quality,
        workload=shocks.workload,
        paths=paths,
        levers=levers,
    )


def _pairs(potential: Potential, matching: Matching) -> Pairs:
    row = _places(matching.dyads["mentee_id"], potential.mentee_ids, "mentee")
    column = _places(matching.dyads["mentor_id"], potential.mentor_ids, "mentor")
    return Pairs(
        mentor=potential.people.get_indexer(potential.mentor_ids)[column],
        mentee=potential.people.get_indexer(potential.mentee_ids)[row],
        row=row,
        column=column,
    )


def _traits(potential: Potential, pairs: Pairs, fit: Array) -> DyadTraits:
    programme = potential.programme
    trained = programme.assumptions.outcomes.training * (programme.training - 0.5)
    return DyadTraits(
        fit=fit,
        openness=potential.normal("trait", "openness")[pairs.mentee],
        teaching=potential.normal("trait", "teaching")[pairs.mentor] + trained,
    )
