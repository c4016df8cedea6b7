"""A user's own pilot comes under pseudonyms in every table that it has."""

import json
from dataclasses import fields, replace
from pathlib import Path

import pandas as pd
import pytest

from revlab.errors import RevlabError, TableError
from revlab.fieldwork.pilot import read_pilot
from revlab.people.roster import read_roster
from revlab.privacy.pseudonyms import Pseudonyms, new_key, write_key
from revlab.report.inputs import _named, load_inputs
from revlab.report.study_files import StudyFiles
from revlab.shipped import shipped


def test_no_table_of_an_own_pilot_keeps_the_id_of_a_person() -> None:
    pilot = read_pilot(Path(str(shipped("data/example_pilot"))))
    pairs = pilot.dyads[["mentee_id", "mentor_id"]]
    pilot = replace(pilot, lottery=pairs.assign(pool_id="P01", probability=1.0))
    ids = set(pilot.people["person_id"].astype(str))
    named = _named(pilot, Pseudonyms(b"a key of the test, long enough .."))
    for field in fields(named):
        table = getattr(named, field.name)
        if isinstance(table, pd.DataFrame):
            assert not ids & set(table.astype(str).to_numpy().ravel()), field.name


@pytest.fixture
def own(tmp_path: Path) -> StudyFiles:
    """Return a roster, traits, skills and a key of the user."""
    staff, traits, skills = (tmp_path / f"{name}.csv" for name in ("staff", "traits", "skills"))
    people = [f"{k}@x.org,{'IT' if k % 2 else 'HR'},{1 if k < 5 else 4}" for k in range(10)]
    roles = ["junior" if k < 5 else "senior" for k in range(10)]
    rows = [f"{one},{role}" for one, role in zip(people, roles, strict=True)]
    staff.write_text("\n".join(["email,unit,grade,role", *rows]), encoding="utf-8")
    traits.write_text("person_id,calm\n0@x.org,3\n9@x.org,4\n", encoding="utf-8")
    skills.write_text("person_id,skill_id,side\n1@x.org,sql,offer\n", encoding="utf-8")
    key = write_key(new_key(), tmp_path / "my.key")
    return StudyFiles((staff,), traits=traits, skills=str(skills), key_file=key)


def test_the_kernel_of_a_study_reads_the_same_people(own: StudyFiles, tmp_path: Path) -> None:
    place = tmp_path / "study.json"
    own.write(place)
    assert own.key.hex() not in place.read_text(encoding="utf-8")
    assert json.loads(place.read_text(encoding="utf-8"))["key"] == ""
    assert place.stat().st_mode & 0o077 == 0
    again = StudyFiles.read(place)
    assert again.key == own.key
    here, there = (load_inputs(files, seed=1).cohort for files in (own, again))
    pd.testing.assert_frame_equal(here.mentors, there.mentors)
    pd.testing.assert_frame_equal(here.skills, there.skills)


def test_a_study_with_a_key_has_the_people_of_the_other_commands(own: StudyFiles) -> None:
    names = Pseudonyms(own.key)
    cohort = load_inputs(own, seed=1).cohort
    plain = read_roster(own.roster[0], pseudonyms=names)
    assert list(cohort.mentors.index) == list(plain.mentors.index)
    assert cohort.mentors["trait_calm"].dropna().to_dict() == {names.of("0@x.org"): 3.0}
    assert cohort.skills["person_id"].tolist() == [names.of("1@x.org")]


def test_without_a_key_the_codes_are_of_no_programme(own: StudyFiles) -> None:
    cohort = load_inputs(replace(own, key=b"", key_file=None), seed=1).cohort
    assert not set(cohort.mentors.index) & {Pseudonyms(own.key).of(f"{k}@x.org") for k in range(5)}
    assert cohort.skills["skill_id"].tolist() == ["sql"]


def test_a_pilot_under_the_programmes_key_keeps_its_people(own: StudyFiles) -> None:
    pilot = read_pilot(Path(str(shipped("data/example_pilot"))))
    told = replace(own, pilot=Path(str(shipped("data/example_pilot"))))
    assert set(load_inputs(told, seed=1).pilot.dyads["mentor_id"]) == set(pilot.dyads["mentor_id"])
    other = replace(told, key=b"", key_file=None)
    thrown = set(load_inputs(other, seed=1).pilot.dyads["mentor_id"])
    assert not thrown & set(pilot.dyads["mentor_id"])


def test_faults_of_a_study_are_told_without_names(own: StudyFiles, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("person_id,calm\n0@x.org,Zora\nzora@x.org,1\n", encoding="utf-8")
    with pytest.raises(TableError, match="row 3, column 'person_id': nobody in the roster") as no:
        load_inputs(replace(own, traits=bad), seed=1)
    assert "ora" not in str(no.value).replace("roster", "")
    with pytest.raises(RevlabError, match="there is no such key file"):
        replace(own, key_file=tmp_path / "none.key")
