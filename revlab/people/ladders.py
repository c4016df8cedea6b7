"""Ladders of grades: the known ones, and how a ladder is guessed from the labels of a roster."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from revlab.people.sheets import clean_text

__all__ = ["LADDERS", "Ladder", "LadderGuess", "grade_key", "guess_ladder", "rank_grades"]

Ladder = tuple[tuple[str, ...], ...]
"""Steps from junior to senior; the labels of one step mean the same grade. Empty: numbers."""

LADDERS: Mapping[str, Ladder] = MappingProxyType(
    {
        "UK civil service": (
            ("AA", "Administrative Assistant"),
            ("AO", "Administrative Officer"),
            ("EO", "Executive Officer"),
            ("HEO", "Higher Executive Officer"),
            ("SEO", "Senior Executive Officer"),
            ("Grade 7", "G7"),
            ("Grade 6", "G6"),
            ("SCS1", "SCS 1", "Deputy Director"),
            ("SCS2", "SCS 2", "Director"),
            ("SCS3", "SCS 3", "Director General"),
            ("SCS4", "SCS 4", "Permanent Secretary"),
        ),
        "generic": (
            ("Intern", "Trainee", "Apprentice", "Graduate"),
            ("Analyst", "Associate", "Junior"),
            ("Senior Analyst", "Senior Associate", "Specialist", "Senior"),
            ("Team Lead", "Lead", "Supervisor"),
            ("Manager",),
            ("Senior Manager", "Head"),
            ("Director",),
            ("Senior Director",),
            ("VP", "Vice President"),
            ("SVP", "Senior Vice President", "EVP", "Executive Vice President"),
            ("C-level", "C-suite", "Chief", "Executive", "CEO"),
        ),
    }
)
_NUMBERED = re.compile(r"(?P<word>[^\W\d]+)[\s_-]*(?P<number>\d{1,3})")


@dataclass(frozen=True)
class LadderGuess:
    """A guessed ladder and what must be said about it."""

    ladder: Ladder
    note: str


def grade_key(label: str) -> str:
    """Return what two spellings of one grade have in common; ``3.0`` is ``3``."""
    key = clean_text(label).casefold()
    return key[:-2] if re.fullmatch(r"\d+\.0", key) else key


def rank_grades(ladder: Ladder, labels: Collection[str]) -> dict[str, int]:
    """Return the rank of each label that the ladder knows, larger being more senior.

    Parameters
    ----------
    ladder : Ladder
        Steps from junior to senior, or empty if the grades are numbers themselves.
    labels : collection of str
        As the roster writes them.

    Returns
    -------
    dict of str to int
        Labels that are not on the ladder are left out.

    Examples
    --------
    >>> rank_grades((("EO",), ("Grade 7", "G7")), ["g7", "EO", "Boss"])
    {'g7': 2, 'EO': 1}
    >>> rank_grades((), ["3", "4.0", "4.5"])
    {'3': 3, '4.0': 4}
    """
    if not ladder:
        keys = {label: grade_key(label) for label in labels}
        return {label: int(key) for label, key in keys.items() if re.fullmatch(r"\d{1,4}", key)}
    ranks = {grade_key(name): rank for rank, step in enumerate(ladder, start=1) for name in step}
    return {label: ranks[grade_key(label)] for label in labels if grade_key(label) in ranks}


def guess_ladder(labels: Sequence[str]) -> LadderGuess | None:
    """Return the ladder that these labels stand on, or None if it cannot be known.

    Numbers stand for themselves; a known ladder must know every label; a common word with a number
    ("L3", "Band 5") is ordered by the number.

    Examples
    --------
    >>> guess_ladder(["EO", "Grade 7"]).note
    'the grades are those of the UK civil service ladder.'
    >>> guess_ladder(["L2", "L10"]).ladder
    (('L2',), ('L10',))
    >>> guess_ladder(["Owl", "Hawk"]) is None
    True
    """
    distinct = sorted({clean_text(label) for label in labels if clean_text(label)})
    if not distinct:
        return None
    if len(rank_grades((), distinct)) == len(distinct):
        return LadderGuess((), "the grades are numbers; a larger number is read as more senior.")
    for name, ladder in LADDERS.items():
        if len(rank_grades(ladder, distinct)) == len(distinct):
            return LadderGuess(ladder, f"the grades are those of the {name} ladder.")
    found = [_NUMBERED.fullmatch(label) for label in distinct]
    if all(found) and len({match["word"].casefold() for match in found if match}) == 1:
        order = sorted(distinct, key=lambda label: int(label[_digits(label) :]))
        note = (
            f"{order[0]!r} is read as the most junior grade and {order[-1]!r} as the most senior."
        )
        return LadderGuess(tuple((label,) for label in order), note)
    return None


def _digits(label: str) -> int:
    match = re.search(r"\d", label)
    return match.start() if match else 0
