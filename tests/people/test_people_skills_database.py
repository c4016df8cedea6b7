"""The skills database opens, is brought up to date, says no in a sentence, and loses no write."""

import builtins
import ssl
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from skills_staff import EXCEL, TAXONOMY, entries, entry
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from revlab.errors import ConflictError, OptionError, SkillsError
from revlab.people.skills_address import encryption, read_address
from revlab.people.skills_database import SkillsDatabase, open_skills_database
from revlab.people.skills_entries import read_entries, record_entries
from revlab.people.skills_people import read_people, record_people
from revlab.people.skills_schema import (
    ENTRIES,
    NEWEST,
    PEOPLE,
    PHRASES,
    SKILLS,
    STEPS,
    bring_up_to_date,
)
from revlab.people.skills_taxonomy import add_taxonomy, read_taxonomy

VERSION_1 = """
CREATE TABLE skills (skill_id TEXT NOT NULL PRIMARY KEY, preferred_label TEXT NOT NULL,
    group_code TEXT, group_label TEXT, alt_labels TEXT, esco_id TEXT, attribution TEXT);
CREATE TABLE people (person_id TEXT NOT NULL PRIMARY KEY, unit TEXT NOT NULL, site TEXT,
    grade INTEGER NOT NULL, availability TEXT NOT NULL);
CREATE TABLE entries (person_id TEXT NOT NULL REFERENCES people (person_id),
    skill_id TEXT NOT NULL REFERENCES skills (skill_id), side TEXT NOT NULL,
    level DOUBLE PRECISION, context TEXT NOT NULL, confirmed BOOLEAN NOT NULL,
    version INTEGER NOT NULL);
CREATE UNIQUE INDEX entry_key ON entries (person_id, skill_id, side, context);
CREATE TABLE phrases (words TEXT NOT NULL PRIMARY KEY, text TEXT NOT NULL, skill_id TEXT NOT NULL,
    confidence DOUBLE PRECISION NOT NULL, how TEXT NOT NULL, confirmed_by TEXT);
CREATE TABLE revlab_schema (version INTEGER NOT NULL);
INSERT INTO revlab_schema (version) VALUES (1);
INSERT INTO skills (skill_id, preferred_label) VALUES ('juggling', 'Juggling');
INSERT INTO people VALUES ('p1', 'Sales', NULL, 2, '["Mon AM"]');
INSERT INTO entries VALUES ('p1', 'juggling', 'offer', 4.5, 'work', TRUE, 3);
"""


def run(db: SkillsDatabase, script: str) -> None:
    """Run statements as another program would."""
    with db.engine.execution_options(writes=True).begin() as connection:
        for statement in filter(str.strip, script.split(";\n")):
            connection.execute(text(statement))


def shape(db: SkillsDatabase) -> dict[str, object]:
    """Return the columns and unique indexes of every table."""
    look = inspect(db.engine)
    return {
        table: (
            [(c["name"], str(c["type"]), c["nullable"]) for c in look.get_columns(table)],
            sorted(
                tuple(index["column_names"]) for index in look.get_indexes(table) if index["unique"]
            ),
        )
        for table in sorted(look.get_table_names())
    }


def bare(address: str) -> SkillsDatabase:
    """Return a database without its tables."""
    db = open_skills_database(address)
    run(db, "DROP TABLE phrases;\nDROP TABLE entries;\nDROP TABLE people;\nDROP TABLE skills;\n"
            "DROP TABLE revlab_schema")  # fmt: skip
    return db


def test_an_empty_place_gets_its_tables_and_opens_again(address: str) -> None:
    db = open_skills_database(address)
    assert read_people(db).empty
    assert read_entries(db).columns.tolist()[-1] == "version"
    assert add_taxonomy(db, TAXONOMY) == 118
    again = read_taxonomy(open_skills_database(address, if_missing="refuse"))
    assert again["skill_id"].tolist() == sorted(TAXONOMY["skill_id"])
    assert again["attribution"].str.startswith("This service uses the ESCO").all()


def test_the_tables_are_those_that_the_queries_name(address: str) -> None:
    found = shape(open_skills_database(address))
    for table in (SKILLS, PEOPLE, ENTRIES, PHRASES):
        columns, _ = found[table.name]
        assert [name for name, _, _ in columns] == [column.name for column in table.columns]
        assert [no for _, _, no in columns] == [column.nullable for column in table.columns]


def test_a_file_of_version_1_is_brought_up_to_date_and_loses_nothing(address: str) -> None:
    run(bare(address), VERSION_1)
    db = open_skills_database(address)
    row = read_entries(db).iloc[0].to_dict()
    assert pd.isna(row.pop("recorded_on"))
    assert row == {
        "person_id": "p1", "skill_id": "juggling", "side": "offer", "context": "work",
        "source": "self", "level": 4.5, "confirmed": True, "version": 3,
    }  # fmt: skip
    assert read_people(db).iloc[0]["availability"] == ("Mon AM",)
    record_entries(db, entries(entry("p1", "juggling", source="manager")))
    assert len(read_entries(db)) == 2
    old = shape(db)
    bare(address)
    assert old == shape(open_skills_database(address))


