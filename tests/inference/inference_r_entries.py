"""The numbers computed in R, and how a test names one of them and compares with it."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

HERE = Path(__file__).parent
ENTRIES: list[dict[str, Any]] = json.loads((HERE / "r_reference.json").read_text(encoding="utf-8"))[
    "entries"
]
Numbers = list[float]
Key = tuple[str, str]


def read(name: str) -> pd.DataFrame:
    """Return one of the small data sets; "None" is a word in arthritis.csv."""
    path = HERE / "data" / f"{name}.csv"
    return pd.read_csv(path, keep_default_na=name != "arthritis")


def entry_of(key: Key) -> dict[str, Any]:
    """Return the one entry whose method or call and whose quantity the key names."""
    what, quantity = key
    found = [e for e in ENTRIES if e["quantity"] == quantity and e["method"] == what]
    found = found or [e for e in ENTRIES if e["quantity"] == quantity and what in e["r_call"]]
    if what == "Cronbach alpha raw":
        found = [e for e in found if "Agreeableness" in e["dataset"]]
    assert len(found) == 1, f"{key} names {len(found)} entries"
    return found[0]


def cases(made: Mapping[Key, Callable[[], Numbers]]) -> list[Any]:
    """Return a case per key, with the call in R as its name."""
    entries = [(entry_of(key), compute) for key, compute in made.items()]
    return [
        pytest.param(entry, compute, id=" ".join(f"{entry['dataset']} {entry['r_call']}".split()))
        for entry, compute in entries
    ]


def agrees(entry: Mapping[str, Any], got: Numbers) -> bool:
    """Return whether the numbers are R's within the tolerance that the entry states."""
    expected = np.atleast_1d(np.asarray(entry["value"], dtype=float))
    numbers = np.asarray(got, dtype=float)
    return bool(numbers == pytest.approx(expected, rel=float(entry["tol"]), abs=1e-12))
