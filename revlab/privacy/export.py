"""Tables that leave the machine: no cell can be a formula, no file is lost by accident."""

import csv
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from revlab.errors import RevlabError, must, one_of

__all__ = ["plain_cell", "prepare_target", "safe_cell", "write_csv", "write_xlsx"]

# What a spreadsheet may take for the start of a formula (OWASP's list with the full-width forms).
_TRIGGERS = "=+\\-@\t\r\n\0\uff1d\uff0b\uff0d\uff20"
_START = r"(?<![^;\t|\r\n])"
_LIVE = re.compile(rf"{_START}(?=[ '\"\u00a0]*[{_TRIGGERS}])")
_ESCAPED = re.compile(rf"{_START}'(?=[ '\"\u00a0]*[{_TRIGGERS}])")
_NUMBER = re.compile(r"[+-]?([0-9]+([.,][0-9]+)?|[.,][0-9]+)([eE][+-]?[0-9]+)?%?")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_MOST_ROWS = 1_048_576


def safe_cell(value: object) -> object:
    """Return the value so that a spreadsheet shows it instead of computing it.

    Numbers, and texts that are plain numbers, stay as they are. In any other text an apostrophe is
    set before what could start a formula: at the start of the cell, and after a mark at which a
    program with other settings would cut the cell in two. (OWASP, *CSV injection*; ASVS 1.2.10.)

    Parameters
    ----------
    value : object
        A cell; a tuple becomes one text with its entries separated by "; ", missing becomes "".

    Returns
    -------
    object
        A number, or text that is no formula; `plain_cell` undoes it.

    Examples
    --------
    >>> [safe_cell(cell) for cell in ("=1+1", "-3.5", -3.5, "+44 20", "a;@b", None)]
    ["'=1+1", '-3.5', -3.5, "'+44 20", "a;'@b", '']
    """
    if isinstance(value, tuple | list | set | frozenset):
        value = "; ".join(map(str, value))
    if value is None or value is pd.NA or value != value:
        return ""
    if isinstance(value, bool | int | float | np.number | np.bool_):
        return value
    text = str(value)
    if _NUMBER.fullmatch(text):
        return text
    return _LIVE.sub("'", text)


def plain_cell(text: str) -> str:
    """Return the text that `safe_cell` was given.

    Examples
    --------
    >>> plain_cell("'=1+1")
    '=1+1'
    """
    return _ESCAPED.sub("", text)


def prepare_target(path: Path | str, *, if_exists: str = "refuse") -> Path:
    """Return the path if a file may be written there.

    Parameters
    ----------
    path : pathlib.Path or str
        Where to write.
    if_exists : {"refuse", "replace"}
        What to do if something is there.

    Raises
    ------
    OptionError
        If ``if_exists`` is something else.
    RevlabError
        If the file is there and must not be replaced, or its folder is not there.

    Examples
    --------
    >>> prepare_target("no such folder/pairs.csv")
    Traceback (most recent call last):
    ...
    revlab.errors.RevlabError: pairs.csv cannot be written: the folder 'no such folder' does not \
exist; make it first.
    """
    path = Path(path)
    one_of("if_exists", if_exists, ("refuse", "replace"))
    must(
        path.parent.is_dir(),
        f"{path.name} cannot be written: the folder {path.parent.name!r} does not exist; "
        "make it first.",
    )
    must(not path.is_dir(), f"{path.name} is a folder; give the name of a file.")
    must(
        if_exists == "replace" or not path.exists(),
        f"{path.name} is already there; choose another name or pass if_exists='replace'.",
    )
    return path


def write_csv(frame: pd.DataFrame, path: Path | str, *, if_exists: str = "refuse") -> Path:
    """Write a table for a spreadsheet: UTF-8 with a mark, every text quoted, no live formula.

    Parameters
    ----------
    frame : pandas.DataFrame
        The columns are written, the index is not.
    path : pathlib.Path or str
        Where to write.
    if_exists : {"refuse", "replace"}
        What to do if the file is there.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    RevlabError
        If the file is there and must not be replaced.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = write_csv(pd.DataFrame({"note": ["=cmd()"], "gain": [-2]}), f"{folder}/a.csv")
    ...     print(file.read_text(encoding="utf-8-sig"))
    "note","gain"
    "'=cmd()",-2
    <BLANKLINE>
    """
    path = prepare_target(path, if_exists=if_exists)
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
        writer.writerow([safe_cell(str(name)) for name in frame.columns])
        writer.writerows(_rows(frame))
    return path


def _rows(frame: pd.DataFrame) -> list[list[object]]:
    columns = [map(safe_cell, frame.iloc[:, i].tolist()) for i in range(frame.shape[1])]
    return [list(cells) for cells in zip(*columns, strict=True)]


def write_xlsx(
    sheets: Mapping[str, pd.DataFrame], path: Path | str, *, if_exists: str = "refuse"
) -> Path:
    """Write tables as the sheets of one workbook, every text as text and never as a formula.

    Parameters
    ----------
    sheets : mapping of str to pandas.DataFrame
        Title to table, in the order of the sheets.
    path : pathlib.Path or str
        Where to write, ending in ``.xlsx``.
    if_exists : {"refuse", "replace"}
        What to do if the file is there.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    RevlabError
        If the file is there and must not be replaced, or a title or a size is not possible.
    """
    import openpyxl
    from openpyxl.cell import WriteOnlyCell

    path = prepare_target(path, if_exists=if_exists)
    must(path.suffix.lower() == ".xlsx", f"{path.name} must end in .xlsx.")
    must(bool(sheets), f"{path.name} needs at least one table.")
    for title, frame in sheets.items():
        _check_sheet(title, frame)
    book = openpyxl.Workbook(write_only=True)
    for title, frame in sheets.items():
        page = book.create_sheet(title)
        heads = [[safe_cell(str(name)) for name in frame.columns]]
        for cells in [*heads, *_rows(frame)]:
            page.append([_cell(WriteOnlyCell, page, value) for value in cells])
    book.save(path)
    return path


def _check_sheet(title: str, frame: pd.DataFrame) -> None:
    must(
        0 < len(title) <= 31 and not re.search(r"[\[\]:*?/\\]", title),
        f"a sheet cannot be called {title!r}: at most 31 characters, none of []:*?/\\.",
        RevlabError,
    )
    must(
        len(frame) < _MOST_ROWS,
        f"sheet {title!r} has {len(frame)} rows, more than a sheet can hold; write CSV.",
        RevlabError,
    )


def _cell(make: type, page: object, value: object) -> object:
    if not isinstance(value, str):
        return value.item() if hasattr(value, "item") else value
    cell = make(page, value=_UNPRINTABLE.sub("", value))
    cell.data_type = "s"
    return cell
