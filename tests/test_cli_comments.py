"""`revlab comments`: from a hostile file to a coding sheet to counts, without a word of a text."""

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from cli_said import Run

TEXT = "Zoë Müller never had time; ask will young (zoe@firm.org, P017)"
STAFF = "Employee no;First name;Last name\nP017;Zoë;Müller\nP018;Will;Young\n"
THEMES = "time,trust,tools"
Table = pd.DataFrame


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    """Comments of 30 people in a file as an office writes it: semicolons, Windows-1252."""
    rows = [f'c{k};{"mentor" if k < 14 else "MENTEE"};d{k % 14};"{TEXT} {k}"' for k in range(28)]
    rows += ["c90;mentee;d90;=cmd()", "c91;mentee;d91;@x", "c92;mentee;d92;  "]
    path = tmp_path / "answers.csv"
    lines = ["Comment_ID;Role;Dyad;Text;Mood", *(f"{row};ok" for row in rows), ""]
    path.write_bytes("\r\n".join(lines).encode("cp1252"))
    return path


@pytest.fixture
def staff(tmp_path: Path) -> Path:
    path = tmp_path / "staff.csv"
    path.write_text(STAFF, encoding="utf-8-sig")
    return path


@pytest.fixture
def made(revlab: Run, answers: Path, staff: Path, tmp_path: Path) -> Path:
    out = tmp_path / "coding.csv"
    command = ["comments", "sheet", str(answers), "--themes", THEMES, "--roster", str(staff)]
    assert revlab(*command, "--out", str(out)).code == 0
    return out


def read(path: Path) -> Table:
    return pd.read_csv(path, encoding="utf-8-sig", dtype=str, keep_default_na=False)


def filled(path: Path) -> Table:
    """Mark time in comments c0 to c23, tools in c24 to c27 and nothing in the others."""
    frame = read(path)
    number = frame["comment_id"].str[1:].astype(int)
    frame.loc[number < 24, "time"] = "x"
    frame.loc[number.between(24, 27), "tools"] = "X"
    frame.loc[number > 27, "no theme"] = "1"
    last = (frame["coder"] == "coder 2") & (number == 23)
    frame.loc[last, ["time", "no theme"]] = ["", "yes"]
    return frame


def test_the_sheet_has_all_comments_twice_in_another_order_and_no_name(made: Path) -> None:
    sheet = read(made)
    assert sheet.columns.tolist() == [
        "coder", "comment_id", "person", "role", "text", "time", "trust", "tools", "no theme",
    ]  # fmt: skip
    first, second = (part["comment_id"].tolist() for _, part in sheet.groupby("coder"))
    assert sorted(first) == sorted(second)
    assert len(first) == 30
    assert first != second
    assert first != sorted(first)
    text = "\n".join(sheet["text"]).casefold()
    assert not [word for word in ("zo", "ller", "young", "firm.org", "p017") if word in text]
    assert "[name] never had time; ask [name] ([e-mail], [id])" in text
    assert sheet.loc[sheet["comment_id"] == "c90", "text"].tolist() == ["'=cmd()"] * 2
    assert (sheet[["time", "trust", "tools", "no theme"]] == "").all(axis=None)
    assert sheet.groupby("comment_id")["person"].nunique().max() == 1


def test_what_was_done_is_said_and_the_same_seed_gives_the_same_sheet(
    revlab: Run, answers: Path, staff: Path, made: Path
) -> None:
    before = made.read_bytes()
    command = ["comments", "sheet", str(answers), "--themes", THEMES, "--out", str(made)]
    said = revlab(*command, "--roster", str(staff))
    assert said.code == 1
    assert "coding.csv is already there; choose another name or add --replace." in said.err
    said = revlab(*command, "--roster", str(staff), "--replace")
    assert said.code == 0
    assert made.read_bytes() == before
    assert "30 comments of 30 people (not shown)" in said.out
    assert "read as Windows-1252" in said.err
    assert "1 rows without a text are left out" in said.err
    assert "not read: Mood" in said.err
    assert "56 names, 28 e-mails, 0 phones, 28 ids, 0 links" in said.err
    assert "Müller" not in said.out + said.err
    assert revlab(*command, "--seed", "7", "--replace").code == 0
    assert made.read_bytes() != before
    assert "Müller" in made.read_text(encoding="utf-8-sig")


