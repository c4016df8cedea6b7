"""Candour: how freely the two speak, under what is put on record and across ranks."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from revlab.errors import one_of
from revlab.fieldwork.evidence import default

__all__ = ["RECORDING", "CandourModel"]

Array = npt.NDArray[np.float64]

RECORDING = ("none", "attendance", "ratings", "text")
"""What is put on record about sessions, from nothing to what was said."""


@dataclass(frozen=True)
class CandourModel:
    """How candour follows from recording, safety and power distance, and what it does.

    With ``S`` the psychological safety of the two, ``P`` the power distance that the senior
    keeps and ``g`` the grades between them, the candour of a dyad, in SD, is
    ``safety S - power_distance P - grade max(0, g - near_grades)
    - burden * exp(exposure (P - S) / sqrt(2))``,
    where ``burden`` is that of the recording level less that of ratings, which a pilot needs. So
    what is on record weighs more where ranks count and people do not feel safe. A session gives
    ``exp(gain * candour)`` of what it would give otherwise.

    Parameters
    ----------
    none, attendance, text : float
        Burden of the recording level against that of ratings, in SD of candour.
    exposure : float
        How far power distance raises, and safety lowers, the burden (log, per SD).
    safety, power_distance : float
        Direct effects on candour, per SD.
    grade, near_grades : float
        What each grade beyond so many takes off candour, in SD.
    gain : float
        Effect of candour on the log of what a session gives, per SD.

    References
    ----------
    Edmondson 1999, Administrative Science Quarterly 44:350-383, on psychological safety.

    Examples
    --------
    >>> zero = np.zeros(1)
    >>> model = CandourModel()
    >>> [round(model(zero, zero, zero, recording=level).item(), 2) for level in RECORDING]
    [0.4, 0.2, 0.0, -0.6]
    """

    none: float = default("candour.none")
    attendance: float = default("candour.attendance")
    text: float = default("candour.text")
    exposure: float = default("candour.exposure")
    safety: float = default("candour.safety")
    power_distance: float = default("candour.power_distance")
    grade: float = default("candour.grade")
    near_grades: float = default("candour.near_grades")
    gain: float = default("candour.gain")

    def __call__(self, safety: Array, power: Array, grades: Array, *, recording: str) -> Array:
        """Return the candour of dyads in SD, 0 if nothing is assumed to move it.

        Raises
        ------
        OptionError
            If there is no such recording level.
        """
        level = one_of("recording", recording, RECORDING)
        burden = 0.0 if level == "ratings" else getattr(self, level)
        exposed = np.exp(self.exposure * (power - safety) / np.sqrt(2.0))
        far = np.maximum(0.0, grades - self.near_grades)
        direct = self.safety * safety - self.power_distance * power - self.grade * far
        return np.asarray(direct - burden * exposed)

    def silent(self, recording: str) -> bool:
        """Return whether candour is the same for all dyads, so that it need not be drawn."""
        return recording == "ratings" and self.safety == self.power_distance == self.grade == 0

    def factor(self, candour: Array) -> Array:
        """Return the factor on what a session gives."""
        return np.asarray(np.exp(self.gain * candour))
