"""Rolling programmes: the best re-pairing by brute force, and nobody is disturbed for nothing."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pairing_cohorts import ROSTERS, all_matchings, markets, random_cohort

from revlab.errors import PairingError
from revlab.pairing.cells import Pool, matching_from_cells, matching_of_pools
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.eligibility import DEFAULT_ELIGIBILITY, ELIGIBILITY_RULES, PreviousPairing
from revlab.pairing.frontier import disruption_frontier
from revlab.pairing.matching import Matching
from revlab.pairing.policies import POLICIES, pair, pair_scored
from revlab.pairing.rematch import rematch
from revlab.pairing.scoring import score_cohort
from revlab.pairing.waiting_list import WaitingList
from revlab.people.cohort import Cohort
from revlab.people.roster import read_roster
from revlab.rng import stream

NO_BONUS = WaitingList(bonus=0.0)
Cells = tuple[tuple[int, int], ...]


def at_hand(fit: Compatibility, cells: Cells) -> Matching:
    """Return the matching of these cells."""
    return matching_from_cells(fit, np.array(cells, dtype=int).reshape(-1, 2), policy="by hand")


def pairs_of(matching: Matching) -> set[tuple[str, str]]:
    """Return the (mentee, mentor) pairs."""
    return set(zip(matching.dyads["mentee_id"], matching.dyads["mentor_id"], strict=True))


def names(fit: Compatibility, cells: Cells) -> set[tuple[str, str]]:
    """Return the (mentee, mentor) pairs of cells."""
    return {(fit.mentee_ids[i], fit.mentor_ids[j]) for i, j in cells}


def waits(rows: list[tuple[str, str, int]], now: int, bonus: float) -> WaitingList:
    """Return a waiting list."""
    return WaitingList(pd.DataFrame(rows, columns=["side", "person_id", "since"]), now, bonus)


@settings(max_examples=40)
@given(
    market=markets(largest=4, places=2),
    rate=st.sampled_from([0.0, 0.1, 0.3, 1.0, np.inf]),
    which=st.integers(0, 10**6),
    bonus=st.sampled_from([0.0, 0.2]),
)
def test_the_choice_is_the_best_of_all_matchings(
    market: Compatibility, rate: float, which: int, bonus: float
) -> None:
    every = all_matchings(market)
    old = every[which % len(every)]
    queue = waits([("mentee", market.mentee_ids[0], 1)], 4, bonus)
    done = rematch(market, at_hand(market, old), exchange_rate=rate, waiting=queue, seed=1)
    joint = market.joint().copy()
    before = {i for i, _ in old}, {j for _, j in old}
    # The first mentee waits since round 1, everybody else who was left over since round 3.
    for i in range(market.shape[0]):
        joint[i] += bonus * (3 if i == 0 else i not in before[0])
    for j in range(market.shape[1]):
        joint[:, j] += bonus * (j not in before[1])
    kept = [len(set(cells) & set(old)) for cells in every]
    sums = [sum(joint[cell] for cell in cells) for cells in every]
    weigh = 1e6 if np.isinf(rate) else rate
    best = max(s + weigh * k for s, k in zip(sums, kept, strict=True))
    mine = pairs_of(done.matching)
    found = next(k for k, cells in enumerate(every) if names(market, cells) == mine)
    assert sums[found] + weigh * kept[found] == pytest.approx(best, abs=1e-6 * max(1, weigh / 1e3))
    if np.isinf(rate):
        assert names(market, old) <= mine
        most = max(s for s, k in zip(sums, kept, strict=True) if k == len(old))
        assert sums[found] == pytest.approx(most, abs=1e-8)


@settings(max_examples=20)
@given(market=markets(largest=4, places=2), which=st.integers(0, 10**6), drop=st.integers(0, 10**6))
def test_fewer_places_rules_and_people_who_leave_by_brute_force(
    market: Compatibility, which: int, drop: int
) -> None:
    every = all_matchings(market)
    old = every[which % len(every)]
    rng = stream(drop, "later")
    later = Compatibility.from_scores(
        market.mentee_score,
        market.mentor_score,
        eligible=market.eligible & (rng.random(market.shape) < 0.8),
        mentee_capacity=np.maximum(market.mentee_capacity - rng.integers(0, 2, market.shape[0]), 0),
        mentor_capacity=market.mentor_capacity,
    )
    gone = str(rng.choice([*market.mentee_ids, *market.mentor_ids]))
    done = rematch(
        later, at_hand(market, old), exchange_rate=np.inf, left=[gone], waiting=NO_BONUS, seed=1
    )
    possible = [c for c in all_matchings(later) if not any(gone in p for p in names(later, c))]
    kept = [len(set(cells) & set(old)) for cells in possible]
    sums = [sum(later.joint()[cell] for cell in cells) for cells in possible]
    mine = pairs_of(done.matching)
    found = next(k for k, cells in enumerate(possible) if names(later, cells) == mine)
    assert kept[found] == max(kept)
    most = max(s for s, k in zip(sums, kept, strict=True) if k == max(kept))
    assert sums[found] == pytest.approx(most, abs=1e-6)
    over = done.changes.query("change == 'ended'")
    assert len(done.changes.query("change == 'kept'")) == max(kept)
    assert len(over) == len(old) - max(kept)
    assert (over["because"].str.len() > 0).all()
    shown = {*done.matching.unmatched_mentees.person_id, *done.matching.unmatched_mentors.person_id}
    assert gone not in shown | set(done.waiting.people["person_id"])


@settings(max_examples=15)
@given(market=markets(largest=5, places=2, ties=False), which=st.integers(0, 9))
def test_a_higher_rate_never_keeps_fewer_and_never_has_a_larger_total(
    market: Compatibility, which: int
) -> None:
    old = pair_scored(market, policy=POLICIES["random"], rng=stream(which, "old"))
    frontier = disruption_frontier(market, old, [0, 0.5, 1, 2, 5, np.inf], waiting=NO_BONUS, seed=1)
    assert frontier["n_kept"].is_monotonic_increasing
    assert (np.diff(frontier["total_score"]) <= 1e-9).all()
    assert (frontier["n_kept"] + frontier["n_repaired"] == len(old.dyads)).all()
    assert (frontier["n_kept"] + frontier["n_new"] == frontier["n_dyads"]).all()
    assert frontier["n_kept"].iloc[-1] == len(old.dyads)
    best = pair_scored(market, policy=POLICIES["optimal"], rng=stream(1, "best"))
    assert frontier["total_score"].iloc[0] == pytest.approx(best.dyads["score"].sum())


@settings(max_examples=20)
@given(market=markets(largest=5, places=1), rounds=st.integers(1, 4))
def test_who_waits_longer_is_never_worse_off(market: Compatibility, rounds: int) -> None:
    nobody = at_hand(market, ())
    person = market.mentee_ids[0]
    paired = []
    for since in (rounds, 0):
        queue = waits([("mentee", person, since)], 5, 0.2)
        done = rematch(market, nobody, exchange_rate=0, waiting=queue, seed=1)
        paired.append(person in set(done.matching.dyads["mentee_id"]))
    assert paired in ([True, True], [False, True], [False, False])


def test_waiting_goes_before_a_better_fit_by_less_than_the_bonus() -> None:
    fit = Compatibility.from_scores([[0.5], [0.58]])
    nobody = at_hand(fit, ())
    for since, first in ((4, "mentee2"), (3, "mentee1")):
        queue = waits([("mentee", "mentee1", since), ("mentee", "mentee2", 4)], 5, 0.1)
        done = rematch(fit, nobody, exchange_rate=0.1, waiting=queue, seed=1)
        assert done.matching.dyads["mentee_id"].tolist() == [first]


def test_arrivals_leavers_and_the_waiting_list_over_three_rounds() -> None:
    table = pd.DataFrame(
        [[0.9, 0.2], [0.3, 0.8], [0.7, 0.6]], index=["x", "y", "z"], columns=["a", "b"]
    )
    fit = Compatibility.from_scores(table)
    first = at_hand(Compatibility.from_scores(table.iloc[:2, :1]), ((0, 0),))
    second = rematch(fit, first, exchange_rate=np.inf, seed=1)
    assert repr(second) == "Dyads: 1 kept, 0 ended, 0 re-paired, 1 new; 1 person waits"
    assert second.matching.dyads[["dyad_id", "mentee_id"]].values.tolist() == [
        ["D001", "x"],
        ["D002", "y"],
    ]
    because = second.changes.set_index("dyad_id")["because"]
    assert because["D002"] == "the mentee has waited since round 1; the mentor has arrived"
    assert second.waiting.people.values.tolist() == [["mentee", "z", 2]]
    assert repr(second.waiting) == (
        "Waiting list for round 3: 0 mentors and 1 mentee, the longest for 1 round"
    )
    third = rematch(
        fit, second.matching, exchange_rate=np.inf, left=["x"], waiting=second.waiting, seed=1
    )
    assert third.changes[["change", "dyad_id", "because"]].values.tolist() == [
        ["kept", "D002", "nothing better was worth breaking it"],
        ["ended", "D001", "the mentee left"],
        ["new", "D003", "the mentee has waited since round 2; the mentor lost a dyad that ended"],
    ]
    assert third.ended_pairs == (("a", "x"),)
    assert repr(third.waiting) == "Waiting list for round 4: 0 mentors and 0 mentees"


def test_whoever_is_not_in_the_compatibility_has_left() -> None:
    table = pd.DataFrame([[0.9, 0.2], [0.3, 0.8]], index=["x", "y"], columns=["a", "b"])
    made = at_hand(Compatibility.from_scores(table), ((0, 0), (1, 1)))
    done = rematch(
        Compatibility.from_scores(table.loc[["x"], ["b"]]), made, exchange_rate=0.5, seed=1
    )
    kinds = done.changes[["change", "because"]].values.tolist()
    assert kinds[:2] == [["ended", "the mentor left"], ["ended", "the mentee left"]]
    assert pairs_of(done.matching) == {("x", "b")}


def test_a_capacity_of_zero_takes_no_more_part_and_does_not_wait() -> None:
    table = pd.DataFrame([[0.9, 0.2], [0.3, 0.8]], index=["x", "y"], columns=["a", "b"])
    made = at_hand(Compatibility.from_scores(table), ((0, 0), (1, 1)))
    later = Compatibility.from_scores(table, mentee_capacity=[0, 1])
    done = rematch(later, made, exchange_rate=0.9, seed=1)
    assert done.changes["because"].tolist() == [
        "nothing better was worth breaking it",
        "the mentee takes no more part",
    ]
    assert done.waiting.people.values.tolist() == [["mentor", "a", 2]]


def test_fewer_places_and_a_new_rule_are_told() -> None:
    table = pd.DataFrame([[0.9, 0.2]], index=["x"], columns=["a", "b"])
    made = at_hand(Compatibility.from_scores(table, mentee_capacity=2), ((0, 0), (0, 1)))
    done = rematch(Compatibility.from_scores(table), made, exchange_rate=1, seed=1)
    assert done.changes["because"].iloc[1] == "the mentee has fewer places now"
    barred = Compatibility.from_scores(table, eligible=[[True, False]], mentee_capacity=2)
    done = rematch(barred, made, exchange_rate=1, seed=1)
    assert done.changes["because"].iloc[1] == (
        "they may not meet any more, because the pair was ruled out by hand"
    )


def test_an_infinite_rate_moves_nobody_also_where_somebody_has_fewer_places() -> None:
    table = pd.DataFrame(
        [[0.9, 0.2, 0.1, 0.1], [0.1, 0.1, 0.1, 0.9]], index=["x", "y"], columns=list("abcd")
    )
    made = at_hand(
        Compatibility.from_scores(table, mentee_capacity=[2, 1]), ((0, 0), (0, 1), (1, 2))
    )
    done = rematch(Compatibility.from_scores(table), made, exchange_rate=np.inf, seed=1)
    assert pairs_of(done.matching) == {("x", "a"), ("y", "c")}


def test_a_pair_that_ended_is_not_made_again() -> None:
    people = pd.DataFrame({"unit": "it", "grade": [1, 1, 4]}, index=["a", "b", "x"])
    cohort = Cohort(people[:2], people[2:])
    made = pair(cohort, policy="optimal", seed=1)
    partner = made.dyads["mentor_id"].item()
    rules = (*DEFAULT_ELIGIBILITY, PreviousPairing(((partner, "x"),)))
    fit = score_cohort(cohort, eligibility=rules)
    done = rematch(fit, made, exchange_rate=np.inf, seed=1)
    assert done.changes["because"].iloc[0] == (
        "they may not meet any more, because they were paired before"
    )
    assert done.matching.dyads["mentor_id"].item() != partner
    assert hash(rules[-1]) == hash(PreviousPairing(((partner, "x"),)))


def test_previous_pairings_work_in_either_order_and_from_the_cohort() -> None:
    people = pd.DataFrame({"unit": "it", "grade": [1, 1, 4, 4]}, index=list("abxy"))
    told = pd.DataFrame(
        [("y", "b", "previous pairing"), ("a", "y", "married")],
        columns=["person_a", "person_b", "reason"],
    )
    cohort = Cohort(people[:2], people[2:], conflicts=told)
    named = ELIGIBILITY_RULES["previous_pairing"]
    assert named(cohort).tolist() == [[False, False], [False, True]]
    rule = PreviousPairing((("x", "a"), ("stranger", "b")))
    assert rule(cohort).tolist() == [[True, False], [False, True]]
    with pytest.raises(PairingError, match=r"must be two ids each; got \[\('x',\)\]"):
        PreviousPairing((("x",),))


def test_the_order_of_the_people_plays_no_part() -> None:
    rng = stream(3, "order")
    table = pd.DataFrame(
        rng.integers(0, 3, (6, 6)) / 2, index=list("uvwxyz"), columns=list("abcdef")
    )
    old = at_hand(Compatibility.from_scores(table.iloc[:4, :4]), ((0, 1), (1, 0), (2, 2)))
    shuffled = table.iloc[rng.permutation(6), rng.permutation(6)]
    one, other = (
        rematch(Compatibility.from_scores(t), old, exchange_rate=0.3, seed=2)
        for t in (table, shuffled)
    )
    pd.testing.assert_frame_equal(one.changes, other.changes)
    pd.testing.assert_frame_equal(one.matching.dyads, other.matching.dyads)
    pd.testing.assert_frame_equal(one.waiting.people, other.waiting.people)


@pytest.mark.parametrize("shape", [(0, 2), (2, 0), (0, 0)])
def test_an_empty_side_waits(shape: tuple[int, int]) -> None:
    fit = Compatibility.from_scores(np.zeros(shape))
    done = rematch(fit, at_hand(fit, ()), exchange_rate=0.5, seed=1)
    assert len(done.changes) == 0
    assert len(done.waiting.people) == sum(shape)


def test_wrong_questions_are_refused() -> None:
    fit = Compatibility.from_scores([[0.1, 0.9], [0.9, 0.1]])
    made = at_hand(fit, ((0, 0),))
    for rate in (-0.1, np.nan):
        with pytest.raises(PairingError, match=r"`exchange_rate` must be zero or more; got"):
            rematch(fit, made, exchange_rate=rate, seed=1)
    with pytest.raises(PairingError, match=r"\['zoe'\] cannot have left: nobody of that id"):
        rematch(fit, made, exchange_rate=1, left=["zoe"], seed=1)
    pools = matching_of_pools(
        [Pool(fit.select([k], [k]), np.array([[0, 0]]), "a", f"P0{k}", "a") for k in (0, 1)]
    )
    with pytest.raises(PairingError, match=r"the matching is of 2 pools; re-pair one pool"):
        rematch(fit, pools, exchange_rate=1, seed=1)
    with pytest.raises(PairingError, match=r"`rates` is empty"):
        disruption_frontier(fit, made, [], seed=1)


def test_wrong_waiting_lists_are_refused() -> None:
    with pytest.raises(PairingError, match=r"needs the columns \['since'\]"):
        WaitingList(pd.DataFrame(columns=["side", "person_id"]))
    with pytest.raises(PairingError, match=r"must be 'mentee' or 'mentor'; got \['boss'\]"):
        waits([("boss", "a", 1)], 3, 0.1)
    with pytest.raises(PairingError, match=r"\['a'\] is on the waiting list twice"):
        waits([("mentee", "a", 1), ("mentee", "a", 2)], 3, 0.1)
    with pytest.raises(PairingError, match=r"\['a'\] waits since a round that is not over"):
        waits([("mentee", "a", 3)], 3, 0.1)
    for bonus in (-1.0, np.inf):
        with pytest.raises(PairingError, match=r"`bonus` of a waiting list must be finite"):
            WaitingList(bonus=bonus)


def test_the_real_roster_after_a_tenth_has_left() -> None:
    cohort = read_roster(ROSTERS / "ukcs_small")
    fit = score_cohort(cohort)
    made = pair(cohort, policy="optimal", seed=1)
    gone = cohort.mentors.index[::10].tolist()
    frontier = disruption_frontier(fit, made, [0, 0.05, 0.2, np.inf], left=gone, seed=1)
    assert frontier["n_kept"].is_monotonic_increasing
    assert frontier["n_repaired"].iloc[-1] == 0
    assert frontier["n_ended"].nunique() == 1
    assert frontier["total_score"].iloc[0] >= frontier["total_score"].iloc[-1]


def test_a_person_on_both_sides_leaves_both() -> None:
    cohort = random_cohort(4, 4, 1)
    both = cohort.mentees.index[:1]
    mentors = pd.concat([cohort.mentors, cohort.mentees.loc[both].assign(grade=1)])
    people = Cohort(mentors, cohort.mentees, skills=cohort.skills)
    fit = score_cohort(people)
    made = pair(people, policy="most_pairs", seed=1)
    done = rematch(fit, made, exchange_rate=0.1, left=[both[0]], seed=1)
    shown = pd.concat([done.matching.dyads["mentor_id"], done.matching.dyads["mentee_id"]])
    assert both[0] not in set(shown) | set(done.waiting.people["person_id"])
