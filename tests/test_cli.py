"""The command line: what it prints, what it writes, its exit codes, and how it says no."""

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from cli_said import Run

from revlab import cli, cli_roster, cli_servers
from revlab.errors import PairingError
from revlab.pairing.policies import POLICIES
from revlab.shipped import shipped

SMALL = str(shipped("data/rosters/ukcs_small"))
COMMANDS = (
    "study", "check", "pair", "compare", "lottery", "rematch", "why", "diagnose", "learn",
    "evaluate", "plan", "report", "lab", "app",
)  # fmt: skip


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    """A roster that nobody has mapped: two juniors, two seniors, one who can have no partner."""
    path = tmp_path / "staff.csv"
    path.write_text(
        "Staff no,Department,Level,Role\n"
        "a1,Sales,1,mentor\na2,Legal,2,mentor\nb1,Legal,4,mentee\nb2,Sales,5,mentee\n"
        "b3,Legal,1,mentee\n",
        encoding="utf-8",
    )
    return path


def test_help_comes_fast_and_loads_no_room() -> None:
    question = (
        "import sys; from revlab import cli; "
        "print([m for m in ('pandas', 'numpy', 'matplotlib', 'nbclient') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", question], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "command",
    [
        "study",
        "check",
        "pair",
        "compare",
        "lottery",
        "rematch",
        "why",
        "diagnose",
        "learn",
        "evaluate",
        "report",
        "lab",
        "app",
    ],
)
def test_each_command_shows_examples(revlab: Run, command: str) -> None:
    said = revlab(command, "--help")
    assert said.code == 0
    assert f"\n    revlab {command}" in said.out.partition("Examples:")[2]
    assert said.out.isascii()


def test_help_names_every_policy(revlab: Run) -> None:
    for command in ("pair", "compare"):
        said = revlab(command, "--help").out
        assert not [name for name in POLICIES if name not in said]


def test_refresh_is_there_but_not_shown(revlab: Run) -> None:
    assert "refresh" not in revlab("--help").out
    assert revlab("refresh", "--help").code == 0


def test_version(revlab: Run) -> None:
    assert revlab("--version").out.strip() == "revlab 0.1.0"


def test_without_a_command_there_is_help_and_a_usage_code(revlab: Run) -> None:
    said = revlab()
    assert said.code == 2
    assert "Commands:" in said.out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["pear"], "No such command 'pear'"),
        (["pair", SMALL], "Missing option '--policy'"),
        (["pair", SMALL, "--policy", "optimal", "--out", "x.csv", "--seed", "-1"], "equal to 0"),
        (["compare", SMALL, "--policies", "random,optimale"], "Did you mean 'optimal'?"),
        (["study", "--rooster", "x.csv"], "--roster"),
    ],
)
def test_a_wrong_option_is_a_usage_error(revlab: Run, arguments: list[str], sentence: str) -> None:
    said = revlab(*arguments)
    assert said.code == 2
    assert sentence in said.err
    assert "Traceback" not in said.err


def test_an_unknown_policy_is_said_before_the_roster_is_read(revlab: Run, tmp_path: Path) -> None:
    out = str(tmp_path / "pairs.csv")
    said = revlab("pair", "nowhere.csv", "--policy", "stabel_mentee", "--out", out)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("revlab: `policy` must be one of 'best_with_price', ")
    assert said.err.endswith("got 'stabel_mentee'. Did you mean 'stable_mentee'?\n")


@pytest.mark.parametrize(
    ("given", "spread"),
    [
        ("study --roster a b --seed 3", "study --roster a --roster b --seed 3"),
        ("study --roster=a b c", "study --roster=a --roster b --roster c"),
        ("study --roster a --roster b", "study --roster a --roster b"),
        ("study --seed 3 x --roster a", "study --seed 3 x --roster a"),
        ("study", "study"),
    ],
)
def test_one_option_takes_several_files(given: str, spread: str) -> None:
    assert cli.spread(given.split()) == spread.split()


def test_check_finds_no_fault_in_the_shipped_data(revlab: Run) -> None:
    said = revlab("check", SMALL, str(shipped("data/example_pilot")))
    assert said.code == 0
    assert "example_pilot: Pilot" in said.out
    assert "ukcs_small: Cohort of 50 mentors (junior) and 50 mentees (senior); no fault" in said.out


def test_check_lists_every_fault_of_every_file(revlab: Run, tmp_path: Path, roster: Path) -> None:
    text = roster.read_text(encoding="utf-8")
    text = text.replace("a1,Sales,1", ",Sales,1").replace("b2,Sales", "b1,Sales")
    roster.write_text(text, encoding="utf-8")
    (tmp_path / "pilot").mkdir()
    (tmp_path / "pilot" / "pilot.toml").write_text("name = 3\n", encoding="utf-8")
    said = revlab("check", str(roster), str(tmp_path / "pilot"))
    assert said.code == 1
    assert "staff.csv, row 2, column 'Staff no': must not be empty" in said.out
    assert "staff.csv, row 5: repeats the person of row 4" in said.out
    assert "pilot.toml" in said.out
    assert "Traceback" not in said.err


def test_a_file_that_is_not_there_is_one_sentence(revlab: Run) -> None:
    said = revlab("check", "nowhere.csv")
    assert said.code == 1
    assert said.out.startswith("nowhere.csv: there is no such file (check the name).\n")


