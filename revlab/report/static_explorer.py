"""`write_static_explorer`: compare policies in one file, without Python and without a network."""

import json
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from revlab.errors import RevlabError
from revlab.people.cohort import Cohort
from revlab.privacy.export import prepare_target
from revlab.privacy.thresholds import Thresholds
from revlab.report.explorer_figure import CAPTION, trade_off_svg
from revlab.report.explorer_runs import Run, Runs, Settings
from revlab.report.explorer_words import JUDGES, judge_label, part_label, people_notes
from revlab.report.frames import show
from revlab.report.names import COUNT_COLUMNS, HUMAN_NAMES, words

__all__ = ["Preset", "presets", "write_static_explorer"]

_TEMPLATE = Path(__file__).resolve().parent / "browser" / "static_explorer.html"
_GAPS = ((1, None), (1, 2), (1, 3), (2, None), (3, None))
_EMPHASES = {
    "teach": ("What the mentor can teach counts most", ("skill_coverage",)),
    "both": ("Both learn", ("skill_coverage", "reciprocal_coverage")),
    "far": ("Far apart in the organisation", ("organisational_distance", "grade_gap")),
    "easy": ("Easy to meet", ("hours", "site", "language")),
}
_TIMES = 3.0
_LARGE, _FEW = 40_000, 3
"""Cells from which on a page offers only the first three presets and gaps, to be made in time."""
_TABLE = (
    "n_dyads", "mean_score", "worst_score", "blocking_pairs", "mentee_first_choice_share",
    "median_mentee_rank", "unmatched_mentees", "unmatched_mentors",
)  # fmt: skip


@dataclass(frozen=True)
class Preset:
    """Weights that a team may choose by name.

    Parameters
    ----------
    name, label, words : str
        For the address, for the list, and as a sentence.
    weights : tuple of (str, float)
        Score part and weight.
    """

    name: str
    label: str
    words: str
    weights: tuple[tuple[str, float], ...]


def presets(parts: dict[str, float]) -> tuple[Preset, ...]:
    """Return the weights to choose from, for the score parts for which there are data.

    Parameters
    ----------
    parts : dict of str to float
        Usual weights, from ``Runs.parts``.

    Examples
    --------
    >>> [preset.name for preset in presets({"site": 1.0, "grade_gap": 2.0})]
    ['usual', 'equal', 'far', 'easy']
    """
    listed = ", ".join(part_label(name).lower() for name, weight in parts.items() if weight)
    found = [
        Preset("usual", "Usual weights", f"In the score: {listed}.", tuple(parts.items())),
        Preset(
            "equal", "Everything counts alike", "Each part of the score has the same weight.",
            tuple((name, float(weight > 0)) for name, weight in parts.items()),
        ),
    ]  # fmt: skip
    for name, (label, chosen) in _EMPHASES.items():
        own = [part for part in chosen if part in parts]
        if own and len(own) < len(parts):
            weights = {p: w * _TIMES if p in own else w for p, w in parts.items()}
            said = "; ".join(part_label(part).lower() for part in own)
            said = f"Three times as much as usual counts: {said}."
            found.append(Preset(name, label, said, tuple(weights.items())))
    return tuple(found)


def _gaps(widest: int) -> list[tuple[int, int | None]]:
    return [gap for gap in _GAPS if gap[0] <= widest and (gap[1] is None or gap[1] < widest)]


def _gap_label(least: int, most: int | None) -> str:
    return f"{least} or more" if most is None else f"{least} to {most}"


def _numbers(run: Run) -> list[float | None]:
    """Return what the judges say; scores only if enough pairs stand behind them."""
    values = run.judges.set_index("judge")["value"].reindex(JUDGES).to_numpy(float)
    few = values[JUDGES.index("n_dyads")] < Thresholds().scores
    return [
        None if np.isnan(value) or (few and name not in COUNT_COLUMNS) else round(float(value), 4)
        for name, value in zip(JUDGES, values, strict=True)
    ]


def _judges(run: Run) -> list[dict[str, Any]]:
    known = run.judges.set_index("judge")
    return [
        {
            "name": name,
            "label": judge_label(name),
            "unit": "share" if str(known.loc[name, "unit"]).startswith("share") else "",
            "better": str(known.loc[name, "better"]),
            "decimals": 2 if name.endswith("_score") else 1 if "median" in name else 0,
        }
        for name in JUDGES
    ]


