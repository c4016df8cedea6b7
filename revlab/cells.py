"""The cells of a table: from a file to text, and from text to what a column holds."""

import math
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import pandas as pd

from revlab.errors import Fault, TableError

__all__ = ["WHAT_A_CELL_HOLDS", "Kind", "convert", "read_cells"]

Kind = Literal["text", "integer", "number", "boolean"]

WHAT_A_CELL_HOLDS: Mapping[str, str] = MappingProxyType(
    {
        "integer": "a whole number",
        "number": "a finite number",
        "boolean": "true or false",
        "text": "text",
    }
)
_TRUE = {"true", "yes", "1", "y"}
_FALSE = {"false", "no", "0", "n"}


def convert(text: str, kind: Kind) -> object:
    """Return the value of a cell that is not empty.

    Raises
    ------
    ValueError
        If the text is not what a cell of this kind holds.

    Examples
    --------
    >>> convert("3.0", "integer"), convert("yes", "boolean")
    (3, True)
    >>> convert("1e999", "number")
    Traceback (most recent call last):
    ...
    ValueError: not a finite number
    """
    if kind in ("integer", "number"):
        number = float(text)
        # Python takes 1_000 for a number; whoever writes it in a table means something else.
        if not math.isfinite(number) or "_" in text:
            raise ValueError("not a finite number")
        if kind == "number":
            return number
        if number != int(number):
            raise ValueError("not a whole number")
        return int(number)
    if kind == "boolean":
        if text.lower() in _TRUE | _FALSE:
            return text.lower() in _TRUE
        raise ValueError("neither true nor false")
    return text


def read_cells(path: Path) -> pd.DataFrame:
    """Return the cells of a CSV file as text under their headings, row for row.

    A trailing blank line is dropped, one in between is a row of empty cells, so that row ``k``
    of the frame is row ``k + 2`` of the file.

    Raises
    ------
    TableError
        If the file is not a UTF-8 CSV table, is empty, or has a heading twice.
    """
    try:
        # With its own heading pandas would take a long first row for an index, rename a repeated
        # heading, and skip blank lines, which shifts the row numbers.
        rows = pd.read_csv(
            path, header=None, dtype=str, keep_default_na=False, encoding="utf-8-sig",
            skip_blank_lines=False,
        ).fillna("")  # fmt: skip
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        fault = Fault(path.name, None, None, f"cannot be read as a CSV table: {reason}")
        raise TableError([fault]) from None
    names = rows.iloc[0].str.strip()
    rule = "this heading is there twice"
    faults = [Fault(path.name, 1, name, rule, "remove one") for name in names[names.duplicated()]]
    if faults:
        raise TableError(faults)
    filled = (rows != "").any(axis=1).to_numpy().nonzero()[0]
    return rows.iloc[1 : max(filled, default=0) + 1].set_axis(names.to_list(), axis=1)
