"""A lottery as two files: the chances as CSV, and what they belong to as TOML beside it."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from revlab.cells import read_cells
from revlab.errors import Fault, PairingError, TableError
from revlab.pairing.lottery import LOTTERY_COLUMNS, Lottery
from revlab.privacy.export import plain_cell, prepare_target, write_csv
from revlab.tables import Column, Table, check
from revlab.toml_text import toml_value

__all__ = ["LOTTERY_TABLE", "SETTINGS_FILE", "StoredLottery", "read_lottery", "write_lottery"]

SETTINGS_FILE = "lottery.toml"
LOTTERY_TABLE = Table(
    "lottery",
    (
        Column("mentee_id", "text", "the senior of the dyad"),
        Column("mentor_id", "text", "the junior of the dyad"),
        Column("probability", "number", "chance that the dyad is drawn", low=0, high=1),
    ),
    key=("mentee_id", "mentor_id"),
)
"""Columns of ``lottery.csv``: one row for each dyad that can be drawn."""

_NAMED = ("policy", "kind", "cap", "strength", "value", "optimum", "notes")
_KINDS: dict[str, tuple[type, ...]] = {
    "policy": (str,),
    "kind": (str,),
    "cap": (float, int),
    "strength": (float, int),
    "value": (float, int),
    "optimum": (float, int),
    "notes": (list,),
    "seed": (int,),
    "mentee_capacity": (dict,),
    "mentor_capacity": (dict,),
}
_WORDS = {str: "text", float: "a number", list: "a list", int: "a whole number", dict: "a table"}


@dataclass(frozen=True)
class StoredLottery:
    """A lottery that was read, and the seed that a matching was drawn with, if one was stored."""

    lottery: Lottery
    seed: int | None


def write_lottery(
    lottery: Lottery, folder: Path | str, *, seed: int | None = None, if_exists: str = "refuse"
) -> Path:
    """Write ``lottery.csv`` and ``lottery.toml``; reading them gives the same lottery.

    Parameters
    ----------
    lottery : Lottery
        What to write. No cell of the table can be a formula in a spreadsheet.
    folder : pathlib.Path or str
        A folder that is there.
    seed : int, optional
        Seed that the matching was or will be drawn with, to be stored beside the chances.
    if_exists : {"refuse", "replace"}
        What to do if one of the files is there.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    RevlabError
        If a file is there and must not be replaced, or the folder is not there.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> half = Lottery("by hand", ["=m"], ["a"], np.array([[0.5]]), [1], [1])
    >>> with TemporaryDirectory() as folder:
    ...     read_lottery(write_lottery(half, folder, seed=7)).lottery.to_frame()
      mentee_id mentor_id  probability
    0        =m         a          0.5
    """
    folder = Path(folder)
    table = prepare_target(folder / f"{LOTTERY_TABLE.name}.csv", if_exists=if_exists)
    settings = prepare_target(folder / SETTINGS_FILE, if_exists=if_exists)
    write_csv(lottery.to_frame(), table, if_exists=if_exists)
    lines = [f"{name} = {_text(getattr(lottery, name))}" for name in _NAMED]
    lines += [] if seed is None else [f"seed = {seed}"]
    for side in ("mentee", "mentor"):
        people = zip(
            getattr(lottery, f"{side}_ids"), getattr(lottery, f"{side}_capacity"), strict=True
        )
        lines += ["", f"[{side}_capacity]"]
        lines += [f"{_text(str(name))} = {int(capacity)}" for name, capacity in people]
    settings.write_text("\n".join([*lines, ""]), encoding="utf-8", newline="\n")
    return folder


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_text, value))}]"
    if isinstance(value, str):
        return toml_value(value)
    return repr(float(str(value)))


def read_lottery(folder: Path | str) -> StoredLottery:
    """Read a lottery that `write_lottery` wrote, and list every fault at once.

    Parameters
    ----------
    folder : pathlib.Path or str
        Holds ``lottery.csv`` and ``lottery.toml``.

    Returns
    -------
    StoredLottery

    Raises
    ------
    TableError
        With every fault: a file or setting that is missing or malformed, a person whom the
        settings do not know, a chance outside 0 to 1 or above the cap, a pair that repeats, a
        person whose chances add up to more than their capacity.

    Examples
    --------
    >>> read_lottery("nowhere")
    Traceback (most recent call last):
    ...
    revlab.errors.TableError: lottery.toml: there is no such file (check the folder).
    lottery.csv: there is no such file (check the folder).
    """
    folder = Path(folder)
    faults: list[Fault] = []
    said = _settings(folder / SETTINGS_FILE, faults)
    rows = _rows(folder / f"{LOTTERY_TABLE.name}.csv", faults)
    if faults:
        raise TableError(faults)
    sides = [list(said[f"{side}_capacity"]) for side in ("mentee", "mentor")]
    chance = np.zeros((len(sides[0]), len(sides[1])))
    places = []
    for column, ids in zip(LOTTERY_COLUMNS, sides, strict=False):
        place = pd.Index(ids, dtype=object).get_indexer(rows[column])
        for row in np.flatnonzero(place < 0):
            rule = f"{rows[column].iloc[row]!r} has no capacity in {SETTINGS_FILE}"
            faults.append(Fault("lottery.csv", int(row) + 2, column, rule, "correct one of them"))
        places.append(place)
    if faults:
        raise TableError(faults)
    chance[places[0], places[1]] = rows["probability"]
    capacity = {side: said[f"{side}_capacity"].values() for side in ("mentee", "mentor")}
    try:
        lottery = Lottery(
            said["policy"],
            pd.Index(sides[0], dtype=object),
            pd.Index(sides[1], dtype=object),
            chance,
            np.array([*capacity["mentee"]], dtype=np.int64),
            np.array([*capacity["mentor"]], dtype=np.int64),
            **{name: said[name] for name in _NAMED[1:]},
        )
    except PairingError as error:
        raise TableError([Fault("lottery.csv", None, None, str(error).rstrip("."))]) from None
    return StoredLottery(lottery, said.get("seed"))


def _settings(path: Path, faults: list[Fault]) -> dict[str, Any]:
    if not path.is_file():
        faults.append(Fault(path.name, None, None, "there is no such file", "check the folder"))
        return {}
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        reason = (str(error).splitlines() or ["nested too deeply"])[0]
        faults.append(Fault(path.name, None, None, f"cannot be read as TOML: {reason}"))
        return {}
    for name in said:
        if name not in _KINDS:
            rule = f"there is no such setting; there are {', '.join(_KINDS)}"
            faults.append(Fault(path.name, None, name, rule, "correct or remove it"))
    for name, kinds in _KINDS.items():
        if name not in said:
            if name != "seed":
                faults.append(Fault(path.name, None, name, "is missing", "add it"))
        elif not isinstance(said[name], kinds) or isinstance(said[name], bool):
            rule = f"must be {_WORDS[kinds[0]]}; got {str(said[name])[:40]!r}"
            faults.append(Fault(path.name, None, name, rule, "correct it"))
    notes = said.get("notes")
    if isinstance(notes, list) and not all(isinstance(note, str) for note in notes):
        faults.append(Fault(path.name, None, "notes", "must be a list of text", "correct it"))
    for side in ("mentee_capacity", "mentor_capacity"):
        people = said.get(side)
        for person, capacity in people.items() if isinstance(people, dict) else ():
            if not isinstance(capacity, int) or isinstance(capacity, bool) or capacity < 0:
                rule = f"must be a whole number of zero or more; got {str(capacity)[:40]!r}"
                faults.append(Fault(path.name, None, f"{side}.{person}", rule, "correct it"))
    return said


def _rows(path: Path, faults: list[Fault]) -> pd.DataFrame:
    if not path.is_file():
        faults.append(Fault(path.name, None, None, "there is no such file", "check the folder"))
        return pd.DataFrame()
    try:
        cells = read_cells(path)
    except TableError as error:
        faults.extend(error.faults)
        return pd.DataFrame()
    clean, found = check(cells, LOTTERY_TABLE, path.name)
    faults.extend(found)
    if found:
        return pd.DataFrame()
    # The ids as they were before a mark was set against formulas; spaces belong to them.
    names = {name: cells[name].map(plain_cell) for name in LOTTERY_COLUMNS[:2]}
    return pd.DataFrame(names).assign(probability=clean["probability"].astype(float).to_numpy())
