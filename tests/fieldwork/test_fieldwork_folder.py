"""Pilot folders: what is written is what is read, and every fault is named with its place."""

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from revlab.errors import PilotError, TableError
from revlab.fieldwork.pilot import Pilot, pilot_tables, read_pilot, write_pilot
from revlab.fieldwork.pilot_tables import PILOT_TABLES
from revlab.fieldwork.plan_file import plan_toml, read_plan
from revlab.fieldwork.protocol import (
    Criterion,
    PilotPlan,
    PrimaryAnalysis,
    SecondaryOutcome,
    Wave,
)
from revlab.fieldwork.simulate import reveal_pilot
from revlab.shipped import shipped

ANALYSIS = PrimaryAnalysis("voice", "mentor", "optimal", "random", 0.3, "ancova_cr2")


@pytest.fixture(scope="module")
def pilot(scene) -> Pilot:
    made = reveal_pilot(scene.potential(), scene.matching(range(8), range(8), pools=2))
    people = made.people.replace({"pool_id": {"P00": "P01"}})
    people.loc[people["status"] == "paired", "pool_id"] = made.people["pool_id"]
    plan = replace(
        made.plan,
        analysis=ANALYSIS,
        progression=(Criterion("Last", "dyads_completed", 0.5, 0.7),),
        secondary=(SecondaryOutcome("openness", "mentee"),),
    )
    return replace(made, people=people, plan=plan)


@pytest.fixture(scope="module")
def written(pilot: Pilot, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pilot") / "good"
    write_pilot(pilot, folder)
    return folder


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(written, tmp_path / "pilot"))


def edit(folder: Path, file: str, change: Callable[[str], str]) -> None:
    path = folder / file
    before = path.read_text(encoding="utf-8")
    after = change(before)
    assert after != before, "the edit must change the file, or the test tests nothing"
    path.write_text(after, encoding="utf-8", newline="")


def faults(folder: Path) -> list[str]:
    with pytest.raises(TableError, match=r"\w") as caught:
        read_pilot(folder)
    return [str(fault) for fault in caught.value.faults]


def cell(row: int, column: str, value: str) -> Callable[[str], str]:
    """Return an edit of one cell, rows counted as a spreadsheet shows them."""

    def change(text: str) -> str:
        lines = text.split("\n")
        place = lines[0].split(",").index(column)
        cells = lines[row - 1].split(",")
        cells[place] = value
        lines[row - 1] = ",".join(cells)
        return "\n".join(lines)

    return change


def swap(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new, 1)


def every(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new)


def without_row(row: int) -> Callable[[str], str]:
    return lambda text: "\n".join(
        line for number, line in enumerate(text.split("\n"), start=1) if number != row
    )


def twice(row: int) -> Callable[[str], str]:
    return lambda text: text + text.split("\n")[row - 1] + "\n"


# -- there and back ----------------------------------------------------------------------------


def test_reading_gives_what_was_written(pilot: Pilot, written: Path) -> None:
    again = read_pilot(written)
    assert (again.plan, again.source) == (pilot.plan, pilot.source)
    for name, frame in pilot_tables(pilot).items():
        pd.testing.assert_frame_equal(pilot_tables(again)[name], frame, check_exact=True)


def test_writing_what_was_read_gives_the_same_bytes(written: Path, tmp_path: Path) -> None:
    write_pilot(read_pilot(written), tmp_path)
    names = sorted(path.name for path in written.iterdir())
    assert names == sorted(path.name for path in tmp_path.iterdir())
    for name in names:
        assert (written / name).read_bytes() == (tmp_path / name).read_bytes()


def test_the_codebook_tells_every_column(written: Path) -> None:
    book = pd.read_csv(written / "codebook.csv")
    for table in PILOT_TABLES.values():
        heading = pd.read_csv(written / f"{table.name}.csv", nrows=0).columns.tolist()
        assert book.loc[book["file"] == f"{table.name}.csv", "column"].tolist() == heading
    assert book["meaning"].notna().all()


def test_the_readme_says_that_it_is_simulated_and_the_seed(written: Path) -> None:
    text = (written / "README.md").read_text(encoding="utf-8")
    assert "**These data are simulated.**" in text
    assert "seed 11" in text


