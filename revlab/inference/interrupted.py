"""A monthly series before and after a date: level and slope, and no word on what caused them."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from revlab.errors import EstimateError, must, one_of
from revlab.inference.estimate import Estimate, check_conf_level, t_estimate
from revlab.inference.series_errors import ERRORS, SeriesErrors, series_errors

__all__ = ["FEWEST_MONTHS", "SEASONS", "InterruptedSeries", "interrupted_series"]

Floats = NDArray[np.float64]

FEWEST_MONTHS = 12
"""Months that are needed on each side of the date."""

SEASONS = ("none", "yearly")
"""Whether a wave with the period of a year is taken out."""

_HOW = {
    "autoregressive": "standard error for months that go together, Satterthwaite t",
    "newey_west": "Newey-West standard error, t with n - p degrees of freedom",
    "quasi_poisson": "quasi-Poisson standard error, t with n - p degrees of freedom",
}
_NOTE = (
    "Whatever else changed at that time moves the series too, so a change cannot be put down to "
    "the programme."
)


@dataclass(frozen=True, eq=False)
class InterruptedSeries:
    """A segmented Poisson regression of a monthly series.

    Parameters
    ----------
    level, slope : Estimate
        Step at the date, and change of the monthly slope from then on, as log rate ratios.
    table : pandas.DataFrame
        month (number from 0), count, rate (count per exposure), fitted, without (what the months
        before go on to), after (bool).
    errors : SeriesErrors
        How the standard errors were made: spread of the counts, likeness of neighbours.
    """

    level: Estimate
    slope: Estimate
    table: pd.DataFrame
    errors: SeriesErrors

    def __repr__(self) -> str:
        before = int((~self.table["after"]).sum())
        return f"Series of {before} months before and {len(self.table) - before} after a date"


def interrupted_series(
    frame: pd.DataFrame,
    start: str,
    *,
    errors: str = "autoregressive",
    season: str = "none",
    conf_level: float = 0.95,
) -> InterruptedSeries:
    """Describe how a monthly series changed at a date.

    The log of the rate is a straight line with a step and a bend at the date.

    Parameters
    ----------
    frame : pandas.DataFrame
        month ("2025-01"), count, and exposure if the count is out of something (open posts,
        visits), one row for each month without gaps.
    start : str
        First month of the programme, for instance "2026-01".
    errors : {"autoregressive", "newey_west", "quasi_poisson"}
        How the standard errors are made, see `revlab.inference.series_errors`.
    season : {"none", "yearly"}
        "yearly" adds one wave a year and needs 24 months on each side.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    InterruptedSeries

    Raises
    ------
    EstimateError
        If a column is missing, a month is, a count is no whole number of 0 or more, an exposure
        is not above 0, or there are too few months on a side.

    Notes
    -----
    Measured coverage of the 95% intervals of level and slope (500 made-up series each, 34 counts
    a month, months that go together by 0, 0.3 and 0.6, half the series on each side): 0.94 to
    0.98 by 0, 0.92 to 0.95 by 0.3, 0.85 to 0.93 by 0.6 at 24, 48 and 96 months. Newey and West's
    had 0.79 to 0.87 by 0.6, quasi-Poisson ones 0.77 to 0.87.

    References
    ----------
    Bernal, Cummins & Gasparrini 2017, International Journal of Epidemiology 46:348-355.

    Examples
    --------
    >>> months = pd.period_range("2024-01", periods=30, freq="M").astype(str)
    >>> counts = [20, 24, 19, 22, 21] * 3 + [30, 34, 29, 32, 31] * 3
    >>> series = interrupted_series(pd.DataFrame({"month": months, "count": counts}), "2025-04")
    >>> series.level
    step at the date: 0.386 [95% CI 0.084, 0.689], interrupted_series, n = 30
    """
    one_of("errors", errors, ERRORS)
    one_of("season", season, SEASONS)
    check_conf_level(conf_level)
    count, exposure, first = _checked(frame, start, season)
    n, place = len(count), np.arange(len(count), dtype=float)
    after = place >= first
    design = np.column_stack([np.ones(n), place / 12, after, after * (place - first) / 12])
    if season == "yearly":
        turn = 2 * np.pi * place / 12
        design = np.column_stack([design, np.sin(turn), np.cos(turn)])
    beta, mean = _poisson(count, design, np.log(exposure))
    made = series_errors(count, mean, design, kind=errors)
    without = design.copy()
    without[:, 2:4] = 0.0
    table = pd.DataFrame({"month": place.astype(int), "count": count, "rate": count / exposure})
    table["fitted"], table["without"] = mean / exposure, np.exp(without @ beta)
    spread = np.sqrt(np.diag(made.covariance))
    level, slope = (
        _worded(
            t_estimate(float(beta[k]), float(spread[k]), df=made.df, conf_level=conf_level),
            name, errors, (first, n),
        )
        for k, name in ((2, "step at the date"), (3, "change of the slope per year"))
    )  # fmt: skip
    return InterruptedSeries(level, slope, table.assign(after=after), made)


def _worded(plain: Estimate, name: str, errors: str, size: tuple[int, int]) -> Estimate:
    how = _HOW[errors]
    return replace(
        plain,
        estimand=name,
        estimator="interrupted_series",
        n=size[1],
        unit="log rate ratio",
        convention=f"segmented Poisson regression of {size[0]} months before and "
        f"{size[1] - size[0]} after, {how}",
        note=_NOTE,
    )


def _checked(frame: pd.DataFrame, start: str, season: str) -> tuple[Floats, Floats, int]:
    absent = [name for name in ("month", "count") if name not in frame]
    must(not absent, f"the series lacks the columns {absent}.", EstimateError)
    try:
        months = pd.PeriodIndex(frame["month"].astype(str), freq="M")
        begin = pd.Period(start, freq="M")
    except (ValueError, TypeError) as error:
        raise EstimateError(f"months must be written as 2026-01; {error}.") from None
    order = np.argsort(months.asi8, kind="stable")
    number = months.asi8[order]
    whole = bool((np.diff(number) == 1).all())
    must(whole, "the series must have each month once, without gaps.", EstimateError)
    count = frame["count"].to_numpy(dtype=float, na_value=np.nan)[order]
    good = bool(((count >= 0) & (count == np.floor(count))).all()) and count.sum() > 0
    must(good, "every count must be a whole number of 0 or more, and not all 0.", EstimateError)
    exposure = np.ones(len(count))
    if "exposure" in frame:
        exposure = frame["exposure"].to_numpy(dtype=float, na_value=np.nan)[order]
    fine = bool((np.isfinite(exposure) & (exposure > 0)).all())
    must(fine, "every exposure must be a number above 0.", EstimateError)
    first = int((number < begin.ordinal).sum())
    fewest = FEWEST_MONTHS * (2 if season == "yearly" else 1)
    must(
        min(first, len(count) - first) >= fewest,
        f"there are {first} months before {start} and {len(count) - first} from then on; with "
        f"fewer than {fewest} on a side no line can be told from chance.",
        EstimateError,
    )
    sides = count[:first].sum(), count[first:].sum()
    must(min(sides) > 0, "all counts on one side are 0, so a ratio has no end.", EstimateError)
    return count, exposure, first


def _poisson(count: Floats, design: Floats, offset: Floats) -> tuple[Floats, Floats]:
    """Return the coefficients of a Poisson regression and the means, by Fisher scoring."""
    mean = (count + count.mean()) / 2
    beta = np.zeros(design.shape[1])
    for _ in range(100):
        working = np.log(mean) - offset + (count - mean) / mean
        weighted = mean[:, None] * design
        fresh = np.linalg.solve(design.T @ weighted, weighted.T @ working)
        settled = bool(np.abs(fresh - beta).max() < 1e-12 * max(1.0, float(np.abs(fresh).max())))
        beta, mean = fresh, np.exp(design @ fresh + offset)
        if settled:
            break
    must(bool(np.isfinite(beta).all()), "the regression finds no maximum.", EstimateError)
    return beta, mean
