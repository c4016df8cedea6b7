"""What the whole suite needs: the command line in this process, and a word on the browser."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "browser"))

from cli_said import Run, Said
from find_browser import find_browser

from revlab import cli

WANTED = os.environ.get("REVLAB_REQUIRE_BROWSER") == "1"
PROBLEM = "no Chromium, Chrome or Edge was found; install one or set REVLAB_BROWSER to the program"
try:
    BROWSER = find_browser()
except FileNotFoundError as error:
    BROWSER, WANTED, PROBLEM = None, True, str(error)
collect_ignore = [] if BROWSER else ["browser"]


def pytest_configure() -> None:
    """Refuse to run without a browser where its tests are asked for."""
    if BROWSER is None and WANTED:
        raise pytest.UsageError(PROBLEM)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line what was left out and how to get it."""
    if BROWSER is None:
        terminalreporter.write_line(f"left out: tests/browser, pages and explorer ({PROBLEM})")


@pytest.fixture
def revlab(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process."""

    def run(*arguments: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["revlab", *arguments])
        with pytest.raises(SystemExit, match=r"^\d*$|^None$") as left:
            cli.main()
        return Said(int(left.value.code or 0), *capsys.readouterr())

    return run
