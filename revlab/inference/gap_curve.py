"""An outcome against a gap between the two of a dyad: means by step, or a smooth curve."""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from revlab.errors import EstimateError, must, one_of
from revlab.inference.columns import group_codes
from revlab.inference.estimate import Estimate, check_conf_level
from revlab.inference.regression import cluster_robust

__all__ = ["SHAPES", "gap_curve", "gap_slope", "restricted_cubic"]

Floats = NDArray[np.float64]

SHAPES = ("steps", "spline")
"""How a curve is drawn: a mean for each step of the gap, or a restricted cubic spline."""

_FEWEST, _CELL, _FEWEST_SMOOTH = 20, 5, 40
_KNOTS = {3: (0.1, 0.5, 0.9), 4: (0.05, 0.35, 0.65, 0.95)}
_COLUMNS = ("pool_id", "gap", "value")


def restricted_cubic(values: ArrayLike, knots: ArrayLike) -> Floats:
    """Return the basis of a cubic spline that is straight beyond its first and last knot.

    Parameters
    ----------
    values : array of shape (n,)
        Where the curve is wanted.
    knots : array of shape (k,)
        At least three, rising.

    Returns
    -------
    array, shape (n, k - 1)
        The value itself, then ``k - 2`` cubic columns divided by the squared range of the knots.

    Raises
    ------
    EstimateError
        If there are fewer than three knots, or they do not rise.

    References
    ----------
    Stone & Koo 1985; Harrell 2015, Regression Modeling Strategies, section 2.4.5.

    Examples
    --------
    >>> restricted_cubic([0.0, 1.0, 2.0, 3.0], [0.0, 1.0, 2.0]).round(3).tolist()
    [[0.0, 0.0], [1.0, 0.25], [2.0, 1.5], [3.0, 3.0]]
    """
    x, at = np.asarray(values, dtype=float), np.asarray(knots, dtype=float)
    rising = at.ndim == 1 and len(at) >= 3 and bool((np.diff(at) > 0).all())
    must(rising, "a restricted cubic spline needs three knots or more that rise.", EstimateError)
    cubed = np.maximum(x[:, None] - at, 0.0) ** 3
    last, before = at[-1], at[-2]
    tail = (last - at[:-2]) / (last - before)
    bent = cubed[:, :-2] - cubed[:, [-2]] * tail + cubed[:, [-1]] * (tail - 1)
    return np.column_stack([x, bent / (last - at[0]) ** 2])


def gap_curve(
    frame: pd.DataFrame, *, shape: str = "steps", conf_level: float = 0.95
) -> pd.DataFrame:
    """Return the mean of an outcome by the gap between the two, with intervals.

    It describes dyads as they were made. Dyads with different gaps differ in much else, so a
    slope of the curve is not what a gap does.

    Parameters
    ----------
    frame : pandas.DataFrame
        pool_id, gap (for instance grades between the two), value (for instance quality in
        points), one row per dyad; missing values are left out.
    shape : {"steps", "spline"}
        Means by whole steps of the gap, where steps with fewer than five dyads join the next one
        towards the middle, or a restricted cubic spline with three or four knots.
    conf_level : float
        Level of the intervals, each for its own point.

    Returns
    -------
    pandas.DataFrame
        gap (mean gap of the step), low, high (smallest and largest gap of the step), n, estimate,
        conf_low, conf_high (NaN where one pool holds the step); for the spline 21 places between
        the 5th and 95th percentile, n of all dyads.

    Raises
    ------
    EstimateError
        With fewer than 20 dyads (40 for a spline), one pool, fewer than two steps of five dyads,
        or fewer than five different gaps for a spline.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> gap = np.repeat([1, 2, 3], 12)
    >>> frame = pd.DataFrame({"pool_id": np.arange(36) % 6, "gap": gap,
    ...                       "value": 3 + rng.normal(size=36)})
    >>> gap_curve(frame)["n"].tolist()
    [12, 12, 12]
    """
    one_of("shape", shape, SHAPES)
    check_conf_level(conf_level)
    gap, value, pools = _checked(frame)
    if shape == "steps":
        step = _steps(gap)
        count = int(step.max()) + 1
        must(
            count >= 2,
            f"the dyads make fewer than two steps of {_CELL} or more, so there is no curve.",
            EstimateError,
        )
        design = (step[:, None] == np.arange(count)).astype(float)
        rows = pd.DataFrame({"step": step, "gap": gap}).groupby("step")["gap"]
        table = rows.agg(gap="mean", low="min", high="max", n="size").reset_index(drop=True)
        return table.join(_ends(design, value, pools, (np.eye(count), conf_level)))
    return _smooth(gap, value, pools, conf_level)


