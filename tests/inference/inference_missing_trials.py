"""Made-up pilots whose answers go missing, for the tests of the inference room."""

import numpy as np
import pandas as pd
from scipy.special import expit

from revlab.fieldwork.protocol import PrimaryAnalysis
from revlab.inference.analysis_scales import Scores
from revlab.inference.plan import AnalysisPlan, Outcome
from revlab.rng import stream


def plan_of(estimator: str = "ancova_cr2") -> AnalysisPlan:
    """Return a plan for the contrast new - old."""
    return AnalysisPlan(PrimaryAnalysis("skill", "mentee", "new", "old", 0.3, estimator))


def scores_from(frame: pd.DataFrame, *, has_start: bool = True) -> Scores:
    """Return a frame of dyads as the scores of one outcome on a 1-5 scale."""
    return Scores(
        outcome=Outcome("skill", "mentee"),
        label="skill (mentees)",
        unit="points on a 1-5 scale",
        low=1.0,
        high=5.0,
        waves=(1, 2, 3),
        has_start=has_start,
        frame=frame if has_start else frame.assign(pre=0.0),
    )


def lossy_pilot(
    n_pools: int = 10, *, seed: int = 1, lost: float = 0.3, how: str = "known", effect: float = 0.3
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return pools of five dyads without and with gaps.

    ``how``: "chance"; "known" (by first score and sessions, the other way round in each arm);
    "hidden" (by the last score itself, and the arm "new" answers more).
    """
    rng = stream(seed, "lossy pilot", n_pools, how, round(100 * lost))
    n = 5 * n_pools
    pool = np.repeat(np.arange(n_pools), 5)
    new = (rng.permutation(n_pools) < n_pools // 2)[pool]
    trait = rng.normal(size=n)
    held = rng.binomial(6, expit(0.8 + 0.8 * trait)).astype(float)
    base = 3 + 0.25 * rng.normal(size=n_pools)[pool] + 0.35 * trait
    own = 0.35 * rng.normal(size=n)
    pre = base + 0.5 * rng.normal(size=n)
    drift = 0.2 * rng.normal(size=n_pools)[pool] + 0.12 * (held - 4)
    middle = base + own + 0.5 * drift + 0.35 * rng.normal(size=n)
    last = base + own + drift + 0.35 * rng.normal(size=n)
    start = np.log((1 - lost) / lost)
    chance = {
        "chance": np.full(n, 1 - lost),
        "known": expit(1.15 * start + (0.9 * (pre - 3) + 0.7 * (held - 4)) * np.where(new, 1, -1)),
        "hidden": expit(start - 1.4 + 5 * (last - 3) + 2.5 * new),
    }[how]
    whole = pd.DataFrame(
        {
            "dyad_id": [f"D{k:03d}" for k in range(n)],
            "pool_id": [f"P{k:02d}" for k in pool],
            "arm": np.where(new, "new", "old"),
            "pre": pre.clip(1, 5),
            "post": (last + effect * new).clip(1, 5),
            "held": held,
            "middle": middle.clip(1, 5),
        }
    )
    gaps = whole.copy()
    gaps.loc[rng.random(n) > chance, "post"] = np.nan
    gaps.loc[rng.random(n) < 0.15, "middle"] = np.nan
    gaps.loc[rng.random(n) < 0.05, "pre"] = np.nan
    return whole, gaps
