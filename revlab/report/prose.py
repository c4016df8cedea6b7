"""What generated sentences must not say, and the one-paragraph views that say things."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from html import escape

from revlab.errors import must, one_of

__all__ = ["FORBIDDEN", "Prose", "headline", "lint_prose", "prose", "typeset"]

FORBIDDEN: dict[str, str] = {
    r"\b(?:dis)?prov(?:e|es|ed|en|ing)\b|\bproof\b": "a study shows, it does not settle",
    r"(?<!statistically )\b(?:in|non-?)?significant(?:ly)?\b": "say how large, and how sure",
    r"\btrend(?:s|ed|ing)?\b": "say what the interval holds",
    r"\bmarginal(?:ly)?\b": "say what the interval holds",
    r"\bno effects?\b": "say that none was shown, and what the interval holds",
    r"\bno differences?\b": "say that none was shown, and what the interval holds",
    r"[\u0370-\u03ff]": "write the word, not a Greek letter",
}
"""Pattern that generated prose must not hold -> what to do instead."""

_LONGEST = 30


def lint_prose(text: str, *, given: Collection[str] = ()) -> list[str]:
    """List what a generated sentence says that it must not.

    Parameters
    ----------
    text : str
        One or more sentences.
    given : collection of str
        Names that come from the user, such as a scale called "trend awareness"; they are not
        judged.

    Returns
    -------
    list of str
        One sentence per fault, empty if there is none. Besides the `FORBIDDEN` words, a sentence
        of more than 30 words is a fault.

    Examples
    --------
    >>> lint_prose("The trend is marginally significant.")
    ["'significant': say how large, and how sure", "'trend': say what the interval holds", \
"'marginally': say what the interval holds"]
    >>> lint_prose("Trend awareness rose by 0.3 points.", given=["trend awareness"])
    []
    """
    for name in sorted(filter(None, given), key=len, reverse=True):
        text = re.sub(re.escape(name), "it", text, flags=re.IGNORECASE)
    faults = []
    for pattern, remedy in FORBIDDEN.items():
        found = re.search(pattern, text, flags=re.IGNORECASE)
        if found:
            faults.append(f"{found.group()!r}: {remedy}")
    for sentence in re.split(r"(?<=[.!?])\s+", text):
        if len(sentence.split()) > _LONGEST:
            start = " ".join(sentence.split()[:4])
            faults.append(f"{start!r} …: a sentence of more than {_LONGEST} words; split it")
    return faults


def typeset(text: str) -> str:
    """Return text escaped for HTML, with a real minus sign before numbers.

    Examples
    --------
    >>> typeset("<b> from -0.2 to 3-4")
    '&lt;b&gt; from −0.2 to 3-4'
    """
    return re.sub(r"(?<![\w.)])-(?=\d)", "−", escape(text))


@dataclass(frozen=True)
class Prose:
    """A paragraph made from results, as text and as HTML.

    Parameters
    ----------
    text : str
        Plain text; an empty line starts a new paragraph. It is escaped, never read as markup.
    kind : {"paragraph", "headline"}
        A headline is what a page says first, in at most 25 words.

    Raises
    ------
    RevlabError
        If it is empty, says what generated prose must not say, or a headline is too long.

    Examples
    --------
    >>> prose("26 pairs met 131 times.")
    26 pairs met 131 times.
    """

    text: str
    kind: str = "paragraph"

    def __post_init__(self) -> None:
        one_of("kind", self.kind, ["paragraph", "headline"])
        must(bool(self.text.strip()), "prose must say something; it is empty.")
        faults = lint_prose(self.text)
        must(not faults, f"a page must not say {'; '.join(faults)}.")
        if self.kind == "headline":
            count = len(self.text.split())
            must(count <= 25, f"a headline has at most 25 words; this one has {count}.")

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        if self.kind == "headline":
            return f'<p class="revlab-answer revlab-headline">{typeset(self.text)}</p>'
        parts = re.split(r"\n\s*\n", self.text.strip())
        return "".join(f'<p class="revlab-prose">{typeset(part)}</p>' for part in parts)


def prose(text: str) -> Prose:
    """Return a generated paragraph, checked by `lint_prose`.

    Examples
    --------
    >>> prose("No effect was found.")
    Traceback (most recent call last):
    ...
    revlab.errors.RevlabError: a page must not say 'No effect': say that none was shown, \
and what the interval holds.
    """
    return Prose(text)


def headline(text: str) -> Prose:
    """Return the one sentence that answers the question of a page, in at most 25 words.

    Examples
    --------
    >>> headline("All 26 pairs can be made, and nobody is left over.")
    All 26 pairs can be made, and nobody is left over.
    """
    return Prose(text, kind="headline")
