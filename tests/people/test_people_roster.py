"""The real rosters with their exact counts, and everything a roster may say about people."""

from pathlib import Path

import pandas as pd
import pytest

from revlab.errors import TableError
from revlab.people.mapping import RosterMapping
from revlab.people.mapping_file import read_mapping
from revlab.people.roster import check_roster, read_roster
from revlab.people.sides import SidesByColumn, SidesByFile
from revlab.privacy.pseudonyms import Pseudonyms
from revlab.shipped import shipped

COLUMNS = {
    "person_id": ("Id",),
    "unit": ("Unit",),
    "grade": ("Grade",),
    "manager_id": ("Manager",),
    "capacity": ("Capacity",),
    "tenure": ("Years",),
    "availability": ("Free",),
    "offers": ("Offers",),
    "needs": ("Needs",),
    "both_sides": ("Both",),
    "conflicts": ("Not with",),
}
MAPPING = RosterMapping(
    columns=COLUMNS,
    sides=SidesByColumn("Role", mentor=("junior",), mentee=("senior",), both=("both",)),
    declared={"gender": ("Gender",)},
)
PEOPLE = [
    ["Id", "Unit", "Grade", "Role", "Manager", "Capacity", "Years", "Free", "Offers", "Needs"],
    ["a", "Sales", "1", "junior", "c", "2", "0,5", "Mon AM;Tue PM", "Excel: 4; python", ""],
    ["b", "sales", "2", "both", "c", "", "3", "mon am", "", "Public speaking: 1"],
    ["c", "Board", "5", "senior", "z", "1", "20", "", "", "python"],
    ["d", "Board", "4", "", "c", "1", "", "", "", ""],
]
EXTRA = [["Both", "Not with", "Gender"], ["yes", "c", "w"], ["", "", "prefer not to say"]]
EXTRA += [["no", "", ""], ["", "", ""]]


