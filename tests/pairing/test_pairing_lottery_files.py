"""A lottery in files and in a pilot: exact there and back, every fault with its place."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pairing_cohorts import random_cohort

from revlab.errors import PairingError, RevlabError, TableError
from revlab.fieldwork.pilot import Pilot, read_pilot, write_pilot
from revlab.fieldwork.simulate import simulate_pilot
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.lottery import Lottery
from revlab.pairing.lottery_capped import capped_lottery
from revlab.pairing.lottery_file import read_lottery, write_lottery
from revlab.pairing.lottery_policy import LotteryDraw
from revlab.pairing.lottery_pools import lotteries_of_table, lottery_table, pool_lotteries
from revlab.pairing.perturbed import perturbed_lottery
from revlab.pairing.policies import POLICIES
from revlab.pairing.pools import draw_arms, draw_pools, pair_in_pools
from revlab.pairing.scoring import score_cohort
from revlab.rng import stream
from revlab.shipped import shipped

ODD_NAMES = ['=cmd|"x"', "+44", "-1", "@me", "a,b;=c", "ö 日本", "1e5", "  spaced ", "nan"]


def scores() -> Compatibility:
    """Return scores of people with awkward names, one of them without any place."""
    rng = stream(1, "test files")
    table = pd.DataFrame(rng.random((9, 5)), index=ODD_NAMES, columns=list("abcde"))
    return Compatibility.from_scores(
        table, mentee_capacity=[1, 2, 1, 0, 1, 1, 1, 1, 1], mentor_capacity=[2, 1, 1, 1, 1]
    )


def same(one: Lottery, other: Lottery) -> bool:
    """Return whether two lotteries are the same, to the last bit."""
    names = ("policy", "cap", "value", "optimum", "kind", "strength", "notes")
    arrays = ("probability", "mentee_capacity", "mentor_capacity", "mentee_ids", "mentor_ids")
    return all(getattr(one, name) == getattr(other, name) for name in names) and all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays
    )


@pytest.mark.parametrize("seed", [None, 0, 2026])
def test_what_is_read_is_what_was_written(tmp_path: Path, seed: int | None) -> None:
    for k, lottery in enumerate(
        (capped_lottery(scores(), cap=0.3), perturbed_lottery(scores(), strength=0.2))
    ):
        folder = tmp_path / str(k)
        folder.mkdir()
        stored = read_lottery(write_lottery(lottery, folder, seed=seed))
        assert same(stored.lottery, lottery)
        assert stored.seed == seed
        drawn = [each.draw_cells(stream(1, "draw")) for each in (lottery, stored.lottery)]
        assert np.array_equal(*drawn)


def test_an_empty_lottery_is_read_again(tmp_path: Path) -> None:
    lottery = capped_lottery(Compatibility.from_scores(np.ones((0, 2))), cap=0.3)
    assert same(read_lottery(write_lottery(lottery, tmp_path)).lottery, lottery)


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    write_lottery(capped_lottery(scores(), cap=0.3), tmp_path)
    text = (tmp_path / "lottery.csv").read_text(encoding="utf-8-sig")
    for cell in text.replace("\n", ",").split(","):
        assert cell.strip('"')[:1] not in tuple("=@")
    assert not text.startswith("=")


def test_a_file_is_replaced_only_when_told(tmp_path: Path) -> None:
    lottery = capped_lottery(scores(), cap=0.3)
    write_lottery(lottery, tmp_path)
    with pytest.raises(RevlabError, match=r"lottery.csv is already there"):
        write_lottery(lottery, tmp_path)
    (tmp_path / "lottery.csv").unlink()
    with pytest.raises(RevlabError, match=r"lottery.toml is already there"):
        write_lottery(lottery, tmp_path)
    assert not (tmp_path / "lottery.csv").exists()
    write_lottery(lottery, tmp_path, if_exists="replace")
    with pytest.raises(RevlabError, match="does not exist; make it first"):
        write_lottery(lottery, tmp_path / "none")


def swap(old: str, new: str) -> Callable[[str], str]:
    """Return an edit of the first place."""
    return lambda text: text.replace(old, new, 1)


def more(line: str) -> Callable[[str], str]:
    """Return an edit that adds a line at the end."""
    return lambda text: text + line + "\n"


def first(line: str) -> Callable[[str], str]:
    """Return an edit that adds a line at the start."""
    return lambda text: line + "\n" + text


FAULTS = [
    ("csv", swap('"b"', '"zoe"'), "lottery.csv, row 2, column 'mentor_id': 'zoe' has no capacity"),
    ("csv", swap(",0.5\n", ",1.5\n"), "row 2, column 'probability': must be at most 1; got 1.5"),
    ("csv", swap(",0.5\n", ",-0.5\n"), "column 'probability': must be at least 0; got -0.5"),
    ("csv", swap(",0.5\n", ",nan\n"), "column 'probability': must be a finite number"),
    ("csv", swap(",0.5\n", ",half\n"), "must be a finite number; got 'half'"),
    ("csv", swap(",0.5\n", ",0.6\n"), "above the capacity of 1"),
    ("csv", swap(",0.5\n", ",0.75\n"), "outside 0 to the cap of 0.7"),
    ("csv", more('"m","b",0.1'), "row 6, column 'mentee_id + mentor_id': repeats row"),
    ("csv", swap("probability", "chance"), "column 'probability': this column is missing"),
    ("csv", lambda text: "", "lottery.csv: cannot be read as a CSV table"),
    ("toml", swap('"m" = 1', '"m" = -1'), "column 'mentee_capacity.m': must be a whole number"),
    ("toml", swap('"m" = 1', '"m" = 1.5'), "column 'mentee_capacity.m': must be a whole number"),
    ("toml", swap("cap = 0.7", "cap = 1.7"), "`cap` must be above 0 and at most 1, got 1.7"),
    ("toml", swap("cap = 0.7", 'cap = "x"'), "column 'cap': must be a number; got 'x'"),
    ("toml", swap("cap = 0.7", "cap = true"), "column 'cap': must be a number; got 'True'"),
    ("toml", swap("cap = 0.7\n", ""), "column 'cap': is missing (add it)"),
    ("toml", first('colour = "red"'), "column 'colour': there is no such setting; there are"),
    ("toml", first("seed = 1.5"), "column 'seed': must be a whole number; got '1.5'"),
    ("toml", swap("notes = []", "notes = [1]"), "column 'notes': must be a list of text"),
    ("toml", first("= 3"), "lottery.toml: cannot be read as TOML"),
    ("toml", first("x = " + 2000 * "[" + 2000 * "]"), "lottery.toml: cannot be read as TOML"),
]


def by_hand(folder: Path) -> None:
    """Write a small lottery."""
    table = np.array([[0.5, 0.5], [0.25, 0.5]])
    write_lottery(Lottery("x", ["m", "n"], ["b", "c"], table, [1, 1], [1, 1], cap=0.7), folder)


@pytest.mark.parametrize(("file", "change", "message"), FAULTS)
def test_a_fault_is_named_with_its_place(
    tmp_path: Path, file: str, change: Callable[[str], str], message: str
) -> None:
    by_hand(tmp_path)
    path = tmp_path / f"lottery.{file}"
    before = path.read_text(encoding="utf-8-sig")
    after = change(before)
    assert after != before
    path.write_text(after, encoding="utf-8")
    with pytest.raises(TableError, match=r"lottery\.") as caught:
        read_lottery(tmp_path)
    assert message in str(caught.value)


def test_all_faults_of_both_files_are_told_at_once(tmp_path: Path) -> None:
    by_hand(tmp_path)
    text = (tmp_path / "lottery.csv").read_text(encoding="utf-8-sig")
    (tmp_path / "lottery.csv").write_text(text.replace(",0.5", ",5"), encoding="utf-8")
    (tmp_path / "lottery.toml").write_text("policy = 3", encoding="utf-8")
    with pytest.raises(TableError, match="probability") as caught:
        read_lottery(tmp_path)
    assert len(caught.value.faults) == 3 + 1 + 8


# -- in pools and in a pilot -------------------------------------------------------------------


@pytest.fixture(scope="module")
def study() -> tuple[Pilot, dict[str, Lottery], Compatibility]:
    """Return a simulated pilot in which two of four pools were paired by a lottery."""
    cohort = random_cohort(24, 24, 3)
    fit = score_cohort(cohort)
    pools = draw_pools(cohort, 4, rng=stream(1, "pools"))
    arms = draw_arms(["P01", "P02", "P03", "P04"], ["lottery", "random"], rng=stream(1, "arms"))
    soft = LotteryDraw(cap=0.4)
    policies = {"random": "random", "lottery": replace(POLICIES["optimal"], mechanism=soft)}
    matching = pair_in_pools(cohort, pools, arms=arms, policies=policies, seed=5)
    draws = {pool: soft for pool, arm in arms.items() if arm == "lottery"}
    lotteries = pool_lotteries(fit, pools, draws=draws)
    pilot = simulate_pilot(cohort, matching, compatibility=fit, seed=5)
    return replace(pilot, lottery=lottery_table(lotteries)), lotteries, fit


def test_the_lottery_of_a_pool_gave_its_dyads(study) -> None:
    pilot, lotteries, _ = study
    assert len(lotteries) == 2
    for pool, lottery in lotteries.items():
        chance = lottery.to_frame().set_index(["mentee_id", "mentor_id"])["probability"]
        dyads = pilot.dyads[pilot.dyads["pool_id"] == pool]
        made = list(zip(dyads["mentee_id"], dyads["mentor_id"], strict=True))
        assert made
        assert (chance.loc[made] > 0).all()


def test_a_pilot_keeps_its_lottery(study, tmp_path: Path) -> None:
    pilot, lotteries, _ = study
    write_pilot(pilot, tmp_path)
    again = read_pilot(tmp_path)
    pd.testing.assert_frame_equal(again.lottery, pilot.lottery, check_exact=True)
    back = lotteries_of_table(again.lottery)
    for pool, lottery in lotteries.items():
        pd.testing.assert_frame_equal(back[pool].to_frame(), lottery.to_frame(), check_exact=True)
        one, other = (each.draw_many(20, stream(1, "draw")) for each in (back[pool], lottery))
        pd.testing.assert_frame_equal(one.to_frame(), other.to_frame(), check_exact=True)
    book = pd.read_csv(tmp_path / "codebook.csv")
    assert (book["file"] == "lottery.csv").sum() == 4
    assert "lottery.csv" in (tmp_path / "README.md").read_text(encoding="utf-8")


def test_writing_a_pilot_without_a_lottery_leaves_none(study, tmp_path: Path) -> None:
    pilot = study[0]
    write_pilot(pilot, tmp_path)
    write_pilot(replace(pilot, lottery=None), tmp_path)
    assert not (tmp_path / "lottery.csv").exists()
    assert read_pilot(tmp_path).lottery is None
    assert "lottery" not in (tmp_path / "README.md").read_text(encoding="utf-8")


def test_the_shipped_pilot_is_written_as_it_was(tmp_path: Path) -> None:
    folder = shipped("data/example_pilot")
    write_pilot(read_pilot(folder), tmp_path)
    for path in folder.iterdir():
        if path.name != "README.md":
            assert (tmp_path / path.name).read_bytes() == path.read_bytes()


def edited(study, tmp_path: Path, change: Callable[[pd.DataFrame, Pilot], pd.DataFrame]) -> str:
    """Return the faults of the pilot whose lottery was changed."""
    pilot = study[0]
    write_pilot(pilot, tmp_path)
    table = pd.read_csv(tmp_path / "lottery.csv")
    change(table, pilot).to_csv(tmp_path / "lottery.csv", index=False)
    with pytest.raises(TableError, match="lottery") as caught:
        read_pilot(tmp_path)
    return str(caught.value)


def without_first_dyad(table: pd.DataFrame, pilot: Pilot) -> pd.DataFrame:
    """Drop the chance of the first dyad that came from a lottery."""
    dyad = pilot.dyads[pilot.dyads["pool_id"].isin(table["pool_id"])].iloc[0]
    made = (table["mentee_id"] == dyad["mentee_id"]) & (table["mentor_id"] == dyad["mentor_id"])
    return table[~made]


def test_a_dyad_without_a_chance_is_named_by_its_row(study, tmp_path: Path) -> None:
    pilot = study[0]
    drawn = pilot.dyads["pool_id"].isin(pilot.lottery["pool_id"])
    row = int(np.flatnonzero(drawn)[0]) + 2
    message = "the lottery of this pool gives these two people no chance in lottery.csv"
    said = f"dyads.csv, row {row}, column 'mentee_id': {message}"
    assert said in edited(study, tmp_path, without_first_dyad)

    def none_left(table: pd.DataFrame, pilot: Pilot) -> pd.DataFrame:
        kept = without_first_dyad(table, pilot).index
        table.loc[~table.index.isin(kept), "probability"] = 0.0
        return table

    assert said in edited(study, tmp_path, none_left)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("pool_id", "P77", "lottery.csv, row 2, column 'pool_id': the pool is not in arms.csv"),
        ("mentee_id", "s999", "column 'mentee_id': is not a mentee in people.csv"),
        ("mentor_id", "s000", "column 'mentor_id': is not a mentor in people.csv"),
        ("probability", 1.5, "column 'probability': must be at most 1; got 1.5"),
        ("mentor_id", "=1+1", "column 'mentor_id': an id has up to 64 letters"),
    ],
)
def test_a_bad_row_of_the_lottery_is_named(
    study, tmp_path: Path, column: str, value: object, message: str
) -> None:
    def change(table: pd.DataFrame, pilot: Pilot) -> pd.DataFrame:
        table.loc[0, column] = value
        return table

    assert message in edited(study, tmp_path, change)


def test_people_of_another_pool_and_repeated_pairs_are_named(study, tmp_path: Path) -> None:
    def change(table: pd.DataFrame, pilot: Pilot) -> pd.DataFrame:
        other = table[table["pool_id"] != table["pool_id"].iloc[0]].iloc[0]
        table.loc[0, "mentor_id"] = other["mentor_id"]
        return table

    assert "belongs to another pool in people.csv" in edited(study, tmp_path, change)

    def twice(table: pd.DataFrame, pilot: Pilot) -> pd.DataFrame:
        return pd.concat([table, table.iloc[:1]])

    assert "repeats row 2" in edited(study, tmp_path, twice)


def test_more_dyads_than_the_chances_allow_are_named(study, tmp_path: Path) -> None:
    pilot = study[0]
    drawn = pilot.dyads["pool_id"].isin(pilot.lottery["pool_id"]).to_numpy()
    a, b = np.flatnonzero(drawn & (pilot.dyads["pool_id"] == pilot.lottery["pool_id"].iloc[0]))[:2]
    mentor = pilot.dyads["mentor_id"].iloc[a]
    mentee = pilot.dyads["mentee_id"].iloc[b]
    dyads = pilot.dyads.copy()
    dyads.loc[b, "mentor_id"] = mentor
    chance = pilot.lottery.copy()
    mine = chance["mentor_id"] == mentor
    chance = chance[~((chance["mentee_id"] == mentee) & mine)]
    row = {"pool_id": chance["pool_id"].iloc[0], "mentee_id": mentee, "mentor_id": mentor}
    chance = pd.concat([chance, pd.DataFrame([row | {"probability": 1e-12}])])
    with pytest.raises(TableError, match="is in no dyad") as caught:
        write_pilot(replace(pilot, dyads=dyads, lottery=chance), tmp_path)
    said = [str(fault) for fault in caught.value.faults]
    rule = "the lottery gives this mentor fewer dyads, by the sum of their chances"
    assert f"dyads.csv, row {b + 2}, column 'mentor_id': {rule} (correct the cell)." in said


def test_pools_of_lotteries_are_those_there_are(study) -> None:
    fit = study[2]
    pools = pd.DataFrame([("j999", "mentor", "P01")], columns=["person_id", "side", "pool_id"])
    with pytest.raises(PairingError, match=r"mentor \['j999'\] of pool 'P01' has no scores"):
        pool_lotteries(fit, pools, draws={"P01": LotteryDraw()})
    with pytest.raises(PairingError, match="has nobody in pool 'P09'"):
        pool_lotteries(fit, pools, draws={"P09": LotteryDraw()})
    assert list(lottery_table({})) == ["pool_id", "mentee_id", "mentor_id", "probability"]
