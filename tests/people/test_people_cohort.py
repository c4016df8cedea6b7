"""The cohort checks itself once, at the door; the taxonomy of skills is what it says."""

from pathlib import Path

import pandas as pd
import pytest

from revlab.errors import CohortError, TableError
from revlab.people.cohort import Cohort
from revlab.people.skill_names import resolve_skills
from revlab.people.skills import read_skills, skill_id, skill_labels
from revlab.shipped import shipped

LOW = pd.DataFrame({"unit": ["A", "B"], "grade": [1, 2]}, index=["a", "b"])
HIGH = pd.DataFrame({"unit": ["A"], "grade": [5]}, index=["c"])


def skills(**changes: object) -> pd.DataFrame:
    row = {"person_id": "a", "skill_id": "x", "side": "offer", "level": 3.0, "source": "self"}
    return pd.DataFrame([row | changes])


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        (LOW.assign(grade=[1, 2.5]), "grade must be a whole number for everybody; .* 1 of 2"),
        (LOW.assign(grade=[1, None]), "grade must be a whole number"),
        (LOW.assign(grade=["1", "x"]), "grade must be a whole number"),
        (LOW.assign(grade=pd.array([1, None], dtype="Int64")), "grade must be a whole number"),
        (LOW.assign(capacity=[1, 0.5]), "capacity must be a whole number"),
        (LOW.assign(capacity=[1, -1]), "a capacity is negative"),
        (LOW.assign(unit=["A", None]), "everybody needs a unit"),
        (LOW.assign(availability=["Mon AM", ()]), "availability must hold a tuple"),
        (LOW.drop(columns="unit"), "the column 'unit' is missing"),
        (LOW.set_index(pd.Index(["a", "a"])), "a person_id appears twice"),
        (LOW.set_index(pd.Index([1, "1"])), "a person_id appears twice"),
    ],
)
def test_people_who_cannot_be_are_refused(frame: pd.DataFrame, sentence: str) -> None:
    with pytest.raises(CohortError, match=sentence):
        Cohort(mentors=frame, mentees=HIGH)


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        (skills(side="offers"), "side must be one of 'offer', 'need'"),
        (skills(source="rumour"), "source must be one of 'self'"),
        (skills(level=6), "every level must be a number from 0 to 5"),
        (skills(level=None), "every level must be a number from 0 to 5"),
        (skills().drop(columns="level"), r"columns \['level'\] are missing"),
    ],
)
def test_skills_that_cannot_be_are_refused(frame: pd.DataFrame, sentence: str) -> None:
    with pytest.raises(CohortError, match=sentence):
        Cohort(mentors=LOW, mentees=HIGH, skills=frame)


def test_both_sides_get_the_same_declared_columns() -> None:
    cohort = Cohort(mentors=LOW.assign(declared_gender=["f", None]), mentees=HIGH)
    assert cohort.mentors.columns.equals(cohort.mentees.columns)
    assert cohort.mentees["declared_gender"].isna().all()


def test_the_frames_that_were_given_stay_as_they_were() -> None:
    before = LOW.copy()
    Cohort(mentors=LOW, mentees=HIGH)
    pd.testing.assert_frame_equal(LOW, before)


def test_a_subset_keeps_the_skills_of_its_people_and_every_reporting_line() -> None:
    lines = pd.DataFrame({"person_id": ["a", "b"], "manager_id": ["b", "c"]})
    both = pd.concat([skills(), skills(person_id="b")])
    cohort = Cohort(mentors=LOW, mentees=HIGH, skills=both, reporting_lines=lines)
    part = cohort.subset(pd.Index(["a"]), pd.Index(["c"]))
    assert part.skills["person_id"].tolist() == ["a"]
    assert len(part.reporting_lines) == 2
    with pytest.raises(CohortError, match="1 of the mentors asked for are not there"):
        cohort.subset(pd.Index(["z"]), pd.Index(["c"]))


def test_the_shipped_taxonomy_is_whole_and_its_ids_are_its_labels() -> None:
    taxonomy = read_skills(shipped("data/skills/esco_digital.csv"))
    assert len(taxonomy) == 118
    assert taxonomy["skill_id"].tolist() == [skill_id(x) for x in taxonomy["preferred_label"]]
    assert taxonomy["esco_id"].str.fullmatch(r"[0-9a-f-]{36}").all()
    assert taxonomy["esco_id"].is_unique
    assert set(taxonomy["group_code"].str[:3]) == {"S1.", "S5."}
    assert skill_labels(taxonomy)["c#"] == "C#"


def test_words_find_their_skill_by_any_label_but_not_by_one_that_two_skills_share() -> None:
    taxonomy = pd.DataFrame(
        {
            "skill_id": ["paint", "draw"],
            "preferred_label": ["paint (art)", "draw"],
            "alt_labels": ["brush work|sketch", "Sketch|pencil work"],
        }
    )
    names = pd.Series(["brush-work", "pencil-work", "sketch", "paint", "sing"])
    assert resolve_skills(names, taxonomy).tolist() == ["paint", "draw", "sketch", "paint", "sing"]


def test_a_taxonomy_with_another_spelling_of_an_id_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "skills.csv"
    text = "skill_id,preferred_label,group_code,group_label\nUse Excel,use Excel,S5,x\n"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TableError, match="row 2, column 'skill_id': must be written 'use-excel'"):
        read_skills(path)
