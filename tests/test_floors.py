"""The house stands: rooms import from lower floors only, from the defining module, in no circle."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "revlab"
FLOORS = {
    "errors rng cells tables shipped toml_text": 0,
    "privacy": 1,
    "people": 2,
    "pairing": 3,
    "fieldwork": 4,
    "inference": 5,
    "design": 6,
    "report": 7,
    "cli": 8,
    "__main__ __init__": 9,
}
FLOOR_OF = {room: floor for rooms, floor in FLOORS.items() for room in rooms.split()}
FORBIDDEN = [("inference", "pairing")]
MODULES = sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    """Return the room: the folder, or the module; the cli_* modules belong to cli."""
    first = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return "cli" if first.startswith("cli_") else first


def source_of(module: str) -> Path:
    """Return the file of a module, whether it is there or not."""
    return PACKAGE.parent / (module.replace(".", "/") + ".py")


def imports_of(path: Path) -> list[tuple[str, str]]:
    """Return (module, name) of each import of revlab, at the top of the module or inside."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            found += [(module, alias.name) for alias in node.names]
    ours = [pair for pair in found if pair[0].split(".")[0] in ("revlab", "")]
    return [
        (f"{module}.{name}", "*") if source_of(f"{module}.{name}").is_file() else (module, name)
        for module, name in ours
    ]


def bound_in(path: Path) -> set[str]:
    """Return the names that a module makes itself, imports left out."""
    names = {"*"}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            stored = [p for p in ast.walk(node) if isinstance(getattr(p, "ctx", None), ast.Store)]
            names |= {part.id for part in stored if isinstance(part, ast.Name)}
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_from_the_defining_module_of_its_own_or_a_lower_floor(path: Path) -> None:
    room = room_of(path)
    for module, name in imports_of(path):
        assert module.startswith("revlab."), f"write: from revlab.room.module import {name}"
        assert name, f"write: from {module} import the_name"
        source = source_of(module)
        assert source.is_file(), f"{module} is a folder or missing; name the defining module"
        assert name in bound_in(source), f"{module} does not define {name} itself"
        other = room_of(source)
        assert (room, other) not in FORBIDDEN, f"{room} must not know {other}"
        lower = FLOOR_OF[other] < FLOOR_OF[room] or FLOOR_OF[other] == FLOOR_OF[room] == 0
        assert lower or other == room, f"{room} is not above {other}"


def test_no_circle() -> None:
    graph = {
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): {
            module for module, _ in imports_of(path)
        }
        for path in MODULES
    }
    assert len(list(TopologicalSorter(graph).static_order())) >= len(MODULES)


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert not {path.stem for path in MODULES} & {"utils", "util", "common", "core", "helpers"}


def test_the_test_sees_a_wrong_import(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text("import revlab\nfrom . import x\ndef f():\n    from revlab.cli import app\n")
    assert imports_of(wrong) == [("revlab", ""), (".", "x"), ("revlab.cli", "app")]
