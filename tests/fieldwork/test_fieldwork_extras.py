"""Ideas, contacts, expectations, goals and starts: files, faults, simulation and frames."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from math import factorial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from revlab.errors import OptionError, PilotError, RevlabError, TableError
from revlab.fieldwork.beyond import Beyond
from revlab.fieldwork.contact_names import ContactModel
from revlab.fieldwork.expectation_form import ExpectationForm
from revlab.fieldwork.extra_faults import contact_faults
from revlab.fieldwork.extra_frames import (
    contact_people,
    contact_ties,
    expected_by_dyad,
    first_sessions,
    idea_counts,
)
from revlab.fieldwork.extra_tables import EXTRA_TABLES
from revlab.fieldwork.goal_model import GoalModel
from revlab.fieldwork.ideas import IdeaModel
from revlab.fieldwork.pilot import Pilot, pilot_tables, read_pilot, write_pilot
from revlab.fieldwork.pilot_extras import Extras
from revlab.fieldwork.programme import Programme
from revlab.fieldwork.programme_outcomes import programme_outcomes
from revlab.fieldwork.simulate import reveal_pilot
from revlab.fieldwork.simulate_extras import TRUTHS
from revlab.shipped import shipped

EVERY = tuple(EXTRA_TABLES)
FULL = Programme(extras=EVERY)


@pytest.fixture(scope="module")
def pilot(scene) -> Pilot:
    return reveal_pilot(scene.potential(FULL), scene.shuffled(pools=4))


@pytest.fixture(scope="module")
def written(pilot: Pilot, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("extras") / "good"
    write_pilot(pilot, folder)
    return folder


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(written, tmp_path / "pilot"))


def edit(folder: Path, name: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    path = folder / f"{name}.csv"
    change(pd.read_csv(path, dtype=str, keep_default_na=False)).to_csv(path, index=False)


def put(row: int, **cells: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Return an edit of cells of one row, rows counted as a spreadsheet shows them."""

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        before = frame.copy()
        frame.loc[row - 2, list(cells)] = list(cells.values())
        assert not frame.equals(before), "the edit must change the file"
        return frame

    return change


def faults(folder: Path) -> list[str]:
    with pytest.raises(TableError, match=r"\w") as caught:
        read_pilot(folder)
    return [str(fault) for fault in caught.value.faults]


# -- there and back ----------------------------------------------------------------------------


def test_a_folder_with_further_tables_is_read_as_it_was_written(
    pilot: Pilot, written: Path, tmp_path: Path
) -> None:
    again = read_pilot(written)
    assert repr(again.extras) == (
        "Extras: ideas, contacts, expectations, goals, starts, extras_truth"
    )
    for name, frame in pilot_tables(pilot).items():
        pd.testing.assert_frame_equal(pilot_tables(again)[name], frame, check_exact=True)
    write_pilot(again, tmp_path)
    for path in written.iterdir():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes()


