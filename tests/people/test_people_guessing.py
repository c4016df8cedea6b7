"""The guessed mapping: right for the real files, honest where it cannot know."""

from pathlib import Path

import openpyxl
import pytest

from revlab.errors import TableError
from revlab.people.guessing import guess_mapping
from revlab.people.ladders import LADDERS, guess_ladder, rank_grades
from revlab.people.mapping import RosterMapping, describe
from revlab.people.mapping_file import read_mapping, write_mapping
from revlab.people.roster import check_roster, read_roster
from revlab.people.sides import SidesByColumn, SidesByFile, SidesByGrade
from revlab.shipped import shipped


def files(folder: Path, **texts: str) -> list[Path]:
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return [folder / f"{name}.csv" for name in texts]


@pytest.mark.parametrize("folder", ["ukcs_small", "ukcs_large", "ibm"])
def test_the_guess_reads_a_real_roster_as_its_own_mapping_does(folder: str) -> None:
    source = shipped(f"data/rosters/{folder}")
    guess = guess_mapping(source)
    told = read_mapping(source / "roster.toml")
    for name in ("person_id", "unit", "grade", "profession"):
        assert guess.columns[name] == told.columns[name]
    ours, theirs = (read_roster(source, mapping=mapping) for mapping in (guess, told))
    assert ours.mentors["grade"].to_dict() == theirs.mentors["grade"].to_dict()
    assert ours.mentees["grade"].to_dict() == theirs.mentees["grade"].to_dict()


def test_the_reversal_is_said_in_the_confirmation() -> None:
    text = describe(guess_mapping(shipped("data/rosters/ukcs_large")))
    assert "note: mentors.csv holds the more senior people, so it is read as the mentees" in text


def test_files_that_are_the_right_way_round_stay_so(tmp_path: Path) -> None:
    paths = files(tmp_path, mentors="id,team,level\na,T,1\n", mentees="id,team,level\nb,T,3\n")
    mapping = guess_mapping(paths)
    assert mapping.sides == SidesByFile({"mentors.csv": "mentor", "mentees.csv": "mentee"})
    assert "mentors.csv is read as the mentors (juniors)" in mapping.notes[1]


def test_a_file_called_juniors_is_not_turned_round(tmp_path: Path) -> None:
    paths = files(tmp_path, juniors="id,team,level\na,T,5\n", seniors="id,team,level\nb,T,1\n")
    assert guess_mapping(paths).sides == SidesByFile(
        {"juniors.csv": "mentor", "seniors.csv": "mentee"}
    )
    assert "sides look swapped" in str(check_roster(paths).faults[0])


@pytest.mark.parametrize(
    ("roles", "sides"),
    [
        ("junior senior both", SidesByColumn("Part", ("junior",), ("senior",), both=("both",))),
        ("Mentor Mentee Mentee", SidesByColumn("Part", ("Mentor",), ("Mentee",))),
        ("Mentee Mentor Mentor", SidesByColumn("Part", ("Mentee",), ("Mentor",))),
        ("x y z", SidesByGrade(("Analyst",), ("Director",))),
    ],
)
def test_a_column_of_roles_is_found(
    tmp_path: Path, roles: str, sides: SidesByColumn | SidesByGrade
) -> None:
    grades = ("Analyst", "Director", "Manager")
    rows = [
        f"{i}@x.org,T,{grade},{role}"
        for i, (grade, role) in enumerate(zip(grades, roles.split(), strict=True))
    ]
    text = "\n".join(["E-Mail Address,Business Unit,Job Grade,Part", *rows]) + "\n"
    mapping = guess_mapping(files(tmp_path, everybody=text))
    assert mapping.sides == sides
    assert mapping.columns["person_id"] == ("E-Mail Address",)


def test_lists_and_declared_fields_are_found_with_their_separator(tmp_path: Path) -> None:
    head = "Staff ID,Department,Grade,Skills,Line manager,Location,Gender,Shoe size\n"
    text = head + "1,A,L2,Excel|Word,2,Rome,f,38\n2,A,L10,Talks,,Rome,m,44\n"
    mapping = guess_mapping(files(tmp_path, staff=text))
    assert mapping.separator == "|"
    assert mapping.columns["offers"] == ("Skills",)
    assert mapping.columns["manager_id"] == ("Line manager",)
    assert mapping.declared == {"gender": ("Gender",)}
    assert mapping.grades == (("L2",), ("L10",))


def test_a_workbook_with_two_sheets(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for title, grade in (("Mentors", "VP"), ("Mentees", "Analyst")):
        page = book.create_sheet(title)
        page.append(["email", "unit", "grade"])
        page.append([f"{title}@x.org", "A", grade])
    book.save(tmp_path / "people.xlsx")
    cohort = read_roster(tmp_path / "people.xlsx")
    assert cohort.mentors.index.tolist() == ["mentees@x.org"]
    assert cohort.mentees["grade_label"].tolist() == ["VP"]


def test_an_unknown_ladder_is_not_invented(tmp_path: Path) -> None:
    paths = files(tmp_path, staff="id,team,grade\na,T,Owl\nb,T,Hawk\n")
    sentence = (
        r"staff\.csv, column 'grade': the order of these grades is not known: 'Owl', 'Hawk' \(write"
    )
    with pytest.raises(TableError, match=sentence):
        guess_mapping(paths)
    told = guess_mapping(paths, grades=["Owl", "Hawk"])
    assert told.sides == SidesByGrade(("Owl",), ("Hawk",))
    assert len(read_roster(paths, mapping=told).mentors) == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name,shoe\na,3\n", "no heading looks like 'person_id'"),
        ("id,team,grade\na,T,1\nb,T,1\n", r"nothing says who is a mentor \(junior\)"),
        ("id,team,grade\na,T,\nb,T,\n", "all cells are empty"),
        ("", "staff.csv: is empty"),
    ],
)
def test_what_cannot_be_guessed_is_said(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(TableError, match=sentence):
        guess_mapping(files(tmp_path, staff=text))
    assert check_roster(tmp_path / "staff.csv").mapping is None


def test_a_guess_can_be_kept_beside_the_files(tmp_path: Path) -> None:
    for name in ("mentors.csv", "mentees.csv"):
        (tmp_path / name).write_bytes(shipped(f"data/rosters/ukcs_small/{name}").read_bytes())
    guess = guess_mapping(tmp_path)
    kept = read_mapping(write_mapping(guess, tmp_path / "roster.toml"))
    assert kept == guess
    assert check_roster(tmp_path).mapping == kept


@pytest.mark.parametrize("name", LADDERS)
def test_a_known_ladder_ranks_every_label_once(name: str) -> None:
    labels = [label for step in LADDERS[name] for label in step]
    ranks = rank_grades(LADDERS[name], labels)
    assert len(ranks) == len(labels)
    assert sorted(set(ranks.values())) == list(range(1, len(LADDERS[name]) + 1))
    guess = guess_ladder([label.upper() for label in labels])
    assert guess is not None
    assert guess.ladder == LADDERS[name]


def test_grades_of_the_uk_run_the_right_way() -> None:
    ranks = rank_grades(LADDERS["UK civil service"], ["Grade 7", "Grade 6", "SCS1", "SEO"])
    assert ranks["SEO"] < ranks["Grade 7"] < ranks["Grade 6"] < ranks["SCS1"]


def test_a_mapping_without_a_guess_has_no_notes() -> None:
    mapping = read_mapping(shipped("data/rosters/ibm/roster.toml"))
    assert isinstance(mapping, RosterMapping)
    assert mapping.notes == ()
