"""Free text: how sure a proposal is, how often it is right, and that a person has the last word."""

import threading
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skills_staff import EXCEL, MARKETING, TAXONOMY, WORD, cohort_of, entries, entry

from revlab.errors import ConflictError, SkillsError, TableError
from revlab.people.phrase_words import MOST, WordOverlap, everyday_words, word_stems
from revlab.people.skills_database import SkillsDatabase
from revlab.people.skills_entries import record_entries
from revlab.people.skills_exchange import import_cohort, to_cohort_skills
from revlab.people.skills_phrases import confirm_phrase, map_phrases, propose, read_phrases
from revlab.people.skills_review import (
    confirm_review,
    open_phrases,
    read_texts,
    write_review,
)
from revlab.people.skills_taxonomy import add_own_skill, add_taxonomy

DAY = date(2026, 3, 31)
BY_HAND = pd.read_csv(Path(__file__).parent / "phrases_by_hand.csv", keep_default_na=False)
NO_PHRASES = pd.DataFrame(columns=["words", "skill_id", "confidence", "confirmed_by"])
OVERLAP = WordOverlap(TAXONOMY, everyday_words())


def proposals(everyday: bool) -> pd.DataFrame:
    """Return the proposals for the hand-made list, with or without the everyday words."""
    taxonomy = TAXONOMY.assign(attribution="ESCO")
    found = propose(BY_HAND["text"].tolist(), taxonomy, NO_PHRASES)
    if not everyday:
        bare = WordOverlap(TAXONOMY)
        for place in found.index[found["how"].isin(["words", "unknown"])]:
            best = bare(found.at[place, "text"])
            found.loc[place, ["skill_id", "confidence"]] = [
                best and best.skill_id, best.confidence if best else 0.0,
            ]  # fmt: skip
    wanted = BY_HAND["skill_id"].where(BY_HAND["skill_id"] != "", None)
    return found.assign(right=found["skill_id"] == wanted, wanted=wanted.notna())


def test_the_hand_made_list_names_skills_that_exist() -> None:
    assert len(BY_HAND) >= 60
    assert set(BY_HAND["skill_id"]) - {""} <= set(TAXONOMY["skill_id"])
    assert set(everyday_words()) <= set(TAXONOMY["skill_id"])


@pytest.mark.parametrize(
    ("everyday", "threshold", "precision", "recall"),
    [
        (True, 0.2, 0.87, 0.90),
        (True, 0.4, 0.98, 0.83),
        (True, 0.5, 1.00, 0.58),
        (True, 0.7, 1.00, 0.33),
        (False, 0.2, 0.65, 0.52),
        (False, 0.4, 0.93, 0.42),
        (False, 0.5, 0.95, 0.31),
    ],
)
def test_precision_and_recall_on_the_hand_made_list(
    everyday: bool, threshold: float, precision: float, recall: float
) -> None:
    found = proposals(everyday)
    told = found[found["confidence"] >= threshold]
    assert told["right"].mean() >= precision
    assert told["right"].sum() / found["wanted"].sum() >= recall


def test_where_a_proposal_is_acted_on_it_is_right_at_least_as_often_as_it_says() -> None:
    for everyday in (True, False):
        found = proposals(everyday)
        for low, high in ((0.4, 0.5), (0.5, 0.65), (0.65, 1.01)):
            part = found[(found["confidence"] >= low) & (found["confidence"] < high)]
            assert len(part) >= 4
            assert part["right"].mean() >= part["confidence"].mean()


def test_how_a_text_was_read_and_how_sure_that_is(db: SkillsDatabase) -> None:
    add_own_skill(db, "brew coffee", alt_labels=["espresso"])
    twin = pd.DataFrame(
        {"skill_id": ["pull-shots"], "preferred_label": ["pull shots"], "alt_labels": ["espresso"]}
    )
    add_taxonomy(db, twin, attribution=None)
    confirm_phrase(db, "the green tool", EXCEL, by="hr")
    texts = [
        "javascript", "JavaScript", "use spreadsheets program", "USE spreadsheet programs",
        "The Green Tools", "Espresso", "helps with TikTok ads", "juggling", "", "!?", "\0",
    ]  # fmt: skip
    found = map_phrases(db, texts)
    assert found["text"].tolist() == texts
    assert found[["skill_id", "confidence", "how"]].values.tolist() == [
        ["javascript", 1.0, "id"],
        ["javascript", 1.0, "label"],
        [EXCEL, 0.9, "alternative"],
        [EXCEL, 0.8, "normalised"],
        [EXCEL, 1.0, "confirmed"],
        ["brew-coffee", 0.4, "ambiguous"],
        [MARKETING, 0.7, "words"],
        *[[None, 0.0, "unknown"]] * 4,
    ]
    assert found["label"].tolist()[4] == "use spreadsheets software"
    assert map_phrases(db, []).empty