def make_real(folder: Path) -> None:
    (folder / "truth.csv").unlink()
    edit(folder, "pilot.toml", lambda t: t.replace("simulated", "real").replace("seed = 11\n", ""))


def test_a_real_pilot_has_no_truth_and_no_seed(folder: Path, tmp_path: Path) -> None:
    make_real(folder)
    real = read_pilot(folder)
    assert (real.source, real.truth, real.plan.seed) == ("real", None, None)
    write_pilot(real, tmp_path / "again")
    assert not (tmp_path / "again" / "truth.csv").exists()
    assert "simulated" not in (tmp_path / "again" / "README.md").read_text(encoding="utf-8")


def test_writing_a_real_pilot_over_a_simulated_one_leaves_no_truth(folder: Path) -> None:
    simulated = read_pilot(folder)
    plan = replace(simulated.plan, seed=None)
    write_pilot(replace(simulated, truth=None, source="real", plan=plan), folder)
    assert read_pilot(folder).source == "real"


def test_a_byte_order_mark_and_windows_line_ends_are_fine(folder: Path, pilot: Pilot) -> None:
    for path in folder.glob("*.csv"):
        text = path.read_text(encoding="utf-8").replace("\n", "\r\n")
        path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    pd.testing.assert_frame_equal(read_pilot(folder).responses, pilot.responses)


def test_trailing_blank_lines_are_fine(folder: Path) -> None:
    edit(folder, "sessions.csv", lambda text: text + "\n\n")
    assert len(read_pilot(folder).sessions) == 48


def test_columns_may_stand_in_any_order(folder: Path, pilot: Pilot) -> None:
    frame = pd.read_csv(folder / "dyads.csv", dtype=str, keep_default_na=False)
    frame[frame.columns[::-1]].to_csv(folder / "dyads.csv", index=False)
    pd.testing.assert_frame_equal(read_pilot(folder).dyads, pilot.dyads)


def test_unicode_text_survives(pilot: Pilot, tmp_path: Path) -> None:
    dyads = pilot.dyads.copy()
    early = dyads.index[dyads["ended"] == "early"][0]
    dyads.loc[early, "end_reason"] = 'Öffnung "später", naïve 日本 — ok'
    plan = replace(pilot.plan, name='Frühling "1"\\ 日本\x7f\t.')
    write_pilot(replace(pilot, dyads=dyads, plan=plan), tmp_path)
    again = read_pilot(tmp_path)
    assert again.dyads.loc[early, "end_reason"] == dyads.loc[early, "end_reason"]
    assert again.plan == plan


# -- every fault has its place -----------------------------------------------------------------

NOT_AN_ID = "an id has up to 64 letters"
WAVES = "must be different waves of pilot.toml ([1, 2, 3])"

