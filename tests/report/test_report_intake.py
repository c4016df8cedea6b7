"""How a roster was read, on a page: counts and headings, never a cell, a person or a file."""

from dataclasses import replace

import pandas as pd
import pytest

from revlab.people.cohort import Cohort
from revlab.people.mapping import FIELDS, RosterMapping
from revlab.people.mapping_file import write_mapping
from revlab.people.population import Population, draw_cohort
from revlab.people.roster import check_roster
from revlab.people.sides import SidesByFile
from revlab.people.skills_entries import read_entries
from revlab.people.skills_stress import stress_recall
from revlab.report.answers_intake import columns_read, intake_fact, repairs_made, study_intake
from revlab.report.answers_skills import needs_asked, phrases_read, roster_database, skills_wanted
from revlab.report.frames import show
from revlab.report.study_files import STUDY_VARIABLE, StudyFiles
from revlab.rng import stream

HEADS = "Staff no,Team,Level,Side"
ROWS = (
    "s1, Zoltan's team ,1,mentor",
    "s2,IT,2,mentor",
    "s3,IT,7,mentee",
    "s3,IT,7,mentee",
    "s4,IT,8,mentee",
)


@pytest.fixture
def own_roster(tmp_path, monkeypatch):
    path = tmp_path / "from Wilhelmina.csv"
    path.write_text("\n".join([HEADS, *ROWS]) + "\n", encoding="utf-8")
    mapping = tmp_path / "map.toml"
    write_mapping(check_roster(path).mapping, mapping)
    StudyFiles(roster=(path,), mapping=mapping).write(tmp_path / "study.json")
    monkeypatch.setenv(STUDY_VARIABLE, str(tmp_path / "study.json"))
    return study_intake()


def test_the_study_tells_of_the_users_roster_and_shows_no_cell_of_it(own_roster) -> None:
    read, done = columns_read(own_roster.report.mapping), repairs_made(own_roster)
    assert read.set_index("heading").loc["Team", "field"] == "organisational unit"
    assert set(read["heading"]) == {"Staff no", "Team", "Level"}
    assert done["n"].sum() == len(own_roster.listing) > 0
    fact = intake_fact(own_roster)
    assert fact.startswith("4 rows read; ")
    assert fact.endswith("1 rows left out")
    told = repr(show(read, caption="a")) + repr(show(done, caption="b")) + fact
    for secret in ("Wilhelmina", "Zoltan", "s1", "s3", "csv"):
        assert secret not in told


def test_the_study_reads_every_file_as_its_mapping_says(tmp_path, monkeypatch) -> None:
    for name, rows in (("young", "a,IT,9,HR"), ("old", "b,Law,2,IT")):
        (tmp_path / f"{name}.csv").write_text(f"id,team,level,unit\n{rows}\n", encoding="utf-8")
    files = (tmp_path / "young.csv", tmp_path / "old.csv")
    sides = SidesByFile({"young.csv": "mentor", "old.csv": "mentee"})
    mapping = RosterMapping(
        {"person_id": ("id",), "unit": ("team",)}, sides,
        declared={"hobby": ("level",)}, constants={"grade": "4", "unit": "Sales", "site": "Oslo"},
    )  # fmt: skip
    write_mapping(mapping, tmp_path / "map.toml")
    StudyFiles(roster=files, mapping=tmp_path / "map.toml").write(tmp_path / "study.json")
    monkeypatch.setenv(STUDY_VARIABLE, str(tmp_path / "study.json"))
    read = study_intake()
    assert read.n_rows == 2
    assert columns_read(read.report.mapping).set_index("field")["heading"].to_dict() == {
        FIELDS["person_id"]: "id",
        FIELDS["unit"]: "team",
        FIELDS["grade"]: "no column: the same for everybody",
        FIELDS["site"]: "no column: the same for everybody",
        "self-declared hobby": "level",
    }


def test_the_most_frequent_repair_comes_first(own_roster) -> None:
    listing = own_roster.listing[["what", "why"]].head(1)
    more = pd.DataFrame({"what": "repaired", "why": ["a", "b", "b", "b", "a", "c", "c", "c"]})
    both = pd.concat([more, listing], ignore_index=True)
    table = repairs_made(replace(own_roster, listing=both))
    assert table["why"].tolist()[:3] == ["b", "c", "a"]
    assert table["n"].tolist() == [3, 3, 2, 1]


