"""Files of interview notes: a table with a column per prompt, or lines of questions and answers."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from revlab.errors import Fault
from revlab.people.sheets import Sheet, clean_text, read_sheets

__all__ = ["Note", "NoteLines", "read_note_lines"]

_PERSON = (
    *("person_id", "person id", "person", "respondent_id", "participant", "employee id", "id"),
    *("staff number", "staff no", "email address", "email", "e-mail", "mail"),
)
_ASIDE = frozenset({"timestamp", "start time", "completion time", "name", "date", "interviewer"})
_LINE = re.compile(r"\s*(?P<kind>person|id|q|question|prompt|a|answer)\s*:\s*(?P<text>.*)", re.I)


@dataclass(frozen=True)
class Note:
    """One answer to one prompt, and where it stands."""

    person: str
    prompt: str
    text: str = field(repr=False)
    file: str = ""
    row: int = 0
    sheet: str | None = None


@dataclass
class NoteLines:
    """The answers of a file, with faults and notes."""

    answers: list[Note] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_note_lines(path: Path) -> NoteLines:
    r"""Read the answers of a file; empty ones are left out.

    Parameters
    ----------
    path : pathlib.Path
        .csv, .tsv or .xlsx with one row per person and one column per prompt; or .txt with lines
        that begin "Person:", "Q:" and "A:"; an answer goes on until the next such line.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "ana.txt")
    ...     _ = file.write_text("Person: P1\nQ: What can you teach?\nA: Excel\nand more\n")
    ...     read_note_lines(file).answers[0].text
    'Excel and more'
    """
    out = NoteLines()
    if path.suffix.lower() == ".txt" and path.is_file():
        _from_lines(path, out)
        return out
    read = read_sheets([path])
    out.faults += read.faults
    out.notes += read.notes
    for sheet in read.sheets:
        _from_sheet(sheet, out)
    if not out.answers and not out.faults:
        out.faults.append(Fault(path.name, None, None, "holds no answers", "check the file"))
    return out


def _from_sheet(sheet: Sheet, out: NoteLines) -> None:
    who = sheet.find(_PERSON)
    if who is None:
        rule = "no heading looks like a person"
        remedy = 'call a column "person_id"'
        out.faults.append(Fault(sheet.file, 1, None, rule, remedy, sheet.sheet))
        return
    prompts = {
        at: head
        for at, head in enumerate(sheet.headings)
        if at != who and head and head.casefold() not in _ASIDE
    }
    for row, cells in sheet.rows:
        for at, prompt in prompts.items():
            text = " ".join(cells[at].split())
            if text:
                out.answers.append(Note(cells[who], prompt, text, sheet.file, row, sheet.sheet))


def _from_lines(path: Path, out: NoteLines) -> None:
    def fault(row: int, rule: str, remedy: str) -> None:
        out.faults.append(Fault(path.name, row or None, None, rule, remedy))

    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        fault(0, "is not UTF-8 text", "save it as UTF-8")
        return
    person, prompt, started, parts = "", "", 0, []  # type: str, str, int, list[str]

    def close() -> None:
        if parts and " ".join(parts).strip():
            out.answers.append(Note(person, prompt, " ".join(parts).strip(), path.name, started))
        parts.clear()

    for row, line in enumerate(text.splitlines(), start=1):
        found = _LINE.fullmatch(line)
        kind = found["kind"].casefold()[0] if found else ""
        words = clean_text(found["text"] if found else line)
        if not found:
            if words and not started:
                fault(
                    row, "stands before the first answer", 'begin lines with "Person:", "Q:", "A:"'
                )
            parts.append(words)
            continue
        close()
        if kind in ("p", "i") and found and found["kind"].casefold() != "prompt":
            person, prompt = words, ""
        elif kind == "a":
            started = row
            parts.append(words)
            if not person or not prompt:
                fault(row, "is an answer without a person or a question above it", "add them")
        else:
            prompt = words
    close()
    if not out.answers and not out.faults:
        fault(0, "holds no answers", 'write lines that begin "Person:", "Q:" and "A:"')
