"""Comments: counts by two coders, nothing quoted and nothing named below the threshold."""

import numpy as np
import pandas as pd
import pytest

from revlab.errors import EstimateError
from revlab.inference.agreement import kappa
from revlab.inference.comment_roles import theme_people_by_role
from revlab.inference.comments import keyword_in_context, theme_counts
from revlab.inference.response_shift import response_shift
from revlab.privacy.thresholds import Thresholds
from revlab.rng import stream


def sheet(marks: dict[str, dict[str, set[int]]]) -> pd.DataFrame:
    """Return a coding sheet: coder to theme to numbers of comments."""
    rows = [
        (k, f"p{k}", coder, theme)
        for coder, themes in marks.items()
        for theme, comments in themes.items()
        for k in sorted(comments)
    ]
    return pd.DataFrame(rows, columns=["comment_id", "respondent_id", "coder", "theme"])


def test_counts_shares_and_kappa_are_those_of_the_two_by_two_table() -> None:
    codes = sheet({"a": {"time": set(range(14))}, "b": {"time": set(range(2, 17))}})
    row = theme_counts(codes, n_comments=30).iloc[0]
    assert (row["people"], row["comments"], row["either"]) == (12, 12, 17)
    assert row["share"] == pytest.approx(12 / 30)
    agree, chance = (12 + 13) / 30, (14 * 15 + 16 * 15) / 900
    assert row["kappa"] == pytest.approx((agree - chance) / (1 - chance))
    assert row["conf_low"] < 12 / 30 < row["conf_high"]


def test_a_person_who_writes_twice_counts_once() -> None:
    codes = sheet({c: {"time": set(range(12))} for c in ("a", "b")})
    codes["respondent_id"] = [f"p{k // 2}" for k in codes["comment_id"]]
    shown = theme_counts(codes, n_comments=20)
    assert shown["shown"].tolist() == [False]


def test_themes_of_few_people_are_not_named_nor_counted() -> None:
    themes = {"time": set(range(12)), "my boss Ann": {1, 2}, "parking": {3}}
    table = theme_counts(sheet({"a": themes, "b": themes}), n_comments=20)
    assert table["theme"].tolist() == ["time", "fewer than 10 people each (2 themes)"]
    assert table.iloc[1].drop(["theme", "shown"]).isna().all()
    stricter = Thresholds().raised(comments=15)
    assert not theme_counts(sheet({"a": themes, "b": themes}), n_comments=20, thresholds=stricter)[
        "shown"
    ].any()


def test_agreement_by_chance_has_a_kappa_near_zero() -> None:
    rng = stream(1, "test coders")
    marks = {
        coder: {"time": set(np.flatnonzero(rng.random(4000) < 0.5).tolist())} for coder in "ab"
    }
    assert abs(theme_counts(sheet(marks), n_comments=4000)["kappa"].item()) < 0.06


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        (sheet({"a": {"t": {1}}}), "two coders who read the same comments; the sheet has 1"),
        (
            pd.concat([sheet({c: {"t": {1}} for c in "ab"})] * 2),
            "repeat a comment, coder and theme",
        ),
        (sheet({c: {"t": set(range(30))} for c in "ab"}), "30 comments are coded, but"),
        (sheet({c: {"t": {1}} for c in "ab"}).drop(columns="theme"), r"the columns \['theme'\]"),
    ],
)
def test_a_sheet_that_cannot_be_is_refused(codes: pd.DataFrame, message: str) -> None:
    with pytest.raises(EstimateError, match=message):
        theme_counts(codes, n_comments=20)


def test_text_is_for_the_researcher_and_never_shows_by_itself() -> None:
    texts = ["No time, no Times.", "untimely <b>secret</b>", None, *["all is well"] * 8]
    said = pd.DataFrame({"comment_id": range(11), "text": texts})
    found = keyword_in_context(said, "time", words=1)
    assert found.lines["keyword"].tolist() == ["time", "Times"]
    assert found.lines["after"].tolist() == [",", "."]
    for text in (repr(found), found._repr_html_()):
        assert "No" not in text
        assert "secret" not in text
    with pytest.raises(EstimateError, match="is empty; give a word"):
        keyword_in_context(said, "  ")


