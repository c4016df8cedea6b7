"""`AnalysisPlan`: what was to be analysed, stated beforehand and sealed with a digest."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from revlab.errors import EstimateError, must, one_of
from revlab.fieldwork.criteria import Criterion
from revlab.fieldwork.protocol import PrimaryAnalysis
from revlab.fieldwork.stated import stated
from revlab.inference.estimate import Contrast
from revlab.inference.estimators import POINT_ESTIMATORS
from revlab.inference.looks import Looks, look_bounds

__all__ = [
    "STATUSES",
    "AnalysisPlan",
    "Outcome",
]

STATUSES = ("primary", "secondary", "exploratory")
"""One outcome is primary; secondary ones are named in the plan; all others are exploratory."""


@dataclass(frozen=True, order=True)
class Outcome:
    """A scale as one side answered it; two are equal if scale and role are.

    Parameters
    ----------
    scale_id, role : str
        The scale and who answered.
    margin : float or None
        Smallest difference that matters, in points; None if none was stated.
    estimator : str
        "" takes that of the primary outcome.
    """

    scale_id: str
    role: str
    margin: float | None = field(default=None, compare=False)
    estimator: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        one_of("role", self.role, ("mentor", "mentee"))


@dataclass(frozen=True)
class AnalysisPlan:
    """What was to be analysed.

    Parameters
    ----------
    primary : PrimaryAnalysis
        Outcome, arms, margin, estimator and level.
    progression : tuple of Criterion
        Traffic-light criteria.
    secondary : tuple of Outcome
        Further outcomes that were named beforehand.

    Raises
    ------
    OptionError
        If there is no such estimator, or it is not in points, as the margins are.
    EstimateError
        If the primary outcome is also named as secondary, or an outcome twice.

    Examples
    --------
    >>> primary = PrimaryAnalysis("voice", "mentor", "optimal", "random", 0.3, "ancova_cr2")
    >>> plan = AnalysisPlan(primary)
    >>> plan.contrast, plan.status("voice", "mentor"), plan.status("voice", "mentee")
    (optimal - random, 'primary', 'exploratory')
    """

    primary: PrimaryAnalysis
    progression: tuple[Criterion, ...] = ()
    secondary: tuple[Outcome, ...] = ()

    def __post_init__(self) -> None:
        for estimator in (self.primary.estimator, *(one.estimator for one in self.secondary)):
            one_of("estimator", estimator or self.primary.estimator, POINT_ESTIMATORS)
        named = [Outcome(self.primary.primary_scale, self.primary.primary_role), *self.secondary]
        must(
            len(set(named)) == len(named),
            "the plan names an outcome twice; an outcome is primary or secondary, once.",
            EstimateError,
        )

    @property
    def contrast(self) -> Contrast:
        """The compared arms."""
        return Contrast(self.primary.treatment, self.primary.control)

    @property
    def digest(self) -> str:
        """SHA-256 of the plan: a plan that was changed has another one.

        Which of the planned looks the data are for is no part of it.
        """
        parts = {
            "primary": stated(replace(self.primary, look=0)),
            "progression": [stated(rule) for rule in self.progression],
            "secondary": [stated(outcome) for outcome in self.secondary],
        }
        text = json.dumps(_all_floats(parts), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def alpha(self) -> float:
        """Level of the tests; if there are several looks, on each side and at the present one."""
        first = self.primary
        whole = round(1 - first.conf_level, 12) if first.alpha is None else first.alpha
        return whole if not first.looks else self._at_look(min(2 * whole, 0.499)) / 2

    @property
    def contrast_level(self) -> float:
        """Level of the intervals of the contrasts: at a look on the way it is a higher one."""
        first = self.primary
        if not first.looks:
            return first.conf_level
        return 1 - self._at_look(1 - first.conf_level)

    @property
    def looks(self) -> Looks | None:
        """The looks at the data and their bounds, None if there is one look at the end."""
        first = self.primary
        if not first.looks:
            return None
        return look_bounds(first.looks, alpha=1 - first.conf_level, bounds=first.look_bounds)

    @property
    def look_note(self) -> str:
        """What the reader of a contrast must know about the looks; "" if there is one."""
        first = self.primary
        if not first.looks:
            return ""
        look = first.look or len(first.looks)
        return (
            f"look {look} of {len(first.looks)}, at {first.looks[look - 1]:.0%} of the "
            f"information: a difference counts with a p-value of at most "
            f"{1 - self.contrast_level:.2g}, and the interval is that of this level, so that all "
            f"looks together find a difference where there is none with a chance of at most "
            f"{1 - first.conf_level:.2g} (bounds {first.look_bounds})"
        )

    def _at_look(self, alpha: float) -> float:
        first = self.primary
        return _look_level(first.looks, first.look, alpha=alpha, bounds=first.look_bounds)

    @property
    def planned(self) -> tuple[Outcome, ...]:
        """Every outcome that was named beforehand, the primary one first, with its settings."""
        first = self.primary
        main = Outcome(
            first.primary_scale, first.primary_role, margin=first.margin, estimator=first.estimator
        )
        return (main, *self.secondary)

    def margin(self, scale_id: str, role: str) -> float | None:
        """Return the smallest difference that matters, None if none was stated."""
        margins = {(one.scale_id, one.role): one.margin for one in self.planned}
        return margins.get((scale_id, role))

    def estimator(self, scale_id: str, role: str) -> str:
        """Return the planned estimator; one that is not named has the primary outcome's."""
        named = {(one.scale_id, one.role): one.estimator for one in self.planned}
        return named.get((scale_id, role)) or self.primary.estimator

    def status(self, scale_id: str, role: str) -> str:
        """Return "primary", "secondary" or "exploratory"."""
        if (scale_id, role) == (self.primary.primary_scale, self.primary.primary_role):
            return "primary"
        return "secondary" if Outcome(scale_id, role) in self.secondary else "exploratory"

    def __repr__(self) -> str:
        first = self.primary
        return (
            f"Plan {self.digest[:12]}: {self.contrast} on {first.primary_scale} "
            f"({first.primary_role}) by {first.estimator}, margin {first.margin:g}, "
            f"{len(self.secondary)} secondary outcomes, {len(self.progression)} criteria"
        )


@lru_cache(maxsize=64)
def _look_level(looks: tuple[float, ...], look: int, *, alpha: float, bounds: str) -> float:
    level = look_bounds(looks, alpha=alpha, bounds=bounds).level(look or len(looks))
    # An interval needs a level below 1, however little a very early look may spend.
    return max(level, 1e-9)


def _all_floats(value: object) -> object:
    # a margin of 1 and of 1.0 are the same plan and must have the same digest
    if isinstance(value, Mapping):
        return {key: _all_floats(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_all_floats(part) for part in value]
    return float(value) if isinstance(value, int) else value
