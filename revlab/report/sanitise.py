"""What a page must not do or give away: no script, no request, no path, no address."""

import re
import tempfile
from pathlib import Path

from bs4 import BeautifulSoup, Tag

__all__ = ["leaks", "sanitise"]

_REMOVED = (
    "script", "style", "iframe", "frame", "object", "embed", "applet", "link", "meta", "base",
    "form", "noscript", "template", "portal", "audio", "video", "source", "track", "foreignobject",
    "set", "animate",
)  # fmt: skip
_SOURCES = ("src", "poster", "background", "data", "xlink:href")
_DROPPED = ("srcset", "srcdoc", "formaction", "ping", "action", "target", "http-equiv", "nonce")
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/=\s]*\Z")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_STYLE = re.compile(r"url\s*\(|expression|@import|\\|image\s*\(|behavior|-moz-binding", re.I)
_BLOB = re.compile(r"data:[a-z]+/[a-z0-9.+-]+;base64,[A-Za-z0-9+/=\s]*", re.IGNORECASE)
_TELLTALES = {
    "an e-mail address": re.compile(r"[\w.+-]+@[\w-]+\.[A-Za-z]{2,}"),
    "a path": re.compile(
        r"(?<![\w:/.<])/(?:home|Users|root|tmp|var|private|mnt|opt|usr|work|content)/[\w.-]+"
        r"|\b[A-Za-z]:\\(?:Users|Documents|Windows)\\|\bfile://"
    ),
    "a traceback": re.compile(r"Traceback \(most recent call last\)"),
    "a memory address": re.compile(r"\bat 0x[0-9a-fA-F]{6,}"),
}


def _safe_link(address: str) -> bool:
    plain = re.sub(r"[\x00-\x20\x7f]", "", address)
    if plain.startswith(("//", "\\")):
        return False
    scheme = _SCHEME.match(plain)
    return scheme is None or scheme.group(1).lower() in ("http", "https", "mailto")


def _clean_tag(tag: Tag) -> None:
    for name in list(tag.attrs):
        lower = name.lower()
        value = tag.attrs[name]
        text = " ".join(value) if isinstance(value, list) else str(value)
        wrong = (
            lower.startswith("on")
            or lower in _DROPPED
            or (lower in _SOURCES and (tag.name != "img" or _PICTURE.match(text) is None))
            or (lower == "href" and not _safe_link(text))
            or (lower == "style" and _STYLE.search(text) is not None)
        )
        if wrong:
            del tag.attrs[name]
    href = str(tag.attrs.get("href", ""))
    if tag.name != "a" and href and not href.startswith("#"):
        del tag.attrs["href"]
    elif _SCHEME.match(href):
        tag.attrs["rel"] = "noopener noreferrer"


def sanitise(soup: BeautifulSoup | Tag) -> None:
    """Take out of a piece of HTML everything that runs, loads or sends something.

    Parameters
    ----------
    soup : bs4.BeautifulSoup or bs4.Tag
        Changed in place. Pictures stay if they are in the page itself; links stay if they lead
        to a page, a place on the page, or an address of the web.

    Examples
    --------
    >>> soup = BeautifulSoup("<p onclick='x()'>a<script>x()</script></p>", "html.parser")
    >>> sanitise(soup)
    >>> str(soup)
    '<p>a</p>'
    """
    for tag in soup.find_all(True):
        if tag.name is not None and tag.name.lower() in _REMOVED:
            tag.extract()
    for tag in soup.find_all(True):
        _clean_tag(tag)


def leaks(html: str) -> list[str]:
    """List what a page gives away about people or about the machine that made it.

    Parameters
    ----------
    html : str
        A whole page; pictures in it are skipped.

    Returns
    -------
    list of str
        "a path ('/home/ana')" and the like; empty if there is nothing.

    Examples
    --------
    >>> leaks("<p>saved in /home/ana/pilot.csv for ana@example.org</p>")
    ["an e-mail address ('ana@example.org')", "a path ('/home/ana')"]
    """
    text = _BLOB.sub("", html)
    found = []
    for what, pattern in _TELLTALES.items():
        hit = pattern.search(text)
        if hit:
            found.append(f"{what} ({hit.group()!r})")
    for folder in sorted({str(Path.home()), str(Path.cwd()), tempfile.gettempdir()}):
        # A folder right below the root, such as /root, is matched by its files above.
        if len(Path(folder).parts) > 2 and folder in text:
            found.append(f"a path ({folder!r})")
    return found