def test_the_overlap_is_the_stated_formula() -> None:
    frame = pd.DataFrame(
        {"skill_id": ["film", "paint", "sing"],
         "preferred_label": ["edit films", "paint walls", "sing songs"],
         "alt_labels": [None, "edit walls", None]}
    )  # fmt: skip
    overlap = WordOverlap(frame)
    from math import log

    once, twice = log(1 + 3 / 1), log(1 + 3 / 2)
    wall = overlap("old walls")
    assert wall.skill_id == "paint"
    # "old" is in no label and weighs as the rarest word; "edit walls" is the closer label.
    assert wall.confidence == pytest.approx(MOST * 2 * once / (2 * once + once + twice), abs=1e-6)
    tie = overlap("edit")
    assert tie.skill_id == "film"
    assert tie.confidence == pytest.approx(MOST * 2 * twice / (2 * twice + once) / 2, abs=1e-6)
    assert overlap("dance") is None
    assert overlap("kann gut") is None


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=60) | st.sampled_from(BY_HAND["text"].tolist()))
def test_every_text_gets_a_confidence_below_that_of_another_spelling(text: str) -> None:
    best = OVERLAP(text)
    if best is not None:
        assert 0 < best.confidence <= MOST < 0.8
        assert best.skill_id in set(TAXONOMY["skill_id"])
        assert OVERLAP(text.swapcase().swapcase()) is not None
    assert word_stems(text) == word_stems(f"  {text} ")


def test_import_proposes_a_skill_for_own_words_and_a_person_confirms(db: SkillsDatabase) -> None:
    cohort = cohort_of(
        ("p1", "tiktok-ads", "offer", 4.0, "self"), ("p1", MARKETING, "offer", 2.0, "self"),
        ("p2", "juggling", "offer", 3.0, "self"), ("p2", "🎨", "need", 3.0, "self"),
    )  # fmt: skip
    import_cohort(db, cohort, recorded_on=DAY)
    told = read_phrases(db)
    assert told[["text", "skill_id", "confidence", "how"]].values.tolist() == [
        ["juggling", "juggling", 0.0, "unknown"],
        ["tiktok ads", MARKETING, 0.7, "words"],
    ]
    assert told["confirmed_by"].isna().all()
    assert open_phrases(db) == ["juggling", "tiktok ads"]
    assert len(to_cohort_skills(db)) == 4
    confirm_phrase(db, "TikTok ads", MARKETING, by="hr")
    assert read_phrases(db)["confirmed_by"].tolist() == [None, "hr"]
    found = to_cohort_skills(db).query("person_id == 'p1'")
    # The person's own rating of the very skill counts before that of the words.
    assert found.values.tolist() == [["p1", MARKETING, "offer", 2.0, "self"]]
    assert open_phrases(db) == ["juggling"]
    again = cohort_of(("p3", "tiktok-ads", "need", 1.0, "self"))
    assert import_cohort(db, again, recorded_on=DAY).own_skills == 0
    found = to_cohort_skills(db).query("person_id == 'p3'")
    assert found["skill_id"].tolist() == [MARKETING]


def test_what_cannot_be_confirmed_is_one_sentence(db: SkillsDatabase) -> None:
    cohort = cohort_of(("p1", "tiktok-ads", "offer", 4.0, "self"))
    import_cohort(db, cohort, recorded_on=DAY)
    for text, skill, by, sentence in (
        ("x", "magic", "hr", r"knows no skill 'magic'; look its id up"),
        ("!?", EXCEL, "hr", r"the text has no word in it"),
        ("x", EXCEL, " ", r"text: 1 of 2 cells is empty"),
        ("x" * 501, EXCEL, "hr", r"text: 1 of 2 texts is longer than 500"),
        ("x\0", EXCEL, "hr", r"text: 1 of 2 texts holds a NUL"),
        ("x", "tiktok-ads", "hr", r"'tiktok-ads' is itself only somebody's own words; choose"),
    ):
        with pytest.raises(SkillsError, match=sentence):
            confirm_phrase(db, text, skill, by=by)
    confirm_phrase(db, "tiktok ads", "tiktok-ads", by="hr")
    confirm_phrase(db, "x", "tiktok-ads", by="hr")
    confirm_phrase(db, "X!", "tiktok-ads", by="somebody else")
    assert read_phrases(db)["confirmed_by"].tolist() == ["hr", "hr"]
    with pytest.raises(ConflictError, match=r"confirmed to be 'tiktok-ads' by somebody else, not"):
        confirm_phrase(db, "x", EXCEL, by="hr")


