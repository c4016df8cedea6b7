"""Tables as others publish them: each one loads, with a mapping where the file says too little."""

from pathlib import Path

import pandas as pd
import pytest
from cli_said import Run

from revlab.people.mapping import RosterMapping
from revlab.people.mapping_file import read_mapping, write_mapping
from revlab.people.questionnaire import read_questionnaire
from revlab.people.questionnaire_guess import guess_questions
from revlab.people.roster import check_roster, read_roster
from revlab.people.sides import SidesByFile
from revlab.people.skills import read_skills
from revlab.shipped import shipped

PUBLISHED = Path(__file__).parent / "data" / "peopleanalytics"
MANAGERS = PUBLISHED / "managers.csv"
COLUMNS = {"person_id": ("employee_id",), "site": ("city",), "tenure": ("yrs_employed",)}


@pytest.mark.parametrize(
    ("roster", "sizes"),
    [("ukcs_small", (50, 50)), ("ukcs_large", (500, 500)), ("ibm", (1077, 175))],
)
def test_every_shipped_roster_is_checked_as_a_user_would(
    revlab: Run, roster: str, sizes: tuple[int, int]
) -> None:
    said = revlab("check", str(shipped(f"data/rosters/{roster}")))
    assert said.code == 0
    assert "Cohort of {} mentors (junior) and {} mentees".format(*sizes) in said.out
    assert said.out.endswith("no faults.\n")


def test_managers_without_a_unit_and_a_grade_say_what_to_write(revlab: Run) -> None:
    said = revlab("check", str(MANAGERS))
    assert said.code == 1
    assert "no heading looks like 'unit'" in said.out
    assert 'the same for everybody, write [constants] unit = "Sales" there' in said.out
    assert "the same for everybody, write [constants] grade = 4 there" in said.out


def test_managers_load_on_both_sides_with_what_is_the_same_for_everybody(
    revlab: Run, tmp_path: Path
) -> None:
    path = tmp_path / "managers.toml"
    path.write_text(
        '[columns]\nperson_id = "employee_id"\nsite = "city"\n\n[grades]\nnumeric = true\n\n'
        '[sides]\n"managers.csv" = "both"\n\n[constants]\nunit = "Sales"\ngrade = 4\n',
        encoding="utf-8",
    )
    said = revlab("check", str(MANAGERS), "--mapping", str(path))
    assert said.code == 0, said.out
    assert "Cohort of 40 mentors (junior) and 40 mentees (senior); no faults" in said.out
    assert "40 of 40 mentors have no mentee above their grade" in said.out
    cohort = read_roster(MANAGERS, mapping=read_mapping(path))
    assert set(cohort.mentees["grade"]) == {4}
    assert set(cohort.mentees["unit"]) == {"Sales"}
    assert set(cohort.mentees["site"]) >= {"San Francisco", "New York"}


def test_managers_are_one_side_beside_a_file_of_juniors(tmp_path: Path) -> None:
    juniors = tmp_path / "juniors.csv"
    juniors.write_text("Id,Team,Level\nj1,IT,1\nj2,IT,2\n", encoding="utf-8")
    mapping = RosterMapping(
        columns={**COLUMNS, "person_id": ("employee_id", "Id"), "unit": ("Team",),
                 "grade": ("Level",)},
        sides=SidesByFile({"managers.csv": "mentee", "juniors.csv": "mentor"}),
        constants={"unit": {"managers.csv": "Sales"}, "grade": {"managers.csv": "5"}},
    )  # fmt: skip
    kept = read_mapping(write_mapping(mapping, tmp_path / "roster.toml"))
    assert kept == mapping
    report = check_roster([MANAGERS, juniors], mapping=kept)
    assert not report.faults
    cohort = report.checked()
    assert (len(cohort.mentors), len(cohort.mentees)) == (2, 40)
    assert set(cohort.mentees["grade"]) == {5}
    assert cohort.mentors["grade"].tolist() == [1, 2]
    assert cohort.mentees["tenure"].iloc[0] == 4.6


@pytest.mark.parametrize("file", ["employee_survey", "learning", "job_retention", "speed_dating"])
def test_every_published_survey_is_read_with_the_guess(file: str) -> None:
    path = PUBLISHED / f"{file}.csv"
    mapping = guess_questions(path)
    read = read_questionnaire(path, mapping=mapping)
    plain = pd.read_csv(path)
    asked = plain[[question.heading for question in mapping.questions]]
    assert asked.shape[1] >= 3
    assert read.responses["person_id"].nunique() == len(plain)
    assert read.responses["value"].notna().sum() == asked.notna().to_numpy().sum()
    assert any("each row is read as a person of its own" in note for note in read.notes)


def test_answers_are_the_cells_of_the_file() -> None:
    path = PUBLISHED / "employee_survey.csv"
    read = read_questionnaire(path, mapping=guess_questions(path))
    plain = pd.read_csv(path)
    assert read.responses["value"].sum() == plain.to_numpy().sum()


def test_the_taxonomy_of_skills_loads() -> None:
    skills = read_skills(shipped("data/skills/esco_digital.csv"))
    assert skills["skill_id"].is_unique
    assert {"javascript", "use-spreadsheets-software"} <= set(skills["skill_id"])
