"""`read_notes`: interview notes, scrubbed, and the skills that they may speak of."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from revlab.errors import Fault, TableError
from revlab.people.cells import BadCellError, Cells
from revlab.people.form_headings import asked_field
from revlab.people.notes_file import Note, read_note_lines
from revlab.people.skill_names import find_skills
from revlab.privacy.pseudonyms import Pseudonyms
from revlab.privacy.scrub import Scrubber

__all__ = ["MENTION_CONFIDENCE", "InterviewNotes", "find_mentions", "read_notes"]

MENTION_CONFIDENCE: Mapping[str, float] = MappingProxyType(
    {"id": 1.0, "label": 1.0, "alternative": 0.9, "normalised": 0.8, "ambiguous": 0.8}
)
"""How sure a skill is found by its words; words for k skills give each 1/k of it, words after a
"not" half of it."""

_MOST_WORDS = 6
_MOST_TEXT = 20_000
_WORD = re.compile(r"[^\s,;:!?()\[\]\"„“”•|]+")
_CLAUSE = re.compile(r"[.!?;:](?=\s|$)|[\n,•|]")
_NOT = re.compile(
    r"\b(not|never|no|cannot|without|kein\w*|nicht|nie|ohne|pas|jamais)\b|n['’]t\b", re.I
)
_COLUMNS = ["person_id", "prompt", "side", "text", "phrase", "skill_id", "confidence", "how"]


@dataclass(frozen=True)
class InterviewNotes:
    """What people said, scrubbed, and proposals of skills; it shows neither.

    Parameters
    ----------
    answers : pandas.DataFrame
        person_id, prompt, side ("offer", "need" or "" if the prompt does not say), text.
    proposals : pandas.DataFrame
        One row per skill that may be meant: person_id, prompt, side, text, phrase, skill_id,
        confidence (0 to 1), how; an answer without one has one row with an empty skill_id.
        Proposals are for a person to confirm; nothing uses them before.
    notes : tuple of str
        What the reader should know, in sentences.
    """

    answers: pd.DataFrame = field(repr=False)
    proposals: pd.DataFrame = field(repr=False)
    notes: tuple[str, ...] = field(default=(), repr=False)

    def __repr__(self) -> str:
        found = int((self.proposals["skill_id"] != "").sum())
        people = self.answers["person_id"].nunique()
        return f"{len(self.answers)} answers of {people} people (not shown); {found} proposals"


def read_notes(
    path: Path | str,
    *,
    taxonomy: pd.DataFrame,
    scrubber: Scrubber | None = None,
    pseudonyms: Pseudonyms | None = None,
) -> InterviewNotes:
    r"""Read interview notes, take out what points at people, and look for skills.

    Parameters
    ----------
    path : pathlib.Path or str
        A table with one row per person and one column per prompt, or a .txt file with lines
        "Person: …", "Q: …" and "A: …".
    taxonomy : pandas.DataFrame
        From `revlab.people.skills.read_skills`.
    scrubber : Scrubber, optional
        Made with the names of the roster; without it only e-mail addresses, numbers, links and the
        ids of the notes themselves leave the texts.
    pseudonyms : Pseudonyms, optional
        What stands in the place of every person_id from here on.

    Returns
    -------
    InterviewNotes

    Raises
    ------
    TableError
        With every fault; it never quotes a text.

    Examples
    --------
    >>> import tempfile
    >>> from revlab.people.skills import read_skills
    >>> from revlab.shipped import shipped
    >>> taxonomy = read_skills(shipped("data/skills/esco_digital.csv"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "notes.csv")
    ...     _ = file.write_text("Person,What can you teach?\nP017,JavaScript. Ask P017!\n")
    ...     notes = read_notes(file, taxonomy=taxonomy)
    >>> notes.answers[["side", "text"]].values.tolist()
    [['offer', 'JavaScript. Ask [id]!']]
    >>> notes.proposals[["phrase", "skill_id", "confidence"]].values.tolist()
    [['JavaScript', 'javascript', 1.0]]
    """
    read = read_note_lines(Path(path))
    faults, told = list(read.faults), list(read.notes)
    people = [_person(note, faults) for note in read.answers]
    if faults:
        raise TableError(faults)
    if scrubber is None:
        told.append("no roster was given, so names are still in the texts.")
        scrubber = Scrubber(ids=[one for one in people if one])
    texts = scrubber([note.text[:_MOST_TEXT] for note in read.answers])
    told.append("taken out of the texts: " + repr(texts).partition(": ")[2] + ".")
    name: Callable[[str], str] = str if pseudonyms is None else pseudonyms.of
    answers = pd.DataFrame(
        [
            (name(person), note.prompt, _side(note.prompt), text)
            for person, note, text in zip(people, read.answers, texts.texts, strict=True)
        ],
        columns=_COLUMNS[:4],
    )
    proposals = _proposals(answers, taxonomy)
    return InterviewNotes(answers, proposals, tuple(told))


def _person(note: Note, faults: list[Fault]) -> str:
    try:
        person = Cells(";").person(note.person)
        if person is None:
            raise BadCellError("must not be empty", "say whose answer it is")
    except BadCellError as bad:
        rule, remedy = bad.args
        faults.append(Fault(note.file, note.row, "person_id", rule, remedy, note.sheet))
        return ""
    return person


def _side(prompt: str) -> str:
    return {"offers": "offer", "needs": "need"}.get(asked_field(f"the prompt {prompt}") or "", "")


def _proposals(answers: pd.DataFrame, taxonomy: pd.DataFrame) -> pd.DataFrame:
    found = find_mentions(answers["text"].tolist(), taxonomy)
    heads = answers.to_dict("records")
    silent = set(range(len(answers))) - set(found["text"])
    blank = pd.DataFrame({"text": sorted(silent)}).assign(
        phrase="", skill_id="", confidence=0.0, how="unknown"
    )
    rows = [
        (*(heads[one.text][k] for k in _COLUMNS[:4]), *one[1:])
        for one in [*found.itertuples(index=False), *blank.itertuples(index=False)]
    ]
    frame = pd.DataFrame(rows, columns=_COLUMNS)
    order = ["person_id", "prompt", "text", "confidence"]
    return frame.sort_values(order, ascending=[True, True, True, False], kind="stable").reset_index(
        drop=True
    )


def find_mentions(texts: Sequence[str], taxonomy: pd.DataFrame) -> pd.DataFrame:
    """Return the skills that free texts mention in words of the taxonomy, the longest words first.

    Parameters
    ----------
    texts : sequence of str
        Free text.
    taxonomy : pandas.DataFrame
        From `revlab.people.skills.read_skills`.

    Returns
    -------
    pandas.DataFrame
        text (its position), phrase, skill_id, confidence and how ("label", "alternative",
        "normalised", "ambiguous", with ", after a not" where the clause denies it).

    Examples
    --------
    >>> from revlab.people.skills import read_skills
    >>> from revlab.shipped import shipped
    >>> taxonomy = read_skills(shipped("data/skills/esco_digital.csv"))
    >>> find_mentions(["Some Javascript, but not Python."], taxonomy)[["phrase", "how"]].values
    array([['Javascript', 'normalised'],
           ['Python', 'normalised, after a not']], dtype=object)
    """
    spans = [(at, clause) for at, text in enumerate(texts) for clause in _CLAUSE.split(text)]
    cut = [(at, clause, list(_WORD.finditer(clause))) for at, clause in spans]
    grams = {
        _gram(clause, words, start, size)
        for _, clause, words in cut
        for size in range(1, _MOST_WORDS + 1)
        for start in range(len(words) - size + 1)
    }
    known = find_skills(sorted(grams), taxonomy)
    hits = {
        row.text: (row.how, row.candidates)
        for row in known[known["how"] != "unknown"].itertuples(index=False)
    }
    rows = [
        (at, phrase, skill, MENTION_CONFIDENCE[how] / len(skills) / (2 if denied else 1),
         f"{how}, after a not" if denied else how)
        for at, clause, words in cut
        for phrase, denied in _longest(clause, words, hits)
        for how, skills in [hits[phrase]]
        for skill in skills
    ]  # fmt: skip
    columns = ["text", "phrase", "skill_id", "confidence", "how"]
    return pd.DataFrame(rows, columns=columns).drop_duplicates(["text", "skill_id"])


def _gram(clause: str, words: Sequence[re.Match[str]], start: int, size: int) -> str:
    return clause[words[start].start() : words[start + size - 1].end()].strip("'’.-")


def _longest(
    clause: str, words: Sequence[re.Match[str]], hits: Mapping[str, object]
) -> list[tuple[str, bool]]:
    """Return the phrases of a clause that are skills, none inside another, and whether denied."""
    found, at = [], 0
    while at < len(words):
        for size in range(min(_MOST_WORDS, len(words) - at), 0, -1):
            phrase = _gram(clause, words, at, size)
            if phrase in hits and (len(phrase) > 1 or phrase.isupper()):
                found.append((phrase, bool(_NOT.search(clause[: words[at].start()]))))
                at += size - 1
                break
        at += 1
    return found
