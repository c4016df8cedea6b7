"""``registered.toml``: the analysis as it was registered, to hold what was done against it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from revlab.errors import Fault, RevlabError
from revlab.fieldwork.criteria import Criterion
from revlab.fieldwork.protocol import PrimaryAnalysis, SecondaryOutcome
from revlab.fieldwork.stated import StatedAnalysis, stated
from revlab.fieldwork.toml_tables import (
    TomlTables,
    listed_nouns,
    made_noun,
    setting_faults,
    toml_text,
    values_of,
)

__all__ = ["REGISTERED_FILE", "RegisteredFile", "read_registered", "registered_toml"]

REGISTERED_FILE = "registered.toml"
"""Beside ``pilot.toml``; it must not be touched after the pilot began."""

_KINDS = {"plan": dict, "secondary": list, "progression": list}


def registered_toml(plan: StatedAnalysis) -> str:
    """Return the text of ``registered.toml``.

    Examples
    --------
    >>> primary = PrimaryAnalysis("voice", "mentor", "optimal", "random", 0.3, "ancova_cr2")
    >>> print(registered_toml(StatedAnalysis(primary)).splitlines()[0])
    [plan]
    """
    blocks: TomlTables = [("[plan]", stated(plan.analysis))]
    blocks += [("[[secondary]]", stated(outcome)) for outcome in plan.secondary]
    blocks += [("[[progression]]", stated(rule)) for rule in plan.progression]
    return toml_text(blocks)


@dataclass(frozen=True)
class RegisteredFile:
    """What ``registered.toml`` says: the plan (None if it has faults) and the faults."""

    plan: StatedAnalysis | None
    faults: tuple[Fault, ...]


def read_registered(path: Path) -> RegisteredFile:
    """Read a plan that is a file of its own and list everything that is wrong with it.

    Parameters
    ----------
    path : pathlib.Path
        A TOML file with a ``[plan]`` table and perhaps ``[[secondary]]`` and
        ``[[progression]]`` ones, as in ``pilot.toml``.

    Returns
    -------
    RegisteredFile

    Examples
    --------
    >>> print(read_registered(Path("nowhere/registered.toml")).faults[0])
    registered.toml: there is no such file (add it; the shipped example shows one).
    """
    values = values_of(path)
    if isinstance(values, Fault):
        return RegisteredFile(None, (values,))
    faults = setting_faults(values, _KINDS, ("secondary", "progression"), file=path.name)
    found: dict[str, Any] = {"file": path.name, "faults": faults}
    rules = listed_nouns(Criterion, values.get("progression"), "progression", **found)
    others = listed_nouns(SecondaryOutcome, values.get("secondary"), "secondary", **found)
    first = made_noun(PrimaryAnalysis, values.get("plan", {}), "plan", **found)
    plan = None
    if not faults:
        try:
            plan = StatedAnalysis(first, others, rules)
        except RevlabError as error:
            faults.append(Fault(path.name, None, None, str(error).rstrip(".")))
    return RegisteredFile(plan, tuple(faults))
