import pytest
from bs4 import BeautifulSoup

from revlab.report.sanitise import leaks, sanitise

ATTACKS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//x.org/a.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    '<img src="https://x.org/pixel.png">',
    '<img srcset="https://x.org/a.png 2x">',
    '<a href="javascript:alert(1)">a</a>',
    '<a href="java\nscript:alert(1)">a</a>',
    '<a href=" &#x6a;avascript:alert(1)">a</a>',
    '<a href="data:text/html,<script>alert(1)</script>">a</a>',
    '<a href="//x.org/a" ping="https://x.org">a</a>',
    '<a href="vbscript:x">a</a>',
    "<iframe src='https://x.org'></iframe>",
    "<object data='https://x.org'></object><embed src='https://x.org'>",
    "<svg><script>alert(1)</script><use href='https://x.org#a'/><image href='https://x.org'/></svg>",
    "<svg onload=alert(1)><foreignObject><iframe src=x></iframe></foreignObject></svg>",
    "<p style='background:url(https://x.org/a)'>a</p>",
    "<p style='background:u\\72l(https://x.org/a)'>a</p>",
    "<link rel=stylesheet href=https://x.org/a.css>",
    "<meta http-equiv=refresh content='0;url=//x.org'>",
    "<base href='https://x.org'><form action='https://x.org'><input></form>",
    "<style>@import url(https://x.org)</style>",
    "<video poster='https://x.org/a'><source src='https://x.org/b'></video>",
    "<body background='https://x.org/a'><table background='https://x.org/a'></table>",
    "<button formaction='https://x.org'>a</button>",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_runs_loads_or_sends(attack: str) -> None:
    soup = BeautifulSoup(f"<main>{attack}<p>kept</p></main>", "html.parser")
    sanitise(soup)
    html = str(soup).lower()
    assert "kept" in html
    assert "x.org" not in html
    assert "script" not in html
    assert "alert" not in html
    names = [name for tag in soup.find_all(True) for name in tag.attrs]
    assert not [name for name in names if name.lower().startswith("on")]


def test_what_a_page_needs_stays() -> None:
    html = (
        '<p class="a" style="text-align:left">b <a href="#c">c</a> <a href="02-b.html">d</a></p>'
        '<img alt="words" src="data:image/png;base64,AAAA"/>'
    )
    soup = BeautifulSoup(html, "html.parser")
    sanitise(soup)
    assert str(soup) == html


def test_links_to_the_web_stay_and_tell_nobody_where_from() -> None:
    soup = BeautifulSoup('<a href="https://doi.org/10.1/x">paper</a>', "html.parser")
    sanitise(soup)
    assert soup.a is not None
    assert soup.a["rel"] == "noopener noreferrer"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("/home/ana/pilot", "a path"),
        (r"C:\Users\Ana\pilot", "a path"),
        ("file:///tmp/x", "a path"),
        ("saved in /work/main/out", "a path"),
        ("ana.b@example.org", "an e-mail address"),
        ("Traceback (most recent call last)", "a traceback"),
        ("<object at 0x7f12ab34cd56>", "a memory address"),
    ],
)
def test_leaks_are_found(text: str, what: str) -> None:
    assert any(found.startswith(what) for found in leaks(f"<p>{text}</p>"))


@pytest.mark.parametrize(
    "text",
    [
        "and/or, 3/4, data/rosters/ukcs_small, https://example.org/home/ana",
        "look @ this, 0xff, p < 0.05",
        '<img src="data:image/png;base64,/home/ana/a@b.co/tmp/x==">',
        "</root><br/>",
    ],
)
def test_innocent_text_is_no_leak(text: str) -> None:
    assert leaks(text) == []


def test_the_folder_of_this_run_is_a_leak() -> None:
    from pathlib import Path

    assert leaks(f"<p>{Path.cwd() / 'x'}</p>") != []
