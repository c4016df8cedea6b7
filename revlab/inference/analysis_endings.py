"""The part of a pilot's analysis that is about how long dyads last and why they end."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from math import nan

import numpy as np
import pandas as pd

from revlab.errors import EstimateError, must
from revlab.fieldwork.frames import attendance, endings
from revlab.fieldwork.pilot import Pilot
from revlab.inference.analysis_ending_contrasts import ending_contrasts
from revlab.inference.competing import cumulative_incidence, periods
from revlab.inference.counts import fit_counts
from revlab.inference.estimate import Estimate
from revlab.inference.findings import Finding, Refusal, Where, attempt
from revlab.inference.plan import AnalysisPlan
from revlab.inference.rates import wilson
from revlab.inference.restricted_mean import restricted_mean
from revlab.privacy.thresholds import Thresholds

__all__ = ["OTHER", "ending_findings", "ending_reasons", "session_hazards"]

OTHER = "other reasons"
"""The reason that stands for those with fewer than five dyads."""

_FEWEST = Thresholds().scores
_NOT_GIVEN = "reason not given"
_HAZARD = ["arm", "session", "at_risk", "ended", "share", "conf_low", "conf_high"]
_INCIDENCE = [
    "reason", "time", "at_risk", "events", "share", "std_error", "conf_low", "conf_high",
]  # fmt: skip


def _arms(frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    yield "all", frame
    for arm in sorted(frame["arm"].astype(str).unique()):
        yield arm, frame[frame["arm"].astype(str) == arm]


def session_hazards(pilot: Pilot, *, conf_level: float = 0.95) -> pd.DataFrame:
    """Return the chance that a dyad that is still running ends, session by session.

    Parameters
    ----------
    pilot : Pilot
        Real or simulated.
    conf_level : float
        Level of the Wilson intervals, which take dyads as independent.

    Returns
    -------
    pandas.DataFrame
        arm ("all" first), session (the last that came due; 0 = ended before the first),
        at_risk, ended, share (the hazard), conf_low, conf_high. The last planned session is
        left out, because a dyad that reached it has completed.

    References
    ----------
    Singer & Willett (1993), Journal of Educational Statistics 18.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.shipped import shipped
    >>> table = session_hazards(read_pilot(shipped("data/example_pilot")))
    >>> table.loc[table["arm"] == "all", "at_risk"].tolist()[:2]
    [45, 45]
    """
    rows = []
    for arm, part in _arms(endings(pilot)):
        if part.empty:
            continue
        # Periods count from one, sessions from none.
        long = periods(part["time"].to_numpy(dtype=float) + 1, part["ended_early"].to_numpy())
        for period, here in long.groupby("period"):
            session, ended = int(period) - 1, int(here["ended"].sum())
            if session < pilot.plan.planned_sessions:
                share = wilson(ended, len(here), conf_level=conf_level)
                ends = (share.share, share.conf_low, share.conf_high)
                rows.append((arm, session, len(here), ended, *ends))
    return pd.DataFrame(rows, columns=_HAZARD)


def ending_reasons(pilot: Pilot, *, conf_level: float = 0.95) -> pd.DataFrame:
    """Return the share of dyads that have ended for each reason by each session.

    Parameters
    ----------
    pilot : Pilot
        Real or simulated.
    conf_level : float
        Level of the pointwise intervals, which take dyads as independent.

    Returns
    -------
    pandas.DataFrame
        As `revlab.inference.competing.cumulative_incidence`; no rows if nobody ended early.
        Reasons with fewer than five dyads become "other reasons", which takes in the smallest
        of the rest until it has five too.

    References
    ----------
    Aalen & Johansen (1978), Scandinavian Journal of Statistics 5.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.shipped import shipped
    >>> table = ending_reasons(read_pilot(shipped("data/example_pilot")))
    >>> table.groupby("reason")["events"].sum().min() >= 5
    np.True_
    """
    ends = endings(pilot)
    early = ends["ended_early"].to_numpy(dtype=bool)
    if not early.any():
        return pd.DataFrame(columns=_INCIDENCE)
    given = pilot.dyads["end_reason"].astype("object").fillna(_NOT_GIVEN).astype(str).to_numpy()
    merged = _merged(pd.Series(given[early]))
    reason = np.where(early, given, "").astype(object)
    reason[early] = merged.to_numpy()
    time = ends["time"].to_numpy(dtype=float)
    return cumulative_incidence(time, reason, conf_level=conf_level)[_INCIDENCE]


def _merged(reasons: pd.Series) -> pd.Series:
    counts = reasons.value_counts().sort_index().sort_values(kind="stable")
    small, held = [], 0
    for name, count in counts.items():
        if count >= _FEWEST and (held == 0 or held >= _FEWEST):
            break
        small.append(name)
        held += int(count)
    return reasons.where(~reasons.isin(small), OTHER)


def ending_findings(pilot: Pilot, *, plan: AnalysisPlan | None) -> list[Finding | Refusal]:
    """Return how long dyads last, and how the planned arms differ in it.

    Parameters
    ----------
    pilot : Pilot
        Real or simulated.
    plan : AnalysisPlan or None
        None gives no contrasts.

    Returns
    -------
    list of Finding or Refusal
        "lasted" (restricted mean number of sessions, for all and per arm), "attendance_spread"
        (how far sessions held spread against Poisson counts) and, with a plan, all with
        treatment minus control: "lasted_contrast" (the difference of the means, with an
        interval over pools), "lasted_pairs" (the same with dyads as units, for comparison with
        other studies), "hazard_ratio" (Cox), "hazard_check" (does it hold over the sessions?)
        and "hazard_sessions" (discrete time). Only "lasted_contrast" and the log-rank test in
        `revlab.inference.analysis_programme` count pools, so only they are for a page.

    References
    ----------
    Royston & Parmar (2013), BMC Medical Research Methodology 13:152; Grambsch & Therneau (1994),
    Biometrika 81.

    Examples
    --------
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.shipped import shipped
    >>> found = ending_findings(read_pilot(shipped("data/example_pilot")), plan=None)
    >>> [(one.where.topic, one.where.arm) for one in found][:2]
    [('lasted', 'all'), ('lasted', 'optimal')]
    """
    level = plan.primary.conf_level if plan else 0.95
    horizon, ends = float(pilot.plan.planned_sessions), endings(pilot)
    results = [
        attempt(Where("lasted", arm=arm), partial(_lasted, part, horizon, level))
        for arm, part in _arms(ends)
    ]
    results.append(attempt(Where("attendance_spread"), partial(_spread, attendance(pilot))))
    if plan is None:
        return results
    return results + ending_contrasts(ends, plan=plan, horizon=horizon)


def _lasted(part: pd.DataFrame, horizon: float, conf_level: float) -> Estimate:
    must(len(part) > 0, "there is no dyad.", EstimateError)
    plain = restricted_mean(
        part["time"], part["ended_early"], horizon=horizon, conf_level=conf_level
    )
    return replace(plain, estimand="mean number of sessions before a pair ended", unit="sessions")


def _spread(met: pd.DataFrame) -> Estimate:
    held, planned = (met[name].to_numpy(dtype=float) for name in ("held", "planned"))
    arms = met["arm"].astype(str)
    design = np.column_stack([np.ones(len(met)), *(arms == arm for arm in sorted(set(arms))[1:])])
    must(
        len(met) >= _FEWEST + design.shape[1],
        f"{len(met)} dyads in {design.shape[1]} arms are too few to measure a spread with.",
        EstimateError,
    )
    must(
        bool((met.groupby("arm")["held"].nunique() > 1).any()),
        "all dyads of an arm held the same number of sessions, so there is no spread.",
        EstimateError,
    )
    fit = fit_counts(held, design.astype(float), exposure=planned)
    return Estimate(
        "spread of sessions held against Poisson counts", "counts", "", fit.dispersion,
        nan, nan, nan, nan, nan, nan, n=fit.n, unit="ratio",
        convention="Pearson statistic per degree of freedom of a Poisson model with arms; "
        f"{fit.model} model; every dyad independent",
        note="1 is a Poisson count; sessions of a fixed number planned spread less, and more only "
        "if some dyads hold hardly any; a description",
    )  # fmt: skip
