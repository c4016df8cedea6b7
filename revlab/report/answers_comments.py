"""What people wrote about: a card and two tables from counts of themes, never from texts."""

import pandas as pd

from revlab.errors import EstimateError, must
from revlab.privacy.thresholds import Thresholds
from revlab.report.answer import AnswerCard
from revlab.report.caveats import Situation
from revlab.report.frames import TableView, interval, number, percent, show

__all__ = ["comments_card", "roles_view", "themes_view"]

_AGREED = 0.6
_CONVENTION = (
    "a theme counts where both coders saw it; shares of all comments with Wilson intervals; "
    "Cohen's kappa with a large-sample interval"
)
_ONLY_WRITERS = "people choose whether they write and what about; these are no opinions of all"


def comments_card(
    counts: pd.DataFrame,
    comments: pd.DataFrame,
    *,
    thresholds: Thresholds | None = None,
    simulated: bool = False,
) -> AnswerCard:
    """Return the card that says what people wrote about.

    Parameters
    ----------
    counts : pandas.DataFrame
        As `revlab.inference.comments.theme_counts` returns it.
    comments : pandas.DataFrame
        comment_id and respondent_id of every comment that both coders read.
    thresholds : Thresholds, optional
        The fewest people behind the comments; by default ten.
    simulated : bool
        Whether the data are simulated.

    Returns
    -------
    AnswerCard

    Raises
    ------
    EstimateError
        If fewer people wrote than the threshold.

    Examples
    --------
    >>> from revlab.inference.comments import theme_counts
    >>> read = pd.DataFrame({"comment_id": range(20), "respondent_id": range(20)})
    >>> codes = pd.concat([read[:12].assign(coder=c, theme="time") for c in ("ana", "bo")])
    >>> comments_card(theme_counts(codes, n_comments=20), read).answer
    'Most often about time: 12 of 20 people who wrote.'
    """
    least = (thresholds or Thresholds()).comments
    people = int(comments["respondent_id"].nunique())
    must(
        people >= least,
        f"fewer than {least} people wrote, so nothing about their comments is shown.",
        EstimateError,
    )
    shown = counts[counts["shown"].astype(bool)]
    facts = {row.theme: _fact(row) for row in shown.itertuples()}
    hidden = counts.loc[~counts["shown"].astype(bool), "theme"].tolist()
    if hidden:
        facts["Not named"] = hidden[0]
    doubtful = [row.theme for row in shown.itertuples() if not row.kappa >= _AGREED]
    if doubtful:
        names = ", ".join(doubtful)
        facts["Read with care"] = f"coders agree below {_AGREED} or cannot be compared: {names}"
    facts["Who is not here"] = _ONLY_WRITERS
    # The words of a theme are the researcher's own, so they are not judged as generated prose.
    return AnswerCard(
        question="What did people write about?",
        answer=_answer(shown, people, least),
        facts=facts,
        change_mind="Another list of themes, or two other coders who read the same comments.",
        convention=_CONVENTION,
        situation=Situation(simulated=simulated),
    )


def _answer(shown: pd.DataFrame, people: int, least: int) -> str:
    if shown.empty:
        return f"No theme was raised by {least} people or more."
    first = shown.iloc[0]
    name = str(first["theme"])
    short = name if len(name.split()) <= 8 else " ".join(name.split()[:8]) + " …"
    return f"Most often about {short}: {int(first['people'])} of {people} people who wrote."


def _fact(row: object) -> str:
    people, share = int(row.people), percent(row.share)  # type: ignore[attr-defined]
    ends = f"{percent(row.conf_low)} to {percent(row.conf_high)}"  # type: ignore[attr-defined]
    told = f"{people} people, {share} of the comments ({ends}); "
    if pd.isna(row.kappa):  # type: ignore[attr-defined]
        return told + "agreement of the coders cannot be told"
    limits = interval(row.kappa_low, row.kappa_high)  # type: ignore[attr-defined]
    return told + f"agreement of the coders (kappa) {number(row.kappa)} ({limits})"  # type: ignore[attr-defined]


def themes_view(counts: pd.DataFrame) -> TableView:
    """Show how often each theme was found, with its interval and the coders' agreement.

    Parameters
    ----------
    counts : pandas.DataFrame
        As `revlab.inference.comments.theme_counts` returns it.

    Returns
    -------
    TableView

    Examples
    --------
    >>> from revlab.inference.comments import theme_counts
    >>> rows = [(k, k, c, "time") for k in range(12) for c in ("ana", "bo")]
    >>> names = ["comment_id", "respondent_id", "coder", "theme"]
    >>> themes_view(theme_counts(pd.DataFrame(rows, columns=names), n_comments=24)).rows[0][:4]
    ('time', '12', '12', '12')
    """
    names = {
        "theme": "Theme", "people": "People", "comments": "Comments", "either": "By either coder",
        "share": "Share", "kappa": "Agreement (kappa)", "kappa_low": "Kappa from",
        "kappa_high": "Kappa to",
    }  # fmt: skip
    whole = ["people", "comments", "either"]
    return show(
        counts.drop(columns="shown").astype(dict.fromkeys(whole, "Int64")),
        caption="Themes that both coders saw",
        names=names,
        notes="Shares are of all comments, with 95% intervals. No theme of few people is named.",
    )


def roles_view(people: pd.DataFrame) -> TableView:
    """Show how many people of each role raised a theme.

    Parameters
    ----------
    people : pandas.DataFrame
        As `revlab.inference.comment_roles.theme_people_by_role` returns it.

    Returns
    -------
    TableView

    Examples
    --------
    >>> rows = [("time", "mentee", pd.NA, True), ("time", "all", 14, False)]
    >>> roles_view(pd.DataFrame(rows, columns=["theme", "role", "people", "hidden"])).rows
    (('time', 'mentee', 'hidden'), ('time', 'all', '14'))
    """
    told = [
        "hidden" if hidden else f"{int(count)}"
        for count, hidden in zip(people["people"], people["hidden"], strict=True)
    ]
    return show(
        people[["theme", "role"]].assign(people=told),
        caption="People behind each theme, by role",
        names={"theme": "Theme", "people": "People"},
        notes="Where one role is small, the other is hidden too: the total would tell it.",
    )
