"""Options that several commands share, and how a command speaks to its user."""

from pathlib import Path
from typing import Annotated

import typer

from revlab.errors import must

__all__ = [
    "Mapping",
    "Replace",
    "Roster",
    "SaveMapping",
    "Seed",
    "Yes",
    "say",
    "target",
]

Roster = Annotated[
    list[Path],
    typer.Argument(metavar="ROSTER", help="CSV or XLSX files of one roster, or its folder."),
]
Mapping = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="How to read the roster; else roster.toml beside it."),
]
SaveMapping = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Keep the mapping that was used, for you to correct."),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Accept a guessed mapping unasked.")]
Seed = Annotated[
    int, typer.Option(metavar="N", min=0, help="Seed; the same number gives the same result.")
]
Replace = Annotated[bool, typer.Option("--replace", help="Write over files that are there.")]


def say(text: str) -> None:
    """Tell the user something beside the result: on standard error.

    Examples
    --------
    >>> say("50 people are read.")
    """
    typer.echo(f"revlab: {text}", err=True)


def target(path: Path, *, replace: bool) -> Path:
    """Return a file that may be written, before anything is computed for it.

    Raises
    ------
    RevlabError
        If it is there and must not be replaced, is a folder, or has no folder to be in.

    Examples
    --------
    >>> target(Path(__file__), replace=False)
    Traceback (most recent call last):
    ...
    revlab.errors.RevlabError: cli_options.py is already there; choose another name or add \
--replace.
    """
    must(not path.is_dir(), f"{path.name} is a folder; give the name of a file.")
    must(path.parent.is_dir(), f"the folder {str(path.parent)!r} does not exist; make it first.")
    must(
        replace or not path.exists(),
        f"{path.name} is already there; choose another name or add --replace.",
    )
    return path
