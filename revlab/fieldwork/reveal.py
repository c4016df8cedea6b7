"""From arrays to tables: the `Pilot` that a course amounts to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from revlab.errors import PilotError, must
from revlab.fieldwork.answers import expected_scores, raw_answers
from revlab.fieldwork.course import Course
from revlab.fieldwork.instrument import Instrument
from revlab.fieldwork.pilot import Pilot
from revlab.fieldwork.protocol import PilotPlan
from revlab.pairing.matching import Matching

__all__ = ["revealed"]

Array = npt.NDArray[np.float64]

_ROLES = ("mentor", "mentee")
_DECIMALS = 6
"""Of stored truths and scores: what differs between machines in the last bits is left out."""


def revealed(course: Course, matching: Matching) -> Pilot:
    """Return the pilot that a course amounts to.

    Raises
    ------
    PilotError
        If a pool has no dyad, so that its arm is not known.
    """
    potential = course.potential
    programme = potential.programme
    people = _people(matching)
    arms = matching.dyads[["pool_id", "arm"]].drop_duplicates()
    lost = sorted(set(people["pool_id"]) - set(arms["pool_id"]))
    must(not lost, f"no dyad was made in the pools {lost}, so their arm is not known.", PilotError)
    return Pilot(
        people=people,
        arms=arms.sort_values("pool_id"),
        dyads=_dyads(course, matching),
        sessions=_sessions(course, matching),
        responses=_responses(course, matching),
        instrument=programme.instrument,
        plan=PilotPlan(
            name="Simulated pilot",
            planned_sessions=programme.planned_sessions,
            weeks_between=programme.weeks_between,
            waves=programme.waves,
            seed=potential.seed,
        ),
        source="simulated",
        truth=_truth(course, matching),
    )


def _people(matching: Matching) -> pd.DataFrame:
    blocks = []
    for role in ("mentor", "mentee"):
        dyads = matching.dyads[[f"{role}_id", "pool_id"]].set_axis(["person_id", "pool_id"], axis=1)
        paired = dyads.drop_duplicates("person_id").assign(status="paired", reason=None)
        left = getattr(matching, f"unmatched_{role}s")[["person_id", "pool_id", "reason"]]
        both = pd.concat(
            [paired.astype(object), left.assign(status="unmatched").astype(object)],
            ignore_index=True,
        )
        blocks.append(both.assign(role=role).sort_values("person_id", kind="stable"))
    return pd.concat(blocks, ignore_index=True)


def _end_reasons(course: Course) -> npt.NDArray[np.object_]:
    paths = course.paths
    last = paths.last_session - 1
    dyad = np.arange(last.size)
    skipped = paths.reached & ~paths.held
    twice = skipped[last, dyad] & skipped[np.maximum(last - 1, 0), dyad] & (last > 0)
    reasons = np.select(
        [twice, course.workload[last, dyad] > 1, course.quality < 0],
        ["sessions kept being skipped", "too much other work", "it did not work for the two"],
        "one of them moved on",
    ).astype(object)
    reasons[paths.last_session == paths.held.shape[0]] = None
    return reasons


def _dyads(course: Course, matching: Matching) -> pd.DataFrame:
    names = ["dyad_id", "pool_id", "arm", "mentor_id", "mentee_id"]
    last = course.paths.last_session
    return matching.dyads[names].assign(
        score=matching.dyads["score"].astype(float).round(_DECIMALS),
        last_session=last,
        ended=np.where(last == course.paths.held.shape[0], "completed", "early"),
        end_reason=_end_reasons(course),
    )


def _sessions(course: Course, matching: Matching) -> pd.DataFrame:
    held, reached = course.paths.held.T, course.paths.reached.T
    n_dyads, n_sessions = held.shape
    session = np.tile(np.arange(1, n_sessions + 1), n_dyads)
    status = np.where(held, "held", np.where(reached, "skipped", "not reached"))
    return pd.DataFrame(
        {
            "dyad_id": np.repeat(matching.dyads["dyad_id"].to_numpy(dtype=object), n_sessions),
            "session": session,
            "week": (session - 0.5) * course.potential.programme.weeks_between,
            "status": status.ravel(),
        }
    )


@dataclass(frozen=True, eq=False)
class _Block:
    """Values of one side at one survey: one row per label (item or scale), one column per dyad."""

    role: str
    wave: int
    labels: list[str]
    values: dict[str, Array]


def _asked(instrument: Instrument) -> Iterator[tuple[str, str, int]]:
    for scale_id in instrument.scales["scale_id"]:
        for role in instrument.roles_of(scale_id):
            for wave in instrument.waves_of(scale_id):
                yield scale_id, role, wave


def _long(matching: Matching, blocks: Sequence[_Block], label: str) -> pd.DataFrame:
    """Return all blocks as one long table, by side, dyad and survey."""
    dyads = matching.dyads["dyad_id"].to_numpy(dtype=object)
    people = {role: matching.dyads[f"{role}_id"].to_numpy(dtype=object) for role in _ROLES}
    place = np.concatenate([np.tile(np.arange(len(dyads)), len(b.labels)) for b in blocks])
    sizes = [len(block.labels) * len(dyads) for block in blocks]
    role = np.repeat([block.role for block in blocks], sizes)
    wave = np.repeat([block.wave for block in blocks], sizes)
    names = [np.repeat(np.array(block.labels, dtype=object), len(dyads)) for block in blocks]
    order = np.lexsort((wave, place, role))
    frame = {
        "respondent_id": np.where(
            role == "mentor", people["mentor"][place], people["mentee"][place]
        ),
        "role": role.astype(object),
        "dyad_id": dyads[place],
        "wave": wave,
        label: np.concatenate(names),
    }
    for name in blocks[0].values:
        frame[name] = np.concatenate([block.values[name].ravel() for block in blocks])
    return pd.DataFrame({name: column[order] for name, column in frame.items()})


def _responses(course: Course, matching: Matching) -> pd.DataFrame:
    instrument = course.potential.programme.instrument
    blocks = []
    for scale_id, role, wave in _asked(instrument):
        labels = [form.item_id for form in instrument.forms(scale_id, role)]
        values = raw_answers(course, scale_id, role=role, wave=wave)
        blocks.append(_Block(role, wave, labels, {"value": values}))
    return _long(matching, blocks, "item_id")


def _truth(course: Course, matching: Matching) -> pd.DataFrame:
    blocks = []
    for scale_id, role, wave in _asked(course.potential.programme.instrument):
        truth = {
            "latent": course.latent(scale_id, role, wave=wave)[None, :].round(_DECIMALS),
            "expected_score": expected_scores(course, scale_id, role=role, wave=wave)[
                None, :
            ].round(_DECIMALS),
        }
        blocks.append(_Block(role, wave, [scale_id], truth))
    return _long(matching, blocks, "scale_id")
