"""Render an executed notebook as one page: no script but one button, no request, no metadata."""

import base64
import copy
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from bs4 import BeautifulSoup, Tag
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from nbconvert.exporters.html import HTMLExporter
from nbformat import NotebookNode

from revlab.errors import RevlabError, must
from revlab.report.polish import Heading, hoist_answer, mark_headings, mark_pictures, mark_tables
from revlab.report.sanitise import leaks, sanitise

__all__ = ["Link", "Page", "frame_page", "landing_main", "read_page", "render_page"]

_node: Any = nbformat.from_dict
_TEMPLATES = Path(__file__).resolve().parent / "template"
_FOLDER = _TEMPLATES / "revlab"
_ANSWERS = ["text/html", "text/markdown", "image/svg+xml", "image/png", "text/plain"]


@dataclass(frozen=True)
class Link:
    """A link of the page's bar: where to, which words, and "prev", "next" or ""."""

    href: str
    words: str
    rel: str = ""


@dataclass(frozen=True)
class Page:
    """What a notebook gives to a page.

    Parameters
    ----------
    name : str
        File name without its ending.
    title : str
        The notebook's first heading.
    answer : str
        Its one-sentence answer, "" if it has none.
    simulated : bool
        Whether the answer rests on simulated data.
    main : str
        The ``<main>`` element.
    has_code : bool
        Whether there is code to show.
    """

    name: str
    title: str
    answer: str
    simulated: bool
    main: str
    has_code: bool

    @property
    def href(self) -> str:
        """File name of the page."""
        return f"{self.name}.html"


class _Exporter(HTMLExporter):
    """nbconvert's exporter with our template; widgets fall back to their still picture."""

    @property
    def default_config(self) -> Any:
        config = super().default_config
        config.NbConvertBase.display_data_priority = _ANSWERS
        return config


@cache
def _exporter() -> HTMLExporter:
    make: Any = _Exporter
    exporter: HTMLExporter = make(
        extra_template_basedirs=[str(_TEMPLATES)],
        template_name="revlab",
        exclude_anchor_links=True,
    )
    return exporter


@cache
def _frames() -> Environment:
    loader = FileSystemLoader(_FOLDER)
    return Environment(loader=loader, autoescape=True, keep_trailing_newline=False)


def read_page(notebook: NotebookNode, *, name: str) -> Page:
    """Turn an executed notebook into the content of a page.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        With outputs. Cells tagged ``not-on-page`` are left out; the first card or headline (of
        the cell tagged ``answer``, if there is one) moves below the title.
    name : str
        File name of the page without its ending.

    Returns
    -------
    Page

    Raises
    ------
    RevlabError
        If the notebook has no first heading, or a cell ended in an error.
    """
    _refuse_errors(notebook, name)
    stripped = copy.deepcopy(notebook)
    # Everything else in the metadata tells about a person or a machine.
    stripped.metadata = _node({"language_info": {"name": "python"}})
    html, _ = _exporter().from_notebook_node(stripped)
    soup = BeautifulSoup(html, "html.parser")
    main = _main(soup, name)
    sanitise(main)
    mark_pictures(soup, main)
    first = main.find("h1")
    must(first is not None, f"the notebook {name!r} needs a first cell that starts with '# '.")
    answer = hoist_answer(soup, main)
    headings = mark_headings(main)
    mark_tables(soup, main)
    title = first.get_text(" ", strip=True) if isinstance(first, Tag) else name
    has_code = main.select_one("details.code") is not None
    _insert_contents(main, headings, has_code)
    simulated = main.select_one("#answer .revlab-simulated") is not None
    return Page(name, title, answer, simulated, str(main), has_code)


def _main(soup: BeautifulSoup, name: str) -> Tag:
    main = soup.find("main")
    if not isinstance(main, Tag):
        raise RevlabError(f"the notebook {name!r} gave no page; reinstall revlab.")
    return main


def _refuse_errors(notebook: NotebookNode, name: str) -> None:
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            must(
                output.output_type != "error",
                f"the notebook {name!r} ended in an error ({output.get('ename', 'unknown')}); a "
                "page is made from a notebook that ran to its end.",
            )


def _insert_contents(main: Tag, headings: Sequence[Heading], has_code: bool) -> None:
    if not headings and not has_code:
        return
    html = _frames().get_template("contents.html.j2").render(headings=headings, has_code=has_code)
    tools = BeautifulSoup(html.strip(), "html.parser")
    place = main.select_one("#answer") or main.find("h1")
    if place is not None:
        place.insert_after(tools)


def landing_main(
    pages: Sequence[Page], *, title: str, lead: str, summary: Mapping[str, str]
) -> str:
    """Return the ``<main>`` of the first page of a site: what it is, and each page's answer."""
    template = _frames().get_template("landing.html.j2")
    return template.render(title=title, lead=lead, summary=dict(summary), pages=pages)


def frame_page(
    main: str, *, title: str, links: Sequence[Link], foot: Sequence[str], has_code: bool = False
) -> str:
    """Put a ``<main>`` into a whole page.

    Parameters
    ----------
    main : str
        From `read_page` or `landing_main`.
    title : str
        Title of the window, escaped here.
    links : sequence of Link
        The bar on top.
    foot : sequence of str
        Lines at the end.
    has_code : bool
        Whether the page needs the button that shows all code.

    Returns
    -------
    str
        HTML that loads nothing: its policy forbids every request, and every script but the one
        whose hash it names.

    Raises
    ------
    RevlabError
        If the page would show a path, an e-mail address, a traceback or a memory address.
    """
    script = (_FOLDER / "page.js").read_text(encoding="utf-8").strip() if has_code else ""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
    allowed = f"'sha256-{digest}'" if script else "'none'"
    policy = (
        f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src {allowed}; "
        "base-uri 'none'; form-action 'none'"
    )
    html = (
        _frames()
        .get_template("frame.html.j2")
        .render(
            policy=policy,
            title=title,
            style=Markup((_FOLDER / "style.css").read_text(encoding="utf-8")),
            links=links,
            main=Markup(main),
            foot=foot,
            script=Markup(script),
        )
    )
    found = leaks(html)
    must(not found, f"the page {title!r} would show {'; '.join(found)}; it was not written.")
    return html.strip() + "\n"


def render_page(
    notebook: NotebookNode, *, name: str, links: Sequence[Link] = (), foot: Sequence[str] = ()
) -> str:
    """Render one executed notebook as a page that stands alone.

    Raises
    ------
    RevlabError
        As `read_page` and `frame_page`.

    Examples
    --------
    >>> from nbformat.v4 import new_markdown_cell, new_notebook
    >>> page = render_page(new_notebook(cells=[new_markdown_cell("# Who takes part?")]), name="a")
    >>> "<title>Who takes part?</title>" in page
    True
    """
    page = read_page(notebook, name=name)
    return frame_page(page.main, title=page.title, links=links, foot=foot, has_code=page.has_code)
