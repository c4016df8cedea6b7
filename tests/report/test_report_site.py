import json
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_markdown_cell
from report_notebooks import full_notebook, notebook, printed, shown

from revlab.errors import RevlabError
from revlab.report.prose import headline
from revlab.report.site import MARKER, SiteNotebook, build_site

BAD = "<script>alert(1)</script>"


def _notebooks() -> list[SiteNotebook]:
    people = notebook(shown(headline("All 26 pairs can be made.")), title="Who takes part?")
    last = notebook(new_markdown_cell("## Limits"), title="What next?")
    return [
        SiteNotebook("01-people", people),
        SiteNotebook("02-pairs", full_notebook()),
        SiteNotebook("03-next", last),
    ]


def _soup(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def test_the_first_page_lists_every_title_with_its_answer(tmp_path: Path) -> None:
    index = build_site(_notebooks(), tmp_path / "site", summary={"Roster": "50 people"})
    soup = _soup(index)
    entries = soup.select(".pages li")
    assert [entry.a.get_text() for entry in entries if entry.a] == [
        "Who takes part?", "Who with whom?", "What next?",
    ]  # fmt: skip
    assert "All 26 pairs can be made." in entries[0].get_text()
    assert "probably did better" in entries[1].get_text()
    assert "Simulated data" in entries[1].get_text()
    assert "Simulated data" not in entries[0].get_text()
    assert [dd.get_text() for dd in soup.select(".inputs dd")] == ["50 people"]


def test_pages_lead_to_each_other(tmp_path: Path) -> None:
    index = build_site(_notebooks(), tmp_path)
    links = [str(link["href"]) for link in _soup(index).select(".pages a")]
    assert links == ["01-people.html", "02-pairs.html", "03-next.html"]
    bars = {
        name: [
            str(link["href"]) for link in _soup(tmp_path / name).select("nav[aria-label=Pages] a")
        ]
        for name in links
    }
    assert bars == {
        "01-people.html": ["index.html", "02-pairs.html"],
        "02-pairs.html": ["index.html", "01-people.html", "03-next.html"],
        "03-next.html": ["index.html", "02-pairs.html"],
    }
    assert all((tmp_path / link).is_file() for bar in bars.values() for link in bar)


def test_the_same_notebooks_give_the_same_bytes(tmp_path: Path) -> None:
    build_site(_notebooks(), tmp_path / "a")
    build_site(_notebooks(), tmp_path / "b")
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert files == [MARKER, "01-people.html", "02-pairs.html", "03-next.html", "index.html"]
    for name in files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_a_site_is_replaced_and_nothing_else_is(tmp_path: Path) -> None:
    build_site(_notebooks(), tmp_path)
    (tmp_path / "notes.html").write_text("mine")
    build_site(_notebooks()[:1], tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        MARKER, "01-people.html", "index.html", "notes.html",
    ]  # fmt: skip
    assert (tmp_path / "notes.html").read_text() == "mine"


def test_a_marker_cannot_point_outside_its_folder(tmp_path: Path) -> None:
    site, victim = tmp_path / "site", tmp_path / "victim.html"
    victim.write_text("mine")
    site.mkdir()
    for files in (["../victim.html", str(victim), 7], "victim.html", None):
        (site / MARKER).write_text(json.dumps({"files": files}))
        build_site(_notebooks()[:1], site)
        assert victim.read_text() == "mine"
    (site / MARKER).write_text("no json")
    build_site(_notebooks()[:1], site)


def test_another_folder_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("mine")
    with pytest.raises(RevlabError, match="holds other files and no site of revlab; choose"):
        build_site(_notebooks(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.doc"]
    with pytest.raises(RevlabError, match=r"'thesis\.doc' is a file; give the name of a folder"):
        build_site(_notebooks(), tmp_path / "thesis.doc")


def test_a_bad_page_stops_everything_before_a_file_is_written(tmp_path: Path) -> None:
    leaky = SiteNotebook("04", notebook(printed("see /home/ana/x")))
    build_site(_notebooks()[:1], tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(RevlabError, match="would show a path"):
        build_site([*_notebooks(), leaky], tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_names_are_plain_and_different(tmp_path: Path) -> None:
    for name in ("../x", "a/b", "index", "", "a b", "x.html", ".hidden"):
        with pytest.raises(RevlabError, match="a page's name has letters"):
            SiteNotebook(name, notebook())
    with pytest.raises(RevlabError, match="two pages have the same name"):
        build_site([SiteNotebook("a", notebook())] * 2, tmp_path)
    with pytest.raises(RevlabError, match="needs at least one notebook"):
        build_site([], tmp_path)


def test_script_is_inert_on_the_first_page(tmp_path: Path) -> None:
    node = notebook(shown(headline(f"Answer {BAD}")), title=f"`{BAD}`")
    index = build_site([SiteNotebook("a", node)], tmp_path, summary={BAD: BAD}, title=BAD)
    soup = _soup(index)
    assert soup.script is None
    assert BAD in soup.get_text()
    assert len(soup.select(".pages li")) == 1
