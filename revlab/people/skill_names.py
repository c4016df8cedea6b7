"""From the words in which people write a skill to its id in the taxonomy, without guessing."""

import re
from collections.abc import Iterable

import pandas as pd

from revlab.people.sheets import clean_text
from revlab.people.skills import skill_id

__all__ = ["find_skills", "plain_words", "resolve_skills"]

_Index = dict[str, dict[str, None]]
_BRACKET = re.compile(r"\s*\([^()]*\)\s*$")
_COLUMNS = ["text", "skill_id", "how", "candidates"]
_READ = ("skill_id", "preferred_label", "alt_labels", "esco_id")


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    keeps = len(word) < 4 or word.endswith(("ss", "us", "is"))
    return word[:-1] if word.endswith("s") and not keeps else word


def plain_words(text: str) -> str:
    """Return words without case, punctuation and plural, "use" for "using" at the beginning.

    The marks in names such as C#, C++ and ASP.NET stay.

    Examples
    --------
    >>> plain_words("  Using  Spread-sheets, databases!"), plain_words("C++ / C#")
    ('use spread sheet database', 'c++ c#')
    """
    words = re.sub(r"[^\w+#.]+|\.(?=\W|$)|_", " ", clean_text(text).casefold()).split()
    if words[:1] == ["using"]:
        words[0] = "use"
    return " ".join(_singular(word) for word in words)


def find_skills(texts: Iterable[str], taxonomy: pd.DataFrame) -> pd.DataFrame:
    """Return the skill that each text stands for, and how it was found.

    Looked up in this order, and the first that finds something decides: an id; a preferred
    label; an alternative label, or a preferred label without its bracket, these in any case and
    punctuation; the same in plain words (see `plain_words`). A text that stands for two skills
    at that point is not resolved; both are listed.

    Parameters
    ----------
    texts : iterable of str
        Words of people, skill ids, or ESCO ids with or without their address; a missing text
        is unknown.
    taxonomy : pandas.DataFrame
        From `revlab.people.skills.read_skills`.

    Returns
    -------
    pandas.DataFrame
        One row per text, in order: ``text``; ``skill_id``, missing if there is not exactly one;
        ``how``, one of "id", "label" and "alternative" (a label to the letter), "normalised"
        (another spelling of a label), "ambiguous", "unknown"; ``candidates``, a tuple of the
        skill ids found.

    Examples
    --------
    >>> from revlab.people.skills import read_skills
    >>> from revlab.shipped import shipped
    >>> taxonomy = read_skills(shipped("data/skills/esco_digital.csv"))
    >>> found = find_skills(["create creative ideas", "Javascripts", "juggling"], taxonomy)
    >>> found[["skill_id", "how"]].values.tolist()
    [['develop-creative-ideas', 'alternative'], ['javascript', 'normalised'], [None, 'unknown']]
    """
    given = list(texts)
    search = _Search(taxonomy)
    found = {text: search(text if isinstance(text, str) else "") for text in dict.fromkeys(given)}
    return pd.DataFrame([(text, *found[text]) for text in given], columns=_COLUMNS, dtype=object)


def resolve_skills(names: pd.Series, taxonomy: pd.DataFrame) -> pd.Series:
    """Return the skill_id in the taxonomy for each name that it knows under any of its labels.

    Parameters
    ----------
    names : pandas.Series of str
        Ids as `revlab.people.skills.skill_id` makes them of free words, or the words.
    taxonomy : pandas.DataFrame
        From `revlab.people.skills.read_skills`.

    Returns
    -------
    pandas.Series of str
        Names that the taxonomy does not know, or that stand for two skills, stay as they are.

    Examples
    --------
    >>> from revlab.people.skills import read_skills
    >>> from revlab.shipped import shipped
    >>> skills = read_skills(shipped("data/skills/esco_digital.csv"))
    >>> resolve_skills(pd.Series(["use-spreadsheets-program", "juggling"]), skills).tolist()
    ['use-spreadsheets-software', 'juggling']
    """
    found = pd.Series(find_skills(names, taxonomy)["skill_id"].to_numpy(), index=names.index)
    return found.where(found.notna(), names)


class _Search:
    """The labels of a taxonomy, ready to be looked up."""

    def __init__(self, taxonomy: pd.DataFrame) -> None:
        self.ids, self.letters, self.labels, self.others = (_Index() for _ in range(4))
        self.plain_labels, self.plain_others = _Index(), _Index()
        told = (_told(taxonomy, column) for column in _READ)
        for skill, label, alternatives, esco in zip(*told, strict=True):
            _put(self.ids, skill, skill)
            _put(self.ids, esco.casefold(), skill)
            _put(self.letters, label, skill)
            _put(self.labels, skill_id(label), skill)
            _put(self.plain_labels, plain_words(label), skill)
            words = [word.strip() for word in alternatives.split("|")]
            for word in words:
                _put(self.letters, word, skill)
            for word in (*words, _BRACKET.sub("", label)):
                _put(self.others, skill_id(word), skill)
                _put(self.plain_others, plain_words(word), skill)

    def __call__(self, text: str) -> tuple[str | None, str, tuple[str, ...]]:
        """Return the skill, how it was found, and all candidates."""
        clean, plain = clean_text(text), plain_words(text)
        folded, address = skill_id(text), clean.casefold().rstrip("/").rpartition("/")[2]
        steps = (
            ("id", self.ids, clean),
            ("label", self.labels, folded),
            ("id", self.ids, address),
            ("alternative", self.others, folded),
            ("normalised", self.plain_labels, plain),
            ("normalised", self.plain_others, plain),
        )
        for how, index, key in steps:
            hits = tuple(index.get(key, ()))
            if len(hits) == 1:
                exact = how == "id" or hits[0] in self.letters.get(clean, ())
                return hits[0], how if exact else "normalised", hits
            if hits:
                return None, "ambiguous", hits
        return None, "unknown", ()


def _put(index: _Index, key: str, skill: str) -> None:
    if key:
        index.setdefault(key, {})[skill] = None


def _told(taxonomy: pd.DataFrame, column: str) -> list[str]:
    if column not in taxonomy:
        return [""] * len(taxonomy)
    told: list[str] = taxonomy[column].astype(object).where(taxonomy[column].notna(), "").tolist()
    return told
