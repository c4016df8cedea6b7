"""Traffic-light criteria that were set before a pilot began."""

from dataclasses import dataclass

from revlab.errors import PilotError, must, one_of

__all__ = ["MEASURES", "Criterion"]

MEASURES = ("dyads_completed", "sessions_held", "final_response")
"""What a progression criterion may be judged on; see ``frames.observed_measures``."""


@dataclass(frozen=True)
class Criterion:
    """A traffic-light progression criterion: green from ``green``, red below ``amber``.

    Raises
    ------
    PilotError
        If the thresholds are not shares with ``amber`` below ``green``.
    OptionError
        If ``measure`` does not exist.

    Examples
    --------
    >>> Criterion("Pairs last", "dyads_completed", amber=0.5, green=0.7).green
    0.7
    """

    criterion: str
    measure: str
    amber: float
    green: float

    def __post_init__(self) -> None:
        one_of("measure", self.measure, MEASURES)
        must(
            0 <= self.amber < self.green <= 1,
            f"progression: `amber` must be below `green`, both from 0 to 1; "
            f"got {self.amber:g} and {self.green:g}.",
            PilotError,
        )
