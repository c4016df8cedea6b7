"""Lottery, quotas, hand-made pairs and the rounds of a rolling programme on the command line."""

from pathlib import Path

import pandas as pd
import pytest
from cli_said import Run

from revlab.pairing.lottery_file import read_lottery
from revlab.shipped import shipped

SMALL = str(shipped("data/rosters/ukcs_small"))


@pytest.fixture
def staff(tmp_path: Path) -> Path:
    """Five juniors and four seniors at two sites, all of whom may meet."""
    path = tmp_path / "staff.csv"
    rows = [f"j{k},{'Sales' if k % 2 else 'Legal'},{1 + k % 3},mentor,Oslo" for k in range(5)]
    rows += [f"s{k},{'Legal' if k % 2 else 'Sales'},{6 + k % 2},mentee,Oslo" for k in range(4)]
    text = "\n".join(["Staff no,Department,Level,Role,Site", *rows, ""])
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def paired(revlab: Run, staff: Path, tmp_path: Path) -> Path:
    """Return the pairs of the first round."""
    out = tmp_path / "pairs.csv"
    said = revlab("pair", str(staff), "--policy", "optimal", "--out", str(out), "-y")
    assert said.code == 0
    return out


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, encoding="utf-8-sig")


def test_a_lottery_draws_pairs_and_keeps_their_chances(revlab: Run, tmp_path: Path) -> None:
    out, keep = tmp_path / "pairs.csv", tmp_path / "chances"
    command = ["lottery", SMALL, "--cap", "0.4", "--out", str(out), "--keep", str(keep), "-y"]
    said = revlab(*command)
    assert said.code == 0
    assert "% of the optimum" in said.out
    stored = read_lottery(keep)
    assert stored.seed == 2026
    assert stored.lottery.probability.max() <= 0.4 + 1e-9
    chance = stored.lottery.to_frame().set_index(["mentee_id", "mentor_id"])["probability"]
    drawn = read(out)
    assert all(
        chance[pair] > 0 for pair in zip(drawn["mentee_id"], drawn["mentor_id"], strict=True)
    )
    again = revlab(*command)
    assert again.code == 1
    assert "is already there; choose another name or add --replace." in again.err
    assert revlab(*command, "--replace").code == 0
    pd.testing.assert_frame_equal(read(out), drawn)


@pytest.mark.parametrize("cap", ["0", "1.5"])
def test_a_cap_that_is_no_share_is_said(revlab: Run, tmp_path: Path, cap: str) -> None:
    out, keep = str(tmp_path / "p.csv"), str(tmp_path / "c")
    said = revlab("lottery", SMALL, "--cap", cap, "--out", out, "--keep", keep, "-y")
    assert said.code != 0
    assert "`cap` must be" in said.err
    assert not Path(out).exists()


def test_a_next_round_keeps_pairs_and_says_what_changed(
    revlab: Run, staff: Path, paired: Path, tmp_path: Path
) -> None:
    first = read(paired)
    gone = first["mentee_id"][0]
    second, third = tmp_path / "second.csv", tmp_path / "third.csv"
    said = revlab(
        "rematch", str(staff), "--pairs", str(paired), "--left", gone, "--exchange-rate", "inf",
        "--out", str(second), "-y",
    )  # fmt: skip
    assert said.code == 0
    assert "Dyads: 3 kept, 1 ended, 0 re-paired, 0 new; 2 people wait." in said.out
    changes = read(tmp_path / "second-changes.csv")
    assert changes.loc[changes["change"] == "ended", "because"].tolist() == ["the mentee left"]
    waiting = read(tmp_path / "second-leftover.csv").set_index("person_id")
    assert waiting["round"].tolist() == [2, 2]
    assert sorted(waiting["since"]) == [1, 2]
    said = revlab(
        "rematch", str(staff), "--pairs", str(second), "--exchange-rate", "inf",
        "--out", str(third), "-y",
    )  # fmt: skip
    assert "Dyads: 3 kept, 0 ended, 0 re-paired, 1 new; 1 person waits." in said.out
    came = read(tmp_path / "third-changes.csv").set_index("change").loc["new"]
    assert came["mentor_id"] in waiting.index
    assert came["mentee_id"] == gone
    assert (read(tmp_path / "third-leftover.csv")["round"] == 3).all()


def test_why_two_people_are_not_together(revlab: Run, staff: Path, paired: Path) -> None:
    pairs = read(paired)
    mentee, mentor = pairs["mentee_id"][0], pairs["mentor_id"][1]
    question = ["why", str(staff), "--pairs", str(paired), "-y", "--mentee", mentee]
    assert "together" in revlab(*question, "--mentor", mentor).out
    stranger = revlab(*question, "--mentor", "nobody")
    assert stranger.code == 1
    assert "there is no mentor 'nobody'" in stranger.err


