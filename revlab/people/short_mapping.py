"""A mapping that says only what the guess could not know, completed by the guess."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace

from revlab.people.guessing import Told, guess_mapping
from revlab.people.ladders import Ladder
from revlab.people.mapping import CONSTANT, FIELDS, RosterMapping
from revlab.people.mapping_document import TABLES, mapping_of
from revlab.people.mapping_text import mapping_text
from revlab.people.roster_files import RosterPaths

__all__ = ["completed_mapping"]

_NEEDED = ("person_id", "unit", "grade")
_Document = Mapping[str, object]


def completed_mapping(document: _Document, file: str, roster: RosterPaths) -> RosterMapping:
    """Return the mapping of a document; what a short one leaves unsaid is guessed and noted.

    Parameters
    ----------
    document : mapping
        As `tomllib` reads it.
    file : str
        For the messages.
    roster : path, or sequence of paths
        The files that the mapping is for.

    Returns
    -------
    RosterMapping
        Its ``notes`` say what was guessed.

    Raises
    ------
    TableError
        With everything that is wrong, or that can neither be read nor guessed.

    Examples
    --------
    >>> from revlab.shipped import shipped
    >>> told = {"lists": {"separator": "|"}}
    >>> mapping = completed_mapping(told, "short.toml", shipped("data/rosters/ukcs_small"))
    >>> print(mapping.notes[0])
    short.toml leaves [columns], [grades] and [sides] to a guess; --save-mapping writes out all \
that is used.
    """
    unsaid = _unsaid(document)
    if not unsaid or not _sound(document):
        return mapping_of(document, file)
    guess = guess_mapping(roster, told=_told(document))
    tables = tomllib.loads(mapping_text(guess))
    tables.pop("origin")
    whole: dict[str, object] = {**tables, **document}
    whole["columns"] = _columns(document, tables)
    whole["constants"] = _table(document, "constants")
    if "started" in _columns(document, tables):
        whole["dates"] = {**_table(tables, "dates"), **_table(document, "dates")}
    else:
        whole["dates"] = _table(document, "dates")
    if "declared" not in document:
        whole.pop("declared", None)
        if "columns" in unsaid and "declared" in tables:
            whole["declared"] = tables["declared"]
    names = [f"[{name}]" for name in unsaid]
    listed = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    note = f"{file} leaves {listed} to a guess; --save-mapping writes out all that is used."
    return replace(mapping_of(whole, file), notes=(note, *guess.notes))


def _table(document: _Document, name: str) -> dict[str, object]:
    value = document.get(name, {})
    return dict(value) if isinstance(value, dict) else {}


def _sound(document: _Document) -> bool:
    """Return whether the document has only names that exist, so that no slip is guessed over."""
    tables = all(isinstance(document.get(name, {}), dict) for name in TABLES)
    columns, constants = _table(document, "columns"), _table(document, "constants")
    return (
        tables
        and set(document) <= {*TABLES, "origin"}
        and set(columns) <= set(FIELDS)
        and set(constants) <= set(CONSTANT)
        and all(_headings(value) for value in columns.values())
        and all(isinstance(step, str | int | list) for step in _order(document))
    )


def _order(document: _Document) -> list[object]:
    order = _table(document, "grades").get("order", [])
    return order if isinstance(order, list) else [None]


def _headings(value: object) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    heads = tuple(item for item in items if isinstance(item, str))
    return heads if len(heads) == len(items) else ()


def _unsaid(document: _Document) -> list[str]:
    """Return the tables that a guess must complete."""
    columns, dates = _table(document, "columns"), _table(document, "dates")
    known = {*columns, *_table(document, "constants"), *_table(document, "defaults")}
    out = [] if known.issuperset(_NEEDED) else ["columns"]
    out += [name for name in ("grades", "sides") if not _table(document, name)]
    return [*out, "dates"] if "started" in columns and not dates.get("as_of") else out


def _told(document: _Document) -> Told:
    columns = {k: _headings(v) for k, v in _table(document, "columns").items()}
    steps = (step if isinstance(step, list) else [step] for step in _order(document))
    ladder: Ladder = tuple(tuple(str(label) for label in step) for step in steps)
    same = [*_table(document, "constants"), *({"unit"} & set(_table(document, "defaults")))]
    told_grades = bool(_table(document, "grades")) or "grade" in same
    return Told(
        columns=columns,
        grades=ladder if told_grades else None,
        sides=tuple(map(str, _table(document, "sides"))),
        same=tuple(same),
    )


def _columns(document: _Document, guess: _Document) -> dict[str, object]:
    """Return the columns as told, with the guessed ones only where the told do not suffice."""
    told, same = _table(document, "columns"), _table(document, "constants")
    more = {k: v for k, v in _table(guess, "columns").items() if k not in same}
    return {**more, **told} if "columns" in _unsaid(document) else told
