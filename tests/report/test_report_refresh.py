import json
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, writes

from revlab.errors import RevlabError
from revlab.report.execute import execute
from revlab.report.refresh import clean, is_stale, read_notebook, refresh

CODE = """import os
import ipywidgets
from revlab.report.prose import prose
print(os.environ.get("REVLAB_STUDY", "unset"), flush=True)
print("second line")
prose("26 pairs met.")"""


def _write(path: Path, *sources: str) -> Path:
    cells = [new_markdown_cell("# Title"), *map(new_code_cell, sources)]
    node = new_notebook(cells=cells)
    node.metadata["authors"] = [{"name": "Ana"}]
    path.write_text(writes(node), encoding="utf-8")
    return path


def test_a_refresh_stores_outputs_and_a_second_one_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REVLAB_STUDY", "somewhere")
    path = _write(tmp_path / "a.ipynb", CODE, "ipywidgets.IntSlider(3)")
    assert refresh(path) is True
    first = path.read_bytes()
    stored = json.loads(first)
    assert stored["metadata"].keys() == {"kernelspec", "language_info"}
    assert [cell["id"] for cell in stored["cells"]] == ["cell-00", "cell-01", "cell-02"]
    assert [cell["execution_count"] for cell in stored["cells"][1:]] == [1, 2]
    streams, result = stored["cells"][1]["outputs"]
    assert "".join(streams["text"]) == "unset\nsecond line\n"
    assert result["data"]["text/plain"] == ["26 pairs met."]
    assert '"model_id": "' + "0" * 32 + '"' in first.decode()
    assert b"Ana" not in first
    assert b"\r" not in first
    assert first.endswith(b"}\n")
    assert refresh(path) is False
    assert path.read_bytes() == first


def test_stale_outputs_are_noticed_and_pictures_are_not_compared(tmp_path: Path) -> None:
    source = (
        "from IPython.display import HTML\n"
        "HTML(\"<img alt='four pairs' src='data:image/png;base64,AAAA'>\")"
    )
    path = _write(tmp_path / "a.ipynb", source)
    refresh(path)
    for old, new, stale in (("AAAA", "BBBB", False), ("four", "five", True)):
        stored = read_notebook(path)
        data = stored.cells[1].outputs[0].data
        data["text/html"] = data["text/html"].replace(old, new)
        path.write_text(writes(stored) + "\n", encoding="utf-8")
        assert is_stale(path) is stale


def test_a_failing_cell_is_one_sentence_and_the_file_stays(tmp_path: Path) -> None:
    path = _write(tmp_path / "05-pilot.ipynb", "x = 1", "raise ValueError('no such arm\\nmore')")
    before = path.read_bytes()
    message = "^the notebook '05-pilot' stopped at code cell 2 of 2: ValueError: no such arm$"
    with pytest.raises(RevlabError, match=message):
        refresh(path)
    assert path.read_bytes() == before


def test_a_cell_that_runs_too_long_is_stopped(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.ipynb", "import time\ntime.sleep(60)")
    with pytest.raises(RevlabError, match="'a' stopped at code cell 1 of 1: a cell ran longer"):
        execute(read_notebook(path), name="a", folder=tmp_path, timeout=1)


def test_files_that_are_no_notebooks_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    for text in ("no json", "[]", '"x"', "{}"):
        path.write_text(text)
        with pytest.raises(RevlabError, match=r"'a.ipynb' is not a notebook that can be read"):
            read_notebook(path)


def test_cleaning_keeps_tags_only() -> None:
    cell = new_code_cell("1", metadata={"tags": ["parameters"], "execution": {"t": "now"}})
    cell.outputs = [new_output("display_data", data={"text/plain": "1"}, metadata={"a": 1})]
    node = clean(new_notebook(cells=[cell]))
    assert dict(node.cells[0].metadata) == {"tags": ["parameters"]}
    assert dict(node.cells[0].outputs[0].metadata) == {}
