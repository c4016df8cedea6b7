"""One spelling for many: text without case, accents and invisible marks, and where each was."""

import unicodedata
from dataclasses import dataclass

__all__ = ["Folded", "fold"]

_LETTERS = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
_MARKS = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201b\u02bc\u02b9\u0060\u00b4\uff07\u2032", "'"),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\u00ad", "-"),
    }
)
_INVISIBLE = frozenset({0x00AD, 0xFEFF, 0x034F, *range(0x200B, 0x2010), *range(0x2060, 0x2065)})


@dataclass(frozen=True, repr=False)
class Folded:
    """A folded text and, for each of its characters, the place in the original.

    Parameters
    ----------
    text : str
        Lower case, without accents and invisible characters, with plain apostrophes and hyphens.
    places : tuple of int
        One more than the characters of ``text``; the last is the length of the original.
    """

    text: str
    places: tuple[int, ...]

    def __repr__(self) -> str:
        return f"Folded text of {len(self.text)} characters"


def fold(text: str) -> Folded:
    r"""Return the text as it is compared: without case, accents and invisible characters.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    Folded

    Examples
    --------
    >>> fold("Jo\u200bs\u00e9 \u2019ONeill").text
    "jose 'oneill"
    """
    letters: list[str] = []
    places: list[int] = []
    for place, mark in enumerate(text):
        if ord(mark) in _INVISIBLE or unicodedata.category(mark).startswith("M"):
            continue
        plain = unicodedata.normalize("NFKD", mark.translate(_MARKS).casefold())
        plain = plain.translate(_LETTERS)
        for one in plain:
            if not unicodedata.category(one).startswith("M"):
                letters.append(one)
                places.append(place)
    return Folded("".join(letters), (*places, len(text)))
