"""When a plan looks at the data on the way: shares of the information, and kinds of bounds."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from revlab.errors import PilotError, RevlabError, must

__all__ = ["LOOK_BOUNDS", "check_looks", "look_times"]

LOOK_BOUNDS = ("spend_obrien_fleming", "spend_pocock", "obrien_fleming", "pocock")
"""Level that is spent as information comes in (Lan & DeMets), like O'Brien & Fleming or like
Pocock; and bounds of the fixed shape of O'Brien & Fleming, ``C / sqrt(t)``, or of Pocock, ``C``."""

_MOST, _APART = 20, 0.001


def look_times(values: Sequence[Any], *, name: str, error: type[RevlabError]) -> tuple[float, ...]:
    """Return the share of the final information at each look, checked.

    Parameters
    ----------
    values : sequence of float
        Rising, the last 1.
    name : str
        What they are called, for the message.
    error : type of RevlabError
        What is raised.

    Raises
    ------
    RevlabError
        Of the type ``error``, if they do not rise to 1 by at least 0.001 each, or are more than
        20.

    Examples
    --------
    >>> look_times([0.5, 1], name="looks", error=PilotError)
    (0.5, 1.0)
    """
    given = list(values)
    numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in given)
    steps = np.diff(np.array(given, dtype=float), prepend=0.0) if numbers else np.zeros(0)
    must(
        1 <= steps.size <= _MOST and bool((steps >= _APART).all()) and given[-1] == 1,
        f"`{name}` must be 1 to {_MOST} shares of the information that rise to 1, by {_APART} or "
        f"more each, such as 0.5 and 1; got {given}.",
        error,
    )
    return tuple(float(one) for one in given)


def check_looks(looks: Sequence[Any], look: int) -> tuple[float, ...]:
    """Return the looks of a plan, and refuse them or the present one if they cannot be.

    Parameters
    ----------
    looks : sequence of float
        As `look_times` takes them, or none at all.
    look : int
        The present look, from 1; 0 for the last one.

    Raises
    ------
    PilotError
        If the looks do not rise to 1, or there is no such look.

    Examples
    --------
    >>> check_looks([], 0)
    ()
    """
    times = look_times(looks, name="looks", error=PilotError) if len(looks) else ()
    must(
        0 <= look <= len(times),
        f"plan: `look` says which of the {len(times)} `looks` this is, or 0 for the last; "
        f"got {look}.",
        PilotError,
    )
    return times
