"""What the whole suite needs: the command line in this process, and a word on what is left out."""

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
POSTGRES = bool(os.environ.get("REVLAB_POSTGRES_URL"))
NO_POSTGRES = "REVLAB_POSTGRES_URL is not set; run the tests with: .ci/postgres python -m pytest"


def pytest_configure() -> None:
    """Refuse to run without a browser or a server where their tests are asked for."""
    if BROWSER is None and WANTED:
        raise pytest.UsageError(PROBLEM)
    if not POSTGRES and os.environ.get("REVLAB_REQUIRE_POSTGRES") == "1":
        raise pytest.UsageError(NO_POSTGRES)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line what was left out and how to get it."""
    if BROWSER is None:
        terminalreporter.write_line(f"left out: tests/browser, pages and explorer ({PROBLEM})")
    if not POSTGRES:
        terminalreporter.write_line(f"left out: the skills database on PostgreSQL ({NO_POSTGRES})")


@pytest.fixture
def revlab(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process."""

    def run(*arguments: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["revlab", *arguments])
        with pytest.raises(SystemExit, match=r"^\d*$|^None$") as left:
            cli.main()
        return Said(int(left.value.code or 0), *capsys.readouterr())

    return run
