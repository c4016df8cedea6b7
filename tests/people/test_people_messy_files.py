"""The mess that offices have in rosters: forms, titles, dates, merged cells, and what is asked."""

from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revlab.errors import RevlabError
from revlab.people.cells import BadCellError
from revlab.people.dates import date_orders, read_date
from revlab.people.guessing import guess_mapping
from revlab.people.mapping_file import read_mapping
from revlab.people.repaired import repair_roster, write_repaired
from revlab.people.roster import check_roster, read_roster
from revlab.people.sheets import read_sheets

GOOGLE = (
    "Timestamp,What is your work e-mail address?,Which department do you work in?,"
    "What is your job level?,I would like to be a,Which skills could you teach?,"
    "What would you like to learn?\n"
    '2024/01/02 10:00,Ana@x.org,IT,2,Mentor (junior),"Excel, Python",Public speaking\n'
    '2024/01/02 11:00,bo@x.org,Sales,2,Both mentor and mentee,"Python, SQL","Excel, SQL"\n'
    '2024/01/02 12:00,cy@x.org,IT,7,Mentee (senior),,"Python"\n'
)
MICROSOFT = (
    "ID;Start time;Completion time;Email;Name;Department;Grade;Role;Languages\n"
    "1;45293,4;45293,5;ana@x.org;Ana;IT;2;mentor;English;German;\n"
).replace("English;German;", '"English;German;"') + (
    '2;45293,4;45293,5;cy@x.org;Cy;IT;7;mentee;"English;"\n'
)


def write(folder: Path, content: str, name: str = "staff.csv") -> Path:
    (folder / name).write_text(content, encoding="utf-8")
    return folder / name


def test_a_google_form_is_read_with_its_long_questions(tmp_path: Path) -> None:
    cohort = read_roster(write(tmp_path, GOOGLE))
    assert cohort.mentors.index.tolist() == ["ana@x.org", "bo@x.org"]
    assert cohort.mentees.index.tolist() == ["bo@x.org", "cy@x.org"]
    offers = cohort.skills[cohort.skills["side"] == "offer"]
    assert offers.groupby("person_id")["skill_id"].count().to_dict() == {
        "ana@x.org": 2,
        "bo@x.org": 2,
    }
    assert guess_mapping(tmp_path / "staff.csv").separator == ","


def test_a_microsoft_form_is_read_by_mail_and_not_by_the_number_of_the_answer(
    tmp_path: Path,
) -> None:
    cohort = read_roster(write(tmp_path, MICROSOFT))
    assert cohort.mentors.index.tolist() == ["ana@x.org"]
    assert cohort.mentors["languages"].tolist() == [("English", "German")]


def test_titles_totals_and_merged_cells_of_a_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    for line in (
        ["Staff of 2024"], [], ["Person", None, "Work", None, None],
        ["id", None, "department", "grade", "role"],
        ["a", None, "IT", 1, "junior"], ["b", None, None, 2, "junior"], [],
        ["c", None, "Board", 8, "senior"], ["Total", None, None, 11],
    ):  # fmt: skip
        page.append(line)
    page.merge_cells("A1:E1")
    page.merge_cells("C5:C6")
    book.save(tmp_path / "staff.xlsx")
    report = check_roster(tmp_path / "staff.xlsx")
    assert report.faults == ()
    assert report.cohort is not None
    assert report.cohort.mentors["unit"].tolist() == ["IT", "IT"]
    notes = " ".join(report.notes)
    for words in (
        "row 1, 3 is left out: a title",
        "row 9 is left out: a row of totals",
        "1 merged",
    ):
        assert words in notes


def test_a_fault_below_a_title_names_the_row_that_a_spreadsheet_shows(tmp_path: Path) -> None:
    path = write(
        tmp_path, "List\n\nid,unit,grade,role\na,IT,1,junior\n,IT,2,junior\nb,IT,9,senior\n"
    )
    assert [fault.row for fault in check_roster(path).faults] == [5]


