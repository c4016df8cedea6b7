"""What the policy explorer shows: its sentence, its tables and its figure, made from the runs."""

import base64
import tempfile
from collections.abc import Mapping
from html import escape
from pathlib import Path

import numpy as np
import pandas as pd

from revlab.privacy.export import write_csv
from revlab.privacy.thresholds import Thresholds
from revlab.report.explorer_runs import Run
from revlab.report.explorer_words import JUDGES, judge_label
from revlab.report.frames import MISSING, TableView, number, percent, show
from revlab.report.names import HUMAN_NAMES, words

__all__ = [
    "SNAPSHOT_NOTE",
    "csv_bytes",
    "download_link",
    "headline",
    "judges_table",
    "left_table",
    "new_pairs",
    "pairs_table",
    "snapshot",
]

SNAPSHOT_NOTE = (
    "This is a snapshot of the policy explorer; it names nobody. To move the controls and see the "
    "pairs, run “revlab app”, or open this notebook in JupyterLab and run its cells."
)

_SCORES = ("mean_score", "worst_score", "total_score")


def _counted(n: int, one: str, many: str) -> str:
    return f"{n} {one}" if n == 1 else f"{n} {many}"


def new_pairs(run: Run, other: Run) -> pd.Series:
    """Return for each pair of ``run`` whether ``other`` does not make it."""
    theirs = other.matching.dyads
    made = pd.MultiIndex.from_frame(theirs[["mentor_id", "mentee_id"]])
    own = pd.MultiIndex.from_frame(run.matching.dyads[["mentor_id", "mentee_id"]])
    return pd.Series(~own.isin(made), index=run.matching.dyads.index)


def headline(run: Run, other: Run) -> str:
    """Return the one sentence that says what a policy gives, with its numbers.

    Parameters
    ----------
    run, other : Run
        The chosen policy and the one it is compared with, under the same settings.
    """
    name, scores = words(run.policy), run.matching.dyads["score"]
    if not len(scores):
        left = run.left["reason"].mode()
        why = f" ({left.iloc[0]})" if len(left) else ""
        return (
            f"“{name}” makes no pair: the rules leave nobody whom they allow{why}. "
            "Allow more grade gaps or units."
        )
    pairs = _counted(len(scores), "pair", "pairs")
    said = f"“{name}” makes {pairs}, mean fit {number(scores.mean())}, worst {number(scores.min())}"
    if other.policy == run.policy:
        return f"{said}."
    n = int(new_pairs(run, other).sum())
    rest = "no pair differs" if n == 0 else _counted(n, "pair differs", "pairs differ")
    return f"{said}; {rest} from “{words(other.policy)}”."


def _value(row: pd.Series) -> str:
    value = float(row["value"])
    if np.isnan(value):
        return MISSING
    if str(row["unit"]).startswith("share"):
        return percent(value)
    return number(value, 2 if row["judge"] in _SCORES else 0 if value % 1 == 0 else 1)


def judges_table(run: Run, other: Run) -> TableView:
    """Return what the judges say of both policies, side by side; no person is in it."""
    own, theirs = (r.judges.set_index("judge", drop=False) for r in (run, other))
    rows = []
    for name in (name for name in JUDGES if name in own.index):
        cells = (_value(own.loc[name]), _value(theirs.loc[name]))
        if cells == (MISSING, MISSING):
            continue
        rows.append((judge_label(name), *cells, _better(own, theirs, name)))
    names = [words(r.policy) for r in (run, other)]
    return TableView(
        headings=(HUMAN_NAMES["judge"], f"● {names[0]}", f"◆ {names[1]}", "Better"),
        rows=tuple(rows),
        numeric=(False, True, True, False),
        caption=f"“{names[0]}” and “{names[1]}” under these settings",
    )