CELLS = [
    ("people", 2, "pool_id", "P77", "the pool is not in arms.csv"),
    ("people", 2, "role", "mentr", "must be one of 'mentor', 'mentee'"),
    ("people", 2, "status", "unmatched", "is in a dyad of dyads.csv as a mentor"),
    ("people", 12, "status", "paired", "is in no dyad of dyads.csv as a mentor"),
    ("people", 2, "person_id", "ana@example.org", NOT_AN_ID),
    ("people", 2, "person_id", "Ana Smith", NOT_AN_ID),
    ("people", 2, "person_id", "=cmd|' /C calc'!A0", NOT_AN_ID),
    ("people", 2, "person_id", "J0000\u202e", NOT_AN_ID),
    ("people", 2, "person_id", "\u0410\u0430", NOT_AN_ID),
    ("people", 2, "person_id", "x" * 65, NOT_AN_ID),
    ("people", 12, "reason", "=1+1", "must not start with ="),
    ("people", 12, "reason", "a\x00b", "must not hold control characters"),
    ("people", 12, "reason", "a\u202eb", "must not hold control characters"),
    ("people", 12, "reason", "x" * 1_000_000, "must have at most 1000 characters; has 1000000"),
    ("dyads", 4, "dyad_id", "D001", "repeats row 2"),
    ("dyads", 2, "mentor_id", "nobody", "is not a mentor in people.csv"),
    ("dyads", 2, "last_session", "7", "there were only 6 planned sessions"),
    ("dyads", 2, "last_session", "-1", "must be at least 0"),
    ("dyads", 2, "last_session", "2.5", "must be a whole number"),
    ("dyads", 2, "score", "nan", "must be a finite number"),
    ("dyads", 2, "ended", "later", "must be one of 'completed', 'early'"),
    ("sessions", 2, "dyad_id", "D999", "is not in dyads.csv"),
    ("sessions", 2, "session", "7", "there were only 6 planned sessions"),
    ("sessions", 2, "session", "0", "must be at least 1"),
    ("sessions", 2, "session", "1_0", "must be a whole number"),
    ("sessions", 2, "status", "cancelled", "must be one of 'held'"),
    ("sessions", 2, "status", "not reached", "a session up to the dyad's last_session"),
    ("sessions", 2, "week", "", "must not be empty"),
    ("sessions", 2, "week", "inf", "must be a finite number"),
    ("responses", 2, "value", "6", "is outside the range of the item in items.csv"),
    ("responses", 2, "value", "0", "is outside the range of the item in items.csv"),
    ("responses", 2, "value", "agree", "must be a whole number; got 'agree'"),
    ("responses", 2, "item_id", "dc9", "is not in items.csv"),
    ("responses", 2, "dyad_id", "D999", "is not in dyads.csv"),
    ("responses", 2, "respondent_id", "J0000", "is not the mentee of this dyad"),
    ("responses", 2, "wave", "4", "this scale is not asked at this wave"),
    ("items", 2, "scale_id", "voices", "is not in scales.csv"),
    ("items", 2, "role", "mentor", "is not the role of the scale in scales.csv"),
    ("items", 2, "high", "1", "must be above `low`"),
    ("items", 2, "reverse", "maybe", "must be true or false"),
    ("scales", 2, "waves", "1;4", WAVES),
    ("scales", 2, "waves", "1;1", WAVES),
    ("scales", 2, "waves", "1 to 3", WAVES),
    ("scales", 2, "waves", ";", WAVES),
    ("scales", 2, "waves", "\u00b9;\u00b2", WAVES),
    ("scales", 2, "min_valid", "5", "asks for more answered items"),
    ("scales", 2, "licence", "", "must not be empty"),
    ("scales", 2, "higher_is", "good", "must be one of 'better', 'worse'"),
    ("truth", 2, "scale_id", "luck", "is not in scales.csv"),
    ("truth", 2, "dyad_id", "D999", "is not in dyads.csv"),
    ("truth", 2, "latent", "", "must not be empty"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "row", "column", "value", "rule"), CELLS)
def test_a_bad_cell_is_named_with_its_place(
    folder: Path, table: str, row: int, column: str, value: str, rule: str
) -> None:
    edit(folder, f"{table}.csv", cell(row, column, value))
    said = f"{table}.csv, row {row}, column {column!r}: {rule}"
    found = faults(folder)
    assert any(fault.startswith(said) for fault in found), found[:5]


