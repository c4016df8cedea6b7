"""Why not with X, what a score is made of, and who could be paired without a loss."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pairing_cohorts import ROSTERS, all_matchings, markets, random_cohort

from revlab.errors import PairingError
from revlab.pairing.breakdown import breakdown
from revlab.pairing.cells import Pool, matching_from_cells, matching_of_pools
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.eligibility import DEFAULT_ELIGIBILITY, GradeGap, SameUnit
from revlab.pairing.explain import explain_unmatched
from revlab.pairing.making_room import could_make_room
from revlab.pairing.matching import Matching
from revlab.pairing.policies import POLICIES, pair, pair_scored, with_settings
from revlab.pairing.scoring import Score, score_cohort
from revlab.pairing.stability import blocking_pairs
from revlab.pairing.standing import standing
from revlab.pairing.why_not import why_not
from revlab.people.cohort import Cohort
from revlab.people.roster import read_roster
from revlab.rng import stream


def at_hand(fit: Compatibility, *cells: tuple[int, int]) -> Matching:
    """Return the matching of these cells."""
    return matching_from_cells(fit, np.array(cells, dtype=int).reshape(-1, 2), policy="by hand")


def made_by(name: str, fit: Compatibility) -> Matching:
    """Return the matching of a policy."""
    return pair_scored(fit, policy=POLICIES[name], rng=stream(1, "why"))


def people(grades: dict[str, int], **columns: object) -> pd.DataFrame:
    """Return a person table from grades by name."""
    return pd.DataFrame({"unit": "it", "grade": grades.values()} | columns, index=[*grades])


def test_a_rule_is_named_before_anything_else() -> None:
    cohort = Cohort(people({"ana": 3, "ben": 1}), people({"x": 3}))
    rules = (SameUnit(), GradeGap(1))
    fit = score_cohort(cohort, score=Score({"grade_gap": 1.0}), eligibility=rules)
    said = why_not(fit, made_by("optimal", fit), mentee_id="x", mentor_id="ana")
    assert said.answer == "forbidden"
    assert said.rules == tuple(rule.words for rule in rules)
    assert repr(said) == (
        "x and ana may not meet, because they are in the same unit and because the mentee is not "
        "1 or more grades above the mentor."
    )
    assert np.isnan(said.cost)


def test_being_together_pools_capacity_and_absence_are_told() -> None:
    fit = Compatibility.from_scores([[0.5, 0.4, 0.3], [0.3, 0.2, 0.1]], mentor_capacity=[1, 1, 0])
    made = at_hand(fit, (0, 0), (1, 1))
    assert (
        repr(why_not(fit, made, mentee_id="mentee1", mentor_id="mentor1"))
        == "mentee1 and mentor1 are together."
    )
    assert repr(why_not(fit, made, mentee_id="mentee1", mentor_id="mentor3")) == (
        "mentor mentor3 has a capacity of zero, so they are paired with nobody."
    )
    apart = matching_of_pools(
        [Pool(fit.select([k], [k]), np.array([[0, 0]]), "a", f"P0{k}", "a") for k in (0, 1)]
    )
    assert why_not(fit, apart, mentee_id="mentee1", mentor_id="mentor2").answer == "another pool"
    early = at_hand(fit.select([0], [0]), (0, 0))
    assert repr(why_not(fit, early, mentee_id="mentee2", mentor_id="mentor1")) == (
        "mentee mentee2 was not there when this matching was made."
    )


@settings(max_examples=10)
@given(market=markets(largest=4, places=2))
def test_the_cost_is_that_of_the_best_matching_with_the_dyad(market: Compatibility) -> None:
    made = made_by("optimal", market)
    total = made.dyads["score"].sum()
    joint, every = market.joint(), all_matchings(market)
    for i, j in np.ndindex(market.shape):
        said = why_not(market, made, mentee_id=market.mentee_ids[i], mentor_id=market.mentor_ids[j])
        if said.answer != "costs":
            continue
        best = max(sum(joint[c] for c in cells) for cells in every if (i, j) in cells)
        assert said.cost == pytest.approx(total - best, abs=1e-9)
        assert 0 <= said.at_least <= said.cost
        assert ("nothing would be lost" in said.sentence) == (said.cost == 0)


@settings(max_examples=10)
@given(market=markets(largest=4, places=2), name=st.sampled_from(["stable_mentee", "random"]))
def test_whoever_would_not_want_it_is_named(market: Compatibility, name: str) -> None:
    made = made_by(name, market)
    found = blocking_pairs(market, made)
    blocking = {*zip(found["mentee_id"], found["mentor_id"], strict=True)}
    for mentee in market.mentee_ids:
        for mentor in market.mentor_ids:
            said = why_not(market, made, mentee_id=mentee, mentor_id=mentor)
            if said.answer == "would both rather":
                assert (mentee, mentor) in blocking
            if said.answer == "unwilling":
                assert (mentee, mentor) not in blocking
                assert "no better than" in said.sentence


def test_a_stable_matching_is_explained_by_preferences_with_their_scores() -> None:
    fit = Compatibility.from_scores([[0.9, 0.8], [0.8, 0.1]])
    made = made_by("stable_mentee", fit)
    assert repr(why_not(fit, made, mentee_id="mentee2", mentor_id="mentor1")) == (
        "mentor1 has no place free and likes mentee2 (0.8) no better than mentee1 (0.9)."
    )


def test_the_most_pairs_say_how_many_dyads_would_be_lost() -> None:
    fit = Compatibility.from_scores([[0.9, 0.1], [0.1, 0.0]], eligible=[[1, 1], [1, 0]])
    made = made_by("most_pairs", fit)
    said = why_not(fit, made, mentee_id="mentee1", mentor_id="mentor1")
    assert (said.fewer_dyads, said.cost) == (1, pytest.approx(-0.7))
    assert repr(said).startswith(
        "With mentee1 and mentor1 together there would be one dyad fewer, and the total score "
        "would be 0.7 higher: "
    )
    assert np.isnan(said.at_least)


def test_long_answers_are_cut() -> None:
    n = 9
    scores = np.eye(n, k=1) + 0.9 * np.eye(n)
    scores[-1, 0] = 1.0
    fit = Compatibility.from_scores(scores, eligible=scores > 0)
    made = made_by("optimal", fit)
    said = why_not(fit, made, mentee_id="mentee1", mentor_id="mentor1")
    assert said.cost == pytest.approx(0.9)
    assert "and 11 more." in said.sentence
    assert len(said.changes) == 2 * n


def test_strangers_are_named() -> None:
    fit = Compatibility.from_scores([[0.5]])
    with pytest.raises(PairingError, match="there is no mentor 'zoe'; the mentors are the 1 of"):
        why_not(fit, at_hand(fit), mentee_id="mentee1", mentor_id="zoe")


def test_every_dyad_of_the_real_roster_has_an_answer() -> None:
    cohort = read_roster(ROSTERS / "ukcs_small")
    fit = score_cohort(cohort, score=Score({"profession": 1.0}), eligibility=(GradeGap(1, 2),))
    made = made_by("optimal", fit)
    answers = {
        why_not(fit, made, mentee_id=mentee, mentor_id=mentor).answer
        for mentee in fit.mentee_ids[:1]
        for mentor in fit.mentor_ids
    }
    assert answers <= {"together", "forbidden", "costs"}
    assert "costs" in answers


@pytest.mark.parametrize("name", ["optimal", "stable_mentor"])
def test_the_parts_sum_to_each_sides_score(name: str) -> None:
    cohort = random_cohort(7, 6, 1)
    fit = score_cohort(cohort)
    made = pair(cohort, policy=name, seed=1)
    told = breakdown(fit, made)
    sums = told.groupby(["dyad_id", "side"])["given"].sum().unstack()
    dyads = made.dyads.set_index("dyad_id")
    for side, column in (
        ("mentee", "mentee_score"),
        ("mentor", "mentor_score"),
        ("joint", "score"),
    ):
        np.testing.assert_allclose(sums[side], dyads[column], atol=1e-12)
    weights = told.groupby(["dyad_id", "side"])["weight"].sum()
    np.testing.assert_allclose(weights, 1.0)
    assert told["value"].between(0, 1).all()
    assert (told["words"].str.len() > 0).all()


def test_scores_given_as_numbers_are_one_part_and_gaps_are_marked() -> None:
    fit = Compatibility.from_scores([[0.4]], [[0.8]])
    told = breakdown(fit, at_hand(fit, (0, 0)))
    assert told["given"].tolist() == [0.4, 0.8, pytest.approx(0.6)]
    mentors = people({"ana": 1, "ben": 1}, site=["n", None])
    cohort = Cohort(mentors, people({"x": 3, "y": 3}, site=["n", "n"]))
    policy = with_settings("most_pairs", score=Score({"site": 1.0}))
    told = breakdown(score_cohort(cohort, score=policy.score), pair(cohort, policy=policy, seed=1))
    assert told.groupby("dyad_id")["known"].all().tolist().count(False) == 1
    other = Compatibility.from_scores([[0.5]], [[0.7]])
    with pytest.raises(PairingError, match="the 1 dyads were scored by another compatibility"):
        breakdown(other, at_hand(fit, (0, 0)))


@settings(max_examples=25)
@given(market=markets(largest=4, places=2), seed=st.integers(0, 9))
def test_room_can_be_made_exactly_where_nobody_loses_a_dyad(
    market: Compatibility, seed: int
) -> None:
    every = all_matchings(market)
    cells = every[seed * 37 % len(every)]
    sides = standing(market, at_hand(market, *cells))
    able = could_make_room(sides["mentee"], sides["mentor"])
    counts = counted(cells, market.shape)
    for j in range(market.shape[1]):
        # All mentees keep their number of dyads, and so do all mentors but for one place at j.
        fewer = market.mentor_capacity.copy()
        fewer[j] -= 1
        possible = any(
            (counted(other, market.shape)[0] == counts[0]).all()
            and (counted(other, market.shape)[1] <= fewer).all()
            for other in every
        )
        assert able[j] == (possible and market.mentor_capacity[j] > 0)


def counted(cells: tuple[tuple[int, int], ...], shape: tuple[int, int]) -> tuple[np.ndarray, ...]:
    """Return the number of dyads of each mentee and of each mentor."""
    pairs = np.array(cells, dtype=int).reshape(-1, 2)
    return tuple(np.bincount(pairs[:, k], minlength=shape[k]) for k in (0, 1))


def told_of(cohort: Cohort, cells: list[tuple[int, int]], **settings: object) -> pd.Series:
    """Return the consequence for each person left over."""
    fit = score_cohort(cohort, **settings)
    table = explain_unmatched(cohort, fit, at_hand(fit, *cells))
    return table.set_index("person_id")["consequence"]


def test_the_consequence_says_who_would_have_to_move() -> None:
    units = {"unit": ["hr", "it", "law"]}
    cohort = Cohort(people({"a": 1, "b": 1, "c": 1}, **units), people({"x": 3, "y": 3}))
    told = told_of(cohort, [(0, 0)])
    assert told["y"] == "already now they could be paired, and nobody else would have to move"
    assert told["b"] == "already now they could be paired, and nobody else would have to move"
    # With x in b's place, a has nobody with a free place but y, whom the unit rule bars.
    rules = (*DEFAULT_ELIGIBILITY, SameUnit())
    pair_of_two = Cohort(people({"a": 1, "b": 1}, unit=["hr", "it"]), people({"x": 3}))
    told = told_of(pair_of_two, [(0, 0)], eligibility=rules)
    assert told["b"] == "then they could be paired only in the place of somebody else"


def test_moving_up_makes_room() -> None:
    # x may meet a and b, y only a; x has a, so y could be paired if x took b.
    rule = (GradeGap(1, 2),)
    cohort = Cohort(people({"a": 2, "b": 1}), people({"x": 3, "y": 4}))
    told = told_of(cohort, [(0, 0)], eligibility=rule)
    assert told["y"] == (
        "already now they could be paired if others changed partners, and nobody be left out"
    )
    cohort = replace(cohort, mentors=cohort.mentors.assign(capacity=[1, 0]))
    told = told_of(cohort, [(0, 0)], eligibility=rule)
    assert told["y"] == "already now they could be paired only in the place of somebody else"
    assert told["b"] == (
        "then they could be paired if others changed partners, and nobody be left out"
    )
    lone = Cohort(people({"a": 2}), people({}))
    assert told_of(lone, [])["a"] == "there is nobody yet with whom they could be paired"