def test_a_step_that_fails_leaves_the_old_version(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(bare(address), VERSION_1)

    def broken(connection: object) -> None:
        STEPS[1](connection)  # type: ignore[arg-type]
        raise SkillsError("the step broke.")

    monkeypatch.setattr("revlab.people.skills_schema.STEPS", (STEPS[0], broken))
    with pytest.raises(SkillsError, match=r"the step broke"):
        open_skills_database(address)
    monkeypatch.undo()
    assert len(read_entries(open_skills_database(address))) == 1


def test_a_newer_file_and_a_damaged_one_are_refused(address: str) -> None:
    db = open_skills_database(address)
    run(db, f"UPDATE revlab_schema SET version = {NEWEST + 1}")
    with pytest.raises(SkillsError, match=r"by a newer revlab \(version 3 .* up to 2\); update"):
        open_skills_database(address)
    run(db, "DELETE FROM revlab_schema")
    with pytest.raises(SkillsError, match=r"is damaged: a table or its version is missing"):
        open_skills_database(address)


def test_a_database_with_other_tables_is_left_alone(address: str) -> None:
    db = bare(address)
    run(db, "CREATE TABLE pets (name TEXT)")
    with pytest.raises(SkillsError, match=r"holds other tables and no skills database; choose"):
        open_skills_database(address)
    assert list(shape(db)) == ["pets"]


def test_opening_at_the_same_time_makes_one_set_of_tables(address: str) -> None:
    gate, failed = threading.Barrier(6), []

    def enter() -> None:
        gate.wait()
        try:
            open_skills_database(address)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=enter) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with open_skills_database(address).writing() as connection:
        assert bring_up_to_date(connection, "it") == NEWEST


@pytest.mark.parametrize(
    ("where", "sentence"),
    [
        ("mysql://u:secret@host/x", r"is a file or postgresql://\.\.\.; not 'mysql://\.\.\.'"),
        ("postgresql://u:secret@host:port/x", r"address .* \(postgresql://\.\.\.\) cannot be read"),
        ("postgresql://u:secret@h/x?timeout=1", r"\(postgresql://\.\.\.\) cannot be read"),
        ("sqlite:///x.sqlite?mode=ro", r"\(sqlite://\.\.\.\) cannot be read"),
        ("x\0.sqlite", r"a file cannot have a NUL in its name"),
        ("no such folder/skills.sqlite", r"the folder 'no such folder' does not exist"),
        (":memory:", r"needs the name of a file"),
        ("sqlite://", r"needs the name of a file"),
        ("", r"needs the name of a file"),
        (".", r"needs the name of a file|is a folder"),
        ("postgresql://u:secret@127.0.0.1:1/x", r"^'x' on 127.0.0.1 cannot be reached"),
    ],
)
def test_an_address_that_cannot_be_is_one_sentence(where: str, sentence: str) -> None:
    with pytest.raises(SkillsError, match=sentence) as said:
        open_skills_database(where)
    assert "secret" not in str(said.value)
    assert "\n" not in str(said.value)
    assert said.value.__cause__ is None


def test_the_way_to_another_computer_is_encrypted() -> None:
    def context(url: str) -> ssl.SSLContext | None:
        return encryption(read_address(url)).get("ssl_context")

    assert context("postgresql://u@db.example.org/x").verify_mode == ssl.CERT_REQUIRED
    assert context("postgresql://u@db.example.org/x").check_hostname
    assert context("postgresql://u@db.example.org/x?sslmode=require").verify_mode == ssl.CERT_NONE
    assert context("postgresql://u@db.example.org/x?sslmode=disable") is None
    assert context("postgresql://u@localhost/x") is None
    assert context("postgresql://u@localhost/x?sslmode=verify-full").check_hostname
    with pytest.raises(OptionError, match=r"`sslmode` must be one of .* got 'prefer'"):
        open_skills_database("postgresql://u@localhost/x?sslmode=prefer")


def test_what_is_no_database_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("nothing but words, and enough of them to be a page " * 40, encoding="utf-8")
    before = path.read_bytes()
    with pytest.raises(SkillsError, match=r"^notes\.txt is no skills database and no SQLite file"):
        open_skills_database(path)
    assert path.read_bytes() == before
    with pytest.raises(SkillsError, match=r"is a folder; give the name of a file"):
        open_skills_database(tmp_path)


def test_a_missing_file_is_made_only_where_that_is_meant(tmp_path: Path) -> None:
    with pytest.raises(SkillsError, match=r"none\.sqlite: there is no such skills database"):
        open_skills_database(tmp_path / "none.sqlite", if_missing="refuse")
    assert not (tmp_path / "none.sqlite").exists()
    with pytest.raises(OptionError, match=r"`if_missing` must be one of 'create', 'refuse'"):
        open_skills_database(tmp_path / "none.sqlite", if_missing="ask")
    db = open_skills_database(f"sqlite:///{tmp_path}/url.sqlite")
    assert repr(db) == "Skills database url.sqlite"