ELSEWHERE = [
    # one bad cell, and another file or column is where it shows
    ("people.csv", cell(2, "role", "mentee"), "dyads.csv, row 2, column 'mentor_id': is not a"),
    ("arms.csv", cell(2, "arm", "optimal"), "dyads.csv, row 2, column 'arm': is not the arm"),
    ("dyads.csv", cell(2, "pool_id", "P01"), "row 2, column 'mentor_id': belongs to another pool"),
    ("responses.csv", cell(2, "item_id", "vo1"), "row 2, column 'role': this scale is not asked"),
    ("responses.csv", cell(2, "item_id", "rq1"), "row 2, column 'wave': this scale is not asked"),
    ("responses.csv", cell(2, "dyad_id", "D002"), "row 2, column 'respondent_id': is not the me"),
    ("arms.csv", without_row(3), "dyads.csv, row 3, column 'pool_id': the pool is not in arms.csv"),
    ("items.csv", without_row(2), "responses.csv, row 2, column 'item_id': is not in items.csv"),
    ("sessions.csv", without_row(2), "dyads.csv, row 2, column 'dyad_id': sessions.csv must have"),
    ("sessions.csv", swap("not reached", "held"), "a session after the dyad's last_session is 'no"),
    # repeats
    ("people.csv", twice(2), "people.csv, row 50, column 'person_id + role': repeats row 2"),
    ("sessions.csv", twice(2), "sessions.csv, row 50, column 'dyad_id + session': repeats row 2"),
    ("responses.csv", twice(2), "'respondent_id + role + dyad_id + wave + item_id': repeats row 2"),
    # headings
    ("people.csv", swap("person_id,", "person,"), "column 'person_id': this column is missing"),
    ("people.csv", swap("reason", "=reason"), "column '=reason': there is no such column"),
    ("people.csv", swap(",reason", ",status"), "row 1, column 'status': this heading is there tw"),
    # names that the plan uses
    ("arms.csv", every("random", "chance"), "'plan.control': no pool is in the arm 'random'"),
    ("scales.csv", every("voice,", "vocal,"), "pilot.toml, column 'plan.primary_scale': is not on"),
    # the files themselves
    ("dyads.csv", lambda text: "", "dyads.csv: cannot be read as a CSV table"),
    ("dyads.csv", lambda text: "<html>404</html>", "column 'dyad_id': this column is missing"),
    ("dyads.csv", every(",", ";"), "dyads.csv, column 'dyad_id': this column is missing"),
    ("dyads.csv", swap("\n", "\n\n"), "dyads.csv, row 2, column 'dyad_id': must not be empty"),
    ("dyads.csv", swap("D001,", '"D001,'), "dyads.csv: cannot be read as a CSV table"),
    ("dyads.csv", swap("D001,", "D001,x,"), "dyads.csv: cannot be read as a CSV table"),
]  # fmt: skip

TOML = [
    (lambda text: "", "pilot.toml, column 'name': is missing"),
    (lambda text: text + "\n[", "pilot.toml: cannot be read as TOML"),
    (lambda text: "x = " + "[" * 3000, "pilot.toml: cannot be read as TOML"),
    (swap("source", "sauce"), "pilot.toml, column 'sauce': there is no such setting"),
    (swap('"simulated"', '"made up"'), "'source': must be 'real' or 'simulated'; got 'made up'"),
    (swap("seed = 11\n", ""), "column 'seed': a simulated pilot must state its seed"),
    (swap('"simulated"', '"real"'), "pilot.toml, column 'seed': a real pilot has no seed"),
    (swap('"simulated"', '"real"'), "truth.csv: a real pilot has no known truth"),
    (swap("sessions = 6", "sessions = true"), "must be a whole number; got 'True'"),
    (swap("sessions = 6", "sessions = 0"), "pilot.toml: `planned_sessions` must be at least 1"),
    (swap("sessions = 6", "sessions = 5"), "row 7, column 'session': there were only 5 planned"),
    (swap("between = 4.0", "between = nan"), "column 'weeks_between': must be a number"),
    (swap("between = 4.0", "between = -4"), "pilot.toml: `weeks_between` must be above 0"),
    (swap("wave = 3", "wave = 2"), "pilot.toml: `waves` must hold at least one survey, numbered"),
    (swap("week = 24.0", "week = 2"), "pilot.toml: `waves` must hold at least one survey, number"),
    (swap("wave = 3", "wave = '3'"), "column 'waves 3.wave': must be a whole number; got '3'"),
    (swap("margin = 0.3", "margin = -0.3"), "column 'plan': plan: `margin` must be above 0"),
    (swap('control = "random"', 'control = "optimal"'), "`treatment` and `control` must differ"),
    (swap('role = "mentor"', 'role = "mentee"'), "'plan.primary_role': 'voice' is not asked of a"),
    (swap('role = "mentor"', 'role = "boss"'), "`primary_role` must be one of 'mentee', 'mentor'"),
    (swap('"openness"', '"open"'), "column 'secondary 1.scale_id': is not one of"),
    (swap('"openness"', '"business_insight"'), "'secondary 1.role': 'business_insight' is not a"),
    (every('"voice"', '"openness"'), "'plan.primary_role': 'openness' is not asked of a mentor"),
    (swap('"openness"\nrole = "mentee"', '"voice"\nrole = "mentor"'), "the plan names one twice"),
    (swap("[[secondary]]", "[[secondary]]\nx = 1"), "'secondary 1.x': there is no such setting"),
    (swap("amber = 0.5", "amber = 0.9"), "column 'progression 1': progression: `amber` must be"),
    (swap('measure = "dyads', 'measure = "dyad'), "Did you mean 'dyads_completed'"),
    (swap("level = 0.95", "level = 95"), "`conf_level` must be at least 0.5 and below 1"),
]


