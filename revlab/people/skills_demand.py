"""Where the demand for skills meets no supply, as the skills database knows it."""

import pandas as pd

from revlab.errors import SkillsError, must, one_of
from revlab.people.skills_database import SkillsDatabase
from revlab.people.skills_entries import read_entries
from revlab.people.skills_people import read_people
from revlab.people.skills_phrases import own_words, read_phrases
from revlab.people.skills_ratings import one_rating
from revlab.people.skills_reports import with_people
from revlab.people.skills_taxonomy import read_taxonomy

__all__ = ["VERDICTS", "demand_and_supply"]

VERDICTS = (
    "nobody offers it",
    "at too low a level",
    "too few offer it",
    "covered",
    "not wanted",
)
"""What `demand_and_supply` may say of a skill, the most urgent first."""


def demand_and_supply(
    db: SkillsDatabase, *, enough: float = 3.0, per_provider: int = 1, by: str = "all"
) -> pd.DataFrame:
    """Return who wants and who offers each skill, the most urgent first.

    Parameters
    ----------
    db : SkillsDatabase
        The entries; own words count as the skill that they were confirmed to be.
    enough : float
        Least level, 0 to 5, at which an offer is a help; an offer without a level is none.
    per_provider : int
        How many people one provider can help.
    by : {"all", "site"}
        Whether a need at one site may be met at another.

    Returns
    -------
    pandas.DataFrame
        skill_id, label, site (if asked for), wanted_by, offered_by, able (of those, at a level
        that is enough), all numbers of people, and verdict, one of `VERDICTS`. Before it is shown
        it goes through `revlab.people.skills_reports.hide_small`.

    Raises
    ------
    OptionError
        If ``by`` is something else.
    SkillsError
        If a number is out of bounds.

    Examples
    --------
    >>> import tempfile
    >>> from revlab.people.skills_database import open_skills_database
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     len(demand_and_supply(open_skills_database(f"{folder}/skills.sqlite")))
    0
    """
    one_of("by", by, ("all", "site"))
    must(0 <= enough <= 5, "`enough` must be a level, 0 to 5.", SkillsError)
    must(per_provider >= 1, "`per_provider` must be at least 1.", SkillsError)
    entries = with_people(one_rating(read_entries(db)), read_people(db))
    taxonomy = read_taxonomy(db)
    links = own_words(taxonomy, read_phrases(db)).query("confirmed")
    target = entries["skill_id"].map(dict(zip(links["skill_id"], links["target"], strict=True)))
    entries["skill_id"] = target.where(target.notna(), entries["skill_id"]).astype(object)
    keys = ["skill_id", "site"] if by == "site" else ["skill_id"]
    needs = entries[entries["side"] == "need"].groupby(keys)["person_id"].nunique()
    offers = entries[entries["side"] == "offer"]
    able = offers[offers["level"] >= enough].groupby(keys)["person_id"].nunique()
    counts = {
        "wanted_by": needs,
        "offered_by": offers.groupby(keys)["person_id"].nunique(),
        "able": able,
    }
    table = pd.concat(counts, axis=1).fillna(0).astype("int64").reset_index()
    cells = zip(table["wanted_by"], table["offered_by"], table["able"], strict=True)
    table["verdict"] = pd.Series(
        [_verdict(*cell, per_provider=per_provider) for cell in cells], dtype=object
    )
    labels = taxonomy.set_index("skill_id")["preferred_label"]
    table.insert(1, "label", table["skill_id"].map(labels).astype(object))
    urgency = table["verdict"].map(VERDICTS.index).astype(int)
    order = table.assign(urgency=urgency, fewer=-table["wanted_by"])
    return order.sort_values(["urgency", "fewer", *keys])[table.columns].reset_index(drop=True)


def _verdict(wanted: int, offered: int, able: int, *, per_provider: int) -> str:
    nobody, too_low, too_few, covered, not_wanted = VERDICTS
    if not wanted:
        return not_wanted
    if not offered:
        return nobody
    if able * per_provider >= wanted:
        return covered
    return too_low if offered * per_provider >= wanted or not able else too_few
