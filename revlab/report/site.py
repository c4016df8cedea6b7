"""Build the site that HR reads: one page per notebook, and a first page with every answer."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from revlab.errors import RevlabError, must
from revlab.people.skills import ESCO_ATTRIBUTION
from revlab.report.render import Link, Page, frame_page, landing_main, read_page

__all__ = ["MARKER", "ExtraPage", "SiteNotebook", "build_site", "check_target"]

MARKER = ".revlab-site"
"""File that marks a folder as a site of revlab, which alone may be replaced."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*\Z")
_LEAD = "Each page answers one question. Its first lines hold the answer and how sure it is."
_FOOT = (
    "Made with revlab. A mentor is the junior, a mentee the senior. Pages propose; people decide.",
    f"Names of skills: {ESCO_ATTRIBUTION}",
)


@dataclass(frozen=True)
class SiteNotebook:
    """An executed notebook and the name of its page.

    Raises
    ------
    RevlabError
        If the name holds more than letters, digits, "-" and "_", or is "index".
    """

    name: str
    notebook: NotebookNode

    def __post_init__(self) -> None:
        must(
            _NAME.match(self.name) is not None and self.name != "index",
            f"a page's name has letters, digits, '-' and '_', and is not 'index'; got "
            f"{self.name!r}.",
        )


@dataclass(frozen=True)
class ExtraPage:
    """A page of the site that comes from no notebook and is whole already.

    Parameters
    ----------
    name : str
        File name without its ending.
    title, answer : str
        What the first page says of it.
    html : str
        The page; it must load nothing and name nobody.
    """

    name: str
    title: str
    answer: str
    html: str


def check_target(out: Path | str) -> Path:
    """Return the folder if a site may be written there.

    Raises
    ------
    RevlabError
        If it is a file, or a folder with other things in it.

    Examples
    --------
    >>> check_target("a folder that is not there yet").name
    'a folder that is not there yet'
    """
    out = Path(out)
    must(not out.exists() or out.is_dir(), f"{out.name!r} is a file; give the name of a folder.")
    empty = not out.is_dir() or not any(out.iterdir())
    must(
        empty or (out / MARKER).is_file(),
        f"the folder {out.name!r} holds other files and no site of revlab; choose another folder.",
    )
    return out


def _links(pages: Sequence[Page], place: int) -> list[Link]:
    links = [Link("index.html", "All pages")]
    if place > 0:
        links.append(Link(pages[place - 1].href, f"← {pages[place - 1].title}", "prev"))
    if place + 1 < len(pages):
        links.append(Link(pages[place + 1].href, f"{pages[place + 1].title} →", "next"))
    return links


def _old_files(out: Path) -> list[Path]:
    """Return the pages that the last site wrote, and nothing else."""
    marker = out / MARKER
    if not marker.is_file():
        return []
    try:
        names = json.loads(marker.read_text(encoding="utf-8"))["files"]
    except (ValueError, KeyError, TypeError, OSError):
        return []
    if not isinstance(names, list):
        return []
    safe = [name for name in names if isinstance(name, str) and Path(name).name == name]
    return [out / name for name in safe if name.endswith(".html") and (out / name).is_file()]


def build_site(
    notebooks: Sequence[SiteNotebook],
    out: Path | str,
    *,
    summary: Mapping[str, str] | None = None,
    title: str = "Reverse mentoring: what we found",
    extras: Sequence[ExtraPage] = (),
) -> Path:
    """Write the site.

    Parameters
    ----------
    notebooks : sequence of SiteNotebook
        Executed, in the order of the pages.
    out : pathlib.Path or str
        A new folder, an empty one, or an earlier site, whose pages are replaced.
    summary : mapping of str to str, optional
        What the site rests on: label -> words.
    title : str
        Title of the first page.
    extras : sequence of ExtraPage
        Pages that come from no notebook, listed last.

    Returns
    -------
    pathlib.Path
        The first page, ``index.html``.

    Raises
    ------
    RevlabError
        If there is no notebook, a name repeats, the folder holds something else, or a page
        cannot be made; then nothing is written.
    """
    out = check_target(out)
    must(len(notebooks) > 0, "a site needs at least one notebook.")
    names = [*(one.name for one in notebooks), *(one.name for one in extras)]
    must(len(set(names)) == len(names), f"two pages have the same name: {sorted(names)}.")
    pages = [read_page(one.notebook, name=one.name) for one in notebooks]
    files = {
        page.href: frame_page(
            page.main, title=page.title, links=_links(pages, place), foot=_FOOT,
            has_code=page.has_code,
        )
        for place, page in enumerate(pages)
    }  # fmt: skip
    listed = [Page(one.name, one.title, one.answer, False, "", False) for one in extras]
    files |= {page.href: one.html for page, one in zip(listed, extras, strict=True)}
    main = landing_main([*pages, *listed], title=title, lead=_LEAD, summary=summary or {})
    files["index.html"] = frame_page(main, title=title, links=[], foot=_FOOT)
    files[MARKER] = json.dumps({"files": sorted([*files, MARKER])}, indent=1) + "\n"
    try:
        out.mkdir(parents=True, exist_ok=True)
        for path in _old_files(out):
            path.unlink()
        for name, text in files.items():
            (out / name).write_bytes(text.encode())
    except OSError as error:
        raise RevlabError(f"the site {out.name!r} cannot be written: {error.strerror}.") from None
    return out / "index.html"
