"""Who answered what in a pilot, in the rows that a calibration needs."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from revlab.fieldwork.course import RELATIONSHIP
from revlab.fieldwork.instrument import score_scales
from revlab.fieldwork.pilot import Pilot

__all__ = ["KeyedItems", "answered", "due_before", "keyed_items", "paired_scores"]

_FEWEST_POOLS = 6


def _clusters(pilot: Pilot) -> pd.Series:
    """Return dyad to cluster: its pool, or the dyad itself where pools are too few."""
    dyads = pilot.dyads
    label = dyads["pool_id"] if dyads["pool_id"].nunique() >= _FEWEST_POOLS else dyads["dyad_id"]
    return pd.Series(pd.factorize(label)[0], index=dyads["dyad_id"])


def due_before(pilot: Pilot) -> dict[int, int]:
    """Return wave to the number of planned sessions that are due before it."""
    weeks = pilot.sessions.groupby("session")["week"].min()
    return {wave.wave: int((weeks < wave.week).sum()) for wave in pilot.plan.waves}


def answered(pilot: Pilot) -> pd.DataFrame:
    """Return one row per dyad, side and survey.

    Parameters
    ----------
    pilot : Pilot
        A pilot.

    Returns
    -------
    pandas.DataFrame
        ``dyad_id, role, wave, items`` (asked), ``left_out, responded``, ``intake`` (before the
        first session), ``share`` (of the sessions due so far that were held), ``cluster``.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.shipped import shipped
    >>> len(answered(read_pilot(shipped("data/example_pilot"))))
    270
    """
    rows = pilot.responses.assign(left_out=pilot.responses["value"].isna().astype(int))
    frame = rows.groupby(["dyad_id", "role", "wave"], sort=True, observed=True)["left_out"]
    table = frame.agg(items="size", left_out="sum").reset_index()
    due = table["wave"].map(due_before(pilot)).astype(int)
    held = pilot.sessions[pilot.sessions["status"] == "held"]
    by = {
        n: held[held["session"] <= n].groupby("dyad_id").size() for n in sorted(set(due)) if n > 0
    }
    share = np.zeros(len(table))
    for n, counts in by.items():
        here = (due == n).to_numpy()
        share[here] = counts.reindex(table["dyad_id"][here]).fillna(0).to_numpy(dtype=float) / n
    return table.assign(
        responded=table["left_out"] < table["items"],
        intake=due == 0,
        share=share,
        cluster=table["dyad_id"].map(_clusters(pilot)).astype(int),
    )


@dataclass(frozen=True, eq=False)
class KeyedItems:
    """Complete answers to one scale before the start, reversed items turned.

    Parameters
    ----------
    scale_id, role : str
        The scale and who answers it.
    values : array, shape (n, n_items)
        The answers.
    clusters : array of int, shape (n,)
        Cluster of each respondent.
    """

    scale_id: str
    role: str
    values: npt.NDArray[np.float64]
    clusters: npt.NDArray[np.intp]


def keyed_items(pilot: Pilot) -> list[KeyedItems]:
    """Return the complete answers to every scale of two items or more at the first survey."""
    first = min(wave for wave, due in due_before(pilot).items())
    due, clusters = due_before(pilot), _clusters(pilot)
    found = []
    for scale_id in pilot.instrument.scales["scale_id"]:
        if first not in pilot.instrument.waves_of(scale_id) or due[first] > 0:
            continue
        for role in pilot.instrument.roles_of(scale_id):
            forms = pilot.instrument.forms(scale_id, role)
            rows = pilot.responses.query("wave == @first and role == @role")
            rows = rows[rows["item_id"].isin([form.item_id for form in forms])]
            wide = rows.pivot(index="dyad_id", columns="item_id", values="value").dropna()
            if len(forms) < 2 or len(wide) < len(forms) + 2:
                continue
            values = np.column_stack(
                [
                    (form.low + form.high - wide[form.item_id])
                    if form.reverse
                    else wide[form.item_id]
                    for form in forms
                ]
            ).astype(float)
            which = clusters.loc[wide.index].to_numpy(dtype=np.intp)
            found.append(KeyedItems(scale_id, role, values, which))
    return found


def paired_scores(pilot: Pilot) -> pd.DataFrame:
    """Return the scores of the relationship at the last survey where both sides gave one.

    Returns
    -------
    pandas.DataFrame
        ``dyad_id, mentor, mentee, cluster``; empty if the scale is not asked of both.
    """
    empty = pd.DataFrame({"dyad_id": [], "mentor": [], "mentee": [], "cluster": []})
    if RELATIONSHIP not in set(pilot.instrument.scales["scale_id"]):
        return empty
    last = pilot.instrument.waves_of(RELATIONSHIP)[-1]
    scores = score_scales(pilot.responses, pilot.instrument)
    scores = scores[(scores["scale_id"] == RELATIONSHIP) & (scores["wave"] == last)]
    wide = scores.pivot(index="dyad_id", columns="role", values="score")
    if not {"mentor", "mentee"} <= set(wide.columns):
        return empty
    wide = wide.astype(float).dropna().reset_index()
    return wide.assign(cluster=wide["dyad_id"].map(_clusters(pilot)).astype(int))
