"""`Finding` and `Refusal`: what an analysis says, and what it declines to say and why."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import nan

import pandas as pd

from revlab.errors import EstimateError
from revlab.inference.estimate import Estimate, estimates_frame

__all__ = ["TOPICS", "Finding", "Refusal", "Where", "attempt", "findings_frame", "refusals_frame"]

TOPICS = (
    "alpha", "omega", "change", "improved", "contrast", "check", "superiority", "sides",
    "both_gained", "attendance", "attendance_contrast", "duration", "duration_contrast",
    "agreement", "sides_level", "actor", "partner", "pool_icc", "growth", "growth_contrast",
    "lasted", "lasted_contrast", "lasted_pairs", "hazard_ratio", "hazard_check",
    "hazard_sessions", "attendance_spread", "reliably_better", "reliably_unchanged",
    "reliably_worse", "standardised_change", "standardised_contrast", "gain_from_pre",
    "gain_from_then", "response_shift", "first_session", "first_session_contrast",
    "first_session_check", "ideas_rate", "ideas_adopted", "ideas_contrast", "ideas_check",
    "ideas_adopted_contrast", "ties_share", "ties_index", "ties_change", "ties_contrast",
    "expectation_gap", "expectation_ending", "goals_reached", "goals_stated", "goals_alike",
    "goals_contrast",
)  # fmt: skip
"""What findings are about, in the order of a report."""


@dataclass(frozen=True)
class Where:
    """What a finding is about: its topic, and the scale, role, wave and arm if it has them."""

    topic: str
    scale_id: str = ""
    role: str = ""
    wave: int = 0
    arm: str = ""

    def __str__(self) -> str:
        wave = f"wave {self.wave}" if self.wave else ""
        return ", ".join(part for part in (self.scale_id, self.role, wave, self.arm) if part)


@dataclass(frozen=True)
class Finding:
    """An estimate with its place in the plan.

    Parameters
    ----------
    where : Where
        What it is about.
    estimate : Estimate
        The number.
    status : str
        "primary", "secondary", "exploratory", or "" for a description.
    adjusted_p : float
        p-value adjusted for the number of comparisons, NaN if it needs none.
    adjustment : str
        "Holm", "Benjamini-Hochberg" or "".
    """

    where: Where
    estimate: Estimate
    status: str = ""
    adjusted_p: float = nan
    adjustment: str = ""


@dataclass(frozen=True)
class Refusal:
    """An estimate that cannot be given, and why."""

    where: Where
    reason: str


def attempt(where: Where, make: Callable[[], Estimate], *, status: str = "") -> Finding | Refusal:
    """Return the finding, or the reason why there is none.

    Parameters
    ----------
    where : Where
        What it is about.
    make : callable
        Gives the estimate, or raises `EstimateError`; other errors pass through.
    status : str
        Place in the plan.

    Examples
    --------
    >>> from revlab.inference.dyads import both_gained
    >>> attempt(Where("both_gained"), lambda: both_gained([], [])).reason
    'no dyad has both changes.'
    """
    try:
        return Finding(where, make(), status)
    except EstimateError as error:
        return Refusal(where, str(error))


def findings_frame(findings: Sequence[Finding]) -> pd.DataFrame:
    """Return one row per finding: topic, scale_id, role, wave, arm, status, the estimate's fields.

    ``adjusted_p`` and ``adjustment`` come last.

    Examples
    --------
    >>> findings_frame([]).empty
    True
    """
    if not findings:
        return pd.DataFrame()
    places = pd.DataFrame([vars(finding.where) for finding in findings])
    places["status"] = [finding.status for finding in findings]
    numbers = estimates_frame([finding.estimate for finding in findings])
    frame = pd.concat([places, numbers], axis=1)
    frame["adjusted_p"] = [finding.adjusted_p for finding in findings]
    frame["adjustment"] = [finding.adjustment for finding in findings]
    return frame


def refusals_frame(refusals: Sequence[Refusal]) -> pd.DataFrame:
    """Return one row per refusal: topic, scale_id, role, wave, arm, reason.

    Examples
    --------
    >>> refusals_frame([Refusal(Where("alpha", "voice"), "too few people.")])["reason"].tolist()
    ['too few people.']
    """
    rows = [{**vars(refusal.where), "reason": refusal.reason} for refusal in refusals]
    return pd.DataFrame(rows, columns=[*vars(Where("")), "reason"])