@pytest.mark.parametrize(
    ("file", "change", "said"), ELSEWHERE + [("pilot.toml", *row) for row in TOML]
)
def test_a_fault_is_named(folder: Path, file: str, change: Callable[[str], str], said: str) -> None:
    edit(folder, file, change)
    found = faults(folder)
    assert any(said in fault for fault in found), found[:5]


def test_the_untouched_folder_has_no_fault(folder: Path) -> None:
    """So that each fault above comes from its edit."""
    assert len(read_pilot(folder).dyads) == 8


@pytest.mark.parametrize("file", [f"{name}.csv" for name in PILOT_TABLES] + ["pilot.toml"])
def test_a_missing_file_is_named(folder: Path, file: str) -> None:
    (folder / file).unlink()
    assert any(fault.startswith(f"{file}: there is no such file") for fault in faults(folder))


def test_faults_of_all_files_come_at_once(folder: Path) -> None:
    (folder / "arms.csv").unlink()
    edit(folder, "people.csv", cell(2, "role", "boss"))
    edit(folder, "sessions.csv", cell(3, "dyad_id", "D999"))
    edit(folder, "responses.csv", cell(2, "value", "9"))
    edit(folder, "scales.csv", cell(2, "higher_is", "up"))
    edit(folder, "pilot.toml", lambda text: text + '\n[extra]\nx = "y"\n')
    found = faults(folder)
    files = {re.split("[:,]", fault)[0] for fault in found}
    assert files >= {"arms.csv", "people.csv", "scales.csv", "pilot.toml"}


def test_cross_faults_of_several_files_come_at_once(folder: Path) -> None:
    edit(folder, "sessions.csv", cell(3, "dyad_id", "D999"))
    edit(folder, "responses.csv", cell(2, "value", "9"))
    edit(folder, "dyads.csv", cell(5, "mentee_id", "ghost"))
    found = faults(folder)
    for place in ("sessions.csv, row 3", "responses.csv, row 2", "dyads.csv, row 5"):
        assert any(fault.startswith(place) for fault in found)


def test_a_broken_table_does_not_hide_the_faults_of_the_others(folder: Path) -> None:
    edit(folder, "people.csv", cell(2, "role", "boss"))
    edit(folder, "responses.csv", cell(2, "value", "9"))
    found = faults(folder)
    assert any(fault.startswith("responses.csv, row 2, column 'value'") for fault in found)
    assert not any("is not a mentor in people.csv" in fault for fault in found)


@pytest.mark.parametrize("file", [f"{name}.csv" for name in PILOT_TABLES] + ["pilot.toml"])
@pytest.mark.parametrize(
    "junk",
    [b"\xff\xfe\x00\x01", b"\x00" * 50, b"PK\x03\x04junk", b"\n\n\n", b",,,\n,,,\n", b"a\n" * 3],
    ids=["utf16", "nul", "zip", "blank", "commas", "letters"],
)
def test_junk_is_a_fault_and_never_a_traceback(folder: Path, file: str, junk: bytes) -> None:
    (folder / file).write_bytes(junk)
    assert any(fault.startswith(file) for fault in faults(folder))


def test_every_row_that_repeats_a_pair_is_found(folder: Path) -> None:
    lines = (folder / "dyads.csv").read_text(encoding="utf-8").split("\n")
    edit(folder, "dyads.csv", lambda t: t + lines[1].replace("D001", "D099") + "\n")
    assert any("these two people are already in a dyad" in fault for fault in faults(folder))


