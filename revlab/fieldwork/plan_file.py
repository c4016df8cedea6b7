"""``pilot.toml``: what was laid down before a pilot began, as text."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from revlab.errors import Fault, RevlabError
from revlab.fieldwork.criteria import Criterion
from revlab.fieldwork.protocol import PilotPlan, PrimaryAnalysis, SecondaryOutcome, Wave
from revlab.fieldwork.stated import stated
from revlab.fieldwork.toml_tables import (
    TomlTables,
    listed_nouns,
    made_noun,
    setting_faults,
    toml_text,
    values_of,
)

__all__ = [
    "PLAN_FILE",
    "PlanFile",
    "plan_toml",
    "read_plan",
]

PLAN_FILE = "pilot.toml"
_SOURCES = ("real", "simulated")
_HEAD = {
    "name": str,
    "source": str,
    "seed": int,
    "planned_sessions": int,
    "weeks_between": float,
    "waves": list,
    "plan": dict,
    "progression": list,
    "secondary": list,
}
_OPTIONAL = ("seed", "plan", "progression", "secondary")


def plan_toml(plan: PilotPlan, source: str) -> str:
    """Return the text of ``pilot.toml``.

    Examples
    --------
    >>> print(plan_toml(PilotPlan("Spring", 6, 4, (Wave(1, "before", 0),)), "real"))
    name = "Spring"
    source = "real"
    planned_sessions = 6
    weeks_between = 4
    <BLANKLINE>
    [[waves]]
    wave = 1
    label = "before"
    week = 0
    <BLANKLINE>
    """
    head = {"name": plan.name, "source": source}
    seed = {} if plan.seed is None else {"seed": plan.seed}
    rhythm = {"planned_sessions": plan.planned_sessions, "weeks_between": plan.weeks_between}
    blocks: TomlTables = [("", {**head, **seed, **rhythm})]
    blocks += [("[[waves]]", dict(vars(wave))) for wave in plan.waves]
    if plan.analysis is not None:
        blocks.append(("[plan]", stated(plan.analysis)))
    blocks += [("[[secondary]]", stated(outcome)) for outcome in plan.secondary]
    blocks += [("[[progression]]", stated(rule)) for rule in plan.progression]
    return toml_text(blocks)


@dataclass(frozen=True)
class PlanFile:
    """What ``pilot.toml`` says: the plan (None if it has faults), the source and the faults."""

    plan: PilotPlan | None
    source: str
    faults: tuple[Fault, ...]


def _source_faults(values: Mapping[str, object]) -> list[Fault]:
    faults = []
    source, seed = values.get("source"), values.get("seed")
    if isinstance(source, str) and source not in _SOURCES:
        rule = f"must be 'real' or 'simulated'; got {source[:40]!r}"
        faults.append(Fault(PLAN_FILE, None, "source", rule, "say which"))
    if source == "simulated" and seed is None:
        rule = "a simulated pilot must state its seed"
        faults.append(Fault(PLAN_FILE, None, "seed", rule, "add it"))
    if source == "real" and seed is not None:
        rule = "a real pilot has no seed"
        faults.append(Fault(PLAN_FILE, None, "seed", rule, "remove it, or say source = simulated"))
    return faults


def read_plan(path: Path) -> PlanFile:
    """Read a ``pilot.toml`` and list everything that is wrong with it.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    PlanFile

    Examples
    --------
    >>> print(read_plan(Path("nowhere/pilot.toml")).faults[0])
    pilot.toml: there is no such file (add it; the shipped example shows one).
    """
    values = values_of(path)
    if isinstance(values, Fault):
        return PlanFile(None, "", (values,))
    faults = setting_faults(values, _HEAD, _OPTIONAL, file=PLAN_FILE) + _source_faults(values)
    found: dict[str, Any] = {"file": PLAN_FILE, "faults": faults}
    waves = listed_nouns(Wave, values.get("waves"), "waves", **found)
    rules = listed_nouns(Criterion, values.get("progression"), "progression", **found)
    others = listed_nouns(SecondaryOutcome, values.get("secondary"), "secondary", **found)
    analysis = (
        made_noun(PrimaryAnalysis, values["plan"], "plan", **found) if "plan" in values else None
    )
    plan = None
    if not faults:
        head = ("name", "planned_sessions", "weeks_between", "seed")
        given = {name: values[name] for name in head if name in values}
        try:
            plan = PilotPlan(
                **given, waves=waves, analysis=analysis, progression=rules, secondary=others
            )
        except RevlabError as error:
            faults.append(Fault(PLAN_FILE, None, None, str(error).rstrip(".")))
    return PlanFile(plan, str(values.get("source", "")), tuple(faults))
