"""Open comments: how often two coders found each theme, and words in context for researchers."""

import re
from dataclasses import dataclass
from math import nan

import pandas as pd

from revlab.errors import EstimateError, must
from revlab.inference.agreement import kappa
from revlab.inference.rates import wilson
from revlab.privacy.thresholds import Thresholds

__all__ = ["Concordance", "keyword_in_context", "theme_counts"]

_COLUMNS = ("comment_id", "respondent_id", "coder", "theme")


def theme_counts(
    codes: pd.DataFrame, *, n_comments: int, thresholds: Thresholds | None = None
) -> pd.DataFrame:
    """Count the themes that two coders gave to the same comments, and how far they agree.

    Parameters
    ----------
    codes : pandas.DataFrame
        One row per comment, coder and theme: comment_id, respondent_id, coder, theme. A comment
        may have several themes; one that a coder gave no theme has no row of that coder.
    n_comments : int
        Comments that both coders read, also those without a theme.
    thresholds : Thresholds, optional
        The fewest people behind a theme that is shown; by default ten.

    Returns
    -------
    pandas.DataFrame
        One row per theme, the most frequent first: theme, people (who raised it in the eyes of
        both coders), comments (both coders), either (at least one coder), share and its Wilson
        interval conf_low, conf_high (of comments, both coders), kappa with its large-sample
        interval kappa_low, kappa_high (NaN if it has none), and shown. A theme with fewer people
        than the threshold is not named: such themes are put together as "fewer than N people
        each", with shown False and no counts.

    Raises
    ------
    EstimateError
        If a column is missing, there are not exactly two coders, a row repeats, or there are
        more coded comments than ``n_comments``.

    References
    ----------
    Cohen (1960); O'Brien et al. (2014), SRQR, Academic Medicine 89, on reporting qualitative
    work. Counts are not statistics of opinions: people choose what they write about.

    Examples
    --------
    >>> rows = [(k, f"p{k}", c, "time") for k in range(12) for c in ("ana", "bo")]
    >>> codes = pd.DataFrame(rows + [(0, "p0", "ana", "trust")], columns=list(_COLUMNS))
    >>> theme_counts(codes, n_comments=20)[["theme", "people", "share"]].to_numpy().tolist()
    [['time', 12.0, 0.6], ['fewer than 10 people each (1 theme)', nan, nan]]
    """
    coders, limit = _coders(codes, n_comments), (thresholds or Thresholds()).comments
    rows = []
    for theme, given in codes.groupby("theme", sort=True):
        marks = [set(given.loc[given["coder"] == coder, "comment_id"]) for coder in coders]
        both, either = marks[0] & marks[1], marks[0] | marks[1]
        people = given.loc[given["comment_id"].isin(both), "respondent_id"].nunique()
        share = wilson(len(both), n_comments)
        agreed = _agreement(len(both), len(either), [len(m) for m in marks], n_comments)
        counted = (people, len(both), len(either), share.share, share.conf_low, share.conf_high)
        rows.append((theme, *counted, *agreed, True))
    columns = ["theme", "people", "comments", "either", "share", "conf_low", "conf_high"]
    columns += ["kappa", "kappa_low", "kappa_high", "shown"]
    table = pd.DataFrame(rows, columns=columns)
    small = table["people"] < limit
    kept = table[~small].sort_values(["people", "theme"], ascending=[False, True])
    if not small.any():
        return kept.reset_index(drop=True)
    count = int(small.sum())
    name = f"fewer than {limit} people each ({count} theme{'s' if count > 1 else ''})"
    rest = pd.DataFrame([[name, *[nan] * 9, False]], columns=table.columns)
    return pd.concat([kept.astype({"people": float}), rest], ignore_index=True)


def _coders(codes: pd.DataFrame, n_comments: int) -> list[str]:
    lost = [column for column in _COLUMNS if column not in codes]
    must(not lost, f"`codes` needs the columns {lost}.", EstimateError)
    coders = sorted(codes["coder"].astype(str).unique())
    must(
        len(coders) == 2,
        f"themes need two coders who read the same comments; the sheet has {len(coders)}.",
        EstimateError,
    )
    again = codes[codes.duplicated(["comment_id", "coder", "theme"])]
    must(
        again.empty,
        f"{len(again)} rows of `codes` repeat a comment, coder and theme; keep one of each.",
        EstimateError,
    )
    coded = codes["comment_id"].nunique()
    must(
        coded <= n_comments,
        f"{coded} comments are coded, but `n_comments` says that {n_comments} were read.",
        EstimateError,
    )
    return coders


