"""The colours of the pages, held against WCAG 2.2 (contrast of at least 4.5 to 1 for text)."""

import re
from pathlib import Path

import pytest

import revlab.report.render as render

STYLE = (Path(render.__file__).parent / "template" / "revlab" / "style.css").read_text()
NAMED = dict(re.findall(r"--([a-z]+):\s*(#[0-9a-f]{6})", STYLE))
PAIRS = [
    (NAMED["ink"], "#ffffff"),
    (NAMED["soft"], "#ffffff"),
    (NAMED["accent"], "#ffffff"),
    ("#ffffff", NAMED["accent"]),
    (NAMED["warn"], "#ffffff"),
    (NAMED["ink"], "#fff6ea"),
    (NAMED["ink"], NAMED["panel"]),
    *[(colour, NAMED["panel"]) for colour in re.findall(r"\.highlight[^}]*color: (#\w{6})", STYLE)],
]


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_can_be_read(text: str, ground: str) -> None:
    light, dark = sorted([_luminance(text), _luminance(ground)], reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_the_measure_itself_is_right() -> None:
    assert len(PAIRS) == 11
    assert round((1 + 0.05) / (_luminance("#767676") + 0.05), 2) == 4.54


def test_the_style_fits_phones_paper_and_nothing_else() -> None:
    assert "@media print" in STYLE
    assert "@page { size: A4" in STYLE
    assert "@media (max-width: 40rem)" in STYLE
    assert "minmax(0, 1fr)" in STYLE
    assert "url(" not in STYLE
    assert "@import" not in STYLE
    assert len(STYLE) < 12_000
