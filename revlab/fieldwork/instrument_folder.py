"""Questionnaires in folders: read one, join several, and the one on climate that is shipped."""

from functools import cache
from pathlib import Path

import pandas as pd

from revlab.errors import Fault, PilotError, TableError, must
from revlab.fieldwork.instrument import Instrument
from revlab.fieldwork.pilot_tables import ITEMS, SCALES
from revlab.shipped import shipped
from revlab.tables import Table, read_table

__all__ = ["climate_form", "joined_instruments", "read_instrument"]


def read_instrument(folder: Path | str) -> Instrument:
    """Read a questionnaire from a folder with ``items.csv`` and ``scales.csv``.

    Parameters
    ----------
    folder : pathlib.Path or str
        Files as in a pilot folder; every scale must state its licence and its source.

    Returns
    -------
    Instrument

    Raises
    ------
    PilotError
        If there is no such folder, or the items and the scales do not go together.
    TableError
        With every fault of both files: file, row, column, rule.

    Examples
    --------
    >>> read_instrument(shipped("data/instruments/climate"))
    Instrument of 17 items in 5 scales
    """
    folder = Path(folder)
    there = f"there is no folder {folder.name!r} with items.csv and scales.csv; check the name."
    must(folder.is_dir(), there, PilotError)
    faults: list[Fault] = []
    found: dict[str, pd.DataFrame] = {}
    for table in (ITEMS, SCALES):
        found[table.name] = _read(folder, table, faults)
    if faults:
        raise TableError(faults)
    return Instrument(items=found["items"], scales=found["scales"])


def _read(folder: Path, table: Table, faults: list[Fault]) -> pd.DataFrame:
    try:
        return read_table(folder / f"{table.name}.csv", table)
    except TableError as error:
        faults.extend(error.faults)
        return pd.DataFrame()


def joined_instruments(first: Instrument, *more: Instrument) -> Instrument:
    """Return one questionnaire that asks what several ask, in that order.

    Parameters
    ----------
    first, *more : Instrument
        Their scales and items must have different ids.

    Returns
    -------
    Instrument

    Raises
    ------
    PilotError
        If two of them have a scale or an item of the same id.

    Examples
    --------
    >>> from revlab.fieldwork.instrument import SHORT_FORM
    >>> joined_instruments(SHORT_FORM, climate_form())
    Instrument of 35 items in 10 scales
    """
    every = (first, *more)
    parts = {
        name: pd.concat([getattr(one, name) for one in every], ignore_index=True)
        for name in ("items", "scales")
    }
    for name, column in (("items", "item_id"), ("scales", "scale_id")):
        ids = parts[name][column]
        twice = sorted(set(ids[ids.duplicated()]))
        wrong = f"{name}: {twice} are in two of the questionnaires; leave one of them out."
        must(not twice, wrong, PilotError)
    return Instrument(**parts)


@cache
def climate_form() -> Instrument:
    """Return the shipped questionnaire on climate: 17 items of our own wording in 5 scales.

    Both sides are asked how safe they feel in their sessions, how creative they are in solving
    problems and whether they wish to stay; mentees what the organisation invests in leaders;
    mentors how patient they are. Nobody has tested these scales with real people.

    Returns
    -------
    Instrument

    Examples
    --------
    >>> list(climate_form().scales["scale_id"])
    ['safety', 'perceived_investment', 'creativity', 'patience', 'intention_to_stay']
    """
    return read_instrument(shipped("data/instruments/climate"))
