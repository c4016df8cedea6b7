"""Faults and notes of a roster without what its cells hold, which may be names."""

import re
from collections.abc import Sequence
from dataclasses import replace

from revlab.errors import Fault
from revlab.people.mapping import FIELDS, RosterMapping
from revlab.people.sides import SidesByColumn, SidesByGrade

__all__ = ["notes_without_cells", "without_cells"]

_QUOTED = re.compile(r"(?<!\w)(?P<mark>['\"])(?P<text>.*?)(?P=mark)(?!\w)")
_NOT_READ = re.compile(r"^(?P<place>.*): not read: .*\.$", re.DOTALL)
_WORDS = frozenset(
    {"mentor", "mentee", "both", "offer", "need", "assessed", "manager", "self", "simulated"}
    | {"work", "private"}
)


def without_cells(faults: Sequence[Fault], mapping: RosterMapping | None = None) -> list[Fault]:
    """Return the faults with "…" in the place of every quoted text that no mapping holds.

    The place of a fault, its rule and its remedy stay.

    Parameters
    ----------
    faults : sequence of Fault
        Of a roster or a file about its people.
    mapping : RosterMapping, optional
        Its headings, grades and words for the sides may be repeated.

    Returns
    -------
    list of Fault

    Examples
    --------
    >>> print(without_cells([Fault("a.csv", 2, "Level", "must be a number; got 'Ana'", "fix")])[0])
    a.csv, row 2, column 'Level': must be a number; got '…' (fix).
    """
    known = _known(mapping)

    def hide(words: str) -> str:
        return _QUOTED.sub(lambda m: m[0] if m["text"] in known else "'…'", words)

    return [replace(one, rule=hide(one.rule), remedy=hide(one.remedy)) for one in faults]


def notes_without_cells(notes: Sequence[str]) -> list[str]:
    """Return the notes without the headings that nobody reads: a person may stand in one.

    Examples
    --------
    >>> notes_without_cells(["staff.csv: not read: Ana Smith, Bo."])
    ['staff.csv: further columns are not read.']
    """
    return [_NOT_READ.sub(r"\g<place>: further columns are not read.", note) for note in notes]


def _known(mapping: RosterMapping | None) -> frozenset[str]:
    """Return the texts that a mapping holds, in all the forms in which a message has them."""
    if mapping is None:
        return _WORDS | frozenset(FIELDS)
    labels = {label for step in mapping.grades for label in step}
    if isinstance(mapping.sides, SidesByColumn):
        labels |= {*mapping.sides.known}
    if isinstance(mapping.sides, SidesByGrade):
        labels |= {*mapping.sides.mentor, *mapping.sides.mentee}
    return _WORDS | frozenset(FIELDS) | labels | frozenset(mapping.used_headings)
