"""`revlab study`, `report` and `refresh` on notebooks of a few lines, so that it takes seconds."""

import sys
from pathlib import Path

import nbformat
import pytest
from cli_said import Run
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from revlab import cli_pilot
from revlab.shipped import shipped


@pytest.fixture
def notebooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two short notebooks in the place of the shipped ones; the second is the pilot's."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    question = "from revlab.report.inputs import study_inputs\nstudy_inputs(seed=SEED).own_pilot"
    for name in ("01-cohort", "05-pilot-feedback"):
        cells = [
            new_markdown_cell(f"# Title of {name}\n\n## Question"),
            new_code_cell("SEED = 2026", metadata={"tags": ["parameters"]}),
            new_code_cell("print('the seed is', SEED)"),
            new_code_cell(question),
        ]
        nbformat.write(new_notebook(cells=cells), folder / f"{name}.ipynb")
    monkeypatch.setattr(cli_pilot, "shipped", lambda name: folder)
    return folder


def test_the_study_makes_a_page_of_each_notebook(
    revlab: Run, notebooks: Path, tmp_path: Path
) -> None:
    out = tmp_path / "site"
    code, told, messages = revlab("study", "--out", str(out), "--seed", "7")
    assert code == 0, messages
    assert told.strip() == f"The pages are ready (seed 7); open {out / 'index.html'}"
    assert "1 of 2: 01-cohort" in messages
    assert "2 of 2: 05-pilot-feedback" in messages
    assert "the seed is 7" in (out / "01-cohort.html").read_text(encoding="utf-8")
    assert (out / "05-pilot-feedback.html").is_file()


def test_a_report_is_about_one_pilot_alone(revlab: Run, notebooks: Path, tmp_path: Path) -> None:
    out = tmp_path / "site"
    code, _, messages = revlab("report", str(shipped("data/example_pilot")), "--out", str(out))
    assert code == 0, messages
    assert sorted(path.name for path in out.glob("*.html")) == [
        "05-pilot-feedback.html",
        "index.html",
    ]
    assert "True" in (out / "05-pilot-feedback.html").read_text(encoding="utf-8")


def test_a_cell_that_fails_is_one_sentence_and_no_site(
    revlab: Run, notebooks: Path, tmp_path: Path
) -> None:
    path = notebooks / "01-cohort.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(new_code_cell("1 / 0"))
    nbformat.write(notebook, path)
    code, told, messages = revlab("study", "--out", str(tmp_path / "site"))
    assert (code, told) == (1, "")
    last = messages.strip().splitlines()[-1]
    assert last.startswith("revlab: the notebook '01-cohort' stopped at code cell 4 of 4: ")
    assert "Traceback" not in messages
    assert not (tmp_path / "site").exists()


def test_a_folder_with_other_files_is_left_alone(
    revlab: Run, notebooks: Path, tmp_path: Path
) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    code, _, messages = revlab("study", "--out", str(tmp_path))
    assert code == 1
    assert "holds other files and no site of revlab; choose another folder" in messages
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notebooks", "thesis.txt"]


def test_faults_of_a_roster_are_told_before_anything_is_run(
    revlab: Run, notebooks: Path, tmp_path: Path
) -> None:
    out = str(tmp_path / "site")
    code, told, messages = revlab("study", "--roster", "nix.csv", "nox.csv", "--out", out)
    assert (code, told) == (1, "")
    assert "nix.csv: there is no such file" in messages
    assert "nox.csv: there is no such file" in messages
    assert "1 of 2" not in messages


def test_refresh_stores_outputs_that_a_second_run_does_not_change(
    revlab: Run, notebooks: Path
) -> None:
    assert revlab("refresh", "01-cohort")[1] == "01-cohort.ipynb: changed\n"
    stored = (notebooks / "01-cohort.ipynb").read_bytes()
    assert revlab("refresh", "01-cohort")[1] == "01-cohort.ipynb: as it was\n"
    assert (notebooks / "01-cohort.ipynb").read_bytes() == stored
    assert revlab("refresh", "nothing")[0] == 1


def test_refresh_finds_notebooks_in_folders_but_no_checkpoints(
    revlab: Run, notebooks: Path
) -> None:
    text = (notebooks / "01-cohort.ipynb").read_bytes()
    for name in ("methods", "methods/.ipynb_checkpoints"):
        (notebooks / name).mkdir()
        (notebooks / name / "same-as-r.ipynb").write_bytes(text)
    assert revlab("refresh", "same-as-r")[1] == "same-as-r.ipynb: changed\n"
    assert (notebooks / "methods/.ipynb_checkpoints/same-as-r.ipynb").read_bytes() == text


def test_on_a_terminal_there_is_a_bar(
    revlab: Run,
    notebooks: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(type(sys.stderr), "isatty", lambda stream: True)
    code, _, messages = revlab("study", "--out", str(tmp_path / "site"))
    assert code == 0
    assert "05-pilot-feedback" in messages
    assert "/2" in messages
    assert messages.isascii()


def test_the_bar_takes_a_step_that_is_no_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(sys.stderr), "isatty", lambda stream: True)
    with cli_pilot._progress(2) as tell:
        tell("2 of 2: 06-policy-explorer")
        tell("the explorer that works without Python")
