"""Who climbs a ladder of growing asks in one replication, rung by rung."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from revlab.errors import OptionError, must
from revlab.fieldwork.course import Course, run_dyads
from revlab.fieldwork.joining import Joining
from revlab.fieldwork.ladder import LadderModel, Rung
from revlab.fieldwork.potential import Potential
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.policies import Policy, pair_scored, policy_named

__all__ = ["CLIMB_COLUMNS", "check_ladder", "climb"]

Array = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]

CLIMB_COLUMNS = ("asked", "declined", "unpaired", "dropped", "climbed", "hours", "gain")
"""People of both sides who are asked, and what becomes of them; hours; gain of the seniors."""

_SIDES = ("mentor", "mentee")
_SCALE = "digital_confidence"
_Sides = dict[str, Bools]


@dataclass(frozen=True, eq=False)
class _Outcome:
    """What became of those who said yes to a rung, and what it cost and gave."""

    paired: _Sides
    stay: _Sides
    hours: float
    gain: float


@dataclass(frozen=True, eq=False)
class _Dyads:
    """The dyads that were made, and what becomes of them if all go on to the last rung."""

    course: Course
    place: Mapping[str, Places]
    alive: Bools
    sessions: int

    def people(self, alive: Bools) -> _Sides:
        """Return who is in one of these dyads."""
        potential = self.course.potential
        sides = {}
        for side in _SIDES:
            there = np.zeros(len(getattr(potential, f"{side}_ids")), dtype=bool)
            there[self.place[side][alive]] = True
            sides[side] = there
        return sides


def check_ladder(rungs: Sequence[Rung], joining: Joining | None) -> None:
    """Refuse rungs that make no ladder.

    Raises
    ------
    OptionError
        If there is no rung of dyads, a name is used twice, an event follows sessions, the
        sessions do not grow, or people do not join by saying yes.

    Examples
    --------
    >>> check_ladder([Rung("mixer", "event", hours=2.0)], None)
    Traceback (most recent call last):
    ...
    revlab.errors.OptionError: a ladder must end with dyads; its last rung is no rung of dyads.
    """
    ends = len(rungs) > 0 and rungs[-1].kind == "dyads"
    must(ends, "a ladder must end with dyads; its last rung is no rung of dyads.", OptionError)
    names = [rung.name for rung in rungs]
    must(len(set(names)) == len(names), "two rungs of the ladder have the same name.", OptionError)
    counts = [rung.sessions for rung in rungs]
    grows = all(b > a or (a == b == 0) for a, b in pairwise(counts))
    message = f"sessions must grow from rung to rung, after the events; got {counts}."
    must(grows, message, OptionError)
    asked = joining is None or joining.rule == "volunteers"
    must(asked, "a ladder asks people, so `joining` must be for volunteers or None.", OptionError)


def climb(
    potential: Potential,
    compatibility: Compatibility,
    rungs: Sequence[Rung],
    *,
    model: LadderModel,
    policy: Policy | str,
) -> pd.DataFrame:
    """Return what becomes of everybody of a cohort on each rung, in one replication.

    Dyads are made once, of those who say yes to the first rung with sessions, and go on as long
    as both say yes. Who says no, is left over, loses the partner or does not come has left.

    Parameters
    ----------
    potential : Potential
        What chance has decided, of a programme with as many sessions as the last rung.
    compatibility : Compatibility
        Scores of all possible dyads of the cohort.
    rungs : sequence of Rung
        The ladder, the smallest ask first.
    model : LadderModel
        Who says yes.
    policy : Policy or str
        How those who say yes are paired.

    Returns
    -------
    pandas.DataFrame
        ``rung`` and `CLIMB_COLUMNS`, one row per rung: asked is declined, unpaired, dropped and
        climbed together, and who climbed is asked on the next rung. ``hours`` are hours of
        junior time, ``gain`` is the digital confidence that seniors gain on the rung, summed
        over them, in SD.
    """
    there = {side: np.ones(len(getattr(potential, f"{side}_ids")), dtype=bool) for side in _SIDES}
    dyads: _Dyads | None = None
    rows = []
    for step, rung in enumerate(rungs):
        before = dyads.sessions if dyads else 0
        hours = rung.hours or (rung.sessions - before) * model.costs.session_hours
        willing = _willing(potential, rung, model, hours=hours, climbed=step)
        yes = {side: there[side] & willing[side] for side in _SIDES}
        if rung.kind == "event":
            outcome = _event(potential, rung, model, yes=yes)
        else:
            made = dyads or _made(potential, compatibility, yes, policy=policy)
            dyads, outcome = _sessions(made, rung, model, yes=yes)
        rows.append(_row(rung, [there, yes, outcome.paired, outcome.stay], outcome))
        there = outcome.stay
    return pd.DataFrame(rows, columns=["rung", *CLIMB_COLUMNS])


def _row(rung: Rung, steps: Sequence[_Sides], outcome: _Outcome) -> tuple[str | float, ...]:
    asked, yes, paired, stay = (sum(int(some.sum()) for some in step.values()) for step in steps)
    left = (asked - yes, yes - paired, paired - stay)
    return (rung.name, asked, *left, stay, outcome.hours, outcome.gain)


def _willing(
    potential: Potential, rung: Rung, model: LadderModel, *, hours: float, climbed: int
) -> _Sides:
    """Return who would say yes to a rung of so many hours."""
    programme = potential.programme
    rule = programme.joining or Joining("volunteers")
    tie = rule.optin if programme.joining else 0.0
    whole = programme.planned_sessions * model.costs.session_hours
    sides = {}
    for side in _SIDES:
        places = potential.people.get_indexer(getattr(potential, f"{side}_ids"))
        claim = np.sqrt(1 - tie**2) * potential.normal("joining", side)[places]
        if tie:
            claim = claim + tie * potential.normal("need")[places]
        luck = potential.normal("ladder", rung.name, side)[places]
        sides[side] = model.says_yes(
            claim, luck, share=rule.share, part=hours / whole, climbed=climbed
        )
    return sides


def _event(potential: Potential, rung: Rung, model: LadderModel, *, yes: _Sides) -> _Outcome:
    stay, hours = {}, model.fixed_hours
    for side in _SIDES:
        places = potential.people.get_indexer(getattr(potential, f"{side}_ids"))
        load, dice = (
            potential.normal("ladder", rung.name, what)[places] for what in ("workload", "skip")
        )
        stay[side] = yes[side] & model.comes(load, dice, programme=potential.programme)
        weight = model.costs.senior_hour if side == "mentee" else 1.0
        hours += model.person_hours * float(yes[side].sum())
        hours += weight * rung.hours * float(stay[side].sum())
    return _Outcome(yes, stay, hours, 0.0)


def _made(
    potential: Potential, compatibility: Compatibility, yes: _Sides, *, policy: Policy | str
) -> _Dyads:
    """Pair those who said yes, and run the whole programme for them."""
    rows, columns = (
        np.flatnonzero(
            getattr(compatibility, f"{side}_ids").isin(getattr(potential, f"{side}_ids")[yes[side]])
        )
        for side in ("mentee", "mentor")
    )
    some = compatibility.select(rows, columns)
    rng = potential.rng("ladder", "pairing")
    matching = pair_scored(some, policy=policy_named(policy), rng=rng)
    place = {
        side: np.asarray(
            getattr(potential, f"{side}_ids").get_indexer(pd.Index(matching.dyads[f"{side}_id"]))
        )
        for side in _SIDES
    }
    alive = np.ones(len(matching.dyads), dtype=bool)
    return _Dyads(run_dyads(potential, matching), place, alive, 0)


def _sessions(
    dyads: _Dyads, rung: Rung, model: LadderModel, *, yes: _Sides
) -> tuple[_Dyads, _Outcome]:
    """Let the dyads in which both said yes go on to the end of a rung."""
    course, first, last = dyads.course, dyads.sessions, rung.sessions
    both = [yes[side][dyads.place[side]] for side in _SIDES]
    going = dyads.alive & both[0] & both[1]
    held = course.paths.held[first:last, going].sum(axis=0)
    costs, training = model.costs, course.potential.programme.training
    hours = costs(held, training=training)
    # Pairing, papers, training and support are paid for when the dyads are made.
    made_before = costs(0, training=training) if first else 0.0
    # A dyad that ended right after the last session of a rung has climbed it, and ends on the next.
    staying = going & (course.paths.last_session >= last)
    given = course.given["mentee"]
    gains = [
        course.gain(_SCALE, "mentee", given=given[k - 1])[going].sum() if k else 0.0
        for k in (first, last)
    ]
    outcome = _Outcome(
        paired=dyads.people(going),
        stay=dyads.people(staying),
        hours=float((hours - made_before).sum()),
        gain=float(gains[1] - gains[0]),
    )
    return replace(dyads, alive=staying, sessions=last), outcome
