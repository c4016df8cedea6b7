"""What a person can tell the programme that is not so."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from revlab.pairing.compatibility import Compatibility

__all__ = ["LIES", "Told", "own_scores"]

Told = tuple[str, Compatibility]
_TRIES = 6
_POWER = 4.0


def own_scores(compatibility: Compatibility, side: str) -> NDArray[np.float64]:
    """Return the scores of one side with its people as rows.

    Examples
    --------
    >>> own_scores(Compatibility.from_scores([[0.2, 0.4]]), "mentor").tolist()
    [[0.2], [0.4]]
    """
    if side == "mentee":
        return compatibility.mentee_score
    return compatibility.mentor_score.T


def _truncate(compatibility: Compatibility, side: str, place: int) -> Iterator[Told]:
    """Accept the best partners only; it is also the most that stating fewer hours can do."""
    allowed = compatibility.eligible if side == "mentee" else compatibility.eligible.T
    partners = np.flatnonzero(allowed[place])
    own = own_scores(compatibility, side)[place, partners]
    best = partners[np.argsort(-own, kind="stable")]
    lengths = np.linspace(1, len(best) - 1, min(_TRIES, max(len(best) - 1, 0)))
    for length in sorted({int(k) for k in np.rint(lengths)}):
        told = allowed.copy()
        told[place, best[length:]] = False
        yield (
            f"accepts the best {length} of {len(best)} only",
            replace(
                compatibility,
                eligible=told if side == "mentee" else told.T,
                forbidding=None,
                rule_bits=None,
                rules=(),
            ),
        )


def _understate_capacity(compatibility: Compatibility, side: str, place: int) -> Iterator[Told]:
    """State fewer places than one has."""
    name = f"{side}_capacity"
    places = getattr(compatibility, name)
    for fewer in range(1, int(places[place])):
        told = places.copy()
        told[place] = fewer
        changed: dict[str, object] = {name: told}
        words = f"states a capacity of {fewer} instead of {places[place]}"
        yield words, replace(compatibility, **changed)  # type: ignore[arg-type]


def _exaggerate(compatibility: Compatibility, side: str, place: int) -> Iterator[Told]:
    """Keep the order of the list, but make the best partners count far more than the others."""
    scores = own_scores(compatibility, side)
    largest, own = float(scores.max(initial=0.0)), scores[place]
    if largest <= 0 or own.max(initial=0.0) <= 0:
        return
    told = scores.copy()
    told[place] = largest * (own / own.max()) ** _POWER
    changed: dict[str, object] = {f"{side}_score": told if side == "mentee" else told.T}
    yield "exaggerates the best partners", replace(compatibility, **changed)  # type: ignore[arg-type]


LIES: dict[str, Callable[[Compatibility, str, int], Iterator[Told]]] = {
    "truncate": _truncate,
    "understate_capacity": _understate_capacity,
    "exaggerate": _exaggerate,
}
"""Every lie with its variants: the compatibility as it is told by one person of one side."""
