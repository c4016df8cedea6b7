"""The shipped civil-service rosters, whose answers are known from outside."""

import numpy as np
import pytest
from pairing_cohorts import civil_servants
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from revlab.pairing.eligibility import GradeGap, SameUnit
from revlab.pairing.explain import explain_dyads, explain_unmatched
from revlab.pairing.policies import POLICIES, Policy, pair, with_settings
from revlab.pairing.scoring import Score, score_cohort
from revlab.people.cohort import Cohort

# That programme's own rules: another organisation and one or two grades apart must hold, the
# same profession should.
RULES = (SameUnit(), GradeGap(1, 2))
SCORE = Score({"profession": 1.0})


@pytest.fixture(scope="module")
def large() -> Cohort:
    """500 juniors and 500 seniors."""
    return civil_servants("ukcs_large")


def theirs(name: str) -> Policy:
    """Return a policy under the programme's rules."""
    return with_settings(name, score=SCORE, eligibility=RULES)


def test_most_pairs_finds_the_484_dyads_that_exist(large: Cohort) -> None:
    assert len(pair(large, policy=theirs("most_pairs"), seed=1).dyads) == 484


def test_the_best_total_has_478_dyads_of_which_458_share_the_profession(large: Cohort) -> None:
    dyads = pair(large, policy=theirs("optimal"), seed=1).dyads
    assert len(dyads) == 478
    assert dyads["score"].sum() == 458


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_no_pair_is_forbidden_and_everybody_left_over_is_explained(
    name: str, large: Cohort
) -> None:
    made = pair(large, policy=theirs(name), seed=1)
    senior = large.mentees.loc[made.dyads["mentee_id"]]
    junior = large.mentors.loc[made.dyads["mentor_id"]]
    assert (senior["unit"].to_numpy() != junior["unit"].to_numpy()).all()
    assert np.isin(senior["grade"].to_numpy() - junior["grade"].to_numpy(), [1, 2]).all()
    fit = score_cohort(large, score=SCORE, eligibility=RULES)
    left = explain_unmatched(large, fit, made)
    assert len(left) == 1000 - 2 * len(made.dyads)
    assert (left["what_would_help"].str.len() > 0).all()
    # At an event people meet a few others only, so some who could be paired are not.
    missed = (left["reason"] == "the policy left a possible dyad out").any()
    assert missed == (name == "mixer")


def test_a_roster_without_skills_is_scored_by_what_it_has(large: Cohort) -> None:
    fit = score_cohort(large)
    names = [part.name for part in fit.parts]
    assert names == ["profession", "organisational_distance", "grade_gap"]
    assert len(fit.notes) == 7
    made = pair(large, policy="most_pairs", seed=1)
    assert len(made.dyads) == 500
    explained = explain_dyads(fit, made)
    parts = explained[[f"part_{name}" for name in names]].sum(axis=1)
    np.testing.assert_allclose(parts, explained["score"], atol=1e-12)


@pytest.mark.parametrize("roster", ["ukcs_large", "ukcs_small"])
def test_no_other_algorithm_finds_more_dyads(roster: str) -> None:
    cohort = civil_servants(roster)
    fit = score_cohort(cohort, score=SCORE, eligibility=RULES)
    found = maximum_bipartite_matching(csr_array(fit.eligible), perm_type="column")
    made = pair(cohort, policy=theirs("most_pairs"), seed=1)
    assert len(made.dyads) == (found >= 0).sum()
    assert len(made.dyads) + len(made.unmatched_mentees) == len(cohort.mentees)
