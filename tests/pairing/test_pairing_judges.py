"""Judges of envy, groups, prices, robustness and lies: against definitions and enumeration."""

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pairing_cohorts import ROSTERS, all_matchings, blocks, markets, random_cohort
from scipy.stats import binom

from revlab.errors import OptionError, PairingError
from revlab.pairing.cells import matching_from_cells
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.coverage import skill_table
from revlab.pairing.disparity import disparity
from revlab.pairing.impact import impact_ratio, ratio_interval
from revlab.pairing.manipulability import _best, manipulability, who_gains
from revlab.pairing.matching import Matching
from revlab.pairing.policies import POLICIES, pair, pair_scored
from revlab.pairing.prices import prices
from revlab.pairing.quality import coverage, judge
from revlab.pairing.robustness import robustness
from revlab.pairing.scoring import score_cohort
from revlab.pairing.stability import blocking_pairs, envy, envy_pairs
from revlab.people.roster import read_roster
from revlab.rng import stream

Cells = tuple[tuple[int, int], ...]


def at_hand(fit: Compatibility, *cells: tuple[int, int]) -> Matching:
    """Return the matching of these cells."""
    return matching_from_cells(fit, np.array(cells, dtype=int).reshape(-1, 2), policy="by hand")


def one_of_all(market: Compatibility, which: int) -> Cells:
    """Return one of all matchings."""
    every = all_matchings(market)
    return every[which % len(every)]


@settings(max_examples=20)
@given(market=markets(largest=4, places=2), which=st.integers(0, 10**6))
def test_a_certificate_can_be_checked_by_hand(market: Compatibility, which: int) -> None:
    cells = one_of_all(market, which)
    for row in blocking_pairs(market, at_hand(market, *cells)).itertuples():
        i = market.mentee_ids.get_loc(row.mentee_id)
        j = market.mentor_ids.get_loc(row.mentor_id)
        mine = sorted(market.mentee_score[a, b] for a, b in cells if a == i)
        theirs = sorted(market.mentor_score[a, b] for a, b in cells if b == j)
        assert row.mentee_free == market.mentee_capacity[i] - len(mine)
        assert row.mentor_free == market.mentor_capacity[j] - len(theirs)
        assert row.mentee_score_new == market.mentee_score[i, j]
        assert row.mentor_score_new == market.mentor_score[i, j]
        for free, now, held, new, gain in (
            (row.mentee_free, row.mentee_score_now, mine, row.mentee_score_new, row.mentee_gain),
            (row.mentor_free, row.mentor_score_now, theirs, row.mentor_score_new, row.mentor_gain),
        ):
            if free:
                assert np.isnan(now)
                assert gain == new
            else:
                assert now == held[0] < new
                assert gain == new - now


@settings(max_examples=25)
@given(market=markets(largest=4, places=2), which=st.integers(0, 10**6))
def test_who_envies_whom_is_the_definition_written_out(market: Compatibility, which: int) -> None:
    cells = one_of_all(market, which)
    made = at_hand(market, *cells)
    expected = set()
    for side, own, other in (("mentee", 0, 1), ("mentor", 1, 0)):
        mine = market.mentee_score if side == "mentee" else market.mentor_score.T
        theirs = market.mentor_score.T if side == "mentee" else market.mentee_score
        allowed = market.eligible if side == "mentee" else market.eligible.T
        places = (market.mentee_capacity, market.mentor_capacity)
        ids = (market.mentee_ids, market.mentor_ids)
        for p, q in product(range(len(mine)), range(mine.shape[1])):
            held = [cell[other] for cell in cells if cell[own] == p]
            if q in held or not allowed[p, q]:
                continue
            free = len(held) < places[own][p]
            if not free and not any(mine[p, q] > mine[p, h] for h in held):
                continue
            have = [cell[own] for cell in cells if cell[other] == q]
            for k in have:
                just = theirs[q, p] > theirs[q, k] or len(have) < places[other][q]
                expected.add((side, ids[own][p], ids[own][k], ids[other][q], just))
    found = envy_pairs(market, made)
    columns = ["side", "person_id", "envies", "partner_id", "justified"]
    assert {tuple(row) for row in found[columns].values.tolist()} == expected
    assert len(found) == len(expected)
    assert (found["gain"] >= 0).all()
    counts = envy(market, made).set_index("side")
    for side in ("mentee", "mentor"):
        own = found[found["side"] == side]
        assert counts.loc[side, "n_envious"] == own["person_id"].nunique()
        assert counts.loc[side, "n_justified"] == own[own["justified"]]["person_id"].nunique()


