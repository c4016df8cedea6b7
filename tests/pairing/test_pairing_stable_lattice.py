"""All stable matchings, and the best of them, against exhaustive search and printed examples."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pairing_cohorts import all_matchings, blocks, markets
from test_pairing_textbook import GALE_SHAPLEY_1, GALE_SHAPLEY_2, ROTH_SOTOMAYOR_2_17, market_of

from revlab.errors import OptionError, PairingError
from revlab.pairing.cells import matching_from_cells
from revlab.pairing.closed_sets import best_closed_set, with_earlier, with_later
from revlab.pairing.compatibility import Compatibility
from revlab.pairing.market import market
from revlab.pairing.mechanisms import DeferredAcceptance
from revlab.pairing.quality import blocking_pairs
from revlab.pairing.rotations import rotation_poset
from revlab.pairing.stable_lattice import StableCompromise, stable_matchings
from revlab.rng import stream

Pairs = tuple[tuple[int, int], ...]
AIMS = ("egalitarian", "minimum_regret")

# The instance of size 8 in Irving, Leather and Gusfield 1987 and Gusfield and Irving 1989, known
# to have 23 stable matchings.
GUSFIELD_IRVING_8 = (
    [
        [3, 1, 5, 7, 4, 2, 8, 6], [6, 1, 3, 4, 8, 7, 5, 2], [7, 4, 3, 6, 5, 1, 2, 8],
        [5, 3, 8, 2, 6, 1, 4, 7], [4, 1, 2, 8, 7, 3, 6, 5], [6, 2, 5, 7, 8, 4, 3, 1],
        [7, 8, 1, 6, 2, 3, 4, 5], [2, 6, 7, 1, 8, 3, 4, 5],
    ],
    [
        [4, 3, 8, 1, 2, 5, 7, 6], [3, 7, 5, 8, 6, 4, 1, 2], [7, 5, 8, 3, 6, 2, 1, 4],
        [6, 4, 2, 7, 3, 1, 5, 8], [8, 7, 1, 5, 6, 4, 3, 2], [5, 4, 7, 6, 2, 8, 3, 1],
        [1, 4, 5, 6, 2, 8, 3, 7], [2, 5, 4, 3, 7, 8, 1, 6],
    ],
)  # fmt: skip


def pairs_of(cells: np.ndarray) -> Pairs:
    """Return the cells in order."""
    return tuple(sorted((int(i), int(j)) for i, j in cells))


def all_stable(fit: Compatibility) -> set[Pairs]:
    """Go through all matchings of a market with strict scores at once, as one large array."""
    made = np.zeros((1, 0, fit.shape[1]), dtype=bool)
    for i, places in enumerate(fit.mentee_capacity):
        partners = np.flatnonzero(fit.eligible[i])
        sets = [c for size in range(places + 1) for c in combinations(partners, size)]
        rows = np.zeros((len(sets), 1, fit.shape[1]), dtype=bool)
        for row, chosen in zip(rows[:, 0], sets, strict=True):
            row[list(chosen)] = True
        made = np.concatenate(
            [np.repeat(made, len(rows), axis=0), np.tile(rows, (len(made), 1, 1))], axis=1
        )
        made = made[(made.sum(axis=1) <= fit.mentor_capacity).all(axis=1)]
    bars = []
    for score, capacity, axis in (
        (fit.mentee_score, fit.mentee_capacity, 2),
        (fit.mentor_score, fit.mentor_capacity, 1),
    ):
        worst = np.where(made, score, np.inf).min(axis=axis)
        bars.append(np.where(made.sum(axis=axis) < capacity, -np.inf, worst))
    wanted = (fit.mentee_score > bars[0][:, :, None]) & (fit.mentor_score > bars[1][:, None, :])
    blocked = (wanted & fit.eligible & ~made).any(axis=(1, 2))
    return {pairs_of(np.argwhere(matching)) for matching in made[~blocked]}


def two_views(n: int, m: int, seed: int, places: int = 2) -> Compatibility:
    """Draw a market in which the sides want nearly the opposite: many stable matchings."""
    rng = stream(seed, "two views")
    round_table = ((np.arange(m) - np.arange(n)[:, None]) % max(n, m)).astype(float)
    noise = rng.choice([0.5, 1.5])
    cells = np.ix_(rng.permutation(n), rng.permutation(m))
    scores = [(n + m + s * round_table + noise * rng.random((n, m)))[cells] for s in (1, -1)]
    capacity = rng.choice([0, 1, *[places] * 5], max(n, m))
    return Compatibility.from_scores(
        *scores,
        eligible=rng.random((n, m)) < rng.choice([0.9, 1.0]),
        mentee_capacity=capacity[:n],
        mentor_capacity=rng.permutation(capacity)[:m],
    )


def rank_sum_and_worst(fit: Compatibility, pairs: Pairs) -> tuple[int, int]:
    """Return the sum of both sides' ranks over the dyads, and the worst rank."""
    ranks = []
    for i, j in pairs:
        mine = fit.mentee_score[i, fit.eligible[i]]
        theirs = fit.mentor_score[fit.eligible[:, j], j]
        ranks.append(1 + int((mine > fit.mentee_score[i, j]).sum()))
        ranks.append(1 + int((theirs > fit.mentor_score[i, j]).sum()))
    return sum(ranks), max(ranks, default=0)


