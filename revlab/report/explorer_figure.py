"""The trade-off of policies as SVG: drawn from numbers in a millisecond, on axes that stay put.

A plot that takes a third of a second to draw, and whose axes move with the data, cannot be read
while a slider is moved; this one can. The page without Python shows the same picture.
"""

import base64
from html import escape

import pandas as pd

from revlab.report.frames import number
from revlab.report.names import words

__all__ = ["CAPTION", "trade_off_html", "trade_off_svg", "trade_off_words"]

_LEFT, _WIDTH, _RIGHT, _STEP, _TOP = 160, 264, 62, 34, 26
CAPTION = (
    "From the short upright line, the worst pair, to the dot, the mean of all pairs. "
    "Further right is better; a short line means that nobody is served much worse than most."
)
_STYLE = (
    "text{font:13px 'Segoe UI','Helvetica Neue',Arial,'DejaVu Sans',sans-serif;fill:#1b2733}"
    ".soft{fill:#4d5964}.grid{stroke:#dfe5ea}.range{stroke:#8a94a0;stroke-width:4}"
    ".worst{stroke:#1b2733;stroke-width:2.5}.dot{fill:#8a94a0}.diamond,.mark-a,.mark-b{display:none}"
    ".a text,.b text{font-weight:700}.a .mark-a,.b .mark-b,.b .diamond{display:inline}"
    ".a .dot{fill:#0072b2}.a .range{stroke:#0072b2;stroke-width:6}.b .dot{display:none}"
    ".b .diamond{fill:#b34a00}.b .range{stroke:#b34a00;stroke-width:6}"
)


def _x(fit: float) -> str:
    return f"{_LEFT + _WIDTH * fit:.1f}"


def _row(place: int, row: pd.Series, *, kind: str) -> str:
    name, n, y = str(row["policy"]), int(row["n_dyads"]), _TOP + _STEP * place + 14
    marks = (
        f'<text class="name" x="{_LEFT - 10}" y="{y + 4}" text-anchor="end"><tspan class="mark-a">'
        f'● </tspan><tspan class="mark-b">◆ </tspan>{escape(words(name))}</text>'
        f'<text class="soft" x="{_LEFT + _WIDTH + _RIGHT}" y="{y + 4}" text-anchor="end">{n}</text>'
    )
    if n and pd.notna(row["mean_score"]):
        mean, worst = float(row["mean_score"]), float(row["worst_score"])
        at = float(_x(mean))
        marks += (
            f'<line class="range" x1="{_x(worst)}" x2="{_x(mean)}" y1="{y}" y2="{y}"/>'
            f'<line class="worst" x1="{_x(worst)}" x2="{_x(worst)}" y1="{y - 9}" y2="{y + 9}"/>'
            f'<circle class="dot" cx="{at}" cy="{y}" r="7"/>'
            f'<path class="diamond" d="M{at - 9} {y}L{at} {y - 9}L{at + 9} {y}L{at} {y + 9}Z"/>'
            f'<text x="{at + 13}" y="{y + 4}">{number(mean)}</text>'
        )
    return f'<g class="{kind}" data-policy="{escape(name)}">{marks}</g>'


def trade_off_words(frame: pd.DataFrame) -> str:
    """Say what the picture shows, with its numbers.

    Examples
    --------
    >>> trade_off_words(pd.DataFrame({"policy": ["optimal"], "n_dyads": [26],
    ...                               "mean_score": [0.7], "worst_score": [0.4]}))
    'Mean fit and fit of the worst pair of each policy, from 0 to 1. best total fit: 0.70 and 0.40.'
    """
    said = [
        f"{words(str(row['policy']))}: {number(row['mean_score'])} and {number(row['worst_score'])}"
        for _, row in frame.iterrows()
        if row["n_dyads"] and pd.notna(row["mean_score"])
    ]
    start = "Mean fit and fit of the worst pair of each policy, from 0 to 1."
    return f"{start} {'; '.join(said)}." if said else f"{start} No policy makes a pair."


def trade_off_svg(frame: pd.DataFrame, *, chosen: str = "", other: str = "") -> str:
    """Return the trade-off as an SVG element.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``policy, n_dyads, mean_score, worst_score``, one row per policy; scores from 0 to 1,
        missing scores are not drawn.
    chosen, other : str
        Policies to mark with ● and ◆.

    Returns
    -------
    str
        With a ``<title>`` that holds the numbers.

    Examples
    --------
    >>> trade_off_svg(pd.DataFrame({"policy": ["optimal"], "n_dyads": [26],
    ...                             "mean_score": [0.7], "worst_score": [0.4]}))[:4]
    '<svg'
    """
    width, foot = _LEFT + _WIDTH + _RIGHT + 12, _TOP + _STEP * len(frame)
    kinds = {other: "b", chosen: "a"}
    rows = "".join(
        _row(place, row, kind=kinds.get(str(row["policy"]), ""))
        for place, (_, row) in enumerate(frame.iterrows())
    )
    ticks = "".join(
        f'<line class="grid" x1="{_x(t)}" x2="{_x(t)}" y1="{_TOP - 6}" y2="{foot}"/>'
        f'<text class="soft" x="{_x(t)}" y="{foot + 18}" text-anchor="middle">{t:g}</text>'
        for t in (0.0, 0.25, 0.5, 0.75, 1.0)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width} {foot + 44}" '
        f'width="{width}" height="{foot + 44}"><title>{escape(trade_off_words(frame))}</title>'
        f'<style>{_STYLE}</style><rect width="100%" height="100%" fill="#fff"/>'
        f'<text class="soft" x="{width - 12}" y="14" text-anchor="end">pairs</text>{ticks}{rows}'
        f'<text class="soft" x="{_x(0.5)}" y="{foot + 37}" text-anchor="middle">'
        "Fit, 0 to 1</text></svg>"
    )


def trade_off_html(frame: pd.DataFrame, *, chosen: str, other: str) -> str:
    """Return the trade-off as a picture with its words; the arguments are those of the SVG."""
    svg = trade_off_svg(frame, chosen=chosen, other=other)
    data = base64.b64encode(svg.encode()).decode("ascii")
    return (
        f'<figure class="revlab-figure" style="margin:1em 0"><img alt="'
        f'{escape(trade_off_words(frame))}" style="max-width:100%;height:auto" '
        f'src="data:image/svg+xml;base64,{data}"><figcaption>{escape(CAPTION)}</figcaption></figure>'
    )
