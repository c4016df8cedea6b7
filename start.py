"""Set revlab up beside this file, then run it.

python start.py study    the whole study, rendered as pages (more: python start.py study --help)
python start.py test     every test, every example in the documentation, every notebook, on all
                         processors; with options, pytest with those options
python start.py lab      JupyterLab with the notebooks
python start.py COMMAND  any other command of revlab, with its options

Needs Python 3.11 or later and, the first time, an internet connection. Everything goes into a
folder .venv beside this file; nothing else on this computer is changed.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

NEEDED = (3, 11)
UV = "uv>=0.8,<1"
STAMP = "revlab-ready.json"
ALL_CORES = ("-n", "auto", "--maxprocesses", "4", "--dist", "loadfile")
SHOWN = ("Downloading ", "Installed ", "Uninstalled ")
NO_NETWORK = (
    "connection error|connection refused|NewConnectionError|ProxyError|dns error|getaddrinfo"
    "|error sending request|name resolution|network is unreachable|timed out"
)
REASONS = {
    "UnknownIssuer|certificate.verify.failed": (
        "the package registry's certificate is not trusted here; set PIP_CERT to "
        "your organisation's certificate file and run the command again."
    ),
    "do not match the hashes|hash mismatch": "a downloaded package is not the locked one.",
    "No space left|not enough space": "the disk is full; the set-up needs about 1 GB.",
    NO_NETWORK: (
        "the package registry cannot be reached; "
        "check the internet connection (or the proxy setting) and run the command again."
    ),
}


class SetUpError(Exception):
    """The set-up cannot go on; the message is one sentence that says what to do."""


def say(text: str) -> None:
    """Print one plain line at once, whatever the console's encoding."""
    print("revlab: " + text.encode("ascii", "replace").decode(), flush=True)


def check_python(version: tuple[int, ...]) -> None:
    """Refuse a Python that is too old."""
    if version < NEEDED:
        raise SetUpError(
            f"Python 3.{NEEDED[1]} or later is needed, this is Python {version[0]}.{version[1]}; "
            "install a newer one from https://www.python.org and run the command with it."
        )


def check_modules(*modules: str) -> None:
    """Refuse a Python whose venv module was split off, as Debian and Ubuntu do."""
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    if missing:
        raise SetUpError(
            f"this Python has no module {missing[0]!r}; install it (Debian and Ubuntu: sudo apt "
            f"install python3.{sys.version_info[1]}-venv) and run the command again."
        )


def python_of(venv: Path) -> Path:
    """Return the environment's interpreter, on Windows or elsewhere."""
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def packages_in(venv: Path) -> list[str]:
    """Return the installed distributions as their folders name them, with versions."""
    places = [*venv.glob("lib/python*/site-packages"), *venv.glob("Lib/site-packages")]
    return sorted({info.name for place in places for info in place.glob("*.dist-info")})


def wanted(root: Path) -> dict[str, str]:
    """Return what a finished set-up of ``root`` by this Python must have been made from."""
    import tomllib

    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    parts = json.dumps([project.get("project"), project.get("build-system")], sort_keys=True)
    lock = (root / "requirements.lock").read_bytes().replace(b"\r\n", b"\n")
    return {
        "lock": hashlib.sha256(lock).hexdigest(),
        "project": hashlib.sha256(parts.encode()).hexdigest(),
        "python": f"{sys.implementation.cache_tag} {platform.machine()}",
        "folder": str(root),
    }