def test_who_has_no_capacity_envies_nobody_and_who_has_room_wants_more() -> None:
    fit = Compatibility.from_scores([[0.9], [0.8]], mentee_capacity=[1, 0])
    assert envy(fit, at_hand(fit, (0, 0)))["n_envious"].tolist() == [0, 0]
    fit = Compatibility.from_scores([[0.9, 0.2], [0.8, 0.1]], mentee_capacity=[2, 1])
    said = envy(fit, at_hand(fit, (0, 0), (1, 1))).set_index("side")
    assert said.loc["mentee", "n_envious"] == 2


@pytest.mark.parametrize(
    ("sizes", "shares"),
    [
        ((10, 10), (0.5, 0.8)),
        ((12, 15), (0.9, 0.95)),
        ((10, 10), (0.1, 0.1)),
        ((15, 12), (1.0, 0.8)),
        ((6, 7, 8), (0.4, 0.7, 0.7)),
        ((6, 6, 6), (0.9, 0.9, 0.9)),
    ],
)
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_the_ratio_interval_covers_by_enumeration(
    sizes: tuple[int, ...], shares: tuple[float, ...], level: float
) -> None:
    truth = np.array(shares) / max(shares)
    below, above = np.zeros(len(sizes)), np.zeros(len(sizes))
    for counts in product(*(range(n + 1) for n in sizes)):
        chance = np.prod(binom.pmf(counts, sizes, shares))
        low, high = ratio_interval(np.array(counts), np.array(sizes), conf_level=level)
        assert ((low >= 0) & (low <= high) & (high <= 1)).all()
        below += chance * (truth < low - 1e-12)
        above += chance * (truth > high + 1e-12)
    assert (below <= (1 - level) / 2).all()
    assert (above <= (1 - level) / 2).all()


def test_more_people_bear_out_more() -> None:
    widths = []
    for scale in (1, 5, 25):
        low, high = ratio_interval(np.array([18, 10]) * scale, np.array([20, 20]) * scale)
        widths.append(high[1] - low[1])
        assert low[1] < 10 / 18 < high[1]
        assert high[0] == 1
    assert widths[0] > widths[1] > widths[2]


def groups(sizes: dict[str, tuple[int, int]]) -> tuple[object, Matching]:
    """Return a cohort with (people, paired) mentees per group, each paired with one mentor."""
    labels = [label for label, (n, _) in sizes.items() for _ in range(n)]
    paired = [k < made for _, (n, made) in sizes.items() for k in range(n)]
    cohort = random_cohort(len(labels), len(labels), 1)
    cohort = replace(cohort, mentees=cohort.mentees.assign(declared_group=labels))
    fit = score_cohort(cohort)
    fit = replace(fit, eligible=np.diag(paired), forbidding=None, rule_bits=None, rules=())
    return cohort, at_hand(fit, *((k, k) for k in np.flatnonzero(paired)))


def test_the_ratio_of_few_people_cannot_be_judged_and_that_of_many_can() -> None:
    cohort, made = groups({"u": (12, 12), "v": (12, 8), "w": (5, 0)})
    table = impact_ratio(cohort, made, "declared_group").query("side == 'mentee'")
    assert table["verdict"].tolist() == ["four fifths or more", "below four fifths", "cannot judge"]
    assert table["ratio_verdict"].tolist() == ["cannot judge"] * 3
    assert table["ratio_low"].isna().tolist() == [False, False, True]
    cohort, made = groups({"u": (90, 90), "v": (90, 30), "w": (90, 90)})
    table = impact_ratio(cohort, made, "declared_group").query("side == 'mentee'")
    assert table["ratio_verdict"].tolist() == [
        "four fifths or more",
        "below four fifths",
        "four fifths or more",
    ]
    plain = disparity(cohort, made, "declared_group")
    whole = impact_ratio(cohort, made, "declared_group")
    pd.testing.assert_frame_equal(whole[list(plain)], plain)


def test_wrong_ratios_are_refused() -> None:
    with pytest.raises(PairingError, match="a ratio needs two groups; got 1"):
        ratio_interval(np.array([1]), np.array([2]))
    with pytest.raises(PairingError, match="`conf_level` must be between 0 and 1; got 1"):
        ratio_interval(np.array([1, 1]), np.array([2, 2]), conf_level=1)