def gap_slope(frame: pd.DataFrame, *, conf_level: float = 0.95) -> Estimate:
    """Return by how much an outcome differs per unit of the gap, on a straight line.

    Parameters
    ----------
    frame : pandas.DataFrame
        As for `gap_curve`.
    conf_level : float
        Level of the interval.

    Returns
    -------
    Estimate
        CR2 over pools.

    Raises
    ------
    EstimateError
        With fewer than 20 dyads, one pool, or a gap that does not vary.

    Examples
    --------
    >>> frame = pd.DataFrame({"pool_id": np.arange(24) % 6, "gap": np.arange(24) % 4,
    ...                       "value": np.arange(24) % 4 / 2 + np.arange(24) // 4 % 3})
    >>> round(gap_slope(frame).estimate, 3)
    0.5
    """
    gap, value, pools = _checked(frame)
    must(bool(gap.std() > 0), "all dyads have the same gap, so there is no slope.", EstimateError)
    fit = cluster_robust(np.column_stack([np.ones(len(gap)), gap]), value, cluster=pools)
    return replace(
        fit.estimate(1, conf_level=conf_level),
        estimand="difference per unit of the gap",
        estimator="gap_slope",
        n_missing=len(frame) - len(gap),
        unit="points per unit of the gap",
        convention=f"least squares, straight line in the gap, {fit.convention}",
        note="A description of the dyads that were made: those with other gaps differ in more "
        "than the gap.",
    )


def _checked(frame: pd.DataFrame) -> tuple[Floats, Floats, NDArray[np.intp]]:
    absent = [name for name in _COLUMNS if name not in frame]
    must(not absent, f"the frame lacks the columns {absent}.", EstimateError)
    full = frame.dropna(subset=["gap", "value"])
    must(
        len(full) >= _FEWEST,
        f"{len(full)} dyads have a gap and a value; a curve needs {_FEWEST} or more.",
        EstimateError,
    )
    pools = group_codes(full["pool_id"].astype(str), len(full), name="pool_id")
    return full["gap"].to_numpy(dtype=float), full["value"].to_numpy(dtype=float), pools


def _steps(gap: Floats) -> NDArray[np.intp]:
    """Return the step of each dyad; small steps join their neighbour towards the middle."""
    values, place = np.unique(gap, return_inverse=True)
    steps = [[k] for k in range(len(values))]
    size = np.bincount(place)
    middle = float(np.median(gap))
    while len(steps) > 1:
        counts = [int(size[step].sum()) for step in steps]
        small = [k for k, count in enumerate(counts) if count < _CELL]
        if not small:
            break
        # the outermost first, so that a lonely end does not stay alone
        k = max(small, key=lambda j: abs(values[steps[j][0]] - middle))
        inward = 1 if values[steps[k][0]] < middle else -1
        other = k + inward if 0 <= k + inward < len(steps) else k - inward
        first, second = sorted((k, other))
        steps[first : second + 1] = [steps[first] + steps[second]]
    number = np.empty(len(values), dtype=np.intp)
    for k, step in enumerate(steps):
        number[step] = k
    return number[place]


def _smooth(gap: Floats, value: Floats, pools: NDArray[np.intp], conf_level: float) -> pd.DataFrame:
    different = len(np.unique(gap))
    must(
        different >= 5 and len(gap) >= _FEWEST_SMOOTH,
        f"a smooth curve needs five different gaps and {_FEWEST_SMOOTH} dyads; there are "
        f"{different} and {len(gap)}. Ask for shape='steps'.",
        EstimateError,
    )
    knots = np.unique(np.quantile(gap, _KNOTS[4 if len(gap) >= 100 else 3]))
    if len(knots) < 3:
        spread = np.unique(gap)
        knots = spread[[0, len(spread) // 2, -1]]
    low, high = (float(np.quantile(gap, share)) for share in (0.05, 0.95))
    at = np.linspace(low, high, 21)
    design, places = (
        np.column_stack([np.ones(len(x)), restricted_cubic(x, knots)]) for x in (gap, at)
    )
    table = pd.DataFrame({"gap": at, "low": at, "high": at, "n": len(gap)})
    return table.join(_ends(design, value, pools, (places, conf_level)))


def _ends(
    design: Floats, value: Floats, pools: NDArray[np.intp], wanted: tuple[Floats, float]
) -> pd.DataFrame:
    """Return the height of the curve at each row of weights with its CR2 interval."""
    weights, conf_level = wanted
    rows = []
    for line in weights:
        # The height is made a coefficient of its own, so that it gets its own degrees of freedom.
        place = int(np.abs(line).argmax())
        turn = np.eye(len(line))
        turn[place] = line
        fit = cluster_robust(design @ np.linalg.inv(turn), value, cluster=pools)
        height = float(fit.coefficients[place])
        try:
            found = fit.estimate(place, conf_level=conf_level)
            rows.append((height, found.conf_low, found.conf_high))
        except EstimateError:
            rows.append((height, np.nan, np.nan))
    return pd.DataFrame(rows, columns=["estimate", "conf_low", "conf_high"])
