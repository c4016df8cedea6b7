"""Open comments by role: how many mentors and mentees raised a theme, where that may be told."""

import pandas as pd

from revlab.errors import EstimateError, must
from revlab.inference.comments import theme_counts
from revlab.privacy.suppression import suppress
from revlab.privacy.thresholds import Thresholds

__all__ = ["theme_people_by_role"]


def theme_people_by_role(
    codes: pd.DataFrame, comments: pd.DataFrame, *, thresholds: Thresholds | None = None
) -> pd.DataFrame:
    """Count the people behind each theme by role, with small counts hidden for good.

    Parameters
    ----------
    codes : pandas.DataFrame
        As for `theme_counts`; a person raised a theme if both coders found it in one comment.
    comments : pandas.DataFrame
        comment_id, respondent_id and role of every comment that both coders read.
    thresholds : Thresholds, optional
        The fewest people behind a count; by default ten.

    Returns
    -------
    pandas.DataFrame
        theme, role ("all" for everybody), people and hidden, for the themes that `theme_counts`
        names. If one role is small the other is hidden too, because the total would tell it.

    Raises
    ------
    EstimateError
        As `theme_counts`, or if a column is missing.

    References
    ----------
    Hundepool et al. (2024), Handbook on Statistical Disclosure Control, 2nd ed.

    Examples
    --------
    >>> read = pd.DataFrame({"comment_id": range(30), "respondent_id": range(30),
    ...                      "role": ["mentor"] * 14 + ["mentee"] * 16})
    >>> codes = pd.concat([read.assign(coder=c, theme="time") for c in ("ana", "bo")])
    >>> theme_people_by_role(codes, read)["people"].tolist()
    [16, 14, 30]
    >>> theme_people_by_role(codes[codes["comment_id"] > 5], read)["people"].tolist()
    [<NA>, <NA>, 24]
    """
    lost = [c for c in ("comment_id", "respondent_id", "role") if c not in comments]
    must(not lost, f"`comments` needs the columns {lost}.", EstimateError)
    counts = theme_counts(codes, n_comments=len(comments), thresholds=thresholds)
    roles = comments.set_index("comment_id")["role"]
    tables = []
    for theme in counts.loc[counts["shown"].astype(bool), "theme"]:
        given = codes[codes["theme"] == theme]
        times = given.groupby("comment_id")["coder"].nunique()
        both = given[given["comment_id"].isin(times.index[times == 2])]
        who = both.assign(role=both["comment_id"].map(roles))
        people = who.groupby("role")["respondent_id"].nunique()
        every = people.reindex(sorted(roles.unique()), fill_value=0).rename("people").reset_index()
        hidden = suppress(
            every, count="people", by=["role"], thresholds=thresholds, kind="comments"
        )
        tables.append(hidden.assign(theme=theme))
    columns = ["theme", "role", "people", "hidden"]
    return (
        pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame(columns=columns)
    )
