"""`revlab learn`: what a pilot taught in plain words, a file of it, and one sentence otherwise."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from cli_said import Run

from revlab.design.learned_file import read_learned
from revlab.design.unlearnt import why_not
from revlab.fieldwork.pilot import Pilot, read_pilot, write_pilot
from revlab.shipped import shipped

PILOT = str(shipped("data/example_pilot"))
SMALL = str(shipped("data/rosters/ukcs_small"))


def test_it_says_what_was_learnt_and_what_cannot_be(revlab: Run, tmp_path: Path) -> None:
    out = tmp_path / "learned.toml"
    said = revlab("learn", PILOT, "--out", str(out))
    assert said.code == 0, said.err
    assert said.out.startswith(
        "Simulated data.\nWhat did our own pilot teach the simulator?\n10 of"
    )
    assert "a session is skipped, at average workload" in said.out
    assert f"- {why_not('sessions.skip_workload')}: how long a busy spell lasts" in said.out
    assert ".:" not in said.out
    told = read_learned(out)
    assert len(told.values) == 10
    assert (told.pilot, told.source) == (read_pilot(PILOT).plan.name, "simulated")
    assert said.out.endswith(f"use them with diagnose --learned {out}.\n")
    again = revlab("learn", PILOT, "--out", str(out))
    assert (again.code, again.out) == (1, "")
    assert "learned.toml is already there" in again.err
    assert revlab("learn", PILOT, "--out", str(out), "--replace").code == 0
    folder = revlab("learn", PILOT, "--out", str(tmp_path), "--replace")
    assert (folder.code, folder.out) == (1, "")
    assert "is a folder; give the name of a file" in folder.err


def test_a_design_is_simulated_with_what_was_learnt(revlab: Run, tmp_path: Path) -> None:
    values = tmp_path / "mine.toml"
    head = "planned_sessions = 3\nweeks_between = 2\n"
    never = '[[parameter]]\nname = "survey.response_mentee"\nvalue = 1.0\n'
    values.write_text(head + never, encoding="utf-8")
    asked = ("diagnose", SMALL, "--sims", "2", "--pairs", "12", "--pools", "4", "-y")
    told, plain = revlab(*asked, "--learned", str(values)), revlab(*asked)
    assert (told.code, plain.code) == (0, 0), told.err
    assert told.out != plain.out


def test_a_faulty_file_of_values_is_one_sentence_for_each_fault(
    revlab: Run, tmp_path: Path
) -> None:
    values = tmp_path / "mine.toml"
    values.write_text('planned_sessions = "six"\nparameter = []\n', encoding="utf-8")
    said = revlab("diagnose", SMALL, "-y", "--learned", str(values))
    assert (said.code, said.out) == (1, "")
    assert "mine.toml, column 'planned_sessions': must be a whole number; got 'six'" in said.err
    assert "mine.toml, column 'weeks_between': is missing" in said.err


def cut(pilot: Pilot, n: int) -> Pilot:
    """Return the first dyads of a pilot, as if the others had not been made."""
    dyads = pilot.dyads.iloc[:n]
    tables = {
        name: getattr(pilot, name)[getattr(pilot, name)["dyad_id"].isin(dyads["dyad_id"])]
        for name in ("sessions", "responses")
    }
    people = {*dyads["mentor_id"], *dyads["mentee_id"]}
    there = pilot.people[pilot.people["person_id"].isin(people)]
    arms = pilot.arms[pilot.arms["pool_id"].isin(dyads["pool_id"])]
    return replace(pilot, dyads=dyads, people=there, arms=arms, **tables)


def test_pilots_that_teach_nothing_get_one_sentence(revlab: Run, tmp_path: Path) -> None:
    pilot = read_pilot(PILOT)
    plan = replace(pilot.plan, seed=None, analysis=None, secondary=())
    pilot = replace(pilot, source="real", plan=plan, truth=None)
    write_pilot(cut(pilot, 3), tmp_path / "tiny")
    said = revlab("learn", str(tmp_path / "tiny"))
    assert (said.code, said.out) == (1, "")
    assert said.err == ("revlab: tiny has 3 pairs; at least 5 are needed to learn from them.\n")
    write_pilot(cut(pilot, 5), tmp_path / "five")
    assert "are needed to learn from them" not in revlab("learn", str(tmp_path / "five")).err
    silent = pilot.responses.assign(value=pd.array([pd.NA] * len(pilot.responses), "Int64"))
    dyads = pilot.dyads.assign(last_session=6, ended="completed", end_reason=None)
    held = pilot.sessions.assign(status="held")
    dull = replace(pilot, responses=silent, dyads=dyads, sessions=held)
    write_pilot(dull, tmp_path / "dull")
    said = revlab("learn", str(tmp_path / "dull"))
    assert (said.code, said.out) == (1, "")
    assert "the pilot informs none of the parameters" in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize("place", ["nowhere", "empty"])
def test_what_is_no_pilot_is_said(revlab: Run, tmp_path: Path, place: str) -> None:
    (tmp_path / "empty").mkdir()
    said = revlab("learn", str(tmp_path / place))
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("revlab: ")
    assert "Traceback" not in said.err