def state_of(root: Path) -> str:
    """Return ready, stale (bring up to date), unfinished, foreign or missing."""
    venv = root / ".venv"
    if not venv.exists() or (venv.is_dir() and not any(venv.iterdir())):
        return "missing"
    if not (venv / "pyvenv.cfg").is_file():
        raise SetUpError(f"{venv} is not a Python environment; move it away and try again.")
    try:
        stamp = json.loads((venv / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "unfinished"
    now = wanted(root)
    moved = any(stamp.get(key) != now[key] for key in ("python", "folder"))
    if moved or not python_of(venv).exists():
        return "foreign"
    same = all(stamp.get(key) == now[key] for key in now)
    return "ready" if same and set(stamp["packages"]) <= set(packages_in(venv)) else "stale"


def run(command: list[str], root: Path, environment: dict[str, str]) -> tuple[int, str]:
    """Run a quiet step, showing only its downloads; return exit code and everything it said."""
    silent, pipe, both = subprocess.DEVNULL, subprocess.PIPE, subprocess.STDOUT
    process = subprocess.Popen(command, 0, None, silent, pipe, both, cwd=root, env=environment)
    said = []
    for line in process.stdout or ():
        said.append(line.decode("utf-8", "replace"))
        if said[-1].lstrip().startswith(SHOWN):
            say("  " + said[-1].strip())
    return process.wait(), "".join(said)


def environment_for(python: str, root: Path) -> dict[str, str]:
    """Return the environment in which uv trusts and asks the same places as pip does."""
    environment = {**os.environ, "PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    environment.setdefault("PIP_RETRIES", "2")
    environment.setdefault("UV_SYSTEM_CERTS", "true")
    _, listed = run([python, "-m", "pip", "config", "list"], root, environment)
    settings = {}
    for line in listed.splitlines():
        name, _, value = line.partition("=")
        if name.startswith(("global.", "install.")):
            settings[name.split(".", 1)[1]] = str(ast.literal_eval(value))
    for option, wish in (("cert", "SSL_CERT_FILE"), ("index-url", "UV_DEFAULT_INDEX")):
        name = "PIP_" + option.upper().replace("-", "_")
        found = os.environ.get(name) or settings.get(option)
        if found:
            environment.setdefault(wish, found)
    return environment


def reason_for(output: str) -> str:
    """Return one sentence for a failed step, from what it said."""
    for pattern, sentence in REASONS.items():
        if re.search(pattern, output, re.IGNORECASE):
            return sentence
    lines = [line.strip() for line in output.splitlines() if line.strip()] or ["no reason given"]
    return f"a package could not be installed: {lines[-1]}"


def install(root: Path) -> None:
    """Install the locked packages, checked by their hashes, then revlab itself."""
    python = str(python_of(root / ".venv"))
    environment = environment_for(python, root)
    pip, uv, here = [python, "-m", "pip"], [python, "-m", "uv", "pip"], ["--python", python]
    ways = {
        "uv": [
            [*pip, "install", UV],
            [*uv, "sync", *here, "--require-hashes", "requirements.lock"],
            [*uv, "install", *here, "--no-deps", "--editable", "."],
        ],
        "pip, which takes longer": [
            [*pip, "install", "--require-hashes", "-r", "requirements.lock"],
            [*pip, "install", "--no-deps", "--editable", "."],
        ],
    }
    for way, steps in ways.items():
        say(f"fetching the locked packages with {way} (about 170 MB)")
        for step in steps:
            code, output = run(step, root, environment)
            if code != 0:
                break
        if code == 0 or (step[2] == "pip" and re.search(NO_NETWORK, output, re.IGNORECASE)):
            break
    if code != 0:
        raise SetUpError(reason_for(output))


def set_up(root: Path) -> Path:
    """Make or repair the environment if it needs it; return its interpreter."""
    venv = root / ".venv"
    state = state_of(root)
    if state == "ready":
        return python_of(venv)
    begin = time.monotonic()
    if state in ("unfinished", "foreign"):
        words = {"unfinished": "was not finished", "foreign": "belongs to another Python or place"}
        say(f"removing .venv, which {words[state]}")
        shutil.rmtree(venv)
    if state == "stale":
        say("the locked packages changed; bringing .venv up to date")
        (venv / STAMP).unlink()
    else:
        check_modules("venv", "ensurepip")
        say(f"making .venv with Python {platform.python_version()}")
        base = getattr(sys, "_base_executable", None) or sys.executable
        code, output = run([base, "-m", "venv", str(venv)], root, dict(os.environ))
        if code != 0:
            raise SetUpError(reason_for(output))
    install(root)
    stamp = {**wanted(root), "packages": packages_in(venv)}
    (venv / STAMP).write_text(json.dumps(stamp, indent=1), encoding="utf-8")
    say(f"set-up done in {time.monotonic() - begin:.0f} s")
    return python_of(venv)


def call(command: list[str], folder: Path | None) -> int:
    """Run the command in the foreground and return its exit code."""
    process = subprocess.Popen(command, cwd=folder)
    while True:
        try:
            code = process.wait()
        except KeyboardInterrupt:
            continue  # the command was interrupted too and says so itself
        return 128 - code if code < 0 else code


def main(arguments: list[str]) -> int:
    """Set up, run, and return the exit code."""
    root = Path(__file__).resolve().parent
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__)
        return 0 if arguments else 2
    try:
        check_python(sys.version_info[:3])
        python = str(set_up(root))
    except (SetUpError, OSError) as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("stopped; run the same command again to go on.")
        return 130
    if arguments[0] == "test":
        # One file's tests stay in one process, because what they share is made once for them.
        return call([python, "-m", "pytest", *(arguments[1:] or ALL_CORES)], root)
    return call([python, "-m", "revlab", *arguments], None)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
