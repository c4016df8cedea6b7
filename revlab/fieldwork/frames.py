"""From a `Pilot` to the frames that the inference room reads."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from revlab.errors import PilotError, must
from revlab.fieldwork.instrument import score_scales
from revlab.fieldwork.pilot import Pilot

__all__ = ["attendance", "dyad_outcomes", "endings", "item_matrix", "observed_measures"]

_WHO = ["dyad_id", "pool_id", "arm"]


def _dyads(pilot: Pilot) -> pd.DataFrame:
    """Return who the dyads are, with the block of their pool only if the pilot has blocks."""
    frame = pilot.dyads[_WHO].copy()
    if "block" in pilot.arms:
        frame["block"] = frame["pool_id"].map(pilot.arms.set_index("pool_id")["block"])
    return frame


def dyad_outcomes(pilot: Pilot, scale_id: str, *, role: str) -> pd.DataFrame:
    """Return one row per dyad: what one side scored at the first and at the last survey.

    Parameters
    ----------
    pilot : Pilot
        Real or simulated.
    scale_id : str
        A scale of the pilot's instrument.
    role : {"mentor", "mentee"}
        Whose answers.

    Returns
    -------
    pandas.DataFrame
        ``dyad_id, pool_id, arm, person_id, pre, post`` for every dyad that was made, in the
        order of ``pilot.dyads``; ``pre`` and ``post`` are scores at the first and the last wave
        that asks the scale, NaN where there is none. A ``block`` column only if the pilot dealt
        its pools to arms within blocks.

    Raises
    ------
    OptionError
        If the instrument has no such scale, or the role is not asked it.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.shipped import shipped
    >>> pilot = read_pilot(shipped("data/example_pilot"))
    >>> frame = dyad_outcomes(pilot, "digital_confidence", role="mentee")
    >>> list(frame), len(frame) == len(pilot.dyads)
    (['dyad_id', 'pool_id', 'arm', 'person_id', 'pre', 'post'], True)
    """
    items = [form.item_id for form in pilot.instrument.forms(scale_id, role)]
    waves = pilot.instrument.waves_of(scale_id)
    asked = pilot.responses[
        pilot.responses["item_id"].isin(items) & (pilot.responses["role"] == role)
    ]
    scores = score_scales(asked, pilot.instrument).set_index(["dyad_id", "wave"])["score"]
    frame = _dyads(pilot).assign(person_id=pilot.dyads[f"{role}_id"])
    if "block" in frame:
        frame["block"] = frame.pop("block")
    for name, wave in (("pre", waves[0]), ("post", waves[-1])):
        cells = pd.MultiIndex.from_arrays([frame["dyad_id"], [wave] * len(frame)])
        frame[name] = scores.reindex(cells).to_numpy(dtype=np.float64)
    return frame


def item_matrix(pilot: Pilot, scale_id: str, *, wave: int, role: str | None = None) -> pd.DataFrame:
    """Return the answers to one scale at one wave: respondents by items, reversed ones turned.

    Parameters
    ----------
    pilot : Pilot
        Real or simulated.
    scale_id : str
        A scale of the pilot's instrument.
    wave : int
        A wave that asks the scale.
    role : {"mentor", "mentee"} or None
        Whose answers; may be left out if only one side is asked.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``respondent_id`` and ``dyad_id``, one column per item, NaN where an answer is
        missing; people who answered no item are left out.

    Raises
    ------
    PilotError
        If the wave does not ask the scale, or both sides are asked and ``role`` is left out.
    OptionError
        If there is no such scale, or the role is not asked it.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.shipped import shipped
    >>> pilot = read_pilot(shipped("data/example_pilot"))
    >>> list(item_matrix(pilot, "voice", wave=1))
    ['vo1', 'vo2', 'vo3', 'vo4']
    """
    roles = pilot.instrument.roles_of(scale_id)
    must(
        role is not None or len(roles) == 1,
        f"both sides are asked {scale_id!r}; say `role` = 'mentor' or 'mentee'.",
        PilotError,
    )
    role = roles[0] if role is None else role
    forms = pilot.instrument.forms(scale_id, role)
    waves = pilot.instrument.waves_of(scale_id)
    must(
        wave in waves,
        f"`wave` must be one of {list(waves)}, the surveys that ask {scale_id!r}; got {wave!r}.",
        PilotError,
    )
    asked = pilot.responses[
        pilot.responses["item_id"].isin([form.item_id for form in forms])
        & (pilot.responses["role"] == role)
        & (pilot.responses["wave"] == wave)
    ]
    wide = asked.assign(value=asked["value"].astype("float64")).pivot(
        index=["respondent_id", "dyad_id"], columns="item_id", values="value"
    )
    wide = wide.reindex(columns=[form.item_id for form in forms]).rename_axis(columns=None)
    for form in forms:
        if form.reverse:
            wide[form.item_id] = float(form.low + form.high) - wide[form.item_id]
    return wide.dropna(how="all")


def attendance(pilot: Pilot) -> pd.DataFrame:
    """Return one row per dyad: sessions planned, held, skipped and not reached.

    Parameters
    ----------
    pilot : Pilot
        Real or simulated.

    Returns
    -------
    pandas.DataFrame
        ``dyad_id, pool_id, arm, planned, held, skipped, not_reached``; the last three add up to
        ``planned``. A ``block`` column only if the pilot has blocks.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.shipped import shipped
    >>> frame = attendance(read_pilot(shipped("data/example_pilot")))
    >>> bool((frame["held"] + frame["skipped"] + frame["not_reached"] == frame["planned"]).all())
    True
    """
    frame = _dyads(pilot)
    counts = pilot.sessions.groupby(["dyad_id", "status"]).size().unstack(fill_value=0)
    counts = counts.reindex(frame["dyad_id"], fill_value=0)
    frame["planned"] = np.full(len(frame), pilot.plan.planned_sessions, dtype=np.int64)
    for status in ("held", "skipped", "not reached"):
        there = counts[status].to_numpy(dtype=np.int64) if status in counts else 0
        frame[status.replace(" ", "_")] = there
    return frame


def endings(pilot: Pilot) -> pd.DataFrame:
    """Return one row per dyad: how long it lasted and whether it ended early.

    Parameters
    ----------
    pilot : Pilot
        Real or simulated.

    Returns
    -------
    pandas.DataFrame
        ``dyad_id, pool_id, arm, time`` (sessions that came due before the end), ``ended_early``
        (bool; False = censored at the end of the programme). A ``block`` column only if the
        pilot has blocks.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.shipped import shipped
    >>> frame = endings(read_pilot(shipped("data/example_pilot")))
    >>> int(frame["time"].max())
    6
    """
    return _dyads(pilot).assign(
        time=pilot.dyads["last_session"].to_numpy(dtype=np.int64),
        ended_early=(pilot.dyads["ended"] == "early").to_numpy(dtype=bool),
    )


def _share(hits: npt.NDArray[np.bool_]) -> tuple[int, int]:
    return int(hits.sum()), int(hits.size)


def observed_measures(pilot: Pilot) -> pd.DataFrame:
    """Return what progression criteria are judged on: counts out of counts.

    Parameters
    ----------
    pilot : Pilot
        Real or simulated.

    Returns
    -------
    pandas.DataFrame
        ``measure, successes, n``: dyads that completed, sessions held of those planned, people
        in dyads who answered at least one item at the final wave of those asked.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.shipped import shipped
    >>> observed_measures(read_pilot(shipped("data/example_pilot")))["measure"].tolist()
    ['dyads_completed', 'sessions_held', 'final_response']
    """
    sessions = attendance(pilot)
    final = pilot.responses[pilot.responses["wave"] == pilot.plan.waves[-1].wave]
    answered = final["value"].notna().groupby([final["respondent_id"], final["role"]]).any()
    rows = [
        ("dyads_completed", *_share((pilot.dyads["ended"] == "completed").to_numpy(dtype=bool))),
        ("sessions_held", int(sessions["held"].sum()), int(sessions["planned"].sum())),
        ("final_response", *_share(answered.to_numpy(dtype=bool))),
    ]
    return pd.DataFrame(rows, columns=["measure", "successes", "n"])
