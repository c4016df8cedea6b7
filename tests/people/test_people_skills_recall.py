"""Does the search name who can help: held against an oracle that searches a real database."""

from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from skills_staff import EXCEL, MARKETING, TAXONOMY, WORD, cohort_of, entries, entry

from revlab.errors import OptionError, SkillsError
from revlab.people.skills_asked import AskedNeeds
from revlab.people.skills_database import SkillsDatabase, open_skills_database
from revlab.people.skills_entries import read_entries, record_entries
from revlab.people.skills_exchange import import_cohort
from revlab.people.skills_people import record_people
from revlab.people.skills_phrases import confirm_phrase, own_words, read_phrases
from revlab.people.skills_recall import (
    ask_for_needs,
    provider_recall,
    recall_summary,
)
from revlab.people.skills_search import ProviderSearch
from revlab.people.skills_stress import DAMAGES, draw_damage, middle_of_draws, stress_recall
from revlab.people.skills_taxonomy import add_own_skill, add_taxonomy, read_taxonomy
from revlab.rng import stream

NEAR = "analyse-big-data"
SKILLS = (EXCEL, WORD, MARKETING, NEAR, "perform-data-mining", "own-clips", "own-riddle")
LABELS = {"own-clips": "tiktok ads", "own-riddle": "solve riddles"}
PEOPLE = [f"p{k:02d}" for k in range(14)]


def made(path: Path, rows: pd.DataFrame) -> SkillsDatabase:
    """Return a database of these entries, in which own words were confirmed to be marketing."""
    db = open_skills_database(str(path))
    add_taxonomy(db, TAXONOMY)
    for label in LABELS.values():
        add_own_skill(db, label)
    record_people(db, pd.DataFrame({"person_id": PEOPLE, "unit": "x", "grade": 1}))
    confirm_phrase(db, "tiktok ads", MARKETING, by="hr")
    record_entries(db, rows)
    return db


def staff(seed: int) -> pd.DataFrame:
    """Return random entries: levels that are the same, unknown or too low, and old days."""
    rng = stream(seed, "staff")
    rows = []
    for person in PEOPLE:
        for skill in SKILLS:
            name = LABELS.get(skill, skill).replace(" ", "-")
            dice = rng.random(4)
            if dice[0] < 0.6:
                level = [None, 1.0, 2.0, 3.0, 4.0, 5.0][int(dice[1] * 6)]
                side = "offer" if dice[2] < 0.6 else "need"
                day = date(2025 if dice[3] < 0.3 else 2026, 1, 1 + int(dice[3] * 27))
                rows.append(entry(person, name, side, level=level, recorded_on=day))
    return entries(*rows)


def by_hand(
    asked: AskedNeeds, db: SkillsDatabase, true: np.ndarray, *, k: int, search: ProviderSearch
) -> list[tuple[int, int, int, float]]:
    """Search a database that holds what is listed, name by name, and look who can really help."""
    listed = cache(lambda label: search(db, label)["person_id"].tolist())
    offers = list(zip(asked.offers.to_dict("records"), true, strict=True))
    out = []
    for need in asked.needs.to_dict("records"):
        least = -1.0 if np.isnan(need["level"]) else need["level"]
        able = {
            offer["person_id"]
            for offer, is_so in offers
            if is_so
            and offer["target"] == need["skill_id"]
            and offer["level"] >= asked.enough
            and offer["level"] > least
            and offer["person_id"] != need["person_id"]
        }
        names = [p for p in listed(need["label"]) if p != need["person_id"]]
        places = [place for place, name in enumerate(names, start=1) if name in able]
        first = float(places[0]) if places else np.nan
        out.append((len(able), len(names[:k]), sum(place <= k for place in places), first))
    return out


@pytest.mark.parametrize(("seed", "kind", "k"), [(1, "missing", 2), (2, "old", 3), (3, "both", 1)])
def test_the_recall_is_that_of_searching_a_damaged_database(
    tmp_path: Path, seed: int, kind: str, k: int
) -> None:
    rows = staff(seed)
    search = ProviderSearch(limit=1000, at_least=0.3)
    asked = ask_for_needs(made(tmp_path / "whole.sqlite", rows), search=search)
    damage = draw_damage(asked.offers, kind, 0.4, seed=seed, draw=0)
    gone = set(map(tuple, asked.offers.loc[~damage.listed, ["person_id", "skill_id"]].to_numpy()))
    keep = [
        row.side == "need" or (row.person_id, row.skill_id) not in gone for row in rows.itertuples()
    ]
    db = made(tmp_path / "damaged.sqlite", rows[keep])
    found = asked.found(k=k, listed=damage.listed, true=damage.true)
    columns = ["able", "shown", "found", "first_place"]
    expected = by_hand(asked, db, damage.true, k=k, search=search)
    assert (found[columns].to_numpy().tolist()) == pytest.approx(np.array(expected), nan_ok=True)
    assert found["found"].sum() > 0
    assert (found["found"] < found["able"]).any()