@settings(max_examples=20)
@given(market=markets(largest=4, places=2), which=st.integers(0, 10**6))
def test_prices_are_totals_divided_and_the_best_stable_one_is_found(
    market: Compatibility, which: int
) -> None:
    every = all_matchings(market)
    joint = market.joint()
    chosen = {f"m{k}": every[(which + k * 7919) % len(every)] for k in range(4)}
    chosen["best"] = max(every, key=lambda cells: sum(joint[c] for c in cells))
    table = prices(market, {name: at_hand(market, *cells) for name, cells in chosen.items()})
    table = table.set_index("policy")
    total = {name: sum(joint[c] for c in cells) for name, cells in chosen.items()}
    stable = [name for name, cells in chosen.items() if not blocks(market, cells)]
    for name, cells in chosen.items():
        row = table.loc[name]
        assert row["score_lost"] == pytest.approx(total["best"] - total[name], abs=1e-9)
        if total[name] > 0:
            assert row["price"] == pytest.approx(total["best"] / total[name])
        assert row["blocking_pairs"] == len(blocks(market, cells))
        assert row["stable"] == (name in stable)
    marked = table.index[table["best_stable"]].tolist()
    assert len(marked) == bool(stable)
    if stable:
        assert total[marked[0]] == pytest.approx(max(total[name] for name in stable))


def test_the_price_of_fairness_by_hand() -> None:
    fit = Compatibility.from_scores([[1.0, 0.6], [0.5, 0.0]])
    made = {"sum": at_hand(fit, (0, 1), (1, 0)), "greedy": at_hand(fit, (0, 0), (1, 1))}
    table = prices(fit, made, reference="greedy").set_index("policy")
    assert table.loc["sum", "price"] == pytest.approx(1 / 1.1)
    fair = prices(fit, made).set_index("policy").loc["greedy"]
    assert fair["worst_gain"] == pytest.approx(-0.5)
    assert fair["gain_per_score_lost"] == pytest.approx(-5.0)
    none = prices(fit, {"nobody": at_hand(fit), **made}).set_index("policy").loc["nobody"]
    assert none[["price", "worst_score"]].isna().all()
    with pytest.raises(OptionError, match=r"`reference` must be one of 'greedy', 'sum'; got 'x'"):
        prices(fit, made, reference="x")
    with pytest.raises(PairingError, match="`matchings` is empty"):
        prices(fit, {})


def test_perfect_reliability_keeps_everything_and_less_keeps_less() -> None:
    rng = stream(2, "scores")
    fit = Compatibility.from_scores(rng.random((12, 12)), rng.random((12, 12)))
    kept = []
    for reliability in (1.0, 0.9, 0.6, 0.2):
        found = robustness(fit, "optimal", reliability=reliability, n_draws=60, seed=1)
        kept.append(found.share_kept)
        assert found.share_kept == pytest.approx(found.dyads["share_kept"].mean())
        assert len(found.dyads) == 12
        spread = fit.mentee_score.std() * np.sqrt(1 - reliability**2) / reliability
        assert found.noise["mentee"] == pytest.approx(spread)
    assert kept[0] == 1
    assert kept == sorted(kept, reverse=True)
    assert "With a reliability of 0.2" in repr(found)


def test_a_second_measurement_correlates_by_the_reliability() -> None:
    rng = stream(3, "scores")
    scores = 10 + rng.standard_normal((60, 60))
    fit = Compatibility.from_scores(scores, 10 + rng.standard_normal((60, 60)))
    told: list[Compatibility] = []
    policy = replace(POLICIES["greedy"], mechanism=lambda fit, rng: recorded(told, fit))
    robustness(fit, policy, reliability=0.7, n_draws=5, seed=1)
    order = np.argsort(fit.mentee_ids.to_numpy(str)), np.argsort(fit.mentor_ids.to_numpy(str))
    for again in told[1:]:
        r = np.corrcoef(again.mentee_score.ravel(), scores[np.ix_(*order)].ravel())[0, 1]
        assert r == pytest.approx(0.7, abs=0.04)
        other = np.corrcoef(again.mentee_score.ravel(), again.mentor_score.ravel())[0, 1]
        assert abs(other) < 0.05


def recorded(told: list[Compatibility], fit: Compatibility) -> np.ndarray:
    """Write down what a mechanism is told, and pair nobody."""
    told.append(fit)
    return np.empty((0, 2), dtype=int)


