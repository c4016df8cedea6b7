"""What a matching leads to beyond the questionnaire: ideas, ties, retention, start, cost."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from revlab.errors import PilotError, must
from revlab.fieldwork.beyond import Beyond
from revlab.fieldwork.course import Course, run_dyads
from revlab.fieldwork.potential import Potential
from revlab.fieldwork.spill_over import units_of
from revlab.pairing.matching import Matching

__all__ = ["programme_outcomes"]

Array = npt.NDArray[np.float64]
_COLUMNS = ["dyad_id", "pool_id", "arm", "role", "person_id", "outcome", "value", "exposure"]
_CONTEXTS = ("business", "private")


@dataclass(frozen=True, eq=False)
class _Told:
    """One outcome of one side: values and exposures by dyad."""

    outcome: str
    role: str
    value: Array
    exposure: Array


def programme_outcomes(
    potential: Potential, matching: Matching, *, beyond: Beyond | None = None
) -> pd.DataFrame:
    """Return what a matching leads to beyond the questionnaire.

    Chance has its own streams, keyed by person, so two matchings of one potential share
    everything but the pairs, and no survey changes.

    Parameters
    ----------
    potential : Potential
        What chance has decided.
    matching : Matching
        Who is paired with whom; each person once.
    beyond : Beyond or None
        What is assumed; None for the registry's values.

    Returns
    -------
    pandas.DataFrame
        Tidy: ``dyad_id, pool_id, arm, role`` ("both" for what a dyad has in common),
        ``person_id`` (missing for a dyad), ``outcome`` (see `revlab.fieldwork.beyond`),
        ``value, exposure``. People who spill-over reaches have no dyad.

    Raises
    ------
    OptionError
        If there is no gain for ``beyond.scale_id``.
    PilotError
        If somebody is in two dyads, or the matching pairs people who are not in the cohort.

    Examples
    --------
    >>> from revlab.fieldwork.beyond import OUTCOMES
    >>> from revlab.fieldwork.potential import draw_potential
    >>> from revlab.fieldwork.programme import Programme
    >>> from revlab.pairing.policies import pair
    >>> from revlab.pairing.scoring import score_cohort
    >>> from revlab.people.population import Population, draw_cohort
    >>> from revlab.rng import stream
    >>> cohort = draw_cohort(Population(), 30, 26, rng=stream(1, "cohort"))
    >>> matching = pair(cohort, policy="optimal", seed=1)
    >>> potential = draw_potential(cohort, score_cohort(cohort), programme=Programme(), seed=1)
    >>> found = programme_outcomes(potential, matching)
    >>> sorted(set(found["outcome"])) == sorted(set(OUTCOMES) - {"spill_over"})
    True
    """
    for side in ("mentor_id", "mentee_id"):
        once = not matching.dyads[side].duplicated().any()
        must(once, "`matching` has somebody in two dyads; outcomes are by person.", PilotError)
    settings = Beyond() if beyond is None else beyond
    course = run_dyads(potential, matching)
    told = [
        *_ideas(course, settings),
        *_people(course, settings),
        *_start(course, settings),
        *_contexts(course, settings),
        _cost(course, settings),
    ]
    blocks = [_block(one, matching) for one in told]
    others = _others(course, settings)
    return pd.concat([*blocks, others] if len(others) else blocks, ignore_index=True)


def _block(told: _Told, matching: Matching) -> pd.DataFrame:
    dyads = matching.dyads[["dyad_id", "pool_id", "arm"]].astype(object).reset_index(drop=True)
    person = None if told.role == "both" else matching.dyads[f"{told.role}_id"].to_numpy(object)
    frame = dyads.assign(
        role=told.role,
        person_id=pd.Series(person, index=dyads.index, dtype=object),
        outcome=told.outcome,
        value=told.value.astype(np.float64),
        exposure=told.exposure.astype(np.float64),
    )
    return frame[_COLUMNS]


def _both(course: Course, *purpose: int | str) -> Array:
    shocks = course.potential.normal("beyond", *purpose)
    return np.asarray((shocks[course.mentor] + shocks[course.mentee]) / np.sqrt(2.0))


def _held(course: Course) -> Array:
    return np.asarray(course.paths.held.sum(axis=0), dtype=np.float64)


def _ideas(course: Course, settings: Beyond) -> Iterator[_Told]:
    names = ("raised", "tried", "adopted")
    candour = course.levers.candour
    counts = settings.ideas(
        course.paths.held.sum(axis=0),
        _both(course, "ideas", "rate"),
        np.stack([_both(course, "ideas", name) for name in names]),
        candour=0.0 if candour is None else candour,
    )
    for name, count in zip(names, counts, strict=True):
        yield _Told(f"ideas_{name}", "both", count.astype(np.float64), _held(course))


def _people(course: Course, settings: Beyond) -> Iterator[_Told]:
    held = _held(course)
    share = held / course.potential.programme.planned_sessions
    for role in ("mentor", "mentee"):
        who = course.who(role)
        dice = course.potential.normal("beyond", "ties", role)[who]
        ties = settings.ties(held, dice, role=role).astype(np.float64)
        yield _Told("new_ties", role, ties, held)
        luck = course.potential.normal("beyond", "leaving")[who]
        months = settings.leaving(share, luck)
        followed = np.full(months.shape, settings.leaving.months)
        yield _Told("months_stayed", role, months, followed)
        yield _Told("left", role, (months < followed).astype(np.float64), months)


def _start(course: Course, settings: Beyond) -> Iterator[_Told]:
    programme = course.potential.programme
    one = np.ones(course.mentor.size)
    at_site = _at_site(course)
    there = settings.start.comes(
        course.potential.normal("beyond", "invited"),
        course.potential.normal("beyond", "coming"),
        share=programme.mixers,
        at_site=at_site,
    )
    known = settings.start.acquainted(
        there[course.mentor], there[course.mentee], _both(course, "tie")
    )
    days = settings.start(_both(course, "start"), known, curriculum=programme.curriculum)
    yield _Told("days_to_start", "both", days, one)
    yield _Told("acquainted", "both", known.astype(np.float64), one)


def _at_site(course: Course) -> npt.NDArray[np.bool_]:
    """Return who works where most do, True for all if sites are not known."""
    people, cohort = course.potential.people, course.potential.cohort
    if cohort is None:
        return np.ones(len(people), dtype=bool)
    sites = pd.concat([cohort.mentees["site"], cohort.mentors["site"]]).dropna()
    if sites.empty:
        return np.ones(len(people), dtype=bool)
    site = sites[~sites.index.duplicated()].reindex(people).astype(object)
    # Of two sites with as many people the first by name, so that the order of a roster is nothing.
    counts = sites.astype(str).value_counts().sort_index()
    return np.asarray(site.isna() | (site == counts.idxmax()))


def _senior_gain(course: Course, settings: Beyond) -> Array:
    return course.gain(settings.scale_id, "mentee", given=course.given["mentee"][-1])


def _contexts(course: Course, settings: Beyond) -> Iterator[_Told]:
    gain = _senior_gain(course, settings)
    for context in _CONTEXTS:
        value = settings.context(gain, context=context)
        yield _Told(f"gain_in_{context}", "mentee", value, np.ones(gain.shape))


def _cost(course: Course, settings: Beyond) -> _Told:
    held = _held(course)
    cost = settings.costs(held, training=course.potential.programme.training)
    return _Told("cost", "both", cost, held)


def _others(course: Course, settings: Beyond) -> pd.DataFrame:
    """Return what reaches the seniors who take no part, nothing if the share is 0."""
    if settings.spill_over.share == 0:
        return pd.DataFrame(columns=_COLUMNS)
    units = units_of(course)
    ids = course.potential.mentee_ids
    others = ids.difference(course.potential.people[course.mentee])
    own = units.loc[course.potential.people[course.mentee]].to_numpy(dtype=object)
    value = settings.spill_over(
        _senior_gain(course, settings), own, units.loc[others].to_numpy(dtype=object)
    )
    frame = pd.DataFrame({"person_id": others, "value": value}).reindex(columns=_COLUMNS)
    return frame.assign(role="mentee", outcome="spill_over", exposure=1.0)
