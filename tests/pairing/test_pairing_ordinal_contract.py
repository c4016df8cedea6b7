"""What every policy must keep, for the ordinal mechanisms and the mixer on whole cohorts."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pairing_cohorts import civil_servants, random_cohort

from revlab.pairing.compatibility import Compatibility
from revlab.pairing.matching import Matching
from revlab.pairing.mixer import Mixer
from revlab.pairing.policies import Policy, pair, pair_scored
from revlab.pairing.quality import blocking_pairs
from revlab.pairing.rank_maximal import RankMaximal
from revlab.pairing.scoring import DEFAULT_SCORE, score_cohort
from revlab.pairing.stable_lattice import StableCompromise
from revlab.pairing.trading_cycles import TopTradingCycles
from revlab.people.cohort import Cohort
from revlab.rng import stream

POLICIES = {
    name: Policy(name, DEFAULT_SCORE, (), mechanism)
    for name, mechanism in (
        ("egalitarian", StableCompromise("egalitarian")),
        ("minimum_regret", StableCompromise("minimum_regret")),
        ("rank_maximal", RankMaximal("mentees")),
        ("rank_maximal_mentors", RankMaximal("mentors")),
        ("rank_maximal_both", RankMaximal("both")),
        ("top_trading_cycles", TopTradingCycles("mentees")),
        ("trading_mentors", TopTradingCycles("mentors")),
        ("mixer", Mixer()),
        ("mixer_mentors", Mixer(meetings=3, rounds=2, proposers="mentors")),
    )
}
DETERMINISTIC = [name for name in POLICIES if not name.startswith("mixer")]


def pairs_of(matching: Matching) -> set[tuple[str, str]]:
    """Return the (mentor, mentee) pairs."""
    return set(zip(matching.dyads["mentor_id"], matching.dyads["mentee_id"], strict=True))


def roomy(seed: int) -> Compatibility:
    """Score a cohort of 14 mentors and 18 mentees with capacities from zero to three."""
    cohort, rng = random_cohort(14, 18, seed), stream(seed, "capacity")
    cohort = replace(
        cohort,
        mentors=cohort.mentors.assign(capacity=rng.integers(0, 4, 14)),
        mentees=cohort.mentees.assign(capacity=rng.integers(0, 3, 18)),
    )
    return score_cohort(cohort)


def tables(matching: Matching) -> tuple[pd.DataFrame, ...]:
    """Return the three tables of a matching."""
    return matching.dyads, matching.unmatched_mentors, matching.unmatched_mentees


def run(fit: Compatibility, name: str, seed: int = 1) -> Matching:
    """Pair by one of the policies."""
    return pair_scored(fit, policy=POLICIES[name], rng=stream(seed, "pairing"))


@pytest.mark.parametrize("name", POLICIES)
def test_a_scored_cohort_is_paired_and_everybody_accounted_for(name: str) -> None:
    for seed in range(3):
        fit = roomy(seed)
        matching = run(fit, name)
        assert len(matching.dyads) > 0
        for side in ("mentor", "mentee"):
            left = getattr(matching, f"unmatched_{side}s")["person_id"]
            people = [*left, *matching.dyads[f"{side}_id"].unique()]
            assert sorted(people) == sorted(getattr(fit, f"{side}_ids"))


@pytest.mark.parametrize("name", POLICIES)
def test_the_same_seed_gives_the_same_tables_in_whatever_order_people_come(name: str) -> None:
    fit, rng = roomy(1), stream(8, "order")
    shuffled = fit.select(rng.permutation(18), rng.permutation(14))
    for one, again, other in zip(
        *(tables(run(people, name)) for people in (fit, fit, shuffled)), strict=True
    ):
        pd.testing.assert_frame_equal(one, again)
        pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize("name", DETERMINISTIC)
def test_without_ties_neither_names_nor_chance_play_a_part(name: str) -> None:
    for draw in range(5):
        rng = stream(draw, "scores")
        scores = [
            pd.DataFrame(rng.random((8, 7)), index=list("abcdefgh"), columns=list("ABCDEFG"))
            for _ in range(2)
        ]
        new = {label: f"x{k}" for k, label in enumerate(rng.permutation([*scores[0].index]))}
        places = {"mentee_capacity": rng.integers(1, 3, 8), "mentor_capacity": 2}
        before = Compatibility.from_scores(*scores, **places)
        after = Compatibility.from_scores(*(s.rename(index=new) for s in scores), **places)
        expected = {(a, new[b]) for a, b in pairs_of(run(before, name))}
        assert {frozenset(pairs_of(run(after, name, seed))) for seed in range(4)} == {
            frozenset(expected)
        }


@pytest.mark.parametrize("name", POLICIES)
def test_the_number_type_of_the_scores_plays_no_part(name: str) -> None:
    rng = stream(3, "scores")
    scores = rng.integers(0, 9, (7, 6))
    results = [
        pairs_of(run(Compatibility.from_scores(scores.astype(kind)), name))
        for kind in (np.int8, np.float32, np.float64)
    ]
    assert results[0] == results[1] == results[2]


@pytest.mark.parametrize("name", POLICIES)
def test_the_scores_of_the_compatibility_are_not_written_to(name: str) -> None:
    fit = roomy(2)
    before = [np.copy(getattr(fit, part)) for part in ("mentee_score", "mentor_score", "eligible")]
    POLICIES[name].mechanism(fit, stream(1, "pairing"))
    for part, old in zip(("mentee_score", "mentor_score", "eligible"), before, strict=True):
        assert (getattr(fit, part) == old).all()


@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize("sizes", [(0, 3), (3, 0), (0, 0)])
def test_an_empty_side_leaves_everybody_over(name: str, sizes: tuple[int, int]) -> None:
    matching = run(score_cohort(random_cohort(*sizes, 1)), name)
    assert len(matching.dyads) == 0
    left = len(matching.unmatched_mentors) + len(matching.unmatched_mentees)
    assert left == sum(sizes)


@pytest.mark.parametrize("name", POLICIES)
def test_nobody_allowed_or_nobody_with_a_place_gives_no_dyads(name: str) -> None:
    nobody = Compatibility.from_scores(np.ones((3, 4)), eligible=np.zeros((3, 4)))
    assert len(run(nobody, name).dyads) == 0
    for places in ({"mentee_capacity": 0}, {"mentor_capacity": 0}):
        assert len(run(Compatibility.from_scores(np.ones((3, 4)), **places), name).dyads) == 0


@pytest.mark.parametrize("name", POLICIES)
def test_an_allowed_dyad_of_score_zero_is_made_and_a_forbidden_one_is_not(name: str) -> None:
    fit = Compatibility.from_scores(np.zeros((2, 2)), eligible=np.eye(2))
    policy = replace(POLICIES[name], mechanism=Mixer(9)) if "mixer" in name else POLICIES[name]
    cells = policy.mechanism(fit, stream(1, "pairing"))
    assert sorted(cells.tolist()) == [[0, 0], [1, 1]]


@pytest.mark.parametrize("name", ["egalitarian", "minimum_regret"])
def test_a_shipped_roster_is_paired_stably(name: str) -> None:
    cohort: Cohort = civil_servants("ukcs_small")
    matching = pair(cohort, policy=POLICIES[name], seed=1)
    assert blocking_pairs(score_cohort(cohort, eligibility=()), matching).empty
