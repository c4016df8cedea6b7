"""Free text and the skills it stands for: proposed with a confidence, confirmed by a person."""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
from sqlalchemy import Connection, select, update
from sqlalchemy import delete as remove

from revlab.errors import ConflictError, SkillsError, must
from revlab.people.phrase_words import WordOverlap, everyday_words
from revlab.people.skill_names import find_skills, plain_words
from revlab.people.skills_database import SkillsDatabase
from revlab.people.skills_rows import check_texts
from revlab.people.skills_schema import PHRASES, SKILLS
from revlab.people.skills_traffic import add_rows, read_frame

__all__ = [
    "CONFIDENCE",
    "add_proposals",
    "confirm_phrase",
    "map_phrases",
    "own_words",
    "propose",
    "read_phrases",
    "withdraw_phrase",
]

CONFIDENCE = {"confirmed": 1.0, "id": 1.0, "label": 1.0, "alternative": 0.9, "normalised": 0.8}
"""How sure a mapping is; one that stands for k skills at once gets 0.8 / k, words less."""

_COLUMNS = ["text", "skill_id", "label", "confidence", "how"]


def map_phrases(db: SkillsDatabase, texts: Iterable[str]) -> pd.DataFrame:
    """Propose the skill that each free text stands for; nothing is written.

    Parameters
    ----------
    db : SkillsDatabase
        Its skills, and the phrases that were confirmed before.
    texts : iterable of str
        What people wrote.

    Returns
    -------
    pandas.DataFrame
        One row per text, in order: text, skill_id, label, confidence and ``how``:

        - "confirmed" (1.0): somebody confirmed these words before;
        - "id", "label" (1.0), "alternative" (0.9), "normalised" (0.8): see
          `revlab.people.skill_names.find_skills`;
        - "ambiguous" (0.8 / k): the words stand for k skills, the first by id is named;
        - "words" (at most 0.7): see `revlab.people.phrase_words.WordOverlap`;
        - "unknown" (0): no skill shares a word with the text.

    Examples
    --------
    >>> import tempfile
    >>> from revlab.people.skills import read_skills
    >>> from revlab.people.skills_database import open_skills_database
    >>> from revlab.people.skills_taxonomy import add_taxonomy
    >>> from revlab.shipped import shipped
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     db = open_skills_database(f"{folder}/skills.sqlite")
    ...     _ = add_taxonomy(db, read_skills(shipped("data/skills/esco_digital.csv")))
    ...     found = map_phrases(db, ["javascript", "helps with TikTok ads", "juggling"])
    >>> found[["label", "confidence", "how"]].round(2).values.tolist()
    [['JavaScript', 1.0, 'id'], ['plan digital marketing', 0.7, 'words'], [None, 0.0, 'unknown']]
    """
    with db.reading() as connection:
        taxonomy = read_frame(connection, select(SKILLS))
        phrases = read_frame(connection, select(PHRASES))
    return propose(list(texts), taxonomy, phrases)


def propose(texts: Sequence[str], taxonomy: pd.DataFrame, phrases: pd.DataFrame) -> pd.DataFrame:
    """Return what `map_phrases` returns, from the tables of a database.

    Parameters
    ----------
    texts : sequence of str
        What people wrote.
    taxonomy, phrases : pandas.DataFrame
        From `revlab.people.skills_taxonomy.read_taxonomy` and `read_phrases`.
    """
    taxonomy = taxonomy.sort_values("skill_id")
    known = phrases[phrases["confirmed_by"].notna()]
    confirmed = dict(zip(known["words"], known["skill_id"], strict=True))
    open_words = own_words(taxonomy, phrases)
    unsettled = open_words.loc[open_words["target"] != open_words["skill_id"], "skill_id"]
    waiting = open_words.loc[~open_words["confirmed"], "skill_id"]
    targets = taxonomy[~taxonomy["skill_id"].isin({*unsettled, *waiting})]
    found = find_skills(texts, targets)
    needed = not found["how"].isin(CONFIDENCE).all()
    overlap = WordOverlap(targets if needed else targets[:0], everyday_words() if needed else {})
    rows: list[tuple[Any, Any, float, str]] = []
    for text, skill, how, hits in found.itertuples(index=False, name=None):
        words = plain_words(text) if isinstance(text, str) else ""
        if words in confirmed:
            rows.append((text, confirmed[words], 1.0, "confirmed"))
        elif how in CONFIDENCE:
            rows.append((text, skill, CONFIDENCE[how], how))
        elif hits:
            rows.append((text, min(hits), CONFIDENCE["normalised"] / len(hits), how))
        else:
            best = overlap(text) if words else None
            unknown = (text, None, 0.0, "unknown")
            rows.append((text, best.skill_id, best.confidence, "words") if best else unknown)
    labels = dict(zip(taxonomy["skill_id"], taxonomy["preferred_label"], strict=True))
    whole = [(text, skill, labels.get(skill), sure, how) for text, skill, sure, how in rows]
    frame = pd.DataFrame(whole, columns=_COLUMNS, dtype=object)
    return frame.astype({"confidence": float})