def _frame(names: list[str], numbers: list[list[float | None]]) -> pd.DataFrame:
    frame = pd.DataFrame(numbers, columns=list(JUDGES), dtype=float)
    frame.insert(0, "policy", names)
    return frame.astype({"n_dyads": int})


def _block(runs: Runs, settings: Settings) -> dict[str, Any]:
    """Return everything that the page shows under one choice of settings."""
    names = list(runs.policies)
    numbers = [_numbers(runs.run(name, settings)) for name in names]
    dyads = [runs.matching(name, settings).dyads for name in names]
    made = [set(zip(one["mentor_id"], one["mentee_id"], strict=True)) for one in dyads]
    return {
        "runs": numbers,
        "differ": [[len(own - others) for others in made] for own in made],
        "charts": trade_off_svg(_frame(names, numbers)),
    }


def _page(runs: Runs) -> tuple[dict[str, Any], str]:
    """Return the data of the page and the table for readers without scripts."""
    cohort, names = runs.cohort, list(runs.policies)
    most = _FEW if len(cohort.mentees) * len(cohort.mentors) > _LARGE else None
    chosen, gaps = presets(runs.parts())[:most], _gaps(runs.widest_gap())[:most]
    settings = [[Settings(p.weights, low, high) for low, high in gaps] for p in chosen]
    blocks = [[_block(runs, one) for one in row] for row in settings]
    usual = _frame(names, blocks[0][0]["runs"])
    data = {
        "about": {
            "words": f"{len(cohort.mentors)} mentors (junior) and {len(cohort.mentees)} mentees "
            f"(senior) from {cohort.origin}, paired in {len(names) * sum(map(len, blocks))} ways.",
            "notes": people_notes(runs),
            "caption": "The same people and rules; better is marked on the right",
            "judge": HUMAN_NAMES["judge"],
            "chart": CAPTION,
        },
        "policies": [
            {"name": n, "label": words(n), "note": p.note} for n, p in runs.policies.items()
        ],
        "presets": [{"name": p.name, "label": p.label, "words": p.words} for p in chosen],
        "gaps": [
            {"name": _gap_label(*gap).replace(" ", "-"), "label": _gap_label(*gap)} for gap in gaps
        ],
        "judges": _judges(runs.run(names[0], settings[0][0])),
        "columns": list(_TABLE),
        "start": {
            "policy": "optimal" if "optimal" in names else names[-1],
            "other": "random" if "random" in names else names[0],
            "preset": chosen[0].name,
            "gap": _gap_label(*gaps[0]).replace(" ", "-"),
        },
        **{key: [[block[key] for block in row] for row in blocks] for key in blocks[0][0]},
    }
    table = show(usual[["policy", *_TABLE]], caption="All policies with the usual weights")
    return data, table._repr_html_()


def write_static_explorer(
    cohort: Cohort, path: Path | str, *, seed: int, home: str = "", if_exists: str = "refuse"
) -> Path:
    """Write a page that compares all policies for a few weights and grade gaps.

    Everything is computed beforehand; the page is one file that opens with a double click, works
    by keyboard, and holds totals and means, never a person or a pair.

    Parameters
    ----------
    cohort : Cohort
        The people.
    path : pathlib.Path or str
        The ``.html`` file.
    seed : int
        Root seed, as for `pair`.
    home : str
        Address of a page to lead back to, such as "index.html".
    if_exists : {"refuse", "replace"}
        What to do if the file is there.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    RevlabError
        If the file cannot be written, or the cohort has no data for any score part.
    """
    target = prepare_target(path, if_exists=if_exists)
    data, table = _page(Runs(cohort, seed=seed))
    # "</" would end the script element that holds the data.
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    lead = f'<p class="bar"><a href="{escape(home)}">All pages</a></p>\n' if home else ""
    page = _TEMPLATE.read_text(encoding="utf-8")
    for mark, part in {"HOME": lead, "FALLBACK": table, "DATA": text}.items():
        page = page.replace(f"@@{mark}@@", part)
    try:
        target.write_bytes(page.encode())
    except OSError as error:
        raise RevlabError(f"{target.name} cannot be written: {error.strerror}.") from None
    return target
