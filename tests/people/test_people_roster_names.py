"""Names for the scrubber: from every usual heading, and shown nowhere."""

from pathlib import Path

import pytest

from revlab.errors import TableError
from revlab.people.roster_names import read_roster_names
from revlab.shipped import shipped


def write(folder: Path, name: str, *lines: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes("\r\n".join(lines).encode(encoding))
    return path


def test_names_come_from_one_column_or_two_and_from_what_people_are_called(tmp_path: Path) -> None:
    one = write(tmp_path, "a.csv", "Staff No;NAME;Unit", "P1;Müller, Zoë;IT", encoding="cp1252")
    two = write(tmp_path, "b.csv", "Given name,Surname,Known as", "José,Núñez,Pepe", "Ana,,")
    known = read_roster_names([one, two])
    assert known.names == ("Müller, Zoë", "José Núñez", "Ana", "Pepe")
    assert known.ids == ("P1",)
    assert repr(known) == "4 names and 1 ids of a roster (not shown)"


def test_a_folder_is_read_whole() -> None:
    assert len(read_roster_names(shipped("data/rosters/ukcs_small")).names) == 100


def test_each_file_without_a_name_is_a_fault(tmp_path: Path) -> None:
    good = write(tmp_path, "a.csv", "Name", "Ana")
    bad = [write(tmp_path, f"{k}.csv", "Unit", "IT") for k in "bc"]
    with pytest.raises(TableError, match=r"b\.csv, row 1: no heading looks like a name") as caught:
        read_roster_names([good, *bad])
    assert [fault.file for fault in caught.value.faults] == ["b.csv", "c.csv"]
    with pytest.raises(TableError, match="there is no such file"):
        read_roster_names(tmp_path / "none.csv")
