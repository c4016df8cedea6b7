"""Ladders compared: who climbs, who leaves on which rung, and what each end costs."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pandas as pd

from revlab.errors import OptionError, must
from revlab.fieldwork.climb import CLIMB_COLUMNS, check_ladder, climb
from revlab.fieldwork.ladder import LADDER, STRAIGHT, LadderModel, Rung
from revlab.fieldwork.potential import draw_potential
from revlab.fieldwork.programme import Programme
from revlab.pairing.scoring import score_cohort
from revlab.people.cohort import Cohort

__all__ = ["LADDERS", "break_even_lift", "compare_ladders", "rung_shares", "simulate_ladders"]

LADDERS: Mapping[str, Sequence[Rung]] = MappingProxyType({"ladder": LADDER, "straight": STRAIGHT})
"""A ladder, and its last rung alone."""

_MOST_LIFT = 4.0


def simulate_ladders(
    cohort: Cohort,
    ladders: Mapping[str, Sequence[Rung]] | None = None,
    *,
    model: LadderModel | None = None,
    programme: Programme | None = None,
    n_sims: int,
    seed: int,
) -> pd.DataFrame:
    """Simulate who climbs each ladder, again and again, with the same people on all of them.

    Parameters
    ----------
    cohort : Cohort
        The people of the organisation; all of them are asked.
    ladders : mapping of str to sequence of Rung, or None
        None for `LADDERS`.
    model : LadderModel or None
        Who says yes, and what an event costs.
    programme : Programme or None
        Levers and assumptions; its number of sessions is that of each ladder's last rung. With
        ``joining`` for volunteers, those who come forward gain more or less than others.
    n_sims : int
        Replications, at least 2.
    seed : int
        Root seed.

    Returns
    -------
    pandas.DataFrame
        ``replication, ladder, step`` (from 1 on), ``rung`` and
        `revlab.fieldwork.climb.CLIMB_COLUMNS`; pairs have the best total fit.

    Raises
    ------
    OptionError
        If there are fewer than two replications, no ladder, or rungs that make none.

    Examples
    --------
    >>> people = pd.DataFrame({"unit": "a", "grade": 1}, index=[f"J{k}" for k in range(40)])
    >>> cohort = Cohort(people, people.assign(grade=4).set_axis([f"S{k}" for k in range(40)]))
    >>> runs = simulate_ladders(cohort, n_sims=2, seed=1)
    >>> left = runs[["declined", "unpaired", "dropped", "climbed"]].sum(axis=1)
    >>> bool((left == runs["asked"]).all()), runs["rung"].nunique()
    (True, 4)
    """
    chosen = dict(LADDERS if ladders is None else ladders)
    must(n_sims >= 2, f"`n_sims` must be at least 2; got {n_sims}.", OptionError)
    must(bool(chosen), "`ladders` must name at least one ladder.", OptionError)
    shared = Programme() if programme is None else programme
    for rungs in chosen.values():
        check_ladder(rungs, shared.joining)
    scored = score_cohort(cohort).without_parts()
    parts = []
    for replication in range(n_sims):
        for name, rungs in chosen.items():
            whole = replace(shared, planned_sessions=rungs[-1].sessions)
            potential = draw_potential(
                cohort, scored, programme=whole, seed=seed, replication=replication
            )
            rows = climb(potential, scored, rungs, model=model or LadderModel(), policy="optimal")
            rows.insert(0, "step", np.arange(1, len(rows) + 1))
            parts.append(rows.assign(replication=replication, ladder=name))
    runs = pd.concat(parts, ignore_index=True)
    return runs[["replication", "ladder", "step", "rung", *CLIMB_COLUMNS]]


def rung_shares(runs: pd.DataFrame) -> pd.DataFrame:
    """Return what becomes of people on each rung, as shares of all who were asked at first.

    Parameters
    ----------
    runs : pandas.DataFrame
        From `simulate_ladders`.

    Returns
    -------
    pandas.DataFrame
        ``ladder, step, rung``, means ``asked, declined, unpaired, dropped, climbed`` (shares of
        those asked on the first rung), ``climbed_low, climbed_high`` (middle 95% of the
        replications), ``hours`` (per person asked on the first rung).

    Examples
    --------
    >>> row = {"replication": [0, 1], "ladder": "one", "step": 1, "rung": "six", "asked": 10}
    >>> runs = pd.DataFrame({**row, "declined": 4, "unpaired": 1, "dropped": 2,
    ...                      "climbed": [2, 3], "hours": 50.0, "gain": 1.0})
    >>> rung_shares(runs)[["declined", "climbed", "hours"]].values.tolist()
    [[0.4, 0.25, 5.0]]
    """
    keys = ["ladder", "step", "rung"]
    first = runs.groupby(["replication", "ladder"], sort=False)["asked"].transform("first")
    names = ["asked", "declined", "unpaired", "dropped", "climbed", "hours"]
    groups = runs[keys].join(runs[names].div(first, axis=0)).groupby(keys, sort=False)
    table = groups[names].mean()
    for label, level in (("climbed_low", 0.025), ("climbed_high", 0.975)):
        table[label] = groups["climbed"].quantile(level)
    return table.reset_index()


def compare_ladders(runs: pd.DataFrame) -> pd.DataFrame:
    """Return what each ladder brings and costs, and how it differs from the last one named.

    Parameters
    ----------
    runs : pandas.DataFrame
        From `simulate_ladders`.

    Returns
    -------
    pandas.DataFrame
        One row per ladder: ``completed, declined, unpaired, dropped`` (how everybody who was
        asked ends, shares that sum to 1), ``completed_low, completed_high`` (middle 95% of the
        replications), ``hours`` (of junior time) and ``gain`` (of seniors, in SD), both per
        person asked, ``hours_per_completer``, and ``difference, difference_low,
        difference_high`` of completed against the last ladder in the same replication.

    Examples
    --------
    >>> people = pd.DataFrame({"unit": "a", "grade": 1}, index=[f"J{k}" for k in range(40)])
    >>> cohort = Cohort(people, people.assign(grade=4).set_axis([f"S{k}" for k in range(40)]))
    >>> table = compare_ladders(simulate_ladders(cohort, n_sims=4, seed=1))
    >>> table["ladder"].tolist(), float(table["difference"].iloc[-1])
    (['ladder', 'straight'], 0.0)
    """
    groups = runs.groupby(["ladder", "replication"], sort=False)
    wide = groups[["declined", "unpaired", "dropped", "hours", "gain"]].sum()
    wide["completed"] = groups["climbed"].last()
    wide = wide.div(groups["asked"].first(), axis=0)
    last = wide["completed"].xs(runs["ladder"].iloc[-1], level="ladder")
    beside = last.reindex(wide.index.get_level_values("replication"))
    wide["difference"] = wide["completed"] - beside.to_numpy()
    by = wide.groupby(level="ladder", sort=False)
    table = by.mean()
    for name in ("completed", "difference"):
        for label, level in (("low", 0.025), ("high", 0.975)):
            table[f"{name}_{label}"] = by[name].quantile(level)
    done = table["completed"].where(table["completed"] > 0)
    table["hours_per_completer"] = table["hours"] / done
    return table.reset_index()


def break_even_lift(
    cohort: Cohort,
    *,
    model: LadderModel | None = None,
    programme: Programme | None = None,
    n_sims: int = 20,
    seed: int,
) -> float:
    """Return the least lift at which as many complete by the ladder as if asked at once.

    Parameters
    ----------
    cohort, model, programme, n_sims, seed
        As for `simulate_ladders`; the lift of the model is the one that is sought.

    Returns
    -------
    float
        SD per rung, to 0.01; 0 if the ladder does as well without any, inf above 4.

    Raises
    ------
    OptionError
        As for `simulate_ladders`.

    Examples
    --------
    >>> people = pd.DataFrame({"unit": "a", "grade": 1}, index=[f"J{k}" for k in range(40)])
    >>> cohort = Cohort(people, people.assign(grade=4).set_axis([f"S{k}" for k in range(40)]))
    >>> break_even_lift(cohort, n_sims=2, seed=1) > 0
    True
    """
    usual = model or LadderModel()

    def _ahead(lift: float) -> bool:
        runs = simulate_ladders(
            cohort, model=replace(usual, lift=lift), programme=programme, n_sims=n_sims, seed=seed
        )
        return bool(compare_ladders(runs)["difference"].iloc[0] >= 0)

    if _ahead(0.0):
        return 0.0
    if not _ahead(_MOST_LIFT):
        return np.inf
    low, high = 0.0, _MOST_LIFT
    while high - low > 0.01:
        middle = (low + high) / 2
        low, high = (low, middle) if _ahead(middle) else (middle, high)
    return high
