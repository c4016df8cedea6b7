"""`revlab evaluate`: plain sentences, a table, and one sentence for everything that cannot be."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from cli_said import Run

from revlab.fieldwork.pilot import read_pilot, write_pilot
from revlab.fieldwork.simulate import simulate_pilot
from revlab.pairing.lottery_capped import capped_lottery
from revlab.pairing.lottery_pools import lottery_table
from revlab.pairing.policies import pair
from revlab.pairing.scoring import score_cohort
from revlab.people.roster import read_roster
from revlab.rng import stream
from revlab.shipped import shipped

IDS = ["mentee_id", "mentor_id"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a roster, a pilot by lottery, and pairs of another policy."""
    place = tmp_path_factory.mktemp("evaluate")
    rows = [f"j{k:02d},{'Sales' if k % 2 else 'Legal'},{1 + k % 3},mentor,Oslo" for k in range(24)]
    rows += [f"s{k:02d},{'Legal' if k % 3 else 'Sales'},{6 + k % 2},mentee,Oslo" for k in range(24)]
    text = "\n".join(["Staff no,Department,Level,Role,Site", *rows, ""])
    (place / "staff.csv").write_text(text, encoding="utf-8")
    cohort = read_roster(place / "staff.csv")
    fit = score_cohort(cohort)
    lottery = capped_lottery(fit, cap=0.3)
    drawn = lottery.draw(fit, stream(1, "lottery"))
    pilot = simulate_pilot(cohort, drawn, compatibility=fit, seed=1)
    write_pilot(replace(pilot, lottery=lottery_table({"P01": lottery})), place / "pilot")
    dyads = pair(cohort, policy="optimal", seed=1).dyads
    dyads.to_csv(place / "best.csv", index=False)
    mixed = pd.concat([lottery.to_frame()] * 2).drop_duplicates(IDS)
    tilt = mixed.assign(probability=mixed["probability"] ** 2)
    tilt.to_csv(place / "tilt.csv", index=False)
    return place


ASKED = ("--scale", "digital_confidence", "--role", "mentee", "-y")


def test_it_answers_in_sentences_and_writes_every_number(
    revlab: Run, folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "numbers.csv"
    said = revlab(
        "evaluate", str(folder / "pilot"), str(folder / "tilt.csv"), *ASKED,
        "--roster", str(folder / "staff.csv"), "--out", str(out),
    )  # fmt: skip
    assert said.code == 0, said.err
    assert said.out.startswith("Simulated data.\n")
    assert "How much can this pilot say about “tilt”?" in said.out
    assert "The lottery could draw 100% of its pairs" in said.out
    assert "What would “tilt” have given?" in said.out
    assert "There are none: all its pairs could have been drawn." in said.out
    assert "Did it make a difference who was paired with whom?" in said.out
    table = pd.read_csv(out, encoding="utf-8-sig")
    assert {"logged", "target", "target_unbiased", "difference", "whole_target"} <= set(
        table["quantity"]
    )
    value = table.set_index("quantity").loc["target"]
    assert f"Mean under “tilt”: {value['estimate']:.2f} (" in said.out
    assert table["convention"].notna().sum() >= 4
    again = revlab(
        "evaluate", str(folder / "pilot"), str(folder / "tilt.csv"), *ASKED, "--out", str(out)
    )
    assert again.code == 1
    assert "is already there; choose another name or add --replace." in again.err


def test_a_file_of_pairs_is_a_target_and_its_scores_are_used(revlab: Run, folder: Path) -> None:
    said = revlab("evaluate", str(folder / "pilot"), str(folder / "best.csv"), *ASKED)
    assert said.code == 0, said.err
    assert "If the best and the worst fit are at most" in said.out
    assert "the replayed test needs the score of every dyad" in said.out


def test_the_seed_decides(revlab: Run, folder: Path) -> None:
    command = ["evaluate", str(folder / "pilot"), str(folder / "tilt.csv"), *ASKED, "--seed"]
    one, two, other = (revlab(*command, seed).out for seed in ("5", "5", "6"))
    assert one == two
    assert one != other


def bad(folder: Path, text: str) -> str:
    """Write a target and return its path."""
    path = folder / "bad.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("mentee_id,mentor_id\nnobody,j01\n", "names mentee 'nobody', not among the mentees of"),
        ("mentee_id,mentor_id\nj01,s01\n", "names mentee 'j01', not among the mentees of"),
        ("mentee_id\ns01\n", "bad.csv, column 'mentor_id': this column is missing"),
        ("mentee_id,mentor_id,probability\ns01,j01,2\n", "row 2, column 'probability': must be at"),
        ("mentee_id,mentor_id,probability\ns01,j01,\n", "'probability': must not be empty"),
        ("mentee_id,mentor_id\ns01,j01\ns01,j01\n", "repeats row 2"),
        ("mentee_id,mentor_id\n", "bad.csv: holds no pair"),
        ("mentee_id,mentor_id\ns01,j01\ns01,j02\n", "the chances of mentee 's01' add up to 2.00"),
        ("", "bad.csv"),
    ],
)
def test_a_target_that_cannot_be_is_said_in_a_sentence(
    revlab: Run, folder: Path, text: str, sentence: str
) -> None:
    said = revlab("evaluate", str(folder / "pilot"), bad(folder, text), *ASKED)
    assert said.code == 1
    assert sentence in said.err
    assert "Traceback" not in said.err
    assert said.out == ""


