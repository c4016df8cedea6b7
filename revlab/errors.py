"""Errors that a user reads: one sentence that says what was wrong and what to do.

::

    RevlabError (ValueError)
    ├── OptionError      an option is not one of those there are
    ├── TableError       faults in a table, all of them at once
    ├── CohortError      a cohort cannot be what it says
    ├── PairingError     a pairing cannot be made
    ├── PilotError       a pilot folder cannot be what it says
    ├── EstimateError    an estimate cannot be given from these data
    ├── DesignError      a design cannot be diagnosed
    └── SkillsError      the skills database cannot do what was asked
        └── ConflictError    somebody else was faster; read again
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

__all__ = [
    "CohortError",
    "ConflictError",
    "DesignError",
    "EstimateError",
    "Fault",
    "OptionError",
    "PairingError",
    "PilotError",
    "RevlabError",
    "SkillsError",
    "TableError",
    "must",
    "one_of",
]


class RevlabError(ValueError):
    """Base of all errors that revlab raises on purpose."""


class OptionError(RevlabError):
    """An option has a value that does not exist."""


class CohortError(RevlabError):
    """A cohort cannot be what it says."""


class PairingError(RevlabError):
    """A pairing cannot be made from this input."""


class PilotError(RevlabError):
    """A pilot cannot be what it says."""


class EstimateError(RevlabError):
    """An estimate cannot be given from these data."""


class DesignError(RevlabError):
    """A design cannot be diagnosed."""


class SkillsError(RevlabError):
    """The skills database cannot do what was asked."""


class ConflictError(SkillsError):
    """Somebody else changed the same row in the meantime; nothing was written."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in a table: where, which rule, and what to do.

    Parameters
    ----------
    file : str
        File name as the user gave it, without its folder.
    row : int or None
        Row as a spreadsheet shows it (the header is row 1); None for the whole column or file.
    column : str or None
        Heading of the column, None for the whole row or file.
    rule : str
        What must hold, as a sentence without a full stop.
    remedy : str
        What to do about it.
    sheet : str or None
        Sheet of a workbook.
    """

    file: str
    row: int | None
    column: str | None
    rule: str
    remedy: str = ""
    sheet: str | None = None

    def __str__(self) -> str:
        place = [self.file]
        if self.sheet is not None:
            place.append(f"sheet {self.sheet!r}")
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.column is not None:
            place.append(f"column {self.column!r}")
        tail = f" ({self.remedy})" if self.remedy else ""
        return f"{', '.join(place)}: {self.rule}{tail}."


class TableError(RevlabError):
    """A table has faults; the message lists the first twenty, ``faults`` holds all."""

    shown = 20

    def __init__(self, faults: Sequence[Fault]):
        self.faults = tuple(faults)
        lines = [str(fault) for fault in self.faults[: self.shown]]
        left = len(self.faults) - self.shown
        if left > 0:
            lines.append(f"… and {left} more.")
        super().__init__("\n".join(lines))


def one_of(name: str, value: str, options: Collection[str]) -> str:
    """Return ``value`` if it is one of ``options``, else raise one helpful sentence.

    Parameters
    ----------
    name : str
        The parameter as the user knows it.
    value : str
        What was given.
    options : collection of str
        What exists.

    Returns
    -------
    str
        ``value`` unchanged.

    Raises
    ------
    OptionError
        If ``value`` is not among ``options``.

    Examples
    --------
    >>> one_of("policy", "stabel", ["random", "stable"])
    Traceback (most recent call last):
    ...
    revlab.errors.OptionError: `policy` must be one of 'random', 'stable'; got 'stabel'. \
Did you mean 'stable'?
    """
    if value in options:
        return value
    listed = ", ".join(repr(option) for option in sorted(options))
    close = get_close_matches(str(value), sorted(options), n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    raise OptionError(f"`{name}` must be one of {listed}; got {value!r}.{hint}")


def must(condition: bool, message: str, error: type[RevlabError] = RevlabError) -> None:
    """Raise ``error(message)`` unless ``condition`` holds.

    Examples
    --------
    >>> must(False, "`n_pools` must be at least 2; got 1.", DesignError)
    Traceback (most recent call last):
    ...
    revlab.errors.DesignError: `n_pools` must be at least 2; got 1.
    """
    if not condition:
        raise error(message)
