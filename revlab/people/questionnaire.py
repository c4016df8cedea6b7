"""`read_questionnaire`: exports of forms, and a mapping, to tidy answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

import pandas as pd

from revlab.errors import Fault, TableError
from revlab.people.answer_cells import AnswerReader
from revlab.people.cells import BadCellError, Cells
from revlab.people.questionnaire_guess import guess_questions
from revlab.people.questionnaire_mapping import QuestionnaireMapping
from revlab.people.roster_files import RosterPaths, roster_files
from revlab.people.sheets import Sheet, clean_text, read_sheets
from revlab.privacy.pseudonyms import Pseudonyms

__all__ = ["Questionnaire", "read_questionnaire"]

_ROLES = ("mentor", "mentee")
_WHO = ("person_id", "role", "dyad_id", "wave")
_COLUMNS = [*_WHO, "item_id", "value"]
_DTYPES = dict.fromkeys(_COLUMNS, "string") | {"wave": "Int64", "value": "Int64"}


@dataclass(frozen=True)
class Questionnaire:
    """Answers, one row per person and question; it shows nobody.

    Parameters
    ----------
    responses : pandas.DataFrame
        person_id, role, dyad_id, wave (missing if the file does not say them), item_id, value: the
        number of the answer as it was given, reversed questions too; missing = not answered.
    mapping : QuestionnaireMapping
        How it was read.
    notes : tuple of str
        What the reader should know, in sentences.
    """

    responses: pd.DataFrame = field(repr=False)
    mapping: QuestionnaireMapping = field(repr=False)
    notes: tuple[str, ...] = field(default=(), repr=False)

    def __repr__(self) -> str:
        people = self.responses["person_id"].nunique()
        answered = int(self.responses["value"].notna().sum())
        return f"Questionnaire of {people} people; {answered} of {len(self.responses)} answers"


def read_questionnaire(
    paths: RosterPaths,
    *,
    mapping: QuestionnaireMapping | None = None,
    pseudonyms: Pseudonyms | None = None,
) -> Questionnaire:
    r"""Read the export of a form, or several of them.

    Parameters
    ----------
    paths : path, or sequence of paths
        CSV or XLSX with one row per person and one column per question.
    mapping : QuestionnaireMapping, optional
        How to read them; else a guess, see `guess_questions`.
    pseudonyms : Pseudonyms, optional
        What stands in the place of every person_id from here on.

    Returns
    -------
    Questionnaire

    Raises
    ------
    TableError
        With **all** faults: file, sheet, row, column, rule, remedy.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "form.csv")
    ...     lines = "Timestamp,Email,I like my work\n1,a@x.org,Agree\n2,b@x.org,Strongly agree\n"
    ...     lines += "3,c@x.org,Neutral\n"
    ...     _ = path.write_text(lines)
    ...     answers = read_questionnaire(path)
    >>> answers.responses[["person_id", "item_id", "value"]].values.tolist()
    [['a@x.org', 'q1', 4], ['b@x.org', 'q1', 5], ['c@x.org', 'q1', 3]]
    """
    found = roster_files(paths)
    read = read_sheets(found.files)
    faults = [*found.faults, *read.faults]
    if faults and not read.sheets:
        raise TableError(faults)
    mapping = guess_questions(paths) if mapping is None else mapping
    notes = [*mapping.notes, *read.notes]
    people: dict[tuple[object, ...], tuple[str, tuple[int | None, ...]]] = {}
    for sheet in read.sheets:
        _SheetAnswers(sheet, mapping, faults, notes).fill(people)
    if faults:
        raise TableError(faults)
    responses = _tidy(people, mapping, pseudonyms)
    open_ids = responses["person_id"].str.contains("@").any()
    if pseudonyms is None and open_ids:
        notes.append("the ids are e-mail addresses; give pseudonyms before anything is shared.")
    return Questionnaire(responses, mapping, tuple(notes))


def _tidy(
    people: dict[tuple[object, ...], tuple[str, tuple[int | None, ...]]],
    mapping: QuestionnaireMapping,
    pseudonyms: Pseudonyms | None,
) -> pd.DataFrame:
    rows = [
        (*who, question.item_id, value)
        for who, (_, values) in people.items()
        for question, value in zip(mapping.questions, values, strict=True)
    ]
    frame = pd.DataFrame(rows, columns=_COLUMNS).astype(_DTYPES)
    if pseudonyms is not None:
        # In the order of the pseudonyms, which says nothing about that of the people.
        frame["person_id"] = frame["person_id"].map(pseudonyms.of).astype("string")
        frame = frame.sort_values(list(_WHO), kind="stable").reset_index(drop=True)
    return frame


class _SheetAnswers:
    """Reads the rows of one sheet."""

    def __init__(
        self, sheet: Sheet, mapping: QuestionnaireMapping, faults: list[Fault], notes: list[str]
    ):
        self.sheet, self.mapping, self.faults, self.notes = sheet, mapping, faults, notes
        self.reader = AnswerReader(mapping)
        self.who = {name: sheet.find([head]) for name, head in mapping.columns.items()}
        self.asked = [sheet.find([question.heading]) for question in mapping.questions]

    def fault(self, row: int | None, column: str | None, rule: str, remedy: str = "") -> None:
        self.faults.append(Fault(self.sheet.file, row, column, rule, remedy, self.sheet.sheet))

    def ready(self) -> bool:
        """Return whether every heading is there, once; say which columns are not read."""
        before = len(self.faults)
        named = [*self.mapping.columns.values(), *(q.heading for q in self.mapping.questions)]
        for head, place in zip(named, [*self.who.values(), *self.asked], strict=True):
            if place is None:
                close = get_close_matches(clean_text(head), self.sheet.headings, n=1)
                hint = f"did you mean {close[0]!r}?" if close else "correct the mapping"
                self.fault(None, head, "this column is missing", hint)
            elif [h.casefold() for h in self.sheet.headings].count(
                self.sheet.headings[place].casefold()
            ) > 1:
                self.fault(None, head, "two columns have this heading", "rename one of them")
        used = {*self.who.values(), *self.asked}
        spare = [h for at, h in enumerate(self.sheet.headings) if h and at not in used]
        if spare:
            self.notes.append(f"{self.sheet.name}: not read: {', '.join(s[:60] for s in spare)}.")
        return len(self.faults) == before

    def fill(self, people: dict[tuple[object, ...], tuple[str, tuple[int | None, ...]]]) -> None:
        """Add the people of the sheet; who answers twice alike is kept once, else it is a fault."""
        if not self.ready():
            return
        again = 0
        for row, cells in self.sheet.rows:
            before = len(self.faults)
            who = self._who(row, cells)
            values = self._values(row, cells)
            if len(self.faults) > before:
                continue
            first = people.setdefault(who, (f"row {row} of {self.sheet.name}", values))
            if first[0] == f"row {row} of {self.sheet.name}":
                continue
            if first[1] == values:
                again += 1
            else:
                rule = f"this person gave other answers in {first[0]}"
                self.fault(row, self.mapping.columns["person_id"], rule, "remove one of the rows")
        if again:
            self.notes.append(
                f"{self.sheet.name}: {again} rows repeat the same answers of a person and are left "
                "out."
            )

    def _who(self, row: int, cells: tuple[str, ...]) -> tuple[object, ...]:
        fixed = dict(self.mapping.fixed)
        if fixed.get("person_id") == "row":
            fixed["person_id"] = f"{self.sheet.name} row {row}"
        out: dict[str, object] = dict.fromkeys(_WHO) | fixed
        readers: dict[str, Callable[[str], object]] = {
            "person_id": Cells(";").person,
            "role": self.reader.role,
            "dyad_id": lambda cell: Cells(";").label(cell, "dyad_id"),
            "wave": self.reader.wave,
        }
        for name, place in self.who.items():
            if place is None:
                continue
            try:
                out[name] = readers[name](cells[place])
                if out[name] is None:
                    raise BadCellError("must not be empty", "fill the cell or delete the row")
            except BadCellError as bad:
                self.fault(row, self.sheet.headings[place], *bad.args)
        return tuple(out[name] for name in _WHO)

    def _values(self, row: int, cells: Sequence[str]) -> tuple[int | None, ...]:
        values: list[int | None] = []
        for question, place in zip(self.mapping.questions, self.asked, strict=True):
            try:
                values.append(None if place is None else self.reader(cells[place], question))
            except BadCellError as bad:
                values.append(None)
                self.fault(row, question.heading, *bad.args)
        return tuple(values)