def _agreement(both: int, either: int, marks: list[int], n: int) -> tuple[float, float, float]:
    first = [1] * marks[0] + [0] * (n - marks[0])
    # The order of comments plays no part: both, then only the first coder, then only the second.
    only_second = marks[1] - both
    second = [1] * both + [0] * (marks[0] - both) + [1] * only_second + [0] * (n - either)
    if len(set(first)) < 2 or len(set(second)) < 2:
        return nan, nan, nan
    found = kappa(first, second, weights="none")
    return found.estimate, found.conf_low, found.conf_high


@dataclass(frozen=True, repr=False)
class Concordance:
    """Words in their context. For the researcher's own screen: it refuses to be a page.

    Parameters
    ----------
    lines : pandas.DataFrame
        comment_id, before, keyword, after.
    keyword : str
        What was looked for.
    """

    lines: pd.DataFrame
    keyword: str

    def __repr__(self) -> str:
        n = self.lines["comment_id"].nunique()
        return f"{len(self.lines)} places with {self.keyword!r} in {n} comments (text not shown)"

    def _repr_html_(self) -> str:
        # A rendered notebook goes to HR, so only the count may be in it.
        return f"<p>{len(self.lines)} places; the text is in <code>.lines</code>, not here.</p>"


def keyword_in_context(
    comments: pd.DataFrame, keyword: str, *, words: int = 6, thresholds: Thresholds | None = None
) -> Concordance:
    """Find a word in comments, with the words around it.

    Parameters
    ----------
    comments : pandas.DataFrame
        comment_id and text, and respondent_id if people may have written more than once.
    keyword : str
        A word or the beginning of one; upper and lower case are the same.
    words : int
        Words to keep on each side.
    thresholds : Thresholds, optional
        The fewest people behind the comments; by default ten.

    Returns
    -------
    Concordance
        Its ``lines`` hold the text; what it shows by itself holds none.

    Raises
    ------
    EstimateError
        If the keyword is empty, a column is missing, or fewer people wrote than the threshold.

    Examples
    --------
    >>> texts = ["We never had time to meet.", *["All went well."] * 9]
    >>> said = pd.DataFrame({"comment_id": range(10), "text": texts})
    >>> found = keyword_in_context(said, "time", words=2)
    >>> found
    1 places with 'time' in 1 comments (text not shown)
    >>> found.lines[["before", "keyword", "after"]].to_numpy().tolist()
    [['never had', 'time', 'to meet.']]
    >>> keyword_in_context(said[:9], "time")
    Traceback (most recent call last):
    ...
    revlab.errors.EstimateError: the comments are of fewer than 10 people, so no words of theirs \
may be shown.
    """
    must(bool(keyword.strip()), "`keyword` is empty; give a word.", EstimateError)
    lost = [column for column in ("comment_id", "text") if column not in comments]
    must(not lost, f"`comments` needs the columns {lost}.", EstimateError)
    least = (thresholds or Thresholds()).comments
    whose = "respondent_id" if "respondent_id" in comments else "comment_id"
    must(
        comments.dropna(subset=["text"])[whose].nunique() >= least,
        f"the comments are of fewer than {least} people, so no words of theirs may be shown.",
        EstimateError,
    )
    wanted = re.compile(rf"\b{re.escape(keyword.strip())}\w*", flags=re.IGNORECASE)
    lines = []
    for row in comments.dropna(subset=["text"]).itertuples():
        text = str(row.text)
        for hit in wanted.finditer(text):
            before = " ".join(text[: hit.start()].split()[-words:])
            after = " ".join(text[hit.end() :].split()[:words])
            lines.append((row.comment_id, before, hit.group(), after))
    return Concordance(
        pd.DataFrame(lines, columns=["comment_id", "before", "keyword", "after"]), keyword
    )
