"""`simulate_design`: run a design many times in the simulator, and keep every answer."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from tqdm import tqdm

from revlab.design.dealt import arm_outcomes, deal_dyads
from revlab.design.design import Design
from revlab.design.world import Scored, World, draw_world, score_design
from revlab.errors import DesignError, EstimateError, OptionError, must
from revlab.fieldwork.simulate import expected_outcomes, simulate_outcomes
from revlab.inference.estimators import ESTIMATORS

__all__ = ["simulate_design"]

RUN_COLUMNS = [
    "replication", "estimator", "estimand_name", "estimand", "estimate", "std_error", "df",
    "p_value", "conf_low", "conf_high", "n", "n_missing", "n_clusters", "failed",
]  # fmt: skip


def simulate_design(
    design: Design,
    *,
    n_sims: int,
    seed: int,
    effect: float | None = None,
    workers: int = 1,
    progress: bool = False,
) -> pd.DataFrame:
    """Run a design ``n_sims`` times: draw people, pools and arms, pair, simulate, estimate.

    Parameters
    ----------
    design : Design
        What to run.
    n_sims : int
        Replications.
    seed : int
        Root seed. Every source of chance is keyed by seed, replication and purpose, so the
        result has the same bits for any number of workers.
    effect : float or None
        None: the arms differ by what their policies and programmes do to the pairs, and the
        estimand is that difference, known from the simulator. A number: everybody has the policy
        and the programme of the control arm and this many points are added to the outcome of the
        treated arm, so that the power for a *stated* effect is found (0 gives the null).
    workers : int
        Processes; joblib's backends apply.
    progress : bool
        Show a progress bar on the standard error stream.

    Returns
    -------
    pandas.DataFrame
        One row per replication and estimator: the true ``estimand``, ``estimate, std_error, df,
        p_value, conf_low, conf_high, n, n_missing, n_clusters``, and in ``failed`` the reason
        of a fit that gave no estimate ("" if it did).

    Raises
    ------
    DesignError
        If ``n_sims`` is less than one.

    Notes
    -----
    The estimand of replication r is the mean expected outcome per pair if all pools of its
    people were in the treatment arm, with its policy and its programme, minus the same under the
    control arm; it is the same whether pools or dyads are dealt
    (Blair, Cooper, Coppock and Humphreys 2019, American Political Science Review 113:838-859,
    for the split into model, inquiry, data strategy and answer strategy).

    Examples
    --------
    >>> from revlab.inference.estimate import Contrast
    >>> from revlab.pairing.policies import POLICIES
    >>> from revlab.people.population import Population, draw_cohort
    >>> from revlab.rng import stream
    >>> cohort = draw_cohort(Population(), 20, 20, rng=stream(1, "cohort"))
    >>> arms = {name: POLICIES[name] for name in ("optimal", "random")}
    >>> contrast = Contrast("optimal", "random")
    >>> design = Design(cohort, 20, n_pools=4, arms=arms, contrast=contrast)
    >>> simulate_design(design, n_sims=2, seed=1, effect=0.3)["estimand"].tolist()
    [0.3, 0.3]
    """
    must(n_sims >= 1, f"`n_sims` must be at least 1; got {n_sims}.", DesignError)
    scored = score_design(design)
    jobs = (
        delayed(_replicate)(design, scored, effect=effect, seed=seed, replication=r)
        for r in range(n_sims)
    )
    answers: Iterator[list[dict[str, object]]] = Parallel(n_jobs=workers, return_as="generator")(
        jobs
    )
    rows: list[dict[str, object]] = []
    for answer in tqdm(answers, total=n_sims, disable=not progress, desc="simulating"):
        rows.extend(answer)
    return pd.DataFrame(rows, columns=RUN_COLUMNS)


def _replicate(
    design: Design, scored: Scored, *, effect: float | None, seed: int, replication: int
) -> list[dict[str, object]]:
    world = draw_world(design, scored, seed=seed, replication=replication)
    treatment, control = design.contrast.treatment, design.contrast.control
    own = {treatment: treatment if effect is None else control, control: control}
    frame = _pilot(world, own)
    if effect is None:
        estimand = _estimand(world, own)
    else:
        estimand = effect
        treated = (frame["arm"] == treatment).to_numpy(dtype=bool)
        frame = frame.assign(post=frame["post"] + np.where(treated, effect, 0.0))
    return [
        _estimated(design, name, frame, estimand) | {"replication": replication}
        for name in design.estimators
    ]


def _pilot(world: World, own: dict[str, str]) -> pd.DataFrame:
    design, matching = world.design, world.matched(world.arms, own)
    if design.unit == "pool":
        return arm_outcomes(simulate_outcomes, world, matching, source=own)
    dealt = deal_dyads(matching.dyads, design.contrast, rng=world.potential.rng("dealt dyads"))
    matching = replace(matching, dyads=matching.dyads.assign(arm=dealt.arm))
    frame = arm_outcomes(simulate_outcomes, world, matching, source=own)
    return frame.assign(block=frame["pool_id"], pool_id=dealt.unit)


def _estimand(world: World, own: dict[str, str]) -> float:
    means = [
        arm_outcomes(
            expected_outcomes,
            world,
            world.matched(dict.fromkeys(world.arms, arm), own),
            source={arm: own[arm]},
        )
        for arm in own
    ]
    return float(means[0]["post"].mean()) - float(means[1]["post"].mean())


def _estimated(
    design: Design, name: str, frame: pd.DataFrame, estimand: float
) -> dict[str, object]:
    row: dict[str, object] = {
        "estimator": name,
        "estimand_name": f"{design.contrast} on {design.scale_id} ({design.role})",
        "estimand": estimand,
        "failed": "",
    }
    try:
        answer = ESTIMATORS[name](frame, design.contrast)
    except (EstimateError, OptionError) as error:
        return row | {"failed": str(error)}
    fields = ("estimate", "std_error", "df", "p_value", "conf_low", "conf_high")
    counts = ("n", "n_missing", "n_clusters")
    return row | {field: getattr(answer, field) for field in (*fields, *counts)}
