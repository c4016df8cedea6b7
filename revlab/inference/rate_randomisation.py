"""The randomisation test of a ratio of rates: arms are dealt to the pools anew."""

from dataclasses import replace
from math import nan

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.inference.estimate import Contrast, Estimate
from revlab.inference.event_rates import rate_ratio
from revlab.inference.inversion import Replay, splits_of
from revlab.inference.pool_blocks import kept_blocks, pool_blocks

__all__ = ["rate_ratio_test"]

Floats = NDArray[np.float64]


def rate_ratio_test(
    frame: pd.DataFrame,
    contrast: Contrast,
    *,
    conf_level: float = 0.95,
    replay: Replay | None = None,
) -> Estimate:
    """Test the ratio of two rates by dealing the arms to the pools anew.

    Parameters
    ----------
    frame, contrast, conf_level
        As for `rate_ratio`; a column "block" keeps the re-assignments within blocks.
    replay : Replay or None
        How assignments are listed.

    Returns
    -------
    Estimate
        The log rate ratio with the p-value of the randomisation test, and no interval.

    Raises
    ------
    EstimateError
        As `rate_ratio`.

    References
    ----------
    Gail et al. (1996), Statistics in Medicine 15.

    Examples
    --------
    >>> frame = pd.DataFrame({"pool_id": range(8), "arm": ["new"] * 4 + ["old"] * 4,
    ...     "count": [8, 9, 7, 8, 2, 3, 2, 1], "exposure": [6.0] * 8})
    >>> rate_ratio_test(frame, Contrast("new", "old")).p_value == 2 / 70
    True
    """
    plain = rate_ratio(frame, contrast, conf_level=conf_level)
    both = frame[frame["arm"].astype(str).isin([contrast.treatment, contrast.control])]
    pools = both.assign(pool_id=both["pool_id"].astype(str)).groupby("pool_id", sort=True)
    sums = pools[["count", "exposure"]].sum()
    there = (sums["exposure"] > 0).to_numpy()
    treated = (pools["arm"].first().astype(str) == contrast.treatment).to_numpy(dtype=bool)[there]
    block = None
    if "block" in both:
        labels = list(pools["block"].first()[there])
        names = list(sums.index[there])
        block = kept_blocks(pool_blocks(labels, np.arange(len(names)), names=names), treated)
    splits, listed = splits_of(treated, replay or Replay(), block=block)
    events, exposure = (sums[name].to_numpy(dtype=float)[there] for name in ("count", "exposure"))
    gaps = _gaps(splits.astype(float), events, exposure)
    seen = abs(plain.estimate)
    extreme = np.abs(gaps) >= seen - 1e-9 * max(1.0, seen)
    return replace(
        plain,
        estimator="rate_ratio_test",
        std_error=nan,
        df=nan,
        statistic=plain.estimate,
        p_value=float(extreme.mean()),
        conf_low=nan,
        conf_high=nan,
        convention=f"randomisation test of the log rate ratio, {listed} of arms to "
        f"{len(treated)} pools, no interval",
    )


def _gaps(splits: Floats, events: Floats, exposure: Floats) -> Floats:
    one, two = splits @ events, splits @ exposure
    with np.errstate(divide="ignore", invalid="ignore"):
        # Without any event in one arm the ratio is endless, and so as extreme as can be.
        gaps: Floats = np.log(one / two) - np.log((events.sum() - one) / (exposure.sum() - two))
    return gaps