def test_the_share_of_a_dyad_is_that_of_the_draws() -> None:
    # One mentor, two mentees: the better is kept with the normal probability of the difference.
    from scipy.stats import norm

    scores = np.array([[5.0], [4.0]])
    found = robustness(
        Compatibility.from_scores(scores), "optimal", reliability=0.5, n_draws=1000, seed=1
    )
    sd = 0.5 * np.sqrt(1 - 0.25) / 0.5
    assert found.share_kept == pytest.approx(norm.cdf(1 / (sd * np.sqrt(2))), abs=0.05)
    share = found.dyads["share_kept"].item()
    assert found.dyads["mc_error"].item() == pytest.approx(np.sqrt(share * (1 - share) / 1000))
    assert found.mc_error == pytest.approx(found.dyads["mc_error"].item(), rel=0.01)


def test_the_order_of_the_roster_does_not_change_the_robustness() -> None:
    rng = stream(4, "scores")
    table = pd.DataFrame(rng.random((5, 6)), index=list("vwxyz"), columns=list("abcdef"))
    shuffled = table.iloc[rng.permutation(5), rng.permutation(6)]
    one, other = (
        robustness(Compatibility.from_scores(t), "random", n_draws=20, seed=3)
        for t in (table, shuffled)
    )
    pd.testing.assert_frame_equal(one.dyads, other.dyads)


def test_robustness_without_dyads_and_wrong_questions() -> None:
    empty = Compatibility.from_scores(np.zeros((0, 3)))
    found = robustness(empty, "optimal", n_draws=3, seed=1)
    assert repr(found) == "There is no dyad that could change."
    for reliability in (0, 1.1):
        with pytest.raises(PairingError, match="`reliability` must be above 0 and at most 1"):
            robustness(empty, "optimal", reliability=reliability, seed=1)
    with pytest.raises(PairingError, match="`n_draws` must be at least 1; got 0"):
        robustness(empty, "optimal", n_draws=0, seed=1)


@settings(max_examples=8)
@given(market=markets(largest=4, places=1), side=st.sampled_from(["mentees", "mentors"]))
def test_deferred_acceptance_and_dictators_are_truthful_for_who_moves(
    market: Compatibility, side: str
) -> None:
    policies = [f"stable_{side[:-1]}"] + (["serial_dictatorship"] if side == "mentees" else [])
    for policy in policies:
        found = manipulability(market, policy, n_draws=1, seed=5)
        movers = found[found["side"] == side[:-1]]
        assert (movers["gain"].dropna() <= 1e-12).all()
        # A lie that keeps the order of the list tells nothing new to who only reads the order.
        exaggerated = found[(found["lie"] == "exaggerate") & (found["n_tried"] > 0)]
        assert (exaggerated["gain"] == 0).all()


@settings(max_examples=8)
@given(
    market=markets(largest=4, places=3),
    policy=st.sampled_from(["random", "greedy", "serial_dictatorship"]),
)
def test_who_states_less_availability_gets_no_priority(market: Compatibility, policy: str) -> None:
    found = manipulability(market, policy, lies=["understate_capacity"], seed=2)
    choosers = found[found["side"] == "mentee"] if policy == "serial_dictatorship" else found
    assert (choosers["gain"].dropna() <= 1e-12).all()
    one = found["n_tried"] == 0
    assert found.loc[one, ["value_lying", "gain"]].isna().all(axis=None)


def test_the_asked_side_gains_by_truncation_and_the_judge_sees_it() -> None:
    both = Compatibility.from_scores([[2.0, 1.0], [1.0, 2.0]], [[1.0, 2.0], [2.0, 1.0]])
    found = manipulability(both, "stable_mentee", lies=["truncate"], seed=1)
    row = found[found["person_id"] == "mentor1"].iloc[0]
    assert row["told"] == "accepts the best 1 of 2 only"
    assert (row["value_honest"], row["value_lying"], row["gain"]) == (1.0, 2.0, 1.0)
    table = who_gains(found).set_index("side")
    assert table.loc["mentee", ["n_gaining", "largest_gain"]].tolist() == [0, 0]
    assert table.loc["mentor", ["n_people", "n_gaining", "share_gaining"]].tolist() == [2, 2, 1]


def test_the_most_pairs_reward_who_accepts_only_the_best() -> None:
    # Both want a; the one who accepts nobody else must be given a if all are to be paired.
    fit = Compatibility.from_scores([[0.9, 0.8], [0.9, 0.1]], [[0.5, 0.5], [0.5, 0.5]])
    found = manipulability(fit, "most_pairs", people=["mentee1"], lies=["truncate"], seed=1)
    assert found["gain"].item() == pytest.approx(0.1)
    found = manipulability(fit, "stable_mentee", people=["mentee1"], lies=["truncate"], seed=1)
    assert found["gain"].item() <= 0


