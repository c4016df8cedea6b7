"""Of several ratings of one skill, the one that counts."""

import pandas as pd

from revlab.people.skills_rows import CONTEXTS, SOURCES

__all__ = ["one_rating"]


def one_rating(entries: pd.DataFrame) -> pd.DataFrame:
    """Return the one rating that counts for each person, skill and side.

    At work before private, confirmed before not, assessed before a manager's before one's own,
    the newest.

    Parameters
    ----------
    entries : pandas.DataFrame
        From `revlab.people.skills_entries.read_entries`.

    Examples
    --------
    >>> rows = pd.DataFrame({"source": ["self", "manager"], "level": [5.0, 3.0]})
    >>> key = {"person_id": "p1", "skill_id": "sql", "side": "offer", "context": "work"}
    >>> rows = rows.assign(**key, confirmed=False, recorded_on=pd.Timestamp("2026-03-31"))
    >>> one_rating(rows)["level"].tolist()
    [3.0]
    """
    key = ["person_id", "skill_id", "side"]
    ranked = entries.assign(
        place=entries["context"].map(CONTEXTS.index).astype(int),
        trust=entries["source"].map(SOURCES.index).astype(int),
    ).sort_values(
        [*key, "place", "confirmed", "trust", "recorded_on"],
        ascending=[True, True, True, True, False, True, False],
        na_position="last",
        kind="stable",
    )
    first = ranked.drop_duplicates(key).drop(columns=["place", "trust"])
    return first.reset_index(drop=True)
