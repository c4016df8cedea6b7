"""`PilotPlan`: what was laid down before a pilot began, kept in its ``pilot.toml``."""

from dataclasses import dataclass

from revlab.errors import PilotError, must, one_of
from revlab.fieldwork.criteria import Criterion
from revlab.fieldwork.look_times import LOOK_BOUNDS, check_looks

__all__ = [
    "BLOCKS",
    "CLUSTERS",
    "PilotPlan",
    "PrimaryAnalysis",
    "SecondaryOutcome",
    "Wave",
]

CLUSTERS = ("pool_id",)
"""The unit that an arm is dealt to. A policy treats whole pools, so there is no other."""

BLOCKS = ("", "block")
"""Within what pools were dealt to arms: nothing, or the column ``block`` of ``arms.csv``."""


@dataclass(frozen=True)
class Wave:
    """One survey round: its number, its name, and the week of the programme it is due."""

    wave: int
    label: str
    week: float


@dataclass(frozen=True)
class SecondaryOutcome:
    """A further outcome named beforehand: a scale as one side answers it.

    Parameters
    ----------
    scale_id, role : str
        The outcome and who reports it.
    margin : float or None
        Smallest difference that matters, in points; None if none was stated.
    estimator : str
        Name in the inference room's ``ESTIMATORS``; "" takes that of the primary outcome.

    Raises
    ------
    OptionError
        If the role does not exist.
    PilotError
        If the margin is not positive.

    Examples
    --------
    >>> SecondaryOutcome("voice", "mentor").role
    'mentor'
    """

    scale_id: str
    role: str
    margin: float | None = None
    estimator: str = ""

    def __post_init__(self) -> None:
        one_of("role", self.role, ("mentor", "mentee"))
        must(
            self.margin is None or self.margin > 0,
            f"secondary: `margin` must be above 0; got {self.margin}.",
            PilotError,
        )


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
    alpha : float or None
        Level of the tests, for equivalence on each side; None takes one minus the level of the
        interval.
    blocks : {"", "block"}
        Within what pools were dealt to arms.
    cluster : {"pool_id"}
        The unit that an arm was dealt to.
    looks : tuple of float
        Share of the final information at each look at the data, the last 1; empty for one look
        at the end.
    look_bounds : str
        Name in ``LOOK_BOUNDS``: how the level is shared out over the looks.
    look : int
        Which of the looks the data are for; 0 for the last. It is no part of what was planned.

    Raises
    ------
    PilotError
        If the arms are the same, the margin is not positive, a level is not a share, or the
        looks do not rise to 1.
    OptionError
        If the role, the blocks, the cluster or the bounds do not exist.

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
    alpha: float | None = None
    blocks: str = ""
    cluster: str = "pool_id"
    looks: tuple[float, ...] = ()
    look_bounds: str = LOOK_BOUNDS[0]
    look: int = 0

    def __post_init__(self) -> None:
        one_of("primary_role", self.primary_role, ("mentor", "mentee"))
        one_of("blocks", self.blocks, BLOCKS)
        one_of("cluster", self.cluster, CLUSTERS)
        one_of("look_bounds", self.look_bounds, LOOK_BOUNDS)
        object.__setattr__(self, "looks", check_looks(self.looks, self.look))
        must(
            self.alpha is None or 0 < self.alpha <= 0.5,
            f"plan: `alpha` must be above 0 and at most 0.5; got {self.alpha}.",
            PilotError,
        )
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