def test_a_guess_is_shown_used_and_kept(revlab: Run, roster: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.toml"
    said = revlab("check", str(roster), "--save-mapping", str(kept))
    assert "read with this guess:" in said.err
    assert "person_id        'Staff no'" in said.err
    again = revlab("check", str(roster), "--mapping", str(kept))
    assert again.code == said.code == 0
    assert "guess" not in again.err


def test_pairs_and_leftovers_are_written_with_their_reasons(
    revlab: Run, roster: Path, tmp_path: Path
) -> None:
    out = tmp_path / "pairs.csv"
    said = revlab("pair", str(roster), "--policy", "optimal", "--out", str(out), "--yes")
    assert said.code == 0, said.err
    pairs = pd.read_csv(out)
    assert len(pairs) == 2
    assert set(pairs["mentor_id"]) == {"a1", "a2"}
    assert pairs["reason"].str.len().min() > 10
    left = pd.read_csv(tmp_path / "pairs-leftover.csv")
    assert left["person_id"].tolist() == ["b3"]
    assert left[["reason", "what_would_help"]].notna().all(axis=None)
    assert "2 pairs, each with its reason." in said.out
    assert "(seed 2026)" in said.out


def test_the_same_seed_gives_the_same_files(revlab: Run, tmp_path: Path) -> None:
    files = [tmp_path / "one.csv", tmp_path / "two.csv"]
    for path in files:
        assert revlab("pair", SMALL, "--policy", "random", "--out", str(path)).code == 0
    assert files[0].read_bytes() == files[1].read_bytes()
    third = tmp_path / "three.csv"
    revlab("pair", SMALL, "--policy", "random", "--out", str(third), "--seed", "1")
    assert third.read_bytes() != files[0].read_bytes()


def test_nothing_is_written_over_unasked(revlab: Run, tmp_path: Path) -> None:
    out = tmp_path / "pairs.csv"
    (tmp_path / "pairs-leftover.csv").write_text("mine", encoding="utf-8")
    arguments = ["pair", SMALL, "--policy", "greedy", "--out", str(out)]
    said = revlab(*arguments)
    assert said.code == 1
    assert said.err == (
        "revlab: pairs-leftover.csv is already there; choose another name or add --replace.\n"
    )
    assert not out.exists()
    assert revlab(*arguments, "--replace").code == 0


def test_compare_prints_one_row_for_each_policy(revlab: Run) -> None:
    said = revlab("compare", SMALL, "--policies", "random,optimal")
    assert said.code == 0, said.err
    assert "seed 2026" in said.out
    assert len(said.out.strip().splitlines()) >= 5
    assert "nan" not in said.out


def test_diagnose_prints_each_number_with_the_error_of_the_simulation(revlab: Run) -> None:
    size = ["--pairs", "16", "--pools", "4", "--sims", "3", "--effect", "0.5"]
    said = revlab("diagnose", SMALL, *size)
    assert said.code == 0, said.err
    assert "3 simulated pilots, seed 2026" in said.out
    assert "power" in said.out.casefold()
    assert revlab("diagnose", SMALL, *size).out == said.out


def test_diagnose_compares_two_policies(revlab: Run) -> None:
    said = revlab("diagnose", SMALL, "--policies", "random")
    assert said.code == 2
    assert "--policies must name two policies; got 'random'" in said.err


def test_on_a_terminal_a_guess_is_confirmed(
    revlab: Run, roster: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(cli_roster.sys, "stdin", type("Terminal", (), {"isatty": lambda _: True})())
    monkeypatch.setattr(cli_roster.typer, "confirm", lambda *a, **k: asked.append(a) or False)
    out = tmp_path / "pairs.csv"
    said = revlab("pair", str(roster), "--policy", "optimal", "--out", str(out))
    assert (said.code, len(asked), out.exists()) == (1, 1, False)
    assert "nothing was done; write the guess with --save-mapping" in said.err


@pytest.mark.parametrize(
    ("raised", "code", "sentence"),
    [
        (KeyboardInterrupt(), 130, "revlab: stopped.\n"),
        (PairingError("`x` must be y; got z."), 1, "revlab: `x` must be y; got z.\n"),
        (PermissionError(13, "Permission denied", "pairs.csv"), 1, "pairs.csv: Permission denied"),
    ],
)
def test_what_goes_wrong_is_one_line(
    revlab: Run,
    monkeypatch: pytest.MonkeyPatch,
    raised: BaseException,
    code: int,
    sentence: str,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.setattr("revlab.people.roster.check_roster", fail)
    said = revlab("check", SMALL)
    assert said.code == code
    assert sentence in said.err
    assert said.err.count("\n") == 1


def test_a_console_that_cannot_show_a_character_is_no_reason_to_stop() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "revlab", "check", SMALL],
        env={**os.environ, "PYTHONIOENCODING": "ascii:strict", "PYTHONUTF8": "0"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["lab"], ["jupyterlab", "--port=8888"]),
        (["lab", "--no-browser", "--port", "9999"], ["--port=9999", "--no-browser"]),
        (["lab", "--", "--debug"], ["jupyterlab", "--debug"]),
        (["app", "--no-browser"], ["voila", "--Voila.ip=127.0.0.1", "--no-browser"]),
    ],
)
def test_the_servers_get_their_options(
    revlab: Run,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    arguments: list[str],
    words: list[str],
) -> None:
    started: list[str] = []
    (tmp_path / "06-policy-explorer.ipynb").write_text("{}", encoding="utf-8")
    monkeypatch.setattr(cli_servers, "shipped", lambda name: tmp_path)

    class Server:
        """A server that ends at once."""

        def __init__(self, command: list[str]) -> None:
            started.extend(command)

        def wait(self) -> int:
            return 3

    monkeypatch.setattr(cli_servers.subprocess, "Popen", Server)
    assert revlab(*arguments).code == 3
    assert [word for word in words if word not in started] == []


def test_without_voila_the_explorer_says_what_to_install(
    revlab: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli_servers.importlib.util, "find_spec", lambda name: None)
    said = revlab("app")
    assert said.code == 1
    assert "needs Voila; install it with: python -m pip install voila" in said.err
