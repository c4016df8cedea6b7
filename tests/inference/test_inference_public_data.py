"""The notebook on public data: its copies of R's values, and what its final table says."""

from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from inference_r_entries import ENTRIES

FOLDER = Path(__file__).resolve().parents[2] / "notebooks" / "methods"
VALUES = pd.read_csv(FOLDER / "r_values.csv")
SIX_DIGITS = ["arthritis"]
"""Noted down to six digits when the reference was made; the others are copies of its entries."""


def entries_of(row: Any) -> list[dict[str, Any]]:
    """Return the entries with the R call of the row."""
    return [entry for entry in ENTRIES if " ".join(entry["r_call"].split()) == row.r_call]


def final_table() -> pd.DataFrame:
    """Return the last table that the notebook stores, as text."""
    notebook = nbformat.read(FOLDER / "public-data.ipynb", as_version=4)
    last = [cell for cell in notebook.cells if cell.cell_type == "code"][-1]
    page = BeautifulSoup(last.outputs[-1].data["text/html"], "html.parser")
    lines = [[cell.text for cell in line.find_all(["th", "td"])] for line in page.find_all("tr")]
    return pd.DataFrame(lines[1:], columns=lines[0])


def test_each_value_is_a_copy_of_the_reference_with_its_tolerance() -> None:
    copied = VALUES[~VALUES["key"].isin(SIX_DIGITS)]
    for row in copied.itertuples():
        (entry,) = entries_of(row)
        assert row.r_value in pd.Series(entry["value"], dtype=float).tolist(), row.key
        assert row.tolerance == pytest.approx(entry["tol"])
    assert len(copied) == len(VALUES) - len(SIX_DIGITS)


def test_the_notebook_s_final_table_has_every_value_and_each_is_within() -> None:
    table = final_table()
    assert table["Number"].tolist() == VALUES["what"].tolist()
    assert set(table["Within?"]) == {"yes"}
    assert len(table) >= 90
    for ours, r, allowed in zip(table["revlab"], table["R"], table["Allowed"], strict=True):
        # The table shows seven digits.
        assert float(ours) == pytest.approx(float(r), rel=float(allowed) + 1e-6, abs=1e-12)
