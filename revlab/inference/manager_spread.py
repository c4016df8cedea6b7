"""How far line managers differ in the attendance of their people, without naming anybody."""

from dataclasses import replace
from math import nan

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import fdtri

from revlab.errors import EstimateError, must
from revlab.inference.columns import group_codes
from revlab.inference.estimate import Estimate, check_conf_level
from revlab.inference.pool_profile import PoolSums, reml_ratio

__all__ = ["FEWEST_MANAGERS", "attendance_between_managers"]

Floats = NDArray[np.float64]
_COLUMNS = ("dyad_id", "manager_id", "due", "held")

FEWEST_MANAGERS = 5
"""Managers with two pairs or more below whom no number is given: it could tell of a person."""


def attendance_between_managers(frame: pd.DataFrame, *, conf_level: float = 0.95) -> Estimate:
    """Return the standard deviation between line managers in the share of sessions held.

    A random intercept by manager of one side. No number about a single manager is worked out or
    returned: with so few people each it would be about persons, and mostly chance.

    Parameters
    ----------
    frame : pandas.DataFrame
        dyad_id, manager_id (of the mentor or of the mentee of that dyad, missing if not known),
        due (sessions that came due before the dyad ended), held; and arm, whose differences are
        then taken out. One row per dyad; see
        `revlab.fieldwork.people_frames.attendance_by_manager`.
    conf_level : float
        Level of the interval.

    Returns
    -------
    Estimate
        In shares of the sessions that came due. The interval comes from Wald's exact one for the
        ratio of the two variances, so it may begin at 0; ``n_missing`` counts dyads without a
        known manager.

    Raises
    ------
    EstimateError
        If a column is missing, fewer than five managers have two dyads, or attendance does not
        vary among the people of a manager.

    Notes
    -----
    Measured on made-up attendance of six sessions, see
    ``tests/inference/test_inference_manager_spread.py``.

    References
    ----------
    Wald 1940, Annals of Mathematical Statistics 11:96-99; Seely & El-Bassiouni 1983, Annals of
    Statistics 11:197-201, for the ratio beside fixed effects.

    Examples
    --------
    >>> held = [6, 6, 5, 6, 3, 2, 4, 4, 1, 2, 6, 5]
    >>> frame = pd.DataFrame({"dyad_id": range(12), "manager_id": list("aabbccddeeff"),
    ...                       "due": 6, "held": held})
    >>> attendance_between_managers(frame)
    spread of managers in sessions held: 0.298 [95% CI 0.105, 0.805], manager_spread, n = 12
    """
    check_conf_level(conf_level)
    y, x, codes, absent = _checked(frame)
    block = _Wald(y, x, codes)
    must(
        block.error > 1e-12 * max(float(y @ y), 1.0) and block.df[1] >= 1,
        "attendance does not vary among the people of any manager, so there is no noise to hold "
        "the managers against.",
        EstimateError,
    )
    tail = (1 - conf_level) / 2
    low, high = (block.ratio_at(float(fdtri(*block.df, q))) for q in (1 - tail, tail))
    within = block.error / block.df[1]
    managers = int(codes.max()) + 1
    point = float(np.sqrt(block.variance()))
    plain = Estimate(
        "spread of managers in sessions held", "manager_spread", "", point, nan, nan, nan, nan,
        float(np.sqrt(low * within)), float(np.sqrt(high * within)),
    )  # fmt: skip
    return replace(
        plain,
        conf_level=conf_level,
        n=len(y),
        n_missing=absent,
        n_clusters=managers,
        unit="share",
        convention=f"random intercept over {managers} managers, REML; interval from Wald's exact "
        "one for the ratio of the variances times the variance among the people of a manager",
        note="No manager is named or ranked. A spread of 0 in the interval means that this pilot "
        "cannot tell managers apart, not that they are alike.",
    )


def _checked(frame: pd.DataFrame) -> tuple[Floats, Floats, NDArray[np.intp], int]:
    absent = [name for name in _COLUMNS if name not in frame]
    must(not absent, f"the attendance frame lacks the columns {absent}.", EstimateError)
    known = frame[frame["manager_id"].notna()]
    due = known["due"].to_numpy(dtype=float)
    held = known["held"].to_numpy(dtype=float)
    good = bool((due > 0).all() and (held >= 0).all() and (held <= due).all())
    must(good, "every dyad needs a session that came due and at most as many held.", EstimateError)
    codes = group_codes(known["manager_id"].astype(str), len(known), name="manager_id")
    several = int((np.bincount(codes, minlength=1) >= 2).sum())
    must(
        several >= FEWEST_MANAGERS,
        f"{several} managers have two pairs or more; with fewer than {FEWEST_MANAGERS} a spread "
        "would tell of single persons, so none is given.",
        EstimateError,
    )
    arm = known["arm"].astype(str) if "arm" in known else pd.Series("", index=known.index)
    sides = np.unique(arm, return_inverse=True)[1]
    x = (sides[:, None] == np.arange(int(sides.max()) + 1)).astype(float)
    return held / due, x, codes, len(frame) - len(known)


class _Wald:
    """Sums of squares of one column with fixed effects and one random intercept."""

    def __init__(self, y: Floats, x: Floats, codes: NDArray[np.intp]) -> None:
        groups = (codes[:, None] == np.arange(int(codes.max()) + 1)).astype(float)
        both = np.column_stack([x, groups])
        left = y - both @ np.linalg.lstsq(both, y, rcond=None)[0]
        table = np.column_stack([x, y])
        self._whole, self._totals = table.T @ table, groups.T @ table
        self._size, self.error = groups.sum(axis=0), float(left @ left)
        self._n, self._p = x.shape
        rank = int(np.linalg.matrix_rank(both))
        self.df = (float(rank - self._p), float(self._n - rank))

    def rest(self, ratio: float) -> float:
        """Return the generalised residual sum of squares at a ratio of the variances."""
        weight = ratio / (1 + ratio * self._size)
        moment = self._whole - self._totals.T @ (weight[:, None] * self._totals)
        inner, last = moment[:-1, :-1], moment[:-1, -1]
        return float(moment[-1, -1] - last @ np.linalg.pinv(inner) @ last)

    def variance(self) -> float:
        """Return REML's variance between the groups, 0 if they are less alike than by chance."""
        left = self._n - self._p
        sums = PoolSums(
            self._whole[None],
            self._totals[None],
            self._size[None],
            np.array([float(self._n)]),
            np.array([float(self._p)]),
        )
        ratio = float(reml_ratio(sums)[0])
        return ratio * self.rest(ratio) / left if ratio > 0 else 0.0

    def ratio_at(self, quantile: float) -> float:
        """Return the ratio at which the F statistic is ``quantile``; 0 if it never is as large."""
        between, within = self.df

        def _away(ratio: float) -> float:
            return (self.rest(ratio) - self.error) / between / (self.error / within) - quantile

        if _away(0.0) <= 0:
            return 0.0
        top = 1.0
        while _away(top) > 0:
            top *= 4
        return float(brentq(_away, 0.0, top, xtol=1e-12, rtol=1e-12))
