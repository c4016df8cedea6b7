"""`revlab skills`: what it prints and writes, and how it says no."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from cli_said import Run

from revlab.cli_skills import skills
from revlab.people.skills_database import open_skills_database
from revlab.people.skills_entries import read_entries
from revlab.privacy.pseudonyms import Pseudonyms, write_key

COMMANDS = ("load", "search", "report", "phrases", "confirm", "export", "forget")


@pytest.fixture
def staff(tmp_path: Path) -> Path:
    """Twelve people, six of whom want a skill that two offer, one of them in her own words."""
    rows = [f"j{k},Sales,1,mentor,Oslo,{'TikTok ads: 4' if k < 1 else 'C#: 5'}," for k in range(5)]
    rows += ["j5,Sales,2,mentor,Rome,plan digital marketing: 2; juggling,"]
    rows += [f"s{k},Legal,6,mentee,Oslo,,plan digital marketing: 1" for k in range(6)]
    path = tmp_path / "staff.csv"
    head = "Staff no,Department,Level,Role,Site,Skills offered,Skills wanted"
    path.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    return path


@pytest.fixture
def db(revlab: Run, staff: Path, tmp_path: Path) -> str:
    """Return a database with these people."""
    path = str(tmp_path / "skills.sqlite")
    said = revlab("skills", "load", str(staff), "--db", path, "--day", "2026-03-31", "-y")
    assert said.code == 0
    assert "skills.sqlite: 12 new people, 13 new entries, 2 new skills in own words" in said.out
    assert "revlab skills phrases --out review.csv" in said.err
    return path


@pytest.mark.parametrize("command", COMMANDS)
def test_each_skills_command_shows_examples(revlab: Run, command: str) -> None:
    said = revlab("skills", command, "--help")
    assert said.code == 0
    assert f"revlab skills {command}" in said.out.partition("Examples:")[2]
    assert said.out.isascii()


def test_the_skills_commands_are_listed(revlab: Run) -> None:
    said = revlab("skills", "--help")
    assert [command for command in COMMANDS if f"\n  {command} " not in said.out] == []
    assert len(skills.registered_commands) == len(COMMANDS)
    assert "\n  skills " in revlab("--help").out


def test_help_on_skills_loads_no_database_library() -> None:
    question = "import sys; from revlab import cli; print('sqlalchemy' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", question], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_search_prints_people_with_reasons_and_writes_a_table(
    revlab: Run, db: str, tmp_path: Path
) -> None:
    said = revlab("skills", "search", "tiktok ads", "--db", db)
    assert said.code == 0
    assert said.out.splitlines()[0] == (
        "1. j0, Sales: offers 'tiktok ads', the wanted skill; level 4; told 2026-03, not confirmed"
    )
    out = tmp_path / "found.csv"
    options = ("--site", "Rome", "--min-level", "2", "--out", str(out))
    command = ("skills", "search", "plan digital marketing", "--db", db, *options)
    assert revlab(*command).out.strip() == f"{out}: 1 people."
    assert pd.read_csv(out, encoding="utf-8-sig")["person_id"].tolist() == ["j5"]
    again = revlab(*command)
    assert (again.code, "is already there" in again.err) == (1, True)
    assert revlab(*command, "--replace").code == 0
    nobody = revlab("skills", "search", "yodelling", "--db", db)
    assert nobody.out == "Nobody was found; try other words, a lower level or every site.\n"


def test_the_report_shows_only_what_enough_people_stand_behind(revlab: Run, db: str) -> None:
    said = revlab("skills", "report", "--db", db, "--day", "2027-06-01", "--months", "6")
    assert said.code == 0
    assert "Entries older than 6 months, by unit (0 of 2 rows hidden" in said.out
    rows = [line.split() for line in said.out.splitlines()]
    assert ["Legal", "6", "6", "0", "6", "100%"] in rows
    assert ["plan-digital-marketing", "100%"] in rows
    marketing = ["plan-digital-marketing", "6", "hidden", "0", "at", "too", "low", "a", "level"]
    assert marketing in rows
    assert "juggling" not in said.out
    assert "j0" not in said.out
    assert "  as recorded: 0% of 6 needs could be met.\n" in said.out
    assert said.out.endswith("ESCO classification of the European Commission.\n")


def test_the_report_says_whether_a_search_finds_who_can_help(
    revlab: Run, staff: Path, tmp_path: Path
) -> None:
    staff.write_text(staff.read_text("utf-8").replace("marketing: 2", "marketing: 4"), "utf-8")
    path = str(tmp_path / "found.sqlite")
    load = ("skills", "load", str(staff), "--db", path, "-y")
    assert revlab(*load, "--day", "2026-03-31").code == 0
    said = revlab("skills", "report", "--db", path, "--day", "2026-06-01").out
    found = (
        "100% of 6 needs could be met, and the search names somebody for 100% of those; 20% of "
        "the names can help.\n"
    )
    assert "name somebody who can help, among its first 5 names:\n" in said
    assert f"  as recorded: {found}" in said
    assert f"  if no offer older than 12 months is still so: {found}" in said
    later = revlab("skills", "report", "--db", path, "--day", "2027-06-01").out
    assert f"  as recorded: {found}" in later
    assert "  if no offer older than 12 months is still so: 0% of 6 needs could be met.\n" in later
    few = "\n".join(staff.read_text("utf-8").splitlines()[:-2])
    staff.write_text(few, "utf-8")
    path = str(tmp_path / "few.sqlite")
    assert revlab("skills", "load", str(staff), "--db", path, "-y").code == 0
    assert "too few people need something\n" in revlab("skills", "report", "--db", path).out


def test_own_words_go_out_for_review_and_come_back(revlab: Run, db: str, tmp_path: Path) -> None:
    review = tmp_path / "review.csv"
    command = ("skills", "phrases", "--out", str(review), "--db", db)
    said = revlab(*command)
    assert said.out.strip() == f"{review}: 2 texts to go through, 1 of them with a proposal."
    assert revlab(*command).code == 1
    sheet = pd.read_csv(review, dtype=str, encoding="utf-8-sig").fillna("")
    assert sheet["text"].tolist() == ["juggling", "tiktok ads"]
    sheet.assign(confirm=["", "yes"]).to_csv(review, index=False)
    said = revlab("skills", "confirm", str(review), "--by", "hr", "--db", db)
    assert said.out == "skills.sqlite: 1 phrases confirmed, 1 left open.\n"
    found = revlab("skills", "search", "plan digital marketing", "--db", db)
    assert "1. j0, Sales: offers 'tiktok ads', which was confirmed to be" in found.out
    wishes = tmp_path / "wishes.csv"
    wishes.write_text("text\nkann gut Excel\n", encoding="utf-8")
    command = ("skills", "phrases", str(wishes), "--out", str(review), "--db", db, "--replace")
    assert "1 texts to go through, 1 of them" in revlab(*command).out


def test_loading_again_keeps_and_replaces(revlab: Run, db: str, staff: Path) -> None:
    staff.write_text(staff.read_text("utf-8").replace("TikTok ads: 4", "TikTok ads: 5"), "utf-8")
    command = ("skills", "load", str(staff), "--db", db, "-y", "--day", "2026-04-30")
    assert (
        "0 entries brought up to date, 1 kept although the roster differs" in revlab(*command).out
    )
    assert "13 entries brought up to date, 0 kept" in revlab(*command, "--replace").out
    found = read_entries(open_skills_database(db), person_id="j0")
    assert found["level"].tolist() == [5.0]


def test_open_ids_come_under_pseudonyms(revlab: Run, staff: Path, tmp_path: Path) -> None:
    staff.write_text(staff.read_text("utf-8").replace("j5", "ana@b.org"), "utf-8")
    db, key = str(tmp_path / "skills.sqlite"), tmp_path / "programme.key"
    said = revlab("skills", "load", str(staff), "--db", db, "-y")
    assert (
        said.code,
        "1 of 12 ids is an e-mail address; give pseudonyms by a key" in said.err,
    ) == (1, True)
    write_key(bytes(range(32)), key)
    assert revlab("skills", "load", str(staff), "--db", db, "-y", "--key", str(key)).code == 0
    ids = set(read_entries(open_skills_database(db))["person_id"])
    assert Pseudonyms(bytes(range(32))).of("ana@b.org") in ids
    assert all(name.startswith("p_") for name in ids)


def test_export_and_forget(revlab: Run, db: str, tmp_path: Path) -> None:
    out = tmp_path / "entries.csv"
    command = ("skills", "export", "--out", str(out), "--db", db)
    assert revlab(*command).code == 0
    assert len(pd.read_csv(out, encoding="utf-8-sig")) == 13
    assert revlab(*command).code == 1
    assert revlab("skills", "forget", "j0", "--db", db).out == (
        "the person and 1 entries are removed.\n"
    )
    assert revlab("skills", "forget", "j0", "--db", db).code == 1
    assert "tiktok" not in revlab("skills", "search", "tiktok ads", "--db", db).out


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("search", "x", "--db", "none.sqlite"), 1, "there is no such skills database; make one"),
        (("search", "x", "--db", "mysql://a:secret@b/c"), 1, "is a file or postgresql://...; not"),
        (("search", "x", "--db", "{db}", "--phrases", "some"), 2, "`phrases` must be one of"),
        (("search", "x", "--db", "{db}", "--min-level", "9"), 1, "`min_level` must be 0 to 5"),
        (("search", "x", "--db", "{db}", "--limit", "0"), 1, "`limit` must be at least 1"),
        (("report", "--db", "{db}", "--months", "0"), 1, "`months` must be at least 1"),
        (("report", "--db", "{db}", "--day", "soon"), 2, "'soon'"),
        (("confirm", "none.csv", "--by", "hr", "--db", "{db}"), 1, "there is no such file"),
        (("phrases", "none.csv", "--out", "r.csv", "--db", "{db}"), 1, "there is no such file"),
        (("export", "--out", "no/where.csv", "--db", "{db}"), 1, "folder 'no' does not exist"),
        (("load", "none.csv", "--db", "{db}"), 1, "there is no such file"),
    ],
)
def test_a_skills_command_that_cannot_be_is_one_sentence(
    revlab: Run,
    db: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    arguments: tuple[str, ...],
    code: int,
    sentence: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    said = revlab("skills", *(word.replace("{db}", db) for word in arguments))
    assert said.code == code
    assert sentence in said.err
    assert "Traceback" not in said.err
    assert "secret" not in said.err
    assert not (tmp_path / "none.sqlite").exists()


def test_the_address_may_stand_in_the_environment(
    revlab: Run, db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REVLAB_SKILLS_DB", db)
    assert "1. j0, Sales" in revlab("skills", "search", "tiktok ads").out
