import shutil
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, writes

from revlab.errors import RevlabError, TableError
from revlab.people.roster import read_roster
from revlab.report.inputs import load_inputs, study_inputs
from revlab.report.study import run_study, with_seed
from revlab.report.study_files import STUDY_VARIABLE, StudyFiles
from revlab.shipped import shipped

SHOW = """from revlab.report.inputs import study_inputs
from revlab.report.prose import headline
inputs = study_inputs(seed=SEED)
headline(f"Seed {SEED}: {len(inputs.cohort.mentors)} mentors from {inputs.roster_name}.")"""


def _notebooks(folder: Path) -> Path:
    folder.mkdir()
    for name, source in (("01-people", SHOW), ("02-next", "SEED")):
        cells = [
            new_markdown_cell(f"# Page {name}"),
            new_code_cell("SEED = 2026  # root seed", metadata={"tags": ["parameters"]}),
            new_code_cell(source),
        ]
        (folder / f"{name}.ipynb").write_text(writes(new_notebook(cells=cells)), encoding="utf-8")
    return folder


def _own(tmp_path: Path) -> StudyFiles:
    roster = tmp_path / "Secret Ltd"
    shutil.copytree(shipped("data/rosters/ukcs_small"), roster)
    pilot = tmp_path / "secret-pilot"
    shutil.copytree(shipped("data/example_pilot"), pilot)
    return StudyFiles(roster=(roster,), pilot=pilot)


def test_a_study_runs_on_ones_own_files_without_naming_them(tmp_path: Path) -> None:
    folder = _notebooks(tmp_path / "notebooks")
    stored = {path.name: path.read_bytes() for path in folder.iterdir()}
    said: list[str] = []
    files = _own(tmp_path)
    index = run_study(folder, tmp_path / "site", inputs=files, seed=7, progress=said.append)
    assert said == ["1 of 2: 01-people", "2 of 2: 02-next"]
    first = (tmp_path / "site" / "01-people.html").read_text(encoding="utf-8")
    assert "Seed 7: 50 mentors from your roster." in first
    landing = index.read_text(encoding="utf-8")
    assert "your pilot" in landing
    assert "throw-away codes" in landing
    ids = set(read_roster(shipped("data/rosters/ukcs_small")).mentors.index)
    for path in (tmp_path / "site").iterdir():
        text = path.read_text(encoding="utf-8")
        assert "ecret" not in text
        assert str(tmp_path) not in text
        assert not [one for one in ids if len(one) > 4 and one in text]
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == stored


def test_a_failing_notebook_leaves_no_site(tmp_path: Path) -> None:
    folder = _notebooks(tmp_path / "notebooks")
    broken = (
        (folder / "01-people.ipynb").read_text(encoding="utf-8").replace("headline(f", "oops(f")
    )
    (folder / "01-people.ipynb").write_text(broken, encoding="utf-8")
    with pytest.raises(RevlabError, match="'01-people' stopped at code cell 2 of 2: NameError"):
        run_study(folder, tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_what_cannot_run_is_told_before_a_kernel_starts(tmp_path: Path) -> None:
    folder = _notebooks(tmp_path / "notebooks")
    with pytest.raises(RevlabError, match="there is no folder of notebooks 'none'"):
        run_study(tmp_path / "none", tmp_path / "site")
    (tmp_path / "empty").mkdir()
    with pytest.raises(RevlabError, match=r"the folder 'empty' holds no notebook"):
        run_study(tmp_path / "empty", tmp_path / "site")
    with pytest.raises(TableError, match=r"none\.csv"):
        run_study(folder, tmp_path / "site", inputs=StudyFiles(roster=(tmp_path / "none.csv",)))
    with pytest.raises(RevlabError, match="there is no pilot folder 'none'"):
        run_study(folder, tmp_path / "site", inputs=StudyFiles(pilot=tmp_path / "none"))
    with pytest.raises(RevlabError, match="`seed` must be a whole number"):
        run_study(folder, tmp_path / "site", seed=-1)
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "a.doc").write_text("mine")
    with pytest.raises(RevlabError, match="holds other files"):
        run_study(folder, tmp_path / "thesis")


def test_the_seed_is_replaced_only_where_it_is_a_parameter() -> None:
    cells = [
        new_code_cell("SEED = 2026  # root\nOTHER_SEED = 2026", metadata={"tags": ["parameters"]}),
        new_code_cell("SEED = 2026"),
        new_markdown_cell("SEED = 2026"),
    ]
    node = new_notebook(cells=cells)
    changed = [cell.source for cell in with_seed(node, seed=7).cells]
    assert changed == ["SEED = 7  # root\nOTHER_SEED = 2026", "SEED = 2026", "SEED = 2026"]
    assert node.cells[0].source.startswith("SEED = 2026")


def test_shipped_data_are_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(STUDY_VARIABLE, raising=False)
    inputs = study_inputs(seed=1)
    assert not inputs.own_roster
    assert not inputs.own_pilot
    assert inputs.simulated
    assert len(inputs.cohort.skills) > 0
    assert inputs.summary()["Names"] == "none in the shipped data"
    again = study_inputs(seed=1)
    assert again.cohort.skills.equals(inputs.cohort.skills)
    assert not study_inputs(seed=2).cohort.skills.equals(inputs.cohort.skills)
    assert set(inputs.cohort.skills["skill_id"]) <= set(inputs.skills)


def test_the_users_own_people_get_pseudonyms_that_agree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = _own(tmp_path)
    study = tmp_path / "study.json"
    files.write(study)
    monkeypatch.setenv(STUDY_VARIABLE, str(study))
    inputs = study_inputs(seed=1)
    assert inputs.own_roster
    assert inputs.own_pilot
    assert inputs.cohort.mentors.index.str.startswith("p_").all()
    pilot = inputs.pilot
    mentors = set(pilot.people.loc[pilot.people["role"] == "mentor", "person_id"])
    assert set(pilot.dyads["mentor_id"]) <= mentors
    assert set(pilot.responses["respondent_id"]) <= set(pilot.people["person_id"])
    assert all(one.startswith("p_") for one in mentors)
    real = load_inputs(StudyFiles(), seed=1).pilot
    assert not set(real.people["person_id"]) & set(pilot.people["person_id"])
    again = load_inputs(files, seed=1)
    assert list(again.cohort.mentors.index) == list(inputs.cohort.mentors.index)
    other = load_inputs(StudyFiles(roster=files.roster), seed=1)
    assert not set(other.cohort.mentors.index) & set(inputs.cohort.mentors.index)


def test_a_key_is_never_shown(tmp_path: Path) -> None:
    files = _own(tmp_path)
    assert files.key.hex() not in repr(files)
    assert "key=" not in repr(files)


def test_a_wrong_study_file_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(STUDY_VARIABLE, str(tmp_path / "none.json"))
    with pytest.raises(RevlabError, match="REVLAB_STUDY names no file; unset it"):
        study_inputs(seed=1)
    for text in ("{}", "no json", "[]", '{"roster": 3}'):
        (tmp_path / "a.json").write_text(text)
        monkeypatch.setenv(STUDY_VARIABLE, str(tmp_path / "a.json"))
        with pytest.raises(RevlabError, match="REVLAB_STUDY names a file that is not of a study"):
            study_inputs(seed=1)


def test_a_mapping_needs_a_roster(tmp_path: Path) -> None:
    with pytest.raises(RevlabError, match="a mapping needs a roster"):
        load_inputs(StudyFiles(mapping=tmp_path / "roster.toml"), seed=1)
