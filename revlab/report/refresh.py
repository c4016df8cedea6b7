"""Refresh the stored outputs of a notebook, so that the same code gives the same bytes."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from revlab.errors import RevlabError, must
from revlab.report.execute import execute

__all__ = ["clean", "is_stale", "read_notebook", "refresh"]

_node: Any = nbformat.from_dict
_IMAGE = re.compile(r"data:image/(?:png|jpeg|svg\+xml);base64,[A-Za-z0-9+/=\s]+")
_WIDGET = "application/vnd.jupyter.widget-view+json"
_KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
_LANGUAGE = {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"}


def read_notebook(path: Path | str) -> NotebookNode:
    """Read a notebook.

    Raises
    ------
    RevlabError
        If there is no such file, or it is not a notebook.

    Examples
    --------
    >>> read_notebook("none.ipynb")
    Traceback (most recent call last):
    ...
    revlab.errors.RevlabError: there is no notebook 'none.ipynb'; check the name.
    """
    path = Path(path)
    must(path.is_file(), f"there is no notebook {path.name!r}; check the name.")
    reads: Any = nbformat.reads
    try:
        notebook: NotebookNode = reads(path.read_text(encoding="utf-8"), as_version=4)
    except (ValueError, OSError, AttributeError, TypeError, nbformat.ValidationError):
        raise RevlabError(f"{path.name!r} is not a notebook that can be read.") from None
    return notebook


def clean(notebook: NotebookNode) -> NotebookNode:
    """Take out what differs from run to run or tells about a machine, and number the cells.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Changed in place.

    Returns
    -------
    nbformat.NotebookNode
        The same, with fixed cell ids, no metadata but the cells' tags, and no widget state.
    """
    notebook.metadata = _node({"kernelspec": _KERNEL, "language_info": _LANGUAGE})
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for place, cell in enumerate(notebook.cells):
        cell.id = f"cell-{place:02d}"
        tags = cell.metadata.get("tags")
        cell.metadata = _node({"tags": tags} if tags else {})
        for output in cell.get("outputs", []):
            if "metadata" in output:
                output.metadata = _node({})
            view: Any = output.get("data", {}).get(_WIDGET)
            if isinstance(view, dict) and "model_id" in view:
                view["model_id"] = "0" * 32
    return notebook


def _refreshed(path: Path, env: Mapping[str, str] | None, timeout: int) -> str:
    notebook = read_notebook(path)
    done = execute(notebook, name=path.stem, folder=path.parent, env=env, timeout=timeout)
    writes: Any = nbformat.writes
    return str(writes(clean(done))).rstrip("\n") + "\n"


def refresh(path: Path | str, *, timeout: int = 600) -> bool:
    """Run a notebook and store its outputs.

    Parameters
    ----------
    path : pathlib.Path or str
        The notebook, replaced if it changed. It reads the shipped data, never a user's study.
    timeout : int
        Seconds that a cell may take.

    Returns
    -------
    bool
        Whether the file changed. A second call on the same machine changes nothing.

    Raises
    ------
    RevlabError
        If there is no such notebook, or a cell fails; the file is then left as it was.
    """
    path = Path(path)
    text = _refreshed(path, {"REVLAB_STUDY": ""}, timeout)
    if path.read_bytes() == text.encode():
        return False
    path.write_bytes(text.encode())
    return True


def is_stale(path: Path | str, *, timeout: int = 600) -> bool:
    """Whether a new run would store other outputs; pictures are not compared, their words are.

    Raises
    ------
    RevlabError
        As `refresh`.
    """
    path = Path(path)
    text = _refreshed(path, {"REVLAB_STUDY": ""}, timeout)
    stored = path.read_text(encoding="utf-8")
    return _IMAGE.sub("IMAGE", text) != _IMAGE.sub("IMAGE", stored)
