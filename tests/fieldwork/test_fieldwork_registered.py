"""`registered.toml`: what was registered is read back, and no fault in it is passed over."""

import shutil
from pathlib import Path

import pytest

from revlab.errors import RevlabError
from revlab.fieldwork.pilot import read_pilot
from revlab.fieldwork.protocol import PrimaryAnalysis, SecondaryOutcome
from revlab.fieldwork.registered_file import REGISTERED_FILE, read_registered, registered_toml
from revlab.fieldwork.stated import StatedAnalysis
from revlab.shipped import shipped

FIRST = PrimaryAnalysis("voice", "mentor", "optimal", "random", 0.3, "ancova_cr2")
PLAN = StatedAnalysis(FIRST, (SecondaryOutcome("trust", "mentee", margin=0.2),))


def test_a_registered_plan_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / REGISTERED_FILE
    path.write_text(registered_toml(PLAN), encoding="utf-8")
    found = read_registered(path)
    assert (found.plan, found.faults) == (PLAN, ())


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("margin = 0.3", 'margin = "much"', "margin"),
        ("[plan]", "colour = 1\n[plan]", "colour"),
        ('scale_id = "trust"\nrole = "mentee"', 'scale_id = "voice"\nrole = "mentor"', "once"),
    ],
)
def test_a_fault_of_a_registered_plan_is_told_and_there_is_no_plan(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    text = registered_toml(PLAN)
    assert old in text
    path = tmp_path / REGISTERED_FILE
    path.write_text(text.replace(old, new), encoding="utf-8")
    found = read_registered(path)
    assert found.plan is None
    assert any(told in str(fault) for fault in found.faults)


def test_a_pilot_with_a_broken_registered_plan_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "pilot"
    shutil.copytree(shipped("data/example_pilot"), folder)
    path = folder / REGISTERED_FILE
    text = path.read_text(encoding="utf-8")
    path.write_text("colour = 1\n" + text, encoding="utf-8")
    with pytest.raises(RevlabError, match=r"registered\.toml.*colour"):
        read_pilot(folder)
