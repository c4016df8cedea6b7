"""Notebooks are in the house's form, and the check of their stored outputs does check."""

import copy
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
HEADINGS = ["Question", "Set-up", "Run", "Read the result", "Limits"]
MACHINE_PATH = re.compile(r"(?<![\w.:/])(/(home|root|tmp|work|Users|usr|opt|var)/|[A-Z]:\\\\?\w)")
ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}")
RISKY = ("with Output(", "widgets.Output(", "interact(", "interactive_output(", "%time", "!pip")
METHODS = sorted((ROOT / "notebooks" / "methods").glob("*.ipynb"))
EACH = pytest.mark.parametrize("path", [*NOTEBOOKS, *METHODS], ids=lambda path: path.stem)
Notebook = nbformat.NotebookNode


def read(path: Path) -> Notebook:
    """Read a notebook as it is stored."""
    return nbformat.read(path, as_version=4)


def code_of(notebook: Notebook) -> list[Notebook]:
    """Return the code cells."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def texts_of(notebook: Notebook) -> list[str]:
    """Return each stored output as text, pictures' bytes left out."""
    found = []
    for cell in code_of(notebook):
        for output in cell.outputs:
            data = output.get("data", {"text/plain": output.get("text", "")})
            found += [str(value) for kind, value in data.items() if kind.startswith("text/")]
    return [re.sub(r"data:image/[^\"']+", "IMAGE", text) for text in found]


def test_the_notebooks_are_numbered_without_a_gap() -> None:
    numbers = [path.name.split("-")[0] for path in NOTEBOOKS]
    assert numbers == [f"{k:02d}" for k in range(1, len(NOTEBOOKS) + 1)]
    assert len(NOTEBOOKS) >= 6


def test_no_notebook_is_anywhere_else() -> None:
    found = (ROOT / "notebooks").rglob("*.ipynb")
    assert {path for path in found if ".ipynb_checkpoints" not in path.parts} == {
        *NOTEBOOKS,
        *METHODS,
    }


@EACH
def test_it_begins_with_a_title_and_has_the_five_headings(path: Path) -> None:
    cells = read(path).cells
    assert cells[0].cell_type == "markdown"
    assert cells[0].source.startswith("# ")
    words = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    assert re.findall(r"^## (.+?)\s*$", words, re.M) == HEADINGS
    assert len(re.findall(r"^# ", words, re.M)) == 1


@EACH
def test_it_is_short_and_defines_nothing(path: Path) -> None:
    sources = [cell.source for cell in code_of(read(path))]
    assert 1 <= len(sources) <= 15
    text = "\n".join(sources)
    assert not re.findall(r"^\s*(?:async )?(?:def|class) |\blambda\b.*\n.*=.*lambda", text, re.M)
    assert len(re.findall(r"^SEED = \d+$", text, re.M)) == 1, "one line SEED = number"
    assert not [word for word in RISKY if word in text]
    assert not [source for source in sources if source.rstrip().endswith(";")]


@EACH
def test_it_names_no_place_outside_the_data(path: Path) -> None:
    notebook = read(path)
    sources = "\n".join(cell.source for cell in notebook.cells)
    assert not MACHINE_PATH.search(sources)
    assert "../" not in sources.replace("../data/", "")
    for text in texts_of(notebook):
        assert not MACHINE_PATH.search(text), text[:200]
        assert not ADDRESS.search(text), text[:200]


@EACH
def test_every_cell_was_run_in_order_without_a_complaint(path: Path) -> None:
    cells = code_of(read(path))
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert outputs, "no output is stored"
    assert not [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"]


@EACH
def test_nothing_hides_from_the_comparison(path: Path) -> None:
    notebook = read(path)
    assert "widgets" not in notebook.metadata
    for cell in notebook.cells:
        tags = {tag.casefold() for tag in cell.metadata.get("tags", [])}
        assert not {tag for tag in tags if tag.startswith("nbval") or tag == "raises-exception"}
        assert "NBVAL" not in cell.source
        for output in cell.get("outputs", []):
            kinds = set(output.get("data", {}))
            assert not kinds or kinds & {"text/plain", "text/html"}
            assert not kinds & {"image/png", "image/jpeg"}, "show a FigureView, not a bare picture"


@EACH
def test_each_picture_says_what_it_shows(path: Path) -> None:
    for text in texts_of(read(path)):
        for image in BeautifulSoup(text, "html.parser").find_all("img"):
            assert len(image.get("alt", "")) >= 20, "alternative text of 20 characters or more"


@EACH
def test_it_is_small(path: Path) -> None:
    assert path.stat().st_size <= 600_000


def checked(notebook: Notebook, folder: Path) -> subprocess.CompletedProcess[str]:
    """Let nbval compare a changed notebook in a process of its own."""
    path = folder / "changed.ipynb"
    nbformat.write(notebook, path)
    options = ["-p", "no:cacheprovider", "--nbval", "--nbval-current-env", "-x", "-q"]
    sanitize = ["--nbval-sanitize-with", str(ROOT / "tests" / "nbval_sanitize.cfg")]
    command = [sys.executable, "-m", "pytest", "-c", str(folder / "pytest.ini"), *options]
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    return subprocess.run(
        [*command, *sanitize, str(path)], capture_output=True, text=True, check=False, cwd=folder
    )


def with_one_digit_changed(notebook: Notebook) -> Notebook:
    """Return a copy in which one digit of the first stored number is another one."""
    changed = copy.deepcopy(notebook)
    for cell in code_of(changed):
        for output in cell.outputs:
            text = output.get("data", {}).get("text/plain", "")
            numbers = list(re.finditer(r"\d\.\d+", text))
            if numbers:
                place = numbers[0].end() - 1
                digit = str((int(text[place]) + 1) % 10)
                output["data"]["text/plain"] = text[:place] + digit + text[place + 1 :]
                return changed
    raise LookupError("no number is stored")


def with_another_seed(notebook: Notebook) -> Notebook:
    """Return a copy whose SEED is one larger."""
    changed = copy.deepcopy(notebook)
    for cell in code_of(changed):
        cell.source = re.sub(
            r"^SEED = (\d+)$", lambda hit: f"SEED = {int(hit[1]) + 1}", cell.source, flags=re.M
        )
    return changed


@pytest.mark.parametrize("change", [with_one_digit_changed, with_another_seed])
def test_the_check_of_stored_outputs_sees_a_change(change: object, tmp_path: Path) -> None:
    """The negative control: without it a check that compares nothing would be green too."""
    notebook = read(next(path for path in NOTEBOOKS if path.name.startswith("03-")))
    done = checked(change(notebook), tmp_path)
    assert done.returncode == 1, done.stdout[-2000:]
    assert "Cell outputs differ" in done.stdout
