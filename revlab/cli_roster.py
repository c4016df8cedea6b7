"""`revlab check`, and how every command reads a roster: a guess is shown and confirmed."""

import sys
from collections.abc import Sequence
from dataclasses import replace as changed
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from revlab.cli_options import Key, Mapping, Replace, SaveMapping, Skills, Traits, key_of, say
from revlab.cli_repair import write_repairs
from revlab.errors import Fault, RevlabError, TableError, must

if TYPE_CHECKING:
    from revlab.people.cohort import Cohort
    from revlab.people.mapping import RosterMapping
    from revlab.people.roster import RosterReport
    from revlab.privacy.pseudonyms import Pseudonyms

__all__ = ["check", "read_people", "read_report"]

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
    key: Key = None,
    traits: Traits = None,
    skills: Skills = None,
) -> None:
    """List every fault of rosters and pilots, each with its place.

    A fault names the file, the row as a spreadsheet shows it, the column and what must hold.
    Files that are given together are one roster, for instance one file for each side. A folder
    with a pilot.toml is a pilot, another folder is a roster. The exit code is 0 if all is well
    and 1 if something must be corrected. --repair clean.csv writes a copy without padding, repeats,
    mixed spellings, odd dates and encodings, and clean-repairs.csv with each change: the files
    hold what the roster holds, so keep them where the roster is. With --key nothing that a cell
    holds is repeated. --traits and --skills are checked against the people of the roster.
    """
    must(
        key is None or repair is None,
        "--repair copies the roster with its names, so it does not go with --key; leave --key out "
        "and keep the copy where the roster is.",
    )
    names = key_of(key)
    folders = [path for path in paths if path.is_dir()]
    files = [path for path in paths if not path.is_dir()]
    pilots = [path for path in folders if (path / _PILOT_FILE).is_file()]
    rosters = [[path] for path in folders if path not in pilots]
    rosters += [files] if files else []
    n_faults = sum(_check_pilot(path, names) for path in pilots)
    must(
        len(rosters) == 1 or (traits is None and skills is None),
        "--traits and --skills need one roster: its files, or its folder.",
    )
    for each in rosters:
        report, guess = _report(each, mapping, names)
        _keep(report.mapping, guess, save_mapping)
        n_faults += _say_report(each, report)
        if report.cohort is not None and (traits is not None or skills is not None):
            n_faults += _say_measured(report, traits, skills, names)
    if repair is not None:
        must(len(rosters) == 1, "--repair needs one roster: its files, or its folder.")
        write_repairs(rosters[0], mapping, repair, replace=replace)
    raise typer.Exit(1 if n_faults else 0)


def _check_pilot(folder: Path, names: "Pseudonyms | None") -> int:
    from revlab.fieldwork.pilot import read_pilot
    from revlab.people.unnamed import without_cells

    try:
        pilot = read_pilot(folder)
    except TableError as error:
        faults = error.faults if names is None else without_cells(error.faults)
        return _list(folder.resolve().name, faults)
    typer.echo(f"{folder.resolve().name}: {pilot!r}; no faults.")
    return 0


def _say_report(paths: list[Path], report: "RosterReport") -> int:
    name = ", ".join(path.resolve().name for path in paths)
    for note in report.notes:
        typer.echo(f"{name}: note: {note}")
    if report.faults:
        return _list(name, report.faults)
    typer.echo(f"{name}: {report.cohort!r}; no faults.")
    return 0


def _say_measured(
    report: "RosterReport", traits: Path | None, skills: str | None, names: "Pseudonyms | None"
) -> int:
    from revlab.people.given_rows import Known
    from revlab.people.measured import with_measured

    before = report.checked()
    try:
        after = with_measured(Known(before, names, report.aside), traits=traits, skills=skills)
    except TableError as error:
        return _list("traits and skills", error.faults)
    for note in after.notes[len(before.notes) :]:
        typer.echo(f"note: {note}")
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
    return read_report(paths, mapping=mapping, yes=yes, save=save).checked()


def read_report(
    paths: list[Path],
    *,
    mapping: Path | None,
    yes: bool,
    save: Path | None = None,
    names: "Pseudonyms | None" = None,
) -> "RosterReport":
    """Read a roster as `read_people` does and return all that is known of it.

    Raises
    ------
    RevlabError
        If there are faults, all of them in the message, or if the guess was refused.
    """
    report, guess = _report(paths, mapping, names)
    _keep(report.mapping, guess, save)
    cohort = report.checked()
    for note in report.notes:
        say(f"note: {note}")
    if guess and not yes:
        _confirm()
    say(f"{cohort!r}.")
    return report


def _report(
    paths: list[Path], mapping: Path | None, names: "Pseudonyms | None"
) -> tuple["RosterReport", bool]:
    """Return the report and whether its mapping was guessed."""
    from revlab.people.mapping_file import MAPPING_FILE, read_mapping
    from revlab.people.roster import check_roster
    from revlab.people.roster_files import roster_files

    source = paths[0] if len(paths) == 1 else paths
    given = read_mapping(mapping, roster=source) if mapping else None
    beside = roster_files(source).folder / MAPPING_FILE
    return check_roster(
        source, mapping=given, pseudonyms=names
    ), given is None and not beside.is_file()


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
