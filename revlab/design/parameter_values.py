"""Parameters of the simulator by the names that the evidence registry gives them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from revlab.errors import DesignError, must
from revlab.fieldwork.programme import Programme

__all__ = ["with_values"]

_ROOMS = {
    "relationship": "relationship",
    "sessions": "sessions",
    "outcome": "outcomes",
    "survey": "survey",
    "gap": "gap",
    "candour": "candour",
    "agreement": "agreement",
    "patience": "patience",
    "managers": "managers",
    "generation": "generation",
}
"""Room of the registry to part of `Assumptions`."""


def with_values(programme: Programme, values: Mapping[str, float]) -> Programme:
    """Return a programme with other values of parameters.

    Parameters
    ----------
    programme : Programme
        What is changed.
    values : mapping of str to float
        Parameter, as the evidence registry names it, to value.

    Returns
    -------
    Programme

    Raises
    ------
    DesignError
        If a parameter is not one of the assumptions or of the programme's own levers.

    Examples
    --------
    >>> with_values(Programme(), {"sessions.skip_base": -1.0}).assumptions.sessions.skip_base
    -1.0
    """
    models, levers = programme.assumptions, {}
    parts: dict[str, dict[str, Any]] = {}
    for parameter, value in values.items():
        room, _, name = parameter.partition(".")
        if parameter == "fit.validity":
            models = replace(models, validity=value)
        elif room == "programme" and isinstance(getattr(programme, name, None), float):
            levers[name] = value
        elif room == "gain" and name in models.outcomes.gains:
            gains = parts.setdefault("outcomes", {}).setdefault("gains", {**models.outcomes.gains})
            gains[name] = value
        else:
            known = hasattr(getattr(models, _ROOMS.get(room, ""), None), name)
            must(
                known,
                f"{parameter!r} is not a parameter of the assumptions or a lever of a programme; "
                "take a name that the evidence registry gives.",
                DesignError,
            )
            parts.setdefault(_ROOMS[room], {})[name] = value
    changed: dict[str, Any] = {
        part: replace(getattr(models, part), **names) for part, names in parts.items()
    }
    moved: dict[str, Any] = dict(levers)
    return replace(programme, assumptions=replace(models, **changed), **moved)
