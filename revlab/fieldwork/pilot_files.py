"""The files of a pilot folder: reading them all before complaining, and the README beside them."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from revlab.cells import read_cells
from revlab.errors import Fault, TableError
from revlab.fieldwork.extra_tables import EXTRA_TABLES, EXTRAS_TRUTH
from revlab.fieldwork.pilot_tables import LOTTERY, PILOT_TABLES, table_of
from revlab.fieldwork.protocol import PilotPlan
from revlab.tables import Table, check

__all__ = ["cell_faults", "read_tables", "write_readme"]

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~:-]{0,63}")
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LONGEST = 1000


def _text_rule(text: str, column: str) -> str | None:
    shown = repr(text[:40])
    if column.endswith("_id"):
        if _ID.fullmatch(text) is None:
            return f"an id has up to 64 letters, digits and . _ ~ : -, no spaces; got {shown}"
        return None
    if len(text) > _LONGEST:
        return f"must have at most {_LONGEST} characters; has {len(text)}"
    if _UNSEEN.search(text):
        return f"must not hold control characters; got {shown}"
    if text[0] in "=+-@":
        return f"must not start with = + - or @, which a spreadsheet runs; got {shown}"
    return None


def cell_faults(frame: pd.DataFrame, table: Table) -> tuple[pd.DataFrame, list[Fault]]:
    """Check the cells of one table of a pilot on their own.

    Parameters
    ----------
    frame : pandas.DataFrame
        Cells as text or as values.
    table : Table
        One of ``PILOT_TABLES``.

    Returns
    -------
    clean : pandas.DataFrame
        As `revlab.tables.check` returns it.
    faults : list of Fault
        Also headings that the table does not have, ids that are not plain, and text that is
        unsafe to show.

    Examples
    --------
    >>> from revlab.fieldwork.pilot_tables import ARMS
    >>> frame = pd.DataFrame({"pool_id": ["=1+1"], "arm": ["random"], "amr": ["x"]})
    >>> for fault in cell_faults(frame, ARMS)[1]:
    ...     print(fault)
    arms.csv, column 'amr': there is no such column (remove it or correct the heading).
    arms.csv, row 2, column 'pool_id': an id has up to 64 letters, digits and . _ ~ : -, \
no spaces; got '=1+1' (correct the cell).
    """
    file = f"{table.name}.csv"
    clean, faults = check(frame, table, file)
    remedy = "remove it or correct the heading"
    for name in frame.columns:
        if name not in table.names:
            shown = str(name)[:40]
            faults.append(Fault(file, None, shown, "there is no such column", remedy))
    for column in table.columns:
        if column.kind == "text":
            for row, text in enumerate(clean[column.name], start=2):
                rule = _text_rule(text, column.name) if isinstance(text, str) else None
                if rule:
                    faults.append(Fault(file, row, column.name, rule, "correct the cell"))
    return clean, faults


def read_tables(folder: Path, *, simulated: bool) -> tuple[dict[str, pd.DataFrame], list[Fault]]:
    """Read every table of a pilot folder and list all that is wrong with each on its own.

    Parameters
    ----------
    folder : pathlib.Path
        The pilot folder.
    simulated : bool
        Whether the folder says that it is simulated, so that it must hold ``truth.csv``.

    Returns
    -------
    tables : dict of str to pandas.DataFrame
        The tables that could be read.
    faults : list of Fault

    Examples
    --------
    >>> from revlab.shipped import shipped
    >>> tables, faults = read_tables(shipped("data/example_pilot"), simulated=True)
    >>> len(tables), faults
    (8, [])
    """
    tables: dict[str, pd.DataFrame] = {}
    faults: list[Fault] = []
    for name, table in PILOT_TABLES.items():
        path = folder / f"{name}.csv"
        if name == "truth" and not simulated:
            if path.exists():
                rule = "a real pilot has no known truth"
                faults.append(Fault(path.name, None, None, rule, "remove the file"))
            continue
        if not path.is_file():
            rule = "there is no such file"
            faults.append(Fault(path.name, None, None, rule, "add it; the codebook tells what"))
            continue
        _read(path, table, tables, faults)
    for table in (LOTTERY, *EXTRA_TABLES.values(), EXTRAS_TRUTH):
        path = folder / f"{table.name}.csv"
        if table is EXTRAS_TRUTH and path.is_file() and not simulated:
            rule = "a real pilot has no known truth"
            faults.append(Fault(path.name, None, None, rule, "remove the file"))
        elif path.is_file():
            _read(path, table, tables, faults)
    return tables, faults


def _read(path: Path, table: Table, tables: dict[str, pd.DataFrame], faults: list[Fault]) -> None:
    try:
        cells = read_cells(path)
        tables[table.name], found = cell_faults(cells, table_of(table.name, cells))
        faults += found
    except TableError as error:
        faults += error.faults


_ABOUT: Mapping[str, str] = {
    "people": "who took part, who was left over and why",
    "arms": "which pool was dealt to which arm",
    "dyads": "the pairs and how they ended",
    "sessions": "every planned session: held, skipped or not reached",
    "responses": "every question asked and the answer, empty if there was none",
    "items": "the questions",
    "scales": "the scales that they add up to",
    "lottery": "how likely every possible pair was before the draw",
    "truth": "what only a simulation knows: the true trait behind every score",
    "ideas": "ideas that came up in pairs, and how far each came",
    "contacts": "whom people turn to at work, at each survey",
    "expectations": "what both sides expected beforehand",
    "goals": "goals that were set, who could say them, and how far they were reached",
    "starts": "days from pairing to the first session",
    "extras_truth": "what only a simulation knows behind these further tables",
}


def write_readme(
    plan: PilotPlan, tables: Sequence[str], *, folder: Path, source: str, registered: bool = False
) -> None:
    """Write the ``README.md`` of a pilot folder, which says where the data come from."""
    if source == "simulated":
        origin = (
            f"**These data are simulated.** Nobody was asked anything: `revlab` drew every person, "
            f"session and answer with the seed {plan.seed}. The numbers say how the toolkit works, "
            "not how reverse mentoring works."
        )
    else:
        origin = (
            "These are data of a real programme under pseudonyms. They are still personal data."
        )
    rhythm = (
        f"Planned: {plan.planned_sessions} sessions, {plan.weeks_between:g} weeks apart, "
        f"{len(plan.waves)} surveys. The mentor of a pair is the junior, the mentee the senior."
    )
    files = [f"- `{name}.csv`: {_ABOUT[name]}" for name in tables]
    text = [
        f"# {plan.name}",
        "",
        origin,
        "",
        rhythm,
        "",
        "- `pilot.toml`: what was laid down before the pilot began",
        *(["- `registered.toml`: the analysis as it was registered"] if registered else []),
        *files,
        "- `codebook.csv`: every column of these files",
        "",
    ]
    (folder / "README.md").write_text("\n".join(text), encoding="utf-8", newline="\n")
