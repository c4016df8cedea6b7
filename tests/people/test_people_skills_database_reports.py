"""How old, how complete, and where nobody can help; what few people stand behind is hidden."""

from datetime import date

import pandas as pd
import pytest
from skills_staff import EXCEL, MARKETING, WORD, cohort_of, entries, entry

from revlab.errors import OptionError, SkillsError
from revlab.people.population import Population, draw_cohort
from revlab.people.skills_database import SkillsDatabase
from revlab.people.skills_demand import VERDICTS, demand_and_supply
from revlab.people.skills_entries import read_entries, record_entries
from revlab.people.skills_exchange import import_cohort
from revlab.people.skills_people import read_people, record_people
from revlab.people.skills_phrases import confirm_phrase
from revlab.people.skills_reports import completeness, hide_small, staleness
from revlab.privacy.thresholds import Thresholds
from revlab.rng import stream

TODAY = date(2026, 3, 31)


def rows_of(table: pd.DataFrame) -> list[list[object]]:
    """Return the cells as Python values, missing ones as None."""
    return table.astype(object).where(table.notna(), None).values.tolist()


def test_an_entry_is_old_after_its_months_and_undated_ones_are_counted(db: SkillsDatabase) -> None:
    record_entries(
        db,
        entries(
            entry("p1", EXCEL, recorded_on="2025-03-31"),
            entry("p1", WORD, recorded_on="2025-03-30"),
            entry("p2", EXCEL, recorded_on=None),
            entry("p3", EXCEL, "need", recorded_on="2026-03-01"),
            entry("p3", WORD, "need", recorded_on="2020-01-01"),
        ),
    )
    by_unit = staleness(db, today=TODAY)
    assert rows_of(by_unit) == [["Legal", 2, 3, 1, 1, 0.5], ["Sales", 1, 2, 0, 1, 0.5]]
    by_site = staleness(db, today=TODAY, by=("site",), months=6)
    assert rows_of(by_site) == [["Oslo", 2, 3, 1, 2, 1.0], ["not known", 1, 2, 0, 1, 0.5]]
    both = staleness(db, today=TODAY, by=("skill_id", "unit"))
    assert rows_of(both)[0] == [EXCEL, "Legal", 2, 2, 1, 0, 0.0]
    only = staleness(db, today=TODAY, months=1, by=("skill_id",))
    assert only["old"].tolist() == [1, 2]


def test_a_unit_with_no_dated_entry_has_no_share(db: SkillsDatabase) -> None:
    record_entries(db, entries(entry("p1", EXCEL)))
    assert rows_of(staleness(db, today=TODAY)) == [["Sales", 1, 1, 1, 0, None]]