def test_words_of_fewer_people_than_the_threshold_stay_unseen() -> None:
    said = pd.DataFrame({"comment_id": range(12), "text": ["no time"] * 12})
    assert len(keyword_in_context(said, "time").lines) == 12
    for few in (said[:9], said.assign(respondent_id=said["comment_id"] // 2)):
        with pytest.raises(EstimateError, match="of fewer than 10 people, so no words"):
            keyword_in_context(few, "time")
    with pytest.raises(EstimateError, match="of fewer than 13 people"):
        keyword_in_context(said, "time", thresholds=Thresholds(comments=13))


def test_kappa_comes_with_its_interval_and_without_one_it_has_none() -> None:
    codes = sheet({"a": {"time": set(range(14))}, "b": {"time": set(range(2, 17))}})
    row = theme_counts(codes, n_comments=30).iloc[0]
    marks = [[int(k in marked) for k in range(30)] for marked in (range(14), range(2, 17))]
    whole = kappa(*marks, weights="none")
    assert row["kappa_low"] == pytest.approx(whole.conf_low)
    assert row["kappa_high"] == pytest.approx(whole.conf_high)
    alike = sheet({c: {"time": set(range(12))} for c in "ab"})
    assert theme_counts(alike, n_comments=12)[["kappa", "kappa_low"]].isna().all(axis=None)


def roles_of(n_mentors: int, n: int) -> pd.DataFrame:
    """Return ``n`` comments, each of a person of its own, the first of mentors."""
    role = ["mentor" if k < n_mentors else "mentee" for k in range(n)]
    people = [f"p{k}" for k in range(n)]
    return pd.DataFrame({"comment_id": range(n), "respondent_id": people, "role": role})


def test_people_by_role_are_counted_and_a_small_role_hides_the_other() -> None:
    themes = {"time": set(range(5, 40)), "tools": set(range(3, 30)), "trust": {1, 2}}
    codes = sheet(dict.fromkeys("ab", themes))
    found = theme_people_by_role(codes, roles_of(16, 40)).set_index(["theme", "role"])
    assert set(found.index.get_level_values("theme")) == {"time", "tools"}
    assert found["people"].loc["time"].to_dict() == {"mentee": 24, "mentor": 11, "all": 35}
    assert found["people"].loc["tools"].to_dict() == {"mentee": 14, "mentor": 13, "all": 27}
    small = theme_people_by_role(codes, roles_of(12, 40)).set_index(["theme", "role"])
    assert small["hidden"].loc["tools"].to_dict() == {"mentee": True, "mentor": True, "all": False}
    assert small["people"].loc["tools"].isna().tolist() == [True, True, False]


def test_no_named_theme_gives_no_table_by_role() -> None:
    codes = sheet({c: {"trust": {1, 2}} for c in "ab"})
    assert theme_people_by_role(codes, roles_of(16, 40)).empty
    with pytest.raises(EstimateError, match=r"needs the columns \['role'\]"):
        theme_people_by_role(codes, roles_of(16, 40).drop(columns="role"))


def test_a_then_test_shifts_the_start_and_both_gains_are_told() -> None:
    rng = stream(2, "test then")
    pre = rng.normal(3, 1, 40)
    then, post = pre - 0.5 + rng.normal(0, 0.1, 40), pre + 0.4 + rng.normal(0, 0.1, 40)
    then[0] = np.nan
    both = response_shift(pre, then, post)
    assert both.from_then.estimate - both.from_pre.estimate == pytest.approx(0.5, abs=0.05)
    assert both.shift.conf_high < 0
    assert (both.from_then.n_missing, both.from_pre.n_missing) == (1, 0)
    assert both.to_frame()["contrast"].tolist() == ["post - pre", "post - then", "then - pre"]


def test_a_theme_of_ten_people_is_named_and_one_of_nine_is_not() -> None:
    marks = {"ten": set(range(10)), "nine": set(range(9))}
    found = theme_counts(sheet({"ana": marks, "bo": marks}), n_comments=30)
    assert found["theme"].tolist() == ["ten", "fewer than 10 people each (1 theme)"]
    assert found["people"].isna().tolist() == [False, True]


def test_a_mark_that_repeats_under_another_person_is_refused() -> None:
    codes = sheet({"ana": {"time": {1, 2}}, "bo": {"time": {1, 2}}})
    again = codes.head(1).assign(respondent_id="somebody else")
    with pytest.raises(EstimateError, match="1 rows of `codes` repeat a comment, coder and theme"):
        theme_counts(pd.concat([codes, again]), n_comments=5)


def test_a_keyword_is_no_pattern_and_an_empty_comment_is_no_person() -> None:
    said = pd.DataFrame({"comment_id": range(10), "text": ["we meet", *["m..t a.b c"] * 9]})
    assert keyword_in_context(said, "m..t").lines["keyword"].tolist() == ["m..t"] * 9
    said.loc[9, "text"] = None
    with pytest.raises(EstimateError, match="the comments are of fewer than 10 people"):
        keyword_in_context(said, "meet")


def test_the_interval_of_kappa_ends_at_one() -> None:
    ratings = [1, 2] * 6 + [1]
    assert kappa(ratings, [*ratings[:-1], 2], weights="none").conf_high == 1.0
