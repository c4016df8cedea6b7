"""The way back: from the pseudonyms in a table to the people of a roster, for who has the key."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from revlab.errors import RevlabError, TableError, must
from revlab.people.cells import Cells
from revlab.people.given_ids import given_id
from revlab.people.mapping import RosterMapping
from revlab.people.roster import roster_mapping
from revlab.people.roster_files import RosterPaths, roster_files
from revlab.people.roster_names import names_by_row
from revlab.people.roster_tables import roster_tables
from revlab.people.sheets import read_sheets
from revlab.privacy.export import plain_cell
from revlab.privacy.pseudonyms import Pseudonyms

__all__ = ["NamedTable", "WhoIsWho", "names_back", "who_is_who"]

_PSEUDONYM = re.compile(r"(?<!\w)p_[a-z2-7]{10}(?!\w)")


@dataclass(frozen=True, repr=False)
class WhoIsWho:
    """Ids and names by pseudonym; it shows neither.

    Parameters
    ----------
    ids : dict of str to str
        Pseudonym to the roster's own id.
    names : dict of str to str
        Pseudonym to the name, for those of whom the roster has one.
    """

    ids: dict[str, str]
    names: dict[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"who is who of {len(self.ids)} people, {len(self.names)} with a name (not shown)"


@dataclass(frozen=True, repr=False)
class NamedTable:
    """A table with people in the place of pseudonyms: personal data.

    Parameters
    ----------
    frame : pandas.DataFrame
        The table; beside a column of ids stands a column of names, if the roster has names.
    n_people : int
        Different people who were named.
    n_unknown : int
        Different pseudonyms that nobody of the roster has; they stay as they are.
    """

    frame: pd.DataFrame
    n_people: int
    n_unknown: int

    def __repr__(self) -> str:
        left = (
            f"; {self.n_unknown} pseudonyms are of nobody in the roster" if self.n_unknown else ""
        )
        return f"{len(self.frame)} rows with {self.n_people} people{left}"


def who_is_who(
    paths: RosterPaths, pseudonyms: Pseudonyms, *, mapping: RosterMapping | None = None
) -> WhoIsWho:
    """Return which pseudonym is whose, for everybody in the files, those on neither side too.

    Parameters
    ----------
    paths : path, or sequence of paths
        The roster, as for `read_roster`.
    pseudonyms : Pseudonyms
        The key.
    mapping : RosterMapping, optional
        How to read it.

    Returns
    -------
    WhoIsWho

    Raises
    ------
    TableError
        If a file cannot be read or has no column of ids.

    Examples
    --------
    >>> from revlab.shipped import shipped
    >>> who_is_who(shipped("data/rosters/ukcs_small"), Pseudonyms(bytes(range(32))))
    who is who of 100 people, 100 with a name (not shown)
    """
    found = roster_files(paths)
    if found.faults:
        raise TableError(found.faults)
    how = roster_mapping(found, mapping)
    tables = roster_tables(found, how)
    if tables.faults:
        raise TableError(tables.faults)
    ids: dict[str, str] = {}
    names: dict[str, str] = {}
    cells = Cells(how.separator)
    for sheet in tables.sheets:
        place = sheet.find(how.columns["person_id"])
        if place is None:
            continue
        for cell, name in zip(sheet.cells(place), names_by_row(sheet), strict=True):
            closed = given_id(cell, pseudonyms)
            if closed:
                ids.setdefault(closed, cells.person(cell) or "")
                if name:
                    names.setdefault(closed, name)
    must(bool(ids), "the roster has no column of ids; name it in the mapping.")
    return WhoIsWho(ids, names)


def names_back(path: Path | str, people: WhoIsWho) -> NamedTable:
    r"""Read a table and put people in the place of pseudonyms, in every cell.

    Parameters
    ----------
    path : pathlib.Path or str
        CSV or XLSX with one table, such as the pairs that `revlab pair` wrote.
    people : WhoIsWho
        From `who_is_who`.

    Returns
    -------
    NamedTable

    Raises
    ------
    TableError
        If the file cannot be read.
    RevlabError
        If there is no pseudonym in it, or none of them is of somebody in the roster.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "pairs.csv"
    ...     _ = file.write_text("mentor_id,score\np_txf27m3hfe,0.5\n")
    ...     named = names_back(file, WhoIsWho({"p_txf27m3hfe": "S17"}, {"p_txf27m3hfe": "Ana"}))
    >>> named.frame.to_dict("records")
    [{'mentor_id': 'S17', 'mentor_name': 'Ana', 'score': '0.5'}]
    """
    read = read_sheets([Path(path)])
    if read.faults:
        raise TableError(read.faults)
    (sheet, *others) = read.sheets
    must(not others, f"{sheet.file} holds several tables; save the one as a file of its own.")
    found = {one for _, line in sheet.rows for cell in line for one in _PSEUDONYM.findall(cell)}
    must(bool(found), f"{sheet.file} holds no pseudonym, so there is nothing to name.")
    known = found & set(people.ids)
    if not known:
        raise RevlabError(
            f"none of the {len(found)} pseudonyms of {sheet.file} is of somebody in the roster: "
            "it was made with another key, or from another roster."
        )
    columns: dict[str, list[str]] = {}
    for place, head in enumerate(sheet.headings):
        cells = [plain_cell(cell) for cell in sheet.cells(place)]
        columns[head] = [_PSEUDONYM.sub(lambda m: people.ids.get(m[0], m[0]), c) for c in cells]
        if people.names and any(_PSEUDONYM.fullmatch(cell.strip()) for cell in cells):
            beside = f"{head.removesuffix('_id')}_name"
            columns[beside] = [people.names.get(cell.strip(), "") for cell in cells]
    return NamedTable(pd.DataFrame(columns), len(known), len(found - known))
