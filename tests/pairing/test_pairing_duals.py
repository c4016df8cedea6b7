"""Dual prices and forced dyads: against brute force, a linear programme and the real roster."""

from time import perf_counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pairing_cohorts import ROSTERS, all_matchings, markets
from scipy.optimize import linprog

from revlab.errors import OptionError, PairingError
from revlab.pairing.cells import Pool, matching_from_cells, matching_of_pools
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.duals import Certificate, certificate
from revlab.pairing.eligibility import GradeGap, SameUnit
from revlab.pairing.forced import force
from revlab.pairing.matching import Matching
from revlab.pairing.policies import POLICIES, pair_scored
from revlab.pairing.scoring import Score, score_cohort
from revlab.people.roster import read_roster
from revlab.rng import stream

SIDES = ("mentee", "mentor")
Cells = tuple[tuple[int, int], ...]


def at_hand(fit: Compatibility, cells: Cells) -> Matching:
    """Return the matching of these cells."""
    return matching_from_cells(fit, np.array(cells, dtype=int).reshape(-1, 2), policy="by hand")


def made_by(name: str, fit: Compatibility) -> Matching:
    """Return the matching of a policy."""
    return pair_scored(fit, policy=POLICIES[name], rng=stream(1, "duals"))


def totals(fit: Compatibility, matchings: list[Cells]) -> np.ndarray:
    """Return the total joint scores."""
    joint = fit.joint()
    return np.array([sum(joint[cell] for cell in cells) for cells in matchings])


def best(fit: Compatibility) -> float:
    """Return the largest total of all matchings."""
    return float(totals(fit, all_matchings(fit)).max())


def with_places(fit: Compatibility, side: str, person: int, more: int) -> Compatibility:
    """Return the people with more or fewer places for one of them."""
    places = {name: getattr(fit, f"{name}_capacity").copy() for name in ("mentee", "mentor")}
    places[side][person] += more
    return Compatibility.from_scores(
        fit.mentee_score,
        fit.mentor_score,
        eligible=fit.eligible,
        mentee_capacity=places["mentee"],
        mentor_capacity=places["mentor"],
    )


@settings(max_examples=15)
@given(market=markets(largest=4, places=2), seed=st.integers(0, 99))
def test_a_matching_is_certified_exactly_if_it_is_the_best_of_all(
    market: Compatibility, seed: int
) -> None:
    every = all_matchings(market)
    sums, sizes = totals(market, every), [len(cells) for cells in every]
    chosen = stream(seed, "which").integers(len(every), size=2)
    by_pairs = max(range(len(every)), key=lambda k: (sizes[k], sums[k]))
    for k in {*chosen.tolist(), int(sums.argmax()), by_pairs}:
        proof = certificate(market, at_hand(market, every[k]))
        assert proof.optimal == (sums[k] > sums.max() - 1e-9)
        assert proof.total == pytest.approx(sums[k])
        if proof.optimal:
            assert proof.bound == pytest.approx(sums.max(), abs=1e-9)
            assert proof.largest_violation < 1e-9
        else:
            better = after(every[k], market, proof)
            assert sums[every.index(better)] == pytest.approx(sums[k] + proof.gain)
            assert proof.gain > 0
        most = max(sizes)
        of_most = max(s for s, cells in zip(sums, every, strict=True) if len(cells) == most)
        proof = certificate(market, at_hand(market, every[k]), aim="pairs")
        assert proof.optimal == (len(every[k]) == most and sums[k] > of_most - 1e-9)


def after(cells: Cells, fit: Compatibility, proof: Certificate) -> Cells:
    """Return the cells after the changes of a certificate."""
    now = set(cells)
    for row in proof.changes.itertuples():
        cell = (fit.mentee_ids.get_loc(row.mentee_id), fit.mentor_ids.get_loc(row.mentor_id))
        (now.add if row.change == "new" else now.remove)(cell)
    return tuple(sorted(now))


@settings(max_examples=15)
@given(market=markets(largest=3, places=2))
def test_the_prices_are_what_a_place_more_or_less_changes(market: Compatibility) -> None:
    proof = certificate(market, made_by("optimal", market))
    total = best(market)
    for row in proof.prices.itertuples():
        place = getattr(market, f"{row.side}_ids").get_loc(row.person_id)
        more = best(with_places(market, row.side, place, 1))
        assert row.one_more == pytest.approx(more - total, abs=1e-9)
        if row.capacity == 0:
            assert np.isnan(row.one_less)
            assert np.isnan(row.price)
        else:
            fewer = best(with_places(market, row.side, place, -1))
            assert row.one_less == pytest.approx(total - fewer, abs=1e-9)
            assert row.one_more - 1e-9 <= row.price <= row.one_less + 1e-9


