"""Whom the people of a simulated pilot turn to at each survey."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from revlab.fieldwork.beyond import Beyond
from revlab.fieldwork.course import Course
from revlab.fieldwork.pilot import Pilot

__all__ = ["contacts_table"]

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]
_SIDES = ("mentor", "mentee")


def contacts_table(pilot: Pilot, course: Course, *, settings: Beyond) -> pd.DataFrame:
    """Return the contacts that those who answered a survey name at it.

    Somebody always names the same people first, so that contacts stay and new ones come on top:
    the partner once a session was held, and people of the other level as sessions lead to them.

    Parameters
    ----------
    pilot : Pilot
        Who took part, and who answered which survey.
    course : Course
        What became of the dyads.
    settings : Beyond
        What is assumed.

    Returns
    -------
    pandas.DataFrame
        ``person_id, wave, contact_id, outside``.
    """
    answered = pilot.responses[pilot.responses["value"].notna()]
    there = set(zip(answered["respondent_id"], answered["wave"].astype(int), strict=True))
    ids = {role: pilot.people.loc[pilot.people["role"] == role, "person_id"] for role in _SIDES}
    everybody = course.potential.people
    sides = {role: np.flatnonzero(everybody.isin(own)) for role, own in ids.items()}
    rows: list[tuple[str, int, str | None, int | None]] = []
    for wave, due in course.potential.programme.sessions_before.items():
        for role in _SIDES:
            named = _named(course, sides, role=role, due=due, settings=settings)
            for person, (contacts, outside) in named.items():
                if (person, wave) in there:
                    rows += [(person, wave, contact, None) for contact in contacts]
                    rows.append((person, wave, None, outside))
    table = pd.DataFrame(rows, columns=["person_id", "wave", "contact_id", "outside"])
    # Somebody who is a mentor and a mentee answers once.
    table = table.drop_duplicates(["person_id", "wave", "contact_id"])
    return table.astype({"outside": "Int64"}).sort_values(["wave", "person_id"], kind="stable")


def _named(
    course: Course, sides: Mapping[str, Places], *, role: str, due: int, settings: Beyond
) -> dict[str, tuple[list[str], int]]:
    potential = course.potential
    people, model = potential.people, settings.contacts
    order = potential.rng("extras", "contacts").random((len(people), len(people)))
    dice = {where: potential.normal("extras", "contacts", where) for where in ("same", "other")}
    counts = {where: model(shocks, where=where) for where, shocks in dice.items()}
    outside = model(potential.normal("extras", "contacts", "outside"), where="outside")
    who, partner = course.who(role), course.who("mentee" if role == "mentor" else "mentor")
    held = course.paths.held_by(due)
    new = settings.ties(held, potential.normal("beyond", "ties", role)[who], role=role)
    other_side = "mentee" if role == "mentor" else "mentor"
    named = {}
    for dyad, (own, theirs) in enumerate(zip(who, partner, strict=True)):
        same = np.setdiff1d(sides[role], [own, theirs])
        other = np.setdiff1d(sides[other_side], [own, theirs])
        chosen = [
            *_first(other, order[own], counts["other"][own] + new[dyad]),
            *_first(same, order[own], counts["same"][own]),
        ]
        if held[dyad] > 0:
            chosen.insert(0, int(theirs))
        named[str(people[own])] = ([str(people[place]) for place in chosen], int(outside[own]))
    return named


def _first(places: Places, order: Array, count: int) -> list[int]:
    return [int(place) for place in places[np.argsort(order[places])][:count]]
