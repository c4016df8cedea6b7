"""The evidence registry: what stands behind every default of the simulator."""

from functools import cache

import pandas as pd

from revlab.errors import OptionError, must, one_of
from revlab.shipped import shipped
from revlab.tables import Column, Table, read_table

__all__ = ["GRADES", "PARTS", "default", "evidence"]

GRADES = {
    "A": "randomised or natural experiment",
    "B": "meta-analysis, or many studies of the same question; correlational",
    "C": "a single study or report",
    "D": "company or vendor figure without a control group; never a default",
    "assumption": "no source gives a value; a neutral one was chosen and should be varied",
}
"""Trust grade to its meaning."""

PARTS = {
    "programme": "what an organisation does",
    "fit": "how far scores tell who fits",
    "relationship": "how relationships grow",
    "sessions": "when sessions are skipped and dyads end",
    "gain": "what an average dyad gains",
    "outcome": "what makes a session give more",
    "gap": "the gap in skill between the two",
    "candour": "how freely the two speak",
    "agreement": "goals, expectations and the first session",
    "patience": "slow progress, and how patient mentors are with it",
    "managers": "how readily line managers release people",
    "generation": "what a cohort of birth would change",
    "recognition": "what recognition moves, and for how long",
    "joining": "who takes part, and who would gain most",
    "ladder": "asks that grow from rung to rung",
    "interviews": "what interviews before pairing tell, and their hours",
    "survey": "how people answer, and who does not",
    "knowledge": "what people know of their own skills",
    "check_in": "when dyads are looked at, and dissolved",
    "start": "mixers, acquaintances and the first appointment",
    "ideas": "ideas raised, tried and adopted",
    "ties": "new contacts across levels",
    "contacts": "whom people turn to before the programme",
    "expectations": "how a form on expectations is answered",
    "goals": "goals that are set at the start, and how far they are reached",
    "leaving": "who leaves the organisation",
    "spill": "what reaches colleagues",
    "context_model": "private and business use",
    "format": "what else an organisation could do",
    "cost": "hours",
    "preset": "organisations to begin with",
    "target": "what the model is held to",
    "context": "findings that inform it and are not used",
    "folklore": "claims that are never used",
}
"""Part of a parameter's name before the dot, to what it is about."""

_EVIDENCE = Table(
    "evidence",
    (
        Column("parameter", "text", "room of the parameter, a dot, its name"),
        Column("value", "number", "value used"),
        Column("low", "number", "smallest value worth trying", required=False),
        Column("high", "number", "largest value worth trying", required=False),
        Column("unit", "text", "unit of the value"),
        Column("meaning", "text", "what the parameter says"),
        Column("source", "text", "full reference", required=False),
        Column("doi", "text", "digital object identifier", required=False),
        Column("grade", "text", "trust grade", allowed=tuple(GRADES)),
        Column("checked", "text", "seen in the source, or assumed", allowed=("seen", "assumed")),
        Column("note", "text", "what to know before using it", required=False),
    ),
    key=("parameter",),
)


@cache
def _registry() -> pd.DataFrame:
    return read_table(shipped("data/evidence.csv"), _EVIDENCE)


def evidence() -> pd.DataFrame:
    """Return the evidence registry, one row per parameter.

    Returns
    -------
    pandas.DataFrame
        ``parameter, value, low, high, unit, meaning, source, doi, grade`` (see ``GRADES``),
        ``checked, note``. Parameters that start with ``target.`` are what the model is
        calibrated to, those with ``context.`` inform it, and those with ``folklore.`` are shown
        as claims and never used.

    Examples
    --------
    >>> rows = evidence().set_index("parameter")
    >>> print(rows.loc["target.early_ending", "value"], rows.loc["target.early_ending", "grade"])
    0.3807 B
    """
    return _registry().copy()


def default(parameter: str) -> float:
    """Return the value of a parameter that may be used as a default.

    Parameters
    ----------
    parameter : str
        As the registry names it.

    Returns
    -------
    float

    Raises
    ------
    OptionError
        If there is no such parameter, or its grade is D.

    Examples
    --------
    >>> default("programme.planned_sessions")
    6.0
    >>> default("folklore.retention_pershing")
    Traceback (most recent call last):
    ...
    revlab.errors.OptionError: 'folklore.retention_pershing' is grade D, company or vendor \
figure without a control group; never a default.
    """
    rows = _registry()
    one_of("parameter", parameter, list(rows["parameter"]))
    row = rows[rows["parameter"] == parameter].iloc[0]
    must(row["grade"] != "D", f"{parameter!r} is grade D, {GRADES['D']}.", OptionError)
    return float(row["value"])
