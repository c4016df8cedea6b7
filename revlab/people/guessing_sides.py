"""The guess of who stands on which side: by file, by a column of roles, or by grade."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

from revlab.errors import Fault, TableError
from revlab.people.ladders import Ladder, rank_grades
from revlab.people.sheets import Sheet, clean_text
from revlab.people.sides import Sides, SidesByColumn, SidesByFile, SidesByGrade

__all__ = ["GuessedSides", "guess_sides"]

_ROLES: Mapping[str, str] = {
    **dict.fromkeys(("mentor", "mentors", "reverse mentor"), "mentor"),
    **dict.fromkeys(("mentee", "mentees", "reverse mentee"), "mentee"),
    **dict.fromkeys(("junior", "juniors"), "junior"),
    **dict.fromkeys(("senior", "seniors"), "senior"),
    "both": "both",
}
_ROLE_WORDS = re.compile(r"\b(mentor|mentee|junior|senior|both|beides?)(?=s?\b|in\b)")
_LONGEST_ROLE = 8
_END_SHARE = 0.4
_STRANGE_SHARE = 0.2
_WHY = "in reverse mentoring the junior is the mentor."


@dataclass(frozen=True)
class GuessedSides:
    """The guess and what must be said about it."""

    sides: Sides
    notes: tuple[str, ...]


def guess_sides(
    sheets: Sequence[Sheet], columns: Mapping[str, tuple[str, ...]], ladder: Ladder
) -> GuessedSides:
    """Guess the sides, and turn them round where the "mentors" are the more senior people.

    Parameters
    ----------
    sheets : sequence of Sheet
        The tables of the roster.
    columns : mapping of str to tuple of str
        Field to headings, with "grade".
    ladder : Ladder
        The grades.

    Returns
    -------
    GuessedSides

    Raises
    ------
    TableError
        If the roster names no sides and all people have one grade.
    """
    grade = columns["grade"]
    return (
        _by_file(sheets, grade, ladder)
        or _by_column(sheets, columns, ladder)
        or _by_grade(sheets, grade, ladder)
    )


def _grades(sheet: Sheet, headings: tuple[str, ...]) -> list[str]:
    place = sheet.find(headings)
    return [] if place is None else [clean_text(cell) for cell in sheet.cells(place)]


def _mean_rank(labels: Sequence[str], ladder: Ladder) -> float:
    ranks = rank_grades(ladder, set(labels))
    known = [ranks[label] for label in labels if label in ranks]
    return mean(known) if known else float("nan")


def _by_file(
    sheets: Sequence[Sheet], grade: tuple[str, ...], ladder: Ladder
) -> GuessedSides | None:
    words = {sheet.name: _word_of(sheet) for sheet in sheets}
    low = {"mentor", "junior"}
    if len(sheets) < 2 or None in words.values() or len({w in low for w in words.values()}) < 2:
        return None
    files = {name: "mentor" if word in low else "mentee" for name, word in words.items()}
    ranks = {side: [] for side in ("mentor", "mentee")}  # type: dict[str, list[str]]
    for sheet in sheets:
        ranks[files[sheet.name]] += _grades(sheet, grade)
    names = {
        side: ", ".join(name for name, other in files.items() if other == side) for side in ranks
    }
    told = not set(words.values()) & {"junior", "senior"}
    if told and _mean_rank(ranks["mentor"], ladder) > _mean_rank(ranks["mentee"], ladder):
        swapped = {"mentor": "mentee", "mentee": "mentor"}
        files = {name: swapped[side] for name, side in files.items()}
        note = (
            f"{names['mentor']} holds the more senior people, so it is read as the mentees "
            f"(seniors), and {names['mentee']} as the mentors (juniors): {_WHY}"
        )
    else:
        note = (
            f"{names['mentor']} is read as the mentors (juniors) and {names['mentee']} as the "
            "mentees (seniors)."
        )
    return GuessedSides(SidesByFile(files), (note,))


def _word_of(sheet: Sheet) -> str | None:
    """Return the one role that the name of a file or sheet speaks of."""
    name = (sheet.sheet or sheet.file).casefold()
    words = set(re.findall(r"mentor|mentee|junior|senior", name))
    return words.pop() if len(words) == 1 else None


def _by_column(
    sheets: Sequence[Sheet], columns: Mapping[str, tuple[str, ...]], ladder: Ladder
) -> GuessedSides | None:
    taken = {heading for headings in columns.values() for heading in headings}
    for heading in dict.fromkeys(head for sheet in sheets for head in sheet.headings):
        if not heading or heading in taken:
            continue
        pairs = [
            (clean_text(cell), label)
            for sheet in sheets
            if (place := sheet.find([heading])) is not None
            for cell, label in zip(
                sheet.cells(place), _grades(sheet, columns["grade"]), strict=False
            )
            if cell.strip()
        ]
        guess = _roles(heading, pairs, ladder)
        if guess is not None:
            return guess
    return None


def _roles(heading: str, pairs: Sequence[tuple[str, str]], ladder: Ladder) -> GuessedSides | None:
    """Return the guess if the cells of this column are roles."""
    values = dict.fromkeys(cell for cell, _ in pairs)
    words = {value: _role_of(value) for value in values}
    low = tuple(value for value, word in words.items() if word in ("mentor", "junior"))
    high = tuple(value for value, word in words.items() if word in ("mentee", "senior"))
    strange = {value for value, word in words.items() if word is None}
    n_strange = sum(cell in strange for cell, _ in pairs)
    if n_strange > _STRANGE_SHARE * len(pairs) or not low or not high:
        return None  # a few cells that are no role are faults, so that nobody is lost silently
    both = tuple(value for value, word in words.items() if word == "both")
    told = not set(words.values()) & {"junior", "senior"}
    ranks = [_mean_rank([g for cell, g in pairs if cell in side], ladder) for side in (low, high)]
    if told and ranks[0] > ranks[1]:
        note = (
            f"the people called {low[0]!r} in {heading!r} are the more senior ones, so they are "
            f"read as the mentees (seniors): {_WHY}"
        )
        low, high = high, low
    else:
        note = (
            f"{low[0]!r} in {heading!r} is read as mentor (junior), {high[0]!r} as mentee (senior)."
        )
    return GuessedSides(SidesByColumn(heading, mentor=low, mentee=high, both=both), (note,))


def _role_of(value: str) -> str | None:
    """Return the role that a cell speaks of: a word, or a short answer such as "As a mentor"."""
    key = value.casefold()
    if key in _ROLES or len(key.split()) > _LONGEST_ROLE:
        return _ROLES.get(key)
    said = set(_ROLE_WORDS.findall(key))
    if said & {"both", "beide", "beides"} or len(said & {"mentor", "mentee"}) == 2:
        return "both"
    sure = said & {"junior", "senior"}
    return next(iter(sure or said)) if len(sure or said) == 1 else None


def _by_grade(sheets: Sequence[Sheet], grade: tuple[str, ...], ladder: Ladder) -> GuessedSides:
    labels = {label for sheet in sheets for label in _grades(sheet, grade) if label}
    ranks = rank_grades(ladder, labels)
    steps = sorted(set(ranks.values()))
    if len(steps) < 2:
        file = ", ".join(sheet.name for sheet in sheets)
        rule = "nothing says who is a mentor (junior) and who a mentee (senior)"
        remedy = "write [sides] in a roster.toml"
        raise TableError([Fault(file, None, grade[0], rule, remedy)])
    size = max(1, int(len(steps) * _END_SHARE))
    ends = [
        tuple(sorted((label for label in ranks if ranks[label] in part), key=lambda x: ranks[x]))
        for part in (steps[:size], steps[-size:])
    ]
    note = (
        f"no file or column names the sides, so the lowest grades ({', '.join(ends[0])}) are read "
        f"as mentors (juniors) and the highest ({', '.join(ends[1])}) as mentees (seniors)."
    )
    return GuessedSides(SidesByGrade(*ends), (note,))
