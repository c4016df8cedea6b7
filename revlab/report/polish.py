"""The pass over a rendered page that makes it accessible: headings, tables, regions, contents."""

import re
from typing import NamedTuple

from bs4 import BeautifulSoup, Tag

__all__ = ["Heading", "hoist_answer", "mark_headings", "mark_pictures", "mark_tables"]

_NO_WORDS = "A picture without a description."
_NBCONVERT_WORDS = "No description has been provided for this image"


class Heading(NamedTuple):
    """A heading of the contents: the id it can be reached by, and its words."""

    anchor: str
    words: str


def _slug(words: str, taken: set[str]) -> str:
    base = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-") or "section"
    slug, count = base, 1
    while slug in taken:
        count += 1
        slug = f"{base}-{count}"
    taken.add(slug)
    return slug


def mark_headings(main: Tag, *, taken: tuple[str, ...] = ("main", "answer")) -> list[Heading]:
    """Give the headings ids, keep one first-level heading, and return the second-level ones.

    Parameters
    ----------
    main : bs4.Tag
        Changed in place. A first-level heading after the first becomes a second-level one, and a
        level that skips one is raised, so that the outline has no holes.
    taken : tuple of str
        Ids that the page uses already.

    Examples
    --------
    >>> soup = BeautifulSoup("<main><h1>A</h1><h2>B</h2><h4>C</h4></main>", "html.parser")
    >>> mark_headings(soup.main)
    [Heading(anchor='b', words='B')]
    >>> print(soup.main)
    <main><h1>A</h1><h2 id="b">B</h2><h3 id="c">C</h3></main>
    """
    used = set(taken)
    contents, before, seen_first = [], 1, False
    for heading in main.find_all(re.compile(r"h[1-6]\Z")):
        level = int(heading.name[1])
        if level == 1 and not seen_first:
            seen_first, before = True, 1
            heading.attrs.pop("id", None)
            continue
        level = min(max(level, 2), before + 1)
        heading.name, before = f"h{level}", level
        words = heading.get_text(" ", strip=True)
        anchor = _slug(words, used)
        heading.attrs["id"] = anchor
        if level == 2:
            contents.append(Heading(anchor, words))
    return contents


def _scopes(table: Tag) -> None:
    for row in table.select("thead tr"):
        for cell in row.find_all(["th", "td"]):
            if not cell.get_text(strip=True):
                cell.name = "td"
                cell.attrs.pop("scope", None)
            else:
                cell.name = "th"
                wide = int(str(cell.attrs.get("colspan", "1")) or 1) > 1
                cell.attrs.setdefault("scope", "colgroup" if wide else "col")
    for cell in table.select("tbody th"):
        if cell.get_text(strip=True):
            cell.attrs.setdefault("scope", "row")
        else:
            cell.name = "td"


def mark_tables(soup: BeautifulSoup, main: Tag) -> None:
    """Give header cells their scope, and let wide tables scroll by keyboard in a named group.

    Parameters
    ----------
    soup : bs4.BeautifulSoup
        Makes the new tags.
    main : bs4.Tag
        Changed in place.
    """
    used: set[str] = set()
    for table in main.find_all("table"):
        for name in ("border", "cellpadding", "cellspacing"):
            table.attrs.pop(name, None)
        if "dataframe" in table.get_attribute_list("class"):
            for cell in table.find_all(True):
                cell.attrs.pop("style", None)
        _scopes(table)
        caption = table.find("caption")
        label = caption.get_text(" ", strip=True) if caption else "Table"
        base, count = label, 1
        while label in used:
            count += 1
            label = f"{base} ({count})"
        used.add(label)
        group = soup.new_tag(
            "div", attrs={"class": "wide", "role": "group", "tabindex": "0", "aria-label": label}
        )
        table.wrap(group)
    for block in main.find_all("pre"):
        block.attrs["tabindex"] = "0"


def mark_pictures(soup: BeautifulSoup, main: Tag) -> None:
    """Give a picture without alternative text one that says so, and let it scroll on a phone.

    Parameters
    ----------
    soup : bs4.BeautifulSoup
        Makes the new tags.
    main : bs4.Tag
        Changed in place.
    """
    for count, picture in enumerate(main.find_all("img"), start=1):
        if str(picture.attrs.get("alt", "")).strip() in ("", _NBCONVERT_WORDS):
            picture.attrs["alt"] = _NO_WORDS
        label = f"Figure {count}"
        picture.wrap(
            soup.new_tag(
                "div",
                attrs={"class": "picture", "role": "group", "tabindex": "0", "aria-label": label},
            )
        )


def _answer_block(main: Tag) -> Tag | None:
    tagged = main.select_one(".cell-answer .revlab-card, .cell-answer .revlab-headline")
    return tagged or main.select_one(".revlab-card") or main.select_one(".revlab-headline")


def hoist_answer(soup: BeautifulSoup, main: Tag) -> str:
    """Move the answer of a page right below its title, and return its sentence.

    Parameters
    ----------
    soup : bs4.BeautifulSoup
        Makes the new tags.
    main : bs4.Tag
        Changed in place. The answer is the first card or headline of a cell tagged ``answer``,
        else the first card, else the first headline; where it stood, a link leads to it.

    Returns
    -------
    str
        "" if the page has no answer.
    """
    block = _answer_block(main)
    if block is None:
        return ""
    sentence = block if "revlab-headline" in block.get_attribute_list("class") else None
    sentence = sentence or block.select_one(".revlab-answer")
    section = soup.new_tag("div", attrs={"id": "answer", "class": "first-answer"})
    pointer = soup.new_tag("p", attrs={"class": "pointer"})
    link = soup.new_tag("a", attrs={"href": "#answer"})
    link.string = "The answer is at the top of this page."
    pointer.append(link)
    block.replace_with(pointer)
    section.append(block)
    first = main.find("h1")
    if first is None:
        main.insert(0, section)
    else:
        first.insert_after(section)
    return sentence.get_text(" ", strip=True) if sentence is not None else ""
