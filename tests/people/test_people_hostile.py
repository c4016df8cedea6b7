"""Broken, odd and hostile files: each gets a sentence that names the place, never a traceback."""

import random
import zipfile
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from revlab.errors import TableError
from revlab.people.mapping import RosterMapping
from revlab.people.roster import check_roster, read_roster
from revlab.people.sides import SidesByFile
from revlab.shipped import shipped

COLUMNS = {"person_id": ("id",), "unit": ("unit",), "grade": ("grade",), "capacity": ("places",)}
SIDES = SidesByFile({"low.csv": "mentor", "high.csv": "mentee"})
MAPPING = RosterMapping(columns=COLUMNS, sides=SIDES)
HIGH = b"id,unit,grade,places\nx,A,7,1\ny,B,8,1\n"


def check_low(folder: Path, low: bytes) -> list[str]:
    (folder / "low.csv").write_bytes(low)
    (folder / "high.csv").write_bytes(HIGH)
    report = check_roster([folder / "low.csv", folder / "high.csv"], mapping=MAPPING)
    assert (report.cohort is None) == bool(report.faults)
    return [str(fault) for fault in report.faults]


GOOD = "id,unit,grade,places\ná,Zürich,1,1\nb,B,2,2\n"
READABLE = {
    "utf-8": GOOD.encode(),
    "byte-order mark": GOOD.encode("utf-8-sig"),
    "byte-order mark before a quotation mark": GOOD.replace("id,", '"id",').encode("utf-8-sig"),
    "windows-1252": GOOD.encode("cp1252"),
    "utf-16": GOOD.encode("utf-16"),
    "semicolons": GOOD.replace(",", ";").encode(),
    "tabs": GOOD.replace(",", "\t").encode(),
    "sep line": b"sep=;\r\n" + GOOD.replace(",", ";").encode(),
    "carriage returns": GOOD.replace("\n", "\r\n").encode(),
    "old Mac line ends": GOOD.replace("\n", "\r").encode(),
    "blank lines": GOOD.replace("\n", "\n\n").encode() + b"\n\n,,,\n",
    "no last line end": GOOD.rstrip().encode(),
    "spaces": GOOD.replace(",", " , ").encode(),
    "capitals in headings": GOOD.replace("grade", " GRADE ").encode(),
    "trailing separators": GOOD.replace("\n", ",,\n").encode(),
    "numbers as a spreadsheet writes them": GOOD.replace("1,1", "1.0,1.0").encode(),
    "a column more": GOOD.replace("\n", ",=cmd|' /C calc'!A0\n").encode(),
}


@pytest.mark.parametrize("kind", READABLE)
def test_what_offices_write_is_read(kind: str, tmp_path: Path) -> None:
    assert check_low(tmp_path, READABLE[kind]) == []
    cohort = read_roster([tmp_path / "low.csv", tmp_path / "high.csv"], mapping=MAPPING)
    assert cohort.mentors["unit"].tolist() == ["Zürich", "B"]
    assert cohort.mentors.index.tolist() == ["á", "b"]


def test_another_encoding_is_said(tmp_path: Path) -> None:
    check_low(tmp_path, GOOD.encode("cp1252"))
    report = check_roster([tmp_path / "low.csv", tmp_path / "high.csv"], mapping=MAPPING)
    assert "low.csv: not UTF-8; read as Windows-1252, so check names with accents." in report.notes


