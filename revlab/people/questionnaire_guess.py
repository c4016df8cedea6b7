"""`guess_questions`: a first reading of a questionnaire, to be confirmed by a person."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from revlab.errors import Fault, TableError
from revlab.people.answer_cells import leading_number
from revlab.people.answer_words import ANSWER_SCALES, NO_ANSWER, AnswerScale, scales_of
from revlab.people.questionnaire_mapping import NUMBERS, Question, QuestionnaireMapping
from revlab.people.roster_files import RosterPaths, roster_files
from revlab.people.sheets import Sheet, clean_text, read_sheets

__all__ = ["guess_questions"]

_PEOPLE: Mapping[str, tuple[str, ...]] = {
    "person_id": (
        *("respondentid", "personid", "participantid", "participant", "employeeid", "staffid"),
        *("staffnumber", "emailaddress", "email", "workemail", "username", "mail", "id", "person"),
    ),
    "role": ("role", "areyouamentororamentee", "areyoumentorormentee", "rolle", "side"),
    "dyad_id": ("dyadid", "dyad", "pairid", "pair"),
    "wave": ("wave", "surveyround", "round"),
}
_STAMPS = frozenset(
    {"timestamp", "starttime", "completiontime", "lastmodifiedtime", "zeitstempel", "name", "id"}
)
_TOPS = (1, 2, 3, 4, 5, 7, 10)
_FEW = 12
_BLANK = frozenset(word.casefold() for word in NO_ANSWER)


@dataclass
class _Guess:
    """What was found so far."""

    questions: list[Question] = field(default_factory=list)
    scales: dict[str, AnswerScale] = field(default_factory=dict)
    sure: frozenset[str] = frozenset()
    notes: list[str] = field(default_factory=list)


def guess_questions(
    paths: RosterPaths, *, items: pd.DataFrame | None = None
) -> QuestionnaireMapping:
    r"""Guess how a questionnaire is to be read; `describe_questions` shows it to be confirmed.

    Parameters
    ----------
    paths : path, or sequence of paths
        Exports of one form; CSV or XLSX.
    items : pandas.DataFrame, optional
        item_id, text and, if there, scale_id, low, high, reverse, as in the ``items.csv`` of a
        pilot: a heading that is such a text, or holds it in brackets, is that question.

    Returns
    -------
    QuestionnaireMapping
        Its ``notes`` say what was guessed.

    Raises
    ------
    TableError
        If a file cannot be read, or no column holds answers.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "form.csv")
    ...     _ = path.write_text("Email,It helps\na,stimme zu\nb,neutral\n")
    ...     guess_questions(path).questions[0].answers
    'agreement_5'
    """
    found = roster_files(paths)
    read = read_sheets(found.files)
    faults = [*found.faults, *read.faults]
    if faults:
        raise TableError(faults)
    heads = list(dict.fromkeys(head for sheet in read.sheets for head in sheet.headings if head))
    columns = {
        name: next((h for word in words for h in heads if _key(h) == word), None)
        for name, words in _PEOPLE.items()
    }
    if columns["person_id"] and _key(columns["person_id"]) == "id":
        columns["person_id"] = next((h for h in heads if "mail" in _key(h)), columns["person_id"])
    guess = _Guess()
    known = _texts(items)
    asked = {
        head: _answers(read.sheets, head)
        for head in heads
        if head not in columns.values() and _key(head) not in _STAMPS
    }
    guess.sure = _sure(asked)
    for head, answers in asked.items():
        _ask(guess, head, answers, known)
    if not guess.questions:
        names = ", ".join(sheet.name for sheet in read.sheets)
        rule = "no column holds answers that are small whole numbers or known words"
        raise TableError([Fault(names, None, None, rule, "write a mapping with [[questions]]")])
    return _mapping(guess, {k: v for k, v in columns.items() if v is not None}, read.sheets)


def _key(heading: str) -> str:
    return re.sub(r"[^a-z0-9]", "", heading.casefold())


def _answers(sheets: Sequence[Sheet], head: str) -> list[str]:
    places = [(sheet, sheet.find([head])) for sheet in sheets]
    cells = [clean_text(c) for sheet, at in places if at is not None for c in sheet.cells(at)]
    return list(dict.fromkeys(c for c in cells if c and c.casefold() not in _BLANK))


def _texts(items: pd.DataFrame | None) -> dict[str, dict[str, object]]:
    """Return the known questions by their text and their id."""
    if items is None:
        return {}
    rows = items.to_dict("records")
    return {
        clean_text(str(row[name])).casefold(): {str(k): v for k, v in row.items()}
        for name in ("item_id", "text")
        for row in rows
    }


def _ask(
    guess: _Guess, head: str, answers: list[str], known: Mapping[str, dict[str, object]]
) -> None:
    """Add the question of a column, or say why it is none."""
    inside = re.findall(r"\[([^\[\]]+)\]", head)
    item = next((known[k] for k in map(str.casefold, [head, *inside]) if k in known), None)
    numbers = [leading_number(answer) for answer in answers]
    scales = scales_of(answers) if len(answers) <= _FEW else ()
    whole = [number for number in numbers if number is not None]
    if not answers:
        guess.notes.append(f"{head[:80]!r} holds no answer and is not read.")
    elif len(whole) == len(answers) and min(whole) >= 0 and max(whole) <= _TOPS[-1]:
        top = next(top for top in _TOPS if top >= max(whole))
        low = 0 if min(whole) == 0 else 1
        _add(guess, head, item, answers=NUMBERS, ends=(low, max(top, low + 1)))
    elif scales:
        names = [scale.name for scale in scales]
        chosen = next((s for s in scales if s.name in guess.sure), None)
        chosen = chosen or ANSWER_SCALES[min(names, key=_likely)]
        guess.scales[chosen.name] = chosen
        _add(guess, head, item, answers=chosen.name, ends=(chosen.low, chosen.high))
        others = [name for name in names if name != chosen.name]
        if others:
            guess.notes.append(f"{head[:80]!r} is read by {chosen.name}; {others[0]} fits as well.")
    else:
        guess.notes.append(
            f"{head[:80]!r} is not read: its answers are no small whole numbers and no known words."
        )


def _sure(asked: Mapping[str, list[str]]) -> frozenset[str]:
    """Return the scales that are the only ones to know all answers of some question."""
    few = [scales_of(answers) for answers in asked.values() if len(answers) <= _FEW]
    return frozenset(scales[0].name for scales in few if len(scales) == 1)


def _likely(name: str) -> tuple[bool, str]:
    """Five steps are the most usual ones."""
    return not name.endswith("_5"), name


def _add(
    guess: _Guess,
    head: str,
    item: Mapping[str, object] | None,
    *,
    answers: str,
    ends: tuple[int, int],
) -> None:
    short = re.fullmatch(r"[A-Za-z][\w.-]{0,19}", head)
    name = head if short else f"q{len(guess.questions) + 1}"
    if item is None:
        guess.questions.append(Question(name, head, answers, *ends))
        return
    guess.questions.append(
        Question(
            item_id=str(item["item_id"]),
            heading=head,
            answers=answers,
            low=int(str(item.get("low", ends[0]))),
            high=int(str(item.get("high", ends[1]))),
            reverse=bool(item.get("reverse", False)),
            scale=str(item.get("scale_id", "")),
        )
    )


def _mapping(
    guess: _Guess, columns: dict[str, str], sheets: Sequence[Sheet]
) -> QuestionnaireMapping:
    notes, fixed = list(guess.notes), {}
    if "person_id" not in columns:
        fixed["person_id"] = "row"
        notes.append("no column tells people apart, so each row is read as a person of its own.")
    if any(q.answers == NUMBERS for q in guess.questions):
        notes.append(
            "the ends of answers in numbers are guessed from the largest answer; correct `high`."
        )
    notes.append("no question is read as reversed unless the items say so; correct `reverse`.")
    roles = {}
    for cell in _answers(sheets, columns["role"]) if "role" in columns else ():
        words = set(re.findall(r"mentor|mentee|junior|senior", cell.casefold()))
        low, high = words & {"mentor", "junior"}, words & {"mentee", "senior"}
        if bool(low) != bool(high):
            roles[cell] = "mentor" if low else "mentee"
    answers = {name: dict(scale.values) for name, scale in guess.scales.items()}
    return QuestionnaireMapping(
        columns=columns, questions=tuple(guess.questions), answers=answers, roles=roles,
        fixed=fixed, notes=tuple(notes),
    )  # fmt: skip
