"""The scores of every survey of a pilot: long rows, means per arm, and each dyad's own line."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.errors import EstimateError
from revlab.fieldwork.instrument import score_scales
from revlab.fieldwork.pilot import Pilot
from revlab.inference.analysis_scales import Scores
from revlab.inference.regression import cluster_robust

__all__ = ["growth_means", "growth_slopes", "wave_scores"]

Floats = NDArray[np.float64]
_MEANS = [
    "scale_id", "role", "arm", "wave", "label", "week", "estimate", "conf_low", "conf_high", "n",
    "n_clusters",
]  # fmt: skip


def wave_scores(pilot: Pilot, scores: Scores) -> pd.DataFrame:
    """Return the scores of one side at every survey that asks the scale, one row per dyad each.

    Parameters
    ----------
    pilot : Pilot
        Real or simulated.
    scores : Scores
        The outcome.

    Returns
    -------
    pandas.DataFrame
        dyad_id, pool_id, arm, wave, week, time (in mean gaps between the surveys, 0 at the
        first), score (NaN where missing).

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.inference.analysis_scales import scores_of
    >>> from revlab.shipped import shipped
    >>> pilot = read_pilot(shipped("data/example_pilot"))
    >>> sorted(set(wave_scores(pilot, scores_of(pilot)[0])["time"]))
    [0.0, 1.0, 2.0]
    """
    scale_id, role = scores.outcome.scale_id, scores.outcome.role
    items = [form.item_id for form in pilot.instrument.forms(scale_id, role)]
    asked = pilot.responses[
        pilot.responses["item_id"].isin(items) & (pilot.responses["role"] == role)
    ]
    known = score_scales(asked, pilot.instrument).set_index(["dyad_id", "wave"])["score"]
    weeks = {wave.wave: float(wave.week) for wave in pilot.plan.waves}
    waves = [wave for wave in scores.waves if wave in weeks]
    first = np.array([weeks[wave] for wave in waves])
    even = np.arange(len(waves), dtype=float)
    span = float(np.ptp(first)) if len(waves) else 0.0
    # Surveys without dates of their own count as evenly spaced.
    time = (first - first[0]) / span * (len(waves) - 1) if span > 0 else even
    frames = []
    for wave, when in zip(waves, time, strict=True):
        rows = scores.frame[["dyad_id", "pool_id", "arm"]].copy()
        cells = pd.MultiIndex.from_arrays([rows["dyad_id"], [wave] * len(rows)])
        frames.append(
            rows.assign(
                wave=wave,
                week=weeks[wave],
                time=float(when),
                score=known.reindex(cells).to_numpy(dtype=np.float64),
            )
        )
    return pd.concat(frames, ignore_index=True)


def growth_slopes(long: pd.DataFrame) -> pd.DataFrame:
    """Return each dyad's own straight line through its scores.

    Parameters
    ----------
    long : pandas.DataFrame
        From `wave_scores`.

    Returns
    -------
    pandas.DataFrame
        dyad_id, pool_id, arm, n_waves (answered), slope (points per survey, by least squares;
        NaN with fewer than two answers).

    References
    ----------
    Matthews, Altman, Campbell & Royston (1990), British Medical Journal 300, on summary measures.

    Examples
    --------
    >>> long = pd.DataFrame({"dyad_id": "a", "pool_id": 1, "arm": "new", "time": [0.0, 1, 2],
    ...     "score": [1.0, 2, 2]})
    >>> growth_slopes(long)["slope"].tolist()
    [0.5]
    """
    frame = long[["dyad_id", "pool_id", "arm"]].drop_duplicates("dyad_id", ignore_index=True)
    there = long[long["score"].notna()]
    dyad = there["dyad_id"]
    centred = there["time"] - there.groupby("dyad_id")["time"].transform("mean")
    parts = pd.DataFrame({"up": centred * there["score"], "spread": centred**2})
    sums = parts.groupby(dyad).sum().reindex(frame["dyad_id"])
    frame["n_waves"] = dyad.value_counts().reindex(frame["dyad_id"], fill_value=0).to_numpy()
    spread = sums["spread"].to_numpy(dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = sums["up"].to_numpy(dtype=float) / spread
    frame["slope"] = np.where(spread > 0, slope, np.nan)
    return frame


def growth_means(
    pilot: Pilot, scores: Sequence[Scores], *, conf_level: float = 0.95
) -> pd.DataFrame:
    """Return the mean score of each arm at each survey, with intervals over pools.

    Parameters
    ----------
    pilot : Pilot
        Real or simulated.
    scores : sequence of Scores
        The outcomes; all that are asked at least once.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    pandas.DataFrame
        scale_id, role, arm, wave, label, week, estimate (points), conf_low, conf_high (CR2 over
        pools, Satterthwaite t; NaN with one pool or too little variation), n, n_clusters.
        Whoever answered counts, at each survey.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.inference.analysis_scales import scores_of
    >>> from revlab.shipped import shipped
    >>> pilot = read_pilot(shipped("data/example_pilot"))
    >>> len(growth_means(pilot, scores_of(pilot)[:1]))
    6
    """
    labels = {wave.wave: wave.label for wave in pilot.plan.waves}
    rows = []
    for one in scores:
        long = wave_scores(pilot, one)
        there = long[long["score"].notna()]
        for (arm, wave, week), part in there.groupby(["arm", "wave", "week"]):
            score = part["score"].to_numpy(dtype=float)
            pools = part["pool_id"].astype(str).to_numpy()
            low, high = _mean_ends(score, pools, conf_level)
            place = (one.outcome.scale_id, one.outcome.role, str(arm), int(wave), labels[wave])
            ends = (float(score.mean()), low, high, len(score), len(set(pools)))
            rows.append((*place, float(week), *ends))
    return pd.DataFrame(rows, columns=_MEANS)


def _mean_ends(score: Floats, pools: NDArray[np.str_], level: float) -> tuple[float, float]:
    try:
        fit = cluster_robust(np.ones((len(score), 1)), score, cluster=pools)
        mean = fit.estimate(0, conf_level=level)
    except EstimateError:
        return float("nan"), float("nan")
    return mean.conf_low, mean.conf_high
