"""``pilot.toml``: what was laid down before a pilot began, as text."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any, get_type_hints

from revlab.errors import Fault, RevlabError
from revlab.fieldwork.protocol import (
    Criterion,
    PilotPlan,
    PrimaryAnalysis,
    SecondaryOutcome,
    Wave,
)

__all__ = ["PLAN_FILE", "PlanFile", "plan_toml", "read_plan"]

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
_WORDS = {str: "text", int: "a whole number", float: "a number", list: "a list", dict: "a table"}


def _text(value: object) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value)


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
    blocks = [("", {**head, **seed, **rhythm})]
    blocks += [("[[waves]]", dict(vars(wave))) for wave in plan.waves]
    if plan.analysis is not None:
        blocks.append(("[plan]", dict(vars(plan.analysis))))
    blocks += [("[[secondary]]", dict(vars(outcome))) for outcome in plan.secondary]
    blocks += [("[[progression]]", dict(vars(rule))) for rule in plan.progression]
    pages = []
    for heading, values in blocks:
        lines = [heading] if heading else []
        lines += [f"{name} = {_text(value)}" for name, value in values.items()]
        pages.append("\n".join(lines) + "\n")
    return "\n".join(pages)


@dataclass(frozen=True)
class PlanFile:
    """What ``pilot.toml`` says: the plan (None if it has faults), the source and the faults."""

    plan: PilotPlan | None
    source: str
    faults: tuple[Fault, ...]


def _is(value: object, kind: type) -> bool:
    if isinstance(value, bool):
        return False
    if kind is float:
        return isinstance(value, int | float) and value == value and abs(value) != float("inf")
    return isinstance(value, kind)


def _faults_of(
    values: Mapping[str, object], kinds: Mapping[str, type], optional: Sequence[str], place: str
) -> list[Fault]:
    faults = []
    for name in [name for name in values if name not in kinds]:
        rule = f"there is no such setting; there are {', '.join(kinds)}"
        faults.append(Fault(PLAN_FILE, None, place + name, rule, "correct or remove it"))
    for name, kind in kinds.items():
        if name not in values:
            if name not in optional:
                faults.append(Fault(PLAN_FILE, None, place + name, "is missing", "add it"))
        elif not _is(values[name], kind):
            rule = f"must be {_WORDS[kind]}; got {str(values[name])[:40]!r}"
            faults.append(Fault(PLAN_FILE, None, place + name, rule, "correct it"))
    return faults


def _made(noun: Any, values: object, place: str, faults: list[Fault]) -> Any:
    if not isinstance(values, dict):
        faults.append(Fault(PLAN_FILE, None, place, "must be a table", "write name = value"))
        return None
    hints = get_type_hints(noun)
    optional = [field.name for field in fields(noun) if field.default is not MISSING]
    found = _faults_of(values, hints, optional, f"{place}.")
    faults.extend(found)
    if found:
        return None
    try:
        return noun(**values)
    except RevlabError as error:
        faults.append(Fault(PLAN_FILE, None, place, str(error).rstrip(".")))
        return None


def _listed(noun: Any, values: object, place: str, faults: list[Fault]) -> tuple[Any, ...]:
    rows = values if isinstance(values, list) else []
    made = [_made(noun, row, f"{place} {k}", faults) for k, row in enumerate(rows, start=1)]
    return tuple(row for row in made if row is not None)


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
    if not path.is_file():
        remedy = "add it; the shipped example shows one"
        return PlanFile(None, "", (Fault(PLAN_FILE, None, None, "there is no such file", remedy),))
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        reason = (str(error).splitlines() or ["nested too deeply"])[0]
        fault = Fault(PLAN_FILE, None, None, f"cannot be read as TOML: {reason}")
        return PlanFile(None, "", (fault,))
    faults = _faults_of(values, _HEAD, _OPTIONAL, "") + _source_faults(values)
    waves = _listed(Wave, values.get("waves"), "waves", faults)
    rules = _listed(Criterion, values.get("progression"), "progression", faults)
    others = _listed(SecondaryOutcome, values.get("secondary"), "secondary", faults)
    analysis = _made(PrimaryAnalysis, values["plan"], "plan", faults) if "plan" in values else None
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
