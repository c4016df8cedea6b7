"""A unit or a grade without a column: stated, never guessed, and kept with the mapping."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revlab.errors import CohortError, OptionError, TableError
from revlab.people.mapping import CONSTANT, RosterMapping, describe
from revlab.people.mapping_file import read_mapping, write_mapping
from revlab.people.repaired import repair_roster, write_repaired
from revlab.people.roster import check_roster, read_roster
from revlab.people.sides import SidesByColumn, SidesByFile

SIDES = SidesByColumn("role", ("junior",), ("senior",))
COLUMNS = {"person_id": ("id",), "grade": ("level",)}


def staff(folder: Path, text: str = "id,level,role\na,1,junior\nb,4,senior\n") -> Path:
    path = folder / "staff.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_everybody_has_the_constant(tmp_path: Path) -> None:
    mapping = RosterMapping(COLUMNS, SIDES, constants={"unit": "Sales", "site": "Oslo"})
    cohort = read_roster(staff(tmp_path), mapping=mapping)
    for people in (cohort.mentors, cohort.mentees):
        assert people[["unit", "site"]].values.tolist() == [["Sales", "Oslo"]]


def test_a_column_goes_before_a_constant_and_it_is_said(tmp_path: Path) -> None:
    path = staff(tmp_path, "id,level,role,team\na,1,junior,IT\nb,4,senior,HR\n")
    columns = {**COLUMNS, "unit": ("team",)}
    mapping = RosterMapping(columns, SIDES, constants={"unit": "Sales", "grade": "9"})
    report = check_roster(path, mapping=mapping)
    mentees = report.checked().mentees
    assert mentees[["grade", "grade_label", "unit"]].values.tolist() == [[4, "4", "HR"]]
    assert "staff.csv: 'grade' is read from 'level', not [constants]." in report.notes


def test_a_constant_grade_stands_on_the_ladder_or_is_a_fault(tmp_path: Path) -> None:
    path = staff(tmp_path, "id,role\na,junior\nb,senior\n")
    mapping = RosterMapping(
        {"person_id": ("id",)}, SIDES, (("Analyst",),), constants={"unit": "IT", "grade": "Boss"}
    )
    faults = [str(fault) for fault in check_roster(path, mapping=mapping).faults]
    assert len(faults) == 2
    assert "staff.csv, row 2, column '[constants] grade': the grade 'Boss' is not on" in faults[0]


def test_a_spoilt_constant_is_a_fault_and_no_traceback(tmp_path: Path) -> None:
    mapping = RosterMapping(COLUMNS, SIDES, constants={"unit": "#N/A"})
    fault = check_roster(staff(tmp_path), mapping=mapping).faults[0]
    assert (fault.column, fault.row) == ("[constants] unit", 2)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    mapping = RosterMapping(
        COLUMNS, SIDES, constants={"unit": {"staff.csv": "IT", "stuff.csv": "HR"}}
    )
    (fault,) = check_roster(staff(tmp_path), mapping=mapping).faults
    assert str(fault).startswith("stuff.csv: [constants.unit] names this file, which is not there")


def test_a_table_without_the_column_and_without_the_constant_offers_it(tmp_path: Path) -> None:
    mapping = RosterMapping(COLUMNS, SIDES, constants={"unit": {"other.csv": "IT"}})
    faults = [str(fault) for fault in check_roster(staff(tmp_path), mapping=mapping).faults]
    assert any("column 'unit': this column is missing" in fault for fault in faults)
    assert any('write there [constants] unit = "Sales"' in fault for fault in faults)


def test_the_constant_of_a_sheet_goes_before_that_of_its_file() -> None:
    told = {"People.xlsx": "IT", "people.xlsx#Seniors": "HR"}
    mapping = RosterMapping(COLUMNS, SIDES, constants={"unit": told, "site": "Oslo"})
    tables = ("people.xlsx#seniors", "PEOPLE.XLSX#Juniors", "people.xlsx", "other.csv")
    assert [mapping.constant("unit", table) for table in tables] == ["HR", "IT", "IT", None]
    assert mapping.constant("site", "other.csv") == "Oslo"
    assert mapping.constant("profession", "other.csv") is None


def test_the_mapping_says_what_is_the_same_for_whom() -> None:
    mapping = RosterMapping(
        COLUMNS, SIDES, constants={"unit": "Sales", "site": {"staff.csv": "Oslo"}}
    )
    words = describe(mapping)
    assert "unit             'Sales' for everybody\n" in words
    assert "site             'Oslo' for everybody in staff.csv\n" in words


@pytest.mark.parametrize(
    ("constants", "error", "sentence"),
    [
        ({"tenure": "3"}, OptionError, r"`\[constants\]` must be one of"),
        ({"unit": " "}, CohortError, r"\[constants\] unit must be a value, or one for each file"),
        ({"unit": {}}, CohortError, r"\[constants\] unit must be a value, or one for each file"),
        ({"unit": 3}, CohortError, r"\[constants\] unit must be a value, or one for each file"),
        ({}, CohortError, r"the heading of 'unit' \(or, if it is the same for everybody: \[const"),
    ],
)
def test_a_wrong_constant_is_one_sentence(
    constants: dict[str, object], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        RosterMapping(COLUMNS, SIDES, constants=constants)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("toml", "sentence"),
    [
        ("[constants]\nunti = 'a'", r"\[constants\] has no key 'unti' \(did you mean 'unit'\?\)"),
        ("[constants]\nunit = true", r"\[constants\] unit must be a text or a whole number"),
        ("[constants]\nunit = ['a']", r"\[constants\] unit must be a text or a whole number"),
        ("[constants.unit]\n'a.csv' = 2.5", r"\[constants.unit\] 'a.csv' must be a text or a who"),
    ],
)
def test_a_wrong_constant_of_the_file_is_one_sentence(
    tmp_path: Path, toml: str, sentence: str
) -> None:
    path = tmp_path / "roster.toml"
    path.write_text(
        '[columns]\nperson_id = "id"\nunit = "team"\ngrade = "level"\n[grades]\nnumeric = true\n'
        f"[sides]\nmentor = ['1']\nmentee = ['2']\n{toml}\n",
        encoding="utf-8",
    )
    with pytest.raises(TableError, match=sentence):
        read_mapping(path)


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1).filter(
    str.strip
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(CONSTANT), TEXT | st.dictionaries(TEXT, TEXT, min_size=1)))
def test_constants_survive_the_file(
    tmp_path_factory: pytest.TempPathFactory, constants: dict[str, str | dict[str, str]]
) -> None:
    mapping = RosterMapping({**COLUMNS, "unit": ("team",)}, SIDES, constants=constants)
    path = tmp_path_factory.mktemp("toml") / "roster.toml"
    assert read_mapping(write_mapping(mapping, path)) == mapping


def test_a_repaired_copy_is_read_with_its_constants(tmp_path: Path) -> None:
    juniors, seniors = tmp_path / "juniors.csv", tmp_path / "seniors.csv"
    juniors.write_text("id,level\n a,1\n", encoding="utf-8")
    seniors.write_text("id\nb\n", encoding="utf-8")
    mapping = RosterMapping(
        COLUMNS,
        SidesByFile({"juniors.csv": "mentor", "seniors.csv": "mentee"}),
        constants={"unit": "IT", "grade": {"seniors.csv": "7"}},
    )
    roster = repair_roster([juniors, seniors], mapping=mapping)
    assert not roster.report.faults
    *tables, _, kept = write_repaired(roster, tmp_path / "clean.csv")
    again = read_roster(tables, mapping=read_mapping(kept))
    assert again.mentees["grade"].tolist() == [7]
    assert again.mentors["unit"].tolist() == ["IT"]
