"""Formats: what an organisation could do instead of, or beside, reverse mentoring."""

from dataclasses import dataclass, fields
from types import MappingProxyType

from revlab.errors import OptionError, must, one_of
from revlab.fieldwork.evidence import default

__all__ = ["FORMATS", "PATHWAYS", "Format"]

PATHWAYS = ("dyads", "events", "nothing")
"""How a format reaches people: in dyads that meet, at events, or not at all."""


@dataclass(frozen=True)
class Format:
    """One thing that an organisation could do: whom it reaches, what it gives, what it costs.

    Parameters
    ----------
    pathway : {"dyads", "events", "nothing"}
        How people gain.
    note : str
        What it is, in a sentence.
    reach : float
        Share of each side who take part, 0 to 1.
    senior_gain, junior_gain : float
        Gain of an average participant who is there every time, in latent SD of the scale that
        the side is measured on.
    doubt : float
        SD of what is not known of the gains, as a share of them.
    ideas : float
        Ideas adopted for each participant who is there every time.
    sessions : float
        Times that people meet, whole number of 1 or more.
    session_hours, person_hours, fixed_hours : float
        Hours of a participant each time, hours of organising for each participant, and for the
        whole; those of a senior count more, see `revlab.fieldwork.costs.Costs`.

    Raises
    ------
    OptionError
        If there is no such pathway, or a number is out of bounds.

    Examples
    --------
    >>> FORMATS["reverse"].pathway, FORMATS["none"].reach
    ('dyads', 0.0)
    """

    pathway: str
    note: str
    reach: float
    senior_gain: float
    junior_gain: float
    doubt: float
    ideas: float
    sessions: float
    session_hours: float
    person_hours: float
    fixed_hours: float

    def __post_init__(self) -> None:
        one_of("pathway", self.pathway, PATHWAYS)
        share = f"`reach` must lie between 0 and 1; got {self.reach:g}."
        must(0 <= self.reach <= 1, share, OptionError)
        whole = self.sessions >= 1 and self.sessions == int(self.sessions)
        must(whole, f"`sessions` must be 1 or more, whole; got {self.sessions:g}.", OptionError)
        for name in ("doubt", "ideas", "session_hours", "person_hours", "fixed_hours"):
            value = getattr(self, name)
            must(value >= 0, f"`{name}` must be zero or more; got {value:g}.", OptionError)


_NOTES = {
    "none": ("nothing", "No programme."),
    "traditional": ("dyads", "Seniors mentor juniors."),
    "reverse": ("dyads", "Juniors mentor seniors."),
    "mutual": ("dyads", "The two of a dyad mentor each other, half of each session."),
    "lab": ("events", "A few people work on new products for some days."),
    "repository": ("events", "Anybody writes ideas into a tool, and some are looked at."),
    "sprint": ("events", "Short courses in digital skills for everybody."),
    "mixers": ("events", "Informal evenings at which levels meet."),
}


def _format(name: str) -> Format:
    pathway, note = _NOTES[name]
    numbers = [field.name for field in fields(Format) if field.name not in ("pathway", "note")]
    values = {number: default(f"format.{name}_{number}") for number in numbers}
    return Format(pathway=pathway, note=note, **values)


FORMATS = MappingProxyType({name: _format(name) for name in _NOTES})
"""Name to format; all numbers are rows of the evidence registry, and nearly all are assumed."""