def test_the_counts_have_intervals_and_agreement_and_never_a_text(
    revlab: Run, made: Path, tmp_path: Path
) -> None:
    filled(made).to_csv(made, index=False, sep=";", encoding="utf-8-sig")
    out = tmp_path / "themes.csv"
    said = revlab("comments", "count", str(made), "--themes", THEMES, "--out", str(out))
    assert said.code == 0, said.err
    assert "Most often about time: 23 of 30 people who wrote." in said.out
    assert "fewer than 10 people each (1 theme)" in said.out
    table = read(out)
    assert table[["theme", "role"]].to_numpy().tolist() == [
        ["time", "all"],
        ["fewer than 10 people each (1 theme)", "all"],
        ["time", "mentee"],
        ["time", "mentor"],
    ]
    assert table["hidden"].tolist() == ["False", "True", "True", "True"]
    assert table.loc[1:, "people"].tolist() == ["", "", ""]
    row = table.iloc[0]
    assert row["theme"] == "time"
    assert [float(row[name]) for name in ("people", "comments", "either")] == [23, 23, 24]
    assert float(row["conf_low"]) < 23 / 30 < float(row["conf_high"])
    agree, chance = 29 / 30, (24 * 23 + 6 * 7) / 900
    assert float(row["kappa"]) == pytest.approx((agree - chance) / (1 - chance))
    assert float(row["kappa_low"]) < float(row["kappa"]) <= float(row["kappa_high"])
    everything = said.out + said.err + out.read_text(encoding="utf-8-sig")
    for word in ("tools", "never had", "ask", "cmd", "c24", "w00"):
        assert word not in everything


def test_a_small_role_hides_the_other(revlab: Run, made: Path) -> None:
    frame = filled(made)
    frame.to_csv(made, index=False)
    by_role = revlab("comments", "count", str(made)).out.partition("by role")[2]
    # 14 mentors and 9 mentees: the mentors' count is large, but with the total it tells the other.
    assert by_role.count("hidden") >= 2
    assert "14" not in by_role
    assert "23" in by_role


def test_a_workbook_has_a_sheet_for_each_coder_and_comes_back(
    revlab: Run, answers: Path, tmp_path: Path
) -> None:
    out, kept = tmp_path / "coding.xlsx", tmp_path / "counts.xlsx"
    assert (
        revlab("comments", "sheet", str(answers), "--themes", THEMES, "--out", str(out)).code == 0
    )
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["coder 1", "coder 2"]
    for page in book:
        heads = [cell.value for cell in page[1]]
        for line in page.iter_rows(min_row=2):
            assert "f" not in {cell.data_type for cell in line}
            line[heads.index("trust")].value = "x"
    book.save(out)
    said = revlab("comments", "count", str(out), "--out", str(kept))
    assert "trust" in said.out
    assert openpyxl.load_workbook(kept).sheetnames == ["themes", "by role"]


Change = Callable[[Table], Table]


def cell(row: int, column: str, value: str) -> Change:
    def change(frame: Table) -> Table:
        frame.loc[row - 2, column] = value
        return frame

    return change


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (cell(5, "time", "maybe"), "row 5, column 'time': must be x or empty; got 'maybe'"),
        (cell(5, "time", TEXT), f"'time': must be x or empty; got a text of {len(TEXT)}"),
        (cell(6, "comment_id", ""), "row 6, column 'comment_id': must not be empty"),
        (cell(6, "coder", ""), "row 6, column 'coder': must not be empty (fill the cell)"),
        (cell(6, "coder", "Ana"), "column 'coder': needs the marks of two coders; it has 3"),
        (lambda f: f[f["coder"] == "coder 1"], "needs the marks of two coders; it has 1: coder 1"),
        (lambda f: f.assign(mood="x"), "row 1, column 'mood': unknown theme; the themes are"),
        (lambda f: f.drop(columns="trust"), "column 'trust': this theme has no column"),
        (lambda f: f.drop(columns="coder"), "column 'coder': this column is missing"),
        (lambda f: f.drop(index=3), "is coded by 'coder 2' only (let the other coder read it"),
        (lambda f: pd.concat([f, f[:1]]), "row 62, column 'comment_id': 'coder 1' coded comment"),
        (cell(4, "person", "w9999"), "has another person than in row"),
        (cell(4, "role", "guest"), "has another role than in row"),
        (
            lambda f: f.assign(**dict.fromkeys([*THEMES.split(","), "no theme"], "")),
            "column 'coder': 'coder 2' has marked nothing in 30 rows",
        ),
    ],
)  # fmt: skip
def test_a_sheet_that_cannot_be_counted_is_one_sentence_each(
    revlab: Run, made: Path, change: Change, sentence: str
) -> None:
    change(filled(made)).to_csv(made, index=False)
    said = revlab("comments", "count", str(made), "--themes", THEMES)
    assert said.code == 1
    assert sentence in said.err
    assert "never had" not in said.err
    assert "Traceback" not in said.err


