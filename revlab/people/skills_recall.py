"""Whether a search in the skills database finds who can really help, need by need."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from revlab.errors import SkillsError, must
from revlab.people.skills_asked import AskedNeeds
from revlab.people.skills_database import SkillsDatabase
from revlab.people.skills_entries import read_entries
from revlab.people.skills_phrases import own_words, read_phrases
from revlab.people.skills_ratings import one_rating
from revlab.people.skills_search import ProviderSearch
from revlab.people.skills_taxonomy import read_taxonomy

__all__ = [
    "MEASURES",
    "AskedNeeds",
    "ask_for_needs",
    "measured",
    "provider_recall",
    "recall_summary",
]

Floats = npt.NDArray[np.float64]

MEASURES = ("with_provider", "hit", "recall", "precision", "reciprocal_rank")
"""What `recall_summary` says, each a mean from 0 to 1."""

_UNIT = ["person_id", "skill_id"]


def ask_for_needs(
    db: SkillsDatabase, *, search: ProviderSearch | None = None, enough: float = 3.0
) -> AskedNeeds:
    """Search for every need of the database as the person who has it would.

    Parameters
    ----------
    db : SkillsDatabase
        The entries.
    search : ProviderSearch, optional
        How people search; its ``limit`` does not count here.
    enough : float
        Least level, 0 to 5, at which an offer is a help; one without a level is none.

    Returns
    -------
    AskedNeeds

    Raises
    ------
    SkillsError
        If ``enough`` is no level.

    Examples
    --------
    >>> import tempfile
    >>> from revlab.people.skills_database import open_skills_database
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ask_for_needs(open_skills_database(f"{folder}/skills.sqlite"))
    0 needs of 0 people, against 0 offers
    """
    must(0 <= enough <= 5, "`enough` must be a level, 0 to 5.", SkillsError)
    taxonomy = read_taxonomy(db)
    links = own_words(taxonomy, read_phrases(db)).query("confirmed")
    counts_as = dict(zip(links["skill_id"], links["target"], strict=True))
    labels = dict(zip(taxonomy["skill_id"], taxonomy["preferred_label"], strict=True))
    entries = one_rating(read_entries(db))
    entries["target"] = [counts_as.get(skill, skill) for skill in entries["skill_id"]]
    offers = entries[entries["side"] == "offer"].sort_values(_UNIT).reset_index(drop=True)
    needs = entries[entries["side"] == "need"].sort_values(_UNIT).reset_index(drop=True)
    needs = needs.assign(label=needs["skill_id"].map(labels), skill_id=needs["target"])
    texts = sorted(set(needs["label"]))
    row = pd.MultiIndex.from_frame(offers[_UNIT])
    asked = (search or ProviderSearch()).ranked(db, texts) if texts else []
    ranked = {
        text: np.asarray(row.get_indexer(pd.MultiIndex.from_frame(found[_UNIT])))
        for text, found in zip(texts, asked, strict=True)
    }
    return AskedNeeds(
        needs[["person_id", "skill_id", "label", "level"]],
        offers[[*_UNIT, "target", "level", "recorded_on"]],
        ranked,
        enough,
    )


def provider_recall(
    db: SkillsDatabase, *, k: int = 5, enough: float = 3.0, search: ProviderSearch | None = None
) -> pd.DataFrame:
    """Return, for each need of the database, whether a search names somebody who can help.

    Somebody can help who is another person and offers this very skill, own words as what they
    were confirmed to be, at a level of ``enough`` or more and above that of the need.

    Parameters
    ----------
    db : SkillsDatabase
        The entries, taken as complete and true; `revlab.people.skills_stress` says what happens
        if they are not.
    k : int
        Names that somebody who searches looks at.
    enough, search
        See `ask_for_needs`.

    Returns
    -------
    pandas.DataFrame
        One row per need, see `AskedNeeds.found`. It names people, so it is not shown; see
        `recall_summary`.

    Raises
    ------
    SkillsError
        If a number is out of bounds.

    Examples
    --------
    >>> import tempfile
    >>> from revlab.people.skills_database import open_skills_database
    >>> from revlab.people.skills_entries import record_entries
    >>> from revlab.people.skills_people import record_people
    >>> from revlab.people.skills_taxonomy import add_own_skill
    >>> rows = pd.DataFrame({"person_id": ["p1", "p2", "p3"], "skill_id": "juggling"})
    >>> rows = rows.assign(side=["offer", "need", "need"], level=[3.0, 1.0, 4.0])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     db = open_skills_database(f"{folder}/skills.sqlite")
    ...     _ = record_people(db, rows[["person_id"]].assign(unit="HR", grade=2))
    ...     _ = add_own_skill(db, "juggling")
    ...     _ = record_entries(db, rows)
    ...     provider_recall(db)[["able", "shown", "found"]].values.tolist()
    [[1.0, 1.0, 1.0], [0.0, 1.0, 0.0]]
    """
    return ask_for_needs(db, search=search, enough=enough).found(k=k)


def recall_summary(found: pd.DataFrame, *, by: Sequence[str] = ()) -> pd.DataFrame:
    """Return how well needs are served by the search, as means over needs.

    Parameters
    ----------
    found : pandas.DataFrame
        From `provider_recall`.
    by : sequence of str
        Columns to split by, such as "skill_id"; then it goes through
        `revlab.people.skills_reports.hide_small` before it is shown.

    Returns
    -------
    pandas.DataFrame
        The columns ``by``, people (who have a need), needs, with_provider (share of needs with
        somebody who can help), and of these needs: hit (share with an able one among the names
        shown), recall (share of the able ones who are shown), precision (share of the names
        shown that are able; needs without a name do not count), reciprocal_rank (one over the
        place of the first able one, 0 if there is none). NaN where there is nothing to count.

    References
    ----------
    Manning, Raghavan & Schütze 2008, Introduction to information retrieval, chapter 8.

    Examples
    --------
    >>> found = pd.DataFrame({"person_id": ["p1", "p2"], "able": [2.0, 0.0], "shown": [4.0, 4.0],
    ...                       "found": [1.0, 0.0], "first_place": [2.0, float("nan")]})
    >>> recall_summary(found)[list(MEASURES)].to_numpy().tolist()
    [[0.5, 1.0, 0.5, 0.25, 0.5]]
    """
    names = ["able", "shown", "found", "first_place"]
    known = found.assign(**measured(found[names].to_numpy(np.float64).T))
    groups = known.groupby(list(by) if by else np.zeros(len(known), dtype=int), sort=True)
    table = groups[list(MEASURES)].mean()
    table.insert(0, "people", groups["person_id"].nunique())
    table.insert(1, "needs", groups.size())
    return table.reset_index(drop=not by)


def measured(counts: Floats) -> dict[str, Floats]:
    """Return each of `MEASURES` for every need, NaN where it does not count.

    Examples
    --------
    >>> measured(np.array([[2.0], [4.0], [1.0], [2.0]]))["reciprocal_rank"].tolist()
    [0.5]
    """
    able, shown, found, first = counts
    some = able > 0
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = (found / able, np.where(shown > 0, found / shown, np.nan))
    values = (found > 0, *shares, np.nan_to_num(1.0 / first))
    of_some = (np.where(some, value, np.nan) for value in values)
    return dict(zip(MEASURES, (some.astype(np.float64), *of_some), strict=True))
