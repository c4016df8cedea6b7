"""How many people must stand behind what is shown."""

from dataclasses import dataclass

from revlab.errors import OptionError, must, one_of

__all__ = ["Thresholds"]

_LEAST = {"scores": 5, "comments": 10}


@dataclass(frozen=True)
class Thresholds:
    """The fewest people behind a score and behind a comment; they can be raised, never lowered.

    Five and ten are what large survey platforms announce to those who answer, and what cannot be
    changed after the launch.

    Parameters
    ----------
    scores : int
        People behind any count, share or mean, at least 5.
    comments : int
        People behind any comment, at least 10.

    Raises
    ------
    OptionError
        If a threshold is below its floor.

    Examples
    --------
    >>> Thresholds().raised(scores=8)
    Thresholds(scores=8, comments=10)
    >>> Thresholds(scores=3)
    Traceback (most recent call last):
    ...
    revlab.errors.OptionError: the threshold for scores must be a whole number of at least 5; \
got 3. A threshold can be raised, never lowered.
    """

    scores: int = _LEAST["scores"]
    comments: int = _LEAST["comments"]

    def __post_init__(self) -> None:
        for kind, least in _LEAST.items():
            _check(kind, getattr(self, kind), least)

    def raised(self, *, scores: int | None = None, comments: int | None = None) -> "Thresholds":
        """Return thresholds that are at least these.

        Raises
        ------
        OptionError
            If one would be lower than it is now.
        """
        new = {"scores": scores, "comments": comments}
        for kind, value in new.items():
            if value is not None:
                _check(kind, value, self.of(kind))
        return Thresholds(**{kind: value or self.of(kind) for kind, value in new.items()})

    def of(self, kind: str) -> int:
        """Return the threshold for "scores" or "comments"."""
        return int(getattr(self, one_of("kind", kind, list(_LEAST))))


def _check(kind: str, value: int, least: int) -> None:
    must(
        type(value) is int and value >= least,
        f"the threshold for {kind} must be a whole number of at least {least}; got {value!r}. "
        "A threshold can be raised, never lowered.",
        OptionError,
    )