@settings(max_examples=15)
@given(market=markets(largest=4, places=2))
def test_complementary_slackness_holds_by_hand(market: Compatibility) -> None:
    made = made_by("optimal", market)
    proof = certificate(market, made)
    prices = proof.prices.set_index(["side", "person_id"])
    full = prices["n_dyads"] == prices["capacity"]
    assert (prices.loc[~full, "price"].abs() < 1e-9).all()
    assert (prices["price"].dropna() > -1e-9).all()
    joint, together = (
        market.joint(),
        {*zip(made.dyads.mentee_id, made.dyads.mentor_id, strict=True)},
    )
    for i, mentee in enumerate(market.mentee_ids):
        for j, mentor in enumerate(market.mentor_ids):
            reduced = prices.loc[("mentee", mentee), "price"] - joint[i, j]
            reduced += prices.loc[("mentor", mentor), "price"]
            if (mentee, mentor) in together:
                assert reduced < 1e-9
                assert proof.at_least[i, j] == 0
            elif not market.eligible[i, j] or np.isnan(reduced):
                assert np.isnan(proof.at_least[i, j])
            else:
                assert reduced > -1e-9
                assert proof.at_least[i, j] == pytest.approx(reduced, abs=1e-9)


@pytest.mark.parametrize("seed", range(8))
def test_the_bound_is_that_of_the_linear_programme(seed: int) -> None:
    rng = stream(seed, "programme")
    n, m = rng.integers(5, 20, 2)
    fit = Compatibility.from_scores(
        rng.random((n, m)),
        rng.random((n, m)),
        eligible=rng.random((n, m)) < 0.6,
        mentee_capacity=rng.integers(0, 4, n),
        mentor_capacity=rng.integers(0, 4, m),
    )
    i, j = np.nonzero(fit.eligible)
    cell = np.arange(len(i))
    constraints = np.zeros((n + m, len(i)))
    constraints[i, cell] = constraints[n + j, cell] = 1
    limits = np.concatenate([fit.mentee_capacity, fit.mentor_capacity])
    answer = linprog(-fit.joint()[i, j], A_ub=constraints, b_ub=limits, bounds=(0, 1))
    proof = certificate(fit, made_by("optimal", fit))
    assert proof.optimal
    assert proof.bound == pytest.approx(-answer.fun)
    prices = proof.prices
    some = (prices["capacity"] > 0).to_numpy()
    # The programme's own prices are one choice between the two ends.
    theirs = -answer.ineqlin.marginals[some]
    assert (prices["one_more"][some] - 1e-7 <= theirs).all()
    assert (theirs <= prices["one_less"][some] + 1e-7).all()


@settings(max_examples=15)
@given(market=markets(largest=4, places=2), aim=st.sampled_from(["score", "pairs"]))
def test_a_forced_dyad_costs_what_brute_force_says(market: Compatibility, aim: str) -> None:
    made = made_by("optimal" if aim == "score" else "most_pairs", market)
    every = all_matchings(market)
    sums = totals(market, every)
    proof = certificate(market, made, aim=aim)
    together = {*zip(made.dyads.mentee_id, made.dyads.mentor_id, strict=True)}
    for i, j in np.argwhere(market.eligible):
        names = (market.mentee_ids[i], market.mentor_ids[j])
        if names in together or not (market.mentee_capacity[i] and market.mentor_capacity[j]):
            continue
        having = [k for k, cells in enumerate(every) if (i, j) in cells]
        size = max(len(every[k]) for k in having) if aim == "pairs" else None
        left = max(sums[k] for k in having if size in (None, len(every[k])))
        forced = force(market, made, (i, j), aim=aim)
        assert forced.cost == pytest.approx(made.dyads["score"].sum() - left, abs=1e-9)
        if aim == "pairs":
            assert forced.fewer_dyads == len(made.dyads) - size
        else:
            assert forced.fewer_dyads == 0
            assert proof.at_least[i, j] <= forced.cost + 1e-9
        kinds = forced.changes.groupby("change")["score"].sum()
        assert kinds.get("ended", 0.0) - kinds["new"] == pytest.approx(forced.cost, abs=1e-9)
        assert names in {*zip(forced.changes.mentee_id, forced.changes.mentor_id, strict=True)}


