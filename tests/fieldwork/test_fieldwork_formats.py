"""Formats compared: each number does what it says, and ranks come from what is assumed."""

from dataclasses import replace

import numpy as np
import pytest

from revlab.errors import OptionError
from revlab.fieldwork.compare_formats import compare_formats, dominates
from revlab.fieldwork.costs import Costs
from revlab.fieldwork.evidence import evidence
from revlab.fieldwork.formats import FORMATS, Format
from revlab.fieldwork.programme import Assumptions, Programme
from revlab.fieldwork.sessions import SessionModel
from revlab.fieldwork.simulate_formats import simulate_formats
from revlab.people.cohort import Cohort
from revlab.people.population import Population, draw_cohort
from revlab.rng import stream


@pytest.fixture(scope="module")
def firm() -> Cohort:
    return draw_cohort(Population(), 60, 40, rng=stream(5, "firm"))


def mean(firm: Cohort, column: str, **formats: Format) -> np.ndarray:
    runs = simulate_formats(firm, formats, n_sims=6, seed=2)
    return runs.groupby("format", sort=False)[column].mean().to_numpy()


def test_all_formats_of_the_brief_are_there() -> None:
    assert list(FORMATS) == [
        "none", "traditional", "reverse", "mutual", "lab", "repository", "sprint", "mixers"
    ]  # fmt: skip


def test_most_numbers_of_formats_are_assumed_and_say_so() -> None:
    rows = evidence()
    rows = rows[rows["parameter"].str.startswith("format.")]
    assert len(rows) == 8 * 9
    assert (rows["grade"] == "assumption").mean() > 0.9
    assert rows["note"].notna().all()


@pytest.mark.parametrize("name", ["traditional", "mutual"])
def test_the_direction_of_mentoring_is_neutral_until_somebody_knows_better(name: str) -> None:
    reverse = FORMATS["reverse"]
    assert replace(FORMATS[name], note=reverse.note) == reverse


def test_nothing_gives_nothing_and_costs_nothing(firm) -> None:
    runs = simulate_formats(firm, {"none": FORMATS["none"]}, n_sims=3, seed=1)
    assert (runs[["gain", "ideas", "hours"]] == 0).all(axis=None)


def test_a_tie_is_shared(firm) -> None:
    table = compare_formats(firm, dict.fromkeys(("a", "b"), FORMATS["none"]), n_sims=2, seed=1)
    assert table["best_gain"].tolist() == [0.5, 0.5]
    assert (table["dominated_by"] == "").all()


@pytest.mark.parametrize("name", ["reverse", "sprint"])
def test_a_format_does_more_the_more_it_reaches(firm, name: str) -> None:
    less, more = (replace(FORMATS[name], reach=reach, doubt=0.0) for reach in (0.2, 0.6))
    for column in ("gain", "ideas", "hours"):
        low, high = mean(firm, column, less=less, more=more)
        assert high > 2 * low


@pytest.mark.parametrize("name", ["reverse", "sprint"])
def test_gains_are_proportional_to_what_is_assumed(firm, name: str) -> None:
    one = replace(FORMATS[name], doubt=0.0)
    two = replace(one, senior_gain=2 * one.senior_gain, junior_gain=2 * one.junior_gain)
    low, high = mean(firm, "gain", one=one, two=two)
    assert high == pytest.approx(2 * low)


def test_hours_count_each_side_by_its_own(firm) -> None:
    """By hand, at a format nobody can miss: no session hours, then only them."""
    still = replace(FORMATS["sprint"], reach=1.0, session_hours=0.0, person_hours=2.0,
                    fixed_hours=30.0)  # fmt: skip
    assert mean(firm, "hours", still=still)[0] == pytest.approx((100 * 2.0 + 30.0) / 100)
    dyads = replace(FORMATS["reverse"], reach=1.0, session_hours=0.0, person_hours=1.0,
                    fixed_hours=0.0)  # fmt: skip
    assert mean(firm, "hours", dyads=dyads)[0] == pytest.approx(2 * 40 / 100), "40 dyads, 2 people"
    one = replace(still, person_hours=0.0, fixed_hours=0.0, session_hours=1.0)
    always = SessionModel(skip_base=-50.0, skip_workload=0.0, skip_after_skip=0.0)
    runs = simulate_formats(
        firm, {"one": one}, programme=Programme(assumptions=Assumptions(sessions=always)),
        n_sims=2, seed=1,
    )  # fmt: skip
    assert runs["hours"].tolist() == pytest.approx([2 * (60 + Costs().senior_hour * 40) / 100] * 2)


