"""`revlab intake` and `revlab check --repair`, as a user types them."""

from pathlib import Path

import pandas as pd
import pytest
from cli_said import Run

FORM = "Timestamp,Email,I like my work,Trust\n1,ana@x.org,Agree,3\n2,bo@x.org,Neutral,5\n"
STAFF = "List\nid,unit,grade,role\na , IT,1,junior\na,IT,1,junior\nb,it,9,senior\nTotal,,10\n"


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("form.csv").write_text(FORM, encoding="utf-8")
    Path("staff.csv").write_text(STAFF, encoding="utf-8")
    Path("keys").mkdir()
    return tmp_path


def test_check_writes_a_repaired_copy_and_reads_it_again(work: Path, revlab: Run) -> None:
    said = revlab("check", "staff.csv", "--repair", "clean.csv")
    assert said.code == 0
    assert "2 rows in 1 tables; 3 repairs, 3 rows left out, 0 decisions to take" in said.out
    assert "read again: Cohort of 1 mentors (junior) and 1 mentees (senior)" in said.out
    again = revlab("check", "clean.csv", "--mapping", "clean-mapping.toml")
    assert again.code == 0
    assert "no faults" in again.out
    refused = revlab("check", "staff.csv", "--repair", "clean.csv")
    assert (refused.code, "already there" in refused.err) == (1, True)
    assert revlab("check", "staff.csv", "--repair", "clean.csv", "--replace").code == 0


def test_a_form_goes_from_a_shown_guess_to_responses(work: Path, revlab: Run) -> None:
    said = revlab("intake", "questionnaire", "form.csv", "--save-mapping", "form.toml")
    assert said.code == 0
    assert "1 to 5 by agreement_5" in said.err
    text = Path("form.toml").read_text(encoding="utf-8")
    fixed = text.replace("[columns]", '[fixed]\nwave = 1\nrole = "mentee"\n\n[columns]')
    Path("form.toml").write_text(fixed.replace('"Email"', '"Email"\ndyad_id = "Dyad"'))
    Path("form.csv").write_text(FORM.replace("\n", ",D1\n").replace(",D1", ",Dyad", 1))
    told = ("intake", "questionnaire", "form.csv", "--mapping", "form.toml")
    open_ids = revlab(*told, "--out", "responses.csv")
    assert (open_ids.code, "not under pseudonyms" in open_ids.err) == (1, True)
    assert not Path("responses.csv").exists()
    assert revlab("intake", "key", "keys/my.key").code == 0
    assert revlab("intake", "key", "keys/my.key").code == 1
    done = revlab(*told, "--key", "keys/my.key", "--out", "responses.csv")
    assert done.code == 0, done.err
    frame = pd.read_csv("responses.csv")
    assert sorted(frame["value"]) == [3, 3, 4, 5]
    assert frame["respondent_id"].str.startswith("p_").all()
    scales = (
        Path("form.toml")
        .read_text(encoding="utf-8")
        .replace("reverse = false", 'reverse = false\nscale = "ease"')
    )
    Path("form.toml").write_text(scales, encoding="utf-8")
    scored = revlab(*told, "--key", "keys/my.key", "--traits", "traits.csv")
    assert "2 people, 1 traits" in scored.out
    assert sorted(pd.read_csv("traits.csv")["trait_ease"]) == [3.5, 4.0]


def test_the_key_does_not_lie_where_results_go(work: Path, revlab: Run) -> None:
    revlab("intake", "key", "keys/my.key")
    words = ("--key", "keys/my.key", "--out", "keys/responses.csv")
    said = revlab("intake", "questionnaire", "form.csv", *words)
    assert said.code == 1
    assert "keep the key in a folder of its own" in said.err
    assert [path.name for path in (work / "keys").iterdir()] == ["my.key"]


def test_notes_go_to_a_sheet_and_only_a_yes_comes_back(work: Path, revlab: Run) -> None:
    Path("notes.csv").write_text("Person,What can you teach?\nana@x.org,JavaScript\n")
    assert "not under pseudonyms" in revlab("intake", "notes", "notes.csv", "--out", "r.csv").err
    revlab("intake", "key", "keys/my.key")
    said = revlab("intake", "notes", "notes.csv", "--key", "keys/my.key", "--out", "r.csv")
    assert (said.code, "1 proposals" in said.out) == (0, True)
    assert (
        "0 skills confirmed; 0 refused, 1 open"
        in revlab("intake", "confirm", "r.csv", "--out", "s.csv").out
    )
    sheet = Path("r.csv").read_text(encoding="utf-8-sig")
    Path("r.csv").write_text(sheet.replace('\n""', '\n"yes"', 1), encoding="utf-8")
    assert "1 skills confirmed" in revlab("intake", "confirm", "r.csv", "--out", "t.csv").out
    assert "javascript" in Path("t.csv").read_text(encoding="utf-8")
