"""How far a free text and a skill share words: the formula behind a doubtful mapping."""

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from revlab.cells import read_cells
from revlab.people.skill_names import plain_words
from revlab.shipped import shipped

__all__ = ["MOST", "Reading", "WordOverlap", "everyday_words", "word_stems"]

MOST = 0.7
"""Largest confidence of words that merely overlap; another spelling of a label is 0.8."""

_SAY_LITTLE = """
a able advanced also am an and as at basic be beginner can expert for from good great help helping
how i in into is it's know level me my nice of on or other our people skill some teach the to tool
trick use used user using very well wizard with work working
auch auf bei bin bisschen das dem den der die ein eine einen einer einsteiger erfahren erfahrung
etwas fit für gern gut gute guter gutes helfe helfen hilft ich im kann kenne kenntnis kenntnisse
machen macht mit nutzen nutzt oder profi sehr über und von zu zum zur
"""
_FILLERS = frozenset(_SAY_LITTLE.split())
_ENDING = re.compile(r"(?<=\w{4})(?:ations?|ings?|ions?|ed|ers?|en|es|e)$")
_DOUBLE = re.compile(r"([b-df-hj-np-tv-z])\1$")


@dataclass(frozen=True)
class Reading:
    """A skill that a text may stand for.

    Parameters
    ----------
    skill_id : str
        The skill.
    confidence : float
        0 to `MOST`.
    """

    skill_id: str
    confidence: float


def everyday_words() -> Mapping[str, tuple[str, ...]]:
    """Return, for skills of the shipped taxonomy, the words that people use for them.

    Product names and German words that ESCO's English labels lack, chosen by hand.

    Examples
    --------
    >>> everyday_words()["use-databases"]
    ('sql', 'datenbanken')
    """
    table = read_cells(shipped("data/skills/everyday_words.csv"))
    words = table.groupby("skill_id", sort=True)["words"].agg(tuple)
    return MappingProxyType(words.to_dict())


def word_stems(text: str) -> frozenset[str]:
    """Return the words of a text that say something, without their endings.

    Examples
    --------
    >>> sorted(word_stems("I am good at editing videos")), sorted(word_stems("kann gut Excel"))
    (['edit', 'video'], ['excel'])
    """
    words = (word for word in plain_words(text).split() if word not in _FILLERS)
    return frozenset(_DOUBLE.sub(r"\1", _ENDING.sub("", word)) for word in words)


class WordOverlap:
    """Finds the skill with which a text shares most words.

    Every word weighs log(1 + n / k) if k of the n skills have it in one of their labels, so that
    rare words count for more; a word that no label has weighs as much as the rarest. The overlap
    of a text and a label is that of Dice: twice the weight of the shared words over the weight of
    all words of both. A skill has the overlap of its best label, and the confidence is `MOST`
    times the largest overlap, over the number of skills that share the first place.

    Parameters
    ----------
    taxonomy : pandas.DataFrame
        Columns skill_id, preferred_label, alt_labels.
    everyday : mapping of str to tuple of str, optional
        Further words for a skill, from `everyday_words`; other skills are ignored.

    References
    ----------
    Dice 1945, Measures of the amount of ecologic association between species, Ecology 26(3);
    Sparck Jones 1972, A statistical interpretation of term specificity and its application in
    retrieval, Journal of Documentation 28(1).

    Examples
    --------
    >>> labels = {"skill_id": ["film", "paint"], "preferred_label": ["edit films", "paint walls"]}
    >>> WordOverlap(pd.DataFrame(labels))("helps with films")
    Reading(skill_id='film', confidence=0.466667)
    """

    def __init__(
        self, taxonomy: pd.DataFrame, everyday: Mapping[str, tuple[str, ...]] | None = None
    ) -> None:
        everyday = everyday or {}
        frame = taxonomy.reindex(columns=["skill_id", "preferred_label", "alt_labels"])
        self._labels: list[tuple[str, frozenset[str]]] = []
        told: Counter[str] = Counter()
        for skill, label, others in frame.itertuples(index=False, name=None):
            more = others.split("|") if isinstance(others, str) else []
            sets = {word_stems(words) for words in (label, *more, *everyday.get(skill, ()))}
            self._labels += [(skill, words) for words in sorted(sets, key=sorted) if words]
            told.update(set().union(*sets))
        size = max(len(frame), 1)
        self._weight = {word: math.log1p(size / count) for word, count in told.items()}
        self._rarest = math.log1p(size)
        self._with: dict[str, list[int]] = {}
        for place, (_, words) in enumerate(self._labels):
            for word in words:
                self._with.setdefault(word, []).append(place)

    def __call__(self, text: str) -> Reading | None:
        """Return the best skill for a text, the first of the alphabet among equals, or None."""
        words = word_stems(text)
        places = {place for word in words for place in self._with.get(word, ())}
        best: dict[str, float] = {}
        for place in places:
            skill, label = self._labels[place]
            overlap = 2 * self._sum(words & label) / (self._sum(words) + self._sum(label))
            best[skill] = max(best.get(skill, 0.0), round(overlap, 9))
        if not best:
            return None
        top = max(best.values())
        first = sorted(skill for skill, overlap in best.items() if overlap == top)
        return Reading(first[0], round(MOST * top / len(first), 6))

    def _sum(self, words: frozenset[str]) -> float:
        return math.fsum(self._weight.get(word, self._rarest) for word in words)
