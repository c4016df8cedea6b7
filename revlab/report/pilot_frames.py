"""What the pages take from a pilot: its main outcomes, and frames for the figures."""

import pandas as pd

from revlab.errors import PilotError, must, one_of
from revlab.fieldwork.pilot import Pilot
from revlab.inference.analysis_scales import scores_of
from revlab.inference.growth_waves import growth_means
from revlab.inference.plan import Outcome

__all__ = ["growth_rows", "likert_rows", "main_scale", "margin_of"]

_USUAL_MARGIN = 0.3


def margin_of(pilot: Pilot) -> float:
    """Return the smallest difference that matters, in points: the plan's, or else 0.3.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.shipped import shipped
    >>> margin_of(read_pilot(shipped("data/example_pilot")))
    0.3
    """
    analysis = pilot.plan.analysis
    return _USUAL_MARGIN if analysis is None else analysis.margin


def main_scale(pilot: Pilot, role: str) -> str:
    """Return the outcome that a page shows for one side.

    The primary scale of the plan if it is that side's, else the first scale that the side is
    asked at the first wave and again at the last, else its first scale.

    Raises
    ------
    PilotError
        If the instrument asks the side nothing.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.shipped import shipped
    >>> pilot = read_pilot(shipped("data/example_pilot"))
    >>> main_scale(pilot, "mentee"), main_scale(pilot, "mentor")
    ('digital_confidence', 'voice')
    """
    plan = pilot.plan.analysis
    if plan is not None and plan.primary_role == role:
        return plan.primary_scale
    scales = pilot.instrument.scales
    own = [
        str(scale_id)
        for scale_id in scales["scale_id"]
        if role in pilot.instrument.roles_of(str(scale_id))
    ]
    must(bool(own), f"the instrument asks the {role}s nothing.", PilotError)
    ends = {pilot.plan.waves[0].wave, pilot.plan.waves[-1].wave}
    full = [one for one in own if ends <= set(pilot.instrument.waves_of(one))]
    return (full or own)[0]


def likert_rows(pilot: Pilot, scale_id: str, *, role: str, wave: int) -> pd.DataFrame:
    """Return the answers to the items of a scale at one wave, as they were given.

    Parameters
    ----------
    pilot : Pilot
        Real or simulated.
    scale_id, role : str
        Which scale, and whose answers.
    wave : int
        Which survey.

    Returns
    -------
    pandas.DataFrame
        ``item`` (its wording, marked where agreeing means less of the scale), ``value``, ``low``,
        ``high``; one row per person asked.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.shipped import shipped
    >>> pilot = read_pilot(shipped("data/example_pilot"))
    >>> rows = likert_rows(pilot, "voice", role="mentor", wave=1)
    >>> rows["item"].nunique(), list(rows)
    (4, ['item', 'value', 'low', 'high'])
    """
    one_of("role", role, pilot.instrument.roles_of(scale_id))
    every = pilot.instrument.items
    items = every[(every["scale_id"] == scale_id) & every["role"].isin([role, "both"])]
    asked = pilot.responses[
        (pilot.responses["role"] == role) & (pilot.responses["wave"] == wave)
    ].merge(items[["item_id", "text", "reverse", "low", "high"]], on="item_id")
    turned = asked["reverse"].astype(bool)
    wording = asked["text"].astype(str) + turned.map({True: " (reversed)", False: ""})
    return asked.assign(item=wording)[["item", "value", "low", "high"]]


def growth_rows(pilot: Pilot, scale_id: str, *, role: str) -> pd.DataFrame:
    """Return the frame of the figure "growth": the mean of each arm at each survey.

    Parameters
    ----------
    pilot : Pilot
        Real or simulated.
    scale_id, role : str
        The outcome.

    Returns
    -------
    pandas.DataFrame
        As `revlab.inference.growth_waves.growth_means`.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.shipped import shipped
    >>> rows = growth_rows(read_pilot(shipped("data/example_pilot")), "voice", role="mentor")
    >>> sorted(set(rows["wave"]))
    [1, 2, 3]
    """
    outcome = Outcome(scale_id, role)
    return growth_means(pilot, [one for one in scores_of(pilot) if one.outcome == outcome])
