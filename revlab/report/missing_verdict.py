"""Whether a result stands whatever way its missing answers are treated."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from revlab.report.canvas import list_words, need
from revlab.report.names import words
from revlab.report.verdicts import Verdict, judge_interval

__all__ = ["EFFECTS", "Stability", "effects_of", "judge_missing"]

EFFECTS = ("complete", "imputed", "weighted", "bounds", "worst_case")
"""Approaches that give an interval for the effect."""

_NEEDED = ["approach", "estimate", "conf_low", "conf_high", "bound_low", "bound_high"]


@dataclass(frozen=True)
class Stability:
    """Which approaches lead to the reading of the complete pairs.

    Parameters
    ----------
    base : Verdict
        What the complete pairs say.
    same, other : tuple of str
        Further approaches that say the same, and those that do not.
    """

    base: Verdict
    same: tuple[str, ...]
    other: tuple[str, ...]

    @property
    def place(self) -> str:
        """What it comes to: "holds", "depends" or "unknown" (cannot tell anyhow)."""
        if self.other:
            return "depends"
        return "unknown" if self.base.place == "unknown" else "holds"

    @property
    def finding(self) -> str:
        """The comparison in one clause, for the head of a figure."""
        ways = len(self.same) + len(self.other)
        if not ways:
            return "Only the complete pairs can be compared: 1 way to treat what is missing"
        if self.place == "unknown":
            return f"We cannot tell under any of {ways + 1} ways to treat the missing answers"
        if self.place == "holds":
            return f"All {ways + 1} ways to treat the missing answers point to the same answer"
        return (
            f"{len(self.other)} of {ways} other ways to treat the missing answers point to another "
            f"answer than the complete pairs: {list_words([words(one) for one in self.other])}"
        )


def effects_of(sensitivity: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that hold an interval for the effect, in order.

    Raises
    ------
    RevlabError
        If a column is missing or no row is left.

    Examples
    --------
    >>> frame = pd.DataFrame({"approach": ["complete", "tipping"], "estimate": [1.0, -1.0],
    ...     "conf_low": [0.5, None], "conf_high": [1.5, None], "bound_low": [1.0, None],
    ...     "bound_high": [1.0, None]})
    >>> effects_of(frame)["approach"].tolist()
    ['complete']
    """
    need(sensitivity, _NEEDED, what="the figure of missing answers")
    there = sensitivity["conf_low"].notna() & sensitivity["conf_high"].notna()
    rows = sensitivity[sensitivity["approach"].isin(EFFECTS) & there]
    need(rows, _NEEDED, what="the figure of missing answers")
    return rows


def judge_missing(sensitivity: pd.DataFrame, *, margin: float | None = None) -> Stability:
    """Compare what each approach says with what the complete pairs say.

    Parameters
    ----------
    sensitivity : pandas.DataFrame
        From ``inference.analysis_missing.sensitivity``; the first row with an interval is the
        one that others are compared with.
    margin : float or None
        Smallest difference that matters.

    Returns
    -------
    Stability
        Beyond the margin and past zero count as one reading if they point the same way.

    Examples
    --------
    >>> frame = pd.DataFrame({"approach": ["complete", "imputed", "bounds"],
    ...     "estimate": [1.0, 0.9, None], "conf_low": [0.5, 0.4, -0.3], "conf_high": [1.5, 1.4, 2],
    ...     "bound_low": [1.0, 0.9, 0.2], "bound_high": [1.0, 0.9, 1.4]})
    >>> judge_missing(frame).same, judge_missing(frame).other
    (('imputed',), ('bounds',))
    """
    rows = effects_of(sensitivity)
    verdicts = [
        judge_interval(low, high, margin=margin)
        for low, high in zip(rows["conf_low"], rows["conf_high"], strict=True)
    ]
    alike = np.array([_reading(one) == _reading(verdicts[0]) for one in verdicts])
    names = rows["approach"].astype(str).to_numpy()
    return Stability(
        base=verdicts[0], same=tuple(names[alike][1:].tolist()), other=tuple(names[~alike].tolist())
    )


def _reading(verdict: Verdict) -> tuple[str, int]:
    clear = verdict.place in ("beyond", "direction")
    return ("difference" if clear else verdict.place, verdict.sign)
