"""`dose_curve`: what more of one lever gives, from none of it to all, with the same people."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from revlab.design.arms import Arm, policy_in
from revlab.design.design import Design
from revlab.design.world import draw_world, score_design
from revlab.errors import DesignError, must
from revlab.fieldwork.programme import Programme
from revlab.fieldwork.simulate import expected_outcomes

__all__ = ["dose_curve"]

Array = npt.NDArray[np.float64]

_FEWEST = 20


def dose_curve(
    design: Design,
    name: str,
    values: Sequence[float],
    *,
    n_sims: int,
    seed: int,
    price: float = 0.0,
) -> pd.DataFrame:
    """Return the expected score by the value of one lever, such as the number of sessions.

    Every value is tried on the same people, paired by the control arm's policy, with the same
    chance. How fast sessions come to give less is an assumption (``outcome.saturation``), and so
    then is the curve: it says what follows from it, not what was seen.

    Parameters
    ----------
    design : Design
        People, sizes, policy, programme and outcome.
    name : str
        Name in `revlab.design.arms.CHANGES`, of a number.
    values : sequence of float
        Two or more, rising.
    n_sims : int
        Pilots that are simulated, at least 20.
    seed : int
        Root seed; pilot ``r`` has the people of replication ``r`` of
        `revlab.design.simulate.simulate_design`.
    price : float
        What one unit of the lever costs, in points of the score: what a session must give for
        the user to hold it.

    Returns
    -------
    pandas.DataFrame
        One row per value: ``value, score, low, high`` (mean of the pilots and the middle 95 % of
        them), ``per_unit, per_unit_low, per_unit_high`` (what each unit since the value before
        gave; missing in the first row), ``mcse`` (of ``per_unit``, of the first row's ``score``),
        ``best`` (share of the pilots in which no other value has a better score less its price).

    Raises
    ------
    OptionError
        If the lever or a value does not exist.
    DesignError
        If the values do not rise, or fewer than 20 pilots are asked for.

    Examples
    --------
    >>> from revlab.inference.estimate import Contrast
    >>> from revlab.pairing.policies import POLICIES
    >>> from revlab.people.population import Population, draw_cohort
    >>> from revlab.rng import stream
    >>> cohort = draw_cohort(Population(), 12, 12, rng=stream(1, "cohort"))
    >>> arms = {name: POLICIES[name] for name in ("optimal", "random")}
    >>> design = Design(cohort, 12, n_pools=4, arms=arms, contrast=Contrast("optimal", "random"))
    >>> curve = dose_curve(design, "planned_sessions", [1, 3], n_sims=20, seed=1)
    >>> bool(curve["score"].is_monotonic_increasing)
    True
    """
    steps = np.diff(np.asarray(values, dtype=np.float64))
    must(
        steps.size > 0 and bool((steps > 0).all()),
        f"`values` must hold two or more values that rise; got {list(values)}.",
        DesignError,
    )
    must(
        n_sims >= _FEWEST,
        f"`n_sims` must be at least {_FEWEST} for an interval; got {n_sims}.",
        DesignError,
    )
    policy = policy_in(design.arms[design.contrast.control])
    programmes = [Arm(policy, {name: value}).of(design.programme) for value in values]
    scores = _scores(design, programmes, n_sims=n_sims, seed=seed)
    per_unit = np.diff(scores, axis=0) / steps[:, None]
    net = scores - price * np.asarray(values, dtype=np.float64)[:, None]
    table = pd.DataFrame({"value": np.asarray(values, dtype=np.float64)})
    table[["score", "low", "high"]] = _summed(scores)
    table[["per_unit", "per_unit_low", "per_unit_high"]] = np.vstack(
        [np.full(3, np.nan), _summed(per_unit)]
    )
    spread = np.vstack([scores[:1], per_unit]).std(axis=1, ddof=1)
    best = (net == net.max(axis=0)).mean(axis=1)
    return table.assign(mcse=spread / np.sqrt(n_sims), best=best)


def _scores(design: Design, programmes: Sequence[Programme], *, n_sims: int, seed: int) -> Array:
    """Return the mean expected score of everybody, (n_programmes, n_sims)."""
    scored = score_design(design)
    control, columns = design.contrast.control, []
    for replication in range(n_sims):
        world = draw_world(design, scored, seed=seed, replication=replication)
        matching = world.matched(dict.fromkeys(world.arms, control), {control: control})
        potentials = [replace(world.potential, programme=one) for one in programmes]
        frames = [
            expected_outcomes(one, matching, scale_id=design.scale_id, role=design.role)
            for one in potentials
        ]
        columns.append([float(frame["post"].mean()) for frame in frames])
    return np.array(columns).T


def _summed(values: Array) -> Array:
    ends = np.quantile(values, [0.025, 0.975], axis=1)
    return np.column_stack([values.mean(axis=1), *ends])
