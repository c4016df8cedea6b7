"""The house rules that a reader notices: short modules, short bodies, few parameters, docs."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted((ROOT / "revlab").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
Function = ast.FunctionDef | ast.AsyncFunctionDef


def name_of(path: Path) -> str:
    """Return the path inside the project, the same on each system."""
    return path.relative_to(ROOT).as_posix()


def tree_of(path: Path) -> ast.Module:
    """Return the parsed module."""
    return ast.parse(path.read_text(encoding="utf-8"))


def functions_of(tree: ast.AST) -> Iterator[Function]:
    """Return every function and method."""
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def body_lines(function: Function) -> int:
    """Return the number of lines of a body, its docstring left out."""
    body = function.body[1:] if ast.get_docstring(function, clean=False) else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def parameters(function: Function) -> tuple[list[str], list[str]]:
    """Return the parameters that may be given by position and those by keyword only."""
    given = [part.arg for part in (*function.args.posonlyargs, *function.args.args)]
    given = [name for name in given if name not in ("self", "cls")]
    return given, [part.arg for part in function.args.kwonlyargs]


def public_of(tree: ast.Module) -> list[Function | ast.ClassDef]:
    """Return what the module offers: its functions and classes without a leading underscore."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return [n for n in tree.body if isinstance(n, kinds) and not n.name.startswith("_")]


def methods_of(thing: Function | ast.ClassDef) -> list[Function]:
    """Return the public methods of a class, or the function itself."""
    if isinstance(thing, Function):
        return [thing]
    methods = [node for node in thing.body if isinstance(node, Function)]
    return [node for node in methods if not node.name.startswith("_") or node.name == "__call__"]


def calls_of(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Return each call with the dotted name of what is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_is_short_and_its_functions_too(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= 250
    for function in functions_of(tree_of(path)):
        assert body_lines(function) <= 40, f"{function.name} has more than 40 lines"
        given, named = parameters(function)
        most = 9 if path.name.startswith("cli") else 6  # a command's options are parameters
        assert len(given) + len(named) <= most, f"{function.name} has too many parameters"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_what_comes_after_the_third_parameter_is_given_by_name(path: Path) -> None:
    for thing in public_of(tree_of(path)):
        for function in methods_of(thing):
            given, _ = parameters(function)
            assert len(given) <= 3, f"{function.name}: {', '.join(given[3:])} by name only"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_everything_public_says_what_it_is(path: Path) -> None:
    tree = tree_of(path)
    assert ast.get_docstring(tree), "the module has no docstring"
    for thing in public_of(tree):
        assert ast.get_docstring(thing), f"{thing.name} has no docstring"
        for method in methods_of(thing):
            assert ast.get_docstring(method), f"{thing.name}.{method.name} has no docstring"


def test_two_of_three_public_functions_show_an_example() -> None:
    """The commands are left out: --help shows theirs. What revlab itself offers all have one."""
    paths = [path for path in MODULES if not path.name.startswith("cli")]
    functions = [f for path in paths for f in public_of(tree_of(path)) if isinstance(f, Function)]
    shown = [f.name for f in functions if ">>> " in (ast.get_docstring(f) or "")]
    assert len(shown) / len(functions) >= 2 / 3


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_input_check_by_assert_and_no_chance_by_the_back_door(path: Path) -> None:
    tree = tree_of(path)
    assert not [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Assert)]
    makers = {"default_rng", "Generator", "RandomState", "seed", "random.Random"}
    if path.name != "rng.py":
        calls = {name for name, _ in calls_of(tree) if "random" in name or "rng" in name}
        assert not {name for name in calls if name.rsplit(".", 1)[-1] in makers}
    top = [ast.unparse(node) for node in tree.body if isinstance(node, ast.Expr)]
    assert not [line for line in top if "filterwarnings" in line or "simplefilter" in line]


@pytest.mark.parametrize("path", TESTS, ids=name_of)
def test_a_test_can_fail_and_names_the_error(path: Path) -> None:
    tree = tree_of(path)
    for name, call in calls_of(tree):
        words = {keyword.arg for keyword in call.keywords}
        if name in ("pytest.raises", "pytest.warns"):
            assert "match" in words, f"line {call.lineno}: {name} without match="
        assert name not in ("pytest.skip", "pytest.xfail", "pytest.importorskip"), call.lineno
    marks = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    assert not {"pytest.mark.skip", "pytest.mark.skipif", "pytest.mark.xfail"} & set(marks)