def test_of_two_who_confirm_at_once_the_later_is_told(db: SkillsDatabase) -> None:
    gate, told = threading.Barrier(2), []

    def confirm(skill: str) -> None:
        gate.wait()
        try:
            confirm_phrase(db, "the green tool", skill, by=skill)
        except ConflictError as error:
            told.append(str(error))

    threads = [threading.Thread(target=confirm, args=(skill,)) for skill in (EXCEL, WORD)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 1
    row = read_phrases(db).iloc[0]
    assert row["skill_id"] == row["confirmed_by"]


def test_a_sheet_goes_out_and_comes_back(db: SkillsDatabase, tmp_path: Path) -> None:
    wishes = tmp_path / "wishes.csv"
    wishes.write_text("text;who\nkann gut Excel;a\n=cmd();b\nkann gut Excel;c\n;d\n", "utf-8")
    texts = read_texts(wishes)
    assert texts == ["kann gut Excel", "=cmd()"]
    path = tmp_path / "review.csv"
    sheet = write_review(db, texts, path)
    assert sheet["text"].tolist() == ["=cmd()", "kann gut Excel"]
    assert '\n"\'=cmd()",' in path.read_text("utf-8-sig")
    assert confirm_review(db, path, by="hr").left == 2
    rows = pd.read_csv(path, dtype=str, encoding="utf-8-sig").fillna("")
    rows["confirm"] = ["ja", "YES"]
    rows.loc[0, "skill_id"] = "web-programming"
    rows.to_csv(path, index=False)
    assert repr(confirm_review(db, path, by="hr")) == "2 phrases confirmed, 0 left open"
    assert read_phrases(db)[["text", "skill_id"]].values.tolist() == [
        ["=cmd()", "web-programming"], ["kann gut Excel", EXCEL],
    ]  # fmt: skip
    assert write_review(db, texts, tmp_path / "next.csv").empty
    rows.to_excel(tmp_path / "review.xlsx", index=False)
    assert confirm_review(db, tmp_path / "review.xlsx", by="hr").confirmed == 2


def test_a_sheet_with_faults_names_each_of_them(db: SkillsDatabase, tmp_path: Path) -> None:
    path = tmp_path / "review.csv"
    path.write_text("text,skill_id,confirm\na,magic,yes\nb,,perhaps\nc,c#,yes\n", "utf-8")
    with pytest.raises(TableError, match=r"row 2, column 'skill_id': the database knows") as said:
        confirm_review(db, path, by="hr")
    assert [fault.row for fault in said.value.faults] == [2, 3]
    assert read_phrases(db)["text"].tolist() == ["c"]
    path.write_text("text,skill_id,confirm\nc,javascript,yes\n", "utf-8")
    with pytest.raises(TableError, match=r"row 2: these words were confirmed to be 'c#'"):
        confirm_review(db, path, by="hr")
    path.write_text("text,skill\na,magic\n", "utf-8")
    with pytest.raises(TableError, match=r"column 'skill_id': this column is missing"):
        confirm_review(db, path, by="hr")
    with pytest.raises(TableError, match=r"none\.csv: there is no such file"):
        read_texts(tmp_path / "none.csv")
    with pytest.raises(SkillsError, match=r"needs the name of a role, or a pseudonym"):
        confirm_review(db, path, by=" ")


def test_a_sheet_is_not_written_over(db: SkillsDatabase, tmp_path: Path) -> None:
    record_entries(db, entries(entry("p1", EXCEL)))
    path = tmp_path / "review.csv"
    path.write_text("kept", "utf-8")
    with pytest.raises(ValueError, match=r"review\.csv is already there"):
        write_review(db, ["a"], path)
    assert path.read_text("utf-8") == "kept"
