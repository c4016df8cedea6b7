import base64
import hashlib
import re
from itertools import pairwise

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from report_notebooks import full_notebook, notebook, printed, shown

from revlab.errors import RevlabError
from revlab.report.frames import show
from revlab.report.prose import headline
from revlab.report.render import Link, read_page, render_page

PAGE = render_page(full_notebook(), name="02-pairs", links=[Link("index.html", "All")], foot=["F"])
SOUP = BeautifulSoup(PAGE, "html.parser")


def test_the_page_holds_what_the_notebook_holds() -> None:
    assert len(SOUP.select("table")) == 1
    assert len(SOUP.select("tbody tr")) == 7
    assert len(SOUP.select("img")) == 1
    assert len(SOUP.select(".revlab-card")) == 1
    assert len(SOUP.select("details.code")) == 6
    assert [h.get_text() for h in SOUP.select("h2")] == [
        "Question", "Set-up", "Run", "Read the result", "Limits",
    ]  # fmt: skip
    assert "plain words" in SOUP.get_text()


def test_the_first_screen_is_title_then_answer() -> None:
    main = SOUP.main
    assert main is not None
    children = [child for child in main.find_all(True) if child.name in ("h1", "p", "h2")]
    assert children[0].name == "h1"
    answer = SOUP.select_one("h1 + #answer, .text h1 + #answer")
    assert answer is not None
    assert answer.select_one(".revlab-card .revlab-answer") is not None
    page = read_page(full_notebook(), name="02-pairs")
    assert page.answer.startswith("“best total fit” probably did better")
    assert page.simulated
    pointers = SOUP.select("a[href='#answer']")
    assert len(pointers) == 1


def test_landmarks_language_and_titles() -> None:
    assert SOUP.html is not None
    assert SOUP.html["lang"] == "en"
    assert len(SOUP.select("main, [role=main]")) == 1
    assert len(SOUP.select("h1")) == 1
    assert SOUP.title is not None
    assert SOUP.title.get_text() == "Who with whom?"
    labels = [str(nav["aria-label"]) for nav in SOUP.select("nav")]
    assert labels == ["Pages", "On this page"]
    assert SOUP.select_one("a.skip[href='#main']") is not None
    assert SOUP.footer is not None


def test_ids_are_unique_and_links_lead_somewhere() -> None:
    ids = [str(tag["id"]) for tag in SOUP.select("[id]")]
    assert len(ids) == len(set(ids))
    anchors = [str(link["href"])[1:] for link in SOUP.select("a[href^='#']")]
    assert set(anchors) <= set(ids)
    assert {"question", "set-up", "run", "read-the-result", "limits"} <= set(anchors)


def test_headings_have_no_holes() -> None:
    levels = [int(tag.name[1]) for tag in SOUP.find_all(re.compile("h[1-6]$"))]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_tables_pictures_and_code_can_be_reached_and_named() -> None:
    for cell in SOUP.select("th"):
        assert cell["scope"] in ("col", "row", "colgroup")
        assert cell.get_text(strip=True)
    groups = SOUP.select("[role=group]")
    names = [str(group["aria-label"]) for group in groups]
    assert len(names) == len(set(names)) == 3
    for block in SOUP.select("pre, .wide, .picture"):
        assert block["tabindex"] == "0"
    for picture in SOUP.select("img"):
        assert len(str(picture["alt"])) >= 20


def test_nothing_is_loaded_and_one_script_may_run() -> None:
    assert re.findall(r"(?:src|href)=\"(?!data:image|#|index\.html)[^\"]*", PAGE) == []
    assert "@import" not in PAGE
    scripts = SOUP.find_all("script")
    assert len(scripts) == 1
    text = scripts[0].get_text().encode()
    digest = base64.b64encode(hashlib.sha256(text).digest()).decode()
    policy = SOUP.select_one("meta[http-equiv='Content-Security-Policy']")
    assert policy is not None
    assert "default-src 'none'" in str(policy["content"])
    assert f"script-src 'sha256-{digest}'" in str(policy["content"])


def test_a_page_without_code_has_no_script() -> None:
    page = render_page(notebook(), name="a")
    assert "<script" not in page
    policy = BeautifulSoup(page, "html.parser").select_one("meta[http-equiv]")
    assert policy is not None
    assert "script-src 'none'" in str(policy["content"])
    assert "all-code" not in page


def test_a_page_is_small_enough() -> None:
    assert len(PAGE.encode()) < 120_000


def test_the_same_notebook_gives_the_same_bytes() -> None:
    again = render_page(full_notebook(), name="02-pairs", links=[Link("index.html", "All")],
                        foot=["F"])  # fmt: skip
    assert again == PAGE


