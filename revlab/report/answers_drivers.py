"""The answer card and tables about which assumptions decide a result, and what stands behind."""

from types import MappingProxyType

import numpy as np
import pandas as pd

from revlab.design.sensitivity import Drivers
from revlab.inference.estimate import Contrast
from revlab.report.answer import AnswerCard
from revlab.report.cards import plain_card
from revlab.report.frames import interval, number, percent
from revlab.report.names import words

__all__ = ["claims_never_used", "drivers_card", "drivers_table", "held_to"]

_SHORT = MappingProxyType(
    {
        "fit.validity": "how true the score is",
        "relationship.fit": "what fit adds to relationships",
        "relationship.ramp_middle": "how fast relationships grow",
        "sessions.skip_base": "how often sessions are skipped",
        "sessions.skip_quality": "good relationships skipping less",
        "sessions.skip_after_skip": "one skip leading to another",
        "sessions.end_base": "how often pairs end early",
        "sessions.end_quality": "good relationships lasting longer",
        "outcome.fit": "what fit adds to sessions",
        "outcome.quality": "what relationships add to sessions",
        "outcome.saturation": "later sessions giving less",
    }
)
"""Parameter to what it is about, in few words."""


def drivers_table(drivers: Drivers) -> pd.DataFrame:
    """Return what drives a difference, in words.

    Parameters
    ----------
    drivers : Drivers
        From `revlab.design.sensitivity.what_drives`.

    Returns
    -------
    pandas.DataFrame
        ``assumption, total, total_low, total_high, first, flips_low, flips_high, grade``.
    """
    table = drivers.table
    names = [
        _SHORT.get(parameter, meaning)
        for parameter, meaning in zip(table["parameter"], table["meaning"], strict=True)
    ]
    columns = ["total", "total_low", "total_high", "first", "flips_low", "flips_high", "grade"]
    shown = table[columns].assign(assumption=names, first=table["first"].clip(lower=0.0))
    return shown[["assumption", *columns]]


def drivers_card(drivers: Drivers, contrast: Contrast) -> AnswerCard:
    """Return the card that says which assumption decides how two policies compare.

    Parameters
    ----------
    drivers : Drivers
        From `revlab.design.sensitivity.what_drives`.
    contrast : Contrast
        The two policies.

    Returns
    -------
    AnswerCard
    """
    table = drivers_table(drivers)
    top, following = table.iloc[0], table.iloc[1]
    close = following["total_high"] > top["total_low"]
    named = f"{top['assumption']} and {following['assumption']}" if close else top["assumption"]
    one, other = (words(arm).lower() for arm in (contrast.treatment, contrast.control))
    guessed = int((table["grade"].head(3) == "assumption").sum())
    low, high = np.quantile(drivers.differences, [0.05, 0.95])
    return plain_card(
        f"Which assumptions decide whether “{one}” does better than “{other}”?",
        f"Most hangs on {named}; the ranking turns round in {percent(drivers.flips)} of all "
        "settings.",
        facts={
            f"Decided by {top['assumption']}": _decided(top),
            f"Decided by {following['assumption']}": _decided(following)
            + ("; which of the two decides more cannot be told" if close else ""),
            "Difference at the defaults": f"{number(drivers.at_defaults, 3)} SD of the outcome",
            "In nine of ten settings": f"{interval(float(low), float(high), decimals=3)} SD",
            "First three without a source": f"{guessed} of 3",
            "Based on": f"{len(drivers.differences)} settings, {drivers.n_pairs} pairs a time",
        },
        change_mind=f"A study that measures {named} would narrow the answer most.",
        convention="Sobol' indices of the difference in expected gain, all assumptions varied at "
        "once over the ranges of the evidence registry, bootstrap intervals; no noise of surveys.",
        simulated=True,
    )


def _decided(row: pd.Series) -> str:
    low, high = 100 * row["total_low"], 100 * row["total_high"]
    share = interval(low, high, decimals=0)
    return f"{share}% of how the difference varies, best guess {percent(row['total'])}"


def claims_never_used(registry: pd.DataFrame) -> pd.DataFrame:
    """Return what companies and vendors claim, which the simulator never uses.

    Parameters
    ----------
    registry : pandas.DataFrame
        From `revlab.fieldwork.evidence.evidence`.

    Returns
    -------
    pandas.DataFrame
        ``meaning, value, unit, source, note``.

    Examples
    --------
    >>> from revlab.fieldwork.evidence import evidence
    >>> bool(claims_never_used(evidence())["source"].notna().all())
    True
    """
    rows = registry[registry["grade"] == "D"]
    return rows[["meaning", "value", "unit", "source", "note"]].reset_index(drop=True)


def held_to(registry: pd.DataFrame) -> pd.DataFrame:
    """Return the findings that the simulator as a whole is held to.

    Parameters
    ----------
    registry : pandas.DataFrame
        From `revlab.fieldwork.evidence.evidence`.

    Returns
    -------
    pandas.DataFrame
        ``meaning, value, low, high, grade, source``.

    Examples
    --------
    >>> from revlab.fieldwork.evidence import evidence
    >>> len(held_to(evidence())) >= 3
    True
    """
    rows = registry[registry["parameter"].str.startswith("target.")]
    columns = ["meaning", "value", "low", "high", "grade", "source"]
    return rows[columns].reset_index(drop=True)
