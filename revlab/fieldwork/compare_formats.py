"""Formats compared: gain per person and per hour, with what is not known of them."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from revlab.fieldwork.formats import Format
from revlab.fieldwork.programme import Programme
from revlab.fieldwork.simulate_formats import simulate_formats
from revlab.people.cohort import Cohort

__all__ = ["compare_formats", "dominates"]

Array = npt.NDArray[np.float64]


def dominates(one: npt.ArrayLike, other: npt.ArrayLike) -> bool:
    """Return whether one sample stochastically dominates another, to the first order.

    It does if at every level at least as large a share of it lies above, and at some level a
    larger one.

    References
    ----------
    Hadar & Russell 1969, American Economic Review 59:25-34.

    Examples
    --------
    >>> dominates([1.0, 3.0], [0.0, 3.0]), dominates([0.0, 9.0], [1.0, 3.0])
    (True, False)
    """
    first, second = np.sort(np.asarray(one, float)), np.sort(np.asarray(other, float))
    levels = np.union1d(first, second)
    below = [
        np.searchsorted(sample, levels, side="right") / sample.size for sample in (first, second)
    ]
    return bool((below[0] <= below[1]).all() and (below[0] < below[1]).any())


def compare_formats(
    cohort: Cohort,
    formats: Mapping[str, Format] | None = None,
    *,
    programme: Programme | None = None,
    n_sims: int,
    seed: int,
) -> pd.DataFrame:
    """Return the formats side by side: gain per person and per hour, and which may be best.

    Parameters
    ----------
    cohort, formats, programme, n_sims, seed
        As for `simulate_formats`.

    Returns
    -------
    pandas.DataFrame
        One row per format, in the order given: ``format, gain, gain_low, gain_high`` (latent SD
        per person of the cohort: mean and middle 95% of the replications), ``ideas`` (for 100
        people), ``hours`` (per person), ``gain_per_100_hours`` (mean gain over mean hours) with
        ``_low`` and ``_high``, ``best_gain`` and ``best_value`` (share of the replications in
        which it gains most, in all and per hour; ties are shared), ``dominated_by`` (formats that
        cost no more and whose gain stochastically dominates its own).

    Raises
    ------
    OptionError
        If there are fewer than two replications or no formats.

    Examples
    --------
    >>> people = pd.DataFrame({"unit": "a", "grade": 1}, index=[f"J{k}" for k in range(30)])
    >>> cohort = Cohort(people, people.assign(grade=4).set_axis([f"S{k}" for k in range(30)]))
    >>> table = compare_formats(cohort, n_sims=5, seed=1)
    >>> float(table["best_gain"].sum().round(6))
    1.0
    """
    runs = simulate_formats(cohort, formats, programme=programme, n_sims=n_sims, seed=seed)
    names = list(dict.fromkeys(runs["format"]))
    wide = {
        name: runs.pivot(index="replication", columns="format", values=name)[names]
        for name in ("gain", "ideas", "hours")
    }
    # What costs nothing gives nothing, so that its value is nothing and not unknown.
    value = (100 * wide["gain"] / wide["hours"].where(wide["hours"] > 0)).fillna(0.0)
    hours = wide["hours"].mean()
    mean_value = (100 * wide["gain"].mean() / hours.where(hours > 0)).fillna(0.0)
    table = pd.DataFrame({"format": names})
    for label, frame, mean in (
        ("gain", wide["gain"], wide["gain"].mean()),
        ("gain_per_100_hours", value, mean_value),
    ):
        table[label] = mean.to_numpy()
        table[f"{label}_low"], table[f"{label}_high"] = np.quantile(frame, [0.025, 0.975], axis=0)
    table["ideas"], table["hours"] = wide["ideas"].mean().to_numpy(), hours.to_numpy()
    table["best_gain"], table["best_value"] = _best(wide["gain"]), _best(value)
    table["dominated_by"] = [
        ", ".join(
            other
            for other in names
            if hours[other] <= hours[name] and dominates(wide["gain"][other], wide["gain"][name])
        )
        for name in names
    ]
    return table


def _best(frame: pd.DataFrame) -> Array:
    top = frame.eq(frame.max(axis=1), axis=0)
    return np.asarray(top.div(top.sum(axis=1), axis=0).mean(), dtype=np.float64)
