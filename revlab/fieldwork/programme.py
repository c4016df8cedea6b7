"""`Programme`: what a programme does, and what is assumed about the people in it."""

from dataclasses import dataclass, field

from revlab.errors import OptionError, must
from revlab.fieldwork.evidence import default
from revlab.fieldwork.instrument import SHORT_FORM, Instrument
from revlab.fieldwork.outcomes import OutcomeModel
from revlab.fieldwork.protocol import Wave
from revlab.fieldwork.relationship import RelationshipModel
from revlab.fieldwork.sessions import SessionModel
from revlab.fieldwork.survey import SurveyModel

__all__ = ["LEVERS", "Assumptions", "Programme"]

LEVERS = ("protected_time", "sponsor_support", "line_manager_support", "curriculum", "training")
"""What an organisation can turn from 0 (none) to 1 (full)."""


@dataclass(frozen=True)
class Assumptions:
    """What is assumed about people; every default is a row of the evidence registry.

    Parameters
    ----------
    validity : float
        Correlation of the joint compatibility score with the true fit, -1 to 1.
    relationship, sessions, outcomes, survey
        The parts of the model.

    Raises
    ------
    OptionError
        If ``validity`` is not a correlation.

    Examples
    --------
    >>> Assumptions(validity=0.0).sessions.skip_after_skip
    0.9
    """

    validity: float = default("fit.validity")
    relationship: RelationshipModel = field(default_factory=RelationshipModel)
    sessions: SessionModel = field(default_factory=SessionModel)
    outcomes: OutcomeModel = field(default_factory=OutcomeModel)
    survey: SurveyModel = field(default_factory=SurveyModel)

    def __post_init__(self) -> None:
        must(
            -1 <= self.validity <= 1,
            f"`validity` must be a correlation, -1 to 1; got {self.validity:g}.",
            OptionError,
        )


@dataclass(frozen=True)
class Programme:
    """A reverse-mentoring programme: its rhythm, its levers, its questionnaire.

    Parameters
    ----------
    planned_sessions : int
        Sessions that every dyad is to hold.
    weeks_between : float
        Weeks from one session to the next; the longer, the less a busy spell carries over.
    protected_time : float
        How far working time is set aside, 0 to 1; sessions are skipped less.
    sponsor_support, line_manager_support : float
        Support from the top and from line managers, 0 to 1; sessions are skipped less.
    curriculum : float
        How far sessions follow a plan, 0 to 1; each gives more.
    training : float
        How far mentors are trained beforehand, 0 to 1; they teach better.
    instrument : Instrument
        The questionnaire.
    assumptions : Assumptions
        What is assumed about people.

    Raises
    ------
    OptionError
        If there are no sessions, no time between them, or a lever is not between 0 and 1.

    Examples
    --------
    >>> Programme()
    Programme of 6 sessions, 4 weeks apart, levers at 0.5, 0.5, 0.5, 0.5, 0.5
    >>> [wave.week for wave in Programme().waves]
    [0, 12.0, 24.0]
    """

    planned_sessions: int = int(default("programme.planned_sessions"))
    weeks_between: float = default("programme.weeks_between")
    protected_time: float = default("programme.protected_time")
    sponsor_support: float = default("programme.sponsor_support")
    line_manager_support: float = default("programme.line_manager_support")
    curriculum: float = default("programme.curriculum")
    training: float = default("programme.training")
    instrument: Instrument = SHORT_FORM
    assumptions: Assumptions = field(default_factory=Assumptions)

    def __post_init__(self) -> None:
        must(
            self.planned_sessions >= 1,
            f"`planned_sessions` must be at least 1; got {self.planned_sessions}.",
            OptionError,
        )
        must(
            self.weeks_between > 0,
            f"`weeks_between` must be above 0; got {self.weeks_between:g}.",
            OptionError,
        )
        for name in LEVERS:
            lever = getattr(self, name)
            must(0 <= lever <= 1, f"`{name}` must lie between 0 and 1; got {lever:g}.", OptionError)

    def __repr__(self) -> str:
        levers = ", ".join(f"{getattr(self, name):g}" for name in LEVERS)
        return (
            f"Programme of {self.planned_sessions} sessions, {self.weeks_between:g} weeks apart, "
            f"levers at {levers}"
        )

    @property
    def waves(self) -> tuple[Wave, ...]:
        """The three surveys: before, midway, after the last planned session."""
        half = (self.planned_sessions + 1) // 2
        return (
            Wave(1, "before", 0),
            Wave(2, "midway", half * self.weeks_between),
            Wave(3, "after", self.planned_sessions * self.weeks_between),
        )

    @property
    def sessions_before(self) -> dict[int, int]:
        """Wave to the number of sessions that are due before it."""
        return {1: 0, 2: (self.planned_sessions + 1) // 2, 3: self.planned_sessions}

    @property
    def support(self) -> float:
        """What the levers take off the log-odds of skipping, against their middle."""
        model = self.assumptions.sessions
        return (
            model.skip_protected_time * (self.protected_time - 0.5)
            + model.skip_sponsor_support * (self.sponsor_support - 0.5)
            + model.skip_line_manager_support * (self.line_manager_support - 0.5)
        )

    @property
    def session_persistence(self) -> float:
        """Correlation of workload from one session to the next."""
        return float(self.assumptions.sessions.workload_persistence**self.weeks_between)
