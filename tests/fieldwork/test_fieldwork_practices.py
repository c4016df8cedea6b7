"""Every practice has an answer that exists, or says why it has none."""

import ast
import re
from functools import cache
from pathlib import Path

import nbformat
import pytest

from revlab.errors import OptionError
from revlab.fieldwork.practices import ANSWERS, SECTIONS, answered_by, practices, resolve

ROOT = Path(__file__).resolve().parents[2]
BUILT = {"SIM", "CMP", "IN", "ALT", "SCL"}
ROWS = practices()
IDS = ROWS["practice_id"].tolist()
EACH = pytest.mark.parametrize("row", ROWS.to_dict("records"), ids=IDS)


@cache
def known_tests() -> frozenset[str]:
    """Return the names of all tests, as they stand in the files."""
    return frozenset(
        node.name
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


@cache
def headings(name: str) -> frozenset[str]:
    """Return the headings of a notebook, blanks as underscores."""
    notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    return frozenset(line.replace(" ", "_") for line in re.findall(r"^#+ (.+?)\s*$", text, re.M))


def test_all_64_practices_are_there_once() -> None:
    assert [f"P{k:02d}" for k in range(1, 65)] == IDS


@EACH
def test_a_practice_belongs_to_parts_of_the_project(row: dict) -> None:
    assert row["sections"]
    assert set(row["sections"]) <= set(SECTIONS)


@EACH
def test_what_can_be_set_or_computed_exists(row: dict) -> None:
    for reference in row["parameter"]:
        assert resolve(reference) is not None


@EACH
def test_each_answer_is_a_test_or_a_heading_that_exists(row: dict) -> None:
    for reference in row["answered_by"]:
        if reference.startswith("notebook:"):
            name, _, heading = reference.removeprefix("notebook:").partition("#")
            assert heading in headings(name)
        else:
            assert reference in known_tests()


@EACH
def test_what_the_project_builds_points_to_code_and_to_a_test(row: dict) -> None:
    if BUILT & set(row["sections"]) and row["answer"] != "no":
        assert row["parameter"]
        assert any(reference.startswith("test_") for reference in row["answered_by"])


@EACH
def test_what_is_not_answered_says_why(row: dict) -> None:
    assert (row["answer"] == "yes") == (
        row["why"] is None or row["why"] != row["why"] or not row["why"]
    )
    if row["answer"] != "yes":
        assert len(row["why"]) > 30
        assert not row["why"].endswith(".")


def test_practices_are_told_apart_by_section() -> None:
    for section in SECTIONS:
        assert len(answered_by(section)) >= 1
    assert set(ROWS["answer"]) == set(ANSWERS)
    assert ROWS.loc[ROWS["answer"] == "no", "practice_id"].tolist() == ["P35"]


def test_references_that_lead_nowhere_are_refused() -> None:
    for wrong in ("revlab.fieldwork.joining:Joinin", "revlab.nowhere:thing", "revlab", ""):
        with pytest.raises(OptionError, match=r"there is no .*; write it as module:name"):
            resolve(wrong)
    with pytest.raises(OptionError, match=r"'Joining' of revlab\.fieldwork\.joining has no 'luck'"):
        resolve("revlab.fieldwork.joining:Joining.luck")
    with pytest.raises(OptionError, match="`section` must be one of"):
        answered_by("XYZ")


def test_the_table_cannot_be_changed_from_outside() -> None:
    mine = practices()
    mine.loc[0, "answer"] = "no"
    assert practices().loc[0, "answer"] == ROWS.loc[0, "answer"]