def assert_optimal(fit: Compatibility, stable: set[Pairs], seed: int = 1) -> None:
    """Compare both compromises with the best of all stable matchings."""
    values = [rank_sum_and_worst(fit, pairs) for pairs in stable]
    for aim, turn in (("egalitarian", 1), ("minimum_regret", -1)):
        got = pairs_of(StableCompromise(aim)(fit, stream(seed, "ties")))
        assert got in stable
        assert rank_sum_and_worst(fit, got)[::turn] == min(value[::turn] for value in values)


@given(fit=markets(largest=4, ties=False, places=3))
def test_all_stable_matchings_are_found_each_once(fit: Compatibility) -> None:
    stable = all_stable(fit)
    assert not any(blocks(fit, pairs) for pairs in stable)
    found = [pairs_of(cells) for cells in stable_matchings(fit, stream(1, "ties"))]
    assert len(found) == len(set(found))
    assert set(found) == stable
    assert_optimal(fit, stable)


@settings(max_examples=20)
@given(fit=markets(largest=3, ties=False))
def test_the_search_through_everything_at_once_is_right(fit: Compatibility) -> None:
    slowly = {tuple(sorted(c)) for c in all_matchings(fit) if not blocks(fit, c)}
    assert all_stable(fit) == slowly


def test_where_the_sides_disagree_the_whole_lattice_is_found_with_places_on_both_sides() -> None:
    counts = []
    for seed in range(14):
        n, m = (4, 5) if seed % 4 == 0 else (5, 5)
        fit = two_views(n, m, seed)
        stable = all_stable(fit)
        found = [pairs_of(cells) for cells in stable_matchings(fit, stream(seed, "ties"))]
        assert len(found) == len(set(found))
        assert set(found) == stable
        assert_optimal(fit, stable)
        counts.append(len(stable))
    assert max(counts) >= 5
    assert sum(count > 1 for count in counts) >= 4


@settings(max_examples=15)
@given(seed=st.integers(0, 2**32 - 1))
def test_one_place_each_up_to_six_by_six(seed: int) -> None:
    fit = two_views(6, 6, seed, places=1)
    stable = all_stable(fit)
    found = {pairs_of(cells) for cells in stable_matchings(fit, stream(1, "ties"))}
    assert found == stable
    assert_optimal(fit, stable)


@pytest.mark.parametrize(
    ("n", "places", "seeds"),
    [(6, 1, (32, 36, 116, 206, 233, 293)), (5, 2, (14, 54, 61, 67, 86, 91))],
)
def test_a_step_waits_for_one_that_shares_nobody_with_it(
    n: int, places: int, seeds: tuple[int, ...]
) -> None:
    # Markets, found by search, in which somebody passes over a partner whom a step of other
    # people has lifted out of their reach; one in twenty-five random markets is of this kind.
    for seed in seeds:
        fit = two_views(n, n, seed, places=places)
        stable = all_stable(fit)
        found = {pairs_of(cells) for cells in stable_matchings(fit, stream(1, "ties"))}
        assert found == stable
        assert_optimal(fit, stable)


