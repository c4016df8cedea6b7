"""What is written to the skills database comes back: entries, people, skills, whole cohorts."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from skills_staff import COLUMNS, EXCEL, MARKETING, TAXONOMY, cohort_of, entries, entry

from revlab.errors import ConflictError, OptionError, SkillsError
from revlab.people.cohort import Cohort
from revlab.people.population import Population, draw_cohort
from revlab.people.skill_similarity import skill_similarity
from revlab.people.skills_database import SkillsDatabase, open_skills_database
from revlab.people.skills_entries import read_entries, record_entries
from revlab.people.skills_exchange import export_entries, import_cohort, to_cohort_skills
from revlab.people.skills_people import forget_person, read_people, record_people
from revlab.people.skills_phrases import confirm_phrase, read_phrases
from revlab.people.skills_taxonomy import add_own_skill, add_taxonomy, placed, read_taxonomy
from revlab.privacy.pseudonyms import Pseudonyms
from revlab.rng import stream

DAY = date(2026, 3, 31)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
NAMES = TEXTS.filter(str.strip)
IDS = NAMES.filter(lambda text: "@" not in text)
LEVELS = st.floats(0, 5)
HOSTILE = [
    "'; DROP TABLE entries; --", 'Robert"); DELETE FROM people;', "%s %(x)s :name ?", "🦊👩‍👩‍👧",
    "\\", "a\nb\tc", "{}", "NULL", "ن و القلم", "x" * 200,
]  # fmt: skip


def in_order(skills: pd.DataFrame) -> list[list[object]]:
    """Return the rows of a skills table in the order of their keys."""
    keys = ["person_id", "skill_id", "side", "source"]
    return skills.sort_values(keys)[COLUMNS].astype(object).values.tolist()


def test_entries_come_back_with_all_that_was_said(db: SkillsDatabase) -> None:
    told = entries(
        entry("p1", EXCEL, level=4.25, context="private", source="manager", confirmed=True,
              recorded_on="2026-03-31"),
        entry("p2", EXCEL, "need", level=None, context="work", source="self", confirmed=False,
              recorded_on=None),
    )  # fmt: skip
    assert record_entries(db, told) == 2
    found = read_entries(db)
    assert found.columns.tolist() == [
        "person_id", "skill_id", "side", "context", "source", "level", "recorded_on", "confirmed",
        "version",
    ]  # fmt: skip
    one, other = found.to_dict("records")
    assert (one["level"], one["confirmed"], one["version"]) == (4.25, True, 1)
    assert (one["context"], one["source"]) == ("private", "manager")
    assert one["recorded_on"] == pd.Timestamp("2026-03-31")
    assert pd.isna(other["level"])
    assert pd.isna(other["recorded_on"])
    assert read_entries(db, person_id="p2")["side"].tolist() == ["need"]
    assert read_entries(db, side="offer")["person_id"].tolist() == ["p1"]
    assert read_entries(db, skills=[MARKETING]).empty
    assert len(read_entries(db, skills=[EXCEL, *map(str, range(20_000))])) == 2
    with pytest.raises(OptionError, match=r"`side` must be one of 'need', 'offer'; got 'offers'"):
        read_entries(db, side="offers")


def test_a_changed_entry_is_a_version_on_and_a_stale_one_is_refused(db: SkillsDatabase) -> None:
    record_entries(db, entries(entry("p1", EXCEL), entry("p1", MARKETING)))
    seen = read_entries(db)
    record_entries(db, seen.assign(level=5, confirmed=True, recorded_on=DAY).iloc[:1])
    now = read_entries(db)
    assert now["version"].tolist() == [2, 1]
    assert now["level"].tolist() == [5.0, 3.0]
    assert now["confirmed"].tolist() == [True, False]
    with pytest.raises(ConflictError, match=r"^1 of 2 entries was changed by somebody else"):
        record_entries(db, seen.assign(level=1))
    with pytest.raises(ConflictError, match=r"^1 of 1 entries was changed by somebody else"):
        record_entries(db, entries(entry("p1", EXCEL)))
    with pytest.raises(ConflictError, match=r"^1 of 1 entries was changed by somebody else"):
        record_entries(db, entries(entry("p3", EXCEL, version=2)))
    pd.testing.assert_frame_equal(read_entries(db), now)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"side": "offers"}, r"side must be one of 'offer', 'need'"),
        ({"context": "home"}, r"context must be one of 'work', 'private'"),
        ({"source": "boss"}, r"source must be one of 'assessed', 'manager', 'self', 'simulated'"),
        ({"level": 5.5}, r"every level must be a number 0 to 5"),
        ({"level": -1}, r"every level must be a number 0 to 5"),
        ({"level": float("inf")}, r"every level must be a number 0 to 5"),
        ({"level": "high"}, r"every level must be a number 0 to 5"),
        ({"recorded_on": "yesterday"}, r"recorded_on must be a day such as 2026-03-31"),
        ({"confirmed": "maybe"}, r"confirmed must be True or False"),
        ({"version": -1}, r"version must be 0 or as it was read"),
        ({"version": 1.5}, r"version must be 0 or as it was read"),
        ({"person_id": "ghost"}, r"knows no person \['ghost'\] \(1 in all\); record the person"),
        ({"skill_id": "magic"}, r"knows no skill \['magic'\] \(1 in all\); record the skill"),
        ({"person_id": "p\0"}, r"person_id: 1 of 1 texts holds a NUL or half a character"),
        ({"skill_id": "\ud800"}, r"skill_id: 1 of 1 texts holds a NUL or half a character"),
        ({"skill_id": "x" * 201}, r"skill_id: 1 of 1 texts is longer than 200 characters"),
        ({"person_id": None}, r"person_id: 1 of 1 cells is empty"),
        ({"person_id": 7}, r"person_id: 1 of 1 cells is no text"),
    ],
)
def test_an_entry_that_cannot_be_is_one_sentence(
    db: SkillsDatabase, change: dict[str, object], sentence: str
) -> None:
    with pytest.raises(SkillsError, match=sentence):
        record_entries(db, entries(entry("p1", EXCEL) | change))
    assert read_entries(db).empty


def test_a_table_that_cannot_be_is_one_sentence(db: SkillsDatabase) -> None:
    with pytest.raises(SkillsError, match=r"entries: the columns \['level'\] are missing"):
        record_entries(db, entries(entry("p1", EXCEL)).drop(columns="level"))
    with pytest.raises(SkillsError, match=r"entries: 1 of 2 rows repeats another one"):
        record_entries(db, entries(entry("p1", EXCEL), entry("p1", EXCEL)))
    people = pd.DataFrame({"person_id": ["a@b.org"], "unit": ["x"], "grade": [1]})
    for change, sentence in (
        ({}, r"1 of 1 ids is an e-mail address; give pseudonyms"),
        ({"person_id": "a", "grade": 1.5}, r"every grade must be a whole number"),
        ({"person_id": "a", "grade": 2**40}, r"every grade must be a whole number"),
        ({"person_id": "a", "unit": None}, r"unit: 1 of 1 cells is empty"),
        ({"person_id": "a", "availability": "Mon"}, r"availability must hold a tuple of texts"),
    ):
        with pytest.raises(SkillsError, match=sentence):
            record_people(db, people.assign(**change))
    with pytest.raises(SkillsError, match=r"1 of 2 ids stands there twice"):
        record_people(db, pd.concat([people, people]).assign(person_id="a"))
    with pytest.raises(SkillsError, match=r"availability holds a NUL or half a character"):
        record_people(db, people.assign(person_id="a", availability=[("Mon\0",)]))


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_only_words(db: SkillsDatabase, words: str) -> None:
    people = pd.DataFrame({"person_id": [words], "unit": [words], "site": [words], "grade": [3]})
    record_people(db, people.assign(availability=[(words, words)]))
    row = read_people(db).query("person_id == @words").iloc[0].to_dict()
    assert row == {
        "person_id": words, "unit": words, "site": words, "grade": 3,
        "availability": (words, words),
    }  # fmt: skip
    one = {"skill_id": [words], "preferred_label": words, "group_code": None, "group_label": None}
    add_taxonomy(db, pd.DataFrame(one), attribution=words)
    record_entries(db, entries(entry(words, words)))
    assert read_entries(db, person_id=words)["skill_id"].tolist() == [words]
    assert forget_person(db, words) == 1
    assert len(read_people(db)) == 3


def test_labels_may_be_long_but_what_is_looked_up_by_may_not(db: SkillsDatabase) -> None:
    label = "🦊" * 500
    long = pd.DataFrame(
        {"skill_id": ["fox"], "preferred_label": [label], "alt_labels": "y" * 10_000}
    )
    assert add_taxonomy(db, long, attribution=None) == 1
    row = read_taxonomy(db).query("skill_id == 'fox'").iloc[0]
    assert (row["preferred_label"], len(row["alt_labels"])) == (label, 10_000)
    with pytest.raises(SkillsError, match=r"preferred_label: 1 of 1 texts is longer than 500"):
        add_taxonomy(db, long.assign(preferred_label="z" * 10_000))
    with pytest.raises(SkillsError, match=r"skill_id: 1 of 1 texts is longer than 200"):
        add_own_skill(db, "w" * 400)


def test_an_own_skill_has_its_place_and_no_second_name(db: SkillsDatabase) -> None:
    assert add_own_skill(db, "Run TikTok ads", group_code="S5.6.1") == "run-tiktok-ads"
    row = read_taxonomy(db).query("skill_id == 'run-tiktok-ads'").iloc[0]
    assert row["group_label"] == "using digital tools for collaboration and productivity"
    assert row["attribution"] is None
    add_own_skill(db, "a.b", alt_labels=["ab one"])
    add_own_skill(db, "a.c")
    near = skill_similarity(placed(read_taxonomy(db)))
    assert near.loc["run-tiktok-ads", MARKETING] == 0.75
    assert near.loc["a.b", "a.c"] == 0
    for label, more, sentence in (
        ("RUN tiktok ads!", {}, r"already stand for the skill \['run-tiktok-ads'\]"),
        ("new", {"alt_labels": ["javascript"]}, r"already stand for the skill \['javascript'\]"),
        ("new", {"group_code": "S9"}, r"knows no group 'S9'"),
        ("new", {"alt_labels": ["a|b"]}, r"must not hold a bar"),
        ("!?", {}, r"needs a label with letters or digits"),
    ):
        with pytest.raises(SkillsError, match=sentence):
            add_own_skill(db, label, **more)


def test_a_taxonomy_is_brought_up_to_date(db: SkillsDatabase) -> None:
    new = TAXONOMY.assign(group_label=TAXONOMY["group_label"].str.upper())
    assert add_taxonomy(db, new) == 0
    assert read_taxonomy(db)["group_label"].str.isupper().all()
    with pytest.raises(SkillsError, match=r"1 skills stand in the taxonomy twice"):
        add_taxonomy(db, pd.concat([TAXONOMY, TAXONOMY.iloc[:1]]))


def test_a_cohort_comes_back_as_it_was(db: SkillsDatabase) -> None:
    cohort = draw_cohort(Population(), 20, 20, rng=stream(3, "cohort"))
    done = import_cohort(db, cohort, recorded_on=DAY)
    assert (done.people, done.entries, done.own_skills) == (40, len(cohort.skills), 0)
    assert in_order(to_cohort_skills(db)) == in_order(cohort.skills)
    again = Cohort(cohort.mentors, cohort.mentees, to_cohort_skills(db))
    assert repr(again) == "Cohort of 20 mentors (junior) and 20 mentees (senior)"
    people = read_people(db).set_index("person_id")
    for side in (cohort.mentors, cohort.mentees):
        for name in ("unit", "site", "grade", "availability"):
            assert people.loc[side.index, name].tolist() == side[name].tolist()


ROWS = st.tuples(
    st.sampled_from(["p1", "p2", "p3", "p4"]), IDS, st.sampled_from(["offer", "need"]), LEVELS,
    st.sampled_from(["self", "assessed", "simulated"]),
)  # fmt: skip


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(ROWS, max_size=8, unique_by=lambda row: (row[0], row[1], row[2], row[4])))
def test_every_cohort_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple]
) -> None:
    db = open_skills_database(tmp_path_factory.mktemp("cohort") / "skills.sqlite")
    cohort = cohort_of(*rows, people=4)
    import_cohort(db, cohort, recorded_on=DAY)
    assert in_order(to_cohort_skills(db)) == in_order(cohort.skills)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(ROWS, min_size=1, max_size=6, unique_by=lambda row: row[:3] + row[4:]))
def test_every_cohort_comes_back_from_every_kind_of_database(
    db: SkillsDatabase, rows: list[tuple]
) -> None:
    import_cohort(db, cohort_of(*rows, people=4), recorded_on=DAY, if_known="replace")
    found = {(*row[:3], row[4]): row[3] for row in in_order(to_cohort_skills(db))}
    assert {(*row[:3], row[4]): row[3] for row in rows}.items() <= found.items()


def test_importing_twice_keeps_what_was_corrected_unless_told_otherwise(db: SkillsDatabase) -> None:
    cohort = cohort_of(("p1", EXCEL, "offer", 2.0, "self"), ("p5", EXCEL, "need", 1.0, "self"))
    assert import_cohort(db, cohort, recorded_on=DAY).people == 3
    record_entries(db, read_entries(db, person_id="p1").assign(level=4, confirmed=True))
    kept = import_cohort(db, cohort, recorded_on=date(2026, 4, 30))
    assert (kept.people, kept.entries, kept.replaced, kept.kept) == (0, 0, 0, 1)
    assert read_entries(db)["level"].tolist() == [4.0, 1.0]
    done = import_cohort(db, cohort, recorded_on=date(2026, 4, 30), if_known="replace")
    assert (done.replaced, done.kept) == (2, 0)
    now = read_entries(db)
    assert now["level"].tolist() == [2.0, 1.0]
    assert now["confirmed"].tolist() == [False, False]
    assert now["version"].tolist() == [3, 2]
    assert (now["recorded_on"] == pd.Timestamp(2026, 4, 30)).all()
    with pytest.raises(OptionError, match=r"`if_known` must be one of 'keep', 'replace'"):
        import_cohort(db, cohort, recorded_on=DAY, if_known="overwrite")


def test_an_import_that_fails_leaves_nothing(db: SkillsDatabase) -> None:
    cohort = cohort_of(("p1", EXCEL, "offer", 2.0, "self"), ("p9", "magic", "need", 1.0, "self"))
    with pytest.raises(SkillsError, match=r"does not know a person|knows no person"):
        import_cohort(db, cohort, recorded_on=DAY)
    assert read_entries(db).empty
    assert len(read_people(db)) == 3
    assert read_phrases(db).empty


def test_people_come_under_pseudonyms(db: SkillsDatabase) -> None:
    names = Pseudonyms(bytes(range(32)))
    cohort = cohort_of(("p1", EXCEL, "offer", 2.0, "self"))
    import_cohort(db, cohort, recorded_on=DAY, pseudonyms=names)
    assert read_entries(db)["person_id"].tolist() == [names.of("p1")]
    assert cohort.mentors.index[0] == "p1"


def test_a_cohort_gets_what_counts_at_work(db: SkillsDatabase) -> None:
    record_entries(
        db,
        entries(
            entry("p1", EXCEL, source="manager", level=5, context="work"),
            entry("p1", EXCEL, source="assessed", level=4, context="work"),
            entry("p1", MARKETING, level=5, context="private"),
            entry("p2", EXCEL, level=None, context="work"),
            entry("p2", EXCEL, "need", level=None, context="work"),
        ).fillna({"source": "self"}),
    )
    found = to_cohort_skills(db)
    assert found.values.tolist() == [
        ["p1", EXCEL, "offer", 4.0, "assessed"],
        ["p2", EXCEL, "need", 1.0, "self"],
        ["p2", EXCEL, "offer", 3.0, "self"],
    ]
    assert MARKETING in to_cohort_skills(db, context="any")["skill_id"].tolist()
    with pytest.raises(OptionError, match=r"`context` must be one of 'any', 'work'"):
        to_cohort_skills(db, context="home")


def test_the_export_has_labels_and_no_formula(db: SkillsDatabase, tmp_path: Path) -> None:
    record_people(db, pd.DataFrame({"person_id": ["=1+1"], "unit": ["@x"], "grade": [1]}))
    record_entries(db, entries(entry("=1+1", EXCEL, recorded_on=DAY), entry("p1", "c#")))
    path = export_entries(db, tmp_path / "entries.csv")
    text = path.read_text(encoding="utf-8-sig")
    assert text.splitlines()[1].startswith('"\'=1+1",')
    found = pd.read_csv(path, encoding="utf-8-sig")
    assert found["preferred_label"].tolist() == ["use spreadsheets software", "C#"]
    assert found["recorded_on"].tolist()[0] == "2026-03-31"
    assert found["attribution"].str.contains("ESCO classification").all()
    with pytest.raises(ValueError, match=r"entries\.csv is already there"):
        export_entries(db, path)


def test_who_is_forgotten_leaves_nothing_but_what_others_use(db: SkillsDatabase) -> None:
    cohort = cohort_of(
        ("p1", "my-secret-hobby", "offer", 2.0, "self"),
        ("p1", "yodel-softly", "offer", 2.0, "self"),
        ("p1", "sing", "offer", 2.0, "self"),
        ("p2", "sing", "offer", 2.0, "self"),
        ("p1", EXCEL, "need", 2.0, "self"),
    )
    import_cohort(db, cohort, recorded_on=DAY)
    add_own_skill(db, "juggling")
    confirm_phrase(db, "yodel softly", "yodel-softly", by="hr")
    assert forget_person(db, "p1") == 4
    assert "p1" not in read_people(db)["person_id"].tolist()
    assert read_entries(db)["person_id"].tolist() == ["p2"]
    assert read_phrases(db)["text"].tolist() == ["sing", "yodel softly"]
    own = read_taxonomy(db).query("attribution.isna()", engine="python")["skill_id"].tolist()
    assert own == ["juggling", "sing", "yodel-softly"]
    assert len(read_taxonomy(db)) == 118 + 3
    with pytest.raises(SkillsError, match=r"knows no such person; check the id"):
        forget_person(db, "p1")