HEADS = b"id,unit,grade,places\n"
HOSTILE = {
    "empty": (b"", "low.csv: is empty (it needs a line of headings and one line per person)."),
    "blank": (b" \n\n,,\n", "low.csv: is empty"),
    "headings only": (HEADS, "low.csv: holds headings but no people"),
    "binary": (bytes(range(256)) * 9, "low.csv: holds bytes that are not text"),
    "NUL": (HEADS + b"a\0,A,1,1\n", "low.csv: holds bytes that are not text"),
    "a workbook called csv": (b"PK\x03\x04\x14\x00\x06\x00", "(rename it to .xlsx)."),
    "utf-16 without a mark": (GOOD.encode("utf-16-le"), "holds bytes that are not text"),
    "open quotation mark": (b'id,unit,grade,places\na,"A,1,1\n', "low.csv, row 2: the quotation"),
    "a huge cell": (HEADS + b"a" * 10**6 + b",A,1,1\n", "row 2: the quotation"),
    "a long cell": (HEADS + b"a" * 40000 + b",A,1,1\n", "is longer than 32767"),
    "a long id": (HEADS + b"a" * 400 + b",A,1,1\n", "row 2, column 'id': has 400"),
    "too many cells": (HEADS + b"a,A,1,1,9\n", "row 2: has 5 cells under 4 headings"),
    "too few cells": (HEADS + b"a,A\n", "row 2, column 'grade': must not be empty"),
    "a column is missing": (b"id,unit,grde,places\na,A,1,1\n", "'grade': this column is missing"),
    "a heading is close": (b"id,unit,grde,places\na,A,1,1\n", "(did you mean 'grde'?)."),
    "a heading twice": (b"id,unit,grade,ID,places\na,A,1,b,1\n", "two columns have this heading"),
    "no heading": (b"a,A,1,1\nb,B,2,1\n", "low.csv, column 'id': this column is missing"),
    "empty id": (HEADS + b",A,1,1\n", "row 2, column 'id': must not be empty"),
    "empty unit": (HEADS + b"a,,1,1\n", "row 2, column 'unit': must not be empty"),
    "empty grade": (HEADS + b"a,A,,1\n", "row 2, column 'grade': must not be empty"),
    "same id": (HEADS + b"a,A,1,1\na,A,2,1\n", "row 3: repeats the person of row 2"),
    "same id, other form": (HEADS + "é,A,1,1\ne\u0301,A,1,2\n".encode(), "row 3: repeats"),
    "same id, invisible mark": (HEADS + "a,A,1,1\na\u200b,B,1,1\n".encode(), "row 3: rep"),
    "same id below blank lines": (HEADS + b"\na,A,1,1\n\na,A,2,1\n", "row 5: repeats"),
    "grade in words": (HEADS + b"a,A,boss,1\n", "must be a whole number; got 'boss'"),
    "half a grade": (HEADS + b"a,A,1.5,1\n", "must be a whole number; got '1.5'"),
    "negative capacity": (HEADS + b"a,A,1,-1\n", "column 'places': must be a whole number from"),
    "half a capacity": (HEADS + b"a,A,1,1.5\n", "from 0 to 1000; got '1.5'"),
    "capacity in words": (HEADS + b"a,A,1,two\n", "must be a number; got 'two'"),
    "capacity without end": (HEADS + b"a,A,1,inf\n", "must be a number; got 'inf'"),
    "formula as capacity": (HEADS + b"a,A,1,=1+1\n", "must be a number; got '=1+1'"),
    "spreadsheet error": (HEADS + b"a,#N/A,1,1\n", "holds '#N/A' instead of a value"),
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_wrong_gets_a_sentence_with_its_place(kind: str, tmp_path: Path) -> None:
    content, sentence = HOSTILE[kind]
    faults = check_low(tmp_path, content)
    assert any(sentence in fault for fault in faults), faults
    assert all(fault.startswith("low.csv") and fault.endswith(".") for fault in faults)


def test_all_faults_of_all_files_come_at_once(tmp_path: Path) -> None:
    (tmp_path / "low.csv").write_bytes(b"id,unit,grade,places\n,A,x,-1\nb,,2,1\n")
    (tmp_path / "high.csv").write_bytes(b"id,unit,grade,places\nc,C,9,z\n")
    with pytest.raises(TableError, match=r"low\.csv") as caught:
        read_roster([tmp_path / "low.csv", tmp_path / "high.csv"], mapping=MAPPING)
    places = [(fault.file, fault.row, fault.column) for fault in caught.value.faults]
    assert sorted(places) == [
        ("high.csv", 2, "places"),
        ("low.csv", 2, "grade"),
        ("low.csv", 2, "id"),
        ("low.csv", 2, "places"),
        ("low.csv", 3, "unit"),
    ]


def test_a_mapped_column_that_is_nowhere_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "low.csv").write_text("id,unit,grade\na,A,1\n", encoding="utf-8")
    (tmp_path / "high.csv").write_text("id,unit,grade\nb,A,2\n", encoding="utf-8")
    report = check_roster([tmp_path / "low.csv", tmp_path / "high.csv"], mapping=MAPPING)
    assert "no file has this column, which the mapping names for 'capacity'" in str(
        report.faults[0]
    )


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("people.xls", b"\xd0\xcf\x11\xe0", "a file of this kind (.xls) cannot be read"),
        ("people.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is an old .xls workbook or"),
        ("people.xlsx", b"", "people.xlsx: is empty"),
        ("people.xlsx", b"PK\x03\x04 not a zip at all", "cannot be read as an XLSX workbook"),
        ("people.xlsx", b"id,unit,grade\na,A,1\n", "cannot be read as an XLSX workbook"),
        ("people.pdf", b"%PDF", "a file of this kind (.pdf) cannot be read"),
        ("people", b"id", "a file of this kind (no ending) cannot be read"),
    ],
)  # fmt: skip
def test_what_is_no_roster_gets_a_sentence(
    tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    (tmp_path / name).write_bytes(content)
    for mapping in (MAPPING, None):
        faults = check_roster(tmp_path / name, mapping=mapping).faults
        assert sentence in str(faults[0])


def test_a_file_or_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert str(check_roster(tmp_path / "gone.csv").faults[0]).startswith(
        "gone.csv: there is no such"
    )
    assert "holds no CSV or XLSX file" in str(check_roster(tmp_path).faults[0])


def test_a_zip_that_unpacks_to_too_much_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "people.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(301_000_000))
    assert "people.xlsx: unpacks to 301 MB" in str(check_roster(path, mapping=MAPPING).faults[0])


def workbook(path: Path, sheets: dict[str, list[list[object]]], hidden: str = "") -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        page = book.create_sheet(title)
        for row in rows:
            page.append(row)
        if title == hidden:
            page.sheet_state = "hidden"
    book.save(path)
    return path


HEAD: list[object] = ["id", "unit", "grade", "places"]
LOW: list[list[object]] = [HEAD, [1001, "A", 1, 1.0], [1002, "B", 2.0, None]]
TOP: list[list[object]] = [HEAD, [2001, "A", 7, 2]]
BY_SHEET = RosterMapping(
    columns=COLUMNS, sides=SidesByFile({"people.xlsx#Low": "mentor", "people.xlsx#Top": "mentee"})
)


def test_a_workbook_with_a_sheet_for_each_side(tmp_path: Path) -> None:
    more = {"Read me": [["some words"]], "Old": [["id"], [7]], "Blank": []}
    path = workbook(tmp_path / "people.xlsx", {"Low": LOW, "Top": TOP, **more}, hidden="Old")
    report = check_roster(path, mapping=BY_SHEET)
    assert report.faults == ()
    assert report.cohort is not None
    assert report.cohort.mentors.index.tolist() == ["1001", "1002"]
    assert report.cohort.mentors["capacity"].tolist() == [1, 1]
    assert "people.xlsx: the hidden sheet 'Old' is not read." in report.notes
    assert "people.xlsx: the sheet 'Read me' holds no people." in report.notes


def test_a_sheet_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = workbook(tmp_path / "people.xlsx", {"Low": LOW, "Top": TOP})
    sheets = {"people.xlsx": ("Low", "Topp")}
    mapping = RosterMapping(columns=COLUMNS, sides=BY_SHEET.sides, sheets=sheets)
    fault = str(check_roster(path, mapping=mapping).faults[0])
    assert fault.startswith("people.xlsx: has no sheet 'Topp'; it has 'Low', 'Top'")


def test_a_fault_in_a_workbook_names_its_sheet(tmp_path: Path) -> None:
    bad: list[list[object]] = [*LOW, [None, "C", 3, 1], [1001, "A", 2, 1], [1003, "C", 3, "=1+1"]]
    path = workbook(tmp_path / "people.xlsx", {"Low": bad, "Top": TOP})
    faults = [str(fault) for fault in check_roster(path, mapping=BY_SHEET).faults]
    place = "people.xlsx, sheet 'Low', row"
    assert faults[0].startswith(f"{place} 4, column 'id': must not be empty")
    assert faults[1].startswith(f"{place} 6, column 'places': holds '#formula without a stored")
    assert faults[2].startswith(f"{place} 5: repeats the person of row 2")


def test_a_stored_size_that_lies_hides_nobody(tmp_path: Path) -> None:
    path = workbook(tmp_path / "people.xlsx", {"Low": LOW, "Top": TOP})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    parts[name] = parts[name].replace(b'<dimension ref="A1:D3"', b'<dimension ref="A1:D2"')
    with zipfile.ZipFile(path, "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    assert len(read_roster(path, mapping=BY_SHEET).mentors) == 2


def damaged(content: bytes, luck: random.Random) -> bytes:
    out = bytearray(content)
    for _ in range(luck.choice([1, 3, 20])):
        place = luck.randrange(len(out))
        marks = [
            b'"',
            b"\0",
            b"\xff",
            b"\n",
            b";",
            b"=1+1",
            "é".encode(),
            bytes([luck.randrange(256)]),
        ]
        out[place : place + luck.choice([0, 1, 30])] = luck.choice(marks)
    return bytes(out)


def test_a_thousand_damages_and_no_traceback(tmp_path: Path) -> None:
    luck = random.Random(20)
    source = shipped("data/rosters/ukcs_small")
    whole = {path.name: path.read_bytes() for path in source.iterdir()}
    book = workbook(tmp_path / "people.xlsx", {"Low": LOW, "Top": TOP}).read_bytes()
    outcomes = {"read": 0, "refused": 0}
    for turn in range(150):
        folder = tmp_path / str(turn)
        folder.mkdir()
        for name, content in whole.items():
            is_map = name == "roster.toml"
            spoil = turn % 3 == 0 if is_map else True
            (folder / name).write_bytes(damaged(content, luck) if spoil else content)
        (folder / "people.xlsx").write_bytes(damaged(book, luck))
        reports = [check_roster(folder), check_roster(folder / "people.xlsx", mapping=BY_SHEET)]
        for report in reports:
            outcomes["refused" if report.cohort is None else "read"] += 1
            assert (report.cohort is None) == bool([str(fault) for fault in report.faults])
    assert min(outcomes.values()) > 5


def test_a_part_of_a_workbook_that_is_damaged_inside_is_no_traceback(tmp_path: Path) -> None:
    luck = random.Random(21)
    whole = zipfile.ZipFile(workbook(tmp_path / "people.xlsx", {"Low": LOW, "Top": TOP}))
    parts = {name: whole.read(name) for name in whole.namelist()}
    whole.close()
    for victim in parts:
        for turn in range(6):
            out = BytesIO()
            with zipfile.ZipFile(out, "w") as archive:
                for name, content in parts.items():
                    if name != victim:
                        archive.writestr(name, content)
                    elif turn:
                        archive.writestr(name, damaged(content, luck))
            (tmp_path / "people.xlsx").write_bytes(out.getvalue())
            report = check_roster(tmp_path / "people.xlsx", mapping=BY_SHEET)
            assert (report.cohort is None) == bool(report.faults)
