"""`revlab lab` and `revlab app`: the notebooks and the policy explorer in the browser."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from revlab.cli_options import say
from revlab.errors import must
from revlab.shipped import shipped

__all__ = ["app", "lab"]

_EXPLORER = "06-policy-explorer.ipynb"

Folder = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="Where the notebooks are, if not those of revlab."),
]
Port = Annotated[int, typer.Option(metavar="N", min=1, max=65535, help="Port on this computer.")]
NoBrowser = Annotated[
    bool, typer.Option("--no-browser", help="Print the address, open no browser.")
]


def lab(
    context: typer.Context,
    *,
    folder: Folder = None,
    port: Port = 8888,
    no_browser: NoBrowser = False,
) -> None:
    """Open the notebooks in JupyterLab; Ctrl-C ends it.

    Options after -- go to JupyterLab as they are.
    """
    place = _folder(folder)
    say(f"JupyterLab on {place}; Ctrl-C ends it.")
    command = ["jupyterlab", f"--ServerApp.root_dir={place}", "--ServerApp.ip=127.0.0.1"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # a container's only user; it listens on this computer only
    _serve([*command, f"--port={port}"], context.args, no_browser=no_browser)


def app(
    context: typer.Context,
    *,
    folder: Folder = None,
    port: Port = 8866,
    no_browser: NoBrowser = False,
) -> None:
    """Open the policy explorer: sliders and no code; Ctrl-C ends it.

    Options after -- go to Voila as they are.
    """
    must(
        importlib.util.find_spec("voila") is not None,
        "`revlab app` needs Voila; install it with: python -m pip install voila",
    )
    notebook = _folder(folder) / _EXPLORER
    must(notebook.is_file(), f"there is no {_EXPLORER} in {notebook.parent}.")
    say(f"the policy explorer is starting on http://127.0.0.1:{port}; Ctrl-C ends it.")
    command = ["voila", str(notebook), "--Voila.ip=127.0.0.1", f"--port={port}"]
    _serve(command, context.args, no_browser=no_browser)


def _folder(folder: Path | None) -> Path:
    place = (folder or shipped("notebooks")).resolve()
    must(place.is_dir(), f"there is no folder {str(folder)!r}; check the name.")
    return place


def _serve(command: list[str], more: list[str], *, no_browser: bool) -> None:
    """Run a server in the foreground until it ends or is interrupted."""
    if no_browser:
        command.append("--no-browser")
    process = subprocess.Popen([sys.executable, "-m", *command, *more])
    try:
        code = process.wait()
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        raise
    raise typer.Exit(code)
