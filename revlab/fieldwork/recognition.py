"""Recognition and reward: what they move while they last, and what is left afterwards."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from revlab.errors import OptionError, must
from revlab.fieldwork.evidence import default

__all__ = ["Recognition"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Recognition:
    """What a programme recognises, how strongly, until when, and what that does.

    Parameters
    ----------
    attendance : float
        How far showing up is recognised, 0 to 1; sessions are skipped less.
    joint : float
        How far what the two achieve together is recognised, 0 to 1; each session gives more.
    until : int or None
        Last session with recognition; None for all of them.
    skip : float
        What full recognition of attendance takes off the log-odds of skipping.
    gain : float
        What full recognition of the joint result adds to the log of what a session gives.
    lasting : float
        Share of the effect that is left from one session to the next once it has ended, 0 to 1.

    Raises
    ------
    OptionError
        If a share is not between 0 and 1, or it ends before the first session.

    Examples
    --------
    >>> Recognition(attendance=1.0, until=2, lasting=0.5)(5).tolist()
    [1.0, 1.0, 0.5, 0.25, 0.125]
    """

    attendance: float = default("recognition.attendance")
    joint: float = default("recognition.joint")
    until: int | None = None
    skip: float = default("recognition.skip")
    gain: float = default("recognition.gain")
    lasting: float = default("recognition.lasting")

    def __post_init__(self) -> None:
        for name in ("attendance", "joint", "lasting"):
            share = getattr(self, name)
            must(0 <= share <= 1, f"`{name}` must lie between 0 and 1; got {share:g}.", OptionError)
        must(
            self.until is None or self.until >= 1,
            f"`until` must be a session from 1 on, or None; got {self.until}.",
            OptionError,
        )

    def __call__(self, n_sessions: int) -> Array:
        """Return how far recognition acts in each session, 0 to 1."""
        over = np.arange(1, n_sessions + 1) - (n_sessions if self.until is None else self.until)
        return np.asarray(np.float_power(self.lasting, np.maximum(over, 0)))

    def support(self, n_sessions: int) -> Array:
        """Return what it takes off the log-odds of skipping, by session."""
        return np.asarray(self.skip * self.attendance * self(n_sessions))

    def added(self, n_sessions: int) -> Array:
        """Return what it adds to the log of what a session gives, by session."""
        return np.asarray(self.gain * self.joint * self(n_sessions))
