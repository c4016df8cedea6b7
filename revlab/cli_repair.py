"""`revlab check --repair`: the repaired copy of a roster, its list, and what it still needs."""

from pathlib import Path

import typer

__all__ = ["write_repairs"]


def write_repairs(paths: list[Path], mapping: Path | None, out: Path, *, replace: bool) -> None:
    """Write the repaired copy of a roster and say what is where.

    Parameters
    ----------
    paths : list of pathlib.Path
        The files of one roster, or its folder.
    mapping : pathlib.Path or None
        How to read it.
    out : pathlib.Path
        The copy.
    replace : bool
        Whether files that are there are written over.

    Raises
    ------
    RevlabError
        If nothing could be read, or a file is there.
    """
    from revlab.people.mapping_file import read_mapping
    from revlab.people.repaired import repair_roster, write_repaired
    from revlab.people.roster import check_roster

    source = paths[0] if len(paths) == 1 else paths
    given = read_mapping(mapping, roster=source) if mapping else None
    roster = repair_roster(source, mapping=given)
    files = write_repaired(roster, out, if_exists="replace" if replace else "refuse")
    for file in files:
        typer.echo(f"{file}: {_what(file)}")
    typer.echo(f"{out.name}: {roster!r}.")
    if len(files) - len(roster.tables) == 2:
        again = check_roster(list(files[: len(roster.tables)]), mapping=read_mapping(files[-1]))
        left = len(again.faults)
        told = repr(again.cohort) if again.cohort is not None else f"{left} faults are left"
        typer.echo(f"{out.name}: read again: {told}.")


def _what(file: Path) -> str:
    if file.suffix == ".toml":
        return "how to read the copy."
    if file.stem.endswith("-repairs"):
        return "each repair with its place, and what is left for you to decide."
    return "the repaired copy."
