"""Participant flow, missing answers, shares and progression criteria."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from revlab.errors import EstimateError
from revlab.fieldwork.criteria import Criterion
from revlab.inference.estimate import t_estimate
from revlab.inference.flow import STAGES, missingness, participant_flow
from revlab.inference.progression import light, progression
from revlab.inference.rates import wilson

PEOPLE = pd.DataFrame(
    [("m1", "mentor", "P1"), ("m2", "mentor", "P1"), ("m3", "mentor", "P2"),
     ("s1", "mentee", "P1"), ("s2", "mentee", "P1"), ("s3", "mentee", "P2"),
     ("s4", "mentee", "P2"), ("s5", "mentee", "P3")],
    columns=["person_id", "role", "pool_id"],
)  # fmt: skip
DYADS = pd.DataFrame(
    [("D1", "P1", "new", "m1", "s1", "completed"), ("D2", "P1", "new", "m1", "s2", "early"),
     ("D3", "P2", "old", "m3", "s3", "completed")],
    columns=["dyad_id", "pool_id", "arm", "mentor_id", "mentee_id", "ended"],
)  # fmt: skip
SESSIONS = pd.DataFrame(
    [("D1", "held"), ("D1", "skipped"), ("D2", "skipped"), ("D2", "not reached"),
     ("D3", "held"), ("D3", "held")],
    columns=["dyad_id", "status"],
)  # fmt: skip
RESPONSES = pd.DataFrame(
    [("m1", "mentor", "D1", 1, "a", 3), ("m1", "mentor", "D1", 1, "b", None),
     ("m1", "mentor", "D2", 1, "a", None), ("m1", "mentor", "D2", 1, "b", None),
     ("s1", "mentee", "D1", 1, "c", 4), ("s2", "mentee", "D2", 1, "c", None),
     ("s3", "mentee", "D3", 1, "c", 4), ("m3", "mentor", "D3", 1, "a", 2),
     ("m3", "mentor", "D3", 1, "b", 2), ("s1", "mentee", "D1", 3, "c", 5),
     ("s2", "mentee", "D2", 3, "c", None), ("s3", "mentee", "D3", 3, "c", None),
     ("m1", "mentor", "D1", 3, "a", 3), ("m3", "mentor", "D3", 3, "a", None)],
    columns=["respondent_id", "role", "dyad_id", "wave", "item_id", "value"],
).astype({"value": "Int64"})  # fmt: skip


def flow(arm: str, role: str) -> pd.DataFrame:
    frame = participant_flow(PEOPLE, DYADS, sessions=SESSIONS, responses=RESPONSES)
    return frame[(frame["arm"] == arm) & (frame["role"] == role)].set_index("stage")


@pytest.mark.parametrize(
    ("arm", "role", "counts"),
    [
        ("all", "mentor", [3, 2, 2, 2, 1, 2, 1]),
        ("new", "mentor", [2, 1, 1, 1, 0, 1, 1]),
        ("old", "mentor", [1, 1, 1, 1, 1, 1, 0]),
        ("all", "mentee", [5, 3, 2, 2, 1, 2, 1]),
        ("new", "mentee", [2, 2, 1, 1, 0, 1, 1]),
        ("old", "mentee", [2, 1, 1, 1, 1, 1, 0]),
        ("no arm", "mentee", [1, 0, 0, 0, 0, 0, 0]),
    ],
)
def test_people_are_counted_at_every_stage(arm: str, role: str, counts: list[int]):
    frame = flow(arm, role)
    assert frame.index.tolist() == list(STAGES)
    assert frame["n"].tolist() == counts
    assert frame["of"].tolist() == [counts[0]] * 2 + [counts[1]] * 5


def test_the_shares_have_wilson_intervals_and_none_where_nobody_was_paired():
    row = flow("all", "mentee").loc["paired"]
    share = wilson(3, 5)
    assert (row["share"], row["conf_low"], row["conf_high"]) == (
        share.share, share.conf_low, share.conf_high,
    )  # fmt: skip
    assert flow("no arm", "mentee").loc["met at least once", ["share", "conf_low"]].isna().all()


def test_arms_of_pools_without_pairs_come_from_the_table_of_arms():
    arms = pd.DataFrame({"pool_id": ["P1", "P2", "P3"], "arm": ["new", "old", "old"]})
    frame = participant_flow(PEOPLE, DYADS, sessions=SESSIONS, responses=RESPONSES, arms=arms)
    rows = frame[(frame["arm"] == "old") & (frame["role"] == "mentee")]
    assert rows["n"].tolist()[:2] == [3, 1]
    assert "no arm" not in set(frame["arm"])


def test_people_and_answers_that_are_missing_are_counted():
    frame = missingness(RESPONSES, DYADS).set_index(["wave", "role", "arm"])
    first = frame.loc[(1, "mentor", "all")]
    assert first[["asked", "answered", "partly"]].tolist() == [2, 2, 1]
    assert first[["items_asked", "items_answered"]].tolist() == [6, 3]
    assert first["items_share"] == 0.5
    last = frame.loc[(3, "mentee", "new")]
    assert last[["asked", "answered"]].tolist() == [2, 1]
    assert (last["conf_low"], last["conf_high"]) == pytest.approx(
        (wilson(1, 2).conf_low, wilson(1, 2).conf_high)
    )


@settings(deadline=None, derandomize=True)
@given(st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_that_of_statsmodels_and_holds_the_share(counts: tuple[int, int]):
    successes, n = counts
    share = wilson(successes, n, conf_level=0.9)
    expected = proportion_confint(successes, n, alpha=0.1, method="wilson")
    assert (share.conf_low, share.conf_high) == pytest.approx(expected, abs=1e-12)
    assert 0 <= share.conf_low <= share.share <= share.conf_high <= 1


@pytest.mark.parametrize(("successes", "n"), [(1, 0), (-1, 5), (6, 5)])
def test_a_share_of_nothing_or_of_too_many_is_refused(successes: int, n: int):
    with pytest.raises(EstimateError, match=r"at least 1 unit|from 0 to n = 5"):
        wilson(successes, n)


RULE = Criterion("Pairs last", "dyads_completed", amber=0.5, green=0.7)


def judged(successes: int, n: int) -> pd.Series:
    seen = pd.DataFrame({"measure": ["dyads_completed"], "successes": [successes], "n": [n]})
    return progression([RULE], seen).iloc[0]


@pytest.mark.parametrize(
    ("successes", "colour"), [(0, "red"), (9, "red"), (10, "amber"), (13, "amber"), (14, "green")]
)
def test_the_light_is_that_of_the_observed_share(successes: int, colour: str):
    assert judged(successes, 20)["light"] == colour


def test_a_mean_that_is_the_threshold_up_to_rounding_is_not_below_it():
    assert light(0.7 - 1e-12, amber=0.5, green=0.7) == "green"
    assert light(0.7 - 1e-6, amber=0.5, green=0.7) == "amber"


def test_the_chance_of_red_is_that_of_the_posterior():
    rng = np.random.Generator(np.random.PCG64(1))
    draws = rng.beta(12.5, 8.5, 200_000)
    row = judged(12, 20)
    assert row["p_red"] == pytest.approx((draws < 0.5).mean(), abs=0.005)
    assert row["p_green"] == pytest.approx((draws >= 0.7).mean(), abs=0.005)
    assert "Beta(12.5, 8.5)" in row["convention"]
    assert judged(60, 100)["p_red"] < row["p_red"]


def test_an_estimate_replaces_counts_that_are_not_independent():
    seen = pd.DataFrame({"measure": ["dyads_completed"], "successes": [60], "n": [100]})
    wide = replace(t_estimate(0.6, 0.1, df=5), n=20, convention="CR2")
    plain = progression([RULE], seen).iloc[0]
    row = progression([RULE], seen, estimates={"dyads_completed": wide}).iloc[0]
    assert row["light"] == plain["light"] == "amber"
    assert row["p_red"] == pytest.approx(stats.t.cdf(-1, 5))
    assert row["p_green"] == pytest.approx(stats.t.cdf(-1, 5))
    assert row["p_red"] > plain["p_red"]
    assert row["conf_high"] - row["conf_low"] > plain["conf_high"] - plain["conf_low"]
    assert row["n"] == 20


def test_a_criterion_that_was_not_observed_is_refused_and_none_gives_no_rows():
    seen = pd.DataFrame({"measure": ["sessions_held"], "successes": [3], "n": [4]})
    with pytest.raises(EstimateError, match="'Pairs last' needs 'dyads_completed'"):
        progression([RULE], seen)
    empty = progression([], seen)
    assert len(empty) == 0
    assert "p_red" in empty
