"""From the further tables of a `Pilot` to the frames that the inference room reads."""

import numpy as np
import pandas as pd

from revlab.errors import PilotError, must
from revlab.fieldwork.extra_tables import STAGES
from revlab.fieldwork.frames import attendance, endings
from revlab.fieldwork.pilot import Pilot

__all__ = ["contact_people", "contact_ties", "expected_by_dyad", "first_sessions", "idea_counts"]


def _there(pilot: Pilot, name: str) -> pd.DataFrame:
    frame = pilot.extras.tables.get(name)
    must(frame is not None, f"the pilot has no table {name}.csv; add it to its folder.", PilotError)
    return frame


def idea_counts(pilot: Pilot) -> pd.DataFrame:
    """Return one row per dyad: sessions held, people, and ideas raised, tried and adopted.

    Parameters
    ----------
    pilot : Pilot
        With the table ``ideas``.

    Returns
    -------
    pandas.DataFrame
        ``dyad_id, pool_id, arm`` (``block`` if there are blocks), ``held``, ``people`` (2),
        ``raised, tried, adopted``; what was adopted was tried, and what was tried was raised.

    Raises
    ------
    PilotError
        If the pilot has no such table.
    """
    ideas = _there(pilot, "ideas")
    met = attendance(pilot)
    frame = met.drop(columns=["planned", "skipped", "not_reached"]).assign(people=2)
    stage = ideas["stage"].map({name: place for place, name in enumerate(STAGES)}).astype(int)
    for place, name in enumerate(STAGES):
        counts = ideas.loc[stage >= place, "dyad_id"].value_counts()
        frame[name] = frame["dyad_id"].map(counts).fillna(0).astype(np.int64)
    return frame


def contact_people(pilot: Pilot) -> pd.DataFrame:
    """Return one row per person and wave: whether they said whom they turn to.

    Parameters
    ----------
    pilot : Pilot
        With the table ``contacts``.

    Returns
    -------
    pandas.DataFrame
        ``person_id, level`` ("mentor", "mentee" or "both"), ``pool_id, arm`` (``block`` if there
        are blocks; the first of a person in several pools), ``wave, answered``. People who were
        left over are there, as others may name them.

    Raises
    ------
    PilotError
        If the pilot has no such table.
    """
    contacts = _there(pilot, "contacts")
    roles = pilot.people.groupby("person_id")["role"]
    level = roles.first().where(roles.nunique() == 1, "both")
    people = pilot.people.drop_duplicates("person_id")[["person_id", "pool_id"]]
    people = people.assign(level=people["person_id"].map(level)).merge(pilot.arms, on="pool_id")
    waves = sorted(int(wave) for wave in contacts["wave"].unique())
    frame = people.merge(pd.DataFrame({"wave": waves}, dtype=np.int64), how="cross")
    there = set(zip(contacts["person_id"], contacts["wave"].astype(int), strict=True))
    frame["answered"] = [
        (person, wave) in there
        for person, wave in zip(frame["person_id"], frame["wave"], strict=True)
    ]
    return frame


def contact_ties(pilot: Pilot) -> pd.DataFrame:
    """Return one row per named contact inside the programme.

    Parameters
    ----------
    pilot : Pilot
        With the table ``contacts``.

    Returns
    -------
    pandas.DataFrame
        ``person_id, contact_id, wave, partner`` (bool: the two are a dyad).

    Raises
    ------
    PilotError
        If the pilot has no such table.
    """
    contacts = _there(pilot, "contacts")
    ties = contacts.loc[contacts["contact_id"].notna(), ["person_id", "contact_id", "wave"]]
    pairs = {
        frozenset(pair)
        for pair in zip(pilot.dyads["mentor_id"], pilot.dyads["mentee_id"], strict=True)
    }
    partner = [
        frozenset(pair) in pairs for pair in zip(ties["person_id"], ties["contact_id"], strict=True)
    ]
    return ties.astype({"wave": np.int64}).assign(partner=partner).reset_index(drop=True)


def expected_by_dyad(pilot: Pilot) -> pd.DataFrame:
    """Return one row per dyad and topic: what both expected, as a share of the scale.

    Parameters
    ----------
    pilot : Pilot
        With the table ``expectations``.

    Returns
    -------
    pandas.DataFrame
        ``dyad_id, pool_id, arm, time, ended_early`` (see `revlab.fieldwork.frames.endings`),
        ``topic, mentor, mentee``: 0 the smallest answer, 1 the largest, NaN where one is missing.

    Raises
    ------
    PilotError
        If the pilot has no such table.
    """
    rows = _there(pilot, "expectations")
    share = (rows["value"] - rows["low"]) / (rows["high"] - rows["low"])
    wide = rows.assign(share=share.astype("float64").astype(float)).pivot(
        index=["dyad_id", "topic"], columns="role", values="share"
    )
    wide = wide.reindex(columns=["mentor", "mentee"]).astype(float)
    return endings(pilot).merge(wide.reset_index().rename_axis(columns=None), on="dyad_id")


def first_sessions(pilot: Pilot) -> pd.DataFrame:
    """Return one row per dyad: how long it took from pairing to the first session held.

    Parameters
    ----------
    pilot : Pilot
        With or without the table ``starts``.

    Returns
    -------
    pandas.DataFrame
        ``dyad_id, pool_id, arm`` (``block`` if there are blocks), ``time``, ``met`` (bool; False =
        not met up to ``time``), ``unit``: "days" from ``starts``, else "weeks", in which
        sessions were due by ``sessions``. A dyad that ended without a session has not met by the
        last week of the programme.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.shipped import shipped
    >>> frame = first_sessions(read_pilot(shipped("data/example_pilot")))
    >>> set(frame["unit"]), float(frame["time"].min())
    ({'weeks'}, 2.0)
    """
    frame = endings(pilot).drop(columns=["time", "ended_early"])
    starts = pilot.extras.starts
    if starts is None:
        held = pilot.sessions[pilot.sessions["status"] == "held"]
        first = held.groupby("dyad_id")["week"].min()
        last, unit = float(pilot.sessions["week"].max()), "weeks"
        when = frame["dyad_id"].map(first).astype("float64")
        return frame.assign(time=when.fillna(last), met=when.notna(), unit=unit)
    rows = starts.set_index("dyad_id").reindex(frame["dyad_id"])
    days = rows["days"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    met = ~np.isnan(days)
    followed = rows["followed"].to_numpy(dtype=float)
    return frame.assign(time=np.where(met, days, followed), met=met, unit="days")