def test_nobody_mentors_themselves(folder: Path) -> None:
    mentor = pd.read_csv(folder / "dyads.csv")["mentor_id"][0]
    edit(folder, "dyads.csv", cell(2, "mentee_id", mentor))
    assert any("nobody can be their own mentor" in fault for fault in faults(folder))


def test_endings_that_contradict_themselves_are_found(folder: Path) -> None:
    dyads = pd.read_csv(folder / "dyads.csv")
    early = int((dyads["ended"] == "early").idxmax()) + 2
    whole = int((dyads["ended"] == "completed").idxmax()) + 2
    edit(folder, "dyads.csv", cell(early, "ended", "completed"))
    edit(folder, "dyads.csv", cell(whole, "ended", "early"))
    found = faults(folder)
    assert any(f"row {early}, column 'ended': a completed dyad ends at" in f for f in found)
    assert any(f"row {early}, column 'end_reason': a completed dyad has no" in f for f in found)
    assert any(f"row {whole}, column 'ended': a dyad that reached the last" in f for f in found)


def test_a_folder_that_is_not_there_is_named() -> None:
    with pytest.raises(PilotError, match="there is no pilot folder 'nowhere'"):
        read_pilot("nowhere")


# -- nothing bad is written --------------------------------------------------------------------


def test_a_pilot_with_a_fault_is_not_written(pilot: Pilot, tmp_path: Path) -> None:
    bad = pilot.responses.copy()
    bad.loc[0, "value"] = 9
    with pytest.raises(TableError, match=r"responses\.csv, row 2, column 'value'"):
        write_pilot(replace(pilot, responses=bad), tmp_path / "bad")
    assert not (tmp_path / "bad").exists()


def test_a_formula_is_not_written(pilot: Pilot, tmp_path: Path) -> None:
    people = pilot.people.copy()
    people.loc[people["status"] == "unmatched", "reason"] = "@SUM(A1)"
    with pytest.raises(TableError, match="must not start with = "):
        write_pilot(replace(pilot, people=people), tmp_path / "bad")


def test_source_truth_and_seed_must_agree(pilot: Pilot) -> None:
    for wrong in ({"source": "real"}, {"truth": None}, {"plan": replace(pilot.plan, seed=None)}):
        with pytest.raises(PilotError, match="a simulated pilot needs a seed and a truth"):
            replace(pilot, **wrong)


# -- pilot.toml on its own ---------------------------------------------------------------------


def test_inline_waves_are_read_like_tables(tmp_path: Path) -> None:
    path = tmp_path / "pilot.toml"
    path.write_text(
        'name = "x"\nsource = "real"\nplanned_sessions = 6\nweeks_between = 4\n'
        'waves = [{wave = 1, label = "before", week = 0}, {wave = 2, label = "after", week = 24}]\n'
    )
    assert read_plan(path).plan == PilotPlan(
        "x", 6, 4, (Wave(1, "before", 0), Wave(2, "after", 24))
    )


def test_the_plan_survives_its_file(pilot: Pilot, tmp_path: Path) -> None:
    path = tmp_path / "pilot.toml"
    path.write_text(plan_toml(pilot.plan, "simulated"), encoding="utf-8")
    read = read_plan(path)
    assert (read.plan, read.source, read.faults) == (pilot.plan, "simulated", ())


def test_a_registered_analysis_survives_the_folder_and_its_faults_are_listed(
    tmp_path: Path,
) -> None:
    pilot = read_pilot(shipped("data/example_pilot"))
    assert pilot.registered is not None
    write_pilot(pilot, tmp_path)
    assert read_pilot(tmp_path).registered == pilot.registered
    path = tmp_path / "registered.toml"
    path.write_text(path.read_text().replace("margin = 0.3", "margin = -1", 1))
    with pytest.raises(TableError, match=r"registered.toml, column 'plan': .*above 0"):
        read_pilot(tmp_path)
    write_pilot(replace(pilot, registered=None), tmp_path)
    assert not path.exists()