def test_chance_is_averaged_and_the_lie_is_chosen_on_other_draws() -> None:
    fit = Compatibility.from_scores([[0.9, 0.1], [0.9, 0.1]])
    found = manipulability(
        fit, "random", people=["mentee1"], lies=["truncate"], n_draws=400, seed=1
    )
    # Honest: one half of 0.9 and of 0.1. Lying: of three cells in random order the own one, or
    # that of the other with the other mentor, comes first with probability 2/3, which gives 0.9.
    row = found.iloc[0]
    assert row["value_honest"] == pytest.approx(0.5, abs=0.1)
    assert row["gain"] == pytest.approx(0.1, abs=4 * row["mc_error"])
    assert 0 < row["mc_error"] < 0.05


def test_the_best_variant_is_not_flattered_by_the_draws_that_chose_it() -> None:
    gains = np.array([[1.0, 1.0, -1.0, -3.0], [0.0, 0.0, 0.0, 0.0]])
    told, n_tried, honest, lying, gain, error = _best(["a", "b"], gains, np.ones(4))
    assert (told, n_tried, honest, lying, gain, error) == ("a", 2, 1.0, -1.0, -2.0, 1.0)


def test_wrong_questions_about_lies_are_refused() -> None:
    fit = Compatibility.from_scores([[0.5]])
    with pytest.raises(OptionError, match="`lies` must be one of"):
        manipulability(fit, "greedy", lies=["flatter"], seed=1)
    with pytest.raises(PairingError, match=r"\['zoe'\] is not in the compatibility"):
        manipulability(fit, "greedy", people=["zoe"], seed=1)
    with pytest.raises(PairingError, match="`people` must be at least 1; got 0"):
        manipulability(fit, "greedy", people=0, seed=1)
    with pytest.raises(PairingError, match="`n_draws` must be at least 1; got 0"):
        manipulability(fit, "greedy", n_draws=0, seed=1)


def test_a_skill_table_made_once_changes_no_judge() -> None:
    cohort = random_cohort(12, 9, 3)
    fit = score_cohort(cohort)
    table = skill_table(cohort)
    for name in POLICIES:
        made = pair(cohort, policy=name, seed=1)
        pd.testing.assert_frame_equal(
            judge(cohort, fit, made), judge(cohort, fit, made, skills=table)
        )


def test_an_assessed_level_goes_before_a_stated_one_and_the_highest_of_several_counts() -> None:
    cohort = random_cohort(1, 1, 1)
    person = cohort.mentees.index[0]
    rows = [
        (person, "sql", "need", 4.0, "self"),
        (person, "sql", "need", 1.0, "assessed"),
        (person, "law", "need", 2.0, "self"),
        (person, "law", "need", 3.0, "simulated"),
    ]
    skills = pd.DataFrame(rows, columns=["person_id", "skill_id", "side", "level", "source"])
    table = skill_table(replace(cohort, skills=skills))
    own = table.need[table.people.get_loc(person)]
    assert sorted(own.tolist()) == [1.0, 3.0]


def test_people_outside_the_cohort_are_named_by_the_judge_of_skills() -> None:
    cohort = random_cohort(4, 4, 1)
    made = pair(cohort, policy="most_pairs", seed=1)
    fewer = cohort.subset(cohort.mentors.index[:1], cohort.mentees.index)
    with pytest.raises(PairingError, match=r"\['j00.'\] of the matching is not in the cohort"):
        coverage(fewer, made)


def test_the_real_roster_is_judged() -> None:
    cohort = read_roster(ROSTERS / "ukcs_small")
    fit = score_cohort(cohort)
    made = {name: pair(cohort, policy=name, seed=1) for name in ("optimal", "stable_mentee")}
    table = prices(fit, made).set_index("policy")
    assert table.loc["stable_mentee", "price"] >= 1
    assert table.loc["stable_mentee", "best_stable"]
    found = robustness(fit, "optimal", n_draws=10, seed=1)
    assert 0 < found.share_kept < 1
    again = pair_scored(fit, policy=POLICIES["optimal"], rng=stream(1, "pairing"))
    pd.testing.assert_frame_equal(found.matching.dyads, again.dyads)
