"""Options that several commands share, and how a command speaks to its user."""

import inspect
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from revlab.errors import must

if TYPE_CHECKING:
    from revlab.privacy.pseudonyms import Pseudonyms

__all__ = [
    "Key",
    "Mapping",
    "Replace",
    "Roster",
    "SaveMapping",
    "Seed",
    "Skills",
    "Traits",
    "Yes",
    "key_of",
    "say",
    "target",
    "with_options",
]

_LEAST_BYTES = 32

Roster = Annotated[
    list[Path],
    typer.Argument(metavar="ROSTER", help="CSV or XLSX files of one roster, or its folder."),
]
Mapping = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="How to read the roster, or a part of it; else roster.toml beside it."
    ),
]
SaveMapping = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Keep the mapping that was used, for you to correct."),
]
Key = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Key of the programme's pseudonyms, which then stand for all ids; it stays with you.",
    ),
]
Traits = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Scores per person (CSV), as `revlab intake questionnaire --traits` writes them.",
    ),
]
Skills = Annotated[
    str | None,
    typer.Option(
        metavar="FILE-OR-URL",
        help="Skills per person: a confirmed sheet, an export or the skills database.",
    ),
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


def key_of(key: Path | None, *places: Path | None) -> "Pseudonyms | None":
    """Return the pseudonyms of a key that lies apart from where results go; None without a key.

    An id that is a pseudonym already stays what it is, so that files made before can be joined.

    Parameters
    ----------
    key : pathlib.Path or None
        The key file.
    *places : pathlib.Path or None
        Files and folders of results.

    Raises
    ------
    RevlabError
        If there is no such key, or it lies where results go.
    """
    from revlab.privacy.pseudonyms import Pseudonyms, keep_apart, read_key

    if key is None:
        return None
    make = "make one with: revlab intake key FILE."
    must(key.is_file(), f"{key.name}: there is no such key file; {make}")
    must(key.stat().st_size >= _LEAST_BYTES, f"{key.name} is no key, it is too short; {make}")
    names = Pseudonyms(read_key(key), closed="keep")
    for place in places:
        if place is not None:
            keep_apart(key, place)
    return names


def with_options(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command take a frozen dataclass of options, which its user gives one by one.

    Parameters
    ----------
    command : callable
        One of its parameters is annotated with a dataclass whose fields are options.

    Returns
    -------
    callable
        Its signature has the fields in the place of that parameter.
    """
    parameters, groups = [], {}
    for name, parameter in inspect.signature(command).parameters.items():
        kind = parameter.annotation
        if not (isinstance(kind, type) and is_dataclass(kind)):
            parameters.append(parameter)
            continue
        groups[name] = kind
        hints = get_type_hints(kind, include_extras=True)
        parameters += [
            inspect.Parameter(
                one.name, parameter.KEYWORD_ONLY, default=one.default, annotation=hints[one.name]
            )
            for one in fields(kind)
        ]

    @wraps(command)
    def gathered(**given: Any) -> None:
        for name, kind in groups.items():
            given[name] = kind(**{one.name: given.pop(one.name) for one in fields(kind)})
        command(**given)

    gathered.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    gathered.__annotations__ = {one.name: one.annotation for one in parameters}
    return gathered
