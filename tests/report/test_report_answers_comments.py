"""The card of open comments: counts and agreement, nothing below the threshold."""

import pandas as pd
import pytest

from revlab.errors import EstimateError
from revlab.inference.comments import theme_counts
from revlab.privacy.thresholds import Thresholds
from revlab.report.answer import AnswerCard
from revlab.report.answers_comments import comments_card, roles_view, themes_view


def codes(marks: dict[str, dict[str, range]]) -> pd.DataFrame:
    rows = [
        (k, f"p{k}", coder, theme)
        for coder, themes in marks.items()
        for theme, numbers in themes.items()
        for k in numbers
    ]
    return pd.DataFrame(rows, columns=["comment_id", "respondent_id", "coder", "theme"])


def read(n: int) -> pd.DataFrame:
    return pd.DataFrame({"comment_id": range(n), "respondent_id": [f"p{k}" for k in range(n)]})


def card(first: dict[str, range], second: dict[str, range], n: int = 40) -> AnswerCard:
    return comments_card(theme_counts(codes({"a": first, "b": second}), n_comments=n), read(n))


def test_the_card_tells_the_first_theme_its_interval_and_who_did_not_write() -> None:
    themes = {"time": range(20), "a boss called Ann": range(3)}
    made = card(themes, themes)
    assert made.answer == "Most often about time: 20 of 40 people who wrote."
    assert made.facts["time"].startswith("20 people, 50% of the comments (35% to 65%); agreement")
    assert made.facts["Not named"] == "fewer than 10 people each (1 theme)"
    assert "Read with care" not in made.facts
    assert "choose whether they write" in made.facts["Who is not here"]
    assert "Ann" not in repr(made) + made._repr_html_()


def test_coders_who_agree_little_are_named_on_the_card() -> None:
    made = card({"time": range(25), "all": range(40)}, {"time": range(10, 40), "all": range(40)})
    assert made.facts["Read with care"].endswith("cannot be compared: all, time")
    assert made.facts["all"].endswith("agreement of the coders cannot be told")


def test_a_theme_of_many_words_and_no_theme_still_fit_the_card() -> None:
    long = "time that was promised by the line manager and then never given to anybody at all"
    assert "promised by the line manager …" in card({long: range(20)}, {long: range(20)}).answer
    assert card({"time": range(3)}, {"time": range(3)}).answer == (
        "No theme was raised by 10 people or more."
    )


def test_a_theme_may_use_words_that_a_card_must_not() -> None:
    made = card({"no effect, a trend": range(20)}, {"no effect, a trend": range(20)})
    assert "no effect, a trend" in made.answer


def test_few_writers_get_no_card() -> None:
    counts = theme_counts(codes({c: {"time": range(9)} for c in "ab"}), n_comments=9)
    with pytest.raises(EstimateError, match="fewer than 10 people wrote"):
        comments_card(counts, read(9))
    with pytest.raises(EstimateError, match="fewer than 60 people wrote"):
        comments_card(counts, read(40), thresholds=Thresholds(comments=60))


def test_the_tables_show_no_count_of_a_small_theme_or_role() -> None:
    counts = theme_counts(
        codes({c: {"time": range(20), "tools": range(2)} for c in "ab"}), n_comments=40
    )
    assert set(themes_view(counts).rows[1][1:]) == {"–"}
    hidden = pd.DataFrame(
        {"theme": "time", "role": ["mentor", "all"], "people": pd.array([None, 20], dtype="Int64")}
    )
    view = roles_view(hidden.assign(hidden=[True, False]))
    assert [row[-1] for row in view.rows] == ["hidden", "20"]
