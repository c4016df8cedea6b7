"""The names of a roster in every form in which a colleague may write them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from revlab.privacy.folding import fold

__all__ = ["EVERYDAY", "PARTICLES", "NameIndex", "name_index"]

_PARTICLES = "van von de der den del della di da dos das du la le el al bin ibn ter ten zu y e af"
PARTICLES = frozenset(_PARTICLES.split())
"""Small words inside names that point at nobody by themselves."""

_WORDS = """
abbey ace amber angel april art ash august autumn banks bear best bill bishop black bloom blue
bond brook brown buck burns bush butler carol case chance chase chip church cliff close cook
cooper cross crystal dawn day dean dick drew earl early fair faith farmer field fields fisher
fleet fox frank free french gay gene gold golden good grace grant gray green grey grove guy
hall hand hart hazel heath hill holly hope hunt hunter iris ivy jack jade jasmine jewel joy
june justice king knight lake lance lane lark law lee light lily little long love lucky major
mark marks marsh mason may mercy miles mill miller moon moss myrtle nick noble north olive
page park parks patience peace pearl penny piper pool porter power price prince pride rain ray
reed rich rob robin rock rose ruby rush rusty sage sandy savage shepherd short sky small smart
snow sparks spring star stone storm strong sue summer summers swift tuesday turner violet
walker wall waters way weaver wells west white will wills winter wise wolf wood woods worth
young klein gross lang jung koch ernst berg
"""
EVERYDAY = frozenset(_WORDS.split())
"""English (and a few German) words that are also names, as `fold` writes them."""

_PARTS = re.compile(r"[^\W\d_]+")
_GAP = re.compile(r"[\s'.,\-]{0,3}")
_UMLAUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_NO_SPACES = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
_NEVER = re.compile(r"(?!)")


@dataclass(frozen=True, repr=False)
class NameIndex:
    """Names by their first word, so that a text is read once whatever the size of the roster.

    Parameters
    ----------
    by_first : dict of str to list of tuple of str
        First word to the rows of words that begin with it, the longest first.
    unspaced : re.Pattern
        Names in scripts that set no spaces.
    """

    by_first: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    unspaced: re.Pattern[str] = _NEVER

    def __repr__(self) -> str:
        return f"NameIndex of {sum(map(len, self.by_first.values()))} forms"

    def longest(self, words: Sequence[tuple[int, int, str]], at: int, text: str) -> tuple[int, int]:
        """Return how many words from ``at`` are a name, 0 if none, and where the name ends.

        Parameters
        ----------
        words : sequence of (start, end, word)
            The words of the folded text.
        at : int
            Position in ``words``.
        text : str
            The folded text.
        """
        start, end, word = words[at]
        for row in self.by_first.get(word, ()):
            last = at + len(row) - 1
            if last < len(words) and row[1:] == tuple(w for *_, w in words[at + 1 : last + 1]):
                gaps = ((words[k][1], words[k + 1][0]) for k in range(at, last))
                if all(_GAP.fullmatch(text, *gap) for gap in gaps):
                    return len(row), words[last][1]
        stem = word[:-1]
        genitive = word.endswith("s") and len(stem) >= 3 and stem not in EVERYDAY
        if genitive and (stem,) in self.by_first.get(stem, ()):  # "Annas Idee"
            return 1, end - 1
        return 0, start


def name_index(names: Sequence[str]) -> NameIndex:
    """Index full names by each form in which they may be written.

    Parameters
    ----------
    names : sequence of str
        "Ana O'Neill" or "O'Neill, Ana".

    Returns
    -------
    NameIndex

    Examples
    --------
    >>> sorted(name_index(["Ana O'Neill"]).by_first["oneill"])
    [('oneill',), ('oneill', 'ana')]
    """
    rows: set[tuple[str, ...]] = set()
    unspaced: set[str] = set()
    for name in names:
        for spelling in _spellings(_in_order(str(name))):
            if _NO_SPACES.search(spelling):
                unspaced.update([spelling, spelling.replace(" ", ""), *spelling.split()])
            else:
                rows.update(form for form in _forms(spelling) if form)
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for row in sorted(rows, key=lambda row: (-len(row), row)):
        by_first.setdefault(row[0], []).append(row)
    kept = sorted((one for one in unspaced if len(one) >= 2), key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, kept))) if kept else _NEVER
    return NameIndex(by_first, pattern)


def _in_order(name: str) -> str:
    last, comma, first = name.partition(",")
    return f"{first} {last}" if comma else name


def _spellings(name: str) -> set[str]:
    """Return the name folded, with umlauts as one letter and as two."""
    plain = fold(name).text
    long = fold(name.casefold().translate(_UMLAUT)).text
    short = " ".join(
        shorter if len(shorter := re.sub("([aou])e", r"\1", part)) >= 4 else part
        for part in plain.split()
    )
    return {" ".join(text.split()) for text in (plain, long, short)}


def _forms(name: str) -> Iterator[tuple[str, ...]]:
    """Return rows of words: the whole name in both orders, each part, each piece of a part."""
    parts = [part for part in name.split() if _PARTS.search(part)]
    ways = [[tuple(_PARTS.findall(part)), ("".join(_PARTS.findall(part)),)] for part in parts]
    for way in (0, 1):
        chosen = [options[way] for options in ways]
        yield tuple(word for part in chosen for word in part)
        if len(chosen) > 1:
            ends = (chosen[0], chosen[-1])
            yield tuple(word for part in ends for word in part)
            yield tuple(word for part in reversed(ends) for word in part)
            yield tuple(word for part in (*chosen[1:], chosen[0]) for word in part)
        for place, part in enumerate(chosen[1:-1], start=1):
            if "".join(part) in PARTICLES:
                yield tuple(word for piece in chosen[place:] for word in piece)
        for place, part in enumerate(chosen):
            for row in (part, *((word,) for word in part)):
                if len("".join(row)) >= 2 and (place == 0 or "".join(row) not in PARTICLES):
                    yield row
