"""The practices: what programmes do and claim, and what in this project answers each."""

from functools import cache
from importlib import import_module
from operator import attrgetter

import pandas as pd

from revlab.errors import OptionError, must, one_of
from revlab.shipped import shipped
from revlab.tables import Column, Table, read_table

__all__ = ["ANSWERS", "SECTIONS", "answered_by", "practices", "resolve"]

SECTIONS = {
    "IN": "intake",
    "SIM": "simulation",
    "CMP": "comparison of policies",
    "DES": "design and power",
    "ANA": "analysis of a pilot",
    "REP": "report for HR",
    "ALT": "alternatives and cost",
    "SCL": "scaling up",
    "CLM": "claims",
    "PRV": "privacy",
}
"""Code of a part of the project to its name."""

ANSWERS = {
    "yes": "what is asked can be worked out, from a user's data or from stated assumptions",
    "partly": "a part of it can; the rest is said",
    "no": "neither a pilot nor this simulator can answer it",
}
"""Whether a practice is answered, to the meaning."""

_PRACTICES = Table(
    "practices",
    (
        Column("practice_id", "text", "number of the practice, P01 to P64"),
        Column("practice", "text", "practice, claim or worry in a few words"),
        Column("sections", "text", "parts of the project, separated by semicolons"),
        Column("input", "text", "data that a user can supply", required=False),
        Column("parameter", "text", "where it is set or computed, module:name", required=False),
        Column("policy", "text", "what can be varied", required=False),
        Column("outcome", "text", "what is measured"),
        Column("answered_by", "text", "tests by name, notebook:file#heading", required=False),
        Column("answer", "text", "whether it is answered", allowed=tuple(ANSWERS)),
        Column("why", "text", "what cannot be answered, and why", required=False),
    ),
    key=("practice_id",),
)
_LISTS = ("sections", "parameter", "answered_by")


@cache
def _table() -> pd.DataFrame:
    table = read_table(shipped("data/practices.csv"), _PRACTICES)
    for name in _LISTS:
        cells = table[name].fillna("").astype(str)
        table[name] = [tuple(filter(None, cell.split(";"))) for cell in cells]
    return table


def practices() -> pd.DataFrame:
    """Return the practices, one row each, with what answers them.

    Returns
    -------
    pandas.DataFrame
        ``practice_id, practice, sections`` (codes of ``SECTIONS``), ``input, parameter`` (where
        it is set or computed), ``policy`` (what can be varied), ``outcome, answered_by`` (tests
        and notebooks), ``answer`` (see ``ANSWERS``), ``why`` (what cannot be answered). The
        columns ``sections``, ``parameter`` and ``answered_by`` hold tuples.

    Examples
    --------
    >>> rows = practices().set_index("practice_id")
    >>> rows.loc["P47", "sections"], rows.loc["P47", "answer"]
    (('CMP',), 'yes')
    """
    return _table().copy()


def resolve(reference: str) -> object:
    """Return what a reference of the table stands for.

    Parameters
    ----------
    reference : str
        ``module:name``, where the name may have a dot for a field of a class.

    Returns
    -------
    object
        The function, the class, the registry, or the name of a field.

    Raises
    ------
    OptionError
        If there is no such thing.

    Examples
    --------
    >>> resolve("revlab.fieldwork.joining:Joining").__name__
    'Joining'
    >>> resolve("revlab.fieldwork.joining:Joining.optin")
    'optin'
    """
    module, _, name = reference.partition(":")
    owner, _, field = name.partition(".")
    try:
        found: object = attrgetter(owner)(import_module(module))
    except (ImportError, AttributeError, ValueError):
        raise OptionError(f"there is no {reference!r}; write it as module:name.") from None
    if not field:
        return found
    known = field in getattr(found, "__dataclass_fields__", {}) or hasattr(found, field)
    must(known, f"{owner!r} of {module} has no {field!r}.", OptionError)
    return field


def answered_by(section: str) -> pd.DataFrame:
    """Return the practices of one part of the project.

    Parameters
    ----------
    section : str
        A code of ``SECTIONS``.

    Returns
    -------
    pandas.DataFrame
        Rows of `practices`.

    Raises
    ------
    OptionError
        If there is no such part.

    Examples
    --------
    >>> answered_by("ALT")["practice_id"].tolist()
    ['P21', 'P30', 'P33', 'P34', 'P46', 'P62']
    """
    one_of("section", section, SECTIONS)
    table = practices()
    return table[[section in codes for codes in table["sections"]]].reset_index(drop=True)
