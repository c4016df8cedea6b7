"""What is to be analysed, as it was stated beforehand: a part of ``pilot.toml`` or its own file."""

from collections.abc import Sequence
from dataclasses import MISSING, dataclass, fields
from typing import Any

from revlab.errors import PilotError, must
from revlab.fieldwork.criteria import Criterion
from revlab.fieldwork.protocol import PrimaryAnalysis, SecondaryOutcome

__all__ = ["StatedAnalysis", "check_outcomes", "stated"]

_ALWAYS = ("conf_level",)


def stated(noun: Any) -> dict[str, object]:
    """Return the fields of a part of a plan without those that were left at their default.

    A plan that was written before a setting existed so keeps its text and its digest.

    Examples
    --------
    >>> stated(SecondaryOutcome("voice", "mentor"))
    {'scale_id': 'voice', 'role': 'mentor'}
    """
    return {
        field.name: getattr(noun, field.name)
        for field in fields(noun)
        if field.default is MISSING
        or field.name in _ALWAYS
        or getattr(noun, field.name) != field.default
    }


def check_outcomes(analysis: PrimaryAnalysis | None, secondary: Sequence[SecondaryOutcome]) -> None:
    """Refuse a plan that names an outcome twice.

    Raises
    ------
    PilotError
        An outcome is primary or secondary, once.

    Examples
    --------
    >>> check_outcomes(None, [SecondaryOutcome("voice", "mentor")])
    """
    named = [(outcome.scale_id, outcome.role) for outcome in secondary]
    if analysis is not None:
        named.append((analysis.primary_scale, analysis.primary_role))
    must(
        len(set(named)) == len(named),
        "an outcome is primary or secondary, once; the plan names one twice.",
        PilotError,
    )


@dataclass(frozen=True)
class StatedAnalysis:
    """What is to be analysed, as it was stated beforehand.

    Parameters
    ----------
    analysis : PrimaryAnalysis
        The primary comparison.
    secondary : tuple of SecondaryOutcome
        Further outcomes.
    progression : tuple of Criterion
        Traffic-light criteria.

    Raises
    ------
    PilotError
        If an outcome is named twice.

    Examples
    --------
    >>> primary = PrimaryAnalysis("voice", "mentor", "optimal", "random", 0.3, "ancova_cr2")
    >>> StatedAnalysis(primary).secondary
    ()
    """

    analysis: PrimaryAnalysis
    secondary: tuple[SecondaryOutcome, ...] = ()
    progression: tuple[Criterion, ...] = ()

    def __post_init__(self) -> None:
        check_outcomes(self.analysis, self.secondary)
