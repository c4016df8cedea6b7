"""Headings of forms: long questions, and the columns that a form service adds by itself."""

import re
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

__all__ = ["asked_field", "is_form"]

_ASKED: Mapping[str, str] = MappingProxyType(
    {
        "manager_id": r"(line )?manager.*(e ?mail|id|number)|(e ?mail|id).*manager|vorgesetzte",
        "conflicts": r"not (want to )?be (paired|matched)|not with|nicht mit",
        "both_sides": r"both (a )?(mentor and (a )?mentee|sides|roles)",
        "person_id": (
            r"\be ?mail( address)?\b|\b(staff|employee|personnel|payroll) (no|number|id)\b"
            r"|personalnummer|mailadresse"
        ),
        "needs": (
            r"(want|like|wish|hope|love|need) to (learn|improve|get better)|learn (more )?about"
            r"|skills?.*(learn|need|want)|lernen"
        ),
        "offers": (
            r"(can|could|able to|happy to|want to|like to) (you )?(teach|offer|share|explain|show)"
            r"|skills?.*(teach|offer|share|have)|weitergeben|beibringen"
        ),
        "capacity": r"how many (mentors|mentees|partners|people|colleagues)|wie viele",
        "tenure": r"how (long|many years)|years (of service|with|in) ",
        "started": r"(start|joining|entry|hire) date|date (of|you) (joined|joining|hire|entry)",
        "availability": r"\bwhen (are|can|could|would) |availab|time ?slots?|verfügbar",
        "languages": r"\blanguages?\b|sprachen",
        "interests": r"\b(interests?|hobbies)\b|interessen",
        "objectives": r"\b(goals?|aims?|objectives?|get out of|achieve)\b|ziele",
        "profession": r"\b(profession|job (family|role|title)|occupation|discipline)\b|beruf",
        "grade": r"\b(grade|job level|level|pay ?band|band|seniority|rank)\b|besoldung|stufe",
        "site": r"\b(location|office|site|city|based)\b|\bwhere do you (usually )?work\b|standort",
        "unit": (
            r"\b(department|unit|organi[sz]ation|division|directorate|team|function)\b"
            r"|abteilung|bereich"
        ),
    }
)
_PATTERNS = {name: re.compile(words) for name, words in _ASKED.items()}
_FEWEST_WORDS = 3
_FORM = (
    {"timestamp"},
    {"start time"},
    {"completion time"},
    {"zeitstempel"},
    {"startzeit"},
    {"fertigstellungszeit"},
    {"horodateur"},
)


def _plain(heading: str) -> str:
    return " ".join(re.sub(r"[^\w]+", " ", heading.casefold().replace("_", " ")).split())


def asked_field(heading: str, taken: Collection[str] = ()) -> str | None:
    """Return the field of a roster that a question of three words or more asks for.

    Parameters
    ----------
    heading : str
        As the form writes it.
    taken : collection of str
        Fields that have a heading already.

    Examples
    --------
    >>> asked_field("Which department do you work in?")
    'unit'
    >>> asked_field("Department") is None
    True
    """
    plain = _plain(heading)
    if len(plain.split()) < _FEWEST_WORDS:
        return None
    for name, pattern in _PATTERNS.items():
        if pattern.search(plain):
            return None if name in taken else name
    return None


def is_form(headings: Sequence[str]) -> bool:
    """Return whether the table is the export of a form: when it was sent stands in it.

    Examples
    --------
    >>> is_form(["ID", "Start time", "Completion time", "Email"])
    True
    """
    keys = {_plain(heading) for heading in headings}
    return any(stamp <= keys for stamp in _FORM)
