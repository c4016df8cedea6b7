"""The test that draws a pilot's pairs again: exact by brute force, of the right size, inverted."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from revlab.errors import EstimateError
from revlab.inference.replayed_lottery import replayed_slope
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.lottery_capped import capped_lottery
from revlab.rng import stream

N = 6
CELLS = [(i, j) for i in range(N) for j in range(N)]
ORDERS = list(permutations(range(N)))
DRAWS = np.array([[order[i] == j for i, j in CELLS] for order in ORDERS])


def table(seed: int = 1) -> pd.DataFrame:
    """Return every dyad of six and six people with its score."""
    score = stream(seed, "replayed scores").random(len(CELLS))
    ids = [(f"s{i}", f"j{j}") for i, j in CELLS]
    return pd.DataFrame(ids, columns=["mentee_id", "mentor_id"]).assign(score=score)


def made(cells: pd.DataFrame, number: int, slope: float = 1.5) -> pd.DataFrame:
    """Return the dyads of one draw, with outcomes and starts."""
    rows = cells[DRAWS[number]].reset_index(drop=True)
    rng = stream(number, "replayed outcomes")
    pre = rng.normal(3, 1, N)
    post = pre + slope * rows["score"] + rng.normal(0, 0.5, N)
    return rows.drop(columns="score").assign(outcome=post, pre=pre)


def slow_p(y: np.ndarray, scores: np.ndarray, own: np.ndarray, slope: float = 0.0) -> float:
    """Count, draw by draw, the correlations at least as large as the one that happened."""
    y = y - slope * own
    happened = abs(np.corrcoef(y, own)[0, 1])
    again = [abs(np.corrcoef(y, one)[0, 1]) >= happened - 1e-9 for one in scores]
    return (1 + sum(again)) / (1 + len(again))


@pytest.mark.parametrize("number", [3, 100, 477])
def test_p_value_and_interval_are_those_of_brute_force(number: int) -> None:
    cells = table()
    rows = made(cells, number).drop(columns="pre")
    found = replayed_slope(rows, cells, DRAWS, conf_level=0.9)
    wide = cells["score"].to_numpy().reshape(N, N)
    scores = np.array([[wide[i, order[i]] for i in range(N)] for order in ORDERS])
    y, own = rows["outcome"].to_numpy(), scores[number]
    assert found.estimate == pytest.approx(np.polyfit(own, y, 1)[0])
    assert found.p_value == pytest.approx(slow_p(y, scores, own), abs=1e-12)
    for end, outward in ((found.conf_low, -1e-4), (found.conf_high, 1e-4)):
        assert slow_p(y, scores, own, end - outward) > 0.1
        assert slow_p(y, scores, own, end + outward) <= 0.1 + 1e-9


def test_start_and_pools_are_taken_out_of_both_sides() -> None:
    cells = table(2)
    rows = made(cells, 50).assign(pool_id=list("aabbbb"))
    found = replayed_slope(rows, cells, DRAWS)
    own = rows.merge(cells)["score"]
    design = np.column_stack([own, rows["pre"], rows["pool_id"] == "a", np.ones(N)]).astype(float)
    slope = np.linalg.lstsq(design, rows["outcome"].to_numpy(), rcond=None)[0][0]
    assert found.estimate == pytest.approx(slope)
    assert "within pools and adjusted for the start" in found.convention


def test_size_is_that_of_the_level_when_partners_make_no_difference() -> None:
    score = stream(5, "scores").random((10, 10))
    lottery = capped_lottery(Compatibility.from_scores(score), cap=0.4)
    draws = lottery.draw_many(440, stream(5, "draws"))
    frame = draws.to_frame()[["mentee_id", "mentor_id"]].assign(score=score[*draws.cells.T])
    own = pd.Series(stream(5, "answers").normal(3, 1, 10), index=lottery.mentee_ids)
    p = []
    for happened in draws.drawn[:140]:
        rows = frame[happened].drop(columns="score")
        rows = rows.assign(outcome=own[rows["mentee_id"]].to_numpy())
        p.append(replayed_slope(rows, frame, draws.drawn[140:]).p_value)
    for level in (0.05, 0.1, 0.2, 0.5):
        error = np.sqrt(level * (1 - level) / len(p))
        assert np.mean(np.array(p) <= level) <= level + 3 * error
        assert np.mean(np.array(p) <= level) >= level - 4 * error - 0.02


def test_a_steep_slope_is_found_and_covered() -> None:
    cells = table(7)
    for number in range(0, 720, 90):
        found = replayed_slope(made(cells, number, slope=40.0), cells, DRAWS)
        assert found.p_value < 0.05
        assert found.conf_low < 40 < found.conf_high


def test_mentors_keep_their_outcomes_and_several_dyads_count_once() -> None:
    cells = table(3)
    # mentor j0 has two mentees in every draw: s5 is always with j0
    more = pd.concat(
        [cells[cells["mentee_id"] != "s5"], cells[cells["mentee_id"] == "s5"][:1]],
        ignore_index=True,
    )
    five = list(permutations(range(5)))
    draws = np.zeros((len(five), len(more)), dtype=bool)
    for k, order in enumerate(five):
        for i, j in enumerate(order):
            draws[k, N * i + j] = True
        draws[k, -1] = True
    rows = more[draws[0]].drop(columns="score").assign(outcome=[1.0, 2.0, 4.0, 3.0, 5.0, 7.0])
    found = replayed_slope(rows, more, draws, role="mentor")
    mean = rows.merge(more).groupby("mentor_id")[["outcome", "score"]].mean()
    assert found.n == 5
    assert found.estimate == pytest.approx(np.polyfit(mean["score"], mean["outcome"], 1)[0])


def test_draws_that_pair_other_people_are_dropped() -> None:
    cells = table(4)
    some = DRAWS.copy()
    some[300:, :N] = False  # in these draws nobody is with s0
    found = replayed_slope(made(cells, 0), cells, some)
    assert "300 matchings drawn again" in found.convention
    with pytest.raises(EstimateError, match="only 50 of 50 draws pair the same mentees"):
        replayed_slope(made(cells, 0), cells, some[:50])
    without = made(cells, 0)[1:]
    found = replayed_slope(without, cells, some)
    assert (found.n, found.n_missing) == (N - 1, 0)
    assert "420 matchings drawn again" in found.convention


def test_people_who_did_not_answer_are_counted_and_left_out() -> None:
    rows = made(table(), 9)
    rows.loc[0, "outcome"] = np.nan
    rows.loc[1, "pre"] = np.nan
    found = replayed_slope(rows, table(), DRAWS)
    assert (found.n, found.n_missing) == (N - 2, 2)


def test_what_cannot_be_tested_is_said() -> None:
    cells = table()
    rows = made(cells, 0)
    with pytest.raises(EstimateError, match=r"`dyads` needs the columns \['outcome'\]"):
        replayed_slope(rows.drop(columns="outcome"), cells, DRAWS)
    with pytest.raises(EstimateError, match="`possible` has a score that is missing"):
        replayed_slope(rows, cells.assign(score=np.nan), DRAWS)
    with pytest.raises(EstimateError, match="one column for each of 36 possible dyads"):
        replayed_slope(rows, cells, DRAWS[:, 1:])
    with pytest.raises(EstimateError, match="lists a dyad twice"):
        replayed_slope(pd.concat([rows, rows]), cells, DRAWS)
    with pytest.raises(EstimateError, match="do not vary, so there is no slope"):
        replayed_slope(rows, cells.assign(score=0.5), DRAWS)
    with pytest.raises(EstimateError, match="the test needs 4"):
        replayed_slope(rows.assign(outcome=[1, 2, 3, *[np.nan] * 3]), cells, DRAWS)
    stranger = rows.assign(mentor_id=["nobody", *rows["mentor_id"][1:]])
    with pytest.raises(EstimateError, match="`possible` lacks a dyad that was made"):
        replayed_slope(stranger, cells, DRAWS)
