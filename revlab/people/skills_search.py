"""Who can help with a skill: offers of it and of skills near it, each with its reason."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from revlab.errors import SkillsError, must, one_of
from revlab.people.skills_database import SkillsDatabase
from revlab.people.skills_entries import read_entries
from revlab.people.skills_people import read_people
from revlab.people.skills_phrases import own_words, read_phrases
from revlab.people.skills_ratings import one_rating
from revlab.people.skills_rows import CONTEXTS
from revlab.people.skills_taxonomy import read_taxonomy
from revlab.people.skills_wanted import Wanted, nearness, read_all_wanted

__all__ = ["ProviderSearch", "find_providers"]

_RATED = {"assessed": "assessed", "manager": "rated by a manager", "simulated": "simulated"}
_COLUMNS = [
    *("person_id", "unit", "site", "grade", "skill_id", "label", "similarity", "level"),
    *("source", "context", "recorded_on", "confirmed", "reason"),
]


@dataclass(frozen=True)
class ProviderSearch:
    """How people who offer a skill are looked for and ranked.

    A person counts with the best of what the person offers: the nearest to what is wanted, then
    the highest level, confirmed before not, used at work before private, the newest. Of several
    ratings of one skill one counts, see `revlab.people.skills_ratings.one_rating`.

    Parameters
    ----------
    min_level : float, optional
        Least level, 0 to 5; offers without a level are then left out.
    site : str, optional
        Only people of this site.
    available : str, optional
        Only people who say that they are free in this time slot.
    limit : int
        Most people to return.
    phrases : {"confirmed", "all"}
        Whether own words count only as what somebody confirmed them to be, or also as what they
        were proposed to be, times the confidence of the proposal. The very same words always
        count.
    at_least : float
        Least similarity, 0 to 1.

    Raises
    ------
    SkillsError
        If a number is out of bounds.
    """

    min_level: float | None = None
    site: str | None = None
    available: str | None = None
    limit: int = 20
    phrases: str = "confirmed"
    at_least: float = 0.5

    def __post_init__(self) -> None:
        one_of("phrases", self.phrases, ("confirmed", "all"))
        level = self.min_level
        must(level is None or 0 <= level <= 5, "`min_level` must be 0 to 5.", SkillsError)
        must(self.limit >= 1, "`limit` must be at least 1.", SkillsError)
        must(0 < self.at_least <= 1, "`at_least` must be above 0, at most 1.", SkillsError)

    def __call__(self, db: SkillsDatabase, text: str) -> pd.DataFrame:
        """Return the people who offer what the text stands for; see `find_providers`."""
        found = self.ranked(db, [text])[0]
        found = found.drop_duplicates("person_id").head(self.limit).reset_index(drop=True)
        found["reason"] = [_reason(row) for row in found.to_dict("records")]
        return found[_COLUMNS]

    def ranked(self, db: SkillsDatabase, texts: Sequence[str]) -> list[pd.DataFrame]:
        """Return for each text every offer that counts, the best first.

        A person stands there with each skill that is near enough; the search shows the first
        ``limit`` people in this order, each with the first of their rows.
        """
        taxonomy, told = read_taxonomy(db), read_phrases(db)
        links = own_words(taxonomy, told)
        links = links[links["target"] != links["skill_id"]]
        if self.phrases == "confirmed":
            links = links[links["confirmed"]]
        read = read_all_wanted(texts, taxonomy, told)
        near = [self._near_enough(wanted, taxonomy, links) for wanted in read]
        offers = self._offers(db, set().union(*(table["skill_id"] for table in near)))
        return [_in_order(offers, table) for table in near]

    def _near_enough(
        self, wanted: Sequence[Wanted], taxonomy: pd.DataFrame, links: pd.DataFrame
    ) -> pd.DataFrame:
        """Return the skills that are near enough to one of the things wanted, each once."""
        if not wanted:
            return pd.DataFrame(columns=["skill_id", "similarity", "relation", "label"])
        near = pd.concat([_near(one, taxonomy, links) for one in wanted])
        near = near[near["similarity"] >= self.at_least - 1e-12]
        near = near.sort_values("similarity", ascending=False, kind="stable")
        labels = taxonomy[["skill_id", "preferred_label"]]
        labels = labels.rename(columns={"preferred_label": "label"})
        return near.drop_duplicates("skill_id").merge(labels, on="skill_id")

    def _offers(self, db: SkillsDatabase, skills: set[str]) -> pd.DataFrame:
        """Return the offers of the people who are asked for, one rating per person and skill."""
        people = read_people(db)
        if self.site is not None:
            people = people[people["site"] == self.site]
        if self.available is not None:
            people = people[[self.available in slots for slots in people["availability"]]]
        offers = one_rating(read_entries(db, side="offer", skills=skills))
        offers = offers.merge(people, on="person_id")
        offers["place"] = offers["context"].map(CONTEXTS.index).astype(int)
        if self.min_level is not None:
            offers = offers[offers["level"] >= self.min_level]
        return offers


def find_providers(
    db: SkillsDatabase,
    text: str,
    *,
    min_level: float | None = None,
    site: str | None = None,
    available: str | None = None,
    limit: int = 20,
) -> pd.DataFrame:
    """Return the people who offer a skill or one near it, the best first, each with the reason.

    Parameters
    ----------
    db : SkillsDatabase
        Where to look.
    text : str
        A skill, another word for it, a group of skills, or free words.
    min_level, site, available, limit
        See `ProviderSearch`, which has more settings.

    Returns
    -------
    pandas.DataFrame
        One row per person: person_id, unit, site, grade, skill_id, label, similarity (0 to 1, of
        what is offered to what is wanted, times the confidence in what the words mean), level,
        source, context, recorded_on, confirmed, reason. Empty if the words stand for nothing.

    Examples
    --------
    >>> import tempfile
    >>> from revlab.people.skills_database import open_skills_database
    >>> from revlab.people.skills_entries import record_entries
    >>> from revlab.people.skills_people import record_people
    >>> from revlab.people.skills_taxonomy import add_own_skill
    >>> offer = {"person_id": "p1", "skill_id": "juggling", "side": "offer", "level": 4}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     db = open_skills_database(f"{folder}/skills.sqlite")
    ...     _ = record_people(db, pd.DataFrame({"person_id": ["p1"], "unit": "HR", "grade": 2}))
    ...     _ = add_own_skill(db, "juggling")
    ...     _ = record_entries(db, pd.DataFrame([offer]).assign(recorded_on="2026-03-31"))
    ...     print(find_providers(db, "Juggling!")["reason"][0])
    offers 'juggling', the wanted skill; level 4; told 2026-03, not confirmed
    """
    search = ProviderSearch(min_level=min_level, site=site, available=available, limit=limit)
    return search(db, text)


def _in_order(offers: pd.DataFrame, near: pd.DataFrame) -> pd.DataFrame:
    found = offers.merge(near, on="skill_id")
    order = ["similarity", "level", "confirmed", "place", "recorded_on", "person_id", "skill_id"]
    falling = [False, False, False, True, False, True, True]
    found = found.sort_values(order, ascending=falling, na_position="last")
    return found.reset_index(drop=True)


def _near(wanted: Wanted, taxonomy: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """Return how near each skill is, own words as themselves and as what they stand for."""
    near = nearness(wanted, taxonomy).rename_axis("skill_id").reset_index()
    labels = dict(zip(taxonomy["skill_id"], taxonomy["preferred_label"], strict=True))
    meant = links.merge(near, left_on="target", right_on="skill_id", suffixes=("", "_target"))
    meant["similarity"] *= meant["confidence"]
    told = [
        f"which {'was confirmed' if sure else f'may be ({confidence:.2f} sure)'} to be "
        f"{labels[target]!r}, "
        for sure, confidence, target in zip(
            meant["confirmed"], meant["confidence"], meant["target"], strict=True
        )
    ]
    meant["relation"] = pd.Series(told, index=meant.index, dtype=object) + meant["relation"]
    both = pd.concat([near, meant[["skill_id", "similarity", "relation"]]], ignore_index=True)
    if wanted.confidence < 1:
        both["similarity"] *= wanted.confidence
        both["relation"] += f" (the words were read so, {wanted.confidence:.2f} sure)"
    return both


def _reason(row: dict[str, object]) -> str:
    when = row["recorded_on"]
    day = "on an unknown day" if pd.isna(when) else f"{when:%Y-%m}"
    level = row["level"]
    parts = [
        f"offers {row['label']!r}, {row['relation']}",
        "level unknown" if pd.isna(level) else f"level {level:g}",
        f"confirmed {day}" if row["confirmed"] else f"told {day}, not confirmed",
    ]
    if row["source"] in _RATED:
        parts.append(_RATED[str(row["source"])])
    if row["context"] == "private":
        parts.append("private use")
    return "; ".join(parts)