@settings(max_examples=30)
@given(fit=markets(largest=6, places=3), seed=st.integers(0, 9))
def test_with_ties_the_result_is_stable_and_no_worse_than_both_ends(
    fit: Compatibility, seed: int
) -> None:
    ends = [
        pairs_of(DeferredAcceptance(side)(fit, stream(seed, "ties")))
        for side in ("mentees", "mentors")
    ]
    values = [rank_sum_and_worst(fit, pairs) for pairs in ends]
    for aim, turn in (("egalitarian", 1), ("minimum_regret", -1)):
        cells = StableCompromise(aim)(fit, stream(seed, "ties"))
        matching = matching_from_cells(fit, cells, policy=aim)
        assert blocking_pairs(fit, matching).empty
        got = rank_sum_and_worst(fit, pairs_of(cells))
        ranks = matching.dyads[["mentee_rank", "mentor_rank"]].to_numpy()
        assert got == (ranks.sum(), ranks.max(initial=0))
        assert got[::turn] <= min(value[::turn] for value in values)
    found = [pairs_of(cells) for cells in stable_matchings(fit, stream(seed, "ties"))]
    assert found[0] == ends[0]
    assert ends[1] in found


@pytest.mark.parametrize(
    ("lists", "count"),
    [
        (GALE_SHAPLEY_1, 3),
        (GALE_SHAPLEY_2, 1),
        (ROTH_SOTOMAYOR_2_17, 10),  # also Knuth 1976
        (GUSFIELD_IRVING_8, 23),
    ],
)
def test_the_number_of_stable_matchings_is_the_printed_one(
    lists: tuple[list[list[int]], list[list[int]]], count: int
) -> None:
    fit = market_of(lists)
    found = {pairs_of(cells) for cells in stable_matchings(fit, stream(1, "ties"))}
    assert len(found) == count
    assert not any(blocks(fit, pairs) for pairs in found)
    assert_optimal(fit, found)


def test_the_compromises_of_the_printed_instance_of_size_eight() -> None:
    fit = market_of(GUSFIELD_IRVING_8)
    for aim in AIMS:
        pairs = pairs_of(StableCompromise(aim)(fit, stream(1, "ties")))
        assert [j + 1 for _, j in pairs] == [5, 4, 3, 8, 2, 7, 6, 1]
        assert rank_sum_and_worst(fit, pairs) == (54, 4)


def test_the_two_aims_differ_and_lie_between_the_ends() -> None:
    differ = 0
    for seed in range(8):
        rng = stream(seed, "scores")
        fit = Compatibility.from_scores(rng.random((40, 40)), rng.random((40, 40)))
        values = {}
        for aim in AIMS:
            cells = pairs_of(StableCompromise(aim)(fit, stream(1, "ties")))
            values[aim] = rank_sum_and_worst(fit, cells)
        for side in ("mentees", "mentors"):
            cells = pairs_of(DeferredAcceptance(side)(fit, stream(1, "ties")))
            values[side] = rank_sum_and_worst(fit, cells)
        assert values["egalitarian"][0] == min(value[0] for value in values.values())
        assert values["minimum_regret"][1] == min(value[1] for value in values.values())
        differ += values["egalitarian"] != values["minimum_regret"]
    assert differ


def test_a_bad_rank_that_nobody_can_help_leaves_the_sum_of_ranks_to_decide() -> None:
    # One more mentor has a partner nobody else may have, and the worst rank there is: the
    # others' regret then plays no part, though without that mentor it would.
    differ = 0
    for seed in range(8):
        rng = stream(seed, "scores")
        scores = [np.pad(1 + rng.random((40, 40)), (0, 1)) for _ in range(2)]
        scores[1][:40, 40] = 1.0
        eligible = np.ones((41, 41), dtype=bool)
        eligible[40, :40] = False
        fit = Compatibility.from_scores(*scores, eligible=eligible)
        inner = fit.select(np.arange(40), np.arange(40))
        sums = [
            rank_sum_and_worst(part, pairs_of(StableCompromise(aim)(part, stream(1, "ties"))))
            for part, aim in ((fit, "egalitarian"), (fit, "minimum_regret"))
        ]
        assert sums[0] == sums[1]
        assert sums[0][1] == 41
        alone = {pairs_of(StableCompromise(aim)(inner, stream(1, "ties"))) for aim in AIMS}
        differ += len(alone) > 1
    assert differ