@pytest.mark.parametrize(
    ("more", "error", "sentence"),
    [
        ({"months": 0}, SkillsError, r"`months` must be at least 1"),
        ({"by": ()}, SkillsError, r"`by` must name one or two things"),
        ({"by": ("unit", "unit")}, SkillsError, r"`by` must name one or two things"),
        ({"by": ("units",)}, OptionError, r"`by` must be one of 'site', 'skill_id', 'unit'"),
    ],
)
def test_a_report_that_cannot_be_is_one_sentence(
    db: SkillsDatabase, more: dict[str, object], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        staleness(db, today=TODAY, **more)


def test_what_is_missing_is_counted_per_unit(db: SkillsDatabase) -> None:
    record_people(db, pd.DataFrame({"person_id": ["p4"], "unit": ["IT"], "grade": [1]}))
    record_entries(
        db,
        entries(
            entry("p1", EXCEL, confirmed=True, recorded_on=TODAY),
            entry("p1", EXCEL, "need", level=None, confirmed=False),
            entry("p2", EXCEL, confirmed=False, recorded_on=TODAY),
            entry("p2", WORD, level=None, confirmed=False),
        ),
    )
    table = completeness(db)
    assert table.columns.tolist() == [
        "unit", "people", "without_offer", "without_need", "without_any", "entries",
        "without_level", "undated", "unconfirmed",
    ]  # fmt: skip
    assert rows_of(table) == [
        ["IT", 1, 1, 1, 1, 0, 0, 0, 0],
        ["Legal", 2, 1, 2, 1, 2, 1, 1, 2],
        ["Sales", 1, 0, 0, 0, 2, 1, 1, 1],
    ]


def staffed(db: SkillsDatabase) -> None:
    """Add 12 people: wants and offers that meet, meet too late, too low, and not at all."""
    ids = [f"q{number:02d}" for number in range(12)]
    sites = ["Oslo"] * 6 + ["Rome"] * 6
    record_people(db, pd.DataFrame({"person_id": ids, "unit": "x", "site": sites, "grade": 1}))
    need = [entry(person, skill, "need", level=1) for skill in (EXCEL, WORD, MARKETING, "c#")
            for person in ids[:6]]  # fmt: skip
    offer = [
        *(entry(person, EXCEL, level=3) for person in ids[6:]),
        *(entry(person, WORD, level=2.5) for person in ids[6:]),
        *(entry(person, MARKETING, level=5) for person in ids[6:8]),
        *(entry(person, "javascript", level=None) for person in ids[8:]),
        entry("q00", "sap-r3", "need"),
        entry("q01", "sap-r3", level=None),
    ]
    record_entries(db, entries(*need, *offer))


def test_each_wanted_skill_gets_its_verdict_the_most_urgent_first(db: SkillsDatabase) -> None:
    staffed(db)
    table = demand_and_supply(db)
    assert rows_of(table) == [
        ["c#", "C#", 6, 0, 0, "nobody offers it"],
        [WORD, "use word processing software", 6, 6, 0, "at too low a level"],
        ["sap-r3", "SAP R3", 1, 1, 0, "at too low a level"],
        [MARKETING, "plan digital marketing", 6, 2, 2, "too few offer it"],
        [EXCEL, "use spreadsheets software", 6, 6, 6, "covered"],
        ["javascript", "JavaScript", 0, 4, 0, "not wanted"],
    ]
    easier = demand_and_supply(db, enough=2.5, per_provider=3).set_index("skill_id")["verdict"]
    assert easier[[WORD, MARKETING]].tolist() == ["covered", "covered"]
    assert set(table["verdict"]) == set(VERDICTS)


def test_site_by_site_an_offer_elsewhere_does_not_help(db: SkillsDatabase) -> None:
    staffed(db)
    table = demand_and_supply(db, by="site").query("wanted_by > 0")
    assert table["site"].tolist() == ["Oslo"] * 5
    assert table.set_index("skill_id").loc[EXCEL, ["offered_by", "verdict"]].tolist() == [
        0, "nobody offers it",
    ]  # fmt: skip
    with pytest.raises(OptionError, match=r"`by` must be one of 'all', 'site'"):
        demand_and_supply(db, by="unit")
    with pytest.raises(SkillsError, match=r"`enough` must be a level"):
        demand_and_supply(db, enough=6)
    with pytest.raises(SkillsError, match=r"`per_provider` must be at least 1"):
        demand_and_supply(db, per_provider=0)


def test_confirmed_own_words_count_as_their_skill(db: SkillsDatabase) -> None:
    rows = [("p1", "tiktok-ads", "offer", 4.0, "self"), ("p1", MARKETING, "offer", 2.0, "self")]
    cohort = cohort_of(*rows, ("p4", MARKETING, "need", 1.0, "self"))
    import_cohort(db, cohort, recorded_on=TODAY)
    assert demand_and_supply(db)["verdict"].tolist() == ["at too low a level", "not wanted"]
    confirm_phrase(db, "tiktok ads", MARKETING, by="hr")
    table = demand_and_supply(db)
    assert table.iloc[:, 2:].values.tolist() == [[1, 1, 1, "covered"]]


def test_the_reports_are_what_counting_by_hand_gives(db: SkillsDatabase) -> None:
    cohort = draw_cohort(Population(), 30, 30, rng=stream(5, "cohort"))
    import_cohort(db, cohort, recorded_on=date(2025, 1, 1))
    told = read_entries(db).merge(read_people(db), on="person_id")
    for row in staleness(db, today=TODAY, by=("unit", "site")).itertuples():
        part = told[(told["unit"] == row.unit) & (told["site"] == row.site)]
        assert (row.people, row.entries) == (part["person_id"].nunique(), len(part))
        assert row.share_old == 1
    for row in demand_and_supply(db, by="site").itertuples():
        part = told[(told["skill_id"] == row.skill_id) & (told["site"] == row.site)]
        sides = part["side"].value_counts()
        assert (row.wanted_by, row.offered_by) == (sides.get("need", 0), sides.get("offer", 0))
        assert row.able == ((part["side"] == "offer") & (part["level"] >= 3)).sum()


def test_small_cells_are_hidden_with_what_would_give_them_away(db: SkillsDatabase) -> None:
    staffed(db)
    shown = hide_small(demand_and_supply(db), by=["skill_id"], count="wanted_by")
    row = shown.set_index("skill_id").loc[MARKETING]
    assert row["wanted_by"] == 6
    assert pd.isna(row["offered_by"])
    assert pd.isna(row["able"])
    hidden = shown.set_index("skill_id").loc["sap-r3"]
    assert hidden["hidden"]
    assert hidden.drop(["hidden"]).isna().all()
    units = completeness(db)
    shown = hide_small(units, by=["unit"])
    assert shown["unit"].tolist() == units["unit"].tolist()
    assert shown.loc[shown["unit"].isin(["Legal", "Sales"]), "hidden"].all()
    people = pd.DataFrame({"unit": ["a", "b", "c"], "people": [5, 7, 9], "old": [1, 2, 3]})
    assert not hide_small(people, by=["unit"])["hidden"].any()
    assert hide_small(people, by=["unit"], thresholds=Thresholds(scores=6))["hidden"].sum() == 2
    assert hide_small(people.iloc[:0], by=["unit"]).empty
