"""The policy explorer, moved by hand: in JupyterLab and as a page without code."""

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

EXPLORER = "06-policy-explorer.ipynb"
WAIT = 180_000


def move_a_slider(page: Page, panel: Page | Locator) -> None:
    """Move the first slider by the keyboard and expect the words and the pairs to follow."""
    status = panel.locator("p[role=status]").first
    expect(status).not_to_be_empty(timeout=WAIT)
    slider = panel.locator(".revlab-slider input[type=range]").first
    assert panel.locator(".revlab-slider label").first.inner_text().strip()
    caption = page.locator("caption", has_text=re.compile(r"\d+ of \d+ pairs?"))
    pairs = panel.locator(".revlab-explorer table", has=caption).first
    before = (status.inner_text(), pairs.inner_text())
    slider.focus()
    page.keyboard.press("Home")
    expect(pairs).not_to_have_text(before[1], timeout=WAIT, use_inner_text=True)
    assert status.inner_text() != before[0]


def test_in_jupyterlab(page: Page, complaints: list[str], notebooks: Path, serve: object) -> None:
    address = serve("lab", "--folder", str(notebooks), pattern=r"http://127\.0\.0\.1\S+token=\w+")
    base, _, token = address.partition("?")
    place = f"{base.removesuffix('/lab').rstrip('/')}/lab/tree/{EXPLORER}?reset&{token}"
    page.goto(place)
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=WAIT)
    # Before the kernel is there JupyterLab takes the click and does nothing.
    page.wait_for_selector(".jp-StatusBar-TextItem:has-text('| Idle')", timeout=WAIT)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.wait_for_selector(".jp-OutputArea .revlab-slider", timeout=WAIT)
    move_a_slider(page, page.locator(".jp-Notebook"))
    assert page.locator("[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    assert not [words for words in complaints if words.startswith(("external", "error"))]


def test_as_a_page_without_code(page: Page, notebooks: Path, serve: object) -> None:
    address = serve("app", "--folder", str(notebooks), pattern=r"http://127\.0\.0\.1:\d+")
    page.goto(address, timeout=WAIT)
    page.wait_for_selector(".revlab-slider", timeout=WAIT)
    move_a_slider(page, page)
    assert "SEED =" not in page.locator("body").inner_text()
