"""Exports: no live formula whatever program opens the file, and nothing is lost on the way."""

import csv
import re
from io import StringIO
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revlab.errors import OptionError, RevlabError
from revlab.privacy.export import plain_cell, prepare_target, safe_cell, write_csv, write_xlsx

PAYLOADS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x.example","click")',
    "+1+1",
    "-1+1",
    "-2+3+cmd|' /C calc'!D2",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "\u00a0=1+1",
    "'=1+1",
    "\uff1d1+1",
    "\uff0b1",
    "\uff0d1+1",
    "\uff20x",
    "a;=1+1",
    "a\t=1+1",
    "a|=1+1",
    "a\n=1+1",
    'a";=1+1',
    '";"=1+1',
    "+44 20 7946 0000",
    "-",
    "--",
    "=",
    "-3 degrees",
    "%0A=1+1",
]
LIVE = re.compile(r"[\s\u00a0\"]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")


def live_cells(text: str) -> list[str]:
    """Return what some program could take for a formula, with four marks between cells."""
    found = []
    for mark in ",;\t|":
        for line in csv.reader(StringIO(text, newline=""), delimiter=mark):
            found += [cell for cell in line if LIVE.match(cell) and not NUMBER.fullmatch(cell)]
    return found


def test_no_payload_is_live_in_a_csv(tmp_path: Path) -> None:
    frame = pd.DataFrame({"note": PAYLOADS, "=head": PAYLOADS[::-1], "gain": -1.5})
    text = write_csv(frame, tmp_path / "a.csv").read_text(encoding="utf-8-sig")
    assert live_cells(text.replace("-1.5", "1")) == []


def test_the_same_reader_finds_the_payloads_in_a_naive_csv() -> None:
    naive = pd.DataFrame({"note": PAYLOADS}).to_csv(index=False, quoting=csv.QUOTE_ALL)
    assert len(live_cells(naive)) > 20


def test_no_payload_is_live_in_a_workbook(tmp_path: Path) -> None:
    texts = [*PAYLOADS, "#N/A", "2024-01-01", "7"]
    frame = pd.DataFrame({"note": texts, "=head": texts, "gain": range(len(texts))})
    book = openpyxl.load_workbook(write_xlsx({"pairs": frame}, tmp_path / "a.xlsx"))
    cells = [cell for row in book["pairs"].iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert not [c.value for c in cells if isinstance(c.value, str) and c.value.startswith("=")]
    book.close()


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_any_text_comes_back(text: str) -> None:
    safe = safe_cell(text)
    assert isinstance(safe, str)
    assert plain_cell(safe) == text


@settings(deadline=None)
@given(st.text(st.sampled_from("=+-@;|\t\r\n ',\"a1\u00a0\uff1d"), max_size=12))
def test_no_text_made_of_dangerous_marks_is_live(text: str) -> None:
    out = StringIO()
    csv.writer(out, quoting=csv.QUOTE_NONNUMERIC).writerow([safe_cell(text), "x"])
    if not re.fullmatch(r"[+-]?[0-9.,]+%?", text):
        first = next(csv.reader(StringIO(out.getvalue(), newline="")))[0]
        assert not re.match(r"[ \u00a0]*[=+\-@\t\r\uff1d]", first)


@pytest.mark.parametrize("number", ["-3.5", "+4", "-0,5", "1e-5", "-12%", "7"])
def test_a_negative_number_stays_a_number(number: str) -> None:
    assert safe_cell(number) == number


def test_a_table_comes_back_from_its_csv(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "who": ["Zoë", "=x", "a,b", 'say "so"', None],
            "gain": [-2, 3, 0, -1, 5],
            "mean": [-0.5, 1e-9, float("nan"), 2.25, 3.0],
            "slots": [("Mon AM", "Tue PM"), (), ("x",), (), ()],
            "yes": [True, False, True, True, False],
        }
    )
    path = write_csv(frame, tmp_path / "a.csv")
    back = pd.read_csv(path, keep_default_na=False, na_values={"mean": [""]})
    assert back["who"].map(plain_cell).tolist() == ["Zoë", "=x", "a,b", 'say "so"', ""]
    assert back["gain"].tolist() == frame["gain"].tolist()
    pd.testing.assert_series_equal(back["mean"], frame["mean"])
    assert back["slots"].tolist() == ["Mon AM; Tue PM", "", "x", "", ""]
    assert back["yes"].tolist() == frame["yes"].tolist()


def test_a_table_comes_back_from_its_workbook(tmp_path: Path) -> None:
    frame = pd.DataFrame({"who": ["Zoë", "bell\x07"], "gain": [-2, 3], "mean": [-0.5, 2.0]})
    path = write_xlsx({"one": frame, "two": frame[:0]}, tmp_path / "a.xlsx")
    back = pd.read_excel(path, sheet_name=None)
    assert back["one"].to_numpy().tolist() == [["Zoë", -2, -0.5], ["bell", 3, 2.0]]
    assert back["two"].columns.tolist() == ["who", "gain", "mean"]


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_a_file_is_not_lost_by_accident(tmp_path: Path, name: str) -> None:
    def write(**how: str) -> Path:
        frame = pd.DataFrame({"a": [1]})
        if name.endswith("csv"):
            return write_csv(frame, tmp_path / name, **how)
        return write_xlsx({"a": frame}, tmp_path / name, **how)

    (tmp_path / name).write_text("mine", encoding="utf-8")
    with pytest.raises(
        RevlabError, match="is already there; choose another name or pass if_exists"
    ):
        write()
    assert (tmp_path / name).read_text(encoding="utf-8") == "mine"
    assert write(if_exists="replace").read_bytes() != b"mine"
    with pytest.raises(OptionError, match="Did you mean 'replace'"):
        write(if_exists="replce")


def test_a_place_that_cannot_be_written_is_named_without_its_path(tmp_path: Path) -> None:
    with pytest.raises(RevlabError, match="the folder 'gone' does not exist") as caught:
        prepare_target(tmp_path / "gone" / "a.csv")
    assert str(tmp_path) not in str(caught.value)
    with pytest.raises(RevlabError, match="is a folder; give the name of a file"):
        prepare_target(tmp_path)


@pytest.mark.parametrize(
    ("sheets", "name", "sentence"),
    [
        ({}, "a.xlsx", "needs at least one table"),
        ({"a/b": pd.DataFrame()}, "a.xlsx", "a sheet cannot be called 'a/b'"),
        ({"x" * 32: pd.DataFrame()}, "a.xlsx", "at most 31 characters"),
        ({"a": pd.DataFrame()}, "a.xls", r"must end in \.xlsx"),
    ],
)
def test_what_cannot_be_a_workbook_is_refused(
    tmp_path: Path, sheets: dict[str, pd.DataFrame], name: str, sentence: str
) -> None:
    with pytest.raises(RevlabError, match=sentence):
        write_xlsx(sheets, tmp_path / name)
    assert list(tmp_path.iterdir()) == []
