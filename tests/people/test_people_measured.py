"""Traits and skills from files: every fault at once, no name with a key, and pairs that move."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from revlab.errors import CohortError, SkillsError, TableError
from revlab.pairing.policies import pair, with_settings
from revlab.pairing.scoring import DEFAULT_SCORE, Score
from revlab.people.cohort import Cohort
from revlab.people.given_ids import given_id, under_pseudonyms
from revlab.people.given_rows import Known
from revlab.people.measured import with_measured
from revlab.people.roster import check_roster
from revlab.people.skills_database import open_skills_database
from revlab.people.skills_exchange import export_entries, import_cohort, to_cohort_skills
from revlab.people.skills_given import read_given_skills, with_skills
from revlab.people.skills_taxonomy import add_own_skill
from revlab.people.traits_file import read_traits
from revlab.privacy.pseudonyms import Pseudonyms

NAMES = Pseudonyms(bytes(range(32)), closed="keep")
COLUMNS = ["person_id", "skill_id", "side", "level", "source"]


@pytest.fixture
def cohort() -> Cohort:
    """Two juniors and two seniors who are all alike."""
    people = pd.DataFrame({"unit": list("wxyz"), "grade": [1, 1, 4, 4]}, index=list("abcd"))
    return Cohort(people[:2], people[2:])


@pytest.fixture
def closed() -> Cohort:
    """The same people under pseudonyms."""
    ids = [NAMES.of(one) for one in "abcd"]
    people = pd.DataFrame({"unit": list("wxyz"), "grade": [1, 1, 4, 4]}, index=ids)
    return Cohort(people[:2], people[2:])


def file(folder: Path, text: str, name: str = "given.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def faults_of(path: Path, known: Known, kind: str) -> list[str]:
    with pytest.raises(TableError, match=r"\S") as caught:
        (read_traits if kind == "traits" else read_given_skills)(path, known)
    return [str(fault) for fault in caught.value.faults]


def test_every_fault_of_the_traits_comes_at_once(tmp_path: Path, cohort: Cohort) -> None:
    path = file(
        tmp_path,
        "person_id,trait_calm,openness\na,3,4\nzz,1,1\na,2,2\nb,eleven,57\n,1,1\nc,-11,\nd,,\n",
    )
    low = "must be a mean answer from -10 to 10; got"
    told = [
        (
            "3, column 'person_id'",
            "nobody in the roster has this id (correct it or remove the row)",
        ),
        ("4, column 'person_id'", "repeats the person of row 2 (remove one)"),
        ("5, column 'trait_calm'", "must be a number; got 'eleven' (correct it)"),
        ("5, column 'openness'", f"{low} 57 (divide a scale of 0 to 100 by 10)"),
        ("6, column 'person_id'", "must not be empty (fill the cell or remove the row)"),
        ("7, column 'trait_calm'", f"{low} -11 (divide a scale of 0 to 100 by 10)"),
    ]
    found = faults_of(path, Known(cohort), "traits")
    assert found == [f"given.csv, row {place}: {rule}." for place, rule in told]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("person,trait_calm\na,3\n", "row 1, column 'person_id': this column is missing"),
        ("person_id,x,x\na,3,3\n", "row 1, column 'x': this heading is there twice"),
        ("person_id\na\n", "holds no column of scores"),
        ("person_id,x\nq,3\nr,3\n", "column 'person_id': nobody in it is in the roster (read both"),
        ("person_id,x\na,nan\n", "must be a number; got 'nan'"),
    ],
)
def test_a_table_that_is_none_of_traits_is_said(
    tmp_path: Path, cohort: Cohort, text: str, sentence: str
) -> None:
    (fault,) = faults_of(file(tmp_path, text), Known(cohort), "traits")
    assert sentence in fault


def test_every_fault_of_the_skills_comes_at_once(tmp_path: Path, cohort: Cohort) -> None:
    path = file(
        tmp_path,
        "person_id,skill_id,side,level,source,context\na,Excel,offer,4,,\nzz,Excel,offer,,,\n"
        "b,Excel,gives,6,,\nc,,need,x,hearsay,\na,excel,Offer,2,,\nd,SQL,need,,,holiday\n",
    )
    found = faults_of(path, Known(cohort), "skills")
    assert [one.split(":")[0].removeprefix("given.csv, ") for one in found] == [
        "row 3, column 'person_id'",
        "row 4, column 'side'",
        "row 4, column 'level'",
        "row 5, column 'skill_id'",
        "row 5, column 'level'",
        "row 5, column 'source'",
        "row 6",
        "row 7, column 'context'",
    ]
    assert "must be one of 'offer', 'need'; got 'gives' (correct the cell)" in found[1]
    assert "must be from 0 to 5; got 6" in found[2]
    assert "repeats row 2 (remove one)" in found[6]


def test_with_pseudonyms_no_fault_repeats_a_cell(tmp_path: Path, closed: Cohort) -> None:
    known = Known(closed, NAMES)
    traits = file(tmp_path, "person_id,calm\na,Zora Canary\nzora.canary@x.org,1\n", "t.csv")
    skills = file(tmp_path, "person_id,skill_id,side\na,sql,Zora Canary\nZora Canary,sql,offer\n")
    for path, kind in ((traits, "traits"), (skills, "skills")):
        found = "\n".join(faults_of(path, known, kind))
        assert "anary" not in found
        assert "row 3, column 'person_id': nobody in the roster has this id" in found
        assert "'…'" in found
    assert "must be one of 'offer', 'need'; got '…'" in found


def test_open_ids_and_pseudonyms_both_fit_and_are_one_person(
    tmp_path: Path, closed: Cohort
) -> None:
    path = file(tmp_path, f"person_id,calm\na,3\n{NAMES.of('b')},4\n")
    traits = read_traits(path, Known(closed, NAMES))
    assert traits["trait_calm"].to_dict() == {NAMES.of("a"): 3.0, NAMES.of("b"): 4.0}
    twice = file(tmp_path, f"person_id,calm\na,3\n{NAMES.of('a')},4\n")
    assert "repeats the person of row 2" in faults_of(twice, Known(closed, NAMES), "traits")[0]


def test_addresses_do_not_differ_by_capitals_and_a_mark_against_formulas_is_undone() -> None:
    plain = NAMES.of("ana@x.org")
    assert {given_id(one, NAMES) for one in ("Ana@X.org", " ana@x.org ", "ana@x.org")} == {plain}
    assert given_id("'=7", None) == "=7"
    assert given_id("", NAMES) == ""
    # What a roster would refuse as an id is nobody's id, and no traceback.
    assert given_id(" 1.2E+05 ", None) == "1.2E+05"
    assert given_id(" 1.2E+05 ", NAMES) == given_id("1.2E+05", NAMES)


def test_both_columns_of_a_table_of_pairs_are_closed() -> None:
    pairs = pd.DataFrame({"mentor_id": ["a"], "mentee_id": ["b"], "score": ["1"]})
    closed = under_pseudonyms(pairs, ("mentor_id", "mentee_id"), NAMES)
    assert closed.values.tolist() == [[NAMES.of("a"), NAMES.of("b"), "1"]]
    assert under_pseudonyms(pairs, ("mentor_id", "mentee_id"), None).equals(pairs)


def test_a_heading_in_capitals_is_the_heading_and_two_sheets_are_not_one_table(
    tmp_path: Path, cohort: Cohort
) -> None:
    path = file(tmp_path, "Person_ID,calm\na,3\n")
    assert read_traits(path, Known(cohort))["trait_calm"].to_dict() == {"a": 3.0}
    with pd.ExcelWriter(tmp_path / "book.xlsx") as book:
        for name in ("one", "two"):
            pd.DataFrame({"person_id": ["a"], "calm": [3]}).to_excel(
                book, sheet_name=name, index=False
            )
    (fault,) = faults_of(tmp_path / "book.xlsx", Known(cohort), "traits")
    assert fault.startswith("book.xlsx: holds 2 tables instead of one")


def test_two_names_of_one_skill_are_one_and_the_highest_level_counts(
    tmp_path: Path, cohort: Cohort
) -> None:
    rows = "a,use-spreadsheets-program,offer,4\na,use-spreadsheets-software,offer,2\n"
    path = file(tmp_path, "person_id,skill_id,side,level\n" + rows)
    skills = read_given_skills(path, Known(cohort))
    assert skills[["skill_id", "level"]].values.tolist() == [["use-spreadsheets-software", 4.0]]


def test_people_on_neither_side_are_passed_over(tmp_path: Path) -> None:
    staff = file(tmp_path, "id,unit,grade,role\na,IT,1,junior\nb,IT,4,senior\nc,IT,2,none\n")
    for names in (None, NAMES):
        report = check_roster(staff, pseudonyms=names)
        known = Known(report.checked(), names, report.aside)
        traits = file(tmp_path, "person_id,calm\na,1\nb,2\nc,3\n", "traits.csv")
        after = with_measured(known, traits=traits)
        assert after.mentors["trait_calm"].tolist() == [1.0]
        assert after.notes[-1].startswith("0 of 2 people did not answer the questionnaire; 0 who")


def test_people_without_a_row_are_counted(tmp_path: Path, cohort: Cohort) -> None:
    traits = file(tmp_path, "person_id,calm\na,1\n", "t.csv")
    skills = file(tmp_path, "person_id,skill_id,side\nb,SQL,offer\n", "s.csv")
    after = with_measured(Known(cohort), traits=traits, skills=skills)
    assert after.notes == (
        "3 of 4 people did not answer the questionnaire; 0 who answered are not in the cohort.",
        "skills are given for 1 of 4 people (1 entry).",
    )
    assert after.mentors["trait_calm"].tolist() == [1.0, pytest.approx(np.nan, nan_ok=True)]


def test_the_faults_of_both_files_come_together(tmp_path: Path, cohort: Cohort) -> None:
    traits = file(tmp_path, "person_id,calm\na,x\n", "t.csv")
    skills = file(tmp_path, "person_id,skill_id,side\nb,SQL,x\n", "s.csv")
    with pytest.raises(TableError, match=r"t.csv, row 2.*\n.*s.csv, row 2"):
        with_measured(Known(cohort), traits=traits, skills=skills)


def test_given_skills_stand_in_the_place_of_the_rosters(cohort: Cohort) -> None:
    own = pd.DataFrame(
        [("a", "sql", "offer", 2.0, "self"), ("a", "law", "offer", 3.0, "self")], columns=COLUMNS
    )
    known = Cohort(cohort.mentors, cohort.mentees, own)
    given = pd.DataFrame(
        [("a", "sql", "offer", 5.0, "assessed"), ("x", "sql", "offer", 5.0, "self")],
        columns=COLUMNS,
    )
    assert with_skills(known, given).skills.values.tolist() == [
        ["a", "law", "offer", 3.0, "self"],
        ["a", "sql", "offer", 5.0, "assessed"],
    ]
    with pytest.raises(CohortError, match="nobody of the roster is in the skills: read both with"):
        with_skills(cohort, given[1:])


def test_words_private_use_and_managers_are_read_as_the_database_reads_them(
    tmp_path: Path, cohort: Cohort
) -> None:
    path = file(
        tmp_path,
        "person_id,skill_id,side,level,source,context\na,use-spreadsheets-program,offer,,manager,\n"
        "a,sql,offer,4,self,private\nc,juggling,need,,,work\n",
    )
    assert read_given_skills(path, Known(cohort)).values.tolist() == [
        ["a", "use-spreadsheets-software", "offer", 3.0, "assessed"],
        ["c", "juggling", "need", 1.0, "self"],
    ]


def test_a_database_and_its_export_give_the_same_skills(tmp_path: Path, closed: Cohort) -> None:
    ids = [*closed.mentors.index, *closed.mentees.index]
    rows = [
        (ids[0], "javascript", "offer", 4.0, "self"),
        (ids[2], "javascript", "need", 1.0, "self"),
    ]
    rows += [("p_aaaaaaaaaa", "javascript", "offer", 5.0, "self")]
    stranger = closed.mentors[:1].set_axis(["p_aaaaaaaaaa"])
    everybody = Cohort(
        pd.concat([closed.mentors, stranger]), closed.mentees, pd.DataFrame(rows, columns=COLUMNS)
    )
    db = open_skills_database(tmp_path / "skills.sqlite")
    add_own_skill(db, "javascript")
    import_cohort(db, everybody, recorded_on=date(2026, 3, 31))
    known = Known(closed, NAMES)
    by_file = read_given_skills(tmp_path / "skills.sqlite", known)
    assert by_file.equals(read_given_skills(f"sqlite:///{tmp_path}/skills.sqlite", known))
    assert sorted(by_file["person_id"]) == sorted([ids[0], ids[2]])
    assert len(to_cohort_skills(db)) == 3
    export_entries(db, tmp_path / "entries.csv")
    (fault,) = faults_of(tmp_path / "entries.csv", known, "skills")
    assert "nobody in the roster has this id" in fault
    text = (tmp_path / "entries.csv").read_text(encoding="utf-8-sig")
    lines = [line for line in text.splitlines() if "p_aaaaaaaaaa" not in line]
    own = file(tmp_path, "\n".join(lines), "own.csv")
    pd.testing.assert_frame_equal(read_given_skills(own, known), by_file, check_dtype=False)


def test_a_database_that_is_not_there_is_one_sentence(tmp_path: Path, cohort: Cohort) -> None:
    with pytest.raises(TableError, match=r"none.sqlite: there is no such file"):
        read_given_skills(tmp_path / "none.sqlite", Known(cohort))
    with pytest.raises(SkillsError, match="there is no such skills database"):
        read_given_skills(f"sqlite:///{tmp_path}/none.sqlite", Known(cohort))


def partners(cohort: Cohort, score: Score = DEFAULT_SCORE) -> dict[str, str]:
    policy = with_settings("optimal", score=score)
    dyads = pair(cohort, policy=policy, seed=1).dyads
    return dict(zip(dyads["mentor_id"], dyads["mentee_id"], strict=True))


@pytest.mark.parametrize(("first", "second"), [("c", "d"), ("d", "c")])
def test_given_skills_move_the_pairs(
    tmp_path: Path, cohort: Cohort, first: str, second: str
) -> None:
    lines = ["a,sql,offer,3", "b,video,offer,3", f"{first},sql,need,1", f"{second},video,need,1"]
    path = file(tmp_path, "\n".join(["person_id,skill_id,side,level", *lines]))
    assert partners(with_measured(Known(cohort), skills=path)) == {"a": first, "b": second}


@pytest.mark.parametrize(("first", "second"), [("c", "d"), ("d", "c")])
def test_traits_move_the_pairs_where_the_score_has_them(
    tmp_path: Path, cohort: Cohort, first: str, second: str
) -> None:
    path = file(tmp_path, f"person_id,calm\na,1\nb,5\n{first},2\n{second},5\n")
    measured = with_measured(Known(cohort), traits=path)
    score = Score({**DEFAULT_SCORE.weights, "traits": 1.0})
    assert partners(measured, score) == {"a": first, "b": second}
    assert partners(measured) == partners(cohort)
