"""What a cell of a roster may hold: text, numbers, lists, skills with levels, yes or no."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from revlab.people.sheets import CELL_ERRORS, clean_text
from revlab.people.skills import skill_id

__all__ = ["BadCellError", "Cells", "Skill"]

MAX_LABEL = 200
"""Longest label (an id, a unit, one entry of a list) in characters."""

_YES = frozenset({"yes", "y", "true", "1", "x", "ja", "oui", "si", "sí"})
_NO = frozenset({"no", "n", "false", "0", "nein", "non", "-"})
_UNSAID = re.compile(r"(prefer not|rather not|would rather not|do not wish|n/?a$|not stated)", re.I)
_SKILL = re.compile(r"(?P<name>.+?)\s*(?:[:=]\s*(?P<a>-?[\d.,]+)|\(\s*(?P<b>-?[\d.,]+)\s*\))?")


_SHORTENED = re.compile(r"\d([.,]\d+)?E\+\d+", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?|\d{1,2}[/.]\d{1,2}[/.]\d{4}")


class BadCellError(ValueError):
    """A cell breaks a rule; the arguments are the rule and the remedy."""


@dataclass(frozen=True)
class Skill:
    """One entry of a list of skills; the level is None if the roster gives none."""

    name: str
    level: float | None


@dataclass
class Cells:
    """Reads cells; two spellings of one label ("Sales", "sales ") become the first one seen.

    Parameters
    ----------
    separator : str
        What separates the entries of a list.

    Examples
    --------
    >>> cells = Cells(";")
    >>> cells.entries("Mon AM; tue pm ;mon am", "availability")
    ('Mon AM', 'tue pm')
    >>> cells.skills("Python: 4; Excel")
    (Skill(name='python', level=4.0), Skill(name='excel', level=None))
    """

    separator: str
    spellings: dict[tuple[str, str], str] = field(default_factory=dict)
    respelt: dict[str, int] = field(default_factory=dict)

    def label(self, cell: str, name: str) -> str | None:
        """Return a label in its first spelling, None if the cell is empty."""
        text = self.text(cell)
        if not text:
            return None
        if len(text) > MAX_LABEL:
            raise BadCellError(f"has {len(text)} characters; at most {MAX_LABEL}", "shorten it")
        first = self.spellings.setdefault((name, text.casefold()), text)
        if first != text:
            self.respelt[name] = self.respelt.get(name, 0) + 1
        return first

    def text(self, cell: str) -> str:
        """Return the clean text of a cell that a spreadsheet did not spoil."""
        text = clean_text(cell)
        if text in CELL_ERRORS:
            raise BadCellError(f"holds {text!r} instead of a value", "write the value itself")
        return text

    def entries(self, cell: str, name: str) -> tuple[str, ...]:
        """Return the entries of a list, without repeats."""
        parts = [
            self.label(part, name) for part in self.text(cell).split(self.separator.strip() or " ")
        ]
        return tuple(dict.fromkeys(part for part in parts if part))

    def skills(self, cell: str) -> tuple[Skill, ...]:
        """Return the skills of a list, each with its level from 0 to 5 if it has one."""
        found: dict[str, Skill] = {}
        for entry in self.entries(cell, "skills"):
            match = _SKILL.fullmatch(entry)
            name = skill_id(match["name"] if match else entry)
            if not name:
                raise BadCellError(f"lists {entry!r}, which is no skill", "write words")
            given = (match["a"] or match["b"]) if match else None
            level = None if given is None else number(given)
            if level is not None and not 0 <= level <= 5:
                raise BadCellError(f"gives {name!r} a level of {level:g}", "levels go from 0 to 5")
            found.setdefault(name, Skill(name, level))
        return tuple(found.values())

    def capacity(self, cell: str) -> int | None:
        """Return a whole number of zero or more, None if the cell is empty."""
        text = self.text(cell)
        if not text:
            return None
        value = number(text)
        if value != int(value) or not 0 <= value <= 1000:
            raise BadCellError(
                f"must be a whole number from 0 to 1000; got {text[:40]!r}", "correct it"
            )
        return int(value)

    def years(self, cell: str) -> float | None:
        """Return a number of years, None if the cell is empty."""
        text = self.text(cell)
        if not text:
            return None
        value = number(text)
        if not 0 <= value <= 80:
            raise BadCellError(
                f"must be a number of years from 0 to 80; got {text[:40]!r}", "correct it"
            )
        return value

    def agreed(self, cell: str) -> bool:
        """Return whether the cell says yes; an empty one says no."""
        key = self.text(cell).casefold()
        if key in _YES:
            return True
        if key in _NO or not key:
            return False
        raise BadCellError(f"must be yes or no; got {key[:40]!r}", "correct it")

    def declared(self, cell: str, name: str) -> str | None:
        """Return what somebody says of themselves, None if they say nothing or decline."""
        text = self.text(cell)
        return None if _UNSAID.match(text) else self.label(text, name)

    def person(self, cell: str) -> str | None:
        """Return an id that no spreadsheet spoilt; e-mail addresses do not differ by case."""
        text = self.text(cell)
        if len(text) > MAX_LABEL:
            raise BadCellError(f"has {len(text)} characters; at most {MAX_LABEL}", "shorten it")
        if _SHORTENED.fullmatch(text):
            rule = f"is a number that a spreadsheet shortened; got {text[:40]!r}"
            raise BadCellError(rule, "format the column as text and fill in the ids again")
        if _DATE.fullmatch(text):
            rule = f"is a date, which a spreadsheet may have made of an id; got {text[:40]!r}"
            raise BadCellError(rule, "format the column as text and fill in the ids again")
        if "\ufffd" in text:
            raise BadCellError("holds a character that was lost", "fill in the id again")
        return (text.casefold() if "@" in text else text) or None

    def people(self, cell: str) -> tuple[str, ...]:
        """Return a list of ids."""
        parts = self.text(cell).split(self.separator.strip() or " ")
        return tuple(person for part in parts if (person := self.person(part)))


Reader = Callable[[str], object]


def number(text: str) -> float:
    """Return a finite number; one comma without a point is a decimal comma."""
    plain = text.replace(",", ".") if text.count(",") == 1 and "." not in text else text
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", plain, re.ASCII):
        raise BadCellError(f"must be a number; got {text[:40]!r}", "correct it")
    return float(plain)
