"""The user's own pairs: what is read, what is refused, and the mechanism that plays them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pairing_cohorts import random_cohort

from revlab.errors import PairingError, TableError
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.eligibility import DEFAULT_ELIGIBILITY
from revlab.pairing.own_pairs import OwnPairs, read_own_pairs
from revlab.pairing.policies import Policy, pair
from revlab.pairing.quality import compare
from revlab.pairing.scoring import DEFAULT_SCORE
from revlab.people.cohort import Cohort
from revlab.rng import stream


def cohort_of() -> Cohort:
    """Return two juniors and two seniors; bo is both."""
    people = pd.DataFrame(
        {"unit": ["a", "b", "b", "c"], "grade": [1, 3, 3, 5]}, index=["ana", "bo", "cy", "di"]
    )
    return Cohort(mentors=people.loc[["ana", "bo"]], mentees=people.loc[["bo", "cy", "di"]])


def written(folder: Path, text: str) -> Path:
    """Write a file of own pairs."""
    path = folder / "hr.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_pairs_are_read_and_played_and_other_columns_left_out(tmp_path: Path) -> None:
    path = written(tmp_path, "\ufeffnote,mentee_id,mentor_id\nx, cy ,ana\n,di,bo\n\n")
    own = read_own_pairs(path, cohort_of())
    assert own == OwnPairs((("ana", "cy"), ("bo", "di")))
    assert repr(own) == "OwnPairs of 2 dyads that were made by hand"
    assert read_own_pairs(str(path), cohort_of()) == own
    policy = Policy("hr", DEFAULT_SCORE, (), own, "HR's own pairs.")
    matching = pair(cohort_of(), policy=policy, seed=1)
    made = matching.dyads[["mentor_id", "mentee_id"]].values.tolist()
    assert sorted(made) == [["ana", "cy"], ["bo", "di"]]
    assert matching.unmatched_mentees["person_id"].tolist() == ["bo"]


def test_all_faults_of_a_file_are_listed_at_once(tmp_path: Path) -> None:
    text = "mentor_id,mentee_id\nana,cy\ncy,ana\nana,\nana,zed\nana,cy\n"
    with pytest.raises(TableError, match=r"hr\.csv") as caught:
        read_own_pairs(written(tmp_path, text), cohort_of())
    assert [str(fault) for fault in caught.value.faults] == [
        (
            "hr.csv, row 3, column 'mentor_id': 'cy' is a mentee (senior) in this cohort and "
            "cannot be a mentor (junior) (swap the two ids: the mentor is the junior)."
        ),
        (
            "hr.csv, row 3, column 'mentee_id': 'ana' is a mentor (junior) in this cohort and "
            "cannot be a mentee (senior) (swap the two ids: the mentor is the junior)."
        ),
        "hr.csv, row 4, column 'mentee_id': must not be empty (fill the cell).",
        (
            "hr.csv, row 5, column 'mentee_id': nobody in the cohort has the id 'zed' (use the ids "
            "of the cohort, which may be pseudonyms)."
        ),
        (
            "hr.csv, row 6, column 'mentor_id + mentee_id': repeats row 2; each must be different "
            "(remove one)."
        ),
    ]


def test_a_missing_file_or_column_is_told(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"^none\.csv: there is no such file \(check the name\)"):
        read_own_pairs(tmp_path / "none.csv", cohort_of())
    with pytest.raises(TableError, match=r"column 'mentee_id': this column is missing \(add it\)"):
        read_own_pairs(written(tmp_path, "mentor_id\nana\n"), cohort_of())
    with pytest.raises(TableError, match=r"nobody in the cohort has the id 'bob'"):
        read_own_pairs(written(tmp_path, "mentor_id\nbob\n"), cohort_of())
    with pytest.raises(TableError, match=r"cannot be read as a CSV table"):
        read_own_pairs(written(tmp_path, ""), cohort_of())
    assert read_own_pairs(written(tmp_path, "mentor_id,mentee_id\n"), cohort_of()).pairs == ()


def test_every_broken_pair_is_named_with_all_its_rules() -> None:
    cohort = cohort_of()
    cohort = replace(
        cohort,
        mentors=cohort.mentors.assign(capacity=[1, 2]),
        reporting_lines=pd.DataFrame({"person_id": ["bo"], "manager_id": ["cy"]}),
    )
    own = OwnPairs((("ana", "bo"), ("ana", "di"), ("bo", "cy"), ("bo", "bo")))
    policy = Policy("hr", DEFAULT_SCORE, ("grade_gap", "own_reporting_line", "same_unit"), own)
    with pytest.raises(PairingError, match=r"^the own pairs cannot be made: ") as caught:
        pair(cohort, policy=policy, seed=1)
    said = str(caught.value)
    assert "mentor 'bo' with mentee 'cy': the mentee is not 1 or more grades above" in said
    line = said.split("mentor 'bo' with mentee 'cy': ")[1].split(";")[0]
    assert line.count(" and ") >= 1
    assert "they are in the same unit" in line
    assert "mentor 'bo' with mentee 'bo': " in said
    assert "mentor 'ana' is in 2 of them and has a capacity of 1" in said
    assert "mentor 'ana' with" not in said
    assert said.endswith("change these pairs, or the rules and capacities of the policy.")


def test_somebody_who_is_not_there_is_an_error_and_another_pool_is_not() -> None:
    scores = Compatibility.from_scores(np.ones((2, 2)))
    rng = stream(1, "chance")
    two_pools = OwnPairs((("mentor1", "mentee2"), ("elsewhere", "too")))
    assert two_pools(scores, rng).tolist() == [[1, 0]]
    for pairs, wrong in (
        ((("mentor1", "who"),), r"mentor 'mentor1' with mentee 'who': the mentee is not among"),
        ((("who", "mentee1"),), r"mentor 'who' with mentee 'mentee1': the mentor is not among"),
        ((("who", "else"),), r"nobody in them is among these people"),
        ((("mentor1", "mentee1"), ("mentor2", "mentee1")), r"mentee 'mentee1' is in 2 of them"),
    ):
        with pytest.raises(PairingError, match=wrong):
            OwnPairs(pairs)(scores, rng)
    with pytest.raises(PairingError, match=r"the same dyad twice: mentor 'a' with mentee 'b'"):
        OwnPairs((("a", "b"), ("a", "b")))


@pytest.mark.parametrize("shape", [(0, 0), (0, 2), (2, 0)])
def test_an_empty_side_or_no_pairs_gives_no_dyads(shape: tuple[int, int]) -> None:
    rng = stream(1, "chance")
    assert OwnPairs(())(Compatibility.from_scores(np.ones((2, 2))), rng).shape == (0, 2)
    assert OwnPairs(())(Compatibility.from_scores(np.ones(shape)), rng).shape == (0, 2)


def test_replaying_a_policy_gives_its_dyads_and_the_judges_take_both(tmp_path: Path) -> None:
    cohort = random_cohort(12, 14, 3)
    made = pair(cohort, policy="optimal", seed=2).dyads
    made.sample(frac=1, random_state=1).to_csv(tmp_path / "hr.csv", index=False)
    own = read_own_pairs(tmp_path / "hr.csv", cohort)
    hr = Policy("hr", DEFAULT_SCORE, DEFAULT_ELIGIBILITY, own)
    again = pair(cohort, policy=hr, seed=9).dyads
    pd.testing.assert_frame_equal(again.drop(columns="arm"), made.drop(columns="arm"))
    table = compare(cohort, [hr, "random"], seed=1)
    assert "hr" in table.to_string()
