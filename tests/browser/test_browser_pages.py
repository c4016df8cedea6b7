"""The rendered site in a real browser: from files, without a network, on a desk and on a phone."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from revlab.shipped import shipped

NOTEBOOK_PAGES = len(list(shipped("notebooks").glob("*.ipynb")))


def pages_of(site: Path) -> list[Path]:
    """Return every page, the first page first."""
    return sorted(site.glob("*.html"), key=lambda path: (path.name != "index.html", path.name))


def open_page(page: Page, path: Path) -> None:
    """Open a page as a double click does."""
    page.goto(path.as_uri(), wait_until="load")


def counts_of(page: Page) -> dict[str, int]:
    """Return how much there is on the page."""
    kinds = ("h1", "h2", "table", "img", "details.code", "th:not([scope])", "img:not([alt])")
    return {kind: page.locator(kind).count() for kind in kinds}


def test_every_page_opens_from_files_without_a_complaint(
    site: Path, page: Page, complaints: list[str]
) -> None:
    for path in pages_of(site):
        open_page(page, path)
        assert page.title(), path.name
        assert page.locator("html[lang=en]").count() == 1
    assert complaints == []


def test_the_pages_hold_their_contents(site: Path, page: Page) -> None:
    found = {}
    for path in pages_of(site):
        open_page(page, path)
        found[path.name] = counts_of(page)
    assert all(counts["h1"] == 1 for counts in found.values()), found
    assert not [name for name, counts in found.items() if counts["th:not([scope])"]]
    assert not [name for name, counts in found.items() if counts["img:not([alt])"]]
    told = [counts for counts in found.values() if counts["details.code"]]
    assert len(told) == NOTEBOOK_PAGES
    assert min(counts["h2"] for counts in told) >= 3
    assert sum(counts["table"] for counts in told) >= 2 * NOTEBOOK_PAGES
    assert sum(counts["img"] for counts in told) >= NOTEBOOK_PAGES


def test_each_picture_is_drawn(site: Path, page: Page) -> None:
    for path in pages_of(site):
        open_page(page, path)
        page.wait_for_function("[...document.images].every(image => image.complete)")
        widths = page.evaluate("[...document.images].map(image => image.naturalWidth)")
        assert all(width > 100 for width in widths), path.name


def test_every_link_inside_the_site_leads_somewhere(site: Path, page: Page) -> None:
    names = {path.name for path in pages_of(site)}
    for path in pages_of(site):
        open_page(page, path)
        links = page.locator("a[href]").evaluate_all("all => all.map(a => a.getAttribute('href'))")
        inside = [link for link in links if "://" not in link and not link.startswith("mailto:")]
        assert {link.partition("#")[0] for link in inside} - {""} <= names
        for anchor in (link[1:] for link in inside if link.startswith("#")):
            assert page.evaluate("id => document.getElementById(id) !== null", anchor), anchor


def test_code_is_hidden_until_it_is_asked_for(site: Path, page: Page) -> None:
    with_code = [path for path in pages_of(site) if "details class=" in path.read_text("utf-8")]
    assert len(with_code) == NOTEBOOK_PAGES
    for path in with_code:
        open_page(page, path)
        total = page.locator("details.code").count()
        assert page.locator("details.code[open]").count() == 0
        assert not page.locator("details.code pre").first.is_visible()
        button = page.get_by_role("button", name="all code")
        assert button.get_attribute("aria-pressed") == "false"
        button.click()
        assert page.locator("details.code[open]").count() == total
        assert page.locator("details.code pre").first.is_visible()
        assert button.get_attribute("aria-pressed") == "true"
        button.click()
        assert page.locator("details.code[open]").count() == 0


def test_one_cell_s_code_opens_alone(site: Path, page: Page) -> None:
    path = next(p for p in pages_of(site) if "details class=" in p.read_text("utf-8"))
    open_page(page, path)
    page.locator("details.code summary").first.click()
    assert page.locator("details.code[open]").count() == 1


@pytest.mark.parametrize("code", ["closed", "open"])
def test_a_phone_needs_no_sideways_scrolling(site: Path, page: Page, code: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for path in pages_of(site):
        open_page(page, path)
        if code == "open":
            page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path.name


def test_without_javascript_everything_can_still_be_read(site: Path, browser: object) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    for path in pages_of(site):
        tab.goto(path.as_uri())
        if tab.locator("details.code").count():
            tab.locator("details.code summary").first.click()
            assert tab.locator("details.code pre").first.is_visible()
    context.close()


def test_the_serverless_explorer_answers_a_choice(site: Path, page: Page) -> None:
    explorers = [p for p in pages_of(site) if 'id="policy"' in p.read_text("utf-8")]
    assert len(explorers) == 1, "the site has one explorer page that works without Python"
    open_page(page, explorers[0])
    before = page.locator("p[role=status]").inner_text()
    options = page.locator("#policy option").evaluate_all("all => all.map(o => o.value)")
    now = page.locator("#policy").input_value()
    page.locator("#policy").select_option(next(value for value in options if value != now))
    page.wait_for_function(
        "old => document.querySelector('p[role=status]').innerText !== old", arg=before
    )
    assert page.locator("table tbody tr").count() >= 3
