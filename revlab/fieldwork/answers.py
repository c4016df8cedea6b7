"""What the people of a course answer, and what they would answer without noise."""

import numpy as np
import numpy.typing as npt

from revlab.fieldwork.course import RELATIONSHIP, Course
from revlab.fieldwork.instrument import Instrument
from revlab.fieldwork.then_tests import THEN, base_of

__all__ = ["expected_scores", "raw_answers", "scored"]

Array = npt.NDArray[np.float64]


def expected_scores(course: Course, scale_id: str, *, role: str, wave: int) -> Array:
    """Return the mean score of one side at one survey given the latent trait, (n_dyads,).

    Raises
    ------
    OptionError
        If there is no such scale or the role is not asked it.
    """
    programme = course.potential.programme
    latent = course.latent(scale_id, role, wave=wave)
    forms = programme.instrument.forms(scale_id, role)
    survey = programme.assumptions.survey
    return survey.expected_score(latent, forms)


def _occasion(course: Course, role: str, wave: int) -> Array:
    """Return the state of the day; once they have met, a part of it is that of both."""
    survey = course.potential.programme.assumptions.survey
    own = course.potential.normal("occasion", role, wave)[course.who(role)]
    if course.potential.programme.sessions_before[wave] == 0:
        return np.asarray(survey.occasion_sd * own)
    mood = course.potential.normal("mood", wave)
    both = (mood[course.mentor] + mood[course.mentee]) / np.sqrt(2.0)
    shared = survey.dyad_shared
    side = np.sign(shared) if role == "mentor" else 1.0
    mixed = side * np.sqrt(abs(shared)) * both + np.sqrt(1 - abs(shared)) * own
    return np.asarray(survey.occasion_sd * mixed)


def _responds(course: Course, role: str, wave: int) -> npt.NDArray[np.bool_]:
    programme = course.potential.programme
    survey = programme.assumptions.survey
    due = programme.sessions_before[wave]
    share = course.paths.held_by(due) / max(due, 1)
    dice = survey.dice(
        course.potential.normal("responds", role), course.potential.normal("responds", role, wave)
    )
    standing: float | Array = 0.0
    if survey.response_own(role) != 0 and due > 0:
        standing = _standing(course, role, wave)
    return survey.responds(
        dice[course.who(role)], share, role=role, intake=due == 0, standing=standing
    )


def _standing(course: Course, role: str, wave: int) -> Array:
    """Return the mean trait of one side over the scales of a survey, then-tests left out."""
    instrument = course.potential.programme.instrument
    asked = [
        course.latent(scale_id, role, wave=wave)
        for scale_id in instrument.scales["scale_id"]
        if role in instrument.roles_of(scale_id)
        and wave in instrument.waves_of(scale_id)
        and not scale_id.endswith(THEN)
    ]
    return np.asarray(np.mean(asked, axis=0))


def _standard(course: Course, scale_id: str, role: str, wave: int) -> float | Array:
    """Return how far the standard by which people judge themselves has moved, in SD."""
    survey = course.potential.programme.assumptions.survey
    due = course.potential.programme.sessions_before[wave]
    if due == 0 or scale_id == RELATIONSHIP:
        return 0.0
    moved: float | Array = 0.0
    if survey.recalibration != 0:
        ramp = course.potential.programme.assumptions.relationship.ramp
        moved = -survey.recalibration * ramp(course.paths.held_by(due))
    if scale_id.endswith(THEN):
        recall = course.potential.normal("hindsight", base_of(scale_id))[course.who(role)]
        moved = moved + survey.hindsight_sd * recall
    return moved


def raw_answers(course: Course, scale_id: str, *, role: str, wave: int) -> Array:
    """Return the answers of one side to a scale at one survey, as they would be ticked.

    Returns
    -------
    array, shape (n_items, n_dyads)
        NaN where there is no answer.

    Raises
    ------
    OptionError
        If there is no such scale or the role is not asked it.
    """
    potential = course.potential
    survey = potential.programme.assumptions.survey
    forms = potential.programme.instrument.forms(scale_id, role)
    who, slot = course.who(role), course.slot[role]
    size = (len(forms), len(potential.people))
    noise = np.empty((len(forms), who.size))
    gap = np.empty((len(forms), who.size))
    for number in range(int(slot.max(initial=0)) + 1):
        # A person answers about each of their dyads anew, so each has its own stream.
        rng = potential.rng("answers", role, scale_id, wave, number)
        logistic, uniform = rng.logistic(size=size), rng.random(size=size)
        here = slot == number
        noise[:, here], gap[:, here] = logistic[:, who[here]], uniform[:, who[here]]
    state = course.latent(scale_id, role, wave=wave) + _occasion(course, role, wave)
    state = state + _standard(course, scale_id, role, wave)
    style = survey.acquiescence_sd * potential.normal("acquiescence")[who]
    answers = survey.answer(state, style, noise=noise, items=forms)
    silent = survey.leaves_out(gap, state) | ~_responds(course, role, wave)
    return np.where(silent, np.nan, answers)


def scored(answers: Array, instrument: Instrument, *, scale_id: str, role: str) -> Array:
    """Return the scores of ticked answers, shape (..., n_items, n_dyads) to (..., n_dyads).

    The rule is that of `revlab.fieldwork.instrument.score_scales`, bit for bit.

    Raises
    ------
    OptionError
        If there is no such scale or the role is not asked it.
    """
    forms = instrument.forms(scale_id, role)
    ends = np.array([[form.low + form.high] for form in forms], dtype=np.float64)
    turned = np.array([[form.reverse] for form in forms])
    keyed = np.where(turned, ends - answers, answers)
    count = (~np.isnan(keyed)).sum(axis=-2).astype(np.float64)
    enough = count >= instrument.min_valid(scale_id)
    total = np.nansum(keyed, axis=-2)
    return np.asarray(total / np.where(enough & (count > 0), count, np.nan))
