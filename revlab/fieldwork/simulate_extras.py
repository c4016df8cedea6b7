"""The further tables of a simulated pilot: ideas, expectations, goals and starts, with truth."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr

from revlab.fieldwork.beyond import Beyond
from revlab.fieldwork.course import Course
from revlab.fieldwork.expectation_form import TOPICS
from revlab.fieldwork.extra_tables import STAGES
from revlab.fieldwork.pilot import Pilot
from revlab.fieldwork.pilot_extras import Extras
from revlab.fieldwork.programme_outcomes import programme_outcomes
from revlab.fieldwork.simulate_contacts import contacts_table
from revlab.pairing.matching import Matching

__all__ = ["TRUTHS", "with_extras"]

Array = npt.NDArray[np.float64]

TRUTHS = {
    "ideas_raised": "ideas of the dyad, as the ideas table counts them",
    "new_ties": "people of the other level whom the sessions led to, beside the partner",
    "expectation": "what the side expects once goals are talked about, in SD",
    "goals_in_common": "what all goals of the dyad have in common, in points of attainment",
    "days_to_start": "days from pairing to the first appointment, held or not",
}
"""Quantity of ``extras_truth`` to its meaning."""

_SIDES = ("mentor", "mentee")
_MOST_IDEAS = 256
"""Draws of the session in which an idea came up; ideas beyond them share the first ones."""
_WEEK = 7


def with_extras(
    pilot: Pilot, course: Course, matching: Matching, *, beyond: Beyond | None = None
) -> Pilot:
    """Return a simulated pilot with the tables that its programme records besides.

    Chance has its own streams, keyed by person; nothing else of the pilot changes. Ideas, new
    ties and days to the start are those of `revlab.fieldwork.programme_outcomes`.

    Parameters
    ----------
    pilot : Pilot
        As `revlab.fieldwork.reveal.revealed` gives it.
    course : Course
        What became of the dyads; its programme says which ``extras`` are recorded.
    matching : Matching
        Who is paired with whom; each person once per side.
    beyond : Beyond or None
        What is assumed; None for the registry's values.

    Raises
    ------
    PilotError
        If somebody is in two dyads.
    """
    settings = Beyond() if beyond is None else beyond
    wanted = course.potential.programme.extras
    told = programme_outcomes(course.potential, matching, beyond=settings)
    tables: dict[str, pd.DataFrame] = {}
    truth: list[pd.DataFrame] = []
    if "ideas" in wanted:
        tables["ideas"] = _ideas(told, course, matching)
        truth.append(_told(told, "ideas_raised"))
    if "contacts" in wanted:
        tables["contacts"] = contacts_table(pilot, course, settings=settings)
        truth.append(_told(told, "new_ties"))
    if "expectations" in wanted:
        tables["expectations"], known = _expectations(course, matching, settings)
        truth.append(known)
    if "goals" in wanted:
        tables["goals"], known = _goals(course, matching, settings)
        truth.append(known)
    if "starts" in wanted:
        tables["starts"] = _starts(told, course, matching)
        truth.append(_told(told, "days_to_start"))
    tables["extras_truth"] = pd.concat(truth, ignore_index=True)
    return replace(pilot, extras=Extras(**tables))


def _told(told: pd.DataFrame, outcome: str) -> pd.DataFrame:
    rows = told[told["outcome"] == outcome].rename(columns={"outcome": "quantity"})
    return rows[["dyad_id", "role", "quantity", "value"]].round({"value": 6})


def _known(dyads: Array, quantity: str, values: dict[str, Array]) -> pd.DataFrame:
    blocks = [
        pd.DataFrame({"dyad_id": dyads, "role": role, "quantity": quantity, "value": value})
        for role, value in values.items()
    ]
    return pd.concat(blocks, ignore_index=True).round({"value": 6})


def _by_dyad(told: pd.DataFrame, outcome: str, dyads: Array) -> Array:
    rows = told[told["outcome"] == outcome].set_index("dyad_id")["value"]
    return np.asarray(rows.reindex(dyads), dtype=np.float64)


def _ids(matching: Matching) -> Array:
    return np.asarray(matching.dyads["dyad_id"].to_numpy(dtype=object))


def _ideas(told: pd.DataFrame, course: Course, matching: Matching) -> pd.DataFrame:
    dyads = _ids(matching)
    raised, tried, adopted = (
        _by_dyad(told, f"ideas_{stage}", dyads).astype(int) for stage in STAGES
    )
    luck = ndtr(course.potential.normal("extras", "idea", shape=(_MOST_IDEAS,)))[:, course.mentor]
    rows = []
    for place, dyad in enumerate(dyads):
        held = np.flatnonzero(course.paths.held[:, place]) + 1
        for number in range(raised[place]):
            share = luck[number % _MOST_IDEAS, place]
            session = held[min(int(share * len(held)), len(held) - 1)]
            done = "adopted" if number < adopted[place] else "raised"
            stage = "tried" if adopted[place] <= number < tried[place] else done
            rows.append((dyad, int(session), stage))
    table = pd.DataFrame(rows, columns=["dyad_id", "session", "stage"])
    table.insert(0, "idea_id", [f"I{number:04d}" for number in range(1, len(rows) + 1)])
    return table.assign(raised_by=None)


def _expectations(
    course: Course, matching: Matching, settings: Beyond
) -> tuple[pd.DataFrame, pd.DataFrame]:
    potential, form = course.potential, settings.expectations
    expected = potential.normal("expectations")
    sides = form.agreed(
        expected[course.mentor],
        expected[course.mentee],
        goal_clarity=potential.programme.goal_clarity,
    )
    dyads, blocks = _ids(matching), []
    for role, side in zip(_SIDES, sides, strict=True):
        noise = potential.normal("extras", "expectation", role, shape=(len(TOPICS),))
        answers = form(side, noise[:, course.who(role)])
        for topic, value in zip(TOPICS, answers, strict=True):
            blocks.append(
                pd.DataFrame(
                    {"dyad_id": dyads, "role": role, "topic": topic, "low": 1.0, "high": 5.0}
                ).assign(value=value)
            )
    known = _known(dyads, "expectation", dict(zip(_SIDES, sides, strict=True)))
    return pd.concat(blocks, ignore_index=True), known


def _goals(
    course: Course, matching: Matching, settings: Beyond
) -> tuple[pd.DataFrame, pd.DataFrame]:
    potential, model = course.potential, settings.goals
    dyads, shape = _ids(matching), (model.each,)
    share = course.paths.held.mean(axis=0)

    def both(*purpose: str, shape: tuple[int, ...] = ()) -> Array:
        shocks = potential.normal("extras", *purpose, shape=shape)
        return np.asarray((shocks[..., course.mentor] + shocks[..., course.mentee]) / np.sqrt(2.0))

    common = both("goals in common")
    reached = model(common, both("goal", shape=shape), share_held=share)
    blocks = []
    for number in range(model.each):
        block = pd.DataFrame({"dyad_id": dyads, "goal_id": f"G{number + 1}", "role": "both"})
        block["weight"] = 1.0
        for role in _SIDES:
            dice = potential.normal("extras", "stated", role, shape=shape)[number]
            block[f"stated_by_{role}"] = model.stated(
                dice[course.who(role)], goal_clarity=potential.programme.goal_clarity
            )
        # Nobody judges the goals of two who never met.
        block["attainment"] = pd.array(np.where(share > 0, reached[number], np.nan)).astype("Int64")
        blocks.append(block)
    latent = model.latent(common, share_held=share)
    return pd.concat(blocks, ignore_index=True), _known(dyads, "goals_in_common", {"both": latent})


def _starts(told: pd.DataFrame, course: Course, matching: Matching) -> pd.DataFrame:
    dyads, programme = _ids(matching), course.potential.programme
    held = course.paths.held
    # Each appointment that falls through puts the start off by the time to the next one.
    wait = held.argmax(axis=0) * programme.weeks_between * _WEEK
    days = np.rint(_by_dyad(told, "days_to_start", dyads) + wait)
    met = held.any(axis=0)
    planned = round(programme.planned_sessions * programme.weeks_between * _WEEK)
    followed = max(planned, int(days[met].max(initial=0.0)))
    shown = pd.array(np.where(met, days, np.nan)).astype("Int64")
    return pd.DataFrame({"dyad_id": dyads, "days": shown, "followed": followed})