def test_metadata_widgets_and_standard_error_stay_out() -> None:
    cell = shown(headline("All can be paired."))
    cell.outputs[0].data["application/vnd.jupyter.widget-view+json"] = {"model_id": "secret-model"}
    cell.metadata["secret-cell"] = "secret-cell"
    node = notebook(cell, printed("secret-warning", name="stderr"))
    node.metadata["authors"] = [{"name": "secret-author"}]
    node.metadata["widgets"] = {"x": "secret-state"}
    page = render_page(node, name="a")
    assert "secret" not in page
    assert "All can be paired." in page


BAD = "<script>alert(1)</script>"


def test_script_is_inert_in_any_channel() -> None:
    frame = pd.DataFrame({"reason": [BAD]})
    plain = new_code_cell(
        BAD, execution_count=1,
        outputs=[
            new_output("execute_result", data={"text/plain": BAD}, execution_count=1),
            new_output("display_data", data={"text/html": f"<p onclick='x()'>{BAD}ok</p>"}),
            new_output("display_data", data={"text/markdown": f"{BAD} *ok*"}),
        ],
    )  # fmt: skip
    node = notebook(
        new_markdown_cell(f"## Head {BAD}\n\n{BAD}\n\n[x](javascript:alert(1))"),
        plain, shown(show(frame, caption=BAD)), printed(BAD), title=f"Title {BAD} `{BAD}`",
    )  # fmt: skip
    page = render_page(node, name="a", links=[Link("index.html", BAD)], foot=[BAD])
    soup = BeautifulSoup(page, "html.parser")
    assert len(soup.find_all("script")) == 1
    assert "alert" not in soup.find_all("script")[0].get_text()
    assert not [tag for tag in soup.find_all(True) if any(name[:2] == "on" for name in tag.attrs)]
    assert not [tag for tag in soup.select("a") if "javascript" in str(tag.get("href", ""))]
    assert soup.title is not None
    assert "ok" in soup.get_text()


def test_a_pandas_table_gets_scopes_and_loses_its_style() -> None:
    frame = pd.DataFrame({"a": [1]}, index=pd.Index(["x"], name="who"))
    page = render_page(notebook(shown(frame), shown(frame)), name="a")
    soup = BeautifulSoup(page, "html.parser")
    tables = soup.select("table")
    assert len(tables) == 2
    assert all(cell.get_text(strip=True) for cell in soup.select("th"))
    assert [cell["scope"] for cell in tables[0].select("tbody th")] == ["row"]
    assert soup.select("table [style], table[border]") == []
    assert [str(group["aria-label"]) for group in soup.select(".wide")] == ["Table", "Table (2)"]


def test_a_picture_without_words_says_so() -> None:
    cell = new_code_cell("x", execution_count=1, outputs=[
        new_output("display_data", data={"image/png": "iVBORw0KGgo="})])  # fmt: skip
    soup = BeautifulSoup(render_page(notebook(cell), name="a"), "html.parser")
    assert [str(picture["alt"]) for picture in soup.select("img")] == [
        "A picture without a description."
    ]


def test_cells_for_researchers_stay_out() -> None:
    secret = shown(headline("Not for the page."), tags=["not-on-page"])
    assert "Not for the page" not in render_page(notebook(secret), name="a")


def test_a_tagged_answer_goes_first() -> None:
    node = notebook(shown(headline("The first.")), shown(headline("The second."), tags=["answer"]))
    assert read_page(node, name="a").answer == "The second."
    assert read_page(notebook(), name="a").answer == ""


def test_a_page_that_gives_something_away_is_refused() -> None:
    with pytest.raises(RevlabError, match=r"would show a path .'/home/ana'.*; it was not written"):
        render_page(notebook(printed("saved in /home/ana/x.csv")), name="a")


def test_a_notebook_with_an_error_or_without_a_title_is_refused() -> None:
    failed = new_code_cell("x", execution_count=1, outputs=[
        new_output("error", ename="ValueError", evalue="no", traceback=[])])  # fmt: skip
    with pytest.raises(RevlabError, match=r"the notebook 'a' ended in an error .ValueError."):
        render_page(notebook(failed), name="a")
    bare = notebook()
    bare.cells[0].source = "no heading"
    with pytest.raises(RevlabError, match="needs a first cell that starts with '# '"):
        render_page(bare, name="a")


def test_a_second_title_becomes_a_section_and_names_may_repeat() -> None:
    cells = [new_markdown_cell(text) for text in ("# Again", "## Again", "#### Deep", "## ???")]
    soup = BeautifulSoup(render_page(notebook(*cells), name="a"), "html.parser")
    found = [(tag.name, tag.get("id")) for tag in soup.find_all(re.compile("h[1-6]$"))]
    assert found == [
        ("h1", None), ("h2", "again"), ("h2", "again-2"), ("h3", "deep"), ("h2", "section"),
    ]  # fmt: skip
