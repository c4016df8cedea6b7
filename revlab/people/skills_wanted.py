"""What somebody who searches wants: from words to skills and groups, and how near another is."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from revlab.people.skill_names import find_skills, plain_words
from revlab.people.skill_similarity import group_path, skill_similarity
from revlab.people.skills_phrases import propose
from revlab.people.skills_taxonomy import placed

__all__ = ["SURE_ENOUGH", "Wanted", "nearness", "read_all_wanted", "read_wanted"]

SURE_ENOUGH = 0.4
"""Least confidence at which words that merely overlap are searched for."""


@dataclass(frozen=True)
class Wanted:
    """One thing that a search may mean.

    Parameters
    ----------
    kind : {"skill", "group"}
        What it is.
    name : str
        A skill_id, or a group code.
    label : str
        The words to show.
    confidence : float
        How sure it is, 0 to 1.
    """

    kind: str
    name: str
    label: str
    confidence: float


def read_wanted(text: str, taxonomy: pd.DataFrame, phrases: pd.DataFrame) -> list[Wanted]:
    """Return the skills, or the groups of skills, that words stand for; empty if none.

    Looked up in this order, and the first that finds something decides: a label of a skill or
    words that were confirmed to be one; a code or a label of a group; words that overlap with
    those of a skill, with a confidence of at least `SURE_ENOUGH`. The last also counts beside a
    skill that is only somebody's own words. Words that stand for several skills stand for all.

    Parameters
    ----------
    text : str
        What is searched for.
    taxonomy, phrases : pandas.DataFrame
        From `revlab.people.skills_taxonomy.read_taxonomy` and
        `revlab.people.skills_phrases.read_phrases`.

    Examples
    --------
    >>> from revlab.people.skills import read_skills
    >>> from revlab.shipped import shipped
    >>> taxonomy = read_skills(shipped("data/skills/esco_digital.csv")).assign(attribution="ESCO")
    >>> none = pd.DataFrame(columns=["words", "skill_id", "confidence", "confirmed_by"])
    >>> [wanted.label for wanted in read_wanted("JavaScript", taxonomy, none)]
    ['JavaScript']
    >>> [wanted.name for wanted in read_wanted("protecting ICT devices", taxonomy, none)]
    ['S5.2.2']
    """
    return read_all_wanted([text], taxonomy, phrases)[0]


def read_all_wanted(
    texts: Sequence[str], taxonomy: pd.DataFrame, phrases: pd.DataFrame
) -> list[list[Wanted]]:
    """Return for each of several texts what `read_wanted` returns for it, in less time.

    Examples
    --------
    >>> from revlab.people.skills import read_skills
    >>> from revlab.shipped import shipped
    >>> taxonomy = read_skills(shipped("data/skills/esco_digital.csv")).assign(attribution="ESCO")
    >>> none = pd.DataFrame(columns=["words", "skill_id", "confidence", "confirmed_by"])
    >>> [len(found) for found in read_all_wanted(["JavaScript", "juggling"], taxonomy, none)]
    [1, 0]
    """
    labels = dict(zip(taxonomy["skill_id"], taxonomy["preferred_label"], strict=True))
    told = propose(texts, taxonomy, phrases).to_dict("records")
    named = find_skills(texts, taxonomy)["candidates"]
    return [
        _wanted(text, taxonomy, sure=sure, hits=hits, labels=labels)
        for text, sure, hits in zip(texts, told, named, strict=True)
    ]


def _wanted(
    text: str,
    taxonomy: pd.DataFrame,
    *,
    sure: Mapping[Hashable, Any],
    hits: tuple[str, ...],
    labels: Mapping[str, str],
) -> list[Wanted]:
    if sure["how"] == "confirmed":
        hits = tuple(dict.fromkeys([sure["skill_id"], *hits]))
    found = [Wanted("skill", skill, labels[skill], 1.0) for skill in hits]
    found = found or _groups(taxonomy, text)
    groups = any(one.kind == "group" for one in found)
    if not groups and sure["skill_id"] not in hits and sure["confidence"] >= SURE_ENOUGH:
        found.append(Wanted("skill", sure["skill_id"], sure["label"], float(sure["confidence"])))
    return found


def _groups(taxonomy: pd.DataFrame, text: str) -> list[Wanted]:
    known = taxonomy[taxonomy["group_code"].notna()].drop_duplicates("group_code")
    words = plain_words(text)
    return [
        Wanted("group", code, label, 1.0)
        for code, label in zip(known["group_code"], known["group_label"], strict=True)
        if words and words in (plain_words(code), plain_words(str(label)))
    ]


def nearness(wanted: Wanted, taxonomy: pd.DataFrame) -> pd.DataFrame:
    """Return how near each skill is to what is wanted, and how they stand to each other.

    Parameters
    ----------
    wanted : Wanted
        From `read_wanted`.
    taxonomy : pandas.DataFrame
        From `revlab.people.skills_taxonomy.read_taxonomy`.

    Returns
    -------
    pandas.DataFrame
        Indexed by skill_id: ``similarity``, 0 to 1, that of
        `revlab.people.skill_similarity.skill_similarity` between skills, and for a wanted group
        the same measure with the group in the place of a skill, so that a skill outside it is 0;
        and ``relation``, in words after "offers ...".

    Examples
    --------
    >>> taxonomy = pd.DataFrame({"skill_id": ["ajax", "apl", "vr"], "group_code": "S5.6.1"})
    >>> taxonomy.loc[2, "group_code"] = "S5.6.0"
    >>> nearness(Wanted("skill", "ajax", "Ajax", 1.0), taxonomy)["relation"].tolist()
    ['the wanted skill', "of the same group as the wanted 'Ajax'", \
"of a broader group than the wanted 'Ajax'"]
    """
    table = placed(taxonomy)
    paths = {
        skill: group_path(code)
        for skill, code in zip(table["skill_id"], table["group_code"], strict=True)
    }
    if wanted.kind == "group":
        home = group_path(wanted.name)
        similarity = {skill: _inside(home, path) for skill, path in paths.items()}
        relation = dict.fromkeys(paths, f"of the wanted group {wanted.label!r}")
    else:
        home = paths[wanted.name]
        similarity = skill_similarity(table)[wanted.name].to_dict()
        relation = {skill: _relation(home, path, wanted.label) for skill, path in paths.items()}
        relation[wanted.name] = "the wanted skill"
    return pd.DataFrame({"similarity": similarity, "relation": relation})


def _inside(home: tuple[str, ...], path: tuple[str, ...]) -> float:
    if path[: len(home)] != home:
        return 0.0
    return 2 * len(home) / (len(home) + len(path) + 1)


def _relation(home: tuple[str, ...], path: tuple[str, ...], label: str) -> str:
    if path == home:
        return f"of the same group as the wanted {label!r}"
    if home[: len(path)] == path:
        return f"of a broader group than the wanted {label!r}"
    if path[: len(home)] == home:
        return f"of a narrower group than the wanted {label!r}"
    return f"of a group near the wanted {label!r}"
