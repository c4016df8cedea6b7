"""A browser, the site, and the servers, each started once and stopped again."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from find_browser import find_browser
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
Serve = Callable[..., str]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies in this folder, so that -m browser finds it."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for each module; it is closed so that its event loop hinders no other test."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_browser(), args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the page complained about or asked the network for; a test expects it empty."""
    return []


@pytest.fixture
def page(browser: Browser, complaints: list[str]) -> Iterator[Page]:
    """A fresh page that notes every error and every request that leaves this computer."""
    tab = browser.new_page(viewport={"width": 1280, "height": 900})
    tab.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    tab.on("requestfailed", lambda request: complaints.append(f"failed: {request.url}"))

    def note(message: object) -> None:
        if message.type == "error":
            complaints.append(f"console: {message.text}")

    def ask(request: object) -> None:
        if not re.match(r"(file|data|blob|about):|https?://(127\.0\.0\.1|localhost)", request.url):
            complaints.append(f"external: {request.url}")

    tab.on("console", note)
    tab.on("request", ask)
    yield tab
    tab.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages, made once by the command that a user types."""
    out = tmp_path_factory.mktemp("study") / "site"
    command = [sys.executable, "-m", "revlab", "study", "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=out.parent)
    assert done.returncode == 0, done.stdout + done.stderr
    return out


@pytest.fixture
def notebooks(tmp_path: Path) -> Path:
    """A copy of the notebooks, since JupyterLab writes into what it opens."""
    return Path(shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks"))


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Start `revlab lab` or `revlab app` on a free port and return the address it prints."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str, pattern: str, seconds: float = 60) -> str:
        command = [sys.executable, "-m", "revlab", *arguments, "--no-browser"]
        port = ["--port", str(free_port())]
        own_group = {"start_new_session": True} if os.name != "nt" else {}
        # A file and not a pipe: a grandchild that outlives the server would keep a pipe open.
        said = tmp_path / f"server-{len(started)}.log"
        with said.open("wb") as log:
            process = subprocess.Popen(
                [*command, *port],
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                **own_group,
            )
        started.append(process)
        address = address_in(process, said, pattern, seconds)
        wait_until_it_answers(address, seconds)
        return address

    yield start
    for process in started:
        stop(process)


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End a server and what it started; a run in the background does not hear SIGINT."""
    for signal_name in ("SIGTERM", "SIGKILL"):
        try:
            if os.name == "nt":
                process.terminate()
            else:
                os.killpg(process.pid, getattr(signal, signal_name))
            process.wait(timeout=15)
        except ProcessLookupError:
            break
        except subprocess.TimeoutExpired:
            continue


def free_port() -> int:
    """Return a port that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_it_answers(address: str, seconds: float) -> None:
    """Wait until somebody listens there; an address may be printed before it is open."""
    place = urlsplit(address)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex((place.hostname, place.port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"nobody answers at {address}")


def address_in(process: "subprocess.Popen[bytes]", said: Path, pattern: str, seconds: float) -> str:
    """Return the first address in what the server says."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        if found := re.search(pattern, said.read_text("utf-8", errors="replace")):
            return found[0]
        time.sleep(0.2)
    raise TimeoutError("the server gave no address:\n" + said.read_text("utf-8", errors="replace"))