def test_nobody_reached_is_no_fault(firm) -> None:
    nobody = replace(FORMATS["reverse"], reach=0.0)
    assert mean(firm, "gain", nobody=nobody)[0] == 0
    assert mean(firm, "hours", nobody=nobody)[0] == pytest.approx(nobody.fixed_hours / 100)


def test_doubt_spreads_what_a_format_may_give(firm) -> None:
    sure, unsure = (replace(FORMATS["sprint"], doubt=doubt) for doubt in (0.0, 0.8))
    runs = simulate_formats(firm, {"sure": sure, "unsure": unsure}, n_sims=40, seed=2)
    spread = runs.groupby("format")["gain"].std()
    assert spread["unsure"] > 4 * spread["sure"]


def test_the_comparison_says_what_the_runs_say(firm) -> None:
    runs = simulate_formats(firm, n_sims=12, seed=4)
    table = compare_formats(firm, n_sims=12, seed=4).set_index("format")
    assert list(table.index) == list(FORMATS)
    assert table["best_gain"].sum() == pytest.approx(1.0)
    assert table["best_value"].sum() == pytest.approx(1.0)
    wins = runs.loc[runs.groupby("replication")["gain"].idxmax(), "format"].value_counts() / 12
    for name, row in table.iterrows():
        own = runs[runs["format"] == name]
        assert row["gain"] == pytest.approx(own["gain"].mean())
        assert row["gain_low"] == pytest.approx(np.quantile(own["gain"], 0.025))
        assert row["gain_high"] == pytest.approx(np.quantile(own["gain"], 0.975))
        assert row["best_gain"] == pytest.approx(wins.get(name, 0.0))
        value = 100 * own["gain"].mean() / own["hours"].mean() if name != "none" else 0.0
        assert row["gain_per_100_hours"] == pytest.approx(value)


def test_a_format_that_gives_less_for_more_is_dominated(firm) -> None:
    good = replace(FORMATS["reverse"], doubt=0.0)
    bad = replace(good, senior_gain=0.01, junior_gain=0.01, session_hours=9.0)
    table = compare_formats(firm, {"good": good, "bad": bad}, n_sims=6, seed=4)
    assert table.set_index("format")["dominated_by"].to_dict() == {"good": "", "bad": "good"}
    dear = replace(good, session_hours=9.0)
    cheap = replace(bad, session_hours=1.0)
    table = compare_formats(firm, {"dear": dear, "cheap": cheap}, n_sims=6, seed=4)
    assert (table["dominated_by"] == "").all()


def test_dominance_is_that_of_the_distributions() -> None:
    rng = np.random.default_rng(1)
    for _ in range(60):
        one, other = rng.integers(0, 4, 5), rng.integers(0, 4, 5)
        levels = range(-1, 5)
        at_least = all((one > k).mean() >= (other > k).mean() for k in levels)
        larger = any((one > k).mean() > (other > k).mean() for k in levels)
        assert dominates(one, other) == (at_least and larger)


def test_the_same_seed_gives_the_same_comparison_whatever_else_is_compared(firm) -> None:
    alone = simulate_formats(firm, {"lab": FORMATS["lab"]}, n_sims=3, seed=9)
    among = simulate_formats(firm, n_sims=3, seed=9).query("format == 'lab'")
    assert alone["gain"].tolist() == among["gain"].tolist()
    other = simulate_formats(firm, {"lab": FORMATS["lab"]}, n_sims=3, seed=10)
    assert alone["gain"].tolist() != other["gain"].tolist()


def test_formats_that_cannot_be_are_refused(firm) -> None:
    with pytest.raises(OptionError, match="`n_sims` must be at least 2; got 1"):
        compare_formats(firm, n_sims=1, seed=1)
    with pytest.raises(OptionError, match="`formats` must name at least one"):
        compare_formats(firm, {}, n_sims=2, seed=1)
    with pytest.raises(OptionError, match="`reach` must lie between 0 and 1; got 2"):
        replace(FORMATS["lab"], reach=2.0)
    with pytest.raises(OptionError, match=r"`sessions` must be 1 or more, whole; got 1\.5"):
        replace(FORMATS["lab"], sessions=1.5)
    with pytest.raises(OptionError, match="`pathway` must be one of"):
        replace(FORMATS["lab"], pathway="rumour")
    with pytest.raises(OptionError, match="`doubt` must be zero or more"):
        replace(FORMATS["lab"], doubt=-1.0)
