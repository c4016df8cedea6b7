"""`AnalysisPlan`: what was to be analysed, stated beforehand and sealed with a digest."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TypeVar

from revlab.errors import EstimateError, must, one_of
from revlab.fieldwork.protocol import Criterion, PilotPlan, PrimaryAnalysis
from revlab.inference.estimate import Contrast
from revlab.inference.estimators import ESTIMATORS

__all__ = ["STATUSES", "AnalysisPlan", "Outcome", "analysis_plan", "plan_of_pilot"]

Noun = TypeVar("Noun")

STATUSES = ("primary", "secondary", "exploratory")
"""One outcome is primary; secondary ones are named in the plan; all others are exploratory."""


@dataclass(frozen=True, order=True)
class Outcome:
    """A scale as one side answered it."""

    scale_id: str
    role: str

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
        If there is no such estimator.
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
        one_of("estimator", self.primary.estimator, tuple(ESTIMATORS))
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
        """SHA-256 of the plan: a plan that was changed has another one."""
        text = json.dumps(_all_floats(asdict(self)), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

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


def _all_floats(value: object) -> object:
    # a margin of 1 and of 1.0 are the same plan and must have the same digest
    if isinstance(value, Mapping):
        return {key: _all_floats(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_all_floats(part) for part in value]
    return float(value) if isinstance(value, int) else value


def _made(noun: Callable[..., Noun], row: object, place: str) -> Noun:
    must(isinstance(row, Mapping), f"{place} must be a table of settings.", EstimateError)
    try:
        return noun(**row)  # type: ignore[arg-type]
    except TypeError as error:
        reason = str(error).split("() ", 1)[-1]
        raise EstimateError(f"{place} is not as it should be: {reason}.") from None


def _listed(noun: Callable[..., Noun], rows: object, place: str) -> tuple[Noun, ...]:
    if not isinstance(rows, list | tuple):
        raise EstimateError(f"{place} must be a list of tables.")
    return tuple(_made(noun, row, f"{place}, number {k},") for k, row in enumerate(rows, start=1))


def analysis_plan(values: Mapping[str, object]) -> AnalysisPlan:
    """Read a plan from the tables of a ``pilot.toml``.

    Parameters
    ----------
    values : mapping
        "plan": a mapping with the fields of `PrimaryAnalysis`; optional "progression": a list
        of mappings with the fields of `Criterion`; optional "secondary": a list of mappings
        with scale_id and role.

    Returns
    -------
    AnalysisPlan

    Raises
    ------
    EstimateError
        If there is no "plan", a setting is unknown or one is missing.

    Examples
    --------
    >>> plan = analysis_plan({"plan": {"primary_scale": "voice", "primary_role": "mentor",
    ...     "treatment": "optimal", "control": "random", "margin": 1,
    ...     "estimator": "ancova_cr2"}})
    >>> plan.digest[:8]
    '343d9406'
    """
    unknown = sorted(set(values) - {"plan", "progression", "secondary"})
    must(not unknown, f"the plan has no table {unknown}.", EstimateError)
    must("plan" in values, "there is no [plan] table, so nothing was planned.", EstimateError)
    return AnalysisPlan(
        primary=_made(PrimaryAnalysis, values["plan"], "[plan]"),
        progression=_listed(Criterion, values.get("progression", ()), "[[progression]]"),
        secondary=_listed(Outcome, values.get("secondary", ()), "[[secondary]]"),
    )


def plan_of_pilot(plan: PilotPlan, *, secondary: tuple[Outcome, ...] = ()) -> AnalysisPlan | None:
    """Return the analysis plan of a pilot, None if nothing was to be compared.

    Parameters
    ----------
    plan : PilotPlan
        From ``pilot.toml``.
    secondary : tuple of Outcome
        Outcomes named beforehand elsewhere, besides the ``[[secondary]]`` ones of the file.

    Examples
    --------
    >>> from revlab.fieldwork.protocol import Wave
    >>> plan_of_pilot(PilotPlan("Spring", 6, 4, (Wave(1, "before", 0),))) is None
    True
    """
    if plan.analysis is None:
        return None
    own = tuple(Outcome(one.scale_id, one.role) for one in plan.secondary)
    more = tuple(one for one in secondary if one not in own)
    return AnalysisPlan(plan.analysis, plan.progression, own + more)