def test_a_whole_database_is_judged_as_by_hand_too(tmp_path: Path) -> None:
    db = made(tmp_path / "whole.sqlite", staff(4))
    search = ProviderSearch(limit=1000)
    asked = ask_for_needs(db)
    everyone = np.ones(len(asked.offers), dtype=bool)
    expected = by_hand(asked, db, everyone, k=3, search=search)
    found = provider_recall(db, k=3)[["able", "shown", "found", "first_place"]]
    assert found.to_numpy() == pytest.approx(np.array(expected), nan_ok=True)


def test_own_words_are_needed_and_offered_as_what_they_stand_for(tmp_path: Path) -> None:
    rows = entries(
        entry("p00", "tiktok-ads", "need", level=1),
        entry("p01", MARKETING, level=4),
        entry("p02", "tiktok-ads", level=3),
        entry("p03", MARKETING, "need", level=3),
        entry("p04", "solve-riddles", "need", level=1),
        entry("p05", EXCEL, level=5),
    )
    found = provider_recall(made(tmp_path / "s.sqlite", rows)).set_index("person_id")
    assert found["able"].to_dict() == {"p00": 2, "p03": 1, "p04": 0}
    assert found["found"].to_dict() == {"p00": 2, "p03": 1, "p04": 0}
    assert found["first_place"].dropna().to_dict() == {"p00": 1, "p03": 1}
    summary = recall_summary(found.reset_index()).iloc[0]
    assert summary["with_provider"] == pytest.approx(2 / 3)
    assert summary["precision"] == pytest.approx((2 / 3 + 1 / 3) / 2)
    by = recall_summary(found.reset_index(), by=["skill_id"])
    assert by[["skill_id", "people", "needs"]].to_numpy().tolist() == [
        [MARKETING, 2, 2], ["solve-riddles", 1, 1],
    ]  # fmt: skip
    assert np.isnan(by.loc[1, "hit"])


def test_own_words_that_nobody_confirmed_are_still_their_own_skill(tmp_path: Path) -> None:
    db = open_skills_database(str(tmp_path / "s.sqlite"))
    add_taxonomy(db, TAXONOMY)
    need, offer = ("p4", "tiktok-ads", "need", 1.0, "self"), ("p1", MARKETING, "offer", 4.0, "self")
    import_cohort(db, cohort_of(need, offer), recorded_on=date(2026, 3, 31))
    links = own_words(read_taxonomy(db), read_phrases(db))
    assert links[["target", "confirmed"]].values.tolist() == [[MARKETING, False]]
    assert provider_recall(db)["able"].tolist() == [0]
    confirm_phrase(db, "tiktok ads", MARKETING, by="hr")
    assert provider_recall(db)["able"].tolist() == [1]


def test_of_several_ratings_the_one_that_counts_says_who_can_help(tmp_path: Path) -> None:
    rows = entries(
        entry("p00", EXCEL, "need", level=1, source="self"),
        entry("p01", EXCEL, level=5, source="self"),
        entry("p01", EXCEL, level=2, source="manager"),
        entry("p02", EXCEL, level=2, source="self"),
        entry("p02", EXCEL, level=4, source="manager"),
    )
    asked = ask_for_needs(made(tmp_path / "s.sqlite", rows))
    assert len(asked.offers) == 2
    assert asked.found()["able"].tolist() == [1]


def test_people_are_counted_once_and_needs_each() -> None:
    found = pd.DataFrame({"person_id": ["p1", "p1", "p2"], "able": 1.0, "shown": 1.0,
                          "found": 1.0, "first_place": 1.0})  # fmt: skip
    assert recall_summary(found)[["people", "needs"]].values.tolist() == [[2, 3]]


def test_a_search_that_leaves_people_out_finds_fewer(tmp_path: Path) -> None:
    rows = staff(5)
    db = made(tmp_path / "s.sqlite", rows)
    record_people(db, pd.DataFrame({"person_id": PEOPLE, "unit": "x", "grade": 1, "site": "Oslo"}))
    here = provider_recall(db, k=50, search=ProviderSearch(site="Oslo"))
    away = provider_recall(db, k=50, search=ProviderSearch(site="Rome"))
    assert here["able"].equals(away["able"])
    assert (here["found"] == here["able"]).all()
    assert (away["found"] == 0).all()
    assert recall_summary(away)["precision"].isna().all()
    for name in ("hit", "recall", "reciprocal_rank"):
        assert recall_summary(away)[name].iloc[0] == 0
    some = here[here["able"] > 0]
    rank = (1 / some["first_place"]).mean()
    assert recall_summary(here)["reciprocal_rank"].iloc[0] == pytest.approx(rank)
    assert 0 < rank <= 1


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> AskedNeeds:
    """Return the needs of a database in which everybody who offers can help."""
    rows = staff(6)
    rows = rows[~rows["skill_id"].isin(["tiktok-ads", "solve-riddles"])].reset_index(drop=True)
    rows["level"] = np.where(rows["side"] == "offer", 4.0, 1.0)
    path = tmp_path_factory.mktemp("stress") / "s.sqlite"
    return ask_for_needs(made(path, rows), search=ProviderSearch(at_least=1.0))