def test_a_person_called_total_is_a_person(tmp_path: Path) -> None:
    path = write(tmp_path, "id,unit,grade,role\na,IT,1,junior\nb,IT,9,senior\nTotal,IT,2,junior\n")
    assert "Total" in read_roster(path).mentors.index


@pytest.mark.parametrize("title", ["Staff", "Staff, 2024", "Staff of IT, Sales and Board"])
def test_the_separator_is_that_of_the_table_and_not_of_its_title(
    title: str, tmp_path: Path
) -> None:
    path = write(tmp_path, f"{title}\nid;unit;grade;role\na;IT;1;junior\nb;IT;9;senior\n")
    assert read_sheets([path]).sheets[0].headings == ("id", "unit", "grade", "role")


def test_a_role_that_is_misspelt_is_a_fault_and_loses_nobody(tmp_path: Path) -> None:
    lines = "".join(f"p{k},IT,{k},{'junior' if k < 5 else 'senior'}\n" for k in range(9))
    path = write(tmp_path, "id,unit,grade,role\n" + lines + "z,IT,1,junoir\n")
    faults = [str(fault) for fault in check_roster(path).faults]
    assert len(faults) == 1
    assert "row 11, column 'role'" in faults[0]
    assert "did you mean 'junior'?" in faults[0]


@pytest.mark.parametrize(
    "text",
    ["2024-12-31", "2024-12-31 00:00:00", "31.12.2024", "31/12/2024", "12/31/2024", "12-31-2024",
     "45657", "45657,5", "31 Dec 2024", "31. Dezember 2024", "Dec 31, 2024"],
)  # fmt: skip
def test_a_date_with_one_reading_is_read(text: str) -> None:
    assert str(read_date(text)) == "2024-12-31"


@pytest.mark.parametrize(
    "text", ["31.02.2024", "13/13/2024", "31.12.24", "2024-13-01", "soon", "7"]
)
def test_what_is_no_date_is_said(text: str) -> None:
    with pytest.raises(BadCellError, match="date"):
        read_date(text)


@given(st.integers(1, 12), st.integers(1, 12), st.sampled_from("/-"))
@settings(deadline=None)
def test_a_date_with_two_readings_is_asked_about(one: int, two: int, mark: str) -> None:
    text = f"{one:02}{mark}{two:02}{mark}2024"
    assert len(date_orders(text)) == 2
    assert str(read_date(text, order="day first")) == f"2024-{two:02}-{one:02}"
    assert str(read_date(text, order="month first")) == f"2024-{one:02}-{two:02}"
    if one == two:
        assert read_date(text).day == one
    else:
        with pytest.raises(BadCellError, match=r"can be \d\d \w+ 2024 or"):
            read_date(text)


def test_an_order_that_a_date_contradicts_is_a_fault() -> None:
    with pytest.raises(BadCellError, match="cannot be read day first"):
        read_date("12/31/2024", order="day first")


DATES = "id,unit,grade,role,start date\na,IT,1,junior,03/04/2020\nb,IT,9,senior,31.12.2020\n"


def test_the_mapping_answers_what_was_asked(tmp_path: Path) -> None:
    path = write(tmp_path, DATES)
    (fault,) = check_roster(path).faults
    assert "row 2, column 'start date': '03/04/2020' can be 03 April 2020 or 04 March" in str(fault)
    from dataclasses import replace

    from revlab.people.mapping_file import write_mapping

    guess = guess_mapping(path)
    told = replace(guess, dates={"as_of": "2021-01-01", "order": "day first"}, notes=())
    told = read_mapping(write_mapping(told, tmp_path / "roster.toml"))
    assert read_roster(path, mapping=told).mentors["tenure"].tolist() == [round(273 / 365.25, 4)]
    late = replace(told, dates={"as_of": "2020-12-30", "order": "day first"})
    assert "row 3" in str(check_roster(path, mapping=late).faults[0])
    with pytest.raises(RevlabError, match="must be a day such as"):
        replace(told, dates={})


