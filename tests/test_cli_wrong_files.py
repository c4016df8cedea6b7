"""Files that are not what an option asks for are refused in words, and stay as they were."""

from pathlib import Path

import pytest
from cli_said import Run

from revlab.shipped import shipped

SMALL = str(shipped("data/rosters/ukcs_small"))


@pytest.mark.parametrize(
    ("holds", "said"), [(None, "there is no such key file"), (b"", "is no key, it is too short")]
)
def test_a_wrong_key_says_which_command_makes_one(
    revlab: Run, tmp_path: Path, holds: bytes | None, said: str
) -> None:
    key = tmp_path / "key"
    if holds is not None:
        key.write_bytes(holds)
    told = revlab("check", SMALL, "--key", str(key))
    assert told.code == 1
    assert said in told.err
    assert "make one with: revlab intake key FILE." in told.err


def test_an_empty_file_is_not_made_a_skills_database(revlab: Run, tmp_path: Path) -> None:
    empty = tmp_path / "notes.csv"
    empty.touch()
    told = revlab("skills", "report", "--db", str(empty))
    assert told.code == 1
    assert "notes.csv is an empty file and no skills database" in told.err
    assert empty.stat().st_size == 0


def test_the_folder_one_stands_in_has_a_name(
    revlab: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "staff.csv").touch()
    monkeypatch.chdir(tmp_path)
    assert revlab("check", ".").out.splitlines()[-1] == f"{tmp_path.name}: 1 fault."


def test_a_key_gets_a_folder_of_its_own(revlab: Run, tmp_path: Path) -> None:
    assert revlab("intake", "key", str(tmp_path / "keys" / "mine")).code == 0
    assert (tmp_path / "keys" / "mine").stat().st_size >= 32
    told = revlab("intake", "key", str(tmp_path / "no" / "keys" / "mine"))
    assert told.code == 1
    assert "does not exist; make it first" in told.err
