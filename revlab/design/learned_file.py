"""What a pilot taught as a TOML file: written by `revlab learn`, read by what simulates."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from revlab.design.learned import Learned
from revlab.design.parameter_values import with_values
from revlab.errors import Fault, RevlabError, TableError
from revlab.fieldwork.evidence import evidence
from revlab.fieldwork.programme import Programme
from revlab.fieldwork.toml_tables import TomlTables, setting_faults, toml_text, values_of

__all__ = ["LearnedValues", "learned_toml", "read_learned"]

_HEAD = {
    "pilot": str,
    "source": str,
    "n_dyads": int,
    "planned_sessions": int,
    "weeks_between": float,
    "parameter": list,
}
_NEEDED = ("planned_sessions", "weeks_between", "parameter")
_ROW = {
    "name": str,
    "value": float,
    "unit": str,
    "conf_low": float,
    "conf_high": float,
    "informed_by": str,
}
_LARGEST = 12.0
_BOUNDS = {"share": (0.0, 1.0), "correlation": (-1.0, 1.0), "log-odds": (-_LARGEST, _LARGEST)}
_POSITIVE = ("survey.discrimination", "relationship.perception_sd")
_DECIMALS = 6


@dataclass(frozen=True)
class LearnedValues:
    """Values of the simulator's parameters that a file gives.

    Parameters
    ----------
    planned_sessions : int
        Sessions of the pilot that they were learnt from.
    weeks_between : float
        Weeks from one session to the next.
    values : mapping of str to float
        Parameter, as the evidence registry names it, to value.
    pilot : str
        Name of the pilot, "" if it is not told.
    source : str
        "simulated" or "real", "" if it is not told.

    Examples
    --------
    >>> told = LearnedValues(4, 2.0, {"sessions.skip_base": -1.0})
    >>> told.programme().planned_sessions, told.programme().assumptions.sessions.skip_base
    (4, -1.0)
    """

    planned_sessions: int
    weeks_between: float
    values: Mapping[str, float]
    pilot: str = ""
    source: str = ""

    def __repr__(self) -> str:
        of = f" of the pilot {self.pilot!r}" if self.pilot else ""
        return f"{len(self.values)} learnt values{of}, {self.planned_sessions} sessions"

    def programme(self, base: Programme | None = None) -> Programme:
        """Return a programme with these values.

        ``base`` is what they are put into; None: the rhythm of the pilot, the rest as it comes.
        """
        if base is None:
            base = Programme(self.planned_sessions, self.weeks_between)
        return with_values(base, self.values)


def learned_toml(learned: Learned, *, pilot: str = "", source: str = "") -> str:
    """Return what a pilot taught as the text of a TOML file; `read_learned` reads it.

    Parameters
    ----------
    learned : Learned
        From `revlab.design.learned.learn_from_pilot`.
    pilot, source : str
        Name of the pilot, and whether it is "simulated" or "real".

    Returns
    -------
    str
        One ``[[parameter]]`` table for each value that was learnt; an open end of an interval
        is left out.

    Examples
    --------
    >>> from revlab.design.learned import learn_from_pilot
    >>> from revlab.fieldwork.pilot import read_pilot
    >>> from revlab.shipped import shipped
    >>> text = learned_toml(learn_from_pilot(read_pilot(shipped("data/example_pilot"))))
    >>> text.splitlines()[4:6]
    ['[[parameter]]', 'name = "sessions.skip_base"']
    """
    head: dict[str, object] = {"pilot": pilot, "source": source, "n_dyads": learned.n_dyads}
    head = {name: value for name, value in head.items() if value != ""}
    head["planned_sessions"] = learned.base.planned_sessions
    head["weeks_between"] = float(learned.base.weeks_between)
    tables: TomlTables = [("", head)]
    unit_of = _units()
    for row in learned.table[learned.table["informed_by"] != ""].to_dict("records"):
        ends = {
            name: round(float(row[name]), _DECIMALS)
            for name in ("conf_low", "conf_high")
            if abs(float(row[name])) != float("inf")
        }
        name = str(row["parameter"])
        value = round(float(row["value"]), _DECIMALS)
        one = {"name": name, "value": value, "unit": unit_of[name], **ends}
        tables.append(("[[parameter]]", {**one, "informed_by": str(row["informed_by"])}))
    return toml_text(tables)


def read_learned(path: Path | str) -> LearnedValues:
    """Read the values of a file that `revlab learn` wrote, or that was written by hand.

    Parameters
    ----------
    path : pathlib.Path or str
        TOML with ``planned_sessions``, ``weeks_between`` and ``[[parameter]]`` tables.

    Returns
    -------
    LearnedValues

    Raises
    ------
    TableError
        With everything that is wrong: names, units, ranges.

    Examples
    --------
    >>> read_learned("nowhere.toml")
    Traceback (most recent call last):
    ...
    revlab.errors.TableError: nowhere.toml: there is no such file (write it with `revlab learn`).
    """
    path = Path(path)
    told = values_of(path)
    if isinstance(told, Fault):
        missing = told.rule == "there is no such file"
        remedy = "write it with `revlab learn`" if missing else told.remedy
        raise TableError([Fault(told.file, None, None, told.rule, remedy)])
    faults = setting_faults(
        told, _HEAD, [name for name in _HEAD if name not in _NEEDED], file=path.name
    )
    rows = told.get("parameter")
    values = _values(rows if isinstance(rows, list) else [], path.name, faults)
    if not faults:
        found = LearnedValues(
            told["planned_sessions"],
            float(told["weeks_between"]),
            values,
            told.get("pilot", ""),
            told.get("source", ""),
        )
        try:
            found.programme()
        except RevlabError as error:
            faults.append(Fault(path.name, None, None, str(error).rstrip(".")))
    if faults:
        raise TableError(faults)
    return found


def _units() -> dict[str, str]:
    """Return parameter to unit, for all that a programme can be given."""
    units = {}
    for row in evidence().itertuples(index=False):
        try:
            with_values(Programme(), {row.parameter: row.value})
        except RevlabError:
            continue
        units[str(row.parameter)] = str(row.unit)
    return units


def _values(rows: list[Any], file: str, faults: list[Fault]) -> dict[str, float]:
    """Return parameter to value; what is wrong is added to the faults."""
    unit_of, values = _units(), dict[str, float]()
    for k, row in enumerate(rows, start=1):
        place = f"parameter {k}"
        if not isinstance(row, dict):
            faults.append(Fault(file, None, place, "must be a table", "write name = value"))
            continue
        wrong = setting_faults(
            row, _ROW, [n for n in _ROW if n not in ("name", "value")], file=file, place=f"{place}."
        )
        faults.extend(wrong)
        if wrong:
            continue
        name, value = row["name"], float(row["value"])
        rules = _broken(row, unit_of)
        if name in values:
            rules.append(f"{name!r} is given twice")
        faults.extend(Fault(file, None, place, rule, "correct it") for rule in rules)
        values[name] = value
    return values


def _broken(row: Mapping[str, Any], unit_of: Mapping[str, str]) -> list[str]:
    """Return the rules that a parameter of the file breaks."""
    name, value = row["name"], float(row["value"])
    if name not in unit_of:
        return [f"{name!r} is not a parameter that can be given; names are in data/evidence.csv"]
    unit, rules = unit_of[name], []
    if row.get("unit", unit) != unit:
        rules.append(f"{name} is in {unit!r}; got {row['unit']!r}")
    low, high = next(
        (ends for kind, ends in _BOUNDS.items() if unit.startswith(kind)),
        (float("-inf"), float("inf")),
    )
    if name in _POSITIVE:
        low, high = 0.0, _LARGEST
    if not low <= value <= high:
        rules.append(f"{name} must lie between {low:g} and {high:g}; got {value:g}")
    if not row.get("conf_low", value) <= value <= row.get("conf_high", value):
        rules.append(f"the value of {name}, {value:g}, must lie in its interval")
    return rules
