"""The set-up: what it decides, what it runs, what it says when it cannot go on."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def start() -> ModuleType:
    """The starter as a module; it is no part of the package."""
    spec = importlib.util.spec_from_file_location("start", ROOT / "start.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder as a newcomer has it, with a made-up lock."""
    (tmp_path / "requirements.lock").write_text("a==1 --hash=sha256:00\n", encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n', encoding="utf-8")
    shutil.copy(ROOT / "start.py", tmp_path)
    return tmp_path


@pytest.fixture
def ready(start: ModuleType, project: Path) -> Path:
    """The same folder after a finished set-up; its interpreter only has to be there."""
    venv = project / ".venv"
    python = start.python_of(venv)
    python.parent.mkdir(parents=True)
    python.write_text("", encoding="utf-8")
    (venv / "pyvenv.cfg").write_text("home = x\n", encoding="utf-8")
    stamp = {**start.wanted(project), "packages": []}
    (venv / start.STAMP).write_text(json.dumps(stamp), encoding="utf-8")
    return project


@pytest.fixture
def steps(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Every step that the set-up runs, noted instead of run."""
    noted: list[list[str]] = []

    def run(command: list[str], root: Path, environment: dict[str, str]) -> tuple[int, str]:
        noted.append(command)
        if command[2] == "venv":
            (root / ".venv").mkdir()
            (root / ".venv" / "pyvenv.cfg").write_text("home = x\n", encoding="utf-8")
        return 0, ""

    monkeypatch.setattr(start, "run", run)
    return noted


def test_a_finished_set_up_is_used_as_it_is(
    start: ModuleType, ready: Path, steps: list[list[str]]
) -> None:
    assert start.state_of(ready) == "ready"
    assert start.set_up(ready) == start.python_of(ready / ".venv")
    assert steps == []


@pytest.mark.parametrize(
    ("change", "state"),
    [
        (lambda root, stamp: shutil.rmtree(root / ".venv"), "missing"),
        (lambda root, stamp: stamp.unlink(), "unfinished"),
        (lambda root, stamp: stamp.write_text("{", encoding="utf-8"), "unfinished"),
        (lambda root, stamp: (root / "requirements.lock").write_text("b==2\n"), "stale"),
        (lambda root, stamp: (root / "pyproject.toml").write_text("[project]\nname='y'"), "stale"),
        (lambda root, stamp: (root / "pyproject.toml").write_text("[project]\nname='x'"), "ready"),
    ],
)
def test_what_a_change_asks_for(start: ModuleType, ready: Path, change: object, state: str) -> None:
    change(ready, ready / ".venv" / start.STAMP)
    assert start.state_of(ready) == state


@pytest.mark.parametrize(
    ("key", "value", "state"),
    [
        ("python", "another", "foreign"),
        ("folder", "elsewhere", "foreign"),
        ("packages", ["gone-1.0.dist-info"], "stale"),
    ],
)
def test_what_the_stamp_says_decides(
    start: ModuleType, ready: Path, key: str, value: object, state: str
) -> None:
    file = ready / ".venv" / start.STAMP
    stamp = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**stamp, key: value}), encoding="utf-8")
    assert start.state_of(ready) == state


def test_a_half_made_environment_is_made_anew(
    start: ModuleType, project: Path, steps: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    (project / ".venv").mkdir()
    for name in ("pyvenv.cfg", "leftover"):
        (project / ".venv" / name).write_text("", encoding="utf-8")
    start.set_up(project)
    assert not (project / ".venv" / "leftover").exists()
    assert "removing .venv" in capsys.readouterr().out
    words = [" ".join(step[1:]) for step in steps]
    assert "--require-hashes requirements.lock" in words[-2]
    assert words[-1].endswith("--no-deps --editable .")
    assert start.state_of(project) == "foreign"  # the noted steps made no interpreter


def test_a_folder_that_is_no_environment_is_left_alone(start: ModuleType, project: Path) -> None:
    (project / ".venv").mkdir()
    (project / ".venv" / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(start.SetUpError, match="is not a Python environment; move it away"):
        start.set_up(project)
    assert (project / ".venv" / "thesis.txt").exists()


def test_without_uv_pip_does_it(
    start: ModuleType, ready: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted = []

    def run(command: list[str], root: Path, environment: dict[str, str]) -> tuple[int, str]:
        noted.append(" ".join(command[1:]))
        failed = "uv" in noted[-1]
        return int(failed), "no such wheel" if failed else ""

    monkeypatch.setattr(start, "run", run)
    start.install(ready)
    assert noted[-2:] == [
        "-m pip install --require-hashes -r requirements.lock",
        "-m pip install --no-deps --editable .",
    ]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("Temporary failure in name resolution", "registry cannot be reached"),
        ("error sending request for url (https://pypi.org)", "registry cannot be reached"),
        ("invalid peer certificate: UnknownIssuer", "certificate is not trusted"),
        ("SSL: CERTIFICATE_VERIFY_FAILED", "certificate is not trusted"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "not the locked one"),
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("first\nERROR: the last line counts\n", "ERROR: the last line counts"),
    ],
)
def test_a_failed_step_gives_one_sentence(start: ModuleType, said: str, sentence: str) -> None:
    assert sentence in start.reason_for(said)
    assert "\n" not in start.reason_for(said)


def test_an_old_python_is_refused(start: ModuleType) -> None:
    with pytest.raises(start.SetUpError, match=r"3\.11 or later is needed, this is Python 3\.10"):
        start.check_python((3, 10, 4))
    assert start.check_python((3, 11, 0)) is None


def test_a_python_without_venv_names_the_package_to_install(start: ModuleType) -> None:
    with pytest.raises(start.SetUpError, match=r"no module 'no_such_venv'; .*apt install python3"):
        start.check_modules("venv", "no_such_venv")


def test_uv_gets_pip_s_certificate_and_registry(
    start: ModuleType, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SSL_CERT_FILE", "PIP_INDEX_URL", "UV_DEFAULT_INDEX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CERT", "company.pem")
    listed = "global.index-url='https://mirror.example/simple'\n:env:.cert='company.pem'\n"
    monkeypatch.setattr(start, "run", lambda *_: (0, listed))
    environment = start.environment_for("python", project)
    assert environment["SSL_CERT_FILE"] == "company.pem"
    assert environment["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    monkeypatch.setenv("SSL_CERT_FILE", "own.pem")
    assert start.environment_for("python", project)["SSL_CERT_FILE"] == "own.pem"


def test_no_network_is_one_sentence_and_the_next_run_starts_again(project: Path) -> None:
    nowhere = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    nowhere |= {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_CONFIG_FILE": os.devnull}
    nowhere |= {"PIP_RETRIES": "1", "NO_PROXY": "*", "no_proxy": "*"}
    command = [sys.executable, str(project / "start.py"), "study"]
    done = subprocess.run(command, env=nowhere, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    last = done.stdout.strip().splitlines()[-1]
    assert last.startswith("revlab: the package registry cannot be reached; check the internet")
    assert "Traceback" not in done.stdout + done.stderr
    assert not (project / ".venv" / "revlab-ready.json").exists()


@pytest.mark.parametrize(
    ("arguments", "code"), [(["study", "--seed", "3"], 7), (["test", "-k", "x"], 5)]
)
def test_the_command_s_exit_code_comes_through(
    start: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    code: int,
) -> None:
    called = []
    monkeypatch.setattr(start, "set_up", lambda root: Path("python"))
    monkeypatch.setattr(start, "call", lambda command, folder: called.append(command) or code)
    assert start.main(arguments) == code
    module = ["pytest", "-k", "x"] if arguments[0] == "test" else ["revlab", *arguments]
    assert called == [["python", "-m", *module]]


def test_the_whole_suite_runs_on_all_processors_and_files_stay_together(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = []
    monkeypatch.setattr(start, "set_up", lambda root: Path("python"))
    monkeypatch.setattr(start, "call", lambda command, folder: called.append(command) or 0)
    start.main(["test"])
    assert called[0][:5] == ["python", "-m", "pytest", "-n", "auto"]
    assert called[0][-2:] == ["--dist", "loadfile"]


def test_the_exit_code_of_a_real_process_comes_through(start: ModuleType) -> None:
    assert start.call([sys.executable, "-c", "raise SystemExit(3)"], None) == 3


def test_without_a_command_it_says_what_there_is(
    start: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert start.main([]) == 2
    assert start.main(["--help"]) == 0
    assert "python start.py study" in capsys.readouterr().out