def test_quotas_across_units_are_kept(revlab: Run, staff: Path, tmp_path: Path) -> None:
    out = tmp_path / "mixed.csv"
    said = revlab(
        "pair", str(staff), "--policy", "optimal", "--across", "unit=1", "--out", str(out), "-y"
    )
    assert said.code == 0
    unit = pd.read_csv(staff).set_index("Staff no")["Department"]
    pairs = read(out)
    assert (unit[pairs["mentor_id"]].to_numpy() != unit[pairs["mentee_id"]].to_numpy()).all()


@pytest.mark.parametrize(
    ("policy", "across", "sentence"),
    [
        ("optimal", "unit", "--across must be a column and a share, such as site=0.5; got 'unit'."),
        ("optimal", "unit=half", "got 'unit=half'"),
        ("greedy", "unit=0.5", "goes with the policies 'optimal' and 'most_pairs', not with"),
        ("optimal", "colour=0.5", "have no column 'colour' for a mix"),
        ("optimal", "site=0.5", "site"),
    ],
)
def test_a_quota_that_cannot_be_is_said_in_a_sentence(
    revlab: Run, staff: Path, tmp_path: Path, policy: str, across: str, sentence: str
) -> None:
    out = tmp_path / "mixed.csv"
    said = revlab(
        "pair", str(staff), "--policy", policy, "--across", across, "--out", str(out), "-y"
    )
    assert said.code != 0
    assert sentence in said.err
    assert "Traceback" not in said.err
    assert not out.exists()


def test_pairs_made_by_hand_are_compared(revlab: Run, staff: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text("mentor_id,mentee_id\nj0,s0\nj1,s1\n", encoding="utf-8")
    said = revlab("compare", str(staff), "--own-pairs", str(own), "-y")
    assert said.code == 0
    assert "pairs made by hand" in said.out
    own.write_text("mentor_id,mentee_id\ns0,j0\nj9,s1\n", encoding="utf-8")
    said = revlab("compare", str(staff), "--own-pairs", str(own), "-y")
    assert said.code == 1
    assert "own.csv, row 2, column 'mentor_id': 's0' is a mentee (senior)" in said.err
    assert "own.csv, row 3, column 'mentor_id': nobody in the cohort has the id 'j9'" in said.err


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("mentor_id\nj0\n", "column 'mentee_id': this column is missing"),
        ("mentor_id,mentee_id\nj0,\n", "row 2"),
        ("mentor_id,mentee_id\nj0,s0\nj0,s0\n", "row 3"),
        ("mentor_id,mentee_id,score\nj0,s0,good\n", "column 'score'"),
    ],
)
def test_a_file_of_pairs_with_faults_is_refused_with_their_places(
    revlab: Run, staff: Path, tmp_path: Path, text: str, sentence: str
) -> None:
    pairs = tmp_path / "old.csv"
    pairs.write_text(text, encoding="utf-8")
    out = tmp_path / "next.csv"
    said = revlab("rematch", str(staff), "--pairs", str(pairs), "--out", str(out), "-y")
    assert said.code == 1
    assert "old.csv" in said.err
    assert sentence in said.err
    assert not out.exists()


@pytest.mark.parametrize("command", ["rematch", "why"])
def test_pairs_of_another_key_are_refused_without_a_key_too(
    revlab: Run, staff: Path, paired: Path, tmp_path: Path, command: str
) -> None:
    other = tmp_path / "closed.csv"
    text = paired.read_text(encoding="utf-8-sig").replace('"j', '"p_j').replace('"s', '"p_s')
    other.write_text(text.replace("p_score", "score"), encoding="utf-8")
    (tmp_path / "pairs-leftover.csv").unlink()
    more = ["--out", str(tmp_path / "next.csv")]
    more = more if command == "rematch" else ["--mentee", "s0", "--mentor", "j0"]
    said = revlab(command, str(staff), "--pairs", str(other), "-y", *more)
    assert said.code == 1
    assert "closed.csv: nobody in these pairs is in the roster" in said.err
    assert not (tmp_path / "next.csv").exists()


def test_a_person_who_is_not_there_is_named_by_the_option(
    revlab: Run, staff: Path, paired: Path
) -> None:
    command = ["why", str(staff), "--pairs", str(paired), "-y", "--mentor", "j0", "--mentee", "j1"]
    said = revlab(*command)
    assert said.code == 1
    assert "there is no mentee 'j1' in the roster; --mentee takes an id" in said.err