def test_a_column_of_years_beats_first_days(tmp_path: Path) -> None:
    content = DATES.replace("start date", "start date,tenure").replace("2020\n", '2020,"4,5"\n')
    assert read_roster(write(tmp_path, content)).mentors["tenure"].tolist() == [4.5]


MESSY = (
    "Staff list;;;;;\n"
    "E-mail address;Department;Job level;Role;Start date;Years\n"
    "ANA@x.org ;\u00a0Sales;G7;mentee;31.12.2020;\n"
    "bo@x.org;sales;EO;mentor;2019-03-01;\n"
    "bo@x.org;sales;EO;mentor;2019-03-01;\n"
    "cy@x.org;IT\u200b;Grade 6;mentee;43831;\n"
    "di@x.org;=IT;AO;mentor;12/31/2010;\n"
    "Total;;;;;4\n"
).replace("E-mail", "Email")


def test_a_repaired_copy_reads_as_the_original_and_lists_everything(tmp_path: Path) -> None:
    path = tmp_path / "staff.csv"
    path.write_bytes(MESSY.encode("utf-16"))
    roster = repair_roster(path)
    lines = roster.listing
    assert (roster.n_rows, roster.count("left out"), roster.count("to decide")) == (4, 3, 0)
    # Rows that are filled and below the headings, and the title: in = out + left out.
    assert len([line for line in MESSY.splitlines() if line.strip(";")]) - 1 == roster.n_rows + 3
    changed = lines[lines["what"] == "repaired"].set_index(["row", "column"])
    assert changed.loc[(3, "Email address"), ["before", "after"]].tolist() == [
        "ANA@x.org ",
        "ana@x.org",
    ]
    assert changed.loc[(3, "Job level"), "after"] == "Grade 7"
    assert changed.loc[(4, "Department"), ["before", "after"]].tolist() == ["sales", "Sales"]
    assert changed.loc[(6, "Start date"), "after"] == "2020-01-01"
    files = write_repaired(roster, tmp_path / "clean.csv")
    assert [file.name for file in files] == ["clean.csv", "clean-repairs.csv", "clean-mapping.toml"]
    again = read_roster(files[0], mapping=read_mapping(files[2]))
    first = read_roster(path)
    for side in ("mentors", "mentees"):
        one, two = getattr(first, side), getattr(again, side)
        assert one.drop(columns="grade_label").equals(two.drop(columns="grade_label"))
    assert again.mentors.loc["di@x.org", "unit"] == "=IT"
    assert b'"\'=IT"' in files[0].read_bytes()
    assert repair_roster(files[0], mapping=read_mapping(files[2])).count("repaired") == 0
    with pytest.raises(RevlabError, match="already there"):
        write_repaired(roster, tmp_path / "clean.csv")


def test_what_needs_a_decision_stays_and_is_listed(tmp_path: Path) -> None:
    path = write(tmp_path, DATES + "a,IT,2,junior,2020-01-01\n")
    roster = repair_roster(path)
    assert roster.tables[0].frame["start date"].tolist() == [
        "03/04/2020",
        "2020-12-31",
        "2020-01-01",
    ]
    open_ = roster.listing[roster.listing["what"] == "to decide"]
    assert open_["row"].tolist() == [2]
    assert roster.n_rows == 3


def test_two_tables_become_two_files_with_their_sides(tmp_path: Path) -> None:
    from revlab.shipped import shipped

    folder = shipped("data/rosters/ukcs_small")
    files = write_repaired(repair_roster(folder), tmp_path / "clean.csv")
    assert [file.name for file in files[:2]] == ["clean-mentees.csv", "clean-mentors.csv"]
    again = read_roster(list(files[:2]), mapping=read_mapping(files[-1]))
    first = read_roster(folder)
    assert again.mentors.equals(first.mentors)
    assert again.mentees.equals(first.mentees)


def test_a_repair_without_a_mapping_still_takes_the_padding(tmp_path: Path) -> None:
    roster = repair_roster(write(tmp_path, "a,b,c\n x ,y,z\n"))
    assert roster.tables[0].frame.values.tolist() == [["x", "y", "z"]]
    assert roster.count("to decide") == 3
