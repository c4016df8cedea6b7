"""The mentor is the junior: every swapped row is caught (practice P63), no clean row is accused."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from revlab.errors import TableError
from revlab.people.direction import check_direction
from revlab.people.mapping import RosterMapping
from revlab.people.mapping_file import read_mapping
from revlab.people.roster import check_roster, read_roster
from revlab.people.sides import SidesByColumn, SidesByFile
from revlab.shipped import shipped

GRADES = ("AA", "AO", "EO", "HEO", "SEO", "Grade 7", "Grade 6", "SCS1", "SCS2")
MAPPING = RosterMapping(
    columns={"person_id": ("id",), "unit": ("unit",), "grade": ("grade",)},
    sides=SidesByColumn("role", mentor=("mentor",), mentee=("mentee",)),
    grades=tuple((grade,) for grade in GRADES),
)


def roster(folder: Path, ranks: dict[str, np.ndarray], swapped: set[int]) -> Path:
    """Write a roster in which the rows ``swapped`` (counted from 2) name the wrong side."""
    lines = ["id,unit,grade,role"]
    other = {"mentor": "mentee", "mentee": "mentor"}
    for side, numbers in ranks.items():
        for rank in numbers:
            row = len(lines) + 1
            role = other[side] if row in swapped else side
            lines.append(f"p{row},U,{GRADES[rank]},{role}")
    path = folder / "people.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("turn", range(40))
def test_each_swapped_row_is_reported_and_no_other(turn: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(turn)
    size = int(rng.integers(6, 60))
    ranks = {"mentor": rng.integers(0, 4, size), "mentee": rng.integers(5, 9, size)}
    wrong = set((2 + rng.choice(2 * size, size=int(rng.integers(1, size)), replace=False)).tolist())
    report = check_roster(roster(tmp_path, ranks, wrong), mapping=MAPPING)
    assert report.direction is not None
    caught = set(report.direction.rows["row"])
    whole = [fault for fault in report.faults if "sides look swapped" in fault.rule]
    assert whole or wrong <= caught
    clean = check_roster(roster(tmp_path, ranks, set()), mapping=MAPPING)
    assert clean.faults == ()
    assert clean.direction is not None
    assert clean.direction.rows.empty


@pytest.mark.parametrize("folder", ["ukcs_small", "ukcs_large"])
def test_a_real_roster_read_the_wrong_way_round_is_refused(folder: str) -> None:
    mapping = read_mapping(shipped(f"data/rosters/{folder}/roster.toml"))
    wrong = RosterMapping(
        columns=mapping.columns,
        sides=SidesByFile({"mentors.csv": "mentor", "mentees.csv": "mentee"}),
        grades=mapping.grades,
    )
    with pytest.raises(
        TableError, match=r"sides look swapped: in \d\d% .* exchange them in"
    ) as caught:
        read_roster(shipped(f"data/rosters/{folder}"), mapping=wrong)
    assert len(caught.value.faults) == 1
    assert check_roster(shipped(f"data/rosters/{folder}"), mapping=wrong).cohort is None


def people(mentors: list[int], mentees: list[int], both: bool = False) -> pd.DataFrame:
    sides = ["mentor"] * len(mentors) + ["mentee"] * len(mentees)
    rows = range(2, 2 + len(sides))
    names = [f"p{row}" for row in rows]
    return pd.DataFrame(
        {"file": "a.csv", "sheet": None, "row": rows, "person_id": names, "side": sides,
         "grade": mentors + mentees, "grade_label": "?", "both": both}
    )  # fmt: skip


def test_the_share_is_the_count_over_all_combinations() -> None:
    mentors, mentees = [1, 4, 5, 5], [2, 5, 6]
    pairs = [(a, b) for a in mentors for b in mentees]
    direction = check_direction(people(mentors, mentees))
    assert direction.at_or_above == pytest.approx(sum(a >= b for a, b in pairs) / len(pairs))


def test_who_can_never_be_paired_is_named() -> None:
    direction = check_direction(people([1, 1, 6], [2, 5, 6, 1]))
    found = direction.rows[["row", "finding"]].to_numpy().tolist()
    assert found[:2] == [[4, "no partner above"], [8, "no partner below"]]
    assert direction.notes[0] == (
        "1 of 3 mentors have no mentee above their grade and can never be paired: a.csv row 4."
    )


def test_equal_grades_are_refused_because_nobody_is_junior() -> None:
    assert check_direction(people([3, 3], [3, 3])).faults


def test_people_on_both_sides_do_not_count_as_swapped() -> None:
    direction = check_direction(people([1, 5], [1, 5], both=True))
    assert direction.faults == ()
    assert np.isnan(direction.at_or_above)


def test_good_news_is_said_too() -> None:
    notes = check_direction(people([1, 2], [3, 4])).notes
    assert notes == ("every mentor has a mentee above their grade, every mentee a mentor below.",)
