"""The corpus of hostile files: no traceback, one clear sentence with its place, no hang."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from hostile_files import CORPUS, Hostile, bomb, forbidden, rows

from revlab.people.repaired import repair_roster
from revlab.people.roster import check_roster
from revlab.privacy.export import safe_cell

SECONDS = 60.0
"""A guard against hanging, not a measure of speed."""


@pytest.mark.parametrize("file", CORPUS, ids=lambda file: file.name)
def test_a_hostile_file_gets_a_sentence_or_is_read(
    file: Hostile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = file.make(tmp_path)
    if file.make is forbidden:  # root may read everything
        whole = Path.read_bytes

        def refused(self: Path) -> bytes:
            if self.name == path.name:
                raise PermissionError(13, "Permission denied", str(self))
            return whole(self)

        monkeypatch.setattr(Path, "read_bytes", refused)
    start = time.perf_counter()
    report = check_roster(path)
    assert time.perf_counter() - start < SECONDS
    said = [str(fault) for fault in report.faults]
    if file.says:
        assert report.cohort is None
        assert any(file.says in one for one in said), said
        assert all(one.startswith(path.name) and one.endswith(".") for one in said), said
        assert all("\n" not in one and one.isprintable() and len(one) < 500 for one in said), said
    else:
        assert said == []
        assert report.cohort is not None
        assert any(file.note in note for note in report.notes), report.notes


def test_the_corpus_is_large_and_its_names_differ() -> None:
    assert len(CORPUS) >= 60
    assert len({file.name for file in CORPUS}) == len(CORPUS)


@pytest.mark.parametrize("file", [f for f in CORPUS if not f.says], ids=lambda file: file.name)
def test_what_is_read_is_read_again_from_its_repaired_copy(file: Hostile, tmp_path: Path) -> None:
    from revlab.people.mapping_file import read_mapping
    from revlab.people.repaired import write_repaired

    roster = repair_roster(file.make(tmp_path))
    (tmp_path / "out").mkdir()
    written = write_repaired(roster, tmp_path / "out" / "clean.csv")
    again = check_roster(written[0], mapping=read_mapping(written[-1]))
    first = roster.report.cohort
    assert again.faults == ()
    assert first is not None
    assert again.cohort is not None
    for side in ("mentors", "mentees"):
        one, two = getattr(first, side), getattr(again.cohort, side)
        assert one.index.tolist() == two.index.tolist()
        assert one.drop(columns="grade_label").equals(two.drop(columns="grade_label"))
    assert roster.n_rows == len(first.mentors) + len(first.mentees)


MEASURED = """
import resource, sys
from pathlib import Path
from revlab.people.roster import check_roster
for path in sys.argv[1:]:
    fault = (*check_roster(Path(path)).faults, "read")[0]
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, str(fault)[:60])
"""
AT_MOST = {
    "zip bomb": 20,
    "smaller bomb": 20,
    "entities that unfold": 20,
    "a cell of a million": 40,
    "20,000,000 cells": 150,
    "2,000,000 rows": 300,
    "far cells": 400,
}
"""File to the most megabytes by which the process may have grown when it was read."""


def test_memory_is_bounded(tmp_path: Path) -> None:
    paths = []
    for place, name in enumerate(["merged cells", *AT_MOST]):
        (tmp_path / str(place)).mkdir()
        paths.append(next(f for f in CORPUS if f.name == name).make(tmp_path / str(place)))
    run = [sys.executable, "-c", MEASURED, *map(str, paths)]
    done = subprocess.run(run, capture_output=True, text=True, check=True, timeout=60)
    first, *lines = done.stdout.splitlines()
    assert first.endswith("read")
    grown = [int(line.split()[0]) - int(first.split()[0]) for line in lines]
    assert len(grown) == len(AT_MOST)
    assert {
        name: n for (name, most), n in zip(AT_MOST.items(), grown, strict=True) if n > most
    } == {}
    assert all(line.split()[1].startswith("staff.") for line in lines)


def test_the_bomb_is_small_on_the_disk_and_large_unpacked(tmp_path: Path) -> None:
    assert bomb(tmp_path).stat().st_size < 2_000_000


def test_formulas_of_a_roster_leave_it_as_text(tmp_path: Path) -> None:
    path = rows("=1+1,@SUM(A1),1,mentor,1,-2+3,")(tmp_path)
    roster = repair_roster(path)
    cells = [cell for line in roster.tables[0].frame.itertuples(index=False) for cell in line]
    live = [cell for cell in cells if str(safe_cell(cell)).startswith(("=", "+", "@", "-"))]
    assert live == []
