"""The judges: against definitions written out as loops, and against printed numbers."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pairing_cohorts import blocks, markets, random_cohort
from scipy.stats import binomtest

from revlab.errors import OptionError, PairingError
from revlab.pairing.cells import Pool, matching_from_cells, matching_of_pools
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.disparity import CANNOT_JUDGE, exact_interval
from revlab.pairing.matching import Matching
from revlab.pairing.mechanisms import at_random
from revlab.pairing.policies import POLICIES, pair, with_settings
from revlab.pairing.quality import (
    COMPARED,
    blocking_pairs,
    compare,
    coverage,
    disparity,
    envy,
    judge,
    rank_profile,
)
from revlab.pairing.scoring import Score, score_cohort
from revlab.people.cohort import Cohort
from revlab.rng import stream


def at_hand(fit: Compatibility, *cells: tuple[int, int]) -> Matching:
    """Return the matching of these cells."""
    return matching_from_cells(fit, np.array(cells).reshape(-1, 2), policy="by hand")


def some_of(market: Compatibility, seed: int) -> tuple[tuple[int, int], ...]:
    """Return some dyads that keep the rules, not necessarily as many as possible."""
    cells = at_random(market, stream(seed, "some"))
    return tuple((int(i), int(j)) for i, j in cells[: len(cells) - seed % 2])


@given(market=markets(largest=5, places=3), seed=st.integers(0, 9))
def test_blocking_pairs_are_those_of_the_definition(market: Compatibility, seed: int) -> None:
    cells = some_of(market, seed)
    found = blocking_pairs(market, at_hand(market, *cells))
    i = market.mentee_ids.get_indexer(found["mentee_id"])
    j = market.mentor_ids.get_indexer(found["mentor_id"])
    assert sorted(zip(i, j, strict=True)) == sorted(blocks(market, cells))


@given(market=markets(largest=5, places=3), seed=st.integers(0, 9))
def test_every_blocking_pair_comes_with_a_certificate(market: Compatibility, seed: int) -> None:
    cells = some_of(market, seed)
    for row in blocking_pairs(market, at_hand(market, *cells)).itertuples():
        i = market.mentee_ids.get_loc(row.mentee_id)
        j = market.mentor_ids.get_loc(row.mentor_id)
        mine = [b for a, b in cells if a == i]
        theirs = [a for a, b in cells if b == j]
        if pd.isna(row.mentee_leaves):
            assert len(mine) < market.mentee_capacity[i]
            assert row.mentee_gain == market.mentee_score[i, j]
        else:
            k = market.mentor_ids.get_loc(row.mentee_leaves)
            assert k in mine
            assert market.mentee_score[i, k] == min(market.mentee_score[i, b] for b in mine)
            assert row.mentee_gain == market.mentee_score[i, j] - market.mentee_score[i, k] > 0
        if pd.isna(row.mentor_leaves):
            assert len(theirs) < market.mentor_capacity[j]
        else:
            k = market.mentee_ids.get_loc(row.mentor_leaves)
            assert k in theirs
            assert row.mentor_gain == market.mentor_score[i, j] - market.mentor_score[k, j] > 0


def test_people_of_two_pools_do_not_block_envy_or_outrank_each_other() -> None:
    fit = Compatibility.from_scores([[0.1, 0.9], [0.9, 0.1]])
    one = matching_of_pools(
        [Pool(fit.select([k], [k]), np.array([[0, 0]]), "a", f"P0{k}", "a") for k in (0, 1)]
    )
    together = at_hand(fit, (0, 0), (1, 1))
    assert len(blocking_pairs(fit, one)) == 0
    assert len(blocking_pairs(fit, together)) == 2
    assert envy(fit, one)["n_envious"].tolist() == [0, 0]
    assert envy(fit, together)["n_envious"].tolist() == [2, 2]
    assert rank_profile(fit, one)["rank"].tolist() == [1, 1]
    assert rank_profile(fit, together)["rank"].tolist() == [2, 2]


def test_the_rank_profile_counts_people_and_keeps_those_left_over_in_its_shares() -> None:
    fit = Compatibility.from_scores([[0.9, 0.5], [0.8, 0.1], [0.7, 0.2]], mentor_capacity=[2, 1])
    profile = rank_profile(fit, at_hand(fit, (0, 1), (1, 0)))
    assert profile.to_dict("records") == [
        {"side": "mentee", "rank": 1, "n": 1, "share": 1 / 3},
        {"side": "mentee", "rank": 2, "n": 1, "share": 1 / 3},
        {"side": "mentor", "rank": 1, "n": 1, "share": 0.5},
        {"side": "mentor", "rank": 2, "n": 1, "share": 0.5},
    ]


def test_somebody_with_two_dyads_counts_once_at_the_better() -> None:
    fit = Compatibility.from_scores([[0.9, 0.5, 0.1]], mentee_capacity=2)
    profile = rank_profile(fit, at_hand(fit, (0, 1), (0, 0)))
    assert profile.query("side == 'mentee'")[["rank", "n"]].values.tolist() == [[1, 1]]


def test_envy_is_justified_only_if_it_is_returned() -> None:
    # Mentee 1 wants mentor 2, who rather keeps mentee 2.
    fit = Compatibility.from_scores([[0.1, 0.9], [0.1, 0.8]], [[0.5, 0.2], [0.5, 0.7]])
    said = envy(fit, at_hand(fit, (0, 0), (1, 1))).set_index("side")
    assert said.loc["mentee", ["n", "n_envious", "n_justified"]].tolist() == [2, 1, 0]
    assert said.loc["mentor", "n_envious"] == 0


def test_whoever_is_left_over_envies_and_a_forbidden_partner_is_not_wanted() -> None:
    fit = Compatibility.from_scores([[0.9], [0.0], [0.5]], eligible=[[True], [True], [False]])
    said = envy(fit, at_hand(fit, (0, 0))).set_index("side")
    assert said.loc["mentee", ["n", "n_envious", "share"]].tolist() == [3, 1, 1 / 3]


def test_a_partner_whom_nobody_has_is_no_reason_for_envy() -> None:
    fit = Compatibility.from_scores([[0.1, 0.9]])
    matching = at_hand(fit, (0, 0))
    assert len(blocking_pairs(fit, matching)) == 1
    assert envy(fit, matching).set_index("side")["n_envious"].to_dict() == {
        "mentee": 0,
        "mentor": 1,
    }


def two_with_skills() -> Cohort:
    """Return two mentees who need three skills, and two mentors."""
    people = pd.DataFrame({"unit": "it", "grade": [1, 1, 4, 4]}, index=list("abxy"))
    rows = [
        ("x", "sql", "need", 1.0), ("x", "law", "need", 3.0), ("y", "sql", "need", 2.0),
        ("a", "sql", "offer", 2.0), ("a", "law", "offer", 3.0), ("b", "law", "offer", 5.0),
        ("a", "vr", "need", 0.0), ("x", "vr", "offer", 1.0), ("stranger", "vr", "need", 0.0),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["person_id", "skill_id", "side", "level"])
    return Cohort(people[:2], people[2:], skills=table.assign(source="self"))


def test_coverage_needs_a_higher_level_and_counts_those_left_over() -> None:
    cohort = two_with_skills()
    fit = score_cohort(cohort)
    said = coverage(cohort, at_hand(fit, (0, 0)))
    assert said.values.tolist() == [["mentee", 3, 1, 1 / 3], ["mentor", 1, 1, 1.0]]
    said = coverage(cohort, at_hand(fit, (0, 1), (1, 0)))
    assert said.values.tolist() == [["mentee", 3, 1, 1 / 3], ["mentor", 1, 0, 0.0]]


def test_a_skill_that_two_mentors_cover_is_covered_once() -> None:
    cohort = two_with_skills()
    cohort = replace(cohort, mentees=cohort.mentees.assign(capacity=2))
    said = coverage(cohort, at_hand(score_cohort(cohort), (0, 0), (0, 1)))
    assert said.loc[0, ["needs", "covered"]].tolist() == [3, 2]


@pytest.mark.parametrize(("successes", "n"), [(0, 10), (1, 10), (7, 12), (50, 50), (3, 400)])
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_the_interval_is_clopper_pearson(successes: int, n: int, level: float) -> None:
    low, high = exact_interval(np.array([successes]), np.array([n]), conf_level=level)
    exact = binomtest(successes, n).proportion_ci(level, method="exact")
    assert (low.item(), high.item()) == pytest.approx((exact.low, exact.high), abs=1e-9)


def test_the_interval_covers_at_least_as_often_as_it_says() -> None:
    from scipy.stats import binom

    k = np.arange(13)
    low, high = exact_interval(k, np.full(13, 12))
    for share in np.linspace(0.02, 0.98, 25):
        covered = (low <= share) & (share <= high)
        assert binom.pmf(k, 12, share)[covered].sum() >= 0.95


def groups(sizes: dict[str | None, tuple[int, int]]) -> tuple[Cohort, Matching]:
    """Return a cohort with (people, paired) mentees per group, each paired with one mentor."""
    labels = [label for label, (n, _) in sizes.items() for _ in range(n)]
    paired = [k < made for _, (n, made) in sizes.items() for k in range(n)]
    ids = [f"s{k:03d}" for k in range(len(labels))]
    mentees = pd.DataFrame({"unit": "a", "grade": 4, "declared_group": labels}, index=ids)
    mentors = pd.DataFrame({"unit": "a", "grade": 1}, index=[f"j{k:03d}" for k in range(len(ids))])
    eligible = np.diag(np.array(paired))
    fit = score_cohort(Cohort(mentors, mentees))
    fit = replace(fit, eligible=eligible, forbidding=None, rule_bits=None, rules=())
    cells = [(k, k) for k in np.flatnonzero(paired)]
    return Cohort(mentors, mentees), at_hand(fit, *cells)


def test_groups_are_compared_with_the_best_group_that_can_be_judged() -> None:
    cohort, matching = groups({"u": (20, 20), "v": (20, 15), "w": (20, 17), "x": (9, 0)})
    table = disparity(cohort, matching, "declared_group").query("side == 'mentee'")
    assert table["group"].tolist() == ["u", "v", "w", "x"]
    assert table["share"].tolist() == [1.0, 0.75, 0.85, 0.0]
    assert table["verdict"].tolist() == [
        "four fifths or more", "below four fifths", "four fifths or more", CANNOT_JUDGE,
    ]  # fmt: skip
    assert table["impact_ratio"].tolist()[:3] == [1.0, 0.75, 0.85]
    assert np.isnan(table["impact_ratio"].iloc[3])
    exact = binomtest(15, 20).proportion_ci(0.95, method="exact")
    assert table[["conf_low", "conf_high"]].iloc[1].tolist() == pytest.approx([*exact])


def test_people_who_state_nothing_are_a_line_and_not_a_group() -> None:
    cohort, matching = groups({"u": (12, 12), None: (15, 1), "v": (12, 12)})
    table = disparity(cohort, matching, "declared_group").query("side == 'mentee'")
    verdict = table.set_index("group")["verdict"]
    assert verdict["not stated"] == CANNOT_JUDGE
    assert verdict[["u", "v"]].tolist() == ["four fifths or more"] * 2


def test_one_large_group_alone_cannot_be_judged() -> None:
    cohort, matching = groups({"u": (20, 3), "v": (9, 9)})
    table = disparity(cohort, matching, "declared_group").query("side == 'mentee'")
    assert set(table["verdict"]) == {CANNOT_JUDGE}
    lower = disparity(cohort, matching, "declared_group", smallest=9).query("side == 'mentee'")
    assert lower["verdict"].tolist() == ["below four fifths", "four fifths or more"]


def test_nobody_paired_at_all_cannot_be_judged() -> None:
    cohort, matching = groups({"u": (20, 0), "v": (20, 0)})
    assert set(disparity(cohort, matching, "declared_group")["verdict"]) == {CANNOT_JUDGE}


def test_a_group_can_be_a_grade_and_only_people_of_the_matching_count() -> None:
    cohort = random_cohort(8, 9, 2)
    few = cohort.subset(cohort.mentors.index[:4], cohort.mentees.index[:5])
    table = disparity(cohort, pair(few, policy="optimal", seed=1), "grade")
    assert table.groupby("side")["n"].sum().to_dict() == {"mentee": 5, "mentor": 4}


def test_wrong_questions_about_groups_are_refused() -> None:
    cohort, matching = groups({"u": (2, 1)})
    with pytest.raises(OptionError, match=r"`column` must be one of .*; got 'interests'"):
        disparity(cohort, matching, "interests")
    with pytest.raises(PairingError, match="`smallest` must be at least 1; got 0"):
        disparity(cohort, matching, "unit", smallest=0)
    with pytest.raises(PairingError, match=r"`conf_level` must be between 0 and 1; got 95"):
        disparity(cohort, matching, "unit", conf_level=95)


def test_the_judges_numbers_by_hand() -> None:
    cohort = two_with_skills()
    fit = replace(
        score_cohort(cohort),
        mentee_score=np.array([[0.8, 0.2], [0.6, 0.4]]),
        mentor_score=np.array([[0.4, 0.2], [0.2, 0.8]]),
    )
    said = judge(cohort, fit, at_hand(fit, (0, 0), (1, 1)))
    value = said.set_index("judge")["value"].to_dict()
    assert value == {
        "n_dyads": 2, "total_score": pytest.approx(1.2), "mean_score": pytest.approx(0.6),
        "worst_score": pytest.approx(0.6), "score_gini": pytest.approx(0, abs=1e-12),
        "blocking_pairs": 0, "mentee_first_choice_share": 0.5, "mentor_first_choice_share": 1.0,
        "median_mentee_rank": 1.5, "median_mentor_rank": 1.0,
        "coverage": pytest.approx(1 / 3), "reciprocal_coverage": 1.0,
        "unmatched_mentors": 0, "unmatched_mentees": 0,
    }  # fmt: skip
    assert list(said) == ["judge", "value", "unit", "better"]
    assert set(said["better"]) == {"more", "less"}


def test_the_gini_of_scores_is_that_of_the_mean_difference() -> None:
    fit = Compatibility.from_scores(np.diag([0.1, 0.4, 0.9]))
    cohort = random_cohort(3, 3, 1)
    fit = replace(fit, mentee_ids=cohort.mentees.index, mentor_ids=cohort.mentors.index)
    said = judge(cohort, fit, at_hand(fit, (0, 0), (1, 1), (2, 2)))
    scores = np.array([0.1, 0.4, 0.9])
    expected = np.abs(np.subtract.outer(scores, scores)).mean() / (2 * scores.mean())
    assert said.set_index("judge").loc["score_gini", "value"] == pytest.approx(expected)


def test_judges_of_no_dyads_have_no_score_rather_than_a_zero() -> None:
    cohort = random_cohort(2, 2, 1)
    fit = score_cohort(cohort)
    value = judge(cohort, fit, at_hand(fit)).set_index("judge")["value"]
    assert value[["n_dyads", "unmatched_mentees"]].tolist() == [0, 2]
    assert value[["mean_score", "worst_score", "median_mentee_rank"]].isna().all()


def test_a_stranger_in_the_matching_is_named() -> None:
    small = Compatibility.from_scores([[0.5]])
    large = Compatibility.from_scores([[0.5, 0.4], [0.3, 0.2]])
    with pytest.raises(PairingError, match=r"mentee \['mentee2'\] of the matching is not in the"):
        blocking_pairs(small, at_hand(large, (1, 1)))


def test_a_comparison_has_one_row_per_policy_and_is_what_pair_and_judge_say() -> None:
    cohort = random_cohort(15, 12, 3)
    table = compare(cohort, list(POLICIES), seed=4)
    assert list(table) == ["policy", *COMPARED]
    assert table["policy"].tolist() == list(POLICIES)
    fit = score_cohort(cohort)
    for row in table.to_dict("records"):
        matching = pair(cohort, policy=row["policy"], seed=4)
        said = judge(cohort, fit, matching).set_index("judge")["value"]
        assert [row[name] for name in COMPARED] == said[list(COMPARED)].tolist()
    stable = table.set_index("policy").loc[["stable_mentee", "stable_mentor"], "blocking_pairs"]
    assert stable.tolist() == [0, 0]
    pd.testing.assert_frame_equal(table, compare(cohort, list(POLICIES), seed=4))


def test_all_policies_are_measured_with_the_score_of_the_first() -> None:
    cohort = random_cohort(12, 12, 3)
    by_site = with_settings("optimal", score=Score({"site": 1.0}))
    table = compare(cohort, {"all parts": "optimal", "site only": by_site}, seed=1)
    assert table["policy"].tolist() == ["all parts", "site only"]
    assert table["total_score"].iloc[0] > table["total_score"].iloc[1]
    fit = score_cohort(cohort)
    said = judge(cohort, fit, pair(cohort, policy=by_site, seed=1)).set_index("judge")["value"]
    assert table["total_score"].iloc[1] == said["total_score"]


def test_wrong_comparisons_are_refused() -> None:
    cohort = random_cohort(3, 3, 1)
    with pytest.raises(OptionError, match=r"got 'optimum'\. Did you mean 'optimal'\?"):
        compare(cohort, ["optimum"], seed=1)
    with pytest.raises(PairingError, match="`policies` is empty"):
        compare(cohort, [], seed=1)
    with pytest.raises(PairingError, match=r"two of the policies are called \['greedy'\]"):
        compare(cohort, ["greedy", POLICIES["greedy"]], seed=1)