def test_the_database_of_a_page_knows_nobody_by_their_id(tmp_path) -> None:
    cohort = cohort_of(wanted_by(2))
    people = set(read_entries(roster_database(cohort, tmp_path))["person_id"])
    assert len(people) == 2
    assert not people & {*cohort.mentors.index, *cohort.mentees.index}


def test_the_same_seed_gives_a_page_the_same_numbers() -> None:
    cohort = draw_cohort(Population(), 12, 12, rng=stream(2, "cohort"))
    once, again = (
        stress_recall(needs_asked(cohort), kind="old", shares=[0.5], n_draws=3, seed=1)
        for _ in range(2)
    )
    pd.testing.assert_frame_equal(once, again)
    asked, order = needs_asked(cohort), ["person_id", "skill_id"]
    offers = cohort.skills[cohort.skills["side"] == "offer"].sort_values(order)
    assert asked.offers.sort_values(order)["skill_id"].tolist() == offers["skill_id"].tolist()


def test_a_skill_that_is_only_offered_is_not_wanted() -> None:
    offers = [(f"x{k}", "manage-website", "offer", 4.0, "self") for k in range(8)]
    assert skills_wanted(cohort_of(offers)).empty


def test_the_shipped_roster_is_read_where_there_is_no_own_one(monkeypatch) -> None:
    monkeypatch.delenv(STUDY_VARIABLE, raising=False)
    assert study_intake().n_rows == 100


def test_a_file_that_needs_no_repair_says_so(tmp_path) -> None:
    from revlab.people.repaired import repair_roster

    path = tmp_path / "clean.csv"
    path.write_text(f"{HEADS}\na,IT,1,mentor\nb,IT,5,mentee\n", encoding="utf-8")
    assert repairs_made(repair_roster(path))["why"].tolist() == [
        "every cell could be read as it is"
    ]


def wanted_by(n: int, *, skill: str = "present-reports") -> list[tuple[object, ...]]:
    return [(f"y{k}", skill, "need", 1.0, "self") for k in range(n)]


def cohort_of(skills: list[tuple[object, ...]]) -> Cohort:
    side = [
        pd.DataFrame({"unit": "IT", "grade": grade}, index=[f"{name}{k}" for k in range(9)])
        for name, grade in (("x", 1), ("y", 5))
    ]
    columns = ["person_id", "skill_id", "side", "level", "source"]
    return Cohort(*side, pd.DataFrame(skills, columns=columns))


def test_a_skill_that_four_people_want_is_not_shown_and_few_providers_are_not_counted() -> None:
    offers = [(f"x{k}", "present-reports", "offer", 4.0, "self") for k in range(3)]
    few = wanted_by(4, skill="manage-website")
    other = wanted_by(6, skill="use-ict-systems")
    table = skills_wanted(cohort_of([*wanted_by(9), *other, *few, *offers]))
    # The next larger one goes with it, or the total would tell the small one.
    assert table["skill"].tolist() == ["present reports"]
    assert table["wanted_by"].tolist() == [9]
    assert table["offered_by"].isna().all()
    assert skills_wanted(cohort_of(few)).empty


def test_what_nobody_offers_comes_first_and_the_list_can_be_cut() -> None:
    offers = [(f"x{k}", "present-reports", "offer", 4.0, "self") for k in range(8)]
    both = cohort_of([*wanted_by(6), *wanted_by(5, skill="manage-website"), *offers])
    table = skills_wanted(both)
    assert table["skill"].tolist() == ["manage website", "present reports"]
    assert table["verdict"].tolist() == ["nobody offers it", "covered"]
    assert skills_wanted(both, most=1)["skill"].tolist() == ["manage website"]


def test_free_text_gets_a_skill_and_how_sure_it_is() -> None:
    table = phrases_read(["manage website", "juggling"])
    assert table["confidence"].tolist() == [1.0, 0.0]
    assert table["skill"].tolist() == ["manage website", None]
