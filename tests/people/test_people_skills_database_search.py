"""Search finds who can help, by the very words or near ones, in the order that was promised."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skills_staff import EXCEL, MARKETING, TAXONOMY, WORD, cohort_of, entries, entry

from revlab.errors import OptionError, SkillsError
from revlab.people.skill_similarity import skill_similarity
from revlab.people.skills_database import SkillsDatabase, open_skills_database
from revlab.people.skills_entries import record_entries
from revlab.people.skills_exchange import import_cohort
from revlab.people.skills_people import record_people
from revlab.people.skills_phrases import confirm_phrase, withdraw_phrase
from revlab.people.skills_schema import ENTRIES, SKILLS
from revlab.people.skills_search import ProviderSearch, find_providers
from revlab.people.skills_taxonomy import add_own_skill, add_taxonomy

DAY = date(2026, 3, 31)
GENERAL = "use-ict-systems"  # S5.5.0
NARROW = "analyse-big-data"  # S5.5.2


def found(db: SkillsDatabase, text: str, **more: object) -> list[str]:
    """Return who is found, in order."""
    return find_providers(db, text, **more)["person_id"].tolist()


@pytest.mark.parametrize(
    "text",
    [
        "use spreadsheets software", EXCEL, "USE spreadsheets-software!",
        "use spreadsheets program", "using spreadsheet software", "ESCO", "kann gut Excel",
    ],
)  # fmt: skip
def test_a_skill_is_found_under_each_of_its_names(db: SkillsDatabase, text: str) -> None:
    if text == "ESCO":
        text = TAXONOMY.set_index("skill_id").loc[EXCEL, "esco_id"].upper()
    record_entries(db, entries(entry("p1", EXCEL, recorded_on=DAY), entry("p2", EXCEL, "need")))
    row = find_providers(db, text).iloc[0]
    assert row["person_id"] == "p1"
    assert row["skill_id"] == EXCEL
    sure = 0.7 if "Excel" in text else 1.0
    assert row["similarity"] == pytest.approx(sure)
    words = "" if sure == 1 else " (the words were read so, 0.70 sure)"
    assert row["reason"] == (
        f"offers 'use spreadsheets software', the wanted skill{words}; level 3; told 2026-03, not "
        "confirmed"
    )


def test_nobody_is_found_who_only_needs_it_or_for_words_that_mean_nothing(
    db: SkillsDatabase,
) -> None:
    record_entries(db, entries(entry("p1", EXCEL, "need")))
    for text in (EXCEL, "juggling", "", "!?", "x" * 10_000, "'; DROP TABLE entries; --", "\0"):
        empty = find_providers(db, text)
        assert empty.empty
        assert empty.columns[-1] == "reason"


def test_near_skills_count_with_their_similarity_and_say_why(db: SkillsDatabase) -> None:
    record_entries(db, entries(entry("p1", GENERAL), entry("p2", NARROW), entry("p3", "c#")))
    near = find_providers(db, "perform data mining").set_index("person_id")
    assert near.index.tolist() == ["p2", "p1"]
    assert near["similarity"].tolist() == [0.75, pytest.approx(2 * 2 / 7)]
    assert near.loc["p1", "reason"].startswith(
        "offers 'use ICT systems', of a broader group than the wanted 'perform data mining'; level"
    )
    assert "of the same group as the wanted" in near.loc["p2", "reason"]
    broad = find_providers(db, "use ICT systems").set_index("person_id")
    assert broad.loc["p1", "similarity"] == 1
    assert "of a narrower group than the wanted" in broad.loc["p2", "reason"]
    aside = ProviderSearch(at_least=0.25)(db, "perform image editing").set_index("person_id")
    assert aside.loc["p3", "reason"].startswith("offers 'C#', of a group near the wanted 'perform")


def test_a_group_is_searched_for_by_its_label_or_code(db: SkillsDatabase) -> None:
    record_entries(db, entries(entry("p1", GENERAL), entry("p2", NARROW), entry("p3", "c#")))
    for text in ("managing and analysing digital data", "S5.5.2"):
        rows = find_providers(db, text)
        assert rows["person_id"].tolist() == ["p2"]
        assert rows["similarity"].tolist() == [pytest.approx(2 * 3 / 7)]
        assert "of the wanted group 'managing and analysing" in rows["reason"][0]


def test_filters_leave_out_who_does_not_fit(db: SkillsDatabase) -> None:
    record_entries(
        db,
        entries(
            entry("p1", EXCEL, level=2), entry("p2", EXCEL, level=None), entry("p3", EXCEL, level=4)
        ),
    )
    assert found(db, EXCEL) == ["p3", "p1", "p2"]
    assert found(db, EXCEL, limit=1) == ["p3"]
    assert found(db, EXCEL, min_level=2) == ["p3", "p1"]
    assert found(db, EXCEL, min_level=2.5) == ["p3"]
    assert found(db, EXCEL, site="Oslo") == ["p1", "p2"]
    assert found(db, EXCEL, available="Mon AM") == ["p3", "p1"]
    assert found(db, EXCEL, available="Mon") == []
    assert found(db, EXCEL, site="Oslo", available="Tue PM", min_level=1) == ["p1"]


def test_of_several_ratings_the_one_to_be_trusted_counts(db: SkillsDatabase) -> None:
    record_entries(
        db,
        entries(
            entry("p1", EXCEL, level=5, source="self", context="work"),
            entry("p1", EXCEL, level=2, source="manager", context="work", recorded_on=DAY),
            entry("p1", EXCEL, level=4, source="assessed", context="private"),
            entry("p2", EXCEL, level=3, source="self", context="work", confirmed=True),
            entry("p2", EXCEL, level=1, source="assessed", context="work"),
            entry("p3", EXCEL, level=2, source="self", context="private"),
        ).fillna({"confirmed": False}),
    )
    rows = find_providers(db, EXCEL)
    assert rows[["person_id", "level"]].values.tolist() == [["p2", 3.0], ["p1", 2.0], ["p3", 2.0]]
    assert rows["reason"].str.partition("; ")[2].tolist() == [
        "level 3; confirmed on an unknown day",
        "level 2; told 2026-03, not confirmed; rated by a manager",
        "level 2; told on an unknown day, not confirmed; private use",
    ]
    assert found(db, EXCEL, min_level=4) == []


def test_equals_stand_in_the_order_that_is_promised(db: SkillsDatabase) -> None:
    ids = ["a5", "a4", "a3", "a2", "a1"]
    record_people(db, pd.DataFrame({"person_id": ids, "unit": "x", "grade": 1}))
    day = pd.Timestamp(DAY)
    record_entries(
        db,
        entries(
            entry("a5", EXCEL, confirmed=True, context="work", recorded_on=None),
            entry("a4", EXCEL, confirmed=False, context="work", recorded_on=day),
            entry(
                "a3", EXCEL, confirmed=False, context="work", recorded_on=day - pd.Timedelta("1D")
            ),
            entry("a1", EXCEL, confirmed=False, context="private", recorded_on=day),
            entry("a2", EXCEL, confirmed=False, context="private", recorded_on=day),
        ),
    )
    assert found(db, EXCEL) == ["a5", "a4", "a3", "a1", "a2"]


def test_a_person_stands_there_once_with_the_best_offer(db: SkillsDatabase) -> None:
    record_entries(db, entries(entry("p1", MARKETING, level=5), entry("p1", EXCEL, level=1)))
    rows = find_providers(db, EXCEL)
    assert rows[["skill_id", "level"]].values.tolist() == [[EXCEL, 1.0]]


def test_own_words_count_as_what_they_were_confirmed_to_be(db: SkillsDatabase) -> None:
    cohort = cohort_of(
        ("p1", "tiktok-ads", "offer", 4.0, "self"), ("p2", MARKETING, "offer", 2.0, "self")
    )
    import_cohort(db, cohort, recorded_on=DAY)
    assert found(db, "plan digital marketing") == ["p2"]
    rows = ProviderSearch(phrases="all")(db, "plan digital marketing")
    assert rows["person_id"].tolist() == ["p2", "p1"]
    assert rows["similarity"].tolist() == [1.0, pytest.approx(0.7)]
    assert rows["reason"][1].startswith(
        "offers 'tiktok ads', which may be (0.70 sure) to be 'plan digital marketing', the wanted"
    )
    assert found(db, "TikTok ads") == ["p1", "p2"]
    confirm_phrase(db, "TikTok Ads!", MARKETING, by="hr")
    rows = find_providers(db, "plan digital marketing")
    assert rows["person_id"].tolist() == ["p1", "p2"]
    assert rows["reason"][0].startswith(
        "offers 'tiktok ads', which was confirmed to be 'plan digital marketing', the wanted skill;"
    )
    assert found(db, "TIKTOK-ads") == ["p1", "p2"]
    withdraw_phrase(db, "tiktok ads")
    assert found(db, "plan digital marketing") == ["p2"]
    with pytest.raises(SkillsError, match=r"these words stand for nothing"):
        withdraw_phrase(db, "tiktok ads")


def test_words_for_two_skills_search_for_both(db: SkillsDatabase) -> None:
    add_own_skill(db, "brew coffee", alt_labels=["espresso"])
    with db.writing() as connection:
        twin = {"skill_id": "pull-shots", "preferred_label": "pull shots", "alt_labels": "espresso"}
        connection.execute(SKILLS.insert(), twin)
    record_entries(db, entries(entry("p1", "brew-coffee"), entry("p2", "pull-shots", level=4)))
    assert found(db, "Espresso") == ["p2", "p1"]


@pytest.mark.parametrize(
    ("settings_", "error", "sentence"),
    [
        ({"min_level": 6}, SkillsError, r"`min_level` must be 0 to 5"),
        ({"limit": 0}, SkillsError, r"`limit` must be at least 1"),
        ({"at_least": 0}, SkillsError, r"`at_least` must be above 0"),
        ({"phrases": "some"}, OptionError, r"`phrases` must be one of 'all', 'confirmed'"),
    ],
)
def test_a_setting_that_cannot_be_is_one_sentence(
    settings_: dict[str, object], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        ProviderSearch(**settings_)


SOME = [EXCEL, WORD, MARKETING, GENERAL, NARROW, "c#", "listen-actively", "search-databases"]
OFFERS = st.lists(
    st.tuples(
        st.sampled_from(["p1", "p2", "p3", "p4", "p5"]), st.sampled_from(SOME),
        st.sampled_from([None, 0.0, 1.0, 2.0, 3.0, 4.5, 5.0]), st.sampled_from([True, False]),
        st.sampled_from(["work", "private"]), st.sampled_from([None, 1, 5, 9]),
    ),
    max_size=14, unique_by=lambda row: row[:2],
)  # fmt: skip


SITES = {f"p{k}": "Oslo" if k % 2 else "Rome" for k in range(1, 6)}


@pytest.fixture(scope="module")
def five(tmp_path_factory: pytest.TempPathFactory) -> SkillsDatabase:
    """Return a file with the taxonomy and five people, for many examples."""
    db = open_skills_database(tmp_path_factory.mktemp("search") / "skills.sqlite")
    add_taxonomy(db, TAXONOMY)
    people = {"person_id": list(SITES), "unit": "x", "site": list(SITES.values()), "grade": 1}
    record_people(db, pd.DataFrame(people))
    return db


@settings(max_examples=15, deadline=None)
@given(
    offers=OFFERS,
    wanted=st.sampled_from(SOME),
    least=st.sampled_from([None, 2.0, 4.5]),
    site=st.sampled_from([None, "Oslo", "Rome"]),
)
def test_the_search_is_what_looking_at_every_offer_gives(
    five: SkillsDatabase, offers: list[tuple], wanted: str, least: float | None, site: str | None
) -> None:
    with five.writing() as connection:
        connection.execute(ENTRIES.delete())
    names = ["person_id", "skill_id", "level", "confirmed", "context", "recorded_on"]
    rows = [dict(zip(names, row, strict=True)) | {"side": "offer"} for row in offers]
    for row in rows:
        row["recorded_on"] = row["recorded_on"] and date(2026, 3, row["recorded_on"])
    if rows:
        record_entries(five, pd.DataFrame(rows))
    near = skill_similarity(TAXONOMY)
    best: dict[str, tuple] = {}
    for row in rows:
        like = near.loc[wanted, row["skill_id"]]
        low = least is not None and (row["level"] is None or row["level"] < least)
        if like < 0.5 or low or site not in (None, SITES[row["person_id"]]):
            continue
        day = row["recorded_on"]
        key = (
            -like, -(row["level"] if row["level"] is not None else -1), not row["confirmed"],
            row["context"] != "work", -(day.toordinal() if day else 0), row["person_id"],
            row["skill_id"],
        )  # fmt: skip
        best[row["person_id"]] = min(best.get(row["person_id"], key), key)
    expected = [(key[-2], key[-1], -key[0]) for key in sorted(best.values())]
    rows = find_providers(five, wanted, min_level=least, site=site)
    got = rows[["person_id", "skill_id", "similarity"]].itertuples(index=False, name=None)
    for one, other in zip(expected, got, strict=True):
        assert one[:2] == other[:2]
        assert np.isclose(one[2], other[2])
