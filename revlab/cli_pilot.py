"""`revlab study`, `revlab report` and `revlab refresh`: notebooks to pages."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from revlab.cli_options import Mapping, SaveMapping, Seed, Yes, say
from revlab.cli_roster import read_people
from revlab.errors import must
from revlab.shipped import shipped

if TYPE_CHECKING:
    from revlab.report.inputs import StudyFiles

__all__ = ["refresh", "report", "study"]

_PILOT_NOTEBOOK = "05-pilot-feedback.ipynb"

Out = Annotated[Path, typer.Option(metavar="FOLDER", help="Where the pages go.")]


def study(
    *,
    roster: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE...", help="Your people instead of the shipped roster."),
    ] = None,
    mapping: Mapping = None,
    save_mapping: SaveMapping = None,
    pilot: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Your pilot instead of the shipped simulated one."),
    ] = None,
    out: Out = Path("site"),
    seed: Seed = 2026,
    yes: Yes = False,
) -> None:
    """Run the whole study and render it as pages.

    Without options it runs on the shipped data. --roster takes one or several files of one
    roster. The pages open from the folder, without a server and without a network.
    """
    people = list(roster or ())
    must(bool(people) or save_mapping is None, "--save-mapping needs a --roster.")
    if people:
        read_people(people, mapping=mapping, yes=yes, save=save_mapping)
    from revlab.report.inputs import StudyFiles

    files = StudyFiles(roster=tuple(people), mapping=mapping, pilot=pilot)
    _render(shipped("notebooks"), out, inputs=files, seed=seed)


def report(
    pilot: Annotated[Path, typer.Argument(metavar="PILOT", help="The folder of a pilot.")],
    *,
    out: Out = Path("site"),
    seed: Seed = 2026,
) -> None:
    """Render the analysis of one pilot as a page."""
    from revlab.report.inputs import StudyFiles

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
    """Run the notebooks of this checkout again and store their outputs."""
    from revlab.report.refresh import refresh as refresh_one

    folder = shipped("notebooks")
    # The notebooks in folders of their own are no part of a study, but they have outputs too.
    found = sorted(folder.rglob("*.ipynb"))
    paths = [path for path in found if ".ipynb_checkpoints" not in path.parts]
    chosen = [path for path in paths if not names or path.stem in names or path.name in names]
    must(bool(chosen), f"there is no such notebook in {folder.name}; check the name.")
    for path in chosen:
        typer.echo(f"{path.name}: {'changed' if refresh_one(path) else 'as it was'}")
