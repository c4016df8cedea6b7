"""The shipped pilot: made from its seed byte for byte, and it says what it is."""

from pathlib import Path

import pytest

from revlab.fieldwork.example import EXAMPLE_SEED, write_example_pilot
from revlab.fieldwork.frames import dyad_outcomes
from revlab.fieldwork.pilot import Pilot, read_pilot
from revlab.shipped import shipped

FOLDER = shipped("data/example_pilot")


@pytest.fixture(scope="module")
def pilot() -> Pilot:
    return read_pilot(FOLDER)


def test_it_comes_out_of_its_seed_byte_for_byte(tmp_path: Path) -> None:
    write_example_pilot(tmp_path)
    names = sorted(path.name for path in FOLDER.iterdir())
    assert names == sorted(path.name for path in tmp_path.iterdir())
    different = [n for n in names if (FOLDER / n).read_bytes() != (tmp_path / n).read_bytes()]
    assert different == [], "run revlab.fieldwork.example.write_example_pilot('data/example_pilot')"


def test_it_says_that_it_is_simulated_and_states_its_seed(pilot: Pilot) -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert "**These data are simulated.**" in readme
    assert f"seed {EXAMPLE_SEED}" in readme
    assert "simulated" in pilot.plan.name
    assert (pilot.source, pilot.plan.seed) == ("simulated", EXAMPLE_SEED)


def test_the_plan_is_stated_beforehand(pilot: Pilot) -> None:
    said = pilot.plan.analysis
    assert said is not None
    assert (said.primary_scale, said.primary_role) == ("digital_confidence", "mentee")
    assert (said.treatment, said.control) == ("optimal", "random")
    assert (said.margin, said.estimator) == (0.3, "ancova_cr2")
    assert {rule.measure for rule in pilot.plan.progression} == {
        "dyads_completed", "sessions_held", "final_response",
    }  # fmt: skip


def test_it_is_a_pilot_of_pools_in_two_arms(pilot: Pilot) -> None:
    assert pilot.arms["arm"].value_counts().to_dict() == {"optimal": 6, "random": 6}
    assert 40 <= len(pilot.dyads) <= 50
    left = pilot.people[pilot.people["status"] == "unmatched"]
    assert len(left) > 0
    assert left["reason"].notna().all()


def test_it_has_something_to_analyse_and_something_missing(pilot: Pilot) -> None:
    frame = dyad_outcomes(pilot, "digital_confidence", role="mentee")
    whole = frame[frame[["pre", "post"]].notna().all(axis=1)]
    assert whole.groupby("arm")["pool_id"].nunique().min() >= 4
    assert len(whole) < len(frame)
    assert 0 < (pilot.dyads["ended"] == "early").sum() < len(pilot.dyads)


def test_nobody_can_be_recognised(pilot: Pilot) -> None:
    """The ids of the roster are e-mail addresses; none is anywhere in the folder."""
    assert pilot.people["person_id"].str.fullmatch(r"p_[a-z2-7]{10}").all()
    for path in FOLDER.iterdir():
        assert "gov.uk" not in path.read_text(encoding="utf-8")