def mean_of(table: pd.DataFrame, measure: str) -> pd.DataFrame:
    return table[table["measure"] == measure].set_index("share")


def test_what_is_missing_takes_recall_as_chance_says(asked: AskedNeeds) -> None:
    """Of m people who can help each is lost with p, so all of them are lost with p**m."""
    shares = [0.0, 0.3, 0.6]
    table = stress_recall(asked, kind="missing", shares=shares, k=99, n_draws=300, seed=1)
    able = asked.found()["able"]
    able = able[able > 0].to_numpy()
    recall, hit = mean_of(table, "recall"), mean_of(table, "hit")
    for share in shares:
        for curve, expected in ((recall, 1 - share), (hit, float((1 - share**able).mean()))):
            row = curve.loc[share]
            assert abs(row["mean"] - expected) < 4 * row["mcse"] + 1e-12
            assert row["low"] <= row["mean"] <= row["high"]
            assert row["n_draws"] == 300
    assert mean_of(table, "with_provider")["mean"].nunique() == 1
    assert (mean_of(table, "precision")["mean"] == 1).all()


def test_what_is_no_longer_so_takes_precision_and_leaves_recall(asked: AskedNeeds) -> None:
    shares = [0.0, 0.3, 0.6]
    table = stress_recall(asked, kind="old", shares=shares, k=99, n_draws=300, seed=2)
    assert (mean_of(table, "recall")["mean"] == 1).all()
    # A need for which nobody is left does not count, so names are a little better than 1 - p.
    precision = mean_of(table, "precision")["mean"].to_numpy()
    assert precision[0] == 1
    assert (precision[1:] > 1 - np.array(shares[1:])).all()
    assert precision[1:] == pytest.approx(1 - np.array(shares[1:]), abs=0.1)
    assert mean_of(table, "with_provider")["mean"].is_monotonic_decreasing


def test_damage_grows_with_its_share_in_every_draw_and_goes_with_the_offer(
    asked: AskedNeeds,
) -> None:
    for kind in DAMAGES:
        before = draw_damage(asked.offers, kind, 0.0, seed=3, draw=1)
        assert before.listed.all()
        assert before.true.all()
        for share in (0.2, 0.5, 1.0):
            now = draw_damage(asked.offers, kind, share, seed=3, draw=1)
            assert not (now.listed & ~before.listed).any()
            assert not (now.true & ~before.true).any()
            before = now
        assert before.listed.any() == (kind == "old")
        assert before.true.any() == (kind == "missing")
    turned = asked.offers.sample(frac=1.0, random_state=1)
    one = draw_damage(asked.offers, "both", 0.5, seed=3, draw=1)
    two = draw_damage(turned, "both", 0.5, seed=3, draw=1)
    assert (one.listed[turned.index] == two.listed).all()
    assert (one.true[turned.index] == two.true).all()
    both = np.corrcoef(one.listed, one.true)[0, 1]
    assert abs(both) < 0.5
    assert (draw_damage(asked.offers, "both", 0.5, seed=3, draw=2).listed != one.listed).any()


def test_draws_are_summed_up_with_their_monte_carlo_error() -> None:
    values = stream(1, "values").random(50)
    draws = pd.DataFrame({"share": 0.5, "draw": range(50), "hit": values, "none": np.nan})
    table = middle_of_draws(draws, by=["share"]).set_index("measure")
    row = table.loc["hit"]
    assert row["mean"] == pytest.approx(values.mean())
    assert row["mcse"] == pytest.approx(values.std(ddof=1) / np.sqrt(50))
    assert [row["low"], row["high"]] == pytest.approx(np.quantile(values, [0.025, 0.975]))
    assert table.loc["none", "n_draws"] == 0


def test_wrong_numbers_are_refused(asked: AskedNeeds, db: SkillsDatabase) -> None:
    with pytest.raises(SkillsError, match="`k` must be at least 1; got 0"):
        asked.found(k=0)
    with pytest.raises(SkillsError, match="`enough` must be a level"):
        ask_for_needs(db, enough=6)
    with pytest.raises(SkillsError, match="`enough` must be a level"):
        ask_for_needs(db, enough=-1)
    with pytest.raises(SkillsError, match=r"`share` must lie between 0 and 1; got -0\.5"):
        draw_damage(asked.offers, "old", -0.5, seed=1, draw=0)
    with pytest.raises(OptionError, match="`kind` must be one of"):
        draw_damage(asked.offers, "lost", 0.5, seed=1, draw=0)
    with pytest.raises(SkillsError, match=r"`share` must lie between 0 and 1; got 1\.5"):
        draw_damage(asked.offers, "old", 1.5, seed=1, draw=0)
    with pytest.raises(SkillsError, match="`n_draws` must be at least 2; got 1"):
        stress_recall(asked, n_draws=1, seed=1)
    with pytest.raises(SkillsError, match="`shares` must name at least one share"):
        stress_recall(asked, shares=[], seed=1)
    assert read_entries(db).empty
    with pytest.raises(SkillsError, match="nobody of this database needs anything"):
        stress_recall(ask_for_needs(db), seed=1)