def write(path: Path, rows: list[list[str]], mark: str = ",") -> Path:
    lines = [mark.join(f'"{cell}"' for cell in row) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def everybody(tmp_path: Path) -> Path:
    rows = [[*row, *more] for row, more in zip(PEOPLE, EXTRA, strict=True)]
    return write(tmp_path / "people.csv", rows)


@pytest.mark.parametrize(
    ("folder", "n_mentors", "n_mentees"),
    [("ukcs_small", 50, 50), ("ukcs_large", 500, 500), ("ibm", 1077, 175)],
)
def test_the_real_rosters_are_read_whole_and_in_the_right_direction(
    folder: str, n_mentors: int, n_mentees: int
) -> None:
    report = check_roster(shipped(f"data/rosters/{folder}"))
    assert report.faults == ()
    assert report.cohort is not None
    assert (len(report.cohort.mentors), len(report.cohort.mentees)) == (n_mentors, n_mentees)
    assert report.cohort.mentors["grade"].mean() < report.cohort.mentees["grade"].mean() - 2
    assert report.direction is not None
    assert report.direction.at_or_above < 0.35


def test_the_cells_of_a_real_roster_arrive_where_they_belong() -> None:
    cohort = read_roster(shipped("data/rosters/ukcs_large"))
    junior = cohort.mentors.loc["mentee.001@gov.uk"]
    assert junior[["unit", "grade", "grade_label", "profession"]].tolist() == [
        "Department of Peace",
        5,
        "SEO",
        "Security",
    ]
    assert cohort.mentees.loc["mentor.001@gov.uk", "declared_identity"] == (
        "Transgender, Gay, Non-binary"
    )
    assert cohort.mentees["grade_label"].value_counts()["SCS4"] == 44
    assert "Open Government Licence" in cohort.origin
    ibm = read_roster(shipped("data/rosters/ibm"))
    assert set(ibm.mentors["grade"]) == {1, 2}
    assert set(ibm.mentees["grade"]) == {4, 5}
    assert ibm.mentors.loc["4", "unit"] == "Research & Development"
    assert "fictional" in ibm.origin


def test_no_name_is_read() -> None:
    cohort = read_roster(
        shipped("data/rosters/ukcs_small"), pseudonyms=Pseudonyms(bytes(range(32)))
    )
    text = pd.concat([cohort.mentors.reset_index(), cohort.mentees.reset_index()]).to_csv()
    assert "My name is" not in text
    assert "@gov.uk" not in text
    assert "mentor.0" not in text


def test_who_says_both_is_counted() -> None:
    report = check_roster(shipped("data/rosters/ukcs_large"))
    assert any(
        note.startswith("500 people say that they would stand on both") for note in report.notes
    )
    assert any("biography" in note and "not read" in note for note in report.notes)


def test_one_file_with_everybody(everybody: Path) -> None:
    cohort = read_roster(everybody, mapping=MAPPING)
    assert cohort.mentors.index.tolist() == ["a", "b"]
    assert cohort.mentees.index.tolist() == ["b", "c"]
    assert cohort.on_both_sides.tolist() == ["b"]
    assert cohort.mentors["capacity"].tolist() == [2, 1]
    assert cohort.mentors["tenure"].tolist() == [0.5, 3.0]
    assert cohort.mentors["unit"].tolist() == ["Sales", "Sales"]
    assert cohort.mentors.loc["a", "availability"] == ("Mon AM", "Tue PM")
    assert cohort.mentors.loc["b", "availability"] == ("Mon AM",)
    assert cohort.mentors["declared_gender"].isna().tolist() == [False, True]
    assert cohort.conflicts.iloc[0].tolist() == ["a", "c", "declared in the roster"]
    assert cohort.reporting_lines.to_numpy().tolist() == [
        ["a", "c"],
        ["b", "c"],
        ["c", "z"],
        ["d", "c"],
    ]


def test_skills_get_their_level_and_the_id_of_the_taxonomy(everybody: Path) -> None:
    skills = read_roster(everybody, mapping=MAPPING).skills
    rows = skills[["person_id", "skill_id", "side", "level"]].to_numpy().tolist()
    assert rows == [
        ["a", "excel", "offer", 4.0],
        ["a", "python-computer-programming", "offer", 3.0],
        ["b", "public-speaking", "need", 1.0],
        ["c", "python-computer-programming", "need", 1.0],
    ]
    assert set(skills["source"]) == {"self"}


def test_the_notes_say_what_was_decided(everybody: Path) -> None:
    notes = " ".join(check_roster(everybody, mapping=MAPPING).notes)
    for part in (
        "1 of 4 people are on neither side",
        "1 people stand on both sides",
        "1 people have a manager who is not in the roster",
        "2 of 4 skills have no level",
        "2 skills are not in the taxonomy",
        "1 people say that they would stand on both sides but are listed on one only",
        "differ from another only by capitals",
    ):
        assert part in notes


def test_pseudonyms_stand_everywhere_and_their_order_is_not_the_roster_s(everybody: Path) -> None:
    names = Pseudonyms(bytes(range(32)))
    cohort = read_roster(everybody, mapping=MAPPING, pseudonyms=names)
    assert cohort.mentors.index.tolist() == sorted(names.of(person) for person in "ab")
    shown = {
        *cohort.skills["person_id"],
        *cohort.reporting_lines.stack(),
        *cohort.conflicts["person_b"],
    }
    assert shown == {names.of(person) for person in "abcdz"}


def test_a_person_in_two_files_stands_on_both_sides(tmp_path: Path) -> None:
    head = ["Mail", "Unit", "Grade"]
    write(tmp_path / "low.csv", [head, ["Ana@x.org", "A", "1"], ["bo@x.org", "B", "2"]])
    other = ["E-mail", "Unit", "Grade"]
    write(tmp_path / "high.csv", [other, ["bo@X.org", "B", "2"], ["cy@x.org", "B", "3"]])
    mapping = RosterMapping(
        columns={"person_id": ("Mail", "E-mail"), "unit": ("Unit",), "grade": ("Grade",)},
        sides=SidesByFile({"low.csv": "mentor", "high.csv": "mentee"}),
    )
    files = [tmp_path / "low.csv", tmp_path / "high.csv"]
    cohort = read_roster(files, mapping=mapping)
    assert cohort.on_both_sides.tolist() == ["bo@x.org"]
    write(tmp_path / "high.csv", [other, ["bo@x.org", "B", "4"], ["cy@x.org", "B", "3"]])
    sentence = r"high\.csv, row 2: the grade of this person differs from that in row 3 of low\.csv"
    with pytest.raises(TableError, match=sentence):
        read_roster(files, mapping=mapping)


def test_a_folder_is_read_as_its_mapping_says_and_the_rest_is_named(tmp_path: Path) -> None:
    for name in ("mentors.csv", "mentees.csv", "roster.toml"):
        (tmp_path / name).write_bytes(shipped(f"data/rosters/ukcs_small/{name}").read_bytes())
    (tmp_path / "lunch.csv").write_text("dish\nsoup\n", encoding="utf-8")
    report = check_roster(tmp_path)
    assert report.cohort is not None
    assert "not read, because [sides] does not name them: lunch.csv." in report.notes
    (tmp_path / "mentees.csv").unlink()
    assert str(check_roster(tmp_path).faults[0]) == (
        "mentees.csv: there is no such file (correct roster.toml)."
    )


def test_a_mapping_given_beats_the_one_in_the_folder() -> None:
    mapping = read_mapping(shipped("data/rosters/ibm/roster.toml"))
    other = RosterMapping(mapping.columns, type(mapping.sides)(("1",), ("5",)))
    cohort = read_roster(shipped("data/rosters/ibm"), mapping=other)
    assert (len(cohort.mentors), len(cohort.mentees)) == (543, 69)


@pytest.mark.parametrize(("managers", "rows"), [("bca", "2, 3, 4"), ("bac", "2, 3")])
def test_a_circle_of_managers_is_a_fault(tmp_path: Path, managers: str, rows: str) -> None:
    lines = [["Id", "Unit", "Grade", "Role", "Manager"]]
    for person, grade, manager in zip("abc", "125", managers, strict=True):
        lines.append([person, "U", grade, "senior" if grade == "5" else "junior", manager])
    mapping = RosterMapping(
        columns={name: COLUMNS[name] for name in ("person_id", "unit", "grade", "manager_id")},
        sides=SidesByColumn("Role", mentor=("junior",), mentee=("senior",)),
    )
    report = check_roster(write(tmp_path / "people.csv", lines), mapping=mapping)
    circle = f"the reporting line runs in a circle through the people of row {rows}"
    sentence = f"people.csv, row 2: {circle} (correct the manager)."
    assert [str(fault) for fault in report.faults] == [sentence]


def test_who_is_their_own_manager_is_the_top(tmp_path: Path) -> None:
    rows = [["Id", "Unit", "Grade", "Role", "Manager"], ["a", "U", "1", "junior", "c"]]
    rows += [["c", "U", "5", "senior", "c"]]
    mapping = RosterMapping(
        columns={name: COLUMNS[name] for name in ("person_id", "unit", "grade", "manager_id")},
        sides=SidesByColumn("Role", mentor=("junior",), mentee=("senior",)),
    )
    cohort = read_roster(write(tmp_path / "people.csv", rows), mapping=mapping)
    assert cohort.reporting_lines.to_numpy().tolist() == [["a", "c"]]


def test_a_report_is_a_sentence() -> None:
    assert repr(check_roster("none.csv")) == "no cohort; 1 faults, 0 notes"
