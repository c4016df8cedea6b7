"""Run a notebook in a fresh kernel of this Python, and say in one sentence what failed."""

import asyncio
import copy
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import zmq
from ipykernel.kernelspec import RESOURCES, get_kernel_dict
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from revlab.errors import RevlabError

__all__ = ["execute"]

_ANSI = re.compile(r"\x1b\[[0-9;]*m")


class _ThisPython(KernelSpecManager):
    """Knows one kernel: the Python that is running, whatever else the user has installed."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(resource_dir=RESOURCES, **get_kernel_dict())


@contextmanager
def _event_loop() -> Iterator[None]:
    """Use the event loop that the kernel's sockets need on Windows before Python 3.14."""
    if sys.platform == "win32" and sys.version_info < (3, 14):
        before = asyncio.get_event_loop_policy()
        asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())
        try:
            yield
        finally:
            asyncio.set_event_loop_policy(before)
    else:
        yield


def _last_line(error: BaseException) -> str:
    """Return what the cell complained about, without traceback, colours or paths."""
    if isinstance(error, CellTimeoutError):
        return "a cell ran longer than it may"
    if isinstance(error, CellExecutionError):
        said = [line for line in str(error.evalue).splitlines() if line.strip()]
        return f"{error.ename}: {_ANSI.sub('', said[0] if said else 'no message')}"
    return "the kernel stopped"


def execute(
    notebook: NotebookNode,
    *,
    name: str,
    folder: Path,
    env: Mapping[str, str] | None = None,
    timeout: int = 600,
) -> NotebookNode:
    """Run all cells of a notebook and return the executed copy.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Not changed.
    name : str
        How an error calls it.
    folder : pathlib.Path
        Working directory of the kernel.
    env : mapping of str to str, optional
        Environment variables of the kernel besides those of this process; an empty value takes
        one away.
    timeout : int
        Seconds that a cell may take.

    Returns
    -------
    nbformat.NotebookNode

    Raises
    ------
    RevlabError
        If a cell fails or takes too long: the notebook, the cell and what it complained about.
    """
    done = copy.deepcopy(notebook)
    client = NotebookClient(
        done,
        timeout=timeout,
        kernel_name="python3",
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
    )
    manager: Any = client.create_kernel_manager()
    manager.kernel_spec_manager = _ThisPython()
    if manager.has_trait("transport_encryption") and zmq.has("curve"):
        # What a notebook says to its kernel may be about people.
        manager.transport_encryption = "auto"
    with tempfile.TemporaryDirectory(prefix="revlab-") as profile, _event_loop():
        # A profile of its own keeps the user's start-up files out of the pages.
        variables = {**os.environ, "IPYTHONDIR": profile, **(env or {})}
        try:
            client.execute(env={key: value for key, value in variables.items() if value})
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            raise RevlabError(_failure(done, name, _last_line(error))) from None
    return done


def _failure(notebook: NotebookNode, name: str, complaint: str) -> str:
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    ran = sum(1 for cell in code if cell.execution_count is not None)
    return f"the notebook {name!r} stopped at code cell {max(ran, 1)} of {len(code)}: {complaint}"
