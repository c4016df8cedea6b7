"""`guess_mapping`: a first mapping from headings and cells, to be confirmed by a person."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from revlab.errors import Fault, TableError
from revlab.people.form_headings import asked_field, is_form
from revlab.people.guessing_dates import guess_dates
from revlab.people.guessing_sides import GuessedSides, guess_sides
from revlab.people.heading_words import DECLARED_WORDS, HEADING_WORDS, MAIL_WORDS
from revlab.people.ladders import Ladder, LadderGuess, guess_ladder
from revlab.people.mapping import RosterMapping
from revlab.people.roster_files import RosterPaths, roster_files
from revlab.people.sheets import Sheet, clean_text, heading_key, read_sheets
from revlab.people.sides import SidesByFile

__all__ = ["Told", "guess_mapping"]

_LISTS = ("availability", "languages", "interests", "objectives", "offers", "needs")


@dataclass(frozen=True)
class Told:
    """What a person has said already, so that it is not guessed.

    Parameters
    ----------
    columns : mapping of str to tuple of str
        Field to headings.
    grades : Ladder, optional
        The ladder, the most junior grade first; empty for grades that are numbers.
    sides : tuple of str
        Entries of [sides]; if there are any, the sides are not guessed.
    same : tuple of str
        Fields without a column.
    """

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    grades: Ladder | None = None
    sides: tuple[str, ...] = ()
    same: tuple[str, ...] = ()


_NOTHING_TOLD = Told()
# Whoever told the sides puts them in the place of this.
_SIDES_TOLD = GuessedSides(SidesByFile({"as told": "both"}), ())


def guess_mapping(
    paths: RosterPaths, *, grades: Sequence[str] = (), told: Told = _NOTHING_TOLD
) -> RosterMapping:
    """Guess how a roster is to be read; `describe` shows the guess so that it can be confirmed.

    Parameters
    ----------
    paths : path, or sequence of paths
        A file with everybody, one file per side, or a folder.
    grades : sequence of str, optional
        The ladder, the most junior grade first, if it is none of the known ones.
    told : Told, optional
        What is not to be guessed; sides that were told are not in the result.

    Returns
    -------
    RosterMapping
        Its ``notes`` say what was guessed, above all which side is read as which.

    Raises
    ------
    TableError
        If a file cannot be read, or something that everybody needs cannot be guessed.

    Examples
    --------
    >>> from revlab.shipped import shipped
    >>> for note in guess_mapping(shipped("data/rosters/ukcs_small")).notes:
    ...     print(note)
    the grades are those of the UK civil service ladder.
    mentors.csv holds the more senior people, so it is read as the mentees (seniors), and \
