"""A copy of a roster in which everything is put right that needs no decision, and a list of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from revlab.errors import must
from revlab.people.mapping import RosterMapping
from revlab.people.mapping_file import write_mapping
from revlab.people.records import read_records
from revlab.people.repaired_cells import CellWriter
from revlab.people.repairs import Repair, repair_list
from revlab.people.roster import RosterReport, check_roster
from revlab.people.roster_files import RosterPaths, roster_files
from revlab.people.roster_tables import roster_tables
from revlab.people.sheets import Sheet, read_sheets
from revlab.people.sides import SidesByFile
from revlab.privacy.export import prepare_target, write_csv

__all__ = ["RepairedRoster", "RepairedTable", "repair_roster", "write_repaired"]

_Place = tuple[str, str | None, int]


@dataclass(frozen=True)
class RepairedTable:
    """One table of the copy: the sheet that it comes from and its rows as text."""

    source: Sheet = field(repr=False)
    frame: pd.DataFrame = field(repr=False)


@dataclass(frozen=True)
class RepairedRoster:
    """A roster with its repairs.

    Parameters
    ----------
    tables : tuple of RepairedTable
        One for each table with people that could be read.
    listing : pandas.DataFrame
        Every repair, every row left out and every decision, see `repair_list`.
    report : RosterReport
        What `check_roster` says of the original.
    """

    tables: tuple[RepairedTable, ...]
    listing: pd.DataFrame = field(repr=False)
    report: RosterReport = field(repr=False)

    def __repr__(self) -> str:
        return (
            f"{self.n_rows} rows in {len(self.tables)} tables; {self.count('repaired')} repairs, "
            f"{self.count('left out')} rows left out, {self.count('to decide')} decisions to take"
        )

    @property
    def n_rows(self) -> int:
        """Rows of the copy."""
        return sum(len(table.frame) for table in self.tables)

    def count(self, what: str) -> int:
        """Return how many lines of the list say this."""
        return int((self.listing["what"] == what).sum())


def repair_roster(paths: RosterPaths, *, mapping: RosterMapping | None = None) -> RepairedRoster:
    """Put right what needs no decision: padding, encodings, repeats, dates, commas, spellings.

    What needs a decision stays as it is and is listed. Rows of the files are rows of the copy or
    are listed as left out. Columns that the mapping does not name are copied without padding.

    Parameters
    ----------
    paths : path, or sequence of paths
        As for `read_roster`.
    mapping : RosterMapping, optional
        Else ``roster.toml`` beside the files, else a guess; without one only padding and
        encodings are put right.

    Returns
    -------
    RepairedRoster

    Examples
    --------
    >>> from revlab.shipped import shipped
    >>> repair_roster(shipped("data/rosters/ukcs_small"))
    100 rows in 2 tables; 100 repairs, 0 rows left out, 0 decisions to take
    """
    report = check_roster(paths, mapping=mapping)
    found = roster_files(paths)
    if report.mapping is None:
        read = read_sheets(found.files)
        repairs, sheets = list(read.repairs), tuple(read.sheets)
        aside: set[_Place] = set()
    else:
        tables = roster_tables(found, report.mapping)
        repairs, sheets = list(tables.repairs), tables.sheets
        records = read_records(sheets, report.mapping)
        repairs += _repeats(records.repeated, sheets)
        aside = {_place(one) for one in records.rows if not one["sides"]}
    gone = {(one.file, one.sheet, one.row) for one in repairs if one.what == "left out"}
    writer = CellWriter(report.mapping)
    done = []
    for sheet in sheets:
        lines = []
        for row, cells in sheet.rows:
            place = (sheet.file, sheet.sheet, row)
            if place not in gone:
                lines.append(writer.line(sheet, row, cells, known=place not in aside))
        frame = pd.DataFrame(lines, columns=range(len(sheet.headings)), dtype=object)
        done.append(RepairedTable(sheet, frame.set_axis(list(sheet.headings), axis=1)))
    listing = repair_list([*repairs, *writer.repairs], report.faults)
    return RepairedRoster(tuple(done), listing, report)


def _place(record: Mapping[str, object]) -> _Place:
    return str(record["file"]), record["sheet"], int(str(record["row"]))  # type: ignore[return-value]


def _repeats(repeated: list[dict[str, object]], sheets: tuple[Sheet, ...]) -> list[Repair]:
    text = {
        (sheet.file, sheet.sheet, row): " | ".join(cells) for sheet in sheets
        for row, cells in sheet.rows
    }  # fmt: skip
    return [
        Repair("left out", *_place(one), None, text[_place(one)][:500], "",
               f"says word for word what {one['first']} says")
        for one in repeated
    ]  # fmt: skip


def write_repaired(
    roster: RepairedRoster, path: Path | str, *, if_exists: str = "refuse"
) -> tuple[Path, ...]:
    """Write the copy, the list of repairs and a mapping that reads the copy.

    Parameters
    ----------
    roster : RepairedRoster
        From `repair_roster`.
    path : pathlib.Path or str
        ``clean.csv``; several tables become ``clean-mentors.csv`` and so on. Beside it go
        ``clean-repairs.csv`` and ``clean-mapping.toml``.
    if_exists : {"refuse", "replace"}
        What to do if a file is there.

    Returns
    -------
    tuple of pathlib.Path
        The tables, then the list, then the mapping if there is one.

    Raises
    ------
    RevlabError
        If nothing could be read, the name does not end in .csv, or a file is there.
    """
    path = Path(path)
    must(path.suffix.lower() == ".csv", f"the repaired copy must end in .csv; got {path.name!r}.")
    must(bool(roster.tables), "there is no repaired copy, because no table could be read.")
    files = {table.source.name: _file(path, table, roster) for table in roster.tables}
    names = [path.with_name(f"{path.stem}-{word}") for word in ("repairs.csv", "mapping.toml")]
    for target in (*files.values(), *names):
        prepare_target(target, if_exists=if_exists)
    for table in roster.tables:
        write_csv(table.frame, files[table.source.name], if_exists=if_exists)
    write_csv(roster.listing, names[0], if_exists=if_exists)
    if roster.report.mapping is None:
        return (*files.values(), names[0])
    write_mapping(_renamed(roster.report.mapping, files), names[1], if_exists=if_exists)
    return (*files.values(), *names)


def _file(path: Path, table: RepairedTable, roster: RepairedRoster) -> Path:
    if len(roster.tables) == 1:
        return path
    source = table.source
    alike = [one for one in roster.tables if one.source.file == source.file]
    parts = [Path(source.file).stem, source.sheet or ""] if len(alike) > 1 else [source.file]
    word = re.sub(r"[^\w.-]+", "-", "-".join(part for part in parts if part))
    return path.with_name(f"{path.stem}-{word.removesuffix('.csv')}.csv")


def _renamed(mapping: RosterMapping, files: Mapping[str, Path]) -> RosterMapping:
    """Return the mapping for the files of the copy."""
    sides = mapping.sides
    if isinstance(sides, SidesByFile):
        told = {name.casefold(): side for name, side in sides.files.items()}
        found = {
            file.name: told.get(name.casefold()) or told.get(name.partition("#")[0].casefold())
            for name, file in files.items()
        }
        named = {name: side for name, side in found.items() if side is not None}
        sides = SidesByFile(named or sides.files)
    constants = {
        name: value if isinstance(value, str) else _by_copy(mapping, name, files)
        for name, value in mapping.constants.items()
    }
    return replace(mapping, sides=sides, constants=constants, sheets={}, notes=())


def _by_copy(mapping: RosterMapping, field: str, files: Mapping[str, Path]) -> dict[str, str]:
    """Return what is the same for everybody in a file under the name of its copy."""
    told = {file.name: mapping.constant(field, name) for name, file in files.items()}
    return {name: value for name, value in told.items() if value is not None}
