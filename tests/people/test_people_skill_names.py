"""A skill in somebody's own words finds its id, or says why it does not."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revlab.people.skill_names import find_skills, plain_words, resolve_skills
from revlab.people.skills import read_skills, skill_id
from revlab.shipped import shipped

TAXONOMY = read_skills(shipped("data/skills/esco_digital.csv"))
LABELS = TAXONOMY["preferred_label"].tolist()
ALTERNATIVES = [
    (row.skill_id, word)
    for row in TAXONOMY.itertuples()
    if isinstance(row.alt_labels, str)
    for word in row.alt_labels.split("|")
]
OWNERS = {
    key: {owner for owner, other in ALTERNATIVES if skill_id(other) == key}
    for key in {skill_id(word) for _, word in ALTERNATIVES}
}


def taxonomy(*rows: tuple[str, str]) -> pd.DataFrame:
    """Return a taxonomy from (preferred label, alternative labels)."""
    frame = pd.DataFrame(rows, columns=["preferred_label", "alt_labels"])
    return frame.assign(skill_id=frame["preferred_label"].map(skill_id))


def found(text: str, table: pd.DataFrame = TAXONOMY) -> tuple[str | None, str, tuple[str, ...]]:
    """Return what is found for one text."""
    row = find_skills([text], table).iloc[0]
    return row["skill_id"], row["how"], row["candidates"]


@pytest.mark.parametrize(
    ("text", "skill", "how"),
    [
        ("develop creative ideas", "develop-creative-ideas", "label"),
        ("develop-creative-ideas", "develop-creative-ideas", "id"),
        ("create creative ideas", "develop-creative-ideas", "alternative"),
        ("  create   creative ideas ", "develop-creative-ideas", "alternative"),
        ("Create CREATIVE ideas", "develop-creative-ideas", "normalised"),
        ("create creative idea!", "develop-creative-ideas", "normalised"),
        ("8c4c49d4-9708-433f-8ca7-bf2c5211ee49", "develop-creative-ideas", "id"),
        ("8C4C49D4-9708-433F-8CA7-BF2C5211EE49", "develop-creative-ideas", "id"),
        (
            "http://data.europa.eu/esco/skill/8c4c49d4-9708-433f-8ca7-bf2c5211ee49/",
            "develop-creative-ideas",
            "id",
        ),
        ("C#", "c#", "label"),
        ("c#", "c#", "id"),
        ("Python", "python-computer-programming", "normalised"),
        ("Using Microsoft Office", "use-microsoft-office", "normalised"),
        ("Using TikTok", None, "unknown"),
        ("C", None, "unknown"),
        ("", None, "unknown"),
        (" \t", None, "unknown"),
        ("!?", None, "unknown"),
    ],
)
def test_a_text_is_resolved_and_says_how(text: str, skill: str | None, how: str) -> None:
    assert found(text) == (skill, how, (skill,) if skill else ())


def test_what_two_skills_are_called_is_listed_and_not_guessed() -> None:
    table = taxonomy(("paint", "sketch|brush work"), ("draw", "Sketch"), ("carve", ""))
    assert found("sketch", table) == (None, "ambiguous", ("paint", "draw"))
    assert found("SKETCHES", table) == (None, "ambiguous", ("paint", "draw"))
    assert found("brush-work", table) == ("paint", "normalised", ("paint",))


def test_a_bracket_may_be_left_out_unless_another_skill_has_that_name() -> None:
    table = taxonomy(("Java (computer programming)", ""), ("brew coffee", "java|make coffee"))
    assert found("Java", table) == (
        None, "ambiguous", ("java-computer-programming", "brew-coffee"),
    )  # fmt: skip
    assert found("java (computer programming)", table)[0] == "java-computer-programming"


def test_a_closer_label_goes_before_a_looser_one() -> None:
    table = taxonomy(("advise customers", "help customers"), ("help customer", ""), ("serve", ""))
    assert found("help customer", table) == ("help-customer", "label", ("help-customer",))
    assert found("help customers", table) == (
        "advise-customers", "alternative", ("advise-customers",),
    )  # fmt: skip
    table = taxonomy(("advise", "serve clients"), ("serve client", ""))
    assert found("serves clients", table) == ("serve-client", "normalised", ("serve-client",))
    table = taxonomy(("advise", "serve"), ("serve", ""))
    assert found("Serve", table) == ("serve", "normalised", ("serve",))


def test_the_table_is_tidy_keeps_the_order_and_takes_missing_texts() -> None:
    table = find_skills(["c#", None, "c#", float("nan"), "juggling"], TAXONOMY)
    assert list(table) == ["text", "skill_id", "how", "candidates"]
    assert table["how"].tolist() == ["id", "unknown", "id", "unknown", "unknown"]
    assert table["skill_id"].isna().tolist() == [False, True, False, True, True]
    assert find_skills([], TAXONOMY).empty
    assert list(find_skills([], TAXONOMY)) == list(table)


def test_every_label_of_the_shipped_table_leads_to_its_skill() -> None:
    assert find_skills(LABELS, TAXONOMY)["skill_id"].tolist() == TAXONOMY["skill_id"].tolist()
    again = find_skills(TAXONOMY["skill_id"], TAXONOMY)["skill_id"]
    assert again.tolist() == TAXONOMY["skill_id"].tolist()
    codes = find_skills(TAXONOMY["esco_id"], TAXONOMY)
    assert codes["skill_id"].tolist() == TAXONOMY["skill_id"].tolist()
    assert set(codes["how"]) == {"id"}


def test_every_alternative_label_leads_to_an_owner_or_lists_all_of_them() -> None:
    table = find_skills([word for _, word in ALTERNATIVES], TAXONOMY)
    labels = {skill_id(label) for label in LABELS}
    for (_, word), row in zip(ALTERNATIVES, table.itertuples(), strict=True):
        owners = OWNERS[skill_id(word)]
        if skill_id(word) in labels:
            continue
        assert set(row.candidates) >= owners, word
        assert (row.skill_id in owners) == (len(row.candidates) == 1), word
    assert len(ALTERNATIVES) > 500
    assert (table["how"] == "alternative").mean() > 0.9


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_case_blanks_and_punctuation_play_no_part(data: st.DataObject) -> None:
    word = data.draw(st.sampled_from([*LABELS, *(word for _, word in ALTERNATIVES)]))
    gap = data.draw(st.sampled_from([" ", "  ", "\t", " - ", "\u00a0"]))
    bent = gap.join(data.draw(st.sampled_from([str.upper, str.title]))(word).split())
    end = data.draw(st.sampled_from(["", " ", "!", "?"]))
    assert set(found(word)[2]) == set(found(f"{end} {bent}{end}")[2])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Databases", "database"),
        ("queries", "query"),
        ("boxes, classes", "box class"),
        ("process status analysis", "process status analysis"),
        ("SQL & NoSQL", "sql nosql"),
        ("ASP.NET.", "asp.net"),
        ("C++ and C#", "c++ and c#"),
        ("user using", "user using"),
        ("R as js", "r as js"),
        ("snake_case", "snake case"),
    ],
)
def test_plain_words(text: str, words: str) -> None:
    assert plain_words(text) == words
    assert plain_words(words) == words


def test_names_that_are_not_resolved_stay_and_keep_their_index() -> None:
    names = pd.Series(["Java Script", "javascripts", "juggling"], index=[7, 3, 3])
    resolved = resolve_skills(names, TAXONOMY)
    assert resolved.tolist() == ["Java Script", "javascript", "juggling"]
    assert resolved.index.tolist() == [7, 3, 3]