mentees.csv as the mentors (juniors): in reverse mentoring the junior is the mentor.
    """
    found = roster_files(paths)
    read = read_sheets(found.files)
    faults = [*found.faults, *read.faults]
    if faults:
        raise TableError(faults)
    faults = list(_absent(read.sheets, told.columns))
    if faults:
        raise TableError(faults)
    columns = _with_told(read.sheets, told.columns)
    dates = guess_dates(read.sheets, columns)
    needed = [name for name in ("person_id", "unit", "grade") if name not in told.same]
    missing = [name for name in needed if name not in columns]
    if missing:
        file = ", ".join(sheet.name for sheet in read.sheets)
        raise TableError(
            [
                Fault(file, None, None, f"no heading looks like {name!r}", _remedy(name))
                for name in missing
            ]
        )
    if told.grades is not None:
        ladder = LadderGuess(told.grades, "the grades are as they were given.")
    else:
        ladder = _ladder(read.sheets, columns["grade"], grades)
    ranked = {"grade": ("grade",), **columns}
    sides = _SIDES_TOLD if told.sides else guess_sides(read.sheets, ranked, ladder.ladder)
    return RosterMapping(
        columns=dates.columns,
        sides=sides.sides,
        grades=ladder.ladder,
        declared=_named(read.sheets, DECLARED_WORDS),
        separator=_separator(read.sheets, columns),
        constants={name: "as told" for name in told.same if name not in columns},
        dates=dates.dates,
        notes=(*([ladder.note] if told.grades is None else []), *sides.notes, *dates.notes),
    )


def _absent(sheets: Sequence[Sheet], told: Mapping[str, tuple[str, ...]]) -> Iterator[Fault]:
    """Say which headings of a short mapping no table has."""
    heads = [head for sheet in sheets for head in sheet.headings]
    for wanted in told.values():
        if all(sheet.find(wanted) is None for sheet in sheets):
            close = get_close_matches(wanted[0], heads, n=1)
            hint = f"did you mean {close[0]!r}?" if close else "correct [columns] of the mapping"
            file = ", ".join(sheet.name for sheet in sheets)
            yield Fault(file, None, wanted[0], "this column is missing", hint)


def _with_told(
    sheets: Sequence[Sheet], told: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """Return the columns that were told and, beside them, those that are guessed."""
    taken = {heading_key(head) for heads in told.values() for head in heads}
    guess = _linked(sheets, _asked(sheets, _named(sheets, HEADING_WORDS)))
    free = {k: v for k, v in guess.items() if not taken & {heading_key(head) for head in v}}
    found = {**free, **told}
    return {name: found[name] for name in (*HEADING_WORDS, *told) if name in found}


def _remedy(name: str) -> str:
    words = f'name it in [columns] of a roster.toml, for instance {name} = "Heading"'
    same = {"unit": '"Sales"', "grade": "4"}.get(name)
    more = f"; if it is the same for everybody, write [constants] {name} = {same} there"
    return words + (more if same else "")


def _key(heading: str) -> str:
    return re.sub(r"[^a-z0-9]", "", heading.casefold())


def _named(
    sheets: Sequence[Sheet], words: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """Return for each field the headings, over all sheets, that are words for it."""
    columns: dict[str, tuple[str, ...]] = {}
    for name, options in words.items():
        heads: list[str] = []
        for sheet in sheets:
            by_key = {_key(head): head for head in reversed(sheet.headings)}
            heads += [by_key[option] for option in options if option in by_key][:1]
        if heads:
            columns[name] = tuple(dict.fromkeys(heads))
    return columns


def _asked(
    sheets: Sequence[Sheet], columns: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """Return the columns with those that a form asks for in a sentence."""
    found = dict(columns)
    for sheet in sheets:
        if is_form(sheet.headings) and [_key(head) for head in found.get("person_id", ())] == [
            "id"
        ]:
            found.pop("person_id")  # the number of the answer, which is nobody's id
            found |= {k: v for k, v in _named([sheet], MAIL_WORDS).items() if v}
    for head in dict.fromkeys(head for sheet in sheets for head in sheet.headings):
        name = asked_field(head, found)
        if name is not None:
            found[name] = (head,)
    return {name: found[name] for name in HEADING_WORDS if name in found}


def _linked(
    sheets: Sequence[Sheet], columns: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """Return the columns with the e-mail address as id, if the managers are named by theirs."""
    mails = _named(sheets, MAIL_WORDS)
    if mails and {"person_id", "manager_id"} <= set(columns):
        people, managers = (_cells(sheets, columns[name]) for name in ("person_id", "manager_id"))
        if not any("@" in one for one in people) and any("@" in one for one in managers):
            return {**columns, **mails}
    return dict(columns)


def _cells(sheets: Sequence[Sheet], headings: tuple[str, ...]) -> list[str]:
    places = [(sheet, sheet.find(headings)) for sheet in sheets]
    cells = [cell for sheet, place in places if place is not None for cell in sheet.cells(place)]
    return [clean_text(cell) for cell in cells if clean_text(cell)]


def _ladder(sheets: Sequence[Sheet], headings: tuple[str, ...], told: Sequence[str]) -> LadderGuess:
    labels = _cells(sheets, headings)
    if told:
        return LadderGuess(tuple((label,) for label in told), "the grades are as they were given.")
    guess = guess_ladder(labels)
    if guess is not None:
        return guess
    shown = ", ".join(repr(label) for label in list(dict.fromkeys(labels))[:12])
    rule = f"the order of these grades is not known: {shown or 'all cells are empty'}"
    remedy = 'write [grades] order = ["most junior", …, "most senior"] in a roster.toml'
    file = ", ".join(sheet.name for sheet in sheets)
    raise TableError([Fault(file, None, headings[0], rule, remedy)])


def _separator(sheets: Sequence[Sheet], columns: Mapping[str, tuple[str, ...]]) -> str:
    cells = [cell for name in _LISTS if name in columns for cell in _cells(sheets, columns[name])]
    return max(";,|", key=lambda mark: sum(mark in cell for cell in cells))
