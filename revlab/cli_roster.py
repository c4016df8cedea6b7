"""`revlab check`, and how every command reads a roster: a guess is shown and confirmed."""

import sys
from collections.abc import Sequence
from dataclasses import replace as changed
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from revlab.cli_options import Mapping, Replace, SaveMapping, say
from revlab.cli_repair import write_repairs
from revlab.errors import Fault, RevlabError, TableError, must

if TYPE_CHECKING:
    from revlab.people.cohort import Cohort
    from revlab.people.mapping import RosterMapping
    from revlab.people.roster import RosterReport

__all__ = ["check", "read_people"]

_PILOT_FILE = "pilot.toml"


def check(
    paths: Annotated[
        list[Path], typer.Argument(metavar="FILE-OR-FOLDER", help="Rosters and pilots.")
    ],
    *,
    mapping: Mapping = None,
    save_mapping: SaveMapping = None,
    repair: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write a copy with all repairs that need no decision."),
    ] = None,
    replace: Replace = False,
) -> None:
    """List every fault of rosters and pilots, each with its place.

    A fault names the file, the row as a spreadsheet shows it, the column and what must hold.
    Files that are given together are one roster, for instance one file for each side. A folder
    with a pilot.toml is a pilot, another folder is a roster. The exit code is 0 if all is well
    and 1 if something must be corrected. --repair clean.csv writes a copy without padding, repeats,
    mixed spellings, odd dates and encodings, and clean-repairs.csv with each change: the files
    hold what the roster holds, so keep them where the roster is.
    """
    folders = [path for path in paths if path.is_dir()]
    files = [path for path in paths if not path.is_dir()]
    pilots = [path for path in folders if (path / _PILOT_FILE).is_file()]
    rosters = [[path] for path in folders if path not in pilots]
    rosters += [files] if files else []
    n_faults = sum(_check_pilot(path) for path in pilots)
    n_faults += sum(_check_roster(each, mapping, save_mapping) for each in rosters)
    if repair is not None:
        must(len(rosters) == 1, "--repair needs one roster: its files, or its folder.")
        write_repairs(rosters[0], mapping, repair, replace=replace)
    raise typer.Exit(1 if n_faults else 0)


def _check_pilot(folder: Path) -> int:
    from revlab.fieldwork.pilot import read_pilot

    try:
        pilot = read_pilot(folder)
    except TableError as error:
        return _list(folder.name, error.faults)
    typer.echo(f"{folder.name}: {pilot!r}; no faults.")
    return 0


def _check_roster(paths: list[Path], mapping: Path | None, save: Path | None) -> int:
    report, guess = _report(paths, mapping)
    name = ", ".join(path.name for path in paths)
    _keep(report.mapping, guess, save)
    for note in report.notes:
        typer.echo(f"{name}: note: {note}")
    if report.faults:
        return _list(name, report.faults)
    typer.echo(f"{name}: {report.cohort!r}; no faults.")
    return 0


def _list(name: str, faults: Sequence[Fault]) -> int:
    for fault in faults:
        typer.echo(str(fault))
    plural = "" if len(faults) == 1 else "s"
    typer.echo(f"{name}: {len(faults)} fault{plural}.")
    return len(faults)


def read_people(
    paths: list[Path], *, mapping: Path | None, yes: bool, save: Path | None = None
) -> "Cohort":
    """Read a roster for a command; a guessed mapping is shown and, on a terminal, confirmed.

    Raises
    ------
    RevlabError
        If there are faults, all of them in the message, or if the guess was refused.
    """
    report, guess = _report(paths, mapping)
    _keep(report.mapping, guess, save)
    if report.cohort is None:
        raise TableError(report.faults)
    for note in report.notes:
        say(f"note: {note}")
    if guess and not yes:
        _confirm()
    say(f"{report.cohort!r}.")
    return report.cohort


def _report(paths: list[Path], mapping: Path | None) -> tuple["RosterReport", bool]:
    """Return the report and whether its mapping was guessed."""
    from revlab.people.mapping_file import MAPPING_FILE, read_mapping
    from revlab.people.roster import check_roster
    from revlab.people.roster_files import roster_files

    given = read_mapping(mapping) if mapping else None
    source = paths[0] if len(paths) == 1 else paths
    beside = roster_files(source).folder / MAPPING_FILE
    return check_roster(source, mapping=given), given is None and not beside.is_file()


def _keep(mapping: "RosterMapping | None", guess: bool, save: Path | None) -> None:
    """Show a guessed mapping, and write the mapping if that is asked for."""
    from revlab.people.mapping import describe
    from revlab.people.mapping_file import write_mapping

    if mapping is None:
        return
    if guess:
        say("there is no mapping, so the roster is read with this guess:")
        typer.echo(describe(changed(mapping, notes=())), err=True)
    if save is not None:
        write_mapping(mapping, save)
        say(f"the mapping is in {save}; correct it and keep it beside the roster as roster.toml.")


def _confirm() -> None:
    if not sys.stdin.isatty():
        say("nobody can be asked here, so the guess is used; --mapping FILE would replace it.")
    elif not typer.confirm("Is this right?", err=True):
        raise RevlabError(
            "nothing was done; write the guess with --save-mapping roster.toml, correct it and "
            "keep it beside the roster."
        )