def test_without_the_driver_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: object, **more: object) -> object:
        if name.split(".")[0] == "pg8000":
            raise ModuleNotFoundError(name)
        return real(name, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.delitem(sys.modules, "pg8000", raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(SkillsError, match=r"pip install 'revlab\[postgres\]'"):
        open_skills_database("postgresql://u:secret@127.0.0.1/x")


def test_an_error_of_the_driver_repeats_no_value(db: SkillsDatabase) -> None:
    with (
        pytest.raises(SkillsError, match=r"does not know a person or a skill") as said,
        db.writing() as connection,
    ):
        connection.execute(
            ENTRIES.insert(), {**entry("ghost", EXCEL), "context": "work", "confirmed": False,
                               "version": 1, "source": "self"},
        )  # fmt: skip
    assert "ghost" not in str(said.value)
    assert db.engine.hide_parameters  # a log of the statements repeats none either
    assert said.value.__suppress_context__


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("database is locked", r"is busy: another program has been writing for a minute"),
        ("attempt to write a readonly database", r"may be read only by this user"),
        ("unable to open database file", r"cannot be opened or made; check the folder"),
        ("{'C': '28P01', 'M': 'ana failed'}", r"refuses this user or password"),
        ("{'C': '3D000', 'M': 'no x'}", r"is not there; create the database first"),
        ("{'C': '42501', 'M': 'no right'}", r"does not let this user do that"),
        ("ana wept", r"or refused what was asked \(Exception\); check the server"),
    ],
)
def test_what_a_driver_says_becomes_one_sentence(tmp_path: Path, said: str, sentence: str) -> None:
    db = open_skills_database(tmp_path / "skills.sqlite")
    with pytest.raises(SkillsError, match=rf"^skills\.sqlite .*{sentence}") as told, db.reading():
        raise DBAPIError("SELECT 'ana'", {"who": "ana"}, Exception(said))
    assert "ana" not in str(told.value)


def test_a_write_that_fails_leaves_nothing(db: SkillsDatabase) -> None:
    def leave() -> None:
        with db.writing() as connection:
            connection.execute(PEOPLE.delete())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        leave()
    assert len(read_people(db)) == 3


def test_of_two_writers_of_one_entry_the_later_is_told(db: SkillsDatabase) -> None:
    record_entries(db, entries(entry("p1", EXCEL)))
    seen = read_entries(db)
    gate, told = threading.Barrier(4), []

    def write(level: int) -> None:
        gate.wait()
        try:
            record_entries(db, seen.assign(level=level))
        except ConflictError as error:
            told.append((level, str(error)))

    threads = [threading.Thread(target=write, args=(level,)) for level in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 3
    assert all("the offer 'use-spreadsheets-software' of 'p1'" in words for _, words in told)
    now = read_entries(db).iloc[0]
    assert now["version"] == 2
    assert {now["level"]} == {0, 1, 2, 3} - {level for level, _ in told}


WRITER = """
import sys
from datetime import timedelta
import pandas as pd
from revlab.errors import ConflictError
from revlab.people.skills_database import open_skills_database
from revlab.people.skills_entries import read_entries, record_entries

db, me = open_skills_database(sys.argv[1]), sys.argv[2]
skills = sys.argv[3].split()
print("ready", flush=True)
sys.stdin.readline()
told = 0
for skill in skills:
    mine = {"person_id": me, "skill_id": skill, "side": "offer", "level": 2}
    record_entries(db, pd.DataFrame([mine]))
    while True:
        shared = read_entries(db, person_id="p3")
        try:
            record_entries(db, shared.assign(recorded_on=shared["recorded_on"] + timedelta(1)))
            break
        except ConflictError:
            told += 1
print(told)
"""


def test_two_programs_that_write_at_once_lose_nothing(db: SkillsDatabase, address: str) -> None:
    skills = sorted(TAXONOMY["skill_id"])[:5]
    record_entries(db, entries(entry("p3", EXCEL, recorded_on=date(2026, 1, 1))))
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, address, person, " ".join(skills)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for person in ("p1", "p2")
    ]  # fmt: skip
    for program in programs:
        assert program.stdout.readline() == "ready\n"
    for program in programs:
        program.stdin.write("go\n")
        program.stdin.flush()
    for program in programs:
        out, err = program.communicate(timeout=60)
        assert (program.returncode, err) == (0, ""), out
    found = read_entries(db)
    for person in ("p1", "p2"):
        assert found.loc[found["person_id"] == person, "skill_id"].tolist() == skills
    shared = found[found["person_id"] == "p3"].iloc[0]
    assert shared["version"] == 1 + 10
    assert shared["recorded_on"] == pd.Timestamp(2026, 1, 1 + 10)


def test_who_reads_sees_one_moment_while_another_writes(db: SkillsDatabase) -> None:
    more = pd.DataFrame({"person_id": ["p4"], "unit": ["Sales"], "grade": [1]})
    with db.reading() as connection:
        before = connection.execute(PEOPLE.select()).all()
        record_people(db, more)
        assert connection.execute(PEOPLE.select()).all() == before
    assert len(read_people(db)) == 4
