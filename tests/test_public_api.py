"""What `import revlab` offers, and what it costs."""

import ast
import importlib
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import revlab

ROOT = Path(__file__).resolve().parents[1]
OFFERED = [
    "Arm",
    "Cohort",
    "Compatibility",
    "Contrast",
    "Design",
    "ESTIMATORS",
    "Estimate",
    "Instrument",
    "Learned",
    "Matching",
    "POLICIES",
    "Pilot",
    "Policy",
    "Programme",
    "RevlabError",
    "alarm_rule",
    "analyse_pilot",
    "answer_card",
    "calibrate",
    "compare",
    "diagnose",
    "dose_curve",
    "evaluate_policy",
    "learn_from_pilot",
    "look_bounds",
    "pair",
    "read_learned",
    "read_pilot",
    "read_roster",
    "score_cohort",
    "show",
    "simulate_design",
    "simulate_pilot",
    "simulate_replications",
    "stream",
    "write_pilot",
]
HEAVY = ["matplotlib", "seaborn", "statsmodels", "ipywidgets", "pandas", "scipy"]


def test_exactly_these_names_are_offered() -> None:
    assert sorted(revlab.__all__) == sorted(OFFERED)
    assert set(OFFERED) <= set(dir(revlab))


@pytest.mark.parametrize("name", OFFERED)
def test_each_name_is_what_its_own_module_defines(name: str) -> None:
    thing = getattr(revlab, name)
    home = revlab._HOMES[name]
    assert getattr(importlib.import_module(home), name) is thing
    assert getattr(thing, "__module__", home) in (home, "builtins")


@pytest.mark.parametrize("name", [name for name in OFFERED if name[0].islower()])
def test_each_function_has_an_example(name: str) -> None:
    assert ">>>" in (getattr(revlab, name).__doc__ or ""), f"{name} has no doctest"


def test_an_unknown_name_is_said_in_one_sentence() -> None:
    with pytest.raises(AttributeError, match=r"revlab has no 'nonsense'; it offers Arm, Cohort, "):
        _ = revlab.nonsense


def test_editors_see_the_same_names_as_python_does() -> None:
    tree = ast.parse((ROOT / "revlab" / "__init__.py").read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    assert ast.unparse(block.test) == "TYPE_CHECKING"
    seen = {alias.name: node.module for node in block.body for alias in node.names}
    assert seen == revlab._HOMES


def test_importing_is_quick_and_loads_nothing_heavy() -> None:
    question = (
        "import sys, time; begin = time.process_time(); import revlab; "
        f"print(time.process_time() - begin, *[m for m in {HEAVY} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", question], capture_output=True, text=True, check=True
    )
    seconds, *loaded = done.stdout.split()
    assert loaded == []
    assert float(seconds) < 0.5


def test_pairing_and_analysing_load_no_drawing_library() -> None:
    rooms = "revlab.pairing.policies, revlab.fieldwork.simulate, revlab.inference.estimators"
    question = f"import {rooms}, revlab.design.diagnose, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", question], capture_output=True, text=True, check=True
    )
    assert not set(done.stdout.split()) & {"matplotlib", "seaborn", "ipywidgets"}


def test_the_version_is_the_project_s() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert revlab.__version__ == project["version"]