def test_the_changes_of_a_forced_dyad_are_a_matching_again() -> None:
    rng = stream(4, "forced")
    fit = Compatibility.from_scores(
        rng.random((7, 6)), rng.random((7, 6)), mentor_capacity=rng.integers(1, 3, 6)
    )
    made = made_by("optimal", fit)
    start = {*zip(made.dyads.mentee_id, made.dyads.mentor_id, strict=True)}
    for i, j in np.ndindex(7, 6):
        names = (fit.mentee_ids[i], fit.mentor_ids[j])
        if names in start:
            continue
        forced = force(fit, made, (i, j))
        now = set(start)
        for row in forced.changes.itertuples():
            (now.add if row.change == "new" else now.remove)((row.mentee_id, row.mentor_id))
        cells = [(fit.mentee_ids.get_loc(a), fit.mentor_ids.get_loc(b)) for a, b in now]
        again = at_hand(fit, tuple(cells))
        assert again.dyads["score"].sum() == pytest.approx(made.dyads["score"].sum() - forced.cost)
        own = {side: made.dyads.groupby(f"{side}_id")[f"{side}_score"].sum() for side in SIDES}
        new = {side: again.dyads.groupby(f"{side}_id")[f"{side}_score"].sum() for side in SIDES}
        for row in forced.losers.itertuples():
            assert row.before == pytest.approx(own[row.side][row.person_id])
            assert row.after == pytest.approx(new[row.side].get(row.person_id, 0.0))
            assert row.loss == pytest.approx(row.before - row.after)
        for side in SIDES:
            less = (own[side] - new[side].reindex(own[side].index).fillna(0)) > 1e-8
            named = forced.losers.query("side == @side")["person_id"]
            assert set(named) == set(less[less].index)


def test_pools_are_judged_each_for_itself() -> None:
    fit = Compatibility.from_scores([[0.1, 0.9], [0.9, 0.1]])
    apart = matching_of_pools(
        [Pool(fit.select([k], [k]), np.array([[0, 0]]), "a", f"P0{k}", "a") for k in (0, 1)]
    )
    assert certificate(fit, apart).optimal
    assert not certificate(fit, at_hand(fit, ((0, 0), (1, 1)))).optimal


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0)])
def test_an_empty_side_is_optimal(shape: tuple[int, int]) -> None:
    fit = Compatibility.from_scores(np.zeros(shape))
    proof = certificate(fit, at_hand(fit, ()))
    assert (proof.optimal, proof.bound, len(proof.prices)) == (True, 0.0, sum(shape))


def test_the_sentence_says_what_would_be_better() -> None:
    fit = Compatibility.from_scores([[0.5, 0.4]])
    none = certificate(fit, at_hand(fit, ()))
    assert repr(none) == (
        "This matching is not optimal: the total score grows by 0.5 if mentee1 with mentor1 "
        "become dyads."
    )
    proof = certificate(fit, at_hand(fit, ((0, 0),)), aim="pairs")
    assert repr(proof) == (
        "This matching is optimal: no other has more dyads, or as many and a larger total score "
        "than 0.5."
    )


def test_wrong_questions_are_refused() -> None:
    fit = Compatibility.from_scores([[0.5, 0.4]], mentee_capacity=2)
    made = at_hand(fit, ((0, 0), (0, 1)))
    with pytest.raises(OptionError, match=r"`aim` must be one of 'pairs', 'score'; got 'total'"):
        certificate(fit, made, aim="total")
    tight = Compatibility.from_scores([[0.5, 0.4]])
    with pytest.raises(PairingError, match=r"mentee \['mentee1'\] has more dyads than the capac"):
        certificate(tight, made)


@pytest.fixture(scope="module")
def roster() -> Compatibility:
    """The real roster under its programme's own rules."""
    rules = (SameUnit(), GradeGap(1, 2))
    return score_cohort(
        read_roster(ROSTERS / "ukcs_small"), score=Score({"profession": 1.0}), eligibility=rules
    )


def test_the_real_roster_is_certified(roster: Compatibility) -> None:
    assert certificate(roster, made_by("optimal", roster)).optimal
    assert certificate(roster, made_by("most_pairs", roster), aim="pairs").optimal
    assert not certificate(roster, made_by("random", roster)).optimal


@pytest.mark.parametrize("name", ["optimal", "random"])
def test_five_hundred_by_five_hundred_takes_a_moment(name: str) -> None:
    rng = stream(1, "large")
    needs, offers = (rng.random((500, 12)) < 0.3 for _ in range(2))
    fit = Compatibility.from_scores(needs.astype(float) @ offers.T / 12, rng.random((500, 500)))
    made = made_by(name, fit)
    start = perf_counter()
    proof = certificate(fit, made)
    assert perf_counter() - start < 60
    assert proof.optimal == (name == "optimal")
