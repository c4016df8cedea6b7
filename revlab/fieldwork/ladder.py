"""A ladder of growing asks: an event, a short meeting, three sessions, six."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.special import expit, ndtr, ndtri

from revlab.errors import OptionError, must, one_of
from revlab.fieldwork.costs import Costs
from revlab.fieldwork.evidence import default
from revlab.fieldwork.programme import Programme

__all__ = ["LADDER", "RUNGS", "STRAIGHT", "LadderModel", "Rung"]

Array = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

RUNGS = ("event", "dyads")
"""What a rung may be: something that people come to once, or sessions of dyads."""


@dataclass(frozen=True)
class LadderModel:
    """Who says yes to an ask, and what events cost.

    Somebody says yes if ``sqrt(stability) * readiness + sqrt(1 - stability) * luck`` plus ``lift``
    for each rung that was climbed lies above a threshold. Readiness is standard normal and stays
    with the person, luck is drawn for each ask. The threshold is such that the share of
    `revlab.fieldwork.joining.Joining` says yes to the whole programme if asked at once; an ask
    of half the hours adds ``burden``.

    Parameters
    ----------
    burden : float
        What half the hours add to saying yes, in SD; 0: an ask is an ask, however small.
    lift : float
        What a rung that was climbed adds, in SD; 0: a small yes changes nothing.
    stability : float
        Correlation of saying yes to one ask and to another, 0 to 1.
    mixer_hours, speed_hours : float
        Hours of a person at an informal event and at an evening of short meetings.
    person_hours, fixed_hours : float
        Hours of organising an event, for each person who says yes and for the whole.
    costs : Costs
        What dyads cost.

    Raises
    ------
    OptionError
        If a number is out of bounds.

    Examples
    --------
    >>> model = LadderModel(burden=0.5, lift=0.2, stability=1.0)
    >>> ready = np.array([-0.4, 0.0, 0.4])
    >>> model.says_yes(ready, np.zeros(3), share=0.5, part=1.0, climbed=0).tolist()
    [False, False, True]
    >>> model.says_yes(ready, np.zeros(3), share=0.5, part=0.5, climbed=0).tolist()
    [True, True, True]
    """

    burden: float = default("ladder.burden")
    lift: float = default("ladder.lift")
    stability: float = default("ladder.stability")
    mixer_hours: float = default("ladder.mixer_hours")
    speed_hours: float = default("ladder.speed_hours")
    person_hours: float = default("ladder.person_hours")
    fixed_hours: float = default("ladder.fixed_hours")
    costs: Costs = field(default_factory=Costs)

    def __post_init__(self) -> None:
        for name in ("mixer_hours", "speed_hours", "person_hours", "fixed_hours"):
            hours = getattr(self, name)
            must(hours >= 0, f"`{name}` must be zero or more; got {hours:g}.", OptionError)
        stability = f"`stability` must lie between 0 and 1; got {self.stability:g}."
        must(0 <= self.stability <= 1, stability, OptionError)
        for name in ("burden", "lift"):
            value = getattr(self, name)
            must(np.isfinite(value), f"`{name}` must be a number; got {value:g}.", OptionError)

    def says_yes(
        self, readiness: Array, luck: Array, *, share: float, part: float, climbed: int
    ) -> Bools:
        """Return who says yes.

        Parameters
        ----------
        readiness, luck : array, shape (n_people,)
            Standard normal.
        share : float
            Share who would say yes to the whole programme, above 0 and up to 1.
        part : float
            Hours of this ask over those of the whole programme, above 0.
        climbed : int
            Rungs behind them.
        """
        will = np.sqrt(self.stability) * readiness + np.sqrt(1 - self.stability) * luck
        above = ndtri(share) - self.burden * np.log2(part) + self.lift * climbed
        return np.asarray(will + above > 0)

    def comes(self, workload: Array, dice: Array, *, programme: Programme) -> Bools:
        """Return who of those who said yes to an event is not too busy to come.

        ``workload`` and ``dice`` are standard normal; the odds are those of a first session.
        """
        model = programme.assumptions.sessions
        odds = model.skip_base + model.skip_workload * workload - programme.support
        return np.asarray(ndtr(dice) >= expit(odds))


@dataclass(frozen=True)
class Rung:
    """One ask.

    Parameters
    ----------
    name : str
        What it is called, each rung of a ladder differently.
    kind : {"event", "dyads"}
        Something that people come to once, or sessions of dyads.
    sessions : int
        Sessions of a dyad in all, those of lower rungs included; 0 for an event.
    hours : float
        Hours of a person at an event; 0 for dyads, whose hours are those of
        `revlab.fieldwork.costs.Costs`.

    Raises
    ------
    OptionError
        If there is no such kind, or dyads have no session, or an event has no hour.

    Examples
    --------
    >>> Rung("three sessions", "dyads", sessions=3)
    Rung(name='three sessions', kind='dyads', sessions=3, hours=0.0)
    """

    name: str
    kind: str
    sessions: int = 0
    hours: float = 0.0

    def __post_init__(self) -> None:
        one_of("kind", self.kind, RUNGS)
        must(
            (self.kind == "dyads") == (self.sessions >= 1) and self.sessions >= 0,
            f"the rung {self.name!r} must have sessions if it is of dyads, and none if it is an "
            f"event; got {self.sessions}.",
            OptionError,
        )
        must(
            (self.kind == "event") == (self.hours > 0) and self.hours >= 0,
            f"the rung {self.name!r} must have hours if it is an event, and none if it is of "
            f"dyads; got {self.hours:g}.",
            OptionError,
        )


STRAIGHT = (Rung("six sessions", "dyads", sessions=6),)
"""The whole programme, asked for at once."""

LADDER = (
    Rung("mixer", "event", hours=LadderModel().mixer_hours),
    Rung("speed meetings", "event", hours=LadderModel().speed_hours),
    Rung("three sessions", "dyads", sessions=3),
    *STRAIGHT,
)
"""From the smallest ask to the whole programme."""
