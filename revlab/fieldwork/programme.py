"""`Programme`: what a programme does, and what is assumed about the people in it."""

from dataclasses import dataclass, field

from revlab.errors import OptionError, must, one_of
from revlab.fieldwork.agreement import AgreementModel
from revlab.fieldwork.candour import RECORDING, CandourModel
from revlab.fieldwork.evidence import default
from revlab.fieldwork.extra_tables import EXTRA_TABLES
from revlab.fieldwork.generation import GenerationModel
from revlab.fieldwork.instrument import SHORT_FORM, Instrument
from revlab.fieldwork.joining import Joining
from revlab.fieldwork.managers import ManagerModel
from revlab.fieldwork.outcomes import OutcomeModel
from revlab.fieldwork.patience import PatienceModel
from revlab.fieldwork.protocol import Wave
from revlab.fieldwork.recognition import Recognition
from revlab.fieldwork.relationship import RelationshipModel
from revlab.fieldwork.sessions import SessionModel
from revlab.fieldwork.skill_gap import SkillGap
from revlab.fieldwork.survey import SurveyModel

__all__ = ["LEVERS", "Assumptions", "Programme"]

LEVERS = ("protected_time", "sponsor_support", "line_manager_support", "curriculum", "training")
"""What an organisation can turn from 0 (none) to 1 (full)."""

_AGREED = ("goal_clarity", "contracting", "mixers")


@dataclass(frozen=True)
class Assumptions:
    """What is assumed about people; every default is a row of the evidence registry.

    Parameters
    ----------
    validity : float
        Correlation of the joint compatibility score with the true fit, -1 to 1.
    relationship, sessions, outcomes, survey, gap, candour, agreement
        The parts of the model.
    patience, managers, generation
        Parts that change nothing as they come: slow progress, line managers, cohorts of birth.

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
    gap: SkillGap = field(default_factory=SkillGap)
    candour: CandourModel = field(default_factory=CandourModel)
    agreement: AgreementModel = field(default_factory=AgreementModel)
    patience: PatienceModel = field(default_factory=PatienceModel)
    managers: ManagerModel = field(default_factory=ManagerModel)
    generation: GenerationModel = field(default_factory=GenerationModel)

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
    goal_clarity : float
        How far targets are set beforehand and understood, 0 to 1; dyads last and give more.
    contracting : float
        How far the first session is for getting to know each other and a plan, 0 to 1.
    mixers : float
        Share of people invited to an informal event before pairing, 0 to 1; some who were there
        know each other when they are paired.
    check_in_every : int
        Sessions from one check-in to the next; 0 for none.
    recording : {"none", "attendance", "ratings", "text"}
        What is put on record about sessions.
    recognition : Recognition
        What is recognised.
    joining : Joining or None
        How people come in; None: everybody of the cohort, and all gain alike. It decides what
        each person gains; who is paired is decided by the matching, so pair those whom
        `revlab.fieldwork.joiners.joiners` names.
    extras : tuple of {"ideas", "contacts", "expectations", "goals", "starts"}
        What a pilot of it records besides sessions and questionnaires; none by default.

    Raises
    ------
    OptionError
        If there are no sessions, no time between them, a lever is not between 0 and 1, or there
        is no such recording level.

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
    goal_clarity: float = default("programme.goal_clarity")
    contracting: float = default("programme.contracting")
    mixers: float = default("programme.mixers")
    check_in_every: int = int(default("programme.check_in_every"))
    recording: str = "ratings"
    recognition: Recognition = field(default_factory=Recognition)
    joining: Joining | None = None
    extras: tuple[str, ...] = ()

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
        one_of("recording", self.recording, RECORDING)
        for extra in self.extras:
            one_of("extras", extra, list(EXTRA_TABLES))
        must(
            self.check_in_every >= 0,
            f"`check_in_every` must be sessions, or 0 for none; got {self.check_in_every}.",
            OptionError,
        )
        for name in (*LEVERS, *_AGREED):
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
