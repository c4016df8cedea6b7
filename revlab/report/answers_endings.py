"""The answer card about how long pairs last, and the table of when they end."""

import numpy as np
import pandas as pd

from revlab.errors import EstimateError, must
from revlab.inference.analysis import PilotAnalysis
from revlab.inference.estimate import Estimate
from revlab.inference.rates import wilson
from revlab.privacy.thresholds import Thresholds
from revlab.report.answer import AnswerCard
from revlab.report.cards import plain_card
from revlab.report.frames import interval, number
from revlab.report.names import words
from revlab.report.refusals import or_refusal, situation_behind

__all__ = ["lasting_card", "shown_hazards"]

_FEWEST = Thresholds().scores


def lasting_card(analysis: PilotAnalysis) -> AnswerCard:
    """Return the card that says how many sessions pairs last on average.

    Parameters
    ----------
    analysis : PilotAnalysis
        From ``analyse_pilot``.

    Returns
    -------
    AnswerCard
        The mean up to the planned number of sessions, per arm, and the difference with pools as
        units.
    """
    question = "How long do pairs last?"

    def make() -> AnswerCard:
        rows = analysis.frame("lasted")
        mean = analysis.estimate("lasted")
        must(mean.n >= _FEWEST, f"fewer than {_FEWEST} pairs were followed.", EstimateError)
        planned = int(analysis.at_risk["time"].max())
        facts = {
            f"Mean, {words(str(row.arm))}": f"{number(row.estimate, 1)} "
            f"({interval(row.conf_low, row.conf_high, decimals=1)}), n = {row.n}"
            for row in rows.itertuples()
            if row.arm != "all" and row.n >= _FEWEST
        }
        facts |= _difference(analysis)
        return plain_card(
            question,
            f"{_sessions(mean)} of {planned} planned sessions on average, before a pair ended or "
            "the programme did.",
            facts=facts,
            change_mind="A longer programme: what happens after its last session is not seen.",
            convention=f"means: {mean.convention}; the difference and the test have pools as units",
            simulated=analysis.simulated,
        ).with_situation(situation_behind(analysis, mean))

    return or_refusal(question, analysis.simulated, make)


def _sessions(mean: Estimate) -> str:
    return f"{number(mean.estimate, 1)} ({interval(mean.conf_low, mean.conf_high, decimals=1)})"


def _difference(analysis: PilotAnalysis) -> dict[str, str]:
    try:
        gap = analysis.estimate("lasted_contrast")
    except EstimateError:
        return {}
    facts = {}
    what = " minus ".join(words(arm) for arm in gap.contrast.split(" - ", 1))
    facts[f"Difference, {what}"] = f"{_sessions(gap)} sessions, {gap.n_clusters} pools"
    try:
        test = analysis.estimate("duration_contrast")
    except EstimateError:
        return facts
    return facts | {"Log-rank test, arms dealt to pools anew": f"p = {number(test.p_value)}"}


def shown_hazards(table: pd.DataFrame) -> pd.DataFrame:
    """Return when pairs end, with sessions taken together until five pairs have ended.

    Parameters
    ----------
    table : pandas.DataFrame
        From ``analysis_endings.session_hazards``.

    Returns
    -------
    pandas.DataFrame
        arm, sessions ("1 to 3"), at_risk (before the first of them), ended, share, conf_low,
        conf_high (Wilson). Arms in one of which fewer than five pairs ended are left out, and all
        pairs together keep one row without the number.

    Examples
    --------
    >>> table = pd.DataFrame({"arm": "all", "session": [0, 1, 2], "at_risk": [20, 17, 12],
    ...     "ended": [3, 5, 1]})
    >>> shown_hazards(table)[["sessions", "at_risk", "ended"]].to_numpy().tolist()
    [['0 to 2', 20, 9]]
    """
    ended = table.groupby("arm")["ended"].sum().drop("all", errors="ignore")
    # One hidden arm could be worked out from the other and all pairs together.
    kept = table[table["arm"] == "all"] if (ended < _FEWEST).any() else table
    rows = []
    for arm, part in kept.groupby("arm", sort=False):
        blocks = _blocks(part.sort_values("session")["ended"].tolist())
        for block in blocks:
            here = part.sort_values("session").iloc[block[0] : block[1]]
            first, last = int(here["session"].iloc[0]), int(here["session"].iloc[-1])
            at_risk, count = int(here["at_risk"].iloc[0]), int(here["ended"].sum())
            sessions = f"{first} to {last}" if last > first else f"{first}"
            if count < _FEWEST:
                rows.append((arm, sessions, at_risk, pd.NA, np.nan, np.nan, np.nan))
                continue
            share = wilson(count, at_risk)
            ends = (share.share, share.conf_low, share.conf_high)
            rows.append((arm, sessions, at_risk, count, *ends))
    columns = ["arm", "sessions", "at_risk", "ended", "share", "conf_low", "conf_high"]
    return pd.DataFrame(rows, columns=columns).astype({"ended": "Int64"})


def _blocks(ended: list[int]) -> list[tuple[int, int]]:
    """Return the shortest runs of sessions in which enough ended; the rest joins the last."""
    blocks, start, held = [], 0, 0
    for place, count in enumerate(ended, start=1):
        held += count
        if held >= _FEWEST:
            blocks.append((start, place))
            start, held = place, 0
    if not blocks:
        return [(0, len(ended))]
    if start < len(ended):
        blocks[-1] = (blocks[-1][0], len(ended))
    return blocks