def test_all_faults_of_a_sheet_come_at_once(revlab: Run, made: Path) -> None:
    frame = filled(made)
    frame.loc[0, "time"], frame.loc[1, "comment_id"] = "??", ""
    frame.loc[2, ["time", "trust", "tools", "no theme"]] = ""
    frame.loc[3, ["time", "no theme"]] = "x"
    frame.to_csv(made, index=False)
    said = revlab("comments", "count", str(made)).err
    parts = [
        "row 2, column 'time'",
        "row 3, column 'comment_id'",
        "row 4: 'coder 1' marked nothing here",
        "row 5, column 'no theme': is marked beside a theme",
        "coded by 'coder 2' only",
    ]
    assert not [part for part in parts if part not in said]


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["id,text", "1,a"], "column 'comment_id': this column is missing (add it)"),
        (["comment_id,text", "1,a", "1,b"], "row 3, column 'comment_id': repeats row 2; each"),
        (["comment_id,text", ",a"], "row 2, column 'comment_id': must not be empty"),
        (["comment_id,text", "1, "], "column 'text': holds no comment"),
        (["comment_id,text,role", "1,a,boss"], "row 2, column 'role': must be mentor (the junior)"),
        (["comment_id,text,wave", "1,a,1", "2,b,2"], "column 'wave': tells of several waves"),
        (["comment_id,text,respondent_id", "1,a,"], "column 'respondent_id': must not be empty"),
        (["comment_id,text", '1,"a'], "row 2: the quotation marks or the length of a cell"),
        ([], "answers.csv: is empty"),
    ],
)  # fmt: skip
def test_a_file_that_holds_no_comments_is_one_sentence(
    revlab: Run, answers: Path, tmp_path: Path, lines: list[str], sentence: str
) -> None:
    answers.write_text("\n".join(lines), encoding="utf-8")
    out = tmp_path / "coding.csv"
    said = revlab("comments", "sheet", str(answers), "--themes", THEMES, "--out", str(out))
    assert said.code == 1
    assert sentence in said.err
    assert not out.exists()


@pytest.mark.parametrize(
    ("options", "code", "sentence"),
    [
        (["--themes", " , ", "--out", "x.csv"], 2, "`themes` names no theme"),
        (["--themes", "time,Time", "--out", "x.csv"], 2, "`themes` names 'time' twice"),
        (["--themes", "text", "--out", "x.csv"], 2, "'text' is another column of the sheet"),
        (["--themes", "time", "--out", "x.docx"], 2, "must end in .xlsx or .csv; got 'x.docx'"),
        (["--themes", "time"], 2, "Missing option '--out'"),
        (["--themes", "time", "--out", "no-folder/x.csv"], 1, "does not exist; make it first"),
    ],
)  # fmt: skip
def test_a_wrong_option_of_comments_is_said(
    revlab: Run, answers: Path, options: list[str], code: int, sentence: str
) -> None:
    said = revlab("comments", "sheet", str(answers), *options)
    assert said.code == code
    assert sentence in said.err


def test_without_a_roster_addresses_and_numbers_still_leave_the_texts(
    revlab: Run, tmp_path: Path
) -> None:
    source, out = tmp_path / "few.csv", tmp_path / "sheet.csv"
    source.write_text('comment_id,text\nc1,"ask zoe@firm.org, 0171 2345678"\nc2,fine\n')
    said = revlab("comments", "sheet", str(source), "--themes", THEMES, "--out", str(out))
    assert said.code == 0
    assert "names are still in the texts" in said.err
    assert set(read(out)["text"]) == {"ask [e-mail], [phone]", "fine"}


def test_a_roster_without_names_and_too_few_people_are_refused(
    revlab: Run, answers: Path, staff: Path, made: Path
) -> None:
    staff.write_text("Employee no,Unit\nP017,Sales\n", encoding="utf-8")
    command = ["comments", "sheet", str(answers), "--themes", THEMES, "--out", str(made)]
    said = revlab(*command, "--replace", "--roster", str(staff))
    assert said.code == 1
    assert "staff.csv, row 1: no heading looks like a name" in said.err
    few = filled(made)
    few[few["comment_id"].isin([f"c{k}" for k in range(9)])].to_csv(made, index=False)
    said = revlab("comments", "count", str(made))
    assert said.code == 1
    assert "fewer than 10 people wrote, so nothing about their comments is shown" in said.err


def test_the_help_of_comments_shows_examples(revlab: Run) -> None:
    assert "comments" in revlab("--help").out
    for name in ("sheet", "count"):
        said = revlab("comments", name, "--help")
        assert said.code == 0
        assert f"revlab comments {name}" in said.out
