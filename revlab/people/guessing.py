"""`guess_mapping`: a first mapping from headings and cells, to be confirmed by a person."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from revlab.errors import Fault, TableError
from revlab.people.form_headings import asked_field, is_form
from revlab.people.guessing_dates import guess_dates
from revlab.people.guessing_sides import guess_sides
from revlab.people.ladders import LadderGuess, guess_ladder
from revlab.people.mapping import RosterMapping
from revlab.people.roster_files import RosterPaths, roster_files
from revlab.people.sheets import Sheet, clean_text, read_sheets

__all__ = ["guess_mapping"]

_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "person_id": (
            *("personid", "employeeid", "employeenumber", "employeeno", "staffid", "staffnumber"),
            *("staffno", "workerid", "userid", "empid", "id", "emailaddress", "email", "upn"),
            *("workemail", "mail"),
        ),
        "unit": (
            *("unit", "department", "organisation", "organization", "division", "businessunit"),
            *("directorate", "dept", "orgunit", "function", "team"),
        ),
        "grade": (
            "grade",
            "joblevel",
            "level",
            "jobgrade",
            "band",
            "seniority",
            "rank",
            "paygrade",
        ),
        "profession": ("profession", "jobfamily", "jobrole", "discipline", "occupation"),
        "site": ("site", "location", "office", "city", "workplace"),
        "started": (
            *("startdate", "hiredate", "dateofhire", "joiningdate", "dateofjoining", "datejoined"),
            *("entrydate", "startedon", "eintrittsdatum", "eintritt"),
        ),
        "tenure": (
            *("tenure", "yearsatcompany", "yearsofservice", "tenureyears", "seniorityyears"),
            *("yrsemployed", "yearsemployed"),
        ),
        "capacity": ("capacity", "maxpartners", "maxmentees", "maxmentors", "partners"),
        "availability": ("availability", "available", "timeslots", "slots"),
        "languages": ("languages", "language", "spokenlanguages"),
        "interests": ("interests", "hobbies"),
        "objectives": ("objectives", "goals", "aims"),
        "manager_id": ("managerid", "manager", "linemanager", "managersemail", "manageremail"),
        "offers": ("offers", "skills", "skillsoffered", "canteach", "expertise"),
        "needs": ("needs", "skillswanted", "skillsneeded", "wantstolearn", "learninggoals"),
        "both_sides": ("bothsides", "bothmentorandmentee", "bothroles"),
        "conflicts": ("conflicts", "notwith", "excludedpartners"),
    }
)
_DECLARED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "gender": ("gender", "sex"),
        "identity": ("identity", "characteristics"),
        "ethnicity": ("ethnicity", "ethnicgroup"),
        "disability": ("disability",),
    }
)
_MAIL = {"person_id": ("emailaddress", "email", "workemail", "mail", "upn")}
_LISTS = ("availability", "languages", "interests", "objectives", "offers", "needs")


def guess_mapping(paths: RosterPaths, *, grades: Sequence[str] = ()) -> RosterMapping:
    """Guess how a roster is to be read; `describe` shows the guess so that it can be confirmed.

    Parameters
    ----------
    paths : path, or sequence of paths
        A file with everybody, one file per side, or a folder.
    grades : sequence of str, optional
        The ladder, the most junior grade first, if it is none of the known ones.

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
    columns = _linked(read.sheets, _asked(read.sheets, _named(read.sheets, _WORDS)))
    dates = guess_dates(read.sheets, columns)
    missing = [name for name in ("person_id", "unit", "grade") if name not in columns]
    if missing:
        file = ", ".join(sheet.name for sheet in read.sheets)
        raise TableError(
            [
                Fault(file, None, None, f"no heading looks like {name!r}", _remedy(name))
                for name in missing
            ]
        )
    ladder = _ladder(read.sheets, columns["grade"], grades)
    sides = guess_sides(read.sheets, columns, ladder.ladder)
    return RosterMapping(
        columns=dates.columns,
        sides=sides.sides,
        grades=ladder.ladder,
        declared=_named(read.sheets, _DECLARED),
        separator=_separator(read.sheets, columns),
        dates=dates.dates,
        notes=(ladder.note, *sides.notes, *dates.notes),
    )


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
            found |= {k: v for k, v in _named([sheet], _MAIL).items() if v}
    for head in dict.fromkeys(head for sheet in sheets for head in sheet.headings):
        name = asked_field(head, found)
        if name is not None:
            found[name] = (head,)
    return {name: found[name] for name in _WORDS if name in found}


def _linked(
    sheets: Sequence[Sheet], columns: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """Return the columns with the e-mail address as id, if the managers are named by theirs."""
    mails = _named(sheets, _MAIL)
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