def own_words(taxonomy: pd.DataFrame, phrases: pd.DataFrame) -> pd.DataFrame:
    """Return the skills that are somebody's own words, and the skills that they stand for.

    Returns
    -------
    pandas.DataFrame
        skill_id (the own words), target, confidence, confirmed; target is the same skill as long
        as nothing better is known.
    """
    own = taxonomy.loc[taxonomy["attribution"].isna(), ["skill_id", "preferred_label"]]
    frame = own.assign(words=own["preferred_label"].map(plain_words).astype(object))
    told = phrases[["words", "skill_id", "confidence", "confirmed_by"]]
    told = told.rename(columns={"skill_id": "target"})
    frame = frame.merge(told, on="words").sort_values("skill_id")
    frame["confirmed"] = frame["confirmed_by"].notna()
    return frame[["skill_id", "target", "confidence", "confirmed"]].reset_index(drop=True)


def read_phrases(db: SkillsDatabase) -> pd.DataFrame:
    """Return the phrases: words, text, skill_id, confidence, how, confirmed_by (or missing)."""
    with db.reading() as connection:
        frame = read_frame(connection, select(PHRASES))
    frame["confidence"] = frame["confidence"].astype(float)
    return frame.sort_values("words").reset_index(drop=True)


def add_proposals(connection: Connection, own: Sequence[str]) -> None:
    """Propose, in the turn of a writer, a skill for each of these skills in people's own words.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        From `SkillsDatabase.writing`.
    own : sequence of str
        Ids of skills that were just added from people's own words.
    """
    taxonomy = read_frame(connection, select(SKILLS))
    phrases = read_frame(connection, select(PHRASES))
    labels = taxonomy.set_index("skill_id")["preferred_label"]
    others = taxonomy[~taxonomy["skill_id"].isin(own)]
    told = set(phrases["words"])
    rows = []
    proposed = propose([labels[skill] for skill in own], others, phrases)
    for skill, row in zip(own, proposed.itertuples(index=False), strict=True):
        words = plain_words(row.text)
        if words and words not in told:
            told.add(words)
            rows.append(
                {
                    "words": words,
                    "text": row.text,
                    "skill_id": row.skill_id or skill,
                    "confidence": row.confidence,
                    "how": row.how,
                    "confirmed_by": None,
                }
            )
    add_rows(connection, PHRASES, rows)


def confirm_phrase(db: SkillsDatabase, text: str, skill_id: str, *, by: str) -> None:
    """Keep what a free text stands for; from then on it counts in search, reports and cohorts.

    Parameters
    ----------
    db : SkillsDatabase
        Where.
    text : str
        The words; case, punctuation and plural do not matter.
    skill_id : str
        A skill that the database knows.
    by : str
        Who confirms, a role or a pseudonym.

    Raises
    ------
    ConflictError
        If the words were confirmed to be another skill.
    SkillsError
        If the text has no word, or the skill is not known or is itself only somebody's own words.
    """
    check_texts(pd.Series([text, by], dtype=object), "text")
    words = plain_words(text)
    must(bool(words), "the text has no word in it; write words.", SkillsError)
    with db.writing() as connection:
        _check_target(connection, words, skill_id)
        row = connection.execute(select(PHRASES).where(PHRASES.c.words == words)).one_or_none()
        if row is not None and row.confirmed_by is not None and row.skill_id != skill_id:
            raise ConflictError(
                f"these words were confirmed to be {row.skill_id!r} by somebody else, not "
                f"{skill_id!r}; withdraw that first."
            )
        now = {"skill_id": skill_id, "confidence": 1.0, "how": "confirmed", "confirmed_by": by}
        if row is None:
            add_rows(connection, PHRASES, [{"words": words, "text": text, **now}])
        elif row.confirmed_by is None:
            connection.execute(update(PHRASES).where(PHRASES.c.words == words).values(now))


def _check_target(connection: Connection, words: str, skill_id: str) -> None:
    taxonomy = read_frame(connection, select(SKILLS))
    phrases = read_frame(connection, select(PHRASES))
    known = taxonomy.loc[taxonomy["skill_id"] == skill_id, "preferred_label"]
    must(
        len(known) == 1,
        f"the database knows no skill {str(skill_id)[:80]!r}; look its id up, or add an own skill.",
        SkillsError,
    )
    own = own_words(taxonomy, phrases).query("skill_id == @skill_id")
    settled = own.empty or (own["confirmed"] & (own["target"] == skill_id)).all()
    must(
        bool(settled) or plain_words(known.iloc[0]) == words,
        f"{skill_id!r} is itself only somebody's own words; choose a skill of the taxonomy.",
        SkillsError,
    )


def withdraw_phrase(db: SkillsDatabase, text: str) -> None:
    """Forget what a free text stands for.

    Raises
    ------
    SkillsError
        If these words are not stored.
    """
    with db.writing() as connection:
        gone = connection.execute(remove(PHRASES).where(PHRASES.c.words == plain_words(text)))
        must(gone.rowcount == 1, "these words stand for nothing in the database.", SkillsError)