def test_pilots_and_options_that_cannot_be_are_said(revlab: Run, folder: Path) -> None:
    target, pilot = str(folder / "best.csv"), str(folder / "pilot")
    shipped_pilot = str(shipped("data/example_pilot"))
    sentences = {
        (shipped_pilot, target): "draw the pairs of the next one with `revlab lottery`",
        ("nowhere", target): "there is no pilot folder 'nowhere'",
        (pilot, "none.csv"): "none.csv: there is no such file",
        (pilot, target): "say which scale (--scale) is meant, one of 'digital_confidence'",
        (pilot, target, "--scale", "joy"): "`scale_id` must be one of",
        (pilot, target, "--scale", "voice", "--role", "mentee"): "`role` must be",
        (pilot, target, "--scale", "relationship_quality"): "say the role (--role)",
        (pilot, target, *ASKED, "--out", "no/where.csv"): "does not exist; make it first",
    }
    for command, sentence in sentences.items():
        said = revlab("evaluate", *command)
        assert said.code in (1, 2), command
        assert sentence in said.err, said.err
        assert "Traceback" not in said.err
        assert "`policy_value`" not in said.err


def test_a_lottery_that_could_not_have_made_a_pair_of_the_pilot_is_a_fault(
    revlab: Run, folder: Path, tmp_path: Path
) -> None:
    pilot = read_pilot(folder / "pilot")
    write_pilot(pilot, tmp_path / "pilot")
    first = pilot.dyads.iloc[0]
    table = pd.read_csv(tmp_path / "pilot" / "lottery.csv")
    kept = table[(table["mentee_id"] != first["mentee_id"])]
    kept.to_csv(tmp_path / "pilot" / "lottery.csv", index=False)
    said = revlab("evaluate", str(tmp_path / "pilot"), str(folder / "best.csv"), *ASKED)
    assert said.code == 1
    assert "dyads.csv" in said.err


def test_a_key_needs_a_pilot_under_pseudonyms(revlab: Run, folder: Path, tmp_path: Path) -> None:
    key = str(tmp_path / "my.key")
    assert revlab("intake", "key", key).code == 0
    said = revlab("evaluate", str(folder / "pilot"), str(folder / "best.csv"), *ASKED, "--key", key)
    assert (said.code, said.out) == (1, "")
    assert "the people of pilot are not under pseudonyms, so --key does not go with it" in said.err
