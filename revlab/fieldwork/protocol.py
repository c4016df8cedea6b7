"""`PilotPlan`: what was laid down before a pilot began, kept in its ``pilot.toml``."""

from dataclasses import dataclass

from revlab.errors import PilotError, must, one_of

__all__ = ["MEASURES", "Criterion", "PilotPlan", "PrimaryAnalysis", "SecondaryOutcome", "Wave"]

MEASURES = ("dyads_completed", "sessions_held", "final_response")
"""What a progression criterion may be judged on; see ``frames.observed_measures``."""


@dataclass(frozen=True)
class Wave:
    """One survey round: its number, its name, and the week of the programme it is due."""

    wave: int
    label: str
    week: float


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


@dataclass(frozen=True)
class SecondaryOutcome:
    """A further outcome named beforehand: a scale as one side answers it.

    Raises
    ------
    OptionError
        If the role does not exist.

    Examples
    --------
    >>> SecondaryOutcome("voice", "mentor").role
    'mentor'
    """

    scale_id: str
    role: str

    def __post_init__(self) -> None:
        one_of("role", self.role, ("mentor", "mentee"))


@dataclass(frozen=True)
class PrimaryAnalysis:
    """The primary comparison, stated beforehand.

    Parameters
    ----------
    primary_scale, primary_role : str
        The outcome and who reports it.
    treatment, control : str
        Arms; the contrast is treatment minus control.
    margin : float
        Smallest difference that matters, in points of the scale, more than zero.
    estimator : str
        Name in the inference room's ``ESTIMATORS``.
    conf_level : float
        Level of the interval.

    Raises
    ------
    PilotError
        If the arms are the same, the margin is not positive, or the level is not a share.
    OptionError
        If the role does not exist.

    Examples
    --------
    >>> PrimaryAnalysis("voice", "mentor", "optimal", "random", 0.3, "ancova_cr2").conf_level
    0.95
    """

    primary_scale: str
    primary_role: str
    treatment: str
    control: str
    margin: float
    estimator: str
    conf_level: float = 0.95

    def __post_init__(self) -> None:
        one_of("primary_role", self.primary_role, ("mentor", "mentee"))
        must(
            self.treatment != self.control,
            f"plan: `treatment` and `control` must differ; both are {self.treatment!r}.",
            PilotError,
        )
        must(self.margin > 0, f"plan: `margin` must be above 0; got {self.margin:g}.", PilotError)
        must(
            0.5 <= self.conf_level < 1,
            f"plan: `conf_level` must be at least 0.5 and below 1; got {self.conf_level:g}.",
            PilotError,
        )


@dataclass(frozen=True)
class PilotPlan:
    """What was laid down before the pilot began.

    Parameters
    ----------
    name : str
        Name of the pilot.
    planned_sessions : int
        Sessions that every dyad was to hold.
    weeks_between : float
        Weeks from one session to the next.
    waves : tuple of Wave
        Survey rounds in order.
    analysis : PrimaryAnalysis or None
        The ``[plan]`` table; None if nothing was to be compared.
    progression : tuple of Criterion
        The ``[[progression]]`` tables.
    seed : int or None
        Seed of a simulated pilot, None for a real one.
    secondary : tuple of SecondaryOutcome
        The ``[[secondary]]`` tables; what is in neither plan nor secondary is exploratory.

    Raises
    ------
    PilotError
        If there are no sessions or waves, the waves are not in order, or an outcome is named
        twice.

    Examples
    --------
    >>> PilotPlan("Spring", 6, 4, (Wave(1, "before", 0), Wave(2, "after", 24)))
    Plan of 'Spring': 6 sessions, 4 weeks apart, surveys in weeks 0, 24
    """

    name: str
    planned_sessions: int
    weeks_between: float
    waves: tuple[Wave, ...]
    analysis: PrimaryAnalysis | None = None
    progression: tuple[Criterion, ...] = ()
    seed: int | None = None
    secondary: tuple[SecondaryOutcome, ...] = ()

    def __post_init__(self) -> None:
        must(
            self.planned_sessions >= 1,
            f"`planned_sessions` must be at least 1; got {self.planned_sessions}.",
            PilotError,
        )
        must(
            self.weeks_between > 0,
            f"`weeks_between` must be above 0; got {self.weeks_between:g}.",
            PilotError,
        )
        numbers = [wave.wave for wave in self.waves]
        weeks = [wave.week for wave in self.waves]
        must(
            len(numbers) > 0 and numbers == sorted(set(numbers)) and weeks == sorted(weeks),
            "`waves` must hold at least one survey, numbered and dated in order; "
            f"got numbers {numbers} in weeks {[float(week) for week in weeks]}.",
            PilotError,
        )
        named = [(outcome.scale_id, outcome.role) for outcome in self.secondary]
        if self.analysis is not None:
            named.append((self.analysis.primary_scale, self.analysis.primary_role))
        must(
            len(set(named)) == len(named),
            "an outcome is primary or secondary, once; the plan names one twice.",
            PilotError,
        )

    def __repr__(self) -> str:
        weeks = ", ".join(f"{wave.week:g}" for wave in self.waves)
        return (
            f"Plan of {self.name!r}: {self.planned_sessions} sessions, "
            f"{self.weeks_between:g} weeks apart, surveys in weeks {weeks}"
        )