def test_everybody_has_the_same_number_of_dyads_in_all_stable_matchings() -> None:
    for seed in range(20):
        fit = two_views(9, 11, seed, places=3)
        found = stable_matchings(fit, stream(1, "ties"))
        for axis, n in enumerate(fit.shape):
            used = {tuple(np.bincount(cells[:, axis], minlength=n)) for cells in found}
            assert len(used) == 1


def test_the_steps_of_the_lattice_lead_from_the_mentees_best_to_the_mentors_best() -> None:
    for seed in range(10):
        fit = two_views(30, 26, seed) if seed else two_views(150, 150, seed)
        moves = market(fit, stream(seed, "ties"), "mentees")
        poset = rotation_poset(moves)
        last = moves.cells(poset.pairs(list(range(len(poset.rotations)))))
        assert pairs_of(last) == pairs_of(DeferredAcceptance("mentors")(fit, stream(1, "ties")))
        for k, (step, before) in enumerate(zip(poset.rotations, poset.before, strict=True)):
            assert (before < k).all()
            for side in range(2):
                assert sorted(step.lost[:, side]) == sorted(step.gained[:, side])
                assert len(set(step.lost[:, side])) == len(step.lost) >= 2


@pytest.mark.parametrize("asked", [1, 2, 3])
def test_how_many_partners_are_asked_at_once_changes_nothing(
    asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in range(12):
        fit = two_views(8, 8, seed)
        expected = [pairs_of(cells) for cells in stable_matchings(fit, stream(1, "ties"))]
        with monkeypatch.context() as patch:
            patch.setattr("revlab.pairing.rotations._ASKED", asked)
            found = [pairs_of(cells) for cells in stable_matchings(fit, stream(1, "ties"))]
        assert found == expected


def test_too_many_stable_matchings_are_refused_with_the_way_out() -> None:
    # Eight independent pairs of people who disagree: 2 to the power of 8 stable matchings.
    block = np.kron(np.eye(8), np.ones((2, 2)))
    mentees = block * np.tile([[2.0, 1.0], [1.0, 2.0]], (8, 8))
    fit = Compatibility.from_scores(mentees, block * 3 - mentees, eligible=block > 0)
    assert len(stable_matchings(fit, stream(1, "ties"), limit=256)) == 256
    with pytest.raises(PairingError, match=r"more than 255 stable matchings; give a larger"):
        stable_matchings(fit, stream(1, "ties"), limit=255)


@pytest.mark.parametrize("limit", [0, -1, 2.5, True, "all"])
def test_a_senseless_limit_is_refused(limit: object) -> None:
    fit = Compatibility.from_scores([[1.0]])
    with pytest.raises(PairingError, match=r"`limit` must be a whole number of one or more"):
        stable_matchings(fit, stream(1, "ties"), limit=limit)


def test_an_unknown_aim_is_refused() -> None:
    with pytest.raises(OptionError, match=r"`aim` must be one of .*Did you mean 'egalitarian'"):
        StableCompromise("egalitarien")


@settings(max_examples=100)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(0, 8))
def test_the_minimum_cut_is_the_best_closed_set(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    before = tuple(np.flatnonzero(rng.random(k) < 0.3) for k in range(n))
    weights = rng.integers(-5, 6, n)
    # What is asked for need not be closed: what must come before and after follows from it.
    wanted, unwanted = rng.random(n) < 0.15, rng.random(n) < 0.15
    if (with_earlier(wanted, before) & with_later(unwanted, before)).any():
        wanted[:] = False
    sets = ((np.arange(2**n)[:, None] >> np.arange(n)) & 1).astype(bool)
    closed = [
        s
        for s in sets
        if all(s[before[k]].all() for k in np.flatnonzero(s))
        and (s | ~wanted).all()
        and not (s & unwanted).any()
    ]
    best = min(int(weights[s].sum()) for s in closed)
    got = best_closed_set(weights, before, needed=wanted, barred=unwanted)
    assert weights[got].sum() == best
    for other in closed:
        assert weights[other].sum() > best or (other | ~got).all()


def test_weights_beyond_the_flow_are_refused() -> None:
    free = np.zeros(1, dtype=bool)
    with pytest.raises(PairingError, match=r"the weights add up to 2147483648, more than"):
        best_closed_set(np.array([2**31 - 1]), (np.array([], dtype=int),), needed=free, barred=free)