def test_the_codebook_and_the_readme_tell_of_further_tables(written: Path) -> None:
    book = pd.read_csv(written / "codebook.csv")
    for name, spec in EXTRA_TABLES.items():
        assert book.loc[book["file"] == f"{name}.csv", "column"].tolist() == spec.names
        assert f"- `{name}.csv`: " in (written / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", EVERY)
def test_each_further_table_may_be_there_alone_or_not_at_all(
    folder: Path, name: str, tmp_path: Path
) -> None:
    for other in {*EVERY, "extras_truth"} - {name}:
        (folder / f"{other}.csv").unlink()
    read = read_pilot(folder)
    assert list(read.extras.tables) == [name]
    write_pilot(read, tmp_path / "again")
    write_pilot(replace(read, extras=Extras()), tmp_path / "again")
    left = {path.stem for path in (tmp_path / "again").glob("*.csv")}
    assert left.isdisjoint({*EVERY, "extras_truth"})


def test_a_pilot_without_them_has_none_and_writes_none(tmp_path: Path) -> None:
    read = read_pilot(shipped("data/example_pilot"))
    assert read.extras.tables == {}
    write_pilot(read, tmp_path)
    for name in ("codebook.csv", "sessions.csv", "pilot.toml"):
        shown = (shipped("data/example_pilot") / name).read_bytes()
        assert (tmp_path / name).read_bytes() == shown


def test_what_a_real_pilot_may_leave_out_may_be_left_out(folder: Path) -> None:
    edit(folder, "ideas", lambda frame: frame.drop(columns=["raised_by", "session"]))
    edit(folder, "goals", lambda frame: frame.drop(columns=["weight", "stated_by_mentor"]))
    edit(folder, "contacts", lambda frame: frame[frame["contact_id"] != ""].drop(columns="outside"))
    read = read_pilot(folder)
    assert read.extras.goals["weight"].isna().all()
    assert read.extras.ideas["session"].isna().all()


def test_only_a_simulated_pilot_knows_the_truth_behind_them(folder: Path, pilot: Pilot) -> None:
    (folder / "truth.csv").unlink()
    text = (folder / "pilot.toml").read_text(encoding="utf-8")
    lines = [line for line in text.split("\n") if not line.startswith("seed")]
    real = "\n".join(lines).replace('"simulated"', '"real"')
    (folder / "pilot.toml").write_text(real, encoding="utf-8")
    assert faults(folder) == [
        "extras_truth.csv: a real pilot has no known truth (remove the file)."
    ]
    with pytest.raises(PilotError, match="a real one has neither"):
        replace(pilot, source="real", truth=None, plan=replace(pilot.plan, seed=None))


# -- faults ------------------------------------------------------------------------------------


def again(**cells: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Return an edit that adds the first row once more, with other cells that are no key."""

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        return pd.concat([frame, frame.iloc[[0]].assign(**cells)], ignore_index=True)

    return change


FAULTS = {
    "before the first session": ("ideas", put(2, session="0"), "'session': must be at least 1"),
    "a name and a count": ("contacts", put(2, outside="0"), "must be empty where contact_id"),
    "a name twice": ("contacts", again(outside="1"), "repeats row 2"),
    "asked twice": ("expectations", again(low="0", high="9", value="7"), "repeats row 2"),
    "below the scale": ("expectations", put(9, value="0.5"), "between `low` and `high` of the"),
    "a scale of a point": ("expectations", put(9, high="1"), "'high': must be above `low`"),
    "attainment too low": ("goals", put(2, attainment="-3"), "must be at least -2; got -3"),
    "one goal of two people": ("goals", again(role="mentee"), "repeats row 2"),
    "met before pairing": ("starts", put(2, days="-1"), "'days': must be at least 0"),
    "an idea of nobody": ("ideas", put(2, dyad_id="D999"), "column 'dyad_id': is not in dyads"),
    "an idea twice": ("ideas", put(3, idea_id="I0001"), "column 'idea_id': repeats row 2"),
    "an unknown stage": ("ideas", put(2, stage="dropped"), "must be one of 'raised', 'tried'"),
    "a session too many": ("ideas", put(2, session="7"), "there were only 6 planned sessions"),
    "a contact of nobody": ("contacts", put(2, contact_id="J9999"), "'contact_id': is not in peo"),
    "somebody unknown asked": ("contacts", put(2, person_id="X1"), "'person_id': is not in people"),
    "no such wave": ("contacts", put(2, wave="4"), "must be a wave of pilot.toml ([1, 2, 3])"),
    "both kinds in a row": ("contacts", put(2, outside="3"), "must be empty where contact_id"),
    "another scale": ("expectations", put(9, high="7"), "'high': is not that of the topic's first"),
    "beyond the scale": ("expectations", put(9, value="5.5"), "between `low` and `high` of the"),
    "an expectation of nobody": ("expectations", put(2, dyad_id="D999"), "is not in dyads.csv"),
    "attainment too high": ("goals", put(2, attainment="3"), "must be at most 2; got 3"),
    "a weight of zero": ("goals", put(2, weight="0"), "'weight': must be at least 0.001"),
    "a goal of nobody": ("goals", put(2, dyad_id="D999"), "'dyad_id': is not in dyads.csv"),
    "whose goal": ("goals", put(2, role="boss"), "must be one of 'mentor', 'mentee', 'both'"),
    "met after all": ("starts", put(2, days="900"), "is after the day on which this was last"),
    "a start of nobody": ("starts", put(2, dyad_id="D999"), "'dyad_id': is not in dyads.csv"),
    "no day": ("starts", put(2, days=""), "must not be empty, as the dyad held a session"),
    "truth of nobody": ("extras_truth", put(2, dyad_id="D999"), "is not in dyads.csv"),
    "no such column": (
        "goals",
        lambda frame: frame.assign(words="learn to code"),
        "goals.csv, column 'words': there is no such column",
    ),
    "unsafe text": ("expectations", put(2, topic="=1+1"), "must not start with = + - or @"),
}


@pytest.mark.parametrize("what", FAULTS)
def test_a_fault_of_a_further_table_names_its_place(folder: Path, what: str) -> None:
    name, change, said = FAULTS[what]
    edit(folder, name, change)
    found = faults(folder)
    assert any(said in fault and fault.startswith(f"{name}.csv") for fault in found), found


def test_an_idea_of_a_session_that_was_not_held_is_refused(folder: Path) -> None:
    sessions = pd.read_csv(folder / "sessions.csv")
    skipped = sessions[sessions["status"] == "skipped"].iloc[0]
    change = put(2, dyad_id=skipped["dyad_id"], session=str(skipped["session"]), idea_id="I9")
    edit(folder, "ideas", change)
    assert (
        "ideas.csv, row 2, column 'session': this session of the dyad was not held"
        in (faults(folder)[0])
    )


def test_an_idea_of_a_session_that_never_came_due_is_refused(folder: Path) -> None:
    sessions = pd.read_csv(folder / "sessions.csv")
    other = sessions[~sessions["status"].isin(["held", "skipped"])].iloc[0]
    edit(folder, "ideas", put(2, dyad_id=other["dyad_id"], session=str(other["session"])))
    assert ["was not held" in fault for fault in faults(folder)] == [True]


@pytest.mark.parametrize(
    ("name", "change", "count"),
    [
        ("ideas", put(2, session="7"), 1),
        ("ideas", put(2, dyad_id="D999"), 1),
        ("starts", put(2, dyad_id="D999"), 2),  # that row, and the dyad that has none now
        ("expectations", put(9, high="1", value="4"), 2),  # no inside, and not that of the topic
    ],
)
def test_one_wrong_cell_is_not_blamed_twice(
    folder: Path, name: str, change: Callable, count: int
) -> None:
    edit(folder, name, change)
    assert len(faults(folder)) == count


def test_who_met_on_the_day_of_the_last_look_has_met(folder: Path) -> None:
    def change(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(followed=frame["days"].where(frame["days"] != "", frame["followed"]))

    edit(folder, "starts", change)
    assert first_sessions(read_pilot(folder))["met"].any()


def test_a_wave_that_was_left_out_between_two_is_no_wave(pilot: Pilot) -> None:
    plan = replace(pilot.plan, waves=pilot.plan.waves[::2])
    tables = {"contacts": pilot.extras.contacts, "people": pilot.people}
    found = list(contact_faults(tables, plan))
    assert len(found) == (pilot.extras.contacts["wave"] == 2).sum() > 0
    assert {fault.column for fault in found} == {"wave"}


def test_contacts_that_count_nobody_or_twice_or_oneself_are_refused(folder: Path) -> None:
    def change(frame: pd.DataFrame) -> pd.DataFrame:
        others = frame.index[frame["contact_id"] == ""]
        frame.loc[others[0], "outside"] = ""
        named = frame.index[frame["contact_id"] != ""][0]
        frame.loc[named, "contact_id"] = frame.loc[named, "person_id"]
        return pd.concat([frame, frame.loc[[others[1]]]], ignore_index=True)

    edit(folder, "contacts", change)
    text = "\n".join(faults(folder))
    assert "must hold a number, 0 for nobody, where contact_id is empty" in text
    assert "nobody is their own contact" in text
    assert "people outside were already counted for this person at this wave" in text
    assert len(faults(folder)) == 3


def test_starts_tell_of_every_dyad_and_agree_with_the_sessions(folder: Path) -> None:
    sessions = pd.read_csv(folder / "sessions.csv")
    held = sessions.groupby("dyad_id")["status"].agg(lambda each: (each == "held").any())
    edit(folder, "starts", lambda frame: frame.iloc[1:])
    missing = "starts.csv must have a row for every dyad, with `days` empty if it never met"
    assert faults(folder) == [f"dyads.csv, row 2, column 'dyad_id': {missing} (correct the cell)."]
    never = held.index[~held][0]
    starts = pd.read_csv(folder / "starts.csv", dtype=str)
    row = starts.index[starts["dyad_id"] == never][0] + 2
    edit(folder, "starts", put(int(row), days="5"))
    assert any("must be empty, as the dyad held no session" in one for one in faults(folder))


def test_faults_of_several_files_come_at_once(folder: Path) -> None:
    for name in ("ideas", "goals", "starts"):
        edit(folder, name, put(2, dyad_id="D999"))
    assert {fault.split(",")[0] for fault in faults(folder)} >= {
        "ideas.csv", "goals.csv", "starts.csv",
    }  # fmt: skip


def test_a_table_that_lacks_a_column_is_refused_in_python_too() -> None:
    with pytest.raises(RevlabError, match="the starts table needs a column 'followed'"):
        Extras(starts=pd.DataFrame({"dyad_id": ["a"], "days": [3]}))


# -- simulation --------------------------------------------------------------------------------


def test_recording_more_changes_nothing_else(scene, pilot: Pilot) -> None:
    plain = reveal_pilot(scene.potential(), scene.shuffled(pools=4))
    assert plain.extras.tables == {}
    for name, frame in pilot_tables(plain).items():
        pd.testing.assert_frame_equal(pilot_tables(pilot)[name], frame, check_exact=True)
    for name in EVERY:
        alone = reveal_pilot(scene.potential(Programme(extras=(name,))), scene.shuffled(pools=4))
        assert set(alone.extras.tables) == {name, "extras_truth"}
        pd.testing.assert_frame_equal(alone.extras.tables[name], pilot.extras.tables[name])


def test_there_is_no_such_extra() -> None:
    with pytest.raises(OptionError, match="`extras` must be one of 'contacts', 'expectations'"):
        Programme(extras=("idea",))


def test_somebody_in_two_dyads_cannot_have_them(scene) -> None:
    twice = scene.matching([0, 0], [0, 1], pools=1)
    with pytest.raises(PilotError, match="somebody in two dyads"):
        reveal_pilot(scene.potential(FULL), twice)


def test_ideas_and_starts_are_those_of_the_outcomes(scene, pilot: Pilot) -> None:
    told = programme_outcomes(scene.potential(FULL), scene.shuffled(pools=4))
    counts = idea_counts(pilot).set_index("dyad_id")
    for stage in ("raised", "tried", "adopted"):
        own = told[told["outcome"] == f"ideas_{stage}"].set_index("dyad_id")["value"]
        assert counts[stage].sort_index().tolist() == own.sort_index().astype(int).tolist()
    days = told[told["outcome"] == "days_to_start"].set_index("dyad_id")["value"]
    starts = pilot.extras.starts.set_index("dyad_id")
    first = pilot.sessions[pilot.sessions["status"] == "held"].groupby("dyad_id")["session"].min()
    for dyad, when in starts["days"].dropna().items():
        assert when == round(days[dyad] + 28 * (first[dyad] - 1))
    assert set(starts.index[starts["days"].isna()]) == set(starts.index) - set(first.index)


def test_new_contacts_are_the_new_ties_and_the_old_ones_stay(scene, pilot: Pilot) -> None:
    told = programme_outcomes(scene.potential(FULL), scene.shuffled(pools=4))
    new = told[told["outcome"] == "new_ties"].set_index("person_id")["value"]
    ties = contact_ties(pilot)
    people = contact_people(pilot)
    level = people.drop_duplicates("person_id").set_index("person_id")["level"]
    ties["cross"] = ties["person_id"].map(level) != ties["contact_id"].map(level)
    asked = people[people["answered"]].groupby("person_id")["wave"].agg(set)
    always = asked.index[asked.map(lambda waves: {1, 3} <= waves)]
    assert len(always) > 10
    for person in always:
        own = ties[(ties["person_id"] == person) & ~ties["partner"]]
        named = {wave: set(own.loc[own["wave"] == wave, "contact_id"]) for wave in (1, 3)}
        cross = own[own["cross"]]
        before, after = ((cross["wave"] == wave).sum() for wave in (1, 3))
        assert after - before == new[person]
        assert named[1] <= named[3]


def test_partners_are_named_only_after_a_session_was_held(pilot: Pilot) -> None:
    ties = contact_ties(pilot)
    assert not ties.loc[ties["wave"] == 1, "partner"].any()
    late = ties[(ties["wave"] == 3) & ties["partner"]]
    people = contact_people(pilot)
    there = people[(people["wave"] == 3) & people["answered"]]["person_id"]
    held = pilot.sessions[pilot.sessions["status"] == "held"]["dyad_id"].unique()
    met = pilot.dyads[pilot.dyads["dyad_id"].isin(held)]
    expected = met["mentor_id"].isin(there).sum() + met["mentee_id"].isin(there).sum()
    assert len(late) == expected > 0


def test_agreed_goals_bring_expectations_together_and_are_known(scene) -> None:
    gaps, known = [], []
    for clarity in (0.0, 0.5, 1.0):
        programme = Programme(extras=("expectations", "goals"), goal_clarity=clarity)
        beyond = Beyond(expectations=ExpectationForm(spread=0.4, noise=0.0))
        made = reveal_pilot(scene.potential(programme), scene.shuffled(pools=4), beyond=beyond)
        truth = made.extras.extras_truth
        latent = truth[truth["quantity"] == "expectation"].pivot(
            index="dyad_id", columns="role", values="value"
        )
        gaps.append(float((latent["mentor"] - latent["mentee"]).abs().mean()))
        known.append(float(made.extras.goals["stated_by_mentee"].mean()))
    sides = ExpectationForm().agreed(np.array([1.5]), np.array([-0.5]), goal_clarity=0.5)
    assert [side.tolist() for side in sides] == [[1.5], [-0.5]]
    assert gaps[0] == pytest.approx(2 * gaps[1], abs=1e-5)
    assert gaps[2] == 0
    assert known[0] == 0
    assert known[2] == 1
    assert 0.3 < known[1] < 0.7


def test_goals_correlate_within_a_dyad_and_sessions_bring_them_nearer(town) -> None:
    programme = Programme(extras=("goals",))
    wide = []
    for sessions in (0.0, 2.0):
        beyond = Beyond(goals=GoalModel(likeness=0.3, sessions=sessions))
        made = reveal_pilot(town.potential(programme), town.shuffled(pools=8), beyond=beyond)
        goals = made.extras.goals.astype({"attainment": "Float64"})
        wide.append(goals.pivot(index="dyad_id", columns="goal_id", values="attainment"))
    corr = wide[0].dropna().astype(float).corr().to_numpy()[np.triu_indices(3, 1)]
    assert corr.mean() == pytest.approx(0.3, abs=0.1)
    assert wide[0].stack().astype(float).std() == pytest.approx(1.0, abs=0.1)
    held = made.sessions.assign(held=made.sessions["status"] == "held")
    share = held.groupby("dyad_id")["held"].mean()
    moved = (wide[1] - wide[0]).mean(axis=1).astype(float).dropna()
    assert moved.corr(share.reindex(moved.index)) > 0.8
    never = share.index[share == 0]
    assert wide[0].reindex(never).isna().all(axis=None)
    with pytest.raises(OptionError, match="`each` must be 1 goal or more; got 0"):
        GoalModel(each=0)
    with pytest.raises(OptionError, match="`likeness` must lie between 0 and 1; got 2"):
        GoalModel(likeness=2.0)


def test_the_truth_names_what_it_holds(pilot: Pilot) -> None:
    truth = pilot.extras.extras_truth
    assert set(truth["quantity"]) == set(TRUTHS)
    counts = idea_counts(pilot).set_index("dyad_id")["raised"]
    own = truth[truth["quantity"] == "ideas_raised"].set_index("dyad_id")["value"]
    assert (own.astype(int) == counts.reindex(own.index)).all()


def test_many_ideas_in_one_session_are_still_ideas(scene) -> None:
    beyond = Beyond(ideas=IdeaModel(raised=100.0))
    made = reveal_pilot(scene.potential(FULL), scene.shuffled(pools=4), beyond=beyond)
    assert idea_counts(made)["raised"].max() > 256
    assert made.extras.ideas["idea_id"].is_unique


# -- frames ------------------------------------------------------------------------------------


def test_ideas_are_counted_by_the_stage_they_reached(pilot: Pilot) -> None:
    ideas = pd.DataFrame(
        {"idea_id": list("abc"), "dyad_id": ["D001", "D001", "D002"], "session": None,
         "raised_by": None, "stage": ["raised", "adopted", "tried"]}
    )  # fmt: skip
    made = replace(pilot, extras=Extras(ideas=ideas))
    counts = idea_counts(made).set_index("dyad_id")
    assert counts.loc["D001", ["raised", "tried", "adopted"]].tolist() == [2, 1, 1]
    assert counts.loc["D002", ["raised", "tried", "adopted"]].tolist() == [1, 1, 0]
    assert counts["raised"].sum() == 3
    assert len(counts) == len(pilot.dyads)


def test_expectations_are_shares_of_their_scale_and_may_be_missing(pilot: Pilot) -> None:
    rows = pd.DataFrame(
        {"dyad_id": "D001", "role": ["mentor", "mentee"], "topic": "time", "low": 5.0,
         "high": 15.0, "value": [7.5, None]}
    )  # fmt: skip
    frame = expected_by_dyad(replace(pilot, extras=Extras(expectations=rows)))
    assert frame["mentor"].tolist() == [0.25]
    assert frame["mentee"].isna().all()
    only = rows[rows["role"] == "mentor"]
    alone = expected_by_dyad(replace(pilot, extras=Extras(expectations=only)))
    assert alone["mentee"].isna().all()


def test_first_sessions_come_from_dates_or_else_from_weeks(pilot: Pilot) -> None:
    days = first_sessions(pilot).set_index("dyad_id")
    weeks = first_sessions(replace(pilot, extras=Extras())).set_index("dyad_id")
    assert set(days["unit"]) == {"days"}
    assert set(weeks["unit"]) == {"weeks"}
    assert (days["met"] == weeks["met"]).all()
    never = weeks.index[~weeks["met"]]
    assert len(never) > 0
    assert set(weeks.loc[never, "time"]) == {22.0}
    assert set(days.loc[never, "time"]) == set(pilot.extras.starts["followed"])
    first = pilot.sessions[pilot.sessions["status"] == "held"].groupby("dyad_id")["week"].min()
    assert (weeks.loc[first.index, "time"] == first.astype(float)).all()


def test_the_rows_of_the_starts_may_come_in_any_order(pilot: Pilot) -> None:
    starts = pilot.extras.starts.assign(followed=range(900, 900 + len(pilot.extras.starts)))
    one, other = (
        first_sessions(replace(pilot, extras=Extras(starts=rows)))
        for rows in (starts, starts.iloc[::-1].reset_index(drop=True))
    )
    pd.testing.assert_frame_equal(one, other)
    followed = starts.set_index("dyad_id")["followed"]
    never = one[~one["met"]]
    assert len(never) > 1
    assert never["time"].tolist() == followed.loc[never["dyad_id"]].tolist()


def test_somebody_answers_at_one_wave_and_not_at_another(pilot: Pilot) -> None:
    contacts = pilot.extras.contacts
    person = contacts["person_id"].iloc[0]
    gone = contacts[(contacts["person_id"] != person) | (contacts["wave"] != 2)]
    frame = contact_people(replace(pilot, extras=Extras(contacts=gone)))
    own = frame[frame["person_id"] == person].set_index("wave")["answered"]
    told = contacts.loc[contacts["person_id"] == person, "wave"]
    assert own.to_dict() == {wave: wave != 2 and wave in set(told) for wave in (1, 2, 3)}
    assert own.any()


def test_a_person_of_two_pools_is_of_the_first_and_a_dyad_is_two_people(pilot: Pilot) -> None:
    row = pilot.people.iloc[[0]]
    other = next(pool for pool in pilot.arms["pool_id"] if pool != row["pool_id"].item())
    people = pd.concat([pilot.people, row.assign(pool_id=other)], ignore_index=True)
    frame = contact_people(replace(pilot, people=people))
    own = frame[frame["person_id"] == row["person_id"].item()]
    assert set(own["pool_id"]) == {row["pool_id"].item()}
    assert set(idea_counts(pilot)["people"]) == {2}


def test_contacts_are_poisson_and_named_in_a_known_place() -> None:
    named = ContactModel(other=1.5)(np.random.default_rng(1).standard_normal(40_000), where="other")
    for count in range(4):
        expected = np.exp(-1.5) * 1.5**count / factorial(count)
        assert (named == count).mean() == pytest.approx(expected, abs=0.01)
    with pytest.raises(OptionError, match="`where` must be one of"):
        ContactModel()(np.zeros(1), where="spread")


def test_attainment_counts_from_half_the_sessions_and_stays_on_its_scale() -> None:
    model, shares = GoalModel(likeness=0.25, sessions=2.0), np.array([0.0, 0.5, 1.0])
    assert model.latent(np.zeros(3), share_held=shares).tolist() == [-1, 0, 1]
    far = model(np.zeros(2), np.array([[-9.0, 9.0]]), share_held=np.full(2, 0.5))
    assert far.tolist() == [[-2, 2]]
    with pytest.raises(OptionError, match=r"`likeness` must lie between 0 and 1; got -0\.1"):
        GoalModel(likeness=-0.1)


def test_an_answer_on_a_topic_has_its_own_noise_and_stays_on_the_form() -> None:
    form = ExpectationForm(spread=1.0, noise=0.5)
    answers = form(np.array([0.0, 0.0, -9.0, 9.0]), np.array([[2.0, -4.0, 0.0, 0.0]]))
    assert answers.tolist() == [[4, 1, 1, 5]]


def test_people_of_both_levels_and_left_over_people_are_told_apart(pilot: Pilot) -> None:
    mentor = pilot.dyads["mentor_id"].iloc[0]
    row = pilot.people[pilot.people["person_id"] == mentor].assign(role="mentee")
    people = pd.concat([pilot.people, row], ignore_index=True)
    frame = contact_people(replace(pilot, people=people))
    assert set(frame.loc[frame["person_id"] == mentor, "level"]) == {"both"}
    assert len(frame) == 3 * people["person_id"].nunique()


@pytest.mark.parametrize("make", [idea_counts, contact_people, contact_ties, expected_by_dyad])
def test_a_frame_of_a_table_that_is_not_there_is_refused(make: Callable) -> None:
    with pytest.raises(PilotError, match=r"the pilot has no table \w+\.csv; add it"):
        make(read_pilot(shipped("data/example_pilot")))
