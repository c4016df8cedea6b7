"""`revlab study`, `revlab report` and `revlab refresh`: notebooks to pages."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from revlab.cli_options import Seed, say, with_options
from revlab.cli_people import PeopleOptions
from revlab.errors import must
from revlab.shipped import shipped

if TYPE_CHECKING:
    from revlab.report.study_files import StudyFiles

__all__ = ["refresh", "report", "study"]

_PILOT_NOTEBOOK = "05-pilot-feedback.ipynb"

Out = Annotated[Path, typer.Option(metavar="FOLDER", help="Where the pages go.")]


@with_options
def study(
    *,
    roster: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE...", help="Your people instead of the shipped roster."),
    ] = None,
    people: PeopleOptions,
    pilot: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Your pilot instead of the shipped simulated one."),
    ] = None,
    out: Out = Path("site"),
    seed: Seed = 2026,
) -> None:
    """Run the whole study and render it as pages.

    Without options it runs on the shipped data. --roster takes one or several files of one
    roster. The pages open from the folder, without a server and without a network. No page shows
    an id; with --key people, pilot, traits and skills are joined by the programme's pseudonyms.
    """
    paths = list(roster or ())
    for option in ("save_mapping", "traits", "skills"):
        given = getattr(people, option) is not None
        must(bool(paths) or not given, f"--{option.replace('_', '-')} needs a --roster.")
    people.names(out)
    if paths:
        people.read(paths)
    from revlab.report.study_files import StudyFiles

    files = StudyFiles(
        tuple(paths), people.mapping, pilot, traits=people.traits, skills=people.skills or "",
        key_file=people.key,
    )  # fmt: skip
    _render(shipped("notebooks"), out, inputs=files, seed=seed)


def report(
    pilot: Annotated[Path, typer.Argument(metavar="PILOT", help="The folder of a pilot.")],
    *,
    out: Out = Path("site"),
    seed: Seed = 2026,
) -> None:
    """Render the analysis of one pilot as a page."""
    from revlab.report.study_files import StudyFiles

    with tempfile.TemporaryDirectory(prefix="revlab-") as folder:
        shutil.copy(shipped("notebooks") / _PILOT_NOTEBOOK, folder)
        _render(Path(folder), out, inputs=StudyFiles(pilot=pilot), seed=seed)


def _render(notebooks: Path, out: Path, *, inputs: "StudyFiles", seed: int) -> None:
    from revlab.report.study import run_study

    n_notebooks = len(list(notebooks.glob("*.ipynb")))
    with _progress(n_notebooks) as tell:
        first = run_study(notebooks, out, inputs=inputs, seed=seed, progress=tell)
    typer.echo(f"The pages are ready (seed {seed}); open {first.resolve()}")


@contextmanager
def _progress(total: int) -> Iterator[Callable[[str], None]]:
    """Show a bar on a terminal, else one line for each notebook."""
    if not sys.stderr.isatty():
        yield say
        return
    from tqdm import tqdm

    with tqdm(total=total, unit="page", ascii=True, leave=False) as bar:

        def tell(sentence: str) -> None:
            done, _, name = sentence.partition(" of ")
            if done.isdigit():
                bar.update(int(done) - 1 - bar.n)
                sentence = name.partition(": ")[2]
            bar.set_postfix_str(sentence)

        yield tell


def refresh(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME", help="Notebooks; all if none is named.")
    ] = None,
) -> None:
    """Run the notebooks of this checkout again and store their outputs; rewrite made documents."""
    from revlab.report.practices_page import practices_page
    from revlab.report.refresh import refresh as refresh_one

    folder = shipped("notebooks")
    # The notebooks in folders of their own are no part of a study, but they have outputs too.
    found = sorted(folder.rglob("*.ipynb"))
    paths = [path for path in found if ".ipynb_checkpoints" not in path.parts]
    chosen = [path for path in paths if not names or path.stem in names or path.name in names]
    must(bool(chosen), f"there is no such notebook in {folder.name}; check the name.")
    for path in chosen:
        typer.echo(f"{path.name}: {'changed' if refresh_one(path) else 'as it was'}")
    document = folder.parent / "docs" / "practices.md"
    if document.is_file():
        document.write_bytes(practices_page().encode())
