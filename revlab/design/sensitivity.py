"""`what_drives`: which assumptions decide how two policies compare."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from revlab.design.design import Design
from revlab.design.gain_worlds import draw_gain_worlds
from revlab.design.parameter_values import with_values
from revlab.design.sobol import sobol_indices
from revlab.errors import DesignError, must, one_of
from revlab.fieldwork.evidence import evidence

__all__ = ["DRIVERS", "Drivers", "what_drives"]

DRIVERS = (
    "fit.validity",
    "relationship.fit",
    "relationship.ramp_middle",
    "sessions.skip_base",
    "sessions.skip_quality",
    "sessions.skip_after_skip",
    "sessions.end_base",
    "sessions.end_quality",
    "outcome.fit",
    "outcome.quality",
    "outcome.saturation",
)
"""Assumptions that may move one policy against another."""

_ROOMS = ("fit", "relationship", "sessions", "outcome", "gain")
_WORLDS = 16


@dataclass(frozen=True, eq=False)
class Drivers:
    """Which assumptions decide how two policies compare.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per assumption, the most important first: ``parameter, meaning, value`` (default),
        ``low, high`` (range that was tried), ``grade``, ``total, total_low, total_high`` (share
        of the variance of the difference that it decides alone or with others), ``first,
        first_low, first_high`` (alone), and ``flips_low, flips_high`` (share of settings in
        which the control does better, with the assumption in the lowest and in the highest third
        of its range).
    differences : array, shape (n_settings,)
        Difference in expected gain in independent settings, in SD.
    at_defaults : float
        The difference with every assumption at its default.
    n_pairs : int
        Pairs in each draw of people.
    """

    table: pd.DataFrame
    differences: np.ndarray
    at_defaults: float
    n_pairs: int

    def __repr__(self) -> str:
        return (
            f"What drives a difference in {len(self.differences)} settings: "
            f"{self.table['parameter'].iloc[0]} first; flips in {self.flips:.0%}"
        )

    @property
    def flips(self) -> float:
        """Share of independent settings in which the control policy does better."""
        return float((self.differences < 0).mean())


def what_drives(
    design: Design, parameters: Sequence[str] = DRIVERS, *, n: int = 128, seed: int
) -> Drivers:
    """Vary assumptions over their whole ranges, all at once, and see what moves the difference.

    The answer is the difference of two policies in expected gain: no noise of surveys, and the
    same people, pairs and chance in every setting. Ranges are those of the evidence registry,
    every value in them as likely as any other.

    Parameters
    ----------
    design : Design
        People, policies and outcome.
    parameters : sequence of str
        Two or more names of the evidence registry that have a range.
    n : int
        Base settings, a power of two; ``n * (parameters + 2)`` are run.
    seed : int
        Root seed.

    Returns
    -------
    Drivers

    Raises
    ------
    OptionError
        If a parameter is not in the registry.
    DesignError
        If fewer than two are named, one has no range or nothing to do with gains, or ``n`` is
        not a power of two.

    References
    ----------
    Saltelli, Annoni, Azzini, Campolongo, Ratto & Tarantola 2010, Computer Physics Communications
    181:259-270.

    Examples
    --------
    >>> from revlab.inference.estimate import Contrast
    >>> from revlab.pairing.policies import POLICIES
    >>> from revlab.people.population import Population, draw_cohort
    >>> from revlab.rng import stream
    >>> cohort = draw_cohort(Population(), 20, 20, rng=stream(1, "cohort"))
    >>> arms = {name: POLICIES[name] for name in ("optimal", "random")}
    >>> design = Design(cohort, 20, n_pools=4, arms=arms, contrast=Contrast("optimal", "random"))
    >>> pair = ("fit.validity", "sessions.skip_base")
    >>> what_drives(design, pair, n=32, seed=1).table["parameter"].tolist()
    ['fit.validity', 'sessions.skip_base']
    """
    rows = _ranges(parameters)
    low, wide = rows["low"].to_numpy(float), (rows["high"] - rows["low"]).to_numpy(float)
    worlds = draw_gain_worlds(design, n_worlds=_WORLDS, seed=seed)

    def _difference(place: np.ndarray) -> float:
        values = dict(zip(parameters, (low + wide * place).tolist(), strict=True))
        return worlds.difference(with_values(design.programme, values))

    found = sobol_indices(_difference, len(parameters), n=n, seed=seed)
    flipped = found.answers < 0
    table = rows.assign(
        **{f"total{end}": found.total[k] for k, end in enumerate(("", "_low", "_high"))},
        **{f"first{end}": found.first[k] for k, end in enumerate(("", "_low", "_high"))},
        flips_low=[float(flipped[x < 1 / 3].mean()) for x in found.inputs.T],
        flips_high=[float(flipped[x > 2 / 3].mean()) for x in found.inputs.T],
    )
    table = table.sort_values("total", ascending=False, kind="stable").reset_index(drop=True)
    return Drivers(table, found.answers, worlds.difference(design.programme), design.n_pairs)


def _ranges(parameters: Sequence[str]) -> pd.DataFrame:
    registry = evidence().set_index("parameter")
    must(
        len(set(parameters)) == len(parameters) >= 2,
        f"`parameters` must name two or more assumptions, each once; got {list(parameters)}.",
        DesignError,
    )
    for parameter in parameters:
        one_of("parameters", parameter, list(registry.index))
        row = registry.loc[parameter]
        must(
            parameter.partition(".")[0] in _ROOMS and row["low"] < row["high"],
            f"{parameter!r} has no range in the evidence registry or nothing to do with gains; "
            f"take one of the rooms {', '.join(_ROOMS)}.",
            DesignError,
        )
    columns = ["meaning", "value", "low", "high", "grade"]
    return registry.loc[list(parameters), columns].reset_index()