def _better(own: pd.DataFrame, theirs: pd.DataFrame, name: str) -> str:
    if _value(own.loc[name]) == _value(theirs.loc[name]):
        return "alike"
    gain = float(own.loc[name, "value"]) - float(theirs.loc[name, "value"])
    if np.isnan(gain):
        return ""
    return "●" if (gain > 0) == (own.loc[name, "better"] == "more") else "◆"


def pairs_table(
    run: Run, other: Run, *, codes: Mapping[str, str], rows: int, order: str
) -> TableView:
    """Return the first pairs with their reasons in words, people by their codes.

    Parameters
    ----------
    run, other : Run
        The chosen policy and the one it is compared with.
    codes : mapping of str to str
        Person id to what is shown.
    rows : int
        Most rows.
    order : {"worst", "best", "changed"}
        Which pairs come first.
    """
    pairs = run.pairs.assign(new=new_pairs(run, other).to_numpy())
    by, up = {
        "worst": (["score"], [True]),
        "best": (["score"], [False]),
        "changed": (["new", "score"], [False, True]),
    }[order]
    first = pairs.sort_values(by, ascending=up, kind="stable").head(rows)
    frame = first.assign(
        mentor_id=first["mentor_id"].map(codes),
        mentee_id=first["mentee_id"].map(codes),
        other=["no" if new else "yes" for new in first["new"]],
    )[["dyad_id", "mentor_id", "mentee_id", "score", "other", "reason"]]
    return show(
        frame,
        caption=f"{len(first)} of {_counted(len(pairs), 'pair', 'pairs')}",
        names={"score": "Fit", "other": f"Also in “{words(other.policy)}”", "reason": "Why"},
    )


def left_table(run: Run, *, codes: Mapping[str, str], rows: int) -> TableView | None:
    """Return the people who are left over, why, and what would help; None if there are none."""
    if run.left.empty:
        return None
    frame = run.left.head(rows)[["person_id", "side", "reason", "what_would_help"]]
    frame = frame.assign(person_id=frame["person_id"].map(codes))
    return show(frame, caption=f"{len(frame)} of {_counted(len(run.left), 'person', 'people')}")


def csv_bytes(run: Run, *, codes: Mapping[str, str]) -> bytes:
    """Return the pairs, their reasons and the people's codes as a CSV file without formulas."""
    coded = {f"{side}_code": run.pairs[f"{side}_id"].map(codes) for side in ("mentor", "mentee")}
    with tempfile.TemporaryDirectory(prefix="revlab-") as folder:
        return write_csv(run.pairs.assign(**coded), Path(folder) / "pairs.csv").read_bytes()


def download_link(data: bytes, *, policy: str, n: int) -> str:
    """Return a link that saves the pairs as a file, without a server."""
    address = "data:text/csv;charset=utf-8;base64," + base64.b64encode(data).decode("ascii")
    name = f"pairs-{policy}.csv".replace("_", "-")
    return (
        f'<a class="revlab-download" download="{escape(name)}" href="{address}">'
        f"Download {_counted(n, 'pair', 'pairs')} (CSV)</a>"
    )


def snapshot(run: Run, other: Run, *, figure: str, notes: str = "") -> str:
    """Return what a page without a kernel shows: sentence, judges and figure, and nobody's id.

    Parameters
    ----------
    run, other : Run
        The chosen policy and the one it is compared with.
    figure : str
        The trade-off as HTML.
    notes : str
        What to know of the people.
    """
    least = Thresholds().scores
    said = f"Fewer than {least} pairs can be made, so no scores are shown here."
    views = ""
    if min(len(r.matching.dyads) for r in (run, other)) >= least:
        said = headline(run, other)
        views = f"{judges_table(run, other)._repr_html_()}{figure}"
    return (
        f'<div class="revlab-snapshot"><p class="revlab-prose">{escape(said)}</p>{views}'
        f'<p class="revlab-notes">{escape(f"{notes} {SNAPSHOT_NOTE}".strip())}</p></div>'
    )
