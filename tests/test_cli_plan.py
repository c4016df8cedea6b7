"""The plan on the command line: shown, sealed, and held against what was done."""

from pathlib import Path

import pytest
from cli_said import Run

from revlab.fieldwork.pilot import read_pilot
from revlab.inference.plan_reading import plan_of_pilot, read_analysis_plan
from revlab.shipped import shipped

EXAMPLE = shipped("data/example_pilot")


@pytest.fixture
def sealed(revlab: Run, tmp_path: Path) -> Path:
    path = tmp_path / "sealed.toml"
    said = revlab("plan", str(EXAMPLE), "--seal", str(path))
    assert said.code == 0
    assert "write down its digest" in said.out
    return path


def test_a_plan_is_shown_with_its_digest(revlab: Run) -> None:
    said = revlab("plan", str(EXAMPLE))
    plan = plan_of_pilot(read_pilot(EXAMPLE).plan)
    assert said.code == 0
    assert f"digest {plan.digest}" in said.out
    assert "primary   digital_confidence" in said.out


def test_a_sealed_plan_is_the_same_plan_and_stays_as_it_is(revlab: Run, sealed: Path) -> None:
    before = sealed.read_bytes()
    digest = read_analysis_plan(sealed).digest
    assert revlab("plan", str(sealed), "--digest", digest[:12]).code == 0
    again = revlab("plan", str(EXAMPLE), "--seal", str(sealed))
    assert again.code == 1
    assert "is there already" in again.err
    assert sealed.read_bytes() == before


def test_deviations_are_listed(revlab: Run, sealed: Path) -> None:
    kept = revlab("plan", str(EXAMPLE), "--against", str(sealed))
    assert kept.code == 0
    assert "there are no deviations" in kept.out
    sealed.write_text(sealed.read_text().replace("margin = 0.3", "margin = 0.2", 1))
    changed = revlab("plan", str(EXAMPLE), "--against", str(sealed))
    assert "margin in points     0.2  0.3" in changed.out
    assert "1 deviations from the sealed plan; report them." in changed.out


def test_another_plan_than_the_one_written_down_is_refused(revlab: Run) -> None:
    said = revlab("plan", str(EXAMPLE), "--digest", "00000000")
    assert said.code == 1
    assert "the plan was changed after it was registered" in said.err
    assert "digest" not in said.out


def test_a_pilot_without_a_plan_says_what_to_add(revlab: Run, tmp_path: Path) -> None:
    for file in EXAMPLE.iterdir():
        if file.name != "registered.toml":
            (tmp_path / file.name).write_bytes(file.read_bytes())
    text = (tmp_path / "pilot.toml").read_text(encoding="utf-8")
    head, _, rest = text.partition("[plan]")
    rules = rest[rest.index("[[progression]]") :]
    (tmp_path / "pilot.toml").write_text(head + rules, encoding="utf-8")
    said = revlab("plan", str(tmp_path))
    assert said.code == 1
    assert "add a [plan] table to its pilot.toml" in said.err


def test_a_plan_file_that_is_not_there_is_one_sentence(revlab: Run, tmp_path: Path) -> None:
    said = revlab("plan", str(tmp_path / "no.toml"))
    assert said.code == 1
    assert said.err.startswith("revlab: no.toml: there is no such file")


def test_the_looks_of_a_plan_are_shown_with_their_bounds(revlab: Run, tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    text = (EXAMPLE / "pilot.toml").read_text(encoding="utf-8")
    plan = text[text.index("[plan]") :].split("\n\n")[0]
    path.write_text(f"{plan}\nlooks = [0.5, 1]\nlook = 1\n", encoding="utf-8")
    said = revlab("plan", str(path))
    assert said.code == 0, said.err
    rows = [line.split() for line in said.out.splitlines()]
    assert ["1", "(now)", "50%", "2.963", "0.0031", "0.0031"] in rows
    assert ["2", "100%", "1.969", "0.049", "0.05"] in rows
