"""How old and how complete the skills database is; small cells can be hidden."""

from collections.abc import Sequence
from datetime import date

import pandas as pd

from revlab.errors import SkillsError, must, one_of
from revlab.people.skills_database import SkillsDatabase
from revlab.people.skills_entries import read_entries
from revlab.people.skills_people import read_people
from revlab.people.skills_rows import SIDES
from revlab.privacy.suppression import suppress
from revlab.privacy.thresholds import Thresholds

__all__ = ["completeness", "hide_small", "staleness", "with_people"]

_UNKNOWN = "not known"
_WAYS = ("unit", "site", "skill_id")


def staleness(
    db: SkillsDatabase, *, today: date, months: int = 12, by: Sequence[str] = ("unit",)
) -> pd.DataFrame:
    """Return how many offers and needs are older than some months.

    Parameters
    ----------
    db : SkillsDatabase
        The entries.
    today : datetime.date
        The day to count back from.
    months : int
        An entry that was recorded on the day so many months ago is not yet old.
    by : sequence of str
        What to split by: "unit", "site", "skill_id", or two of them.

    Returns
    -------
    pandas.DataFrame
        The columns ``by``, then people (who have an entry), entries, undated, old, share_old (of
        the entries with a day, 0 to 1; missing if there is none). Before it is shown it goes
        through `hide_small`.

    Raises
    ------
    OptionError
        If ``by`` names something else.
    SkillsError
        If ``months`` is below 1, or ``by`` does not name one or two things.

    Examples
    --------
    >>> import tempfile
    >>> from revlab.people.skills_database import open_skills_database
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     db = open_skills_database(f"{folder}/skills.sqlite")
    ...     staleness(db, today=date(2026, 3, 31)).columns.tolist()
    ['unit', 'people', 'entries', 'undated', 'old', 'share_old']
    """
    must(months >= 1, "`months` must be at least 1.", SkillsError)
    must(
        1 <= len(by) <= 2 and len(set(by)) == len(by),
        "`by` must name one or two things to split by.",
        SkillsError,
    )
    for name in by:
        one_of("by", name, _WAYS)
    entries = with_people(read_entries(db), read_people(db))
    limit = pd.Timestamp(today) - pd.DateOffset(months=months)
    entries["undated"] = entries["recorded_on"].isna()
    entries["old"] = entries["recorded_on"] < limit
    table = entries.groupby(list(by), sort=True).agg(
        people=("person_id", "nunique"),
        entries=("person_id", "size"),
        undated=("undated", "sum"),
        old=("old", "sum"),
    )
    dated = table["entries"] - table["undated"]
    return table.assign(share_old=table["old"] / dated.where(dated > 0)).reset_index()


def completeness(db: SkillsDatabase) -> pd.DataFrame:
    """Return, for each unit, what is missing from what its people say.

    Returns
    -------
    pandas.DataFrame
        unit; people; how many of them have no offer, no need, neither; entries; how many of those
        have no level, no day, and are not confirmed. Before it is shown it goes through
        `hide_small`.

    Examples
    --------
    >>> import tempfile
    >>> from revlab.people.skills_database import open_skills_database
    >>> from revlab.people.skills_people import record_people
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     db = open_skills_database(f"{folder}/skills.sqlite")
    ...     _ = record_people(db, pd.DataFrame({"person_id": ["p1"], "unit": "HR", "grade": 2}))
    ...     completeness(db)[["unit", "people", "without_offer"]].values.tolist()
    [['HR', 1, 1]]
    """
    people, entries = read_people(db), read_entries(db)
    has = {side: set(entries.loc[entries["side"] == side, "person_id"]) for side in SIDES}
    told = people[["person_id", "unit"]].copy()
    for side in SIDES:
        told[f"without_{side}"] = ~told["person_id"].isin(has[side])
    told["without_any"] = told["without_offer"] & told["without_need"]
    flags = ["without_offer", "without_need", "without_any"]
    table = told.groupby("unit", sort=True).agg(
        people=("person_id", "size"), **{name: (name, "sum") for name in flags}
    )
    entries = entries.merge(told[["person_id", "unit"]], on="person_id")
    rows = entries.assign(
        entries=1,
        without_level=entries["level"].isna().astype(int),
        undated=entries["recorded_on"].isna().astype(int),
        unconfirmed=(~entries["confirmed"]).astype(int),
    )
    names = ["entries", "without_level", "undated", "unconfirmed"]
    sums = rows.groupby("unit")[names].sum().reindex(table.index, fill_value=0)
    return table.join(sums).reset_index()


def with_people(entries: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Return entries with the unit and the site of their people; an unknown site is named so."""
    table = entries.merge(people[["person_id", "unit", "site"]], on="person_id")
    table["site"] = table["site"].where(table["site"].notna(), _UNKNOWN)
    return table


def hide_small(
    report: pd.DataFrame,
    *,
    by: Sequence[str],
    count: str = "people",
    thresholds: Thresholds | None = None,
) -> pd.DataFrame:
    """Return a report as it may be shown: cells with few people, and those that give them away.

    Parameters
    ----------
    report : pandas.DataFrame
        From a function of this module.
    by : sequence of str
        The one or two columns that name its rows.
    count : str
        The column with the number of people behind a row.
    thresholds : Thresholds, optional
        The default is 5 people.

    Returns
    -------
    pandas.DataFrame
        What `revlab.privacy.suppression.suppress` returns, in the order of the report and without
        totals. Another number of people below the threshold, but for 0, is left out too.

    Examples
    --------
    >>> report = pd.DataFrame({"unit": ["HR", "IT", "Law"], "people": [3, 9, 4], "old": [1, 2, 3]})
    >>> hide_small(report, by=["unit"])["old"].tolist()
    [<NA>, 2, <NA>]
    """
    if report.empty:
        return report.assign(hidden=pd.Series(dtype=bool))
    limits = thresholds or Thresholds()
    shown = suppress(report, count=count, by=by, thresholds=limits)
    table = report[list(by)].merge(shown, on=list(by))
    for name in {"offered_by", "able"} & set(table):
        small = table[name].between(1, limits.scores - 1).fillna(value=False)
        table[name] = table[name].astype("Int64").mask(small)
    for name in report.select_dtypes("integer"):
        table[name] = table[name].astype("Int64")
    others = [name for name in report if name in table and name not in by]
    return table[[*by, *others, "hidden"]]
