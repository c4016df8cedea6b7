"""False alarms and coverage of the models, by simulation, within three Monte-Carlo errors.

Small here; the docstrings tell what a thousand runs or more gave.
"""

import numpy as np
import pytest
from inference_trials import check_calibration

from revlab.inference.actor_partner import actor_partner
from revlab.inference.compound_symmetry import fit_compound_symmetry
from revlab.inference.estimate import Estimate
from revlab.inference.kenward_roger import kenward_roger
from revlab.inference.mixed import fit_mixed
from revlab.rng import stream


@pytest.mark.parametrize(("groups", "icc"), [(8, 0.3), (20, 0.1)])
def test_mixed_models_with_few_unequal_groups(groups: int, icc: float):
    rng = stream(21, "mixed", groups)
    sizes = [1 + 3 * k % 5 for k in range(groups)]
    group = np.repeat(np.arange(groups), sizes)
    n = len(group)
    plain, wide, within = [], [], []
    for _ in range(80):
        arm = (rng.permutation(groups) < groups // 2)[group].astype(float)
        shared = np.sqrt(icc) * rng.normal(size=groups)[group]
        y = shared + np.sqrt(1 - icc) * rng.normal(size=n)
        fit = fit_mixed(y, np.column_stack([np.ones(n), arm, rng.normal(size=n)]), group=group)
        plain.append(fit.estimate(1))
        within.append(fit.estimate(2))
        flat = np.isfinite(fit.residual_df)
        wide.append(plain[-1] if flat else kenward_roger(fit, 1))
    for found in (plain, wide, within):
        check_calibration(found)


@pytest.mark.parametrize("r", [-0.4, 0.6])
def test_models_of_pairs_hold_for_negative_and_positive_correlation(r: float):
    n = 16
    rng = stream(28, "pairs", round(10 * r))
    root = np.linalg.cholesky([[1.0, r], [r, 1.0]])
    dyad, role = np.repeat(np.arange(n), 2), np.tile([-0.5, 0.5], n)
    found: list[list[Estimate]] = [[] for _ in range(5)]
    for _ in range(60):
        y, x = (rng.normal(size=(n, 2)) @ root.T for _ in range(2))
        arm = (rng.permutation(n) < n // 2)[dyad].astype(float)
        alike = fit_compound_symmetry(
            y.reshape(-1), np.column_stack([np.ones(2 * n), arm, role]), group=dyad
        )
        own = actor_partner(y, x).estimates
        both = actor_partner(y, x, roles="indistinguishable").estimates
        for kept, one in zip(
            found, (alike.estimate(1), alike.estimate(2), own[2], own[5], both[1]), strict=True
        ):
            kept.append(one)
    for kept in found:
        check_calibration(kept)
