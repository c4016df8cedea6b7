"""Names, addresses and numbers out of free text, with the roster as the list of names."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from revlab.errors import one_of
from revlab.privacy.folding import Folded, fold
from revlab.privacy.known_names import EVERYDAY, PARTICLES, NameIndex, name_index

__all__ = ["MARKS", "Scrubbed", "Scrubber"]

MARKS: Mapping[str, str] = MappingProxyType(
    {
        "names": "[name]",
        "e_mails": "[e-mail]",
        "phones": "[phone]",
        "ids": "[id]",
        "links": "[link]",
    }
)
"""What stands in the place of what was taken out."""

_AT = r"(?:@|\s?[(\[]\s?at\s?[)\]]\s?)"
_E_MAIL = re.compile(rf"(?<![\w.+%'-])[\w.+%'-]{{0,80}}[\w+%-]{_AT}\w[\w-]*(?:\.\w[\w-]*)*")
_LINK = re.compile(r"(?:https?://|www\.)\S+")
_PHONE = re.compile(r"(?<!\w)(?:\+|\(\+?)?\d(?:[\s().\-/]{0,2}\d){6,14}(?!\w)")
_DATE = re.compile(
    r"\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2\d{2,4}|(?:19|20)\d\d\s?[-/]\s?(?:19|20)\d\d"
)
_EXTENSION = re.compile(r"(?<!\w)(?:ext|extension|durchwahl|tel|phone)[.:]{0,2}\s?\d{3,9}(?!\w)")
_WORD = re.compile(r"[^\W\d_]+")
_JOIN = re.compile(rf"[\s\-]{{0,3}}(?:(?:{'|'.join(sorted(PARTICLES))}|[^\W\d_]\.?)[\s\-]{{1,2}})?")
_INITIAL = re.compile(r"(?<!\w)(?:[^\W\d_]\.\s?){1,3}$")
_Span = tuple[int, int, str]


@dataclass(frozen=True, repr=False)
class Scrubbed:
    """Texts without what points at a person, and how often what was taken out.

    Parameters
    ----------
    texts : tuple of str
        In the order they were given.
    counts : mapping of str to int
        Marks set, for each kind of `MARKS`, and ``doubtful``: words in small letters that are
        also a name of the roster ("will", "may") and were left.
    """

    texts: tuple[str, ...]
    counts: Mapping[str, int]

    def __repr__(self) -> str:
        told = ", ".join(f"{count} {kind.replace('_', '-')}" for kind, count in self.counts.items())
        return f"{len(self.texts)} texts; taken out or looked at: {told}"


@dataclass(frozen=True, repr=False)
class Scrubber:
    """Replaces the names of a roster, e-mail addresses, telephone numbers, links and ids.

    It finds what the roster knows: full names in both orders, first and last names as whole
    words, whatever their case, accents, hyphens, apostrophes and invisible characters. It does
    not find nicknames, names of outsiders, or "the only woman in Legal". Somebody must read.

    Parameters
    ----------
    names : sequence of str
        One full name per person, "Ana O'Neill" or "O'Neill, Ana". Without names and ids only
        e-mail addresses, telephone numbers and links are found.
    ids : sequence of str
        Person ids; those of one or two characters, and numbers below 1000, are left out.
    everyday : {"capitals", "always"}
        When a single name that is also a word ("Will", "May") or has two letters is taken for a
        name: written with a capital, or always.

    Raises
    ------
    OptionError
        If there is no such way with everyday words.

    Examples
    --------
    >>> scrub = Scrubber(["Will Young", "Zo\u00eb O'Neill"], ids=["P017"])
    >>> scrub(["Will will ask ZOE o\u2019neill's boss (P017).", "Call +44 20 7946 0958"]).texts
    ("[name] will ask [name]'s boss ([id]).", 'Call [phone]')
    >>> scrub
    Scrubber for 2 people and 1 ids
    """

    names: Sequence[str] = field(default=(), repr=False)
    ids: Sequence[str] = field(default=(), repr=False)
    everyday: str = "capitals"

    def __post_init__(self) -> None:
        one_of("everyday", self.everyday, ("capitals", "always"))

    def __repr__(self) -> str:
        return f"Scrubber for {len(self.names)} people and {len(self.ids)} ids"

    def __call__(self, texts: Sequence[str]) -> Scrubbed:
        """Return the texts with marks in the place of what points at a person.

        Parameters
        ----------
        texts : sequence of str
            Free text.

        Returns
        -------
        Scrubbed
        """
        counts: Counter[str] = Counter(dict.fromkeys([*MARKS, "doubtful"], 0))
        cleaned = tuple(self._scrub(str(text), counts) for text in texts)
        return Scrubbed(cleaned, MappingProxyType(dict(counts)))

    @cached_property
    def _index(self) -> NameIndex:
        return name_index(self.names)

    @cached_property
    def _ids(self) -> re.Pattern[str] | None:
        folded = {fold(str(one).strip()).text for one in self.ids}
        kept = sorted((one for one in folded if _is_telling(one)), key=len, reverse=True)
        if not kept:
            return None
        return re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, kept))})(?![^\W_])")

    def _scrub(self, text: str, counts: Counter[str]) -> str:
        folded = fold(text)
        spans = [*_patterns(folded.text, self._ids)]
        taken = [(start, end) for start, end, _ in spans]
        names, doubtful = self._names(text, folded)
        names = [n for n in names if not any(s < n[1] and n[0] < e for s, e, *_ in taken)]
        spans += [(start, end, "names") for start, end in _merged(names, text, folded)]
        counts["doubtful"] += doubtful
        for start, end, kind in sorted(spans, reverse=True):
            counts[kind] += 1
            first = folded.places[start]
            # Accents and invisible marks that follow go too.
            last = max(folded.places[end - 1] + 1, folded.places[end])
            text = text[:first] + MARKS[kind] + text[last:]
        return text

    def _names(self, text: str, folded: Folded) -> tuple[list[tuple[int, int]], int]:
        """Return the places of names, in order, and how many words may be names but stay."""
        words = [(hit.start(), hit.end(), hit.group()) for hit in _WORD.finditer(folded.text)]
        found: list[tuple[int, int]] = []
        doubtful = at = 0
        while at < len(words):
            length, end = self._index.longest(words, at, folded.text)
            start, _, word = words[at]
            capital = text[folded.places[start]].isupper()
            is_word = length == 1 and (word in EVERYDAY or len(word) <= 2)
            if length and is_word and not capital and self.everyday == "capitals":
                doubtful += 1
            elif length:
                found.append((start, end))
            at += max(length, 1)
        inside = [hit.span() for hit in self._index.unspaced.finditer(folded.text)]
        return sorted({*found, *inside}), doubtful


def _is_telling(one: str) -> bool:
    return len(one) >= 3 and not (one.isdecimal() and int(one) < 1000)


def _patterns(text: str, ids: re.Pattern[str] | None) -> Iterator[_Span]:
    """Return what has a form of its own, none over another; the first kind wins."""
    taken: list[tuple[int, int]] = []
    # The longer form first: of "tel. 0171 5550199" the short one would take the area code alone.
    kinds = [("links", _LINK), ("e_mails", _E_MAIL), ("phones", _PHONE), ("phones", _EXTENSION)]
    for kind, pattern in [*([("ids", ids)] if ids else []), *kinds]:
        for hit in pattern.finditer(text):
            start, end = hit.span()
            if kind == "phones" and _DATE.fullmatch(hit.group().strip()):
                continue
            if not any(s < end and start < e for s, e in taken):
                taken.append((start, end))
                yield start, end, kind


def _merged(names: list[tuple[int, int]], text: str, folded: Folded) -> list[tuple[int, int]]:
    """Return one place for a first name, initials, a particle and a last name in a row."""
    out: list[tuple[int, int]] = []
    for start, end in names:
        if out and _JOIN.fullmatch(folded.text, out[-1][1], start):
            out[-1] = (out[-1][0], max(end, out[-1][1]))
            continue
        least = out[-1][1] if out else 0
        before = _INITIAL.search(folded.text, max(least, start - 9), start)
        if before and text[folded.places[before.start()]].isupper():
            start = before.start()
        out.append((start, end))
    return out
