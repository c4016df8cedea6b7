"""Table specifications: every fault at once, with its place; a round trip that loses nothing."""

from pathlib import Path

import pandas as pd
import pytest

from revlab.errors import RevlabError, TableError
from revlab.tables import Column, Table, check, codebook, read_table, write_table

ANSWERS = Table(
    "answers",
    (
        Column("person_id", "text", "who"),
        Column("wave", "integer", "survey round", low=1, high=3),
        Column("score", "number", "points", required=False, low=0),
        Column("role", "text", "side", allowed=("mentor", "mentee")),
        Column("asked", "boolean", "was asked"),
    ),
    key=("person_id", "wave"),
)
GOOD = "person_id,wave,score,role,asked\na,1,2.5,mentor,yes\nb,2,,mentee,no\n"


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "answers.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_a_good_table_is_read_with_its_kinds_and_written_back_the_same(tmp_path: Path) -> None:
    frame = read_table(written(tmp_path, GOOD, "utf-8-sig"), ANSWERS)
    assert frame["wave"].tolist() == [1, 2]
    assert frame["asked"].tolist() == [True, False]
    assert frame["score"].isna().tolist() == [False, True]
    write_table(frame, tmp_path / "again.csv", ANSWERS)
    pd.testing.assert_frame_equal(read_table(tmp_path / "again.csv", ANSWERS), frame)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (",1,2,mentor,yes", "row 2, column 'person_id': must not be empty"),
        ("a,1.5,2,mentor,yes", "row 2, column 'wave': must be a whole number; got '1.5'"),
        ("a,4,2,mentor,yes", "row 2, column 'wave': must be at most 3; got 4"),
        ("a,1,-1,mentor,yes", "row 2, column 'score': must be at least 0; got -1"),
        ("a,1,inf,mentor,yes", "row 2, column 'score': must be a finite number; got 'inf'"),
        ("a,1,x,mentor,yes", "row 2, column 'score': must be a finite number; got 'x'"),
        ("a,1,2,boss,yes", "column 'role': must be one of 'mentor', 'mentee'; got 'boss'"),
        ("a,1,2,mentor,perhaps", "column 'asked': must be true or false; got 'perhaps'"),
    ],
)
def test_each_rule_names_row_column_and_value(tmp_path: Path, row: str, sentence: str) -> None:
    path = written(tmp_path, GOOD.splitlines()[0] + "\n" + row + "\n")
    with pytest.raises(TableError, match=r"answers\.csv") as caught:
        read_table(path, ANSWERS)
    assert sentence in str(caught.value)
    assert len(caught.value.faults) == 1


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    text = "person_id,wave,score,role\na,1,2,mentor\na,1,3,mentor\n,9,x,boss\n"
    with pytest.raises(TableError, match="column is missing") as caught:
        read_table(written(tmp_path, text), ANSWERS)
    rules = [(fault.row, fault.column) for fault in caught.value.faults]
    assert rules == [
        (4, "person_id"),
        (4, "wave"),
        (4, "score"),
        (4, "role"),
        (None, "asked"),
        (3, "person_id + wave"),
    ]


def test_more_than_twenty_faults_are_counted_not_listed(tmp_path: Path) -> None:
    rows = "\n".join(f"p{i},7,1,mentor,yes" for i in range(25))
    with pytest.raises(TableError, match=r"… and 5 more\.") as caught:
        read_table(written(tmp_path, GOOD.splitlines()[0] + "\n" + rows + "\n"), ANSWERS)
    assert len(caught.value.faults) == 25


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00\x01,\n\x80", b'a,b\n"open,1\n'])
def test_what_is_not_a_table_gets_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "answers.csv"
    path.write_bytes(content)
    with pytest.raises(TableError, match=r"answers\.csv"):
        read_table(path, ANSWERS)


def test_a_frame_without_a_column_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(RevlabError, match="needs a column 'wave'"):
        write_table(pd.DataFrame({"person_id": ["a"]}), tmp_path / "x.csv", ANSWERS)


def test_check_leaves_values_that_are_values_alone() -> None:
    frame = pd.DataFrame(
        {"person_id": ["a"], "wave": [2], "score": [1.5], "role": ["mentee"], "asked": [True]}
    )
    clean, faults = check(frame, ANSWERS, "answers")
    assert faults == []
    assert clean.iloc[0].tolist() == ["a", 2, 1.5, "mentee", True]


def test_the_codebook_has_a_row_for_every_column() -> None:
    book = codebook([ANSWERS])
    assert book["column"].tolist() == ANSWERS.names
    assert book.set_index("column").loc["wave", "allowed"] == "1 to 3"
