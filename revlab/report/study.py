"""Run every notebook on a user's data and put the pages together as a site."""

import copy
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

from nbformat import NotebookNode

from revlab.errors import must
from revlab.people.cohort import Cohort
from revlab.report.execute import execute
from revlab.report.inputs import load_inputs
from revlab.report.refresh import read_notebook
from revlab.report.site import ExtraPage, SiteNotebook, build_site, check_target
from revlab.report.static_explorer import write_static_explorer
from revlab.report.study_files import STUDY_VARIABLE, StudyFiles

__all__ = ["run_study", "with_seed"]

_SEED = re.compile(r"^SEED *= *\d+", re.MULTILINE)
_DEFAULT_SEED = 2026
# The page of this notebook shows a picture of the live explorer, so the site also gets the
# explorer that works without Python.
_EXPLORER = "policy-explorer"


def with_seed(notebook: NotebookNode, *, seed: int) -> NotebookNode:
    """Return a copy of a notebook whose cell tagged ``parameters`` sets another ``SEED``.

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell, new_notebook
    >>> cell = new_code_cell("SEED = 2026", metadata={"tags": ["parameters"]})
    >>> with_seed(new_notebook(cells=[cell]), seed=7).cells[0].source
    'SEED = 7'
    """
    changed = copy.deepcopy(notebook)
    for cell in changed.cells:
        if cell.cell_type == "code" and "parameters" in cell.metadata.get("tags", []):
            cell.source = _SEED.sub(f"SEED = {int(seed)}", cell.source)
    return changed


def run_study(
    notebooks: Path | str,
    out: Path | str,
    *,
    inputs: StudyFiles | None = None,
    seed: int = _DEFAULT_SEED,
    progress: Callable[[str], None] | None = None,
    timeout: int = 600,
) -> Path:
    """Run the notebooks of a folder in the order of their names and write the site.

    Parameters
    ----------
    notebooks : pathlib.Path or str
        Folder of ``.ipynb`` files; they are read, never changed.
    out : pathlib.Path or str
        A new folder, an empty one, or an earlier site.
    inputs : StudyFiles, optional
        The user's own data; the shipped data otherwise.
    seed : int
        Root seed of every notebook, zero or more.
    progress : callable, optional
        Called with a sentence before each notebook.
    timeout : int
        Seconds that a cell may take.

    Returns
    -------
    pathlib.Path
        The first page, ``index.html``.

    Raises
    ------
    RevlabError
        If the data have a fault, the folder holds no notebook, or a cell fails: one sentence
        with the name of the notebook and what it complained about. Nothing is written then.
    """
    folder = Path(notebooks)
    must(folder.is_dir(), f"there is no folder of notebooks {folder.name!r}; check the name.")
    paths = sorted(path for path in folder.glob("*.ipynb") if not path.name.startswith("."))
    must(len(paths) > 0, f"the folder {folder.name!r} holds no notebook (.ipynb).")
    out = check_target(out)
    files = StudyFiles() if inputs is None else inputs
    # Faults of the user's files are told here, in full, before any kernel starts.
    known = load_inputs(files, seed=seed)
    summary = {**known.summary(), "Seed": str(seed)}
    done = []
    with tempfile.TemporaryDirectory(prefix="revlab-") as place:
        study = Path(place) / "study.json"
        files.write(study)
        for count, path in enumerate(paths, start=1):
            if progress is not None:
                progress(f"{count} of {len(paths)}: {path.stem}")
            done.append(
                SiteNotebook(
                    path.stem,
                    execute(
                        with_seed(read_notebook(path), seed=seed),
                        name=path.stem,
                        folder=folder,
                        env={STUDY_VARIABLE: str(study)},
                        timeout=timeout,
                    ),
                )
            )
        extras = []
        if any(path.stem.endswith(_EXPLORER) for path in paths):
            if progress is not None:
                progress("the explorer that works without Python")
            extras.append(_explorer(known.cohort, Path(place), seed=seed))
    return build_site(done, out, summary=summary, extras=extras)


def _explorer(cohort: Cohort, folder: Path, *, seed: int) -> ExtraPage:
    page = write_static_explorer(cohort, folder / "explorer.html", seed=seed, home="index.html")
    return ExtraPage(
        "explorer",
        "Compare policies yourself",
        "Choose a policy, weights and a grade gap; works offline, without Python.",
        page.read_text(encoding="utf-8"),
    )
