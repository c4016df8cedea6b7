"""Interview notes: scrubbed, matched to skills with a confidence, confirmed by a person."""

from pathlib import Path

import pandas as pd
import pytest

from revlab.errors import TableError
from revlab.people.notes import find_mentions, read_notes
from revlab.people.notes_review import REVIEW_COLUMNS, read_notes_review, write_notes_review
from revlab.people.skills import read_skills
from revlab.privacy.pseudonyms import Pseudonyms
from revlab.privacy.scrub import Scrubber
from revlab.shipped import shipped

TAXONOMY = read_skills(shipped("data/skills/esco_digital.csv"))
KEY = Pseudonyms(bytes(range(32)))
TABLE = (
    "Timestamp,Person,What can you teach?,What would you like to learn?,Anything else?\n"
    '1,P017,"JavaScript; ask Zoe Young (P018)","I do not know Python, maybe SQL",=cmd()\n'
    "2,P018,juggling,,call +44 20 7946 0958\n"
)
LINES = """Person: P017
Q: What can you teach?
A: JavaScript,
and a bit of Python
Q: What would you like to learn?
A: juggling
Person: P018
Prompt: Anything else?
Answer: no
"""


def notes_of(folder: Path, content: str, name: str = "notes.csv") -> Path:
    (folder / name).write_text(content, encoding="utf-8")
    return folder / name


def test_notes_are_scrubbed_and_skills_are_proposed(tmp_path: Path) -> None:
    scrubber = Scrubber(["Zoe Young"], ids=["P017", "P018"])
    path = notes_of(tmp_path, TABLE)
    notes = read_notes(path, taxonomy=TAXONOMY, scrubber=scrubber, pseudonyms=KEY)
    shown = notes.answers.to_csv() + notes.proposals.to_csv() + repr(notes)
    for word in ("Zoe", "Young", "P017", "P018", "7946"):
        assert word not in shown
    assert notes.answers["side"].tolist() == ["offer", "need", "", "offer", ""]
    found = notes.proposals[notes.proposals["skill_id"] != ""].set_index("skill_id")
    assert found.loc["javascript", ["confidence", "side"]].tolist() == [1.0, "offer"]
    assert found.loc["python-computer-programming", "how"].endswith("after a not")
    assert found.loc["python-computer-programming", "confidence"] == 0.4
    # No answer is lost: what names no skill has a row of its own.
    assert set(notes.proposals["text"]) == set(notes.answers["text"])


def test_lines_of_questions_and_answers_are_read(tmp_path: Path) -> None:
    notes = read_notes(notes_of(tmp_path, LINES, "ana.txt"), taxonomy=TAXONOMY)
    assert notes.answers["text"].tolist() == ["JavaScript, and a bit of Python", "juggling", "no"]
    assert notes.answers["person_id"].tolist() == ["P017", "P017", "P018"]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.txt", "secret words\nPerson: P1\n", "row 1: stands before the first answer"),
        ("a.txt", "Q: What?\nA: secret\n", "row 2: is an answer without a person"),
        ("a.txt", "Person: P1\n", "holds no answers"),
        ("a.csv", "what,why\nsecret,b\n", "no heading looks like a person"),
        ("a.csv", "person,why\n,secret\n", "row 2, column 'person_id': must not be empty"),
        ("a.csv", "", "is empty"),
    ],
)
def test_a_fault_of_notes_quotes_nobody(
    tmp_path: Path, name: str, content: str, sentence: str
) -> None:
    with pytest.raises(TableError, match=r"^a\.") as caught:
        read_notes(notes_of(tmp_path, content, name), taxonomy=TAXONOMY)
    assert sentence in str(caught.value)
    assert "secret" not in str(caught.value)


def test_longer_words_win_and_stand_once() -> None:
    label = "Python (computer programming)"
    found = find_mentions([f"I use {label} and python", "use spreadsheets software."], TAXONOMY)
    assert found.groupby("text")["skill_id"].apply(list).tolist() == [
        ["python-computer-programming"], ["use-spreadsheets-software"],
    ]  # fmt: skip


def test_nothing_is_stored_that_nobody_confirmed(tmp_path: Path) -> None:
    notes = read_notes(notes_of(tmp_path, TABLE), taxonomy=TAXONOMY, pseudonyms=KEY)
    file = write_notes_review(notes, tmp_path / "review.csv", TAXONOMY)
    empty = read_notes_review(file, TAXONOMY)
    assert (len(empty.skills), empty.n_refused, empty.n_open) == (0, 0, len(notes.proposals))
    sheet = pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    assert list(sheet) == list(REVIEW_COLUMNS)
    assert "'=cmd()" in sheet["text"].tolist()
    js = sheet["skill_id"] == "javascript"
    sheet.loc[js, ["confirm", "level"]] = ["Yes", "4,5"]
    sheet.loc[~js, "confirm"] = "no"
    sheet.to_csv(file, index=False)
    done = read_notes_review(file, TAXONOMY)
    assert done.skills[["skill_id", "side", "level"]].values.tolist() == [
        ["javascript", "offer", 4.5]
    ]
    assert done.n_refused == len(sheet) - 1
    sheet.loc[0, ["confirm", "side", "skill_id", "level"]] = ["yes", "both", "zz", "9"]
    sheet.loc[1, "confirm"] = "perhaps"
    sheet.to_csv(file, index=False)
    with pytest.raises(TableError, match="must be 'offer' or 'need'") as caught:
        read_notes_review(file, TAXONOMY)
    assert len(caught.value.faults) == 4
