"""Check-ins: who is paired anew after the first sessions, and what that brings."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linear_sum_assignment

from revlab.errors import OptionError, PilotError, must, one_of
from revlab.fieldwork.course import Course, run_dyads
from revlab.fieldwork.evidence import default
from revlab.fieldwork.potential import Potential
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.matching import Matching

__all__ = ["REPAIR_RULES", "CheckIn", "repaired_gains"]

Array = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

REPAIR_RULES = ("ended", "ended or poor")
"""Whose dyad is dissolved at a check-in."""


@dataclass(frozen=True)
class CheckIn:
    """A check-in after some sessions at which people may be paired anew.

    Parameters
    ----------
    after : int
        Sessions that are due before it.
    rule : {"ended", "ended or poor"}
        Whose dyads are dissolved: those that ended early, or also those whose quality, as the
        mentee sees it, is below ``poor``.
    poor : float
        Quality in SD below which a dyad that has met counts as poor.

    Raises
    ------
    OptionError
        If there is no such rule, or no session before it.

    Examples
    --------
    >>> CheckIn(after=2)(np.array([1, 6]), np.array([0.0, -2.0])).tolist()
    [True, False]
    >>> CheckIn(2, "ended or poor")(np.array([1, 6]), np.array([0.0, -2.0])).tolist()
    [True, True]
    """

    after: int = int(default("check_in.after"))
    rule: str = "ended"
    poor: float = default("check_in.poor")

    def __post_init__(self) -> None:
        one_of("rule", self.rule, REPAIR_RULES)
        must(
            self.after >= 1, f"`after` must be a session from 1 on; got {self.after}.", OptionError
        )

    def __call__(self, last_session: npt.NDArray[np.int64], seen: Array) -> Bools:
        """Return whose dyads are dissolved, from their last session and the quality seen."""
        ended = np.asarray(last_session <= self.after)
        return ended if self.rule == "ended" else ended | (seen < self.poor)


def repaired_gains(
    potential: Potential,
    matching: Matching,
    compatibility: Compatibility,
    *,
    check_in: CheckIn,
    scale_id: str,
    role: str,
) -> pd.DataFrame:
    """Return what a scale gains without and with pairing people anew at a check-in.

    People of dissolved dyads are paired anew within their pool, for the best total score, never
    with the same partner and never against a rule; who is left over gains nothing more. A new
    dyad starts from nothing and has the sessions that are left.

    Parameters
    ----------
    potential : Potential
        What chance has decided.
    matching : Matching
        Who is paired at first; each person once.
    compatibility : Compatibility
        Scores and rules, for pairing anew.
    check_in : CheckIn
        When, and whose dyads are dissolved.
    scale_id, role : str
        The gain that is looked at.

    Returns
    -------
    pandas.DataFrame
        ``dyad_id, pool_id, arm, person_id, dissolved, repaired, held_without, held_with,
        gain_without, gain_with`` (latent SD), one row per dyad of the matching.

    Raises
    ------
    OptionError
        If no session is left after the check-in, or there is no gain for the scale.
    PilotError
        If somebody is in two dyads.

    Examples
    --------
    >>> from revlab.fieldwork.potential import draw_potential
    >>> from revlab.fieldwork.programme import Programme
    >>> from revlab.pairing.policies import pair
    >>> from revlab.pairing.scoring import score_cohort
    >>> from revlab.people.population import Population, draw_cohort
    >>> from revlab.rng import stream
    >>> cohort = draw_cohort(Population(), 60, 60, rng=stream(1, "cohort"))
    >>> scored, matching = score_cohort(cohort), pair(cohort, policy="random", seed=1)
    >>> potential = draw_potential(cohort, scored, programme=Programme(), seed=1)
    >>> found = repaired_gains(potential, matching, scored, check_in=CheckIn(2),
    ...                        scale_id="voice", role="mentor")
    >>> bool((found["held_with"] >= found["held_without"]).all()), bool(found["repaired"].any())
    (True, True)
    """
    planned = potential.programme.planned_sessions
    left = f"`after` must leave a session of {planned}; got {check_in.after}."
    must(check_in.after < planned, left, OptionError)
    for side in ("mentor_id", "mentee_id"):
        once = not matching.dyads[side].duplicated().any()
        must(once, "`matching` has somebody in two dyads; check-ins are for one each.", PilotError)
    before = run_dyads(potential, matching)
    dissolved = check_in(before.paths.last_session, _seen(before, check_in.after))
    anew = _paired_anew(matching, compatibility, dissolved)
    given, held = before.given[role], before.paths.held_by(planned)
    first, held_first = given[check_in.after - 1], before.paths.held_by(check_in.after)
    later, held_later = np.zeros(len(dissolved)), np.zeros(len(dissolved), dtype=np.int64)
    person = matching.dyads[f"{role}_id"].astype(str).to_numpy(dtype=object)
    repaired = np.isin(person, anew.dyads[f"{role}_id"].astype(str).to_numpy(dtype=object))
    if len(anew.dyads):
        after = run_dyads(potential, anew, first=check_in.after)
        names = pd.Index(anew.dyads[f"{role}_id"].astype(str))
        place = names.get_indexer(pd.Index(person[repaired]))
        later[repaired] = after.given[role][-1][place]
        held_later[repaired] = after.paths.held_by(planned)[place]
    total = np.where(dissolved, first + later, given[-1])
    who = ["dyad_id", "pool_id", "arm"]
    return matching.dyads[who].assign(
        person_id=person,
        dissolved=dissolved,
        repaired=repaired,
        held_without=held,
        held_with=np.where(dissolved, held_first + held_later, held),
        gain_without=before.gain(scale_id, role, given=given[-1]),
        gain_with=before.gain(scale_id, role, given=total),
    )


def _seen(course: Course, due: int) -> Array:
    """Return the quality of each dyad as its mentee sees it after so many sessions."""
    model = course.potential.programme.assumptions.relationship
    view = course.potential.normal("trait", "relationship_quality")[course.mentee]
    shown = model(course.quality, course.paths.held_by(due))
    return np.asarray(shown + model.perception_sd * view)


def _paired_anew(matching: Matching, compatibility: Compatibility, dissolved: Bools) -> Matching:
    """Return the new dyads of those whose dyad was dissolved, pool by pool."""
    dyads = matching.dyads[dissolved].reset_index(drop=True)
    row = compatibility.mentee_ids.get_indexer(pd.Index(dyads["mentee_id"].astype(str)))
    column = compatibility.mentor_ids.get_indexer(pd.Index(dyads["mentor_id"].astype(str)))
    joint = compatibility.joint()
    rows = []
    for _, places in dyads.groupby("pool_id", sort=True).indices.items():
        cells = np.ix_(row[places], column[places])
        allowed = compatibility.eligible[cells] & ~np.eye(len(places), dtype=bool)
        # A dyad that is not allowed costs more than any that is, and is then left out.
        cost = np.where(allowed, -joint[cells], 1.0 + len(places) * (1.0 + joint[cells].max()))
        for i, j in zip(*linear_sum_assignment(cost), strict=True):
            if allowed[i, j]:
                new = dyads.iloc[places[i]].to_dict()
                new["mentor_id"] = dyads["mentor_id"].iloc[places[j]]
                new["score"] = joint[cells][i, j]
                rows.append(new)
    none = matching.unmatched_mentors.iloc[:0]
    return Matching(
        f"{matching.policy}, paired anew",
        pd.DataFrame(rows, columns=list(matching.dyads.columns)),
        none,
        matching.unmatched_mentees.iloc[:0],
    )
